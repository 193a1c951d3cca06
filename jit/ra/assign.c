// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * One instruction: registers for its operands, and the moves that must come
 * before it.
 *
 * Taking a register away from a value costs nothing here: if the value is
 * read again it comes from its slot, which its definition filled (slots.c
 * makes that store if anyone reads).  All moves of an instruction are one
 * parallel copy, so a source is always where the value was before it.
 */
#include "state.h"

struct step {
	struct ra *ra;
	u32 i;
	const struct kw_minst *inst;
	struct kw_mopnd *o;
	u32 reuse;		/* operands of want REUSE, a bit each */
	u32 missing;		/* uses that are in no register, not FIXED */
	u32 dying;		/* uses of values that are not needed further on */
	struct kw_mopnd *def;	/* the last of them */
	u32 nr_defs;
	bool constrained;	/* registers by name, or read and written at the same time */
	u64 fixed_uses;		/* registers of FIXED uses */
	u64 fixed_early;	/* of FIXED early defs */
	u64 doomed;		/* do not survive: FIXED defs, clobbers */
	u64 lock;		/* hold values that uses which are not FIXED read */
	u64 use_regs;		/* read by the instruction */
	u64 late_regs;		/* read until its end */
	u64 def_regs;
};

static void pend(struct ra *ra, u32 to, ra_loc_t from, u32 v)
{
	ra->pending |= BIT_ULL(to);
	ra->pend_from[to] = from;
	ra->pend_vreg[to] = v;
}

static void unpend(struct step *st, u32 r)
{
	if (!(st->use_regs & BIT_ULL(r)))
		st->ra->pending &= ~BIT_ULL(r);
}

/* Where the content of register @r is before this instruction's moves. */
static ra_loc_t content(const struct ra *ra, u32 r)
{
	return ra->pending & BIT_ULL(r) ? ra->pend_from[r] : r;
}

/* Fill @to with @v, which is in no register, or in @v's register. */
static int fill(struct step *st, u32 to, u32 v)
{
	struct ra *ra = st->ra;
	int err = 0;

	if (ra->reg[v] != KW_NO_REG) {
		pend(ra, to, content(ra, ra->reg[v]), v);
	} else if (ra_remat(ra, v) != RA_NONE) {
		pend(ra, to, RA_LOC_NONE, v);
	} else {
		pend(ra, to, RA_LOC_SLOT(v), v);
		err = kw_ra_slot_read(ra, v, st->i, ra->cur_block);
	}
	return err;
}

/* Who is in the register that @v is asked for in later, and loses it to a call before its own use, goes now. */
static void clear_wish(struct step *st, u32 v, u64 mask)
{
	struct ra *ra = st->ra;
	u32 r = ra->fixed_hint[v];

	if (r == KW_NO_REG || !(mask & ra->occupied & BIT_ULL(r)) || ra->next[v] & RA_BEHIND_CALL ||
	    !(ra->next[ra->val[r]] & RA_BEHIND_CALL))
		return;
	ra_vacate(ra, r);
	unpend(st, r);
}

/* A register of @mask for @v, from its owner if none is free; KW_NO_REG: @mask is empty. */
static u32 take(struct step *st, u32 v, u64 mask)
{
	struct ra *ra = st->ra;
	u64 available;
	u32 r;

	clear_wish(st, v, mask);
	available = mask & ~ra->occupied;
	if (available)
		return kw_ra_choose_free(ra, v, available);
	r = kw_ra_furthest(ra, mask, st->i);
	if (r != KW_NO_REG) {
		ra_vacate(ra, r);
		unpend(st, r);
	}
	return r;
}

/* As take(), but only from a value that is needed later than @v. */
static u32 take_if_nearer(struct step *st, u32 v, u64 mask)
{
	struct ra *ra = st->ra;
	u32 r;

	if (!(mask & ~ra->occupied)) {
		r = kw_ra_furthest(ra, mask, st->i);
		if (r == KW_NO_REG || ra->next[ra->val[r]] <= ra->next[v])
			return KW_NO_REG;
	}
	return take(st, v, mask);
}

