// SPDX-License-Identifier: GPL-2.0
/* UTF-8 checked and counted by hand-written branches: runs of ASCII eight bytes at a time. */
#include "bench.h"

#define TEXT_BYTES 8192

static u8 text[TEXT_BYTES + 16];

static u32 put(u8 *p, u32 c)
{
	if (c < 0x80) {
		p[0] = c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = 0xc0 | c >> 6;
		p[1] = 0x80 | (c & 63);
		return 2;
	}
	if (c < 0x10000) {
		p[0] = 0xe0 | c >> 12;
		p[1] = 0x80 | (c >> 6 & 63);
		p[2] = 0x80 | (c & 63);
		return 3;
	}
	p[0] = 0xf0 | c >> 18;
	p[1] = 0x80 | (c >> 12 & 63);
	p[2] = 0x80 | (c >> 6 & 63);
	p[3] = 0x80 | (c & 63);
	return 4;
}

/* Return: code points, 0 when @len bytes are not UTF-8. */
static u32 count(const u8 *p, u32 len)
{
	const u8 *end = p + len;
	u32 n = 0, c;

	while (p < end) {
		if (end - p >= 8 && !(load64(p) & 0x8080808080808080)) {
			p += 8;
			n += 8;
			continue;
		}
		c = *p++;
		n++;
		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4)
			return 0;
		if (p == end || (*p & 0xc0) != 0x80)
			return 0;
		if (c >= 0xe0) {
			if ((c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) ||
			    (c == 0xf0 && *p < 0x90) || (c == 0xf4 && *p > 0x8f))
				return 0;
			if (end - p < 2 || (p[1] & 0xc0) != 0x80)
				return 0;
			if (c >= 0xf0) {
				if (end - p < 3 || (p[2] & 0xc0) != 0x80)
					return 0;
				p++;
			}
			p++;
		}
		p++;
	}
	return n;
}

u32 run(u32 n)
{
	u32 s = 20, i = 0, k, sum = 0;

	while (i < TEXT_BYTES) {
		for (k = rnd(&s) % 24; k && i < TEXT_BYTES; k--)
			text[i++] = 'a' + k;
		for (k = rnd(&s) % 5; k && i < TEXT_BYTES; k--)
			i += put(text + i, rnd(&s) & 1 ? 0xc0 + rnd(&s) % 1000 : rnd(&s) & 3 ? 0x4e00 + rnd(&s) % 20000 : 0x1f300);
	}
	for (k = 0; k < n; k++)
		sum = sum * 3 + count(text, i);
	return sum;
}
