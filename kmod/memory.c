// SPDX-License-Identifier: GPL-2.0
/*
 * jit/platform.h for the kernel: allocation, and linear memories as kernel
 * address space with pages mapped into its beginning.
 *
 *	base            committed        prepared              reserved
 *	| mapped pages  | own pages, not | unmapped .......... |
 *	|               | mapped: fault  |  fault              |
 *
 * Outside of guard mode a page with the limit, the front and the tail of
 * layout.h lie around that.
 *
 * Three kernel functions are not exported: one reserves address space, one
 * maps pages into a part of it, one unmaps them.  Without them a memory gets
 * all pages of its maximum at once, in one vmap area, and nothing around.
 *
 * free_vm_area() leaves translations in the TLB until the address space is
 * handed out again, so pages may be freed only when no guest can use them:
 * kw_mem_release() demands that.
 *
 * The kernel never frees page tables of this part of its address space, and
 * reservations that come and go would leave some at ever new places: a number
 * of them are kept for the next memory.
 */
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../jit/common/layout.h"
#include "ksym.h"
#include "memory.h"

#define MAX_RESERVATIONS	32768
#define MAX_IDLE		256	/* kept for the next memory */
/* A memory too large for the machine is refused: no process is killed to make room for it. */
#define GFP_PAGES		(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/* kw_mem_area.priv */
struct mapping {
	struct vm_struct *vm;		/* NULL: all pages in one vmap */
	struct page **pages;
	u64 nr_pages, cap_pages;	/* owned, room in @pages */
	struct page *limit;		/* NULL: has no limit that code could read */
	bool guard;
};

static struct vm_struct *(*reserve)(unsigned long bytes, unsigned long flags) __ro_after_init;
static int (*map_pages)(unsigned long from, unsigned long to, pgprot_t prot,
			struct page **pages, unsigned int page_shift) __ro_after_init;
static void (*unmap_pages)(unsigned long from, unsigned long to) __ro_after_init;

static DEFINE_SPINLOCK(idle_lock);
static struct vm_struct *idle[MAX_IDLE];	/* guard reservations with nothing mapped */
static u32 nr_idle;

static atomic_t nr_reservations;
/* What was asked until kwasm_memory_init() puts here what there can be. */
static unsigned int max_reservations __ro_after_init = MAX_RESERVATIONS;
module_param_named(reservations, max_reservations, uint, 0400);
MODULE_PARM_DESC(reservations, "guard regions at once, 4 GiB of address space each; 0: memories are bounds-checked");

void *kw_alloc(size_t bytes)
{
	/* kvmalloc() warns above. */
	return bytes <= INT_MAX ? kvzalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_NOWARN) : NULL;
}

void *kw_alloc_dirty(size_t bytes)
{
	return bytes <= INT_MAX ? kvmalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_NOWARN) : NULL;
}

void kw_free(void *p)
{
	kvfree(p);
}

