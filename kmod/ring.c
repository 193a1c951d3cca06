// SPDX-License-Identifier: GPL-2.0
/*
 * Records of guests -> a ring -> a reader's mapping of it.
 *
 *	0          4096       8192            8192 + bytes     8192 + 2 * bytes
 *	[consumer ][producer ][records        ][the same pages ]
 *	 reader: rw reader: r  reader: r
 *
 * The reader is not trusted: nothing it can write is used for more than to
 * decide whether there is room, and nothing in the records is ever read back.
 * A position that lies loses records, or overwrites some that it has not seen.
 */
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../jit/common/limits.h"
#include "compat.h"
#include "dev.h"
#include "ring.h"

#define NR_POS_PAGES	2
#define HEADER_BYTES	sizeof(struct kwasm_ring_record)

static_assert(HEADER_BYTES == 8, "as in a BPF ring buffer");

static struct kwasm_ring *ring_of(struct kwasm_object *o)
{
	return container_of(o, struct kwasm_ring, obj);
}

/* ---- Writing ---- */

/* Lock held. */
static void count_lost(struct kwasm_ring *ring)
{
	ring->lost++;
	if (ring->lost_since < U16_MAX)
		ring->lost_since++;
}

/* Lock held.  Header of a new record, or NULL. */
static struct kwasm_ring_record *begin_record(struct kwasm_ring *ring, u32 len, u8 kind)
{
	u32 need = ALIGN(len + HEADER_BYTES, 8);
	/* Pairs with the reader's release: it has read what it gives back. */
	u64 consumer = smp_load_acquire(ring->consumer_page);
	struct kwasm_ring_record *r;

	/* Unsigned: a reader ahead of us, or too far behind, only loses records. */
	if (ring->producer + need - consumer > ring->bytes)
		return NULL;
	r = (void *)(ring->data + (ring->producer & (ring->bytes - 1)));
	r->kind = kind;
	r->pad = 0;
	r->lost = ring->lost_since;
	WRITE_ONCE(r->len, len | KWASM_RING_BUSY);
	ring->lost_since = 0;
	ring->records++;
	ring->producer += need;
	smp_store_release(ring->producer_page, ring->producer);
	return r;
}

void *kwasm_ring_reserve(struct kwasm_ring *ring, u32 len, u8 kind, int *err)
{
	struct kwasm_ring_record *r = NULL;
	unsigned long flags;

	*err = len > KW_MAX_RING_RECORD || len + HEADER_BYTES > ring->bytes ? -E2BIG : -EAGAIN;
	preempt_disable();
	raw_spin_lock_irqsave(&ring->lock, flags);
	if (*err != -E2BIG)
		r = begin_record(ring, len, kind);
	if (!r)
		count_lost(ring);
	raw_spin_unlock_irqrestore(&ring->lock, flags);
	if (r)
		return r + 1;
	preempt_enable();
	return NULL;
}

void kwasm_ring_commit(struct kwasm_ring *ring, void *p, u32 len, u32 flags)
{
	struct kwasm_ring_record *r = (struct kwasm_ring_record *)p - 1;
	u32 at = (u8 *)r - ring->data;

	/*
	 * A full barrier: either the reader, who has stored its position, sees
	 * this record, or we see that it stands right before it and wake it.
	 */
	xchg(&r->len, len);
	if (flags & KWASM_RING_FORCE_WAKEUP ||
	    (!(flags & KWASM_RING_NO_WAKEUP) &&
	     (READ_ONCE(*ring->consumer_page) & (ring->bytes - 1)) == at))
		irq_work_queue(&ring->wake);
	preempt_enable();
}

static void wake_readers(struct irq_work *w)
{
	wake_up_all(&container_of(w, struct kwasm_ring, wake)->wait);
}

/* ---- Reading ---- */

static void reader_open(struct vm_area_struct *vma)
{
	struct kwasm_ring *ring = vma->vm_private_data;

	atomic_inc(&ring->nr_readers);
}

static void reader_close(struct vm_area_struct *vma)
{
	struct kwasm_ring *ring = vma->vm_private_data;

	atomic_dec(&ring->nr_readers);
}

/* The file that is mapped holds the ring. */
static const struct vm_operations_struct reader_vm_ops = {
	.open = reader_open,
	.close = reader_close,
};

/* Two that move one position would both lose records without a word: only one may. */
static int map_consumer(struct kwasm_ring *ring, struct vm_area_struct *vma)
{
	int err;

	if (vma->vm_end - vma->vm_start != PAGE_SIZE || !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (atomic_cmpxchg(&ring->nr_readers, 0, 1))
		return -EBUSY;
	err = remap_vmalloc_range(vma, ring->area, 0);
	if (err) {
		atomic_dec(&ring->nr_readers);
		return err;
	}
	vma->vm_private_data = ring;
	vma->vm_ops = &reader_vm_ops;
	return 0;
}

static int ring_mmap(struct kwasm_object *o, struct vm_area_struct *vma)
{
	struct kwasm_ring *ring = ring_of(o);

	if (vma->vm_flags & VM_WRITE)
		return vma->vm_pgoff ? -EPERM : map_consumer(ring, vma);
	vm_flags_clear(vma, VM_MAYWRITE);
	return remap_vmalloc_range(vma, ring->area, vma->vm_pgoff);
}

static __poll_t ring_poll(struct kwasm_object *o, struct file *file, poll_table *pt)
{
	struct kwasm_ring *ring = ring_of(o);
	__poll_t mask = 0;

	poll_wait(file, &ring->wait, pt);
	if (smp_load_acquire(ring->consumer_page) != smp_load_acquire(ring->producer_page))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!atomic_read(&ring->nr_writers))
		mask |= EPOLLHUP;
	return mask;
}

