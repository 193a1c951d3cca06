// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Reading rings: what the kernel wrote, in place, one call of a function for
 * each record.  Used as libbpf's ring_buffer is, and for the same layout.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

struct ring {
	kwasm_ring_sample_fn fn;
	void *ctx;
	int fd;				/* ours */
	__u32 bytes;
	__u64 *consumer;		/* a page of its own */
	const __u64 *producer;		/* a page, then the records, twice */
	const unsigned char *data;
};

struct kwasm_ring_buffer {
	int epoll_fd;
	size_t nr;
	struct ring *ring;
	struct epoll_event *event;	/* [nr] */
};

static size_t page_bytes(void)
{
	return sysconf(_SC_PAGESIZE);
}

static void unmap(struct ring *r)
{
	if (r->consumer)
		munmap(r->consumer, page_bytes());
	if (r->producer)
		munmap((void *)r->producer, page_bytes() + 2 * (size_t)r->bytes);
	if (r->fd >= 0)
		close(r->fd);
}

static int map(struct ring *r)
{
	void *p;

	p = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->consumer = p;
	p = mmap(NULL, page_bytes() + 2 * (size_t)r->bytes, PROT_READ, MAP_SHARED, r->fd, page_bytes());
	if (p == MAP_FAILED)
		return -errno;
	r->producer = p;
	r->data = (const unsigned char *)p + page_bytes();
	/* Where a reader before us stopped; if that is no place of a record, from now on. */
	if (*r->consumer % 8 || *r->producer - *r->consumer > r->bytes)
		*r->consumer = *r->producer;
	return 0;
}

/* Room for one more ring and its event. */
static int grow(struct kwasm_ring_buffer *rb)
{
	struct ring *ring = realloc(rb->ring, (rb->nr + 1) * sizeof(*ring));
	struct epoll_event *event;

	if (!ring)
		return -ENOMEM;
	rb->ring = ring;
	event = realloc(rb->event, (rb->nr + 1) * sizeof(*event));
	if (!event)
		return -ENOMEM;
	rb->event = event;
	return 0;
}

int kwasm_ring_buffer__add(struct kwasm_ring_buffer *rb, int ring_fd, kwasm_ring_sample_fn fn, void *ctx)
{
	struct ring r = { .fn = fn, .ctx = ctx };
	struct epoll_event ev = { .events = EPOLLIN };
	struct kwasm_ring_info info = { 0 };
	__u32 len = sizeof(info);
	int err;

	err = kwasm_obj_get_info_by_fd(ring_fd, &info, &len);
	if (err)
		return err;
	r.bytes = info.bytes;
	r.fd = fcntl(ring_fd, F_DUPFD_CLOEXEC, 3);
	if (r.fd < 0)
		return libkwasm_err(-errno);
	err = map(&r);
	if (!err)
		err = grow(rb);
	ev.data.u64 = rb->nr;
	if (!err && epoll_ctl(rb->epoll_fd, EPOLL_CTL_ADD, r.fd, &ev))
		err = -errno;
	if (err) {
		unmap(&r);
		return libkwasm_err(err);
	}
	rb->ring[rb->nr++] = r;
	return 0;
}

struct kwasm_ring_buffer *kwasm_ring_buffer__new(int ring_fd, kwasm_ring_sample_fn fn, void *ctx)
{
	struct kwasm_ring_buffer *rb = calloc(1, sizeof(*rb));
	int err;

	if (!rb)
		return libkwasm_err_ptr(-ENOMEM);
	rb->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	err = rb->epoll_fd < 0 ? -errno : kwasm_ring_buffer__add(rb, ring_fd, fn, ctx);
	if (err) {
		kwasm_ring_buffer__free(rb);
		return libkwasm_err_ptr(err);
	}
	return rb;
}

void kwasm_ring_buffer__free(struct kwasm_ring_buffer *rb)
{
	int saved = errno;
	size_t i;

	if (!rb)
		return;
	for (i = 0; i < rb->nr; i++)
		unmap(&rb->ring[i]);
	if (rb->epoll_fd >= 0)
		close(rb->epoll_fd);
	free(rb->ring);
	free(rb->event);
	free(rb);
	errno = saved;
}

/* The record at @pos, once it is whole: true with its length and flags. */
static bool next_record(const struct ring *r, __u64 pos, __u32 *len, void **data)
{
	__u64 end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
	const unsigned char *at = r->data + (pos & (r->bytes - 1));

	if (pos >= end)
		return false;
	*len = __atomic_load_n((const __u32 *)at, __ATOMIC_ACQUIRE);
	*data = (void *)(at + sizeof(struct kwasm_ring_record));
	return !(*len & KWASM_RING_BUSY);
}

/* Every record there is, up to one that is still being written.  How many, or what the function said. */
static int consume(struct ring *r)
{
	__u64 pos = *r->consumer;
	int nr = 0, ret = 0;
	void *data;
	__u32 len;

	while (ret >= 0 && next_record(r, pos, &len, &data)) {
		if (!(len & KWASM_RING_DISCARD)) {
			ret = r->fn(r->ctx, data, len);
			nr++;
		}
		len &= ~KWASM_RING_DISCARD;
		pos += (len + sizeof(struct kwasm_ring_record) + 7) & ~7ull;
		/* With a full barrier: the kernel looks at this to decide whether to wake us. */
		__atomic_store_n(r->consumer, pos, __ATOMIC_SEQ_CST);
	}
	return ret < 0 ? ret : nr;
}

int kwasm_ring_buffer__consume(struct kwasm_ring_buffer *rb)
{
	int n, nr = 0;
	size_t i;

	for (i = 0; i < rb->nr; i++) {
		n = consume(&rb->ring[i]);
		if (n < 0)
			return libkwasm_err(n);
		nr += n;
	}
	return nr;
}

int kwasm_ring_buffer__poll(struct kwasm_ring_buffer *rb, int timeout_ms)
{
	int i, n, ret, nr = 0, ready, hung = 0;

	ready = epoll_wait(rb->epoll_fd, rb->event, rb->nr, timeout_ms);
	if (ready < 0)
		return libkwasm_err(-errno);
	for (i = 0; i < ready; i++) {
		n = rb->event[i].data.u64;
		ret = consume(&rb->ring[n]);
		if (ret < 0)
			return libkwasm_err(ret);
		nr += ret;
		hung += !ret && rb->event[i].events & EPOLLHUP;
	}
	/* All that any of them will ever give has been taken. */
	if (hung && (size_t)hung == rb->nr)
		return libkwasm_err(-EPIPE);
	return nr;
}

int kwasm_ring_buffer__epoll_fd(const struct kwasm_ring_buffer *rb)
{
	return rb->epoll_fd;
}
