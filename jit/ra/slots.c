// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * After assignment: values that were read from memory get a slot and one
 * store, the edits get their order, operands that read slots their address.
 *
 * The store stands at the start of the block that dominates all reads, if it
 * runs no oftener than the definition and the value is in a register there;
 * else right behind the definition.  So what only a cold path spills is
 * stored on that path.
 *
 * A slot is in use from its store to its last read, extended to the end of
 * every loop that reads it but does not define it; these intervals are given
 * slots in one sweep.
 */
#include "state.h"

#define MAX_MEMBERS	8	/* of a group of values that share a slot */
#define MAX_SLOTS	(KW_ALLOC_NONE - KW_ALLOC_SLOT - 4)

/* @v is read from its slot by (the moves before) instruction @at of @block. */
int kw_ra_slot_read(struct ra *ra, u32 v, u32 at, u32 block)
{
	u32 h;

	if (ra->slot_lca[v] == RA_NONE)
		ra->slot_lca[v] = block;
	else if (ra->slot_lca[v] != block && ra->slot_lca[v] != ra->def_block[v])
		ra->slot_lca[v] = kw_ra_common_dominator(ra, ra->slot_lca[v], block);
	if (at <= ra->slot_end[v])
		return 0;
	h = kw_ra_loop_outermost(ra, block, ra->def_block[v]);
	if (h != RA_NONE)
		at = ra->mf->block[ra->mf->block[h].loop_end - 1].end;
	ra->slot_end[v] = at;
	return ra_step(ra);
}

/* Block parameter @v is written to its slot before instruction @at. */
int kw_ra_slot_write(struct ra *ra, u32 v, u32 at)
{
	ra->slot_start[v] = min(ra->slot_start[v], at);
	ra->slot_end[v] = max(ra->slot_end[v], at);
	return 0;
}

static u32 entry_reg(const struct ra *ra, u32 b, u32 v)
{
	const struct ra_held *h = ra->blk[b].entry;
	u32 k;

	for (k = 0; k < ra->blk[b].nr_entry; k++)
		if (h[k].vreg == v && ra->blk[b].entry_regs & BIT_ULL(h[k].reg))
			return h[k].reg;
	return KW_NO_REG;
}

static u32 def_reg(const struct ra *ra, u32 v)
{
	const struct kw_minst *inst = &ra->mf->inst[ra->def_inst[v]];
	const struct kw_mopnd *o = ra->mf->opnd + inst->opnds;

	while (ra_is_use(o) || o->vreg != v)
		o++;
	return o->alloc;
}

/* Block to store @v at the start of, or its defining block. */
static u32 store_block(const struct ra *ra, u32 v)
{
	u32 def = ra->def_block[v], b = ra->slot_lca[v], steps;

	for (steps = 0; b != def; steps++) {
		if (steps == 64)
			return def;
		if (ra->blk[b].depth <= ra->blk[def].depth && entry_reg(ra, b, v) != KW_NO_REG)
			break;
		b = ra->mf->block[b].idom;
	}
	return b;
}

static int place_store(struct ra *ra, u32 v)
{
	struct ra_edit *e = ra_new_edit(ra, RA_AT_STORE);
	u32 b = store_block(ra, v), def = ra->def_inst[v], at, from;

	if (!e)
		return -ENOMEM;
	if (b == ra->def_block[v] && def != RA_NONE) {
		if (def + 1 >= ra->mf->block[b].end)
			return -EINVAL;
		at = def + 1;
		from = def_reg(ra, v);
	} else {
		at = ra->mf->block[b].first;
		from = entry_reg(ra, b, v);
	}
	if (from >= RA_NR_REGS)
		return -EINVAL;
	ra->slot_start[v] = min(ra->slot_start[v], at);
	*e = (struct ra_edit){
		.at = at, .kind = KW_EDIT_MOVE, .type = ra_vreg(ra, v)->type, .from = from, .to = RA_LOC_SLOT(v),
	};
	return 0;
}

static int place_stores(struct ra *ra)
{
	u32 v;
	int err;

	for (v = 1; v < ra->mf->nr_vregs; v++) {
		ra->slot_group[v] = v;
		if (ra->slot_lca[v] == RA_NONE)
			continue;
		if (ra->slot_param[v]) {
			kw_ra_slot_write(ra, v, ra->mf->block[ra->def_block[v]].first);
			continue;
		}
		err = place_store(ra, v);
		if (err)
			return err;
		if (ra_step(ra))
			return -EINTR;
	}
	return 0;
}

static bool apart(const struct ra *ra, u32 a, u32 b)
{
	return ra->slot_end[a] < ra->slot_start[b] || ra->slot_end[b] < ra->slot_start[a];
}

