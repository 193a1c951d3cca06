// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Where accesses end up: an index and a constant that may wrap, an offset, and
 * a width, at every edge of a memory, in both modes and with compares.  Two
 * loads a function, so that what one finds out the other may use.
 */
#include "engine/engine.h"
#include "tap.h"
#include "wasmbuf.h"

#define PAGES	3u
#define BYTES	((u64)PAGES * KW_PAGE_BYTES)

/* Edges: 0, the memory's end, the tail's, the bias and the front, 2^31, 2^32, each with neighbours. */
static const u32 edge[] = {
	0, PAGES * 65536, KW_TAIL_BYTES, KW_TAIL_BYTES + PAGES * 65536, KW_FRONT_BYTES, 0x2000000,
	0x80000000, -(u32)KW_FRONT_BYTES, -(u32)KW_BIAS_BYTES, -(PAGES * 65536),
};
static const s32 near_by[] = { -9, -8, -7, -4, -3, -1, 0, 1, 4, 8 };

/* Of the sum in front of the access; 0: none. */
static const s32 constant[] = {
	0, 1, 7, -1, -8, 4096, -4096, 65536, KW_BIAS_BYTES - 8, KW_BIAS_BYTES - 7, KW_BIAS_BYTES,
	-(s32)KW_BIAS_BYTES, -(s32)KW_BIAS_BYTES - 1, 0x7fffffff, -0x7fffffff - 1,
};
static const u32 offset[] = {
	0, 1, 65535, 65536, KW_TAIL_BYTES - 8, KW_TAIL_BYTES - 7, 0x1fffff8, 0x1fffff9, 0xffffffff,
};

#define NR_FUNCS	(ARRAY_SIZE(constant) * ARRAY_SIZE(offset))

static void put_s32(struct buf *b, s32 v)
{
	for (; v < -64 || v > 63; v >>= 7)
		PUT(b, 0x80 | (v & 0x7f));
	PUT(b, v & 0x7f);
}

/* (param $p $first i32) (result i64): $first ? load(p + c, offset) + 0 : the same but a byte, behind a load of it */
static void put_func(struct buf *code, s32 c, u32 off)
{
	struct buf one = { 0 };

	PUT(&one, 0, 0x20, 1, 0x04, 0x7e);		/* no locals; if (result i64) first */
	PUT(&one, 0x20, 0, 0x41);
	put_s32(&one, c);
	PUT(&one, 0x6a, 0x29, 0);			/* i32.add, i64.load */
	put_u32(&one, off);
	PUT(&one, 0x05, 0x20, 0, 0x41);			/* else */
	put_s32(&one, c);
	PUT(&one, 0x6a, 0x31, 0);			/* i64.load8_u: its clamp serves the next */
	put_u32(&one, off);
	PUT(&one, 0x20, 0, 0x41);
	put_s32(&one, (s32)((u32)c + 1));
	PUT(&one, 0x6a, 0x31, 0);
	put_u32(&one, off);
	PUT(&one, 0x42, 8, 0x86, 0x84);			/* i64.const 8, i64.shl, i64.or */
	PUT(&one, 0x0b, 0x0b);
	put_sized(code, &one);
}

static struct buf module(void)
{
	struct buf m = { 0 }, funcs = { 0 }, code = { 0 };
	u32 i, k;

	put_u32(&funcs, NR_FUNCS);
	put_u32(&code, NR_FUNCS);
	for (i = 0; i < ARRAY_SIZE(constant); i++)
		for (k = 0; k < ARRAY_SIZE(offset); k++) {
			PUT(&funcs, 0);
			put_func(&code, constant[i], offset[k]);
		}
	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7e);
	put_section(&m, 3, &funcs);
	SECTION(&m, 5, 1, 0, PAGES);
	put_section(&m, 10, &code);
	return m;
}

static u8 byte_at(u64 at)
{
	return at * 0x9d ^ at >> 8;
}

