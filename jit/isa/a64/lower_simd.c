// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Lowering of V1, V2 and V3: Wasm vector instructions into NEON.  Most are one
 * row of a table; the others are short sequences, one function a family.
 */
#include "../../wasm/opcode.h"
#include "lower.h"

/* ---- what is one or two instructions ---- */

enum form {
	NONE,
	PLAIN,		/* row a, b or row a */
	EXCHANGED,	/* row b, a */
	NOT_PLAIN,	/* then all bits turned */
	IMM,		/* row a, imm */
};

struct simple {
	u8 form, imm;
	u16 row;
};

#define R(row)		A64_V_##row
#define ONE(op, row_)	[WASM_OP_##op] = { PLAIN, 0, R(row_) }
#define EXCH(op, row_)	[WASM_OP_##op] = { EXCHANGED, 0, R(row_) }
#define NOT(op, row_)	[WASM_OP_##op] = { NOT_PLAIN, 0, R(row_) }
#define BY(op, row_, n)	[WASM_OP_##op] = { IMM, n, R(row_) }
#define ORDER(s, S) \
	ONE(s##_EQ, CMEQ_##S), NOT(s##_NE, CMEQ_##S), ONE(s##_GT_S, CMGT_##S), ONE(s##_GE_S, CMGE_##S), \
	EXCH(s##_LT_S, CMGT_##S), EXCH(s##_LE_S, CMGE_##S)
#define CMPS(s, S) \
	ORDER(s, S), ONE(s##_GT_U, CMHI_##S), ONE(s##_GE_U, CMHS_##S), EXCH(s##_LT_U, CMHI_##S), \
	EXCH(s##_LE_U, CMHS_##S), ONE(s##_MIN_S, SMIN_##S), ONE(s##_MIN_U, UMIN_##S), \
	ONE(s##_MAX_S, SMAX_##S), ONE(s##_MAX_U, UMAX_##S)
#define ARITH(s, S)	ONE(s##_ADD, ADD_##S), ONE(s##_SUB, SUB_##S), ONE(s##_NEG, NEG_##S), ONE(s##_ABS, ABS_##S)
#define SATURATING(s, S) \
	ONE(s##_ADD_SAT_S, SQADD_##S), ONE(s##_ADD_SAT_U, UQADD_##S), ONE(s##_SUB_SAT_S, SQSUB_##S), \
	ONE(s##_SUB_SAT_U, UQSUB_##S), ONE(s##_AVGR_U, URHADD_##S)
#define FLOATS(s, S) \
	ONE(s##_ADD, FADD_##S), ONE(s##_SUB, FSUB_##S), ONE(s##_MUL, FMUL_##S), ONE(s##_DIV, FDIV_##S), \
	ONE(s##_MIN, FMIN_##S), ONE(s##_MAX, FMAX_##S), ONE(s##_EQ, FCMEQ_##S), NOT(s##_NE, FCMEQ_##S), \
	ONE(s##_GT, FCMGT_##S), ONE(s##_GE, FCMGE_##S), EXCH(s##_LT, FCMGT_##S), EXCH(s##_LE, FCMGE_##S), \
	ONE(s##_SQRT, FSQRT_##S), ONE(s##_ABS, FABS_##S), ONE(s##_NEG, FNEG_##S), ONE(s##_NEAREST, FRINTN_##S), \
	ONE(s##_FLOOR, FRINTM_##S), ONE(s##_CEIL, FRINTP_##S), ONE(s##_TRUNC, FRINTZ_##S)
#define WIDEN(to, from, S) \
	BY(to##_EXTEND_LOW_##from##_S, SSHLL_##S, 0), BY(to##_EXTEND_LOW_##from##_U, USHLL_##S, 0), \
	BY(to##_EXTEND_HIGH_##from##_S, SSHLL2_##S, 0), BY(to##_EXTEND_HIGH_##from##_U, USHLL2_##S, 0), \
	ONE(to##_EXTMUL_LOW_##from##_S, SMULL_##S), ONE(to##_EXTMUL_LOW_##from##_U, UMULL_##S), \
	ONE(to##_EXTMUL_HIGH_##from##_S, SMULL2_##S), ONE(to##_EXTMUL_HIGH_##from##_U, UMULL2_##S)

static const struct simple simple[WASM_NR_OPS] = {
	CMPS(I8X16, 16B), CMPS(I16X8, 8H), CMPS(I32X4, 4S), ORDER(I64X2, 2D),
	ARITH(I8X16, 16B), ARITH(I16X8, 8H), ARITH(I32X4, 4S), ARITH(I64X2, 2D),
	SATURATING(I8X16, 16B), SATURATING(I16X8, 8H), FLOATS(F32X4, 4S), FLOATS(F64X2, 2D),
	WIDEN(I16X8, I8X16, 8H), WIDEN(I32X4, I16X8, 4S), WIDEN(I64X2, I32X4, 2D),
	ONE(I16X8_MUL, MUL_8H), ONE(I32X4_MUL, MUL_4S), ONE(I16X8_Q15MULR_SAT_S, SQRDMULH_8H),
	ONE(I16X8_EXTADD_PAIRWISE_I8X16_S, SADDLP_8H), ONE(I16X8_EXTADD_PAIRWISE_I8X16_U, UADDLP_8H),
	ONE(I32X4_EXTADD_PAIRWISE_I16X8_S, SADDLP_4S), ONE(I32X4_EXTADD_PAIRWISE_I16X8_U, UADDLP_4S),
	ONE(V128_AND, AND), ONE(V128_OR, ORR), ONE(V128_XOR, EOR), ONE(V128_ANDNOT, BIC), ONE(V128_NOT, NOT),
	ONE(I8X16_POPCNT, CNT), ONE(I8X16_SWIZZLE, TBL),
	ONE(F32X4_CONVERT_I32X4_S, SCVTF_4S), ONE(F32X4_CONVERT_I32X4_U, UCVTF_4S),
	ONE(I32X4_TRUNC_SAT_F32X4_S, FCVTZS_4S), ONE(I32X4_TRUNC_SAT_F32X4_U, FCVTZU_4S),
	ONE(F32X4_DEMOTE_F64X2_ZERO, FCVTN), ONE(F64X2_PROMOTE_LOW_F32X4, FCVTL),
	ONE(I8X16_SPLAT, DUP_16B), ONE(I16X8_SPLAT, DUP_8H), ONE(I32X4_SPLAT, DUP_4S), ONE(I64X2_SPLAT, DUP_2D),
	BY(F32X4_SPLAT, DUPE_4S, 0), BY(F64X2_SPLAT, DUPE_2D, 0),
};

/* ---- pieces of sequences ---- */

static u32 two(struct kw_lower *l, u16 row, u32 a, u32 b)
{
	return a64_v(l, row, KW_T_V128, a, b, 0);
}

static u32 one(struct kw_lower *l, u16 row, u32 a, u8 imm)
{
	return a64_v(l, row, KW_T_V128, a, 0, imm);
}

static u32 number(struct kw_lower *l, u16 row, u8 type, u32 a, u8 imm)
{
	return a64_v(l, row, type, a, 0, imm);
}

/* A 32-bit or 64-bit instruction of integers on vregs. */
static u32 integer(struct kw_lower *l, u8 row, enum a64_size size, u8 cc, u32 a, u32 b, u8 x1, u8 x2)
{
	u32 def = kw_mi_vreg(l, size ? KW_T_I64 : KW_T_I32);

	kw_mi_begin(l, A64_OP, size);
	l->mi->x0 = row;
	l->mi->cc = cc;
	l->mi->x1 = x1;
	l->mi->x2 = x2;
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, a);
	if (b)
		kw_mi_use(l, b);
	kw_mi_end(l);
	return def;
}

static void lower_simple(struct kw_lower *l, u32 def, const struct simple *s, const struct kw_node *n)
{
	u32 a = kw_lower_value(l, n->a), b = n->op == KW_IR_V1 ? 0 : kw_lower_value(l, n->b);

	switch (s->form) {
	case EXCHANGED:
		a64_v_to(l, def, s->row, b, a, 0);
		break;
	case NOT_PLAIN:
		a64_v_to(l, def, R(NOT), two(l, s->row, a, b), 0, 0);
		break;
	default:
		a64_v_to(l, def, s->row, a, b, s->imm);
		break;
	}
}

/* ---- lanes ---- */

static const u16 lane_row[WASM_NR_OPS] = {
	[WASM_OP_I8X16_EXTRACT_LANE_S] = R(SMOV_B), [WASM_OP_I8X16_EXTRACT_LANE_U] = R(UMOV_B),
	[WASM_OP_I16X8_EXTRACT_LANE_S] = R(SMOV_H), [WASM_OP_I16X8_EXTRACT_LANE_U] = R(UMOV_H),
	[WASM_OP_I32X4_EXTRACT_LANE] = R(UMOV_S), [WASM_OP_I64X2_EXTRACT_LANE] = R(UMOV_D),
	[WASM_OP_F32X4_EXTRACT_LANE] = R(DUPS), [WASM_OP_F64X2_EXTRACT_LANE] = R(DUPD),
	[WASM_OP_I8X16_REPLACE_LANE] = R(INS_B), [WASM_OP_I16X8_REPLACE_LANE] = R(INS_H),
	[WASM_OP_I32X4_REPLACE_LANE] = R(INS_S), [WASM_OP_I64X2_REPLACE_LANE] = R(INS_D),
	[WASM_OP_F32X4_REPLACE_LANE] = R(INSE_S), [WASM_OP_F64X2_REPLACE_LANE] = R(INSE_D),
};

/* Lanes 0-15 of a, 16-31 of b. */
static void shuffle(struct kw_lower *l, u32 def, const struct kw_node *n)
{
	kw_mi_begin(l, A64_SHUFFLE, A64_X);
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	kw_mi_use(l, kw_lower_value(l, n->c));
	kw_mi_end(l);
}

/* ---- tests: i32 results ---- */

/* @x == or != 0 */
static void against_zero(struct kw_lower *l, u32 def, u32 x, enum a64_size size, enum a64_cc cc)
{
	kw_mi_begin(l, A64_SET, size);
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	l->mi->x0 = A64_C_ZERO;
	l->mi->cc = cc;
	kw_mi_use(l, x);
	kw_mi_end(l);
}

static void any_true(struct kw_lower *l, u32 def, u32 a)
{
	against_zero(l, def, number(l, R(FMOV_XD), KW_T_I64, two(l, R(UMAXP_4S), a, a), 0), A64_X, A64_CC_NE);
}

/* No lane equals 0: the smallest does not. */
static void all_true(struct kw_lower *l, u32 def, u16 row, u32 a)
{
	against_zero(l, def, number(l, R(FMOV_WS), KW_T_I32, one(l, row, a, 0), 0), A64_W, A64_CC_NE);
}

static void all_true64(struct kw_lower *l, u32 def, u32 a)
{
	u32 zeroes = one(l, R(ADDP_D), one(l, R(CMEQZ_2D), a, 0), 0);

	against_zero(l, def, number(l, R(FMOV_XD), KW_T_I64, zeroes, 0), A64_X, A64_CC_EQ);
}

/* Each lane's sign as a bit of its own, then their sum. */
static void bitmask(struct kw_lower *l, u32 def, u16 op, u32 a)
{
	u32 bits;

	switch (op) {
	case WASM_OP_I8X16_BITMASK:
		bits = two(l, R(AND), one(l, R(SSHR_16B), a, 7),
			   a64_vconst(l, KW_T_V128, 0x8040201008040201ull, 0x8040201008040201ull));
		bits = two(l, R(ZIP1_16B), bits, two(l, R(EXT8), bits, bits));
		bits = one(l, R(ADDV_8H), bits, 0);
		break;
	case WASM_OP_I16X8_BITMASK:
		bits = two(l, R(AND), one(l, R(SSHR_8H), a, 15),
			   a64_vconst(l, KW_T_V128, 0x0008000400020001ull, 0x0080004000200010ull));
		bits = one(l, R(ADDV_8H), bits, 0);
		break;
	default:
		bits = two(l, R(AND), one(l, R(SSHR_4S), a, 31),
			   a64_vconst(l, KW_T_V128, 0x0000000200000001ull, 0x0000000800000004ull));
		bits = one(l, R(ADDV_4S), bits, 0);
		break;
	}
	a64_v_to(l, def, R(FMOV_WS), bits, 0, 0);
}

static void bitmask64(struct kw_lower *l, u32 def, u32 a)
{
	u32 lo = number(l, R(FMOV_XD), KW_T_I64, a, 0), hi = number(l, R(UMOV_D), KW_T_I64, a, 1);

	lo = integer(l, A64_UBFM, A64_X, 0, lo, 0, 63, 63);
	hi = integer(l, A64_UBFM, A64_X, 0, hi, 0, 63, 63);
	kw_mi_begin(l, A64_OP, A64_W);
	l->mi->x0 = A64_ADD;
	l->mi->x1 = A64_LSL;
	l->mi->x2 = 1;
	kw_mi_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, lo);
	kw_mi_use(l, hi);
	kw_mi_end(l);
}

/* ---- arithmetic ---- */

/* Cross products in 32-bit lanes, added and moved up, then the product of the low halves. */
static void mul64(struct kw_lower *l, u32 def, u32 a, u32 b)
{
	u32 cross = two(l, R(MUL_4S), one(l, R(REV64_4S), b, 0), a);
	u32 low_a = one(l, R(XTN_2S), a, 0), low_b = one(l, R(XTN_2S), b, 0);

	cross = one(l, R(SHL_2D), one(l, R(UADDLP_2D), cross, 0), 32);
	a64_vtied_to(l, def, R(UMLAL_2D), cross, low_a, low_b, 0);
}

static void dot(struct kw_lower *l, u32 def, u32 a, u32 b)
{
	a64_v_to(l, def, R(ADDP_4S), two(l, R(SMULL_4S), a, b), two(l, R(SMULL2_4S), a, b), 0);
}

/* pmin: b < a ? b : a; pmax: a < b ? b : a */
static void pseudo(struct kw_lower *l, u32 def, u16 op, u32 a, u32 b)
{
	u16 row = op == WASM_OP_F32X4_PMIN || op == WASM_OP_F32X4_PMAX ? R(FCMGT_4S) : R(FCMGT_2D);
	bool is_min = op == WASM_OP_F32X4_PMIN || op == WASM_OP_F64X2_PMIN;

	a64_vtied_to(l, def, R(BSL), is_min ? two(l, row, a, b) : two(l, row, b, a), b, a, 0);
}

static void narrow(struct kw_lower *l, u32 def, u16 row, u32 a, u32 b)
{
	a64_vtied_to(l, def, row + 1, one(l, row, a, 0), b, 0, 0);	/* the upper half's row follows */
}

/* ---- shifts ---- */

struct shift {
	u16 by_vreg, left, right;	/* rows; right: of the immediate, 0 for a left shift */
	u16 dup;
	u8 lane_bits;
};

static const struct shift shifts[WASM_NR_OPS] = {
#define SHIFTS(s, S, bits) \
	[WASM_OP_##s##_SHL] = { R(USHL_##S), R(SHL_##S), 0, R(DUP_##S), bits }, \
	[WASM_OP_##s##_SHR_S] = { R(SSHL_##S), 0, R(SSHR_##S), R(DUP_##S), bits }, \
	[WASM_OP_##s##_SHR_U] = { R(USHL_##S), 0, R(USHR_##S), R(DUP_##S), bits }
	SHIFTS(I8X16, 16B, 8), SHIFTS(I16X8, 8H, 16), SHIFTS(I32X4, 4S, 32), SHIFTS(I64X2, 2D, 64),
};

/* By a register the count is signed and a lane's own: to the right by less than 0. */
static void lower_shift(struct kw_lower *l, u32 def, const struct shift *s, const struct kw_node *n)
{
	u32 a = kw_lower_value(l, n->a), by;
	u64 count;

	if (kw_lower_const(l, n->b, &count)) {
		count &= s->lane_bits - 1;
		if (!count)
			a64_v_to(l, def, R(ORR), a, a, 0);
		else
			a64_v_to(l, def, s->right ? s->right : s->left, a, 0, count);
		return;
	}
	by = kw_mi_vreg(l, KW_T_I64);
	kw_mi_begin(l, A64_OP, A64_X);
	l->mi->x0 = A64_ANDI;
	l->mi->imm = s->lane_bits - 1;
	kw_mi_opnd(l, by, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_low32(l, n->b));
	kw_mi_end(l);
	if (s->right)
		by = integer(l, A64_SUB, A64_X, A64_O_ZN, by, 0, 0, 0);
	a64_v_to(l, def, s->by_vreg, a, one(l, s->dup, by, 0), 0);
}

/* ---- dispatch ---- */

static void lower_v1(struct kw_lower *l, u32 def, const struct kw_node *n)
{
	u32 a = kw_lower_value(l, n->a);

	switch (n->imm) {
	case WASM_OP_V128_ANY_TRUE:
		any_true(l, def, a);
		break;
	case WASM_OP_I8X16_ALL_TRUE:
		all_true(l, def, R(UMINV_16B), a);
		break;
	case WASM_OP_I16X8_ALL_TRUE:
		all_true(l, def, R(UMINV_8H), a);
		break;
	case WASM_OP_I32X4_ALL_TRUE:
		all_true(l, def, R(UMINV_4S), a);
		break;
	case WASM_OP_I64X2_ALL_TRUE:
		all_true64(l, def, a);
		break;
	case WASM_OP_I8X16_BITMASK: case WASM_OP_I16X8_BITMASK: case WASM_OP_I32X4_BITMASK:
		bitmask(l, def, n->imm, a);
		break;
	case WASM_OP_I64X2_BITMASK:
		bitmask64(l, def, a);
		break;
	case WASM_OP_F64X2_CONVERT_LOW_I32X4_S:
		a64_v_to(l, def, R(SCVTF_2D), one(l, R(SSHLL_2D), a, 0), 0, 0);
		break;
	case WASM_OP_F64X2_CONVERT_LOW_I32X4_U:
		a64_v_to(l, def, R(UCVTF_2D), one(l, R(USHLL_2D), a, 0), 0, 0);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F64X2_S_ZERO:
		a64_v_to(l, def, R(SQXTN_2S), one(l, R(FCVTZS_2D), a, 0), 0, 0);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F64X2_U_ZERO:
		a64_v_to(l, def, R(UQXTN_2S), one(l, R(FCVTZU_2D), a, 0), 0, 0);
		break;
	default:
		a64_v_to(l, def, lane_row[n->imm], a, 0, n->aux);
		break;
	}
}

static void lower_v2(struct kw_lower *l, u32 def, const struct kw_node *n)
{
	u32 a = kw_lower_value(l, n->a), b;

	if (shifts[n->imm].lane_bits) {
		lower_shift(l, def, &shifts[n->imm], n);
		return;
	}
	b = kw_lower_value(l, n->b);
	switch (n->imm) {
	case WASM_OP_I64X2_MUL:
		mul64(l, def, a, b);
		break;
	case WASM_OP_I32X4_DOT_I16X8_S:
		dot(l, def, a, b);
		break;
	case WASM_OP_F32X4_PMIN: case WASM_OP_F32X4_PMAX: case WASM_OP_F64X2_PMIN: case WASM_OP_F64X2_PMAX:
		pseudo(l, def, n->imm, a, b);
		break;
	case WASM_OP_I8X16_NARROW_I16X8_S:
		narrow(l, def, R(SQXTN_8B), a, b);
		break;
	case WASM_OP_I8X16_NARROW_I16X8_U:
		narrow(l, def, R(SQXTUN_8B), a, b);
		break;
	case WASM_OP_I16X8_NARROW_I32X4_S:
		narrow(l, def, R(SQXTN_4H), a, b);
		break;
	case WASM_OP_I16X8_NARROW_I32X4_U:
		narrow(l, def, R(SQXTUN_4H), a, b);
		break;
	default:
		a64_vtied_to(l, def, lane_row[n->imm], a, b, 0, n->aux);
		break;
	}
}

static void lower_v3(struct kw_lower *l, u32 def, const struct kw_node *n)
{
	if (n->imm == WASM_OP_I8X16_SHUFFLE)
		shuffle(l, def, n);
	else
		a64_vtied_to(l, def, R(BSL), kw_lower_value(l, n->c), kw_lower_value(l, n->a),
			     kw_lower_value(l, n->b), 0);
}

void a64_lower_simd(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	u32 def = kw_lower_value(l, v);

	if (simple[n->imm].form != NONE)
		lower_simple(l, def, &simple[n->imm], n);
	else if (n->op == KW_IR_V1)
		lower_v1(l, def, n);
	else if (n->op == KW_IR_V2)
		lower_v2(l, def, n);
	else
		lower_v3(l, def, n);
}
