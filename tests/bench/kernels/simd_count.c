// SPDX-License-Identifier: GPL-2.0
/* Bytes of a kind counted, 16 at a time: compares, subtraction of masks, horizontal sums. */
#include "bench.h"

typedef u8 v16u8 __attribute__((vector_size(16)));
typedef u64 v2u64 __attribute__((vector_size(16)));

#define TEXT_BYTES 8192

static u8 text[TEXT_BYTES] __attribute__((aligned(16)));

static u32 count(u8 lo, u8 hi)
{
	v16u8 x, acc = { 0 }, from = { 0 }, to = { 0 };
	v2u64 pairs;
	u32 i, k, sum = 0;

	from += lo;
	to += hi;
	for (i = 0; i < TEXT_BYTES; i += 16 * 64) {
		acc = (v16u8){ 0 };
		for (k = 0; k < 64; k++) {
			__builtin_memcpy(&x, text + i + 16 * k, 16);
			acc -= (v16u8)(x >= from) & (v16u8)(x <= to);
		}
		pairs = (v2u64)acc;
		pairs = (pairs & 0x00ff00ff00ff00ff) + (pairs >> 8 & 0x00ff00ff00ff00ff);
		pairs = (pairs & 0x0000ffff0000ffff) + (pairs >> 16 & 0x0000ffff0000ffff);
		pairs = (pairs & 0xffffffff) + (pairs >> 32);
		sum += pairs[0] + pairs[1];
	}
	return sum;
}

u32 run(u32 n)
{
	u32 s = 31, i, sum = 0;

	for (i = 0; i < TEXT_BYTES; i++)
		text[i] = rnd(&s) >> 9;
	for (i = 0; i < n; i++)
		sum = sum * 3 + count(i & 127, (i & 127) + 40);
	return sum;
}
