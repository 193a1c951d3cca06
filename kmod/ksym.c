// SPDX-License-Identifier: GPL-2.0
/*
 * A symbol's name -> its address: a kprobe may be named by symbol, and tells
 * where kallsyms_lookup_name is; that finds the rest.
 */
#include <linux/cache.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>

#include "ksym.h"
#include "text.h"

static bool no_kallsyms;
module_param(no_kallsyms, bool, 0400);
MODULE_PARM_DESC(no_kallsyms, "do not look up unexported kernel functions: memories are bounds-checked");

static unsigned long (*lookup_name)(const char *name) __ro_after_init;

void kwasm_ksym_init(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };

	if (no_kallsyms || register_kprobe(&kp))
		return;
	/* With IBT, kp.addr is behind the endbr64: as good a place to jump to. */
	lookup_name = kwasm_text_jump_stub(kp.addr);
	unregister_kprobe(&kp);
}

unsigned long kwasm_ksym_addr(const char *name)
{
	return lookup_name ? lookup_name(name) : 0;
}

void *kwasm_ksym_fn(const char *name)
{
	unsigned long addr = kwasm_ksym_addr(name);

	return addr ? kwasm_text_jump_stub((void *)addr) : NULL;
}
