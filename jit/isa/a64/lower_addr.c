// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Addresses that several accesses of a block share: memory base + index, and
 * the part of the offset that no access can hold, added once.  [base, index,
 * offset] is nothing the machine has, so each would add them again.
 *
 * The walk is backwards, so the first who asks is the last who uses.  The sum is
 * made where the index is, or at the start of the block if that comes from
 * elsewhere; behind a call at the latest, for nothing lives in a register across
 * one and the base may be another then.
 *
 * An index in a loop that one access has for itself: there it is the offset that
 * is added to the base, once for the function, whose base never moves.
 */
#include "lower.h"

/* @disp = @high + what @row can have; false: it is nothing for one add. */
static bool split(u8 row, s64 disp, s32 *high)
{
	s64 rest = a64_can_mem(row, disp) ? disp : disp & 0xfff;

	*high = disp - rest;
	return a64_can_mem(row, rest) && a64_can_rri(*high < 0 ? -(s64)*high : *high);
}

u32 a64_shared_address(struct kw_lower *l, kw_vid index, u8 row, s32 *disp)
{
	struct kw_shared_address *a;
	s32 high;

	index = kw_lower_same(l, index);
	if (!*disp || !split(row, *disp, &high))
		return 0;
	for (a = l->shared; a < l->shared + l->nr_shared; a++)
		if (a->index == index && a->high == high)
			break;
	if (a == l->shared + l->nr_shared) {
		if (kw_lower_node(l, index)->uses < 2 || l->nr_shared == ARRAY_SIZE(l->shared))
			return 0;
		kw_lower_value(l, index);	/* or the walk would take it for dead */
		*a = (struct kw_shared_address){ index, high, kw_mi_vreg(l, KW_T_I64) };
		l->nr_shared++;
	}
	*disp -= high;
	return a->vreg;
}

u32 a64_fixed_address(struct kw_lower *l, s32 disp)
{
	u32 i;

	if (!disp || !l->f->block[l->block].loop_depth)
		return 0;
	for (i = 0; i < l->nr_fixed; i++)
		if (l->fixed[i].high == disp)
			return l->fixed[i].vreg;
	if (l->nr_fixed == ARRAY_SIZE(l->fixed))
		return 0;
	l->fixed[l->nr_fixed++] = (struct kw_shared_address){ 0, disp, kw_mi_vreg(l, KW_T_I64) };
	return l->fixed[i].vreg;
}

static void make(struct kw_lower *l, const struct kw_shared_address *a)
{
	kw_mi_begin(l, A64_BASE, A64_X);
	kw_mi_opnd(l, a->vreg, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	if (a->index) {
		kw_mi_use(l, kw_lower_value(l, a->index));
		l->mi->x1 = kw_lower_node(l, a->index)->type == KW_T_I32 ? A64_UXTW : A64_UXTX;
	}
	l->mi->disp = a->high;
	kw_mi_end(l);
}

void a64_make_address(struct kw_lower *l, kw_vid index)
{
	u32 i;

	for (i = l->nr_shared; i-- > 0;) {
		if (l->shared[i].index != index)
			continue;
		make(l, &l->shared[i]);
		l->shared[i] = l->shared[--l->nr_shared];
	}
}

void a64_make_fixed(struct kw_lower *l)
{
	u32 i;

	for (i = 0; i < l->nr_fixed; i++)
		make(l, &l->fixed[i]);
}

void a64_make_addresses(struct kw_lower *l)
{
	while (l->nr_shared)
		make(l, &l->shared[--l->nr_shared]);
}
