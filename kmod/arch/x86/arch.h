/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/ wants of a machine; x86-64. */
#ifndef KWASM_X86_ARCH_H
#define KWASM_X86_ARCH_H

#include <linux/extable.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <asm/cpufeature.h>
#include <asm/extable_fixup_types.h>
#include <asm/msr.h>
#include <asm/sync_core.h>

#include "../../../jit/isa/isa.h"

#define KWASM_ISA	(&kw_isa_x64)	/* the compiler's backend */

/* The arena's bytes where there is no code: int3. */
#define KWASM_NO_CODE	0xcc

/* Of the native stack guest code takes return addresses of as many frames as a VM stack holds. */
#define KWASM_GUEST_NATIVE	((KW_STACK_BYTES - KW_STACK_FLOOR) / KW_MIN_FRAME * sizeof(u64))

/* The exit of every trap, in entry.S; exec's trap, trap_pc and trap_site are set. */
void kwasm_trap_exit(void);

/*
 * On every CPU after code was written: another CPU may have prefetched what
 * was there before.  Reused addresses: its branch predictor knows the old code.
 */
static inline void kwasm_arch_sync_cpu(bool reused)
{
	sync_core();
	if (reused && boot_cpu_has(X86_FEATURE_IBPB))
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

/* All of @to that is no address. */
static inline void kwasm_arch_fault_copy(struct exception_table_entry *to,
					 const struct exception_table_entry *from)
{
	to->data = from->data;
}

/*
 * On a fault the kernel puts the immediate into eax and goes to the fixup.
 * It has 16 bits, sign-extended; more sites than that in one function: not known.
 */
static inline void kwasm_arch_fault_kind(struct exception_table_entry *e, u32 site)
{
	e->data = EX_TYPE_IMM_REG | EX_DATA_REG(0) | min(site, 0xffffu) << EX_DATA_IMM_SHIFT;
}

static inline u64 kwasm_arch_fault_fixup(u64 landing, u32 site)
{
	(void)site;
	return landing;
}

/* The execution, if @regs are those of guest code. */
static inline struct kw_exec *kwasm_arch_exec(const struct pt_regs *regs)
{
	return (struct kw_exec *)(regs->r15 & ~(KW_STACK_BYTES - 1));
}

/* Continue at the trap exit; it finds the execution in the pinned register. */
static inline void kwasm_arch_divert(struct pt_regs *regs)
{
	regs->ip = (unsigned long)kwasm_trap_exit;
}

/* What trap exits left in exec -> its return addresses. */
void kwasm_arch_backtrace(struct kw_exec *e);

/**
 * struct kwasm_fpu - where xmm registers of whom a guest interrupted, or its own, wait
 * @xmm:     all 16
 * @mxcsr:   with them, if not @section
 * @section: the kernel saved them, not we
 */
struct kwasm_fpu {
	u64 xmm[16][2];
	u32 mxcsr;
	bool section;
};

/* xmm.S */
void kwasm_xmm_save(void *to);
void kwasm_xmm_load(const void *from);

/*
 * Around guest code that uses xmm registers.  Not in hard irq.  In between:
 * preemption off, MXCSR as after reset.
 */
void kwasm_fpu_enter(struct kwasm_fpu *f);
void kwasm_fpu_leave(struct kwasm_fpu *f);

/* In between, in process context: leave for code that may sleep, and come back with other values in xmm0-15. */
void kwasm_fpu_pause(void);
void kwasm_fpu_resume(void);

/* Has this CPU what code with floats or vectors wants? */
bool kwasm_arch_has_floats(void);
/* And what all code wants?  Return: 0 or -ENODEV. */
int kwasm_arch_check_cpu(void);

/* Does a hypervisor share our CPUs out, as far as one can tell? */
static inline bool kwasm_arch_is_virtual(void)
{
	return boot_cpu_has(X86_FEATURE_HYPERVISOR);
}

/* The same where @sp is not on the task's stack; stack.c */
unsigned long kwasm_arch_irq_stack_room(unsigned long sp);

/**
 * kwasm_arch_stack_room() - bytes left on the kernel stack we stand on
 *
 * Return: ~0 when that cannot be known, 0 on a stack that is neither the
 * task's nor the interrupts'.
 */
static inline unsigned long kwasm_arch_stack_room(void)
{
	unsigned long sp = current_stack_pointer;
	unsigned long room = sp - (unsigned long)task_stack_page(current);

	return room < THREAD_SIZE ? room : kwasm_arch_irq_stack_room(sp);
}
void kwasm_arch_stack_init(void);

#endif /* KWASM_X86_ARCH_H */
