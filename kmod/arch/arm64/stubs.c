// SPDX-License-Identifier: GPL-2.0
/*
 * Each C function a guest may call gets a few instructions of its own in the
 * arena's first page:
 *
 *	bti	c
 *	and	x9, x28, #-KW_STACK_BYTES	exec, as in layout.h
 *	str	x9, [x0, #exec]			where the C function finds it
 *	stp	x29, x30, [sp, #-16]!
 *	mov	x29, sp
 *	ldrb	w10, [x9, #pausing]
 *	cbnz	w10, 1f
 *	bl	function
 *	b	kwasm_stub_return	takes the frame down, tests exec->flag
 * 1:	bl	kwasm_stub_pause	out of the FPU section
 *	bl	function
 *	b	kwasm_stub_resume	into it again, then as above
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "../../exec.h"
#include "../../stubs.h"
#include "../../text.h"
#include "../../../jit/rt/rt.h"
#include "offsets.h"

static_assert(offsetof(struct kw_exec, bt[KWASM_TRAP_FRAME]) == KWASM_X_BT);
static_assert(KWASM_TRAP_LINK == KWASM_TRAP_FRAME + 1);
static_assert(offsetof(struct kwasm_exec, fpu.vec) == KWASM_X_VEC);
static_assert(KW_ENTRY_FRAME == KWASM_VM_STACK_TOP);

void kwasm_stub_return(void);
void kwasm_stub_pause(void);
void kwasm_stub_resume(void);

#define B	0x14000000
#define BL	0x94000000

static const u32 head[] = {
	0xd503245f,				/* bti c */
	0x9272c789,				/* and x9, x28, #-16384 */
	0xf9000009 | KWASM_I_EXEC / 8 << 10,	/* str x9, [x0, #exec] */
	0xa9bf7bfd,				/* stp x29, x30, [sp, #-16]! */
	0x910003fd,				/* mov x29, sp */
	0x3940012a | KWASM_X_PAUSING << 10,	/* ldrb w10, [x9, #pausing] */
	0x3500006a,				/* cbnz w10, behind bl and b */
};
static_assert(KWASM_VM_STACK_BYTES == 0x4000);

#define STUB_WORDS	(ARRAY_SIZE(head) + 5)

/* b or bl at @addr; 128 MiB either way. */
static int put_branch(__le32 *p, u64 addr, u32 op, u64 target)
{
	s64 dist = target - addr;

	if (dist < -(1 << 27) || dist >= 1 << 27)
		return -ERANGE;
	*p = cpu_to_le32(op | ((dist / 4) & 0x03ffffff));
	return 0;
}

u64 kwasm_stub_make(const void *fn)
{
	const struct {
		u32 op;
		u64 target;
	} tail[] = {
		{ BL, (u64)fn },
		{ B, (u64)kwasm_stub_return },
		{ BL, (u64)kwasm_stub_pause },
		{ BL, (u64)fn },
		{ B, (u64)kwasm_stub_resume },
	};
	__le32 buf[STUB_WORDS];
	u32 i, at;
	u64 addr = (u64)kwasm_text_stub_reserve(sizeof(buf));

	if (!addr)
		return 0;
	for (at = 0; at < ARRAY_SIZE(head); at++)
		buf[at] = cpu_to_le32(head[at]);
	for (i = 0; i < ARRAY_SIZE(tail); i++, at++)
		if (put_branch(&buf[at], addr + 4 * at, tail[i].op, tail[i].target))
			return 0;
	return kwasm_text_stub_write((void *)addr, buf, sizeof(buf)) ? 0 : addr;
}

/* Kernel text may be farther away than a branch reaches. */
void *kwasm_text_jump_stub(const void *target)
{
	struct {
		__le32 code[4];
		u64 target;
	} buf = {
		.code = {
			cpu_to_le32(0xd503245f),	/* bti c */
			cpu_to_le32(0x58000070),	/* ldr x16, target */
			cpu_to_le32(0xd61f0200),	/* br x16 */
		},
		.target = (u64)target,
	};
	u8 *at = kwasm_text_stub_reserve(sizeof(buf));

	if (!at)
		return NULL;
	return kwasm_text_stub_write(at, &buf, sizeof(buf)) ? NULL : at;
}

/* There are no thunks: plain branches, to landing pads for kernels that ask for them. */
int kwasm_templates_decode(struct kw_isa_env *env)
{
	env->indirect_targets = true;
	env->fault_steps = true;
	return 0;
}
