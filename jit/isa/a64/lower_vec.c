// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Lowering of floats, and of what every vector needs: constants, selects.
 * What Wasm asks of fmin, fmax and conversions is what arm64 does.
 */
#include "lower.h"

static void begin_v(struct kw_lower *l, u16 row, u32 def, u8 imm)
{
	kw_mi_begin(l, A64_V, A64_X);
	l->mi->aux = row;
	l->mi->imm = imm;
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
}

void a64_v_to(struct kw_lower *l, u32 def, u16 row, u32 a, u32 b, u8 imm)
{
	begin_v(l, row, def, imm);
	kw_mi_use(l, a);
	if (b)
		kw_mi_use(l, b);
	kw_mi_end(l);
}

/* As a64_v_to(), of an instruction that also reads what its result replaces: @old. */
void a64_vtied_to(struct kw_lower *l, u32 def, u16 row, u32 old, u32 a, u32 b, u8 imm)
{
	kw_mi_begin(l, A64_V, A64_X);
	l->mi->aux = row;
	l->mi->imm = imm;
	l->mi->cc = A64_O_TIED;
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REUSE, 1);
	kw_mi_use(l, old);
	kw_mi_use(l, a);
	if (b)
		kw_mi_use(l, b);
	kw_mi_end(l);
}

u32 a64_v(struct kw_lower *l, u16 row, u8 type, u32 a, u32 b, u8 imm)
{
	u32 def = kw_mi_vreg(l, type);

	a64_v_to(l, def, row, a, b, imm);
	return def;
}

static void vconst_to(struct kw_lower *l, u32 def, u8 type, u64 lo, u64 hi)
{
	kw_mi_begin(l, A64_VCONST, type);
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	l->mi->imm = lo;
	l->mi->aux = hi;
	l->mi->wasm_off = hi >> 32;
	l->mi->flags = KW_MI_REMAT;
	kw_mi_end(l);
}

u32 a64_vconst(struct kw_lower *l, u8 type, u64 lo, u64 hi)
{
	u32 def = kw_mi_vreg(l, type);

	vconst_to(l, def, type, lo, hi);
	return def;
}

static void lower_fcmp(struct kw_lower *l, kw_vid v)
{
	kw_mi_begin(l, A64_SET, A64_W);
	kw_mi_def(l, v);
	a64_cond(l, v, true);
	kw_mi_end(l);
}

static void lower_select(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_FSEL, A64_X);
	kw_mi_def(l, v);
	kw_mi_use(l, kw_lower_value(l, n->b));
	kw_mi_use(l, kw_lower_value(l, n->c));
	a64_cond(l, n->a, false);
	l->mi->kind = n->type;
	kw_mi_end(l);
}

static void lower_copysign(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_COPYSIGN, n->type);
	kw_mi_def_tied(l, v, 1);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	kw_mi_end(l);
}

/* Rows of a family stand as [64-bit integer][f64]. */
static u16 conversion(u16 first, u8 int_type, u8 float_type)
{
	return first + 2 * (int_type == KW_T_I64) + (float_type == KW_T_F64);
}

static void lower_convert(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	u16 row = conversion(n->aux ? A64_V_SCVTF_SW : A64_V_UCVTF_SW, n->sub, n->type);

	a64_v_to(l, kw_lower_value(l, v), row, a64_low(l, n->a, a64_size_of(n->sub)), 0, 0);
}

static void lower_trunc_sat(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	u16 row = conversion(n->aux ? A64_V_FCVTZS_WS : A64_V_FCVTZU_WS, n->type, n->sub);

	a64_v_to(l, kw_lower_value(l, v), row, kw_lower_value(l, n->a), 0, 0);
}

static void lower_trunc(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_TRUNC, a64_size_of(n->type));
	kw_mi_opnd(l, a64_def_vreg(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_value(l, n->a));
	l->mi->cc = n->sub;
	l->mi->kind = n->aux;
	kw_mi_end(l);
}

static void lower_bitcast(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	bool wide = n->type == KW_T_I64 || n->type == KW_T_F64;
	u16 row = kw_is_vec(n->type) ? (wide ? A64_V_FMOV_DX : A64_V_FMOV_SW) : (wide ? A64_V_FMOV_XD : A64_V_FMOV_WS);

	a64_v_to(l, kw_lower_value(l, v), row, kw_lower_value(l, n->a), 0, 0);
}

