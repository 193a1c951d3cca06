// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Random machine IR: nested ifs, loops with breaks, switches, block
 * parameters, and every kind of operand constraint the allocator knows.
 * Values are picked only from those whose definition dominates.
 */
#include <stdlib.h>

#include "mirgen.h"

struct chance {
	struct mirgen *g;
	u32 *avail;		/* vregs that may be used here, innermost scope last */
	u32 nr_avail, cap_avail;
	u32 left;		/* instructions still to make */
	u32 depth;
	u32 breaks[16];		/* labels behind the loops around */
	u32 nr_breaks;
	u64 regs;
	u32 nr_regs;
};

#define R(n)	mirgen_rand(c->g, n)

static const u8 types[2][3] = {
	{ KW_T_I32, KW_T_I64, KW_T_I64 },
	{ KW_T_F32, KW_T_F64, KW_T_V128 },
};

static void add_avail(struct chance *c, u32 v)
{
	if (c->nr_avail == c->cap_avail) {
		c->cap_avail = c->cap_avail * 2 + 64;
		c->avail = realloc(c->avail, c->cap_avail * sizeof(u32));
	}
	c->avail[c->nr_avail++] = v;
}

static u32 new_vreg(struct chance *c, u32 rclass)
{
	return mirgen_vreg(c->g, rclass, types[rclass][R(3)]);
}

static u32 some_class(struct chance *c)
{
	return c->g->mf.allocatable[KW_RC_VEC] && !R(4) ? KW_RC_VEC : KW_RC_INT;
}

/* A value of that class; recent ones are likelier. */
static u32 pick(struct chance *c, u32 rclass)
{
	u32 tries, v;

	for (tries = 0; tries < 12 && c->nr_avail; tries++) {
		u32 window = R(3) ? min(c->nr_avail, 8u) : c->nr_avail;

		v = c->avail[c->nr_avail - 1 - R(window)];
		if (c->g->mf.vreg[v].rclass == rclass)
			return v;
	}
	v = mirgen_const(c->g, rclass, types[rclass][R(3)]);
	add_avail(c, v);
	return v;
}

/* The same type as @v, for an edge argument. */
static u32 pick_like(struct chance *c, u32 v)
{
	const struct kw_vreg *vr = &c->g->mf.vreg[v];
	u32 rclass = vr->rclass, type = vr->type, tries;

	for (tries = 0; tries < 20 && c->nr_avail; tries++) {
		u32 a = c->avail[c->nr_avail - 1 - R(c->nr_avail)];

		vr = &c->g->mf.vreg[a];
		if (vr->rclass == rclass && vr->type == type)
			return a;
	}
	add_avail(c, mirgen_const(c->g, rclass, type));
	return c->avail[c->nr_avail - 1];
}

static u32 nth_reg(struct chance *c, u32 n)
{
	u64 mask = c->regs;

	for (n %= c->nr_regs; n; n--)
		mask &= mask - 1;
	return __builtin_ctzll(mask);
}

static void make_plain(struct chance *c)
{
	u32 rclass = some_class(c), n = R(3), uses[3], k, d;

	for (k = 0; k < n; k++)
		uses[k] = pick(c, R(5) ? rclass : some_class(c));
	d = new_vreg(c, rclass);
	mirgen_inst(c->g, 0, 0);
	for (k = 0; k < n; k++)
		mirgen_opnd(c->g, k && !R(4) ? KW_OP_LATE_USE : KW_OP_USE,
			    R(3) ? KW_WANT_REG : KW_WANT_ANY, 0, uses[k]);
	mirgen_opnd(c->g, n < 2 && !R(6) ? KW_OP_EARLY_DEF : KW_OP_DEF, KW_WANT_REG, 0, d);
	if (R(8))
		add_avail(c, d);
}

static void make_reuse(struct chance *c)
{
	u32 rclass = some_class(c), a = pick(c, rclass), b = pick(c, rclass);
	u32 d = new_vreg(c, rclass);

	if (!R(3)) {
		mirgen_inst(c->g, KW_MI_COMMUTES, 0);
		mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_REUSE, 1, d);
		mirgen_opnd(c->g, KW_OP_USE, KW_WANT_REG, 0, a);
		mirgen_opnd(c->g, KW_OP_USE, KW_WANT_ANY, 0, b);
		add_avail(c, d);
		return;
	}
	mirgen_inst(c->g, 0, 0);
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_REUSE, 1, d);
	mirgen_opnd(c->g, KW_OP_USE, R(4) ? KW_WANT_REG : KW_WANT_ANY, 0, a);
	mirgen_opnd(c->g, R(4) ? KW_OP_USE : KW_OP_LATE_USE, R(2) ? KW_WANT_REG : KW_WANT_ANY, 0, b);
	add_avail(c, d);
}

