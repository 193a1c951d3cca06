// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Dead code elimination by mark and sweep: what has an effect, may trap or
 * ends a block is needed, and so is what a needed node uses.  A phi is needed
 * only when a needed node reaches it, so cycles of phis that feed nothing but
 * each other go as well.
 */
#include "opt.h"

#define ALWAYS_NEEDED	(KW_IRF_T | KW_IRF_W | KW_IRF_X | KW_IRF_B)

struct dce {
	struct kw_irfunc *f;
	u8 *needed;
	kw_vid *work;
	u32 nr_work;
};

static inline void need(struct dce *d, kw_vid v)
{
	if (d->needed[v])
		return;
	d->needed[v] = 1;
	d->work[d->nr_work++] = v;
}

static inline void need_use(struct dce *d, kw_vid v)
{
	d->f->node[v].uses++;
	need(d, v);
}

static void need_inputs(struct dce *d, kw_vid v)
{
	const struct kw_irfunc *f = d->f;
	struct kw_node *n = &f->node[v];
	const struct kw_block *bl = &f->block[n->block];
	const kw_vid *arg;
	u32 nr, i;

	if (n->op != KW_IR_PHI) {
		arg = kw_ir_args(f, n, &nr);
		for (i = 0; i < nr; i++)
			need_use(d, arg[i]);
		return;
	}
	for (i = 0; i < bl->nr_preds; i++)
		need_use(d, f->pool[f->edge[f->preds[bl->pred + i]].args + n->imm]);
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

static void mark(struct dce *d)
{
	kw_bid blk;
	kw_vid v;

	for (blk = 0; blk < d->f->nr_blocks; blk++)
		kw_ir_for_each_node(d->f, blk, v) {
			d->f->node[v].uses = 0;
			if (is_root(&d->f->node[v]))
				need(d, v);
		}
	while (d->nr_work)
		need_inputs(d, d->work[--d->nr_work]);
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
			if (d->needed[v])
				args[kept++] = args[f->node[v].imm];
	}
}

static void sweep_block(struct dce *d, struct kw_block *bl)
{
	struct kw_irfunc *f = d->f;
	kw_vid v, next, prev = 0;
	u32 phis = 0;

	if (bl->nr_phis)
		close_up_args(d, bl);
	for (v = bl->first; v; v = next) {
		struct kw_node *n = &f->node[v];

		next = n->next;
		if (!d->needed[v]) {
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
	kw_bid blk;

	d.needed = kw_arena_zalloc(f->tmp, f->nr_nodes);
	d.work = kw_arena_alloc(f->tmp, f->nr_nodes * sizeof(*d.work));
	if (!d.needed || !d.work)
		return -ENOMEM;
	mark(&d);
	for (blk = 0; blk < f->nr_blocks; blk++)
		sweep_block(&d, &f->block[blk]);
	return 0;
}
