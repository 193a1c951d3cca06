// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Backward walk over the blocks: which values are live into each, how far
 * their next uses are, and what registers later instructions wish for.
 *
 * A loop's back edge is met before its header, so functions with loops are
 * walked twice: the first walk only finds the live-in sets of headers, which
 * hold throughout their loops (control flow is reducible); with them the
 * second is exact.  No iteration.
 *
 * A block keeps at most RA_MAX_LIVE live-in values, the nearest; more could
 * not be in registers anyway.  That bounds time and memory by the number of
 * edges even if a hostile function keeps 50,000 values alive through
 * 10,000 blocks.
 */
#include "state.h"

/* One walk. */
struct walk {
	struct ra *ra;
	ra_when_t *when;	/* by vreg: next use below the current point, RA_DEAD */
	u32 call[KW_NR_RCLASSES];	/* next instruction that destroys the class */
	u32 press[KW_NR_RCLASSES];	/* of the block */
	u32 calls;		/* classes destroyed by calls of the block */
	bool final;
	u32 count[256];		/* for nearest() */
};

static ra_when_t behind_calls(const struct walk *w, u32 v, ra_when_t when)
{
	u32 call = w->call[w->ra->mf->vreg[v].rclass];

	if (when == RA_DEAD || call == RA_NONE || call >= (when & RA_LOW))
		return when;
	return when | RA_BEHIND_CALL;
}

static void add_use(struct walk *w, u32 v, ra_when_t when)
{
	struct ra *ra = w->ra;

	ra->used[v] = 1;
	if (w->when[v] == RA_DEAD) {
		ra->member[ra->nr_members++] = v;
		ra->live_count[ra->mf->vreg[v].rclass]++;
		w->when[v] = when;
	} else if (when < w->when[v]) {
		w->when[v] = when;
	}
}

static void end_use(struct walk *w, u32 v)
{
	if (w->when[v] == RA_DEAD)
		return;
	w->when[v] = RA_DEAD;
	w->ra->live_count[w->ra->mf->vreg[v].rclass]--;
}

static void raise_pressure(struct walk *w, const u32 *more)
{
	u32 c;

	for (c = 0; c < KW_NR_RCLASSES; c++)
		w->press[c] = max(w->press[c], w->ra->live_count[c] + more[c]);
}

/* What changes on the way from @b into the successor @s. */
static ra_when_t cross_edge(const struct ra *ra, u32 b, u32 s, ra_when_t when)
{
	const struct kw_mblock *mb = ra->mf->block;
	const struct ra_block *blk = ra->blk;
	u32 depth = blk[s].depth;

	/* Entering a loop from outside of it: the level around it is what both share. */
	if (mb[s].is_loop_header && s > b)
		depth--;
	if (blk[b].depth > depth)
		when = ra_when_exit(when, depth + 1);
	if (mb[s].cold && !mb[b].cold)
		when = ra_when_add(when, RA_COLD);
	return when;
}

static void use_edge_args(struct walk *w, u32 b, const struct kw_medge *e)
{
	struct ra *ra = w->ra;
	const struct kw_mfunc *mf = ra->mf;
	const struct kw_mblock *to = &mf->block[e->to];
	u32 k;

	for (k = 0; k < to->nr_params; k++) {
		u32 arg = mf->vpool[e->args + k], param = mf->vpool[to->params + k];

		if (e->to > b && !ra->used[param])
			continue;
		add_use(w, arg, mf->block[b].end);
		if (w->final && (!ra->phi_hint[arg] || e->to <= b))
			ra->phi_hint[arg] = param;
	}
}

static void live_out(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	const struct kw_mblock *mb = &ra->mf->block[b];
	u32 k, n;

	for (k = 0; k < mb->nr_succs; k++) {
		const struct kw_medge *e = &ra->mf->medge[mb->succ + k];
		const struct ra_block *to = &ra->blk[e->to];
		const struct ra_live *l;

		if (e->to > b) {
			l = ra->live + to->live;
			n = to->nr_live;
		} else {
			l = ra->hlive + to->hlive;
			n = w->final ? to->nr_hlive : 0;
		}
		for (; n; n--, l++)
			add_use(w, l->vreg,
				ra_when_add(cross_edge(ra, b, e->to, l->when), mb->end));
		use_edge_args(w, b, e);
	}
}

/* Overwrite the operand that dies here, of two such the one that feeds the same phi. */
static void commute(struct walk *w, struct kw_mopnd *o)
{
	u32 a = o[1].vreg, b = o[2].vreg, p = w->ra->phi_hint[o[0].vreg];
	const u32 *hint = w->ra->phi_hint;

	if (w->when[b] != RA_DEAD)
		return;
	if (w->when[a] != RA_DEAD || (p && (b == p || hint[b] == p) && a != p && hint[a] != p))
		swap(o[1].vreg, o[2].vreg);
}

