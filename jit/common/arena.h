/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Bump allocation with a budget: everything one compile or one module owns goes at once. */
#ifndef KW_COMMON_ARENA_H
#define KW_COMMON_ARENA_H

#include "../platform.h"

struct kw_arena_chunk;

struct kw_arena {
	struct kw_arena_chunk *chunks;	/* newest first */
	u8 *pos, *end;
	u64 held_bytes;			/* in all chunks, those of arenas that share the budget included */
	u64 peak_bytes;
	u64 budget_bytes;
	struct kw_arena *account;	/* arena whose budget it shares, NULL: it has its own */
};

void kw_arena_init(struct kw_arena *a, u64 budget_bytes);

/* As kw_arena_init(), but what @a holds counts as @account's, which outlives it. */
void kw_arena_init_shared(struct kw_arena *a, struct kw_arena *account);

#define KW_ARENA_ALIGN	16
#define KW_ARENA_SMALL	4096	/* a larger allocation may get a chunk that no other comes from */

void *kw_arena_alloc_slow(struct kw_arena *a, size_t bytes);
void *kw_arena_grow_slow(struct kw_arena *a, void *p, u32 *cap, u32 need, size_t size);

/**
 * kw_arena_alloc() - @bytes of uninitialised memory, 16-byte aligned
 * Return: NULL when out of memory or over the budget.
 */
static inline void *kw_arena_alloc(struct kw_arena *a, size_t bytes)
{
	u8 *p = a->pos;
	size_t room = a->end - p;

	if (unlikely(!bytes || bytes > room || ALIGN(bytes, KW_ARENA_ALIGN) > room))
		return kw_arena_alloc_slow(a, bytes);
	a->pos = p + ALIGN(bytes, KW_ARENA_ALIGN);
	return p;
}

void *kw_arena_zalloc(struct kw_arena *a, size_t bytes);
void *kw_arena_array(struct kw_arena *a, size_t n, size_t size);	/* overflow-checked, zeroed */
void *kw_arena_raw_array(struct kw_arena *a, size_t n, size_t size);	/* overflow-checked, uninitialised */

/**
 * kw_arena_grow() - make room for one more element of a growing array
 * @p: the array, NULL at first   @cap: elements it has room for; doubled, or a quarter more
 * @need: elements wanted   @size: of one
 *
 * Grows in place what was allocated last; else copies into a new place, and
 * forgets the old one.  So what was there at a kw_arena_mark() must not grow
 * before its release.
 * Return: the array (perhaps moved, *@cap updated), or NULL.
 */
static inline void *kw_arena_grow(struct kw_arena *a, void *p, u32 *cap, u32 need, size_t size)
{
	return likely(need <= *cap) ? p : kw_arena_grow_slow(a, p, cap, need, size);
}

/* Give back what of the last allocation, of at most KW_ARENA_SMALL, is behind its first @bytes. */
static inline void kw_arena_shrink(struct kw_arena *a, void *p, size_t bytes)
{
	a->pos = (u8 *)p + ALIGN(bytes, KW_ARENA_ALIGN);
}

/* @p, of @bytes, is not needed any more: give it back at once if it has a chunk to itself, as large ones do. */
void kw_arena_forget(struct kw_arena *a, void *p, size_t bytes);

/* An array that grows no more: where it has room for its @nr elements only, if that gives back much. */
void *kw_arena_fit(struct kw_arena *a, void *p, u32 *cap, u32 nr, size_t size);

struct kw_arena_mark {
	struct kw_arena_chunk *chunk;
	u8 *pos, *end;
};

static inline struct kw_arena_mark kw_arena_mark(const struct kw_arena *a)
{
	return (struct kw_arena_mark){ a->chunks, a->pos, a->end };
}

/* Forget what was allocated since @m. */
void kw_arena_release(struct kw_arena *a, struct kw_arena_mark m);

/*
 * Forget @p and what was allocated after it.  None of these was larger than
 * KW_ARENA_SMALL: so each chunk holds what is younger than the one before.
 */
void kw_arena_pop(struct kw_arena *a, void *p);

/* Forget all allocations; the first chunk stays for reuse, unless it is a large one. */
void kw_arena_reset(struct kw_arena *a);
void kw_arena_free(struct kw_arena *a);

#endif /* KW_COMMON_ARENA_H */
