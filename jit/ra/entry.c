// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Block boundaries: which values are in which registers when a block starts,
 * and the parallel moves on the edges into it.
 *
 * A block with one predecessor starts with what that one left.  Where paths
 * meet, what is in a register on all warm paths stays; the rest of the
 * registers goes to the nearest uses.  A loop header first takes what the
 * loop uses, even if it must be loaded in front of it; a value the loop does
 * not use keeps its register only if the loop's pressure leaves one over, so
 * that it is never reloaded inside.  A value whose next use is behind a call
 * stays in its slot.
 */
#include "state.h"

/* The registers and what is in them, as it stands. */
static int record(struct ra *ra, struct ra_held **list, u8 *nr)
{
	struct ra_held *h = kw_arena_alloc(ra->arena, RA_NR_REGS * sizeof(*h));
	u64 mask = ra->occupied;

	if (!h)
		return -ENOMEM;
	*list = h;
	for (; mask; mask &= mask - 1) {
		u32 r = __builtin_ctzll(mask);

		*h++ = (struct ra_held){ .vreg = ra->val[r], .reg = r };
	}
	*nr = h - *list;
	kw_arena_shrink(ra->arena, *list, *nr * sizeof(*h));
	return 0;
}

/* What is in registers at the exit of @from is known by vreg until unload_exit().  Return: these registers. */
static u64 load_exit(struct ra *ra, u32 from)
{
	const struct ra_held *h = ra->blk[from].exit, *end = h + ra->blk[from].nr_exit;
	u8 *xreg = ra->xreg;
	u64 regs = 0;

	for (; h < end; h++) {
		xreg[h->vreg] = h->reg;
		regs |= BIT_ULL(h->reg);
	}
	return regs;
}

static void unload_exit(struct ra *ra, u32 from)
{
	const struct ra_held *h = ra->blk[from].exit, *end = h + ra->blk[from].nr_exit;
	u8 *xreg = ra->xreg;

	for (; h < end; h++)
		xreg[h->vreg] = KW_NO_REG;
}

/* Bring @v, as it is at the exit of @from, to @to, which is a place of @owner. */
static int add_edge_move(struct ra *ra, u32 v, ra_loc_t to, u32 owner, u32 at, u32 from)
{
	ra_loc_t src = ra->xreg[v];
	struct ra_pair *pair;
	int err;

	if (src == KW_NO_REG) {
		src = RA_LOC_NONE;
		if (ra_remat(ra, v) == RA_NONE) {
			src = RA_LOC_SLOT(v);
			err = kw_ra_slot_read(ra, v, at, from);
			if (err)
				return err;
		}
	}
	if (to >= RA_NR_REGS && src != RA_LOC_NONE && src >= RA_NR_REGS) {
		pair = kw_arena_grow(ra->arena, ra->pair, &ra->cap_pairs, ra->nr_pairs + 1,
				     sizeof(*pair));
		if (!pair)
			return -ENOMEM;
		ra->pair = pair;
		pair += ra->nr_pairs++;
		pair->param = owner;
		pair->arg = v;
		pair->at = at;
	} else if (to >= RA_NR_REGS) {
		kw_ra_slot_write(ra, owner, at);
	}
	return ra_add_move(ra, src, to, v);
}

