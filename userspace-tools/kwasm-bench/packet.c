// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What a packet program costs a packet, entering and leaving included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* (module (func (export "run") (result i32) (i32.const 1))) */
static const u8 nothing[] = {
	0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00,
	0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f,
	0x03, 0x02, 0x01, 0x00,
	0x07, 0x07, 0x01, 0x03, 'r', 'u', 'n', 0x00, 0x00,
	0x0a, 0x06, 0x01, 0x04, 0x00, 0x41, 0x01, 0x0b,
};

/* The first export of type () -> i32 is the program. */
static int find_program(const struct kw_module *m, u32 *func)
{
	const struct kw_functype *t;
	u32 i;

	for (i = 0; i < m->nr_exports; i++) {
		if (m->exports[i].kind != KW_EXT_FUNC)
			continue;
		t = kw_func_type(m, m->exports[i].index);
		if (t->nr_params || t->nr_results != 1 || t->types[0] != KW_V_I32)
			continue;
		*func = m->exports[i].index;
		return 0;
	}
	return -ENOENT;
}

static int time_runs(struct kwasm_engine *e, struct kw_instance *inst, u32 func, const char *path,
		     struct kwasm_engine_packet *pkt, u32 count, u32 rounds)
{
	u64 *ns = calloc(rounds, sizeof(*ns)), t;
	struct kwasm_trap_info trap;
	u32 verdict = 0, i, k;
	int err = ns ? 0 : -ENOMEM;

	for (i = 0; i < rounds && !err; i++) {
		t = bench_cpu_ns();
		for (k = 0; k < count && !err; k++)
			err = kwasm_engine__run_packet(e, inst, func, pkt, &verdict, &trap);
		if (!err)
			ns[i] = bench_cpu_ns() - t;
	}
	if (err) {
		free(ns);
		return bench_trapped(path, err, &trap);
	}
	t = bench_median(ns, rounds);
	printf("verdict %u min_ns %.2f median_ns %.2f\n", verdict, (double)ns[0] / count, (double)t / count);
	free(ns);
	return 0;
}

static int bench_bytes(const struct kwasm_engine_opts *o, const char *path, const u8 *bytes, size_t len,
		       struct kwasm_engine_packet *pkt, u32 count, u32 rounds)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kw_diag diag;
	u32 func;
	int err, rc;

	if (!e || !count || !rounds) {
		kwasm_engine__free(e);
		return 1;
	}
	err = kwasm_engine__load(e, bytes, len, 0, &m, &diag);
	if (!err)
		err = kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &diag);
	if (err) {
		rc = bench_refused(path, err, &diag);
	} else if (find_program(kwasm_engine_module__module(m), &func)) {
		fprintf(stderr, "%s: exports no function () -> i32\n", path);
		rc = 1;
	} else {
		rc = time_runs(e, inst, func, path, pkt, count, rounds);
	}
	kwasm_engine__free(e);
	return rc;
}

int bench_packet(const struct kwasm_engine_opts *o, const char *path, const char *packet, u32 count, u32 rounds)
{
	struct kwasm_engine_packet pkt = { 0 };
	size_t len, pkt_len;
	u8 *bytes = bench_read_file(path, &len);
	int rc = 1;

	pkt.data = bench_read_file(packet, &pkt_len);
	if (bytes && pkt.data) {
		pkt.len = pkt.linear = (u32)pkt_len;
		rc = bench_bytes(o, path, bytes, len, &pkt, count, rounds);
	}
	free(pkt.data);
	free(bytes);
	return rc;
}

int bench_enter(const struct kwasm_engine_opts *o, u32 count, u32 rounds)
{
	struct kwasm_engine_packet pkt = { 0 };

	return bench_bytes(o, "a program that does nothing", nothing, sizeof(nothing), &pkt, count, rounds);
}
