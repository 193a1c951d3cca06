// SPDX-License-Identifier: GPL-2.0
/* Internet checksum of headers and payloads, 32 bits at a time, and its update in place (RFC 1624). */
#include "bench.h"

static u8 packet[1600];

static u32 fold(u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u32)sum;
}

static u64 add_bytes(const u8 *p, u32 len, u64 sum)
{
	for (; len >= 4; p += 4, len -= 4)
		sum += load32(p);
	if (len & 2)
		sum += p[0] | p[1] << 8, p += 2;
	if (len & 1)
		sum += *p;
	return sum;
}

static u32 replace(u32 check, u32 from, u32 to)
{
	return fold((u64)(~check & 0xffff) + (~from & 0xffff) + to) ^ 0xffff;
}

u32 run(u32 n)
{
	u32 s = 3, i, len, check, out = 0;

	for (i = 0; i < sizeof(packet); i++)
		packet[i] = rnd(&s);
	for (i = 0; i < n; i++) {
		len = 20 + i % 97 * 15;
		check = fold(add_bytes(packet + (i & 3), len, 17 + len)) ^ 0xffff;
		out = rotl32(out, 1) + check;
		out ^= replace(check, get16(packet + 8), i & 0xffff);
		packet[i % sizeof(packet)] ^= check;
	}
	return out;
}
