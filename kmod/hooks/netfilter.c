// SPDX-License-Identifier: GPL-2.0
/*
 * Links at netfilter hooks: ip, ip6, inet and bridge at their five places, arp
 * at its two, and what enters and leaves one network device.
 *
 * The kernel's verdict is made here from one of three values and never from
 * what a guest returned: an unknown verdict in nf_hook_slow() leaks the packet.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../link.h"

#define MAX_NET_LINKS	1024	/* of one namespace */

/* Links of one network namespace; kwasm_link_lock. */
struct nf_net {
	struct list_head links;
	u32 nr_links;
};

static unsigned int nf_net_id;

static unsigned int run_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kwasm_packet pkt = { .skb = skb, .state = state };

	const struct kwasm_link *l = priv;

	switch (kwasm_link_run(priv, &pkt, l->nr_results)) {
	case KWASM_NF_ACCEPT:
		return NF_ACCEPT;
	case KWASM_NF_QUEUE:
		return l->queue_verdict;
	default:
		return NF_DROP;
	}
}

/* Ingress and egress are places of one device; the others see all of them. */
static bool at_device(u32 family, u32 hook)
{
	return family == NFPROTO_NETDEV || (family == NFPROTO_INET && hook == NF_INET_INGRESS);
}

static u32 nr_hooks(u32 family)
{
	switch (family) {
	case NFPROTO_INET:
		return NF_INET_INGRESS + 1;
	case NFPROTO_IPV4:
	case NFPROTO_IPV6:
	case NFPROTO_BRIDGE:
		return NF_INET_NUMHOOKS;
	case NFPROTO_ARP:
		return NF_ARP_OUT + 1;
	case NFPROTO_NETDEV:
		return NF_NETDEV_EGRESS + 1;
	default:
		return 0;
	}
}

int kwasm_nf_check(const struct kwasm_link_create *a)
{
	u32 family = a->netfilter.family, hook = a->netfilter.hook;

	if (!nr_hooks(family))
		return -EAFNOSUPPORT;
	if (hook >= nr_hooks(family) || a->netfilter.flags & ~KWASM_NF_QUEUE_BYPASS)
		return -EINVAL;
	if (strnlen(a->netfilter.device, KWASM_DEVICE_NAME_LEN) == KWASM_DEVICE_NAME_LEN)
		return -EINVAL;
	return at_device(family, hook) == !!a->netfilter.device[0] ? 0 : -EINVAL;
}

static int register_hook(struct kwasm_link *l, struct net *net)
{
	int err;

	if (!l->device[0])
		return nf_register_net_hook(net, &l->nf);
	/* The device cannot go before the notifier can find this link. */
	ASSERT_RTNL();
	l->nf.dev = __dev_get_by_name(net, l->device);
	if (!l->nf.dev)
		return -ENXIO;
	err = nf_register_net_hook(net, &l->nf);
	if (err)
		l->nf.dev = NULL;
	return err;
}

int kwasm_nf_attach(struct kwasm_link *l, struct net *net, const struct kwasm_link_create *a)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	int err;

	if (nn->nr_links >= MAX_NET_LINKS)
		return -ENOSPC;
	l->nf.hook = run_hook;
	l->nf.priv = l;
	l->nf.pf = a->netfilter.family;
	l->nf.hooknum = a->netfilter.hook;
	l->nf.priority = a->netfilter.priority;
	l->nr_results = KWASM_NF_QUEUE + 1;
	if (a->netfilter.family == NFPROTO_ARP || at_device(a->netfilter.family, a->netfilter.hook))
		l->nr_results = KWASM_NF_QUEUE;
	l->queue = a->netfilter.queue;
	l->nf_flags = a->netfilter.flags;
	l->queue_verdict = NF_QUEUE_NR(l->queue);
	if (l->nf_flags & KWASM_NF_QUEUE_BYPASS)
		l->queue_verdict |= NF_VERDICT_FLAG_QUEUE_BYPASS;
	memcpy(l->device, a->netfilter.device, sizeof(l->device));
	err = register_hook(l, net);
	if (err)
		return err;
	list_add_tail(&l->in_net, &nn->links);
	nn->nr_links++;
	return 0;
}

void kwasm_nf_detach(struct kwasm_link *l)
{
	struct nf_net *nn = net_generic(l->net, nf_net_id);

	nf_unregister_net_hook(l->net, &l->nf);
	l->nf.dev = NULL;
	list_del_init(&l->in_net);
	nn->nr_links--;
}

static int __net_init net_start(struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);

	INIT_LIST_HEAD(&nn->links);
	return 0;
}

/* The namespace goes: its hooks would be freed under our links. */
static void __net_exit net_end(struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	struct kwasm_link *l, *next;

	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(l, next, &nn->links, in_net)
		kwasm_link_detach_locked(l, KWASM_DETACH_NETNS);
	mutex_unlock(&kwasm_link_lock);
}

static struct pernet_operations net_ops = {
	.init = net_start,
	.pre_exit = net_end,
	.id = &nf_net_id,
	.size = sizeof(struct nf_net),
};

/* A device goes, or to another namespace: under RTNL, which device links are made under as well. */
static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_net *nn = net_generic(dev_net(dev), nf_net_id);
	struct kwasm_link *l, *next;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(l, next, &nn->links, in_net)
		if (l->nf.dev == dev)
			kwasm_link_detach_locked(l, KWASM_DETACH_DEVICE);
	mutex_unlock(&kwasm_link_lock);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

int kwasm_nf_init(void)
{
	int err = register_pernet_subsys(&net_ops);

	if (err)
		return err;
	err = register_netdevice_notifier(&device_notifier);
	if (err)
		unregister_pernet_subsys(&net_ops);
	return err;
}

void kwasm_nf_exit(void)
{
	unregister_netdevice_notifier(&device_notifier);
	unregister_pernet_subsys(&net_ops);
}
