// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * From the builder's raw graph to the invariants of ir.h: phis that are none
 * are replaced, chains of blocks merged, blocks put in an order that keeps
 * natural loops contiguous (what leaves a loop moves behind it), and
 * predecessors, loop depths and dominators written down.
 */
#include "builder.h"

struct finish {
	struct kw_irfunc *f;
	const u32 *edge_next;	/* per edge: the one before it to the same block, or ~0 */
	u8 *forward;		/* per edge: its target was merged into its source, or copied */
	kw_bid *order;		/* new order: old numbers */
	kw_bid *number;		/* old -> new, of blocks that are left */
	bool has_dropped;	/* there were phis that are none */
	bool ascending;		/* the new order is the builder's, less what is gone */
};

/* ---- phis ---- */

/* What replaces @n, which is no phi or only looked like one; 0: it stays.  A phi has no operands in the node itself. */
static inline kw_vid same(const struct kw_node *n)
{
	return n->op == KW_IR_PHI || n->op == KW_IR_NOP ? n->a : 0;
}

kw_vid kw_ir_resolve(struct kw_irfunc *f, kw_vid v)
{
	kw_vid to = v, next;

	while ((next = same(&f->node[to])))
		to = next;
	for (; v != to; v = next) {		/* shorten the path */
		next = f->node[v].a;
		f->node[v].a = to;
	}
	return to;
}

/* The one value all inputs of phi @v have besides itself, or 0. */
static kw_vid single_input(struct finish *s, const struct kw_block *bl, kw_vid v)
{
	struct kw_irfunc *f = s->f;
	u32 place = (u32)f->node[v].imm, e;
	kw_vid one = 0, in;

	for (e = bl->pred; e != ~0u; e = s->edge_next[e]) {
		in = kw_ir_resolve(f, f->pool[f->edge[e].args + place]);
		if (in == v || in == one)
			continue;
		if (one)
			return 0;
		one = in;
	}
	return one;
}

static bool drop_phis_of(struct finish *s, const struct kw_block *bl)
{
	struct kw_irfunc *f = s->f;
	bool changed = false;
	struct kw_node *n;
	kw_vid v;

	for (v = bl->first; v && f->node[v].op == KW_IR_PHI; v = n->next) {
		n = &f->node[v];
		if (n->a)
			continue;
		n->a = single_input(s, bl, v);
		changed |= n->a != 0;
	}
	return changed;
}

#define PHI_ROUNDS	4	/* enough for what real code nests; a phi left over is only a move */

/*
 * Where branches merge the builder made phis of values that differ: these become
 * the same only behind a phi that went before them.  One walk carries that on to
 * all that follows, so another begins with the phis of loops again.
 */
static void find_redundant_phis(struct finish *s)
{
	struct kw_irfunc *f = s->f;
	bool changed = true;
	kw_bid blk;
	u32 round;

	for (round = 0; changed && round < PHI_ROUNDS; round++) {
		changed = false;
		for (blk = 0; blk < f->nr_blocks; blk++) {
			const struct kw_block *bl = &f->block[blk];

			if (bl->nr_phis && (changed || bl->is_loop_header || bl->nr_preds == 1))
				changed |= drop_phis_of(s, bl);
		}
		s->has_dropped |= changed;
	}
}

static void unlink_node(struct kw_irfunc *f, kw_vid v)
{
	struct kw_node *n = &f->node[v];
	struct kw_block *bl = &f->block[n->block];

	if (n->prev)
		f->node[n->prev].next = n->next;
	else
		bl->first = n->next;
	if (n->next)
		f->node[n->next].prev = n->prev;
	else
		bl->last = n->prev;
	n->op = KW_IR_NOP;
}

/* Take replaced phis out; the edges' argument lists close up. */
static void compact_phis(struct finish *s, struct kw_block *bl)
{
	struct kw_irfunc *f = s->f;
	kw_vid v, next;
	u32 kept = 0, e;

	for (v = bl->first; v && f->node[v].op == KW_IR_PHI; v = next) {
		u32 from = (u32)f->node[v].imm;

		next = f->node[v].next;
		if (f->node[v].a) {
			unlink_node(f, v);
			continue;
		}
		if (kept != from)
			for (e = bl->pred; e != ~0u; e = s->edge_next[e])
				f->pool[f->edge[e].args + kept] = f->pool[f->edge[e].args + from];
		f->node[v].imm = kept++;
	}
	bl->nr_phis = kept;
}

/* ---- chains ---- */

/*
 * A block that only jumps to one it alone precedes takes that one in.  Goes
 * from the last block to the first, so that a chain folds in one walk.  Which
 * block a node is in and an edge comes from, only renumber() writes down: told
 * here, each merge of a chain would tell all that stands at its end.
 */
