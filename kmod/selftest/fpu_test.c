// SPDX-License-Identifier: GPL-2.0
/* Who is interrupted by a guest with floats gets his registers back; what such a guest calls may sleep. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/timer.h>
#include <asm/fpu/api.h>

#include "../compat.h"
#include "../stubs.h"
#include "arch.h"
#include "guest.h"

#define ROUNDS		20
#define MXCSR_OURS	0x7f80		/* round towards zero */
#define MXCSR_GUEST	0x1f80

/* A guest that runs in a timer's softirq, and how that went. */
struct float_job {
	struct timer_list timer;
	struct guest *guest;
	bool section_open;	/* it interrupted one */
	u32 trap, mxcsr;
	bool done;
};

/* Overwrites xmm0-15, divides 1 by 3, returns MXCSR as it was on entry. */
static struct guest *float_guest(void)
{
	struct guest *g = guest_new(KW_FORM_S);
	u8 n;

	if (!g)
		return NULL;
	GUEST(g, 0x41, 0x0f, 0xae, 0x5f, 0xf8);				/* stmxcsr -8(%r15) */
	GUEST(g, 0xb8, 1, 0, 0, 0);					/* mov $1, %eax */
	GUEST(g, 0xf2, 0x0f, 0x2a, 0xc0);				/* cvtsi2sd %eax, %xmm0 */
	GUEST(g, 0xb8, 3, 0, 0, 0);					/* mov $3, %eax */
	GUEST(g, 0xf2, 0x0f, 0x2a, 0xc8);				/* cvtsi2sd %eax, %xmm1 */
	GUEST(g, 0xf2, 0x0f, 0x5e, 0xc1);				/* divsd %xmm1, %xmm0 */
	for (n = 0; n < 8; n++)
		GUEST(g, 0x66, 0x0f, 0x76, 0xc0 | n << 3 | n);		/* pcmpeqd %xmm, %xmm */
	for (n = 0; n < 8; n++)
		GUEST(g, 0x66, 0x45, 0x0f, 0x76, 0xc0 | n << 3 | n);
	GUEST(g, 0x41, 0x8b, 0x47, 0xf8);				/* mov -8(%r15), %eax */
	guest_ret(g);
	if (!guest_publish(g))
		return g;
	guest_free(g);
	return NULL;
}

static void run_in_softirq(struct timer_list *t)
{
	struct float_job *job = container_of(t, struct float_job, timer);
	struct kwasm_exec *x;

	job->section_open = !irq_fpu_usable();
	x = kwasm_exec_begin_s();
	job->trap = ~0u;
	if (!IS_ERR(x)) {
		x->floats = true;
		job->trap = kwasm_exec_run(x, &job->guest->inst, job->guest->text->addr, 0, &job->mxcsr);
		kwasm_exec_end(x);
	}
	WRITE_ONCE(job->done, true);
}

static u64 ours[16][2], after[16][2];

/* Interrupted within an FPU section; false if any register came back with another value. */
static bool registers_survive(struct float_job *job)
{
	u32 mxcsr = MXCSR_OURS, mxcsr_after;
	u64 end;

	job->done = false;
	timer_setup(&job->timer, run_in_softirq, TIMER_PINNED);
	kernel_fpu_begin();
	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
	kwasm_xmm_load(ours);
	mod_timer(&job->timer, jiffies + 1);
	end = ktime_get_ns() + 100 * NSEC_PER_MSEC;
	while (!READ_ONCE(job->done) && ktime_get_ns() < end)
		cpu_relax();
	kwasm_xmm_save(after);
	asm volatile("stmxcsr %0" : "=m" (mxcsr_after));
	kernel_fpu_end();
	timer_shutdown_sync(&job->timer);
	return expect(!memcmp(ours, after, sizeof(ours)), "xmm0-15 as they were") &&
	       expect_eq(mxcsr_after, MXCSR_OURS, "MXCSR");
}

bool test_fpu_interrupted(void)
{
	struct float_job job = { .guest = float_guest() };
	u32 i, within = 0;
	bool ok = expect(job.guest, "published");

	for (i = 0; i < 32; i++)
		ours[i / 2][i % 2] = 0x0123456789abcdefULL * (i + 1);
	for (i = 0; i < ROUNDS && ok; i++) {
		ok = registers_survive(&job);
		if (!job.done || !job.section_open)
			continue;
		within++;
		ok = ok && expect_eq(job.trap, KW_TRAP_NONE, "trap") &&
		     expect_eq(job.mxcsr, MXCSR_GUEST, "the guest's MXCSR");
	}
	/* Where softirqs are threads they do not interrupt. */
	ok = ok && expect(within || IS_ENABLED(CONFIG_PREEMPT_RT), "interrupted at least once");
	guest_free(job.guest);
	return ok;
}

/* A host function that sleeps, as those of P form may. */
static u32 sleeping_host_function(struct kw_inst *inst)
{
	msleep(1);
	return irq_fpu_usable();
}

static u32 atomic_host_function(struct kw_inst *inst)
{
	return irq_fpu_usable();
}

static bool host_function_returns(enum kw_form form, const void *fn, u32 want)
{
	struct guest *g = guest_new(form);
	u64 stub = kwasm_stub_make(fn);
	struct kwasm_exec *x;
	u32 result = ~0u, trap = ~0u;
	bool ok;

	if (!g || !stub)
		return expect(false, "memory");
	guest_call(g, stub);
	guest_ret(g);
	ok = expect(!guest_publish(g), "published");
	x = form == KW_FORM_P ? kwasm_exec_begin_p() : kwasm_exec_begin_s();
	if (IS_ERR(x))
		return expect(false, "not refused");
	x->floats = true;
	if (ok)
		trap = kwasm_exec_run(x, &g->inst, g->text->addr, 0, &result);
	kwasm_exec_end(x);
	ok = ok && expect_eq(trap, KW_TRAP_NONE, "trap") && expect_eq(result, want, "FPU usable there");
	guest_free(g);
	return ok && expect(irq_fpu_usable(), "no section left open");
}

bool test_fpu_host_function(void)
{
	return host_function_returns(KW_FORM_P, sleeping_host_function, 1) &&
	       host_function_returns(KW_FORM_S, atomic_host_function, 0);
}
