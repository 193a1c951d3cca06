/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Lowering to x86-64.  The walk and the making of instructions are shared
 * (isa/lower.h); here they go by this backend's name.
 */
#ifndef KW_X64_LOWER_H
#define KW_X64_LOWER_H

#include "../lower.h"
#include "abi.h"
#include "mop.h"
#include "vencode.h"

#define x64_lower	kw_lower
#define x64_node	kw_lower_node
#define x64_new_vreg	kw_mi_vreg
#define x64_value	kw_lower_value
#define x64_inst_value	kw_lower_inst
#define x64_begin	kw_mi_begin
#define x64_end		kw_mi_end
#define x64_opnd	kw_mi_opnd
#define x64_def		kw_mi_def
#define x64_def_tied	kw_mi_def_tied
#define x64_use		kw_mi_use
#define x64_use_any	kw_mi_use_any
#define x64_use_fixed	kw_mi_use_fixed
#define x64_temp	kw_mi_temp
#define x64_sink	kw_lower_sink
#define x64_const	kw_lower_const
#define x64_is_zext	kw_lower_is_zext
#define x64_low32	kw_lower_low32

static inline enum x64_size x64_size_of(u8 type)
{
	return type == KW_T_I32 ? X64_SL : X64_SQ;
}

/* A constant that fits a sign-extended imm32 at @size. */
static inline bool x64_imm(const struct x64_lower *l, kw_vid v, enum x64_size size, s64 *imm)
{
	const struct kw_node *n = x64_node(l, v);

	if (n->op != KW_IR_CONST)
		return false;
	*imm = size == X64_SQ ? (s64)n->imm : (s32)n->imm;
	return *imm == (s32)*imm;
}

static inline u32 x64_low(struct x64_lower *l, kw_vid v, enum x64_size size)
{
	return size == X64_SQ || x64_node(l, v)->op != KW_IR_WRAP ? x64_value(l, v) : x64_low32(l, v);
}

/* lower_fold.c: what an instruction can take in */
bool x64_may_sink_load(const struct x64_lower *l, kw_vid v);	/* could be executed at the root */
bool x64_is_plain_load(const struct kw_node *n, enum x64_size size);

/* Could it be executed at the root, and is it one that reads @size bytes as they are? */
static inline bool x64_load_sinkable(const struct x64_lower *l, kw_vid v, enum x64_size size)
{
	return kw_lower_sinkable(l, v) && x64_is_plain_load(x64_node(l, v), size) && x64_may_sink_load(l, v);
}

bool x64_float_load_sinkable(const struct x64_lower *l, kw_vid v);	/* a scalar one */
void x64_address(struct x64_lower *l, const struct kw_node *n);
void x64_source(struct x64_lower *l, kw_vid v, enum x64_size size);	/* last operand: imm, memory or register */
void x64_sink_load(struct x64_lower *l, kw_vid v);
/* Operands of the compare behind i32 @v != 0; @own: @v is the root. */
void x64_cond(struct x64_lower *l, kw_vid v, bool own);
bool x64_try_carry(struct x64_lower *l, kw_vid v, kw_vid to, kw_vid bit, bool less);	/* @to + @bit, or - */

/* lower_op.c, lower_effect.c, lower_call.c */
void x64_lower_value(struct x64_lower *l, kw_vid v, const struct kw_node *n);
void x64_lower_effect(struct x64_lower *l, kw_vid v, const struct kw_node *n);
/* lower_vec.c: nodes of float and vector types; lower_simd.c: V1, V2, V3 */
bool x64_is_vec_node(const struct kw_node *n);
void x64_lower_vec(struct x64_lower *l, kw_vid v, const struct kw_node *n);
void x64_lower_simd(struct x64_lower *l, kw_vid v, const struct kw_node *n);
void x64_lower_vload(struct x64_lower *l, kw_vid v, const struct kw_node *n);
void x64_lower_vstore(struct x64_lower *l, const struct kw_node *n, kw_vid value);
u8 x64_vload_row(u8 type), x64_vstore_row(u8 type);
bool x64_float_compare(struct x64_lower *l, const struct kw_node *n);	/* operands of a float compare, if one branch does */
void x64_lower_min(struct x64_lower *l, u32 def, u32 a, u32 b, bool is_f64, bool packed);
void x64_lower_max(struct x64_lower *l, u32 def, u32 a, u32 b, bool is_f64, bool packed);
/* sequences of SSE instructions; each makes one and returns or fills a vreg */
u32 x64_vtied(struct x64_lower *l, u8 row, u32 a, u32 b, u8 imm);	/* b 0: none */
u32 x64_vdef(struct x64_lower *l, u8 row, u8 type, u32 a, u8 imm);
u32 x64_vconst(struct x64_lower *l, u8 type, u64 lo, u64 hi);
void x64_vtied_to(struct x64_lower *l, u32 def, u8 row, u32 a, u32 b, u8 imm);
void x64_vdef_to(struct x64_lower *l, u32 def, u8 row, u32 a, u8 imm);

void x64_lower_call(struct x64_lower *l, kw_vid v, const struct kw_node *n);
void x64_lower_ret(struct x64_lower *l, const struct kw_node *n);
void x64_lower_params(struct x64_lower *l);

int x64_lower_func(const struct kw_irfunc *f, struct kw_mfunc *mf);

#endif /* KW_X64_LOWER_H */
