// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of XDP, as drivers receive them: one piece with room around it and,
 * of large ones, more pieces (frags) behind.  Compiled code reads the first
 * piece by itself; the rest is read and written here.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/pkt_cls.h>
#include <net/net_namespace.h>
#include <net/xdp.h>

#include "../../jit/rt/bind.h"
#include "../../jit/rt/rt.h"
#include "../packet.h"
#include "host.h"

/* Where byte @off is, *@room bytes in a row from there on. */
static u8 *at(const struct xdp_buff *xdp, u32 off, u32 *room)
{
	u32 lin = xdp->data_end - xdp->data, i, size;
	const struct skb_shared_info *si;

	if (off < lin) {
		*room = lin - off;
		return xdp->data + off;
	}
	*room = 0;
	if (!xdp_buff_has_frags((struct xdp_buff *)xdp))
		return NULL;
	off -= lin;
	si = xdp_get_shared_info_from_buff((struct xdp_buff *)xdp);
	for (i = 0; i < si->nr_frags; i++) {
		size = skb_frag_size(&si->frags[i]);
		if (off < size) {
			*room = size - off;
			return skb_frag_address(&si->frags[i]) + off;
		}
		off -= size;
	}
	return NULL;
}

void kwasm_xdp_read(const struct xdp_buff *xdp, u32 off, u8 *to, u32 len)
{
	u32 n;
	u8 *p;

	for (; len; off += n, to += n, len -= n) {
		p = at(xdp, off, &n);
		n = min(n, len);
		if (WARN_ON_ONCE(!p))
			return;
		memcpy(to, p, n);
	}
}

void kwasm_xdp_write(struct xdp_buff *xdp, u32 off, const u8 *from, u32 len)
{
	u32 n;
	u8 *p;

	for (; len; off += n, from += n, len -= n) {
		p = at(xdp, off, &n);
		n = min(n, len);
		if (WARN_ON_ONCE(!p))
			return;
		memcpy(p, from, n);
	}
}

/* The 16 bits at @off, host order; 0 behind the first piece. */
static u16 be16_at(const struct xdp_buff *xdp, u32 off)
{
	const u8 *p = xdp->data;

	return xdp->data_end - xdp->data >= off + 2 ? p[off] << 8 | p[off + 1] : 0;
}

static bool is_vlan(u16 type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

u64 kwasm_xdp_field(const struct xdp_buff *xdp, u32 id)
{
	u16 type = be16_at(xdp, 2 * ETH_ALEN);
	bool vlan = is_vlan(type);

	switch (id) {
	case KW_FIELD_PROTO:
		return vlan ? be16_at(xdp, VLAN_ETH_HLEN - 2) : type;
	case KW_FIELD_IFINDEX_IN:
		return xdp->rxq->dev->ifindex;
	case KW_FIELD_VLAN:
		return vlan ? be16_at(xdp, ETH_HLEN) : 0;
	case KW_FIELD_L3_OFF:
		return vlan ? VLAN_ETH_HLEN : ETH_HLEN;
	case KW_FIELD_RX_QUEUE:
		return xdp->rxq->queue_index;
	case KW_FIELD_NETNS_COOKIE:
		return dev_net(xdp->rxq->dev)->net_cookie;
	default:
		return 0;
	}
}

/* The packet of the running execution, if at XDP or tc; else NULL with what the guest gets instead in @ret. */
static struct kwasm_packet *stub_packet(struct kw_inst *i, u32 *ret)
{
	struct kwasm_packet *p = kwasm_host_packet(i);

	*ret = -EOPNOTSUPP;
	return p && !p->state ? p : NULL;
}

/* The beginning is ours to move: the driver looks at data again. */
static int adjust_head(struct xdp_buff *xdp, s32 delta)
{
	u32 meta = xdp_data_meta_unsupported(xdp) ? 0 : xdp->data - xdp->data_meta;
	long room = xdp->data - xdp->data_hard_start - sizeof(struct xdp_frame) - meta;
	long len = xdp->data_end - xdp->data;

	if (-(long)delta > room || delta > len - ETH_HLEN)
		return -EINVAL;
	if (meta)
		memmove(xdp->data_meta + delta, xdp->data_meta, meta);
	xdp->data_meta += delta;
	xdp->data += delta;
	return 0;
}

KW_PROTO_I_I(kwasm_host_pkt_adjust_head)
{
	u32 ret;
	struct kwasm_packet *p = stub_packet(i, &ret);

	if (!p)
		return ret;
	if (p->skb)
		return kwasm_tc_adjust_head(i->exec, p, a);
	ret = adjust_head(p->xdp, a);
	kwasm_packet_moved(i->exec, p);
	return ret;
}

/* ---- Requests to the stub, at XDP and tc ---- */

/* The end is not ours to move: where it is in the last of several pieces, the driver's memory decides. */
KW_PROTO_I_I(kwasm_host_pkt_adjust_tail)
{
	u32 ret;
	struct kwasm_packet *p = stub_packet(i, &ret);

	if (!p)
		return ret;
	if ((s32)a > KWASM_TAIL_MAX || (s32)a < -KWASM_TAIL_MAX)
		return -EINVAL;
	p->tail = a;
	return 0;
}

KW_PROTO_I_II(kwasm_host_pkt_redirect)
{
	u32 ret;
	struct kwasm_packet *p = stub_packet(i, &ret);

	if (!p)
		return ret;
	if (!a || a > INT_MAX || b & ~(p->skb ? BPF_F_INGRESS : 0))
		return -EINVAL;
	p->redirect_ifindex = a;
	p->redirect_ingress = b;
	return p->skb ? TC_ACT_REDIRECT : XDP_REDIRECT;
}
