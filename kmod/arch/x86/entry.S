/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The border between C and guest code; registers are described in layout.h.
 *
 *	C  --call-->  kwasm_enter  --retpoline-->  guest | thunk --> guest
 *	                   ^                              |
 *	                   +--- kwasm_trap_exit <--- trap, fault, flag, watchdog
 *
 * The native stack from kwasm_enter's frame down, while guest code runs:
 *
 *	e->sp  r15 r14 r13 r12 rbx rbp, return address into C
 *	  -8   return address into kwasm_enter
 *	 -16.. one return address for each guest call, innermost at rsp
 *
 * Nothing here may be probed: a single-stepped instruction would run with the
 * guest's registers.  Nothing here may fault.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>
#include "offsets.h"

/* The arena is linked last, without objtool; a plain address in data needs no GOT. */
	.weak	kwasm_arena
	.weak	kwasm_arena_limit
	.section .rodata, "a"
	.balign	8
SYM_DATA(kwasm_arena_bounds, .quad kwasm_arena, kwasm_arena_limit)

	.section .kprobes.text, "ax"

.macro LEAVE
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	RET
.endm

/* u64 kwasm_enter(void *code, struct kw_inst *inst, struct kw_call_frame *frame, struct kw_exec *e) */
SYM_FUNC_START(kwasm_enter)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, KWASM_X_SP(%rcx)
	leaq	KWASM_VM_STACK_TOP(%rcx), %r15
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	KWASM_I_MEM_BASE(%rdi), %r14
	CALL_NOSPEC rax
	LEAVE
SYM_FUNC_END(kwasm_enter)

/* exec of the running guest, from the pinned register */
.macro EXEC reg
	movq	%r15, \reg
	andq	$-KWASM_VM_STACK_BYTES, \reg
.endm

/* KW_STUB_TRAP: called; the return address names the place and so the kind. */
SYM_CODE_START(kwasm_stub_trap)
	UNWIND_HINT_FUNC
	ENDBR
	EXEC	%r10
	movl	$KWASM_TRAP_AT_SITE, KWASM_X_TRAP(%r10)
	movl	$-1, KWASM_X_SITE(%r10)
	popq	KWASM_X_PC(%r10)
	jmp	kwasm_trap_exit
SYM_CODE_END(kwasm_stub_trap)

/*
 * KW_STUB_FAULT: called from the landing of the function whose access faulted.
 * The fault table has 16 bits for eax, sign-extended; all ones: not known.
 */
SYM_CODE_START(kwasm_stub_fault)
	UNWIND_HINT_FUNC
	ENDBR
	EXEC	%r10
	movl	$KWASM_TRAP_MEM_OOB, KWASM_X_TRAP(%r10)
	movzwl	%ax, %eax
	cmpl	$0xffff, %eax
	jne	1f
	movl	$-1, %eax
1:	movl	%eax, KWASM_X_SITE(%r10)
	popq	KWASM_X_PC(%r10)
	jmp	kwasm_trap_exit
SYM_CODE_END(kwasm_stub_fault)

/*
 * The end of every trap, and where the watchdog sends a runaway: trap, site
 * and pc are set; rsp is somewhere in the guest's part of the native stack.
 */
SYM_CODE_START(kwasm_trap_exit)
	UNWIND_HINT_FUNC
	ENDBR
	cld
	EXEC	%r10
	movq	KWASM_X_SP(%r10), %r8
	leaq	-8(%r8), %r9
	movq	%rsp, %rsi
	xorl	%ecx, %ecx
1:	cmpq	%r9, %rsi
	jae	2f
	cmpl	$KWASM_BACKTRACE_MAX, %ecx
	jae	2f
	movq	(%rsi), %rax
	movq	%rax, KWASM_X_BT(%r10, %rcx, 8)
	addq	$8, %rsi
	incl	%ecx
	jmp	1b
2:	movl	%ecx, KWASM_X_NR_BT(%r10)
	movq	%r8, %rsp
	UNWIND_HINT type=UNWIND_HINT_TYPE_CALL sp_reg=ORC_REG_SP sp_offset=56
	LEAVE
