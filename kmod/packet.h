/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet a program runs on.  Offset 0 is the network header, at whatever
 * place of the skb that is.
 */
#ifndef KWASM_PACKET_H
#define KWASM_PACKET_H

#include <linux/skbuff.h>

#include "exec.h"

struct nf_hook_state;

/**
 * struct kwasm_packet - exec->host of S executions
 * @skb:   not shared: nobody else has this struct sk_buff
 * @state: of the hook
 * @net_off: network header relative to skb->data, may be negative
 */
struct kwasm_packet {
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	int net_off;
};

/**
 * kwasm_packet_show() - let the execution see a packet
 * @x:          between begin and run
 * @p:          with skb and state set; NULL: no packet, which looks like one of no bytes
 * @field_mask: fields the program reads by a plain load
 */
void kwasm_packet_show(struct kwasm_exec *x, struct kwasm_packet *p, u64 field_mask);

/*
 * For host functions: the packet of the running execution, or NULL and the
 * guest ends: it runs outside of any hook, or on another kind of event.
 */
struct kwasm_packet *kwasm_host_packet(struct kw_inst *i);

#endif /* KWASM_PACKET_H */
