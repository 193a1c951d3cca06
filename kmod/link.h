/* SPDX-License-Identifier: GPL-2.0 */
/* A program at a place: policy, counters, and the way to replace or detach it. */
#ifndef KWASM_LINK_H
#define KWASM_LINK_H

#include <linux/spinlock.h>

#include "program.h"

/* One set for each CPU, written by that CPU with BH off. */
struct kwasm_link_stats {
	u64 calls;
	u64 time_ns;
	u64 verdict[8];
	u64 short_reads;
	u64 busy;
	u64 recursion;
	u64 traps[KWASM_NR_TRAPS];
};

struct kwasm_chain;
struct kwasm_holder;
struct kwasm_link;

/**
 * struct kwasm_policy - what a link makes of what its program does; as in struct kwasm_link_create
 * @quarantine: never 0
 *
 * Written under kwasm_link_lock, read by calls one by one: READ_ONCE().
 */
struct kwasm_policy {
	u32 on_trap, on_short, default_verdict, quarantine;
	u64 deadline_ns;
};

/* What a link will be when a transaction is done; transaction.c. */
struct kwasm_link_plan {
	struct kwasm_program *program;
	s32 order;
	bool enabled;
};

/**
 * struct kwasm_link_ops - one enum kwasm_link_type: a kind of place
 * @type:       its number
 * @chained:    links of one place are in a chain (chain.h)
 * @link_bytes: of the type's own struct, which begins with its struct kwasm_link
 * @check:      are the type's parameters of a request well formed?  No locks
 * @attach:     find the place, ask whether the caller may (-EPERM), fill
 *              link->results and what is the type's own, start calls, and set
 *              link->attached, under kwasm_link_lock, which it takes itself:
 *              some places need locks around that one
 * @detach:     no call of kwasm_link_run() begins after it; those that run may
 *              run on until a grace period is over
 * @enable:     a prepared link runs from now on; cannot fail.  NULL: link->enabled says it all
 * @may_change: 0 if the caller may detach the link and replace its program
 * @info:       the type's part of struct kwasm_link_info
 * @drain:      before the link is freed: wait for calls that a grace period of
 *              RCU does not cover; NULL: there are none
 * @deadline_max_ns: what a request may ask for; 0: KWASM_DEADLINE_DEFAULT_NS, the most in softirq
 * @only_traps: a policy is about traps alone: on_short and default_verdict are 0
 * @is_program: may this program run at this link?  NULL: any of the type
 * @holder: where the BPF program that calls the link is held (hooks/stub.h);
 *          it, or its answer, is NULL for links that none calls
 *
 * @detach, @enable, @may_change and @info are called with kwasm_link_lock held,
 * all but the last on attached links only.
 */
struct kwasm_link_ops {
	u32 type;
	bool chained;
	size_t link_bytes;
	int (*check)(const struct kwasm_link_create *a);
	int (*attach)(struct kwasm_link *l, const struct kwasm_link_create *a);
	void (*detach)(struct kwasm_link *l);
	void (*enable)(struct kwasm_link *l);
	int (*may_change)(const struct kwasm_link *l);
	void (*info)(const struct kwasm_link *l, struct kwasm_link_info *i);
	void (*drain)(struct kwasm_link *l);
	u64 deadline_max_ns;
	bool only_traps;
	bool (*is_program)(const struct kwasm_link *l, const struct kwasm_program *p);
	struct kwasm_holder **(*holder)(struct kwasm_link *l);
};

/**
 * struct kwasm_link - one attachment
 * @ops:          constant, as the rest
 * @program:      RCU; written under kwasm_link_lock
 * @traps_in_row: since the last call that ended well
 * @closing:      enum kwasm_detach_why: a trap's policy has decided to detach;
 *                packets pass until the work item has done it
 * @enabled:      it runs; else it is prepared: what it is called for passes.
 *                Written under kwasm_link_lock, when all else is
 * @attached:     kwasm_link_lock
 * @detach_why:   enum kwasm_detach_why; kwasm_link_lock
 * @chain:        that it is in while attached, of chained types; kwasm_link_lock, as the rest
 * @in_chain:     in chain->links
 * @order:        among the links of its chain, lower comes first
 * @plan:         during a transaction that changes it
 */
