// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Parallel moves in, a sequence of edits with the same effect out.
 *
 * A move may go when nobody still has to read its target.  What never may is
 * in a cycle: among registers it becomes swaps, one with a slot in it goes
 * through a scratch slot.
 */
#include "state.h"

int kw_ra_add_edit(struct ra *ra, enum ra_phase phase, const struct ra_edit *e)
{
	struct ra_edits *list = &ra->edits[phase];
	struct ra_edit_piece *p = list->last;

	if (list->nr % RA_PIECE == 0) {
		p = kw_arena_alloc(ra->arena, sizeof(*p));
		if (!p)
			return -ENOMEM;
		p->next = NULL;
		if (list->last)
			list->last->next = p;
		else
			list->first = p;
		list->last = p;
	}
	p->e[list->nr++ % RA_PIECE] = *e;
	return 0;
}

int kw_ra_add_move(struct ra *ra, ra_loc_t from, ra_loc_t to, u32 vreg)
{
	struct ra_move *m;

	if (from == to)
		return 0;
	m = kw_arena_grow(ra->arena, ra->move, &ra->cap_moves, ra->nr_moves + 1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	ra->move = m;
	m += ra->nr_moves++;
	m->from = from;
	m->to = to;
	m->vreg = vreg;
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
	struct ra_edit e = {
		.at = pl->at, .kind = kind, .type = type, .from = from, .to = to, .remat = remat,
	};

	if (from == RA_LOC_SCRATCH || to == RA_LOC_SCRATCH)
		pl->ra->scratch_used = true;
	return kw_ra_add_edit(pl->ra, pl->phase, &e);
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
	if (slots)
		err = edit(pl, KW_EDIT_MOVE, widest(ra, m->vreg), m->to, RA_LOC_SCRATCH, 0);
	for (; !err; m = next) {
		bool last = m->from == first->to;

		next = &ra->move[ra->move_to[m->from] - 1];
		ra->readers[m->from] = 0;
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

/**
 * kw_ra_emit_moves() - turn the moves added since the last call into edits
 * @busy_regs: registers other than sources and targets that must keep their content
 */
int kw_ra_emit_moves(struct ra *ra, u32 at, enum ra_phase phase, u64 busy_regs)
{
	struct place pl = { .ra = ra, .at = at, .phase = phase, .busy = busy_regs };
	u32 *ready, k;
	int err;

	if (!ra->nr_moves)
		return 0;
	if (ra->nr_moves == 1 && ra->move[0].from != RA_LOC_NONE) {
		ra->nr_moves = 0;
		return emit(&pl, &ra->move[0]);
	}
	ready = kw_arena_grow(ra->arena, ra->ready, &ra->cap_ready, ra->nr_moves, sizeof(*ready));
	if (!ready)
		return -ENOMEM;
	ra->ready = ready;
	for (k = 0; k < ra->nr_moves; k++) {
		const struct ra_move *m = &ra->move[k];

		ra->move_to[m->to] = k + 1;
		if (m->to < RA_NR_REGS)
			pl.busy |= BIT_ULL(m->to);
		if (m->from == RA_LOC_NONE)
			continue;
		ra->readers[m->from]++;
		if (m->from < RA_NR_REGS)
			pl.busy |= BIT_ULL(m->from);
	}
	err = sequence(&pl);
	ra->nr_moves = 0;
	return err;
}
