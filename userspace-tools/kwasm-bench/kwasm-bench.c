// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * kwasm-bench: how fast compiled code runs, and how fast it is compiled, in
 * this process: code of the S form, so without polls, as in a packet hook.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"

static void usage(FILE *to)
{
	fprintf(to,
		"usage: kwasm-bench [OPTIONS] FILE.wasm N REPS\n"
		"           one warm-up of the exported run(N), then REPS calls: prints the\n"
		"           result as unsigned, then thread-CPU nanoseconds of each call\n"
		"       kwasm-bench --compile [OPTIONS] FILE.wasm REPS\n"
		"           compiles REPS times; imports need not resolve; prints the fastest:\n"
		"           bytes B functions F decode_ns D validate_ns V compile_ns C total_ns T peak_bytes P\n"
		"options:\n"
		"  --mode guard|check\n"
		"  --kernel-form[=retpoline|bare]  as the kernel has it: endbr64 and no jump tables;\n"
		"           with retpolines and a return thunk (the default), or without\n"
		"KW_OPT=-NAME,... in the environment leaves out optimisations of the compiler.\n");
}

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static u8 *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	u8 *p = NULL;
	long n = -1;

	if (f && !fseek(f, 0, SEEK_END))
		n = ftell(f);
	if (n >= 0 && !fseek(f, 0, SEEK_SET))
		p = malloc(n + 1);
	if (p && fread(p, 1, n, f) != (size_t)n) {
		free(p);
		p = NULL;
	}
	if (f)
		fclose(f);
	if (!p)
		perror(path);
	*len = n;
	return p;
}

static int refused(const char *path, int err, const struct kw_diag *diag)
{
	char text[256];

	kw_diag_format(diag, text, sizeof(text));
	fprintf(stderr, "%s: offset 0x%x: %s\n", path, diag->offset,
		diag->reason ? text : strerror(-err));
	return 1;
}

static int trapped(const char *path, int err, const struct kwasm_trap_info *trap)
{
	if (err == -EFAULT)
		fprintf(stderr, "%s: function %u, offset 0x%x: %s\n", path, trap->func, trap->offset,
			kw_trap_text(trap->kind));
	else
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return 1;
}

static int find_run(struct kw_instance *inst, u32 *func)
{
	struct kw_extern_ref r;
	const struct kw_functype *t;

	if (kw_instance_export(inst, "run", 3, &r) || r.kind != KW_EXT_FUNC)
		return -1;
	t = kw_func_type(kw_instance_linked(inst)->module, r.index);
	*func = r.index;
	return t->nr_params == 1 && t->nr_results == 1 ? 0 : -1;
}

static int time_calls(struct kwasm_engine *e, struct kw_instance *inst, const char *path,
		      u64 n, u32 reps)
{
	struct kwasm_trap_info trap;
	struct kw_value val;
	u64 t, result = 0;
	u32 func, i;
	int err;

	if (find_run(inst, &func)) {
		fprintf(stderr, "%s: no export run(n) with one result\n", path);
		return 1;
	}
	for (i = 0; i <= reps; i++) {
		val = (struct kw_value){ .lo = n };
		t = cpu_ns();
		err = kwasm_engine__call(e, inst, func, &val, &trap);
		t = cpu_ns() - t;
		if (err)
			return trapped(path, err, &trap);
		if (!i)
			printf("%llu", (unsigned long long)(result = val.lo));
		else
			printf(" %llu", (unsigned long long)t);
		if (val.lo != result) {
			fprintf(stderr, "\n%s: result changed\n", path);
			return 1;
		}
	}
	printf("\n");
	return 0;
}

