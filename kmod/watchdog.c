// SPDX-License-Identifier: GPL-2.0
/*
 * One timer per CPU, running only while S executions come: entering a guest
 * costs a store and a compare.
 *
 *	enter:	publish x; barrier; start the timer unless it looks often enough for x's limit
 *	timer:	nothing published for a while: stop
 *		seen for the first time: its deadline is its limit from now
 *		deadline ahead: look again then, or after the usual while
 *		deadline past:  seen so often enough? else look again, later each time
 *		                in guest code with x's register: to the trap exit
 *		                elsewhere: raise the flag, look again soon
 *
 * Often enough, because the clock runs on while a hypervisor has taken the CPU
 * away: a guest that needs a microsecond is then found past its deadline.
 * Growing pauses let it finish; a timer that itself came late says that the
 * CPU was away, and that look does not count, up to a number of them.  (Seen
 * in a starved virtual machine: four looks within 100 instructions, the timer
 * 8 ms late each time.)
 *
 * What is seen for the first time has run for less than the timer's interval:
 * an execution gets that much more than its limit at most, and in exchange
 * those that end well, nearly all, never read the clock.
 *
 * Timer and executions of one CPU never run at the same time, so plain
 * accesses ordered by barrier() do.  There is one S execution per CPU at most.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <asm/irq_regs.h>

#include "arch.h"
#include "compat.h"
#include "text.h"
#include "watchdog.h"

#define LOOK_NS		500000ULL			/* while guests come and go */
#define LOOK_MIN_NS	50000ULL			/* while their limits are shorter than that */
#define AGAIN_NS	125000ULL			/* twice that after the first late look, and so on */
#define LATE_LOOKS_VIRTUAL	3
#define LATE_LOOKS_METAL	2			/* firmware takes the CPU away, too, but rarely */
#define PUNCTUAL_NS	200000ULL			/* no later than that: the CPU was ours */
#define MAX_EXCUSES	32
#define IDLE_LOOKS	8				/* without a guest, then the timer stops */

/**
 * struct watchdog - of one CPU
 * @exec: the CPU's S execution, whose running, down and look_ns are the watchdog's
 * @idle: looks without a guest
 */
struct watchdog {
	struct hrtimer timer;
	struct kwasm_exec *exec;
	u32 idle;
	u64 killed;
	u64 flagged;
};

static DEFINE_PER_CPU(struct watchdog, watchdogs);
static enum cpuhp_state hotplug_state;
static bool virtual __ro_after_init;

static void set_deadline(struct kwasm_exec *x, u64 now)
{
	x->e.deadline_ns = now + x->limit_ns;
	x->late_looks = 0;
	x->excuses = 0;
}

void kwasm_watchdog_start(struct kwasm_exec *x)
{
	u64 now = ktime_get_ns();

	set_deadline(x, now);
	x->look_ns = clamp(x->limit_ns, LOOK_MIN_NS, LOOK_NS);
	hrtimer_start(this_cpu_ptr(&watchdogs.timer), ns_to_ktime(now + min(x->limit_ns, LOOK_NS)),
		      HRTIMER_MODE_ABS_PINNED_HARD);
}

/* In guest code nothing is half done: end it here. */
static bool kill(struct kwasm_exec *x, struct pt_regs *regs)
{
	if (!regs || user_mode(regs) || kwasm_arch_exec(regs) != &x->e ||
	    !kwasm_text_is_body(instruction_pointer(regs)))
		return false;
	x->e.trap = KW_TRAP_DEADLINE;
	x->e.trap_site = ~0u;
	x->e.trap_pc = instruction_pointer(regs) + 1;
	kwasm_arch_divert(regs);
	return true;
}

/* @x is past its deadline. Has it had its time by what the timer tells? */
static bool is_runaway(struct kwasm_exec *x, u64 late_ns)
{
	if (virtual && late_ns > PUNCTUAL_NS && x->excuses < MAX_EXCUSES) {
		x->excuses++;
		return false;
	}
	return ++x->late_looks >= (virtual ? LATE_LOOKS_VIRTUAL : LATE_LOOKS_METAL);
}

/* This look is @late_ns late.  Return: the time to the next one; 0: there is no need for any. */
static u64 look(struct watchdog *w, u64 now, u64 late_ns)
{
	struct kwasm_exec *x = w->exec;

	if (!READ_ONCE(x->running))
		return ++w->idle < IDLE_LOOKS ? x->look_ns : 0;
	w->idle = 0;
	if (!x->e.deadline_ns)
		set_deadline(x, now);
	if (now < x->e.deadline_ns)
		return min(x->e.deadline_ns - now, x->look_ns);
	if (!is_runaway(x, late_ns))
		return AGAIN_NS << min(x->late_looks, 3u);
	if (kill(x, get_irq_regs())) {
		w->killed++;
		return x->look_ns;
	}
	if (!READ_ONCE(x->e.flag)) {
		WRITE_ONCE(x->e.flag, KW_TRAP_DEADLINE);
		w->flagged++;
	}
	return AGAIN_NS;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct watchdog *w = container_of(timer, struct watchdog, timer);
	u64 now = ktime_get_ns();
	u64 wait = look(w, now, now - ktime_to_ns(hrtimer_get_expires(timer)));

	if (!wait) {
		w->exec->look_ns = ~0ULL;
		return HRTIMER_NORESTART;
	}
	hrtimer_set_expires(timer, ns_to_ktime(now + wait));
	return HRTIMER_RESTART;
}

void kwasm_watchdog_stats(u64 *killed, u64 *flagged)
{
	int cpu;

	*killed = 0;
	*flagged = 0;
	for_each_possible_cpu(cpu) {
		*killed += per_cpu(watchdogs, cpu).killed;
		*flagged += per_cpu(watchdogs, cpu).flagged;
	}
}

/* On the CPU itself, interrupts and softirqs on. */
static int come_up(unsigned int cpu)
{
	struct watchdog *w = this_cpu_ptr(&watchdogs);

	w->exec->look_ns = ~0ULL;
	w->idle = 0;
	WRITE_ONCE(w->exec->down, false);
	return 0;
}

/* With bottom halves off no S execution of this CPU is under way; later ones are refused. */
static int go_down(unsigned int cpu)
{
	struct watchdog *w = this_cpu_ptr(&watchdogs);

	local_bh_disable();
	WRITE_ONCE(w->exec->down, true);
	local_bh_enable();
	hrtimer_cancel(&w->timer);
	return 0;
}

int kwasm_watchdog_init(void)
{
	int cpu, state;

	virtual = kwasm_arch_is_virtual();
	for_each_possible_cpu(cpu) {
		struct watchdog *w = per_cpu_ptr(&watchdogs, cpu);

		hrtimer_setup(&w->timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
		w->exec = kwasm_exec_s(cpu);
		w->exec->look_ns = ~0ULL;
		w->exec->down = true;
	}
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "kwasm:online", come_up, go_down);
	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

void kwasm_watchdog_exit(void)
{
	cpuhp_remove_state(hotplug_state);
}
