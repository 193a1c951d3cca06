// SPDX-License-Identifier: GPL-2.0
/*
 * Links of type timer: a program is called again and again, on one CPU or on
 * each, and answers when the next time shall be.
 *
 * A timer is bound to its CPU, for its instance's sake.  When that CPU goes
 * offline the kernel moves it to another: the timer of a link with one goes on
 * there; of a link with one for each CPU it ends, the others are still there.
 */
#include <linux/capability.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "../compat.h"
#include "../link.h"

#define MIN_NS		NSEC_PER_MSEC
#define MAX_MS		86400000u	/* a day */
#define MAX_NS		(MAX_MS * (u64)NSEC_PER_MSEC)
/* No answer of a program: it trapped, or could not run.  The last period counts. */
#define NO_ANSWER	(MAX_MS + 1)

const struct kwasm_results kwasm_timer_results = {
	.nr = MAX_MS + 1, .deny = NO_ANSWER, .allow = NO_ANSWER,
};

struct timer_link;

/**
 * struct link_timer - the timer of one CPU
 * @every_ns: what it was armed for last; written by the timer's function alone once it is armed
 * @armed:    it will be called again
 */
struct link_timer {
	struct hrtimer timer;
	struct timer_link *link;
	u64 every_ns;
	bool armed;
};

/**
 * struct timer_link - link of type timer
 * @cpus: one for each CPU, while attached; those that are not asked for are never armed
 * @every_ns, @flags: as attached
 */
struct timer_link {
	struct kwasm_link link;
	struct link_timer __percpu *cpus;
	u64 every_ns;
	u32 flags;
};

static struct timer_link *timer_link(const struct kwasm_link *l)
{
	return container_of(l, struct timer_link, link);
}

/* Softirq, on the timer's CPU unless that has gone. */
static enum hrtimer_restart call_program(struct hrtimer *timer)
{
	struct link_timer *t = container_of(timer, struct link_timer, timer);
	struct timer_link *l = t->link;
	u32 ms = 0;

	if (!(l->flags & KWASM_TIMER_ALL_CPUS) || t == this_cpu_ptr(l->cpus)) {
		rcu_read_lock();
		ms = kwasm_link_run(&l->link, NULL);
		rcu_read_unlock();
	}
	if (!ms) {
		WRITE_ONCE(t->armed, false);
		return HRTIMER_NORESTART;
	}
	if (ms != NO_ANSWER)
		WRITE_ONCE(t->every_ns, ms * (u64)NSEC_PER_MSEC);
	/* From now on, not from when it was due: a late CPU does not get them all at once. */
	hrtimer_set_expires(timer, ktime_add_ns(hrtimer_cb_get_time(timer), t->every_ns));
	return HRTIMER_RESTART;
}

/* This CPU's, with interrupts or preemption off. */
static void arm(void *arg)
{
	struct timer_link *l = arg;
	struct link_timer *t = this_cpu_ptr(l->cpus);

	t->armed = true;
	hrtimer_start(&t->timer, ns_to_ktime(t->every_ns), HRTIMER_MODE_REL_PINNED_SOFT);
}

static void enable(struct kwasm_link *link)
{
	struct timer_link *l = timer_link(link);

	if (l->flags & KWASM_TIMER_ALL_CPUS) {
		on_each_cpu(arm, l, 1);
	} else {
		preempt_disable();
		arm(l);
		preempt_enable();
	}
}

static int check(const struct kwasm_link_create *a)
{
	if (a->timer.pad || a->timer.flags & ~KWASM_TIMER_ALL_CPUS ||
	    a->timer.every_ns < MIN_NS || a->timer.every_ns > MAX_NS)
		return -EINVAL;
	return 0;
}

static int may(void)
{
	return capable(CAP_BPF) || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	struct timer_link *l = timer_link(link);
	struct link_timer *t;
	int cpu, err = may();

	if (err)
		return err;
	l->cpus = alloc_percpu_gfp(struct link_timer, GFP_KERNEL_ACCOUNT);
	if (!l->cpus)
		return -ENOMEM;
	l->every_ns = a->timer.every_ns;
	l->flags = a->timer.flags;
	link->results = kwasm_timer_results;
	for_each_possible_cpu(cpu) {
		t = per_cpu_ptr(l->cpus, cpu);
		hrtimer_setup(&t->timer, call_program, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
		t->link = l;
		t->every_ns = l->every_ns;
	}
	mutex_lock(&kwasm_link_lock);
	link->attached = true;
	if (link->enabled)
		enable(link);
	mutex_unlock(&kwasm_link_lock);
	return 0;
}

/* Waits for calls that are under way: they take no lock of ours. */
static void detach(struct kwasm_link *link)
{
	struct timer_link *l = timer_link(link);
	int cpu;

	for_each_possible_cpu(cpu)
		hrtimer_cancel(&per_cpu_ptr(l->cpus, cpu)->timer);
	free_percpu(l->cpus);
	l->cpus = NULL;
}

static int may_change(const struct kwasm_link *link)
{
	return may();
}

static void info(const struct kwasm_link *link, struct kwasm_link_info *i)
{
	const struct timer_link *l = timer_link(link);
	int cpu;

	i->timer_every_ns = l->every_ns;
	i->timer_flags = l->flags;
	if (!link->attached)
		return;
	for_each_possible_cpu(cpu)
		i->timer_armed += READ_ONCE(per_cpu_ptr(l->cpus, cpu)->armed);
}

const struct kwasm_link_ops kwasm_timer_ops = {
	.type = KWASM_LINK_TIMER,
	.link_bytes = sizeof(struct timer_link),
	.check = check,
	.attach = attach,
	.detach = detach,
	.enable = enable,
	.may_change = may_change,
	.info = info,
};