static void merge_chains(struct finish *s, kw_bid *merged_into)
{
	struct kw_irfunc *f = s->f;
	kw_bid blk;

	for (blk = f->nr_blocks; blk-- > 0;) {
		struct kw_block *bl = &f->block[blk], *to;
		u32 e;

		if (bl->nr_succs != 1)
			continue;
		e = f->succs[bl->succ];
		to = &f->block[f->edge[e].to];
		if (to->nr_preds != 1 || to == bl || to->nr_phis || !to->first)
			continue;
		unlink_node(f, bl->last);
		f->node[to->first].prev = bl->last;
		if (bl->last)
			f->node[bl->last].next = to->first;
		else
			bl->first = to->first;
		bl->last = to->last;
		bl->succ = to->succ;
		bl->nr_succs = to->nr_succs;
		to->first = 0;
		to->last = 0;
		to->nr_succs = 0;
		merged_into[f->edge[e].to] = blk;
		s->forward[e] = 1;
	}
}

/* ---- loops and order ---- */

struct loops {
	kw_bid *parent;		/* of a header: header of the next loop out, or KW_NO_BLOCK */
	kw_bid *seen;		/* of a header: the inner loop last found to lie inside it */
};

/* Loop @inner contains a block that loop @outer contains as well, so it lies inside. */
static void nest(struct loops *l, kw_bid inner, kw_bid outer)
{
	kw_bid start = inner, up;

	if (l->seen[outer] == inner)
		return;
	while (outer != KW_NO_BLOCK) {
		up = l->parent[inner];
		if (up == outer)
			break;
		if (up == KW_NO_BLOCK || up < outer) {
			l->parent[inner] = outer;
			l->seen[outer] = start;
			inner = outer;
			outer = up;
		} else {
			inner = up;
		}
	}
}

/*
 * Innermost natural loop of every block.  Blocks of a loop stand behind its
 * header and control flow is reducible, so one walk backwards knows all
 * about every successor: a block is in each loop a successor is in, except
 * the loop that the successor is the header of.  The later header is the
 * inner one of two loops that share a block.
 */
static void find_loops(struct finish *s, struct loops *l)
{
	struct kw_irfunc *f = s->f;
	kw_bid blk, in, to, h;
	u32 i;

	for (blk = f->nr_blocks; blk-- > 0;) {
		struct kw_block *bl = &f->block[blk];

		in = KW_NO_BLOCK;
		for (i = 0; i < bl->nr_succs; i++) {
			to = f->edge[f->succs[bl->succ + i]].to;
			if (to <= blk)
				h = to;
			else
				h = f->block[to].is_loop_header ? l->parent[to] : f->block[to].loop_header;
			if (h == KW_NO_BLOCK || h == in)
				continue;
			if (in != KW_NO_BLOCK)
				nest(l, max(in, h), min(in, h));
			in = in == KW_NO_BLOCK ? h : max(in, h);
		}
		bl->loop_header = in;
	}
}

/* Without loops the builder's order is right. */
static void close_up_blocks(struct finish *s)
{
	struct kw_irfunc *f = s->f;
	u32 at = 0;
	kw_bid blk;

	s->ascending = true;
	for (blk = 0; blk < f->nr_blocks; blk++)
		if (f->block[blk].first) {
			s->number[blk] = at;
			s->order[at++] = blk;
		}
	f->nr_blocks = at;
}

/* Preorder over the tree of loops: a loop's blocks and inner loops in the builder's order. */
static int order_blocks(struct finish *s, const struct loops *l)
{
	struct kw_irfunc *f = s->f;
	u32 n = f->nr_blocks, at = 0, depth = 0;
	kw_bid *first = kw_arena_raw_array(f->tmp, n + 1, sizeof(*first));
	kw_bid *next = kw_arena_raw_array(f->tmp, n + 1, sizeof(*next));
	kw_bid *stack = kw_arena_raw_array(f->tmp, n + 1, sizeof(*stack));
	kw_bid blk, home;

	if (!first || !next || !stack)
		return -ENOMEM;
	memset(first, 0xff, (n + 1) * sizeof(*first));	/* KW_NO_BLOCK; [n] is the outside */
	for (blk = n; blk-- > 0;) {
		if (!f->block[blk].first)
			continue;
		home = f->block[blk].is_loop_header ? l->parent[blk] : f->block[blk].loop_header;
		home = home == KW_NO_BLOCK ? n : home;
		next[blk] = first[home];
		first[home] = blk;
	}
	s->ascending = true;
	for (blk = first[n];;) {
		if (blk == KW_NO_BLOCK) {
			if (!depth)
				break;
			blk = next[stack[--depth]];
			continue;
		}
		s->ascending &= !at || s->order[at - 1] < blk;
		s->number[blk] = at;
		s->order[at++] = blk;
		if (f->block[blk].is_loop_header) {
			stack[depth++] = blk;
			blk = first[blk];
		} else {
			blk = next[blk];
		}
	}
	f->nr_blocks = at;
	return 0;
}

