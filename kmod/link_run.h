/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path of every packet, in line: it takes no lock, writes only this CPU's
 * counters, and turns whatever a program does into one of the verdicts that
 * the hook knows.  The ways that are seldom gone are in link.c.
 */
#ifndef KWASM_LINK_RUN_H
#define KWASM_LINK_RUN_H

#include <linux/ktime.h>
#include <linux/percpu.h>

#include "exec_s.h"
#include "link.h"

/* One call in so many is timed; a prime, so that programs that take turns are timed alike. */
#define KWASM_SAMPLE_CALLS	61

/* link.c; BH off */
u32 kwasm_link_short(struct kwasm_link *l, u32 verdict);

/* BH off. */
static __always_inline u32 kwasm_link_ended_well(struct kwasm_link *l, const struct kwasm_exec *x, u32 verdict)
{
	__this_cpu_inc(l->stats->verdict[min_t(u32, verdict - l->results.first,
					       ARRAY_SIZE(l->stats->verdict) - 1)]);
	if (unlikely(atomic_read(&l->traps_in_row)))
		atomic_set(&l->traps_in_row, 0);
	if (unlikely(x->e.pkt_short))
		verdict = kwasm_link_short(l, verdict);
	return verdict;
}

static __always_inline u64 kwasm_link_limit(const struct kwasm_link *l, const struct kwasm_program *p)
{
	/* 0 is none, so it becomes the largest. */
	return min(READ_ONCE(l->policy.deadline_ns) - 1, p->deadline_ns - 1) + 1;
}

/**
 * kwasm_link_run_in() - run the program on a packet in an execution that perhaps runs several
 * @p: of the link
 * @x: from kwasm_exec_begin_s(), or what that says when it refuses; it has been shown the packet
 *
 * As kwasm_link_run() in the rest.
 */
static __always_inline u32 kwasm_link_run_in(struct kwasm_link *l, struct kwasm_program *p, struct kwasm_exec *x,
					     struct kwasm_packet *pkt)
{
	struct kwasm_run r;
	u64 start = 0;
	u32 trap, verdict;
	int err = kwasm_run_enter(&r, p, x);

	if (unlikely(err))
		return kwasm_link_refused(l, err);
	__this_cpu_inc(l->stats->calls);
	if (unlikely(!x->until_timed--)) {
		x->until_timed = KWASM_SAMPLE_CALLS - 1;
		start = ktime_get_mono_fast_ns();
	}
	trap = kwasm_run_packet(&r, p, pkt, kwasm_link_limit(l, p), &l->results, &verdict);
	if (unlikely(start))
		__this_cpu_add(l->stats->time_ns,
			       (ktime_get_mono_fast_ns() - start) * KWASM_SAMPLE_CALLS);
	return unlikely(trap) ? kwasm_link_trapped(l, p, x, trap) : kwasm_link_ended_well(l, x, verdict);
}

/* kwasm_link_run() */
static __always_inline u32 kwasm_link_run_inline(struct kwasm_link *l, struct kwasm_packet *pkt)
{
	struct kwasm_program *p;
	struct kwasm_exec *x;
	u32 verdict;

	if (unlikely(kwasm_link_rests(l)))
		return l->results.allow;
	/* Not before that was asked: what a link is enabled with may be another one. */
	p = rcu_dereference_check(l->program, rcu_read_lock_bh_held());
	x = kwasm_exec_begin_s_inline();
	if (IS_ERR(x))
		return kwasm_link_refused(l, PTR_ERR(x));
	kwasm_packet_show(x, pkt);
	verdict = kwasm_link_run_in(l, p, x, pkt);
	kwasm_exec_end_s_inline(x);
	return verdict;
}

#endif /* KWASM_LINK_RUN_H */
