// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of tc: an skb whose data begins with the link header, coming in
 * before the kernel has looked at it, or on its way out of a device.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sch_generic.h>

#include "../../jit/rt/bind.h"
#include "../../jit/rt/rt.h"
#include "../../uapi/linux/kwasm.h"
#include "../packet.h"
#include "host.h"

/* Not known of packets that come in: the kernel sets it to the network header first. */
static u64 l4_off(const struct sk_buff *skb)
{
	if (!skb_transport_header_was_set(skb) ||
	    skb_transport_offset(skb) <= max(skb_network_offset(skb), 0))
		return 0;
	return skb_transport_offset(skb);
}

static __be16 type_at(const struct sk_buff *skb, u32 off)
{
	__be16 type = 0;

	skb_copy_bits(skb, off, &type, sizeof(type));
	return type;
}

/*
 * Where the network header is, and what.  By the bytes: kernels differ in what
 * they take for it once skb_vlan_push() has put a tag into the packet.
 */
static u32 l3_off(const struct sk_buff *skb, __be16 *proto)
{
	u32 off = ETH_HLEN, tags;

	*proto = skb->protocol;
	if (skb->dev->type != ARPHRD_ETHER)
		return max(skb_network_offset(skb), 0);
	*proto = type_at(skb, off - sizeof(*proto));
	for (tags = 0; tags < 2 && eth_type_vlan(*proto); tags++) {
		off += VLAN_HLEN;
		*proto = type_at(skb, off - sizeof(*proto));
	}
	return off;
}

u64 kwasm_tc_field(const struct sk_buff *skb, u32 id)
{
	bool in = skb_at_tc_ingress(skb);
	__be16 proto;

	switch (id) {
	case KW_FIELD_PROTO:
		l3_off(skb, &proto);
		return ntohs(proto);
	case KW_FIELD_IFINDEX_IN:
		return in ? skb->dev->ifindex : skb->skb_iif;
	case KW_FIELD_IFINDEX_OUT:
		return in ? 0 : skb->dev->ifindex;
	case KW_FIELD_L3_OFF:
		return l3_off(skb, &proto);
	case KW_FIELD_L4_OFF:
		return l4_off(skb);
	case KW_FIELD_HOOK:
		return in ? KWASM_TC_INGRESS : KWASM_TC_EGRESS;
	case KW_FIELD_NETNS_COOKIE:
		return dev_net(skb->dev)->net_cookie;
	case KW_FIELD_TSTAMP:
		return in ? ktime_to_ns(skb_tstamp(skb)) : 0;
	default:
		return kwasm_skb_field(skb, id);
	}
}

/* The tc packet of the running execution; NULL with what the guest gets instead in @ret. */
static struct kwasm_packet *tc_packet(struct kw_inst *i, u32 *ret)
{
	struct kwasm_packet *p = kwasm_host_packet(i);

	*ret = -EOPNOTSUPP;
	return p && kwasm_packet_at_tc(p) ? p : NULL;
}

/* Bytes in front have come or gone, and what fields say of them. */
static void front_changed(struct kw_exec *e, const struct kwasm_packet *p)
{
	kwasm_packet_moved(e, p);
	e->field[KW_FIELD_VLAN] = kwasm_tc_field(p->skb, KW_FIELD_VLAN);
	e->field[KW_FIELD_L3_OFF] = kwasm_tc_field(p->skb, KW_FIELD_L3_OFF);
	e->field[KW_FIELD_L4_OFF] = kwasm_tc_field(p->skb, KW_FIELD_L4_OFF);
}

/* As much as the device takes, as bpf_skb_change_head() has it. */
static u32 max_len(const struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return U32_MAX;
	return skb_at_tc_ingress(skb) ? SKB_MAX_ALLOC : skb->dev->mtu + skb->dev->hard_header_len;
}

static int grow_head(struct sk_buff *skb, u32 by)
{
	int err;

	if (by > SKB_MAX_ALLOC || skb->len + by > max_len(skb))
		return -EINVAL;
	err = skb_cow(skb, by);
	if (err)
		return err;
	__skb_push(skb, by);
	memset(skb->data, 0, by);
	return 0;
}

/* What was put there: not what the network header stands behind. */
static int shrink_head(struct sk_buff *skb, u32 by)
{
	int extra = skb_network_offset(skb) - skb->dev->hard_header_len;

	if (extra < 0 || by > extra || by > skb_headlen(skb))
		return -EINVAL;
	__skb_pull(skb, by);
	return 0;
}

/* Who called the stub takes off as many bytes as mac_len says, to go on with the network header. */
int kwasm_tc_adjust_head(struct kw_exec *e, const struct kwasm_packet *p, s32 delta)
{
	int err = delta < 0 ? grow_head(p->skb, -(u32)delta) : shrink_head(p->skb, delta);

	if (!err) {
		skb_reset_mac_header(p->skb);
		skb_reset_mac_len(p->skb);
	}
	front_changed(e, p);
	return err;
}

static void vlan_changed(struct kw_exec *e, const struct kwasm_packet *p)
{
	/* A sum the device took was of other bytes: the stack makes its own. */
	if (p->skb->ip_summed == CHECKSUM_COMPLETE)
		p->skb->ip_summed = CHECKSUM_NONE;
	front_changed(e, p);
}

KW_PROTO_I_II(kwasm_host_pkt_vlan_push)
{
	u32 ret;
	struct kwasm_packet *p = tc_packet(i, &ret);

	if (!p)
		return ret;
	if ((a != ETH_P_8021Q && a != ETH_P_8021AD) || b > U16_MAX)
		return -EINVAL;
	ret = skb_vlan_push(p->skb, htons(a), b);
	vlan_changed(i->exec, p);
	return ret;
}

KW_PROTO_I_V(kwasm_host_pkt_vlan_pop)
{
	u32 ret;
	struct kwasm_packet *p = tc_packet(i, &ret);

	if (!p)
		return ret;
	ret = skb_vlan_pop(p->skb);
	vlan_changed(i->exec, p);
	return ret;
}
