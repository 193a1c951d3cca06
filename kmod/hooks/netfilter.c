// SPDX-License-Identifier: GPL-2.0
/*
 * Links at netfilter hooks: ip, ip6, inet and bridge at their five places, arp
 * at its two, and what enters and leaves one network device.
 *
 * Links of one priority at one hook of one namespace (and device) share one
 * registration with the kernel, a place: the second costs its own run only.
 * Other priorities have registrations of their own, so that other users of the
 * hook can come in between.
 *
 * The kernel's verdict is made here from one of three values and never from
 * what a guest returned: an unknown verdict in nf_hook_slow() leaks the packet.
 */
#include <linux/capability.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "../chain.h"
#include "../watchdog.h"

#define MAX_NET_LINKS	1024	/* of one namespace */

/* Places in one network namespace; kwasm_link_lock. */
struct nf_net {
	struct list_head places;
	u32 nr_links;
};

static unsigned int nf_net_id;

/**
 * struct nf_place - one registration
 * @in_net: in that namespace's list; kwasm_link_lock
 * @ops:    ops.dev is set for places of one device
 */
struct nf_place {
	struct kwasm_chain chain;
	struct net *net;
	struct list_head in_net;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

/**
 * struct nf_link - a link at a netfilter hook
 * @place:  while attached, NULL after; kwasm_link_lock
 * @family: and @hook and @priority: where that is
 * @queue_verdict: the kernel's for KWASM_NF_QUEUE
 * @device: name when it was attached, of links at one device
 */
struct nf_link {
	struct kwasm_link link;
	struct nf_place *place;
	u64 netns_ino;
	u32 family, hook;
	s32 priority;
	u32 queue_verdict;
	u16 queue, flags;
	char device[KWASM_DEVICE_NAME_LEN];
};

static struct nf_link *nf_link(const struct kwasm_link *l)
{
	return container_of(l, struct nf_link, link);
}

/*
 * A drop ends the chain.  An accept does not: each program is a plug-in of
 * its own, and one that has nothing against a packet must not keep the next
 * from looking at it.  It only beats "no opinion"; and since what comes back from a
 * queue goes on behind this place, a queue waits until all have looked.
 */
#define NF_RANKS	(KWASM_RANK(KWASM_NF_NONE, 0) |		\
			 KWASM_RANK(KWASM_NF_ACCEPT, 1) |	\
			 KWASM_RANK(KWASM_NF_QUEUE, 2) |	\
			 KWASM_RANK(KWASM_NF_DROP, KWASM_RANK_ENDS))

static unsigned int run_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kwasm_packet pkt = { .skb = skb, .state = state };
	const struct nf_place *place = priv;
	struct kwasm_chain_answer a;

	kwasm_chain_call(&place->chain, &pkt, &a);
	if (!a.link)
		return NF_ACCEPT;
	if (a.result == KWASM_NF_NONE)
		a.result = a.default_verdict;
	switch (a.result) {
	case KWASM_NF_ACCEPT:
		return NF_ACCEPT;
	case KWASM_NF_QUEUE:
		return nf_link(a.link)->queue_verdict;
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

static void fill(struct nf_link *l, const struct kwasm_link_create *a)
{
	bool queues = a->netfilter.family != NFPROTO_ARP &&
		      !at_device(a->netfilter.family, a->netfilter.hook);

	l->link.results = (struct kwasm_results) {
		.nr = queues ? KWASM_NF_QUEUE + 1 : KWASM_NF_QUEUE,
		.deny = KWASM_NF_DROP,
		.allow = KWASM_NF_ACCEPT,
		.rank = NF_RANKS,
	};
	l->family = a->netfilter.family;
	l->hook = a->netfilter.hook;
	l->priority = a->netfilter.priority;
	l->queue = a->netfilter.queue;
	l->flags = a->netfilter.flags;
	l->queue_verdict = NF_QUEUE_NR(l->queue);
	if (l->flags & KWASM_NF_QUEUE_BYPASS)
		l->queue_verdict |= NF_VERDICT_FLAG_QUEUE_BYPASS;
	memcpy(l->device, a->netfilter.device, sizeof(l->device));
}

static struct nf_place *place_find(struct nf_net *nn, const struct nf_link *l,
				   const struct net_device *dev)
{
	struct nf_place *p;

	list_for_each_entry(p, &nn->places, in_net)
		if (p->ops.pf == l->family && p->ops.hooknum == l->hook &&
		    p->ops.priority == l->priority && p->ops.dev == dev)
			return p;
	return NULL;
}

static int place_new(struct net *net, const struct nf_link *l, struct net_device *dev,
		     struct nf_place **out)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	struct nf_place *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	int err;

	if (!p)
		return -ENOMEM;
	kwasm_chain_init(&p->chain);
	p->net = net;
	p->ops.hook = run_hook;
	p->ops.priv = p;
	p->ops.pf = l->family;
	p->ops.hooknum = l->hook;
	p->ops.priority = l->priority;
	p->ops.dev = dev;
	err = nf_register_net_hook(net, &p->ops);
	if (err) {
		kfree(p);
		return err;
	}
	list_add_tail(&p->in_net, &nn->places);
	*out = p;
	return 0;
}

