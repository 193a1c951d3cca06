// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Let each source open RATE TCP connections a second; drop the SYNs above.
 *
 *	kwasm load build/samples/syn_flood.wasm
 *	kwasm attach syn-flood --priority -300	# before connection tracking
 *	kwasm map dump syn-flood.syns
 *
 * A counter for each source and second, in a map that all CPUs share, added to
 * in one step: the count is exact however many CPUs a flood arrives on.  The
 * map is LRU: an attacker with more addresses than it has room for pushes out
 * seconds long gone first, and never makes memory grow.  Seconds begin at the
 * same time for everybody, so across a boundary twice RATE may pass.
 *
 * An IPv6 source is its /64: what one customer has, he may choose from freely.
 */
#include <linux/kwasm_guest.h>

#ifndef RATE
#define RATE	100		/* SYNs a second */
#endif

#define TCP_SYN	0x02
#define TCP_ACK	0x10

KWASM_META("name syn-flood");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* IPv4 is ::ffff:a.b.c.d, so the two never meet; network order. */
struct source {
	kwasm_u8 addr[16];
	kwasm_u32 second;
};

KWASM_MAP(syns, lru_hash, struct source, kwasm_u64, 65536);
KWASM_LAYOUT(syns, "key=source:ip6,second:u32 value=syns:u64");

static void source_of(const struct kwasm_ip *ip, struct source *s)
{
	*s = (struct source) { .second = kwasm_time_ns(KWASM_CLOCK_MONOTONIC) / 1000000000 };
	if (ip->version == 6) {
		kwasm_pkt_load(8, s->addr, 8);
	} else {
		s->addr[10] = s->addr[11] = 0xff;
		kwasm_pkt_load(12, s->addr + 12, 4);
	}
}

KWASM_PROGRAM("netfilter/inet/pre_routing") int syn_flood(void)
{
	struct kwasm_ip ip;
	struct source source;
	kwasm_u64 sum;

	if (!kwasm_parse_ip(&ip))
		return KWASM_NF_DROP;
	if (ip.proto != KWASM_IPPROTO_TCP || ip.fragment == KWASM_FRAG_LATER)
		return KWASM_NF_NONE;
	if (!kwasm_has_l4(&ip, 20))
		return KWASM_NF_DROP;		/* a first fragment too short for its flags */
	if ((kwasm_tcp_flags(&ip) & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return KWASM_NF_NONE;
	source_of(&ip, &source);
	/* No memory for a counter is no reason to let a flood in. */
	if (kwasm_map_add64(syns, &source, 0, 1, &sum))
		return KWASM_NF_DROP;
	return sum > RATE ? KWASM_NF_DROP : KWASM_NF_NONE;
}
