// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The whole engine in a process, in both modes and forms: every way a call
 * can end, where a trap is said to be, and packets in one piece or not.
 */
#include "engine/engine.h"
#include "tap.h"
#include "wasmbuf.h"

#define MS	1000000ULL

static const char *setup;	/* "guard S", for names of tests */

/*
 * Bodies of the module of traps, without locals; func[] tells which type.
 *	0 traps, 1 calls it, 2 calls that; 3 loops; 4 recurses; 5 loads beyond
 *	the memory; 6 divides; 7 fills beyond the memory; 8 is fine; 9 calls
 *	through the table out of bounds, 10 an empty entry; 11 calls 3, 12 calls
 *	that
 */
static const struct {
	u8 type;
	u8 len;
	u8 at;			/* the instruction a trap names */
	u8 code[24];
} body[] = {
	{ 0, 3, 1, { 0x01, 0x00, 0x0b } },
	{ 0, 5, 1, { 0x01, 0x10, 0, 0x01, 0x0b } },
	{ 0, 4, 0, { 0x10, 1, 0x01, 0x0b } },
	{ 0, 6, 0, { 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b } },
	{ 0, 4, 0, { 0x10, 4, 0x01, 0x0b } },
	{ 0, 9, 4, { 0x41, 0x80, 0x80, 0x04, 0x28, 2, 0, 0x1a, 0x0b } },
	{ 1, 6, 4, { 0x41, 1, 0x41, 0, 0x6d, 0x0b } },
	{ 0, 12, 8, { 0x41, 0x80, 0x80, 0x04, 0x41, 1, 0x41, 1, 0xfc, 0x0b, 0, 0x0b } },
	{ 1, 3, 0, { 0x41, 42, 0x0b } },
	{ 0, 6, 2, { 0x41, 9, 0x11, 0, 0, 0x0b } },
	{ 0, 6, 2, { 0x41, 1, 0x11, 0, 0, 0x0b } },
	{ 0, 5, 1, { 0x01, 0x10, 3, 0x01, 0x0b } },
	{ 0, 4, 0, { 0x10, 11, 0x01, 0x0b } },
};

static u32 body_at[ARRAY_SIZE(body)];

static struct buf trap_module(void)
{
	struct buf m = { 0 }, funcs = { 0 }, code = { 0 }, one = { 0 };
	u32 i;

	PUT(&funcs, ARRAY_SIZE(body));
	PUT(&code, ARRAY_SIZE(body));
	for (i = 0; i < ARRAY_SIZE(body); i++) {
		PUT(&funcs, body[i].type);
		PUT(&one, 0);
		put_bytes(&one, body[i].code, body[i].len);
		body_at[i] = code.len + 2;	/* behind its length and the empty list of locals */
		put_sized(&code, &one);
	}
	put_header(&m);
	SECTION(&m, 1, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f);
	put_section(&m, 3, &funcs);
	SECTION(&m, 4, 1, 0x70, 0, 2);
	SECTION(&m, 5, 1, 0, 1);
	SECTION(&m, 9, 1, 0, 0x41, 0, 0x0b, 1, 0);
	for (i = 0; i < ARRAY_SIZE(body); i++)
		body_at[i] += m.len + 2;	/* the section's id and length, both one byte */
	if (code.len > 0x7f)
		diag("the code section's length has two bytes: offsets below are wrong");
	put_section(&m, 10, &code);
	return m;
}

static struct kwasm_engine *start(const struct kwasm_engine_opts *o, const struct buf *b,
				  struct kw_instance **inst)
{
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_diag d;
	char text[200];
	int err;

