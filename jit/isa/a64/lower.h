/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Lowering to arm64: what its files ask of each other.  The walk is isa/lower.h's. */
#ifndef KW_A64_LOWER_H
#define KW_A64_LOWER_H

#include "abi.h"
#include "mop.h"

static inline enum a64_size a64_size_of(u8 type)
{
	return type == KW_T_I32 ? A64_W : A64_X;
}

/* lower_fold.c: what an instruction can take in */
u32 a64_low(struct kw_lower *l, kw_vid v, enum a64_size size);	/* vreg whose low bits are @v, the rest anything */
bool a64_imm(const struct kw_lower *l, kw_vid v, enum a64_size size, s64 *imm);	/* a constant, sign-extended */
bool a64_logical(const struct kw_lower *l, kw_vid v, enum a64_size size, u64 *imm);
void a64_address(struct kw_lower *l, const struct kw_node *n, u8 row);
/* Operands of the compare behind i32 @v != 0; @own: @v is the root. */
void a64_cond(struct kw_lower *l, kw_vid v, bool own);

/* Operands of both compares, if @n is an and or an or of two that only it uses. */
bool a64_chain(struct kw_lower *l, const struct kw_node *n);

/* lower_addr.c: a vreg for memory base + @index, *@disp being what is left of it; 0: nothing worth sharing */
u32 a64_shared_address(struct kw_lower *l, kw_vid index, u8 row, s32 *disp);
/* a vreg for memory base + @disp, if that saves something here; else 0 */
u32 a64_fixed_address(struct kw_lower *l, s32 disp);
void a64_make_fixed(struct kw_lower *l);			/* all of these, behind the parameters */
void a64_make_address(struct kw_lower *l, kw_vid index);	/* here, if somebody asked for it */
void a64_make_addresses(struct kw_lower *l);			/* all of them */

/* lower_op.c, lower_effect.c, lower_call.c */
void a64_lower_value(struct kw_lower *l, kw_vid v, const struct kw_node *n);
void a64_lower_effect(struct kw_lower *l, kw_vid v, const struct kw_node *n);
void a64_lower_call(struct kw_lower *l, kw_vid v, const struct kw_node *n);
void a64_lower_ret(struct kw_lower *l, const struct kw_node *n);
void a64_lower_params(struct kw_lower *l);
u8 a64_load_row(u8 type), a64_store_row(u8 type);	/* of a whole value */
/* The value's vreg, or one for a def that nobody reads. */
u32 a64_def_vreg(struct kw_lower *l, kw_vid v);

/* lower_vec.c: nodes of float and vector types; lower_simd.c: V1, V2, V3 */
bool a64_is_vec_node(const struct kw_node *n);
void a64_lower_vec(struct kw_lower *l, kw_vid v, const struct kw_node *n);
void a64_lower_simd(struct kw_lower *l, kw_vid v, const struct kw_node *n);
/* Single vector instructions on vregs; each makes one and returns or fills a vreg. */
void a64_v_to(struct kw_lower *l, u32 def, u16 row, u32 a, u32 b, u8 imm);	/* b 0: none */
void a64_vtied_to(struct kw_lower *l, u32 def, u16 row, u32 old, u32 a, u32 b, u8 imm);
u32 a64_v(struct kw_lower *l, u16 row, u8 type, u32 a, u32 b, u8 imm);
u32 a64_vconst(struct kw_lower *l, u8 type, u64 lo, u64 hi);

int a64_lower(const struct kw_irfunc *f, struct kw_mfunc *mf);

#endif /* KW_A64_LOWER_H */