/* A fixed use further on is a wish for the register its value is made in. */
static void pass_hints(struct walk *w, const struct kw_minst *inst, struct kw_mopnd *o)
{
	struct ra *ra = w->ra;
	u32 k, d, v;

	for (k = 0; k < inst->nr_opnds; k++) {
		if (o[k].want == KW_WANT_FIXED && ra_is_use(&o[k]))
			ra->fixed_hint[o[k].vreg] = o[k].reg;
		if (o[k].want == KW_WANT_REUSE)
			v = o[o[k].reg].vreg;
		else if ((inst->flags & KW_MI_MOVE) && inst->nr_opnds == 2 && !ra_is_use(&o[k]))
			v = o[1 - k].vreg;
		else
			continue;
		d = o[k].vreg;
		if (w->when[v] != RA_DEAD)
			continue;
		if (!ra->phi_hint[v])
			ra->phi_hint[v] = ra->phi_hint[d];
		if (ra->fixed_hint[v] == KW_NO_REG)
			ra->fixed_hint[v] = o[k].want == KW_WANT_FIXED ? o[k].reg :
					    ra->fixed_hint[d];
	}
}

static int log_busy(struct ra *ra, u32 old)
{
	u32 *log = kw_arena_grow(ra->arena, ra->busy_log, &ra->cap_busy_log,
				 ra->nr_busy_log + 1, sizeof(*log));

	if (!log)
		return -ENOMEM;
	ra->busy_log = log;
	log[ra->nr_busy_log++] = old;
	return 0;
}

/* assign.c takes these back in the opposite order: kw_ra_assign_inst(). */
static int note_named_regs(struct ra *ra, u64 mask, u32 i, u32 weight)
{
	while (mask) {
		u32 r = __builtin_ctzll(mask);

		mask &= mask - 1;
		if (log_busy(ra, ra->busy_mask & BIT_ULL(r) ? ra->busy[r] : RA_NONE))
			return -ENOMEM;
		ra->busy[r] = i;
		ra->busy_mask |= BIT_ULL(r);
		ra->weight[r] += min(weight, RA_NONE - ra->weight[r]);
	}
	return 0;
}

static int close_named_regs(struct ra *ra)
{
	u64 mask = ra->busy_mask;

	for (; mask; mask &= mask - 1)
		if (log_busy(ra, ra->busy[__builtin_ctzll(mask)]))
			return -ENOMEM;
	if (log_busy(ra, (u32)ra->busy_mask) || log_busy(ra, (u32)(ra->busy_mask >> 32)))
		return -ENOMEM;
	ra->busy_mask = 0;
	return 0;
}

static void note_calls(struct walk *w, u32 i, u32 classes)
{
	u32 c;

	if (!classes)
		return;
	w->calls |= classes;
	for (c = 0; c < KW_NR_RCLASSES; c++)
		if (classes & (1u << c))
			w->call[c] = i;
}

/* All that the first walk needs. */
static int skim_inst(struct walk *w, u32 i)
{
	const struct kw_minst *inst = &w->ra->mf->inst[i];
	const struct kw_mopnd *o = w->ra->mf->opnd + inst->opnds;
	u32 k;

	for (k = 0; k < inst->nr_opnds; k++)
		if (!ra_is_use(&o[k]))
			end_use(w, o[k].vreg);
	note_calls(w, i, ra_call_classes(w->ra, inst));
	for (k = 0; k < inst->nr_opnds; k++)
		if (ra_is_use(&o[k]))
			add_use(w, o[k].vreg, i);
	return ra_step(w->ra);
}

