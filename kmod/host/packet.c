// SPDX-License-Identifier: GPL-2.0
/*
 * kwasm_pkt_v1: what a guest sees and changes of a packet, beside the loads
 * that compiled code does by itself.
 *
 * Reads may be of any byte.  Writes are of what the kernel looks at again:
 * what it has parsed already by the time of our hooks (version, header length,
 * total length, IPv4 options, IPv6 next header) stays as it is, else the stack
 * would walk headers by lengths that nobody has checked.  At XDP and tc nothing
 * is fixed yet: what is behind them takes any bytes, as BPF programs write them.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "../../jit/rt/bind.h"
#include "../../jit/rt/pkt.h"
#include "../../jit/rt/rt.h"
#include "../packet.h"
#include "../stubs.h"
#include "host.h"

u64 kwasm_skb_field(const struct sk_buff *skb, u32 id)
{
	switch (id) {
	case KW_FIELD_MARK:
		return skb->mark;
	case KW_FIELD_PRIORITY:
		return skb->priority;
	case KW_FIELD_HASH:
		return skb->hash;
	case KW_FIELD_VLAN:
		return skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;
	case KW_FIELD_RX_QUEUE:
		return skb_rx_queue_recorded(skb) ? skb_get_rx_queue(skb) : 0;
	default:
		return 0;
	}
}

u64 kwasm_packet_field(const struct kwasm_packet *p, u32 id)
{
	const struct sk_buff *skb = p->skb;
	const struct nf_hook_state *st = p->state;

	if (p->xdp)
		return kwasm_xdp_field(p->xdp, id);
	if (!st)
		return kwasm_tc_field(skb, id);
	switch (id) {
	case KW_FIELD_PROTO:
		return ntohs(skb->protocol);
	case KW_FIELD_IFINDEX_IN:
		return st->in ? st->in->ifindex : 0;
	case KW_FIELD_IFINDEX_OUT:
		return st->out ? st->out->ifindex : 0;
	case KW_FIELD_L4_OFF:
		return skb_transport_header_was_set(skb) ? skb_transport_offset(skb) - p->net_off : 0;
	case KW_FIELD_HOOK:
		return st->hook;
	case KW_FIELD_FAMILY:
		return st->pf;
	case KW_FIELD_NETNS_COOKIE:
		return st->net->net_cookie;
	case KW_FIELD_TSTAMP:
		return ktime_to_ns(skb_tstamp(skb));
	default:
		return kwasm_skb_field(skb, id);
	}
}

void kwasm_packet_fill(struct kw_exec *e, const struct kwasm_packet *p, u64 mask)
{
	u32 id;

	while (mask) {
		id = __ffs64(mask);
		mask &= mask - 1;
		e->field[id] = p ? kwasm_packet_field(p, id) : 0;
	}
}

struct kwasm_packet *kwasm_host_packet(struct kw_inst *i)
{
	if (i->exec->host && kwasm_exec_of(i->exec)->form == KW_FORM_S)
		return i->exec->host;
	kw_raise(i, KW_TRAP_BAD_CONTEXT);
	return NULL;
}

/* ---- Loads ---- */

int kwasm_packet_read(const struct kwasm_packet *p, u32 off, u8 *to, u32 len)
{
	if (!p->xdp)
		return skb_copy_bits(p->skb, p->net_off + off, to, len);
	kwasm_xdp_read(p->xdp, off, to, len);
	return 0;
}

static u64 value_of(const u8 *b, u32 size, bool be)
{
	switch (size) {
	case 1:
		return b[0];
	case 2:
		return be ? get_unaligned_be16(b) : get_unaligned_le16(b);
	case 4:
		return be ? get_unaligned_be32(b) : get_unaligned_le32(b);
	default:
		return be ? get_unaligned_be64(b) : get_unaligned_le64(b);
	}
}

/* Of whoever has the CPU's VM stack. */
static DEFINE_PER_CPU(u8[KW_PKT_NEAR_BYTES], copies);

static u64 copy_first(const struct kw_exec *e, const struct kwasm_packet *p, u32 bytes)
{
	u32 there = p ? min(bytes, e->pkt_len) : 0;
	u8 *copy;

	if (!there)		/* which may be a guest in process context, without a CPU of its own */
		return (u64)kw_pkt_none;
	copy = *this_cpu_ptr(&copies);
	if (kwasm_packet_read(p, 0, copy, there))
		there = 0;
	memset(copy + there, 0, bytes - there);
	return (u64)copy;
}

void kwasm_pkt_slow(struct kw_exec *e, struct kw_pkt_slow *s)
{
	const struct kwasm_packet *p = e->host;
	u8 buf[8];

	if (!s->size) {
		s->value = copy_first(e, p, s->off);
		return;
	}
	if (p && (u64)s->off + s->size <= e->pkt_len &&
	    !kwasm_packet_read(p, s->off, buf, s->size)) {
		s->value = value_of(buf, s->size, s->be);
		return;
	}
	if (!s->has_default) {
		s->value = 0;
		e->pkt_short = 1;
	}
}

