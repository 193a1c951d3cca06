// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Four multiplying hashes side by side, 16 bytes a step. */
#include "packet.h"

#define MUL1	2654435761u
#define MUL2	2246822519u

static inline u32 rotl(u32 x, int n)
{
	return x << n | x >> (32 - n);
}

#define STEP(h, off)	(rotl((h) + LD32(packet, off) * MUL2, 13) * MUL1)

WORK(packet)
{
	u32 a = MUL1 + MUL2, b = MUL2, c = 0, d = -MUL1;
	int i;

	for (i = 0; i < MAX_BYTES - 16 && HAS(packet, i, 16); i += 16) {
		a = STEP(a, i);
		b = STEP(b, i + 4);
		c = STEP(c, i + 8);
		d = STEP(d, i + 12);
	}
	return rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18) == 0x12345 ? PASS : DROP;
}
