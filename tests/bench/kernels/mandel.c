// SPDX-License-Identifier: GPL-2.0
/* The Mandelbrot set: a short loop of dependent doubles with an exit that is hard to foresee. */
#include "bench.h"

#define SIDE 64

static u32 depth(double x0, double y0)
{
	double x = 0, y = 0, xx = 0, yy = 0;
	u32 i;

	for (i = 0; i < 100 && xx + yy < 4; i++) {
		y = 2 * x * y + y0;
		x = xx - yy + x0;
		xx = x * x;
		yy = y * y;
	}
	return i;
}

u32 run(u32 n)
{
	u32 i, j, sum = 0;

	while (n--)
		for (i = 0; i < SIDE; i++)
			for (j = 0; j < SIDE; j++)
				sum = sum * 3 + depth(i * (3.0 / SIDE) - 2.25 + n * 0.001, j * (2.5 / SIDE) - 1.25);
	return sum;
}