KW_PROTO_I_III(kwasm_host_pkt_load)
{
	struct kwasm_packet *p = kwasm_host_packet(i);
	u8 *to = kw_range(i, b, c);

	if (!p)
		return 0;
	if (!to) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	if ((u64)a + c > i->exec->pkt_len || kwasm_packet_read(p, a, to, c))
		return -EFAULT;
	return 0;
}

KW_PROTO_L_I(kwasm_host_pkt_field)
{
	struct kwasm_packet *p = kwasm_host_packet(i);

	return p ? kwasm_packet_field(p, a) : 0;
}

/* ---- Stores ---- */

static u32 store(struct kw_inst *i, u32 off, const u8 *from, u32 len)
{
	struct kwasm_packet *p = kwasm_host_packet(i);
	struct kw_exec *e = i->exec;
	int err;

	if (!p)
		return 0;
	if ((u64)off + len > e->pkt_len)
		return -EFAULT;
	if (p->xdp) {
		kwasm_xdp_write(p->xdp, off, from, len);
		return 0;
	}
	if (p->state && kw_pkt_is_parsed(e->pkt_data, e->pkt_lin, off, len))
		return -EPERM;
	err = skb_ensure_writable(p->skb, p->net_off + off + len);
	/* Where it fails they may have moved as well. */
	kwasm_packet_moved(e, p);
	if (err)
		return -ENOMEM;
	memcpy(e->pkt_data + off, from, len);
	if (p->skb->ip_summed == CHECKSUM_COMPLETE)
		p->skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

KW_PROTO_I_IIII(kwasm_host_pkt_store)
{
	const u8 *from = kw_range(i, b, c);

	if (!from) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	if (d)
		return -EINVAL;
	return c ? store(i, a, from, c) : 0;
}

KW_PROTO_I_II(kwasm_host_pkt_st8)
{
	u8 v = b;

	return store(i, a, &v, 1);
}

KW_PROTO_I_II(kwasm_host_pkt_st16be)
{
	u8 v[2];

	put_unaligned_be16(b, v);
	return store(i, a, v, 2);
}

KW_PROTO_I_II(kwasm_host_pkt_st32be)
{
	u8 v[4];

	put_unaligned_be32(b, v);
	return store(i, a, v, 4);
}

/* ---- Checksums ---- */

static u32 csum_update(struct kw_inst *i, u32 off, u32 diff, u32 flags, bool l4)
{
	struct kwasm_packet *p = kwasm_host_packet(i);
	u8 sum[2];

	if (!p)
		return 0;
	if ((u64)off + sizeof(sum) > i->exec->pkt_len || kwasm_packet_read(p, off, sum, sizeof(sum)))
		return -EFAULT;
	kw_csum_update(sum, diff, flags, l4 && p->skb && p->skb->ip_summed == CHECKSUM_PARTIAL);
	return store(i, off, sum, sizeof(sum));
}

KW_PROTO_I_IIII(kwasm_host_pkt_l3_csum)
{
	u32 diff;

	if (!kw_csum_change(b, c, d, 0, &diff))
		return -EINVAL;
	return csum_update(i, a, diff, d, false);
}

KW_PROTO_I_IIII(kwasm_host_pkt_l4_csum)
{
	u32 diff;

	if (!kw_csum_change(b, c, d, KW_CSUM_PSEUDO | KW_CSUM_ZERO_NONE, &diff))
		return -EINVAL;
	return csum_update(i, a, diff, d, true);
}

KW_PROTO_L_IIIII(kwasm_host_pkt_csum_diff)
{
	const u8 *from = kw_range(i, a, b), *to = kw_range(i, c, d);

	if (!from || !to) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	if (b > KW_CSUM_MAX || d > KW_CSUM_MAX)
		return (s64)-E2BIG;
	return kw_csum_diff(from, b, to, d, e);
}

KW_PROTO_I_I(kwasm_host_pkt_set_mark)
{
	struct kwasm_packet *p = kwasm_host_packet(i);

	if (!p)
		return 0;
	if (!p->skb)
		return -EOPNOTSUPP;
	p->skb->mark = a;
	i->exec->field[KW_FIELD_MARK] = a;
	return 0;
}

KW_PROTO_I_I(kwasm_host_pkt_set_priority)
{
	struct kwasm_packet *p = kwasm_host_packet(i);

	if (!p)
		return 0;
	if (!p->skb)
		return -EOPNOTSUPP;
	p->skb->priority = a;
	i->exec->field[KW_FIELD_PRIORITY] = a;
	return 0;
}