/* ---- Lifetime ---- */

static void ring_free(struct kwasm_ring *ring)
{
	u32 i;

	irq_work_sync(&ring->wake);
	vunmap(ring->area);
	for (i = 0; i < ring->nr_pages; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	kfree(ring);
}

static void ring_release(struct kwasm_object *o)
{
	ring_free(ring_of(o));
}

static void ring_info(struct kwasm_object *o, void *info)
{
	struct kwasm_ring *ring = ring_of(o);
	struct kwasm_ring_info *i = info;

	i->id = o->id;
	i->bytes = ring->bytes;
	raw_spin_lock_irq(&ring->lock);
	i->records = ring->records;
	i->lost = ring->lost;
	i->pending_bytes = ring->producer - READ_ONCE(*ring->consumer_page);
	raw_spin_unlock_irq(&ring->lock);
	i->nr_modules = atomic_read(&ring->nr_writers);
	i->has_reader = !!atomic_read(&ring->nr_readers);
	strscpy(i->name, ring->name, sizeof(i->name));
	kwasm_object_pin_name(o, i->pin);
}

static const struct kwasm_object_ops ring_ops = {
	.type = KWASM_OBJ_RING,
	.fd_name = "[kwasm-ring]",
	.info_size = sizeof(struct kwasm_ring_info),
	.info = ring_info,
	.release = ring_release,
	.mmap = ring_mmap,
	.poll = ring_poll,
};

struct kwasm_ring *kwasm_ring_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_RING);

	return IS_ERR(o) ? ERR_CAST(o) : ring_of(o);
}

void kwasm_ring_writer_add(struct kwasm_ring *ring)
{
	atomic_inc(&ring->nr_writers);
}

void kwasm_ring_writer_del(struct kwasm_ring *ring)
{
	if (atomic_dec_and_test(&ring->nr_writers))
		wake_up_all(&ring->wait);
	kwasm_object_put(&ring->obj);
}

static int alloc_pages_of(struct kwasm_ring *ring)
{
	u32 nr = NR_POS_PAGES + ring->bytes / PAGE_SIZE;
	struct page *page;

	/* As many again: vmap() wants to see the records' pages twice. */
	ring->pages = kvcalloc(2 * nr, sizeof(*ring->pages), GFP_KERNEL_ACCOUNT);
	if (!ring->pages)
		return -ENOMEM;
	while (ring->nr_pages < nr) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!page)
			return -ENOMEM;
		ring->pages[ring->nr_pages] = page;
		if (ring->nr_pages >= NR_POS_PAGES)
			ring->pages[ring->nr_pages + nr - NR_POS_PAGES] = page;
		ring->nr_pages++;
		cond_resched();
	}
	ring->area = vmap(ring->pages, 2 * nr - NR_POS_PAGES, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	return ring->area ? 0 : -ENOMEM;
}

static struct kwasm_ring *ring_new(const struct kwasm_ring_create *a)
{
	struct kwasm_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);

	if (!ring)
		return NULL;
	kwasm_object_init(&ring->obj, &ring_ops);
	raw_spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->wait);
	init_irq_work(&ring->wake, wake_readers);
	strscpy(ring->name, a->name, sizeof(ring->name));
	ring->bytes = a->bytes;
	if (alloc_pages_of(ring)) {
		ring_free(ring);
		return NULL;
	}
	ring->consumer_page = ring->area;
	ring->producer_page = ring->area + PAGE_SIZE;
	ring->data = ring->area + NR_POS_PAGES * PAGE_SIZE;
	return ring;
}

int kwasm_ioctl_ring_create(void *arg, struct file **file)
{
	struct kwasm_ring_create *a = arg;
	struct kwasm_ring *ring;
	int err;

	if (a->flags || a->pad || strnlen(a->name, sizeof(a->name)) == sizeof(a->name) ||
	    !is_power_of_2(a->bytes) || !PAGE_ALIGNED(a->bytes) ||
	    a->bytes < KW_MIN_RING_BYTES || a->bytes > KW_MAX_RING_BYTES)
		return -EINVAL;
	ring = ring_new(a);
	if (!ring)
		return -ENOMEM;
	err = kwasm_object_publish(&ring->obj);
	if (!err) {
		*file = kwasm_object_file(&ring->obj);
		err = PTR_ERR_OR_ZERO(*file);
	}
	if (err)
		kwasm_object_put(&ring->obj);
	return err;
}
