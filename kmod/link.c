// SPDX-License-Identifier: GPL-2.0
/* Program + place + policy -> link. */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "chain.h"
#include "dev.h"
#include "link_run.h"
#include "watchdog.h"

#define DEFAULT_QUARANTINE	16

DEFINE_MUTEX(kwasm_link_lock);

/* ---- Seldom ways of the path of a packet ---- */

/* From softirq: the hook cannot be unregistered here. */
void kwasm_link_detach_later(struct kwasm_link *l, u32 why)
{
	if (atomic_cmpxchg(&l->closing, KWASM_DETACH_NONE, why) != KWASM_DETACH_NONE)
		return;
	/* Not if the last reference is gone already: then its release detaches. */
	if (refcount_inc_not_zero(&l->obj.ref))
		queue_work(kwasm_wq, &l->detach);
}

static u32 trap_verdict(const struct kwasm_link *l)
{
	return READ_ONCE(l->policy.on_trap) == KWASM_ON_TRAP_DROP ? l->results.deny : l->results.allow;
}

/* Before kwasm_exec_end(). */
noinline u32 kwasm_link_trapped(struct kwasm_link *l, struct kwasm_program *p, struct kwasm_exec *x,
				u32 trap)
{
	struct kwasm_trap_info info;
	unsigned long flags;

	this_cpu_inc(l->stats->traps[trap < KWASM_NR_TRAPS ? trap : 0]);
	kwasm_trap_describe(p, x, trap, &info);
	raw_spin_lock_irqsave(&l->trap_lock, flags);
	l->last_trap = info;
	raw_spin_unlock_irqrestore(&l->trap_lock, flags);

	if (READ_ONCE(l->policy.on_trap) == KWASM_ON_TRAP_DETACH)
		kwasm_link_detach_later(l, KWASM_DETACH_ON_TRAP);
	else if ((u32)atomic_inc_return(&l->traps_in_row) >= READ_ONCE(l->policy.quarantine))
		kwasm_link_detach_later(l, KWASM_DETACH_QUARANTINE);
	return trap_verdict(l);
}

/* BH as it was. */
noinline u32 kwasm_link_refused(struct kwasm_link *l, int err)
{
	if (err == -EBUSY)
		this_cpu_inc(l->stats->recursion);
	else
		this_cpu_inc(l->stats->busy);
	return trap_verdict(l);
}

noinline u32 kwasm_link_short(struct kwasm_link *l, u32 verdict)
{
	__this_cpu_inc(l->stats->short_reads);
	switch (READ_ONCE(l->policy.on_short)) {
	case KWASM_ON_SHORT_DROP:
		return l->results.deny;
	case KWASM_ON_SHORT_ACCEPT:
		return l->results.allow;
	default:
		return verdict;
	}
}

u32 kwasm_link_run(struct kwasm_link *l, struct kwasm_packet *pkt)
{
	return kwasm_link_run_inline(l, pkt);
}

/* ---- Detach and free ---- */

bool kwasm_link_detach_locked(struct kwasm_link *l, u32 why)
{
	lockdep_assert_held(&kwasm_link_lock);
	if (!l->attached)
		return false;
	l->ops->detach(l);
	l->attached = false;
	l->detach_why = why;
	return true;
}

static bool detach(struct kwasm_link *l, u32 why)
{
	bool done;

	mutex_lock(&kwasm_link_lock);
	done = kwasm_link_detach_locked(l, why);
	mutex_unlock(&kwasm_link_lock);
	return done;
}

static void detach_work(struct work_struct *w)
{
	struct kwasm_link *l = container_of(w, struct kwasm_link, detach);

	detach(l, atomic_read(&l->closing));
	kwasm_object_put(&l->obj);
}

static void link_free(struct kwasm_link *l)
{
	struct kwasm_program *p = rcu_dereference_protected(l->program, true);

	if (p) {
		atomic_dec(&p->nr_links);
		kwasm_program_put(p);
	}
	free_percpu(l->stats);
	kfree(l);	/* the type's own struct: it begins with the link */
}

