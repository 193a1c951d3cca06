// SPDX-License-Identifier: GPL-2.0
/*
 * Links at netfilter hooks: ip, ip6 and inet, five places each.
 *
 * The kernel's verdict is made here from one of three values and never from
 * what a guest returned: an unknown verdict in nf_hook_slow() leaks the packet.
 */
#include <linux/netfilter.h>
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

	switch (kwasm_link_run(priv, &pkt, KWASM_NF_QUEUE + 1)) {
	case KWASM_NF_ACCEPT:
		return NF_ACCEPT;
	case KWASM_NF_QUEUE:
		return NF_QUEUE;
	default:
		return NF_DROP;
	}
}

int kwasm_nf_check(const struct kwasm_link_create *a)
{
	switch (a->netfilter.family) {
	case NFPROTO_INET:
	case NFPROTO_IPV4:
	case NFPROTO_IPV6:
		break;
	default:
		return -EAFNOSUPPORT;
	}
	return a->netfilter.hook < NF_INET_NUMHOOKS ? 0 : -EINVAL;
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
	err = nf_register_net_hook(net, &l->nf);
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

int kwasm_nf_init(void)
{
	return register_pernet_subsys(&net_ops);
}

void kwasm_nf_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