/* ---- renumbering ---- */

/* One use of the finished graph: of what is left, and counted.  Phis that are not are NOPs by now. */
static inline void finish_use(struct kw_irfunc *f, struct kw_node *node, kw_vid *use)
{
	struct kw_node *n = &node[*use];

	if (unlikely(n->op == KW_IR_NOP && n->a)) {
		*use = kw_ir_resolve(f, *use);
		n = &node[*use];
	}
	n->uses++;
}

/* What @n uses comes before it: its uses are counted from here on. */
static inline void finish_node(struct kw_irfunc *f, struct kw_node *n, kw_bid blk)
{
	u32 nr;
	kw_vid *arg = kw_ir_args(f, n, &nr), *end = arg + nr;
	struct kw_node *node = f->node;

	n->block = blk;
	n->uses = 0;
	for (; arg != end; arg++)
		finish_use(f, node, arg);
}

/* The inputs of the phis of @bl. */
static void finish_phis(struct kw_irfunc *f, const struct kw_block *bl)
{
	u32 i, j;

	for (i = 0; i < bl->nr_preds; i++) {
		kw_vid *args = f->pool + f->edge[f->preds[bl->pred + i]].args;

		for (j = 0; j < bl->nr_phis; j++)
			finish_use(f, f->node, &args[j]);
	}
}

/* The block that @blk has gone into; halves the way for those that ask next. */
static kw_bid merged_home(kw_bid *merged_into, kw_bid blk)
{
	while (merged_into[blk] != blk) {
		merged_into[blk] = merged_into[merged_into[blk]];
		blk = merged_into[blk];
	}
	return blk;
}

static void renumber_edges(struct finish *s, u32 *edge_number, kw_bid *merged_into)
{
	struct kw_irfunc *f = s->f;
	u32 i, at = 0;

	for (i = 0; i < f->nr_edges; i++) {
		if (s->forward[i])
			continue;
		edge_number[i] = at;
		f->edge[at] = f->edge[i];
		f->edge[at].from = s->number[merged_home(merged_into, f->edge[i].from)];
		f->edge[at].to = s->number[f->edge[i].to];
		at++;
	}
	f->nr_edges = at;
}

/* The list of edges into @bl becomes an array at @at, in order. */
static void renumber_preds(struct finish *s, struct kw_block *bl, u32 at, const u32 *edge_number)
{
	u32 *to = s->f->preds + at + bl->nr_preds, e;

	for (e = bl->pred; e != ~0u; e = s->edge_next[e])
		*--to = edge_number[e];
	bl->pred = at;
}

static int renumber(struct finish *s, kw_bid *merged_into)
{
	struct kw_irfunc *f = s->f;
	u32 *edge_number = kw_arena_raw_array(f->tmp, f->nr_edges + 1, sizeof(*edge_number));
	struct kw_block *nb = f->block;
	kw_bid blk;
	u32 i, at = 0;
	kw_vid v;

	if (!s->ascending)
		nb = kw_arena_raw_array(f->tmp, f->nr_blocks, sizeof(*nb));
	if (!nb || !edge_number)
		return -ENOMEM;
	renumber_edges(s, edge_number, merged_into);
	f->preds = kw_arena_raw_array(f->arena, f->nr_edges + 1, sizeof(*f->preds));
	if (!f->preds)
		return -ENOMEM;
	for (blk = 0; blk < f->nr_blocks; blk++) {
		struct kw_block *bl = &nb[blk];

		*bl = f->block[s->order[blk]];
		bl->idom = s->number[merged_home(merged_into, bl->idom)];
		if (bl->loop_header != KW_NO_BLOCK)
			bl->loop_header = s->number[bl->loop_header];
		for (i = 0; i < bl->nr_succs; i++)
			f->succs[bl->succ + i] = edge_number[f->succs[bl->succ + i]];
		renumber_preds(s, bl, at, edge_number);
		at += bl->nr_preds;
		for (v = bl->first; v; v = f->node[v].next)
			finish_node(f, &f->node[v], blk);
	}
	if (nb != f->block)
		memcpy(f->block, nb, f->nr_blocks * sizeof(*nb));
	for (blk = 0; blk < f->nr_blocks; blk++)
		if (f->block[blk].nr_phis)
			finish_phis(f, &f->block[blk]);
	return 0;
}