static int walk_inst(struct walk *w, u32 i, u32 weight)
{
	struct ra *ra = w->ra;
	const struct kw_minst *inst = &ra->mf->inst[i];
	struct kw_mopnd *o = ra->mf->opnd + inst->opnds;
	u32 more[KW_NR_RCLASSES] = { 0 };
	u64 named = ra_named_regs(ra, inst);
	u32 k;

	if (named && note_named_regs(ra, named, i, weight))
		return -ENOMEM;
	if (inst->flags & KW_MI_COMMUTES)
		commute(w, o);
	pass_hints(w, inst, o);
	for (k = 0; k < inst->nr_opnds; k++) {
		u32 v = o[k].vreg;
		ra_when_t when = behind_calls(w, v, w->when[v]);

		ra->opnd_next[inst->opnds + k] = when;
		if (ra_is_use(&o[k])) {
			more[ra_vreg(ra, v)->rclass] +=
				o[k].want == KW_WANT_FIXED && when != RA_DEAD;
			continue;
		}
		ra->def_next[v] = when;
		more[ra_vreg(ra, v)->rclass] += when == RA_DEAD;
	}
	raise_pressure(w, more);
	for (k = 0; k < inst->nr_opnds; k++)
		if (!ra_is_use(&o[k]))
			end_use(w, o[k].vreg);
	memset(more, 0, sizeof(more));
	for (k = 0; k < inst->nr_opnds; k++)
		if (o[k].want == KW_WANT_REUSE && w->when[o[o[k].reg].vreg] != RA_DEAD)
			more[ra_vreg(ra, o[k].vreg)->rclass]++;
	note_calls(w, i, ra_call_classes(ra, inst));
	for (k = 0; k < inst->nr_opnds; k++)
		if (ra_is_use(&o[k]))
			add_use(w, o[k].vreg, i);
	raise_pressure(w, more);
	return ra_step(ra);
}

/* Put the RA_MAX_LIVE nearest of @n values first: find their limit digit by digit. */
static void nearest(struct walk *w, struct ra_live *l, u32 n)
{
	u32 limit = 0, known = 0, left = RA_MAX_LIVE, shift, k, d, kept = 0, equal;

	for (shift = 32; shift; ) {
		shift -= 8;
		memset(w->count, 0, sizeof(w->count));
		for (k = 0; k < n; k++)
			if ((l[k].when & known) == limit)
				w->count[(l[k].when >> shift) & 255]++;
		for (d = 0; d < 255 && w->count[d] < left; d++)
			left -= w->count[d];
		limit |= d << shift;
		known |= 255u << shift;
	}
	for (k = 0, equal = left; k < n && kept < RA_MAX_LIVE; k++) {
		if (l[k].when > limit || (l[k].when == limit && !equal))
			continue;
		equal -= l[k].when == limit;
		l[kept++] = l[k];
	}
}

/* Live-in of the block, from those of its members that are not defined in it. */
static int live_in(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	u32 first = ra->mf->block[b].first, k, n = 0;
	struct ra_live *l;

	l = kw_arena_grow(ra->arena, ra->live, &ra->cap_live, ra->nr_live + ra->nr_members + 1,
			  sizeof(*l));
	if (!l)
		return -ENOMEM;
	ra->live = l;
	l += ra->nr_live;
	for (k = 0; k < ra->nr_members; k++) {
		u32 v = ra->member[k];

		if (w->when[v] == RA_DEAD)
			continue;
		l[n].vreg = v;
		l[n++].when = ra_when_sub(behind_calls(w, v, w->when[v]), first);
		end_use(w, v);
	}
	ra->nr_members = 0;
	if (n > RA_MAX_LIVE) {
		nearest(w, l, n);
		n = RA_MAX_LIVE;
	}
	ra->blk[b].live = ra->nr_live;
	ra->blk[b].nr_live = n;
	ra->nr_live += n;
	return 0;
}

static void note_loop(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	struct ra_block *h, *parent;
	u32 c;

	if (ra->blk[b].loop == RA_NONE)
		return;
	h = &ra->blk[ra->blk[b].loop];
	if (!ra->mf->block[b].cold) {
		h->loop_calls |= w->calls;
		for (c = 0; c < KW_NR_RCLASSES; c++)
			h->press[c] = max_t(u32, h->press[c], min(w->press[c], 0xffffu));
	}
	if (h != &ra->blk[b] || h->parent == RA_NONE)
		return;
	parent = &ra->blk[h->parent];
	parent->loop_calls |= h->loop_calls;
	for (c = 0; c < KW_NR_RCLASSES; c++)
		parent->press[c] = max(parent->press[c], h->press[c]);
}

static int walk_block(struct walk *w, u32 b)
{
	static const u32 weights[] = { 1, 8, 64, 512, 4096 };
	struct ra *ra = w->ra;
	const struct kw_mblock *mb = &ra->mf->block[b];
	u32 weight = mb->cold ? 0 : weights[min(ra->blk[b].depth, 4u)];
	u32 i, k;
	int err;

	w->call[KW_RC_INT] = RA_NONE;
	w->call[KW_RC_VEC] = RA_NONE;
	memset(w->press, 0, sizeof(w->press));
	w->calls = 0;
	live_out(w, b);
	for (i = mb->end; i-- > mb->first; ) {
		err = w->final ? walk_inst(w, i, weight) : skim_inst(w, i);
		if (err)
			return err;
	}
	for (k = 0; k < mb->nr_params; k++) {
		u32 v = ra->mf->vpool[mb->params + k];

		ra->def_next[v] = behind_calls(w, v, w->when[v]);
		end_use(w, v);
	}
	if (!w->final)
		return live_in(w, b);
	note_loop(w, b);
	err = close_named_regs(ra);
	return err ? err : live_in(w, b);
}

