// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* How fast modules are compiled, and what of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

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
		return bench_refused(path, err, &diag);
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

int bench_compile(const struct kwasm_engine_opts *o, const char *path, u32 reps)
{
	struct best b = { 0 };
	size_t len;
	u8 *bytes = bench_read_file(path, &len);
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
