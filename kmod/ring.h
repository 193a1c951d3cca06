/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rings: records from guests, from any CPU and context, to one reader's mmap().
 *
 * The layout is that of a BPF ring buffer.  It is not one, for the kernel has
 * no way in for modules: maps of that type have no operation for output, and
 * the helpers behind it are not exported.
 */
#ifndef KWASM_RING_H
#define KWASM_RING_H

#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "object.h"

/**
 * struct kwasm_ring - one of them
 * @bytes:      of records, a power of two
 * @lock:       everything below up to @records
 * @producer:   ours; the page shows a copy, which only the reader looks at
 * @lost:       records that did not fit, ever; @lost_since: not yet told by a record
 * @wake:       readers are woken from here: a waker may sleep on -rt, a guest's caller may not
 * @nr_writers: modules
 * @nr_readers: mappings of the consumer page
 * @pages, @nr_pages: of @area, those of records once
 * @area:       consumer page, producer page, records, records once more
 */
struct kwasm_ring {
	struct kwasm_object obj;
	char name[KWASM_MAP_NAME_LEN];
	u32 bytes;
	raw_spinlock_t lock;
	u64 producer;
	u64 lost;
	u32 lost_since;
	u64 records;
	struct irq_work wake;
	wait_queue_head_t wait;
	atomic_t nr_writers;
	atomic_t nr_readers;
	struct page **pages;
	u32 nr_pages;
	void *area;
	u64 *consumer_page, *producer_page;
	u8 *data;
};

/* With a reference from a descriptor, or ERR_PTR. */
struct kwasm_ring *kwasm_ring_from_fd(int fd);

/* Takes over the caller's reference until kwasm_ring_writer_del(). */
void kwasm_ring_writer_add(struct kwasm_ring *ring);
void kwasm_ring_writer_del(struct kwasm_ring *ring);

/**
 * kwasm_ring_reserve() - room for one record
 * @len:  its bytes
 * @kind: enum kwasm_ring_kind
 * @err:  out, when there is none: -EAGAIN full, -E2BIG larger than a record may be
 *
 * On success preemption is off until kwasm_ring_commit(): a reader that sees a
 * record begun asks for it again and again.
 * Context: any but NMI.
 * Return: where the record's bytes go, or NULL; then it is counted as lost.
 */
void *kwasm_ring_reserve(struct kwasm_ring *ring, u32 len, u8 kind, int *err);

/**
 * kwasm_ring_commit() - the record is whole
 * @p:     from kwasm_ring_reserve()
 * @len:   as there; with KWASM_RING_DISCARD readers skip it
 * @flags: 0, KWASM_RING_NO_WAKEUP or KWASM_RING_FORCE_WAKEUP; 0 wakes a reader that had taken all before
 */
void kwasm_ring_commit(struct kwasm_ring *ring, void *p, u32 len, u32 flags);

#define KWASM_RING_NO_WAKEUP	1	/* BPF_RB_NO_WAKEUP */
#define KWASM_RING_FORCE_WAKEUP	2	/* BPF_RB_FORCE_WAKEUP */

#endif /* KWASM_RING_H */
