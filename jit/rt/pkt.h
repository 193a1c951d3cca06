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

/* kw_exec.pkt_none of every execution. */
extern const u8 kw_pkt_none[KW_PKT_NEAR_BYTES];

#endif /* KW_RT_PKT_H */
