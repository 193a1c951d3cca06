// SPDX-License-Identifier: GPL-2.0
/* Takeuchi's function: calls with three arguments, all of them live across calls. */
#include "bench.h"

static noinline s32 tak(s32 x, s32 y, s32 z)
{
	if (y >= x)
		return z;
	return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

u32 run(u32 n)
{
	u32 i, sum = 0;

	for (i = 0; i < n; i++)
		sum = sum * 3 + tak(14 + (i & 1), 9, 4 - (i & 1));
	return sum;
}
