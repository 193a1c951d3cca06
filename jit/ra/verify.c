// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Check of a finished allocation, which knows nothing of how it was made.
 *
 * A state is the set of pairs (place, vreg): "this register or slot holds the
 * value of this vreg".  Edits copy pairs, definitions and clobbers remove
 * them, an edge turns arguments into parameters, and where paths meet only
 * what all of them agree on is left.  Once the states are stable, each use
 * must find its own vreg where it reads, and each constraint must hold.
 */
#include "ra.h"
#include "../ir/ir.h"

struct pairs {
	u64 *p;			/* place << 32 | vreg, sorted */
	u32 nr, cap;
};

struct check {
	const struct kw_mfunc *mf;
	struct pairs *in;	/* by block; .cap 0: not reached yet */
	struct pairs cur, tmp;
	u32 *first_edit;	/* by instruction */
	char *why;
	size_t why_bytes;
	bool nomem;
};

#define PAIR(place, v)	((u64)(place) << 32 | (v))
#define PLACE(p)	((u32)((p) >> 32))
#define VREG(p)		((u32)(p))

static void put_text(char **to, char *end, const char *text)
{
	while (*text && *to < end)
		*(*to)++ = *text++;
}

static void put_number(char **to, char *end, u32 n)
{
	char digits[12];
	u32 k = sizeof(digits) - 1;

	digits[k] = 0;
	do {
		digits[--k] = '0' + n % 10;
		n /= 10;
	} while (n);
	put_text(to, end, digits + k);
}

static int fail(struct check *c, const char *what, u32 inst, u32 v, u32 place)
{
	char *to = c->why, *end = c->why + c->why_bytes - 1;

	if (!c->why_bytes)
		return -EINVAL;
	put_text(&to, end, what);
	put_text(&to, end, ": inst ");
	put_number(&to, end, inst);
	put_text(&to, end, " vreg ");
	put_number(&to, end, v);
	put_text(&to, end, " place ");
	put_number(&to, end, place);
	*to = 0;
	return -EINVAL;
}

static u32 type_bytes(u32 type)
{
	static const u8 bytes[] = {
		[KW_T_VOID] = 8, [KW_T_I32] = 4, [KW_T_I64] = 8, [KW_T_F32] = 4, [KW_T_F64] = 8,
		[KW_T_V128] = 16,
	};

	return bytes[type];
}

static u32 vreg_bytes(const struct check *c, u32 v)
{
	return type_bytes(c->mf->vreg[v].type);
}

