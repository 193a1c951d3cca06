// SPDX-License-Identifier: GPL-2.0
/* Heat on a plate by Jacobi's method, f32: four neighbours, two arrays taking turns. */
#include "bench.h"

#define SIDE 66

static float grid[2][SIDE][SIDE];

static void sweep(float (*from)[SIDE], float (*to)[SIDE])
{
	u32 i, j;

	for (i = 1; i < SIDE - 1; i++)
		for (j = 1; j < SIDE - 1; j++)
			to[i][j] = 0.25f * (from[i - 1][j] + from[i + 1][j] + from[i][j - 1] + from[i][j + 1]);
}

u32 run(u32 n)
{
	u32 i, j, sum = 0;

	__builtin_memset(grid, 0, sizeof(grid));
	for (i = 0; i < SIDE; i++) {
		grid[0][0][i] = grid[1][0][i] = 1000;
		grid[0][i][0] = grid[1][i][0] = i * 8;
	}
	for (i = 0; i < n; i++)
		sweep(grid[i & 1], grid[~i & 1]);
	for (i = 0; i < SIDE; i++)
		for (j = 0; j < SIDE; j++)
			sum = sum * 5 + (s32)(grid[n & 1][i][j] * 64);
	return sum;
}
