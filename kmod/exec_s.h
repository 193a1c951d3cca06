/* SPDX-License-Identifier: GPL-2.0 */
/*
 * S executions in line: what each packet pays for.  exec.h has the same as
 * functions, made of these, for who comes seldom.
 */
#ifndef KWASM_EXEC_S_H
#define KWASM_EXEC_S_H

#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "exec.h"
#include "watchdog.h"

/* Of the kernel stack: what guests use of it, and what host functions and interrupts may need. */
#define KWASM_NATIVE_NEEDED	(KWASM_GUEST_NATIVE + 6144)

DECLARE_PER_CPU(struct kwasm_exec *, kwasm_stack_s);

/* exec.c: the ways that are seldom gone */
struct kwasm_exec *kwasm_exec_refused_s(int err);
struct kwasm_exec *kwasm_exec_begin_s_bh_on(void);
void kwasm_exec_trapped(struct kwasm_exec *x);

static __always_inline bool kwasm_exec_may_run_here(void)
{
	/* in_nmi() and in_hardirq() at one time */
	return !(preempt_count() & (NMI_MASK | HARDIRQ_MASK)) && !irqs_disabled();
}

/* BH off.  What packet it has, and whether floats may be in use, is for the caller to say. */
static __always_inline struct kwasm_exec *kwasm_exec_claim_s(void)
{
	struct kwasm_exec *x = __this_cpu_read(kwasm_stack_s);

	if (unlikely(x->busy))
		return kwasm_exec_refused_s(-EBUSY);
	/* Nobody could end a guest here. */
	if (unlikely(x->down))
		return kwasm_exec_refused_s(-ENODEV);
	if (unlikely(kwasm_arch_stack_room() < KWASM_NATIVE_NEEDED))
		return kwasm_exec_refused_s(-ENOSPC);
	x->busy = true;
	x->bh = false;
	return x;
}

/* kwasm_exec_begin_s(), but for the packet, which is shown then, and x->floats */
static __always_inline struct kwasm_exec *kwasm_exec_begin_s_inline(void)
{
	if (unlikely(!kwasm_exec_may_run_here()))
		return kwasm_exec_refused_s(-EOPNOTSUPP);
	/* Softirq, or a section with bottom halves off. */
	return likely(in_softirq()) ? kwasm_exec_claim_s() : kwasm_exec_begin_s_bh_on();
}

/* kwasm_exec_end() */
static __always_inline void kwasm_exec_end_s_inline(struct kwasm_exec *x)
{
	x->busy = false;
	if (unlikely(x->bh))
		local_bh_enable();
}

/* Both forms, before guest code. */
static __always_inline void kwasm_exec_prepare(struct kwasm_exec *x, struct kw_inst *inst)
{
	x->e.flag = 0;
	x->e.trap = KW_TRAP_NONE;
	x->e.trap_site = ~0u;
	x->e.nr_bt = 0;
	x->e.inst = inst;
	inst->exec = &x->e;
}

static __always_inline u64 kwasm_exec_guarded(struct kwasm_exec *x, struct kw_inst *inst, void *code,
					      struct kw_call_frame *frame)
{
	u64 result;

	kwasm_watchdog_enter(x);
	result = kwasm_enter(code, inst, frame, &x->e);
	kwasm_watchdog_leave(x);
	return result;
}

/**
 * kwasm_exec_enter_s_inline() - into guest code and out of it
 * @frame:    of thunks
 * @limit_ns: how long it may take; not 0
 *
 * Return: eax of the guest; x->e.trap says whether it means anything.
 */
static __always_inline u64 kwasm_exec_enter_s_inline(struct kwasm_exec *x, struct kw_inst *inst, void *code,
						     struct kw_call_frame *frame, u64 limit_ns)
{
	u64 result;

	kwasm_exec_prepare(x, inst);
	x->limit_ns = limit_ns;
	x->calls++;
	if (unlikely(x->floats)) {
		kwasm_fpu_enter(&x->fpu);
		result = kwasm_exec_guarded(x, inst, code, frame);
		kwasm_fpu_leave(&x->fpu);
	} else {
		result = kwasm_exec_guarded(x, inst, code, frame);
	}
	if (unlikely(x->e.trap))
		kwasm_exec_trapped(x);
	return result;
}

#endif /* KWASM_EXEC_S_H */
