// SPDX-License-Identifier: GPL-2.0
/* Levenshtein distance: a row of a table at a time, minimum of three by selects. */
#include "bench.h"

#define LEN 200

static u8 a[LEN], b[LEN];
static u32 row[LEN + 1];

static u32 distance(void)
{
	u32 i, j, diag, up, best;

	for (j = 0; j <= LEN; j++)
		row[j] = j;
	for (i = 0; i < LEN; i++) {
		diag = row[0];
		row[0] = i + 1;
		for (j = 0; j < LEN; j++) {
			up = row[j + 1];
			best = diag + (a[i] != b[j]);
			best = up + 1 < best ? up + 1 : best;
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j + 1] = best;
			diag = up;
		}
	}
	return row[LEN];
}

u32 run(u32 n)
{
	u32 s = 25, i, sum = 0;

	for (i = 0; i < LEN; i++) {
		a[i] = rnd(&s) % 6;
		b[i] = rnd(&s) % 6;
	}
	for (i = 0; i < n; i++) {
		a[i % LEN] = rnd(&s) % 6;
		sum = sum * 7 + distance();
	}
	return sum;
}
