// SPDX-License-Identifier: GPL-2.0
/* ChaCha20 with a row of the state in a vector: additions, shifts, shuffles of lanes. */
#include "bench.h"

typedef u32 v4u32 __attribute__((vector_size(16)));

static v4u32 data[64];

#define ROTL(x, k)	((x) << (k) | (x) >> (32 - (k)))
#define TURN(x, a, b, c, d) __builtin_shufflevector(x, x, a, b, c, d)

static inline void half(v4u32 *a, v4u32 *b, v4u32 *c, v4u32 *d)
{
	*a += *b;
	*d = ROTL(*d ^ *a, 16);
	*c += *d;
	*b = ROTL(*b ^ *c, 12);
	*a += *b;
	*d = ROTL(*d ^ *a, 8);
	*c += *d;
	*b = ROTL(*b ^ *c, 7);
}

static void block(const v4u32 *in, v4u32 *out)
{
	v4u32 a = in[0], b = in[1], c = in[2], d = in[3];
	u32 i;

	for (i = 0; i < 10; i++) {
		half(&a, &b, &c, &d);
		b = TURN(b, 1, 2, 3, 0);
		c = TURN(c, 2, 3, 0, 1);
		d = TURN(d, 3, 0, 1, 2);
		half(&a, &b, &c, &d);
		b = TURN(b, 3, 0, 1, 2);
		c = TURN(c, 2, 3, 0, 1);
		d = TURN(d, 1, 2, 3, 0);
	}
	out[0] ^= a + in[0];
	out[1] ^= b + in[1];
	out[2] ^= c + in[2];
	out[3] ^= d + in[3];
}

u32 run(u32 n)
{
	v4u32 state[4], x = { 0 };
	u32 s = 32, i, k;

	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++)
			state[i][k] = rnd(&s);
	__builtin_memset(data, 0, sizeof(data));
	for (i = 0; i < n; i++) {
		state[3][0] = i;
		block(state, data + i % 16 * 4);
	}
	for (i = 0; i < 64; i++)
		x ^= data[i] + i;
	return x[0] ^ x[1] ^ x[2] ^ x[3];
}
