// SPDX-License-Identifier: GPL-2.0
/*
 * KWASM_TEST_RUN: a program on a packet that never was on a wire.  Same code,
 * same instances, same limits as in a hook, but no link: no policy, no counter.
 * At XDP and tc it is a packet of the loopback device of the caller's namespace,
 * and what the stub would do for the program is done here.
 */
#include <linux/bpf.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/ip.h>
#include <linux/mm.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/pkt_cls.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <net/xdp.h>

#include "compat.h"
#include "dev.h"
#include "program.h"

#define MAX_BYTES	65535
#define MAX_REPEAT	1000000
#define HEADROOM	(NET_SKB_PAD + 64)

/**
 * struct subject - what a program is run on
 * @packet:  NULL for programs that take none
 * @results: what it may answer
 * @refused: what its stub answers if it cannot do what the program wants
 * @frame:   of @xdp
 */
struct subject {
	struct kwasm_packet pkt, *packet;
	const struct kwasm_results *results;
	u32 refused;
	struct nf_hook_state state;
	struct xdp_rxq_info rxq;
	struct xdp_buff xdp;
	void *frame;
	u32 frame_len;
};

static const struct kwasm_results nf_results = { .nr = KWASM_NF_QUEUE + 1 };

static int check(const struct kwasm_test_run *a)
{
	if (a->flags || a->pad || a->repeat > MAX_REPEAT || a->data_in_len > MAX_BYTES)
		return -EINVAL;
	return 0;
}

static struct sk_buff *make_skb(const struct kwasm_test_run *a)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + a->data_in_len, GFP_KERNEL_ACCOUNT);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_reserve(skb, HEADROOM);
	if (copy_from_user(skb_put(skb, a->data_in_len), u64_to_user_ptr(a->data_in),
			   a->data_in_len)) {
		kfree_skb(skb);
		return ERR_PTR(-EFAULT);
	}
	return skb;
}

static int make_nf(struct subject *s, const struct kwasm_hook *hook, const struct kwasm_test_run *a)
{
	struct sk_buff *skb = make_skb(a);
	u8 version = 0;

	if (IS_ERR(skb))
		return PTR_ERR(skb);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	if (a->data_in_len)
		version = skb->data[0] >> 4;
	if (version == 4) {
		skb->protocol = htons(ETH_P_IP);
		skb_set_transport_header(skb, (skb->data[0] & 15) * 4);
	} else if (version == 6) {
		skb->protocol = htons(ETH_P_IPV6);
		skb_set_transport_header(skb, 40);
	}
	s->results = &nf_results;
	s->state.net = current->nsproxy->net_ns;
	s->state.hook = hook->number;
	s->state.pf = version == 6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	s->pkt.skb = skb;
	s->pkt.state = &s->state;
	return 0;
}

/* As a classifier gets it: its bytes begin with the link header. */
static int make_tc(struct subject *s, const struct kwasm_hook *hook, const struct kwasm_test_run *a)
{
	struct sk_buff *skb;

	if (a->data_in_len < ETH_HLEN)
		return -EINVAL;
	skb = make_skb(a);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	skb->protocol = eth_type_trans(skb, current->nsproxy->net_ns->loopback_dev);
	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	__skb_push(skb, ETH_HLEN);
	kwasm_skb_set_tc_ingress(skb, hook->number == KWASM_TC_INGRESS);
	s->results = &kwasm_tc_results;
	s->refused = TC_ACT_SHOT;
	s->pkt.skb = skb;
	return 0;
}

/* Its beginning and end are where they were before the last run. */
static void place_xdp(struct subject *s)
{
	xdp_prepare_buff(&s->xdp, s->frame, XDP_PACKET_HEADROOM, s->frame_len, true);
}

/* One piece, whatever its length. */
static int make_xdp(struct subject *s, const struct kwasm_test_run *a)
{
	u32 bytes = PAGE_ALIGN(XDP_PACKET_HEADROOM + a->data_in_len +
			       SKB_DATA_ALIGN(sizeof(struct skb_shared_info)));

	if (a->data_in_len < ETH_HLEN)
		return -EINVAL;
	s->frame = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!s->frame)
		return -ENOMEM;
	if (copy_from_user(s->frame + XDP_PACKET_HEADROOM, u64_to_user_ptr(a->data_in), a->data_in_len)) {
		kvfree(s->frame);
		return -EFAULT;
	}
	s->frame_len = a->data_in_len;
	s->rxq.dev = current->nsproxy->net_ns->loopback_dev;
	xdp_init_buff(&s->xdp, bytes, &s->rxq);
	place_xdp(s);
	s->results = &kwasm_xdp_results;
	s->refused = XDP_ABORTED;
	s->pkt.xdp = &s->xdp;
	return 0;
}

static int make_subject(struct subject *s, const struct kwasm_hook *hook, const struct kwasm_test_run *a)
{
	s->packet = &s->pkt;
	switch (hook->type) {
	case KWASM_LINK_NETFILTER:
		return make_nf(s, hook, a);
	case KWASM_LINK_TC:
		return make_tc(s, hook, a);
	case KWASM_LINK_XDP:
		return make_xdp(s, a);
	case KWASM_LINK_TIMER:
		s->packet = NULL;
		s->results = &kwasm_timer_results;
		return a->data_in_len ? -EINVAL : 0;
	default:
		return -EOPNOTSUPP;
	}
}

