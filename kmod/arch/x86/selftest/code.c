// SPDX-License-Identifier: GPL-2.0
/* The self test's guests in machine code, and what of the machine it looks at; x86-64. */
#include <asm/pgtable.h>

#include "../../../selftest/guest.h"
#include "../../../stubs.h"
#include "../arch.h"
#include "machine.h"

static void put_template(struct guest *g, const struct kw_cf_template *t)
{
	if (t->rel32_at >= 0)
		guest_put_reloc(g, KW_RELOC_REL32_TOP, g->code.len + t->rel32_at, t->target);
	guest_put(g, t->bytes, t->len);
}

static void put_ret(struct guest *g)
{
	put_template(g, &kwasm_text_env()->ret);
	GUEST(g, 0xcc);
}

/* Call of any kernel address, without the way back through the flag test. */
static void put_call(struct guest *g, u64 target)
{
	GUEST(g, 0xe8, 0, 0, 0, 0);
	guest_put_reloc(g, KW_RELOC_REL32_TOP, g->code.len - 4, target);
}

static void put_stub(struct guest *g, u32 stub, enum kw_trap trap)
{
	GUEST(g, 0xe8, 0, 0, 0, 0);
	guest_put_reloc(g, KW_RELOC_REL32, g->code.len - 4, stub);
	guest_put_site(g, trap);
}

static struct guest *begin(enum kw_form form)
{
	struct guest *g = guest_new(form);

	if (g)
		GUEST(g, 0xf3, 0x0f, 0x1e, 0xfa);			/* endbr64 */
	return g;
}

struct guest *guest_const(u32 value)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xb8, value, value >> 8, value >> 16, value >> 24);	/* mov $value, %eax */
	put_ret(g);
	return guest_published(g);
}

struct guest *guest_load(u32 index)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xb9, index, index >> 8, index >> 16, index >> 24);	/* mov $index, %ecx */
	guest_may_fault(g);
	GUEST(g, 0x41, 0x8b, 0x04, 0x0e);				/* mov (%r14,%rcx), %eax */
	put_ret(g);
	guest_landing(g);
	put_stub(g, KW_STUB_FAULT, KW_TRAP_NONE);
	return guest_published(g);
}

struct guest *guest_loop(void)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xeb, 0xfe);						/* jmp . */
	return guest_published(g);
}

struct guest *guest_polled_loop(void)
{
	struct guest *g = begin(KW_FORM_P);

	if (!g)
		return NULL;
	GUEST(g, 0x4c, 0x89, 0xf8);					/* 1: mov %r15, %rax */
	GUEST(g, 0x48, 0x25, 0x00, 0xc0, 0xff, 0xff);			/* and $-16384, %rax */
	GUEST(g, 0x83, 0x78, offsetof(struct kw_exec, flag), 0x00);	/* cmpl $0, flag(%rax) */
	GUEST(g, 0x74, 0xf1);						/* je 1b */
	put_stub(g, KW_STUB_POLL, KW_TRAP_NONE);
	GUEST(g, 0xeb, 0xea);						/* jmp 1b */
	return guest_published(g);
}

struct guest *guest_caller(enum kw_form form, u64 stub)
{
	struct guest *g = begin(form);

	if (!g)
		return NULL;
	put_call(g, stub);
	put_ret(g);
	return guest_published(g);
}

struct guest *guest_caller_forever(u64 stub)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0x48, 0x89, 0xfb);					/* mov %rdi, %rbx */
	GUEST(g, 0x48, 0x89, 0xdf);					/* 1: mov %rbx, %rdi */
	put_call(g, stub);
	GUEST(g, 0xeb, 0xf6);						/* jmp 1b */
	return guest_published(g);
}

struct guest *guest_call_indirect(const struct guest *callee)
{
	const struct kw_cf_template *call = &kwasm_text_env()->call;
	struct guest *g = begin(KW_FORM_S);
	u32 target = (u64)callee->text->addr;

	if (!g)
		return NULL;
	GUEST(g, 0x48, 0xc7, 0xc0, target, target >> 8, target >> 16, target >> 24);	/* mov $target, %rax */
	if (call->rel32_at >= 0)
		put_call(g, call->target);
	else
		guest_put(g, call->bytes, call->len);
	GUEST(g, 0x83, 0xc0, 0x01);					/* add $1, %eax */
	put_ret(g);
	return guest_published(g);
}

/*
 * f:	lea -32(%r15), %rax; and $16383, %eax; cmp $KW_STACK_FLOOR, %eax; jb trap
 *	sub $32, %r15; call f; add $32, %r15; ret
 * trap: call KW_STUB_TRAP
 */
struct guest *guest_recursion(void)
{
	u32 floor = KW_STACK_FLOOR + KW_MIN_FRAME, ret_len = kwasm_text_env()->ret.len + 1;
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0x49, 0x8d, 0x47, 0xe0);
	GUEST(g, 0x25, 0xff, 0x3f, 0x00, 0x00);
	GUEST(g, 0x3d, floor, floor >> 8, 0, 0);
	GUEST(g, 0x72, 4 + 5 + 4 + ret_len);
	GUEST(g, 0x49, 0x83, 0xef, 0x20);
	GUEST(g, 0xe8, 0xff - 4 - 4 - 5 - 5 - 2 - 4 - 5 + 1, 0xff, 0xff, 0xff);
	GUEST(g, 0x49, 0x83, 0xc7, 0x20);
	put_ret(g);
	put_stub(g, KW_STUB_TRAP, KW_TRAP_STACK);
	return guest_published(g);
}

struct guest *guest_floats(void)
{
	struct guest *g = begin(KW_FORM_S);
	u8 n;

	if (!g)
		return NULL;
	GUEST(g, 0x41, 0x0f, 0xae, 0x5f, 0xf8);				/* stmxcsr -8(%r15) */
	GUEST(g, 0xb8, 1, 0, 0, 0);					/* mov $1, %eax */
	GUEST(g, 0xf2, 0x0f, 0x2a, 0xc0);				/* cvtsi2sd %eax, %xmm0 */
	GUEST(g, 0xb8, 3, 0, 0, 0);					/* mov $3, %eax */
	GUEST(g, 0xf2, 0x0f, 0x2a, 0xc8);				/* cvtsi2sd %eax, %xmm1 */
	GUEST(g, 0xf2, 0x0f, 0x5e, 0xc1);				/* divsd %xmm1, %xmm0 */
	for (n = 0; n < 8; n++)
		GUEST(g, 0x66, 0x0f, 0x76, 0xc0 | n << 3 | n);		/* pcmpeqd %xmm, %xmm */
	for (n = 0; n < 8; n++)
		GUEST(g, 0x66, 0x45, 0x0f, 0x76, 0xc0 | n << 3 | n);
	GUEST(g, 0x41, 0x8b, 0x47, 0xf8);				/* mov -8(%r15), %eax */
	put_ret(g);
	return guest_published(g);
}

void registers_set(const u64 *from, u32 control)
{
	asm volatile("ldmxcsr %0" : : "m" (control));
	kwasm_xmm_load(from);
}

u32 registers_get(u64 *to)
{
	u32 control;

	kwasm_xmm_save(to);
	asm volatile("stmxcsr %0" : "=m" (control));
	return control;
}

bool is_writable(unsigned long addr)
{
	unsigned int level;
	pte_t *pte = lookup_address(addr, &level);

	return pte && pte_present(*pte) && pte_write(*pte);
}
