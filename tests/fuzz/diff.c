// SPDX-License-Identifier: GPL-2.0
/*
 * Differential fuzzer: random modules run by the reference interpreter and by
 * the compiler in guard and check mode, S and P form, and with retpolines.
 * Every call's trap or results must agree, and memory and globals after it.
 *
 *   diff [-s SEED] [-n COUNT] [-t SECONDS] [-z SIZE] [-o DIR]
 *   diff -f FILE.wasm
 *
 * KW_OPT=-NAME,... in the environment leaves out optimisations.
 *
 * A module that makes a difference is written to DIR/diff-SEED.wasm.  Prints
 * one TAP line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../userspace-tools/engine/engine.h"
#include "../ref/ref.h"
#include "lib/gen.h"

#define MAX_PAGES	16
#define FUEL		200000
#define CALLS		3	/* of each function, on the same instance */

struct subject {
	const char *name;
	u8 mode, form, kernel_form;
	struct kwasm_engine *e;
	struct kw_instance *inst;
};

static u32 opt_off;	/* enum kw_opt, from KW_OPT: for finding out which pass is wrong */

struct totals {
	u64 modules, calls, traps, skipped;
};

static u64 next(u64 *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng * 0x2545f4914f6cdd1dULL;
}

static bool is_narrow(u8 type)
{
	return type == KW_V_I32 || type == KW_V_F32;
}

static void random_args(const struct kw_functype *t, struct kw_value *val, u64 *rng)
{
	static const u64 v[] = {
		0, 1, 2, 31, 32, 255, 65535, 0x7fffffff, 0x80000000, ~0ULL, 1ULL << 63,
		0x3f800000, 0x7f800001, 0x3ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
	};
	u32 i;

	for (i = 0; i < t->nr_params; i++) {
		val[i].lo = next(rng) & 1 ? v[next(rng) % ARRAY_SIZE(v)] : next(rng);
		val[i].hi = 0;
		if (is_narrow(t->types[i]))
			val[i].lo = (u32)val[i].lo;
	}
}

static bool same_globals(const struct ref_instance *r, const struct subject *s)
{
	u32 i;

	for (i = 0; i < r->m->nr_globals; i++) {
		const union kw_global_cell *g = kw_instance_global(s->inst, i);

		u8 type = r->m->globals[i].type.type;

		if (is_narrow(type) ? g->i32 != (u32)r->global[i].lo : g->i64 != r->global[i].lo)
			return false;
	}
	return true;
}

/* Return: what differs, or NULL. */
static const char *compare(const struct ref_instance *r, const struct subject *s, const struct kw_functype *t,
			   u32 ref_trap, const struct kw_value *want, u32 trap, u32 off,
			   const struct kw_value *got)
{
	const struct kw_memory *mem = kw_instance_memory(s->inst, 0);
	u32 i;

	if (trap != ref_trap)
		return "trap";
	if (trap && ref_trap != KW_TRAP_MEM_OOB && off != r->trap_off)
		return "place of the trap";
	for (i = 0; !trap && i < t->nr_results; i++)
		if (want[i].lo != (is_narrow(t->types[t->nr_params + i]) ? (u32)got[i].lo : got[i].lo))
			return "result";
	if (mem->bytes != (u64)r->pages * KW_PAGE_BYTES)
		return "memory size";
	if (memcmp(mem->base, r->memory, mem->bytes)) {
		for (i = 0; mem->base[i] == r->memory[i]; i++)
			;
		printf("# memory at %u: %02x, want %02x\n", i, mem->base[i], r->memory[i]);
		return "memory";
	}
	return same_globals(r, s) ? NULL : "global";
}

static int start_subject(struct subject *s, const u8 *bytes, size_t len)
{
	struct kwasm_engine_opts o = { .mode = s->mode, .form = s->form, .kernel_form = s->kernel_form,
				       .opt_off = opt_off, .canonical_nans = true,
				       .features = KW_FEATURES_ALL, .max_memory_pages = MAX_PAGES,
				       .deadline_ns = 2000000000ULL };
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_diag diag = { 0 };
	int err;

	s->e = kwasm_engine__new(&o);
	if (!s->e)
		return -ENOMEM;
	err = kwasm_engine__load(s->e, bytes, len, 0, &m, &diag);
	if (!err)
		err = kwasm_engine__instantiate(s->e, m, NULL, &s->inst, &trap, &diag);
	return err;
}

/* One function, called on the reference and on every subject. Return: 1 differs, 0 agrees, -1 undecided. */
static int one_call(struct ref_instance *r, struct subject *s, u32 nr, u32 func, u64 *rng,
		    struct totals *t, u64 seed)
{
	const struct kw_functype *type = kw_func_type(r->m, func);
	struct kw_value arg[16], want[16], got[16];
	struct kwasm_trap_info trap;
	const char *what;
	u32 ref_trap, i;
	int err;

