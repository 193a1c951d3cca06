// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * load [i + c] of an i that a loop counts: c becomes the static offset.
 *
 * The builder's node.bits say how large a value can be by its own operations.
 * Now that loops are complete more is known: what counts up to a constant stays
 * below it, and so does what is computed from that.  Where i + c then cannot
 * wrap at 2^32, it is the same number to the machine, which does not wrap.
 *
 * What is found here leans on branches, which a processor runs past when it
 * guesses wrong.  So it is not written into the nodes, and serves guard mode's
 * offsets only: an index is 32 bits and an offset within the guard whatever they
 * are thought to be, and such an access stays in the reservation.  A scaled index
 * would not.
 */
#include "opt.h"

#define MAX_STEPS	6	/* branches looked at on the way from a back edge to its header */

#define MAX_OFFSET	(KW_GUARD_BYTES / 2)

struct range {
	struct kw_irfunc *f;
	u8 *bits;		/* the value is below 2^bits, taken as unsigned */
};

static u64 max_of(u8 bits)
{
	return bits >= 64 ? ~0ull : (1ull << bits) - 1;
}

static u8 bits_of(u64 v)
{
	return v ? (u8)(64 - __builtin_clzll(v)) : 0;
}

static bool is_const(const struct kw_irfunc *f, kw_vid v, u32 *imm)
{
	*imm = (u32)f->node[v].imm;
	return f->node[v].op == KW_IR_CONST;
}

/* The counter of a loop: @next comes around as @phi's next value. */
struct counter {
	kw_vid phi, next;
	u64 first;		/* the most it can start with */
	bool first_exact;
	bool has_step;		/* next = phi + step, 32 bits wide */
	s32 step;
};

/*
 * The loop goes on while @v, phi or next, is not @limit.  From a first value on
 * the right side and an even number of steps away it meets the limit before
 * anything wraps.
 */
static u64 until_equal(const struct counter *c, kw_vid v, u32 limit)
{
	u64 distance, step = c->step < 0 ? -(s64)c->step : c->step;

	if (!c->has_step || !c->first_exact || !step || (c->step > 0 ? limit < c->first : limit > c->first))
		return ~0ull;
	distance = c->step > 0 ? limit - c->first : c->first - limit;
	if (distance % step || (v == c->next && !distance))
		return ~0ull;
	return c->step > 0 ? limit : c->first;
}

/* While @v is at most @limit, unsigned. */
static u64 until_above(const struct counter *c, kw_vid v, u64 limit)
{
	if (v == c->next)
		return max(c->first, limit);
	if (!c->has_step || c->step < 0 || limit + c->step > 0xffffffff)
		return ~0ull;
	return max(c->first, limit + c->step);
}

/* Signed: the same, as long as no step leads out of the positive numbers. */
static u64 until_above_signed(const struct counter *c, kw_vid v, s64 limit)
{
	u64 most = limit < 0 ? ~0ull : until_above(c, v, limit);

	if (!c->has_step || c->step < 0 || most > 0x7fffffff || most + c->step > 0x7fffffff)
		return ~0ull;
	return most;
}

/* The most phi can be if the loop goes on only when i32 @cond is as @taken says; ~0: no idea. */
static u64 limit_of(const struct range *r, const struct counter *c, kw_vid cond, bool taken)
{
	const struct kw_node *n = &r->f->node[cond];
	u32 limit;
	u8 cc;

	if (cond == c->phi || cond == c->next)
		return taken ? until_equal(c, cond, 0) : ~0ull;
	if (n->op != KW_IR_CMP || n->sub != KW_T_I32 || (n->a != c->phi && n->a != c->next) ||
	    !is_const(r->f, n->b, &limit))
		return ~0ull;
	cc = taken ? n->aux : kw_cond_opposite[n->aux];
	switch (cc) {
	case KW_NE:	return until_equal(c, n->a, limit);
	case KW_LT_U:	return limit ? until_above(c, n->a, limit - 1) : ~0ull;
	case KW_LE_U:	return until_above(c, n->a, limit);
	case KW_LT_S:	return until_above_signed(c, n->a, (s64)(s32)limit - 1);
	case KW_LE_S:	return until_above_signed(c, n->a, (s32)limit);
	default:	return ~0ull;
	}
}

/* Branches every way around the loop over back edge @e takes, from the last one up. */
static u64 loop_limit(const struct range *r, const struct counter *c, kw_bid header, kw_bid latch)
{
	const struct kw_irfunc *f = r->f;
	u64 least = ~0ull;
	kw_bid b = latch;
	u32 i;

	for (i = 0; i < MAX_STEPS && b != header; i++) {
		const struct kw_block *bl = &f->block[b];
		u32 e = f->preds[bl->pred];
		kw_bid up = bl->idom;
		const struct kw_node *end = &f->node[f->block[up].last];

		if (bl->nr_preds == 1 && end->op == KW_IR_BR)
			least = min(least, limit_of(r, c, end->a, f->succs[f->block[up].succ] == e));
		b = up;
	}
	return least;
}