static void free_subject(struct subject *s)
{
	kfree_skb(s->pkt.skb);
	kvfree(s->frame);
}

/* ---- What the stub does after the program ---- */

static int xdp_tail(struct xdp_buff *xdp, s32 by)
{
	void *end = xdp->data_end + by;

	if (end > xdp_data_hard_end(xdp) || end < xdp->data + ETH_HLEN)
		return -EINVAL;
	if (by > 0)
		memset(xdp->data_end, 0, by);
	xdp->data_end = end;
	return 0;
}

static int skb_tail(struct sk_buff *skb, s32 by)
{
	s64 len = (s64)skb->len + by;
	int err;

	if (len < ETH_HLEN || len > skb->dev->mtu + skb->dev->hard_header_len)
		return -EINVAL;
	if (by <= 0)
		return pskb_trim(skb, len);
	err = __skb_pad(skb, by, false);
	if (!err)
		__skb_put(skb, by);
	return err;
}

/* What the last run wanted of its packet. */
static void carry_out(struct subject *s, struct kwasm_test_run *a)
{
	struct kwasm_packet *p = &s->pkt;
	int err = 0;

	if (p->tail)
		err = p->xdp ? xdp_tail(p->xdp, p->tail) : skb_tail(p->skb, p->tail);
	if (err) {
		a->retval = s->refused;
	} else if (p->redirect_ifindex && a->retval == (p->xdp ? XDP_REDIRECT : TC_ACT_REDIRECT)) {
		a->redirect_ifindex = p->redirect_ifindex;
		a->redirect_ingress = p->redirect_ingress;
	}
}

/* Once; 0 with @a filled, whether the program trapped or not. */
static int run_once(struct kwasm_program *p, struct subject *s, struct kwasm_test_run *a, u64 *ns)
{
	struct kwasm_run r;
	u32 trap;
	int err;

	err = kwasm_run_begin(&r, p);
	if (err)
		return err;
	kwasm_packet_show(r.x, s->packet);
	*ns -= ktime_get_mono_fast_ns();
	trap = kwasm_run_packet(&r, p, s->packet, p->deadline_ns, s->results, &a->retval);
	*ns += ktime_get_mono_fast_ns();
	a->short_read = r.x->e.pkt_short;
	if (trap)
		kwasm_trap_describe(p, r.x, trap, &a->trap);
	kwasm_run_end(&r);
	return 0;
}

static int run(struct kwasm_program *p, struct subject *s, struct kwasm_test_run *a)
{
	u32 i, repeat = a->repeat ?: 1;
	u64 ns = 0;
	int err;

	a->trap.kind = KW_TRAP_NONE;
	for (i = 0; i < repeat && !a->trap.kind; i++) {
		if (s->frame)
			place_xdp(s);
		s->pkt.tail = 0;
		s->pkt.redirect_ifindex = 0;
		s->pkt.redirect_ingress = false;
		do {
			err = run_once(p, s, a, &ns);
			if (fatal_signal_pending(current))
				return -EINTR;
			cond_resched();
		} while (err == -EAGAIN);	/* being restored: a matter of microseconds */
		if (err)
			return err;
	}
	if (a->trap.kind)
		a->retval = 0;
	a->duration_ns = div_u64(ns, i);
	return 0;
}

static u32 packet_len(const struct kwasm_packet *p)
{
	if (p->xdp)
		return p->xdp->data_end - p->xdp->data;
	return p->skb ? p->skb->len : 0;
}

static int copy_out(const struct kwasm_packet *p, struct kwasm_test_run *a)
{
	u32 all = packet_len(p), len = a->data_out ? min(all, a->data_out_len) : 0;
	void *buf;
	int err;

	a->data_out_len = all;
	if (!len)
		return 0;
	buf = kvmalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = kwasm_packet_read(p, 0, buf, len);
	if (!err && copy_to_user(u64_to_user_ptr(a->data_out), buf, len))
		err = -EFAULT;
	kvfree(buf);
	return err;
}

static int test_run(struct kwasm_program *p, struct subject *s, struct kwasm_test_run *a)
{
	int err = make_subject(s, p->hook, a);

	if (err)
		return err;
	a->mark = 0;
	a->redirect_ifindex = 0;
	a->redirect_ingress = 0;
	err = run(p, s, a);
	if (!err && !a->trap.kind && !s->pkt.state)
		carry_out(s, a);
	if (!err && s->pkt.skb)
		a->mark = s->pkt.skb->mark;
	if (!err)
		err = copy_out(&s->pkt, a);
	free_subject(s);
	return err;
}

int kwasm_ioctl_test_run(void *arg, struct file **file)
{
	struct kwasm_test_run *a = arg;
	struct kwasm_program *p;
	struct subject *s;
	int err;

	err = check(a);
	if (err)
		return err;
	p = kwasm_program_from_fd(a->program_fd);
	if (IS_ERR(p))
		return PTR_ERR(p);
	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	err = s ? test_run(p, s, a) : -ENOMEM;
	kfree(s);
	kwasm_program_put(p);
	return err;
}
