// SPDX-License-Identifier: GPL-2.0
/* Token buckets for sources in a hash table with linear probing: 64-bit arithmetic and divisions. */
#include "bench.h"

#define SLOTS 4096

struct bucket {
	u32 src, tokens;
	u64 last_ns;
};

static struct bucket buckets[SLOTS];

static struct bucket *find(u32 src)
{
	u32 at = src * 2654435761U >> 20, i;

	for (i = 0; i < 16; i++, at = (at + 1) % SLOTS) {
		if (buckets[at].src == src)
			return &buckets[at];
		if (!buckets[at].src) {
			buckets[at].src = src;
			buckets[at].tokens = 1000;
			return &buckets[at];
		}
	}
	return &buckets[at];
}

static int allow(u32 src, u32 bytes, u64 now_ns, u32 rate)
{
	struct bucket *b = find(src);
	u64 add = (now_ns - b->last_ns) * rate / 1000000000;

	if (add) {
		b->tokens = b->tokens + add > 4000 ? 4000 : (u32)(b->tokens + add);
		b->last_ns = now_ns - now_ns % 1000;
	}
	if (b->tokens < bytes)
		return 0;
	b->tokens -= bytes;
	return 1;
}

u32 run(u32 n)
{
	u32 s = 28, i, sum = 0;
	u64 now = 1;

	__builtin_memset(buckets, 0, sizeof(buckets));
	for (i = 0; i < n; i++) {
		now += 100 + (rnd(&s) & 4095);
		sum = rotl32(sum, 1) + allow(1 + s % 3000, 64 + (s >> 20), now, 100000 + (s & 0xffff));
	}
	return sum;
}
