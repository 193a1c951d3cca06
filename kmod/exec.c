// SPDX-License-Identifier: GPL-2.0
/*
 * (instance, entry point) -> result or trap: the only way into guest code.
 *
 * S executions have one VM stack per possible CPU and are ended by the
 * watchdog.  P executions get a VM stack each; a timer raises KWASM_FLAG_POLL
 * in all of them every jiffy, their polls notice and look for a fatal signal,
 * the deadline, and whether others want the CPU.  The timer is a hard one: a
 * softirq may wait for a thread that waits for the guest.
 *
 * Guests with floats run in an FPU section, where nobody may sleep.  S forms
 * do not anyway; P forms leave it around whatever C they call.
 */
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/topology.h>

#include "../jit/rt/pkt.h"
#include "arch.h"
#include "compat.h"
#include "exec_s.h"
#include "offsets.h"
#include "text.h"
#include "watchdog.h"

#define STACK_ORDER	(KW_STACK_LOG2 - PAGE_SHIFT)
#define DEADLINE_MAX_NS	(500 * NSEC_PER_MSEC)	/* S: bottom halves are off that long */

DEFINE_SRCU(kwasm_srcu);

DEFINE_PER_CPU(struct kwasm_exec *, kwasm_stack_s);
static DEFINE_PER_CPU(struct kwasm_exec_stats, stats);

/* P executions inside guest code or a host function. */
static DEFINE_RAW_SPINLOCK(active_lock);
static LIST_HEAD(active);
static struct hrtimer poll_timer;
static bool polling;		/* the timer is or will be started again; active_lock */

static enum hrtimer_restart raise_polls(struct hrtimer *timer)
{
	struct kwasm_exec *x;
	unsigned long flags;
	bool again;

	raw_spin_lock_irqsave(&active_lock, flags);
	list_for_each_entry(x, &active, active)
		cmpxchg(&x->e.flag, 0, KWASM_FLAG_POLL);
	again = !list_empty(&active);
	polling = again;
	if (again)
		hrtimer_forward_now(timer, ns_to_ktime(TICK_NSEC));
	raw_spin_unlock_irqrestore(&active_lock, flags);
	return again ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void want_polls(struct kwasm_exec *x)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&active_lock, flags);
	list_add(&x->active, &active);
	if (!polling) {
		polling = true;
		hrtimer_start(&poll_timer, ns_to_ktime(TICK_NSEC), HRTIMER_MODE_REL_HARD);
	}
	raw_spin_unlock_irqrestore(&active_lock, flags);
}

static void no_polls(struct kwasm_exec *x)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&active_lock, flags);
	list_del(&x->active);
	raw_spin_unlock_irqrestore(&active_lock, flags);
}

/* The reason to end, or KW_TRAP_NONE after giving way to others. */
static u32 poll_p(struct kwasm_exec *x)
{
	cmpxchg(&x->e.flag, KWASM_FLAG_POLL, 0);
	if (fatal_signal_pending(current))
		return KW_TRAP_INTERRUPTED;
	if (x->e.deadline_ns && ktime_get_ns() > x->e.deadline_ns)
		return KW_TRAP_DEADLINE;
	if (x->pausing)
		kwasm_fpu_pause();
	cond_resched();
	if (x->pausing)
		kwasm_fpu_resume();
	return KW_TRAP_NONE;
}

u32 kwasm_exec_poll(struct kw_exec *e)
{
	struct kwasm_exec *x = kwasm_exec_of(e);
	u32 trap = READ_ONCE(e->flag);

	if (trap == KWASM_FLAG_POLL)
		trap = x->form == KW_FORM_P ? poll_p(x) : KW_TRAP_NONE;
	e->trap = trap;
	return trap;
}

noinline struct kwasm_exec *kwasm_exec_refused_s(int err)
{
	switch (err) {
	case -EBUSY:
		this_cpu_inc(stats.refused_busy);
		break;
	case -EOPNOTSUPP:
		this_cpu_inc(stats.refused_context);
		break;
	case -ENOSPC:
		this_cpu_inc(stats.refused_stack);
		break;
	}
	return ERR_PTR(err);
}

noinline struct kwasm_exec *kwasm_exec_begin_s_bh_on(void)
{
	struct kwasm_exec *x;

	local_bh_disable();
	x = kwasm_exec_claim_s();
	if (IS_ERR(x))
		local_bh_enable();
	else
		x->bh = true;
	return x;
}

struct kwasm_exec *kwasm_exec_begin_s(void)
{
	struct kwasm_exec *x = kwasm_exec_begin_s_inline();

	if (!IS_ERR(x)) {
		kwasm_exec_no_packet(x);
		x->floats = false;
	}
	return x;
}

struct kwasm_exec *kwasm_exec_begin_p(void)
{
	struct kwasm_exec *x;

