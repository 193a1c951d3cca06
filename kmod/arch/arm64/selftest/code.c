// SPDX-License-Identifier: GPL-2.0
/* The self test's guests in machine code, and what of the machine it looks at; arm64. */
#include <asm/barrier.h>
#include <asm/sysreg.h>

#include "../../../selftest/guest.h"
#include "../../../stubs.h"
#include "../arch.h"
#include "machine.h"

#define FRAME		32
#define LINK_OFF	24

#define BTI_C		0xd503245f
#define RET		0xd65f03c0
#define PUSH_FRAME	0xd100839c, 0xf9000f9e	/* sub x28, x28, #32; str x30, [x28, #24] */
#define POP_FRAME	0xf9400f9e, 0x9100839c	/* ldr x30, [x28, #24]; add x28, x28, #32 */
#define BLR_X8		0xd63f0100

#define CODE(g, ...)	guest_put(g, (const u32[]){ __VA_ARGS__ }, sizeof((const u32[]){ __VA_ARGS__ }))

static struct guest *begin(enum kw_form form)
{
	struct guest *g = guest_new(form);

	if (g)
		CODE(g, BTI_C);
	return g;
}

static struct guest *begin_frame(enum kw_form form)
{
	struct guest *g = begin(form);

	if (!g)
		return NULL;
	CODE(g, PUSH_FRAME);
	g->func.frame_bytes = FRAME;
	g->func.link_off = LINK_OFF;
	return g;
}

/* movz and movk: @value in x@reg */
static void put_const(struct guest *g, u8 reg, u64 value)
{
	u32 i;

	CODE(g, 0xd2800000 | (value & 0xffff) << 5 | reg);
	for (i = 1; i < 4; i++)
		CODE(g, 0xf2800000 | i << 21 | (value >> 16 * i & 0xffff) << 5 | reg);
}

static void put_stub(struct guest *g, u32 stub, enum kw_trap trap)
{
	guest_put_reloc(g, KW_RELOC_CALL26, g->code.len, stub);
	CODE(g, 0x94000000);
	guest_put_site(g, trap);
}

struct guest *guest_const(u32 value)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	put_const(g, 0, value);
	CODE(g, RET);
	return guest_published(g);
}

struct guest *guest_load(u32 index)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	put_const(g, 1, index);
	guest_may_fault(g);
	CODE(g, 0xb8614b60);		/* ldr w0, [x27, w1, uxtw] */
	CODE(g, RET);
	guest_landing(g);
	CODE(g, 0xaa1e03f1);		/* mov x17, x30 */
	put_stub(g, KW_STUB_FAULT, KW_TRAP_NONE);
	return guest_published(g);
}

struct guest *guest_loop(void)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	CODE(g, 0x14000000);		/* b . */
	return guest_published(g);
}

struct guest *guest_polled_loop(void)
{
	struct guest *g = begin_frame(KW_FORM_P);

	if (!g)
		return NULL;
	CODE(g, 0x9272c780);		/* 1: and x0, x28, #-16384 */
	CODE(g, 0xb9400000 | offsetof(struct kw_exec, flag) / 4 << 10);	/* ldr w0, [x0, #flag] */
	CODE(g, 0x34ffffc0);		/* cbz w0, 1b */
	put_stub(g, KW_STUB_POLL, KW_TRAP_NONE);
	CODE(g, 0x17fffffc);		/* b 1b */
	return guest_published(g);
}

struct guest *guest_caller(enum kw_form form, u64 stub)
{
	struct guest *g = begin_frame(form);

	if (!g)
		return NULL;
	put_const(g, 8, stub);
	CODE(g, BLR_X8);
	guest_put_site(g, KW_TRAP_NONE);
	CODE(g, POP_FRAME, RET);
	return guest_published(g);
}

struct guest *guest_caller_forever(u64 stub)
{
	struct guest *g = begin_frame(KW_FORM_S);

	if (!g)
		return NULL;
	CODE(g, 0xaa0003f3);		/* mov x19, x0 */
	put_const(g, 20, stub);
	CODE(g, 0xaa1303e0);		/* 1: mov x0, x19 */
	CODE(g, 0xd63f0280);		/* blr x20 */
	guest_put_site(g, KW_TRAP_NONE);
	CODE(g, 0x17fffffe);		/* b 1b */
	return guest_published(g);
}

struct guest *guest_call_indirect(const struct guest *callee)
{
	struct guest *g = begin_frame(KW_FORM_S);

	if (!g)
		return NULL;
	put_const(g, 8, (u64)callee->text->addr);
	CODE(g, BLR_X8);
	guest_put_site(g, KW_TRAP_NONE);
	CODE(g, 0x11000400);		/* add w0, w0, #1 */
	CODE(g, POP_FRAME, RET);
	return guest_published(g);
}

/*
 * f:	sub x28, x28, #32; and x9, x28, #16383; cmp x9, #2048; b.lo trap
 *	str x30, [x28, #24]; bl f; ldr x30, [x28, #24]; add x28, x28, #32; ret
 * trap: add x28, x28, #32; mov x17, x30; call KW_STUB_TRAP
 */
struct guest *guest_recursion(void)
{
	struct guest *g = begin(KW_FORM_S);

	if (!g)
		return NULL;
	BUILD_BUG_ON(KW_STACK_FLOOR > 2048 || KW_STACK_BYTES != 16384);
	g->func.frame_bytes = FRAME;
	g->func.link_off = LINK_OFF;
	CODE(g, 0xd100839c, 0x92403789, 0xf120013f, 0x540000c3);
	CODE(g, 0xf9000f9e, 0x97fffffa);
	guest_put_site(g, KW_TRAP_NONE);
	CODE(g, POP_FRAME, RET);
	CODE(g, 0x9100839c, 0xaa1e03f1);
	put_stub(g, KW_STUB_TRAP, KW_TRAP_STACK);
	return guest_published(g);
}

struct guest *guest_floats(void)
{
	struct guest *g = begin(KW_FORM_S);
	u32 n;

	if (!g)
		return NULL;
	CODE(g, 0xd53b4400);			/* mrs x0, fpcr */
	CODE(g, 0x1e6e1000, 0x1e611001);	/* fmov d0, #1.0; fmov d1, #3.0 */
	CODE(g, 0x1e611800);			/* fdiv d0, d0, d1 */
	for (n = 0; n < 32; n++)
		CODE(g, 0x4f07e7e0 | n);	/* movi v.16b, #255 */
	CODE(g, RET);
	return guest_published(g);
}

void registers_set(const u64 *from, u32 control)
{
	write_sysreg(control, fpcr);
	kwasm_vec_load(from);
}

u32 registers_get(u64 *to)
{
	kwasm_vec_save(to);
	return read_sysreg(fpcr);
}

/* What the machine says to a store. */
bool is_writable(unsigned long addr)
{
	unsigned long flags, par;

	local_irq_save(flags);
	asm volatile("at s1e1w, %0" : : "r" (addr));
	isb();
	par = read_sysreg(par_el1);
	local_irq_restore(flags);
	return !(par & 1);
}
