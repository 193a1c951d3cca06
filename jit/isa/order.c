// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* In which order blocks are emitted, and where jumps really go. */
#include "order.h"

/* .edit: edits and blocks are both in the order of their instructions. */
static void find_edits(const struct kw_mfunc *mf, struct kw_order *o)
{
	u32 b, ed = 0;

	for (b = 0; b < mf->nr_blocks; b++) {
		while (ed < mf->nr_edits && mf->edit[ed].at < mf->block[b].first)
			ed++;
		o->edit[b] = ed;
	}
}

/* Does block @b hold nothing but a jump? */
static bool is_empty(const struct kw_mfunc *mf, const struct kw_order *o, u32 b)
{
	const struct kw_mblock *mb = &mf->block[b];
	u32 ed = o->edit[b];

	return b && mb->end - mb->first == 1 && mf->inst[mb->first].op == KW_MOP_JUMP &&
	       (ed == mf->nr_edits || mf->edit[ed].at != mb->first);
}

/* .forward: where a jump to a block really goes; through no loop made of nothing but jumps. */
static void forward_jumps(const struct kw_mfunc *mf, struct kw_order *o)
{
	u32 b, to;

	for (b = mf->nr_blocks; b-- > 0;) {
		o->forward[b] = b;
		if (!is_empty(mf, o, b))
			continue;
		to = mf->medge[mf->block[b].succ].to;
		if (to > b)
			o->forward[b] = o->forward[to];
		else if (!is_empty(mf, o, to))
			o->forward[b] = to;
	}
}

/*
 * A way out of the function beside one that goes on.  Compilers put what is
 * likely behind a branch, and a branch not taken is cheaper: let the rest of
 * the function follow it.
 */
static bool is_exit(const struct kw_mfunc *mf, u32 b)
{
	const struct kw_mblock *mb = &mf->block[b], *from;
	u32 i;

	if (mb->nr_succs || mb->nr_preds != 1)
		return false;
	from = &mf->block[mf->medge[mf->epool[mb->pred]].from];
	if (from->nr_succs != 2)
		return false;
	for (i = 0; i < 2; i++) {
		const struct kw_mblock *to = &mf->block[mf->medge[from->succ + i].to];

		if (to != mb && (to->cold || !to->nr_succs))
			return false;
	}
	return true;
}

enum place { HOT, EXIT, COLD, NR_PLACES };

static enum place place_of(const struct kw_mfunc *mf, u32 b)
{
	if (mf->block[b].cold && b)
		return COLD;
	return is_exit(mf, b) ? EXIT : HOT;
}

/* Hot blocks first, those that nothing jumps to left out; .follow: which one execution may fall into. */
int kw_order_blocks(const struct kw_mfunc *mf, struct kw_order *o)
{
	u32 b, n = 0, place;

	o->block = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->block));
	o->follow = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->follow));
	o->forward = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->forward));
	o->edit = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->edit));
	if (!o->block || !o->follow || !o->forward || !o->edit)
		return -ENOMEM;
	find_edits(mf, o);
	forward_jumps(mf, o);
	for (place = HOT; place < NR_PLACES; place++)
		for (b = 0; b < mf->nr_blocks; b++)
			if (place_of(mf, b) == place && o->forward[b] == b)
				o->block[n++] = b;
	o->nr = n;
	for (b = 0; b < n; b++)
		o->follow[o->block[b]] = b + 1 < n ? o->block[b + 1] : KW_NO_FOLLOW;
	return 0;
}