/* May the argument live in the parameter's slot from the start?  All writes of either count. */
static bool may_share(const struct ra *ra, const struct ra_pair *p)
{
	const struct kw_mblock *mb = &ra->mf->block[ra->def_block[p->param]];
	u32 k, m, a = p->arg, members = 0;

	if (ra->slot_param[a] || ra->slot_group[a] != a || mb->nr_preds > MAX_MEMBERS ||
	    ra_vreg(ra, a)->type != ra_vreg(ra, p->param)->type)
		return false;
	for (m = p->param; m; m = ra->slot_next[m])
		if (!apart(ra, a, m) || ++members == MAX_MEMBERS)
			return false;
	for (k = 0; k < mb->nr_preds; k++) {
		u32 from = ra->mf->medge[ra->mf->epool[mb->pred + k]].from;
		u32 at = ra->mf->block[from].end - 1;

		if (at != p->at && at >= ra->slot_start[a] && at <= ra->slot_end[a])
			return false;
	}
	return true;
}

/* One slot for a parameter and its arguments where their times do not meet. */
static void share_slots(struct ra *ra)
{
	u32 k;

	for (k = 0; k < ra->nr_pairs; k++) {
		const struct ra_pair *p = &ra->pair[k];

		if (ra->slot_lca[p->param] == RA_NONE || ra->slot_group[p->arg] == p->param)
			continue;
		if (may_share(ra, p)) {
			ra->slot_group[p->arg] = p->param;
			ra->slot_next[p->arg] = ra->slot_next[p->param];
			ra->slot_next[p->param] = p->arg;
		} else {
			kw_ra_slot_write(ra, p->param, p->at);
		}
	}
	for (k = 1; k < ra->mf->nr_vregs; k++) {
		u32 g = ra->slot_group[k];

		if (g == k || ra->slot_lca[k] == RA_NONE)
			continue;
		ra->slot_start[g] = min(ra->slot_start[g], ra->slot_start[k]);
		ra->slot_end[g] = max(ra->slot_end[g], ra->slot_end[k]);
	}
}

/* Slots not in use now, and lists of intervals by their ends. */
struct sweep {
	struct ra *ra;
	u32 *starts, *ends;	/* by instruction: vreg, linked by .next_* */
	u32 *next_start, *next_end;
	u32 *single, nr_singles;	/* free slots */
	u32 *pair, nr_pairs;		/* free pairs, by their even first one */
	u32 nr_slots;
};

static bool is_wide(const struct ra *ra, u32 v)
{
	return ra_vreg(ra, v)->type == KW_T_V128;
}

static u32 take_slot(struct sweep *s, bool wide)
{
	if (wide) {
		if (s->nr_pairs)
			return s->pair[--s->nr_pairs];
		if (s->nr_slots & 1)
			s->single[s->nr_singles++] = s->nr_slots++;
		s->nr_slots += 2;
		return s->nr_slots - 2;
	}
	if (s->nr_singles)
		return s->single[--s->nr_singles];
	if (s->nr_pairs) {
		s->single[s->nr_singles++] = s->pair[--s->nr_pairs] + 1;
		return s->pair[s->nr_pairs];
	}
	return s->nr_slots++;
}

/* What the walk needed by vreg, and by location, serves here. */
static void take_over(struct ra *ra)
{
	u32 n = ra->mf->nr_vregs;

	ra->slot_group = ra->def_next;
	ra->slot_of = memset(ra->next, 0, n * sizeof(*ra->slot_of));
	ra->slot_next = memset(ra->phi_hint, 0, n * sizeof(*ra->slot_next));
}

static int prepare_sweep(struct sweep *s, u32 *nr)
{
	struct ra *ra = s->ra;
	u32 v, n = 0, positions = ra->mf->nr_insts + 2;

	for (v = 1; v < ra->mf->nr_vregs; v++)
		n += ra->slot_lca[v] != RA_NONE;
	*nr = n;
	if (!n)
		return 0;
	s->starts = kw_arena_array(ra->arena, positions, sizeof(u32));
	s->ends = kw_arena_array(ra->arena, positions, sizeof(u32));
	s->next_start = ra->move_to;
	s->next_end = ra->readers;
	s->single = kw_arena_array(ra->arena, 2 * n + 1, sizeof(u32));
	s->pair = kw_arena_array(ra->arena, n, sizeof(u32));
	if (!s->starts || !s->ends || !s->single || !s->pair)
		return -ENOMEM;
	for (v = 1; v < ra->mf->nr_vregs; v++) {
		u32 start = ra->slot_start[v], end = ra->slot_end[v];

		if (ra->slot_lca[v] == RA_NONE || ra->slot_group[v] != v)
			continue;
		s->next_start[v] = s->starts[start];
		s->starts[start] = v;
		s->next_end[v] = s->ends[end];
		s->ends[end] = v;
	}
	return 0;
}

