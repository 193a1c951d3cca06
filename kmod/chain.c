// SPDX-License-Identifier: GPL-2.0
/* Links of a place -> the array that a call runs, and the call. */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "chain.h"
#include "link_run.h"

/* ---- The path of a packet ---- */

void kwasm_chain_call(const struct kwasm_chain *c, struct kwasm_packet *pkt,
		      struct kwasm_chain_answer *out)
{
	const struct kwasm_chain_run *run = rcu_dereference(c->run);
	struct kwasm_exec *x;
	struct kwasm_link *l;
	u32 i, result, rank, best = 0;

	out->link = NULL;
	out->default_verdict = KWASM_NF_ACCEPT;
	if (unlikely(!run))
		return;
	x = kwasm_exec_begin_s_inline();
	if (!IS_ERR(x))
		kwasm_packet_show(x, pkt);
	for (i = 0; i < run->nr; i++) {
		l = READ_ONCE(run->entry[i].link);
		if (unlikely(!l || atomic_read(&l->closing)))
			continue;
		result = kwasm_link_run_in(l, run->entry[i].program, x, pkt);
		rank = kwasm_result_rank(&l->results, result);
		out->default_verdict = min(out->default_verdict, READ_ONCE(l->policy.default_verdict));
		if (out->link && rank <= best)
			continue;
		out->link = l;
		out->result = result;
		best = rank;
		if (rank == KWASM_RANK_ENDS)
			break;
	}
	if (!IS_ERR(x))
		kwasm_exec_end_s_inline(x);
}

/* ---- Links come and go ---- */

static struct kwasm_chain_run *run_of(const struct kwasm_chain *c)
{
	return rcu_dereference_protected(c->run, lockdep_is_held(&kwasm_link_lock));
}

static void publish(struct kwasm_chain *c, struct kwasm_chain_run *next)
{
	struct kwasm_chain_run *old = run_of(c);

	rcu_assign_pointer(c->run, next);
	if (old)
		kfree_rcu(old, rcu);
}

void kwasm_chain_init(struct kwasm_chain *c)
{
	RCU_INIT_POINTER(c->run, NULL);
	INIT_LIST_HEAD(&c->links);
	c->nr_links = 0;
	c->next = NULL;
	c->generation = 1;
}

static void changed(struct kwasm_chain *c)
{
	if (!++c->generation)
		c->generation = 1;
}

void kwasm_chain_end(struct kwasm_chain *c)
{
	publish(c, NULL);
}

void kwasm_chain_add(struct kwasm_chain *c, struct kwasm_link *l)
{
	lockdep_assert_held(&kwasm_link_lock);
	l->chain = c;
	list_add_tail(&l->in_chain, &c->links);
	c->nr_links++;
	changed(c);
}

/* The entry stays, empty, until the next change: to make a new array may fail. */
void kwasm_chain_remove(struct kwasm_chain *c, struct kwasm_link *l)
{
	struct kwasm_chain_run *run = run_of(c);
	u32 i;

	for (i = 0; run && i < run->nr; i++)
		if (run->entry[i].link == l)
			WRITE_ONCE(run->entry[i].link, NULL);
	list_del(&l->in_chain);
	l->chain = NULL;
	c->nr_links--;
	changed(c);
}

/* ---- Transactions ---- */

static bool will_run(const struct kwasm_link *l)
{
	return l->plan ? l->plan->enabled : l->enabled;
}

static s32 order_of(const struct kwasm_link *l)
{
	return l->plan ? l->plan->order : l->order;
}

/* Ids grow with time: of equal order, who came first is first. */
static int by_order(const void *a, const void *b)
{
	const struct kwasm_chain_entry *x = a, *y = b;
	s32 p = order_of(x->link), q = order_of(y->link);

	if (p != q)
		return p < q ? -1 : 1;
	return x->link->obj.id < y->link->obj.id ? -1 : 1;
}

static void add_entry(struct kwasm_chain_run *run, struct kwasm_link *l)
{
	struct kwasm_chain_entry *e = &run->entry[run->nr++];

	e->link = l;
	e->program = l->plan ? l->plan->program :
		     rcu_dereference_protected(l->program, lockdep_is_held(&kwasm_link_lock));
}

int kwasm_chain_prepare(struct kwasm_chain *c)
{
	struct kwasm_chain_run *run;
	struct kwasm_link *l;

	lockdep_assert_held(&kwasm_link_lock);
	if (c->next)
		return 0;
	run = kzalloc(struct_size(run, entry, c->nr_links), GFP_KERNEL_ACCOUNT);
	if (!run)
		return -ENOMEM;
	list_for_each_entry(l, &c->links, in_chain)
		if (will_run(l))
			add_entry(run, l);
	sort(run->entry, run->nr, sizeof(run->entry[0]), by_order, NULL);
	c->next = run;
	return 0;
}

void kwasm_chain_commit(struct kwasm_chain *c)
{
	lockdep_assert_held(&kwasm_link_lock);
	if (!c->next)
		return;
	publish(c, c->next);
	c->next = NULL;
	changed(c);
}

void kwasm_chain_abort(struct kwasm_chain *c)
{
	kfree(c->next);
	c->next = NULL;
}
