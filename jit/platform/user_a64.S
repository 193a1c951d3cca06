/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Into guest code and out of it, in a process.  Registers as in layout.h and
 * isa/a64/abi.h; offsets checked in user_exec_a64.c.
 */
#define EXEC_SP		0
#define EXEC_FLAG	8
#define INST_MEM_BASE	0
#define INST_EXEC	24
#define STACK_BYTES	(1 << 20)
#define ENTRY_FRAME	(STACK_BYTES - 16)
#define PKT_SLOW_BYTES	16
#define SAVED		160

	.text

/* u64 kw_user_enter(exec, entry, inst, frame) */
	.globl	kw_user_enter
	.type	kw_user_enter, %function
kw_user_enter:
	stp	x29, x30, [sp, -SAVED]!
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	stp	x21, x22, [sp, 32]
	stp	x23, x24, [sp, 48]
	stp	x25, x26, [sp, 64]
	stp	x27, x28, [sp, 80]
	stp	d8, d9, [sp, 96]
	stp	d10, d11, [sp, 112]
	stp	d12, d13, [sp, 128]
	stp	d14, d15, [sp, 144]
	mov	x9, sp
	str	x9, [x0, EXEC_SP]
	mov	x9, ENTRY_FRAME & 0xffff
	movk	x9, ENTRY_FRAME >> 16, lsl 16
	add	x28, x0, x9
	ldr	x27, [x2, INST_MEM_BASE]
	mov	x8, x1
	mov	x0, x2
	mov	x1, x3
	blr	x8
leave_guest:
	ldp	x19, x20, [sp, 16]
	ldp	x21, x22, [sp, 32]
	ldp	x23, x24, [sp, 48]
	ldp	x25, x26, [sp, 64]
	ldp	x27, x28, [sp, 80]
	ldp	d8, d9, [sp, 96]
	ldp	d10, d11, [sp, 112]
	ldp	d12, d13, [sp, 128]
	ldp	d14, d15, [sp, 144]
	ldp	x29, x30, [sp], SAVED
	ret
	.size	kw_user_enter, . - kw_user_enter

/*
 * Called from guest code: x30 is inside the function that traps, x17 what was
 * in it before if that is a leaf.  A fault has its site in w16.
 */
	.globl	kw_user_stub_fault
	.type	kw_user_stub_fault, %function
kw_user_stub_fault:
	mov	w4, w16
	mov	w5, 0
	b	leave_trapped
	.size	kw_user_stub_fault, . - kw_user_stub_fault

	.globl	kw_user_stub_trap
	.type	kw_user_stub_trap, %function
kw_user_stub_trap:
	mov	w4, -1
	mov	w5, 0
	b	leave_trapped
	.size	kw_user_stub_trap, . - kw_user_stub_trap

/* Jumped to by the deadline's signal from anywhere in a guest body. */
	.globl	kw_user_stub_async
	.type	kw_user_stub_async, %function
kw_user_stub_async:
	mov	w4, -1
	mov	w5, 1
	mov	x17, x30
leave_trapped:
	and	x0, x28, -STACK_BYTES
	mov	x19, x0
	mov	x1, x28
	mov	x2, x30
	mov	x3, x17
	bl	kw_user_trapped
	ldr	x9, [x19, EXEC_SP]
	mov	sp, x9
	b	leave_guest
	.size	kw_user_stub_async, . - kw_user_stub_async

/* A call of C function x16 with arguments in place; back to the guest only without a flag. */
	.globl	kw_user_stub_helper
	.type	kw_user_stub_helper, %function
kw_user_stub_helper:
	and	x9, x28, -STACK_BYTES
	str	x9, [x0, INST_EXEC]
	stp	x29, x30, [sp, -16]!
	mov	x29, sp
	blr	x16
	ldp	x29, x30, [sp], 16
	and	x9, x28, -STACK_BYTES
	ldr	w9, [x9, EXEC_FLAG]
	cbnz	w9, kw_user_stub_trap
	ret
	.size	kw_user_stub_helper, . - kw_user_stub_helper

/*
 * A load beyond the linear part: x16 is the C function (exec, struct
 * kw_pkt_slow *).  Preserves every register but x16 and x17.
 */
	.globl	kw_user_stub_pkt_slow
	.type	kw_user_stub_pkt_slow, %function
kw_user_stub_pkt_slow:
	stp	x29, x30, [sp, -16]!
	mov	x29, sp
	stp	x0, x1, [sp, -128]!
	stp	x2, x3, [sp, 16]
	stp	x4, x5, [sp, 32]
	stp	x6, x7, [sp, 48]
	stp	x8, x9, [sp, 64]
	stp	x10, x11, [sp, 80]
	stp	x12, x13, [sp, 96]
	stp	x14, x15, [sp, 112]
	sub	sp, sp, 512
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	q\n, [sp, 16 * \n]
	.endr
	and	x0, x28, -STACK_BYTES
	sub	x1, x28, PKT_SLOW_BYTES
	blr	x16
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	q\n, [sp, 16 * \n]
	.endr
	add	sp, sp, 512
	ldp	x2, x3, [sp, 16]
	ldp	x4, x5, [sp, 32]
	ldp	x6, x7, [sp, 48]
	ldp	x8, x9, [sp, 64]
	ldp	x10, x11, [sp, 80]
	ldp	x12, x13, [sp, 96]
	ldp	x14, x15, [sp, 112]
	ldp	x0, x1, [sp], 128
	ldp	x29, x30, [sp], 16
	and	x16, x28, -STACK_BYTES
	ldr	w16, [x16, EXEC_FLAG]
	cbnz	w16, 1f
	ret
1:	ldr	x17, [x28]		/* where a leaf left its return address */
	b	kw_user_stub_trap
	.size	kw_user_stub_pkt_slow, . - kw_user_stub_pkt_slow

	.section .note.GNU-stack, "", %progbits
