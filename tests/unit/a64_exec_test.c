// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Entering guest code and every way out of it on arm64, with code written by
 * hand: the stubs' side of the contract in jit/common/layout.h.
 */
#include <sys/mman.h>

#include "code/code.h"
#include "isa/a64/abi.h"
#include "platform/user_exec.h"
#include "tap.h"

#define NR_STUBS	(KW_STUB_HOST + 2)
#define SUM		KW_STUB_HOST	/* a C function that returns its arguments' sum */
#define RAISE		(KW_STUB_HOST + 1)

static u64 host_sum(struct kw_inst *i, u32 a, u32 b, u32 c, u32 d, u64 e)
{
	return i->exec ? a + b + c + d + e : 0;
}

static u32 host_raise(struct kw_inst *i, u32 trap)
{
	i->exec->flag = trap;
	return 0;
}

static void pkt_slow(struct kw_exec *x, struct kw_pkt_slow *s)
{
	s->value = s->off * 2 + x->pkt_len;
	__asm__ volatile("movi v20.2d, #0; movi v0.2d, #0; mov x9, 0; mov x1, 0" ::: "v0", "v20", "x9", "x1");
}

static struct kw_user_text text;
static struct kw_inst inst;
static struct kw_exec *x;

/* A call of a stub: its number, which is no instruction, until put_code(). */
#define CALL(stub)	((u32)(stub))
#define MOV(d, n)	a64_rrr(A64_ORR, A64_X, d, A64_ZR, n)
#define SET(d, imm)	a64_rw(A64_MOVZ, A64_X, d, imm, 0)
#define ADD(d, n, m)	a64_rrr(A64_ADD, A64_X, d, n, m)

static void put_code(const u32 *code, u32 n)
{
	static void *const fn[NR_STUBS] = {
		[KW_STUB_PKT_SLOW] = pkt_slow, [SUM] = host_sum, [RAISE] = host_raise,
	};
	u32 i;

	kw_user_text_free(&text);
	if (kw_user_text_alloc(&text, 4 * n, fn, NR_STUBS))
		return;
	for (i = 0; i < n; i++) {
		u32 word = code[i];
		u8 *at = text.code + 4 * i;

		if (word < NR_STUBS)
			word = a64_bl((s64)(text.stub[word] - (u64)at));
		put_unaligned_le32(word, at);
	}
	text.body_len = 4 * n;
}

#define PUT(...) do {						\
	const u32 code_[] = { __VA_ARGS__ };			\
								\
	put_code(code_, ARRAY_SIZE(code_));			\
} while (0)

static u64 run(u64 deadline_ns)
{
	return kw_user_run(x, text.code, &inst, NULL, deadline_ns);
}

static void test_return(void)
{
	PUT(SET(0, 42), a64_ret());
	kw_user_text_publish(&text);
	ok(run(0) == 42 && x->trap == KW_TRAP_NONE, "a function returns its result");
}

/* The callee-saved registers of C, destroyed as guest code may. */
static void test_saved_registers(void)
{
	register u64 kept __asm__("x19") = 1234;
	register double kept_float __asm__("d9") = 1.5;

	PUT(SET(19, 0), SET(26, 0), SET(27, 0), SET(28, 0), a64_movi(9, 0), a64_movi(15, 0), a64_ret());
	kw_user_text_publish(&text);
	__asm__ volatile("" : "+r"(kept), "+w"(kept_float));
	run(0);
	__asm__ volatile("" : "+r"(kept), "+w"(kept_float));
	ok(kept == 1234 && kept_float == 1.5, "registers that C keeps survive");
}

static void test_trap(void)
{
	PUT(CALL(KW_STUB_TRAP));
	kw_user_text_publish(&text);
	run(0);
	ok(x->trap == KW_USER_TRAP_AT_SITE && x->trap_pc == (u64)text.code + 4 && x->trap_site == ~0u,
	   "a trap names its site by the return address");
}

/* Two functions with frames and a leaf; how the walk finds its way back. */
static void test_backtrace(void)
{
	struct kw_code *c = kw_code_new(3, 0);

	PUT(a64_rri(A64_SUBI, A64_X, 28, 28, 32), a64_mem(A64_STRX, 30, 28, 24), a64_bl(8), a64_brk(0),
	    a64_rri(A64_SUBI, A64_X, 28, 28, 48), a64_mem(A64_STRX, 30, 28, 40), a64_bl(8), a64_brk(0),
	    MOV(17, 30), CALL(KW_STUB_TRAP));
	c->func[0] = (struct kw_code_func){ .off = 0, .len = 16, .frame_bytes = 32, .link_off = 24 };
	c->func[1] = (struct kw_code_func){ .off = 16, .len = 16, .frame_bytes = 48, .link_off = 40 };
	c->func[2] = (struct kw_code_func){ .off = 32, .len = 8 };
	text.object = c;
	kw_user_text_publish(&text);
	run(0);
	ok(x->nr_bt >= 2 && x->bt[0] == (u64)text.code + 28 && x->bt[1] == (u64)text.code + 12,
	   "a backtrace has the callers, innermost first");
	text.object = NULL;
	run(0);
	ok(x->nr_bt == 0, "without frames that are known there is none");
	kw_code_free(c);
}

