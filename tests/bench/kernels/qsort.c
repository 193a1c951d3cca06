// SPDX-License-Identifier: GPL-2.0
/* Quicksort with a stack of its own and insertion sort at the end: compares and swaps. */
#include "bench.h"

#define NR 4096

static u32 v[NR];

static void insertion(u32 lo, u32 hi)
{
	u32 i, k, x;

	for (i = lo + 1; i < hi; i++) {
		x = v[i];
		for (k = i; k > lo && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void sort(void)
{
	u32 stack[64], sp = 0, lo = 0, hi = NR, i, k, pivot, t;

	for (;;) {
		while (hi - lo > 12) {
			pivot = v[lo + (hi - lo) / 2];
			i = lo;
			k = hi - 1;
			for (;;) {
				while (v[i] < pivot)
					i++;
				while (v[k] > pivot)
					k--;
				if (i >= k)
					break;
				t = v[i];
				v[i++] = v[k];
				v[k--] = t;
			}
			if (i - lo < hi - i) {
				stack[sp++] = i;
				stack[sp++] = hi;
				hi = i;
			} else {
				stack[sp++] = lo;
				stack[sp++] = i;
				lo = i;
			}
		}
		insertion(lo, hi);
		if (!sp)
			return;
		hi = stack[--sp];
		lo = stack[--sp];
	}
}

u32 run(u32 n)
{
	u32 s = 1, i, sum = 0;

	while (n--) {
		for (i = 0; i < NR; i++)
			v[i] = rnd(&s);
		sort();
		for (i = 1; i < NR; i++)
			sum = sum * 3 + (v[i - 1] <= v[i]) + v[i];
	}
	return sum;
}