	*inst = NULL;
	err = kwasm_engine__load(e, b->p, b->len, 0, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(e, m, NULL, inst, &trap, &d);
	if (err) {
		kw_diag_format(&d, text, sizeof(text));
		diag("error %d: %s at 0x%x", err, text, d.offset);
	}
	return e;
}

static const struct {
	const char *name;
	u32 func, trap;
	u32 in;			/* function that traps */
	bool exact;		/* the offset is known */
} ending[] = {
	{ "unreachable", 0, KW_TRAP_UNREACHABLE, 0, true },
	{ "a load beyond the memory", 5, KW_TRAP_MEM_OOB, 5, true },
	{ "a division by zero", 6, KW_TRAP_DIV_ZERO, 6, true },
	{ "a fill beyond the memory", 7, KW_TRAP_MEM_OOB, 7, true },
	{ "an index beyond the table", 9, KW_TRAP_UNDEF_ELEM, 9, true },
	{ "an empty table entry", 10, KW_TRAP_NULL_ELEM, 10, true },
	{ "endless recursion", 4, KW_TRAP_STACK, 4, false },
	{ "an endless loop", 3, KW_TRAP_DEADLINE, 3, false },
};

static void test_endings(struct kwasm_engine *e, struct kw_instance *inst)
{
	struct kwasm_trap_info trap;
	struct kw_value val;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ending); i++) {
		u32 func = ending[i].func;
		int err = kwasm_engine__call(e, inst, func, &val, &trap);

		ok(err == -EFAULT && trap.kind == ending[i].trap, "%s: %s traps", setup, ending[i].name);
		ok(trap.func == ending[i].in && (!ending[i].exact || trap.offset == body_at[func] + body[func].at),
		   "%s: %s is said to be where it is", setup, ending[i].name);
		if (trap.func != ending[i].in || (ending[i].exact && trap.offset != body_at[func] + body[func].at))
			diag("function %u, offset 0x%x, wanted 0x%x", trap.func, trap.offset,
			     body_at[func] + body[func].at);
	}
	ok(!kwasm_engine__call(e, inst, 8, &val, &trap) && val.lo == 42, "%s: the instance works on", setup);
}

/* @outer calls @inner, which calls what traps. */
static void backtrace_is(const struct kwasm_trap_info *trap, u32 inner, u32 outer)
{
	ok(trap->nr_bt == 2 && trap->bt[0].func == inner && trap->bt[0].offset == body_at[inner] + 1 &&
	   trap->bt[1].func == outer && trap->bt[1].offset == body_at[outer], "%s: its backtrace has both calls", setup);
}

static void test_backtrace(struct kwasm_engine *e, struct kw_instance *inst)
{
	struct kwasm_trap_info trap;

	kwasm_engine__call(e, inst, 2, NULL, &trap);
	ok(trap.kind == KW_TRAP_UNREACHABLE && trap.func == 0, "%s: a trap two calls deep", setup);
	backtrace_is(&trap, 1, 2);
}

/* What stops a function that calls nobody is called by it, or a signal: nothing is inlined here. */
static void test_runaway(const struct kwasm_engine_opts *base, const struct buf *b)
{
	struct kwasm_engine_opts o = *base;
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kwasm_engine *e;

	o.opt_off = KW_OPT_INLINE;
	e = start(&o, b, &inst);
	if (ok(inst, "%s: a module without inlining is loaded", setup)) {
		kwasm_engine__call(e, inst, 12, NULL, &trap);
		ok(trap.kind == KW_TRAP_DEADLINE && trap.func == 3, "%s: an endless loop two calls deep", setup);
		backtrace_is(&trap, 11, 12);
	}
	kwasm_engine__free(e);
}

/*
 * ld16be, err, set_mark, log, len; a memory with "hi" at 16.  Function 5: ld16be(2);
 * 6: ld16be(2) and then err(), as its result; 7: set_mark(7), log(6, 16, 2), result len();
 * 8: log of bytes beyond the memory; 9: what 6 does, twice
 */
static struct buf packet_module(void)
{
	struct buf m = { 0 }, im = { 0 };
	static const struct {
		const char *module, *name;
		u8 type;
	} import[] = {
		{ "kwasm_pkt_v1", "ld16be", 1 }, { "kwasm_pkt_v1", "err", 0 }, { "kwasm_pkt_v1", "set_mark", 1 },
		{ "kwasm_v1", "log", 2 }, { "kwasm_pkt_v1", "len", 0 },
	};
	u32 i;

	put_header(&m);
	SECTION(&m, 1, 3, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f);
	PUT(&im, ARRAY_SIZE(import));
	for (i = 0; i < ARRAY_SIZE(import); i++) {
		PUT(&im, strlen(import[i].module));
		put_bytes(&im, import[i].module, strlen(import[i].module));
		PUT(&im, strlen(import[i].name));
		put_bytes(&im, import[i].name, strlen(import[i].name));
		PUT(&im, 0, import[i].type);
	}
	put_section(&m, 2, &im);
	SECTION(&m, 3, 5, 0, 0, 0, 0, 0);
	SECTION(&m, 5, 1, 0, 1);
	SECTION(&m, 10, 5,
		6, 0, 0x41, 2, 0x10, 0, 0x0b,
		9, 0, 0x41, 2, 0x10, 0, 0x1a, 0x10, 1, 0x0b,
		18, 0, 0x41, 7, 0x10, 2, 0x1a, 0x41, 6, 0x41, 16, 0x41, 2, 0x10, 3, 0x1a, 0x10, 4, 0x0b,
		15, 0, 0x41, 6, 0x41, 0xff, 0xff, 0x03, 0x41, 2, 0x10, 3, 0x1a, 0x41, 1, 0x0b,
		/* the one above drops log's result and returns 1 */
		17, 0, 0x41, 2, 0x10, 0, 0x1a, 0x10, 1, 0x1a, 0x41, 2, 0x10, 0, 0x1a, 0x10, 1, 0x0b);
	SECTION(&m, 11, 1, 0, 0x41, 16, 0x0b, 2, 'h', 'i');
	return m;
}

