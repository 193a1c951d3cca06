/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The border between C and guest code; registers are described in layout.h.
 *
 *	C  --bl-->  kwasm_enter  --blr x8-->  guest | thunk --> guest
 *	                ^                              |
 *	                +--- kwasm_trap_exit <--- trap, fault, flag, watchdog
 *
 * Guest code leaves sp, x18 and x29 alone: on the native stack it has
 * kwasm_enter's frame above it, and nothing of its own.
 *
 * Nothing here may be probed: a single-stepped instruction would run with the
 * guest's registers.  Nothing here may fault.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include "offsets.h"

/* The arena is linked last; a plain address in data needs no GOT. */
	.weak	kwasm_arena
	.weak	kwasm_arena_limit
	.section .rodata, "a"
	.balign	8
	.globl	kwasm_arena_bounds
kwasm_arena_bounds:
	.quad	kwasm_arena, kwasm_arena_limit

	.section .kprobes.text, "ax"

/* u64 kwasm_enter(void *code, struct kw_inst *inst, struct kw_call_frame *frame, struct kw_exec *e) */
SYM_FUNC_START(kwasm_enter)
	stp	x29, x30, [sp, #-96]!
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x9, sp
	str	x9, [x3, #KWASM_X_SP]
	mov	x9, #KWASM_VM_STACK_TOP
	add	x28, x3, x9
	ldr	x27, [x1, #KWASM_I_MEM_BASE]
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	blr	x8
leave_guest:
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
SYM_FUNC_END(kwasm_enter)

/* exec of the running guest, from the pinned register */
.macro EXEC reg
	and	\reg, x28, #-KWASM_VM_STACK_BYTES
.endm

/* KW_STUB_TRAP: called; the return address names the place and so the kind. x17: a leaf's own. */
SYM_CODE_START(kwasm_stub_trap)
	EXEC	x9
	mov	w10, #KWASM_TRAP_AT_SITE
	mov	w16, #-1
	b	trapped_at_link
SYM_CODE_END(kwasm_stub_trap)

/* KW_STUB_FAULT: called from the landing of the function whose access faulted; w16 has its site. */
SYM_CODE_START(kwasm_stub_fault)
	EXEC	x9
	mov	w10, #KWASM_TRAP_MEM_OOB
trapped_at_link:
	str	w10, [x9, #KWASM_X_TRAP]
trapped_by_flag:
	str	w16, [x9, #KWASM_X_SITE]
	str	x30, [x9, #KWASM_X_PC]
	b	trapped
SYM_CODE_END(kwasm_stub_fault)

/*
 * Where the watchdog sends a runaway: trap, site and pc are set.  What the
 * walk over the VM frames begins with is left in exec.
 */
SYM_CODE_START(kwasm_trap_exit)
	mov	x17, x30
	EXEC	x9
trapped:
	stp	x28, x17, [x9, #KWASM_X_BT]
	str	wzr, [x9, #KWASM_X_NR_BT]
	ldr	x10, [x9, #KWASM_X_SP]
	mov	sp, x10
	b	leave_guest
SYM_CODE_END(kwasm_trap_exit)

/* After C that guest code called and that may have slept: as kwasm_stub_return. */
SYM_CODE_START(kwasm_stub_resume)
	str	x0, [sp, #-16]!
	bl	kwasm_fpu_resume
	ldr	x0, [sp], #16
	b	kwasm_stub_return
SYM_CODE_END(kwasm_stub_resume)

/* Way back from every helper and host function, whose stub made a frame; x0 is its result. */
SYM_CODE_START(kwasm_stub_return)
	ldp	x29, x30, [sp], #16
	EXEC	x9
	ldr	w10, [x9, #KWASM_X_FLAG]
	cbnz	w10, 1f
	ret
1:	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x0, [sp, #16]
	mov	x0, x9
	bl	kwasm_exec_poll
	mov	w10, w0
	ldr	x0, [sp, #16]
	ldp	x29, x30, [sp], #32
	cbnz	w10, flag_trap
	ret
/* A flag became a trap: the return address is where the guest stands, a leaf's own is behind the frame. */
flag_trap:
	EXEC	x9
	ldr	x17, [x28]
	mov	w16, #-1
	b	trapped_by_flag
SYM_CODE_END(kwasm_stub_return)

/* Before C that may sleep; the arguments are in place. */
SYM_FUNC_START(kwasm_stub_pause)
	stp	x29, x30, [sp, #-80]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	bl	kwasm_fpu_pause
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x29, x30, [sp], #80
	ret
SYM_FUNC_END(kwasm_stub_pause)

/* kwasm_exec_poll() for a guest that has values in vector registers: P form is in an FPU section if any. */
SYM_FUNC_START_LOCAL(poll_keeping_vectors)
	ldrb	w9, [x0, #KWASM_X_PAUSING]
	cbnz	w9, 1f
	b	kwasm_exec_poll
1:	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x19, [sp, #16]
	mov	x19, x0
	add	x0, x19, #KWASM_X_VEC
	bl	kwasm_vec_save
	mov	x0, x19
	bl	kwasm_exec_poll
	mov	w9, w0
	add	x0, x19, #KWASM_X_VEC
	bl	kwasm_vec_load
	mov	w0, w9
	ldr	x19, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
SYM_FUNC_END(poll_keeping_vectors)

/* All that C may change, but x16 and x17, which hold nothing between two instructions of a guest. */
.macro PUSH_SCRATCH
	stp	x29, x30, [sp, #-144]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	stp	x8, x9, [sp, #80]
	stp	x10, x11, [sp, #96]
	stp	x12, x13, [sp, #112]
	stp	x14, x15, [sp, #128]
.endm

.macro POP_SCRATCH
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x8, x9, [sp, #80]
	ldp	x10, x11, [sp, #96]
	ldp	x12, x13, [sp, #112]
	ldp	x14, x15, [sp, #128]
	ldp	x29, x30, [sp], #144
.endm

/* KW_STUB_POLL: preserves all registers. */
SYM_CODE_START(kwasm_stub_poll)
	PUSH_SCRATCH
	EXEC	x0
	bl	poll_keeping_vectors
	mov	w16, w0
	POP_SCRATCH
	cbnz	w16, flag_trap
	ret
SYM_CODE_END(kwasm_stub_poll)

/* KW_STUB_PKT_SLOW: preserves all registers; the request is in the red zone. */
SYM_CODE_START(kwasm_stub_pkt_slow)
	PUSH_SCRATCH
	EXEC	x0
	sub	x1, x28, #KWASM_PKT_SLOW_BYTES
	bl	kwasm_pkt_slow
	EXEC	x0
	ldr	w16, [x0, #KWASM_X_FLAG]
	cbz	w16, 1f
	bl	poll_keeping_vectors
	mov	w16, w0
1:	POP_SCRATCH
	cbnz	w16, flag_trap
	ret
SYM_CODE_END(kwasm_stub_pkt_slow)

	.section .note.GNU-stack, "", %progbits
