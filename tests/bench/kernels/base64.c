// SPDX-License-Identifier: GPL-2.0
/* Base64 there and back: byte loads, table look-ups, byte stores. */
#include "bench.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static u8 value[256];
static u8 plain[3000], back[3000], coded[4096];

static u32 encode(const u8 *p, u32 len, u8 *out)
{
	u8 *o = out;
	u32 v;

	for (; len >= 3; p += 3, len -= 3) {
		v = p[0] << 16 | p[1] << 8 | p[2];
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = alphabet[v >> 6 & 63];
		*o++ = alphabet[v & 63];
	}
	if (len) {
		v = p[0] << 16 | (len > 1 ? p[1] << 8 : 0);
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = len > 1 ? alphabet[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	return o - out;
}

static u32 decode(const u8 *p, u32 len, u8 *out)
{
	u8 *o = out;
	u32 a, b, c, d;

	for (; len >= 4; p += 4, len -= 4) {
		a = value[p[0]];
		b = value[p[1]];
		c = value[p[2]];
		d = value[p[3]];
		if ((a | b | c | d) & 0x80)
			break;
		o[0] = a << 2 | b >> 4;
		o[1] = b << 4 | c >> 2;
		o[2] = c << 6 | d;
		o += 3;
	}
	return o - out;
}

u32 run(u32 n)
{
	u32 s = 8, i, len, sum = 0;

	__builtin_memset(value, 0x80, sizeof(value));
	for (i = 0; i < 64; i++)
		value[(u8)alphabet[i]] = i;
	for (i = 0; i < sizeof(plain); i++)
		plain[i] = rnd(&s);
	for (i = 0; i < n; i++) {
		len = encode(plain + i % 100, 300 + i % 2500, coded);
		len = decode(coded, len, back);
		sum = rotl32(sum, 1) + len + back[len - 1] + coded[len];
	}
	return sum;
}
