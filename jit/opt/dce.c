// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Dead code elimination: what has an effect, may trap or ends a block is needed,
 * and so is what a needed node uses.  A phi is needed only when a needed node
 * reaches it, so cycles of phis that feed nothing but each other go as well.
 *
 * Uses come behind what they use, but for those on back edges.  With these not
 * counted, one walk from the last node to the first finds what has no use left,
 * and takes its own uses away from what is still to come.  Where the walk then
 * finds the phi of a loop needed, what comes around the loop to it is needed too,
 * though it may have been passed as dead.  Only blocks where something was are
 * swept.
 */
#include "opt.h"

#define ALWAYS_NEEDED	(KW_IRF_T | KW_IRF_W | KW_IRF_X | KW_IRF_B)

#define DEAD	0xffffffffu	/* in node.uses */

struct dce {
	struct kw_irfunc *f;
	kw_vid *work;		/* needed, though passed as dead */
	u32 nr_work, cap_work;
	int err;
};

static inline void need(struct dce *d, kw_vid v)
{
	struct kw_node *n = &d->f->node[v];
	kw_vid *work;

	if (likely(n->uses != DEAD)) {
		n->uses++;
		return;
	}
	n->uses = 1;
	work = kw_arena_grow(d->f->tmp, d->work, &d->cap_work, d->nr_work + 1, sizeof(*work));
	if (!work) {
		d->err = -ENOMEM;
		return;
	}
	d->work = work;
	work[d->nr_work++] = v;
}

enum edges { AHEAD, BACK };

static bool leads(const struct kw_edge *e, enum edges which)
{
	return (e->from >= e->to) == (which == BACK);
}

static void need_phi_inputs(struct dce *d, const struct kw_node *n, enum edges which)
{
	const struct kw_irfunc *f = d->f;
	const struct kw_block *bl = &f->block[n->block];
	u32 i;

	for (i = 0; i < bl->nr_preds; i++) {
		const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

		if (leads(e, which))
			need(d, f->pool[e->args + n->imm]);
	}
}

/* What was passed as dead, and with it all that it uses. */
static void revive(struct dce *d)
{
	u32 nr;

	while (d->nr_work && !d->err) {
		struct kw_node *n = &d->f->node[d->work[--d->nr_work]];
		const kw_vid *arg = kw_ir_args(d->f, n, &nr), *end = arg + nr;

		for (; arg != end; arg++)
			need(d, *arg);
		if (n->op == KW_IR_PHI) {
			need_phi_inputs(d, n, AHEAD);
			need_phi_inputs(d, n, BACK);
		}
	}
}

static void drop_phi_inputs(const struct kw_irfunc *f, const struct kw_block *bl, const struct kw_node *n)
{
	u32 i;

	for (i = 0; i < bl->nr_preds; i++) {
		const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

		if (!bl->is_loop_header || leads(e, AHEAD))
			f->node[f->pool[e->args + n->imm]].uses--;
	}
}

static void drop_uses(const struct kw_irfunc *f, const struct kw_block *bl, struct kw_node *n)
{
	u32 nr;
	const kw_vid *arg = kw_ir_args(f, n, &nr), *end = arg + nr;

	n->uses = DEAD;
	for (; arg != end; arg++)
		f->node[*arg].uses--;
	if (n->op == KW_IR_PHI)
		drop_phi_inputs(f, bl, n);
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
static bool walk_block(struct dce *d, const struct kw_block *bl)
{
	struct kw_node *n, *node = d->f->node;
	bool passed = false;
	kw_vid v;

	for (v = bl->last; v; v = n->prev) {
		n = &node[v];
		if (likely(n->uses)) {
			if (unlikely(n->op == KW_IR_PHI && bl->is_loop_header)) {
				need_phi_inputs(d, n, BACK);
				revive(d);
			}
		} else if (!is_root(n)) {
			drop_uses(d->f, bl, n);
			passed = true;
		}
	}
	return passed;
}

/* What comes around a loop has no use for that until the phi is found to have one. */
static void forget_back_edges(const struct kw_irfunc *f)
{
	kw_bid blk;
	u32 i, j;

	for (blk = 0; blk < f->nr_blocks; blk++) {
		const struct kw_block *bl = &f->block[blk];

		if (!bl->is_loop_header || !bl->nr_phis)
			continue;
		for (i = 0; i < bl->nr_preds; i++) {
			const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

			for (j = 0; leads(e, BACK) && j < bl->nr_phis; j++)
				f->node[f->pool[e->args + j]].uses--;
		}
	}
}

/* Phi @n becomes number @to of @bl: its inputs move up in the predecessors' argument lists. */
static void move_phi(const struct kw_irfunc *f, const struct kw_block *bl, struct kw_node *n, u32 to)
{
	u32 i;

	for (i = 0; i < bl->nr_preds; i++) {
		kw_vid *args = f->pool + f->edge[f->preds[bl->pred + i]].args;

		args[to] = args[n->imm];
	}
	n->imm = to;
}

static void sweep_block(struct kw_irfunc *f, struct kw_block *bl)
{
	kw_vid v, next, prev = 0;
	u32 phis = 0;

	for (v = bl->first; v; v = next) {
		struct kw_node *n = &f->node[v];

		next = n->next;
		if (n->uses == DEAD) {
			n->op = KW_IR_NOP;
			n->uses = 0;
			continue;
		}
		if (n->op == KW_IR_PHI) {
			if (n->imm != phis)
				move_phi(f, bl, n, phis);
			phis++;
		}
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
	bool *passed = kw_arena_alloc(f->tmp, f->nr_blocks);
	kw_bid blk;

	if (!passed)
		return -ENOMEM;
	if (f->uses_stale)
		kw_ir_count_uses(f);
	forget_back_edges(f);
	for (blk = f->nr_blocks; blk-- > 0;)
		passed[blk] = walk_block(&d, &f->block[blk]);
	if (d.err)
		return d.err;
	for (blk = 0; blk < f->nr_blocks; blk++)
		if (passed[blk])
			sweep_block(f, &f->block[blk]);
	return 0;
}
