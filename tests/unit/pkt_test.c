// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which bytes of a packet a guest may write; checksums after a change. */
#include "rt/pkt.h"
#include "tap.h"

static const struct {
	const char *name;
	u8 first;		/* version, IPv4 header length in words */
	u32 lin, off, len;
	bool parsed;
} write[] = {
	{ "version",				0x45, 60, 0, 1, true },
	{ "type of service",			0x45, 60, 1, 1, false },
	{ "total length, from before it",	0x45, 60, 1, 2, true },
	{ "IPv4 identification to protocol",	0x45, 60, 4, 6, false },
	{ "IPv4 addresses",			0x45, 60, 12, 8, false },
	{ "payload behind a plain header",	0x45, 60, 20, 40, false },
	{ "options",				0x46, 60, 23, 1, true },
	{ "payload behind options",		0x46, 60, 24, 4, false },
	{ "all of it",				0x45, 60, 0, 60, true },
	{ "nothing at the end",			0x45, 60, 60, 0, false },
	{ "IPv6 traffic class",			0x60, 60, 1, 3, false },
	{ "IPv6 payload length",		0x60, 60, 5, 1, true },
	{ "IPv6 next header",			0x60, 60, 6, 1, true },
	{ "IPv6 hop limit and addresses",	0x60, 60, 7, 33, false },
	{ "a packet with no header to look at",	0x45, 19, 12, 1, true },
	{ "an offset near the end of the range", 0x45, 60, 0xfffffff0, 0x20, false },
};

/* The checksum of RFC 1071 as its text says it: complement of the sum of big-endian words. */
static u16 reference(const u8 *p, u32 len, u32 sum)
{
	u32 i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static u32 next(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static u32 be(const u8 *p, u32 size)
{
	return size == 2 ? (u32)p[0] << 8 | p[1] : (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

#define BYTES	60u

/*
 * A packet with its checksum at 10, in which @len bytes change at @at: by
 * numbers where they are 2 or 4, and by a difference.  0 and ~0 are the same sum.
 */
static bool change_is_right(u32 *state, u32 at, u32 len, bool partial)
{
	u8 p[BYTES], old[BYTES], by_diff[2], want[2];
	u32 i, diff, flags = partial ? KW_CSUM_PSEUDO : 0;
	u16 sum;

	for (i = 0; i < BYTES; i++)
		p[i] = next(state) & 1 ? next(state) : -(next(state) & 1);
	p[10] = p[11] = 0;
	sum = reference(p, BYTES, 0);
	sum = partial ? ~sum : sum;
	memcpy(old, p, BYTES);
	for (i = 0; i < len; i++)
		p[at + i] = next(state);
	want[0] = reference(p, BYTES, 0) >> 8;
	want[1] = reference(p, BYTES, 0);
	if (partial)
		want[0] = ~want[0], want[1] = ~want[1];
	p[10] = by_diff[0] = sum >> 8;
	p[11] = by_diff[1] = sum;
	if (!kw_csum_change(0, kw_csum_diff(old + at, len, p + at, len, 0), flags, KW_CSUM_PSEUDO, &diff))
		return false;
	kw_csum_update(by_diff, diff, flags, partial);
	if (len == 2 || len == 4) {
		if (!kw_csum_change(be(old + at, len), be(p + at, len), flags | len, KW_CSUM_PSEUDO, &diff))
			return false;
		kw_csum_update(p + 10, diff, flags | len, partial);
		if (memcmp(p + 10, by_diff, 2))
			return false;
	}
	return !memcmp(by_diff, want, 2) ||
	       (be(by_diff, 2) + be(want, 2) == 0xffff && (!be(want, 2) || !be(by_diff, 2)));
}

static void checksums(void)
{
	static const u8 word[4] = { 0x12, 0x34, 0x56, 0x78 };
	u8 sum[2] = { 0, 0 };
	u32 state = 1, i, diff, bad = 0;

	for (i = 0; i < 100000; i++)
		bad += !change_is_right(&state, 12 + (next(&state) % 20) * 2, next(&state) % 9, i & 1);
	ok(!bad, "checksums after a change are those of RFC 1071");
	ok(kw_csum_diff(word, 4, word + 4, 0, kw_csum_diff(word, 0, word, 4, 7)) % 0xffff == 7,
	   "a difference and its opposite");
	kw_csum_update(sum, 5, KW_CSUM_ZERO_NONE, false);
	ok(!sum[0] && !sum[1], "UDP: no checksum stays none");
	sum[0] = 5;
	kw_csum_update(sum, 5, KW_CSUM_ZERO_NONE, false);
	ok(sum[0] == 0xff && sum[1] == 0xff, "UDP: a checksum of 0 is written as 0xffff");
	sum[0] = sum[1] = 1;
	kw_csum_update(sum, 5, 2, true);
	ok(sum[0] == 1 && sum[1] == 1, "a partial one changes with the pseudo header only");
	ok(!kw_csum_change(1, 2, 3, 0, &diff) && !kw_csum_change(1, 2, 0, 0, &diff) &&
	   !kw_csum_change(1, 2, 2 | KW_CSUM_PSEUDO, 0, &diff) && !kw_csum_change(1, 2, 0x100, 0x30, &diff),
	   "other sizes and flags are refused");
}

int main(void)
{
	u8 ip[60] = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(write); i++) {
		ip[0] = write[i].first;
		ok(kw_pkt_is_parsed(ip, write[i].lin, write[i].off, write[i].len) == write[i].parsed,
		   "%s: %s", write[i].name, write[i].parsed ? "kept" : "may be written");
	}
	checksums();
	return tap_done();
}
