/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances of a module's packet programs: one for each possible CPU, all
 * starting from one snapshot, put back to it after a trap.
 */
#ifndef KWASM_POOL_H
#define KWASM_POOL_H

#include <linux/smp.h>
#include <linux/workqueue.h>

#include "../jit/rt/rt.h"

struct kwasm_module;

enum kwasm_slot_state {
	KWASM_SLOT_READY,
	KWASM_SLOT_BROKEN,	/* trapped; its work item puts the snapshot back */
};

/**
 * struct kwasm_slot - the instance of one CPU
 * @state: enum kwasm_slot_state; Documentation/locking.rst has its rules
 */
struct kwasm_slot {
	u32 state;
	struct kw_inst *inst;
	struct kw_instance *instance;
	struct kwasm_pool *pool;
	struct delayed_work restore;
} ____cacheline_aligned;

/**
 * struct kwasm_pool - all of them
 * @snapshot: as start, _initialize and kwasm_init left memory, globals and tables
 * @slot:     [nr_cpu_ids], those of possible CPUs filled
 */
struct kwasm_pool {
	struct kw_store *store;
	struct kw_snapshot *snapshot;
	u32 nr_slots;
	struct kwasm_slot slot[];
};

/**
 * kwasm_pool_new() - run the module's initialization once, instantiate for each CPU
 * @m: with its S form built
 *
 * Return: 0, -ENOSPC no guard reservation left, -EFAULT the initialization
 * trapped, -ECANCELED kwasm_init said no, -ENOMEM, -E2BIG, ...
 */
int kwasm_pool_new(struct kwasm_module *m, struct kwasm_pool **out, struct kw_diag *diag);

/* No guest runs in it or will.  NULL is fine. */
void kwasm_pool_free(struct kwasm_pool *p);

u64 kwasm_pool_memory_bytes(const struct kwasm_pool *p);

/* This CPU's.  BH off. */
static inline struct kwasm_slot *kwasm_pool_slot(struct kwasm_pool *p)
{
	return &p->slot[smp_processor_id()];
}

static inline bool kwasm_slot_ready(const struct kwasm_slot *s)
{
	return smp_load_acquire(&s->state) == KWASM_SLOT_READY;
}

/* After a trap, on the slot's CPU, BH off: out of service until restored. */
void kwasm_slot_break(struct kwasm_slot *s);

#endif /* KWASM_POOL_H */
