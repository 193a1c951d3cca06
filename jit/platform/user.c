// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What platform.h asks for, out of libc: allocation and linear memories. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "../platform.h"
#include "../common/layout.h"

void *kw_alloc(size_t bytes)
{
	return calloc(1, bytes ? bytes : 1);
}

void *kw_alloc_dirty(size_t bytes)
{
	return malloc(bytes ? bytes : 1);
}

void kw_free(void *p)
{
	free(p);
}

int kw_checkpoint(void)
{
	return 0;
}

#define LIMIT_BYTES	4096	/* of the page that ends with the limit */
#define BELOW_BYTES	(LIMIT_BYTES + KW_FRONT_BYTES)

int kw_mem_reserve(struct kw_mem_area *a, u64 max_bytes, bool guard)
{
	u64 bytes = guard ? KW_GUARD_RESERVE : max_t(u64, max_bytes, KW_PAGE_BYTES);
	u64 around = guard ? 0 : BELOW_BYTES + KW_TAIL_BYTES;
	u8 *p = mmap(NULL, bytes + around, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOSPC;
	if (!guard && mprotect(p, LIMIT_BYTES, PROT_READ | PROT_WRITE)) {
		munmap(p, bytes + around);
		return -ENOMEM;
	}
	a->base = guard ? p : p + BELOW_BYTES;
	a->limit = guard ? NULL : (u64 *)(a->base + KW_LIMIT_OFF);
	a->reserved_bytes = bytes;
	a->committed_bytes = 0;
	a->priv = NULL;
	return 0;
}

int kw_mem_commit(struct kw_mem_area *a, u64 new_bytes)
{
	if (new_bytes <= a->committed_bytes)
		return 0;
	if (mprotect(a->base + a->committed_bytes, new_bytes - a->committed_bytes,
		     PROT_READ | PROT_WRITE))
		return -ENOMEM;
	a->committed_bytes = new_bytes;
	return 0;
}

int kw_mem_prepare(struct kw_mem_area *a, u64 bytes)
{
	return bytes <= a->reserved_bytes ? 0 : -ENOMEM;
}

void kw_mem_trim(struct kw_mem_area *a, u64 bytes)
{
	u64 len = a->committed_bytes - bytes;

	if (bytes >= a->committed_bytes)
		return;
	madvise(a->base + bytes, len, MADV_DONTNEED);
	mprotect(a->base + bytes, len, PROT_NONE);
	a->committed_bytes = bytes;
}

void kw_mem_release(struct kw_mem_area *a)
{
	if (a->limit)
		munmap(a->base - BELOW_BYTES, BELOW_BYTES + a->reserved_bytes + KW_TAIL_BYTES);
	else if (a->base)
		munmap(a->base, a->reserved_bytes);
	a->base = NULL;
}
