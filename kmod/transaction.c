// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to several links -> all of them at once, or none.
 *
 *   1  find    links and programs behind the descriptors
 *   2  plan    may each step be taken?  link->plan says what the link will be
 *   3  prepare what the chains of these links will run; the last that can fail
 *   4  switch  one RCU pointer a chain, one flag a link without
 *   5  detach  what goes
 *
 * A call of a place runs its chain as it was or as it will be.  kwasm_link_lock
 * is held from 2 to 5, so nothing that was looked at changes in between.
 *
 * A link that takes over from one at another place runs for a grace period
 * before that one goes.  A packet goes through all places of its hook under
 * RCU; without it, one that had passed the new place would find the old one gone:
 *
 *   packet                      transaction
 *   new place: not yet
 *                               new place: runs; old place: gone
 *   old place: no more
 */
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "chain.h"
#include "dev.h"

#define MAX_STEPS	256
#define ALL_DO		(KWASM_STEP_ENABLE | KWASM_STEP_REPLACE | KWASM_STEP_ORDER | KWASM_STEP_DETACH | \
			 KWASM_STEP_TAKE_OVER | KWASM_STEP_POLICY)
#define FIRST_BYTES	offsetofend(struct kwasm_step, old_link_fd)	/* before steps told their size */

/**
 * struct step - one of them
 * @link:    with a reference, as the next three
 * @from:    NULL, or what it takes over from
 * @program: the new one, and after the switch the one it replaced; NULL if there is none
 * @old:     NULL, or what must be attached
 * @from_plan: of @from
 */
struct step {
	u32 what;
	s32 order;
	u32 generation;
	struct kwasm_link *link, *from;
	struct kwasm_program *program, *old;
	struct kwasm_policy policy;
	struct kwasm_link_plan plan, from_plan;
};

/* ---- Find ---- */

static int check(const struct kwasm_step *u)
{
	bool policy = u->on_trap || u->on_short || u->default_verdict || u->quarantine || u->deadline_ns;

	if (!u->what || u->what & ~ALL_DO)
		return -EINVAL;
	if (u->what & KWASM_STEP_DETACH && u->what != KWASM_STEP_DETACH)
		return -EINVAL;
	if (u->old_link_fd && !(u->what & KWASM_STEP_TAKE_OVER))
		return -EINVAL;
	if (policy && !(u->what & KWASM_STEP_POLICY))
		return -EINVAL;
	if (u->pad)
		return -EINVAL;
	return (u->order || u->generation) && !(u->what & KWASM_STEP_ORDER) ? -EINVAL : 0;
}

static int find_link(int fd, struct kwasm_link **out)
{
	struct kwasm_link *l = kwasm_link_from_fd(fd);

	if (IS_ERR(l))
		return PTR_ERR(l);
	*out = l;
	return 0;
}

static int find_program(int fd, struct kwasm_program **out)
{
	struct kwasm_program *p = kwasm_program_from_fd(fd);

	if (IS_ERR(p))
		return PTR_ERR(p);
	*out = p;
	return 0;
}

static int find(struct step *s, const struct kwasm_step *u)
{
	int err = check(u);

	if (err)
		return err;
	s->what = u->what;
	s->order = u->order;
	s->generation = u->generation;
	s->policy = (struct kwasm_policy){
		.on_trap = u->on_trap,
		.on_short = u->on_short,
		.default_verdict = u->default_verdict,
		.quarantine = u->quarantine,
		.deadline_ns = u->deadline_ns,
	};
	err = find_link(u->link_fd, &s->link);
	if (!err && u->what & KWASM_STEP_TAKE_OVER)
		err = find_link(u->old_link_fd, &s->from);
	if (!err && u->what & KWASM_STEP_REPLACE)
		err = find_program(u->program_fd, &s->program);
	if (!err && u->what & KWASM_STEP_REPLACE && u->old_program_fd != -1)
		err = find_program(u->old_program_fd, &s->old);
	return err;
}

static void release(struct step *step, u32 nr)
{
	struct step *s;

	for (s = step; s < step + nr; s++) {
		if (s->old)
			kwasm_program_put(s->old);
		if (s->program)
			kwasm_program_put(s->program);
		if (s->from)
			kwasm_object_put(&s->from->obj);
		if (s->link)
			kwasm_object_put(&s->link->obj);
	}
}

