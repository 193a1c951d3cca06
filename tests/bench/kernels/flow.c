// SPDX-License-Identifier: GPL-2.0
/* Packets (VLAN, IPv4 with options, IPv6) to a 5-tuple, its hash, and a counter per bucket. */
#include "bench.h"

#define NR_PACKETS	256
#define SLOT_BYTES	96

struct flow {
	u32 src[4], dst[4];
	u32 ports;
	u32 proto;
};

static u8 packets[NR_PACKETS][SLOT_BYTES];
static u32 lengths[NR_PACKETS];
static u32 buckets[1024];

static u32 make_v4(u8 *p, u32 *s)
{
	u32 ihl = 5 + rnd(s) % 3;

	p[0] = 0x40 | ihl;
	put16(p + 2, ihl * 4 + 20);
	p[8] = 64;
	p[9] = rnd(s) & 1 ? 6 : 17;
	put32(p + 12, 0x0a000000 | (rnd(s) & 0xffff));
	put32(p + 16, 0x0a010000 | (rnd(s) & 0xff));
	put32(p + ihl * 4, rnd(s));
	return ihl * 4 + 20;
}

static u32 make_v6(u8 *p, u32 *s)
{
	u32 i;

	p[0] = 0x60;
	put16(p + 4, 20);
	p[6] = rnd(s) & 1 ? 6 : 17;
	for (i = 8; i < 44; i += 4)
		put32(p + i, rnd(s));
	return 60;
}

static void make_packets(void)
{
	u32 s = 7, i, at;
	u8 *p;

	for (i = 0; i < NR_PACKETS; i++) {
		p = packets[i];
		at = 12;
		if (rnd(&s) % 4 == 0) {
			put16(p + at, 0x8100);
			put16(p + at + 2, i);
			at += 4;
		}
		put16(p + at, i % 4 == 3 ? 0x86dd : 0x0800);
		lengths[i] = at + 2 + (i % 4 == 3 ? make_v6(p + at + 2, &s) : make_v4(p + at + 2, &s));
		if (i % 31 == 0)
			lengths[i] -= 15;
	}
}

static int parse_v4(const u8 *p, u32 len, struct flow *f)
{
	u32 hl = (p[0] & 15) * 4;

	if (len < 20 || p[0] >> 4 != 4 || hl < 20 || hl + 8 > len || get16(p + 2) > len)
		return 0;
	if (get16(p + 6) & 0x1fff)
		return 0;
	f->src[0] = get32(p + 12);
	f->dst[0] = get32(p + 16);
	f->src[1] = f->src[2] = f->src[3] = 0;
	f->dst[1] = f->dst[2] = f->dst[3] = 0;
	f->proto = p[9];
	f->ports = get32(p + hl);
	return 1;
}

static int parse_v6(const u8 *p, u32 len, struct flow *f)
{
	u32 i;

	if (len < 48 || p[0] >> 4 != 6 || get16(p + 4) + 40 > len)
		return 0;
	for (i = 0; i < 4; i++) {
		f->src[i] = get32(p + 8 + 4 * i);
		f->dst[i] = get32(p + 24 + 4 * i);
	}
	f->proto = p[6];
	f->ports = get32(p + 40);
	return 1;
}

static int parse(const u8 *p, u32 len, struct flow *f)
{
	u32 at = 12, type;

	if (len < 18)
		return 0;
	type = get16(p + at);
	if (type == 0x8100) {
		at += 4;
		type = get16(p + at);
	}
	at += 2;
	if (type == 0x0800)
		return parse_v4(p + at, len - at, f);
	return type == 0x86dd && parse_v6(p + at, len - at, f);
}

static u32 hash(const struct flow *f)
{
	u32 h = f->proto * 0x9e3779b1 ^ f->ports, i;

	for (i = 0; i < 4; i++) {
		h = rotl32(h ^ f->src[i] * 0xcc9e2d51, 15) * 0x1b873593;
		h = rotl32(h ^ f->dst[i] * 0xcc9e2d51, 13) * 5 + 0xe6546b64;
	}
	return h ^ h >> 16;
}

u32 run(u32 n)
{
	struct flow f;
	u32 i, h, bad = 0, sum = 0;

	make_packets();
	__builtin_memset(buckets, 0, sizeof(buckets));
	for (i = 0; i < n; i++) {
		if (!parse(packets[i % NR_PACKETS], lengths[i % NR_PACKETS], &f)) {
			bad++;
			continue;
		}
		h = hash(&f);
		sum += ++buckets[h % 1024] ^ h;
	}
	return sum + bad;
}
