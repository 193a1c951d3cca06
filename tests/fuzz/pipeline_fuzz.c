// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes at all through the whole pipeline: decoder, validator, compiler in
 * every mode and form, instantiation, and every export called, with a deadline.
 * What validates has to compile.  Built with KW_DEBUG, the verifiers behind the
 * passes judge as well.
 *
 *   pipeline_fuzz FILE...               replay: these files
 *   pipeline_fuzz -n N [-s SEED] FILE... and N damaged copies of generated modules
 *   pipeline_fuzz -w DIR -n N           write N generated modules: a corpus to begin with
 *
 * `make libfuzzer` builds it with libFuzzer instead of this main().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../userspace-tools/engine/engine.h"
#include "lib/damage.h"
#include "lib/gen.h"

#define MAX_PAGES	16
#define MAX_ELEMS	10000U
#define MAX_CALLS	20
#define MAX_VALUES	40
#define DEADLINE_NS	5000000ULL

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len);

#define MUST(cond) do {								\
	if (!(cond)) {								\
		fprintf(stderr, "pipeline_fuzz: not true: %s\n", #cond);	\
		abort();							\
	}									\
} while (0)

/* Is it worth the memory? */
static bool is_small(const struct kw_module *m)
{
	u32 i;

	for (i = 0; i < m->nr_tables; i++)
		if (m->tables[i].limits.min > MAX_ELEMS)
			return false;
	return !m->nr_mems || m->mems[0].min <= MAX_PAGES;
}

static void call_exports(struct kwasm_engine *e, struct kw_instance *inst, const struct kw_module *m)
{
	u32 i, calls = 0;

	for (i = 0; i < m->nr_exports && calls < MAX_CALLS; i++) {
		struct kw_value val[MAX_VALUES] = { { 0, 0 } };
		const struct kw_functype *t;
		struct kwasm_trap_info trap;
		int err;

		if (m->exports[i].kind != KW_EXT_FUNC)
			continue;
		t = kw_func_type(m, m->exports[i].index);
		if (max(t->nr_params, t->nr_results) > MAX_VALUES)
			continue;
		calls++;
		err = kwasm_engine__call(e, inst, m->exports[i].index, val, &trap);
		MUST(!err || err == -EFAULT);
		MUST(!err || (trap.kind > KW_TRAP_NONE && trap.kind < KW_NR_TRAPS));
		if (err && trap.kind == KW_TRAP_DEADLINE)
			return;		/* one is enough of a wait */
	}
}

/* With what gen_env() has of its imports. Return: 0 or -errno. */
static int instantiate(struct kwasm_engine *e, const struct kwasm_engine_module *m, struct kw_instance **inst)
{
	const struct kw_module *km = kwasm_engine_module__module(m);
	struct kw_extern_ref *ref = calloc(km->nr_imports + 1, sizeof(*ref));
	struct kwasm_engine_module *env_module;
	static u8 env[4096];
	static size_t len;
	struct kwasm_trap_info trap;
	struct kw_instance *from;
	struct kw_diag diag;
	u32 i;
	int err;

	if (!len)
		len = gen_env(env, sizeof(env));
	MUST(ref && !kwasm_engine__load(e, env, len, KWASM_ENGINE_TYPED, &env_module, &diag));
	MUST(!kwasm_engine__instantiate(e, env_module, NULL, &from, &trap, &diag));
	for (i = 0; i < km->nr_imports; i++)
		kw_instance_export(from, (const char *)km->imports[i].name.p, km->imports[i].name.len, &ref[i]);
	err = kwasm_engine__instantiate(e, m, ref, inst, &trap, &diag);
	free(ref);
	return err;
}

static int run(const u8 *bytes, size_t len, const struct kwasm_engine_opts *o)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	const struct kw_module *km;
	struct kw_instance *inst;
	struct kw_diag diag;
	int err;

	MUST(e);
	err = kwasm_engine__load(e, bytes, len, KWASM_ENGINE_TYPED, &m, &diag);
	MUST(!err || diag.reason != KW_R_NONE);
	if (!err) {
		km = kwasm_engine_module__module(m);
		if (is_small(km) && !instantiate(e, m, &inst))
			call_exports(e, inst, km);
	}
	kwasm_engine__free(e);
	return err;
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t len)
{
	struct kwasm_engine_opts o = {
		.features = KW_FEATURES_ALL, .max_memory_pages = MAX_PAGES, .deadline_ns = DEADLINE_NS,
	};
	int first = 0, err;
	u32 i;

	for (i = 0; i < 8; i++) {
		o.mode = i & 1 ? KW_MODE_CHECK : KW_MODE_GUARD;
		o.form = i & 2 ? KW_FORM_P : KW_FORM_S;
		o.kernel_form = i & 4 ? KWASM_ENGINE_KERNEL_RETPOLINE : KWASM_ENGINE_KERNEL_NONE;
		o.canonical_nans = i & 4;
		err = run(bytes, len, &o);
		if (!i)
			first = err;
		MUST(err == first);
		if (err && err != -E2BIG)
			break;		/* refused before any of the options could matter */
	}
	return 0;
}

#ifndef KW_LIBFUZZER

#define NR_SEEDS	64

static size_t generated(u64 seed, u8 *bytes, size_t cap)
{
	struct gen_opts g = { .nr_funcs = 4, .size = 60 };

	return gen_module(seed, &g, bytes, cap);
}

static void replay(const char *path)
{
	static u8 bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	LLVMFuzzerTestOneInput(bytes, n);
}

static void write_corpus(const char *dir, u64 seed, u32 n)
{
	static u8 bytes[1 << 20];
	char path[300];
	size_t len;
	FILE *f;

	for (; n; n--, seed++) {
		len = generated(seed, bytes, sizeof(bytes));
		snprintf(path, sizeof(path), "%s/gen-%llu", dir, (unsigned long long)seed);
		f = fopen(path, "wb");
		if (!f || fwrite(bytes, 1, len, f) != len || fclose(f)) {
			perror(path);
			exit(2);
		}
	}
}

static void damaged(u64 first, u32 n)
{
	static u8 module[NR_SEEDS][DAMAGE_MAX_BYTES], out[DAMAGE_MAX_BYTES];
	struct damage_seed seed[NR_SEEDS];
	enum damage_kind kind;
	u32 i;

	for (i = 0; i < NR_SEEDS; i++)
		seed[i] = (struct damage_seed){ module[i],
						(u32)generated(first + i, module[i], DAMAGE_MAX_BYTES - 1) };
	for (i = 0; i < n; i++)
		LLVMFuzzerTestOneInput(out, damage(first + i, seed, NR_SEEDS, out, &kind));
}

int main(int argc, char **argv)
{
	const char *dir = NULL;
	u64 first = 1;
	u32 n = 0;
	int c, i;

	while ((c = getopt(argc, argv, "n:s:w:")) != -1) {
		if (c == 'n')
			n = (u32)atol(optarg);
		else if (c == 's')
			first = strtoull(optarg, NULL, 0);
		else if (c == 'w')
			dir = optarg;
		else
			return 2;
	}
	for (i = optind; i < argc; i++)
		replay(argv[i]);
	if (dir)
		write_corpus(dir, first, n);
	else
		damaged(first, n);
	printf("%d files, %u damaged modules: no harm\n", argc - optind, dir ? 0 : n);
	return 0;
}

#endif /* KW_LIBFUZZER */
