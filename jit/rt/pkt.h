/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What kernel and userspace engine must agree on about packets. */
#ifndef KW_RT_PKT_H
#define KW_RT_PKT_H

#include "../common/layout.h"

/**
 * kw_pkt_is_parsed() - has the kernel acted on any of these bytes already?
 * @ip:  the packet from its network header
 * @lin: bytes readable there
 * @off, @len: what a guest wants to write
 *
 * Behind a netfilter hook the kernel relies on what it checked before: version
 * and header length, the lengths, IPv4 options, IPv6's next header.
 * Return: true also where that cannot be told.
 */
bool kw_pkt_is_parsed(const u8 *ip, u32 lin, u32 off, u32 len);

/* ---- Checksums of the Internet ---- */

/*
 * Differences are 32-bit one's complement sums of the 16-bit words as memory
 * has them, lower byte first; such sums come out right in whatever order the
 * bytes are, as long as all are in the same (RFC 1071, 2).
 */

#define KW_CSUM_SIZE		0xfu	/* flags: bytes that change, 2 or 4; 0: @to is a difference */
#define KW_CSUM_PSEUDO		0x10u	/* what changes is in the pseudo header too */
#define KW_CSUM_MAX		65536u	/* bytes of a range: no call takes long */
#define KW_CSUM_ZERO_NONE	0x20u	/* UDP: 0 means that there is no checksum */

/**
 * kw_csum_diff() - what putting @to in the place of @from adds to a sum
 * @from, @to: bytes, as in the packet; each begins at an even offset of it
 * @seed: added: 0, or the difference another change has made
 */
u32 kw_csum_diff(const u8 *from, u32 from_len, const u8 *to, u32 to_len, u32 seed);

/**
 * kw_csum_change() - the difference that arguments of a guest say
 * @from, @to: with a size of 2 or 4: numbers, as the big-endian loads give them
 * @flags: KW_CSUM_*, of which those in @allowed are
 *
 * Return: false: flags that are not, or a @from beside a difference.
 */
bool kw_csum_change(u32 from, u32 to, u32 flags, u32 allowed, u32 *diff);

/**
 * kw_csum_update() - a checksum after the change
 * @sum:     the two bytes of the packet, changed in place
 * @partial: they are the pseudo header's sum alone, and a device or the stack adds the rest
 */
void kw_csum_update(u8 *sum, u32 diff, u32 flags, bool partial);

/* kw_exec.pkt_none of every execution. */
extern const u8 kw_pkt_none[KW_PKT_NEAR_BYTES];

#endif /* KW_RT_PKT_H */