static void link_release(struct kwasm_object *o)
{
	struct kwasm_link *l = container_of(o, struct kwasm_link, obj);

	detach(l, KWASM_DETACH_USER);
	/* A CPU may be in the hook still. */
	synchronize_rcu();
	if (l->ops->drain)
		l->ops->drain(l);
	link_free(l);
}

/* ---- What userspace sees ---- */

static void sum_stats(const struct kwasm_link *l, struct kwasm_link_info *i)
{
	const struct kwasm_link_stats *s;
	int cpu, k;

	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(l->stats, cpu);
		i->calls += READ_ONCE(s->calls);
		i->time_ns += READ_ONCE(s->time_ns);
		i->short_reads += READ_ONCE(s->short_reads);
		i->busy += READ_ONCE(s->busy);
		i->recursion += READ_ONCE(s->recursion);
		for (k = 0; k < ARRAY_SIZE(i->verdict); k++)
			i->verdict[k] += READ_ONCE(s->verdict[k]);
		for (k = 0; k < ARRAY_SIZE(i->traps); k++)
			i->traps[k] += READ_ONCE(s->traps[k]);
	}
}

static void link_info(struct kwasm_object *o, void *info)
{
	struct kwasm_link *l = container_of(o, struct kwasm_link, obj);
	struct kwasm_link_info *i = info;
	struct kwasm_program *p;

	i->id = o->id;
	i->type = l->ops->type;
	kwasm_object_pin_name(o, i->pin);
	mutex_lock(&kwasm_link_lock);
	p = rcu_dereference_protected(l->program, lockdep_is_held(&kwasm_link_lock));
	i->program_id = p->obj.id;
	i->module_id = p->module->obj.id;
	strscpy(i->module_name, p->module->meta.name, sizeof(i->module_name));
	strscpy(i->export_name, p->export_name, sizeof(i->export_name));
	i->detached = !l->attached;
	i->detach_why = l->detach_why;
	i->order = l->order;
	i->generation = l->chain ? l->chain->generation : 0;
	i->prepared = l->attached && !l->enabled;
	l->ops->info(l, i);
	i->on_trap = l->policy.on_trap;
	i->on_short = l->policy.on_short;
	i->default_verdict = l->policy.default_verdict;
	i->quarantine = l->policy.quarantine;
	i->deadline_ns = l->policy.deadline_ns;
	mutex_unlock(&kwasm_link_lock);
	sum_stats(l, i);
	raw_spin_lock_irq(&l->trap_lock);
	i->last_trap = l->last_trap;
	raw_spin_unlock_irq(&l->trap_lock);
}

static const struct kwasm_object_ops link_ops = {
	.type = KWASM_OBJ_LINK,
	.fd_name = "[kwasm-link]",
	.info_size = sizeof(struct kwasm_link_info),
	.info = link_info,
	.release = link_release,
};

struct kwasm_link *kwasm_link_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_LINK);

	return IS_ERR(o) ? ERR_CAST(o) : container_of(o, struct kwasm_link, obj);
}

/* ---- Requests ---- */

static const struct kwasm_link_ops *const types[] = {
	[KWASM_LINK_NETFILTER] = &kwasm_nf_ops,
	[KWASM_LINK_XDP] = &kwasm_xdp_ops,
	[KWASM_LINK_TC] = &kwasm_tc_ops,
	[KWASM_LINK_FS] = &kwasm_fs_ops,
	[KWASM_LINK_TIMER] = &kwasm_timer_ops,
};

static u64 deadline_max_ns(const struct kwasm_link_ops *ops)
{
	return ops->deadline_max_ns ?: KWASM_DEADLINE_DEFAULT_NS;
}

int kwasm_policy_check(const struct kwasm_link_ops *ops, struct kwasm_policy *p)
{
	if (p->on_trap > KWASM_ON_TRAP_DETACH || p->on_short > KWASM_ON_SHORT_PROGRAM ||
	    p->default_verdict > KWASM_NF_ACCEPT || p->deadline_ns > deadline_max_ns(ops))
		return -EINVAL;
	if (ops->only_traps && (p->on_short || p->default_verdict))
		return -EINVAL;
	p->quarantine = p->quarantine ?: DEFAULT_QUARANTINE;
	return 0;
}

