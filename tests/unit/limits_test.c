// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The limits: a module at each of those that real programs come near compiles
 * and runs, in both modes; one beyond any of them is refused by its name; and
 * what hostile shapes cost grows with their size, not with its square.
 */
#include <time.h>

#include "engine/engine.h"
#include "shapes.h"
#include "tap.h"

#define MIN_LOADS	3	/* of each size, to have one without disturbance */
#define MAX_LOADS	24

static const char *setup;

struct loaded {
	struct kwasm_engine *e;
	struct kw_instance *inst;
};

/* Takes over @b. */
static struct loaded load(struct buf b, u8 mode)
{
	struct kwasm_engine_opts o = { .mode = mode, .form = KW_FORM_P, .features = KW_COMPILE_FEATURES };
	struct loaded l = { .e = kwasm_engine__new(&o) };
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_diag d = { 0 };
	char text[200];
	int err;

	err = kwasm_engine__load(l.e, b.p, b.len, KWASM_ENGINE_TYPED, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(l.e, m, NULL, &l.inst, &trap, &d);
	if (err) {
		kw_diag_format(&d, text, sizeof(text));
		diag("error %d: %s at 0x%x", err, text, d.offset);
	}
	free(b.p);
	return l;
}

static bool f_is(const struct loaded *l, u32 x, u32 want)
{
	struct kw_value v = { .lo = x };
	struct kwasm_trap_info trap = { 0 };
	int err;

	if (!l->inst)
		return false;
	err = kwasm_engine__call(l->e, l->inst, 0, &v, &trap);
	if (err || (u32)v.lo != want)
		diag("f(%u): error %d, trap %u, 0x%llx, wanted 0x%x", x, err, trap.kind,
		     (unsigned long long)v.lo, want);
	return !err && (u32)v.lo == want;
}

static void test_body(u8 mode)
{
	struct loaded l = load(shape_long_body(KW_MAX_BODY_BYTES), mode);
	u32 nr = (KW_MAX_BODY_BYTES - 4) / 3;

	ok(f_is(&l, 5, 5 + nr), "%s: a body of %u bytes", setup, KW_MAX_BODY_BYTES);
	kwasm_engine__free(l.e);
}

static void test_nesting(u8 mode)
{
	struct loaded l = load(shape_nested(KW_MAX_NESTING), mode);

	ok(f_is(&l, 1, 1) && f_is(&l, 0, 2), "%s: %u blocks in one another", setup, KW_MAX_NESTING);
	kwasm_engine__free(l.e);
}

static void test_br_table(u8 mode)
{
	struct loaded l = load(shape_br_table(KW_MAX_BR_TABLE), mode);
	u32 last = KW_MAX_BR_TABLE - 1;

	ok(f_is(&l, 0, 0) && f_is(&l, 12345, 45) && f_is(&l, last, last % TABLE_BLOCKS) &&
	   f_is(&l, KW_MAX_BR_TABLE, TABLE_BLOCKS) && f_is(&l, ~0u, TABLE_BLOCKS),
	   "%s: a br_table of %u labels", setup, KW_MAX_BR_TABLE);
	kwasm_engine__free(l.e);
}

static void test_locals(u8 mode)
{
	struct loaded l = load(shape_locals(KW_MAX_LOCALS), mode);

	ok(f_is(&l, 3, (KW_MAX_LOCALS - 1) / 8 * 3), "%s: %u locals", setup, KW_MAX_LOCALS);
	kwasm_engine__free(l.e);
}

static void test_funcs(u8 mode)
{
	struct loaded l = load(shape_funcs(20000, 100), mode);

	ok(f_is(&l, 1, 201), "%s: 20,000 functions", setup);
	kwasm_engine__free(l.e);
}

static void test_params(u8 mode)
{
	static struct kw_value v[KW_MAX_PARAMS];
	struct loaded l = load(shape_params(KW_MAX_PARAMS), mode);
	struct kwasm_trap_info trap;
	u32 i, wrong = 0;
	int err = -1;

	static_assert(KW_MAX_PARAMS == KW_MAX_RESULTS, "as many go out as in");
	for (i = 0; i < KW_MAX_PARAMS; i++)
		v[i].lo = 7 * i;
	if (l.inst)
		err = kwasm_engine__call(l.e, l.inst, 0, v, &trap);
	for (i = 0; i < KW_MAX_PARAMS; i++)
		wrong += (u32)v[i].lo != 7 * (KW_MAX_PARAMS - 1 - i);
	ok(!err && !wrong, "%s: %u parameters and as many results", setup, KW_MAX_PARAMS);
	kwasm_engine__free(l.e);
}

static void test_module(u8 mode)
{
	struct buf b = shape_large(KW_MAX_MODULE_BYTES);
	u32 len = b.len;
	struct loaded l = load(b, mode);

	ok(len == KW_MAX_MODULE_BYTES && f_is(&l, 1000, 7), "%s: a module of %u bytes", setup, len);
	kwasm_engine__free(l.e);
}

/* A section that says how many of something there are; decoding stops there. */
static void over_count(u8 id, u32 n, u8 before, const char *text)
{
	struct buf m = { 0 }, s = { 0 };
	struct kw_diag d;
	char got[100];
	int err;

	if (before)	/* a functype's form, an export's name: what leads to the count */
		PUT(&s, 1, before);
	put_u32(&s, n);
	put_header(&m);
	put_section(&m, id, &s);
	err = check_buf(&m, KW_FEATURES_ALL, &d);
	kw_diag_format(&d, got, sizeof(got));
	if (!ok(err == -E2BIG && !strcmp(got, text), "refused: %s", text))
		diag("error %d: %s", err, got);
}

static void over(struct buf b, const char *text)
{
	struct kw_diag d;
	char got[100];
	int err = check_buf(&b, KW_FEATURES_ALL, &d);

	kw_diag_format(&d, got, sizeof(got));
	if (!ok(err == -E2BIG && !strcmp(got, text), "refused: %s", text))
		diag("error %d: %s", err, got);
}

static struct buf results_module(u32 nr)
{
	struct buf m = { 0 }, s = { 0 };

