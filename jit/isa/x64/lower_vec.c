// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Lowering of floats, and of what every vector needs: constants, loads,
 * stores, selects.  Sequences are made of single SSE instructions on vregs of
 * their own, so that the register allocator sees all of them.
 */
#include "lower.h"

u8 x64_vload_row(u8 type)
{
	return type == KW_T_F32 ? X64_V_MOVSS : type == KW_T_F64 ? X64_V_MOVSD : X64_V_MOVUPS;
}

u8 x64_vstore_row(u8 type)
{
	return type == KW_T_F32 ? X64_V_MOVSS_ST : type == KW_T_F64 ? X64_V_MOVSD_ST : X64_V_MOVUPS_ST;
}

/* ---- single instructions ---- */

static void def_vreg(struct x64_lower *l, u32 vreg)
{
	x64_opnd(l, vreg, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
}

static void begin_v(struct x64_lower *l, u8 row, u8 flags, u8 imm)
{
	x64_begin(l, X64_V, X64_SQ);
	l->mi->x0 = row;
	l->mi->x2 = flags;
	l->mi->imm = imm;
}

void x64_vtied_to(struct x64_lower *l, u32 def, u8 row, u32 a, u32 b, u8 imm)
{
	begin_v(l, row, X64_F_TIED, imm);
	x64_opnd(l, def, KW_OP_DEF, KW_WANT_REUSE, 1);
	x64_use(l, a);
	if (b) {
		x64_use(l, b);
		if (x64_vrow[row].flags & X64_VF_C)
			l->mi->flags |= KW_MI_COMMUTES;
	}
	x64_end(l);
}

void x64_vdef_to(struct x64_lower *l, u32 def, u8 row, u32 a, u8 imm)
{
	begin_v(l, row, X64_F_DEF, imm);
	def_vreg(l, def);
	x64_use(l, a);
	x64_end(l);
}

u32 x64_vtied(struct x64_lower *l, u8 row, u32 a, u32 b, u8 imm)
{
	u32 def = x64_new_vreg(l, KW_T_V128);

	x64_vtied_to(l, def, row, a, b, imm);
	return def;
}

u32 x64_vdef(struct x64_lower *l, u8 row, u8 type, u32 a, u8 imm)
{
	u32 def = x64_new_vreg(l, type);

	x64_vdef_to(l, def, row, a, imm);
	return def;
}

static void vconst_to(struct x64_lower *l, u32 def, u8 type, u64 lo, u64 hi)
{
	x64_begin(l, X64_VCONST, X64_SQ);
	def_vreg(l, def);
	l->mi->size = type;
	l->mi->imm = lo;
	l->mi->aux = hi;
	l->mi->wasm_off = hi >> 32;
	l->mi->flags = KW_MI_REMAT;
	x64_end(l);
}

u32 x64_vconst(struct x64_lower *l, u8 type, u64 lo, u64 hi)
{
	u32 def = x64_new_vreg(l, type);

	vconst_to(l, def, type, lo, hi);
	return def;
}

/* ---- memory ---- */

void x64_lower_vload(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u8 type = n->op == KW_IR_FLOAD ? n->type :
		  n->sub == KW_M_F32 ? KW_T_F32 : n->sub == KW_M_F64 ? KW_T_F64 : KW_T_V128;

	begin_v(l, x64_vload_row(type), X64_F_DEF, 0);
	def_vreg(l, l->vreg[v] ? l->vreg[v] : x64_new_vreg(l, n->type));
	x64_address(l, n);
	x64_end(l);
}

void x64_lower_vstore(struct x64_lower *l, const struct kw_node *n, kw_vid value)
{
	begin_v(l, x64_vstore_row(x64_node(l, value)->type), X64_F_MR, 0);
	x64_use(l, x64_value(l, value));
	x64_address(l, n);
	x64_end(l);
}

/* ---- compares ---- */

/* The last operand: a load if only we want it, else a register.  Never for v128: memory operands must be aligned. */
static void scalar_source(struct x64_lower *l, kw_vid v)
{
	if (x64_float_load_sinkable(l, v))
		x64_sink_load(l, v);
	else
		x64_use_any(l, x64_value(l, v));
}

static u8 ucomi(u8 type)
{
	return type == KW_T_F32 ? X64_V_UCOMISS : X64_V_UCOMISD;
}

/* Less is asked as greater with the operands exchanged: then a NaN answers no by itself. */
static void compare_operands(struct x64_lower *l, const struct kw_node *n)
{
	bool less = n->aux == KW_LT_S || n->aux == KW_LE_S;

	l->mi->x0 = ucomi(n->sub);
	l->mi->x2 |= X64_F_VEC;
	l->mi->cc = n->aux == KW_LT_S || n->aux == KW_GT_S ? X64_CC_A : X64_CC_AE;
	x64_use(l, x64_value(l, less ? n->b : n->a));
	scalar_source(l, less ? n->a : n->b);
}

bool x64_float_compare(struct x64_lower *l, const struct kw_node *n)
{
	if (!x64_is_vec(n->sub))
		return false;
	compare_operands(l, n);
	return true;
}

static void lower_fcmp(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_VSET, X64_SL);
	x64_opnd(l, x64_value(l, v), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
	x64_temp(l, KW_T_I32);
	compare_operands(l, n);
	if (n->aux == KW_EQ) {
		l->mi->cc = X64_CC_E;
		l->mi->kind = X64_VSET_AND_NP;
	} else if (n->aux == KW_NE) {
		l->mi->cc = X64_CC_NE;
		l->mi->kind = X64_VSET_OR_P;
	}
	x64_end(l);
}

static void lower_vselect(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_VSEL, X64_SQ);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_value(l, n->c));
	x64_use(l, x64_value(l, n->b));
	x64_cond(l, n->a, false);
	x64_end(l);
}