/* @v lives on in @to; operands that were to read its old register still do. */
static int move_home(struct step *st, u32 v, u32 to)
{
	struct ra *ra = st->ra;
	u32 from = ra->reg[v];
	u64 bit = BIT_ULL(from);

	pend(ra, to, content(ra, from), v);
	unpend(st, from);
	if (st->lock & bit && !(st->use_regs & bit))
		st->lock = (st->lock & ~bit) | BIT_ULL(to);
	ra_vacate(ra, from);
	ra_hold(ra, v, to);
	return 0;
}

/* A use that names its register, or reads until the instruction ends. */
static noinline void scan_constrained_use(struct step *st, struct kw_mopnd *o)
{
	u32 r = st->ra->reg[o->vreg];

	st->constrained = true;
	if (o->want == KW_WANT_FIXED) {
		st->fixed_uses |= BIT_ULL(o->reg);
		if (o->kind == KW_OP_LATE_USE)
			st->late_regs |= BIT_ULL(o->reg);
	} else if (r != KW_NO_REG) {
		st->lock |= BIT_ULL(r);
	}
}

static noinline void scan_def(struct step *st, struct kw_mopnd *o)
{
	struct ra *ra = st->ra;
	u64 bit = o->want == KW_WANT_FIXED ? BIT_ULL(o->reg) : 0;

	ra->next[o->vreg] = ra->def_next[o->vreg];
	o->alloc = KW_ALLOC_NONE;
	st->def = o;
	st->nr_defs++;
	st->doomed |= bit;
	st->constrained |= bit || o->kind == KW_OP_EARLY_DEF;
	if (o->kind == KW_OP_EARLY_DEF)
		st->fixed_early |= bit;
	if (o->want != KW_WANT_REUSE)
		return;
	st->reuse |= 1u << (o - st->o);
	if (st->o[o->reg].want == KW_WANT_FIXED)
		st->doomed |= BIT_ULL(st->o[o->reg].reg);
}

/* Uses that are in a register stay there, unless the instruction turns out to be constrained. */
static void scan(struct step *st)
{
	struct ra *ra = st->ra;
	const ra_when_t *after = ra->opnd_next + st->inst->opnds;
	struct kw_mopnd *o = st->o, *end = o + st->inst->nr_opnds;
	u32 bit = 1, missing = 0, dying = 0;
	u64 lock = 0;

	for (; o < end; o++, after++, bit <<= 1) {
		u32 r;

		if (!ra_is_use(o)) {
			scan_def(st, o);
			continue;
		}
		ra->next[o->vreg] = *after;
		dying |= *after == RA_DEAD ? bit : 0;
		if (o->want == KW_WANT_FIXED || o->kind == KW_OP_LATE_USE) {
			scan_constrained_use(st, o);
			continue;
		}
		r = ra->reg[o->vreg];		/* there or not, without a branch */
		o->alloc = r == KW_NO_REG ? KW_ALLOC_NONE : r;
		lock |= ra_reg_bit(r);
		missing |= r == KW_NO_REG ? bit : 0;
	}
	st->missing = missing;
	st->dying = dying;
	st->lock |= lock;
}

/* Nothing is known of instruction @i yet but what it destroys. */
static void begin(struct step *st, struct ra *ra, u32 i)
{
	st->ra = ra;
	st->i = i;
	st->doomed = kw_mi_clobbers(st->inst);
	st->constrained = st->doomed;
	st->reuse = 0;
	st->nr_defs = 0;
	st->fixed_uses = 0;
	st->fixed_early = 0;
	st->lock = 0;
	st->late_regs = 0;
	st->use_regs = 0;
	st->def_regs = 0;
}

/* Registers that FIXED uses are filled from: whoever moves into one makes a cycle. */
static u64 fill_sources(const struct ra *ra)
{
	u64 left, sources = 0;

	for (left = ra->pending; left; left &= left - 1) {
		ra_loc_t from = ra->pend_from[__builtin_ctzll(left)];

		if (from < RA_NR_REGS)
			sources |= BIT_ULL(from);
	}
	return sources;
}

