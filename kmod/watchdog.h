/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ends S executions that outlive their deadline: a per-CPU timer in hard irq
 * context looks where the CPU was.  In guest code: the instruction pointer
 * becomes that of the trap exit.  Elsewhere (a host function, a thunk): a flag
 * is raised that every way back into guest code tests.
 */
#ifndef KWASM_WATCHDOG_H
#define KWASM_WATCHDOG_H

#include "exec.h"

#define KWASM_DEADLINE_DEFAULT_NS	1000000ULL

/* Give @x, which is this CPU's, its deadline, and look at it then or before: for kwasm_watchdog_enter(). */
void kwasm_watchdog_start(struct kwasm_exec *x);

/* Publish @x on this CPU; x->limit_ns is set. BH off, up to leave. */
static inline void kwasm_watchdog_enter(struct kwasm_exec *x)
{
	x->e.deadline_ns = 0;
	barrier();
	WRITE_ONCE(x->running, true);
	barrier();
	/* Else its time begins when the timer, which runs, first sees it: no clock is read here. */
	if (unlikely(x->limit_ns < READ_ONCE(x->look_ns)))
		kwasm_watchdog_start(x);
}

static inline void kwasm_watchdog_leave(struct kwasm_exec *x)
{
	WRITE_ONCE(x->running, false);
}

void kwasm_watchdog_stats(u64 *killed, u64 *flagged);

int kwasm_watchdog_init(void);
void kwasm_watchdog_exit(void);

#endif /* KWASM_WATCHDOG_H */
