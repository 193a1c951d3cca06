// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * This machine's backend on graphs made by hand, executed: what no Wasm module
 * can bring about by itself, such as garbage in upper halves and packets.
 */
#include <string.h>

#include "ir/build.h"
#include "isa/isa.h"
#include "code/code.h"
#include "platform/user_exec.h"
#include "ra/ra.h"
#include "tap.h"

#define NR_STUBS	(KW_STUB_HOST + 1)
#define DIRTY		0xdeadbeef00000000ull

static struct kw_arena arena, tmp;
static struct kw_irfunc f;
static struct kw_block block;
static struct kw_exec *x;
static const u8 nothing[KW_PKT_NEAR_BYTES];
static struct kw_inst inst;
static struct kw_user_text text;
static struct kw_code *code;
static u32 nr_slow, nr_copies;
static u8 copy[KW_PKT_NEAR_BYTES];
static u8 memory[4096] __attribute__((aligned(4096)));
static union {
	struct kw_call_frame f;
	u64 words[64];
} frame;

/* ---- making a graph of one block ---- */

static void begin(const u8 *params, u32 nr, const u8 *results, u32 nr_results)
{
	kw_arena_reset(&tmp);
	kw_arena_reset(&arena);
	block = (struct kw_block){ .loop_header = KW_NO_BLOCK };
	f = (struct kw_irfunc){
		.arena = &arena, .tmp = &arena, .block = &block, .nr_blocks = 1, .params = params, .nr_params = nr,
		.results = results, .nr_results = nr_results, .has_memory = true,
	};
	f.node = kw_arena_array(&arena, 100, sizeof(*f.node));
	f.pool = kw_arena_array(&arena, 100, sizeof(*f.pool));
	f.nr_nodes = 1;
}

static kw_vid node(struct kw_node n)
{
	kw_vid v = f.nr_nodes++;

	n.prev = block.last;
	if (!n.bits)
		n.bits = n.type == KW_T_I32 ? 32 : 64;
	f.node[v] = n;
	if (block.last)
		f.node[block.last].next = v;
	else
		block.first = v;
	block.last = v;
	return v;
}

#define NODE(op_, type_, ...)	node((struct kw_node){ .op = KW_IR_##op_, .type = KW_T_##type_, __VA_ARGS__ })

static u32 pool(const kw_vid *v, u32 n)
{
	u32 at = f.nr_pool;

	memcpy(f.pool + at, v, n * sizeof(*v));
	f.nr_pool += n;
	return at;
}
#define POOL(...)	pool((const kw_vid[]){ __VA_ARGS__ }, sizeof((kw_vid[]){ __VA_ARGS__ }) / sizeof(kw_vid))

/* ---- compiling and running it ---- */

static u64 host(struct kw_inst *i, u32 a)
{
	return DIRTY | (a + (i->exec ? 1 : 0));
}

static void pkt_slow(struct kw_exec *e, struct kw_pkt_slow *s)
{
	if (!s->size) {
		u32 there = min(s->off, e->pkt_len);

		nr_copies++;
		memcpy(copy, e->pkt_data, there);
		memset(copy + there, 0, s->off - there);
		s->value = (u64)copy;
		return;
	}
	nr_slow++;
	if (s->has_default)
		return;		/* value holds it */
	s->value = s->off + s->size * 1000 + s->be * 100000;
}

static int compile(void)
{
	struct kw_mfunc mf = { .arena = &arena, .tmp = &tmp };
	int err;

	kw_code_free(code);
	code = kw_code_new(1, 1);
	kw_ir_count_uses(&f);
	err = kw_user_isa->lower(&f, &mf) ?: kw_lower_keep(&mf);
	if (!err)
		err = kw_ra_assign(&mf);
	if (!err)
		err = kw_user_isa->emit(&f, &mf, NULL, code, 0);
	if (!err)
		err = kw_user_isa->emit_thunk(f.params, f.nr_params, f.results, f.nr_results, NULL, code, 0);
	if (!err)
		err = kw_user_isa->fixup_calls(code, 0);
	return err;
}

static int link_code(void)
{
	static void *const fn[NR_STUBS] = { [KW_STUB_PKT_SLOW] = pkt_slow, [KW_STUB_HOST] = host };
	int err;

	kw_user_text_free(&text);
	memset(&text, 0, sizeof(text));
	err = kw_user_text_alloc(&text, code->len, fn, NR_STUBS);
	if (err)
		return err;
	memcpy(text.code, code->bytes, code->len);
	text.body_len = code->func[0].len;
	return kw_code_relocate(code, text.code, (u64)text.code, text.stub) ?: kw_user_text_publish(&text);
}

