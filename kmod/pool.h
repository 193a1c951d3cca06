/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances of a module's programs, all starting from one snapshot, put back
 * to it after a trap.  Those for packets: one for each possible CPU.  Those
 * for process context, where a program may sleep and migrate: a few, each
 * taken by one call at a time.  Functions that a user calls have one more, which
 * keeps its memory even over a trap.
 */
#ifndef KWASM_POOL_H
#define KWASM_POOL_H

#include <linux/smp.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../jit/rt/rt.h"
#include "../jit/isa/isa.h"

struct kwasm_module;

enum kwasm_slot_state {
	KWASM_SLOT_READY,
	KWASM_SLOT_BROKEN,	/* trapped; its work item puts the snapshot back */
	KWASM_SLOT_TAKEN,	/* P form: a call has it */
};

/**
 * struct kwasm_slot - one instance
 * @state: enum kwasm_slot_state; Documentation/locking.rst has its rules
 */
struct kwasm_slot {
	u32 state;
	struct kw_inst *inst;
	struct kw_instance *instance;
	struct kwasm_pool *pool;
	struct delayed_work restore;
} ____cacheline_aligned;

enum kwasm_pool_kind {
	KWASM_POOL_S,		/* programs for packets and timers */
	KWASM_POOL_P,		/* programs in process context */
	KWASM_POOL_CALL,	/* functions call/<name> */
	KWASM_NR_POOLS,
};

/**
 * struct kwasm_pool - all of them of one kind
 * @snapshot: the module's
 * @form:     of its code
 * @free:     P form: calls wait here for a slot
 * @slot:     S form: by CPU, those of possible CPUs filled; P form: all
 */
struct kwasm_pool {
	struct kw_store *store;
	const struct kw_snapshot *snapshot;
	wait_queue_head_t free;
	u8 form;
	u32 nr_slots;
	struct kwasm_slot slot[];
};

/* Does the module have anything to run before its first event? */
bool kwasm_module_has_init(const struct kwasm_module *m);

/**
 * kwasm_module_init_run() - run start, _initialize and kwasm_init, remember what they left
 * @m: with its P form built; its snapshot is made
 *
 * Return: 0, -EFAULT one of them trapped, -ECANCELED kwasm_init said no,
 * -ENOSPC no guard reservation left, -ENOMEM, -E2BIG, ...
 */
int kwasm_module_init_run(struct kwasm_module *m, struct kw_diag *diag);

/* enum kw_form of a kind's code. */
static inline u8 kwasm_pool_form(enum kwasm_pool_kind kind)
{
	return kind == KWASM_POOL_S ? KW_FORM_S : KW_FORM_P;
}

/**
 * kwasm_pool_new() - instantiate for programs of one kind
 * @m: with its form built, and initialized if it has_init; the pool becomes its pool[kind]
 *
 * Return: 0, -ENOSPC no guard reservation left, -ENOMEM, -E2BIG, ...; the
 * module's pool may be there in part even so, for kwasm_pool_free().
 */
int kwasm_pool_new(struct kwasm_module *m, enum kwasm_pool_kind kind, struct kw_diag *diag);

/* How many instances a pool of @kind has. */
u32 kwasm_pool_slots(enum kwasm_pool_kind kind);

/* No guest runs in it or will.  NULL is fine. */
void kwasm_pool_free(struct kwasm_pool *p);

u64 kwasm_pool_memory_bytes(const struct kwasm_pool *p);

/* S form: this CPU's.  BH off. */
static inline struct kwasm_slot *kwasm_pool_slot(struct kwasm_pool *p)
{
	return &p->slot[smp_processor_id()];
}

static inline bool kwasm_slot_ready(const struct kwasm_slot *s)
{
	return smp_load_acquire(&s->state) == KWASM_SLOT_READY;
}

/**
 * kwasm_pool_take() - P form: get an instance to call into
 * @wait_ns: how long to wait for one when all are taken; 0: for ever
 *
 * Context: process context, may sleep; the caller keeps the pool alive.
 * Return: a slot, to be given back by kwasm_pool_give() or kwasm_slot_break();
 * or ERR_PTR: -EAGAIN none in time, -EINTR a fatal signal.
 */
struct kwasm_slot *kwasm_pool_take(struct kwasm_pool *p, u64 wait_ns);
void kwasm_pool_give(struct kwasm_slot *s);

/*
 * After a trap: out of service until restored.  S form: on the slot's CPU, BH
 * off; P form: by who has taken it.
 */
void kwasm_slot_break(struct kwasm_slot *s);

#endif /* KWASM_POOL_H */
