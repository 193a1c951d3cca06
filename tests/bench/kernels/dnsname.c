// SPDX-License-Identifier: GPL-2.0
/* Names of a DNS answer, through compression pointers, into lower case text and a hash. */
#include "bench.h"

#define NR_NAMES 64

static u8 message[2048];
static u16 start[NR_NAMES];
static u32 message_bytes;

static void make_message(void)
{
	u32 s = 4, at = 12, i, k, labels, len;

	for (i = 0; i < NR_NAMES; i++) {
		start[i] = at;
		labels = 1 + rnd(&s) % 3;
		while (labels--) {
			len = 2 + rnd(&s) % 9;
			message[at++] = len;
			for (k = 0; k < len; k++)
				message[at++] = (rnd(&s) & 1 ? 'A' : 'a') + rnd(&s) % 26;
		}
		if (i > 3 && rnd(&s) % 4) {
			put16(message + at, 0xc000 | start[rnd(&s) % i]);
			at += 2;
		} else {
			message[at++] = 0;
		}
	}
	message_bytes = at;
}

/* Return: bytes of the name in @out, 0 when it is malformed. */
static u32 expand(u32 at, u8 *out)
{
	u32 n = 0, jumps = 0, len, i;
	u8 c;

	for (;;) {
		if (at >= message_bytes)
			return 0;
		len = message[at++];
		if (!len)
			return n;
		if (len >= 0xc0) {
			if (at >= message_bytes || ++jumps > 16)
				return 0;
			at = (len & 63) << 8 | message[at];
			continue;
		}
		if (len > 63 || at + len > message_bytes || n + len + 1 > 255)
			return 0;
		for (i = 0; i < len; i++) {
			c = message[at + i];
			out[n++] = c >= 'A' && c <= 'Z' ? c + 32 : c;
		}
		out[n++] = '.';
		at += len;
	}
}

u32 run(u32 n)
{
	u32 i, k, len, sum = 0;
	u8 name[256];

	make_message();
	for (i = 0; i < n; i++) {
		len = expand(start[i % NR_NAMES], name);
		for (k = 0; k < len; k++)
			sum = (sum ^ name[k]) * 16777619;
	}
	return sum;
}
