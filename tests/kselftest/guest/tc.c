// SPDX-License-Identifier: GPL-2.0
/*
 * One program for both directions of tc; what it does with a UDP packet the
 * destination port says, so that one link serves every case of its test.
 */
#include <linux/kwasm_guest.h>

KWASM_META("name tc");
KWASM_RING(seen, 65536);

#define ETH	14
#define IP	20

static kwasm_u32 to;	/* a device: four bytes of configuration, little endian */

KWASM_INIT int init(void)
{
	kwasm_config_read(0, &to, sizeof(to));
	return 0;
}

/* Of 16 bits and more a tag's: the fields say it, and the packet is as before once it is off again. */
static int tags(kwasm_u32 len)
{
	if (kwasm_pkt_vlan_push(0x8100, 7) || kwasm_pkt_field(KWASM_FIELD_VLAN) != 7 ||
	    kwasm_pkt_ld16be(12) != 0x0800)
		return KWASM_TC_SHOT;
	/* The second one moves the first into the packet. */
	if (kwasm_pkt_vlan_push(0x88a8, 9) || kwasm_pkt_field(KWASM_FIELD_VLAN) != 9 ||
	    kwasm_pkt_len() != len + 4 || kwasm_pkt_ld16be(12) != 0x8100 || kwasm_pkt_ld16be(14) != 7 ||
	    kwasm_pkt_field(KWASM_FIELD_L3_OFF) != ETH + 4)
		return KWASM_TC_SHOT;
	if (kwasm_pkt_vlan_pop() || kwasm_pkt_vlan_pop() || kwasm_pkt_len() != len ||
	    kwasm_pkt_field(KWASM_FIELD_VLAN) || kwasm_pkt_ld16be(12) != 0x0800)
		return KWASM_TC_SHOT;
	return kwasm_pkt_vlan_push(0x1234, 7) < 0 ? KWASM_TC_OK : KWASM_TC_SHOT;
}

/* Bytes of the headers that are somebody else's as well until they are copied, or in another piece. */
static int rewrite(kwasm_u32 len)
{
	kwasm_u8 ttl = kwasm_pkt_ld8(ETH + 8), version = kwasm_pkt_ld8(ETH);

	if (kwasm_pkt_st8(ETH + 8, ttl + 1) || kwasm_pkt_ld8(ETH + 8) != (kwasm_u8)(ttl + 1) ||
	    kwasm_pkt_st8(ETH + 8, ttl) || kwasm_pkt_st8(ETH, version) ||
	    kwasm_pkt_st8(len - 1, kwasm_pkt_ld8(len - 1)) || kwasm_pkt_st8(len, 0) >= 0)
		return KWASM_TC_SHOT;
	return KWASM_TC_OK;
}

/* One hop more, and the header's checksum follows, or does not: then the stack drops it. */
static int live_longer(int right)
{
	kwasm_u32 old = kwasm_pkt_ld16be(ETH + 8);

	if (right && kwasm_pkt_l3_csum_replace(ETH + 10, old, old + 0x100, 2))
		return KWASM_TC_SHOT;
	return kwasm_pkt_st16be(ETH + 8, old + 0x100) ? KWASM_TC_SHOT : KWASM_TC_OK;
}

/* Room in front, of zeros; written, and given back. */
static int longer_head(kwasm_u32 len)
{
	if (kwasm_pkt_adjust_head(-8) || kwasm_pkt_len() != len + 8 || kwasm_pkt_ld64(0) ||
	    kwasm_pkt_ld16be(8 + 12) != 0x0800)
		return KWASM_TC_SHOT;
	if (kwasm_pkt_store(0, "headroom", 8, 0) || kwasm_pkt_ld8(7) != 'm')
		return KWASM_TC_SHOT;
	if (kwasm_pkt_adjust_head(8) || kwasm_pkt_len() != len || kwasm_pkt_ld16be(12) != 0x0800 ||
	    kwasm_pkt_field(KWASM_FIELD_L3_OFF) != ETH)
		return KWASM_TC_SHOT;
	return kwasm_pkt_adjust_head(-100000) < 0 && kwasm_pkt_adjust_head(len) < 0 &&
	       kwasm_pkt_adjust_head(1) < 0 ? KWASM_TC_OK : KWASM_TC_SHOT;
}

static int on_packet(int egress)
{
	kwasm_u32 len = kwasm_pkt_len();

	if (kwasm_pkt_ld16be_or(12, 0) != 0x0800 || kwasm_pkt_ld8(ETH + 9) != KWASM_IPPROTO_UDP)
		return KWASM_TC_UNSPEC;
	if (kwasm_pkt_field(KWASM_FIELD_PROTO) != 0x0800 || kwasm_pkt_field(KWASM_FIELD_L3_OFF) != ETH ||
	    kwasm_pkt_field(KWASM_FIELD_HOOK) != (kwasm_u64)egress ||
	    !kwasm_pkt_field(egress ? KWASM_FIELD_IFINDEX_OUT : KWASM_FIELD_IFINDEX_IN))
		return KWASM_TC_SHOT;
	switch (kwasm_pkt_ld16be(ETH + IP + 2)) {
	case 7001:
		return KWASM_TC_SHOT;
	case 7002:
		return rewrite(len);
	case 7003:
		return tags(len);
	case 7004:	/* cut to less than its headers */
		return kwasm_pkt_adjust_tail(2 - (int)len) ? KWASM_TC_OK : KWASM_TC_UNSPEC;
	case 7005:
		__builtin_trap();
	case 7006:	/* TC_ACT_STOLEN: kernels do not agree what it is */
		return 4;
	case 7007:	/* the frame is padded by 8: the stack trims what IP does not count */
		return kwasm_pkt_adjust_tail(8) ? KWASM_TC_SHOT : KWASM_TC_OK;
	case 7008:
		if (kwasm_pkt_set_mark(42) || kwasm_pkt_field(KWASM_FIELD_MARK) != 42 ||
		    kwasm_pkt_set_priority(5) || kwasm_pkt_field(KWASM_FIELD_PRIORITY) != 5 ||
		    kwasm_pkt_adjust_head(4) >= 0)
			return KWASM_TC_SHOT;
		return KWASM_TC_PIPE;
	case 7009:
		return kwasm_pkt_redirect(to, 0);
	case 7010:
		return kwasm_pkt_redirect(to, KWASM_REDIRECT_INGRESS);
	case 7012:
		return live_longer(1);
	case 7013:
		return live_longer(0);
	case 7014:
		return longer_head(len);
	case 7015:
		return kwasm_pkt_capture(seen, 100) ? KWASM_TC_SHOT : KWASM_TC_OK;
	case 7011:
		return kwasm_pkt_redirect(to, 2) < 0 ? KWASM_TC_OK : KWASM_TC_SHOT;
	default:
		return KWASM_TC_UNSPEC;
	}
}

KWASM_PROGRAM("tc/ingress") int tc_ingress(void)
{
	return on_packet(0);
}

KWASM_PROGRAM("tc/egress") int tc_egress(void)
{
	return on_packet(1);
}