/* ---- Plan and prepare; kwasm_link_lock held ---- */

static struct kwasm_program *program_of(const struct kwasm_link *l)
{
	return rcu_dereference_protected(l->program, lockdep_is_held(&kwasm_link_lock));
}

static bool is_program(const struct kwasm_link *l, const struct kwasm_program *p)
{
	return p->hook->type == l->ops->type && (!l->ops->is_program || l->ops->is_program(l, p));
}

static int may_change(const struct kwasm_link *l)
{
	int err = l->attached ? l->ops->may_change(l) : -ENOLINK;

	return err ?: l->plan ? -EEXIST : 0;
}

/* Does one call run both, were they both enabled? */
static bool same_chain(const struct kwasm_link *l, const struct kwasm_link *k)
{
	return l->chain && l->chain == k->chain;
}

/* In another chain it runs on, until it detaches. */
static int plan_take_over(struct step *s)
{
	struct kwasm_link *l = s->from;
	int err = may_change(l);

	if (err)
		return err;
	if (l->ops != s->link->ops || s->link->enabled)
		return -EINVAL;
	s->from_plan.program = program_of(l);
	s->from_plan.order = l->order;
	s->from_plan.enabled = l->enabled && !same_chain(l, s->link);
	l->plan = &s->from_plan;
	return 0;
}

static int plan(struct step *s)
{
	struct kwasm_link *l = s->link;
	int err = may_change(l);

	if (!err && s->what & KWASM_STEP_POLICY)
		err = kwasm_policy_check(l->ops, &s->policy);
	if (err)
		return err;
	if (s->what & KWASM_STEP_ORDER && !l->chain)
		return -EOPNOTSUPP;
	if (s->generation && s->generation != l->chain->generation)
		return -EAGAIN;
	if (s->program && !is_program(l, s->program))
		return -EINVAL;
	if (s->old && s->old != program_of(l))
		return -EBUSY;
	s->plan.program = s->program ?: program_of(l);
	s->plan.order = s->what & KWASM_STEP_ORDER ? s->order : l->order;
	s->plan.enabled = s->what != KWASM_STEP_DETACH &&
			  (l->enabled || s->what & (KWASM_STEP_ENABLE | KWASM_STEP_TAKE_OVER));
	l->plan = &s->plan;
	return s->from ? plan_take_over(s) : 0;
}

static int prepare(struct step *step, u32 nr, u32 *failed)
{
	int err = 0;
	u32 i;

	for (i = 0; i < nr && !err; i++) {
		*failed = i;
		err = plan(&step[i]);
	}
	for (i = 0; i < nr && !err; i++) {
		*failed = i;
		if (step[i].link->chain)
			err = kwasm_chain_prepare(step[i].link->chain);
	}
	return err;
}

static void forget(struct step *step, u32 nr)
{
	struct step *s;

	for (s = step; s < step + nr; s++) {
		if (s->from && s->from->plan == &s->from_plan)
			s->from->plan = NULL;
		if (s->link->plan != &s->plan)
			continue;
		s->link->plan = NULL;
		if (s->link->chain)
			kwasm_chain_abort(s->link->chain);
	}
}

/* ---- Switch; kwasm_link_lock held ---- */

static void replace(struct kwasm_link *l, struct kwasm_program **p)
{
	struct kwasm_program *now = program_of(l);

	atomic_inc(&(*p)->nr_links);
	atomic_dec(&now->nr_links);
	rcu_assign_pointer(l->program, *p);
	atomic_set(&l->traps_in_row, 0);
	*p = now;
}

static void set_policy(struct kwasm_policy *to, const struct kwasm_policy *from)
{
	WRITE_ONCE(to->on_trap, from->on_trap);
	WRITE_ONCE(to->on_short, from->on_short);
	WRITE_ONCE(to->default_verdict, from->default_verdict);
	WRITE_ONCE(to->quarantine, from->quarantine);
	WRITE_ONCE(to->deadline_ns, from->deadline_ns);
}

