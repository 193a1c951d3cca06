/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/ wants of a machine; arm64. */
#ifndef KWASM_ARM64_ARCH_H
#define KWASM_ARM64_ARCH_H

#include <linux/bitfield.h>
#include <linux/extable.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/asm-extable.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/virt.h>

#include "../../../jit/isa/isa.h"

#define KWASM_ISA	(&kw_isa_a64)	/* the compiler's backend */

/* The arena's bytes where there is no code: udf #0, which nothing will ever define. */
#define KWASM_NO_CODE	0x00

/* Of the native stack guest code itself takes nothing. */
#define KWASM_GUEST_NATIVE	0

/* The exit of every trap, in entry.S; exec's trap, trap_pc and trap_site are set. */
void kwasm_trap_exit(void);

/* x28 and the return address of a leaf, which trap exits leave for kwasm_arch_backtrace(). */
#define KWASM_TRAP_FRAME	0	/* in exec's bt */
#define KWASM_TRAP_LINK		1

/*
 * On every CPU after code was written: it may have fetched what was there
 * before.  Its branch predictors may know the old code too; there is nothing a
 * module could call for them.
 */
static inline void kwasm_arch_sync_cpu(bool reused)
{
	(void)reused;
	isb();
}

/* All of @to that is no address. */
static inline void kwasm_arch_fault_copy(struct exception_table_entry *to,
					 const struct exception_table_entry *from)
{
	to->type = from->type;
	to->data = from->data;
}

/* On a fault the kernel puts 0 into x16 and goes to the fixup; the error code goes nowhere. */
static inline void kwasm_arch_fault_kind(struct exception_table_entry *e, u32 site)
{
	(void)site;
	e->type = EX_TYPE_KACCESS_ERR_ZERO;
	e->data = FIELD_PREP(EX_DATA_REG_ERR, 31) | FIELD_PREP(EX_DATA_REG_ZERO, 16);
}

/* In front of a landing are steps that count up x16: see kw_isa_env.fault_steps. */
static inline u64 kwasm_arch_fault_fixup(u64 landing, u32 site)
{
	return landing - 4ULL * site;
}

/* The execution, if @regs are those of guest code. */
static inline struct kw_exec *kwasm_arch_exec(const struct pt_regs *regs)
{
	return (struct kw_exec *)(regs->regs[28] & ~(KW_STACK_BYTES - 1));
}

/* Continue at the trap exit, as if nothing had branched there. */
static inline void kwasm_arch_divert(struct pt_regs *regs)
{
	regs->pc = (unsigned long)kwasm_trap_exit;
	regs->pstate &= ~PSR_BTYPE_MASK;
}

/**
 * kwasm_arch_backtrace() - what trap exits left in exec -> its return addresses
 *
 * Context: before anything else runs on the execution's VM stack.
 */
void kwasm_arch_backtrace(struct kw_exec *e);

/* struct kwasm_fpu - where vector registers of a guest wait while it is polled */
struct kwasm_fpu {
	u64 vec[32][2];
};

/* vec.S */
void kwasm_vec_save(void *to);
void kwasm_vec_load(const void *from);

/* Around guest code that uses vector registers.  Not in hard irq.  In between: FPCR is 0. */
void kwasm_fpu_enter(struct kwasm_fpu *f);
void kwasm_fpu_leave(struct kwasm_fpu *f);

/* In between, in process context: leave for code that may sleep, and come back with other values in v0-31. */
void kwasm_fpu_pause(void);
void kwasm_fpu_resume(void);

/* Has this CPU what code with floats or vectors wants? */
bool kwasm_arch_has_floats(void);

/* And what all code wants?  Any CPU that Linux runs on has it. */
static inline int kwasm_arch_check_cpu(void)
{
	return 0;
}

/* Does a hypervisor share our CPUs out?  Kernels without VHE cannot tell. */
static inline bool kwasm_arch_is_virtual(void)
{
	return !is_kernel_in_hyp_mode();
}

/**
 * kwasm_arch_stack_room() - bytes left on the kernel stack we stand on
 *
 * Where the kernel maps its stacks, those of interrupts too begin at a
 * multiple of their size.
 *
 * Return: ~0 when that cannot be known.
 */
static inline unsigned long kwasm_arch_stack_room(void)
{
	unsigned long sp = current_stack_pointer, in_task = sp - (unsigned long)task_stack_page(current);

	if (in_task < THREAD_SIZE)
		return in_task;
	return IS_ENABLED(CONFIG_VMAP_STACK) ? sp & (THREAD_SIZE - 1) : ~0UL;
}

static inline void kwasm_arch_stack_init(void)
{
}

#endif /* KWASM_ARM64_ARCH_H */
