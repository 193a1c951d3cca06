// SPDX-License-Identifier: GPL-2.0
/*
 * KWASM_TEST_RUN: a program on a packet that never was on a wire.  Same code,
 * same instances, same limits as in a hook, but no link: no policy, no counter.
 */
#include <linux/fs.h>
#include <linux/ip.h>
#include <linux/mm.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "dev.h"
#include "program.h"

#define MAX_BYTES	65535
#define MAX_REPEAT	1000000
#define HEADROOM	(NET_SKB_PAD + 64)

static int check(const struct kwasm_test_run *a)
{
	if (a->flags || a->pad || a->repeat > MAX_REPEAT || a->data_in_len > MAX_BYTES)
		return -EINVAL;
	return 0;
}

static struct sk_buff *make_skb(const struct kwasm_test_run *a)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + a->data_in_len, GFP_KERNEL_ACCOUNT);
	u8 version = 0;

	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_reserve(skb, HEADROOM);
	if (copy_from_user(skb_put(skb, a->data_in_len), u64_to_user_ptr(a->data_in),
			   a->data_in_len)) {
		kfree_skb(skb);
		return ERR_PTR(-EFAULT);
	}
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
	return skb;
}

static const struct kwasm_results results = { .nr = KWASM_NF_QUEUE + 1 };

/* Once; 0 with @a filled, whether the program trapped or not. */
static int run_once(struct kwasm_program *p, struct kwasm_packet *pkt, struct kwasm_test_run *a,
		    u64 *ns)
{
	struct kwasm_run r;
	u32 trap;
	int err;

	err = kwasm_run_begin(&r, p);
	if (err)
		return err;
	*ns -= ktime_get_mono_fast_ns();
	trap = kwasm_run_packet(&r, p, pkt, p->deadline_ns, &results, &a->retval);
	*ns += ktime_get_mono_fast_ns();
	a->short_read = r.x->e.pkt_short;
	if (trap)
		kwasm_trap_describe(p, &r, trap, &a->trap);
	kwasm_run_end(&r);
	return 0;
}

static int run(struct kwasm_program *p, struct kwasm_packet *pkt, struct kwasm_test_run *a)
{
	u32 i, repeat = a->repeat ?: 1;
	u64 ns = 0;
	int err;

	a->trap.kind = KW_TRAP_NONE;
	for (i = 0; i < repeat && !a->trap.kind; i++) {
		do {
			err = run_once(p, pkt, a, &ns);
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

static int copy_out(const struct sk_buff *skb, struct kwasm_test_run *a)
{
	u32 len = a->data_out ? min_t(u32, skb->len, a->data_out_len) : 0;
	void *buf;
	int err;

	a->data_out_len = skb->len;
	if (!len)
		return 0;
	buf = kvmalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = skb_copy_bits(skb, 0, buf, len);
	if (!err && copy_to_user(u64_to_user_ptr(a->data_out), buf, len))
		err = -EFAULT;
	kvfree(buf);
	return err;
}

int kwasm_ioctl_test_run(void *arg, struct file **file)
{
	struct kwasm_test_run *a = arg;
	struct nf_hook_state state = { .net = current->nsproxy->net_ns };
	struct kwasm_packet pkt = { .state = &state };
	struct kwasm_program *p;
	int err;

	err = check(a);
	if (err)
		return err;
	p = kwasm_program_from_fd(a->program_fd);
	if (IS_ERR(p))
		return PTR_ERR(p);
	/* What else there is takes no packet, or runs by BPF_PROG_TEST_RUN of its stub. */
	pkt.skb = p->hook->type == KWASM_LINK_NETFILTER ? make_skb(a) : ERR_PTR(-EOPNOTSUPP);
	err = PTR_ERR_OR_ZERO(pkt.skb);
	if (err)
		goto out_put;
	state.hook = p->hook->number;
	state.pf = pkt.skb->protocol == htons(ETH_P_IPV6) ? NFPROTO_IPV6 : NFPROTO_IPV4;
	err = run(p, &pkt, a);
	if (!err) {
		a->mark = pkt.skb->mark;
		err = copy_out(pkt.skb, a);
	}
	kfree_skb(pkt.skb);
out_put:
	kwasm_program_put(p);
	return err;
}
