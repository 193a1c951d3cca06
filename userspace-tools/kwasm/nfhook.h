/* SPDX-License-Identifier: GPL-2.0 */
/* Who is at a netfilter hook, kwasm or not: asked of the kernel over netlink (nfnetlink_hook, Linux 5.14). */
#ifndef KWASM_NFHOOK_H
#define KWASM_NFHOOK_H

#include <stdint.h>

/**
 * struct nfhook - one user of a hook
 * @function: of the kernel, and @module, which is empty for the kernel's own; both may be
 */
struct nfhook {
	int32_t priority;
	char function[64];
	char module[64];
};

/* A socket of the namespace that the thread is in, or -errno. */
int nfhook_open(void);

/**
 * nfhook_dump() - all users of a hook, in the order they are called
 * @family: NFPROTO_IPV4, _IPV6, _ARP, _BRIDGE or _NETDEV: there is no list of _INET's own
 * @device: of _NETDEV, else NULL
 * @out:    malloc()ed
 *
 * Return: how many, or -errno: -EINVAL the kernel has no nfnetlink_hook,
 * -EOPNOTSUPP no such family, -EPERM.
 */
int nfhook_dump(int fd, uint8_t family, uint32_t hook, const char *device, struct nfhook **out);

#endif /* KWASM_NFHOOK_H */