static void test_fault(void)
{
	static struct kw_fault_site fault[] = { { .off = 0 }, { .off = 4 } };
	static struct kw_code_func f = { .len = 16, .landing_off = 12, .nr_faults = 2 };
	static const struct kw_code object = { .nr_funcs = 1, .func = &f, .fault = fault };

	PUT(0xd503201f, a64_mem(A64_LDRW, 0, A64_MEMBASE, 0), a64_ret(), CALL(KW_STUB_FAULT));
	text.object = &object;
	kw_user_text_publish(&text);
	inst.mem_base = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	run(0);
	ok(x->trap == KW_TRAP_MEM_OOB && x->trap_site == 1, "a fault reaches the landing with its site");
	ok(x->trap_pc == (u64)text.code + 16, "and names the function");
	mprotect(inst.mem_base, 4096, PROT_READ);
	run(0);
	ok(x->trap == KW_TRAP_NONE, "the same access does not fault once there is memory");
	munmap(inst.mem_base, 4096);
	inst.mem_base = NULL;
}

static void test_runaway_s(void)
{
	PUT(a64_b(0));
	text.async = true;
	kw_user_text_publish(&text);
	run(10 * 1000 * 1000);
	ok(x->trap == KW_TRAP_DEADLINE && x->trap_pc == (u64)text.code + 1, "a loop without a poll is ended in its body");
}

static void test_runaway_p(void)
{
	u32 enc = 0;

	a64_imm_logical(~(u64)(KW_STACK_BYTES - 1), A64_X, &enc);
	PUT(a64_logi(A64_ANDI, A64_X, 0, A64_FP, enc), a64_mem(A64_LDRW, 1, 0, offsetof(struct kw_exec, flag)),
	    a64_cb(false, A64_W, 1, -4), CALL(KW_STUB_POLL));
	kw_user_text_publish(&text);
	run(10 * 1000 * 1000);
	ok(x->trap == KW_TRAP_DEADLINE && x->trap_pc == (u64)text.code + 16, "a loop with a poll is ended by it");
}

static void test_host_call(void)
{
	PUT(SET(1, 1), SET(2, 2), SET(3, 3), SET(4, 4), SET(5, 5), MOV(20, 30), CALL(SUM), MOV(30, 20), a64_ret());
	kw_user_text_publish(&text);
	ok(run(0) == 15 && x->trap == KW_TRAP_NONE, "a host function gets instance, exec and five arguments");
	ok(inst.exec == x, "the instance knows its execution");
}

static void test_host_trap(void)
{
	PUT(SET(1, KW_TRAP_ABORT), CALL(RAISE), a64_b(0));
	text.async = true;
	kw_user_text_publish(&text);
	run(1000 * 1000 * 1000);
	ok(x->trap == KW_TRAP_ABORT && x->trap_pc == (u64)text.code + 8,
	   "a host function that raises a trap does not return to the guest");
}

static void test_pkt_slow(void)
{
	PUT(SET(9, 21), a64_mem(A64_STRW, 9, A64_FP, -8), SET(9, 1), SET(1, 2), SET(15, 4), MOV(20, 30),
	    a64_v2(A64_V_FMOV_DX, 0, 9), a64_v2(A64_V_FMOV_DX, 20, 1), CALL(KW_STUB_PKT_SLOW), MOV(30, 20),
	    a64_mem(A64_LDRX, 0, A64_FP, -16), ADD(0, 0, 9), ADD(0, 0, 1), ADD(0, 0, 15),
	    a64_v2(A64_V_FMOV_XD, 9, 0), ADD(0, 0, 9), a64_v2(A64_V_FMOV_XD, 9, 20), ADD(0, 0, 9), a64_ret());
	kw_user_text_publish(&text);
	x->pkt_len = 100;
	ok(run(0) == 142 + 1 + 2 + 4 + 1 + 2, "a slow packet load gives its value and preserves registers");
	ok(x->trap == KW_TRAP_NONE, "and returns");
}

int main(void)
{
	x = kw_user_exec_new();
	if (!x)
		return 1;
	ok(!((u64)x & (KW_STACK_BYTES - 1)), "an execution is aligned to the VM stack's size");
	test_return();
	test_saved_registers();
	test_trap();
	test_backtrace();
	test_fault();
	test_runaway_s();
	test_runaway_p();
	test_host_call();
	test_host_trap();
	test_pkt_slow();
	kw_user_text_free(&text);
	kw_user_exec_free(x);
	return tap_done();
}
