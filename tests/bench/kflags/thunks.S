/* SPDX-License-Identifier: GPL-2.0 */
/* Where returns and indirect branches of code built for the kernel lead: arch/x86/lib/retpoline.S. */
	.intel_syntax noprefix
	.text

	.macro retpoline reg
	.globl	__x86_indirect_thunk_\reg
	.type	__x86_indirect_thunk_\reg, @function
	.balign	32
__x86_indirect_thunk_\reg:
	call	2f
1:	pause
	lfence
	jmp	1b
2:	mov	[rsp], \reg
	ret
	int3
	.size	__x86_indirect_thunk_\reg, . - __x86_indirect_thunk_\reg
	.endm

	.irp	reg, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	retpoline \reg
	.endr

	.globl	__x86_return_thunk
	.type	__x86_return_thunk, @function
	.balign	64
__x86_return_thunk:
	ret
	int3
	.size	__x86_return_thunk, . - __x86_return_thunk

	.section .note.GNU-stack, "", @progbits
