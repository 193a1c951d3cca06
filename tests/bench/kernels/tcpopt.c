// SPDX-License-Identifier: GPL-2.0
/* TCP options: a switch on kind, lengths checked, values in network order. */
#include "bench.h"

struct options {
	u32 mss, wscale, ts_val, ts_ecr, nr_sack;
	u32 sack[8];
};

static u8 headers[128][64];
static u8 len_of[128];

static u32 put_option(u8 *p, u32 kind, u32 *s)
{
	u32 i, len;

	switch (kind) {
	case 0: p[0] = 1; return 1;
	case 1: len = 4; p[0] = 2; break;
	case 2: len = 3; p[0] = 3; break;
	case 3: len = 2; p[0] = 4; break;
	case 4: len = 10; p[0] = 8; break;
	case 5: len = 18; p[0] = 5; break;
	default: len = 6; p[0] = 254; break;
	}
	p[1] = len;
	for (i = 2; i < len; i++)
		p[i] = rnd(s);
	return len;
}

static int parse(const u8 *p, u32 len, struct options *o)
{
	u32 at = 0, n, i;

	o->nr_sack = 0;
	while (at < len) {
		if (p[at] == 0)
			break;
		if (p[at] == 1) {
			at++;
			continue;
		}
		if (at + 2 > len)
			return 0;
		n = p[at + 1];
		if (n < 2 || at + n > len)
			return 0;
		switch (p[at]) {
		case 2:
			if (n == 4)
				o->mss = get16(p + at + 2);
			break;
		case 3:
			if (n == 3)
				o->wscale = p[at + 2] > 14 ? 14 : p[at + 2];
			break;
		case 5:
			for (i = 2; i + 8 <= n && o->nr_sack < 8; i += 8) {
				o->sack[o->nr_sack++] = get32(p + at + i);
				o->sack[o->nr_sack++] = get32(p + at + i + 4);
			}
			break;
		case 8:
			if (n == 10) {
				o->ts_val = get32(p + at + 2);
				o->ts_ecr = get32(p + at + 6);
			}
			break;
		}
		at += n;
	}
	return 1;
}

u32 run(u32 n)
{
	struct options o = { 0 };
	u32 s = 27, i, at, sum = 0;

	for (i = 0; i < 128; i++) {
		for (at = 0; at < 20;)
			at += put_option(headers[i] + at, rnd(&s) % 7, &s);
		len_of[i] = at;
	}
	for (i = 0; i < n; i++) {
		if (!parse(headers[i % 128], len_of[i % 128], &o))
			sum++;
		sum = rotl32(sum, 1) ^ o.mss ^ o.wscale ^ o.ts_val ^ o.ts_ecr ^ (o.nr_sack ? o.sack[o.nr_sack - 1] : 0);
	}
	return sum;
}
