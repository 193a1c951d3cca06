// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Vectors: arithmetic becomes V1, V2 or V3 with the Wasm instruction's own
 * number; loads and stores of odd shapes become plain accesses and lane
 * operations, so that backends know one kind of memory access.
 */
#include "builder.h"

static u8 result_type(u16 op)
{
	return kw_ir_valtype(kw_opinfo[op].result);
}

static kw_vid v1(struct kw_builder *b, u16 op, kw_vid x, u8 lane)
{
	return kw_b_emit(b, KW_IR_V1, result_type(op), x, 0, 0, op, 0, lane);
}

static kw_vid v2(struct kw_builder *b, u16 op, kw_vid x, kw_vid y, u8 lane)
{
	return kw_b_emit(b, KW_IR_V2, result_type(op), x, y, 0, op, 0, lane);
}

/* ---- memory ---- */

/* Loads that widen or spread what they read: a plain load, then a lane operation on it. */
struct spread {
	u8 type, mtype;		/* of the plain load; no type: not one of these */
	u16 op;
};

static const struct spread spread[WASM_NR_OPS] = {
	[WASM_OP_V128_LOAD8X8_S] = { KW_T_V128, KW_M_F64, WASM_OP_I16X8_EXTEND_LOW_I8X16_S },
	[WASM_OP_V128_LOAD8X8_U] = { KW_T_V128, KW_M_F64, WASM_OP_I16X8_EXTEND_LOW_I8X16_U },
	[WASM_OP_V128_LOAD16X4_S] = { KW_T_V128, KW_M_F64, WASM_OP_I32X4_EXTEND_LOW_I16X8_S },
	[WASM_OP_V128_LOAD16X4_U] = { KW_T_V128, KW_M_F64, WASM_OP_I32X4_EXTEND_LOW_I16X8_U },
	[WASM_OP_V128_LOAD32X2_S] = { KW_T_V128, KW_M_F64, WASM_OP_I64X2_EXTEND_LOW_I32X4_S },
	[WASM_OP_V128_LOAD32X2_U] = { KW_T_V128, KW_M_F64, WASM_OP_I64X2_EXTEND_LOW_I32X4_U },
	[WASM_OP_V128_LOAD8_SPLAT] = { KW_T_I32, KW_M_U8, WASM_OP_I8X16_SPLAT },
	[WASM_OP_V128_LOAD16_SPLAT] = { KW_T_I32, KW_M_U16, WASM_OP_I16X8_SPLAT },
	[WASM_OP_V128_LOAD32_SPLAT] = { KW_T_F32, KW_M_F32, WASM_OP_F32X4_SPLAT },
	[WASM_OP_V128_LOAD64_SPLAT] = { KW_T_F64, KW_M_F64, WASM_OP_F64X2_SPLAT },
};

/* One lane to or from memory. */
struct lane {
	u8 type, mtype;
	bool store;
	u16 op;			/* replace_lane or extract_lane */
};

static const struct lane lane_access[WASM_NR_OPS] = {
	[WASM_OP_V128_LOAD8_LANE] = { KW_T_I32, KW_M_U8, false, WASM_OP_I8X16_REPLACE_LANE },
	[WASM_OP_V128_LOAD16_LANE] = { KW_T_I32, KW_M_U16, false, WASM_OP_I16X8_REPLACE_LANE },
	[WASM_OP_V128_LOAD32_LANE] = { KW_T_I32, KW_M_U32, false, WASM_OP_I32X4_REPLACE_LANE },
	[WASM_OP_V128_LOAD64_LANE] = { KW_T_I64, KW_M_U64, false, WASM_OP_I64X2_REPLACE_LANE },
	[WASM_OP_V128_STORE8_LANE] = { KW_T_I32, KW_M_U8, true, WASM_OP_I8X16_EXTRACT_LANE_U },
	[WASM_OP_V128_STORE16_LANE] = { KW_T_I32, KW_M_U16, true, WASM_OP_I16X8_EXTRACT_LANE_U },
	[WASM_OP_V128_STORE32_LANE] = { KW_T_I32, KW_M_U32, true, WASM_OP_I32X4_EXTRACT_LANE },
	[WASM_OP_V128_STORE64_LANE] = { KW_T_I64, KW_M_U64, true, WASM_OP_I64X2_EXTRACT_LANE },
};

static kw_vid load(struct kw_builder *b, kw_vid addr, u8 type, u8 mtype)
{
	u64 offset = b->insn.imm;
	bool may_fault = kw_b_address(b, &addr, &offset, kw_mtype_bytes(mtype));

	return kw_b_emit(b, KW_IR_LOAD, type, addr, 0, 0, offset, mtype, may_fault);
}