/* The owner of @r, which a FIXED use of another value needs, goes elsewhere. */
static void displace(struct step *st, u32 r)
{
	struct ra *ra = st->ra;
	u32 w = ra->val[r], to;
	u64 mask = ra_allocatable(ra, w) & ~st->fixed_uses & ~st->lock;
	u64 bit = BIT_ULL(r);

	if (ra->next[w] != RA_DEAD && mask & ~st->doomed)
		mask &= ~st->doomed;
	if (mask & ~ra->occupied & ~fill_sources(ra))
		mask &= ~ra->occupied & ~fill_sources(ra);
	to = ra->loose[w] ? take(st, w, mask) : take_if_nearer(st, w, mask);
	ra_vacate(ra, r);
	if (to != KW_NO_REG) {
		pend(ra, to, r, w);
		ra_hold(ra, w, to);
		if (st->lock & bit)
			st->lock |= BIT_ULL(to);
	}
	st->lock &= ~bit;
}

/*
 * FIXED uses: copies into their registers, all from where the values are now;
 * then those whose only use this was leave their old register, then strangers
 * in the fixed registers find a new one.
 */
static int settle_fixed(struct step *st)
{
	struct ra *ra = st->ra;
	struct kw_mopnd *o = st->o, *end = o + st->inst->nr_opnds;
	int err;

	for (o = st->o; o < end; o++)
		if (ra_is_use(o) && o->want != KW_WANT_FIXED)
			ra->loose[o->vreg] = 1;
	for (o = st->o; o < end; o++) {
		if (!ra_is_use(o) || o->want != KW_WANT_FIXED)
			continue;
		o->alloc = o->reg;
		if (ra->reg[o->vreg] == o->reg)
			continue;
		if (ra->reg[o->vreg] != KW_NO_REG) {
			pend(ra, o->reg, ra->reg[o->vreg], o->vreg);
			continue;
		}
		err = fill(st, o->reg, o->vreg);
		if (err)
			return err;
	}
	for (o = st->o; o < end; o++) {
		u32 r = ra->reg[o->vreg];

		if (o->alloc == KW_ALLOC_NONE || r == KW_NO_REG || r == o->reg ||
		    ra->next[o->vreg] != RA_DEAD || ra->loose[o->vreg])
			continue;
		ra_vacate(ra, r);
	}
	for (o = st->o; o < end; o++)
		if (o->alloc != KW_ALLOC_NONE && ra->val[o->reg] && ra->val[o->reg] != o->vreg)
			displace(st, o->reg);
	for (o = st->o; o < end; o++) {
		if (o->alloc != KW_ALLOC_NONE && ra->reg[o->vreg] == KW_NO_REG &&
		    (ra->next[o->vreg] != RA_DEAD || ra->loose[o->vreg])) {
			ra_hold(ra, o->vreg, o->reg);
			if (ra->loose[o->vreg])
				st->lock |= BIT_ULL(o->reg);
		}
	}
	for (o = st->o; o < end; o++)
		if (ra_is_use(o))
			ra->loose[o->vreg] = 0;
	st->use_regs |= st->fixed_uses;
	return 0;
}

/* Is it better to load @v for an ANY use than to read its slot? */
static bool worth_loading(struct step *st, u32 v)
{
	struct ra *ra = st->ra;
	u64 mask = ra_allocatable(ra, v) & ~st->fixed_uses & ~st->doomed & ~st->lock;
	u32 r;

	if (ra_remat(ra, v) != RA_NONE)
		return true;
	if (ra->next[v] & ~RA_LOW)
		return false;
	if (mask & ~ra->occupied)
		return true;
	r = kw_ra_furthest(ra, mask, st->i);
	return r != KW_NO_REG && ra->next[ra->val[r]] > ra->next[v];
}

