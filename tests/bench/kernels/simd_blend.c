// SPDX-License-Identifier: GPL-2.0
/* Pictures laid over each other, f32 and 16 bits: multiplications, conversions, minimum and maximum. */
#include "bench.h"

typedef float v4f32 __attribute__((vector_size(16)));
typedef s32 v4s32 __attribute__((vector_size(16)));
typedef u16 v8u16 __attribute__((vector_size(16)));

#define NR 512

static v4f32 over[NR], under[NR], out[NR];
static v8u16 a[NR], b[NR];

static void blend(float alpha)
{
	v4f32 t = { alpha, alpha, alpha, alpha }, r;
	u32 i;

	for (i = 0; i < NR; i++) {
		r = under[i] + (over[i] - under[i]) * t;
		out[i] = (v4f32)((v4s32)r & (v4s32)(r > 0));
	}
	for (i = 0; i < NR; i++)
		a[i] = (a[i] * 3 + b[i] + 2) >> 2;
}

u32 run(u32 n)
{
	u32 s = 33, i, k, sum = 0;

	for (i = 0; i < NR; i++) {
		for (k = 0; k < 4; k++) {
			over[i][k] = (s32)(rnd(&s) & 255) - 100;
			under[i][k] = (s32)(rnd(&s) & 255) - 100;
		}
		for (k = 0; k < 8; k++) {
			a[i][k] = rnd(&s) & 4095;
			b[i][k] = rnd(&s) & 4095;
		}
	}
	while (n--)
		blend((n & 15) * 0.0625f);
	for (i = 0; i < NR; i++)
		for (k = 0; k < 4; k++)
			sum = sum * 3 + (s32)(out[i][k] * 16) + a[i][k + 2];
	return sum;
}