/* Little-endian, or false where it is not all inside. */
static bool want_load(u32 index, u32 off, u32 bytes, u64 *value)
{
	u64 at = (u64)index + off;
	u32 k;

	if (at + bytes > BYTES)
		return false;
	*value = 0;
	for (k = 0; k < bytes; k++)
		*value |= (u64)byte_at(at + k) << (8 * k);
	return true;
}

static bool want(u32 p, s32 c, u32 off, bool first, u64 *value)
{
	u64 lo = 0, hi = 0;
	bool fine;

	if (first)
		return want_load(p + (u32)c, off, 8, value);
	fine = want_load(p + (u32)c, off, 1, &lo) && want_load(p + (u32)c + 1, off, 1, &hi);
	*value = lo | hi << 8;
	return fine;
}

struct subject {
	struct kwasm_engine *e;
	struct kw_instance *inst;
	u64 calls, wrong;
};

static void one_call(struct subject *s, u32 i, u32 k, u32 p, bool first)
{
	struct kw_value val[2] = { { .lo = p }, { .lo = first } };
	struct kwasm_trap_info trap;
	u64 value = 0;
	bool fine = want(p, constant[i], offset[k], first, &value);
	int err = kwasm_engine__call(s->e, s->inst, i * ARRAY_SIZE(offset) + k, val, &trap);

	s->calls++;
	if (fine ? !err && val[0].lo == value : err == -EFAULT && trap.kind == KW_TRAP_MEM_OOB)
		return;
	if (!s->wrong++)
		diag("index 0x%x + %d, offset 0x%x, %s: error %d, 0x%llx, wanted %s 0x%llx", p, constant[i],
		     offset[k], first ? "8 bytes" : "2 bytes", err, (unsigned long long)val[0].lo,
		     fine ? "value" : "trap", (unsigned long long)value);
}

/* @p is an index that the sum with constant @i brings to an edge. */
static void all_calls(struct subject *s)
{
	u32 i, k, e, d, p;

	for (i = 0; i < ARRAY_SIZE(constant); i++)
		for (k = 0; k < ARRAY_SIZE(offset); k++)
			for (e = 0; e < ARRAY_SIZE(edge); e++)
				for (d = 0; d < ARRAY_SIZE(near_by); d++) {
					p = edge[e] + (u32)near_by[d];
					one_call(s, i, k, p, true);
					one_call(s, i, k, p - (u32)constant[i], false);
					one_call(s, i, k, p - (u32)constant[i] - offset[k], true);
					one_call(s, i, k, p, false);
				}
}

static void test_addresses(const char *setup, u8 mode, u32 opt_off)
{
	struct kwasm_engine_opts o = { .mode = mode, .opt_off = opt_off };
	struct subject s = { .e = kwasm_engine__new(&o) };
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct buf b = module();
	struct kw_memory *mem;
	struct kw_diag d;
	int err;
	u64 at;

	err = kwasm_engine__load(s.e, b.p, b.len, 0, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(s.e, m, NULL, &s.inst, &trap, &d);
	if (ok(!err, "%s: a module is loaded", setup)) {
		mem = kw_instance_memory(s.inst, 0);
		for (at = 0; at < BYTES; at++)
			mem->base[at] = byte_at(at);
		all_calls(&s);
		ok(s.calls && !s.wrong, "%s: every access reads what it names, or traps", setup);
		if (s.wrong)
			diag("%llu of %llu", (unsigned long long)s.wrong, (unsigned long long)s.calls);
	}
	kwasm_engine__free(s.e);
	free(b.p);
}

int main(void)
{
	test_addresses("guard", KW_MODE_GUARD, 0);
	test_addresses("check", KW_MODE_CHECK, 0);
	test_addresses("check, compares", KW_MODE_CHECK, KW_OPT_CLAMP);
	test_addresses("check, no offsets", KW_MODE_CHECK, KW_OPT_OFFSET);
	test_addresses("guard, no checks left out", KW_MODE_GUARD, KW_OPT_INSIDE);
	return tap_done();
}
