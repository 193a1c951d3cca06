// SPDX-License-Identifier: GPL-2.0
/* A program for each family of netfilter hooks beside ip, ip6 and inet: each drops what its test sends. */
#include <linux/kwasm_guest.h>

KWASM_META("name families");

static int is_ping(void)
{
	return kwasm_pkt_ld8_or(0, 0) >> 4 == 4 && kwasm_pkt_ld8_or(9, 0) == KWASM_IPPROTO_ICMP;
}

/* The family as the hook tells it, and Ethernet's type: what is not as it should be is accepted, and seen. */
static int drop(int cond, kwasm_u32 family, kwasm_u32 proto)
{
	return cond && kwasm_pkt_field(KWASM_FIELD_FAMILY) == family &&
	       kwasm_pkt_field(KWASM_FIELD_PROTO) == proto ? KWASM_NF_DROP : KWASM_NF_ACCEPT;
}

KWASM_PROGRAM("netfilter/netdev/ingress") int netdev_ingress(void)
{
	return drop(is_ping() && kwasm_pkt_field(KWASM_FIELD_IFINDEX_IN), 5, 0x0800);
}

KWASM_PROGRAM("netfilter/netdev/egress") int netdev_egress(void)
{
	return drop(is_ping() && kwasm_pkt_field(KWASM_FIELD_IFINDEX_OUT), 5, 0x0800);
}

KWASM_PROGRAM("netfilter/inet/ingress") int inet_ingress(void)
{
	return is_ping() ? KWASM_NF_DROP : KWASM_NF_ACCEPT;
}

/* Ethernet and IPv4, a request or an answer. */
static int is_arp(void)
{
	return kwasm_pkt_ld16be(0) == 1 && kwasm_pkt_ld16be(2) == 0x0800 && kwasm_pkt_ld16be(6) <= 2;
}

KWASM_PROGRAM("netfilter/arp/input") int arp_input(void)
{
	return drop(is_arp(), 3, 0x0806);
}

KWASM_PROGRAM("netfilter/arp/output") int arp_output(void)
{
	return drop(is_arp(), 3, 0x0806);
}

KWASM_PROGRAM("netfilter/bridge/forward") int bridge_forward(void)
{
	return drop(is_ping(), 7, 0x0800);
}

KWASM_PROGRAM("netfilter/ip/input") int queue(void)
{
	return is_ping() ? KWASM_NF_QUEUE : KWASM_NF_ACCEPT;
}