/* The input of a phi on its only back edge; 0 if there are several. */
static kw_vid back_input(const struct range *r, kw_bid header, const struct kw_node *phi, kw_bid *latch)
{
	const struct kw_irfunc *f = r->f;
	const struct kw_block *bl = &f->block[header];
	kw_vid v = 0;
	u32 i;

	for (i = 0; i < bl->nr_preds; i++) {
		const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

		if (e->from < header)
			continue;
		if (v)
			return 0;
		v = f->pool[e->args + phi->imm];
		*latch = e->from;
	}
	return v;
}

static u8 phi_bits(const struct range *r, kw_bid b, kw_vid v)
{
	const struct kw_irfunc *f = r->f;
	const struct kw_block *bl = &f->block[b];
	const struct kw_node *n = &f->node[v];
	u8 bits = 0;
	u32 i;

	/* Mostly the first one may be anything. */
	for (i = 0; i < bl->nr_preds && bits < n->bits; i++) {
		const struct kw_edge *e = &f->edge[f->preds[bl->pred + i]];

		if (e->from < b)
			bits = max(bits, r->bits[f->pool[e->args + n->imm]]);
	}
	return bits;
}

/* The value a phi starts with, if there is one way in. */
static kw_vid first_input(const struct range *r, kw_bid header, const struct kw_node *phi)
{
	const struct kw_irfunc *f = r->f;
	const struct kw_block *bl = &f->block[header];
	const struct kw_edge *e = &f->edge[f->preds[bl->pred]];

	if (bl->nr_preds != 2)
		return 0;
	if (e->from >= header)
		e = &f->edge[f->preds[bl->pred + 1]];
	return f->pool[e->args + phi->imm];
}

static u8 loop_phi_bits(const struct range *r, kw_bid b, kw_vid v)
{
	const struct kw_irfunc *f = r->f;
	const struct kw_node *n = &f->node[v], *next;
	struct counter c = { .phi = v };
	kw_bid latch;
	u32 imm;
	u64 most;

	c.next = n->type == KW_T_I32 ? back_input(r, b, n, &latch) : 0;
	if (!c.next)
		return n->bits;
	c.first_exact = is_const(f, first_input(r, b, n), &imm);
	c.first = c.first_exact ? imm : max_of(phi_bits(r, b, v));
	next = &f->node[c.next];
	if (next->op == KW_IR_ADD && next->a == v && is_const(f, next->b, &imm)) {
		c.has_step = true;
		c.step = (s32)imm;
	}
	most = loop_limit(r, &c, b, latch);
	return min(n->bits, bits_of(most));
}

static void one_node(const struct range *r, kw_bid b, kw_vid v)
{
	const struct kw_irfunc *f = r->f;
	const struct kw_node *n = &f->node[v];

	if (kw_ir_carries_bits[n->op])
		r->bits[v] = min(n->bits, kw_ir_bits(f, n, r->bits, 1));
	else if (n->op != KW_IR_PHI)
		r->bits[v] = n->bits;
	else if (f->block[b].is_loop_header)
		r->bits[v] = loop_phi_bits(r, b, v);
	else
		r->bits[v] = min(n->bits, phi_bits(r, b, v));
}

/* While the address is a sum that cannot wrap, its constant joins the offset. */
static void fold_address(const struct range *r, struct kw_node *n)
{
	struct kw_irfunc *f = r->f;
	const struct kw_node *sum;
	u32 c;

	for (;;) {
		sum = &f->node[n->a];
		if (sum->op != KW_IR_ADD || sum->type != KW_T_I32 || !is_const(f, sum->b, &c) ||
		    r->bits[sum->a] > 31 || max_of(r->bits[sum->a]) + c > 0xffffffff || n->imm + c >= MAX_OFFSET)
			return;
		f->node[n->a].uses--;
		n->a = sum->a;
		n->imm += c;
		f->node[n->a].uses++;
	}
}

int kw_opt_range(struct kw_irfunc *f)
{
	struct range r = { .f = f };
	kw_bid b;
	kw_vid v;

	r.bits = kw_arena_alloc(f->tmp, f->nr_nodes);
	if (!r.bits)
		return -ENOMEM;
	r.bits[0] = 64;
	for (b = 0; b < f->nr_blocks; b++)
		kw_ir_for_each_node(f, b, v) {
			struct kw_node *n = &f->node[v];

			one_node(&r, b, v);
			if ((n->op == KW_IR_LOAD || n->op == KW_IR_STORE) && n->aux)
				fold_address(&r, n);
		}
	return 0;
}
