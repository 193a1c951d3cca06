// SPDX-License-Identifier: GPL-2.0
/* A UDP packet gets another source, port and hop limit, and its checksums follow. */
#include <linux/kwasm_guest.h>

KWASM_META("name csum");

#define IP	20

/* The same in two ways: byte 28 of the packet, the first behind its headers, says which. */
static void by_numbers(kwasm_u32 source, kwasm_u32 port, kwasm_u32 ttl)
{
	kwasm_pkt_l3_csum_replace(10, kwasm_pkt_ld16be(8), ttl << 8 | kwasm_pkt_ld8(9), 2);
	kwasm_pkt_l3_csum_replace(10, kwasm_pkt_ld32be(12), source, 4);
	kwasm_pkt_l4_csum_replace(IP + 6, kwasm_pkt_ld32be(12), source, 4 | KWASM_CSUM_PSEUDO | KWASM_CSUM_UDP);
	kwasm_pkt_l4_csum_replace(IP + 6, kwasm_pkt_ld16be(IP), port, 2 | KWASM_CSUM_UDP);
}

static void by_differences(kwasm_u32 source, kwasm_u32 port, kwasm_u32 ttl)
{
	kwasm_u8 old[10], new[10];
	kwasm_s64 address, all;

	kwasm_pkt_load(8, old, 8);
	kwasm_pkt_load(IP, old + 8, 2);
	__builtin_memcpy(new, old, 10);
	new[0] = ttl;
	*(kwasm_u32 *)(new + 4) = __builtin_bswap32(source);
	*(kwasm_u16 *)(new + 8) = __builtin_bswap16(port);
	address = kwasm_csum_diff(old + 4, 4, new + 4, 4, 0);
	kwasm_pkt_l3_csum_replace(10, 0, kwasm_csum_diff(old, 2, new, 2, address), 0);
	all = kwasm_csum_diff(old + 8, 2, new + 8, 2, 0);
	kwasm_pkt_l4_csum_replace(IP + 6, 0, address, KWASM_CSUM_PSEUDO | KWASM_CSUM_UDP);
	kwasm_pkt_l4_csum_replace(IP + 6, 0, all, KWASM_CSUM_UDP);
}

KWASM_PROGRAM("netfilter/ip/input") int input(void)
{
	static kwasm_u8 big[70000];
	kwasm_u32 source = 0xc0000207, port = 5353, ttl = 3, len = kwasm_pkt_len();

	if (kwasm_pkt_l3_csum_replace(len - 1, 0, 0, 2) != -14 || kwasm_pkt_l3_csum_replace(10, 0, 0, 1) != -22 ||
	    kwasm_pkt_l3_csum_replace(10, 0, 0, 2 | KWASM_CSUM_PSEUDO) != -22 ||
	    kwasm_csum_diff(big, 65537, big, 0, 0) >= 0)
		return KWASM_NF_DROP;
	if (kwasm_pkt_ld8(28))
		by_differences(source, port, ttl);
	else
		by_numbers(source, port, ttl);
	kwasm_pkt_st8(8, ttl);
	kwasm_pkt_st32be(12, source);
	kwasm_pkt_st16be(IP, port);
	return KWASM_NF_ACCEPT;
}
