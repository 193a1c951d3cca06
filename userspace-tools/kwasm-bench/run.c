// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* How fast compiled code runs: an exported run(n), as in tests/bench/kernels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

int bench_find_run(struct kw_instance *inst, u32 *func)
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

	if (bench_find_run(inst, &func)) {
		fprintf(stderr, "%s: no export run(n) with one result\n", path);
		return 1;
	}
	for (i = 0; i <= reps; i++) {
		val = (struct kw_value){ .lo = n };
		t = bench_cpu_ns();
		err = kwasm_engine__call(e, inst, func, &val, &trap);
		t = bench_cpu_ns() - t;
		if (err)
			return bench_trapped(path, err, &trap);
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

int bench_run(const struct kwasm_engine_opts *o, const char *path, u64 n, u32 reps)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kw_diag diag;
	size_t len;
	u8 *bytes = bench_read_file(path, &len);
	int err, rc = 1;

	if (!e || !bytes)
		goto out;
	err = kwasm_engine__load(e, bytes, len, 0, &m, &diag);
	if (err) {
		rc = bench_refused(path, err, &diag);
		goto out;
	}
	err = kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &diag);
	if (err)
		rc = diag.reason ? bench_refused(path, err, &diag) : bench_trapped(path, err, &trap);
	else
		rc = time_calls(e, inst, path, n, reps);
out:
	kwasm_engine__free(e);
	free(bytes);
	return rc;
}
