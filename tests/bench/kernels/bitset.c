// SPDX-License-Identifier: GPL-2.0
/* Sets as 64-bit maps: intersections, and a walk over their members by ctz. */
#include "bench.h"

#define WORDS 128

static u64 sets[8][WORDS];

u32 run(u32 n)
{
	u32 s = 26, i, k, sum = 0;
	u64 x;

	for (i = 0; i < 8; i++)
		for (k = 0; k < WORDS; k++)
			sets[i][k] = (u64)rnd(&s) << 32 | rnd(&s);
	for (i = 0; i < n; i++) {
		for (k = 0; k < WORDS; k++) {
			x = sets[i & 7][k] & sets[(i >> 3) & 7][k] & ~sets[(i + 3) & 7][k];
			for (; x; x &= x - 1)
				sum = sum * 3 + k * 64 + __builtin_ctzll(x);
		}
	}
	return sum;
}
