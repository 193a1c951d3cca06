// SPDX-License-Identifier: GPL-2.0
/*
 * Links at XDP and tc, which the kernel lets only BPF programs into.
 *
 * The link is found by its handle, which the BPF program (the stub) passes
 * with each packet.  Who makes the link attaches the stub, by a BPF link or,
 * at tc of kernels that have none there, by a filter, and hands that over with
 * KWASM_LINK_STUB; from then on it lives as long as ours is attached.  A handle is
 * given out once in four billion: a stub that outlives its link finds nothing,
 * and the packet goes on as if there were no program.
 */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/netdevice.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "../compat.h"
#include "../dev.h"
#include "../watchdog.h"
#include "stub.h"

/* Bit of struct kwasm_results.holes. */
#define TC_BIT(act)	BIT(TC_ACT_##act - TC_ACT_UNSPEC)

/*
 * What holds the stub of one of ours: a BPF link, else a filter of @net.
 * Putting either may take RTNL: never done under a lock of ours.
 */
struct kwasm_holder {
	struct work_struct put;
	struct bpf_link *bpf;
	struct net *net;
	struct kwasm_tc_filter filter;
};

struct kwasm_stub_link __rcu *kwasm_stub_links[KWASM_MAX_STUB_LINKS];
static u32 last_handle;

/* kwasm_link_lock */
static LIST_HEAD(links);
static u32 nr_links;

static struct kwasm_stub_link *stub_link(const struct kwasm_link *l)
{
	return container_of(l, struct kwasm_stub_link, link);
}

static struct kwasm_stub_link __rcu **place_of(u32 handle)
{
	return &kwasm_stub_links[handle % KWASM_MAX_STUB_LINKS];
}

/* The next one whose place is free: there is one.  0 is none's. */
static u32 new_handle(void)
{
	do {
		last_handle++;
	} while (!last_handle || rcu_access_pointer(*place_of(last_handle)));
	return last_handle;
}

static int stub_check(const struct kwasm_link_create *a)
{
	if (a->netfilter.family || a->netfilter.priority || a->netfilter.queue || a->netfilter.flags ||
	    a->netfilter.hook > (a->type == KWASM_LINK_TC ? KWASM_TC_EGRESS : 0))
		return -EINVAL;
	if (!a->netfilter.device[0] ||
	    strnlen(a->netfilter.device, KWASM_DEVICE_NAME_LEN) == KWASM_DEVICE_NAME_LEN)
		return -EINVAL;
	return 0;
}

/* RTNL and kwasm_link_lock held. */
static int attach_locked(struct kwasm_stub_link *l, struct net *net)
{
	struct net_device *dev = __dev_get_by_name(net, l->device);

	if (!dev)
		return -ENXIO;
	if (nr_links >= KWASM_MAX_STUB_LINKS)
		return -ENOSPC;
	l->ifindex = dev->ifindex;
	l->netns_ino = net->ns.inum;
	WRITE_ONCE(l->net, net);
	l->handle = new_handle();
	rcu_assign_pointer(*place_of(l->handle), l);
	list_add_tail(&l->in_list, &links);
	nr_links++;
	l->link.attached = true;
	return 0;
}

static int attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	struct net *net = kwasm_link_net(a->netns_fd);
	struct kwasm_stub_link *l = stub_link(link);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	memcpy(l->device, a->netfilter.device, sizeof(l->device));
	l->hook = a->netfilter.hook;
	rtnl_lock();
	mutex_lock(&kwasm_link_lock);
	err = attach_locked(l, net);
	mutex_unlock(&kwasm_link_lock);
	rtnl_unlock();
	put_net(net);
	return err;
}

const struct kwasm_results kwasm_xdp_results = {
	.nr = XDP_REDIRECT + 1,
	.deny = XDP_DROP,
	.allow = XDP_PASS,
};

static int xdp_attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	link->results = kwasm_xdp_results;
	return attach(link, a);
}

/* What BPF programs may answer on every kernel; what they may not means different things to them. */
const struct kwasm_results kwasm_tc_results = {
	.first = TC_ACT_UNSPEC,
	.nr = TC_ACT_REDIRECT - TC_ACT_UNSPEC + 1,
	.holes = TC_BIT(RECLASSIFY) | TC_BIT(STOLEN) | TC_BIT(QUEUED) | TC_BIT(REPEAT),
	.deny = TC_ACT_SHOT,
	.allow = TC_ACT_UNSPEC,
};

static int tc_attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	const struct kwasm_program *p = rcu_dereference_protected(link->program, true);

	if (p->hook->number != a->netfilter.hook)
		return -EINVAL;
	link->results = kwasm_tc_results;
	return attach(link, a);
}

static bool tc_is_program(const struct kwasm_link *link, const struct kwasm_program *p)
{
	return p->hook->number == stub_link(link)->hook;
}

static void put_work(struct work_struct *w)
{
	struct kwasm_holder *h = container_of(w, struct kwasm_holder, put);

	if (h->bpf)
		bpf_link_put(h->bpf);
	if (h->net) {
		kwasm_tc_filter_delete(h->net, &h->filter);
		put_net(h->net);
	}
	kfree(h);
}

