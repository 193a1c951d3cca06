// SPDX-License-Identifier: GPL-2.0
/*
 * Code objects -> bytes in the arena, and back to bytes that are no code.
 *
 *	kwasm_arena                                          kwasm_arena_end
 *	| stubs | text A    | none | text B | (dead)  | none ...           |
 *	  page 0  page 1..                   waits for RCU, SRCU
 *
 * Pages are given out first fit.  A page is written only through a mapping
 * that exists while the write lasts; before anyone may run what was written,
 * that mapping's TLB entries are gone and every CPU has serialized.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/cacheflush.h>

#include "arch.h"
#include "exec.h"
#include "fault.h"
#include "stubs.h"
#include "text.h"

#define ARENA_BYTES	((u64)KWASM_ARENA_MB << 20)
#define NR_PAGES	((u32)(ARENA_BYTES >> PAGE_SHIFT))
#define STUB_PAGES	1
#define FILL_PAGES	256	/* mapped at once when filling */

/* First and one past the last byte of the arena, from entry.S. */
extern u8 *const kwasm_arena_bounds[2];

static struct kw_isa_env text_env __ro_after_init;

/* Guards all below but page_text, which is read without it. */
static DEFINE_MUTEX(text_lock);
static DECLARE_BITMAP(page_used, NR_PAGES);
static DECLARE_BITMAP(page_dirty, NR_PAGES);	/* has held other code before */
static u32 nr_pages_used, nr_texts;
static u32 stub_pos;
/* Published texts only.  Readers: RCU or SRCU read side, hard irq included. */
static struct kwasm_text *page_text[NR_PAGES];

static DEFINE_SPINLOCK(dead_lock);
static LIST_HEAD(dead_list);
static atomic_t nr_dead;			/* on dead_list or in reap()'s hands */
static DECLARE_WAIT_QUEUE_HEAD(reaped);
static void reap(struct work_struct *work);
static DECLARE_DELAYED_WORK(reap_work, reap);
static struct workqueue_struct *reap_wq;

u8 *kwasm_arena_start(void)
{
	return kwasm_arena_bounds[0];
}

u8 *kwasm_arena_end(void)
{
	return kwasm_arena_bounds[1];
}

const struct kw_isa_env *kwasm_text_env(void)
{
	return &text_env;
}

static u8 *page_addr(u32 page)
{
	return kwasm_arena_start() + ((u64)page << PAGE_SHIFT);
}

/* A writable mapping of @n pages of the arena, for arena_close(). May sleep. */
static u8 *arena_open(u32 page, u32 n)
{
	struct page **pages;
	u8 *alias;
	u32 i;

	pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (i = 0; i < n; i++)
		pages[i] = vmalloc_to_page(page_addr(page + i));
	alias = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return alias;
}

static void sync_cpu(void *reused)
{
	kwasm_arch_sync_cpu(reused);
}

/* vunmap() alone is lazy: a writable TLB entry would outlive it. */
static void arena_close(u8 *alias, u32 page, u32 n, bool reused)
{
	vunmap(alias);
	vm_unmap_aliases();
	flush_icache_range((unsigned long)page_addr(page), (unsigned long)page_addr(page + n));
	on_each_cpu(sync_cpu, (void *)(unsigned long)reused, 1);
}

/* Nothing in [page, page + n) is code any more. */
static int arena_poison(u32 page, u32 n)
{
	u8 *alias;
	u32 chunk;

	for (; n; page += chunk, n -= chunk) {
		chunk = min_t(u32, n, FILL_PAGES);
		alias = arena_open(page, chunk);
		if (!alias)
			return -ENOMEM;
		memset(alias, KWASM_NO_CODE, (size_t)chunk << PAGE_SHIFT);
		arena_close(alias, page, chunk, false);
		cond_resched();
	}
	return 0;
}

void *kwasm_text_stub_reserve(u32 bytes)
{
	u8 *at = page_addr(0) + stub_pos;

	if (stub_pos + bytes > STUB_PAGES * PAGE_SIZE)
		return NULL;
	stub_pos += bytes;
	return at;
}