/* ---- arithmetic ---- */

static u32 sign_mask(struct x64_lower *l, u8 type, bool inverted)
{
	u64 sign = type == KW_T_F32 ? 0x80000000ull : 1ull << 63;
	u64 all = type == KW_T_F32 ? 0xffffffffull : ~0ull;

	return x64_vconst(l, type, inverted ? all ^ sign : sign, 0);
}

static void lower_copysign(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u32 magnitude = x64_vtied(l, X64_V_ANDPS, x64_value(l, n->a), sign_mask(l, n->type, true), 0);
	u32 sign = x64_vtied(l, X64_V_ANDPS, x64_value(l, n->b), sign_mask(l, n->type, false), 0);

	x64_vtied_to(l, x64_value(l, v), X64_V_ORPS, magnitude, sign, 0);
}

struct minmax {
	u8 row, cmp, sub, shift, payload;
};

/* [f64][packed] */
static const struct minmax min_form[2][2] = {
	{ { X64_V_MINSS, X64_V_CMPSS, 0, X64_V_PSRLDI, 10 }, { X64_V_MINPS, X64_V_CMPPS, 0, X64_V_PSRLDI, 10 } },
	{ { X64_V_MINSD, X64_V_CMPSD, 0, X64_V_PSRLQI, 13 }, { X64_V_MINPD, X64_V_CMPPD, 0, X64_V_PSRLQI, 13 } },
};
static const struct minmax max_form[2][2] = {
	{ { X64_V_MAXSS, X64_V_CMPSS, X64_V_SUBSS, X64_V_PSRLDI, 10 },
	  { X64_V_MAXPS, X64_V_CMPPS, X64_V_SUBPS, X64_V_PSRLDI, 10 } },
	{ { X64_V_MAXSD, X64_V_CMPSD, X64_V_SUBSD, X64_V_PSRLQI, 13 },
	  { X64_V_MAXPD, X64_V_CMPPD, X64_V_SUBPD, X64_V_PSRLQI, 13 } },
};

#define UNORDERED	3

/*
 * minss gives its second operand for NaNs and for zeroes of two signs, so ask
 * both ways round and join: or keeps -0 and NaNs.  A NaN is then made quiet
 * and canonical by clearing its payload.
 */
void x64_lower_min(struct x64_lower *l, u32 def, u32 a, u32 b, bool is_f64, bool packed)
{
	const struct minmax *m = &min_form[is_f64][packed];
	u32 r, nan;

	r = x64_vtied(l, X64_V_ORPS, x64_vtied(l, m->row, a, b, 0), x64_vtied(l, m->row, b, a, 0), 0);
	nan = x64_vtied(l, m->cmp, r, r, UNORDERED);
	r = x64_vtied(l, X64_V_ORPS, r, nan, 0);
	nan = x64_vtied(l, m->shift, nan, 0, m->payload);
	x64_vtied_to(l, def, X64_V_ANDNPS, nan, r, 0);
}