static u32 lower_bound(const struct pairs *s, u64 key)
{
	u32 lo = 0, hi = s->nr;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (s->p[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool holds(const struct pairs *s, u32 place, u32 v)
{
	u32 k = lower_bound(s, PAIR(place, v));

	return k < s->nr && s->p[k] == PAIR(place, v);
}

static void append(struct check *c, struct pairs *s, u64 pair)
{
	u64 *p = kw_arena_grow(c->mf->arena, s->p, &s->cap, s->nr + 1, sizeof(*p));

	if (!p) {
		c->nomem = true;
		return;
	}
	s->p = p;
	p[s->nr++] = pair;
}

static void insert(struct check *c, u32 place, u32 v)
{
	u32 k = lower_bound(&c->cur, PAIR(place, v));

	if (k < c->cur.nr && c->cur.p[k] == PAIR(place, v))
		return;
	append(c, &c->cur, 0);
	if (c->nomem)
		return;
	memmove(c->cur.p + k + 1, c->cur.p + k, (c->cur.nr - 1 - k) * sizeof(*c->cur.p));
	c->cur.p[k] = PAIR(place, v);
}

static void remove_range(struct check *c, u32 from, u32 to)
{
	memmove(c->cur.p + from, c->cur.p + to, (c->cur.nr - to) * sizeof(*c->cur.p));
	c->cur.nr -= to - from;
}

static void forget_place(struct check *c, u32 place)
{
	remove_range(c, lower_bound(&c->cur, PAIR(place, 0)),
		     lower_bound(&c->cur, PAIR(place + 1, 0)));
}

/* @bytes are written at @place: what lay there, or reached into it, is gone. */
static void overwrite(struct check *c, u32 place, u32 bytes)
{
	u32 k;

	forget_place(c, place);
	if (place < KW_ALLOC_SLOT)
		return;
	if (bytes == 16)
		forget_place(c, place + 1);
	for (k = lower_bound(&c->cur, PAIR(place - 1, 0));
	     place > KW_ALLOC_SLOT && k < c->cur.nr && PLACE(c->cur.p[k]) == place - 1; ) {
		if (vreg_bytes(c, VREG(c->cur.p[k])) == 16)
			remove_range(c, k, k + 1);
		else
			k++;
	}
}

static void forget_vreg(struct check *c, u32 v)
{
	u32 k, n = 0;

	for (k = 0; k < c->cur.nr; k++)
		if (VREG(c->cur.p[k]) != v)
			c->cur.p[n++] = c->cur.p[k];
	c->cur.nr = n;
}

static void define(struct check *c, u32 place, u32 v)
{
	forget_vreg(c, v);
	overwrite(c, place, vreg_bytes(c, v));
	insert(c, place, v);
}

/* Values at @place that fit into @bytes, into c->tmp. */
static void read_place(struct check *c, u32 place, u32 bytes)
{
	u32 k;

	c->tmp.nr = 0;
	for (k = lower_bound(&c->cur, PAIR(place, 0));
	     k < c->cur.nr && PLACE(c->cur.p[k]) == place; k++)
		if (vreg_bytes(c, VREG(c->cur.p[k])) <= bytes)
			append(c, &c->tmp, c->cur.p[k]);
}

static void write_place(struct check *c, u32 place, u32 bytes)
{
	u32 k;

	overwrite(c, place, bytes);
	for (k = 0; k < c->tmp.nr; k++)
		insert(c, place, VREG(c->tmp.p[k]));
}

static void swap_places(struct check *c, u32 a, u32 b)
{
	u32 k;

	for (k = 0; k < c->cur.nr; k++) {
		u32 place = PLACE(c->cur.p[k]);

		if (place == a || place == b)
			c->cur.p[k] = PAIR(a + b - place, VREG(c->cur.p[k]));
	}
	/* Only these two changed places: sort by insertion. */
	for (k = 1; k < c->cur.nr; k++) {
		u64 p = c->cur.p[k];
		u32 j = k;

		for (; j && c->cur.p[j - 1] > p; j--)
			c->cur.p[j] = c->cur.p[j - 1];
		c->cur.p[j] = p;
	}
}

static bool valid_place(const struct check *c, u32 place)
{
	return place < 64 || (place >= KW_ALLOC_SLOT && place < KW_ALLOC_SLOT + c->mf->nr_slots);
}

static u32 place_class(u32 place)
{
	return place < 32 ? KW_RC_INT : KW_RC_VEC;
}

static u32 remade_vreg(const struct check *c, u32 remat)
{
	const struct kw_minst *inst = &c->mf->inst[remat - 1];
	const struct kw_mopnd *o = c->mf->opnd + inst->opnds;
	u32 k;

	for (k = 0; k < inst->nr_opnds; k++)
		if (o[k].kind >= KW_OP_DEF && c->mf->vreg[o[k].vreg].remat == remat)
			return o[k].vreg;
	return KW_NO_VREG;
}

static int apply_edit(struct check *c, const struct kw_edit *e)
{
	u32 bytes = type_bytes(e->type), v;

	if (!valid_place(c, e->to))
		return fail(c, "edit to nowhere", e->at, 0, e->to);
	if (e->kind == KW_EDIT_REMAT) {
		v = e->remat ? remade_vreg(c, e->remat) : KW_NO_VREG;
		if (!v || e->to >= 64)
			return fail(c, "bad remat", e->at, v, e->to);
		overwrite(c, e->to, bytes);
		insert(c, e->to, v);
		return 0;
	}
	if (!valid_place(c, e->from))
		return fail(c, "edit from nowhere", e->at, 0, e->from);
	if (e->from < 64 && e->to < 64 && place_class(e->from) != place_class(e->to))
		return fail(c, "edit between classes", e->at, e->from, e->to);
	if (e->kind == KW_EDIT_SWAP) {
		if (e->from >= 64 || e->to >= 64)
			return fail(c, "swap of a slot", e->at, 0, e->to);
		swap_places(c, e->from, e->to);
		return 0;
	}
	read_place(c, e->from, bytes);
	write_place(c, e->to, bytes);
	return 0;
}

static int check_want(struct check *c, u32 i, const struct kw_mopnd *o, const struct kw_mopnd *all)
{
	u64 allowed = c->mf->allocatable[c->mf->vreg[o->vreg].rclass];

	if (o->alloc == KW_ALLOC_NONE && c->mf->inst[i].flags & KW_MI_REMAT)
		return 0;
	if (o->want == KW_WANT_FIXED)
		return o->alloc == o->reg ? 0 : fail(c, "not the fixed register", i, o->vreg,
						     o->alloc);
	if (o->want == KW_WANT_REUSE)
		return o->alloc == all[o->reg].alloc ? 0 :
		       fail(c, "not the reused register", i, o->vreg, o->alloc);
	if (o->alloc < 64) {
		/* A value defined in a register that is not allocatable may be read there. */
		if (allowed & BIT_ULL(o->alloc) || o->kind <= KW_OP_LATE_USE)
			return 0;
		return fail(c, "not an allocatable register", i, o->vreg, o->alloc);
	}
	if (o->want != KW_WANT_ANY)
		return fail(c, "no register", i, o->vreg, o->alloc);
	return valid_place(c, o->alloc) ? 0 : fail(c, "no place", i, o->vreg, o->alloc);
}

static bool may_overlap(const struct kw_mopnd *def, const struct kw_mopnd *o,
			const struct kw_mopnd *all)
{
	if (o->kind >= KW_OP_DEF || o->kind == KW_OP_LATE_USE)
		return false;
	if (def->kind != KW_OP_EARLY_DEF)
		return true;
	return def->want == KW_WANT_REUSE && all + def->reg == o;
}

static int check_inst(struct check *c, u32 i)
{
	const struct kw_minst *inst = &c->mf->inst[i];
	const struct kw_mopnd *o = c->mf->opnd + inst->opnds;
	u32 k, j;

	for (k = 0; k < inst->nr_opnds; k++) {
		bool use = o[k].kind <= KW_OP_LATE_USE;

		if (check_want(c, i, &o[k], o))
			return -EINVAL;
		if (use && !holds(&c->cur, o[k].alloc, o[k].vreg))
			return fail(c, "value is not there", i, o[k].vreg, o[k].alloc);
		if (o[k].kind == KW_OP_LATE_USE && o[k].alloc < 64 &&
		    kw_mi_clobbers(inst) & BIT_ULL(o[k].alloc))
			return fail(c, "late use is clobbered", i, o[k].vreg, o[k].alloc);
		for (j = 0; j < inst->nr_opnds && !use; j++)
			if (j != k && o[j].alloc == o[k].alloc && !may_overlap(&o[k], &o[j], o))
				return fail(c, "register used twice", i, o[k].vreg, o[k].alloc);
	}
	return 0;
}

static void apply_inst(struct check *c, u32 i)
{
	const struct kw_minst *inst = &c->mf->inst[i];
	const struct kw_mopnd *o = c->mf->opnd + inst->opnds;
	u64 left;
	u32 k;

	for (left = kw_mi_clobbers(inst); left; left &= left - 1)
		forget_place(c, __builtin_ctzll(left));
	for (k = 0; k < inst->nr_opnds; k++)
		if (o[k].kind >= KW_OP_DEF && o[k].alloc != KW_ALLOC_NONE)
			define(c, o[k].alloc, o[k].vreg);
}

static int copy_state(struct check *c, struct pairs *to, const struct pairs *from)
{
	u64 *p = kw_arena_grow(c->mf->arena, to->p, &to->cap, from->nr + 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	to->p = p;
	if (from->nr)
		memcpy(p, from->p, from->nr * sizeof(*p));
	to->nr = from->nr;
	return 0;
}

/* c->cur as it is behind edge @e: parameters are where their arguments were, in c->tmp. */
static void rename_params(struct check *c, const struct kw_medge *e)
{
	const struct kw_mblock *to = &c->mf->block[e->to];
	const u32 *params = c->mf->vpool + to->params, *args = c->mf->vpool + e->args;
	u32 k, j;

	c->tmp.nr = 0;
	for (k = 0; k < c->cur.nr; k++)
		for (j = 0; j < to->nr_params; j++)
			if (args[j] == VREG(c->cur.p[k]))
				append(c, &c->tmp, PAIR(PLACE(c->cur.p[k]), params[j]));
	for (j = 0; j < to->nr_params; j++)
		forget_vreg(c, params[j]);
	for (k = 0; k < c->tmp.nr && !c->nomem; k++)
		insert(c, PLACE(c->tmp.p[k]), VREG(c->tmp.p[k]));
}

static int meet(struct check *c, struct pairs *in, bool *changed)
{
	u32 k, n = 0;

	if (!in->cap) {
		*changed = true;
		return copy_state(c, in, &c->cur);
	}
	for (k = 0; k < in->nr; k++)
		if (holds(&c->cur, PLACE(in->p[k]), VREG(in->p[k])))
			in->p[n++] = in->p[k];
	*changed |= n != in->nr;
	in->nr = n;
	return 0;
}

static int leave(struct check *c, const struct kw_medge *e, bool *changed)
{
	const struct kw_mblock *to = &c->mf->block[e->to];
	struct pairs saved = { 0 };
	u32 k;
	int err = copy_state(c, &saved, &c->cur);

	if (err)
		return err;
	/* Edge moves into a block of one predecessor precede the renaming of its parameters. */
	for (k = c->first_edit[to->first]; to->nr_preds == 1 && to->nr_params &&
	     k < c->first_edit[to->first + 1] && !err; k++)
		err = apply_edit(c, &c->mf->edit[k]);
	if (err)
		return err;
	rename_params(c, e);
	err = meet(c, &c->in[e->to], changed);
	c->cur = saved;
	return err;
}

static int run_block(struct check *c, u32 b, bool *changed)
{
	const struct kw_mblock *mb = &c->mf->block[b];
	bool moved_in = mb->nr_preds == 1 && mb->nr_params;
	u32 i, k;
	int err = copy_state(c, &c->cur, &c->in[b]);

	for (i = mb->first; i < mb->end && !err; i++) {
		for (k = c->first_edit[i]; k < c->first_edit[i + 1] && !err; k++)
			if (i != mb->first || !moved_in)
				err = apply_edit(c, &c->mf->edit[k]);
		if (!err && !changed)
			err = check_inst(c, i);
		apply_inst(c, i);
	}
	for (k = 0; k < mb->nr_succs && !err && changed; k++)
		err = leave(c, &c->mf->medge[mb->succ + k], changed);
	return c->nomem ? -ENOMEM : err;
}

static int index_edits(struct check *c)
{
	const struct kw_mfunc *mf = c->mf;
	u32 i, k = 0;

	c->first_edit = kw_arena_array(mf->arena, mf->nr_insts + 2, sizeof(*c->first_edit));
	if (!c->first_edit)
		return -ENOMEM;
	for (i = 0; i < mf->nr_insts; i++) {
		c->first_edit[i] = k;
		while (k < mf->nr_edits && mf->edit[k].at == i)
			k++;
	}
	c->first_edit[i] = k;
	c->first_edit[i + 1] = k;
	return k == mf->nr_edits ? 0 : fail(c, "edits are not sorted", mf->edit[k].at, 0, k);
}

int kw_ra_verify(const struct kw_mfunc *mf, char *why, size_t why_bytes)
{
	struct check c = { .mf = mf, .why = why, .why_bytes = why_bytes };
	bool changed = true;
	u32 b;
	int err = index_edits(&c);

	c.in = kw_arena_array(mf->arena, mf->nr_blocks, sizeof(*c.in));
	if (!c.in || err)
		return err ? err : -ENOMEM;
	err = copy_state(&c, &c.in[0], &c.cur);
	while (changed && !err) {
		changed = false;
		for (b = 0; b < mf->nr_blocks && !err; b++) {
			if (c.in[b].cap)
				err = run_block(&c, b, &changed);
			if (!err)
				err = kw_checkpoint();
		}
	}
	for (b = 0; b < mf->nr_blocks && !err; b++)
		err = run_block(&c, b, NULL);
	return err;
}
