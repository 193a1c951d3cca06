// SPDX-License-Identifier: GPL-2.0
/* Messages through a ring buffer that wraps: memory.copy and memory.fill of 1..1500 bytes. */
#include "bench.h"

#define RING_BYTES 16384

static u8 ring[RING_BYTES], message[2048], got[2048];

static void copy_in(u32 at, const u8 *p, u32 len)
{
	u32 first = RING_BYTES - at % RING_BYTES;

	if (first > len)
		first = len;
	__builtin_memcpy(ring + at % RING_BYTES, p, first);
	__builtin_memcpy(ring, p + first, len - first);
}

static void copy_out(u32 at, u8 *p, u32 len)
{
	u32 first = RING_BYTES - at % RING_BYTES;

	if (first > len)
		first = len;
	__builtin_memcpy(p, ring + at % RING_BYTES, first);
	__builtin_memcpy(p + first, ring, len - first);
}

u32 run(u32 n)
{
	u32 s = 22, head = 0, tail = 0, i, len, sum = 0;

	for (i = 0; i < sizeof(message); i++)
		message[i] = rnd(&s);
	__builtin_memset(ring, 0, sizeof(ring));
	for (i = 0; i < n; i++) {
		len = i % 3 ? 1 + (i & 63) : 200 + i % 1300;
		copy_in(head, (u8 *)&len, 4);
		copy_in(head + 4, message, len);
		head += 4 + len;
		copy_out(tail, (u8 *)&len, 4);
		copy_out(tail + 4, got, len);
		tail += 4 + len;
		__builtin_memmove(message + 1, message, 40);
		message[0] = got[len - 1] + i;
		sum = rotl32(sum, 1) ^ got[len / 2] ^ len;
	}
	return sum;
}
