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
 * kwasm_stub_link() - the link a stub means
 * @handle: as the stub was given it
 * @type:   enum kwasm_link_type of the function that was called
 * @net:    namespace of the device the packet is at
 *
 * Context: under RCU or with bottom halves off, up to the end of the link's use.
 * Return: NULL if it has been detached, or is of another type or namespace.
 */
struct kwasm_link *kwasm_stub_link(u32 handle, u32 type, const struct net *net);

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