static int use_slot(struct step *st, struct kw_mopnd *o)
{
	struct ra *ra = st->ra;
	u32 *list = kw_arena_grow(ra->arena, ra->opnd_slot, &ra->cap_opnd_slots,
				  ra->nr_opnd_slots + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	ra->opnd_slot = list;
	list[ra->nr_opnd_slots++] = o - ra->mf->opnd;
	o->alloc = KW_ALLOC_SLOT;
	return kw_ra_slot_read(ra, o->vreg, st->i, ra->cur_block);
}

/* A use of a value that is in a register. */
static int settle(struct step *st, struct kw_mopnd *o)
{
	struct ra *ra = st->ra;
	u32 r = ra->reg[o->vreg], to;
	u64 unfit = st->fixed_early | (o->kind == KW_OP_LATE_USE ? st->doomed : 0);

	if (BIT_ULL(r) & unfit) {
		to = take(st, o->vreg, ra_allocatable(ra, o->vreg) & ~st->fixed_uses &
			  ~st->doomed & ~st->lock);
		if (to == KW_NO_REG)
			return o->want == KW_WANT_ANY ? use_slot(st, o) : -EINVAL;
		move_home(st, o->vreg, to);
		r = to;
	}
	o->alloc = r;
	st->lock |= BIT_ULL(r);
	st->use_regs |= BIT_ULL(r);
	if (o->kind == KW_OP_LATE_USE)
		st->late_regs |= BIT_ULL(r);
	return 0;
}

static int load(struct step *st, struct kw_mopnd *o)
{
	struct ra *ra = st->ra;
	u32 v = o->vreg, r = KW_NO_REG;
	u64 mask = ra_allocatable(ra, v) & ~st->fixed_uses & ~st->fixed_early & ~st->lock;
	bool late = o->kind == KW_OP_LATE_USE;
	int err;

	if (o->want == KW_WANT_ANY && !worth_loading(st, v))
		return use_slot(st, o);
	if (late || ra->next[v] != RA_DEAD)
		r = take(st, v, mask & ~st->doomed);
	if (r == KW_NO_REG && !late)
		r = take(st, v, mask);
	if (r == KW_NO_REG)
		return o->want == KW_WANT_ANY ? use_slot(st, o) : -EINVAL;
	err = fill(st, r, v);
	ra_hold(ra, v, r);
	return err ? err : settle(st, o);
}

static bool is_reused(const struct step *st, const struct kw_mopnd *use)
{
	u32 left;

	for (left = st->reuse; left; left &= left - 1)
		if (st->o + st->o[__builtin_ctz(left)].reg == use)
			return true;
	return false;
}

/* Uses that are in no register, or were not before another operand put them there. */
static int settle_missing(struct step *st)
{
	struct ra *ra = st->ra;
	int err = 0;

	for (; st->missing && !err; st->missing &= st->missing - 1) {
		struct kw_mopnd *o = &st->o[__builtin_ctz(st->missing)];

		if (ra->reg[o->vreg] != KW_NO_REG)
			err = settle(st, o);
		else if (!is_reused(st, o))
			err = load(st, o);
	}
	return err;
}

static int settle_uses(struct step *st)
{
	struct ra *ra = st->ra;
	u32 k;
	int err;

	st->missing = 0;
	for (k = 0; k < st->inst->nr_opnds; k++) {
		struct kw_mopnd *o = &st->o[k];

		if (!ra_is_use(o) || o->want == KW_WANT_FIXED)
			continue;
		if (ra->reg[o->vreg] == KW_NO_REG) {
			st->missing |= 1u << k;
			continue;
		}
		err = settle(st, o);
		if (err)
			return err;
	}
	return settle_missing(st);
}

/* Values that live on leave the registers the instruction destroys. */
static void save_doomed(struct step *st)
{
	struct ra *ra = st->ra;
	u64 left = st->doomed & ra->occupied;

	for (; left; left &= left - 1) {
		u32 r = __builtin_ctzll(left), v = ra->val[r], to = KW_NO_REG;
		u64 mask = ra_allocatable(ra, v) & ~st->fixed_uses & ~st->doomed & ~st->lock;

		if (ra->next[v] == RA_DEAD)
			continue;
		if (mask && !(ra->next[v] & RA_BEHIND_CALL))
			to = take_if_nearer(st, v, mask);
		if (to != KW_NO_REG) {
			move_home(st, v, to);
		} else {
			ra_vacate(ra, r);
			unpend(st, r);
		}
	}
}

/*
 * A def in the register of a use whose value lives on elsewhere: copy first,
 * or give the use's value up if everything else is needed sooner.
 */
static int copy_for_reuse(struct step *st, struct kw_mopnd *use, u32 d, bool may_keep, u32 *reg)
{
	struct ra *ra = st->ra;
	u32 v = use->vreg, r0 = use->alloc, r, p = ra->phi_hint[d];
	u64 mask = ra_allocatable(ra, d) & ~st->use_regs & ~st->doomed & ~st->lock & ~st->def_regs;

	if (may_keep && !(mask & ~ra->occupied)) {
		r = kw_ra_furthest(ra, mask, st->i);
		if (r == KW_NO_REG || ra->next[v] >= ra->next[ra->val[r]]) {
			ra_vacate(ra, r0);
			*reg = r0;
			return 0;
		}
	} else if (may_keep && p && ra->share[p] == r0) {
		move_home(st, v, kw_ra_choose_free(ra, v, mask & ~ra->occupied));
		*reg = r0;
		return 0;
	}
	r = take(st, d, mask);
	if (r == KW_NO_REG)
		return -EINVAL;
	pend(ra, r, content(ra, r0), v);
	use->alloc = r;
	*reg = r;
	return 0;
}

static int settle_reuse(struct step *st, struct kw_mopnd *def)
{
	struct ra *ra = st->ra;
	struct kw_mopnd *use = &st->o[def->reg];
	u32 v = use->vreg, r;
	bool dies, clean;
	int err = 0;

	/* Another operand may have loaded it. */
	if (use->alloc >= RA_NR_REGS && ra->reg[v] != KW_NO_REG)
		err = settle(st, use);
	if (err)
		return err;
	r = use->alloc;
	if (r >= RA_NR_REGS) {
		r = take(st, def->vreg, ra_allocatable(ra, v) & ~st->use_regs & ~st->doomed &
			 ~st->lock & ~st->def_regs);
		if (r == KW_NO_REG)
			return -EINVAL;
		err = fill(st, r, v);
		use->alloc = r;
	} else if (use->want != KW_WANT_FIXED) {
		dies = ra->next[v] == RA_DEAD || ra->reg[v] != r;
		clean = !(BIT_ULL(r) & (st->doomed | st->late_regs | st->def_regs));
		if (!dies || !clean)
			err = copy_for_reuse(st, use, def->vreg, clean, &r);
	}
	st->use_regs |= BIT_ULL(r);
	st->def_regs |= BIT_ULL(r);
	def->alloc = r;
	return err;
}

static void release_dying(struct step *st)
{
	struct ra *ra = st->ra;

	for (; st->dying; st->dying &= st->dying - 1) {
		u32 r = ra->reg[st->o[__builtin_ctz(st->dying)].vreg];

		if (r != KW_NO_REG)
			ra_vacate(ra, r);
	}
}

static void define(struct step *st, struct kw_mopnd *o, u32 r)
{
	struct ra *ra = st->ra;
	u32 p = ra->phi_hint[o->vreg];

	if (ra->val[r])
		ra_vacate(ra, r);
	ra_hold(ra, o->vreg, r);
	o->alloc = r;
	st->def_regs |= BIT_ULL(r);
	ra->mf->used_regs |= BIT_ULL(r);
	ra->share[o->vreg] = r;
	if (p && ra->share[p] == KW_NO_REG)
		ra->share[p] = r;
}

static int define_free(struct step *st, struct kw_mopnd *o)
{
	struct ra *ra = st->ra;
	u64 mask = ra_allocatable(ra, o->vreg) & ~st->late_regs & ~st->def_regs;
	u32 r;

	if (o->kind == KW_OP_EARLY_DEF)
		mask &= ~st->use_regs;
	else if ((st->inst->flags & KW_MI_MOVE) && st->use_regs)
		ra->like = __builtin_ctzll(st->use_regs);
	r = take(st, o->vreg, mask & ~st->doomed);
	ra->like = KW_NO_REG;
	if (r == KW_NO_REG)
		r = take(st, o->vreg, mask & ~st->fixed_early);
	if (r == KW_NO_REG)
		return -EINVAL;
	define(st, o, r);
	return 0;
}

static int settle_defs(struct step *st)
{
	struct ra *ra = st->ra;
	struct kw_mopnd *o, *end = st->o + st->inst->nr_opnds;
	u32 kind;
	int err;

	for (o = st->o; o < end; o++) {
		if (ra_is_use(o))
			continue;
		if (o->want == KW_WANT_FIXED)
			define(st, o, o->reg);
		else if (o->want == KW_WANT_REUSE)
			define(st, o, o->alloc);
	}
	for (kind = KW_OP_EARLY_DEF; kind >= KW_OP_DEF; kind--) {
		for (o = st->o; o < end; o++) {
			if (o->kind != kind || o->alloc != KW_ALLOC_NONE)
				continue;
			err = define_free(st, o);
			if (err)
				return err;
		}
	}
	for (o = st->o; o < end; o++)
		if (!ra_is_use(o) && ra->next[o->vreg] == RA_DEAD)
			ra_vacate(ra, o->alloc);
	return 0;
}

static int flush(struct step *st)
{
	struct ra *ra = st->ra;
	int err;

	if (!ra->pending)
		return 0;
	if (!(ra->pending & (ra->pending - 1))) {
		u32 r = __builtin_ctzll(ra->pending);
		struct ra_move m = { ra->pend_from[r], r, ra->pend_vreg[r] };

		ra->pending = 0;
		return kw_ra_emit_move(ra, st->i, &m);
	}
	for (; ra->pending; ra->pending &= ra->pending - 1) {
		u32 r = __builtin_ctzll(ra->pending);

		err = ra_add_move(ra, ra->pend_from[r], r, ra->pend_vreg[r]);
		if (err)
			return err;
	}
	return kw_ra_emit_moves(ra, st->i, RA_AT_INST, 0);
}

static int settle_reuses(struct step *st)
{
	int err = 0;

	for (; st->reuse && !err; st->reuse &= st->reuse - 1)
		err = settle_reuse(st, &st->o[__builtin_ctz(st->reuse)]);
	return err;
}

/* One def at most, no register by name: most instructions. */
static int assign_plain(struct step *st)
{
	struct ra *ra = st->ra;
	struct kw_mopnd *def = st->def;
	int err = 0;

	st->use_regs = st->lock;
	if (st->missing)
		err = settle_missing(st);
	if (!err && st->reuse)
		err = settle_reuses(st);
	release_dying(st);
	if (err || !st->nr_defs)
		return err;
	if (def->want == KW_WANT_REUSE)
		define(st, def, def->alloc);
	else
		err = define_free(st, def);
	if (!err && ra->next[def->vreg] == RA_DEAD)
		ra_vacate(ra, def->alloc);
	return err;
}

static int assign_constrained(struct step *st)
{
	u32 k;
	int err = 0;

	for (k = 0; k < st->inst->nr_opnds; k++)
		st->o[k].alloc = KW_ALLOC_NONE;
	if (st->fixed_uses)
		err = settle_fixed(st);
	if (!err)
		err = settle_uses(st);
	if (err)
		return err;
	if (st->doomed & st->ra->occupied)
		save_doomed(st);
	err = settle_reuses(st);
	release_dying(st);
	return err ?: settle_defs(st);
}

/* A value that only moves look at, and that each of them can make, is made by them. */
static bool made_by_users(const struct ra *ra, const struct kw_minst *inst)
{
	return inst->flags & KW_MI_REMAT && !(ra->used[ra->mf->opnd[inst->opnds].vreg] & RA_USED_LOOSE);
}

/**
 * kw_ra_assign_inst() - decide the operands of instruction @i, which is not bare; update the state
 * Return: 0, -ENOMEM, -EINVAL (constraints that no assignment meets).
 */
int kw_ra_assign_inst(struct ra *ra, u32 i)
{
	struct step st;
	int err;

	st.inst = &ra->mf->inst[i];
	st.o = ra->mf->opnd + st.inst->opnds;
	if (made_by_users(ra, st.inst)) {
		st.o->alloc = KW_ALLOC_NONE;
		ra->next[st.o->vreg] = ra->def_next[st.o->vreg];
		return 0;
	}
	begin(&st, ra, i);
	scan(&st);
	if (!st.constrained && st.nr_defs <= 1) {
		err = assign_plain(&st);
	} else {
		kw_ra_pop_named(ra, ra_named_regs(ra, st.inst));
		err = assign_constrained(&st);
	}
	return err ?: flush(&st);
}