int kwasm_text_stub_write(void *at, const void *bytes, u32 len)
{
	u8 *alias = arena_open(0, STUB_PAGES);

	if (!alias)
		return -ENOMEM;
	memcpy(alias + ((u8 *)at - page_addr(0)), bytes, len);
	arena_close(alias, 0, STUB_PAGES, false);
	return 0;
}

/* All published texts in address order. Caller frees. */
static struct kwasm_text **sorted_texts(u32 *n)
{
	struct kwasm_text **all, *last = NULL;
	u32 i;

	all = kvmalloc_array(nr_texts + 1, sizeof(*all), GFP_KERNEL);
	if (!all)
		return NULL;
	for (*n = 0, i = STUB_PAGES; i < NR_PAGES; i++) {
		if (!page_text[i] || page_text[i] == last)
			continue;
		last = page_text[i];
		all[(*n)++] = last;
	}
	return all;
}

static int rebuild_faults(void)
{
	struct kwasm_text **all;
	u32 n;
	int err;

	all = sorted_texts(&n);
	if (!all)
		return -ENOMEM;
	err = kwasm_fault_rebuild(all, n);
	kvfree(all);
	return err;
}

static void set_pages(struct kwasm_text *t, struct kwasm_text *to)
{
	u32 i;

	for (i = 0; i < t->nr_pages; i++)
		WRITE_ONCE(page_text[t->page + i], to);
}

/* First fit; waits once for the dead if there is no room without them. */
static int take_pages(struct kwasm_text *t)
{
	bool waited = false;
	unsigned long at;

	for (;;) {
		at = bitmap_find_next_zero_area(page_used, NR_PAGES, STUB_PAGES, t->nr_pages, 0);
		if (at < NR_PAGES)
			break;
		if (waited || !atomic_read(&nr_dead))
			return -ENOSPC;
		waited = true;
		mutex_unlock(&text_lock);
		wait_event_killable_timeout(reaped, !atomic_read(&nr_dead), HZ);
		if (mutex_lock_killable(&text_lock))
			return -EINTR;
	}
	bitmap_set(page_used, at, t->nr_pages);
	nr_pages_used += t->nr_pages;
	t->page = at;
	t->addr = page_addr(at);
	return 0;
}

static void put_pages(struct kwasm_text *t)
{
	bitmap_clear(page_used, t->page, t->nr_pages);
	bitmap_set(page_dirty, t->page, t->nr_pages);
	nr_pages_used -= t->nr_pages;
}

static int write_code(const struct kwasm_text *t)
{
	bool reused = find_next_bit(page_dirty, t->page + t->nr_pages, t->page) < t->page + t->nr_pages;
	u8 *alias = arena_open(t->page, t->nr_pages);
	int err;

	if (!alias)
		return -ENOMEM;
	memcpy(alias, t->code->bytes, t->len);
	err = kw_code_relocate(t->code, alias, (u64)t->addr, kwasm_stub);
	if (err)
		memset(alias, KWASM_NO_CODE, t->len);
	arena_close(alias, t->page, t->nr_pages, reused);
	return err;
}

/* text_lock held, pages taken. */
static int publish_locked(struct kwasm_text *t)
{
	int err;

	err = write_code(t);
	if (err)
		return err;
	set_pages(t, t);
	nr_texts++;
	err = rebuild_faults();
	if (!err)
		return 0;
	set_pages(t, NULL);
	nr_texts--;
	/* Nothing ran; what cannot be poisoned for want of memory is not reused either. */
	return arena_poison(t->page, t->nr_pages) ? -ENOTRECOVERABLE : err;
}

int kwasm_text_publish(const struct kw_code *code, void *owner, struct kwasm_text **out)
{
	struct kwasm_text *t;
	int err;

	if (code->body_len > code->len || code->len >= ARENA_BYTES)
		return -ENOSPC;
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return -ENOMEM;
	t->len = code->len;
	t->body_len = code->body_len;
	/* At least a byte of none behind the code, so that a return address at its end is still ours. */
	t->nr_pages = (code->len >> PAGE_SHIFT) + 1;
	t->code = code;
	t->owner = owner;

	err = mutex_lock_killable(&text_lock);
	if (err)
		goto err_free;
	err = take_pages(t);
	if (err == -EINTR)
		goto err_free;
	if (err)
		goto err_unlock;
	err = publish_locked(t);
	if (err == -ENOTRECOVERABLE) {
		err = -ENOMEM;
		goto err_unlock;
	}
	if (err)
		goto err_put;
	mutex_unlock(&text_lock);
	*out = t;
	return 0;

err_put:
	put_pages(t);
err_unlock:
	mutex_unlock(&text_lock);
err_free:
	kfree(t);
	return err;
}

