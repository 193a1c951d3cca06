// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns kw_alloc_dirty() into bump allocation with a budget; see arena.h. */
#include "arena.h"

#define CHUNK_MIN	(32UL << 10)
#define CHUNK_MAX	(1UL << 20)	/* of chunks not made for one large allocation */

struct kw_arena_chunk {
	struct kw_arena_chunk *next;
	size_t bytes;			/* of the whole allocation */
};

/* The allocator's own alignment may be 8, so each chunk has room to round up. */
#define CHUNK_OVERHEAD	(sizeof(struct kw_arena_chunk) + KW_ARENA_ALIGN)

void kw_arena_init(struct kw_arena *a, u64 budget_bytes)
{
	*a = (struct kw_arena){ .budget_bytes = budget_bytes };
}

void kw_arena_init_shared(struct kw_arena *a, struct kw_arena *account)
{
	*a = (struct kw_arena){ .account = account };
}

static void use_chunk(struct kw_arena *a, struct kw_arena_chunk *c)
{
	a->pos = (u8 *)ALIGN((uintptr_t)(c + 1), KW_ARENA_ALIGN);
	a->end = (u8 *)c + c->bytes;
}

/* Chunks grow with the arena, so that their number stays logarithmic; near the budget just what is needed. */
static size_t chunk_bytes(const struct kw_arena *a, size_t need)
{
	size_t want = max_t(size_t, CHUNK_MIN, min_t(u64, a->held_bytes / 2, CHUNK_MAX));

	want = ALIGN(max(want, need), 4096);
	if (want > a->budget_bytes - a->held_bytes)
		return need;
	return want;
}

static bool add_chunk(struct kw_arena *a, size_t payload_bytes)
{
	struct kw_arena *of = a->account ?: a;
	struct kw_arena_chunk *c;
	size_t bytes;

	if (of->held_bytes > of->budget_bytes ||
	    payload_bytes + CHUNK_OVERHEAD > of->budget_bytes - of->held_bytes)
		return false;
	bytes = chunk_bytes(of, payload_bytes + CHUNK_OVERHEAD);
	c = kw_alloc_dirty(bytes);
	if (!c)
		return false;
	c->bytes = bytes;
	c->next = a->chunks;
	a->chunks = c;
	of->held_bytes += bytes;
	of->peak_bytes = max(of->peak_bytes, of->held_bytes);
	use_chunk(a, c);
	return true;
}

void *kw_arena_alloc_slow(struct kw_arena *a, size_t bytes)
{
	void *p;

	if (unlikely(bytes > (size_t)-1 / 2))
		return NULL;
	bytes = ALIGN(bytes + !bytes, KW_ARENA_ALIGN);
	if (bytes > (size_t)(a->end - a->pos) && !add_chunk(a, bytes))
		return NULL;
	p = a->pos;
	a->pos += bytes;
	return p;
}

void *kw_arena_zalloc(struct kw_arena *a, size_t bytes)
{
	void *p = kw_arena_alloc(a, bytes);

	if (p)
		memset(p, 0, bytes);
	return p;
}

void *kw_arena_raw_array(struct kw_arena *a, size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kw_arena_alloc(a, bytes);
}

void *kw_arena_array(struct kw_arena *a, size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kw_arena_zalloc(a, bytes);
}

/* Take the room behind the array, if it was the last thing allocated. */
static bool extend(struct kw_arena *a, void *p, size_t old_bytes, size_t bytes)
{
	if (!p || (u8 *)p + ALIGN(old_bytes, KW_ARENA_ALIGN) != a->pos || bytes > (size_t)(a->end - (u8 *)p))
		return false;
	bytes = ALIGN(bytes, KW_ARENA_ALIGN);
	if (bytes > (size_t)(a->end - (u8 *)p))
		return false;
	a->pos = (u8 *)p + bytes;
	return true;
}

void *kw_arena_grow_slow(struct kw_arena *a, void *p, u32 *cap, u32 need, size_t size)
{
	u32 new_cap = max_t(u32, 16, *cap);
	size_t bytes;
	void *q = p;

	while (new_cap < need) {
		if (new_cap > 0x7fffffffU)
			return NULL;
		new_cap *= 2;
	}
	if (check_mul_overflow((size_t)new_cap, size, &bytes))
		return NULL;
	if (!extend(a, p, *cap * size, bytes)) {
		q = kw_arena_alloc(a, bytes);
		if (!q)
			return NULL;
		if (p)
			memcpy(q, p, *cap * size);
	}
	*cap = new_cap;
	return q;
}

static void free_chunks(struct kw_arena *a, struct kw_arena_chunk *c)
{
	struct kw_arena *of = a->account ?: a;

	while (c) {
		struct kw_arena_chunk *next = c->next;

		of->held_bytes -= c->bytes;
		kw_free(c);
		c = next;
	}
}

void kw_arena_release(struct kw_arena *a, struct kw_arena_mark m)
{
	struct kw_arena *of = a->account ?: a;
	struct kw_arena_chunk *c;

	while (a->chunks != m.chunk) {
		c = a->chunks;
		a->chunks = c->next;
		of->held_bytes -= c->bytes;
		kw_free(c);
	}
	a->pos = m.pos;
	a->end = m.chunk ? (u8 *)m.chunk + m.chunk->bytes : NULL;
}

void kw_arena_reset(struct kw_arena *a)
{
	struct kw_arena_chunk *keep = a->chunks;

	if (!keep)
		return;
	if (keep->bytes > CHUNK_MAX) {
		kw_arena_free(a);
		return;
	}
	free_chunks(a, keep->next);
	keep->next = NULL;
	use_chunk(a, keep);
}

void kw_arena_free(struct kw_arena *a)
{
	free_chunks(a, a->chunks);
	a->chunks = NULL;
	a->pos = NULL;
	a->end = NULL;
}
