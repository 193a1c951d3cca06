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
 * Context: under RCU, up to the end of the link's use.
 * Return: NULL if it has been detached, or is of another type or namespace.
 */
struct kwasm_link *kwasm_stub_link(u32 handle, u32 type, const struct net *net);

/* Put the BPF link of a link that detaches; kwasm_link_ops.holder told where it was kept. */
void kwasm_stub_let_go(struct kwasm_holder *h);

/* hooks/lsm.c: what LSM programs may call */
extern const struct btf_kfunc_id_set kwasm_lsm_set;

/* hooks/kfunc.c: the functions that stubs may call.  0, or why there will be no such hooks. */
int kwasm_kfunc_init(void);

#endif /* KWASM_STUB_H */
