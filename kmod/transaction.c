// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to several links -> all of them at once, or none.
 *
 *   1  find    links and programs behind the descriptors
 *   2  plan    may each step be taken?  link->plan says what the link will be
 *   3  prepare what the chains of these links will run; the last that can fail
 *   4  switch  one RCU pointer a chain
 *
 * A call of a place runs its chain as it was or as it will be.  kwasm_link_lock
 * is held from 2 to 4, so nothing that was looked at changes in between.
 */
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "chain.h"
#include "dev.h"

#define MAX_STEPS	256
#define ALL_DO		(KWASM_STEP_ENABLE | KWASM_STEP_REPLACE | KWASM_STEP_ORDER | KWASM_STEP_DETACH)

/**
 * struct step - one of them
 * @link:    with a reference, as @program and @old
 * @program: the new one, and after the switch the one it replaced; NULL if there is none
 * @old:     NULL, or what must be attached
 */
struct step {
	u32 what;
	s32 order;
	struct kwasm_link *link;
	struct kwasm_program *program, *old;
	struct kwasm_link_plan plan;
};

/* ---- Find ---- */

static int check(const struct kwasm_step *u)
{
	if (!u->what || u->what & ~ALL_DO || u->pad)
		return -EINVAL;
	if (u->what & KWASM_STEP_DETACH && u->what != KWASM_STEP_DETACH)
		return -EINVAL;
	return u->order && !(u->what & KWASM_STEP_ORDER) ? -EINVAL : 0;
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
	struct kwasm_link *l;
	int err = check(u);

	if (err)
		return err;
	s->what = u->what;
	s->order = u->order;
	l = kwasm_link_from_fd(u->link_fd);
	if (IS_ERR(l))
		return PTR_ERR(l);
	s->link = l;
	if (!(u->what & KWASM_STEP_REPLACE))
		return 0;
	err = find_program(u->program_fd, &s->program);
	if (!err && u->old_program_fd != -1)
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

static int plan(struct step *s)
{
	struct kwasm_link *l = s->link;
	int err = l->attached ? l->ops->may_change(l) : -ENOLINK;

	if (err)
		return err;
	if (l->plan)
		return -EEXIST;
	if (s->what & (KWASM_STEP_ENABLE | KWASM_STEP_ORDER) && !l->chain)
		return -EOPNOTSUPP;
	if (s->program && !is_program(l, s->program))
		return -EINVAL;
	if (s->old && s->old != program_of(l))
		return -EBUSY;
	s->plan.program = s->program ?: program_of(l);
	s->plan.order = s->what & KWASM_STEP_ORDER ? s->order : l->order;
	s->plan.enabled = s->what != KWASM_STEP_DETACH &&
			  (l->enabled || s->what & KWASM_STEP_ENABLE);
	l->plan = &s->plan;
	return 0;
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

static void commit(struct step *step, u32 nr)
{
	struct step *s;

	for (s = step; s < step + nr; s++)
		if (s->link->chain)
			kwasm_chain_commit(s->link->chain);
	for (s = step; s < step + nr; s++) {
		s->link->order = s->plan.order;
		s->link->enabled = s->plan.enabled;
		if (s->program)
			replace(s->link, &s->program);
		s->link->plan = NULL;
		if (s->what == KWASM_STEP_DETACH)
			kwasm_link_detach_locked(s->link, KWASM_DETACH_USER);
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

int kwasm_ioctl_transaction(void *arg, struct file **file)
{
	struct kwasm_transaction *a = arg;
	struct kwasm_step *u;
	struct step *step;
	int err;

	a->failed = ~0u;
	if (a->flags || !a->nr_steps || a->nr_steps > MAX_STEPS)
		return -EINVAL;
	u = memdup_user(u64_to_user_ptr(a->steps), a->nr_steps * sizeof(*u));
	if (IS_ERR(u))
		return PTR_ERR(u);
	step = kvcalloc(a->nr_steps, sizeof(*step), GFP_KERNEL_ACCOUNT);
	err = step ? find_all(step, u, a->nr_steps, &a->failed) : -ENOMEM;
	if (!err)
		err = run(step, a->nr_steps, &a->failed);
	if (!err)
		a->failed = ~0u;
	if (step)
		release(step, a->nr_steps);
	kvfree(step);
	kfree(u);
	return err;
}
