// SPDX-License-Identifier: GPL-2.0
/* Export names -> hooks, and functions to call. */
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>
#include <linux/string.h>

#include "../../uapi/linux/kwasm.h"
#include "hooks.h"

#define NF(family_, FAMILY, place, PLACE)			\
	{ .name = "netfilter/" #family_ "/" #place,		\
	  .type = KWASM_LINK_NETFILTER,				\
	  .family = NFPROTO_##FAMILY, .number = NF_##PLACE }

#define NF_FAMILY(family_, FAMILY)				\
	NF(family_, FAMILY, pre_routing, INET_PRE_ROUTING),	\
	NF(family_, FAMILY, input, INET_LOCAL_IN),		\
	NF(family_, FAMILY, forward, INET_FORWARD),		\
	NF(family_, FAMILY, output, INET_LOCAL_OUT),		\
	NF(family_, FAMILY, post_routing, INET_POST_ROUTING)

#define FS(place, HOOK)						\
	{ .name = "fs/" #place, .type = KWASM_LINK_FS,		\
	  .form = KW_FORM_P, .number = KWASM_FS_HOOK_##HOOK }

static_assert(NF_INET_LOCAL_IN == NF_BR_LOCAL_IN && NF_INET_POST_ROUTING == NF_BR_POST_ROUTING,
	      "a bridge's hooks are numbered like those of inet");

static const struct kwasm_hook hook[] = {
	NF_FAMILY(ip, IPV4),
	NF_FAMILY(ip6, IPV6),
	NF_FAMILY(inet, INET),
	NF_FAMILY(bridge, BRIDGE),
	NF(inet, INET, ingress, INET_INGRESS),
	NF(arp, ARP, input, ARP_IN),
	NF(arp, ARP, output, ARP_OUT),
	NF(netdev, NETDEV, ingress, NETDEV_INGRESS),
	NF(netdev, NETDEV, egress, NETDEV_EGRESS),
	FS(open_perm, OPEN),
	FS(access_perm, ACCESS),
	FS(exec_perm, EXEC),
	FS(notify, NOTIFY),
	FS(unlink, UNLINK),
	FS(rename, RENAME),
	FS(mkdir, MKDIR),
	FS(link, LINK),
	FS(rmdir, RMDIR),
	FS(setattr, SETATTR),
	{ .name = "xdp", .type = KWASM_LINK_XDP },
	{ .name = "tc/ingress", .type = KWASM_LINK_TC, .number = KWASM_TC_INGRESS },
	{ .name = "tc/egress", .type = KWASM_LINK_TC, .number = KWASM_TC_EGRESS },
};

static const struct kwasm_hook timer_hook = { .name = "timer/", .type = KWASM_LINK_TIMER,
					       .form = KW_FORM_S };

/* @prefix_text ends in a slash; what stands behind it: a name as objects have them. */
static bool is_named(const struct kw_name *n, const char *prefix_text)
{
	u32 i, prefix = strlen(prefix_text);

	if (n->len <= prefix || n->len >= KWASM_NAME_LEN || memcmp(n->p, prefix_text, prefix))
		return false;
	for (i = prefix; i < n->len; i++)
		if (n->p[i] <= ' ' || n->p[i] >= 0x7f || n->p[i] == '/')
			return false;
	return true;
}

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
	return is_named(&e->name, timer_hook.name) ? &timer_hook : NULL;
}

bool kwasm_is_call(const struct kw_export *e)
{
	return e->kind == KW_EXT_FUNC && is_named(&e->name, "call/");
}
