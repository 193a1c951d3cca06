// SPDX-License-Identifier: GPL-2.0
/* A sieve of odd numbers in a map of bits: read-modify-write with shifts by variables. */
#include "bench.h"

#define LIMIT (1 << 19)

static u32 map[LIMIT / 64];

u32 run(u32 n)
{
	u32 i, k, count = 0;

	while (n--) {
		__builtin_memset(map, 0, sizeof(map));
		for (i = 3; i * i < LIMIT; i += 2) {
			if (map[i >> 6] >> (i >> 1 & 31) & 1)
				continue;
			for (k = i * i; k < LIMIT; k += 2 * i)
				map[k >> 6] |= 1U << (k >> 1 & 31);
		}
		for (i = 0; i < LIMIT / 64; i++)
			count += 32 - __builtin_popcount(map[i]);
	}
	return count;
}
