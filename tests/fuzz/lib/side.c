// SPDX-License-Identifier: GPL-2.0
/*
 * A module through all engines in step: each exported function is called
 * several times on the same instances, and after every call its trap or
 * results, memory, globals and tables must be those of the reference.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "side.h"

#define FUEL		200000
#define ROUNDS		3
#define MAX_CALLS	200

const u8 *side_env(size_t *len)
{
	static u8 bytes[4096];
	static size_t n;

	if (!n)
		n = gen_env(bytes, sizeof(bytes));
	*len = n;
	return bytes;
}

static u64 next(u64 *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng * 0x2545f4914f6cdd1dULL;
}

static u64 random_bits(u64 *rng)
{
	static const u64 v[] = {
		0, 1, 2, 31, 32, 255, 65535, 0x7fffffff, 0x80000000, ~0ULL, 1ULL << 63,
		0x3f800000, 0x7f800001, 0x3ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
	};

	return next(rng) & 1 ? v[next(rng) % ARRAY_SIZE(v)] : next(rng);
}

/* JavaScript has one NaN. */
static u64 without_payload(u8 type, u64 bits)
{
	if (type == KW_V_F32 && (bits & 0x7f800000) == 0x7f800000 && bits & 0x7fffff)
		return 0x7fc00000;
	if (type == KW_V_F64 && (bits & 0x7ff0000000000000) == 0x7ff0000000000000 && bits & 0xfffffffffffffULL)
		return 0x7ff8000000000000;
	return bits;
}

static void random_args(const struct subject *x, const struct kw_functype *t, struct kw_value *val, u64 *rng)
{
	u32 i;

	for (i = 0; i < t->nr_params; i++) {
		u8 type = t->types[i];

		val[i] = (struct kw_value){ random_bits(rng), 0 };
		if (type == KW_V_I32 || type == KW_V_F32)
			val[i].lo = (u32)val[i].lo;
		if (type == KW_V_V128)
			val[i].hi = random_bits(rng);
		if (type == KW_V_EXTERNREF)
			val[i].lo %= 5;
		if (type == KW_V_FUNCREF)
			val[i].lo = 0;
		if (x->portable)
			val[i].lo = without_payload(type, val[i].lo);
	}
}

struct run {
	struct subject *x;
	struct ref_side ref;
	struct kwasm_side side[NR_KWASM_SIDES];
	u32 nr_sides;
	struct done_call *calls;
	u32 nr_calls;
	u64 rng;
	struct totals *t;
	bool quiet;
	bool undecided;		/* the last call had no end: nothing after it is known */
};

static bool same_results(const struct kw_functype *t, const struct kw_value *want, const struct kw_value *got)
{
	u32 i;

	for (i = 0; i < t->nr_results; i++) {
		u8 type = t->types[t->nr_params + i];
		struct kw_value a = ref_side_shown(type, want[i]), b = kwasm_side_shown(type, got[i]);

		if (a.lo != b.lo || a.hi != b.hi)
			return false;
	}
	return true;
}

/* Return: what differs, or NULL. */
static const char *on_side(struct run *r, struct kwasm_side *s, const struct done_call *c)
{
	const struct kw_functype *type = kw_func_type(&r->x->m, c->func);
	const struct ref_store *store = r->ref.store;
	struct kw_value got[FUZZ_MAX_VALUES];
	struct kwasm_trap_info trap = { 0 };
	const char *what = NULL;
	u32 kind;
	int err;

	memcpy(got, c->arg, sizeof(got));
	err = kwasm_engine__call(s->e, s->inst, c->func, got, &trap);
	kind = err ? trap.kind : 0;
	r->t->compared++;
	if (err && err != -EFAULT)
		what = "error";
	else if (kind != c->trap)
		what = "trap";
	else if (kind && c->trap_off != KW_NO_INDEX && trap.offset != c->trap_off)
		what = "place of the trap";
	else if (!kind && !same_results(type, c->result, got))
		what = "result";
	else
		what = side_compare_state(&r->ref, s);
	if (what && !r->quiet)
		printf("# seed %llu function %u call %u, %s: %s differs (trap %u at 0x%x, want %u at 0x%x)\n",
		       (unsigned long long)r->x->seed, c->func, r->nr_calls, s->name, what, kind, trap.offset, c->trap,
		       store->trap_off);
	return what;
}

