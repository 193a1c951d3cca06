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

/* Look at @x, which is this CPU's, at its deadline: for kwasm_watchdog_enter(). */
void kwasm_watchdog_start(struct kwasm_exec *x);

/* Publish @x on this CPU; x->e.deadline_ns is set. BH off, up to leave. */
static inline void kwasm_watchdog_enter(struct kwasm_exec *x)
{
	WRITE_ONCE(x->running, true);
	barrier();
	/* Deadlines of the usual length come in order: a timer that runs at all looks early enough. */
	if (unlikely(x->e.deadline_ns < READ_ONCE(x->next_look_ns)))
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
