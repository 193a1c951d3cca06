// SPDX-License-Identifier: GPL-2.0
/* A radix-2 Fourier transform of 512 complex doubles, there and back: butterflies with two strides. */
#include "bench.h"

#define N 512

static double re[N], im[N], wr[N / 2], wi[N / 2];

/* Twiddles by halving the angle: cos(a/2) and sin(a/2) from cos(a), no libm. */
static void make_twiddles(void)
{
	double c = -1, s = 0, t;
	u32 i, step;

	wr[0] = 1;
	wi[0] = 0;
	for (step = N / 4; step; step /= 2) {
		t = __builtin_sqrt((1 + c) / 2);
		s = step == N / 4 ? 1 : s / (2 * t);
		c = t;
		for (i = step; i < N / 2; i += 2 * step) {
			wr[i] = i == step ? c : wr[i - step] * c - wi[i - step] * s;
			wi[i] = i == step ? s : wr[i - step] * s + wi[i - step] * c;
		}
	}
}

static void reorder(void)
{
	u32 i, j = 0, bit;
	double t;

	for (i = 1; i < N; i++) {
		for (bit = N / 2; j & bit; bit /= 2)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			t = re[i];
			re[i] = re[j];
			re[j] = t;
			t = im[i];
			im[i] = im[j];
			im[j] = t;
		}
	}
}

static void transform(double sign)
{
	u32 half, i, k, a, b;
	double tr, ti, c, s;

	reorder();
	for (half = 1; half < N; half *= 2) {
		for (i = 0; i < N; i += 2 * half) {
			for (k = 0; k < half; k++) {
				c = wr[k * (N / 2 / half)];
				s = sign * wi[k * (N / 2 / half)];
				a = i + k;
				b = a + half;
				tr = re[b] * c - im[b] * s;
				ti = re[b] * s + im[b] * c;
				re[b] = re[a] - tr;
				im[b] = im[a] - ti;
				re[a] += tr;
				im[a] += ti;
			}
		}
	}
}

u32 run(u32 n)
{
	u32 s = 29, i, sum = 0;

	make_twiddles();
	for (i = 0; i < N; i++) {
		re[i] = rnd(&s) & 1023;
		im[i] = 0;
	}
	while (n--) {
		transform(1);
		transform(-1);
		for (i = 0; i < N; i++) {
			re[i] *= 1.0 / N;
			im[i] *= 1.0 / N;
		}
	}
	for (i = 0; i < N; i++)
		sum = sum * 3 + (s32)(re[i] + 0.5);
	return sum;
}
