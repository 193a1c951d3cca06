// SPDX-License-Identifier: GPL-2.0
/* Export names -> hooks. */
#include <linux/netfilter.h>
#include <linux/string.h>

#include "../../uapi/linux/kwasm.h"
#include "hooks.h"

#define NF(family_, FAMILY, place, PLACE)			\
	{ .name = "netfilter/" #family_ "/" #place,		\
	  .type = KWASM_LINK_NETFILTER,				\
	  .family = NFPROTO_##FAMILY, .number = NF_INET_##PLACE }

#define NF_FAMILY(family_, FAMILY)				\
	NF(family_, FAMILY, pre_routing, PRE_ROUTING),		\
	NF(family_, FAMILY, input, LOCAL_IN),			\
	NF(family_, FAMILY, forward, FORWARD),			\
	NF(family_, FAMILY, output, LOCAL_OUT),			\
	NF(family_, FAMILY, post_routing, POST_ROUTING)

static const struct kwasm_hook hook[] = {
	NF_FAMILY(ip, IPV4),
	NF_FAMILY(ip6, IPV6),
	NF_FAMILY(inet, INET),
};

const struct kwasm_hook *kwasm_hook_find(const struct kw_export *e)
{
	u32 i;

	if (e->kind != KW_EXT_FUNC)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(hook); i++) {
		if (e->name.len == strlen(hook[i].name) &&
		    !memcmp(e->name.p, hook[i].name, e->name.len))
			return &hook[i];
	}
	return NULL;
}
