/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links whose place in the kernel is a BPF program's: XDP and tc.  Userspace
 * loads a small BPF program, the stub, which calls kwasm_xdp() or kwasm_tc()
 * with the link's handle and carries out what they ask for.
 */
#ifndef KWASM_STUB_H
#define KWASM_STUB_H

#include "../link.h"

struct btf_kfunc_id_set;
struct kwasm_holder;
struct net;

/**
 * struct kwasm_stub_link - a link at a device, called by a BPF program
 * @handle:  what that program passes; constant
 * @net:     the device's namespace while attached; written under kwasm_link_lock
 * @ifindex, @device: of the device when it was attached
 * @hook:    enum kwasm_tc_hook
 * @in_list: in stub.c's list; kwasm_link_lock
 * @holder:  NULL until the stub has been handed over; kwasm_link_lock
 */
struct kwasm_stub_link {
	struct kwasm_link link;
	u32 handle;
	struct net *net;
	u64 netns_ino;
	int ifindex;
	u32 hook;
	char device[KWASM_DEVICE_NAME_LEN];
	struct list_head in_list;
	struct kwasm_holder *holder;
};

#define KWASM_MAX_STUB_LINKS	1024	/* a power of two */

/* By the low bits of their handles; written under kwasm_link_lock. */
extern struct kwasm_stub_link __rcu *kwasm_stub_links[KWASM_MAX_STUB_LINKS];

/**
 * kwasm_stub_link() - the link a stub means
 * @handle: as the stub was given it
 * @type:   enum kwasm_link_type of the function that was called
 * @net:    namespace of the device the packet is at
 *
 * Context: under RCU or with bottom halves off, up to the end of the link's use.
 * Return: NULL if it has been detached, or is of another type or namespace.
 */
static __always_inline struct kwasm_link *kwasm_stub_link(u32 handle, u32 type, const struct net *net)
{
	struct kwasm_stub_link *l = rcu_dereference_check(kwasm_stub_links[handle % KWASM_MAX_STUB_LINKS],
							  rcu_read_lock_bh_held());

	if (unlikely(!l || l->handle != handle || l->link.ops->type != type || READ_ONCE(l->net) != net))
		return NULL;
	return &l->link;
}

/* Put what held the stub of a link that detaches, kept where kwasm_link_ops.holder tells; @net: that of a filter. */
void kwasm_stub_let_go(struct kwasm_holder *h, struct net *net);

/* hooks/lsm.c: what LSM programs may call */
extern const struct btf_kfunc_id_set kwasm_lsm_set;

/* A filter that holds a tc stub where BPF links cannot; @hook: enum kwasm_tc_hook. */
struct kwasm_tc_filter {
	int ifindex;
	u32 hook;
	u32 handle;
	u16 priority;
};

/**
 * kwasm_tc_filter_delete() - hooks/tc_filter.c: as `tc filter del` would
 *
 * The device, and the filter with it, may have gone already.
 * Context: process, no RTNL.
 */
void kwasm_tc_filter_delete(struct net *net, const struct kwasm_tc_filter *f);

/* hooks/kfunc.c: the functions that stubs may call.  0, or why there will be no such hooks. */
int kwasm_kfunc_init(void);

#endif /* KWASM_STUB_H */
