/* SPDX-License-Identifier: GPL-2.0 */
/* A program at a place: policy, counters, and the way to replace or detach it. */
#ifndef KWASM_LINK_H
#define KWASM_LINK_H

#include <linux/list.h>
#include <linux/netfilter.h>
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

/**
 * struct kwasm_link - one attachment
 * @program:      RCU; written under kwasm_link_lock
 * @traps_in_row: since the last call that ended well
 * @closing:      enum kwasm_detach_why: a trap's policy has decided to detach;
 *                packets pass until the work item has done it
 * @net:          the namespace while attached, NULL after; kwasm_link_lock
 * @in_net:       in that namespace's list; kwasm_link_lock
 * @detach_why:   enum kwasm_detach_why; kwasm_link_lock
 * @nr_results:   results the hook knows; constant, as the rest
 * @queue_verdict: the kernel's for KWASM_NF_QUEUE
 * @device:       name when it was attached, of links at one device; nf.dev is that
 *                device while attached, under RTNL or kwasm_link_lock
 */
struct kwasm_link {
	struct kwasm_object obj;
	struct kwasm_program __rcu *program;
	u32 type;
	u32 on_trap, on_short, default_verdict, quarantine;
	u64 deadline_ns;
	struct kwasm_link_stats __percpu *stats;
	atomic_t traps_in_row;
	atomic_t closing;
	struct work_struct detach;
	raw_spinlock_t trap_lock;
	struct kwasm_trap_info last_trap;

	struct net *net;
	struct list_head in_net;
	u32 detach_why;
	u64 netns_ino;
	struct nf_hook_ops nf;
	u32 nr_results;
	u32 queue_verdict;
	u16 queue, nf_flags;
	char device[KWASM_DEVICE_NAME_LEN];
};

/* Attach, detach and update of every link; Documentation/locking.rst. */
extern struct mutex kwasm_link_lock;

/**
 * kwasm_link_run() - run the program on a packet and apply the link's policy
 * @nr_results: results the hook knows; others are traps
 *
 * Context: process or softirq, under RCU, BH on or off.
 * Return: enum kwasm_nf_verdict: DROP, ACCEPT or QUEUE.
 */
u32 kwasm_link_run(struct kwasm_link *l, struct kwasm_packet *pkt, u32 nr_results);

/* kwasm_link_lock held; false if it was detached already. */
bool kwasm_link_detach_locked(struct kwasm_link *l, u32 why);

/* hooks/netfilter.c; kwasm_link_lock held, to attach at a device RTNL outside of it */
int kwasm_nf_check(const struct kwasm_link_create *a);
int kwasm_nf_attach(struct kwasm_link *l, struct net *net, const struct kwasm_link_create *a);
void kwasm_nf_detach(struct kwasm_link *l);
int kwasm_nf_init(void);
void kwasm_nf_exit(void);

#endif /* KWASM_LINK_H */
