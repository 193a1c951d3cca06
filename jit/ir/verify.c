// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Every invariant of ir.h, checked from scratch: for tests and debug builds. */
#include "build.h"

struct verifier {
	const struct kw_irfunc *f;
	char *why;
	size_t why_bytes;
	u32 *place;		/* order of each node within its block, 0: not in a block */
	u32 *uses;		/* of each node, found so far */
	kw_bid blk;
	kw_vid v;
	int err;
};

/* Text: "<what> at v<node> in b<block>". */
static void complain(struct verifier *c, const char *what)
{
	char num[12];
	size_t at = 0;
	u32 part, x, n;

	if (c->err)
		return;
	c->err = -EINVAL;
	for (part = 0; part < 3; part++) {
		const char *s = part == 0 ? what : part == 1 ? " at v" : " in b";

		for (; *s && at + 1 < c->why_bytes; s++)
			c->why[at++] = *s;
		if (!part)
			continue;
		x = part == 1 ? c->v : c->blk;
		n = 0;
		do {
			num[n++] = (char)('0' + x % 10);
			x /= 10;
		} while (x);
		while (n && at + 1 < c->why_bytes)
			c->why[at++] = num[--n];
	}
	if (c->why_bytes)
		c->why[at] = 0;
}

static void check(struct verifier *c, bool ok, const char *what)
{
	if (!ok)
		complain(c, what);
}

static bool dominates(const struct kw_irfunc *f, kw_bid x, kw_bid y)
{
	while (y > x)
		y = f->block[y].idom;
	return x == y;
}

static void check_use(struct verifier *c, kw_vid use)
{
	const struct kw_node *d;

	if (use >= c->f->nr_nodes || !c->place[use]) {
		complain(c, "operand is not in the graph");
		return;
	}
	d = &c->f->node[use];
	check(c, d->type != KW_T_VOID, "operand has no value");
	if (d->block == c->blk)
		check(c, c->place[use] < c->place[c->v], "used before it is defined");
	else
		check(c, dominates(c->f, d->block, c->blk), "definition does not dominate use");
}

/* A base is good for so many bytes, whatever the packet's length is; nothing else checks. */
static bool lies_behind_its_base(const struct kw_irfunc *f, const struct kw_node *n)
{
	const struct kw_node *base = &f->node[n->a];

	return base->op != KW_IR_PKT_BASE || n->imm + kw_mtype_bytes(n->sub) <= base->imm;
}

/* What is read past a mispredicted check depends on it. */
static bool has_its_base(const struct kw_irfunc *f, const struct kw_node *n)
{
	const struct kw_node *base = &f->node[f->pool[n->a]], *off = &f->node[f->pool[n->a + 2]];

	return base->op == KW_IR_PKT_BASE && base->imm == n->imm && off->op == KW_IR_CONST &&
	       off->imm + kw_mtype_bytes(n->sub) <= n->imm && n->imm <= KW_PKT_NEAR_BYTES;
}

static void check_node(struct verifier *c, bool last, bool phis_done)
{
	const struct kw_node *n = &c->f->node[c->v];
	bool ends = kw_iropinfo[n->op].flags & KW_IRF_B;
	const kw_vid *arg;
	u32 nr, i;

	check(c, n->block == c->blk, "node names another block");
	check(c, n->op != KW_IR_NOP, "nop left in a block");
	check(c, ends == last, "block end in the middle, or none");
	check(c, n->op != KW_IR_PHI || !phis_done, "phi behind another node");
	check(c, n->op != KW_IR_PKT_LD || !(n->aux & KW_PKT_NEAR) || has_its_base(c->f, n),
	      "near packet load without a base for its end");
	check(c, n->op != KW_IR_HLOAD || lies_behind_its_base(c->f, n), "packet load past what its base is good for");
	arg = kw_ir_args(c->f, &c->f->node[c->v], &nr);
	for (i = 0; i < nr && !c->err; i++)
		if (arg[i]) {
			check_use(c, arg[i]);
			c->uses[arg[i]] += !c->err;
		}
}

