// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Dead code elimination by mark and sweep: what has an effect, may trap or
 * ends a block is needed, and so is what a needed node uses.  A phi is needed
 * only when a needed node reaches it, so cycles of phis that feed nothing but
 * each other go as well.
 *
 * Uses come behind what they use, but for those on back edges: one walk from
 * the last node to the first marks nearly all, and what it has passed when it
 * turns out to be needed is left for later.  Only blocks where it passed
 * something are swept.
 */
#include "opt.h"

#define ALWAYS_NEEDED	(KW_IRF_T | KW_IRF_W | KW_IRF_X | KW_IRF_B)

enum mark { NOT_SEEN, NEEDED, PASSED };

struct dce {
	struct kw_irfunc *f;
	u8 *mark;		/* of each node: enum mark */
	kw_vid *work;
	u32 nr_work;
};

static inline void need(struct dce *d, kw_vid v)
{
	if (d->mark[v] == NEEDED)
		return;
	if (unlikely(d->mark[v] == PASSED))
		d->work[d->nr_work++] = v;
	d->mark[v] = NEEDED;
}

static void need_phi_inputs(struct dce *d, const struct kw_node *n)
{
	const struct kw_irfunc *f = d->f;
	const struct kw_block *bl = &f->block[n->block];
	u32 i;

	for (i = 0; i < bl->nr_preds; i++)
		need(d, f->pool[f->edge[f->preds[bl->pred + i]].args + n->imm]);
}

static inline void need_inputs(struct dce *d, struct kw_node *n)
{
	u32 nr;
	const kw_vid *arg = kw_ir_args(d->f, n, &nr), *end = arg + nr;

	for (; arg != end; arg++)
		need(d, *arg);
	if (n->op == KW_IR_PHI)
		need_phi_inputs(d, n);
}

/* A packet load without a default leaves a mark then, so it has an effect even when its value has no use. */
static bool may_fall_short(const struct kw_node *n)
{
	return n->op == KW_IR_PKT_LD && n->b == 3 && !(n->aux & KW_PKT_KNOWN);
}

/* Results of calls nobody uses still say where the others are. */
static bool is_root(const struct kw_node *n)
{
	return kw_iropinfo[n->op].flags & ALWAYS_NEEDED || n->op == KW_IR_PARAM ||
	       may_fall_short(n) || n->op == KW_IR_PROJ;
}

/* Return: did it pass something? */
static bool mark_block(struct dce *d, const struct kw_block *bl)
{
	bool passed = false;
	struct kw_node *n;
	kw_vid v;

	for (v = bl->last; v; v = n->prev) {
		n = &d->f->node[v];
		if (d->mark[v] == NEEDED || is_root(n)) {
			d->mark[v] = NEEDED;
			need_inputs(d, n);
		} else {
			d->mark[v] = PASSED;
			passed = true;
		}
	}
	return passed;
}

static void mark(struct dce *d, u8 *passed)
{
	kw_bid blk;

	for (blk = d->f->nr_blocks; blk-- > 0;)
		passed[blk] = mark_block(d, &d->f->block[blk]);
	while (d->nr_work)
		need_inputs(d, &d->f->node[d->work[--d->nr_work]]);
}

static void drop_phi_inputs(struct dce *d, const struct kw_block *bl, u32 phi)
{
	struct kw_irfunc *f = d->f;
	u32 i;

	for (i = 0; i < bl->nr_preds; i++)
		f->node[f->pool[f->edge[f->preds[bl->pred + i]].args + phi]].uses--;
}

static void drop_node(struct dce *d, const struct kw_block *bl, struct kw_node *n)
{
	const kw_vid *arg;
	u32 nr, i;

	if (n->op == KW_IR_PHI)
		drop_phi_inputs(d, bl, n->imm);
	arg = kw_ir_args(d->f, n, &nr);
	for (i = 0; i < nr; i++)
		d->f->node[arg[i]].uses--;
}

/* The inputs of dropped phis leave the predecessors' argument lists. */
static void close_up_args(struct dce *d, const struct kw_block *bl)
{
	const struct kw_irfunc *f = d->f;
	u32 i, kept;
	kw_vid v;

	for (i = 0; i < bl->nr_preds; i++) {
		kw_vid *args = f->pool + f->edge[f->preds[bl->pred + i]].args;

		kept = 0;
		for (v = bl->first; v && f->node[v].op == KW_IR_PHI; v = f->node[v].next)
			if (d->mark[v] == NEEDED)
				args[kept++] = args[f->node[v].imm];
	}
}

static void sweep_block(struct dce *d, struct kw_block *bl)
{
	struct kw_irfunc *f = d->f;
	kw_vid v, next, prev = 0;
	u32 phis = 0;

	for (v = bl->first; v; v = f->node[v].next)
		if (d->mark[v] != NEEDED) {
			phis |= f->node[v].op == KW_IR_PHI;
			drop_node(d, bl, &f->node[v]);
		}
	if (phis)
		close_up_args(d, bl);
	phis = 0;
	for (v = bl->first; v; v = next) {
		struct kw_node *n = &f->node[v];

		next = n->next;
		if (d->mark[v] != NEEDED) {
			n->op = KW_IR_NOP;
			continue;
		}
		if (n->op == KW_IR_PHI)
			n->imm = phis++;
		n->prev = prev;
		if (prev)
			f->node[prev].next = v;
		else
			bl->first = v;
		prev = v;
	}
	f->node[prev].next = 0;		/* the block end is always needed */
	bl->last = prev;
	bl->nr_phis = phis;
}

int kw_opt_dce(struct kw_irfunc *f)
{
	struct dce d = { .f = f };
	u8 *passed = kw_arena_alloc(f->tmp, f->nr_blocks);
	kw_bid blk;

	d.mark = kw_arena_zalloc(f->tmp, f->nr_nodes);
	d.work = kw_arena_raw_array(f->tmp, f->nr_nodes, sizeof(*d.work));
	if (!passed || !d.mark || !d.work)
		return -ENOMEM;
	if (f->uses_stale)
		kw_ir_count_uses(f);
	mark(&d, passed);
	for (blk = 0; blk < f->nr_blocks; blk++)
		if (passed[blk])
			sweep_block(&d, &f->block[blk]);
	return 0;
}
