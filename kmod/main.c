// SPDX-License-Identifier: GPL-2.0
/* The module: its parts come up in order and go down in reverse. */
#include <linux/init.h>
#include <linux/module.h>

#include "arch.h"
#include "exec.h"
#include "fault.h"
#include "ksym.h"
#include "memory.h"
#include "objects.h"
#include "selftest.h"
#include "stubs.h"
#include "text.h"
#include "watchdog.h"

static int ksym_init(void)
{
	kwasm_ksym_init();
	return 0;
}

static const struct part {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ "CPU",		kwasm_arch_check_cpu,	NULL },
	{ "code arena",		kwasm_text_init,	kwasm_text_exit },
	{ "stubs",		kwasm_stubs_init,	NULL },
	{ "kernel symbols",	ksym_init,		NULL },
	{ "fault table",	kwasm_fault_init,	kwasm_fault_exit },
	{ "memories",		kwasm_memory_init,	kwasm_memory_exit },
	{ "executions",		kwasm_exec_init,	kwasm_exec_exit },
	{ "watchdog",		kwasm_watchdog_init,	kwasm_watchdog_exit },
	{ "self test",		kwasm_selftest,		NULL },
	{ "device",		kwasm_objects_init,	kwasm_objects_exit },
};

static void exit_parts(int n)
{
	while (n--)
		if (parts[n].exit)
			parts[n].exit();
}

static const char *memories(void)
{
	switch (kwasm_memory_guard()) {
	case 0:
		return "memories with guard regions";
	case -ENOSPC:
		return "memories bounds-checked: no guard region is allowed";
	default:
		return "memories bounds-checked: this kernel cannot reserve guard regions";
	}
}

static void say_what_works(void)
{
	struct kwasm_text_stats st;

	kwasm_text_stats(&st);
	pr_info("kwasm: %llu MiB for code, %llu fault sites, %s\n", st.bytes >> 20, st.fault_sites,
		memories());
}

static int __init kwasm_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			pr_err("kwasm: %s: %d\n", parts[i].name, err);
			exit_parts(i);
			return err;
		}
	}
	say_what_works();
	return 0;
}

static void __exit kwasm_exit(void)
{
	exit_parts(ARRAY_SIZE(parts));
}

module_init(kwasm_init);
module_exit(kwasm_exit);
MODULE_DESCRIPTION("WebAssembly programs in the kernel");
MODULE_LICENSE("GPL");
