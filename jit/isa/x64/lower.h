/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Lowering: SSA graph -> machine IR.
 *
 * Blocks and nodes are walked backwards, so that every user is lowered before
 * what it uses.  A user may take a node into its own instruction (an address,
 * a load, a compare): that node is then "sunk" and nothing is made for it.  A
 * value nobody asked for by then is dead.  Each node becomes a short sequence
 * of instructions in forward order; the sequences are put in order at the end.
 */
#ifndef KW_X64_LOWER_H
#define KW_X64_LOWER_H

#include "../isa.h"
#include "abi.h"
#include "mop.h"
#include "vencode.h"

#define X64_MAX_OPNDS	32	/* a call's: all its registers */

struct x64_lower {
	const struct kw_irfunc *f;
	struct kw_mfunc *mf;
	u32 *vreg;		/* of each node, KW_NO_VREG: nobody asked for it yet */
	u8 *sunk;		/* part of its user's instruction */
	kw_vid *feeds;		/* loop phi whose next value a node is or helps make, 0: none */
	u32 inst_vreg;
	kw_bid block;		/* being lowered */
	kw_vid root;		/* node being lowered: where what it sinks will be executed */
	struct kw_minst *seq;	/* all instructions, sequences in reverse order */
	u32 nr_seq, cap_seq;
	u32 *start;		/* of each sequence in .seq */
	u32 nr_starts, cap_starts;
	struct kw_minst mi;	/* being put together */
	struct kw_mopnd opnd[X64_MAX_OPNDS];
	bool repeated;		/* what is being lowered may be so again: it sinks nothing */
	int err;		/* first error; everything is a no-op afterwards */
};

static inline const struct kw_node *x64_node(const struct x64_lower *l, kw_vid v)
{
	return &l->f->node[v];
}

static inline enum x64_size x64_size_of(u8 type)
{
	return type == KW_T_I32 ? X64_SL : X64_SQ;
}

/* lower.c: making instructions */
u32 x64_new_vreg(struct x64_lower *l, u8 type);
u32 x64_value(struct x64_lower *l, kw_vid v);	/* the vreg that holds @v */
u32 x64_inst_value(struct x64_lower *l);	/* of the hidden first argument */
void x64_begin(struct x64_lower *l, u16 op, enum x64_size size);
void x64_end(struct x64_lower *l);
void x64_opnd(struct x64_lower *l, u32 vreg, enum kw_opnd_kind kind, enum kw_opnd_want want, u8 reg);
void x64_def(struct x64_lower *l, kw_vid v);
void x64_def_tied(struct x64_lower *l, kw_vid v, u8 use);
void x64_use(struct x64_lower *l, u32 vreg);
void x64_use_any(struct x64_lower *l, u32 vreg);
void x64_use_fixed(struct x64_lower *l, u32 vreg, u8 reg);
void x64_temp(struct x64_lower *l, u8 type);	/* a register written early and never read later */

/* lower_fold.c: what an instruction can take in */
bool x64_sink(struct x64_lower *l, kw_vid v, u8 op);	/* @v is an @op only we use: take it in */
bool x64_const(const struct x64_lower *l, kw_vid v, u64 *imm);
bool x64_imm(const struct x64_lower *l, kw_vid v, enum x64_size size, s64 *imm);
bool x64_is_zext(const struct x64_lower *l, kw_vid v);	/* an i64 whose upper half is 0 */
u32 x64_low32(struct x64_lower *l, kw_vid v);	/* vreg whose low half is @v, upper half anything */
u32 x64_low(struct x64_lower *l, kw_vid v, enum x64_size size);
bool x64_may_sink_load(const struct x64_lower *l, kw_vid v);	/* could be executed at the root */
bool x64_load_sinkable(const struct x64_lower *l, kw_vid v, enum x64_size size);	/* and is plain */
void x64_address(struct x64_lower *l, const struct kw_node *n);
void x64_source(struct x64_lower *l, kw_vid v, enum x64_size size);	/* last operand: imm, memory or register */
void x64_sink_load(struct x64_lower *l, kw_vid v);
/* Operands of the compare behind i32 @v != 0; @own: @v is the root. */
void x64_cond(struct x64_lower *l, kw_vid v, bool own);

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

int x64_lower(const struct kw_irfunc *f, struct kw_mfunc *mf);

#endif /* KW_X64_LOWER_H */
