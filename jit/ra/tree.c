// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Loop tree and dominator tree of the blocks, with jump pointers so that a
 * hostile depth costs a logarithm and not a walk: besides its parent a node
 * knows one ancestor further out, chosen so that both kinds of step together
 * reach any level in O(log depth) (Myers 1983, "An applicative random-access
 * stack").
 */
#include "state.h"

static u32 loop_jump(const struct ra_block *blk, u32 parent)
{
	u32 one = blk[parent].heads->jump, two = blk[one].heads->jump;

	return blk[parent].depth - blk[one].depth == blk[one].depth - blk[two].depth ? two : parent;
}

static u32 dom_jump(const struct ra_block *blk, u32 idom)
{
	u32 one = blk[idom].dom_jump, two = blk[one].dom_jump;

	return blk[idom].dom_depth - blk[one].dom_depth ==
	       blk[one].dom_depth - blk[two].dom_depth ? two : idom;
}

static int add_loop(struct ra *ra, u32 b, u32 parent)
{
	struct ra_loop *loop = kw_arena_zalloc(ra->arena, sizeof(*loop));
	struct ra_block *blk = ra->blk;

	if (!loop)
		return -ENOMEM;
	blk[b].heads = loop;
	blk[b].loop = b;
	blk[b].depth = parent == RA_NONE ? 1 : blk[parent].depth + 1;
	loop->parent = parent;
	loop->jump = parent == RA_NONE ? b : loop_jump(blk, parent);
	return 0;
}

static void add_dom(struct ra *ra, u32 b)
{
	struct ra_block *blk = ra->blk;
	u32 idom = ra->mf->block[b].idom;

	if (!b)
		return;
	blk[b].dom_depth = blk[idom].dom_depth + 1;
	blk[b].dom_jump = dom_jump(blk, idom);
}

/**
 * kw_ra_loops() - fill the loop and dominator trees
 */
int kw_ra_loops(struct ra *ra)
{
	const struct kw_mfunc *mf = ra->mf;
	u32 b, open = RA_NONE;

	for (b = 0; b < mf->nr_blocks; b++) {
		const struct kw_mblock *mb = &mf->block[b];

		if (mb->first >= mb->end || (b && mb->idom >= b))
			return -EINVAL;
		while (open != RA_NONE && mf->block[open].loop_end <= b)
			open = ra->blk[open].heads->parent;
		ra->blk[b] = (struct ra_block){ 0 };
		if (mb->is_loop_header) {
			if (add_loop(ra, b, open))
				return -ENOMEM;
			open = b;
		} else {
			ra->blk[b].loop = open;
			ra->blk[b].depth = open == RA_NONE ? 0 : ra->blk[open].depth;
		}
		add_dom(ra, b);
		if (ra_step(ra))
			return -EINTR;
	}
	return 0;
}

static u32 dom_ancestor(const struct ra *ra, u32 b, u32 depth)
{
	const struct ra_block *blk = ra->blk;

	while (blk[b].dom_depth > depth) {
		if (blk[blk[b].dom_jump].dom_depth >= depth)
			b = blk[b].dom_jump;
		else
			b = ra->mf->block[b].idom;
	}
	return b;
}

u32 kw_ra_common_dominator(const struct ra *ra, u32 a, u32 b)
{
	const struct ra_block *blk = ra->blk;

	a = dom_ancestor(ra, a, blk[b].dom_depth);
	b = dom_ancestor(ra, b, blk[a].dom_depth);
	while (a != b) {
		if (blk[a].dom_jump != blk[b].dom_jump) {
			a = blk[a].dom_jump;
			b = blk[b].dom_jump;
		} else {
			a = ra->mf->block[a].idom;
			b = ra->mf->block[b].idom;
		}
	}
	return a;
}

/* Header of the outermost loop around @b that @def_block is not in, RA_NONE for none. */
u32 kw_ra_loop_outermost(const struct ra *ra, u32 b, u32 def_block)
{
	const struct ra_block *blk = ra->blk;
	u32 h = blk[b].loop;

	if (h == RA_NONE || h <= def_block)
		return RA_NONE;
	while (blk[h].heads->parent != RA_NONE && blk[h].heads->parent > def_block) {
		if (blk[h].heads->jump != h && blk[h].heads->jump > def_block)
			h = blk[h].heads->jump;
		else
			h = blk[h].heads->parent;
	}
	return h;
}