/* Ends the graph with a return of @v, runs it. */
static bool run(kw_vid v)
{
	NODE(RET, VOID, .a = POOL(v), .b = 1);
	if (compile() || link_code())
		return false;
	frame.f.code = text.code;
	kw_user_run(x, text.code + code->thunk_off[0], &inst, &frame.f, 0);
	return true;
}

static bool returns(u64 want)
{
	return x->trap == KW_TRAP_NONE && frame.f.val[0].lo == want && frame.f.val[0].hi == 0;
}

static u32 trap(void)
{
	const struct kw_call_site *s;

	if (x->trap != KW_USER_TRAP_AT_SITE)
		return x->trap;
	s = kw_code_find_site(code, &code->func[0], x->trap_pc - (u64)text.code);
	return s ? s->trap : ~0u;
}

static const u8 i32[] = { KW_T_I32 }, i64[] = { KW_T_I64 };

/* ---- the tests ---- */

static void test_thunk_cleans_arguments(void)
{
	kw_vid p;

	begin(i32, 1, i64, 1);
	p = NODE(PARAM, I32, .imm = 0);
	p = NODE(ZEXT32, I64, .a = p);
	frame.f.val[0].lo = DIRTY | 5;
	run(p);
	ok(returns(5), "thunk: garbage above an i32 argument does not come in");
}

static void test_argument_is_an_index(void)
{
	kw_vid p;

	begin(i32, 1, i64, 1);
	p = NODE(PARAM, I32, .imm = 0);
	p = NODE(LOAD, I64, .a = p, .imm = 8, .sub = KW_M_U32);
	frame.f.val[0].lo = DIRTY | 16;
	run(p);
	ok(returns(0x1b1a1918), "thunk: garbage above an i32 argument does not reach an address");
}

static void test_c_result_is_cleaned(void)
{
	kw_vid i, c;

	begin(i32, 1, i64, 1);
	f.has_calls = true;
	c = NODE(PARAM, I32, .imm = 0);
	i = NODE(INST, I64, 0);
	c = NODE(CALL_C, I32, .imm = KW_STUB_HOST, .a = POOL(i, c), .b = 2, .c = 1);
	c = NODE(ZEXT32, I64, .a = c);
	frame.f.val[0].lo = 7;
	run(c);
	ok(returns(8), "call of C: garbage above an i32 result does not come in");
}

static void test_wrap_is_an_index(void)
{
	kw_vid p;

	begin(i64, 1, i64, 1);
	p = NODE(PARAM, I64, .imm = 0);
	p = NODE(WRAP, I32, .a = p);
	p = NODE(LOAD, I64, .a = p, .sub = KW_M_U8);
	frame.f.val[0].lo = DIRTY | 0x21;
	run(p);
	ok(returns(0x21), "wrap: garbage above does not reach an address");
}

/* A shift by a count of 0 at run time, or by a constant 0, of a wrapped value. */
static void test_shift_by_zero(u32 kind)
{
	kw_vid p, n;

	begin(i64, 1, i64, 1);
	p = NODE(PARAM, I64, .imm = 0);
	n = NODE(WRAP, I32, .a = p);
	p = kind ? NODE(CONST, I32, .imm = 0) : NODE(AND, I32, .a = n, .b = NODE(CONST, I32, .imm = 0));
	p = NODE(SHL, I32, .a = n, .b = p);
	p = NODE(ZEXT32, I64, .a = p);
	frame.f.val[0].lo = DIRTY | 9;
	run(p);
	ok(returns(9), "shift by 0%s: result is zero-extended", kind ? ", constant" : "");
}

static void test_bounds(u64 imm, u64 limit, u32 index, bool fits)
{
	kw_vid p, l;

	begin(i32, 1, i64, 1);
	p = NODE(PARAM, I32, .imm = 0);
	l = NODE(CONST, I64, .imm = limit, .bits = limit >> 32 ? 33 : 32);
	p = NODE(BOUNDS, I32, .a = p, .b = l, .imm = imm, .aux = KW_TRAP_MEM_OOB);
	p = NODE(ZEXT32, I64, .a = p);
	frame.f.val[0].lo = DIRTY | index;
	run(p);
	ok(fits ? returns(index) : trap() == KW_TRAP_MEM_OOB, "bounds: %u + %llu of %llu %s", index,
	   (unsigned long long)imm, (unsigned long long)limit, fits ? "fits" : "traps");
}

