// SPDX-License-Identifier: GPL-2.0
/* Linear memories under guest code. */
#include <linux/bottom_half.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "../memory.h"
#include "guest.h"

static struct kw_mem_area area;

/* A guest's 32-bit load at @index: the trap, or 0. */
static int load_at(u32 index, u32 *value)
{
	struct guest *g = guest_load(index);
	int trap;

	if (!g)
		return -ENOMEM;
	g->inst.mem_base = area.base;
	trap = guest_run(g, 0, value);
	guest_free(g);
	return trap;
}

static bool loads(u32 index, u32 want)
{
	u32 value = ~want;

	return load_at(index, &value) == 0 && value == want;
}

static bool faults(u32 index)
{
	u32 value;

	return load_at(index, &value) == KW_TRAP_MEM_OOB;
}

bool test_memory_guard(void)
{
	bool ok;

	if (kwasm_memory_guard())
		return true;
	if (kw_mem_reserve(&area, 4 * KW_PAGE_BYTES, true))
		return expect(false, "reserved");
	ok = expect(faults(0), "nothing committed yet") &&
	     expect(!kw_mem_commit(&area, KW_PAGE_BYTES), "committed") && expect(loads(0, 0), "zeroed");
	if (ok)
		memset(area.base, 0x5a, KW_PAGE_BYTES);
	ok = ok && expect(loads(KW_PAGE_BYTES - 4, 0x5a5a5a5a), "last word") &&
	     expect(faults(KW_PAGE_BYTES - 3), "a word across the end") &&
	     expect(faults(KW_PAGE_BYTES), "the first word behind") &&
	     expect(faults(0x80000000), "the middle") && expect(faults(0xffffffff), "the last index") &&
	     expect(!kw_mem_commit(&area, 2 * KW_PAGE_BYTES), "grown") &&
	     expect(loads(0, 0x5a5a5a5a), "kept") && expect(loads(2 * KW_PAGE_BYTES - 4, 0), "new part zeroed");
	kw_mem_trim(&area, 0);
	ok = ok && expect(faults(0), "trimmed") && expect(!kw_mem_commit(&area, KW_PAGE_BYTES), "again") &&
	     expect(loads(0, 0), "zeroed again");
	kw_mem_release(&area);
	return ok;
}

bool test_memory_grow_in_softirq(void)
{
	int prepared, unprepared;
	bool ok;

	if (kwasm_memory_guard())
		return true;
	if (kw_mem_reserve(&area, 16 * KW_PAGE_BYTES, true))
		return expect(false, "reserved");
	ok = expect(!kw_mem_prepare(&area, 8 * KW_PAGE_BYTES), "prepared") && expect(faults(0), "not mapped by it");
	local_bh_disable();
	prepared = kw_mem_commit(&area, 8 * KW_PAGE_BYTES);
	unprepared = kw_mem_commit(&area, 9 * KW_PAGE_BYTES);
	local_bh_enable();
	ok = ok && expect(!prepared, "grows into what was prepared") && expect(unprepared == -ENOMEM, "not beyond") &&
	     expect(loads(8 * KW_PAGE_BYTES - 4, 0), "mapped") && expect(faults(8 * KW_PAGE_BYTES), "no more than that");
	kw_mem_release(&area);
	return ok;
}

/* Another CPU's TLB may hold what was there before. */
static void touch(void *stale)
{
	u32 value;

	if (copy_from_kernel_nofault(&value, area.base, sizeof(value)) == 0)
		atomic_inc(stale);
}

bool test_memory_reuse(void)
{
	u64 free = kwasm_memory_guard_free();
	atomic_t stale = ATOMIC_INIT(0);
	bool ok = true;
	u32 i;

	if (kwasm_memory_guard())
		return true;
	for (i = 0; i < 300 && ok; i++) {
		ok = expect(!kw_mem_reserve(&area, KW_PAGE_BYTES, true), "reserved");
		if (!ok)
			break;
		on_each_cpu(touch, &stale, 1);
		ok = expect(!atomic_read(&stale), "nothing mapped in a fresh reservation") &&
		     expect(!kw_mem_commit(&area, KW_PAGE_BYTES), "committed") &&
		     expect(!memchr_inv(area.base, 0, KW_PAGE_BYTES), "zeroed");
		if (ok)
			memset(area.base, 0xff, KW_PAGE_BYTES);
		on_each_cpu(touch, &stale, 1);
		ok = ok && expect(atomic_read(&stale) == num_online_cpus(), "mapped for all CPUs");
		atomic_set(&stale, 0);
		kw_mem_release(&area);
	}
	return ok && expect(kwasm_memory_guard_free() == free, "all reservations given back");
}

static bool is_mapped(s64 at)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, area.base + at, 1);
}

/* What clamped indices can reach besides the memory's pages. */
static bool nothing_around(void)
{
	u64 max = 4 * KW_PAGE_BYTES, at;
	bool ok = true;

	for (at = PAGE_SIZE; ok && at <= KW_FRONT_BYTES; at += PAGE_SIZE)
		ok = expect(!is_mapped(-(s64)at), "nothing in front");
	for (at = 0; ok && at < KW_TAIL_BYTES; at += PAGE_SIZE)
		ok = expect(!is_mapped(max + at), "nothing behind");
	return ok && expect((u8 *)area.limit == area.base + KW_LIMIT_OFF, "the limit's place") &&
	       expect(faults(max - 3), "a word across the end");
}

bool test_memory_unguarded(void)
{
	bool tail = kwasm_memory_tail(), ok;

	if (kw_mem_reserve(&area, 4 * KW_PAGE_BYTES, false))
		return expect(false, "reserved");
	ok = expect(!kw_mem_commit(&area, KW_PAGE_BYTES), "committed") &&
	     expect(!tail || faults(KW_PAGE_BYTES), "no more than that") &&
	     expect(!kw_mem_commit(&area, 4 * KW_PAGE_BYTES), "grown") &&
	     expect(loads(4 * KW_PAGE_BYTES - 4, 0), "zeroed") &&
	     expect(kw_mem_commit(&area, 5 * KW_PAGE_BYTES) == -ENOMEM, "not beyond its maximum");
	ok = ok && expect(tail == (area.limit != NULL), "a limit with a tail") && (!tail || nothing_around());
	kw_mem_release(&area);
	return ok;
}
