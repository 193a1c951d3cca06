// SPDX-License-Identifier: GPL-2.0
/* Who is interrupted by a guest with floats gets his registers back; what such a guest calls may sleep. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/timer.h>

#include "../compat.h"
#include "../stubs.h"
#include "arch.h"
#include "guest.h"
#include "selftest/machine.h"

#define ROUNDS		20

/* A guest that runs in a timer's softirq, and how that went. */
struct float_job {
	struct timer_list timer;
	struct guest *guest;
	bool section_open;	/* it interrupted one */
	u32 trap, control;
	bool done;
};

static void run_in_softirq(struct timer_list *t)
{
	struct float_job *job = container_of(t, struct float_job, timer);
	struct kwasm_exec *x;

	job->section_open = section_is_open();
	x = kwasm_exec_begin_s();
	job->trap = ~0u;
	if (!IS_ERR(x)) {
		x->floats = true;
		job->trap = kwasm_exec_run(x, &job->guest->inst, job->guest->text->addr, 0, &job->control);
		kwasm_exec_end(x);
	}
	WRITE_ONCE(job->done, true);
}

static u64 ours[REGISTER_WORDS], after[REGISTER_WORDS];
static bool kept_out;		/* softirqs wait for the end of a section */

/* Interrupted within an FPU section; false if any register came back with another value. */
static bool registers_survive(struct float_job *job)
{
	u32 control;
	u64 end;

	job->done = false;
	timer_setup(&job->timer, run_in_softirq, TIMER_PINNED);
	section_begin();
	kept_out = in_softirq();
	registers_set(ours, CONTROL_OURS);
	mod_timer(&job->timer, jiffies + 1);
	end = ktime_get_ns() + 100 * NSEC_PER_MSEC;
	while (!READ_ONCE(job->done) && ktime_get_ns() < end)
		cpu_relax();
	control = registers_get(after);
	section_end();
	timer_shutdown_sync(&job->timer);
	return expect(!memcmp(ours, after, sizeof(ours)), "vector registers as they were") &&
	       expect_eq(control, CONTROL_OURS, "control register");
}

bool test_fpu_interrupted(void)
{
	struct float_job job = { .guest = guest_floats() };
	u32 i, within = 0;
	bool ok = expect(job.guest, "published");

	for (i = 0; i < REGISTER_WORDS; i++)
		ours[i] = 0x0123456789abcdefULL * (i + 1);
	for (i = 0; i < ROUNDS && ok; i++) {
		ok = registers_survive(&job);
		if (!job.done || !job.section_open)
			continue;
		within++;
		ok = ok && expect_eq(job.trap, KW_TRAP_NONE, "trap") &&
		     expect_eq(job.control, CONTROL_GUEST, "the guest's control register");
	}
	/* Where softirqs are threads they do not interrupt. */
	ok = ok && expect(within || kept_out || IS_ENABLED(CONFIG_PREEMPT_RT), "interrupted at least once");
	guest_free(job.guest);
	return ok;
}

/* A host function that sleeps, as those of P form may. */
static u32 sleeping_host_function(struct kw_inst *inst)
{
	msleep(1);
	return !section_is_open();
}

static u32 atomic_host_function(struct kw_inst *inst)
{
	return !section_is_open();
}

static bool host_function_returns(enum kw_form form, const void *fn, u32 want)
{
	u64 stub = kwasm_stub_make(fn);
	struct guest *g = stub ? guest_caller(form, stub) : NULL;
	struct kwasm_exec *x;
	u32 result = ~0u, trap;
	bool ok;

	if (!g)
		return expect(false, "published");
	x = form == KW_FORM_P ? kwasm_exec_begin_p() : kwasm_exec_begin_s();
	if (IS_ERR(x))
		return expect(false, "not refused");
	x->floats = true;
	trap = kwasm_exec_run(x, &g->inst, g->text->addr, 0, &result);
	kwasm_exec_end(x);
	ok = expect_eq(trap, KW_TRAP_NONE, "trap") && expect_eq(result, want, "FPU usable there");
	guest_free(g);
	return ok && expect(!section_is_open(), "no section left open");
}

bool test_fpu_host_function(void)
{
	return host_function_returns(KW_FORM_P, sleeping_host_function, 1) &&
	       host_function_returns(KW_FORM_S, atomic_host_function, 0);
}
