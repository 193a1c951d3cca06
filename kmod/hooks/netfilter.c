// SPDX-License-Identifier: GPL-2.0
/*
 * Links at netfilter hooks: ip, ip6, inet and bridge at their five places, arp
 * at its two, and what enters and leaves one network device.
 *
 * The kernel's verdict is made here from one of three values and never from
 * what a guest returned: an unknown verdict in nf_hook_slow() leaks the packet.
 */
#include <linux/capability.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../link.h"
#include "../watchdog.h"

#define MAX_NET_LINKS	1024	/* of one namespace */

/* Links of one network namespace; kwasm_link_lock. */
struct nf_net {
	struct list_head links;
	u32 nr_links;
};

static unsigned int nf_net_id;

/**
 * struct nf_link - a link at a netfilter hook
 * @net:    the namespace while attached, NULL after; kwasm_link_lock
 * @in_net: in that namespace's list; kwasm_link_lock
 * @ops:    ops.dev is the device of links at one while attached, under RTNL or
 *          kwasm_link_lock
 * @queue_verdict: the kernel's for KWASM_NF_QUEUE
 * @device: name when it was attached, of links at one device
 */
struct nf_link {
	struct kwasm_link link;
	struct net *net;
	struct list_head in_net;
	u64 netns_ino;
	struct nf_hook_ops ops;
	u32 queue_verdict;
	u16 queue, flags;
	char device[KWASM_DEVICE_NAME_LEN];
};

static struct nf_link *nf_link(const struct kwasm_link *l)
{
	return container_of(l, struct nf_link, link);
}

static unsigned int run_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kwasm_packet pkt = { .skb = skb, .state = state };
	struct nf_link *l = priv;
	u32 verdict = kwasm_link_run(&l->link, &pkt);

	if (verdict == KWASM_NF_NONE)
		verdict = l->link.default_verdict;
	switch (verdict) {
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

static int nf_check(const struct kwasm_link_create *a)
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

static int register_hook(struct nf_link *l, struct net *net)
{
	int err;

	if (!l->device[0])
		return nf_register_net_hook(net, &l->ops);
	/* The device cannot go before the notifier can find this link. */
	ASSERT_RTNL();
	l->ops.dev = __dev_get_by_name(net, l->device);
	if (!l->ops.dev)
		return -ENXIO;
	err = nf_register_net_hook(net, &l->ops);
	if (err)
		l->ops.dev = NULL;
	return err;
}

static void fill(struct nf_link *l, const struct kwasm_link_create *a)
{
	bool queues = a->netfilter.family != NFPROTO_ARP &&
		      !at_device(a->netfilter.family, a->netfilter.hook);

	l->ops.hook = run_hook;
	l->ops.priv = l;
	l->ops.pf = a->netfilter.family;
	l->ops.hooknum = a->netfilter.hook;
	l->ops.priority = a->netfilter.priority;
	l->link.results = (struct kwasm_results) {
		.nr = queues ? KWASM_NF_QUEUE + 1 : KWASM_NF_QUEUE,
		.deny = KWASM_NF_DROP,
		.allow = KWASM_NF_ACCEPT,
	};
	l->queue = a->netfilter.queue;
	l->flags = a->netfilter.flags;
	l->queue_verdict = NF_QUEUE_NR(l->queue);
	if (l->flags & KWASM_NF_QUEUE_BYPASS)
		l->queue_verdict |= NF_VERDICT_FLAG_QUEUE_BYPASS;
	memcpy(l->device, a->netfilter.device, sizeof(l->device));
}

static int attach_locked(struct nf_link *l, struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	int err;

	if (nn->nr_links >= MAX_NET_LINKS)
		return -ENOSPC;
	err = register_hook(l, net);
	if (err)
		return err;
	list_add_tail(&l->in_net, &nn->links);
	nn->nr_links++;
	l->net = net;
	l->netns_ino = net->ns.inum;
	l->link.attached = true;
	return 0;
}

static int nf_attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	struct net *net = kwasm_link_net(a->netns_fd);
	struct nf_link *l = nf_link(link);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	fill(l, a);
	if (l->device[0])
		rtnl_lock();
	mutex_lock(&kwasm_link_lock);
	err = attach_locked(l, net);
	mutex_unlock(&kwasm_link_lock);
	if (l->device[0])
		rtnl_unlock();
	put_net(net);
	return err;
}

static void nf_detach(struct kwasm_link *link)
{
	struct nf_link *l = nf_link(link);
	struct nf_net *nn = net_generic(l->net, nf_net_id);

	nf_unregister_net_hook(l->net, &l->ops);
	l->ops.dev = NULL;
	l->net = NULL;
	list_del(&l->in_net);
	nn->nr_links--;
}

static int nf_may_change(const struct kwasm_link *link)
{
	return ns_capable(nf_link(link)->net->user_ns, CAP_NET_ADMIN) ? 0 : -EPERM;
}

static void nf_info(const struct kwasm_link *link, struct kwasm_link_info *i)
{
	const struct nf_link *l = nf_link(link);

	i->netns_ino = l->netns_ino;
	i->nf_family = l->ops.pf;
	i->nf_hook = l->ops.hooknum;
	i->nf_priority = l->ops.priority;
	i->nf_queue = l->queue;
	i->nf_flags = l->flags;
	memcpy(i->nf_device, l->device, sizeof(i->nf_device));
}

const struct kwasm_link_ops kwasm_nf_ops = {
	.type = KWASM_LINK_NETFILTER,
	.link_bytes = sizeof(struct nf_link),
	.check = nf_check,
	.attach = nf_attach,
	.detach = nf_detach,
	.deadline_max_ns = KWASM_DEADLINE_DEFAULT_NS,
	.may_change = nf_may_change,
	.info = nf_info,
};

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
	struct nf_link *l, *next;

	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(l, next, &nn->links, in_net)
		kwasm_link_detach_locked(&l->link, KWASM_DETACH_NETNS);
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
	struct nf_link *l, *next;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(l, next, &nn->links, in_net)
		if (l->ops.dev == dev)
			kwasm_link_detach_locked(&l->link, KWASM_DETACH_DEVICE);
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
