// SPDX-License-Identifier: GPL-2.0
/*
 * Guest lines -> ring of records -> read().
 *
 *	tail (oldest whole record)         head (next free byte)
 *	v                                  v
 *	[record][record][record]...[record]            positions only grow;
 *	^ its number is tail_seq                       the place is pos % RING_BYTES
 *
 * Records are multiples of 8 bytes and so is the ring, but a record may wrap.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "../uapi/linux/kwasm.h"
#include "log.h"

#define RING_BYTES	32768
#define RATE_LINES	200		/* in each window */
#define RATE_WINDOW_NS	NSEC_PER_SEC
#define RECORD_MAX	ALIGN(sizeof(struct kwasm_log_record) + KWASM_LOG_TEXT_MAX, 8)

/**
 * struct kwasm_log - one ring
 * @lock:        everything below up to @ring; raw, for writers run with BH off
 * @seq:         records ever written
 * @tail_seq:    number of the record at @tail
 * @lost:        dropped by the rate limit since the last record
 * @muted_until: no line is taken before that; read without the lock
 * @wake:        readers are woken from here: a waker may sleep on -rt, a guest's caller may not
 */
struct kwasm_log {
	refcount_t ref;
	raw_spinlock_t lock;
	u64 head, tail, seq, tail_seq;
	atomic_t lost;
	u64 window_ns;
	u32 window_lines;
	u64 muted_until;
	bool closed;
	struct irq_work wake;
	wait_queue_head_t wait;
	u8 ring[RING_BYTES];
};

/* One descriptor: where it reads on. */
struct reader {
	struct kwasm_log *log;
	struct mutex lock;
	u64 pos, seq;
};

static void wake_readers(struct irq_work *w)
{
	wake_up_all(&container_of(w, struct kwasm_log, wake)->wait);
}

struct kwasm_log *kwasm_log_new(void)
{
	struct kwasm_log *log = kvzalloc(sizeof(*log), GFP_KERNEL_ACCOUNT);

	if (!log)
		return NULL;
	refcount_set(&log->ref, 1);
	raw_spin_lock_init(&log->lock);
	init_waitqueue_head(&log->wait);
	init_irq_work(&log->wake, wake_readers);
	return log;
}

static void log_put(struct kwasm_log *log)
{
	if (!refcount_dec_and_test(&log->ref))
		return;
	irq_work_sync(&log->wake);
	kvfree(log);
}

void kwasm_log_close(struct kwasm_log *log)
{
	if (!log)
		return;
	WRITE_ONCE(log->closed, true);
	wake_up_all(&log->wait);
	log_put(log);
}

static void ring_put(struct kwasm_log *log, u64 pos, const void *p, u32 len)
{
	u32 at = pos % RING_BYTES, first = min_t(u32, len, RING_BYTES - at);

	memcpy(log->ring + at, p, first);
	memcpy(log->ring, p + first, len - first);
}

static void ring_get(const struct kwasm_log *log, u64 pos, void *p, u32 len)
{
	u32 at = pos % RING_BYTES, first = min_t(u32, len, RING_BYTES - at);

	memcpy(p, log->ring + at, first);
	memcpy(p + first, log->ring, len - first);
}

/* Lock held.  May one more line go in now? */
static bool rate_ok(struct kwasm_log *log, u64 now)
{
	if (now - log->window_ns >= RATE_WINDOW_NS) {
		log->window_ns = now;
		log->window_lines = 0;
	}
	if (log->window_lines < RATE_LINES) {
		log->window_lines++;
		return true;
	}
	WRITE_ONCE(log->muted_until, log->window_ns + RATE_WINDOW_NS);
	return false;
}

/* Lock held. */
static void append(struct kwasm_log *log, struct kwasm_log_record *r, const u8 *text)
{
	struct kwasm_log_record oldest;

	while (log->head + r->bytes - log->tail > RING_BYTES) {
		ring_get(log, log->tail, &oldest, sizeof(oldest));
		log->tail += oldest.bytes;
		log->tail_seq++;
	}
	ring_put(log, log->head, r, sizeof(*r));
	ring_put(log, log->head + sizeof(*r), text, r->len);
	log->head += r->bytes;
	log->seq++;
}

