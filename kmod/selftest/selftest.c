// SPDX-License-Identifier: GPL-2.0
/* Runs every test once at load and prints TAP to the kernel log. */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#include "../selftest.h"
#include "guest.h"

static bool selftest;
module_param(selftest, bool, 0400);
MODULE_PARM_DESC(selftest, "run the self test at load; loading fails when a test does");

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "return and call templates run",			test_templates },
	{ "published code runs, freed code is gone",		test_publish },
	{ "code is rewritten while another CPU runs code",	test_rewrite },
	{ "no alias of the arena is writable",			test_not_writable },
	{ "no kprobe in arena or stubs",			test_no_probes },
	{ "a full arena says so and recovers",			test_arena_full },
	{ "faults are recovered in process context",		test_fault_process },
	{ "faults are recovered in softirq",			test_fault_softirq },
	{ "faults are recovered while code is loaded",		test_fault_while_loading },
	{ "a runaway loop ends in process context",		test_loop_process },
	{ "a runaway loop ends in softirq",			test_loop_softirq },
	{ "a loop of host calls ends",				test_loop_in_host_function },
	{ "a P loop ends by its poll",				test_loop_polled },
	{ "endless recursion ends with a backtrace",		test_recursion },
	{ "interrupts off and hard irq are refused",		test_refused_contexts },
	{ "a guest within a guest is refused",			test_refused_nested },
	{ "a CPU may go and come back",				test_hotplug },
	{ "the end of the kernel stack is known",		test_stack_room },
	{ "an interrupted FPU section keeps its registers",	test_fpu_interrupted },
	{ "host functions of a guest with floats may sleep",	test_fpu_host_function },
	{ "guard regions fault, committed memory does not",	test_memory_guard },
	{ "prepared memory grows in softirq",			test_memory_grow_in_softirq },
	{ "reservations are reused clean",			test_memory_reuse },
	{ "memory without guard works",				test_memory_unguarded },
};

bool expect(bool ok, const char *what)
{
	if (!ok)
		pr_err("# expected: %s\n", what);
	return ok;
}

bool expect_eq(u64 got, u64 want, const char *what)
{
	if (got != want)
		pr_err("# expected %s: %llu, got %llu\n", what, want, got);
	return got == want;
}

int kwasm_selftest(void)
{
	u32 i, failed = 0;

	if (!selftest)
		return 0;
	pr_info("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		bool ok = tests[i].run();

		failed += !ok;
		pr_info("%sok %u selftest: %s\n", ok ? "" : "not ", i + 1, tests[i].name);
	}
	measure_call();
	return failed ? -EIO : 0;
}
