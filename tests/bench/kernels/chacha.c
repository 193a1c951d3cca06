// SPDX-License-Identifier: GPL-2.0
/* ChaCha20 over a buffer: sixteen live words, more than there are registers. */
#include "bench.h"

static u8 data[1024];

#define QUARTER(a, b, c, d) do {				\
	x[a] += x[b]; x[d] = rotl32(x[d] ^ x[a], 16);		\
	x[c] += x[d]; x[b] = rotl32(x[b] ^ x[c], 12);		\
	x[a] += x[b]; x[d] = rotl32(x[d] ^ x[a], 8);		\
	x[c] += x[d]; x[b] = rotl32(x[b] ^ x[c], 7);		\
} while (0)

static void block(const u32 *in, u8 *out)
{
	u32 x[16], i;

	for (i = 0; i < 16; i++)
		x[i] = in[i];
	for (i = 0; i < 10; i++) {
		QUARTER(0, 4, 8, 12);
		QUARTER(1, 5, 9, 13);
		QUARTER(2, 6, 10, 14);
		QUARTER(3, 7, 11, 15);
		QUARTER(0, 5, 10, 15);
		QUARTER(1, 6, 11, 12);
		QUARTER(2, 7, 8, 13);
		QUARTER(3, 4, 9, 14);
	}
	for (i = 0; i < 16; i++)
		store32(out + 4 * i, load32(out + 4 * i) ^ (x[i] + in[i]));
}

u32 run(u32 n)
{
	u32 state[16], s = 12, i, sum = 0;

	for (i = 0; i < 16; i++)
		state[i] = rnd(&s);
	for (i = 0; i < sizeof(data); i++)
		data[i] = i;
	for (i = 0; i < n; i++) {
		state[12] = i;
		block(state, data + i % 16 * 64);
	}
	for (i = 0; i < sizeof(data); i += 4)
		sum = rotl32(sum, 1) ^ load32(data + i);
	return sum;
}
