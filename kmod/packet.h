/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet a program runs on.  Offset 0 is the network header of an skb, at
 * whatever place of it that is; at XDP and tc the link header.
 */
#ifndef KWASM_PACKET_H
#define KWASM_PACKET_H

#include <linux/skbuff.h>
#include <net/xdp.h>

#include "exec.h"

#define KWASM_TAIL_MAX	65535	/* has to fit into an answer to the stub */

struct nf_hook_state;

/**
 * struct kwasm_packet - exec->host of S executions
 * @skb:   not shared: nobody else has this struct sk_buff
 * @xdp:   instead of @skb
 * @state: of the netfilter hook, with @skb; NULL at tc
 * @net_off: offset 0 relative to skb->data, may be negative
 * @redirect_ifindex: XDP, tc: device to send it out by
 * @redirect_ingress: tc: it comes in by that device instead
 * @tail:  XDP, tc: bytes to add at its end, after the program
 */
struct kwasm_packet {
	struct sk_buff *skb;
	struct xdp_buff *xdp;
	const struct nf_hook_state *state;
	int net_off;
	u32 redirect_ifindex;
	bool redirect_ingress;
	s32 tail;
};

/* host/packet.c: @mask is not 0 */
void kwasm_packet_fill(struct kw_exec *e, const struct kwasm_packet *p, u64 mask);

/**
 * kwasm_packet_fields() - before each program that runs on the packet
 * @mask: fields the program reads by a plain load
 */
static inline void kwasm_packet_fields(struct kwasm_exec *x, const struct kwasm_packet *p, u64 mask)
{
	x->e.pkt_short = 0;
	if (mask)
		kwasm_packet_fill(&x->e, p, mask);
}

/*
 * For host functions: the packet of the running execution, or NULL and the
 * guest ends: it runs outside of any hook, or on another kind of event.
 */
struct kwasm_packet *kwasm_host_packet(struct kw_inst *i);

static inline bool kwasm_packet_at_tc(const struct kwasm_packet *p)
{
	return p->skb && !p->state;
}

/* The bytes have moved, or nobody has seen them yet. */
static __always_inline void kwasm_packet_moved(struct kw_exec *e, const struct kwasm_packet *p)
{
	if (p->xdp) {
		e->pkt_data = p->xdp->data;
		e->pkt_lin = p->xdp->data_end - p->xdp->data;
		e->pkt_len = xdp_get_buff_len(p->xdp);
	} else {
		e->pkt_data = p->skb->data + p->net_off;
		e->pkt_lin = skb_headlen(p->skb) - p->net_off;
		e->pkt_len = p->skb->len - p->net_off;
	}
}

/**
 * kwasm_packet_show() - let the execution see a packet, whatever number of programs will
 * @x: between begin and run
 * @p: with skb and perhaps state, or xdp; NULL: no packet, which looks like one of no bytes
 */
static __always_inline void kwasm_packet_show(struct kwasm_exec *x, struct kwasm_packet *p)
{
	if (!p) {
		kwasm_exec_no_packet(x);
		return;
	}
	if (p->state)
		p->net_off = skb_network_offset(p->skb);
	kwasm_packet_moved(&x->e, p);
	x->e.host = p;
}

/* host/packet.c: of whatever kind the packet is.  @off + @len is inside of it. */
u64 kwasm_packet_field(const struct kwasm_packet *p, u32 id);
int kwasm_packet_read(const struct kwasm_packet *p, u32 off, u8 *to, u32 len);

/* host/packet.c: fields that an skb has wherever it is; 0 for others */
u64 kwasm_skb_field(const struct sk_buff *skb, u32 id);

/* host/tc.c */
u64 kwasm_tc_field(const struct sk_buff *skb, u32 id);
/* @p is at tc.  0, -EINVAL, -ENOMEM. */
int kwasm_tc_adjust_head(struct kw_exec *e, const struct kwasm_packet *p, s32 delta);

/* host/xdp.c: the same of an XDP buffer */
u64 kwasm_xdp_field(const struct xdp_buff *xdp, u32 id);
/* @off + @len is inside the packet. */
void kwasm_xdp_read(const struct xdp_buff *xdp, u32 off, u8 *to, u32 len);
void kwasm_xdp_write(struct xdp_buff *xdp, u32 off, const u8 *from, u32 len);

#endif /* KWASM_PACKET_H */