/* Lanes that are NaN become the canonical one. */
static void lower_canon(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	bool single = (n->type == KW_T_V128 ? n->sub : n->type) == KW_T_F32;
	u64 canon = single ? 0x7fc000007fc00000ull : 0x7ff8000000000000ull;
	u32 a = kw_lower_value(l, n->a);
	u32 ordered = a64_v(l, single ? A64_V_FCMEQ_4S : A64_V_FCMEQ_2D, KW_T_V128, a, a, 0);

	a64_vtied_to(l, kw_lower_value(l, v), A64_V_BSL, ordered, a, a64_vconst(l, KW_T_V128, canon, canon), 0);
}

static void binary(struct kw_lower *l, kw_vid v, const struct kw_node *n, u16 row)
{
	row += n->type == KW_T_F64;	/* rows of a pair stand side by side */
	a64_v_to(l, kw_lower_value(l, v), row, kw_lower_value(l, n->a), kw_lower_value(l, n->b), 0);
}

static void unary(struct kw_lower *l, kw_vid v, const struct kw_node *n, u16 row)
{
	row += kw_lower_node(l, n->a)->type == KW_T_F64;
	a64_v_to(l, kw_lower_value(l, v), row, kw_lower_value(l, n->a), 0, 0);
}

bool a64_is_vec_node(const struct kw_node *n)
{
	return kw_is_vec(n->type) || (n->op >= KW_IR_FADD && n->op <= KW_IR_V3) ||
	       (n->op == KW_IR_CMP && kw_is_vec(n->sub));
}

void a64_lower_vec(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_CONST:	vconst_to(l, kw_lower_value(l, v), n->type, n->imm, n->b | (u64)n->c << 32); break;
	case KW_IR_CMP:		lower_fcmp(l, v); break;
	case KW_IR_SELECT:	lower_select(l, v, n); break;
	case KW_IR_FADD:	binary(l, v, n, A64_V_FADD_S); break;
	case KW_IR_FSUB:	binary(l, v, n, A64_V_FSUB_S); break;
	case KW_IR_FMUL:	binary(l, v, n, A64_V_FMUL_S); break;
	case KW_IR_FDIV:	binary(l, v, n, A64_V_FDIV_S); break;
	case KW_IR_FMIN:	binary(l, v, n, A64_V_FMIN_S); break;
	case KW_IR_FMAX:	binary(l, v, n, A64_V_FMAX_S); break;
	case KW_IR_FCOPYSIGN:	lower_copysign(l, v, n); break;
	case KW_IR_FABS:	unary(l, v, n, A64_V_FABS_S); break;
	case KW_IR_FNEG:	unary(l, v, n, A64_V_FNEG_S); break;
	case KW_IR_FSQRT:	unary(l, v, n, A64_V_FSQRT_S); break;
	case KW_IR_FNEAREST:	unary(l, v, n, A64_V_FRINTN_S); break;
	case KW_IR_FFLOOR:	unary(l, v, n, A64_V_FRINTM_S); break;
	case KW_IR_FCEIL:	unary(l, v, n, A64_V_FRINTP_S); break;
	case KW_IR_FTRUNC:	unary(l, v, n, A64_V_FRINTZ_S); break;
	case KW_IR_FPROMOTE:	a64_v_to(l, kw_lower_value(l, v), A64_V_FCVT_DS, kw_lower_value(l, n->a), 0, 0); break;
	case KW_IR_FDEMOTE:	a64_v_to(l, kw_lower_value(l, v), A64_V_FCVT_SD, kw_lower_value(l, n->a), 0, 0); break;
	case KW_IR_BITCAST:	lower_bitcast(l, v, n); break;
	case KW_IR_CANON:	lower_canon(l, v, n); break;
	case KW_IR_CONVERT:	lower_convert(l, v, n); break;
	case KW_IR_TRUNC:	lower_trunc(l, v, n); break;
	case KW_IR_TRUNC_SAT:	lower_trunc_sat(l, v, n); break;
	default:		a64_lower_simd(l, v, n); break;
	}
}
