/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several links at one place: one call of the place runs them all, in order,
 * in one guest section.
 *
 * What runs is an array of (link, program) behind one RCU pointer, so a call
 * sees the whole of a transaction or nothing of it.
 *
 *   place ──> chain ──RCU──> │ link, program │ link, program │ ...
 *               └── links: also those that are prepared and do not run yet
 *
 * Each result of a link has a rank.  KWASM_RANK_ENDS ends the chain; of the
 * others the highest is the chain's answer, the earliest of equal ones.
 */
#ifndef KWASM_CHAIN_H
#define KWASM_CHAIN_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "link.h"

struct kwasm_chain_entry {
	struct kwasm_link *link;	/* NULL: was detached */
	struct kwasm_program *program;
};

struct kwasm_chain_run {
	struct rcu_head rcu;
	u32 nr;
	struct kwasm_chain_entry entry[];
};

/**
 * struct kwasm_chain - the links of one place
 * @run:   what a call runs, NULL nothing; written under kwasm_link_lock
 * @links: all, in the order they came; kwasm_link_lock, as the rest
 * @next:  what a transaction has prepared
 * @generation: another one after each change, never 0
 */
struct kwasm_chain {
	struct kwasm_chain_run __rcu *run;
	struct list_head links;
	u32 nr_links;
	struct kwasm_chain_run *next;
	u32 generation;
};

/**
 * struct kwasm_chain_answer - what a chain says
 * @link:    whose result that is, NULL if none ran
 * @result:  one of its link->results
 * @default_verdict: KWASM_NF_DROP if one of the links that ran has it as default
 */
struct kwasm_chain_answer {
	const struct kwasm_link *link;
	u32 result;
	u32 default_verdict;
};

/**
 * kwasm_chain_call() - run the links on a packet
 *
 * Context: process or softirq, under RCU, BH on or off.
 */
void kwasm_chain_call(const struct kwasm_chain *c, struct kwasm_packet *pkt,
		      struct kwasm_chain_answer *out);

/* The rest: kwasm_link_lock held. */

void kwasm_chain_init(struct kwasm_chain *c);

/* No links are left, and nobody can find it any more: a call may be in it still. */
void kwasm_chain_end(struct kwasm_chain *c);

/* One more link, which does not run before a plan of it says so. */
void kwasm_chain_add(struct kwasm_chain *c, struct kwasm_link *l);

/* It runs in no call that begins from now on.  Cannot fail. */
void kwasm_chain_remove(struct kwasm_chain *c, struct kwasm_link *l);

/**
 * kwasm_chain_prepare() - make what runs once link->plan of its links holds
 *
 * Nothing to do if it was made already.
 * Return: 0 or -ENOMEM.
 */
int kwasm_chain_prepare(struct kwasm_chain *c);

/* Run what was prepared, if anything was; or forget it. */
void kwasm_chain_commit(struct kwasm_chain *c);
void kwasm_chain_abort(struct kwasm_chain *c);

#endif /* KWASM_CHAIN_H */
