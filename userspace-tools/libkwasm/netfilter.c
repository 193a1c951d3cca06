// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* "netfilter/inet/input" <-> NFPROTO_INET, NF_INET_LOCAL_IN; and which names are timers. */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>

#include "internal.h"

#define HOOKS(family, proto)							\
	{ "netfilter/" family "/pre_routing",	proto, NF_INET_PRE_ROUTING },	\
	{ "netfilter/" family "/input",		proto, NF_INET_LOCAL_IN },	\
	{ "netfilter/" family "/forward",	proto, NF_INET_FORWARD },	\
	{ "netfilter/" family "/output",	proto, NF_INET_LOCAL_OUT },	\
	{ "netfilter/" family "/post_routing",	proto, NF_INET_POST_ROUTING }

static const struct {
	const char *name;
	__u32 family, hook;
} hooks[] = {
	HOOKS("inet", NFPROTO_INET),
	HOOKS("ip", NFPROTO_IPV4),
	HOOKS("ip6", NFPROTO_IPV6),
	HOOKS("bridge", NFPROTO_BRIDGE),
	{ "netfilter/inet/ingress",	NFPROTO_INET,	NF_INET_INGRESS },
	{ "netfilter/arp/input",	NFPROTO_ARP,	NF_ARP_IN },
	{ "netfilter/arp/output",	NFPROTO_ARP,	NF_ARP_OUT },
	{ "netfilter/netdev/ingress",	NFPROTO_NETDEV,	NF_NETDEV_INGRESS },
	{ "netfilter/netdev/egress",	NFPROTO_NETDEV,	NF_NETDEV_EGRESS },
};

int libkwasm_netfilter_by_name(const char *name, __u32 *family, __u32 *hook)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (strcmp(hooks[i].name, name))
			continue;
		*family = hooks[i].family;
		*hook = hooks[i].hook;
		return 0;
	}
	return libkwasm_err(-EINVAL);
}

bool libkwasm_is_timer(const char *name)
{
	const char *p = name + 6;

	if (strncmp(name, "timer/", 6) || !*p)
		return false;
	while (*p > ' ' && *p < 0x7f && *p != '/')
		p++;
	return !*p;
}

const char *libkwasm_netfilter_name(__u32 family, __u32 hook)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].family == family && hooks[i].hook == hook)
			return hooks[i].name;
	return NULL;
}