int kw_checkpoint(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static bool can_reserve(void)
{
	return reserve && map_pages && unmap_pages;
}

bool kwasm_memory_tail(void)
{
	return can_reserve();
}

int kwasm_memory_guard(void)
{
	if (!can_reserve() || IS_ENABLED(CONFIG_KASAN_VMALLOC))
		return -EOPNOTSUPP;
	return kwasm_memory_guard_free() ? 0 : -ENOSPC;
}

u64 kwasm_memory_guard_free(void)
{
	return max((int)max_reservations - atomic_read(&nr_reservations), 0);
}

static int take_reservation(void)
{
	int err = kwasm_memory_guard();

	/* A failed get_vm_area() would be seen in the kernel log. */
	if (!err && !atomic_add_unless(&nr_reservations, 1, max_reservations))
		err = -ENOSPC;
	return err;
}

static int grow_array(struct mapping *m, u64 need)
{
	u64 cap = max(need, 2 * m->cap_pages);
	struct page **pages;

	if (need <= m->cap_pages)
		return 0;
	pages = kw_alloc(cap * sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	if (m->nr_pages)
		memcpy(pages, m->pages, m->nr_pages * sizeof(*pages));
	kw_free(m->pages);
	m->pages = pages;
	m->cap_pages = cap;
	return 0;
}

/* Own @need pages; what was got before a failure stays for the next try or the release. */
static int get_pages(struct mapping *m, u64 need)
{
	int err;

	if (need <= m->nr_pages)
		return 0;
	/* The S form's memory.grow; what it may have was prepared. */
	if (in_softirq())
		return -ENOMEM;
	/* Asked before: looking for pages that are not there takes them from everybody else. */
	if (need - m->nr_pages > 1024 && need - m->nr_pages > (u64)si_mem_available())
		return -ENOMEM;
	err = grow_array(m, need);
	while (!err && m->nr_pages < need) {
		m->pages[m->nr_pages] = alloc_page(GFP_PAGES);
		if (!m->pages[m->nr_pages])
			return -ENOMEM;
		m->nr_pages++;
		if (m->nr_pages % 1024 == 0 && kw_checkpoint())
			return -ENOMEM;
	}
	return err;
}

/* Page tables stay when this fails or is undone: the next try needs no memory. */
static int map_range(struct kw_mem_area *a, u64 from, u64 to)
{
	struct mapping *m = a->priv;
	unsigned long start = (unsigned long)a->base + from, end = (unsigned long)a->base + to;

	if (from == to)
		return 0;
	if (!map_pages(start, end, PAGE_KERNEL, m->pages + (from >> PAGE_SHIFT), PAGE_SHIFT))
		return 0;
	unmap_pages(start, end);
	return -ENOMEM;
}

/* The exported way: everything now. */
static int map_whole(struct kw_mem_area *a, u64 bytes)
{
	struct mapping *m = a->priv;
	int err;

	err = get_pages(m, bytes >> PAGE_SHIFT);
	if (err)
		return err;
	a->base = vmap(m->pages, bytes >> PAGE_SHIFT, VM_MAP, PAGE_KERNEL);
	return a->base ? 0 : -ENOMEM;
}

static struct vm_struct *take_idle(void)
{
	struct vm_struct *vm = NULL;

	spin_lock(&idle_lock);
	if (nr_idle)
		vm = idle[--nr_idle];
	spin_unlock(&idle_lock);
	return vm;
}

/* False: there are enough already. */
static bool keep_idle(struct vm_struct *vm)
{
	bool kept;

	spin_lock(&idle_lock);
	kept = nr_idle < MAX_IDLE;
	if (kept)
		idle[nr_idle++] = vm;
	spin_unlock(&idle_lock);
	return kept;
}

static void put_range(struct kw_mem_area *a)
{
	struct mapping *m = a->priv;
	unsigned long base = (unsigned long)a->base;

	if (m->guard) {
		if (a->committed_bytes)
			unmap_pages(base, base + a->committed_bytes);
		if (keep_idle(m->vm))
			return;
	}
	free_vm_area(m->vm);
}

static int reserve_guarded(struct kw_mem_area *a, u64 bytes)
{
	struct mapping *m = a->priv;

	m->vm = take_idle();
	if (!m->vm)
		m->vm = reserve(bytes, VM_MAP);
	if (!m->vm)
		return -ENOSPC;
	a->base = m->vm->addr;
	return 0;
}

static int reserve_plain(struct kw_mem_area *a, u64 bytes)
{
	struct mapping *m = a->priv;
	unsigned long start;

	m->limit = alloc_page(GFP_PAGES);
	if (!m->limit)
		return -ENOMEM;
	m->vm = reserve(PAGE_SIZE + KW_FRONT_BYTES + bytes + KW_TAIL_BYTES, VM_MAP);
	if (!m->vm)
		return -ENOMEM;
	start = (unsigned long)m->vm->addr;
	if (map_pages(start, start + PAGE_SIZE, PAGE_KERNEL, &m->limit, PAGE_SHIFT))
		return -ENOMEM;
	a->base = (u8 *)start + PAGE_SIZE + KW_FRONT_BYTES;
	a->limit = (u64 *)(a->base + KW_LIMIT_OFF);
	return 0;
}

static int get_space(struct kw_mem_area *a, u64 bytes, bool guard)
{
	if (guard)
		return reserve_guarded(a, bytes);
	return can_reserve() ? reserve_plain(a, bytes) : map_whole(a, bytes);
}

int kw_mem_reserve(struct kw_mem_area *a, u64 max_bytes, bool guard)
{
	u64 bytes = guard ? KW_GUARD_RESERVE : max_t(u64, max_bytes, KW_PAGE_BYTES);
	struct kw_mem_area new = { .reserved_bytes = bytes };
	struct mapping *m;
	int err;

	if (max_bytes > KW_GUARD_RESERVE || !IS_ALIGNED(max_bytes, KW_PAGE_BYTES))
		return -EINVAL;
	if (guard) {
		err = take_reservation();
		if (err)
			return err;
	}
	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	new.priv = m;
	err = -ENOMEM;
	if (!m)
		goto err_unreserve;
	m->guard = guard;
	err = get_space(&new, bytes, guard);
	if (err)
		goto err_release;
	*a = new;
	return 0;

err_release:
	kw_mem_release(&new);
	return err;
err_unreserve:
	if (guard)
		atomic_dec(&nr_reservations);
	return err;
}

int kw_mem_commit(struct kw_mem_area *a, u64 new_bytes)
{
	struct mapping *m = a->priv;
	int err;

	if (new_bytes <= a->committed_bytes)
		return 0;
	if (new_bytes > a->reserved_bytes)
		return -ENOMEM;
	if (m->vm) {
		err = get_pages(m, new_bytes >> PAGE_SHIFT);
		if (!err)
			err = map_range(a, a->committed_bytes, new_bytes);
		if (err)
			return err;
	}
	a->committed_bytes = new_bytes;
	return 0;
}

int kw_mem_prepare(struct kw_mem_area *a, u64 bytes)
{
	struct mapping *m = a->priv;
	int err;

	if (bytes <= a->committed_bytes || !m->vm)
		return 0;
	if (bytes > a->reserved_bytes)
		return -ENOMEM;
	err = get_pages(m, bytes >> PAGE_SHIFT);
	if (!err)
		err = map_range(a, a->committed_bytes, bytes);
	if (!err)	/* what stays are the page tables */
		unmap_pages((unsigned long)a->base + a->committed_bytes, (unsigned long)a->base + bytes);
	return err;
}

void kw_mem_trim(struct kw_mem_area *a, u64 bytes)
{
	struct mapping *m = a->priv;
	u64 at;

	if (bytes >= a->committed_bytes)
		return;
	for (at = bytes; at < a->committed_bytes; at += KW_PAGE_BYTES) {
		memset(a->base + at, 0, KW_PAGE_BYTES);
		cond_resched();
	}
	if (m->vm)
		unmap_pages((unsigned long)a->base + bytes, (unsigned long)a->base + a->committed_bytes);
	a->committed_bytes = bytes;
}

static void put_pages(struct mapping *m)
{
	u64 i;

	for (i = 0; i < m->nr_pages; i++) {
		__free_page(m->pages[i]);
		if (i % 1024 == 0)
			cond_resched();
	}
	kw_free(m->pages);
}

void kw_mem_release(struct kw_mem_area *a)
{
	struct mapping *m = a->priv;

	if (!m)
		return;
	if (m->vm)
		put_range(a);
	else if (a->base)
		vunmap(a->base);
	put_pages(m);
	if (m->limit)
		__free_page(m->limit);
	if (m->guard)
		atomic_dec(&nr_reservations);
	kfree(m);
	memset(a, 0, sizeof(*a));
}

int kwasm_memory_init(void)
{
	u64 space = VMALLOC_END - VMALLOC_START;

	reserve = kwasm_ksym_fn("get_vm_area");
	map_pages = kwasm_ksym_fn("vmap_pages_range_noflush");
	unmap_pages = kwasm_ksym_fn("vunmap_range");
	/* Half of the space stays the kernel's. */
	max_reservations = min3((u64)max_reservations, space / 2 / KW_GUARD_RESERVE, (u64)MAX_RESERVATIONS);
	if (kwasm_memory_guard() == -EOPNOTSUPP)
		max_reservations = 0;
	return 0;
}

void kwasm_memory_exit(void)
{
	WARN_ON(atomic_read(&nr_reservations));
	while (nr_idle)
		free_vm_area(idle[--nr_idle]);
}
