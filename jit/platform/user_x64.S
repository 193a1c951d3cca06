/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Into guest code and out of it, in a process.  Registers as in layout.h;
 * offsets checked in user_exec_x64.c.
 */
#define EXEC_SP		0
#define EXEC_FLAG	8
#define INST_MEM_BASE	0
#define INST_EXEC	24
#define STACK_BYTES	(1 << 20)
#define ENTRY_FRAME	(STACK_BYTES - 16)
#define PKT_SLOW_BYTES	16

	.intel_syntax noprefix
	.text

/* u64 kw_user_enter(exec, entry, inst, frame) */
	.p2align 6
	.globl	kw_user_enter
	.type	kw_user_enter, @function
kw_user_enter:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi + EXEC_SP], rsp
	lea	r15, [rdi + ENTRY_FRAME]
	mov	r14, [rdx + INST_MEM_BASE]
	mov	rax, rsi
	mov	rdi, rdx
	mov	rsi, rcx
	call	rax
leave_guest:
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret
	.size	kw_user_enter, . - kw_user_enter

/* Called from guest code: [rsp] is inside the function that traps.  A fault has its site in eax. */
	.globl	kw_user_stub_fault
	.type	kw_user_stub_fault, @function
kw_user_stub_fault:
	mov	edx, eax
	xor	ecx, ecx
	jmp	leave_trapped

	.globl	kw_user_stub_trap
	.type	kw_user_stub_trap, @function
kw_user_stub_trap:
	mov	edx, -1
	xor	ecx, ecx
	jmp	leave_trapped

/* Jumped to by the deadline's signal from anywhere in a guest body. */
	.globl	kw_user_stub_async
	.type	kw_user_stub_async, @function
kw_user_stub_async:
	mov	edx, -1
	mov	ecx, 1
leave_trapped:
	mov	rdi, r15
	and	rdi, -STACK_BYTES
	mov	rbx, rdi
	mov	rsi, rsp
	and	rsp, -16
	call	kw_user_trapped
	mov	rsp, [rbx + EXEC_SP]
	jmp	leave_guest
	.size	kw_user_stub_async, . - kw_user_stub_async

/* A call of C function r10 with arguments in place; back to the guest only without a flag. Keeps what C keeps. */
	.p2align 6		/* in one line of the instruction caches, wherever the program is linked */
	.globl	kw_user_stub_helper
	.type	kw_user_stub_helper, @function
kw_user_stub_helper:
	push	rbx
	push	rbp
	mov	r11, r15
	and	r11, -STACK_BYTES
	mov	[rdi + INST_EXEC], r11
	mov	rbx, rsp
	and	rsp, -16
	mov	rbp, r11
	call	r10
	mov	rsp, rbx
	cmp	dword ptr [rbp + EXEC_FLAG], 0
	pop	rbp
	pop	rbx
	jne	kw_user_stub_trap
	ret
	.size	kw_user_stub_helper, . - kw_user_stub_helper

/*
 * A load beyond the linear part: r10 is the C function (exec, struct
 * kw_pkt_slow *), the guest's r10 is on the stack.  Preserves every register.
 */
	.globl	kw_user_stub_pkt_slow
	.type	kw_user_stub_pkt_slow, @function
kw_user_stub_pkt_slow:
	push	rbp
	mov	rbp, rsp
	push	rax
	push	rcx
	push	rdx
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r11
	push	rbx
	sub	rsp, 256
	and	rsp, -16
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	[rsp + 16 * \n], xmm\n
	.endr
	mov	rdi, r15
	and	rdi, -STACK_BYTES
	mov	rbx, rdi
	lea	rsi, [r15 - PKT_SLOW_BYTES]
	call	r10
	cmp	dword ptr [rbx + EXEC_FLAG], 0
	jne	1f
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	xmm\n, [rsp + 16 * \n]
	.endr
	lea	rsp, [rbp - 72]
	pop	rbx
	pop	r11
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rdx
	pop	rcx
	pop	rax
	pop	rbp
	pop	r10
	ret
1:	lea	rsp, [rbp + 16]
	jmp	kw_user_stub_trap
	.size	kw_user_stub_pkt_slow, . - kw_user_stub_pkt_slow

	.section .note.GNU-stack, "", @progbits