static void bury(struct list_head *texts, unsigned long delay)
{
	spin_lock(&dead_lock);
	list_splice_tail_init(texts, &dead_list);
	spin_unlock(&dead_lock);
	queue_delayed_work(reap_wq, &reap_work, delay);
}

void kwasm_text_free(struct kwasm_text *t)
{
	LIST_HEAD(one);

	if (!t)
		return;
	mutex_lock(&text_lock);
	set_pages(t, NULL);
	nr_texts--;
	mutex_unlock(&text_lock);
	atomic_inc(&nr_dead);
	list_add(&t->dead, &one);
	bury(&one, 0);
}

/* The grace periods are over: those of @batch for which there is memory to do so are overwritten. */
static void poison_batch(struct list_head *batch)
{
	struct kwasm_text *t, *next;

	mutex_lock(&text_lock);
	/* The fault table must forget the sites before their addresses mean something else. */
	if (rebuild_faults())
		goto unlock;
	list_for_each_entry_safe(t, next, batch, dead) {
		if (arena_poison(t->page, t->nr_pages))
			break;
		put_pages(t);
		list_del(&t->dead);
		kfree(t);
		atomic_dec(&nr_dead);
	}
unlock:
	mutex_unlock(&text_lock);
}

static void reap(struct work_struct *work)
{
	LIST_HEAD(batch);

	spin_lock(&dead_lock);
	list_splice_init(&dead_list, &batch);
	spin_unlock(&dead_lock);
	if (list_empty(&batch))
		return;
	synchronize_rcu();
	synchronize_srcu(&kwasm_srcu);
	poison_batch(&batch);
	if (!list_empty(&batch))
		bury(&batch, HZ);
	wake_up_all(&reaped);
}

struct kwasm_text *kwasm_text_find(u64 pc)
{
	u64 off = pc - (u64)kwasm_arena_start();
	struct kwasm_text *t;

	if (off >= ARENA_BYTES)
		return NULL;
	t = READ_ONCE(page_text[off >> PAGE_SHIFT]);
	return t && pc - (u64)t->addr <= t->len ? t : NULL;
}

bool kwasm_text_is_body(u64 pc)
{
	struct kwasm_text *t = kwasm_text_find(pc);

	return t && pc - (u64)t->addr < t->body_len;
}

void kwasm_text_stats(struct kwasm_text_stats *st)
{
	st->bytes = ARENA_BYTES;
	st->used_bytes = (u64)READ_ONCE(nr_pages_used) << PAGE_SHIFT;
	st->fault_sites = kwasm_fault_capacity();
	st->fault_sites_used = kwasm_fault_used();
}

int kwasm_text_init(void)
{
	int err;

	if (kwasm_arena_end() - kwasm_arena_start() != ARENA_BYTES) {
		pr_err("kwasm: the arena was linked with another size than %u MiB\n", KWASM_ARENA_MB);
		return -ENOEXEC;
	}
	err = kwasm_templates_decode(&text_env);
	if (err) {
		pr_err("kwasm: this CPU's indirect branch or return sequence is not known\n");
		return err;
	}
	text_env.link_base = (u64)kwasm_arena_start();
	err = arena_poison(0, NR_PAGES);
	if (err)
		return err;
	bitmap_set(page_used, 0, STUB_PAGES);
	nr_pages_used = STUB_PAGES;
	reap_wq = alloc_ordered_workqueue("kwasm_text", 0);
	return reap_wq ? 0 : -ENOMEM;
}

/* Every text has been freed: what had one held a module reference. */
void kwasm_text_exit(void)
{
	flush_delayed_work(&reap_work);
	cancel_delayed_work_sync(&reap_work);
	destroy_workqueue(reap_wq);
	WARN_ON(nr_texts);
}
