// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Parallel moves in, a sequence of edits with the same effect out.
 *
 * A move may go when nobody still has to read its target.  What never may is
 * in a cycle: among registers it becomes swaps, one with a slot in it goes
 * through a scratch slot.
 */
#include "state.h"

struct ra_edit *kw_ra_new_piece(struct ra *ra, struct ra_edits *list)
{
	struct ra_edit_piece *p = kw_arena_alloc(ra->arena, sizeof(*p));

	if (!p)
		return NULL;
	p->next = NULL;
	if (list->last)
		list->last->next = p;
	else
		list->first = p;
	list->last = p;
	list->nr++;
	return p->e;
}

int kw_ra_grow_moves(struct ra *ra)
{
	struct ra_move *m = kw_arena_grow(ra->arena, ra->move, &ra->cap_moves, ra->nr_moves + 1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	ra->move = m;
	return 0;
}

struct place {
	struct ra *ra;
	u32 at;
	enum ra_phase phase;
	u64 busy;		/* registers that hold something or will */
};

static int edit(struct place *pl, u32 kind, u32 type, ra_loc_t from, ra_loc_t to, u32 remat)
{
	struct ra_edit *e = ra_new_edit(pl->ra, pl->phase);

	if (!e)
		return -ENOMEM;
	*e = (struct ra_edit){
		.at = pl->at, .kind = kind, .type = type, .from = from, .to = to, .remat = remat,
	};
	return 0;
}

static u32 widest(const struct ra *ra, u32 vreg)
{
	return ra_vreg(ra, vreg)->rclass == KW_RC_INT ? KW_T_I64 : KW_T_V128;
}

/* Make a value again straight into its slot: by way of a register, a borrowed one if need be. */
static int remat_to_slot(struct place *pl, const struct ra_move *m)
{
	const struct kw_vreg *vr = ra_vreg(pl->ra, m->vreg);
	u64 mask = ra_allocatable(pl->ra, m->vreg);
	bool borrow = !(mask & ~pl->busy);
	u32 r = __builtin_ctzll(borrow ? mask : mask & ~pl->busy);
	u32 wide = widest(pl->ra, m->vreg);
	int err = 0;

	pl->ra->scratch_used |= borrow;
	if (borrow)
		err = edit(pl, KW_EDIT_MOVE, wide, r, RA_LOC_SCRATCH, 0);
	if (!err)
		err = edit(pl, KW_EDIT_REMAT, vr->type, RA_LOC_NONE, r, vr->remat);
	if (!err)
		err = edit(pl, KW_EDIT_MOVE, vr->type, r, m->to, 0);
	if (!err && borrow)
		err = edit(pl, KW_EDIT_MOVE, wide, RA_LOC_SCRATCH, r, 0);
	return err;
}

static int emit(struct place *pl, const struct ra_move *m)
{
	const struct kw_vreg *vr = ra_vreg(pl->ra, m->vreg);

	if (m->from != RA_LOC_NONE)
		return edit(pl, KW_EDIT_MOVE, vr->type, m->from, m->to, 0);
	if (m->to >= RA_NR_REGS)
		return remat_to_slot(pl, m);
	return edit(pl, KW_EDIT_REMAT, vr->type, RA_LOC_NONE, m->to, vr->remat);
}

/* @m and the moves behind it form a cycle; each of its places has one reader left. */
static int emit_cycle(struct place *pl, const struct ra_move *m)
{
	struct ra *ra = pl->ra;
	const struct ra_move *first = m, *next;
	bool slots = false;
	int err = 0;

	do {
		slots |= m->to >= RA_NR_REGS;
		m = &ra->move[ra->move_to[m->from] - 1];
	} while (m != first);
	ra->scratch_used |= slots;
	if (slots)
		err = edit(pl, KW_EDIT_MOVE, widest(ra, m->vreg), m->to, RA_LOC_SCRATCH, 0);
	for (; !err; m = next) {
		bool last = m->from == first->to;

		next = &ra->move[ra->move_to[m->from] - 1];
		if (slots && last)
			err = edit(pl, KW_EDIT_MOVE, ra_vreg(ra, m->vreg)->type, RA_LOC_SCRATCH,
				   m->to, 0);
		else if (slots)
			err = emit(pl, m);
		else if (!last)
			err = edit(pl, KW_EDIT_SWAP, widest(ra, m->vreg), m->from, m->to, 0);
		ra->move_to[m->to] = 0;
		if (last)
			break;
	}
	return err;
}

static int sequence(struct place *pl)
{
	struct ra *ra = pl->ra;
	u32 k, n = 0;
	int err;

	for (k = 0; k < ra->nr_moves; k++)
		if (!ra->readers[ra->move[k].to])
			ra->ready[n++] = k;
	while (n) {
		const struct ra_move *m = &ra->move[ra->ready[--n]];

		err = emit(pl, m);
		if (err)
			return err;
		ra->move_to[m->to] = 0;
		if (m->from != RA_LOC_NONE && !--ra->readers[m->from] && ra->move_to[m->from])
			ra->ready[n++] = ra->move_to[m->from] - 1;
	}
	for (k = 0; k < ra->nr_moves; k++) {
		if (!ra->move_to[ra->move[k].to])
			continue;
		err = emit_cycle(pl, &ra->move[k]);
		if (err)
			return err;
	}
	return 0;
}

/* No move writes what another reads: the last comes first, as from sequence(). */
static int emit_apart(struct place *pl)
{
	struct ra *ra = pl->ra;
	u32 k;
	int err = 0;

	for (k = ra->nr_moves; k && !err; k--)
		err = emit(pl, &ra->move[k - 1]);
	return err;
}

/* Some move may write what another reads: find out who does. */
static int emit_mixed(struct place *pl)
{
	struct ra *ra = pl->ra;
	u32 *ready = kw_arena_grow(ra->arena, ra->ready, &ra->cap_ready, ra->nr_moves, sizeof(*ready));
	u32 k;

	if (!ready)
		return -ENOMEM;
	ra->ready = ready;
	for (k = 0; k < ra->nr_moves; k++) {
		ra->readers[ra->move[k].to] = 0;
		if (ra->move[k].from == RA_LOC_NONE)
			continue;
		ra->readers[ra->move[k].from] = 0;
		ra->move_to[ra->move[k].from] = 0;
	}
	for (k = 0; k < ra->nr_moves; k++) {
		ra->move_to[ra->move[k].to] = k + 1;
		if (ra->move[k].from != RA_LOC_NONE)
			ra->readers[ra->move[k].from]++;
	}
	return sequence(pl);
}

/* A move that is alone, before instruction @at, to a register. */
int kw_ra_emit_move(struct ra *ra, u32 at, const struct ra_move *m)
{
	struct place pl = { .ra = ra, .at = at, .phase = RA_AT_INST };

	return m->from == m->to ? 0 : emit(&pl, m);
}

/**
 * kw_ra_emit_moves() - turn the moves added since the last call into edits
 * @busy_regs: registers other than sources and targets that must keep their content
 */
int kw_ra_emit_moves(struct ra *ra, u32 at, enum ra_phase phase, u64 busy_regs)
{
	struct place pl = { .ra = ra, .at = at, .phase = phase };
	u64 read = 0, written = 0;
	bool slot_read = false, slot_written = false;
	u32 k;
	int err;

	for (k = 0; k < ra->nr_moves; k++) {
		const struct ra_move *m = &ra->move[k];

		if (m->from < RA_NR_REGS)
			read |= BIT_ULL(m->from);
		else if (m->from != RA_LOC_NONE)
			slot_read = true;
		if (m->to < RA_NR_REGS)
			written |= BIT_ULL(m->to);
		else
			slot_written = true;
	}
	pl.busy = busy_regs | read | written;
	if (read & written || (slot_read && slot_written))
		err = emit_mixed(&pl);
	else
		err = emit_apart(&pl);
	ra->nr_moves = 0;
	return err;
}
