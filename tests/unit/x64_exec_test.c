// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Entering guest code and every way out of it, with code written by hand: the
 * stubs' side of the contract in jit/common/layout.h.
 */
#include <sys/mman.h>

#include "code/code.h"
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
	__asm__ volatile("pxor %%xmm0, %%xmm0" ::: "xmm0");
}

static struct kw_user_text text;
static struct kw_inst inst;
static struct kw_exec *x;

/* Copy code, pointing rel32 fields (0xee 4 times) at stubs in turn. */
static void put_code(const u8 *code, u32 len, const u32 *stubs)
{
	static void *const fn[NR_STUBS] = {
		[KW_STUB_PKT_SLOW] = pkt_slow, [SUM] = host_sum, [RAISE] = host_raise,
	};
	u32 i;

	kw_user_text_free(&text);
	if (kw_user_text_alloc(&text, len, fn, NR_STUBS))
		return;
	memcpy(text.code, code, len);
	for (i = 0; i + 4 <= len; i++) {
		if (get_unaligned_le32(text.code + i) == 0xeeeeeeee)
			put_unaligned_le32(text.stub[*stubs++] - (u64)(text.code + i + 4), text.code + i);
	}
	text.body_len = len;
}

#define PUT(code, ...) put_code(code, sizeof(code), (const u32[]){ __VA_ARGS__ })

static u64 run(u64 deadline_ns)
{
	return kw_user_run(x, text.code, &inst, NULL, deadline_ns);
}

static void test_return(void)
{
	static const u8 code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };	/* mov eax, 42; ret */

	PUT(code, 0);
	kw_user_text_publish(&text);
	ok(run(0) == 42 && x->trap == KW_TRAP_NONE, "a function returns its result");
}

static void test_trap(void)
{
	static const u8 code[] = { 0xe8, 0xee, 0xee, 0xee, 0xee };	/* call trap */

	PUT(code, KW_STUB_TRAP);
	kw_user_text_publish(&text);
	run(0);
	ok(x->trap == KW_USER_TRAP_AT_SITE && x->trap_pc == (u64)text.code + 5 && x->trap_site == ~0u,
	   "a trap names its site by the return address");
}

static void test_backtrace(void)
{
	static const u8 code[] = {
		0xe8, 1, 0, 0, 0,		/* call 1f */
		0xc3,				/* ret */
		0xe8, 1, 0, 0, 0,		/* 1: call 2f */
		0xc3,
		0xe8, 0xee, 0xee, 0xee, 0xee,	/* 2: call trap */
	};

	PUT(code, KW_STUB_TRAP);
	kw_user_text_publish(&text);
	run(0);
	ok(x->nr_bt >= 2 && x->bt[0] == (u64)text.code + 11 && x->bt[1] == (u64)text.code + 5,
	   "a backtrace has the callers, innermost first");
}

static void test_fault(void)
{
	static const u8 code[] = {
		0x90,
		0x41, 0x8b, 0x06,		/* mov eax, [r14] */
		0xc3,
		0xe8, 0xee, 0xee, 0xee, 0xee,	/* landing: call fault */
	};
	static struct kw_fault_site fault[] = { { .off = 0 }, { .off = 1 } };
	static struct kw_code_func f = { .len = 10, .landing_off = 5, .nr_faults = 2 };
	static const struct kw_code object = { .nr_funcs = 1, .func = &f, .fault = fault };

	PUT(code, KW_STUB_FAULT);
	text.object = &object;
	kw_user_text_publish(&text);
	inst.mem_base = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	run(0);
	ok(x->trap == KW_TRAP_MEM_OOB && x->trap_site == 1, "a fault reaches the landing with its site");
	ok(x->trap_pc == (u64)text.code + 10, "and names the function");
	mprotect(inst.mem_base, 4096, PROT_READ);
	run(0);
	ok(x->trap == KW_TRAP_NONE, "the same access does not fault once there is memory");
	munmap(inst.mem_base, 4096);
	inst.mem_base = NULL;
}

