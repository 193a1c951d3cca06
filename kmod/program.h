/* SPDX-License-Identifier: GPL-2.0 */
/* An export of a module, ready to be attached and run on packets. */
#ifndef KWASM_PROGRAM_H
#define KWASM_PROGRAM_H

#include <linux/err.h>
#include <linux/workqueue.h>

#include "exec_s.h"
#include "hooks/hooks.h"
#include "module.h"
#include "packet.h"
#include "pool.h"

/**
 * struct kwasm_program - one of them
 * @build:      of its form, the hook's
 * @code:       where it begins
 * @floats:     its module uses floats or vectors
 * @field_mask: packet fields it reads
 * @pool:       the module's
 * @free:       frees it once no CPU can still be in it
 */
struct kwasm_program {
	struct kwasm_object obj;
	struct kwasm_module *module;
	const struct kwasm_hook *hook;
	char export_name[KWASM_NAME_LEN];
	u32 func;
	const struct kwasm_build *build;
	void *code;
	bool floats;
	u64 field_mask;
	u64 deadline_ns;		/* the module's own limit; P: 0 for none, S: or the default */
	struct kwasm_pool *pool;
	atomic_t nr_links;
	struct rcu_work free;
};

/* With a reference from a descriptor, or ERR_PTR. */
struct kwasm_program *kwasm_program_from_fd(int fd);

static inline void kwasm_program_put(struct kwasm_program *p)
{
	kwasm_object_put(&p->obj);
}

/**
 * struct kwasm_results - what programs of one kind may answer
 * @first: lowest result, as the guest's i32
 * @nr:    results from @first on; any other is the trap bad-verdict
 * @holes: bits of those among the first 32 that are not known either
 * @deny:  the result that stands for KWASM_ON_TRAP_DROP and KWASM_ON_SHORT_DROP
 * @allow: the one that stands for _ACCEPT, and for a link that is going
 * @rank:  in a chain, 4 bits for each result from @first on (chain.h): KWASM_RANK()
 */
struct kwasm_results {
	u32 first, nr;
	u32 holes;
	u32 deny, allow;
	u64 rank;
};

/* hooks/stub.c, hooks/timer.c */
extern const struct kwasm_results kwasm_xdp_results, kwasm_tc_results, kwasm_timer_results;

#define KWASM_RANK(index, rank)	((u64)(rank) << (index) * 4)
#define KWASM_RANK_ENDS		15

static inline u32 kwasm_result_rank(const struct kwasm_results *r, u32 result)
{
	return r->rank >> (result - r->first) * 4 & 15;
}

static inline bool kwasm_result_known(const struct kwasm_results *r, u32 result)
{
	u32 i = result - r->first;

	return i < r->nr && (likely(!r->holes) || !(r->holes >> i & 1));
}

/**
 * struct kwasm_run - one call of a program, or of several in a row
 * @x:    the execution
 * @slot: this CPU's instance
 */
struct kwasm_run {
	struct kwasm_exec *x;
	struct kwasm_slot *slot;
};

/**
 * kwasm_run_enter() - begin a run, perhaps not the first, in an execution that is there
 * @x: from kwasm_exec_begin_s(), or what that says when it refuses
 *
 * Return: as kwasm_run_begin().
 */
static __always_inline int kwasm_run_enter(struct kwasm_run *r, struct kwasm_program *p,
				  struct kwasm_exec *x)
{
	if (IS_ERR(x))
		return PTR_ERR(x);
	r->x = x;
	x->floats = p->floats;
	r->slot = kwasm_pool_slot(p->pool);
	return kwasm_slot_ready(r->slot) ? 0 : -EAGAIN;
}

/**
 * kwasm_run_begin() - claim this CPU and its instance
 *
 * BH off and under RCU until kwasm_run_end().
 * Return: 0; -EAGAIN the instance is being restored after a trap; -EBUSY a
 * guest runs on this CPU; -EOPNOTSUPP, -ENOSPC, -ENODEV as kwasm_exec_begin_s().
 */
static inline int kwasm_run_begin(struct kwasm_run *r, struct kwasm_program *p)
{
	struct kwasm_exec *x;
	int err;

	rcu_read_lock();
	x = kwasm_exec_begin_s();
	err = kwasm_run_enter(r, p, x);
	if (!err)
		return 0;
	if (!IS_ERR(x))
		kwasm_exec_end(x);
	rcu_read_unlock();
	return err;
}

/**
 * kwasm_run_packet() - call the program on a packet that kwasm_packet_show() has shown
 * @limit_ns: not 0
 * @allowed:  the results it may answer
 * @result:   out: one of them
 *
 * Any other result is a trap as well, so nothing unmapped gets out.
 * Return: KW_TRAP_NONE or the trap; then kwasm_trap_describe() and kwasm_run_end(),
 * or another program's kwasm_run_enter(), may follow.
 */
static __always_inline u32 kwasm_run_packet(struct kwasm_run *r, struct kwasm_program *p,
					    struct kwasm_packet *pkt, u64 limit_ns,
					    const struct kwasm_results *allowed, u32 *result)
{
	u32 trap;

	kwasm_packet_fields(r->x, pkt, p->field_mask);
	*result = kwasm_exec_enter_s_inline(r->x, r->slot->inst, p->code, NULL, limit_ns);
	trap = r->x->e.trap;
	if (likely(!trap) && unlikely(!kwasm_result_known(allowed, *result)))
		trap = KW_TRAP_BAD_VERDICT;
	if (unlikely(trap))
		kwasm_slot_break(r->slot);
	return trap;
}

static inline void kwasm_run_end(struct kwasm_run *r)
{
	kwasm_exec_end(r->x);
	rcu_read_unlock();
}

/* Where the trap @kind of @x happened, which is not over yet. */
void kwasm_trap_describe(const struct kwasm_program *p, const struct kwasm_exec *x, u32 kind,
			 struct kwasm_trap_info *out);

/* The same for any execution of code of @l, begun at function @func. */
void kwasm_trap_place(const struct kw_linked *l, const struct kwasm_exec *x, u32 func, u32 kind,
		      struct kwasm_trap_info *out);

#endif /* KWASM_PROGRAM_H */
