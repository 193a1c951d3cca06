// SPDX-License-Identifier: GPL-2.0
/* Faults, runaways, recursion and refusals, in the contexts hooks run in. */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "../compat.h"
#include "../ksym.h"
#include "../stubs.h"
#include "../watchdog.h"
#include "arch.h"
#include "guest.h"

/* Work to be done in a tasklet, and its answer. */
struct job {
	struct tasklet_struct tasklet;
	struct completion done;
	bool (*run)(struct guest *g);
	struct guest *guest;
	bool ok;
};

static void run_job(struct tasklet_struct *t)
{
	struct job *job = container_of(t, struct job, tasklet);

	job->ok = job->run(job->guest);
	complete(&job->done);
}

static bool in_tasklet(bool (*run)(struct guest *g), struct guest *g)
{
	struct job job = { .run = run, .guest = g };

	init_completion(&job.done);
	tasklet_setup(&job.tasklet, run_job);
	tasklet_schedule(&job.tasklet);
	wait_for_completion(&job.done);
	tasklet_kill(&job.tasklet);
	return job.ok;
}

/* A load from a kernel address that nothing is ever mapped to. */
static struct guest *faulting_guest(void)
{
	struct guest *g = guest_load(0x1000);

	if (g)
		g->inst.mem_base = (u8 *)0xffffffff00000000UL;
	return g;
}

static bool faults_once(struct guest *g)
{
	struct kwasm_exec *x = kwasm_exec_begin_s();
	u32 trap, result;
	bool ok;

	if (IS_ERR(x))
		return expect(false, "not refused");
	trap = kwasm_exec_run(x, &g->inst, g->text->addr, 0, &result);
	ok = expect_eq(trap, KW_TRAP_MEM_OOB, "trap") && expect_eq(x->e.trap_site, 0, "site") &&
	     expect(x->e.trap_pc == (u64)g->text->addr + g->site[0].off, "pc of the landing");
	kwasm_exec_end(x);
	return ok;
}

static bool faults_many(struct guest *g)
{
	u32 i, good = 0;

	for (i = 0; i < 1000; i++)
		good += faults_once(g);
	return good == 1000;
}

bool test_fault_process(void)
{
	struct guest *g = faulting_guest();
	u32 i;
	bool ok = expect(g, "published");

	for (i = 0; i < 20 && ok; i++)
		ok = expect(faults_many(g), "every fault recovered, with its place");
	guest_free(g);
	return ok;
}

bool test_fault_softirq(void)
{
	struct guest *g = faulting_guest();
	u32 i;
	bool ok = expect(g, "published");

	for (i = 0; i < 20 && ok; i++)
		ok = expect(in_tasklet(faults_many, g), "every fault recovered, with its place");
	guest_free(g);
	return ok;
}

static int fault_thread(void *arg)
{
	int bad = 0;

	while (!kthread_should_stop()) {
		bad += !faults_once(arg);
		cond_resched();
	}
	return bad;
}

bool test_fault_while_loading(void)
{
	struct guest *g = faulting_guest(), *other;
	struct task_struct *task;
	bool ok = expect(g, "published");
	u32 i;

	if (!ok)
		return false;
	task = kthread_run(fault_thread, g, "kwasm_selftest");
	if (IS_ERR(task))
		return expect(false, "a thread");
	for (i = 0; i < 100 && ok; i++) {
		other = guest_load(i);
		ok = expect(other, "published");
		guest_free(other);
	}
	ok = expect(kthread_stop(task) == 0, "no fault lost while tables switch") && ok;
	guest_free(g);
	return ok;
}

/* In softirq usually the interrupt stack, whose end only some kernels tell. */
static bool room_is_known(struct guest *unused)
{
	unsigned long room = kwasm_arch_stack_room();

	if (room == ~0UL)
		return !kwasm_ksym_addr("hardirq_stack_ptr");
	return room > THREAD_SIZE / 2 && room < THREAD_SIZE;
}

bool test_stack_room(void)
{
	return expect(room_is_known(NULL), "on the task's stack") &&
	       expect(in_tasklet(room_is_known, NULL), "in softirq");
}

/* Not a test: what an S execution costs, begin to end. */
void measure_call(void)
{
	struct guest *g = guest_const(1);
	u32 i, result;
	u64 start;

	if (!g)
		return;
	start = ktime_get_ns();
	for (i = 0; i < 100000; i++)
		guest_run(g, 0, &result);
	pr_info("# an S call takes %llu ns\n", (ktime_get_ns() - start) / 100000);
	guest_free(g);
}

static bool loop_ends(struct guest *g)
{
	u64 start = ktime_get_ns();
	u32 result;
	int trap = guest_run(g, 2 * NSEC_PER_MSEC, &result);

	return expect(trap == KW_TRAP_DEADLINE, "deadline exceeded") &&
	       expect(ktime_get_ns() - start >= 2 * NSEC_PER_MSEC, "not before it");
}

