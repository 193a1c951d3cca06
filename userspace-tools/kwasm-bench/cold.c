// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* From bytes to the end of the first call, when nothing is warm. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

enum { LOAD, INSTANTIATE, CALL, NR_STEPS };

struct cold {
	const char *path;
	const u8 *bytes;
	size_t len;
	u64 n;
	u64 *ns[NR_STEPS];	/* [reps] each */
};

/* Callgrind counts what happens in here: --toggle-collect=bench_cold_start. */
noinline int bench_cold_start(struct kwasm_engine *e, const struct kwasm_engine_module *m, u64 n,
			      u64 ns[NR_STEPS], struct kwasm_trap_info *trap);

int bench_cold_start(struct kwasm_engine *e, const struct kwasm_engine_module *m, u64 n, u64 ns[NR_STEPS],
		     struct kwasm_trap_info *trap)
{
	struct kw_value val = { .lo = n };
	struct kw_instance *inst;
	struct kw_diag diag;
	u64 t = bench_cpu_ns();
	u32 func;
	int err;

	err = kwasm_engine__instantiate(e, m, NULL, &inst, trap, &diag);
	ns[INSTANTIATE] = bench_cpu_ns() - t;
	if (err)
		return err;
	if (bench_find_run(inst, &func))
		return -ENOENT;
	t = bench_cpu_ns();
	err = kwasm_engine__call(e, inst, func, &val, trap);
	ns[CALL] = bench_cpu_ns() - t;
	return err;
}

static int once(const struct kwasm_engine_opts *o, const struct cold *c, u32 rep)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_trap_info trap = { 0 };
	struct kwasm_engine_module *m;
	struct kw_diag diag;
	u64 ns[NR_STEPS], t;
	int err, rc;
	u32 i;

	if (!e)
		return 1;
	t = bench_cpu_ns();
	err = kwasm_engine__load(e, c->bytes, c->len, 0, &m, &diag);
	ns[LOAD] = bench_cpu_ns() - t;
	if (err) {
		rc = bench_refused(c->path, err, &diag);
	} else {
		err = bench_cold_start(e, m, c->n, ns, &trap);
		rc = err ? bench_trapped(c->path, err, &trap) : 0;
	}
	for (i = 0; i < NR_STEPS && !rc; i++)
		c->ns[i][rep] = ns[i];
	kwasm_engine__free(e);
	return rc;
}

int bench_cold(const struct kwasm_engine_opts *o, const char *path, u64 n, u32 reps)
{
	struct cold c = { .path = path, .n = n };
	u8 *bytes = bench_read_file(path, &c.len);
	u64 *ns = calloc(NR_STEPS, sizeof(*ns) * reps);
	u32 i;
	int rc = !bytes || !ns || !reps;

	c.bytes = bytes;
	for (i = 0; i < NR_STEPS; i++)
		c.ns[i] = ns + (size_t)i * reps;
	for (i = 0; i < reps && !rc; i++)
		rc = once(o, &c, i);
	if (!rc)
		printf("load_ns %llu instantiate_ns %llu call_ns %llu\n",
		       (unsigned long long)bench_median(c.ns[LOAD], reps),
		       (unsigned long long)bench_median(c.ns[INSTANTIATE], reps),
		       (unsigned long long)bench_median(c.ns[CALL], reps));
	free(ns);
	free(bytes);
	return rc;
}