static void check_succs(struct verifier *c, const struct kw_block *bl)
{
	const struct kw_irfunc *f = c->f;
	u32 i, j;

	for (i = 0; i < bl->nr_succs; i++) {
		const struct kw_edge *e = &f->edge[f->succs[bl->succ + i]];
		const struct kw_block *to = &f->block[e->to];
		kw_vid v = to->first;

		check(c, e->from == c->blk && e->to < f->nr_blocks, "edge does not start here");
		check(c, bl->nr_succs == 1 || to->nr_preds == 1, "critical edge");
		if (e->to <= c->blk)
			check(c, to->is_loop_header && dominates(f, e->to, c->blk) &&
			      to->loop_end > c->blk, "back edge to what is no header");
		for (j = 0; j < to->nr_phis && !c->err; j++, v = f->node[v].next) {
			kw_vid arg = f->pool[e->args + j];

			c->v = v;
			check(c, arg < f->nr_nodes && c->place[arg], "phi input is not in the graph");
			if (c->err)
				return;
			c->uses[arg]++;
			check(c, f->node[arg].type == f->node[v].type, "phi input of another type");
			check(c, dominates(f, f->node[arg].block, c->blk), "phi input does not dominate its edge");
		}
	}
}

static void check_preds(struct verifier *c, const struct kw_block *bl)
{
	const struct kw_irfunc *f = c->f;
	u32 i;

	check(c, c->blk == 0 || bl->nr_preds, "unreachable block");
	check(c, c->blk == 0 || bl->idom < c->blk, "immediate dominator comes later");
	for (i = 0; i < bl->nr_preds; i++) {
		const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

		check(c, e->to == c->blk, "predecessor edge leads elsewhere");
		check(c, c->blk == 0 || dominates(f, bl->idom, e->from) || e->from >= c->blk,
		      "immediate dominator misses a predecessor");
	}
}

static void check_loop(struct verifier *c, const struct kw_block *bl)
{
	const struct kw_block *h;

	if (bl->loop_header == KW_NO_BLOCK) {
		check(c, bl->loop_depth == 0, "depth without a loop");
		return;
	}
	h = &c->f->block[bl->loop_header];
	check(c, h->is_loop_header && bl->loop_header <= c->blk && c->blk < h->loop_end,
	      "block outside its loop");
	check(c, h->loop_depth == bl->loop_depth, "depth differs from its loop's");
}

static void check_block(struct verifier *c)
{
	const struct kw_block *bl = &c->f->block[c->blk];
	bool phis_done = false;
	u32 phis = 0;

	c->v = 0;
	check(c, bl->first, "empty block");
	kw_ir_for_each_node(c->f, c->blk, c->v) {
		const struct kw_node *n = &c->f->node[c->v];

		if (n->op == KW_IR_PHI)
			check(c, n->imm == phis++, "phi out of place");
		else
			phis_done = true;
		check_node(c, c->v == bl->last, phis_done);
		if (c->err)
			return;
	}
	check(c, phis == bl->nr_phis, "number of phis");
	check_succs(c, bl);
	check_preds(c, bl);
	check_loop(c, bl);
}

/* Passes go by them. */
static void check_uses(struct verifier *c)
{
	kw_ir_for_each_node(c->f, c->blk, c->v)
		check(c, c->f->node[c->v].uses == c->uses[c->v], "number of uses");
}

int kw_ir_verify(const struct kw_irfunc *f, char *why, size_t why_bytes)
{
	struct verifier c = { .f = f, .why = why, .why_bytes = why_bytes };
	kw_vid v;
	u32 at;

	c.place = kw_arena_array(f->arena, f->nr_nodes + 1, sizeof(*c.place));
	c.uses = kw_arena_array(f->arena, f->nr_nodes + 1, sizeof(*c.uses));
	if (!c.place || !c.uses)
		return -ENOMEM;
	for (c.blk = 0; c.blk < f->nr_blocks; c.blk++) {
		at = 0;
		kw_ir_for_each_node(f, c.blk, v)
			c.place[v] = ++at;
	}
	for (c.blk = 0; c.blk < f->nr_blocks && !c.err; c.blk++)
		check_block(&c);
	for (c.blk = 0; c.blk < f->nr_blocks && !c.err && !f->uses_stale; c.blk++)
		check_uses(&c);
	return c.err;
}
