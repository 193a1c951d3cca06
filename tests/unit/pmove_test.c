// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Parallel moves: every mapping of five places to five sources, for several
 * mixtures of registers, slots and values made anew, done by simulation.
 */
#include "ra/state.h"
#include "lib/mirgen.h"
#include "tap.h"

#define PLACES	5
#define NOTHING	PLACES		/* place is not written */
#define ANEW	(PLACES + 1)	/* written with a value that is made again */

struct machine {
	u32 reg[RA_NR_REGS];
	u32 slot[16];
	u32 scratch;
};

static u32 *at(struct machine *m, ra_loc_t loc)
{
	if (loc == RA_LOC_SCRATCH)
		return &m->scratch;
	return loc < RA_NR_REGS ? &m->reg[loc] : &m->slot[loc - RA_NR_REGS];
}

static void execute(struct machine *m, const struct ra_edit *e)
{
	u32 t;

	switch (e->kind) {
	case KW_EDIT_MOVE:
		*at(m, e->to) = *at(m, e->from);
		break;
	case KW_EDIT_SWAP:
		t = *at(m, e->to);
		*at(m, e->to) = *at(m, e->from);
		*at(m, e->from) = t;
		break;
	case KW_EDIT_REMAT:
		*at(m, e->to) = 1000 + e->remat;
		break;
	}
}

/* An allocator with one vreg for each place; what kw_ra_emit_moves() needs of it. */
static struct ra *new_state(struct mirgen *g, u64 regs)
{
	struct ra *ra;
	u32 k, v;

	mirgen_init(g, regs, 0);
	for (k = 0; k < PLACES; k++) {
		v = mirgen_vreg(g, KW_RC_INT, KW_T_I64);
		g->mf.vreg[v].remat = 1 + k;
	}
	ra = kw_arena_zalloc(&g->arena, sizeof(*ra));
	ra->mf = &g->mf;
	ra->arena = &g->arena;
	ra->move_to = kw_arena_array(&g->arena, RA_NR_REGS + PLACES + 1, sizeof(u32));
	ra->readers = kw_arena_array(&g->arena, RA_NR_REGS + PLACES + 1, sizeof(u32));
	/* What stands there before the first moves, or is left from others, means nothing. */
	memset(ra->move_to, 0xa5, (RA_NR_REGS + PLACES + 1) * sizeof(u32));
	memset(ra->readers, 0xa5, (RA_NR_REGS + PLACES + 1) * sizeof(u32));
	return ra;
}

static bool run(struct ra *ra, const ra_loc_t *place, u32 nr_regs, const u32 *source,
		u64 bystanders)
{
	const struct ra_edit_piece *piece;
	const struct ra_edit *e;
	struct machine m, start;
	u32 k, n = 0;

	for (k = 0; k < RA_NR_REGS; k++)
		m.reg[k] = 100 + k;
	for (k = 0; k < ARRAY_SIZE(m.slot); k++)
		m.slot[k] = 200 + k;
	start = m;
	ra->edits[RA_AT_INST] = (struct ra_edits){ 0 };
	for (k = 0; k < PLACES; k++) {
		if (source[k] == NOTHING)
			continue;
		if (ra_add_move(ra, source[k] == ANEW ? RA_LOC_NONE : place[source[k]],
				place[k], 1 + k))
			return false;
	}
	if (kw_ra_emit_moves(ra, 0, RA_AT_INST, bystanders))
		return false;
	ra_for_each_edit(&ra->edits[RA_AT_INST], piece, n, e)
		execute(&m, e);
	for (k = 0; k < PLACES; k++) {
		u32 want = source[k] == ANEW ? 1001 + k :
			   *at(&start, place[source[k] == NOTHING ? k : source[k]]);

		if (*at(&m, place[k]) != want)
			return false;
	}
	for (k = 0; k < RA_NR_REGS; k++)
		if (bystanders & BIT_ULL(k) && k >= nr_regs && m.reg[k] != start.reg[k])
			return false;
	return true;
}

/* All (PLACES + 2) ^ PLACES ways to fill the places, the first @nr_regs of which are registers. */
static bool all_mappings(u32 nr_regs, u64 regs, u64 bystanders)
{
	u32 source[PLACES] = { 0 }, k;
	ra_loc_t place[PLACES];
	struct mirgen g;
	struct ra *ra = new_state(&g, regs);
	bool good = true;

	for (k = 0; k < PLACES; k++) {
		place[k] = k < nr_regs ? k : RA_LOC_SLOT(k);
		if (k < nr_regs)
			bystanders |= BIT_ULL(k);
	}
	do {
		good = run(ra, place, nr_regs, source, bystanders);
		if (!good)
			diag("%u registers, sources %u %u %u %u %u", nr_regs, source[0], source[1],
			     source[2], source[3], source[4]);
		for (k = 0; k < PLACES && source[k] == ANEW; k++)
			source[k] = 0;
		if (k < PLACES)
			source[k]++;
	} while (good && k < PLACES);
	mirgen_free(&g);
	return good;
}

/* Every register of a cycle of @n is swapped n - 1 times, no scratch place is used. */
static bool cycle_is_swaps(u32 n)
{
	ra_loc_t place[PLACES] = { 0, 1, 2, 3, 4 };
	u32 source[PLACES], k;
	struct mirgen g;
	struct ra *ra = new_state(&g, 31);
	bool good;

	for (k = 0; k < PLACES; k++)
		source[k] = k < n ? (k + 1) % n : NOTHING;
	good = run(ra, place, PLACES, source, 0) && ra->edits[RA_AT_INST].nr == n - 1 &&
	       !ra->scratch_used;
	mirgen_free(&g);
	return good;
}

int main(void)
{
	u32 n;

	for (n = 0; n <= PLACES; n++) {
		ok(all_mappings(n, 63, 0), "all mappings of %u registers and %u slots", n,
		   PLACES - n);
		ok(all_mappings(n, 31, 31 & ~((1u << n) - 1)),
		   "the same with no register free (%u)", n);
	}
	for (n = 2; n <= PLACES; n++)
		ok(cycle_is_swaps(n), "a cycle of %u registers takes %u swaps", n, n - 1);
	return tap_done();
}