	PUT(&s, 1, 0x60, 0);
	put_u32(&s, nr);
	put_header(&m);
	put_section(&m, 1, &s);
	return m;
}

static struct buf elem_module(u32 nr)
{
	struct buf m = { 0 }, s = { 0 };

	PUT(&s, 1, 1, 0);	/* passive, functions */
	put_u32(&s, nr);
	put_header(&m);
	put_section(&m, 9, &s);
	return m;
}

static struct buf name_module(u32 len)
{
	struct buf m = { 0 }, s = { 0 };

	put_u32(&s, len);
	put_times(&s, len, 'x');
	put_header(&m);
	put_section(&m, 0, &s);
	return m;
}

static struct buf customs_module(u32 nr)
{
	struct buf m = { 0 };

	put_header(&m);
	while (nr--)
		PUT(&m, 0, 1, 0);
	return m;
}

/* Nothing takes them off again: that would be too long for a body. */
static struct buf operands_module(u32 nr)
{
	struct buf code = { 0 };

	PUT(&code, 0);
	while (nr--)
		PUT(&code, OP_GET, 0);
	return module_of(&code);
}

static void test_over(void)
{
	over(shape_large(KW_MAX_MODULE_BYTES + 1), "module too large: 16777217 bytes, limit 16777216");
	over(shape_long_body(KW_MAX_BODY_BYTES + 1), "function body too large: 524289 bytes, limit 524288");
	over(shape_nested(KW_MAX_NESTING + 1), "blocks nested too deeply: limit 10000");
	over(shape_nested(100000), "blocks nested too deeply: limit 10000");
	over(shape_br_table(KW_MAX_BR_TABLE + 1), "too many labels in br_table: 65521, limit 65520");
	over(shape_locals(KW_MAX_LOCALS + 1), "too many locals: 50001, limit 50000");
	over(operands_module(KW_MAX_OPERANDS + 1), "operand stack too deep: limit 100000");
	over_count(1, KW_MAX_PARAMS + 1, 0x60, "too many parameters: 1001, limit 1000");
	over(results_module(KW_MAX_RESULTS + 1), "too many results: 1001, limit 1000");
	over_count(1, KW_MAX_TYPES + 1, 0, "too many types: 100001, limit 100000");
	over_count(2, KW_MAX_IMPORTS + 1, 0, "too many imports: 10001, limit 10000");
	over_count(3, KW_MAX_FUNCS + 1, 0, "too many functions: 100001, limit 100000");
	over_count(4, KW_MAX_TABLES + 1, 0, "too many tables: 101, limit 100");
	over_count(6, KW_MAX_GLOBALS + 1, 0, "too many globals: 100001, limit 100000");
	over_count(7, KW_MAX_EXPORTS + 1, 0, "too many exports: 100001, limit 100000");
	over_count(9, KW_MAX_ELEMS + 1, 0, "too many element segments: 100001, limit 100000");
	over(elem_module(KW_MAX_ELEM_ITEMS + 1), "element segment too large: 1000001 items, limit 1000000");
	over_count(11, KW_MAX_DATAS + 1, 0, "too many data segments: 100001, limit 100000");
	over(customs_module(KW_MAX_CUSTOMS + 1), "too many custom sections: limit 10000");
	over(name_module(KW_MAX_NAME_BYTES + 1), "name too long: 100001 bytes, limit 100000");
}

/* What one load costs. */
struct cost {
	u64 ns;		/* of CPU time, the least so far: what else runs only ever adds to it */
	u64 bytes;	/* held by the compiler at once */
	int err;
};

static void add_load(struct cost *c, struct buf (*shape)(u32 n), u32 n, u8 mode)
{
	struct kwasm_engine_opts o = { .mode = mode, .form = KW_FORM_P, .features = KW_COMPILE_FEATURES };
	struct kwasm_engine *e = kwasm_engine__new(&o);
	struct kwasm_engine_module *m;
	struct timespec a, z;
	struct buf b = shape(n);
	struct kw_diag d;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	c->err = kwasm_engine__load(e, b.p, b.len, KWASM_ENGINE_TYPED, &m, &d);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &z);
	c->ns = min(c->ns, (z.tv_sec - a.tv_sec) * 1000000000ull + z.tv_nsec - a.tv_nsec);
	if (!c->err)
		c->bytes = kwasm_engine_module__times(m)->peak_bytes;
	kwasm_engine__free(e);
	free(b.p);
}

