// SPDX-License-Identifier: GPL-2.0
/*
 * Links whose programs run in process context: they may sleep, each call has
 * an instance of the pool to itself, and what the program does on its way (it
 * may open and read a file) does not call programs again.
 */
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "link.h"

#define DEADLINE_DEFAULT_NS	(100 * NSEC_PER_MSEC)

/* Tasks inside of programs. */
struct inside {
	struct list_head list;
	const struct task_struct *task;
};

static DEFINE_SPINLOCK(inside_lock);
static LIST_HEAD(inside);

/* False if the task is in one already. */
static bool go_inside(struct inside *me)
{
	const struct inside *i;
	bool nested = false;

	me->task = current;
	spin_lock(&inside_lock);
	list_for_each_entry(i, &inside, list)
		nested |= i->task == current;
	if (!nested)
		list_add(&me->list, &inside);
	spin_unlock(&inside_lock);
	return !nested;
}

static void come_out(struct inside *me)
{
	spin_lock(&inside_lock);
	list_del(&me->list);
	spin_unlock(&inside_lock);
}

static int begin(struct kwasm_run *r, struct kwasm_program *p, u64 wait_ns)
{
	r->slot = kwasm_pool_take(p->pool, wait_ns);
	if (IS_ERR(r->slot))
		return PTR_ERR(r->slot);
	r->x = kwasm_exec_begin_p();
	if (IS_ERR(r->x)) {
		kwasm_pool_give(r->slot);
		return PTR_ERR(r->x);
	}
	r->x->floats = p->floats;
	return 0;
}

/* A signal says nothing about the program: it counts as a trap, not towards quarantine. */
static u32 interrupted(struct kwasm_link *l)
{
	this_cpu_inc(l->stats->traps[KW_TRAP_INTERRUPTED]);
	return l->results.deny;
}

static u32 run(struct kwasm_link *l, struct kwasm_program *p, void *host, int (*index)(u32 result))
{
	u64 deadline = min_not_zero(READ_ONCE(l->policy.deadline_ns) ?: DEADLINE_DEFAULT_NS, p->deadline_ns), start;
	struct kwasm_run r;
	u32 trap, verdict;
	int err, at = 0;

	err = begin(&r, p, deadline);
	if (err == -EINTR)
		return interrupted(l);
	if (err)
		return kwasm_link_refused(l, err);
	this_cpu_inc(l->stats->calls);
	r.x->e.host = host;
	start = ktime_get_mono_fast_ns();
	trap = kwasm_exec_run(r.x, r.slot->inst, p->code, deadline, &verdict);
	this_cpu_add(l->stats->time_ns, ktime_get_mono_fast_ns() - start);
	if (!trap) {
		at = index(verdict);
		if (at < 0)
			trap = KW_TRAP_BAD_VERDICT;
	}
	if (trap) {
		kwasm_slot_break(r.slot);
		verdict = trap == KW_TRAP_INTERRUPTED ? interrupted(l) : kwasm_link_trapped(l, p, r.x, trap);
	} else {
		this_cpu_inc(l->stats->verdict[at]);
		if (unlikely(atomic_read(&l->traps_in_row)))
			atomic_set(&l->traps_in_row, 0);
		kwasm_pool_give(r.slot);
	}
	kwasm_exec_end(r.x);
	return verdict;
}

u32 kwasm_link_run_p(struct kwasm_link *l, void *host, int (*index)(u32 result))
{
	struct inside me;
	u32 verdict;
	int idx;

	if (unlikely(kwasm_link_rests(l)))
		return l->results.allow;
	if (!go_inside(&me)) {
		this_cpu_inc(l->stats->recursion);
		return l->results.allow;
	}
	/* A program that was replaced lives until these readers are through. */
	idx = srcu_read_lock(&kwasm_srcu);
	verdict = run(l, srcu_dereference(l->program, &kwasm_srcu), host, index);
	srcu_read_unlock(&kwasm_srcu, idx);
	come_out(&me);
	return verdict;
}
