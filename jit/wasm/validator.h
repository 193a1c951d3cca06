/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The validator's state while it walks one body: the algorithm of core spec
 * 2.0, appendix 7.3, with the operand stack as bytes (enum kw_valtype) and
 * frames on a stack of their own.  Internal to jit/wasm.
 */
#ifndef KW_WASM_VALIDATOR_H
#define KW_WASM_VALIDATOR_H

#include "../common/limits.h"
#include "body.h"

/* A type that nothing is known about: what an empty stack gives in unreachable code. */
#define KW_V_ANY	0

struct kw_types {
	const u8 *t;
	u32 n;
};

/**
 * struct kw_vframe - one open block
 * @height:      operand stack when it was entered, without its parameters
 * @op:          BLOCK, LOOP, IF, ELSE; BLOCK for the function itself
 * @unreachable: nothing comes from before: the stack below is what one likes
 * @stamp:       the last br_table that looked at this label
 */
struct kw_vframe {
	struct kw_types params, results;
	u32 height;
	u16 op;
	bool unreachable;
	u32 stamp;
};

struct kw_validator {
	struct kw_module *m;
	struct kw_diag *diag;
	struct kw_body body;
	struct kw_insn insn;
	u32 refused;			/* bit per enum kw_op_feature */
	u32 used;			/* the same */
	u32 nr_steps;			/* until the next checkpoint */
	u32 nr_br_tables;
	u32 nr_locals, nr_frames;
	u8 *sp;				/* behind the top operand */
	u8 *base;			/* of the top frame's operands */
	u8 locals[KW_MAX_LOCALS];
	u8 stack[KW_MAX_OPERANDS];
	struct kw_vframe frames[KW_MAX_NESTING];
};

static inline struct kw_vframe *kw_v_top(struct kw_validator *v)
{
	return &v->frames[v->nr_frames - 1];
}

static inline enum kw_op_feature kw_v_type_feature(u8 type)
{
	if (type == KW_V_F32 || type == KW_V_F64)
		return KW_OP_FLOAT;
	if (type == KW_V_V128)
		return KW_OP_SIMD;
	return kw_is_reftype(type) ? KW_OP_REFTYPES : KW_OP_MVP;
}

/* Refuse the instruction at hand. */
int kw_v_bad(struct kw_validator *v, enum kw_reason reason, u64 arg0, u64 arg1);

/* Note the use of @type at @offset; refuse it if its feature is not to be used. */
int kw_v_use_type(struct kw_validator *v, u8 type, u32 offset);

/* The stack does not simply have @want on top: it is unknown, or missing, or wrong. */
int kw_v_pop_other(struct kw_validator *v, u8 want);

/* Pop one of type @want. */
static inline int kw_v_pop(struct kw_validator *v, u8 want)
{
	if (unlikely(v->sp == v->base || v->sp[-1] != want))
		return kw_v_pop_other(v, want);
	v->sp--;
	return 0;
}

/* Pop one of any type; *@found may be KW_V_ANY. */
int kw_v_pop_any(struct kw_validator *v, u8 *found);

/* kw_v_pop_types() and kw_v_push_types() of one type or more. */
int kw_v_pop_some(struct kw_validator *v, struct kw_types want);
int kw_v_push_some(struct kw_validator *v, struct kw_types types);

/* Mostly there are none. */
static inline int kw_v_pop_types(struct kw_validator *v, struct kw_types want)
{
	return want.n ? kw_v_pop_some(v, want) : 0;
}

static inline int kw_v_push_types(struct kw_validator *v, struct kw_types types)
{
	return types.n ? kw_v_push_some(v, types) : 0;
}

static inline int kw_v_push(struct kw_validator *v, u8 type)
{
	if (unlikely(v->sp == v->stack + KW_MAX_OPERANDS))
		return kw_v_bad(v, KW_R_MAX_OPERANDS, KW_MAX_OPERANDS, 0);
	*v->sp++ = type;
	return 0;
}

/* What follows is not reached. */
void kw_v_unreachable(struct kw_validator *v);

int kw_v_push_frame(struct kw_validator *v, u16 op, struct kw_types params, struct kw_types results);

/* Rules of control instructions, and of all others that have one. */
int kw_v_control(struct kw_validator *v);
int kw_v_other(struct kw_validator *v);

#endif /* KW_WASM_VALIDATOR_H */