static void do_lane(struct kw_builder *b, const struct lane *l)
{
	kw_vid vec = kw_b_pop(b), addr = kw_b_pop(b), v;
	u64 offset = b->insn.imm;
	bool may_fault;

	if (!l->store) {
		v = load(b, addr, l->type, l->mtype);
		kw_b_push(b, v2(b, l->op, vec, v, (u8)b->insn.idx));
		return;
	}
	v = v1(b, l->op, vec, (u8)b->insn.idx);
	may_fault = kw_b_address(b, &addr, &offset, kw_mtype_bytes(l->mtype));
	kw_b_emit(b, KW_IR_STORE, KW_T_VOID, addr, v, 0, offset, l->mtype, may_fault);
}

static bool memory(struct kw_builder *b)
{
	const struct spread *s = &spread[b->insn.op];
	const struct lane *l = &lane_access[b->insn.op];

	if (s->type != KW_T_VOID) {
		kw_b_push(b, v1(b, s->op, load(b, kw_b_pop(b), s->type, s->mtype), 0));
		return true;
	}
	if (l->type != KW_T_VOID) {
		do_lane(b, l);
		return true;
	}
	return kw_b_access(b);
}

/* ---- arithmetic ---- */

/* Which lanes may hold NaNs of any payload afterwards; VOID: none. */
static u8 nan_lanes(u16 op)
{
	switch (op) {
	case WASM_OP_F32X4_CEIL: case WASM_OP_F32X4_FLOOR: case WASM_OP_F32X4_TRUNC: case WASM_OP_F32X4_NEAREST:
	case WASM_OP_F32X4_SQRT: case WASM_OP_F32X4_ADD: case WASM_OP_F32X4_SUB: case WASM_OP_F32X4_MUL:
	case WASM_OP_F32X4_DIV: case WASM_OP_F32X4_MIN: case WASM_OP_F32X4_MAX:
	case WASM_OP_F32X4_DEMOTE_F64X2_ZERO:
		return KW_T_F32;
	case WASM_OP_F64X2_CEIL: case WASM_OP_F64X2_FLOOR: case WASM_OP_F64X2_TRUNC: case WASM_OP_F64X2_NEAREST:
	case WASM_OP_F64X2_SQRT: case WASM_OP_F64X2_ADD: case WASM_OP_F64X2_SUB: case WASM_OP_F64X2_MUL:
	case WASM_OP_F64X2_DIV: case WASM_OP_F64X2_MIN: case WASM_OP_F64X2_MAX:
	case WASM_OP_F64X2_PROMOTE_LOW_F32X4:
		return KW_T_F64;
	default:
		return KW_T_VOID;
	}
}

static kw_vid shuffle(struct kw_builder *b)
{
	kw_vid lanes = kw_b_const_v128(b, b->insn.imm, b->insn.imm_hi), y = kw_b_pop(b), x = kw_b_pop(b);

	return kw_b_emit(b, KW_IR_V3, KW_T_V128, x, y, lanes, b->insn.op, 0, 0);
}

static kw_vid arithmetic(struct kw_builder *b)
{
	u16 op = b->insn.op;
	u8 lane = kw_opinfo[op].imm == KW_IMM_NONE ? 0 : (u8)b->insn.idx;
	kw_vid x, y, z;

	switch (kw_opinfo[op].nr_params) {
	case 1:
		return v1(b, op, kw_b_pop(b), lane);
	case 2:
		y = kw_b_pop(b);
		x = kw_b_pop(b);
		return v2(b, op, x, y, lane);
	default:
		z = kw_b_pop(b);
		y = kw_b_pop(b);
		x = kw_b_pop(b);
		return kw_b_emit(b, KW_IR_V3, KW_T_V128, x, y, z, op, 0, 0);
	}
}

bool kw_b_simd(struct kw_builder *b)
{
	u16 op = b->insn.op;
	u8 lanes = nan_lanes(op);
	kw_vid v;

	if (kw_opinfo[op].feature != KW_OP_SIMD)
		return false;
	b->f->uses_float = true;
	if (memory(b))
		return true;
	if (op == WASM_OP_V128_CONST)
		v = kw_b_const_v128(b, b->insn.imm, b->insn.imm_hi);
	else if (op == WASM_OP_I8X16_SHUFFLE)
		v = shuffle(b);
	else
		v = arithmetic(b);
	if (lanes != KW_T_VOID && b->o->canonical_nans)
		v = kw_b_emit(b, KW_IR_CANON, KW_T_V128, v, 0, 0, 0, lanes, 0);
	kw_b_push(b, v);
	return true;
}
