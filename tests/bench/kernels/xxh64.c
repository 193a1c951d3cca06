// SPDX-License-Identifier: GPL-2.0
/* xxHash64 of 64..1087 bytes: four independent lanes of multiply and rotate. */
#include "bench.h"

#define P1 0x9e3779b185ebca87ULL
#define P2 0xc2b2ae3d27d4eb4fULL
#define P3 0x165667b19e3779f9ULL
#define P4 0x85ebca77c2b2ae63ULL
#define P5 0x27d4eb2f165667c5ULL

static u8 data[2048];

static inline u64 lane(u64 acc, u64 in)
{
	return rotl64(acc + in * P2, 31) * P1;
}

static u64 xxh64(const u8 *p, u32 len, u64 seed)
{
	const u8 *end = p + len;
	u64 a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1, h;

	for (; end - p >= 32; p += 32) {
		a = lane(a, load64(p));
		b = lane(b, load64(p + 8));
		c = lane(c, load64(p + 16));
		d = lane(d, load64(p + 24));
	}
	h = rotl64(a, 1) + rotl64(b, 7) + rotl64(c, 12) + rotl64(d, 18);
	h = (h ^ lane(0, a)) * P1 + P4;
	h = (h ^ lane(0, b)) * P1 + P4;
	h = (h ^ lane(0, c)) * P1 + P4;
	h = (h ^ lane(0, d)) * P1 + P4;
	h += len;
	for (; end - p >= 8; p += 8)
		h = rotl64(h ^ lane(0, load64(p)), 27) * P1 + P4;
	if (end - p >= 4) {
		h = rotl64(h ^ load32(p) * P1, 23) * P2 + P3;
		p += 4;
	}
	for (; p < end; p++)
		h = rotl64(h ^ *p * P5, 11) * P1;
	h ^= h >> 33;
	h *= P2;
	h ^= h >> 29;
	h *= P3;
	return h ^ h >> 32;
}

u32 run(u32 n)
{
	u32 s = 5, i;
	u64 h = 0;

	for (i = 0; i < sizeof(data); i++)
		data[i] = rnd(&s);
	for (i = 0; i < n; i++)
		h = xxh64(data + (h & 511), 64 + (h >> 20 & 1023), h);
	return h ^ h >> 32;
}
