// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* In which order blocks are emitted, and where jumps really go. */
#include "order.h"

enum place { HOT, EXIT, COLD, NR_PLACES };

/* What the layout knows of a block. */
struct spot {
	u32 forward;		/* itself, or where it only jumps to: then it is never emitted */
	u32 latch;		/* of a loop's header: the block that stands in front of it, 0: none */
	u32 waits;		/* ways in, back edges aside, from blocks not placed yet */
	u8 place;		/* enum place */
	bool done;		/* placed, or never emitted */
};

/* State of the walk that decides the order. */
struct layout {
	const struct kw_mfunc *mf;
	struct kw_order *o;
	struct spot *spot;	/* of each block */
};

/* .edit: edits and blocks are both in the order of their instructions. */
static void find_edits(const struct kw_mfunc *mf, u32 *edit)
{
	const struct kw_edit *ed = mf->edit, *end = ed + mf->nr_edits;
	const struct kw_mblock *mb;

	for (mb = mf->block; mb < mf->block + mf->nr_blocks; mb++) {
		while (ed < end && ed->at < mb->first)
			ed++;
		*edit++ = ed - mf->edit;
	}
}

static bool only_jumps(const struct kw_mfunc *mf, const struct kw_mblock *mb)
{
	return mb->end - mb->first == 1 && mf->inst[mb->first].op == KW_MOP_JUMP;
}

/* Does block @b hold nothing but a jump? */
static inline bool is_empty(const struct layout *l, u32 b)
{
	const struct kw_mfunc *mf = l->mf;
	const struct kw_mblock *mb = &mf->block[b];
	u32 ed = l->o->edit[b];

	return only_jumps(mf, mb) && b && (ed == mf->nr_edits || mf->edit[ed].at != mb->first);
}

/* Where a jump to block @b really goes; through no loop made of nothing but jumps.  Those behind it have theirs. */
static inline u32 forward_of(const struct layout *l, u32 b)
{
	u32 to;

	if (!is_empty(l, b))
		return b;
	to = l->mf->medge[l->mf->block[b].succ].to;
	if (to > b)
		return l->spot[to].forward;
	return is_empty(l, to) ? b : to;
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

static enum place place_of(const struct kw_mfunc *mf, u32 b)
{
	if (mf->block[b].cold && b)
		return COLD;
	return is_exit(mf, b) ? EXIT : HOT;
}

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
static void note_latch(struct layout *l, u32 b)
{
	const struct kw_mfunc *mf = l->mf;
	const struct kw_mblock *mb = &mf->block[b];
	u32 to;

	if (!b || l->spot[b].place != HOT || mb->nr_preds != 1 || !only_jumps(mf, mb))
		return;
	to = mf->medge[mb->succ].to;
	if (to && to <= b && is_tight(mf, to, b))
		l->spot[to].latch = b;
}

/* .to of the edges of @b, and how many ways lead to where they go. */
static void count_ways(struct layout *l, u32 b)
{
	const struct kw_mblock *mb = &l->mf->block[b];
	u32 i, to;

	for (i = mb->succ; i < mb->succ + mb->nr_succs; i++) {
		to = l->spot[l->mf->medge[i].to].forward;
		l->o->to[i] = to;
		if (to > b)
			l->spot[to].waits++;
	}
}

static void append(struct layout *l, u32 b)
{
	const struct kw_mblock *mb = &l->mf->block[b];
	const u32 *to = l->o->to + mb->succ, *end = to + mb->nr_succs;

	l->spot[b].done = true;
	l->o->block[l->o->nr++] = b;
	for (; to < end; to++)
		if (*to > b)
			l->spot[*to].waits--;
}

/* What may follow @b at once: nothing that others still lead to, nor what leaves the loop; a way out if nothing else. */
static u32 successor_of(const struct layout *l, u32 b)
{
	const struct kw_mblock *mb = &l->mf->block[b];
	u32 i, best = KW_NO_FOLLOW, out = KW_NO_FOLLOW;

	if (l->mf->opt_off & KW_OPT_LAYOUT || mb->nr_succs > 2)
		return KW_NO_FOLLOW;

	for (i = 0; i < mb->nr_succs; i++) {
		u32 to = l->o->to[mb->succ + i];
		const struct spot *s = &l->spot[to];

		if (to <= b || s->done || s->waits)
			continue;
		if (s->place == EXIT)
			out = to;
		else if (s->place == l->spot[b].place && l->mf->block[to].loop_depth >= mb->loop_depth && to < best)
			best = to;
	}
	return best == KW_NO_FOLLOW ? out : best;
}

static void place_from(struct layout *l, u32 b)
{
	for (; b != KW_NO_FOLLOW; b = successor_of(l, b)) {
		u32 latch = l->spot[b].latch;

		if (latch && !l->spot[latch].done)
			append(l, latch);
		append(l, b);
	}
}

/* Hot blocks first; the others are put off, in @later. */
static void place_all(struct layout *l, u32 *later)
{
	u32 b, i, place, nr = 0;

	for (b = 0; b < l->mf->nr_blocks; b++) {
		if (l->spot[b].done)
			continue;
		if (l->spot[b].place == HOT)
			place_from(l, b);
		else
			later[nr++] = b;
	}
	for (place = HOT + 1; place < NR_PLACES; place++)
		for (i = 0; i < nr; i++)
			if (!l->spot[later[i]].done && l->spot[later[i]].place == place)
				place_from(l, later[i]);
}

/* Those that nothing jumps to are left out; .follow: which one execution may fall into. */
int kw_order_blocks(const struct kw_mfunc *mf, struct kw_order *o)
{
	struct layout l = { .mf = mf, .o = o };
	u32 b, next = KW_NO_FOLLOW;

	o->nr = 0;
	o->block = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->block));
	o->follow = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->follow));
	o->edit = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*o->edit));
	o->to = kw_arena_raw_array(mf->tmp, mf->nr_medges, sizeof(*o->to));
	l.spot = kw_arena_raw_array(mf->tmp, mf->nr_blocks, sizeof(*l.spot));
	if (!o->block || !o->follow || !o->edit || !o->to || !l.spot)
		return -ENOMEM;
	find_edits(mf, o->edit);
	for (b = mf->nr_blocks; b-- > 0;) {
		l.spot[b] = (struct spot){ .forward = forward_of(&l, b), .place = place_of(mf, b) };
		l.spot[b].done = l.spot[b].forward != b;
	}
	for (b = 0; b < mf->nr_blocks; b++) {
		if (l.spot[b].done)
			continue;
		count_ways(&l, b);
		if (!(mf->opt_off & KW_OPT_LAYOUT))
			note_latch(&l, b);
	}
	place_all(&l, o->follow);
	for (b = o->nr; b-- > 0; next = o->block[b])
		o->follow[o->block[b]] = next;
	return 0;
}
