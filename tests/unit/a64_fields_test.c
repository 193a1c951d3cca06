// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Every immediate field of arm64 that values of a program end up in, at its
 * limits, executed: offsets of memory accesses and of the frame, constants,
 * sums, compares, masks.  encode_check knows the words; here it is selection
 * that must choose another form where one does not fit.
 */
#include "engine/engine.h"
#include "tap.h"
#include "wasmbuf.h"

#define GET(i)	0x20, i
#define END	0x0b

/* One module of many functions (i64, i64) -> i64, with memory for every offset that needs no check. */
#define PAGES	528

static struct {
	struct buf code;
	u32 n;
} funcs;

static void put_s64(struct buf *b, s64 v)
{
	while (v < -64 || v > 63) {
		PUT(b, (v & 0x7f) | 0x80);
		v >>= 7;
	}
	PUT(b, v & 0x7f);
}

static void add_func(struct buf *body)
{
	put_sized(&funcs.code, body);
	funcs.n++;
}

static struct buf module(void)
{
	struct buf m = { 0 }, types = { 0 }, code = { 0 }, memory = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 2, 0x7e, 0x7e, 1, 0x7e);
	put_u32(&types, funcs.n);
	put_times(&types, funcs.n, 0);
	put_section(&m, 3, &types);
	PUT(&memory, 1, 0);
	put_u32(&memory, PAGES);
	put_section(&m, 5, &memory);
	put_u32(&code, funcs.n);
	put_bytes(&code, funcs.code.p, funcs.code.len);
	free(funcs.code.p);
	put_section(&m, 10, &code);
	return m;
}

static struct kwasm_engine *e;
static struct kw_instance *inst;

static bool start(u8 mode)
{
	struct kwasm_engine_opts o = { .features = KW_FEATURES_ALL, .mode = mode };
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct buf b = module();
	struct kw_diag d;
	int err;

	e = kwasm_engine__new(&o);
	err = kwasm_engine__load(e, b.p, b.len, 0, &m, &d) ?: kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &d);
	free(b.p);
	funcs.code = (struct buf){ 0 };
	funcs.n = 0;
	if (err)
		diag("error %d", err);
	return !err;
}

static bool gives(u32 func, u64 x, u64 y, u64 want)
{
	struct kw_value v[2] = { { .lo = x }, { .lo = y } };
	struct kwasm_trap_info trap;

	if (!kwasm_engine__call(e, inst, func, v, &trap) && v[0].lo == want)
		return true;
	diag("function %u (0x%llx, 0x%llx): 0x%llx, wanted 0x%llx", func, (unsigned long long)x,
	     (unsigned long long)y, (unsigned long long)v[0].lo, (unsigned long long)want);
	return false;
}

/* ---- offsets ---- */

struct width {
	u8 store, load, bytes;		/* of i64 */
	const char *name;
};

static const struct width width[] = {
	{ 0x3c, 0x31, 1, "8" }, { 0x3d, 0x33, 2, "16" }, { 0x3e, 0x35, 4, "32" }, { 0x37, 0x29, 8, "64" },
};

static const u32 offsets[] = {
	0, 1, 255, 256, 257, 4094, 4095, 4096, 4097, 8190, 8192, 16380, 16384, 16385, 32760, 32768,
	0xffffff, 0x1000000, 0x1000001, 0xfff000, 0x1ffff00, 0x1fffff0,
};

/* Store with the offset, load from where that is: and the other way round. */
static void add_access(const struct width *w, u32 off, bool far_load)
{
	struct buf b = { 0 };

	PUT(&b, 0, GET(0), 0xa7);
	if (far_load) {
		PUT(&b, 0x41);
		put_s64(&b, off);
		PUT(&b, 0x6a);
	}
	PUT(&b, GET(1), w->store, 0);
	put_u32(&b, far_load ? 0 : off);
	PUT(&b, GET(0), 0xa7);
	if (!far_load) {
		PUT(&b, 0x41);
		put_s64(&b, off);
		PUT(&b, 0x6a);
	}
	PUT(&b, w->load, 0);
	put_u32(&b, far_load ? off : 0);
	PUT(&b, END);
	add_func(&b);
}