static void make_shift(struct chance *c)
{
	u32 a = pick(c, KW_RC_INT), b = pick(c, KW_RC_INT), d = new_vreg(c, KW_RC_INT);

	mirgen_inst(c->g, 0, 0);
	mirgen_opnd(c->g, KW_OP_USE, KW_WANT_REG, 0, a);
	mirgen_opnd(c->g, R(4) ? KW_OP_LATE_USE : KW_OP_USE, KW_WANT_FIXED, nth_reg(c, 1), b);
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_REUSE, 0, d);
	add_avail(c, d);
}

static void make_div(struct chance *c)
{
	u32 a = pick(c, KW_RC_INT), b = pick(c, KW_RC_INT);
	u32 q = new_vreg(c, KW_RC_INT), r = new_vreg(c, KW_RC_INT);
	bool both = R(2);

	mirgen_inst(c->g, 0, both ? 0 : BIT_ULL(nth_reg(c, 2)));
	mirgen_opnd(c->g, KW_OP_USE, KW_WANT_FIXED, nth_reg(c, 0), a);
	mirgen_opnd(c->g, KW_OP_LATE_USE, R(2) ? KW_WANT_REG : KW_WANT_ANY, 0, b);
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_FIXED, nth_reg(c, 0), q);
	if (both)
		mirgen_opnd(c->g, R(2) ? KW_OP_DEF : KW_OP_EARLY_DEF, KW_WANT_FIXED, nth_reg(c, 2),
			    r);
	add_avail(c, q);
	if (both && R(2))
		add_avail(c, r);
}

static void make_call(struct chance *c)
{
	u32 n = R(c->nr_regs + 1), args[16], k, d = 0, x = 0;
	bool clobber_vec = R(3), result = R(4);

	n = min(n, 6u);
	for (k = 0; k < n; k++)
		args[k] = pick(c, KW_RC_INT);
	if (!R(3))
		x = pick(c, some_class(c));
	if (result)
		d = new_vreg(c, KW_RC_INT);
	mirgen_inst(c->g, KW_MI_CALL, c->regs |
		    (clobber_vec ? c->g->mf.allocatable[KW_RC_VEC] : 0));
	for (k = 0; k < n; k++)
		mirgen_opnd(c->g, KW_OP_USE, KW_WANT_FIXED, nth_reg(c, k), args[k]);
	if (x)
		mirgen_opnd(c->g, KW_OP_USE, KW_WANT_ANY, 0, x);
	if (!result)
		return;
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_FIXED, nth_reg(c, 0), d);
	add_avail(c, d);
}

static void make_temp(struct chance *c)
{
	u32 a = pick(c, KW_RC_INT), t = new_vreg(c, KW_RC_INT), d = new_vreg(c, KW_RC_INT);

	mirgen_inst(c->g, 0, 0);
	mirgen_opnd(c->g, KW_OP_EARLY_DEF, KW_WANT_REG, 0, t);
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_REG, 0, d);
	mirgen_opnd(c->g, R(2) ? KW_OP_USE : KW_OP_LATE_USE, KW_WANT_REG, 0, a);
	add_avail(c, d);
}

static void make_copy(struct chance *c)
{
	u32 rclass = some_class(c), a = pick(c, rclass);
	u32 d = mirgen_vreg(c->g, rclass, c->g->mf.vreg[a].type);

	mirgen_inst(c->g, KW_MI_MOVE, 0);
	mirgen_opnd(c->g, KW_OP_USE, R(2) ? KW_WANT_ANY : KW_WANT_REG, 0, a);
	mirgen_opnd(c->g, KW_OP_DEF, KW_WANT_REG, 0, d);
	add_avail(c, d);
}

static void make_clobber(struct chance *c)
{
	u32 a = pick(c, KW_RC_INT);

	mirgen_inst(c->g, 0, BIT_ULL(nth_reg(c, R(8))));
	mirgen_opnd(c->g, KW_OP_USE, KW_WANT_REG, 0, a);
}

static void make_const(struct chance *c)
{
	u32 rclass = some_class(c);

	add_avail(c, mirgen_const(c->g, rclass, types[rclass][R(3)]));
}

static void make_inst(struct chance *c)
{
	static void (*const make[])(struct chance *c) = {
		make_plain, make_plain, make_plain, make_plain, make_reuse, make_reuse, make_reuse,
		make_shift, make_div, make_temp, make_copy, make_clobber, make_const, make_call,
	};

	make[R(ARRAY_SIZE(make))](c);
	c->left -= !!c->left;
}

static void sequence(struct chance *c);