static char logged[32];

static void on_log(void *priv, u32 level, const char *text, size_t len)
{
	(void)priv;
	snprintf(logged, sizeof(logged), "%u %.*s", level, (int)len, text);
}

static void test_packets(const struct kwasm_engine_opts *base)
{
	struct kwasm_engine_opts o = *base;
	struct buf b = packet_module();
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kwasm_engine *e;
	u8 data[] = { 1, 2, 3, 4, 5 };
	struct kwasm_engine_packet pkt = { .data = data, .len = 5, .linear = 5 };
	u32 verdict = 0;

	o.log = on_log;
	e = start(&o, &b, &inst);
	if (!ok(inst, "%s: a packet program is loaded", setup))
		goto out;
	ok(!kwasm_engine__run_packet(e, inst, 5, &pkt, &verdict, &trap) && verdict == 0x0304 && !pkt.is_short,
	   "%s: a load in place", setup);
	pkt.linear = 3;
	ok(!kwasm_engine__run_packet(e, inst, 5, &pkt, &verdict, &trap) && verdict == 0x0304 && !pkt.is_short,
	   "%s: a load across the end of the linear part", setup);
	pkt.len = 3;
	ok(!kwasm_engine__run_packet(e, inst, 5, &pkt, &verdict, &trap) && verdict == 0 && pkt.is_short,
	   "%s: a load beyond the packet reads 0 and leaves a mark", setup);
	ok(!kwasm_engine__run_packet(e, inst, 6, &pkt, &verdict, &trap) && verdict == 1 && !pkt.is_short,
	   "%s: err() tells of it and clears it", setup);
	ok(!kwasm_engine__run_packet(e, inst, 9, &pkt, &verdict, &trap) && verdict == 1 && !pkt.is_short,
	   "%s: the same load after err() leaves a mark again", setup);
	ok(!kwasm_engine__run_packet(e, inst, 7, &pkt, &verdict, &trap) && verdict == 3 &&
	   pkt.field[KW_FIELD_MARK] == 7, "%s: set_mark and len", setup);
	ok(!strcmp(logged, "6 hi"), "%s: log", setup);
	ok(kwasm_engine__run_packet(e, inst, 8, &pkt, &verdict, &trap) == -EFAULT &&
	   trap.kind == KW_TRAP_HOST_OOB && trap.func == 8, "%s: a pointer beyond the memory traps", setup);
out:
	kwasm_engine__free(e);
	free(b.p);
}

static void test_setup(u8 mode, u8 form, u8 kernel_form)
{
	struct kwasm_engine_opts o = {
		.mode = mode, .form = form, .kernel_form = kernel_form, .deadline_ns = 100 * MS,
	};
	struct buf b = trap_module();
	struct kw_instance *inst;
	struct kwasm_engine *e = start(&o, &b, &inst);

	if (ok(inst, "%s: a module is loaded", setup)) {
		test_endings(e, inst);
		test_backtrace(e, inst);
	}
	kwasm_engine__free(e);
	test_runaway(&o, &b);
	free(b.p);
	test_packets(&o);
}

int main(void)
{
	setup = "guard S";
	test_setup(KW_MODE_GUARD, KW_FORM_S, KWASM_ENGINE_KERNEL_NONE);
	setup = "guard P";
	test_setup(KW_MODE_GUARD, KW_FORM_P, KWASM_ENGINE_KERNEL_NONE);
	setup = "check S";
	test_setup(KW_MODE_CHECK, KW_FORM_S, KWASM_ENGINE_KERNEL_NONE);
	setup = "check P";
	test_setup(KW_MODE_CHECK, KW_FORM_P, KWASM_ENGINE_KERNEL_NONE);
	setup = "guard S in a kernel's form";
	test_setup(KW_MODE_GUARD, KW_FORM_S, KWASM_ENGINE_KERNEL_BARE);
	setup = "check P with retpolines";
	test_setup(KW_MODE_CHECK, KW_FORM_P, KWASM_ENGINE_KERNEL_RETPOLINE);
	return tap_done();
}
