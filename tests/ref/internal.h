/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KW_TESTS_REF_INTERNAL_H
#define KW_TESTS_REF_INTERNAL_H

#include "ref.h"

#define REF_STACK_VALUES	(1 << 18)

struct ref_code {
	struct kw_insn *insn;
	u32 *end, *alt;		/* of block, loop, if: where its end and its else stand */
	u32 n;
	u32 nr_locals;		/* parameters included */
};

struct ref_label {
	u32 target;		/* instruction to go on with */
	u32 arity;		/* values a branch carries */
	u32 height;
};

struct ref_frame {
	struct ref_instance *r;
	const struct ref_code *c;
	struct kw_value *local, *stack;
	u32 sp;
	struct ref_label *label;
	u32 nr_labels;
};

static inline u64 ref_pop(struct ref_frame *f)
{
	return f->stack[--f->sp].lo;
}

static inline void ref_push(struct ref_frame *f, u64 lo, u64 hi)
{
	f->stack[f->sp++] = (struct kw_value){ lo, hi };
}

/* memory.c: instructions on memories and tables.  Return: enum kw_trap; KW_TRAP_UNLINKED for any other. */
u32 ref_memory_op(struct ref_frame *f, const struct kw_insn *i);
u32 ref_table_op(struct ref_frame *f, const struct kw_insn *i);
u32 ref_memory_grow(struct ref_memory *mem, u32 by);
u8 *ref_range(const struct ref_instance *r, u64 addr, u64 n);
u32 ref_table_init(struct ref_instance *r, u32 table, u32 seg, u64 dst, u64 src, u64 n);

/* simd.c: the same for vectors in memory, and between values. */
u32 ref_vector_access(struct ref_frame *f, const struct kw_insn *i);
bool ref_vector(const struct kw_insn *i, struct kw_value *s);

/* instance.c */
struct kw_value ref_const(const struct ref_instance *r, const struct kw_constexpr *e);

/* ref.c */
void ref_free_code(struct ref_code *c);

#endif