static void jump(struct chance *c, u32 label)
{
	u32 args[8], k, n = c->g->label[label].nr_params;

	for (k = 0; k < n; k++)
		args[k] = pick_like(c, c->g->mf.vpool[c->g->label[label].params + k]);
	mirgen_jump(c->g, label, args);
}

static u32 label_with_params(struct chance *c, u32 max_params)
{
	u32 params[8], n = R(max_params + 1), k;

	for (k = 0; k < n; k++)
		params[k] = new_vreg(c, some_class(c));
	return mirgen_label(c->g, n, params);
}

static void begin(struct chance *c, u32 label)
{
	u32 k;

	mirgen_begin(c->g, label);
	for (k = 0; k < c->g->label[label].nr_params; k++)
		add_avail(c, c->g->mf.vpool[c->g->label[label].params + k]);
}

/* @nr ways from a switch to one join; some leave the loop instead. */
static void make_ways(struct chance *c, u32 nr)
{
	u32 join = label_with_params(c, 5), way[8], k, mark = c->nr_avail, reached = 0;
	u32 use = pick(c, KW_RC_INT);

	for (k = 0; k < nr; k++) {
		way[k] = mirgen_label(c->g, 0, NULL);
		c->g->label[way[k]].cold = !R(5);
	}
	mark = c->nr_avail;
	mirgen_switch(c->g, use, nr, way);
	for (k = 0; k < nr; k++) {
		begin(c, way[k]);
		if (R(3))
			sequence(c);
		if (c->nr_breaks && reached && !R(4)) {
			jump(c, c->breaks[R(c->nr_breaks)]);
		} else {
			jump(c, join);
			reached++;
		}
		c->nr_avail = mark;
	}
	begin(c, join);
}

static void make_loop(struct chance *c)
{
	u32 head = label_with_params(c, 5), out = mirgen_label(c->g, 0, NULL);
	u32 behind = label_with_params(c, 2), again = mirgen_label(c->g, 0, NULL), mark, k;

	/* [out] leaves the loop by its test, [behind] is where breaks meet it. */
	c->g->label[head].header = true;
	c->g->label[head].end_label = out;
	jump(c, head);
	mark = c->nr_avail;
	begin(c, head);
	c->breaks[c->nr_breaks++] = behind;
	sequence(c);
	sequence(c);
	c->nr_breaks--;
	k = pick(c, KW_RC_INT);
	if (R(2))
		mirgen_branch(c->g, k, again, out);
	else
		mirgen_branch(c->g, k, out, again);
	k = c->nr_avail;
	begin(c, again);
	if (R(2))
		make_inst(c);
	jump(c, head);
	c->nr_avail = k;
	begin(c, out);
	/* What the loop defined is not known to dominate once breaks join in. */
	jump(c, behind);
	c->nr_avail = mark;
	begin(c, behind);
}

static void sequence(struct chance *c)
{
	u32 n = 1 + R(8);

	if (c->depth == 6)
		return;
	c->depth++;
	while (n-- && c->left) {
		u32 what = R(12);

		if (what == 0 && c->nr_breaks < 4)
			make_loop(c);
		else if (what == 1)
			make_ways(c, 2);
		else if (what == 2 && !R(3))
			make_ways(c, 3 + R(4));
		else
			make_inst(c);
	}
	c->depth--;
}

static u64 some_regs(struct chance *c, u32 n, u32 base)
{
	u64 mask = 0;

	while (__builtin_popcountll(mask) < (int)n)
		mask |= BIT_ULL(base + R(n + 3));
	return mask;
}

void mirgen_random(struct mirgen *g, u64 seed, u32 size)
{
	struct chance ch = { .g = g, .left = size }, *c = &ch;
	u32 k, n;

	mirgen_init(g, 0, 0);
	g->seed = seed * 0x9e3779b97f4a7c15ULL + 1;
	R(2);
	c->nr_regs = R(4) ? 3 + R(4) : 13;
	c->regs = some_regs(c, c->nr_regs, 0);
	g->mf.allocatable[KW_RC_INT] = c->regs;
	if (R(3))
		g->mf.allocatable[KW_RC_VEC] = some_regs(c, 2 + R(4), 32);
	n = R(c->nr_regs + 1);
	if (n) {
		k = mirgen_inst(g, 0, 0);
		g->mf.inst[k].op = KW_MOP_PARAMS;
		for (k = 0; k < n; k++) {
			u32 v = new_vreg(c, KW_RC_INT);

			mirgen_opnd(g, KW_OP_DEF, KW_WANT_FIXED, nth_reg(c, k), v);
			add_avail(c, v);
		}
	}
	while (c->left)
		sequence(c);
	mirgen_return(g, c->nr_avail ? pick(c, KW_RC_INT) : 0);
	mirgen_finish(g);
	free(c->avail);
}
