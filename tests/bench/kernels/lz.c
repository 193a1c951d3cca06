// SPDX-License-Identifier: GPL-2.0
/* Decompression in the manner of LZ4: literals and matches, copies that overlap. */
#include "bench.h"

#define TEXT_BYTES 16384

static u8 text[TEXT_BYTES], packed[TEXT_BYTES + 1024], out[TEXT_BYTES + 64];
static u16 last[4096];

static u8 *put_len(u8 *o, u32 len)
{
	for (; len >= 255; len -= 255)
		*o++ = 255;
	*o++ = len;
	return o;
}

static u8 *put_run(u8 *o, const u8 *lit, u32 nr_lit, u32 dist, u32 len)
{
	u8 *token = o++;
	u32 i;

	*token = (nr_lit < 15 ? nr_lit : 15) << 4 | (len < 15 ? len : 15);
	if (nr_lit >= 15)
		o = put_len(o, nr_lit - 15);
	for (i = 0; i < nr_lit; i++)
		*o++ = lit[i];
	*o++ = dist;
	*o++ = dist >> 8;
	if (len >= 15)
		o = put_len(o, len - 15);
	return o;
}

static u32 compress(void)
{
	u32 at = 0, lit = 0, prev, len, h;
	u8 *o = packed;

	__builtin_memset(last, 0, sizeof(last));
	while (at + 8 < TEXT_BYTES) {
		h = load32(text + at) * 2654435761U >> 20;
		prev = last[h];
		last[h] = at;
		if (!prev || load32(text + prev) != load32(text + at)) {
			at++;
			continue;
		}
		for (len = 4; at + len < TEXT_BYTES - 4 && text[prev + len] == text[at + len]; len++)
			;
		o = put_run(o, text + lit, at - lit, at - prev, len - 4);
		at += len;
		lit = at;
	}
	return o - packed;
}

static inline u32 get_len(const u8 **p, u32 len)
{
	u8 more;

	if (len < 15)
		return len;
	do {
		more = *(*p)++;
		len += more;
	} while (more == 255);
	return len;
}

static u32 decompress(const u8 *p, const u8 *end)
{
	u8 *o = out, *from;
	u32 token, len;

	while (p < end) {
		token = *p++;
		len = get_len(&p, token >> 4);
		for (; len >= 8; len -= 8, p += 8, o += 8)
			__builtin_memcpy(o, p, 8);
		while (len--)
			*o++ = *p++;
		from = o - (p[0] | p[1] << 8);
		p += 2;
		len = get_len(&p, token & 15) + 4;
		if (o - from >= 8)
			for (; len >= 8; len -= 8, from += 8, o += 8)
				__builtin_memcpy(o, from, 8);
		while (len--)
			*o++ = *from++;
	}
	return o - out;
}

u32 run(u32 n)
{
	u32 s = 19, i, k, len, bytes, sum = 0;

	for (i = 0; i < 256; i++)
		text[i] = 'a' + rnd(&s) % 20;
	while (i < TEXT_BYTES) {
		len = 3 + rnd(&s) % 30;
		k = rnd(&s) % (i - 40);
		for (; len && i < TEXT_BYTES; len--)
			text[i++] = text[k++];
		if (rnd(&s) % 3 == 0 && i < TEXT_BYTES)
			text[i++] = rnd(&s);
	}
	bytes = compress();
	for (i = 0; i < n; i++) {
		len = decompress(packed, packed + bytes);
		sum = sum * 3 + len + out[i % len];
	}
	return sum;
}
