// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The two choices that make code good or bad: which free register a value
 * gets, and whose register is taken when none is free.
 */
#include "state.h"

#define MAX_PHIS	4	/* on the way from a value to the phi whose register it could have */

/* Registers of @mask that an instruction wants by name before @when. */
static u64 wanted_before(const struct ra *ra, u64 mask, ra_when_t when)
{
	u64 soon = 0;

	for (mask &= ra->busy_mask; mask; mask &= mask - 1)
		if (ra->busy[__builtin_ctzll(mask)] < (when & RA_LOW))
			soon |= mask & -mask;
	return soon;
}

/* Registers nobody asks for by name come first. */
static void order_registers(struct ra *ra, u32 c)
{
	u8 *order = ra->order[c];
	u64 mask = ra->mf->allocatable[c];
	u32 r, k, j;

	for (k = 0; mask; mask &= mask - 1, k++) {
		r = __builtin_ctzll(mask);
		for (j = k; j && ra->weight[order[j - 1]] > ra->weight[r]; j--)
			order[j] = order[j - 1];
		order[j] = r;
	}
	ra->ordered |= 1u << c;
}

static u32 first_in_order(struct ra *ra, u32 v, u64 mask)
{
	u32 c = ra_vreg(ra, v)->rclass, k;

	if (!(ra->ordered & (1u << c)))
		order_registers(ra, c);
	for (k = 0; k < ra->nr_regs[c]; k++)
		if (mask & BIT_ULL(ra->order[c][k]))
			return ra->order[c][k];
	return __builtin_ctzll(mask);
}

/* @wish if @mask allows it, else @mask. */
static u64 narrow(u64 mask, u64 wish)
{
	return mask & wish ? mask & wish : mask;
}

/**
 * kw_ra_choose_free() - a register of @mask for @v
 * @mask: not empty, none of them occupied
 *
 * First what saves a move: the register of the phi it feeds, or of the one that
 * feeds, as where a loop's counter is changed on one way of several; that of a later
 * fixed use, of its own earlier life.  Else one nobody will ask for while @v is there.
 */
u32 kw_ra_choose_free(struct ra *ra, u32 v, u64 mask)
{
	u32 p = ra->phi_hint[v], loop = ra->blk[ra->cur_block].loop, k;
	u64 calm = mask & ~wanted_before(ra, mask, ra->next[v]);
	u64 bit;

	if (calm) {
		bit = calm & ra_reg_bit(ra->like);
		for (k = 0; k < MAX_PHIS && p && !bit; k++, p = ra->phi_hint[p])
			bit = calm & ra_reg_bit(ra->share[p]);
		if (!bit)
			bit = calm & ra_reg_bit(ra->fixed_hint[v]);
		if (!bit)
			bit = calm & ra_reg_bit(ra->share[v]);
		if (!bit)
			bit = calm & ra_reg_bit(ra_vreg(ra, v)->hint);
		if (bit)
			return __builtin_ctzll(bit);
		mask = narrow(calm, ~ra->busy_mask);
	}
	if (loop != RA_NONE)
		mask = narrow(mask, ~ra->blk[loop].heads->phi_regs);
	return first_in_order(ra, v, mask);
}

/* How far its next use seems: making it again is cheaper than reading it back after a store. */
static ra_when_t seeming(const struct ra *ra, u32 v, u32 at)
{
	ra_when_t when = ra->next[v];
	u32 away = (when & RA_LOW) - at;

	if ((when & RA_LOW) <= at)
		return when;
	if (ra_remat(ra, v) != RA_NONE)
		return ra_when_add(when, away);
	if (ra->slot_lca[v] != RA_NONE)
		return ra_when_add(when, away / 4);
	return when;
}

/**
 * kw_ra_furthest() - of the occupied registers in @mask the one needed last
 * Return: a register, KW_NO_REG if none of them is occupied.
 */
u32 kw_ra_furthest(struct ra *ra, u64 mask, u32 at)
{
	u32 best = KW_NO_REG, r;
	ra_when_t far = 0, when;

	for (mask &= ra->occupied; mask; mask &= mask - 1) {
		r = __builtin_ctzll(mask);
		when = seeming(ra, ra->val[r], at);
		if (best != KW_NO_REG && when <= far)
			continue;
		best = r;
		far = when;
	}
	return best;
}