/* As vectors and floats: the value twice in 16 bytes, its lower half read back as f64. */
static void add_vector(u32 off)
{
	struct buf b = { 0 };

	PUT(&b, 0, GET(0), 0xa7, GET(1), 0xfd, 0x12, 0xfd, 0x0b, 0);
	put_u32(&b, off);
	PUT(&b, GET(0), 0xa7, 0x41);
	put_s64(&b, off);
	PUT(&b, 0x6a, 0x2b, 0, 8, 0xbd, END);
	add_func(&b);
}

static void test_offsets(u8 mode)
{
	const u64 v = 0x1122334455667788ull;
	u32 i, k, func = 0;
	bool good;

	for (i = 0; i < ARRAY_SIZE(width); i++)
		for (k = 0; k < ARRAY_SIZE(offsets); k++) {
			add_access(&width[i], offsets[k], false);
			add_access(&width[i], offsets[k], true);
		}
	for (k = 0; k < ARRAY_SIZE(offsets); k++)
		add_vector(offsets[k]);
	good = start(mode);
	for (i = 0; i < ARRAY_SIZE(width) && good; i++, func += 2 * ARRAY_SIZE(offsets)) {
		u64 want = width[i].bytes == 8 ? v : v & ((1ull << 8 * width[i].bytes) - 1);
		bool all = true;

		for (k = 0; k < 2 * ARRAY_SIZE(offsets); k++)
			all &= gives(func + k, 8 + k * 16, v, want);
		ok(all, "offsets of %s-bit accesses%s", width[i].name, mode == KW_MODE_CHECK ? ", checked" : "");
	}
	for (k = 0; k < ARRAY_SIZE(offsets) && good; k++)
		good = gives(func + k, 16 * k, v, v);
	ok(good, "offsets of vectors and floats%s", mode == KW_MODE_CHECK ? ", checked" : "");
	kwasm_engine__free(e);
}

/* ---- constants ---- */

static u64 halfwords(u32 pick)
{
	static const u16 h[] = { 0, 0xffff, 0x1234, 0x8000 };
	u64 v = 0;
	u32 i;

	for (i = 0; i < 4; i++, pick /= 4)
		v |= (u64)h[pick & 3] << 16 * i;
	return v;
}

static void test_constants(void)
{
	bool good;
	u32 i;

	for (i = 0; i < 256; i++) {
		struct buf b = { 0 };

		PUT(&b, 0, 0x42);
		put_s64(&b, halfwords(i));
		PUT(&b, END);
		add_func(&b);
	}
	for (i = 0; i < 256; i++) {	/* as i32 */
		struct buf b = { 0 };

		PUT(&b, 0, 0x41);
		put_s64(&b, (s32)halfwords(i));
		PUT(&b, 0xad, END);
		add_func(&b);
	}
	good = start(KW_MODE_GUARD);
	for (i = 0; i < 256 && good; i++)
		good = gives(i, 0, 0, halfwords(i)) && gives(256 + i, 0, 0, (u32)halfwords(i));
	ok(good, "constants of every pattern of halfwords");
	kwasm_engine__free(e);
}

/* ---- sums, compares, masks ---- */

static const u64 operand[] = {
	0, 1, 31, 0xfff, 0x1000, 0x1001, 0xfff000, 0xfff001, 0x1000000, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000, 0x7fffffffffffffff, 1ull << 63, ~0ull, -0xfffull, -0x1000ull, -0x1001ull, -0xfff000ull,
	0x00ff00ff00ff00ff, 0xf0f0f0f0f0f0f0f0, 0xfffffffe, 0x3ffc, 0x1234567800000000,
};