static void test_runaway_s(void)
{
	static const u8 code[] = { 0xeb, 0xfe };	/* jmp to itself */

	PUT(code, 0);
	text.async = true;
	kw_user_text_publish(&text);
	run(10 * 1000 * 1000);
	ok(x->trap == KW_TRAP_DEADLINE && x->trap_pc == (u64)text.code + 1, "a loop without a poll is ended in its body");
}

static void test_runaway_p(void)
{
	static const u8 code[] = {
		0x4c, 0x89, 0xf8,			/* mov rax, r15 */
		0x48, 0x25, 0, 0, 0xf0, 0xff,		/* and rax, -(1 << 20) */
		0x83, 0x78, 0x08, 0,			/* 1: cmp dword [rax + 8], 0 */
		0x74, 0xfa,				/* je 1b */
		0xe8, 0xee, 0xee, 0xee, 0xee,		/* call poll */
	};

	PUT(code, KW_STUB_POLL);
	kw_user_text_publish(&text);
	run(10 * 1000 * 1000);
	ok(x->trap == KW_TRAP_DEADLINE && x->trap_pc == (u64)text.code + sizeof(code),
	   "a loop with a poll is ended by it");
}

static void test_host_call(void)
{
	static const u8 code[] = {
		0xbe, 1, 0, 0, 0, 0xba, 2, 0, 0, 0, 0xb9, 3, 0, 0, 0,	/* esi 1, edx 2, ecx 3 */
		0x41, 0xb8, 4, 0, 0, 0, 0x41, 0xb9, 5, 0, 0, 0,		/* r8d 4, r9d 5 */
		0xe8, 0xee, 0xee, 0xee, 0xee,
		0xc3,
	};

	PUT(code, SUM);
	kw_user_text_publish(&text);
	ok(run(0) == 15 && x->trap == KW_TRAP_NONE, "a host function gets instance, exec and five arguments");
	ok(inst.exec == x, "the instance knows its execution");
}

static void test_host_trap(void)
{
	static const u8 code[] = {
		0xbe, KW_TRAP_ABORT, 0, 0, 0,		/* mov esi, trap */
		0xe8, 0xee, 0xee, 0xee, 0xee,
		0xeb, 0xfe,				/* never reached */
	};

	PUT(code, RAISE);
	text.async = true;
	kw_user_text_publish(&text);
	run(1000 * 1000 * 1000);
	ok(x->trap == KW_TRAP_ABORT && x->trap_pc == (u64)text.code + 10,
	   "a host function that raises a trap does not return to the guest");
}

static void test_pkt_slow(void)
{
	static const u8 code[] = {
		0x41, 0xc7, 0x47, 0xf8, 21, 0, 0, 0,	/* mov dword [r15 - 8], 21 (off) */
		0x41, 0xba, 1, 0, 0, 0,			/* mov r10d, 1 */
		0xb9, 2, 0, 0, 0,			/* mov ecx, 2 */
		0x66, 0x49, 0x0f, 0x6e, 0xc2,		/* movq xmm0, r10 */
		0xe8, 0xee, 0xee, 0xee, 0xee,
		0x66, 0x48, 0x0f, 0x7e, 0xc0,		/* movq rax, xmm0 */
		0x49, 0x03, 0x47, 0xf0,			/* add rax, [r15 - 16] (value) */
		0x4c, 0x01, 0xd0,			/* add rax, r10 */
		0x48, 0x01, 0xc8,			/* add rax, rcx */
		0xc3,
	};

	PUT(code, KW_STUB_PKT_SLOW);
	kw_user_text_publish(&text);
	x->pkt_len = 100;
	ok(run(0) == 1 + 142 + 1 + 2, "a slow packet load gives its value and preserves registers");
	ok(x->trap == KW_TRAP_NONE, "and returns");
}

int main(void)
{
	x = kw_user_exec_new();
	if (!x)
		return 1;
	ok(!((u64)x & (KW_STACK_BYTES - 1)), "an execution is aligned to the VM stack's size");
	test_return();
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