static int color(struct ra *ra)
{
	struct sweep s = { .ra = ra };
	u32 at, v, nr;
	int err = prepare_sweep(&s, &nr);
	const u32 *starts = s.starts, *ends = s.ends;

	for (at = 0; nr && !err && at < ra->mf->nr_insts + 2; at++) {
		for (v = at ? ends[at - 1] : 0; v; v = s.next_end[v]) {
			if (is_wide(ra, v))
				s.pair[s.nr_pairs++] = ra->slot_of[v];
			else
				s.single[s.nr_singles++] = ra->slot_of[v];
		}
		for (v = starts[at]; v; v = s.next_start[v])
			ra->slot_of[v] = take_slot(&s, is_wide(ra, v));
	}
	if (err)
		return err;
	if (s.nr_slots > MAX_SLOTS)
		return -E2BIG;
	ra->mf->nr_slots = s.nr_slots;
	if (ra->scratch_used)
		ra->mf->nr_slots = ALIGN(s.nr_slots, 2u) + 2;
	return 0;
}

static kw_alloc_t final_memory(const struct ra *ra, ra_loc_t loc)
{
	if (loc == RA_LOC_NONE)
		return KW_ALLOC_NONE;
	if (loc == RA_LOC_SCRATCH)
		return KW_ALLOC_SLOT + ra->mf->nr_slots - 2;
	return KW_ALLOC_SLOT + ra->slot_of[ra->slot_group[loc - RA_NR_REGS]];
}

static inline kw_alloc_t final_place(const struct ra *ra, ra_loc_t loc)
{
	return loc < RA_NR_REGS ? loc : final_memory(ra, loc);
}

/* Stores that nobody reads, and moves between two that share a slot, are not made. */
static bool slot_is_needed(const struct ra *ra, const struct ra_edit *e)
{
	if (e->kind != KW_EDIT_MOVE || e->to == RA_LOC_SCRATCH)
		return true;
	if (ra->slot_lca[e->to - RA_NR_REGS] == RA_NONE)
		return false;
	return final_place(ra, e->from) != final_place(ra, e->to);
}

static inline bool is_needed(const struct ra *ra, const struct ra_edit *e)
{
	return e->to < RA_NR_REGS || slot_is_needed(ra, e);
}

static void put_edit(const struct ra *ra, const struct ra_edit *e, struct kw_edit *out)
{
	out->at = e->at;
	out->kind = e->kind;
	out->type = e->type;
	out->from = final_place(ra, e->from);
	out->to = final_place(ra, e->to);
	out->remat = e->remat;
}

/* Counting sort by instruction; within one the phases follow each other. */
static int sort_edits(struct ra *ra)
{
	struct kw_mfunc *mf = ra->mf;
	u32 *pos = kw_arena_array(ra->arena, mf->nr_insts + 2, sizeof(*pos));
	const struct ra_edit_piece *piece;
	const struct ra_edit *e;
	u32 phase, k, total = 0;
	u64 used = 0;

	if (!pos)
		return -ENOMEM;
	for (phase = 0; phase < RA_NR_PHASES; phase++)
		ra_for_each_edit(&ra->edits[phase], piece, k, e)
			if (is_needed(ra, e))
				pos[e->at + 1]++;
	for (k = 0; k <= mf->nr_insts; k++) {
		total += pos[k + 1];
		pos[k + 1] = total;
	}
	mf->edit = kw_arena_raw_array(mf->arena, total + 1, sizeof(*mf->edit));
	if (!mf->edit)
		return -ENOMEM;
	mf->nr_edits = total;
	mf->cap_edits = total + 1;
	for (phase = 0; phase < RA_NR_PHASES; phase++)
		ra_for_each_edit(&ra->edits[phase], piece, k, e) {
			if (!is_needed(ra, e))
				continue;
			put_edit(ra, e, &mf->edit[pos[e->at]++]);
			/* Who reads a register does so behind a definition or an edit that wrote it. */
			if (e->to < RA_NR_REGS)
				used |= BIT_ULL(e->to);
		}
	mf->used_regs |= used;
	return ra_step(ra);
}

static void finish_operands(struct ra *ra)
{
	struct kw_mopnd *o = ra->mf->opnd;
	u32 k;

	for (k = 0; k < ra->nr_opnd_slots; k++)
		o[ra->opnd_slot[k]].alloc =
			final_place(ra, RA_LOC_SLOT(o[ra->opnd_slot[k]].vreg));
}

/**
 * kw_ra_slots() - stores, slots, and the final list of edits
 */
int kw_ra_slots(struct ra *ra)
{
	int err;

	take_over(ra);
	err = place_stores(ra);
	if (err)
		return err;
	share_slots(ra);
	err = color(ra);
	if (err)
		return err;
	finish_operands(ra);
	return sort_edits(ra);
}
