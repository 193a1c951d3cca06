// SPDX-License-Identifier: GPL-2.0
/*
 * One XDP program; what it does with a UDP packet the destination port says,
 * so that one link serves every case of its test.
 */
#include <linux/kwasm_guest.h>

KWASM_META("name xdp");
KWASM_RING(seen, 65536);

#define ETH	14
#define IP	20

/* Adds to all of a packet's bytes behind the headers, to those of later pieces too. */
static int all_are(kwasm_u8 byte)
{
	kwasm_u32 i, len = kwasm_pkt_len();

	for (i = ETH + IP + 8; i < len; i++)
		if (kwasm_pkt_ld8(i) != byte)
			return 0;
	return 1;
}

/* 4 bytes more in front and then the headers moved there: the payload has grown at its beginning. */
static int longer_head(void)
{
	kwasm_u8 headers[ETH + IP + 8];
	kwasm_u32 len = kwasm_pkt_len();

	kwasm_pkt_load(0, headers, sizeof(headers));
	if (kwasm_pkt_adjust_head(-4) || kwasm_pkt_len() != len + 4)
		return KWASM_XDP_ABORTED;
	kwasm_pkt_store(0, headers, sizeof(headers), 0);
	/* As it was: what the stack gets must be whole. */
	kwasm_pkt_load(0, headers, sizeof(headers));
	if (kwasm_pkt_adjust_head(4) || kwasm_pkt_len() != len)
		return KWASM_XDP_ABORTED;
	kwasm_pkt_store(0, headers, sizeof(headers), 0);
	return kwasm_pkt_adjust_head(-100000) < 0 && kwasm_pkt_adjust_head(len) < 0 ?
	       KWASM_XDP_PASS : KWASM_XDP_ABORTED;
}

/* One hop more, and the header's checksum follows, or does not: then the stack drops it. */
static int live_longer(int right)
{
	kwasm_u32 old = kwasm_pkt_ld16be(ETH + 8);

	if (right && kwasm_pkt_l3_csum_replace(ETH + 10, old, old + 0x100, 2))
		return KWASM_XDP_DROP;
	return kwasm_pkt_st16be(ETH + 8, old + 0x100) ? KWASM_XDP_DROP : KWASM_XDP_PASS;
}

KWASM_PROGRAM("xdp") int xdp(void)
{
	if (kwasm_pkt_ld16be(12) != 0x0800 || kwasm_pkt_ld8(ETH + 9) != KWASM_IPPROTO_UDP)
		return KWASM_XDP_PASS;
	if (kwasm_pkt_field(KWASM_FIELD_PROTO) != 0x0800 || !kwasm_pkt_field(KWASM_FIELD_IFINDEX_IN) ||
	    kwasm_pkt_field(KWASM_FIELD_L3_OFF) != ETH)
		return KWASM_XDP_ABORTED;
	switch (kwasm_pkt_ld16be(ETH + IP + 2)) {
	case 7001:
		return KWASM_XDP_DROP;
	case 7002:
		return all_are('x') ? KWASM_XDP_DROP : KWASM_XDP_PASS;
	case 7003:
		return longer_head();
	case 7004:	/* cut to nothing but what no driver can cut to */
		return kwasm_pkt_adjust_tail(-(int)kwasm_pkt_len()) ? KWASM_XDP_DROP : KWASM_XDP_PASS;
	case 7005:
		__builtin_trap();
	case 7006:
		return 77;
	case 7008:
		return live_longer(1);
	case 7009:
		return live_longer(0);
	case 7010:
		return kwasm_pkt_capture(seen, 100) ? KWASM_XDP_ABORTED : KWASM_XDP_PASS;
	case 7007:	/* the frame is padded by 8: the stack trims what IP does not count */
		return kwasm_pkt_adjust_tail(8) ? KWASM_XDP_DROP : KWASM_XDP_PASS;
	default:
		return KWASM_XDP_PASS;
	}
}