static int add_edge_moves(struct ra *ra, const struct kw_medge *e, u32 at)
{
	const struct kw_mblock *to = &ra->mf->block[e->to];
	const struct ra_block *blk = &ra->blk[e->to];
	const u32 *params = ra->mf->vpool + to->params, *args = ra->mf->vpool + e->args;
	const struct ra_held *h = blk->entry, *end = h + blk->nr_entry;
	const u8 *xreg = ra->xreg;
	u32 *arg_of = ra->arg_of, k;
	int err;

	for (k = 0; k < to->nr_params; k++)
		arg_of[params[k]] = args[k];
	for (; h < end; h++) {
		u32 reg = h->reg, v = h->vreg, arg = arg_of[v] ? arg_of[v] : v;

		if (xreg[arg] == reg)
			continue;
		err = add_edge_move(ra, arg, reg, v, at, e->from);
		if (err)
			return err;
	}
	for (k = 0; k < to->nr_params; k++) {
		ra->arg_of[params[k]] = 0;
		if (!ra->slot_param[params[k]])
			continue;
		err = add_edge_move(ra, args[k], RA_LOC_SLOT(params[k]), params[k], at, e->from);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Of the registers held at the exit of @b, which splits an edge and is loaded: those of what its
 * target uses, and of the edge's arguments.
 */
static u64 held_behind(const struct ra *ra, u32 b)
{
	const struct kw_medge *out = &ra->mf->medge[ra->mf->block[b].succ];
	const struct kw_mblock *to = &ra->mf->block[out->to];
	const struct ra_live *l = ra->blk[out->to].live, *end = l + ra->blk[out->to].nr_live;
	const u8 *xreg = ra->xreg;
	u64 held = 0;
	u32 k;

	for (; l < end; l++)
		held |= ra_reg_bit(xreg[l->vreg]);
	for (k = 0; k < to->nr_params; k++)
		if (ra->used[ra->mf->vpool[to->params + k]])
			held |= ra_reg_bit(xreg[ra->mf->vpool[out->args + k]]);
	return held;
}

/* The parallel moves of edge @e; both ends are decided. */
static int edge_moves(struct ra *ra, const struct kw_medge *e)
{
	const struct kw_mblock *mb = ra->mf->block;
	bool alone = mb[e->to].nr_preds == 1;
	u32 at = alone ? mb[e->to].first : mb[e->from].end - 1;
	u64 held = load_exit(ra, e->from);
	int err;

	err = add_edge_moves(ra, e, at);
	if (ra->nr_moves && ra->blk[e->from].splits)
		held = held_behind(ra, e->from);
	unload_exit(ra, e->from);
	if (err || !ra->nr_moves)
		return err;
	return kw_ra_emit_moves(ra, at, alone ? RA_AT_ENTRY : RA_AT_EXIT, held | ra->blk[e->to].entry_regs);
}

static const struct kw_medge *pred_edge(const struct ra *ra, u32 b, u32 k)
{
	return &ra->mf->medge[ra->mf->epool[ra->mf->block[b].pred + k]];
}

/* The predecessor whose registers the block would like to keep. */
static const struct kw_medge *main_pred(const struct ra *ra, u32 b)
{
	const struct kw_medge *best = NULL, *e;
	const struct kw_mblock *mb = ra->mf->block;
	u32 k, rank, best_rank = 0;

	for (k = 0; k < mb[b].nr_preds; k++) {
		e = pred_edge(ra, b, k);
		if (e->from >= b)
			continue;
		rank = mb[e->from].cold ? 1 : 2 + ra->blk[e->from].depth;
		if (best && rank < best_rank)
			continue;
		best = e;
		best_rank = rank;
	}
	return best;
}

/* A forward edge into @b, from a warm block if only these count, or NULL. */
static const struct ra_block *pred_that_counts(const struct ra *ra, u32 b, u32 k, bool warm_only)
{
	u32 from = pred_edge(ra, b, k)->from;

	return from >= b || (warm_only && ra->mf->block[from].cold) ? NULL : &ra->blk[from];
}

/* Count in how many of the paths into @b a value has a register. */
static u32 count_available(struct ra *ra, u32 b, bool warm_only)
{
	u32 k, nr = 0;

	for (k = 0; k < ra->mf->block[b].nr_preds; k++) {
		const struct ra_block *from = pred_that_counts(ra, b, k, warm_only);
		const struct ra_held *h, *end;

		if (!from)
			continue;
		nr++;
		for (h = from->exit, end = h + from->nr_exit; h < end; h++)
			ra->avail[h->vreg]++;
	}
	return nr;
}

static void forget_available(struct ra *ra, u32 b, bool warm_only)
{
	u32 k;

	for (k = 0; k < ra->mf->block[b].nr_preds; k++) {
		const struct ra_block *from = pred_that_counts(ra, b, k, warm_only);
		const struct ra_held *h, *end;

		if (!from)
			continue;
		for (h = from->exit, end = h + from->nr_exit; h < end; h++)
			ra->avail[h->vreg] = 0;
	}
}

/* Remember the @limit nearest candidates of a class. */
static void pick(struct ra *ra, struct ra_pick *list, u32 *nr, u32 limit, u32 v)
{
	ra_when_t when = ra->next[v];
	u32 j;

	if (*nr == limit) {
		if (!limit || list[limit - 1].when <= when)
			return;
		--*nr;
	}
	for (j = (*nr)++; j && list[j - 1].when > when; j--)
		list[j] = list[j - 1];
	list[j].vreg = v;
	list[j].when = when;
}

static bool in_loop(const struct ra *ra, u32 h, ra_when_t when)
{
	return (when & RA_FAR_MASK) < ra_far_code(ra->blk[h].depth);
}

/* Is live-in value @v worth a register at the start of @b?  @warm: paths that count. */
static bool wanted(const struct ra *ra, u32 b, u32 v, u32 warm)
{
	ra_when_t when = ra->next[v];
	u32 avail = ra->avail[v];

	if (when & RA_BEHIND_CALL)
		return false;
	if (ra->mf->block[b].is_loop_header) {
		if (!in_loop(ra, b, when))
			return false;
		return avail || (when & ~RA_FAR_MASK) < RA_COLD;
	}
	return avail == warm || (avail && !(when & RA_FAR_MASK) && ra_remat(ra, v) == RA_NONE);
}

/* Registers the loop leaves over for values it does not use. */
static u32 spare_regs(const struct ra *ra, u32 h, u32 c, u32 nr_through)
{
	const struct ra_loop *loop = ra->blk[h].heads;
	u32 need = loop->press[c] > nr_through ? loop->press[c] - nr_through : 0;

	if (loop->calls & (1u << c) || need >= ra->nr_regs[c])
		return 0;
	return ra->nr_regs[c] - need;
}

static bool goes_through(const struct ra *ra, u32 h, u32 v, u32 warm)
{
	ra_when_t when = ra->next[v];

	return !(when & RA_BEHIND_CALL) && !in_loop(ra, h, when) && ra->avail[v] == warm;
}

static void pick_through(struct ra *ra, u32 b, u32 warm)
{
	const struct ra_live *l = ra->blk[b].live;
	u32 nr_through[KW_NR_RCLASSES] = { 0 }, k, c, n, limit;

	for (k = 0; k < ra->blk[b].nr_live; k++)
		if (!in_loop(ra, b, l[k].when))
			nr_through[ra_vreg(ra, l[k].vreg)->rclass]++;
	for (c = 0; c < KW_NR_RCLASSES; c++) {
		struct ra_pick *list = ra->pick + c * RA_MAX_PICKS + ra->nr_picks[c];

		limit = min(spare_regs(ra, b, c, nr_through[c]), ra->nr_regs[c] - ra->nr_picks[c]);
		n = 0;
		for (k = 0; k < ra->blk[b].nr_live && limit; k++)
			if (ra_vreg(ra, l[k].vreg)->rclass == c &&
			    goes_through(ra, b, l[k].vreg, warm))
				pick(ra, list, &n, limit, l[k].vreg);
		ra->nr_picks[c] += n;
	}
}

/* Who is in a register when @b starts: ra.pick. */
static void pick_entry(struct ra *ra, u32 b)
{
	const struct kw_mblock *mb = &ra->mf->block[b];
	const struct ra_live *l = ra->blk[b].live;
	bool warm_only = true;
	u32 k, c, v, warm;

	warm = count_available(ra, b, true);
	if (!warm) {
		warm_only = false;
		warm = count_available(ra, b, false);
	}
	memset(ra->nr_picks, 0, sizeof(ra->nr_picks));
	for (k = 0; k < mb->nr_params; k++) {
		v = ra->mf->vpool[mb->params + k];
		c = ra_vreg(ra, v)->rclass;
		ra->next[v] = ra->def_next[v];
		ra->slot_param[v] = ra->used[v];
		if (!(ra->def_next[v] & RA_BEHIND_CALL))
			pick(ra, ra->pick + c * RA_MAX_PICKS, &ra->nr_picks[c], ra->nr_regs[c], v);
	}
	for (k = 0; k < ra->blk[b].nr_live; k++) {
		v = l[k].vreg;
		c = ra_vreg(ra, v)->rclass;
		if (wanted(ra, b, v, warm))
			pick(ra, ra->pick + c * RA_MAX_PICKS, &ra->nr_picks[c], ra->nr_regs[c], v);
	}
	if (mb->is_loop_header)
		pick_through(ra, b, warm);
	forget_available(ra, b, warm_only);
}

/* Give picked value @v register @r if that is free. */
static void try_hold(struct ra *ra, u32 v, u32 r)
{
	if (r != KW_NO_REG && (ra_allocatable(ra, v) & BIT_ULL(r)) && !ra->val[r])
		ra_hold(ra, v, r);
}

/*
 * Registers for the picked: first those that stay where the main predecessor
 * has them, then parameters in place of their arguments, then the others.
 */
static void place_entry(struct ra *ra, u32 b, const struct kw_medge *e)
{
	const struct kw_mblock *mb = &ra->mf->block[b];
	const u32 *params = ra->mf->vpool + mb->params;
	u32 c, k, v;

	load_exit(ra, e->from);
	for (k = 0; k < mb->nr_params; k++)
		ra->arg_of[params[k]] = ra->mf->vpool[e->args + k];
	for (c = 0; c < KW_NR_RCLASSES; c++)
		for (k = 0; k < ra->nr_picks[c]; k++) {
			v = ra->pick[c * RA_MAX_PICKS + k].vreg;
			if (!ra->arg_of[v])
				try_hold(ra, v, ra->xreg[v]);
		}
	for (c = 0; c < KW_NR_RCLASSES; c++)
		for (k = 0; k < ra->nr_picks[c]; k++) {
			v = ra->pick[c * RA_MAX_PICKS + k].vreg;
			if (ra->arg_of[v])
				try_hold(ra, v, ra->xreg[ra->arg_of[v]]);
		}
	unload_exit(ra, e->from);
	for (c = 0; c < KW_NR_RCLASSES; c++)
		for (k = 0; k < ra->nr_picks[c]; k++) {
			v = ra->pick[c * RA_MAX_PICKS + k].vreg;
			if (ra->reg[v] == KW_NO_REG)
				ra_hold(ra, v, kw_ra_choose_free(ra, v, ra_allocatable(ra, v) &
								 ~ra->occupied));
		}
	for (k = 0; k < mb->nr_params; k++) {
		v = params[k];
		ra->arg_of[v] = 0;
		if (ra->reg[v] == KW_NO_REG)
			continue;
		ra->slot_param[v] = 0;
		ra->share[v] = ra->reg[v];
		if (mb->is_loop_header)
			ra->blk[b].heads->phi_regs |= BIT_ULL(ra->reg[v]);
	}
}

static int meet(struct ra *ra, u32 b)
{
	const struct kw_mblock *mb = &ra->mf->block[b];
	const struct kw_medge *e = main_pred(ra, b);
	u32 k;
	int err;

	if (!e)
		return -EINVAL;
	pick_entry(ra, b);
	place_entry(ra, b, e);
	err = record(ra, &ra->blk[b].entry, &ra->blk[b].nr_entry);
	ra->blk[b].entry_regs = ra->occupied;
	for (k = 0; k < mb->nr_preds && !err; k++) {
		e = pred_edge(ra, b, k);
		if (e->from < b)
			err = edge_moves(ra, e);
	}
	return err;
}

static void vacate_all(struct ra *ra, u64 regs)
{
	for (; regs; regs &= regs - 1)
		ra_vacate(ra, __builtin_ctzll(regs));
}

/*
 * What the only predecessor left in registers and is live here.  Next uses of
 * the rest nobody asks for: at their use assign.c says them anew.
 */
static void inherit(struct ra *ra, u32 b, u32 pred)
{
	const struct ra_block *from = &ra->blk[pred];
	const struct ra_held *h = from->exit;
	const struct ra_live *l = ra->blk[b].live, *end = l + ra->blk[b].nr_live;
	const u8 *reg = ra->reg;
	ra_when_t *next = ra->next;
	u64 keep = 0;
	u32 k;

	/* Else the state is still there. */
	if (h != ra->last_exit || from->nr_exit != ra->nr_last_exit) {
		vacate_all(ra, ra->occupied);
		for (k = 0; k < from->nr_exit; k++)
			ra_hold(ra, h[k].vreg, h[k].reg);
	}
	for (; l < end; l++) {
		keep |= ra_reg_bit(reg[l->vreg]);
		next[l->vreg] = l->when;
	}
	vacate_all(ra, ra->occupied & ~keep);
	ra->blk[b].entry = from->exit;
	ra->blk[b].nr_entry = from->nr_exit;
	ra->blk[b].entry_regs = keep;
}

/**
 * kw_ra_enter_block() - set the state @b starts with; emit moves of forward edges into it
 */
int kw_ra_enter_block(struct ra *ra, u32 b)
{
	const struct kw_mblock *mb = &ra->mf->block[b];
	struct ra_block *blk = &ra->blk[b];
	int err = 0;
	u32 k;

	ra->cur_block = b;
	kw_ra_open_named(ra);
	if (mb->nr_preds == 1 && !mb->nr_params) {
		inherit(ra, b, pred_edge(ra, b, 0)->from);
	} else {
		vacate_all(ra, ra->occupied);
		for (k = 0; k < blk->nr_live; k++)
			ra->next[blk->live[k].vreg] = blk->live[k].when;
		if (mb->nr_preds)
			err = meet(ra, b);
	}
	if (blk->live)
		kw_arena_pop(&ra->lists, blk->live);
	blk->live = NULL;
	return err;
}

/**
 * kw_ra_leave_block() - keep the state @b ends with; emit moves of its back edges
 */
int kw_ra_leave_block(struct ra *ra, u32 b)
{
	const struct kw_mblock *mb = &ra->mf->block[b];
	int err = record(ra, &ra->blk[b].exit, &ra->blk[b].nr_exit);
	u32 k;

	ra->last_exit = ra->blk[b].exit;
	ra->nr_last_exit = ra->blk[b].nr_exit;
	for (k = 0; k < mb->nr_succs && !err; k++) {
		const struct kw_medge *e = &ra->mf->medge[mb->succ + k];

		if (e->to <= b)
			err = edge_moves(ra, e);
	}
	return err;
}

/**
 * kw_ra_pass_block() - @b only splits an edge: it has what the block before left, and so leaves that
 */
void kw_ra_pass_block(struct ra *ra, u32 b)
{
	const struct ra_block *from = &ra->blk[pred_edge(ra, b, 0)->from];
	struct ra_block *blk = &ra->blk[b];

	blk->exit = from->exit;
	blk->nr_exit = from->nr_exit;
	blk->entry = from->exit;
	blk->nr_entry = from->nr_exit;
	blk->entry_regs = ~0ull;
}