SYM_CODE_END(kwasm_trap_exit)

/* exec->flag was set: let C look; leaves the trap kind, or 0, in eax and ZF. */
.macro POLL how=kwasm_exec_poll
	EXEC	%rdi
	call	\how
	testl	%eax, %eax
.endm

/* A flag became a trap: the return address is where the guest stands. */
SYM_CODE_START_LOCAL(kwasm_flag_trap)
	UNWIND_HINT_FUNC
	EXEC	%r10
	movl	$-1, KWASM_X_SITE(%r10)
	popq	KWASM_X_PC(%r10)
	jmp	kwasm_trap_exit
SYM_CODE_END(kwasm_flag_trap)

/* Way back from every helper and host function; rax is its result. */
SYM_CODE_START(kwasm_stub_return)
	UNWIND_HINT_FUNC
	ENDBR
	EXEC	%r10
	cmpl	$0, KWASM_X_FLAG(%r10)
	jne	1f
	RET
1:	pushq	%rax
	POLL
	popq	%rax
	jne	kwasm_flag_trap
	RET
SYM_CODE_END(kwasm_stub_return)

/* Before C that may sleep; the arguments are in place. */
SYM_FUNC_START(kwasm_stub_pause)
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	call	kwasm_fpu_pause
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	RET
SYM_FUNC_END(kwasm_stub_pause)

/* After it: as kwasm_stub_return. */
SYM_CODE_START(kwasm_stub_resume)
	UNWIND_HINT_FUNC
	ENDBR
	pushq	%rax
	call	kwasm_fpu_resume
	popq	%rax
	jmp	kwasm_stub_return
SYM_CODE_END(kwasm_stub_resume)

/* kwasm_exec_poll() for a guest that has values in xmm registers: P form is in an FPU section if any. */
SYM_FUNC_START_LOCAL(poll_keeping_xmm)
	cmpb	$0, KWASM_X_PAUSING(%rdi)
	jne	1f
	jmp	kwasm_exec_poll
1:	pushq	%rbx
	movq	%rdi, %rbx
	leaq	KWASM_X_XMM(%rbx), %rdi
	call	kwasm_xmm_save
	movq	%rbx, %rdi
	call	kwasm_exec_poll
	leaq	KWASM_X_XMM(%rbx), %rdi
	call	kwasm_xmm_load
	popq	%rbx
	RET
SYM_FUNC_END(poll_keeping_xmm)

.macro PUSH_SCRATCH
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
.endm

/* Leaves the arithmetic flags alone. */
.macro POP_SCRATCH
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
.endm

/* KW_STUB_POLL: preserves all registers. */
SYM_CODE_START(kwasm_stub_poll)
	UNWIND_HINT_FUNC
	ENDBR
	PUSH_SCRATCH
	POLL	poll_keeping_xmm
	POP_SCRATCH
	jne	kwasm_flag_trap
	RET
SYM_CODE_END(kwasm_stub_poll)

/* KW_STUB_PKT_SLOW: preserves all registers; the request is in the red zone. */
SYM_CODE_START(kwasm_stub_pkt_slow)
	UNWIND_HINT_FUNC
	ENDBR
	PUSH_SCRATCH
	EXEC	%rdi
	leaq	-KWASM_PKT_SLOW_BYTES(%r15), %rsi
	call	kwasm_pkt_slow
	EXEC	%rdi
	cmpl	$0, KWASM_X_FLAG(%rdi)
	je	1f
	POLL	poll_keeping_xmm
1:	POP_SCRATCH
	jne	kwasm_flag_trap
	RET
SYM_CODE_END(kwasm_stub_pkt_slow)

/* Never run: the module loader patches them for this CPU, templates.c reads them. */
SYM_CODE_START(kwasm_template_ret)
	UNWIND_HINT_FUNC
	ENDBR
	RET
SYM_CODE_END(kwasm_template_ret)

SYM_CODE_START(kwasm_template_call)
	UNWIND_HINT_FUNC
	ENDBR
	CALL_NOSPEC rax
	RET
SYM_CODE_END(kwasm_template_call)

	.section .note.GNU-stack, "", @progbits