/* Return: what differs; NULL with r->undecided when the reference came to no end. */
static const char *one_call(struct run *r, const struct kw_export *e)
{
	const struct kw_functype *type = kw_func_type(&r->x->m, e->index);
	struct done_call *c = &r->calls[r->nr_calls];
	const char *what = NULL;
	u32 i;

	*c = (struct done_call){ .func = e->index, .name = (const char *)e->name.p, .name_len = e->name.len };
	random_args(r->x, type, c->arg, &r->rng);
	memcpy(c->result, c->arg, sizeof(c->result));
	r->ref.store->fuel = FUEL;
	c->trap = ref_call(r->ref.inst, e->index, c->result);
	if (c->trap == KW_TRAP_FUEL || c->trap == KW_TRAP_STACK) {
		r->t->undecided++;
		r->undecided = true;
		return NULL;	/* the engines have other limits: nothing to compare from here on */
	}
	c->trap_off = KW_NO_INDEX;
	if (c->trap != KW_TRAP_MEM_OOB && r->ref.store->trap_inst == r->ref.inst)
		c->trap_off = r->ref.store->trap_off;
	r->t->calls++;
	r->t->traps += c->trap != 0;
	for (i = 0; i < r->nr_sides && !what; i++)
		what = on_side(r, &r->side[i], c);
	r->nr_calls++;
	return what;
}

static bool callable(const struct run *r, const struct kw_export *e)
{
	const struct kw_functype *t;

	if (e->kind != KW_EXT_FUNC)
		return false;
	t = kw_func_type(&r->x->m, e->index);
	if (max(t->nr_params, t->nr_results) > FUZZ_MAX_VALUES)
		return false;
	return !r->x->portable || !memchr(t->types, KW_V_V128, t->nr_params + t->nr_results);
}

static const char *all_calls(struct run *r)
{
	const struct kw_module *m = &r->x->m;
	const struct kw_export *first = kw_module_find_export(m, "hangLimitInitializer", 20);
	const char *what = NULL;
	u32 round, i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < m->nr_exports && r->nr_calls < MAX_CALLS - 1; i++) {
			if (!callable(r, &m->exports[i]))
				continue;
			if (first)
				what = one_call(r, first);
			if (!what && !r->undecided)
				what = one_call(r, &m->exports[i]);
			if (what || r->undecided)
				return what;
		}
	}
	return NULL;
}

static const char *started(struct run *r)
{
	struct kw_diag diag = { 0 };
	u32 want, trap, i;
	int err, ref_err;

	ref_err = ref_side_start(&r->ref, r->x, &want);
	if (!ref_err && r->x->m.start != KW_NO_INDEX) {
		r->ref.store->fuel = FUEL;
		want = ref_call(r->ref.inst, r->x->m.start, NULL);
		ref_err = want ? -EFAULT : 0;
	}
	if (want == KW_TRAP_FUEL || want == KW_TRAP_STACK) {
		r->t->undecided++;
		return NULL;
	}
	for (i = 0; i < nr_sides(r->x); i++) {
		r->side[i] = kwasm_sides[i];
		r->nr_sides++;
		err = kwasm_side_start(&r->side[i], r->x, &trap, &diag);
		if (err == ref_err && trap == want)
			continue;
		if (!r->quiet)
			printf("# seed %llu, %s: instantiation: %d, trap %u, reason %u at 0x%x; want %d, trap %u\n",
			       (unsigned long long)r->x->seed, kwasm_sides[i].name, err, trap, diag.reason, diag.offset,
			       ref_err, want);
		return "instantiation";
	}
	if (ref_err) {
		r->t->refused++;
		return peer_compare(r->x, NULL, ref_err, want, NULL, 0, r->t);
	}
	return all_calls(r);
}

int open_module(struct subject *x, struct kw_arena *arena, struct kw_diag *diag)
{
	int err = kw_module_decode(arena, x->bytes, (u32)x->len, &x->m, diag);

	return err ?: kw_module_validate(&x->m, KW_FEATURES_ALL, diag);
}

/* On all sides that are there. */
static const char *compare(struct run *r)
{
	const char *what = started(r);

	if (what || !r->ref.inst || !r->nr_calls)
		return what;
	if (r->x->portable)
		what = v8_compare(r->x, r->undecided ? NULL : &r->ref, r->calls, r->nr_calls);
	if (!what)
		what = peer_compare(r->x, r->undecided ? NULL : &r->ref, 0, 0, r->calls, r->nr_calls, r->t);
	return what;
}

const char *side_run(struct subject *x, struct totals *t, u32 flags)
{
	struct run r = { .x = x, .t = t, .quiet = flags & SIDE_QUIET, .rng = x->seed * 0x9e3779b97f4a7c15ULL + 7 };
	const char *what = "refused";
	struct kw_diag diag = { 0 };
	struct kw_arena arena;
	int err;
	u32 i;

	kw_arena_init(&arena, 1ULL << 30);
	t->modules++;
	r.calls = calloc(MAX_CALLS, sizeof(*r.calls));
	err = r.calls ? open_module(x, &arena, &diag) : -ENOMEM;
	if (!err) {
		what = compare(&r);
		for (i = 0; i < r.nr_sides; i++)
			kwasm_side_stop(&r.side[i]);
		ref_side_stop(&r.ref);
	} else if (!flags) {
		/* No module for comparing; generators are not to make one. */
		printf("# seed %llu: refused: %d, reason %u at 0x%x\n", (unsigned long long)x->seed, err, diag.reason,
		       diag.offset);
	}
	free(r.calls);
	kw_arena_free(&arena);
	return what;
}