/* How deep each block lies in loops; @parent, by old numbers, becomes the headers' by new ones, in @to. */
static void mark_depths(struct finish *s, const kw_bid *parent, kw_bid *to)
{
	struct kw_irfunc *f = s->f;
	kw_bid blk, up;

	for (blk = 0; blk < f->nr_blocks; blk++) {
		struct kw_block *bl = &f->block[blk];

		up = bl->loop_header;
		if (bl->is_loop_header) {
			up = parent[s->order[blk]];
			to[blk] = up = up == KW_NO_BLOCK ? up : s->number[up];
		}
		bl->loop_depth = (u16)((up == KW_NO_BLOCK ? 0 : f->block[up].loop_depth) + bl->is_loop_header);
		bl->loop_end = 0;
	}
}

/* Where each loop ends: behind its last back edge, and behind every loop inside. */
static void mark_extents(struct kw_irfunc *f, const kw_bid *parent)
{
	kw_bid blk, end;
	u32 i;

	for (blk = f->nr_blocks; blk-- > 0;) {
		struct kw_block *bl = &f->block[blk];

		if (!bl->is_loop_header)
			continue;
		end = max(bl->loop_end, blk + 1);
		for (i = 0; i < bl->nr_preds; i++)
			end = max(end, f->edge[f->preds[bl->pred + i]].from + 1);
		bl->loop_end = end;
		if (parent[blk] != KW_NO_BLOCK)
			f->block[parent[blk]].loop_end = max(f->block[parent[blk]].loop_end, end);
	}
}

/* Cold: ends in a trap, or can only go to such. */
static void mark_cold(struct kw_irfunc *f)
{
	kw_bid blk;
	u32 i;

	for (blk = f->nr_blocks; blk-- > 0;) {
		struct kw_block *bl = &f->block[blk];

		bl->cold = f->node[bl->last].op == KW_IR_TRAP || bl->nr_succs;
		for (i = 0; i < bl->nr_succs; i++) {
			kw_bid to = f->edge[f->succs[bl->succ + i]].to;

			bl->cold &= to > blk && f->block[to].cold;
		}
	}
}

static int put_in_order(struct finish *s, kw_bid *merged_into)
{
	struct kw_irfunc *f = s->f;
	u32 n = f->nr_blocks;
	struct kw_arena_mark before;
	struct loops l;
	kw_bid *parent;
	int err;

	l.parent = kw_arena_raw_array(f->tmp, n + 1, sizeof(*l.parent));
	parent = kw_arena_raw_array(f->tmp, n + 1, sizeof(*parent));
	before = kw_arena_mark(f->tmp);
	l.seen = kw_arena_raw_array(f->tmp, n + 1, sizeof(*l.seen));
	if (!l.parent || !l.seen || !parent)
		return -ENOMEM;
	memset(l.parent, 0xff, n * sizeof(*l.parent));
	memset(l.seen, 0xff, n * sizeof(*l.seen));
	find_loops(s, &l);
	err = order_blocks(s, &l);
	kw_arena_release(f->tmp, before);
	if (!err)
		err = renumber(s, merged_into);
	if (err)
		return err;
	mark_depths(s, l.parent, parent);
	mark_extents(f, parent);
	return 0;
}

int kw_ir_finish(struct kw_irfunc *f, const u32 *edge_next, bool has_loops)
{
	struct finish s = { .f = f, .edge_next = edge_next };
	kw_bid *merged_into = kw_arena_raw_array(f->tmp, f->nr_blocks + 1, sizeof(*merged_into));
	kw_bid blk;
	int err = 0;

	s.forward = kw_arena_zalloc(f->tmp, f->nr_edges + 1);
	s.order = kw_arena_raw_array(f->tmp, f->nr_blocks + 1, sizeof(*s.order));
	s.number = kw_arena_raw_array(f->tmp, f->nr_blocks + 1, sizeof(*s.number));
	if (!merged_into || !s.forward || !s.order || !s.number)
		return -ENOMEM;
	find_redundant_phis(&s);
	f->has_sums |= s.has_dropped;	/* one may have stood for a sum */
	for (blk = 0; blk < f->nr_blocks; blk++) {
		merged_into[blk] = blk;
		if (s.has_dropped && f->block[blk].nr_phis)
			compact_phis(&s, &f->block[blk]);
	}
	merge_chains(&s, merged_into);
	if (!(f->opt_off & KW_OPT_RETURNS))
		err = kw_ir_copy_returns(f, edge_next, merged_into, s.forward);
	if (err)
		return err;
	if (has_loops) {
		err = put_in_order(&s, merged_into);
	} else {
		close_up_blocks(&s);
		err = renumber(&s, merged_into);
	}
	if (!err && f->has_op[KW_IR_TRAP])
		mark_cold(f);
	return err;
}
