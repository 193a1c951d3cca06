// SPDX-License-Identifier: GPL-2.0
/* Decoding of a canonical prefix code from a bit buffer: shifts by variables and a dependent table. */
#include "bench.h"

#define NR_SYMBOLS	32
#define MAX_BITS	10
#define TEXT		6000

static u8 length_of[NR_SYMBOLS];
static u16 code_of[NR_SYMBOLS];
static u16 table[1 << MAX_BITS];	/* symbol << 4 | bits */
static u8 stream[TEXT * 2 + 16], text[TEXT], out[TEXT];

/* Lengths 3,3,4,4,5 x 4, 6 x 8, 7 x 8, ... use up less than all of the code space. */
static void make_code(void)
{
	static const u8 nr_of[] = { 0, 0, 0, 2, 3, 4, 5, 6, 6, 4, 2 };
	u32 len, i, k, code = 0, sym = 0;

	for (len = 1; len <= MAX_BITS; len++, code <<= 1) {
		for (i = 0; i < nr_of[len] && sym < NR_SYMBOLS; i++, code++, sym++) {
			length_of[sym] = len;
			code_of[sym] = code;
			for (k = 0; k < 1U << (MAX_BITS - len); k++)
				table[code << (MAX_BITS - len) | k] = sym << 4 | len;
		}
	}
}

static u32 encode(void)
{
	u32 nr_bits = 0, i, k, sym;

	__builtin_memset(stream, 0, sizeof(stream));
	for (i = 0; i < TEXT; i++) {
		sym = text[i];
		for (k = length_of[sym]; k--; nr_bits++)
			stream[nr_bits >> 3] |= (code_of[sym] >> k & 1) << (7 - (nr_bits & 7));
	}
	return nr_bits;
}

static u32 decode(void)
{
	const u8 *p = stream;
	u32 buf = 0, have = 0, i, e, sum = 0;

	for (i = 0; i < TEXT; i++) {
		while (have <= 24) {
			buf |= (u32)*p++ << (24 - have);
			have += 8;
		}
		e = table[buf >> (32 - MAX_BITS)];
		buf <<= e & 15;
		have -= e & 15;
		out[i] = e >> 4;
		sum += out[i] * (i | 1);
	}
	return sum;
}

u32 run(u32 n)
{
	u32 s = 24, i, x, sum;

	make_code();
	for (i = 0; i < TEXT; i++) {
		x = rnd(&s) & rnd(&s) & 31;
		text[i] = x < NR_SYMBOLS ? x : 0;
	}
	sum = encode();
	while (n--)
		sum = sum * 3 + decode();
	return sum;
}