/* x op c, of i64 or wrapped to i32. */
static void add_operation(u8 op64, u8 op32, u64 c, bool wide)
{
	struct buf b = { 0 };
	bool is_compare = op64 >= 0x51 && op64 <= 0x5a;

	PUT(&b, 0, GET(0));
	if (!wide)
		PUT(&b, 0xa7);
	PUT(&b, wide ? 0x42 : 0x41);
	put_s64(&b, wide ? (s64)c : (s32)c);
	PUT(&b, wide ? op64 : op32);
	if (is_compare || !wide)
		PUT(&b, 0xad);
	PUT(&b, END);
	add_func(&b);
}

static u64 operation(u8 op, u64 x, u64 c, bool wide)
{
	s64 sx = wide ? (s64)x : (s32)x, sc = wide ? (s64)c : (s32)c;

	if (!wide) {
		x = (u32)x;
		c = (u32)c;
	}
	switch (op) {
	case 0x7c:	return wide ? x + c : (u32)(x + c);
	case 0x7d:	return wide ? x - c : (u32)(x - c);
	case 0x83:	return x & c;
	case 0x84:	return x | c;
	case 0x85:	return x ^ c;
	case 0x51:	return x == c;
	case 0x53:	return sx < sc;
	case 0x54:	return x < c;
	case 0x57:	return sx <= sc;
	default:	return x >= c;
	}
}

static void test_operations(void)
{
	static const struct {
		u8 op64, op32;
		const char *name;
	} op[] = {
		{ 0x7c, 0x6a, "add" }, { 0x7d, 0x6b, "sub" }, { 0x83, 0x71, "and" }, { 0x84, 0x72, "or" },
		{ 0x85, 0x73, "xor" }, { 0x51, 0x46, "eq" }, { 0x53, 0x48, "lt_s" }, { 0x54, 0x49, "lt_u" },
		{ 0x57, 0x4c, "le_s" }, { 0x5a, 0x4f, "ge_u" },
	};
	u32 i, k, x, func = 0;
	bool good;

	for (i = 0; i < ARRAY_SIZE(op); i++)
		for (k = 0; k < ARRAY_SIZE(operand); k++) {
			add_operation(op[i].op64, op[i].op32, operand[k], true);
			add_operation(op[i].op64, op[i].op32, operand[k], false);
		}
	good = start(KW_MODE_GUARD);
	for (i = 0; i < ARRAY_SIZE(op); i++) {
		for (k = 0; k < ARRAY_SIZE(operand); k++, func += 2)
			for (x = 0; x < ARRAY_SIZE(operand) && good; x++)
				good = gives(func, operand[x], 0, operation(op[i].op64, operand[x], operand[k], true)) &&
				       gives(func + 1, operand[x], 0, operation(op[i].op64, operand[x], operand[k], false));
		ok(good, "%s with every constant", op[i].name);
	}
	kwasm_engine__free(e);
}

/* ---- the frame ---- */

/* @n products live across a call, more than 12 scaled bits of slots; then their sum. */
static void test_frame(u32 n)
{
	struct buf b = { 0 };
	u64 want = 0, product = 3;
	u32 i;

	PUT(&b, 0, GET(0), END);
	add_func(&b);
	PUT(&b, 0);
	for (i = 0; i < n; i++)
		PUT(&b, GET(0), GET(1), 0x7e, 0x22, 0);
	PUT(&b, GET(0), GET(1), 0x10, 0, 0x1a);
	for (i = 0; i + 1 < n; i++)
		PUT(&b, 0x7c);
	PUT(&b, END);
	add_func(&b);
	for (i = 0; i < n; i++) {
		product *= 5;
		want += product;
	}
	ok(start(KW_MODE_GUARD) && gives(1, 3, 5, want), "a frame of %u slots", n);
	kwasm_engine__free(e);
}

int main(void)
{
	test_offsets(KW_MODE_GUARD);
	test_offsets(KW_MODE_CHECK);
	test_constants();
	test_operations();
	test_frame(40);		/* pairs: 504 bytes */
	test_frame(100);
	test_frame(2000);
	test_frame(6000);	/* scaled offsets: 32,760 bytes */
	return tap_done();
}
