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

#define TIGHT_INSTS	128

enum place { HOT, EXIT, COLD, NR_PLACES };

static enum place place_of(const struct kw_mfunc *mf, u32 b)
{
	if (mf->block[b].cold && b)
		return COLD;
	return is_exit(mf, b) ? EXIT : HOT;
}

/* State of the walk that decides the order. */
struct layout {
	const struct kw_mfunc *mf;
	struct kw_order *o;
	u8 *done;		/* placed, or never emitted */
	u8 *place;		/* enum place */
	u32 *latch;		/* of a loop's header: the block that stands in front of it, 0: none */
	u32 *waits;		/* ways into a block, back edges aside, from blocks not placed yet */
};

/* Is the loop from block @h to @end short, with no call in it?  Rounds of others take longer than a jump. */
static bool is_tight(const struct kw_mfunc *mf, u32 h, u32 end)
{
	u32 i;

	if (mf->block[end].end - mf->block[h].first > TIGHT_INSTS)
		return false;
	for (i = mf->block[h].first; i < mf->block[end].end; i++)
		if (mf->inst[i].flags & KW_MI_CALL)
			return false;
	return true;
}

/*
 * A block with nothing but moves for the next round, behind a conditional
 * branch: in front of the header it falls into the loop, and a round takes one
 * branch, not two.  What enters the loop jumps over it, once.
 */
static void find_latches(struct layout *l)
{
	const struct kw_mfunc *mf = l->mf;
	u32 b, to;

	for (b = 1; b < mf->nr_blocks; b++) {
		const struct kw_mblock *mb = &mf->block[b];

		if (l->done[b] || l->place[b] != HOT || mb->end - mb->first != 1 || mb->nr_preds != 1 ||
		    mf->inst[mb->first].op != KW_MOP_JUMP)
			continue;
		to = mf->medge[mb->succ].to;
		if (to && to <= b && is_tight(mf, to, b))
			l->latch[to] = b;
	}
}

static void count_ways(struct layout *l)
{
	const struct kw_mfunc *mf = l->mf;
	u32 b, i, to;

	for (b = 0; b < mf->nr_blocks; b++)
		for (i = 0; !l->done[b] && i < mf->block[b].nr_succs; i++) {
			to = l->o->forward[mf->medge[mf->block[b].succ + i].to];
			if (to > b)
				l->waits[to]++;
		}
}

static void append(struct layout *l, u32 b)
{
	const struct kw_mblock *mb = &l->mf->block[b];
	u32 i, to;

	l->done[b] = true;
	l->o->block[l->o->nr++] = b;
	for (i = 0; i < mb->nr_succs; i++) {
		to = l->o->forward[l->mf->medge[mb->succ + i].to];
		if (to > b)
			l->waits[to]--;
	}
}

/* What may follow @b at once: nothing that others still lead to, nor what leaves the loop; a way out if nothing else. */
static u32 successor_of(const struct layout *l, u32 b)
{
	const struct kw_mblock *mb = &l->mf->block[b];
	u32 i, to, best = KW_NO_FOLLOW, out = KW_NO_FOLLOW;

	if (l->mf->opt_off & KW_OPT_LAYOUT)
		return KW_NO_FOLLOW;

	for (i = 0; i < mb->nr_succs && mb->nr_succs <= 2; i++) {
		to = l->o->forward[l->mf->medge[mb->succ + i].to];
		if (to <= b || l->done[to] || l->waits[to])
			continue;
		if (l->place[to] == EXIT)
			out = to;
		else if (l->place[to] == l->place[b] && l->mf->block[to].loop_depth >= mb->loop_depth && to < best)
			best = to;
	}
	return best == KW_NO_FOLLOW ? out : best;
}

static void place_from(struct layout *l, u32 b)
{
	for (; b != KW_NO_FOLLOW; b = successor_of(l, b)) {
		if (l->latch[b] && !l->done[l->latch[b]])
			append(l, l->latch[b]);
		append(l, b);
	}
}

/* Hot blocks first, those that nothing jumps to left out; .follow: which one execution may fall into. */
int kw_order_blocks(const struct kw_mfunc *mf, struct kw_order *o)
{
	struct layout l = { .mf = mf, .o = o };
	u32 b, place;

	o->nr = 0;
	o->block = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->block));
	o->follow = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->follow));
	o->forward = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->forward));
	o->edit = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->edit));
	l.done = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*l.done));
	l.place = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*l.place));
	l.latch = kw_arena_array(mf->tmp, mf->nr_blocks, sizeof(*l.latch));
	l.waits = kw_arena_array(mf->tmp, mf->nr_blocks, sizeof(*l.waits));
	if (!o->block || !o->follow || !o->forward || !o->edit || !l.done || !l.place || !l.latch || !l.waits)
		return -ENOMEM;
	find_edits(mf, o);
	forward_jumps(mf, o);
	for (b = 0; b < mf->nr_blocks; b++) {
		l.done[b] = o->forward[b] != b;
		l.place[b] = place_of(mf, b);
	}
	if (!(mf->opt_off & KW_OPT_LAYOUT))
		find_latches(&l);
	count_ways(&l);
	for (place = HOT; place < NR_PLACES; place++)
		for (b = 0; b < mf->nr_blocks; b++)
			if (!l.done[b] && l.place[b] == place)
				place_from(&l, b);
	for (b = 0; b < o->nr; b++)
		o->follow[o->block[b]] = b + 1 < o->nr ? o->block[b + 1] : KW_NO_FOLLOW;
	return 0;
}