/* A filter goes with its namespace, or has to be deleted while that is there. */
void kwasm_stub_let_go(struct kwasm_holder *h, struct net *net)
{
	if (!h->bpf)
		h->net = maybe_get_net(net);
	queue_work(kwasm_wq, &h->put);
}

static void stub_detach(struct kwasm_link *link)
{
	struct kwasm_stub_link *l = stub_link(link);

	RCU_INIT_POINTER(*place_of(l->handle), NULL);
	if (l->holder)
		kwasm_stub_let_go(l->holder, l->net);
	l->holder = NULL;
	WRITE_ONCE(l->net, NULL);
	list_del(&l->in_list);
	nr_links--;
}

static int stub_may_change(const struct kwasm_link *link)
{
	return ns_capable(stub_link(link)->net->user_ns, CAP_NET_ADMIN) ? 0 : -EPERM;
}

static void stub_info(const struct kwasm_link *link, struct kwasm_link_info *i)
{
	const struct kwasm_stub_link *l = stub_link(link);

	i->netns_ino = l->netns_ino;
	i->stub_handle = l->handle;
	i->ifindex = l->ifindex;
	i->nf_hook = l->hook;
	memcpy(i->nf_device, l->device, sizeof(i->nf_device));
}

static struct kwasm_holder **stub_holder(struct kwasm_link *link)
{
	return &stub_link(link)->holder;
}

const struct kwasm_link_ops kwasm_xdp_ops = {
	.type = KWASM_LINK_XDP,
	.link_bytes = sizeof(struct kwasm_stub_link),
	.check = stub_check,
	.attach = xdp_attach,
	.detach = stub_detach,
	.may_change = stub_may_change,
	.info = stub_info,
	.holder = stub_holder,
};

const struct kwasm_link_ops kwasm_tc_ops = {
	.type = KWASM_LINK_TC,
	.link_bytes = sizeof(struct kwasm_stub_link),
	.check = stub_check,
	.attach = tc_attach,
	.detach = stub_detach,
	.may_change = stub_may_change,
	.info = stub_info,
	.holder = stub_holder,
	.is_program = tc_is_program,
};

/* ---- KWASM_LINK_STUB ---- */

static int hold_locked(struct kwasm_link *link, struct kwasm_holder *h)
{
	struct kwasm_holder **at = link->ops->holder ? link->ops->holder(link) : NULL;
	int err;

	if (!at)
		return -EINVAL;
	if (!link->attached)
		return -ENOLINK;
	err = link->ops->may_change(link);
	if (err)
		return err;
	if (*at)
		return -EALREADY;
	if (!h->bpf) {
		if (link->ops->type != KWASM_LINK_TC)
			return -EINVAL;
		h->filter.ifindex = stub_link(link)->ifindex;
		h->filter.hook = stub_link(link)->hook;
	}
	*at = h;
	return 0;
}

static int check_stub(const struct kwasm_link_stub *a)
{
	if (a->flags & ~KWASM_STUB_TC_FILTER)
		return -EINVAL;
	if (a->flags)
		return a->tc_handle && a->tc_priority && a->tc_priority <= U16_MAX ? 0 : -EINVAL;
	return a->tc_handle || a->tc_priority ? -EINVAL : 0;
}

static struct kwasm_holder *holder_new(const struct kwasm_link_stub *a)
{
	struct kwasm_holder *h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	int err;

	if (!h)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&h->put, put_work);
	if (a->flags) {
		h->filter.handle = a->tc_handle;
		h->filter.priority = a->tc_priority;
		return h;
	}
	h->bpf = bpf_link_get_from_fd(a->bpf_link_fd);
	if (!IS_ERR(h->bpf))
		return h;
	err = PTR_ERR(h->bpf);
	kfree(h);
	return ERR_PTR(err);
}

int kwasm_ioctl_link_stub(void *arg, struct file **file)
{
	struct kwasm_link_stub *a = arg;
	struct kwasm_object *o;
	struct kwasm_holder *h;
	int err;

	err = check_stub(a);
	if (err)
		return err;
	o = kwasm_object_from_fd(a->link_fd, KWASM_OBJ_LINK);
	if (IS_ERR(o))
		return PTR_ERR(o);
	h = holder_new(a);
	err = PTR_ERR_OR_ZERO(h);
	if (err)
		goto out_put;
	mutex_lock(&kwasm_link_lock);
	err = hold_locked(container_of(o, struct kwasm_link, obj), h);
	mutex_unlock(&kwasm_link_lock);
	if (!err)
		goto out_put;
	if (h->bpf)
		bpf_link_put(h->bpf);
	kfree(h);
out_put:
	kwasm_object_put(o);
	return err;
}

/* ---- Devices that go ---- */

/* Also to another namespace.  Under RTNL, as attach() is. */
static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct kwasm_stub_link *l, *next;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&kwasm_link_lock);
	list_for_each_entry_safe(l, next, &links, in_list)
		if (l->net == dev_net(dev) && l->ifindex == dev->ifindex)
			kwasm_link_detach_locked(&l->link, KWASM_DETACH_DEVICE);
	mutex_unlock(&kwasm_link_lock);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

int kwasm_stub_init(void)
{
	int err = kwasm_kfunc_init();

	return err ?: register_netdevice_notifier(&device_notifier);
}

void kwasm_stub_exit(void)
{
	unregister_netdevice_notifier(&device_notifier);
}