/* If no link is left. */
static void place_drop(struct nf_place *p)
{
	if (p->chain.nr_links)
		return;
	nf_unregister_net_hook(p->net, &p->ops);
	list_del(&p->in_net);
	kwasm_chain_end(&p->chain);
	/* A CPU may be in the hook still. */
	kfree_rcu(p, rcu);
}

static int place_get(struct net *net, const struct nf_link *l, struct nf_place **out)
{
	struct net_device *dev = NULL;

	if (l->device[0]) {
		/* The device cannot go before the notifier can find this place. */
		ASSERT_RTNL();
		dev = __dev_get_by_name(net, l->device);
		if (!dev)
			return -ENXIO;
	}
	*out = place_find(net_generic(net, nf_net_id), l, dev);
	return *out ? 0 : place_new(net, l, dev, out);
}

static int run_in(struct nf_link *l, struct nf_place *p)
{
	int err;

	kwasm_chain_add(&p->chain, &l->link);
	err = l->link.enabled ? kwasm_chain_prepare(&p->chain) : 0;
	if (err)
		kwasm_chain_remove(&p->chain, &l->link);
	else
		kwasm_chain_commit(&p->chain);
	return err;
}

static int attach_locked(struct nf_link *l, struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	struct nf_place *p;
	int err;

	if (nn->nr_links >= MAX_NET_LINKS)
		return -ENOSPC;
	err = place_get(net, l, &p);
	if (err)
		return err;
	err = run_in(l, p);
	if (err) {
		place_drop(p);
		return err;
	}
	nn->nr_links++;
	l->place = p;
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
	struct nf_place *p = nf_link(link)->place;
	struct nf_net *nn = net_generic(p->net, nf_net_id);

	kwasm_chain_remove(&p->chain, link);
	nf_link(link)->place = NULL;
	nn->nr_links--;
	place_drop(p);
}

static int nf_may_change(const struct kwasm_link *link)
{
	return ns_capable(nf_link(link)->place->net->user_ns, CAP_NET_ADMIN) ? 0 : -EPERM;
}

static void nf_info(const struct kwasm_link *link, struct kwasm_link_info *i)
{
	const struct nf_link *l = nf_link(link);

	i->netns_ino = l->netns_ino;
	i->nf_family = l->family;
	i->nf_hook = l->hook;
	i->nf_priority = l->priority;
	i->nf_queue = l->queue;
	i->nf_flags = l->flags;
	memcpy(i->nf_device, l->device, sizeof(i->nf_device));
}

const struct kwasm_link_ops kwasm_nf_ops = {
	.type = KWASM_LINK_NETFILTER,
	.chained = true,
	.link_bytes = sizeof(struct nf_link),
	.check = nf_check,
	.attach = nf_attach,
	.detach = nf_detach,
	.may_change = nf_may_change,
	.info = nf_info,
};

static int __net_init net_start(struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);

	INIT_LIST_HEAD(&nn->places);
	return 0;
}

/* The place goes with the last of them. */
static void detach_all(struct nf_place *p, u32 why)
{
	u32 n = p->chain.nr_links;

	while (n--)
		kwasm_link_detach_locked(list_first_entry(&p->chain.links, struct kwasm_link,
							  in_chain), why);
}

/* The namespace goes: its hooks would be freed under our links. */
static void __net_exit net_end(struct net *net)
{
	struct nf_net *nn = net_generic(net, nf_net_id);
	struct nf_place *p, *next;

	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(p, next, &nn->places, in_net)
		detach_all(p, KWASM_DETACH_NETNS);
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
	struct nf_place *p, *next;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(p, next, &nn->places, in_net)
		if (p->ops.dev == dev)
			detach_all(p, KWASM_DETACH_DEVICE);
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