struct kwasm_link {
	struct kwasm_object obj;
	const struct kwasm_link_ops *ops;
	struct kwasm_program __rcu *program;
	struct kwasm_results results;
	struct kwasm_policy policy;
	struct kwasm_link_stats __percpu *stats;
	atomic_t traps_in_row;
	atomic_t closing;
	bool enabled;
	struct work_struct detach;
	raw_spinlock_t trap_lock;
	struct kwasm_trap_info last_trap;
	bool attached;
	u32 detach_why;
	struct kwasm_chain *chain;
	struct list_head in_chain;
	s32 order;
	struct kwasm_link_plan *plan;
};

/* Does a call of the link pass, because it is prepared or about to detach? */
static inline bool kwasm_link_rests(const struct kwasm_link *l)
{
	/* Who sees it enabled sees the program and the policy it was enabled with. */
	return !smp_load_acquire(&l->enabled) || atomic_read(&l->closing);
}

/* May links of type @ops have it?  0 or -EINVAL; a quarantine of 0 becomes the default. */
int kwasm_policy_check(const struct kwasm_link_ops *ops, struct kwasm_policy *p);

/* Attach, detach and update of every link; Documentation/locking.rst. */
extern struct mutex kwasm_link_lock;

/**
 * kwasm_link_run() - run the program on a packet and apply the link's policy
 * @pkt: NULL: there is none
 *
 * link_run.h has it in line.
 * Context: process or softirq, under RCU, BH on or off.
 * Return: one of link->results.
 */
u32 kwasm_link_run(struct kwasm_link *l, struct kwasm_packet *pkt);

/**
 * kwasm_link_run_p() - run the program in process context and apply the link's policy
 * @host:  for exec->host
 * @index: place of a result in the link's verdict counters, negative for one
 *         the hook does not know
 *
 * A call out of one that the same task is in runs nothing.
 * Context: process context, may sleep.
 * Return: a result that @index accepts.
 */
u32 kwasm_link_run_p(struct kwasm_link *l, void *host, int (*index)(u32 result));

/* For both: what the link's policy makes of a call that ended in a trap, or that could not begin. */
u32 kwasm_link_trapped(struct kwasm_link *l, struct kwasm_program *p, struct kwasm_exec *x, u32 trap);
u32 kwasm_link_refused(struct kwasm_link *l, int err);

/* Detach from a work item: the caller holds the link's memory, but perhaps no reference. */
void kwasm_link_detach_later(struct kwasm_link *l, u32 why);

/* With a reference from a descriptor, or ERR_PTR. */
struct kwasm_link *kwasm_link_from_fd(int fd);

/* kwasm_link_lock held; false if it was detached already. */
bool kwasm_link_detach_locked(struct kwasm_link *l, u32 why);

/**
 * kwasm_link_net() - the network namespace a request names
 * @netns_fd: of its file, or -1 for the caller's
 *
 * Return: with a reference, which a link must not keep; ERR_PTR: -EPERM the
 * caller does not administer it, or what get_net_ns_by_fd() says.
 */
struct net *kwasm_link_net(int netns_fd);

/* hooks/timer.c */
extern const struct kwasm_link_ops kwasm_timer_ops;

/* hooks/netfilter.c */
extern const struct kwasm_link_ops kwasm_nf_ops;
int kwasm_nf_init(void);
void kwasm_nf_exit(void);

/* hooks/fsnotify.c */
extern const struct kwasm_link_ops kwasm_fs_ops;
void kwasm_fs_exit(void);

/* hooks/stub.c */
extern const struct kwasm_link_ops kwasm_xdp_ops;
extern const struct kwasm_link_ops kwasm_tc_ops;
int kwasm_stub_init(void);
void kwasm_stub_exit(void);

#endif /* KWASM_LINK_H */