/* What the packet load at the end of the graph makes of a packet of 70 bytes, 64 of them linear. */
static void run_pkt(kw_vid v, u32 off, u64 want, u32 slow, const char *what)
{
	x->pkt_data = memory;
	x->pkt_none = nothing;
	x->pkt_lin = 64;
	x->pkt_len = 70;
	nr_slow = nr_copies = 0;
	frame.f.val[0].lo = off;
	run(v);
	ok(returns(want) && nr_slow == slow, "packet: %s at %u%s", what, off, slow ? ", beyond the linear part" : "");
}

static const u8 unsigned_type[] = { [1] = KW_M_U8, [2] = KW_M_U16, [4] = KW_M_U32, [8] = KW_M_U64 };

/* Load @bytes at @off. */
static void test_pkt(u32 off, u32 bytes, bool be, bool or, u64 want, u32 slow)
{
	kw_vid p, e, data, last, args;
	char what[40];

	begin(i32, 1, i64, 1);
	p = NODE(PARAM, I32, .imm = 0);
	e = NODE(EXEC, I64, 0);
	data = NODE(HLOAD, I64, .a = e, .imm = offsetof(struct kw_exec, pkt_data), .sub = KW_M_U64, .aux = KW_H_PACKET);
	last = NODE(HLOAD, I32, .a = e, .imm = offsetof(struct kw_exec, pkt_lin), .sub = KW_M_U32, .aux = KW_H_PACKET);
	last = NODE(ZEXT32, I64, .a = last, .bits = 32);
	last = NODE(SUB, I64, .a = last, .b = NODE(CONST, I64, .imm = bytes));
	args = POOL(data, last, p, or ? NODE(CONST, I64, .imm = 0x1122334455667788) : 0);
	p = NODE(PKT_LD, I64, .a = args, .b = or ? 4 : 3, .sub = unsigned_type[bytes], .aux = be ? KW_PKT_SWAP : 0);
	snprintf(what, sizeof(what), "%u bytes%s", bytes, be ? ", network order," : "");
	run_pkt(p, off, want, slow, what);
}

/* Load @bytes at the constant @off behind a base good for @end; the default is the parameter. */
static void test_near(u32 off, u32 bytes, u32 end, bool be, bool or, u64 want, u32 slow)
{
	kw_vid p, e, data, none, lin, len, base, args;
	char what[40];

	begin(i64, 1, i64, 1);
	p = NODE(PARAM, I64, .imm = 0);
	e = NODE(EXEC, I64, 0);
	data = NODE(HLOAD, I64, .a = e, .imm = offsetof(struct kw_exec, pkt_data), .sub = KW_M_U64, .aux = KW_H_PACKET);
	none = NODE(HLOAD, I64, .a = e, .imm = offsetof(struct kw_exec, pkt_none), .sub = KW_M_U64, .aux = KW_H_CONST);
	lin = NODE(HLOAD, I32, .a = e, .imm = offsetof(struct kw_exec, pkt_lin), .sub = KW_M_U32, .aux = KW_H_PACKET);
	len = NODE(HLOAD, I32, .a = e, .imm = offsetof(struct kw_exec, pkt_len), .sub = KW_M_U32, .aux = KW_H_PACKET);
	base = NODE(PKT_BASE, I64, .a = data, .b = lin, .c = none, .imm = end);
	args = POOL(base, len, NODE(CONST, I32, .imm = off), p);
	p = NODE(PKT_LD, I64, .a = args, .b = or ? 4 : 3, .imm = end, .sub = unsigned_type[bytes],
		 .aux = KW_PKT_NEAR | (be ? KW_PKT_SWAP : 0));
	snprintf(what, sizeof(what), "near, %u bytes%s", bytes, be ? ", network order," : "");
	run_pkt(p, off, want, slow, what);
	ok(nr_copies == (end > 64), "packet: the first %u bytes are %s", end, end > 64 ? "copied" : "read in place");
}

