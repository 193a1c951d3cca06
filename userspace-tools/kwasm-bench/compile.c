// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* How fast modules are compiled, and what of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wasm/body.h"

/* Arenas come in chunks: a smaller function says nothing about what a larger one takes. */
#define PEAK_MIN_BODY_BYTES	4096

struct best {
	struct kwasm_engine_times times;
	u64 total_ns;
	u32 nr_funcs;
	u64 nr_ops;
	u64 code_bytes;
};

static u64 count_ops(const struct kw_module *m)
{
	u32 func, nr_locals, count;
	struct kw_insn insn;
	struct kw_diag diag;
	struct kw_body b;
	u64 nr = 0;
	u8 type;

	for (func = m->nr_imported_funcs; func < m->nr_funcs; func++) {
		if (kw_body_open(&b, m, func, &diag, &nr_locals))
			return 0;
		while (kw_body_next_locals(&b, &count, &type) > 0)
			;
		while (kw_body_next(&b, &insn) > 0)
			nr++;
	}
	return nr;
}

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
	b->code_bytes = kwasm_engine_module__code(m)->len;
	if (!b->nr_ops)
		b->nr_ops = count_ops(kwasm_engine_module__module(m));
	kwasm_engine__free(e);
	return 0;
}

/* Once more, for the memory alone: that slows it down. */
static int measure_peak(const struct kwasm_engine_opts *o, const char *path, const u8 *bytes, size_t len,
			struct kw_compile_peak *peak)
{
	struct kwasm_engine_opts with = *o;
	struct best b = { 0 };

	with.peak = peak;
	return compile_once(&with, path, bytes, len, &b);
}

int bench_compile(const struct kwasm_engine_opts *o, const char *path, u32 reps)
{
	struct kw_compile_peak peak = { .min_body_bytes = PEAK_MIN_BODY_BYTES };
	struct best b = { 0 };
	size_t len;
	u8 *bytes = bench_read_file(path, &len);
	u32 i;
	int rc = !bytes;

	for (i = 0; !rc && i < reps; i++)
		rc = compile_once(o, path, bytes, len, &b);
	if (!rc)
		rc = measure_peak(o, path, bytes, len, &peak);
	free(bytes);
	if (rc)
		return rc;
	printf("bytes %zu functions %u decode_ns %llu validate_ns %llu compile_ns %llu total_ns %llu peak_bytes %llu operators %llu code_bytes %llu function_peak_bytes %llu function_body_bytes %u\n",
	       len, b.nr_funcs, (unsigned long long)b.times.decode_ns,
	       (unsigned long long)b.times.validate_ns, (unsigned long long)b.times.compile_ns,
	       (unsigned long long)b.total_ns, (unsigned long long)b.times.peak_bytes,
	       (unsigned long long)b.nr_ops, (unsigned long long)b.code_bytes,
	       (unsigned long long)peak.bytes, peak.body_bytes);
	return 0;
}