/*
 * Eight times the size is eight times the work, 64 times if it is the square:
 * 32 tells one from the other, even where the larger one leaves the caches.
 * Bytes are the same in every run.  Of the time the least of many loads counts,
 * of both sizes in turn: a busy machine would have to slow every large one by a
 * factor of two to make it look like a square.
 */
static void check_growth(struct buf (*shape)(u32 n), u32 n, u8 mode, const char *name)
{
	struct cost one = { .ns = ~0ull }, eight = { .ns = ~0ull };
	int loads;

	for (loads = 1; loads <= MAX_LOADS && !one.err && !eight.err; loads++) {
		add_load(&one, shape, n, mode);
		add_load(&eight, shape, 8 * n, mode);
		if (loads >= MIN_LOADS && eight.ns < 32 * one.ns)
			break;
	}
	ok(!one.err && !eight.err && eight.ns < 32 * one.ns, "%s: %s: the work grows with the size", setup, name);
	ok(eight.bytes < 32 * one.bytes, "%s: %s: the memory, too", setup, name);
	diag("%s: %u: %llu us, %llu KiB, %u: %llu us, %llu KiB, %llu.%llu times (errors %d, %d)", name, n,
	     (unsigned long long)one.ns / 1000, (unsigned long long)one.bytes >> 10, 8 * n,
	     (unsigned long long)eight.ns / 1000, (unsigned long long)eight.bytes >> 10,
	     (unsigned long long)(eight.ns / one.ns), (unsigned long long)(10 * eight.ns / one.ns % 10),
	     one.err, eight.err);
}

static void test_growth(u8 mode)
{
	check_growth(shape_long_body, 50000, mode, "one huge block");
	check_growth(shape_nested, 1000, mode, "nested blocks");
	check_growth(shape_br_table, 8000, mode, "a br_table");
	check_growth(shape_fan_in, 250, mode, "br_tables to the same blocks");
	check_growth(shape_locals, 6000, mode, "locals");
	check_growth(shape_loops_locals, 400, mode, "loops in one another and locals");
	check_growth(shape_chain, 4000, mode, "a chain of jumps and a fan behind it");
	check_growth(shape_loop_row, 500, mode, "loops and locals in a row");
	check_growth(shape_operands, 10000, mode, "a deep operand stack");
	check_growth(shape_collisions, 4500, mode, "constants with one hash");
}

int main(void)
{
	static const char *const name[] = { "guard", "check" };
	u8 mode;

	for (mode = KW_MODE_GUARD; mode <= KW_MODE_CHECK; mode++) {
		setup = name[mode];
		test_body(mode);
		test_nesting(mode);
		test_br_table(mode);
		test_locals(mode);
		test_funcs(mode);
		test_params(mode);
		test_module(mode);
		test_growth(mode);
	}
	test_over();
	return tap_done();
}
