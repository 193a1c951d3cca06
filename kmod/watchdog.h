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

/* Can guests be ended on this CPU: not while it goes down or comes up. BH off. */
bool kwasm_watchdog_alive(void);

/* Publish @x on this CPU; x->e.deadline_ns is set. BH off, up to leave. */
void kwasm_watchdog_enter(struct kwasm_exec *x);
void kwasm_watchdog_leave(struct kwasm_exec *x);

void kwasm_watchdog_stats(u64 *killed, u64 *flagged);

int kwasm_watchdog_init(void);
void kwasm_watchdog_exit(void);

#endif /* KWASM_WATCHDOG_H */