static int bench_run(const struct kwasm_engine_opts *o, const char *path, u64 n, u32 reps)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kw_diag diag;
	size_t len;
	u8 *bytes = read_file(path, &len);
	int err, rc = 1;

	if (!e || !bytes)
		goto out;
	err = kwasm_engine__load(e, bytes, len, 0, &m, &diag);
	if (err) {
		rc = refused(path, err, &diag);
		goto out;
	}
	err = kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &diag);
	if (err)
		rc = diag.reason ? refused(path, err, &diag) : trapped(path, err, &trap);
	else
		rc = time_calls(e, inst, path, n, reps);
out:
	kwasm_engine__free(e);
	free(bytes);
	return rc;
}

struct best {
	struct kwasm_engine_times times;
	u64 total_ns;
	u32 nr_funcs;
};

static int compile_once(const struct kwasm_engine_opts *o, const char *path, const u8 *bytes,
			size_t len, struct best *b)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	const struct kwasm_engine_times *times;
	struct kwasm_engine_module *m;
	struct kw_diag diag;
	u64 total;
	int err;

	if (!e)
		return 1;
	err = kwasm_engine__load(e, bytes, len, KWASM_ENGINE_NO_BIND, &m, &diag);
	if (err) {
		kwasm_engine__free(e);
		return refused(path, err, &diag);
	}
	times = kwasm_engine_module__times(m);
	total = times->decode_ns + times->validate_ns + times->compile_ns;
	if (!b->total_ns || total < b->total_ns) {
		b->times = *times;
		b->total_ns = total;
	}
	b->nr_funcs = kwasm_engine_module__code(m)->nr_funcs;
	kwasm_engine__free(e);
	return 0;
}

static int bench_compile(const struct kwasm_engine_opts *o, const char *path, u32 reps)
{
	struct best b = { 0 };
	size_t len;
	u8 *bytes = read_file(path, &len);
	u32 i;
	int rc = !bytes;

	for (i = 0; !rc && i < reps; i++)
		rc = compile_once(o, path, bytes, len, &b);
	free(bytes);
	if (rc)
		return rc;
	printf("bytes %zu functions %u decode_ns %llu validate_ns %llu compile_ns %llu total_ns %llu peak_bytes %llu\n",
	       len, b.nr_funcs, (unsigned long long)b.times.decode_ns,
	       (unsigned long long)b.times.validate_ns, (unsigned long long)b.times.compile_ns,
	       (unsigned long long)b.total_ns, (unsigned long long)b.times.peak_bytes);
	return 0;
}

static int parse_options(int argc, char **argv, struct kwasm_engine_opts *o, int *compile)
{
	static const struct option option[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "compile", no_argument, NULL, 'c' },
		{ "kernel-form", optional_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", option, NULL)) != -1) {
		switch (c) {
		case 'm':
			if (strcmp(optarg, "guard") && strcmp(optarg, "check"))
				return -1;
			o->mode = strcmp(optarg, "check") ? KW_MODE_GUARD : KW_MODE_CHECK;
			break;
		case 'c':
			*compile = 1;
			break;
		case 'k':
			if (optarg && strcmp(optarg, "retpoline") && strcmp(optarg, "bare"))
				return -1;
			o->kernel_form = optarg && !strcmp(optarg, "bare") ?
				KWASM_ENGINE_KERNEL_BARE : KWASM_ENGINE_KERNEL_RETPOLINE;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return -1;
		}
	}
	return argc - optind == (*compile ? 2 : 3) ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct kwasm_engine_opts o = {
		.mode = KW_MODE_GUARD,
		.form = KW_FORM_S,
		.features = KW_COMPILE_FEATURES,
	};
	char why[512];
	int compile = 0;

	if (parse_options(argc, argv, &o, &compile)) {
		usage(stderr);
		return 2;
	}
	if (kwasm_engine__env_opt(&o.opt_off, why, sizeof(why))) {
		fprintf(stderr, "kwasm-bench: %s\n", why);
		return 2;
	}
	argv += optind;
	if (compile)
		return bench_compile(&o, argv[0], strtoul(argv[1], NULL, 0));
	return bench_run(&o, argv[0], strtoull(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
}
