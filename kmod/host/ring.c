// SPDX-License-Identifier: GPL-2.0
/* ringbuf_output and capture: a guest's bytes, or its packet, as a record of a ring. */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ktime.h>
#include <linux/netfilter.h>
#include <linux/nospec.h>
#include <net/net_namespace.h>
#include <net/xdp.h>

#include "../module.h"
#include "../packet.h"
#include "host.h"

#define LINKTYPE_ETHERNET	1
#define LINKTYPE_RAW		101

/* Ring @handle of the running module, or NULL and the status it is refused with. */
static struct kwasm_ring *ring_of(struct kw_inst *i, u32 handle, int *err)
{
	const struct kwasm_maps *maps = &kwasm_module_of(i)->maps;

	*err = -EBADF;
	if (handle >= KW_MAX_MAPS)
		return NULL;
	handle = array_index_nospec(handle, KW_MAX_MAPS);
	if (!maps->ring[handle] && maps->map[handle])
		*err = -EOPNOTSUPP;
	return maps->ring[handle];
}

KW_PROTO_I_IIII(kwasm_host_ringbuf_output)
{
	struct kwasm_ring *ring;
	const u8 *from;
	void *to;
	int err;

	ring = ring_of(i, a, &err);
	if (!ring)
		return err;
	if (d & ~(u32)(KWASM_RING_NO_WAKEUP | KWASM_RING_FORCE_WAKEUP) ||
	    d == (KWASM_RING_NO_WAKEUP | KWASM_RING_FORCE_WAKEUP))
		return -EINVAL;
	from = kw_range(i, b, c);
	if (!from) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	to = kwasm_ring_reserve(ring, c, KWASM_RING_OUTPUT, &err);
	if (!to)
		return err;
	memcpy(to, from, c);
	kwasm_ring_commit(ring, to, c, d);
	return 0;
}

static bool is_ip(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) || skb->protocol == htons(ETH_P_IPV6);
}

/* Frame of a packet that is not IP: its Ethernet header, made up where the stack has none. */
static void put_ethernet(const struct kwasm_packet *p, struct ethhdr *eth)
{
	const struct sk_buff *skb = p->skb;

	if (skb_mac_header_was_set(skb) && skb_network_offset(skb) - skb_mac_offset(skb) == ETH_HLEN) {
		memcpy(eth, skb_mac_header(skb), ETH_HLEN);
		return;
	}
	memset(eth, 0, ETH_HLEN);
	eth->h_proto = skb->protocol;
}

static const struct net_device *device_of(const struct kwasm_packet *p)
{
	return p->xdp ? p->xdp->rxq->dev : p->skb->dev;
}

/* At XDP and tc the packet begins with its link header, whatever that is. */
static int link_type_of(const struct kwasm_packet *p)
{
	if (p->state)
		return is_ip(p->skb) ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
	switch (device_of(p)->type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return LINKTYPE_ETHERNET;
	case ARPHRD_NONE:
		return LINKTYPE_RAW;
	default:
		return -EOPNOTSUPP;
	}
}

static u8 type_of(const struct kwasm_packet *p)
{
	if (p->state)
		return KWASM_LINK_NETFILTER;
	return p->xdp ? KWASM_LINK_XDP : KWASM_LINK_TC;
}

static void describe(const struct kwasm_packet *p, struct kwasm_capture *c)
{
	*c = (struct kwasm_capture) {
		.at_ns = ktime_get_real_ns(),
		.protocol = kwasm_packet_field(p, KW_FIELD_PROTO),
		.ifindex_in = kwasm_packet_field(p, KW_FIELD_IFINDEX_IN),
		.ifindex_out = kwasm_packet_field(p, KW_FIELD_IFINDEX_OUT),
		.mark = kwasm_packet_field(p, KW_FIELD_MARK),
		.cpu = raw_smp_processor_id(),
		.family = kwasm_packet_field(p, KW_FIELD_FAMILY),
		.hook = kwasm_packet_field(p, KW_FIELD_HOOK),
		.type = type_of(p),
	};
}

/* The record: struct kwasm_capture, perhaps an Ethernet header, bytes of the packet. */
static int capture(struct kwasm_ring *ring, const struct kwasm_packet *p, u32 packet_len, u32 snaplen)
{
	int link_type = link_type_of(p), err;
	u32 eth = p->state && link_type == LINKTYPE_ETHERNET ? ETH_HLEN : 0;
	u32 n = min3(packet_len, snaplen, (u32)U16_MAX);
	struct kwasm_capture *c;
	u32 len = sizeof(*c) + eth + n;
	u8 *to;

	if (link_type < 0)
		return link_type;
	c = kwasm_ring_reserve(ring, len, KWASM_RING_CAPTURE, &err);
	if (!c)
		return err;
	describe(p, c);
	c->packet_bytes = packet_len + eth;
	c->link_type = link_type;
	to = (u8 *)(c + 1);
	if (eth)
		put_ethernet(p, (struct ethhdr *)to);
	err = kwasm_packet_read(p, 0, to + eth, n);
	kwasm_ring_commit(ring, c, err ? len | KWASM_RING_DISCARD : len, 0);
	return err;
}

KW_PROTO_I_II(kwasm_host_pkt_capture)
{
	const struct kwasm_packet *p = kwasm_host_packet(i);
	struct kwasm_ring *ring;
	int err;

	if (!p)
		return 0;
	ring = ring_of(i, a, &err);
	return ring ? capture(ring, p, i->exec->pkt_len, b) : err;
}
