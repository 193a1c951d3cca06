// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Bytes of a packet that a guest may not write, and those of none. */
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