bool test_loop_process(void)
{
	struct guest *g = guest_loop();
	u32 i;
	bool ok = expect(g, "published");

	for (i = 0; i < 50 && ok; i++)
		ok = loop_ends(g);
	guest_free(g);
	return ok;
}

bool test_loop_softirq(void)
{
	struct guest *g = guest_loop();
	u32 i;
	bool ok = expect(g, "published");

	for (i = 0; i < 200 && ok; i++)
		ok = in_tasklet(loop_ends, g);
	guest_free(g);
	return ok;
}

/* A host function that takes its time. */
static u32 slow_host_function(struct kw_inst *inst)
{
	udelay(200);
	return 0;
}

bool test_loop_in_host_function(void)
{
	u64 stub = kwasm_stub_make(slow_host_function);
	struct guest *g = stub ? guest_caller_forever(stub) : NULL;
	bool ok = expect(g, "published");
	u32 i;

	for (i = 0; i < 20 && ok; i++)
		ok = loop_ends(g) && in_tasklet(loop_ends, g);
	guest_free(g);
	return ok;
}

bool test_loop_polled(void)
{
	struct guest *g = guest_polled_loop();
	bool ok = expect(g, "published");
	u32 i, result;

	for (i = 0; i < 5 && ok; i++)
		ok = expect(guest_run(g, 20 * NSEC_PER_MSEC, &result) == KW_TRAP_DEADLINE, "deadline exceeded");
	guest_free(g);
	return ok;
}

bool test_recursion(void)
{
	struct guest *g = guest_recursion();
	struct kwasm_exec *x;
	u32 result, trap;
	bool ok;

	if (!g)
		return expect(false, "published");
	x = kwasm_exec_begin_s();
	if (IS_ERR(x))
		return expect(false, "not refused");
	trap = kwasm_exec_run(x, &g->inst, g->text->addr, 0, &result);
	ok = expect(trap == KW_TRAP_STACK, "call stack exhausted") &&
	     expect(x->e.nr_bt == KW_BACKTRACE_MAX, "a full backtrace") &&
	     expect(kwasm_text_find(x->e.bt[0]) == g->text, "of its own addresses");
	kwasm_exec_end(x);
	guest_free(g);
	return ok;
}

static int hardirq_answer;
static DECLARE_COMPLETION(hardirq_done);

static enum hrtimer_restart try_in_hardirq(struct hrtimer *t)
{
	hardirq_answer = PTR_ERR_OR_ZERO(kwasm_exec_begin_s());
	complete(&hardirq_done);
	return HRTIMER_NORESTART;
}

bool test_refused_contexts(void)
{
	static struct hrtimer timer;
	unsigned long flags;
	int irqs_off;

	local_irq_save(flags);
	irqs_off = PTR_ERR_OR_ZERO(kwasm_exec_begin_s());
	local_irq_restore(flags);
	hrtimer_setup(&timer, try_in_hardirq, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	hrtimer_start(&timer, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&hardirq_done);
	hrtimer_cancel(&timer);
	return expect(irqs_off == -EOPNOTSUPP, "refused with interrupts off") &&
	       expect(hardirq_answer == -EOPNOTSUPP, "refused in hard irq");
}

/* A host function that would enter a guest itself. */
static u32 nesting_host_function(struct kw_inst *inst)
{
	return PTR_ERR_OR_ZERO(kwasm_exec_begin_s());
}

bool test_refused_nested(void)
{
	u64 stub = kwasm_stub_make(nesting_host_function);
	struct guest *g = stub ? guest_caller(KW_FORM_S, stub) : NULL;
	u32 result = 0;
	bool ok;

	if (!g)
		return expect(false, "published");
	ok = expect(guest_run(g, 0, &result) == 0, "no trap") &&
	     expect((int)result == -EBUSY, "the inner one refused");
	guest_free(g);
	return ok;
}

static long loop_here(void *guest)
{
	return loop_ends(guest);
}

bool test_hotplug(void)
{
	struct guest *g = guest_loop();
	u32 i, cpu = 1;
	bool ok = expect(g, "published");

	if (num_online_cpus() < 2) {
		guest_free(g);
		return ok;
	}
	for (i = 0; i < 2 && ok; i++)
		ok = expect(work_on_cpu(cpu, loop_here, g), "a loop ends there") &&
		     expect(!remove_cpu(cpu), "it goes") && expect(!add_cpu(cpu), "it comes back");
	ok = ok && expect(work_on_cpu(cpu, loop_here, g), "a loop ends there again");
	guest_free(g);
	return ok;
}
