// SPDX-License-Identifier: GPL-2.0
/* Boyer-Moore-Horspool: a skip table, a backward compare, few bytes touched. */
#include "bench.h"

#define TEXT_BYTES 16384

static u8 text[TEXT_BYTES];
static u8 skip[256];

static u32 search(const u8 *pat, u32 len)
{
	u32 at = 0, i, found = 0;

	for (i = 0; i < 256; i++)
		skip[i] = len;
	for (i = 0; i + 1 < len; i++)
		skip[pat[i]] = len - 1 - i;
	while (at + len <= TEXT_BYTES) {
		for (i = len; i && text[at + i - 1] == pat[i - 1]; i--)
			;
		if (!i)
			found += at;
		at += skip[text[at + len - 1]];
	}
	return found;
}

u32 run(u32 n)
{
	u32 s = 30, i, sum = 0;

	for (i = 0; i < TEXT_BYTES; i++)
		text[i] = 'a' + (rnd(&s) & rnd(&s) & 15);
	for (i = 0; i < n; i++)
		sum = rotl32(sum, 1) + search(text + rnd(&s) % 16000, 4 + i % 9);
	return sum;
}
