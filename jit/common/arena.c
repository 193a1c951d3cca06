// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns kw_alloc_dirty() into bump allocation with a budget; see arena.h. */
#include "arena.h"

#define CHUNK_FIRST	(16UL << 10)	/* stays when the arena is reset */
#define CHUNK_MIN	(8UL << 10)
#define CHUNK_MAX	(1UL << 20)	/* of chunks not made for one large allocation */
#define CHUNK_KEEP	(64UL << 10)	/* larger ones are not worth holding for what comes next */
#define GROW_LARGE	(32UL << 10)

struct kw_arena_chunk {
	struct kw_arena_chunk *next;
	size_t bytes;			/* of the whole allocation */
};

/* The allocator's own alignment may be 8, so each chunk has room to round up. */
#define CHUNK_OVERHEAD	(sizeof(struct kw_arena_chunk) + KW_ARENA_ALIGN)
static_assert(CHUNK_MIN >= KW_ARENA_SMALL + CHUNK_OVERHEAD, "a small allocation fits any chunk");

void kw_arena_init(struct kw_arena *a, u64 budget_bytes)
{
	*a = (struct kw_arena){ .budget_bytes = budget_bytes };
}

void kw_arena_init_shared(struct kw_arena *a, struct kw_arena *account)
{
	*a = (struct kw_arena){ .account = account };
}

static u8 *payload(struct kw_arena_chunk *c)
{
	return (u8 *)ALIGN((uintptr_t)(c + 1), KW_ARENA_ALIGN);
}

static void use_chunk(struct kw_arena *a, struct kw_arena_chunk *c)
{
	a->pos = payload(c);
	a->end = (u8 *)c + c->bytes;
}

/*
 * Chunks grow with what is held, so that their number stays logarithmic; slowly,
 * for half of the newest is empty on average, in each arena of those that share
 * a budget.  What would take up much of one gets its own, and near the budget a
 * chunk is just what is needed.
 */
static size_t chunk_bytes(const struct kw_arena *a, bool first, size_t need)
{
	size_t want = max_t(size_t, first ? CHUNK_FIRST : CHUNK_MIN, min_t(u64, a->held_bytes / 32, CHUNK_MAX));

	want = ALIGN(want, 4096);
	if (need > KW_ARENA_SMALL + CHUNK_OVERHEAD && need > want / 4)
		return need;
	if (want > a->budget_bytes - a->held_bytes)
		return need;
	return want;
}

/* Memory at the start of a new chunk; the next ones come from where there is more room. */
static void *alloc_in_new_chunk(struct kw_arena *a, size_t payload_bytes)
{
	struct kw_arena *of = a->account ?: a;
	size_t bytes, room = a->end - a->pos;
	struct kw_arena_chunk *c;
	u8 *p;

	if (of->held_bytes > of->budget_bytes ||
	    payload_bytes + CHUNK_OVERHEAD > of->budget_bytes - of->held_bytes)
		return NULL;
	bytes = chunk_bytes(of, !a->chunks, payload_bytes + CHUNK_OVERHEAD);
	c = kw_alloc_dirty(bytes);
	if (!c)
		return NULL;
	c->bytes = bytes;
	c->next = a->chunks;
	a->chunks = c;
	of->held_bytes += bytes;
	of->peak_bytes = max(of->peak_bytes, of->held_bytes);
	p = payload(c);
	if (payload_bytes <= KW_ARENA_SMALL || (size_t)((u8 *)c + bytes - p) - payload_bytes > room) {
		a->pos = p + payload_bytes;
		a->end = (u8 *)c + bytes;
	}
	return p;
}

void *kw_arena_alloc_slow(struct kw_arena *a, size_t bytes)
{
	void *p;

	if (unlikely(bytes > (size_t)-1 / 2))
		return NULL;
	bytes = ALIGN(bytes + !bytes, KW_ARENA_ALIGN);
	if (bytes > (size_t)(a->end - a->pos))
		return alloc_in_new_chunk(a, bytes);
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

void kw_arena_forget(struct kw_arena *a, void *p, size_t bytes)
{
	struct kw_arena *of = a->account ?: a;
	struct kw_arena_chunk **at, *c;

	for (at = &a->chunks; (c = *at); at = &c->next) {
		if (payload(c) != p || c->bytes != ALIGN(bytes, KW_ARENA_ALIGN) + CHUNK_OVERHEAD)
			continue;
		if (a->end == (u8 *)c + c->bytes)
			a->pos = a->end = NULL;
		*at = c->next;
		of->held_bytes -= c->bytes;
		kw_free(c);
		return;
	}
}

/* Small arrays grow to double, for few copies; large ones by a quarter, for little that is empty. */
static u32 grown(u32 cap, size_t size)
{
	return cap * size < GROW_LARGE ? cap : max(cap / 4, 1u);
}

void *kw_arena_grow_slow(struct kw_arena *a, void *p, u32 *cap, u32 need, size_t size)
{
	u32 new_cap = max_t(u32, 16, *cap);
	size_t bytes;
	void *q = p;

	while (new_cap < need) {
		if (new_cap > 0x7fffffffU)
			return NULL;
		new_cap += grown(new_cap, size);
	}
	if (check_mul_overflow((size_t)new_cap, size, &bytes))
		return NULL;
	if (!extend(a, p, *cap * size, bytes)) {
		q = kw_arena_alloc(a, bytes);
		if (!q)
			return NULL;
		if (p) {
			memcpy(q, p, *cap * size);
			kw_arena_forget(a, p, *cap * size);
		}
	}
	*cap = new_cap;
	return q;
}

void *kw_arena_fit(struct kw_arena *a, void *p, u32 *cap, u32 nr, size_t size)
{
	void *q = (*cap - nr) * size > KW_ARENA_SMALL ? kw_arena_raw_array(a, nr, size) : NULL;

	if (!q)
		return p;
	memcpy(q, p, nr * size);
	kw_arena_forget(a, p, *cap * size);
	*cap = nr;
	return q;
}

/* Free the chunks that are newer than @keep. */
static void free_chunks(struct kw_arena *a, struct kw_arena_chunk *keep)
{
	struct kw_arena *of = a->account ?: a;

	while (a->chunks != keep) {
		struct kw_arena_chunk *c = a->chunks;

		a->chunks = c->next;
		of->held_bytes -= c->bytes;
		kw_free(c);
	}
}

void kw_arena_release(struct kw_arena *a, struct kw_arena_mark m)
{
	free_chunks(a, m.chunk);
	a->pos = m.pos;
	a->end = m.end;
}

void kw_arena_pop(struct kw_arena *a, void *p)
{
	struct kw_arena_chunk *c = a->chunks;

	while ((u8 *)p < (u8 *)c || (u8 *)p >= (u8 *)c + c->bytes)
		c = c->next;
	free_chunks(a, c);
	a->pos = p;
	a->end = (u8 *)c + c->bytes;
}

void kw_arena_reset(struct kw_arena *a)
{
	struct kw_arena_chunk *oldest = a->chunks;

	if (!oldest)
		return;
	while (oldest->next)
		oldest = oldest->next;
	if (oldest->bytes > CHUNK_KEEP) {
		kw_arena_free(a);
		return;
	}
	free_chunks(a, oldest);
	use_chunk(a, oldest);
}

void kw_arena_free(struct kw_arena *a)
{
	free_chunks(a, NULL);
	a->pos = NULL;
	a->end = NULL;
}