static int check_create(const struct kwasm_link_create *a, struct kwasm_policy *policy)
{
	if (a->type >= ARRAY_SIZE(types) || !types[a->type] || a->flags & ~KWASM_LINK_PREPARED)
		return -EINVAL;
	if (a->order && !types[a->type]->chained)
		return -EOPNOTSUPP;
	*policy = (struct kwasm_policy){
		.on_trap = a->on_trap,
		.on_short = a->on_short,
		.default_verdict = a->default_verdict,
		.quarantine = a->quarantine,
		.deadline_ns = a->deadline_ns,
	};
	return kwasm_policy_check(types[a->type], policy) ?: types[a->type]->check(a);
}

struct net *kwasm_link_net(int netns_fd)
{
	struct net *net;

	net = netns_fd == -1 ? get_net(current->nsproxy->net_ns) : get_net_ns_by_fd(netns_fd);
	if (!IS_ERR(net) && !ns_capable(net->user_ns, CAP_NET_ADMIN)) {
		put_net(net);
		return ERR_PTR(-EPERM);
	}
	return net;
}

/* Takes over the caller's reference on @p if it succeeds. */
static struct kwasm_link *link_new(struct kwasm_program *p, const struct kwasm_link_create *a,
				   const struct kwasm_policy *policy)
{
	const struct kwasm_link_ops *t = types[a->type];
	struct kwasm_link *l = kzalloc(t->link_bytes, GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->stats = alloc_percpu_gfp(struct kwasm_link_stats, GFP_KERNEL_ACCOUNT);
	if (!l->stats) {
		kfree(l);
		return NULL;
	}
	kwasm_object_init(&l->obj, &link_ops);
	INIT_WORK(&l->detach, detach_work);
	raw_spin_lock_init(&l->trap_lock);
	l->ops = t;
	l->policy = *policy;
	l->order = a->order;
	l->enabled = !(a->flags & KWASM_LINK_PREPARED);
	RCU_INIT_POINTER(l->program, p);
	atomic_inc(&p->nr_links);
	return l;
}

/* Takes over the caller's reference on @p. */
static int link_create(struct kwasm_program *p, const struct kwasm_link_create *a,
		       const struct kwasm_policy *policy, struct file **file)
{
	struct kwasm_link *l = link_new(p, a, policy);
	int err;

	if (!l) {
		kwasm_program_put(p);
		return -ENOMEM;
	}
	err = kwasm_object_publish(&l->obj);
	if (err)
		goto err_put;
	err = l->ops->attach(l, a);
	if (err)
		goto err_put;
	*file = kwasm_object_file(&l->obj);
	err = PTR_ERR_OR_ZERO(*file);
	if (err)
		goto err_put;
	return 0;

err_put:
	kwasm_object_put(&l->obj);
	return err;
}

int kwasm_ioctl_link_create(void *arg, struct file **file)
{
	struct kwasm_link_create *a = arg;
	struct kwasm_policy policy;
	struct kwasm_program *p;
	int err;

	err = check_create(a, &policy);
	if (err)
		return err;
	p = kwasm_program_from_fd(a->program_fd);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (p->hook->type == a->type)
		return link_create(p, a, &policy, file);
	kwasm_program_put(p);
	return -EINVAL;
}

int kwasm_ioctl_link_detach(void *arg, struct file **file)
{
	struct kwasm_fd_arg *a = arg;
	struct kwasm_link *l = kwasm_link_from_fd(a->fd);
	int err;

	if (IS_ERR(l))
		return PTR_ERR(l);
	mutex_lock(&kwasm_link_lock);
	err = l->attached ? l->ops->may_change(l) : -ENOLINK;
	if (!err)
		kwasm_link_detach_locked(l, KWASM_DETACH_USER);
	mutex_unlock(&kwasm_link_lock);
	kwasm_object_put(&l->obj);
	return err;
}