	if (!kwasm_exec_may_run_here() || in_softirq())
		return ERR_PTR(-EOPNOTSUPP);
	if (kwasm_arch_stack_room() < KWASM_NATIVE_NEEDED)
		return ERR_PTR(-ENOSPC);
	x = (void *)__get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, STACK_ORDER);
	if (!x)
		return ERR_PTR(-ENOMEM);
	x->form = KW_FORM_P;
	x->srcu_idx = srcu_read_lock(&kwasm_srcu);
	return x;
}

void kwasm_exec_end(struct kwasm_exec *x)
{
	if (x->form == KW_FORM_P) {
		srcu_read_unlock(&kwasm_srcu, x->srcu_idx);
		free_pages((unsigned long)x, STACK_ORDER);
		return;
	}
	kwasm_exec_end_s_inline(x);
}

struct kwasm_exec *kwasm_exec_s(int cpu)
{
	return per_cpu(kwasm_stack_s, cpu);
}

/* A trap by a plain call: the call site says which. */
static u32 trap_at_site(u64 pc)
{
	const struct kwasm_text *t = kwasm_text_find(pc);
	const struct kw_code_func *f;
	const struct kw_call_site *s;
	u32 off;

	if (!t || pc == (u64)t->addr)
		return KW_TRAP_UNLINKED;
	off = pc - (u64)t->addr;
	f = kw_code_find_func(t->code, off - 1);
	s = f ? kw_code_find_site(t->code, f, off) : NULL;
	return s && s->trap ? s->trap : KW_TRAP_UNLINKED;
}

static noinline u64 enter_p(struct kwasm_exec *x, struct kw_inst *inst, void *code,
			    struct kw_call_frame *frame, u64 deadline_ns)
{
	u64 result;

	kwasm_exec_prepare(x, inst);
	x->e.deadline_ns = deadline_ns ? ktime_get_ns() + deadline_ns : 0;
	want_polls(x);
	x->pausing = x->floats;
	if (x->pausing)
		kwasm_fpu_resume();
	result = kwasm_enter(code, inst, frame, &x->e);
	if (x->pausing)
		kwasm_fpu_pause();
	no_polls(x);
	if (x->e.trap)
		kwasm_exec_trapped(x);
	return result;
}

noinline void kwasm_exec_trapped(struct kwasm_exec *x)
{
	if (x->e.trap == KWASM_TRAP_AT_SITE)
		x->e.trap = trap_at_site(x->e.trap_pc);
	if (x->e.trap)
		kwasm_arch_backtrace(&x->e);
}

static u64 enter(struct kwasm_exec *x, struct kw_inst *inst, void *code, struct kw_call_frame *frame, u64 deadline_ns)
{
	if (x->form == KW_FORM_P)
		return enter_p(x, inst, code, frame, deadline_ns);
	return kwasm_exec_enter_s_inline(x, inst, code, frame,
					 min(deadline_ns ?: KWASM_DEADLINE_DEFAULT_NS, DEADLINE_MAX_NS));
}

u32 kwasm_exec_run(struct kwasm_exec *x, struct kw_inst *inst, void *code, u64 deadline_ns, u32 *result)
{
	u64 value = enter(x, inst, code, NULL, deadline_ns);

	if (!x->e.trap)
		*result = value;
	return x->e.trap;
}

u32 kwasm_exec_call(struct kwasm_exec *x, struct kw_inst *inst, void *thunk,
		    struct kw_call_frame *frame, u64 deadline_ns)
{
	enter(x, inst, thunk, frame, deadline_ns);
	return x->e.trap;
}

void kwasm_exec_stats(struct kwasm_exec_stats *st)
{
	int cpu;

	memset(st, 0, sizeof(*st));
	for_each_possible_cpu(cpu) {
		const struct kwasm_exec_stats *c = per_cpu_ptr(&stats, cpu);

		st->calls_s += READ_ONCE(kwasm_exec_s(cpu)->calls);
		st->refused_busy += c->refused_busy;
		st->refused_context += c->refused_context;
		st->refused_stack += c->refused_stack;
	}
	kwasm_watchdog_stats(&st->killed, &st->flagged);
}

static void free_stacks(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_pages((unsigned long)per_cpu(kwasm_stack_s, cpu), STACK_ORDER);
}

int kwasm_exec_init(void)
{
	int cpu;

	kwasm_arch_stack_init();
	hrtimer_setup(&poll_timer, raise_polls, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	for_each_possible_cpu(cpu) {
		struct page *page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, STACK_ORDER);

		if (!page) {
			free_stacks();
			return -ENOMEM;
		}
		per_cpu(kwasm_stack_s, cpu) = page_address(page);
		kwasm_exec_s(cpu)->e.pkt_none = kw_pkt_none;
	}
	return 0;
}

void kwasm_exec_exit(void)
{
	hrtimer_cancel(&poll_timer);
	free_stacks();
}
