// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The arena: alignment, budget, growth, reuse. */
#include "common/arena.h"
#include "tap.h"

static bool aligned_and_apart(void)
{
	struct kw_arena a;
	u8 *p, *all[20000];
	u32 i, k;
	bool good = true;

	kw_arena_init(&a, 64 << 20);
	for (i = 0; good && i < ARRAY_SIZE(all); i++) {
		p = kw_arena_alloc(&a, i % 97);
		good = p && !((uintptr_t)p & 15);
		if (good)
			memset(p, i, i % 97);
		all[i] = p;
	}
	for (i = 0; good && i < ARRAY_SIZE(all); i++)
		for (k = 0; k < i % 97; k++)
			good &= all[i][k] == (u8)i;
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

static bool keeps_budget(void)
{
	struct kw_arena a;
	u64 got = 0;

	kw_arena_init(&a, 1 << 20);
	while (kw_arena_alloc(&a, 1000))
		got += 1000;
	kw_arena_free(&a);
	return a.peak_bytes <= 1 << 20 && got > (1 << 20) * 9 / 10;
}

static bool refuses_large(void)
{
	struct kw_arena a;
	bool good;

	kw_arena_init(&a, 1 << 20);
	good = !kw_arena_alloc(&a, (1 << 20) + 1) && !kw_arena_alloc(&a, (size_t)-1) &&
	       !kw_arena_alloc(&a, (size_t)-16) && !kw_arena_array(&a, (size_t)1 << 33, (size_t)1 << 33) &&
	       kw_arena_alloc(&a, 1 << 19);
	kw_arena_free(&a);
	return good;
}

static bool zeroes(void)
{
	struct kw_arena a;
	u8 *p;
	u32 i, sum = 0;

	kw_arena_init(&a, 1 << 20);
	memset(kw_arena_alloc(&a, 4096), 0xff, 4096);
	kw_arena_reset(&a);
	p = kw_arena_zalloc(&a, 4096);
	for (i = 0; i < 4096; i++)
		sum += p[i];
	kw_arena_free(&a);
	return !sum;
}

static bool grows(void)
{
	struct kw_arena a;
	u32 *v = NULL, cap = 0, n, i;
	bool good = true;

	kw_arena_init(&a, 64 << 20);
	for (n = 0; n < 100000; n++) {
		v = kw_arena_grow(&a, v, &cap, n + 1, sizeof(*v));
		v[n] = n;
	}
	for (i = 0; i < n; i++)
		good &= v[i] == i;
	good &= cap >= n && cap < 4 * n;
	good &= !kw_arena_grow(&a, v, &cap, 0xffffffff, sizeof(*v));
	kw_arena_free(&a);
	return good;
}

/* What was allocated last grows where it is; anything else moves and leaves its neighbour alone. */
static bool grows_in_place(void)
{
	struct kw_arena a;
	u32 *first = NULL, *second = NULL, *p, cap = 0, cap2 = 0, i;
	bool good;

	kw_arena_init(&a, 1 << 20);
	first = kw_arena_grow(&a, first, &cap, 1, sizeof(*first));
	p = kw_arena_grow(&a, first, &cap, cap + 1, sizeof(*first));
	good = p == first;
	memset(first, 0x11, cap * sizeof(*first));
	second = kw_arena_grow(&a, second, &cap2, 1, sizeof(*second));
	memset(second, 0x22, cap2 * sizeof(*second));
	p = kw_arena_grow(&a, first, &cap, cap + 1, sizeof(*first));
	good &= p != first && second >= first + cap / 2;
	memset(p + cap / 2, 0x33, cap / 2 * sizeof(*p));
	for (i = 0; i < cap / 2; i++)
		good &= p[i] == 0x11111111;
	for (i = 0; i < cap2; i++)
		good &= second[i] == 0x22222222;
	kw_arena_free(&a);
	return good;
}

/* What is older than the mark stays; chunks that came later go. */
static bool releases(void)
{
	struct kw_arena a, shared;
	struct kw_arena_mark m;
	u8 *old, *p;
	u64 held;
	bool good;

	kw_arena_init(&a, 1 << 20);
	kw_arena_init_shared(&shared, &a);
	old = kw_arena_alloc(&shared, 100);
	memset(old, 0x5a, 100);
	held = a.held_bytes;
	m = kw_arena_mark(&shared);
	p = kw_arena_alloc(&shared, 50);
	kw_arena_alloc(&shared, 200000);
	good = held && a.held_bytes > held;
	kw_arena_release(&shared, m);
	good &= a.held_bytes == held && kw_arena_alloc(&shared, 50) == p && old[0] == 0x5a && old[99] == 0x5a;
	p = kw_arena_alloc(&shared, 1000);
	kw_arena_shrink(&shared, p, 16);
	good &= (u8 *)kw_arena_alloc(&shared, 16) == p + 16;
	kw_arena_free(&shared);
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

/* Beside large allocations, small ones still come from the chunk that has room; little is held for nothing. */
static bool holds_little_more(void)
{
	struct kw_arena a;
	u64 asked = 0;
	bool good = true;
	u32 i;

	kw_arena_init(&a, 64 << 20);
	for (i = 0; i < 100; i++) {
		good &= kw_arena_alloc(&a, 100) && kw_arena_alloc(&a, 30000);
		asked += 30100;
		good &= a.held_bytes <= asked + asked / 4 + (32 << 10);
	}
	kw_arena_free(&a);
	return good;
}

/* A mark remembers from which chunk the next allocation comes, be it not the newest. */
static bool releases_large(void)
{
	struct kw_arena a;
	struct kw_arena_mark m;
	bool good;
	u64 held;
	u8 *p;

	kw_arena_init(&a, 1 << 20);
	good = kw_arena_alloc(&a, 100) && kw_arena_alloc(&a, 100000);
	m = kw_arena_mark(&a);
	held = a.held_bytes;
	p = kw_arena_alloc(&a, 50);
	good &= kw_arena_alloc(&a, 100000) && kw_arena_alloc(&a, 15000) && a.held_bytes > held;
	kw_arena_release(&a, m);
	good &= a.held_bytes == held && kw_arena_alloc(&a, 50) == p;
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

/* Lists made one behind the other go one by one, the last first. */
static bool pops(void)
{
	struct kw_arena a;
	u8 *p[1000];
	u64 held[1000];
	bool good = true;
	u32 i;

	kw_arena_init(&a, 1 << 20);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = kw_arena_alloc(&a, 8 + i % 400);
		held[i] = a.held_bytes;
	}
	good = held[999] > 3 * held[0];
	while (i--) {
		kw_arena_pop(&a, p[i]);
		good &= a.held_bytes == held[i] && a.pos == p[i];
	}
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

/* An array that grows is held once, however often it moved; what was allocated beside it stays. */
static bool growing_leaves_nothing_behind(void)
{
	u32 *p = NULL, cap = 0, *beside = NULL, i;
	struct kw_arena a;
	bool good = true;

	kw_arena_init(&a, 64 << 20);
	for (i = 0; good && i < 1 << 20; i++) {
		p = kw_arena_grow(&a, p, &cap, i + 1, sizeof(*p));
		if (i % 1000 == 0) {
			beside = kw_arena_alloc(&a, sizeof(*beside));
			*beside = i;
		}
		p[i] = i;
		good = a.held_bytes < i * sizeof(*p) * 3 / 2 + (256 << 10);
	}
	for (i = 0; good && i < 1 << 20; i++)
		good = p[i] == i;
	good &= *beside == ((1 << 20) - 1) / 1000 * 1000;
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

/* What is allocated after a chunk of its own was given back does not come from there. */
static bool forgets(void)
{
	struct kw_arena a;
	u8 *small, *large, *next;
	bool good;

	kw_arena_init(&a, 8 << 20);
	small = kw_arena_alloc(&a, 100);
	large = kw_arena_alloc(&a, 1 << 20);
	memset(large, 1, 1 << 20);
	kw_arena_forget(&a, large, 1 << 20);
	good = a.held_bytes < 1 << 20;
	kw_arena_forget(&a, small, 100);	/* shares its chunk: stays */
	next = kw_arena_alloc(&a, 100);
	memset(next, 2, 100);
	memset(small, 3, 100);
	good &= next != small && next[99] == 2;
	kw_arena_free(&a);
	return good && !a.held_bytes;
}

static bool reset_keeps_one_chunk(void)
{
	struct kw_arena a;
	u64 held;
	u32 i;

	kw_arena_init(&a, 64 << 20);
	for (i = 0; i < 1000; i++)
		kw_arena_alloc(&a, 10000);
	held = a.held_bytes;
	kw_arena_reset(&a);
	i = a.held_bytes < held && a.held_bytes && kw_arena_alloc(&a, 100);
	kw_arena_free(&a);
	return i;
}

int main(void)
{
	ok(aligned_and_apart(), "allocations are aligned and do not overlap");
	ok(keeps_budget(), "the budget is kept, and can be used up");
	ok(refuses_large(), "sizes beyond the budget or the address space are refused");
	ok(zeroes(), "zalloc zeroes memory used before");
	ok(grows(), "a growing array keeps its elements");
	ok(grows_in_place(), "what was allocated last grows where it is");
	ok(releases(), "release gives back what came behind the mark, to the account it shares");
	ok(releases_large(), "and where allocations came from then");
	ok(holds_little_more(), "little more is held than was asked for");
	ok(pops(), "pop gives back what is younger, chunk by chunk");
	ok(growing_leaves_nothing_behind(), "an array that grows is held once");
	ok(forgets(), "what has a chunk to itself can be given back");
	ok(reset_keeps_one_chunk(), "reset keeps one chunk, free none");
	return tap_done();
}
