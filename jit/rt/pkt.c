// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Bytes of a packet that a guest may not write, those of none, and checksums. */
#include "pkt.h"

const u8 kw_pkt_none[KW_PKT_NEAR_BYTES];

#define IP4_HEADER	20u	/* without options (RFC 791) */

static bool overlaps(u32 off, u32 len, u32 from, u32 to)
{
	return off < to && (u64)off + len > from;
}

bool kw_pkt_is_parsed(const u8 *ip, u32 lin, u32 off, u32 len)
{
	if (lin < IP4_HEADER || overlaps(off, len, 0, 1))
		return true;
	if (ip[0] >> 4 == 4)	/* total length, options */
		return overlaps(off, len, 2, 4) || overlaps(off, len, IP4_HEADER, (ip[0] & 15) * 4);
	return overlaps(off, len, 4, 7);	/* payload length, next header (RFC 8200) */
}

static u32 csum_add(u32 a, u32 b)
{
	u32 sum = a + b;

	return sum + (sum < b);
}

static u32 csum_bytes(const u8 *p, u32 len)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] | p[i + 1] << 8;
	if (i < len)
		sum += p[i];
	/* At most 2^31 words: the sum has less than 47 bits. */
	return csum_add(sum, sum >> 32);
}

u32 kw_csum_diff(const u8 *from, u32 from_len, const u8 *to, u32 to_len, u32 seed)
{
	return csum_add(csum_add(csum_bytes(to, to_len), ~csum_bytes(from, from_len)), seed);
}

static void put_be(u32 v, u32 size, u8 *to)
{
	u32 i;

	for (i = 0; i < size; i++)
		to[i] = v >> 8 * (size - 1 - i);
}

bool kw_csum_change(u32 from, u32 to, u32 flags, u32 allowed, u32 *diff)
{
	u32 size = flags & KW_CSUM_SIZE;
	u8 old[4], new[4];

	if (flags & ~(KW_CSUM_SIZE | allowed))
		return false;
	*diff = to;
	if (!size)
		return !from;
	if (size != 2 && size != 4)
		return false;
	put_be(from, size, old);
	put_be(to, size, new);
	*diff = kw_csum_diff(old, size, new, size, 0);
	return true;
}

static u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

void kw_csum_update(u8 *sum, u32 diff, u32 flags, bool partial)
{
	u16 old = sum[0] | sum[1] << 8, new = old;

	if (flags & KW_CSUM_ZERO_NONE && !partial && !old)
		return;
	/* The field has the complement of the sum (RFC 1624, eqn. 3); a partial one has the sum. */
	if (!partial)
		new = ~fold(csum_add((u16)~old, diff));
	else if (flags & KW_CSUM_PSEUDO)
		new = fold(csum_add(old, diff));
	if (flags & KW_CSUM_ZERO_NONE && !partial && !new)
		new = 0xffff;
	sum[0] = new;
	sum[1] = new >> 8;
}
