// SPDX-License-Identifier: GPL-2.0
/* SipHash-2-4 of short keys: four 64-bit words in a chain of additions and rotations. */
#include "bench.h"

static u8 keys[4096];

struct sip {
	u64 a, b, c, d;
};

static inline void rounds(struct sip *v, u32 n)
{
	while (n--) {
		v->a += v->b;
		v->b = rotl64(v->b, 13) ^ v->a;
		v->a = rotl64(v->a, 32);
		v->c += v->d;
		v->d = rotl64(v->d, 16) ^ v->c;
		v->a += v->d;
		v->d = rotl64(v->d, 21) ^ v->a;
		v->c += v->b;
		v->b = rotl64(v->b, 17) ^ v->c;
		v->c = rotl64(v->c, 32);
	}
}

static u64 siphash(const u8 *p, u32 len, u64 k0, u64 k1)
{
	struct sip v = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
			 k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
	u64 m = 0;
	u32 i;

	for (i = 0; i + 8 <= len; i += 8) {
		m = load64(p + i);
		v.d ^= m;
		rounds(&v, 2);
		v.a ^= m;
	}
	for (m = (u64)len << 56; i < len; i++)
		m |= (u64)p[i] << (i & 7) * 8;
	v.d ^= m;
	rounds(&v, 2);
	v.a ^= m;
	v.c ^= 0xff;
	rounds(&v, 4);
	return v.a ^ v.b ^ v.c ^ v.d;
}

u32 run(u32 n)
{
	u32 s = 11, i;
	u64 h = 1;

	for (i = 0; i < sizeof(keys); i++)
		keys[i] = rnd(&s);
	for (i = 0; i < n; i++)
		h = siphash(keys + (h & 2047), 8 + (i & 31), h, i);
	return h ^ h >> 32;
}
