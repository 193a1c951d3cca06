// SPDX-License-Identifier: GPL-2.0
/* Integer matrices, multiplied in tiles: nested loops with strided addresses. */
#include "bench.h"

#define N	96
#define TILE	16

static s32 a[N][N], b[N][N], c[N][N];

static void tile(u32 i0, u32 j0, u32 k0)
{
	u32 i, j, k;
	s32 x;

	for (i = i0; i < i0 + TILE; i++) {
		for (k = k0; k < k0 + TILE; k++) {
			x = a[i][k];
			for (j = j0; j < j0 + TILE; j++)
				c[i][j] += x * b[k][j];
		}
	}
}

u32 run(u32 n)
{
	u32 s = 15, i, j, k, sum = 0;

	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++) {
			a[i][j] = rnd(&s) & 1023;
			b[i][j] = rnd(&s) & 1023;
			c[i][j] = 0;
		}
	while (n--)
		for (i = 0; i < N; i += TILE)
			for (j = 0; j < N; j += TILE)
				for (k = 0; k < N; k += TILE)
					tile(i, j, k);
	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			sum = sum * 3 + c[i][j];
	return sum;
}
