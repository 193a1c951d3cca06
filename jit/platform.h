/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The only door between jit/ and the world it is built in.  Everything under
 * jit/ includes this header and no other system header; __KERNEL__ appears
 * only here.  What a world must provide is declared below; platform/kernel.h
 * and platform/user.h add the types and the small inline helpers.
 */
#ifndef KW_PLATFORM_H
#define KW_PLATFORM_H

#ifdef __KERNEL__
#include "platform/kernel.h"
#else
#include "platform/user.h"
#endif

/**
 * kw_alloc() - zeroed memory, any size
 * @bytes: how many; 0 gives a pointer that may be freed but not read
 *
 * Kernel: kvzalloc(GFP_KERNEL_ACCOUNT).  Userspace: calloc.
 * Context: process context, may sleep.
 * Return: the memory or NULL.
 */
void *kw_alloc(size_t bytes);

/* As kw_alloc(), but what is in the memory is not defined. */
void *kw_alloc_dirty(size_t bytes);
void kw_free(void *p);

/**
 * kw_checkpoint() - let others run; called every few thousand steps of work
 *
 * Return: 0, or -EINTR once a fatal signal is pending.
 */
int kw_checkpoint(void);

/*
 * Address space of one linear memory.  In guard mode @reserved covers every
 * address a 32-bit index plus KW_GUARD_BYTES can reach and only
 * [base, base + committed) is backed; in check mode it is max_bytes, and what
 * layout.h says lies in front of it and behind.
 */
struct kw_mem_area {
	u8 *base;		/* page aligned */
	u64 *limit;		/* check mode: kept up to date for compiled code to read */
	u64 reserved_bytes;
	u64 committed_bytes;	/* backed by zeroed pages, multiple of 64 KiB */
	void *priv;		/* the platform's own */
};

/**
 * kw_mem_reserve() - get address space for a linear memory
 * @a:         filled in on success
 * @max_bytes: the most that will ever be committed, multiple of 64 KiB
 * @guard:     true: reserve KW_GUARD_RESERVE bytes, unmapped beyond what is
 *             committed; false: address space for @max_bytes, but never less
 *             than 64 KiB (code without KW_OPT_CLAMP masks an index to 0 under
 *             speculation and then adds an offset below that), and what
 *             layout.h draws around it.  A platform that cannot leave pages
 *             out has none of that (@a->limit is NULL): there code must be
 *             compiled without KW_OPT_CLAMP.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -ENOSPC (no address space left: use check mode),
 * -EOPNOTSUPP (guard mode cannot work here).
 */
int kw_mem_reserve(struct kw_mem_area *a, u64 max_bytes, bool guard);

/* Back [committed, @new_bytes) with zeroed pages; never shrinks.  May sleep.  0 or -ENOMEM. */
int kw_mem_commit(struct kw_mem_area *a, u64 new_bytes);

/**
 * kw_mem_prepare() - make kw_mem_commit() up to @bytes certain: it neither fails nor sleeps
 *
 * What lies between committed and prepared still faults in guard mode.
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int kw_mem_prepare(struct kw_mem_area *a, u64 bytes);

/*
 * Take back [@bytes, committed) where @bytes, a multiple of 64 KiB, is less: it
 * faults again in guard mode and reads as zero when committed anew.  No guest
 * may be running on @a.  May sleep.
 */
void kw_mem_trim(struct kw_mem_area *a, u64 bytes);

/* Give everything back.  No guest may be running on @a.  May sleep. */
void kw_mem_release(struct kw_mem_area *a);

#endif /* KW_PLATFORM_H */