static void test_pkts(void)
{
	test_pkt(0, 1, false, false, 0, 0);
	test_pkt(63, 1, false, false, 63, 0);
	test_pkt(64, 1, false, false, 1064, 1);
	test_pkt(62, 2, false, false, 0x3f3e, 0);
	test_pkt(62, 2, true, false, 0x3e3f, 0);
	test_pkt(63, 2, true, false, 102063, 1);
	test_pkt(60, 4, false, false, 0x3f3e3d3c, 0);
	test_pkt(60, 4, true, false, 0x3c3d3e3f, 0);
	test_pkt(61, 4, true, false, 104061, 1);
	test_pkt(56, 8, true, false, 0x38393a3b3c3d3e3f, 0);
	test_pkt(57, 8, false, true, 0x1122334455667788, 1);
	test_pkt(0xffffffff, 4, false, true, 0x1122334455667788, 1);
	test_pkt(0xffffffff, 1, false, true, 0x1122334455667788, 1);
	test_near(0, 1, 64, false, false, 0, 0);
	test_near(63, 1, 64, false, false, 63, 0);
	test_near(63, 1, 65, false, false, 63, 0);
	test_near(62, 2, 64, true, false, 0x3e3f, 0);
	test_near(60, 4, 64, false, false, 0x3f3e3d3c, 0);
	test_near(61, 4, 65, true, false, 0x3d3e3f40, 0);
	test_near(56, 8, 64, true, false, 0x38393a3b3c3d3e3f, 0);
	test_near(63, 8, 71, false, true, 63, 1);
	test_near(62, 8, 80, false, true, 0x4544434241403f3e, 0);
	test_near(69, 2, 80, true, false, 102069, 1);
	test_near(184, 8, 192, false, true, 184, 1);
}

static bool is_x64(void)
{
	return kw_user_isa == &kw_isa_x64;
}

/* mov r64, [r14 + ...] or ldr x, [x27, w, uxtw] */
static bool is_load(const u8 *p)
{
	return is_x64() ? !memcmp(p, "\x49\x8b", 2) : (get_unaligned_le32(p) & 0xffe0ffe0) == 0xf8604b60;
}

static void test_fault_site(void)
{
	kw_vid p;

	begin(i32, 1, i64, 1);
	p = NODE(PARAM, I32, .imm = 0);
	p = NODE(LOAD, I64, .a = p, .sub = KW_M_U64, .aux = 1, .wasm_off = 77);
	frame.f.val[0].lo = 0;
	run(p);
	ok(code->func[0].nr_faults == 1 && code->fault[0].wasm_off == 77 && code->func[0].landing_off,
	   "an access that may fault is a site, with a landing");
	ok(is_load(code->bytes + code->fault[0].off), "the site is the access itself");
}

static void test_too_many_sites(void)
{
	struct kw_mfunc mf = { .arena = &arena, .tmp = &tmp };
	kw_vid p;
	u32 i;

	begin(i32, 1, i64, 1);
	f.node = kw_arena_array(&arena, 40000, sizeof(*f.node));
	p = NODE(PARAM, I32, .imm = 0);
	for (i = 0; i < 32768; i++)
		NODE(STORE, VOID, .a = p, .b = p, .sub = KW_M_U32, .imm = i, .aux = 1);
	p = NODE(ZEXT32, I64, .a = p);
	NODE(RET, VOID, .a = POOL(p), .b = 1);
	kw_code_free(code);
	code = kw_code_new(1, 1);
	kw_ir_count_uses(&f);
	ok(!kw_user_isa->lower(&f, &mf) && !kw_ra_assign(&mf) &&
	   kw_user_isa->emit(&f, &mf, NULL, code, 0) == (is_x64() ? -E2BIG : 0),
	   "more fault sites than fixups of x86-64 can number: refused there");
}

int main(void)
{
	u32 i;

	kw_arena_init(&arena, 1 << 26);
	kw_arena_init_shared(&tmp, &arena);
	for (i = 0; i < sizeof(memory); i++)
		memory[i] = i;
	inst.mem_base = memory;
	x = kw_user_exec_new();
	if (!x)
		return 1;
	test_thunk_cleans_arguments();
	test_argument_is_an_index();
	test_c_result_is_cleaned();
	test_wrap_is_an_index();
	test_shift_by_zero(0);
	test_shift_by_zero(1);
	test_bounds(4, 100, 96, true);
	test_bounds(4, 100, 97, false);
	test_bounds(0, 100, 100, true);
	test_bounds(0, 100, 101, false);
	test_bounds(8, 4096, 0xffffffff, false);
	test_bounds(1, 100, 99, true);
	test_bounds(1, 100, 100, false);
	test_bounds(1, 0xffffffff, 0xffffffff, false);
	test_bounds(1, 0x100000000, 0xffffffff, true);
	test_bounds(0x100000000, 0x100000010, 16, true);
	test_bounds(0x100000000, 0x100000010, 17, false);
	test_pkts();
	test_fault_site();
	test_too_many_sites();
	return tap_done();
}