	random_args(type, arg, rng);
	memcpy(want, arg, sizeof(want));
	r->fuel = FUEL;
	ref_trap = ref_call(r, func, want);
	if (ref_trap == KW_TRAP_FUEL || ref_trap == KW_TRAP_STACK) {
		t->skipped++;
		return -1;	/* the engines have other limits: nothing to compare from here on */
	}
	t->calls++;
	t->traps += ref_trap != 0;
	for (i = 0; i < nr; i++) {
		memcpy(got, arg, sizeof(got));
		memset(&trap, 0, sizeof(trap));
		err = kwasm_engine__call(s[i].e, s[i].inst, func, got, &trap);
		if (err && err != -EFAULT)
			what = "error";
		else
			what = compare(r, &s[i], type, ref_trap, want, err ? trap.kind : 0, trap.offset, got);
		if (!what)
			continue;
		printf("# seed %llu function %u, %s: %s differs (trap %u at 0x%x, want %u at 0x%x; result %llx, want %llx)\n",
		       (unsigned long long)seed, func, s[i].name, what, err ? trap.kind : 0, trap.offset,
		       ref_trap, r->trap_off,
		       (unsigned long long)got[0].lo, (unsigned long long)want[0].lo);
		return 1;
	}
	return 0;
}

static int run_all(const struct kw_module *m, struct subject *s, u32 nr, u64 seed, struct totals *t)
{
	struct ref_instance *r = ref_new(m, MAX_PAGES);
	u64 rng = seed * 0x9e3779b97f4a7c15ULL + 7;
	u32 round, func;
	int ret = 0;

	if (!r)
		return -1;
	for (round = 0; round < CALLS && !ret; round++)
		for (func = 0; func < m->nr_funcs && !ret; func++)
			ret = one_call(r, s, nr, func, &rng, t, seed);
	ref_free(r);
	return ret > 0;
}

static int one_module(const u8 *bytes, size_t len, u64 seed, struct totals *t)
{
	struct subject s[] = {
		{ "guard S", KW_MODE_GUARD, KW_FORM_S, KWASM_ENGINE_KERNEL_NONE, NULL, NULL },
		{ "check S", KW_MODE_CHECK, KW_FORM_S, KWASM_ENGINE_KERNEL_NONE, NULL, NULL },
		{ "guard P", KW_MODE_GUARD, KW_FORM_P, KWASM_ENGINE_KERNEL_NONE, NULL, NULL },
		{ "check P", KW_MODE_CHECK, KW_FORM_P, KWASM_ENGINE_KERNEL_NONE, NULL, NULL },
		{ "guard S, retpolines", KW_MODE_GUARD, KW_FORM_S, KWASM_ENGINE_KERNEL_RETPOLINE, NULL, NULL },
	};
	struct kw_diag diag = { 0 };
	struct kw_arena arena;
	struct kw_module m;
	int err, ret = 0;
	u32 i;

	kw_arena_init(&arena, 1ULL << 30);
	err = kw_module_decode(&arena, bytes, (u32)len, &m, &diag);
	if (!err)
		err = kw_module_validate(&m, KW_FEATURES_ALL, &diag);
	for (i = 0; i < ARRAY_SIZE(s) && !err; i++)
		err = start_subject(&s[i], bytes, len);
	if (err) {
		printf("# seed %llu: refused: %d, reason %u at 0x%x\n", (unsigned long long)seed, err,
		       diag.reason, diag.offset);
		ret = 1;
	} else {
		ret = run_all(&m, s, ARRAY_SIZE(s), seed, t);
	}
	for (i = 0; i < ARRAY_SIZE(s); i++)
		if (s[i].e)
			kwasm_engine__free(s[i].e);
	kw_arena_free(&arena);
	t->modules++;
	return ret;
}

static void keep(const char *dir, u64 seed, const u8 *bytes, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/diff-%llu.wasm", dir, (unsigned long long)seed);
	f = fopen(path, "wb");
	if (!f)
		return;
	fwrite(bytes, 1, len, f);
	fclose(f);
	printf("# written: %s\n", path);
}

static size_t read_module(const char *path, u8 *bytes, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return 0;
	n = fread(bytes, 1, cap, f);
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	u64 seed = 1, count = 200, found = 0, i;
	struct gen_opts g = { .nr_funcs = 5, .size = 150 };
	static u8 bytes[1 << 20];
	struct totals t = { 0 };
	const char *dir = "/tmp", *file = NULL;
	time_t until = 0;
	char why[512];
	size_t len;
	int c;

	while ((c = getopt(argc, argv, "s:n:t:z:o:f:")) != -1) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'n')
			count = strtoull(optarg, NULL, 0);
		else if (c == 't')
			until = time(NULL) + atol(optarg);
		else if (c == 'z')
			g.size = (u32)atol(optarg);
		else if (c == 'f')
			file = optarg;
		else if (c == 'o')
			dir = optarg;
		else
			return 2;
	}
	if (kwasm_engine__env_opt(&opt_off, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	if (file)
		return one_module(bytes, read_module(file, bytes, sizeof(bytes)), seed, &t);
	for (i = 0; until ? time(NULL) < until : i < count; i++) {
		len = gen_module(seed + i, &g, bytes, sizeof(bytes));
		if (!len || !one_module(bytes, len, seed + i, &t))
			continue;
		keep(dir, seed + i, bytes, len);
		if (++found >= 10)
			break;
	}
	printf("# %llu modules, %llu calls compared in 5 ways, %llu ended in traps, %llu left out (no end)\n",
	       (unsigned long long)t.modules, (unsigned long long)t.calls,
	       (unsigned long long)t.traps, (unsigned long long)t.skipped);
	printf("%sok 1 fuzz: compiled code agrees with the reference interpreter\n1..1\n", found ? "not " : "");
	return found != 0;
}
