// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Register allocation, top to bottom: trees, next uses, one walk in reverse
 * post-order that assigns and spills as it goes, then stores and slots.
 */
#include "state.h"

#define RA_MAX_INSTS	(1u << 24)

static bool alloc_by_vreg(struct ra *ra)
{
	struct kw_arena *a = ra->arena;
	u32 n = ra->mf->nr_vregs;

	ra->reg = kw_arena_alloc(a, n);
	ra->share = kw_arena_alloc(a, n);
	ra->xreg = kw_arena_alloc(a, n);
	ra->loose = kw_arena_zalloc(a, n);
	ra->slot_param = kw_arena_zalloc(a, n);
	ra->avail = kw_arena_array(a, n, sizeof(*ra->avail));
	ra->slot_lca = kw_arena_alloc(a, n * sizeof(*ra->slot_lca));
	ra->slot_start = kw_arena_alloc(a, n * sizeof(*ra->slot_start));
	ra->slot_end = kw_arena_array(a, n, sizeof(*ra->slot_end));
	ra->def_inst = kw_arena_alloc(a, n * sizeof(*ra->def_inst));
	ra->def_block = kw_arena_raw_array(a, n, sizeof(*ra->def_block));
	ra->move_to = kw_arena_raw_array(a, n + RA_NR_REGS, sizeof(*ra->move_to));
	ra->readers = kw_arena_raw_array(a, n + RA_NR_REGS, sizeof(*ra->readers));
	return ra->reg && ra->share && ra->xreg && ra->loose && ra->slot_param &&
	       ra->avail && ra->slot_lca && ra->slot_start &&
	       ra->slot_end && ra->def_inst && ra->def_block && ra->move_to && ra->readers;
}

static struct ra *new_ra(struct kw_mfunc *mf)
{
	struct ra *ra = kw_arena_zalloc(mf->tmp, sizeof(*ra));
	u32 n = mf->nr_vregs, c;
	u64 mask;

	if (!ra)
		return NULL;
	ra->mf = mf;
	for (c = 0; c < KW_NR_RCLASSES; c++)
		for (mask = mf->allocatable[c]; mask; mask &= mask - 1)
			ra->nr_regs[c]++;
	ra->arena = mf->tmp;
	kw_arena_init_shared(&ra->lists, mf->arena->account ?: mf->arena);
	ra->like = KW_NO_REG;
	ra->blk = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*ra->blk));
	ra->pick = kw_arena_raw_array(mf->tmp, KW_NR_RCLASSES * RA_MAX_PICKS, sizeof(*ra->pick));
	if (!ra->blk || !ra->pick || !alloc_by_vreg(ra))
		return NULL;
	memset(ra->reg, KW_NO_REG, n);
	memset(ra->share, KW_NO_REG, n);
	memset(ra->xreg, KW_NO_REG, n);
	memset(ra->slot_lca, 0xff, n * sizeof(*ra->slot_lca));
	memset(ra->slot_start, 0xff, n * sizeof(*ra->slot_start));
	memset(ra->def_inst, 0xff, n * sizeof(*ra->def_inst));
	return ra;
}

static int walk(struct ra *ra)
{
	const struct kw_mfunc *mf = ra->mf;
	u32 b, i;
	int err;

	for (b = 0; b < mf->nr_blocks; b++) {
		if (ra->blk[b].splits) {
			kw_ra_pass_block(ra, b);
			continue;
		}
		err = kw_ra_enter_block(ra, b);
		for (i = mf->block[b].first; i < mf->block[b].end && !err; i++) {
			if (ra_is_bare(&mf->inst[i]))
				continue;
			err = kw_ra_assign_inst(ra, i);
			if (!err)
				err = ra_step(ra);
		}
		if (!err)
			err = kw_ra_leave_block(ra, b);
		if (!err)
			err = ra_step(ra);
		if (err)
			return err;
	}
	return 0;
}

int kw_ra_assign(struct kw_mfunc *mf)
{
	struct ra *ra;
	int err;

	if (mf->nr_insts >= RA_MAX_INSTS || mf->nr_vregs >= RA_MAX_VREGS)
		return -E2BIG;
	ra = new_ra(mf);
	if (!ra)
		return -ENOMEM;
	mf->used_regs = 0;
	mf->nr_slots = 0;
	err = kw_ra_loops(ra);
	if (!err)
		err = kw_ra_live(ra);
	if (!err)
		err = walk(ra);
	kw_arena_free(&ra->lists);
	return err ? err : kw_ra_slots(ra);
}
