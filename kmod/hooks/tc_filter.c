// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a filter off a device's clsact qdisc.  The kernel has no function for
 * it, only a netlink request; so it is asked like by anybody else.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "../../uapi/linux/kwasm.h"
#include "stub.h"

struct request {
	struct nlmsghdr h;
	struct tcmsg t;
	struct nlattr kind;
	char name[4];
};

static_assert(sizeof(struct request) == NLMSG_SPACE(sizeof(struct tcmsg)) + NLA_HDRLEN + 4,
	      "netlink messages have no other padding");

static void fill(struct request *r, const struct kwasm_tc_filter *f)
{
	u32 side = f->hook == KWASM_TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;

	*r = (struct request) {
		.h.nlmsg_len = sizeof(*r),
		.h.nlmsg_type = RTM_DELTFILTER,
		.h.nlmsg_flags = NLM_F_REQUEST,
		.t.tcm_ifindex = f->ifindex,
		.t.tcm_handle = f->handle,
		.t.tcm_parent = TC_H_MAKE(TC_H_CLSACT, side),
		.t.tcm_info = TC_H_MAKE((u32)f->priority << 16, htons(ETH_P_ALL)),
		/* Only if it is still one of that kind. */
		.kind.nla_len = NLA_HDRLEN + sizeof("bpf"),
		.kind.nla_type = TCA_KIND,
		.name = "bpf",
	};
}

void kwasm_tc_filter_delete(struct net *net, const struct kwasm_tc_filter *f)
{
	struct msghdr msg = {};
	struct socket *sock;
	struct file *file;
	struct request r;
	struct kvec v = { .iov_base = &r, .iov_len = sizeof(r) };

	/* Not a kernel's socket: this one holds its namespace for as long as it closes. */
	if (__sock_create(net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &sock, 0))
		return;
	/* What is allowed is looked up in the file. */
	file = sock_alloc_file(sock, 0, NULL);
	if (IS_ERR(file))
		return;
	fill(&r, f);
	kernel_sendmsg(sock, &msg, &v, 1, sizeof(r));
	fput(file);
}
