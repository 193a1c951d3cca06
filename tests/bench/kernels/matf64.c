// SPDX-License-Identifier: GPL-2.0
/* Matrices of doubles by rows and columns: one chain of multiply and add, a column's stride. */
#include "bench.h"

#define N 80

static double a[N][N], b[N][N], c[N][N];

u32 run(u32 n)
{
	u32 s = 16, i, j, k, sum = 0;
	double x;

	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++) {
			a[i][j] = rnd(&s) & 255;
			b[i][j] = rnd(&s) & 255;
		}
	while (n--)
		for (i = 0; i < N; i++)
			for (j = 0; j < N; j++) {
				x = n;
				for (k = 0; k < N; k++)
					x += a[i][k] * b[k][j];
				c[i][j] = x;
			}
	for (i = 0; i < N; i++)
		for (j = 0; j < N; j++)
			sum = sum * 3 + (s32)c[i][j];
	return sum;
}
