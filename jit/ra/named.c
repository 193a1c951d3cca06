// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Registers that instructions ask for by name: at each point of a block, the
 * next instruction that needs this very register.  The walk backward notes what
 * it overwrites in a log, which the walk forward takes back from the end.
 */
#include "state.h"

/* Room for a word for each register, and for a mask of them. */
static int reserve_busy_log(struct ra *ra)
{
	u32 *log = kw_arena_grow(ra->arena, ra->busy_log, &ra->cap_busy_log,
				 ra->nr_busy_log + RA_NR_REGS + 2, sizeof(*log));

	if (!log)
		return -ENOMEM;
	ra->busy_log = log;
	return 0;
}

/* Instruction @i of block @b asks for the registers of @mask. */
int kw_ra_note_named(struct ra *ra, u64 mask, u32 b, u32 i)
{
	static const u32 weights[] = { 1, 8, 64, 512, 4096 };
	u32 weight = ra->mf->block[b].cold ? 0 : weights[min(ra->blk[b].depth, 4u)];

	if (reserve_busy_log(ra))
		return -ENOMEM;
	while (mask) {
		u32 r = __builtin_ctzll(mask);

		mask &= mask - 1;
		ra->busy_log[ra->nr_busy_log++] = ra->busy_mask & BIT_ULL(r) ? ra->busy[r] : RA_NONE;
		ra->busy[r] = i;
		ra->busy_mask |= BIT_ULL(r);
		ra->weight[r] += min(weight, RA_NONE - ra->weight[r]);
	}
	return 0;
}

/* The walk backward has come to the start of a block: before it, nothing is known of its successors. */
int kw_ra_close_named(struct ra *ra)
{
	u64 mask = ra->busy_mask;

	if (reserve_busy_log(ra))
		return -ENOMEM;
	for (; mask; mask &= mask - 1)
		ra->busy_log[ra->nr_busy_log++] = ra->busy[__builtin_ctzll(mask)];
	ra->busy_log[ra->nr_busy_log++] = (u32)ra->busy_mask;
	ra->busy_log[ra->nr_busy_log++] = (u32)(ra->busy_mask >> 32);
	ra->busy_mask = 0;
	return 0;
}

/* The walk forward is behind an instruction that asked for the registers of @mask. */
void kw_ra_pop_named(struct ra *ra, u64 mask)
{
	while (mask) {
		u32 r = 63 - __builtin_clzll(mask);
		u32 old = ra->busy_log[--ra->nr_busy_log];

		mask &= ~BIT_ULL(r);
		ra->busy[r] = old;
		if (old == RA_NONE)
			ra->busy_mask &= ~BIT_ULL(r);
	}
}

/* It has come to the start of a block. */
void kw_ra_open_named(struct ra *ra)
{
	u64 mask = (u64)ra->busy_log[--ra->nr_busy_log] << 32;
	u64 left;

	mask |= ra->busy_log[--ra->nr_busy_log];
	ra->busy_mask = mask;
	for (left = mask; left; ) {
		u32 r = 63 - __builtin_clzll(left);

		left &= ~BIT_ULL(r);
		ra->busy[r] = ra->busy_log[--ra->nr_busy_log];
	}
}
