// SPDX-License-Identifier: GPL-2.0
/*
 * The functions of this module that BPF programs may call, and which kinds of
 * program may call which.
 *
 * Each takes what its kind of program gets as context, and a link's handle;
 * it trusts nothing about the caller but that context, which the BPF verifier
 * has checked.  Such programs run under RCU, or with bottom halves off, which
 * is the same to it.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/pkt_cls.h>
#include <net/net_namespace.h>
#include <net/xdp.h>

#include "../compat.h"
#include "../link_run.h"
#include "stub.h"

/*
 * What the stub is told: the verdict, and what it has to do for it because
 * only BPF programs may.  Layout: userspace-tools/libkwasm/stub.c.
 */
static __always_inline u64 answer(u32 verdict, const struct kwasm_packet *pkt)
{
	if (likely(!pkt->redirect_ifindex && !pkt->tail))
		return (u8)verdict;
	return (u64)pkt->redirect_ingress << 63 | (u64)pkt->redirect_ifindex << 32 |
	       (u32)pkt->tail << 8 | (u8)verdict;
}

__diag_push();
__diag_ignore(GCC, 8, "-Wmissing-prototypes", "BPF programs call them");

/**
 * kwasm_xdp() - run the program of an XDP link
 * @ctx:     the packet
 * @link_id: handle of the link
 *
 * Return: bits 7..0 an enum xdp_action; 31..8, signed: bytes to add at the
 * packet's end; 63..32 with XDP_REDIRECT: the device
 */
__bpf_kfunc u64 kwasm_xdp(struct xdp_md *ctx, u32 link_id)
{
	struct xdp_buff *xdp = (struct xdp_buff *)ctx;
	struct kwasm_packet pkt = { .xdp = xdp };
	struct kwasm_link *l;
	u64 ret = XDP_PASS;

	l = kwasm_stub_link(link_id, KWASM_LINK_XDP, dev_net(xdp->rxq->dev));
	if (likely(l))
		ret = answer(kwasm_link_run_inline(l, &pkt), &pkt);
	return ret;
}

/**
 * kwasm_tc() - run the program of a tc link
 * @ctx:     the packet
 * @link_id: handle of the link
 *
 * Return: bits 7..0, signed, a TC_ACT_*; 31..8 as kwasm_xdp(); with
 * TC_ACT_REDIRECT 62..32: the device, 63: it comes in there
 */
__bpf_kfunc u64 kwasm_tc(struct __sk_buff *ctx, u32 link_id)
{
	struct kwasm_packet pkt = { .skb = (struct sk_buff *)ctx };
	struct kwasm_link *l;
	u64 ret = (u8)TC_ACT_UNSPEC;

	l = kwasm_stub_link(link_id, KWASM_LINK_TC, dev_net(pkt.skb->dev));
	if (likely(l))
		ret = answer(kwasm_link_run_inline(l, &pkt), &pkt);
	return ret;
}

__diag_pop();

KWASM_KFUNCS_START(xdp_funcs)
BTF_ID_FLAGS(func, kwasm_xdp)
KWASM_KFUNCS_END(xdp_funcs)

KWASM_KFUNCS_START(tc_funcs)
BTF_ID_FLAGS(func, kwasm_tc)
KWASM_KFUNCS_END(tc_funcs)

static const struct btf_kfunc_id_set xdp_set = { .owner = THIS_MODULE, .set = &xdp_funcs };
static const struct btf_kfunc_id_set tc_set = { .owner = THIS_MODULE, .set = &tc_funcs };

/*
 * Which program types may call which set.  A type that a kernel does not know
 * kfuncs for loses the whole module its kfuncs there (6.1): rows for such
 * types stand under a condition of compat.h.
 */
static const struct {
	enum bpf_prog_type type;
	const struct btf_kfunc_id_set *set;
} allowed[] = {
	{ BPF_PROG_TYPE_XDP, &xdp_set },
	{ BPF_PROG_TYPE_SCHED_CLS, &tc_set },
	{ BPF_PROG_TYPE_LSM, &kwasm_lsm_set },
};

int kwasm_kfunc_init(void)
{
	u32 i;
	int err = 0;

	/* Without BTF in the module this registers nothing, says so in the log, and gives 0. */
	for (i = 0; i < ARRAY_SIZE(allowed) && !err; i++)
		err = register_btf_kfunc_id_set(allowed[i].type, allowed[i].set);
	return err;
}
