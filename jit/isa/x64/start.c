// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Where a function begins, so that lines of the instruction caches end where
 * it is not run often: a run of instructions costs a cycle more for each line
 * it lies in, and a loop of some bytes in two lines takes twice its time.
 *
 * How often blocks are run is guessed: a loop's block eight times as often as
 * what is around the loop, half as often behind a branch whose both ways stay
 * in it.  Where a call is made, a line more does not matter next to it.
 */
#include "emit.h"

#define LINE_BYTES	64
#define NR_STARTS	(X64_SLACK / X64_FUNC_ALIGN + 1)
#define ONCE		(1u << 12)
#define LOOP_SHIFT	3
#define MAX_DEPTH	4	/* loops around a block that are told apart */

static u32 depth(const struct kw_mblock *mb)
{
	return min_t(u32, mb->loop_depth, MAX_DEPTH);
}

/* May execution leave the innermost loop behind @mb, or go where it seldom does? */
static bool is_exit(const struct kw_mfunc *mf, const struct kw_mblock *mb)
{
	u32 i;

	for (i = 0; i < mb->nr_succs; i++) {
		const struct kw_mblock *to = &mf->block[mf->medge[mb->succ + i].to];

		if (to->cold || to->loop_depth < mb->loop_depth)
			return true;
	}
	return false;
}

/* How often block @b is run, from what its dominator is. */
static u32 frequency(const struct kw_mfunc *mf, const u32 *freq, u32 b)
{
	const struct kw_mblock *mb = &mf->block[b], *idom = &mf->block[mb->idom];
	u32 at = freq[mb->idom], from = depth(idom), to = depth(mb);

	if (to > from)
		return at << LOOP_SHIFT * (to - from);
	if (to < from)
		return at >> LOOP_SHIFT * (from - to);
	if (mb->nr_preds == 1 && idom->nr_succs == 2 && !is_exit(mf, idom))
		return at / 2;
	return at;
}

static bool calls(const struct kw_mfunc *mf, const struct kw_mblock *mb)
{
	u32 i;

	for (i = mb->first; i < mb->end; i++)
		if (mf->inst[i].flags & KW_MI_CALL)
			return true;
	return false;
}

/* Lines that hold [@off, @end), less one. */
static inline u32 line_ends(u32 off, u32 end)
{
	return (end - 1) / LINE_BYTES - off / LINE_BYTES;
}

/**
 * x64_choose_start() - where the function in @e, which is not moved yet, is to begin
 *
 * One of NR_STARTS places from e->start - X64_SLACK on.  Its branches have their final lengths.
 */
u32 x64_choose_start(const struct x64_emit *e)
{
	const struct kw_mfunc *mf = e->mf;
	u32 first = e->start - X64_SLACK, off = first, best = 0, *freq, b, i, n;
	u64 cost[NR_STARTS] = {};

	if (mf->opt_off & KW_OPT_START)
		return first;
	freq = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*freq));
	if (!freq)
		return first;
	freq[0] = ONCE;
	for (b = 1; b < mf->nr_blocks; b++)
		freq[b] = frequency(mf, freq, b);
	for (n = 0; n + 1 < e->order.nr; n++) {	/* the prologue counts for the first block */
		const struct kw_mblock *mb = &mf->block[e->order.block[n]];
		u32 end = x64_label_off(e, e->order.block[n + 1]) - X64_SLACK;
		u32 often = freq[e->order.block[n]];

		if (mb->cold)
			break;
		if (mb->loop_depth && calls(mf, mb))
			often >>= LOOP_SHIFT * depth(mb);
		for (i = 0; i < NR_STARTS && end > off; i++)
			cost[i] += (u64)often * line_ends(off + i * X64_FUNC_ALIGN, end + i * X64_FUNC_ALIGN);
		off = end;
	}
	for (i = 1; i < NR_STARTS; i++)
		if (cost[i] < cost[best])
			best = i;
	return first + best * X64_FUNC_ALIGN;
}
