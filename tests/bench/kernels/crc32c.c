// SPDX-License-Identifier: GPL-2.0
/* CRC-32C by eight tables at once: many independent loads with masked indices. */
#include "bench.h"

static u32 table[8][256];
static u8 data[4096];

static void make_tables(void)
{
	u32 i, k, c;

	for (i = 0; i < 256; i++) {
		for (c = i, k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0x82f63b78 : 0);
		table[0][i] = c;
	}
	for (k = 1; k < 8; k++)
		for (i = 0; i < 256; i++)
			table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
}

static u32 crc(u32 c, const u8 *p, u32 len)
{
	u32 a, b;

	for (; len >= 8; p += 8, len -= 8) {
		a = load32(p) ^ c;
		b = load32(p + 4);
		c = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^ table[4][a >> 24] ^
		    table[3][b & 255] ^ table[2][b >> 8 & 255] ^ table[1][b >> 16 & 255] ^ table[0][b >> 24];
	}
	while (len--)
		c = c >> 8 ^ table[0][(c ^ *p++) & 255];
	return c;
}

u32 run(u32 n)
{
	u32 s = 9, i, c = ~0U;

	make_tables();
	for (i = 0; i < sizeof(data); i++)
		data[i] = rnd(&s);
	for (i = 0; i < n; i++)
		c = crc(c, data + (c & 63), 1500 + (i & 511));
	return c;
}