int kwasm_log_write(struct kwasm_log *log, u32 level, const u8 *text, u32 len)
{
	u64 now = ktime_get_boottime_ns();
	struct kwasm_log_record r = {
		.len = min_t(u32, len, KWASM_LOG_TEXT_MAX),
		.level = min_t(u32, level, 7),
		.cpu = raw_smp_processor_id(),
		.at_ns = now,
	};
	unsigned long flags;
	bool ok = false;

	r.bytes = ALIGN(sizeof(r) + r.len, 8);
	if (now >= READ_ONCE(log->muted_until)) {
		raw_spin_lock_irqsave(&log->lock, flags);
		ok = rate_ok(log, now);
		if (ok) {
			r.lost = atomic_xchg(&log->lost, 0);
			append(log, &r, text);
		}
		raw_spin_unlock_irqrestore(&log->lock, flags);
	}
	if (!ok) {
		atomic_inc(&log->lost);
		return -EAGAIN;
	}
	irq_work_queue(&log->wake);
	return 0;
}

/* Copy the next record to @buf; false if there is none. */
static bool next_record(struct reader *rd, struct kwasm_log_record *buf)
{
	struct kwasm_log *log = rd->log;
	u32 overrun = 0;
	bool any;

	raw_spin_lock_irq(&log->lock);
	if (rd->pos < log->tail) {
		overrun = log->tail_seq - rd->seq;
		rd->pos = log->tail;
		rd->seq = log->tail_seq;
	}
	any = rd->pos < log->head;
	if (any) {
		ring_get(log, rd->pos, buf, sizeof(*buf));
		ring_get(log, rd->pos + sizeof(*buf), buf->text, buf->bytes - sizeof(*buf));
	}
	raw_spin_unlock_irq(&log->lock);
	if (any)
		buf->lost += overrun;
	return any;
}

static bool readable(struct reader *rd)
{
	bool any;

	raw_spin_lock_irq(&rd->log->lock);
	any = rd->pos < rd->log->head;
	raw_spin_unlock_irq(&rd->log->lock);
	return any;
}

/* Bytes copied, 0 for nothing there. */
static ssize_t read_records(struct reader *rd, char __user *user, size_t len)
{
	union {
		struct kwasm_log_record r;
		u8 bytes[RECORD_MAX];
	} rec;
	size_t done = 0;
	u64 pad = 0;

	while (next_record(rd, &rec.r)) {
		if (rec.r.bytes > len - done)
			return done ?: -EINVAL;
		/* What pads the text to 8 bytes is whatever the ring held there. */
		memcpy(rec.bytes + sizeof(rec.r) + rec.r.len, &pad,
		       rec.r.bytes - sizeof(rec.r) - rec.r.len);
		if (copy_to_user(user + done, rec.bytes, rec.r.bytes))
			return done ?: -EFAULT;
		done += rec.r.bytes;
		rd->pos += rec.r.bytes;
		rd->seq++;
	}
	return done;
}

static ssize_t log_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	struct reader *rd = file->private_data;
	struct kwasm_log *log = rd->log;
	ssize_t n;

	for (;;) {
		if (mutex_lock_interruptible(&rd->lock))
			return -ERESTARTSYS;
		n = read_records(rd, user, len);
		mutex_unlock(&rd->lock);
		if (n || READ_ONCE(log->closed))
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(log->wait, readable(rd) || READ_ONCE(log->closed)))
			return -ERESTARTSYS;
	}
}

static __poll_t log_poll(struct file *file, poll_table *pt)
{
	struct reader *rd = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &rd->log->wait, pt);
	if (readable(rd))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(rd->log->closed))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return mask;
}

static int log_release(struct inode *inode, struct file *file)
{
	struct reader *rd = file->private_data;

	log_put(rd->log);
	kfree(rd);
	return 0;
}

static const struct file_operations log_fops = {
	.owner = THIS_MODULE,
	.read = log_read,
	.poll = log_poll,
	.release = log_release,
	.llseek = noop_llseek,
};

struct file *kwasm_log_file(struct kwasm_log *log)
{
	struct reader *rd = kzalloc(sizeof(*rd), GFP_KERNEL_ACCOUNT);
	struct file *file;

	if (!rd)
		return ERR_PTR(-ENOMEM);
	mutex_init(&rd->lock);
	rd->log = log;
	refcount_inc(&log->ref);
	file = anon_inode_getfile("[kwasm-log]", &log_fops, rd, O_RDONLY);
	if (IS_ERR(file)) {
		log_put(log);
		kfree(rd);
	}
	return file;
}
