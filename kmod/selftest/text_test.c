// SPDX-License-Identifier: GPL-2.0
/* The arena: publishing, freeing, rewriting, protection. */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../ksym.h"
#include "../memory.h"
#include "guest.h"
#include "selftest/machine.h"

bool test_templates(void)
{
	struct guest *callee = guest_const(7), *g = callee ? guest_call_indirect(callee) : NULL;
	u32 result = 0;
	bool ok;

	ok = expect(g, "published") && expect(guest_run(g, 0, &result) == 0, "no trap") &&
	     expect(result == 8, "7 + 1");
	guest_free(g);
	guest_free(callee);
	return ok;
}

bool test_publish(void)
{
	struct guest *g = guest_const(0x12345678);
	struct kwasm_text *t;
	u32 result = 0;
	u8 *addr;
	bool ok;
	int i;

	if (!g)
		return expect(false, "published");
	t = g->text;
	addr = t->addr;
	ok = expect(guest_run(g, 0, &result) == 0, "no trap") && expect(result == 0x12345678, "its result") &&
	     expect(kwasm_text_find((u64)addr) == t, "found by its first byte") &&
	     expect(kwasm_text_find((u64)addr + t->len) == t, "found by a return address at its end") &&
	     expect(kwasm_text_is_body((u64)addr), "first byte is a body") &&
	     expect(!kwasm_text_is_body((u64)addr + t->len), "the end is not");
	guest_free(g);
	ok = ok && expect(!kwasm_text_find((u64)addr), "not found after free");
	for (i = 0; i < 100 && *(volatile u8 *)(addr + 4) != KWASM_NO_CODE; i++)
		msleep(20);
	return ok && expect(*(volatile u8 *)(addr + 4) == KWASM_NO_CODE, "nothing left of freed code");
}

/* Runs fixed code without pause, so that any damage near it shows. */
static int runner(void *arg)
{
	struct guest *g = arg;
	bool ok = true;
	u32 result;

	while (!kthread_should_stop()) {
		result = 0;
		ok = ok && expect_eq(guest_run(g, 0, &result), 0, "trap") && expect_eq(result, 99, "value");
		cond_resched();
	}
	return ok ? 0 : -EIO;
}

bool test_rewrite(void)
{
	struct guest *fixed = guest_const(99), *g;
	struct task_struct *task;
	u32 i, result;
	bool ok = true;

	if (!fixed)
		return expect(false, "published");
	task = kthread_run(runner, fixed, "kwasm_selftest");
	if (IS_ERR(task))
		return expect(false, "a thread");
	for (i = 0; i < 300 && ok; i++) {
		result = 0;
		g = guest_const(i);
		ok = expect(g, "published") && expect_eq(guest_run(g, 0, &result), 0, "trap") &&
		     expect_eq(result, i, "its own value");
		guest_free(g);
	}
	ok = expect(kthread_stop(task) == 0, "the other CPU's code stays whole") && ok;
	guest_free(fixed);
	return ok;
}

bool test_not_writable(void)
{
	/* Prints what it finds to the log; the harness reads it there. */
	void (*check_wx)(void) = kwasm_ksym_fn(CHECK_WX);
	struct guest *g = guest_const(1);
	unsigned long addr, alias;
	bool ok = true;

	for (addr = (unsigned long)kwasm_arena_start(); addr < (unsigned long)kwasm_arena_end() && ok;
	     addr += PAGE_SIZE) {
		alias = (unsigned long)page_address(vmalloc_to_page((void *)addr));
		ok = expect(!is_writable(addr), "arena read-only") &&
		     expect(!is_writable(alias), "direct map read-only");
	}
	if (check_wx)
		check_wx();
	guest_free(g);
	return ok;
}

static bool probe_refused(void *addr)
{
	struct kprobe kp = { .addr = addr };
	int err = register_kprobe(&kp);

	if (!err)
		unregister_kprobe(&kp);
	return err;
}

bool test_no_probes(void)
{
	struct guest *g = guest_const(1);
	bool ok;

	if (!g)
		return expect(false, "published");
	ok = expect(probe_refused(g->text->addr), "no probe on a guest function") &&
	     expect(probe_refused(g->text->addr + 4), "no probe inside one") &&
	     expect(probe_refused(kwasm_arena_start()), "no probe on a stub") &&
	     expect(probe_refused(kwasm_arena_end() - 64), "no probe at the arena's end") &&
	     expect(probe_refused(kwasm_enter), "no probe on the entry") &&
	     expect(!probe_refused(kwasm_exec_begin_s), "probes elsewhere work");
	guest_free(g);
	return ok;
}

/* One object as large as half the arena: two do not fit, one does again after the first is gone. */
bool test_arena_full(void)
{
	struct kwasm_text *a = NULL, *b = NULL;
	struct kw_code big = { .nr_funcs = 0 };
	struct kwasm_text_stats st;
	bool ok;

	kwasm_text_stats(&st);
	big.len = st.bytes / 2 + 1;
	big.body_len = big.len;
	big.bytes = kw_alloc(big.len);
	if (!big.bytes)
		return expect(false, "memory");
	memset(big.bytes, KWASM_NO_CODE, big.len);
	ok = expect(!kwasm_text_publish(&big, NULL, &a), "first fits") &&
	     expect(kwasm_text_publish(&big, NULL, &b) == -ENOSPC, "second does not");
	kwasm_text_free(a);
	ok = ok && expect(!kwasm_text_publish(&big, NULL, &b), "fits again");
	kwasm_text_free(b);
	kw_free(big.bytes);
	return ok;
}