/* Keep the headers' sets and add what is live through the loops around them. */
static int close_loop(struct walk *w, u32 h)
{
	struct ra *ra = w->ra;
	struct ra_block *blk = &ra->blk[h], *parent;
	const struct kw_mblock *mb = ra->mf->block;
	struct ra_live *l;
	u32 k, v, to_end;

	l = kw_arena_grow(ra->arena, ra->hlive, &ra->cap_hlive, ra->nr_hlive + RA_MAX_LIVE,
			  sizeof(*l));
	if (!l)
		return -ENOMEM;
	ra->hlive = l;
	blk->hlive = ra->nr_hlive;
	blk->nr_hlive = blk->nr_live;
	l += blk->hlive;
	memcpy(l, ra->live + blk->live, blk->nr_live * sizeof(*l));
	if (blk->parent != RA_NONE) {
		parent = &ra->blk[blk->parent];
		to_end = mb[mb[blk->parent].loop_end - 1].end - mb[h].first;
		for (k = 0; k < blk->nr_hlive; k++)
			w->when[l[k].vreg] = 0;
		for (k = 0; k < parent->nr_hlive && blk->nr_hlive < RA_MAX_LIVE; k++) {
			v = ra->hlive[parent->hlive + k].vreg;
			if (w->when[v] != RA_DEAD)
				continue;
			l[blk->nr_hlive].vreg = v;
			l[blk->nr_hlive++].when =
				ra_when_exit(ra_when_add(ra->hlive[parent->hlive + k].when, to_end),
					     blk->depth);
		}
		for (k = 0; k < blk->nr_live; k++)
			w->when[l[k].vreg] = RA_DEAD;
	}
	ra->nr_hlive += blk->nr_hlive;
	return ra_step(ra);
}

static int walk_down_to(struct walk *w, u32 first)
{
	u32 b;
	int err;

	w->ra->nr_live = 0;
	for (b = w->ra->mf->nr_blocks; b-- > first; ) {
		err = walk_block(w, b);
		if (err)
			return err;
	}
	return 0;
}

/* Registers nobody asks for by name come first. */
static void order_registers(struct ra *ra)
{
	u32 c, k, j, r;
	u64 mask;

	for (c = 0; c < KW_NR_RCLASSES; c++) {
		u8 *order = ra->order[c];

		for (mask = ra->mf->allocatable[c]; mask; mask &= mask - 1) {
			r = __builtin_ctzll(mask);
			k = ra->nr_regs[c]++;
			for (j = k; j && ra->weight[order[j - 1]] > ra->weight[r]; j--)
				order[j] = order[j - 1];
			order[j] = r;
		}
	}
}

/**
 * kw_ra_live() - next uses, live-in sets, loop pressure and hints
 */
int kw_ra_live(struct ra *ra)
{
	u32 n = ra->mf->nr_vregs, v, b;
	struct walk *w = kw_arena_zalloc(ra->arena, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->ra = ra;
	w->when = kw_arena_array(ra->arena, n, sizeof(*w->when));
	ra->member = kw_arena_array(ra->arena, n, sizeof(*ra->member));
	ra->opnd_next = kw_arena_array(ra->arena, ra->mf->nr_opnds, sizeof(*ra->opnd_next));
	ra->def_next = kw_arena_array(ra->arena, n, sizeof(*ra->def_next));
	ra->phi_hint = kw_arena_array(ra->arena, n, sizeof(*ra->phi_hint));
	ra->used = kw_arena_zalloc(ra->arena, n);
	ra->fixed_hint = kw_arena_alloc(ra->arena, n);
	if (!w->when || !ra->member || !ra->opnd_next || !ra->def_next || !ra->phi_hint ||
	    !ra->used || !ra->fixed_hint)
		return -ENOMEM;
	memset(ra->fixed_hint, KW_NO_REG, n);
	for (v = 0; v < n; v++)
		w->when[v] = RA_DEAD;
	if (ra->has_loops) {
		for (b = 0; !ra->mf->block[b].is_loop_header; b++)
			;
		err = walk_down_to(w, b);
		if (err)
			return err;
		for (; b < ra->mf->nr_blocks; b++) {
			if (ra->mf->block[b].is_loop_header && close_loop(w, b))
				return -ENOMEM;
		}
	}
	w->final = true;
	err = walk_down_to(w, 0);
	if (!err)
		order_registers(ra);
	return err;
}
