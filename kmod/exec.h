/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Executions: the only way from the kernel into guest code.
 *
 *   S  atomic: bottom halves and migration off, on this CPU's VM stack; the
 *      watchdog ends it.  Runs code of KW_FORM_S.
 *   P  process: may sleep and migrate, under kwasm_srcu, on a VM stack of its
 *      own; polls end it.  Runs code of KW_FORM_P.
 *
 *	x = kwasm_exec_begin_s();
 *	if (IS_ERR(x))
 *		return policy;			refused: PTR_ERR(x) says why
 *	x->floats = ...; x->e.host = ...; x->e.pkt_data = ...; x->e.field[..] = ...;
 *	trap = kwasm_exec_run(x, inst, code, deadline_ns, &verdict);
 *	if (trap)
 *		... x->e.trap_pc, x->e.trap_site, x->e.bt ...
 *	kwasm_exec_end(x);
 */
#ifndef KWASM_EXEC_H
#define KWASM_EXEC_H

#include <linux/list.h>
#include <linux/srcu.h>

#include "../jit/common/layout.h"
#include "../jit/isa/isa.h"
#include "arch.h"

/* exec->flag: not a trap, look whether there is reason for one.  P form only. */
#define KWASM_FLAG_POLL		0x100

/**
 * struct kwasm_exec - struct kw_exec and what only the kernel needs of it
 * @e:        what compiled code sees; the caller sets host, pkt_* and field after begin
 * @form:     enum kw_form
 * @busy:     S: between begin and end
 * @floats:   code that may run uses floats or vectors; the caller sets it after begin
 * @pausing:  P with @floats: C that guest code calls runs outside the FPU section
 * @fpu:      with @floats
 * @srcu_idx: P
 * @active:   P: entry in the list of executions that want polls
 * @running:  S: in guest code or what that calls, for the watchdog
 * @down:     S: the CPU is going down or not up yet; the watchdog's
 * @bh:       S: end turns bottom halves on again, which begin found on
 * @until_timed: S: calls of programs until one is timed
 * @calls:    S: since the module was loaded
 * @limit_ns: S: how long the run may take
 * @look_ns:  S: how long it takes at most until the watchdog looks; ~0 while its timer is stopped
 * @late_looks: how often the watchdog saw it past its deadline, on a CPU that was ours
 * @excuses:  how often on one that had been taken away
 */
struct kwasm_exec {
	struct kw_exec e;
	u8 form;
	bool busy;
	bool floats;
	bool pausing;
	struct kwasm_fpu fpu;
	int srcu_idx;
	struct list_head active;
	bool running;
	bool down;
	bool bh;
	u32 until_timed;
	u64 calls;
	u64 limit_ns;
	u64 look_ns;
	u32 late_looks;
	u32 excuses;
};
static_assert(sizeof(struct kwasm_exec) <= KW_EXEC_BYTES, "kwasm_exec outgrew its place");

extern struct srcu_struct kwasm_srcu;

static inline struct kwasm_exec *kwasm_exec_of(struct kw_exec *e)
{
	return container_of(e, struct kwasm_exec, e);
}

/**
 * kwasm_exec_begin_s() - claim this CPU's VM stack
 *
 * Turns off bottom halves and migration, up to kwasm_exec_end().
 * Context: process or softirq with interrupts on, in an RCU read section for
 * guests whose host functions need one.
 * Return: the execution, host and packet zeroed but for the fields (fill those
 * of the program's code->field_mask); or ERR_PTR:
 * -EBUSY a guest already runs on this CPU, -EOPNOTSUPP hard irq, NMI or
 * interrupts off, -ENOSPC too little kernel stack left, -ENODEV the CPU is
 * going down.
 */
struct kwasm_exec *kwasm_exec_begin_s(void);

/* The one of @cpu, whether it runs or not; for the watchdog. */
struct kwasm_exec *kwasm_exec_s(int cpu);

/**
 * kwasm_exec_begin_p() - get a VM stack for a call in process context
 *
 * Context: process context, may sleep; not under kwasm_srcu already unless the
 * caller is a host function (nesting is allowed, each has a stack of its own).
 * While the guest runs with floats, preemption is off; between polls, that is.
 * Return: the execution or ERR_PTR: -ENOMEM, -ENOSPC, -EOPNOTSUPP.
 */
struct kwasm_exec *kwasm_exec_begin_p(void);

/**
 * kwasm_exec_run() - call a guest function of type () -> i32 or () -> ()
 * @x:           from begin
 * @inst:        its instance; in no other execution
 * @code:        entry point
 * @deadline_ns: how long it may take; S: 0 means the default of 1 ms, and it is
 *               ended up to a millisecond later; P: 0 means until a fatal signal
 * @result:      out, set only on normal return; garbage of type () -> ()
 *
 * May be repeated between begin and end.
 * Return: KW_TRAP_NONE or the enum kw_trap it ended with, the same as
 * x->e.trap; then x->e.trap_pc, .trap_site, .bt and .nr_bt tell where.
 */
u32 kwasm_exec_run(struct kwasm_exec *x, struct kw_inst *inst, void *code, u64 deadline_ns, u32 *result);

/**
 * kwasm_exec_call() - call a guest function of any type
 * @thunk: entry thunk of the function's type
 * @frame: frame->code, arguments; results after a normal return
 *
 * As kwasm_exec_run() in the rest.
 */
u32 kwasm_exec_call(struct kwasm_exec *x, struct kw_inst *inst, void *thunk,
		    struct kw_call_frame *frame, u64 deadline_ns);

void kwasm_exec_end(struct kwasm_exec *x);

/* For guests a packet of no bytes, which no host function takes for one. */
static inline void kwasm_exec_no_packet(struct kwasm_exec *x)
{
	x->e.host = NULL;
	x->e.pkt_data = NULL;
	x->e.pkt_lin = 0;
	x->e.pkt_len = 0;
	x->e.pkt_short = 0;
}

/* Since the module was loaded. */
struct kwasm_exec_stats {
	u64 calls_s;
	u64 refused_busy;
	u64 refused_context;
	u64 refused_stack;
	u64 killed;		/* by the watchdog in guest code */
	u64 flagged;		/* by the watchdog in a host function */
};

void kwasm_exec_stats(struct kwasm_exec_stats *st);

int kwasm_exec_init(void);
void kwasm_exec_exit(void);

/* entry.S */

/*
 * Enter @code with @inst, and @frame for thunks, on the VM stack of @e.
 * Return: eax of the guest; e->trap says whether it means anything.
 */
u64 kwasm_enter(void *code, struct kw_inst *inst, struct kw_call_frame *frame, struct kw_exec *e);

/* The flag of @e was seen set on a way back into guest code. Return: the trap, or 0 to go on. */
u32 kwasm_exec_poll(struct kw_exec *e);

#endif /* KWASM_EXEC_H */