/*
 * As x64_lower_min(); what differs between the two answers is a sign or a
 * NaN, and subtracting it settles both.
 */
void x64_lower_max(struct x64_lower *l, u32 def, u32 a, u32 b, bool is_f64, bool packed)
{
	const struct minmax *m = &max_form[is_f64][packed];
	u32 r, differ, nan;

	r = x64_vtied(l, m->row, a, b, 0);
	differ = x64_vtied(l, X64_V_XORPS, x64_vtied(l, m->row, b, a, 0), r, 0);
	r = x64_vtied(l, X64_V_ORPS, r, differ, 0);
	r = x64_vtied(l, m->sub, r, differ, 0);
	nan = x64_vtied(l, m->cmp, differ, r, UNORDERED);
	nan = x64_vtied(l, m->shift, nan, 0, m->payload);
	x64_vtied_to(l, def, X64_V_ANDNPS, nan, r, 0);
}

static void lower_convert(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	bool single = n->type == KW_T_F32;
	u32 zero;

	if (n->sub == KW_T_I64 && !n->aux) {
		x64_begin(l, X64_CVTU64, X64_SQ);
		x64_opnd(l, x64_value(l, v), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
		x64_use(l, x64_value(l, n->a));
		x64_temp(l, KW_T_I64);
		x64_temp(l, KW_T_I64);
		l->mi->kind = n->type;
		x64_end(l);
		return;
	}
	zero = x64_vconst(l, n->type, 0, 0);	/* cvtsi2ss keeps the upper lanes: no wait for who wrote them */
	if (n->sub == KW_T_I32 && n->aux)
		x64_vtied_to(l, x64_value(l, v), single ? X64_V_CVTSI2SS : X64_V_CVTSI2SD, zero,
			     x64_value(l, n->a), 0);
	else	/* an u32 is a positive i64 (abi.h) */
		x64_vtied_to(l, x64_value(l, v), single ? X64_V_CVTSQ2SS : X64_V_CVTSQ2SD, zero,
			     x64_value(l, n->a), 0);
}

static void lower_trunc(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_TRUNC, x64_size_of(n->type));
	x64_opnd(l, l->vreg[v] ? l->vreg[v] : x64_new_vreg(l, n->type), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
	x64_opnd(l, x64_value(l, n->a), KW_OP_LATE_USE, KW_WANT_REG, KW_NO_REG);
	x64_temp(l, KW_T_F64);
	l->mi->cc = n->sub;
	l->mi->kind = (n->aux ? X64_TRUNC_SIGNED : 0) | (n->op == KW_IR_TRUNC_SAT ? X64_TRUNC_SAT : 0);
	x64_end(l);
}

static void lower_bitcast(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u8 from = x64_node(l, n->a)->type;
	bool wide = n->type == KW_T_I64 || n->type == KW_T_F64;

	if (x64_is_vec(from))
		x64_vdef_to(l, x64_value(l, v), wide ? X64_V_MOVQ_ST : X64_V_MOVD_ST, x64_value(l, n->a), 0);
	else
		x64_vdef_to(l, x64_value(l, v), wide ? X64_V_MOVQ : X64_V_MOVD, x64_value(l, n->a), 0);
}

/* Lanes that are NaN become the canonical one. */
static void lower_canon(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u8 lanes = n->type == KW_T_V128 ? n->sub : n->type;
	u64 canon = lanes == KW_T_F32 ? 0x7fc000007fc00000ull : 0x7ff8000000000000ull;
	u32 a = x64_value(l, n->a), nan, kept;

	nan = x64_vtied(l, lanes == KW_T_F32 ? X64_V_CMPPS : X64_V_CMPPD, a, a, 3);
	kept = x64_vtied(l, X64_V_ANDNPS, nan, a, 0);
	nan = x64_vtied(l, X64_V_ANDPS, nan, x64_vconst(l, KW_T_V128, canon, canon), 0);
	x64_vtied_to(l, x64_value(l, v), X64_V_ORPS, kept, nan, 0);
}

static void binary(struct x64_lower *l, kw_vid v, const struct kw_node *n, u8 row)
{
	bool commutes = x64_vrow[row].flags & X64_VF_C;
	kw_vid a = n->a, b = n->b;

	if (commutes && x64_float_load_sinkable(l, a) && !x64_float_load_sinkable(l, b))
		swap(a, b);
	begin_v(l, row + (n->type == KW_T_F64), X64_F_TIED, 0);	/* rows of a pair stand side by side */
	x64_def_tied(l, v, 1);
	x64_use(l, x64_value(l, a));
	scalar_source(l, b);
	if (commutes && l->mi->x1 == X64_A_NONE)
		l->mi->flags |= KW_MI_COMMUTES;
	x64_end(l);
}

static void unary(struct x64_lower *l, kw_vid v, const struct kw_node *n, u8 row, u8 imm)
{
	row += x64_node(l, n->a)->type == KW_T_F64;
	x64_vdef_to(l, x64_value(l, v), row, x64_value(l, n->a), imm);
}

static void with_sign(struct x64_lower *l, kw_vid v, const struct kw_node *n, u8 row, bool inverted)
{
	x64_vtied_to(l, x64_value(l, v), row, x64_value(l, n->a), sign_mask(l, n->type, inverted), 0);
}

#define ROUND(mode)	(8 | (mode))	/* without the inexact exception */

bool x64_is_vec_node(const struct kw_node *n)
{
	return x64_is_vec(n->type) || (n->op >= KW_IR_FADD && n->op <= KW_IR_V3) ||
	       (n->op == KW_IR_CMP && x64_is_vec(n->sub));
}

void x64_lower_vec(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_CONST:	vconst_to(l, x64_value(l, v), n->type, n->imm, n->b | (u64)n->c << 32); break;
	case KW_IR_CMP:		lower_fcmp(l, v, n); break;
	case KW_IR_SELECT:	lower_vselect(l, v, n); break;
	case KW_IR_FADD:	binary(l, v, n, X64_V_ADDSS); break;
	case KW_IR_FSUB:	binary(l, v, n, X64_V_SUBSS); break;
	case KW_IR_FMUL:	binary(l, v, n, X64_V_MULSS); break;
	case KW_IR_FDIV:	binary(l, v, n, X64_V_DIVSS); break;
	case KW_IR_FMIN:
		x64_lower_min(l, x64_value(l, v), x64_value(l, n->a), x64_value(l, n->b), n->type == KW_T_F64, false);
		break;
	case KW_IR_FMAX:
		x64_lower_max(l, x64_value(l, v), x64_value(l, n->a), x64_value(l, n->b), n->type == KW_T_F64, false);
		break;
	case KW_IR_FCOPYSIGN:	lower_copysign(l, v, n); break;
	case KW_IR_FABS:	with_sign(l, v, n, X64_V_ANDPS, true); break;
	case KW_IR_FNEG:	with_sign(l, v, n, X64_V_XORPS, false); break;
	case KW_IR_FSQRT:	unary(l, v, n, X64_V_SQRTSS, 0); break;
	case KW_IR_FNEAREST:	unary(l, v, n, X64_V_ROUNDSS, ROUND(0)); break;
	case KW_IR_FFLOOR:	unary(l, v, n, X64_V_ROUNDSS, ROUND(1)); break;
	case KW_IR_FCEIL:	unary(l, v, n, X64_V_ROUNDSS, ROUND(2)); break;
	case KW_IR_FTRUNC:	unary(l, v, n, X64_V_ROUNDSS, ROUND(3)); break;
	case KW_IR_FPROMOTE:	x64_vdef_to(l, x64_value(l, v), X64_V_CVTSS2SD, x64_value(l, n->a), 0); break;
	case KW_IR_FDEMOTE:	x64_vdef_to(l, x64_value(l, v), X64_V_CVTSD2SS, x64_value(l, n->a), 0); break;
	case KW_IR_BITCAST:	lower_bitcast(l, v, n); break;
	case KW_IR_CANON:	lower_canon(l, v, n); break;
	case KW_IR_CONVERT:	lower_convert(l, v, n); break;
	case KW_IR_TRUNC:
	case KW_IR_TRUNC_SAT:	lower_trunc(l, v, n); break;
	default:		x64_lower_simd(l, v, n); break;
	}
}
