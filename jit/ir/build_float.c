// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Floats: a Wasm operator is one operation of the graph; values are bit patterns here. */
#include "builder.h"

enum shape { NO_FLOAT, BINARY, UNARY, COMPARE, CONVERSION, CONSTANT };

struct row {
	u8 shape;
	u8 op;		/* enum kw_irop */
	u8 type;	/* of the result; COMPARE: of the operands */
	u8 from;	/* CONVERSION: type of the operand; COMPARE: enum kw_cond */
	u8 is_signed;
	u8 makes_nan;	/* arithmetic that may give a NaN of any payload */
};

#define BOTH(name, shape, ir, nan) \
	[WASM_OP_F32_##name] = { shape, KW_IR_##ir, KW_T_F32, 0, 0, nan }, \
	[WASM_OP_F64_##name] = { shape, KW_IR_##ir, KW_T_F64, 0, 0, nan }
#define CMP(name, cond) \
	[WASM_OP_F32_##name] = { COMPARE, KW_IR_CMP, KW_T_F32, KW_##cond, 0, 0 }, \
	[WASM_OP_F64_##name] = { COMPARE, KW_IR_CMP, KW_T_F64, KW_##cond, 0, 0 }
#define TO_INT(name, ir) \
	[WASM_OP_I32_##name##_F32_S] = { CONVERSION, KW_IR_##ir, KW_T_I32, KW_T_F32, 1, 0 }, \
	[WASM_OP_I32_##name##_F32_U] = { CONVERSION, KW_IR_##ir, KW_T_I32, KW_T_F32, 0, 0 }, \
	[WASM_OP_I32_##name##_F64_S] = { CONVERSION, KW_IR_##ir, KW_T_I32, KW_T_F64, 1, 0 }, \
	[WASM_OP_I32_##name##_F64_U] = { CONVERSION, KW_IR_##ir, KW_T_I32, KW_T_F64, 0, 0 }, \
	[WASM_OP_I64_##name##_F32_S] = { CONVERSION, KW_IR_##ir, KW_T_I64, KW_T_F32, 1, 0 }, \
	[WASM_OP_I64_##name##_F32_U] = { CONVERSION, KW_IR_##ir, KW_T_I64, KW_T_F32, 0, 0 }, \
	[WASM_OP_I64_##name##_F64_S] = { CONVERSION, KW_IR_##ir, KW_T_I64, KW_T_F64, 1, 0 }, \
	[WASM_OP_I64_##name##_F64_U] = { CONVERSION, KW_IR_##ir, KW_T_I64, KW_T_F64, 0, 0 }
#define TO_FLOAT(t) \
	[WASM_OP_##t##_CONVERT_I32_S] = { CONVERSION, KW_IR_CONVERT, KW_T_##t, KW_T_I32, 1, 0 }, \
	[WASM_OP_##t##_CONVERT_I32_U] = { CONVERSION, KW_IR_CONVERT, KW_T_##t, KW_T_I32, 0, 0 }, \
	[WASM_OP_##t##_CONVERT_I64_S] = { CONVERSION, KW_IR_CONVERT, KW_T_##t, KW_T_I64, 1, 0 }, \
	[WASM_OP_##t##_CONVERT_I64_U] = { CONVERSION, KW_IR_CONVERT, KW_T_##t, KW_T_I64, 0, 0 }

static const struct row row[WASM_NR_OPS] = {
	BOTH(ADD, BINARY, FADD, 1), BOTH(SUB, BINARY, FSUB, 1), BOTH(MUL, BINARY, FMUL, 1),
	BOTH(DIV, BINARY, FDIV, 1), BOTH(MIN, BINARY, FMIN, 1), BOTH(MAX, BINARY, FMAX, 1),
	BOTH(COPYSIGN, BINARY, FCOPYSIGN, 0),
	BOTH(ABS, UNARY, FABS, 0), BOTH(NEG, UNARY, FNEG, 0), BOTH(SQRT, UNARY, FSQRT, 1),
	BOTH(CEIL, UNARY, FCEIL, 1), BOTH(FLOOR, UNARY, FFLOOR, 1), BOTH(TRUNC, UNARY, FTRUNC, 1),
	BOTH(NEAREST, UNARY, FNEAREST, 1),
	CMP(EQ, EQ), CMP(NE, NE), CMP(LT, LT_S), CMP(GT, GT_S), CMP(LE, LE_S), CMP(GE, GE_S),
	TO_INT(TRUNC, TRUNC), TO_INT(TRUNC_SAT, TRUNC_SAT), TO_FLOAT(F32), TO_FLOAT(F64),
	[WASM_OP_F32_DEMOTE_F64] = { UNARY, KW_IR_FDEMOTE, KW_T_F32, 0, 0, 1 },
	[WASM_OP_F64_PROMOTE_F32] = { UNARY, KW_IR_FPROMOTE, KW_T_F64, 0, 0, 1 },
	[WASM_OP_I32_REINTERPRET_F32] = { UNARY, KW_IR_BITCAST, KW_T_I32, 0, 0, 0 },
	[WASM_OP_I64_REINTERPRET_F64] = { UNARY, KW_IR_BITCAST, KW_T_I64, 0, 0, 0 },
	[WASM_OP_F32_REINTERPRET_I32] = { UNARY, KW_IR_BITCAST, KW_T_F32, 0, 0, 0 },
	[WASM_OP_F64_REINTERPRET_I64] = { UNARY, KW_IR_BITCAST, KW_T_F64, 0, 0, 0 },
	[WASM_OP_F32_CONST] = { CONSTANT, 0, KW_T_F32, 0, 0, 0 },
	[WASM_OP_F64_CONST] = { CONSTANT, 0, KW_T_F64, 0, 0, 0 },
};

static kw_vid value_of(struct kw_builder *b, const struct row *r)
{
	kw_vid x, y;

	switch (r->shape) {
	case CONSTANT:
		return kw_b_const(b, r->type, b->insn.imm);
	case UNARY:
		return kw_b_bin(b, r->op, r->type, kw_b_pop(b), 0);
	case CONVERSION:
		return kw_b_emit(b, r->op, r->type, kw_b_pop(b), 0, 0, 0, r->from, r->is_signed);
	default:
		y = kw_b_pop(b);
		x = kw_b_pop(b);
		if (r->shape == COMPARE)
			return kw_b_emit(b, r->op, KW_T_I32, x, y, 0, 0, r->type, r->from);
		return kw_b_bin(b, r->op, r->type, x, y);
	}
}

bool kw_b_float(struct kw_builder *b)
{
	const struct row *r = &row[b->insn.op];
	kw_vid v;

	if (r->shape == NO_FLOAT)
		return kw_opinfo[b->insn.op].feature == KW_OP_FLOAT && kw_b_access(b);
	b->f->uses_float = true;
	v = value_of(b, r);
	if (r->makes_nan && b->o->canonical_nans)
		v = kw_b_bin(b, KW_IR_CANON, r->type, v, 0);
	kw_b_push(b, v);
	return true;
}