static void enable(struct kwasm_link *l)
{
	/* Pairs with kwasm_link_rests(). */
	smp_store_release(&l->enabled, true);
	if (l->ops->enable)
		l->ops->enable(l);
}

static void change(struct step *s)
{
	struct kwasm_link *l = s->link;

	l->order = s->plan.order;
	if (s->what & KWASM_STEP_POLICY)
		set_policy(&l->policy, &s->policy);
	if (s->program)
		replace(l, &s->program);
	if (s->plan.enabled && !l->enabled)
		enable(l);
	l->plan = NULL;
	if (s->from)
		s->from->plan = NULL;
}

static void commit(struct step *step, u32 nr)
{
	bool overlap = false;
	struct step *s;

	for (s = step; s < step + nr; s++)
		if (s->link->chain)
			kwasm_chain_commit(s->link->chain);
	for (s = step; s < step + nr; s++) {
		change(s);
		overlap |= s->from && !same_chain(s->link, s->from);
	}
	if (overlap)
		synchronize_rcu();
	for (s = step; s < step + nr; s++) {
		if (s->what == KWASM_STEP_DETACH)
			kwasm_link_detach_locked(s->link, KWASM_DETACH_USER);
		if (s->from)
			kwasm_link_detach_locked(s->from, KWASM_DETACH_USER);
	}
}

static int run(struct step *step, u32 nr, u32 *failed)
{
	int err;

	mutex_lock(&kwasm_link_lock);
	err = prepare(step, nr, failed);
	if (err)
		forget(step, nr);
	else
		commit(step, nr);
	mutex_unlock(&kwasm_link_lock);
	return err;
}

/* ---- Requests ---- */

int kwasm_ioctl_link_update(void *arg, struct file **file)
{
	const struct kwasm_link_update *a = arg;
	const struct kwasm_step u = {
		.what = KWASM_STEP_REPLACE,
		.link_fd = a->link_fd,
		.program_fd = a->program_fd,
		.old_program_fd = a->old_program_fd,
	};
	struct step s = {};
	u32 failed;
	int err;

	if (a->flags || a->pad)
		return -EINVAL;
	err = find(&s, &u);
	if (!err)
		err = run(&s, 1, &failed);
	release(&s, 1);
	return err;
}

static int find_all(struct step *step, const struct kwasm_step *u, u32 nr, u32 *failed)
{
	int err = 0;
	u32 i;

	for (i = 0; i < nr && !err; i++) {
		*failed = i;
		err = find(&step[i], &u[i]);
	}
	return err;
}

/* What a step of an older program does not have is 0; what one of a newer has beyond ours must be. */
static int read_steps(const struct kwasm_transaction *a, struct kwasm_step *u)
{
	const char __user *from = u64_to_user_ptr(a->steps);
	u32 bytes = a->step_bytes ?: FIRST_BYTES, i;
	int err = 0;

	if (bytes < FIRST_BYTES || bytes > PAGE_SIZE)
		return -EINVAL;
	for (i = 0; i < a->nr_steps && !err; i++)
		err = copy_struct_from_user(&u[i], sizeof(u[i]), from + (size_t)i * bytes, bytes);
	return err;
}

int kwasm_ioctl_transaction(void *arg, struct file **file)
{
	struct kwasm_transaction *a = arg;
	struct kwasm_step *u;
	struct step *step;
	int err;

	a->failed = ~0u;
	if (a->flags || a->pad || !a->nr_steps || a->nr_steps > MAX_STEPS)
		return -EINVAL;
	u = kvcalloc(a->nr_steps, sizeof(*u), GFP_KERNEL_ACCOUNT);
	step = kvcalloc(a->nr_steps, sizeof(*step), GFP_KERNEL_ACCOUNT);
	err = u && step ? read_steps(a, u) : -ENOMEM;
	if (!err)
		err = find_all(step, u, a->nr_steps, &a->failed);
	if (!err)
		err = run(step, a->nr_steps, &a->failed);
	if (!err)
		a->failed = ~0u;
	if (step)
		release(step, a->nr_steps);
	kvfree(step);
	kvfree(u);
	return err;
}
