// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Expands opcode.def into the tables of opcode.h. */
#include "module.h"
#include "opcode.h"

/* The columns params and result, as initializer lists. */
#define T_0
#define T_i	KW_V_I32
#define T_l	KW_V_I64
#define T_f	KW_V_F32
#define T_d	KW_V_F64
#define T_v	KW_V_V128
#define T_r	KW_V_FUNCREF
#define T_ii	T_i, T_i
#define T_il	T_i, T_l
#define T_if	T_i, T_f
#define T_id	T_i, T_d
#define T_iv	T_i, T_v
#define T_ll	T_l, T_l
#define T_ff	T_f, T_f
#define T_dd	T_d, T_d
#define T_vi	T_v, T_i
#define T_vl	T_v, T_l
#define T_vf	T_v, T_f
#define T_vd	T_v, T_d
#define T_vv	T_v, T_v
#define T_vvv	T_v, T_v, T_v
#define T_iii	T_i, T_i, T_i
#define T_rule	KW_OP_RULE

#define NR(...)	(sizeof((u8[]){ 0, ##__VA_ARGS__ }) - 1)

/* What summary.c acts upon, and no more. */
#define IS_SKIMMED(op)	((op) == WASM_OP_BLOCK || (op) == WASM_OP_LOOP || (op) == WASM_OP_IF || \
			 (op) == WASM_OP_END || (op) == WASM_OP_LOCAL_SET || (op) == WASM_OP_LOCAL_TEE || \
			 (op) == WASM_OP_BR || (op) == WASM_OP_BR_IF || (op) == WASM_OP_CALL || \
			 (op) == WASM_OP_CALL_INDIRECT || (op) == WASM_OP_MEMORY_GROW)

/* The zero byte behind memory.size is a LEB, too. */
#define SKIM(imm) \
	((imm) == KW_IMM_NONE ? KW_SKIM_OVER : \
	 (imm) <= KW_IMM_DATA || (imm) == KW_IMM_MEM || (imm) == KW_IMM_BLOCK || (imm) == KW_IMM_REFTYPE || \
	 (imm) == KW_IMM_I32 || (imm) == KW_IMM_I64 ? KW_SKIM_OVER + 1 : \
	 (imm) == KW_IMM_TYPE_TABLE || ((imm) >= KW_IMM_MEM8 && (imm) <= KW_IMM_MEM128) ? KW_SKIM_OVER + 2 : \
	 KW_SKIM_READ)

#define FORM(imm) \
	((imm) == KW_IMM_NONE ? KW_SHORT_NONE : (imm) <= KW_IMM_DATA ? KW_SHORT_IDX : \
	 (imm) == KW_IMM_I32 ? KW_SHORT_I32 : (imm) == KW_IMM_BLOCK ? KW_SHORT_BLOCK : \
	 (imm) >= KW_IMM_MEM8 && (imm) <= KW_IMM_MEM128 ? KW_SHORT_MEMARG : KW_SHORT_NO)

/* T_0 is empty: then the plus is unary. */
const struct kw_opinfo kw_opinfo[WASM_NR_OPS] = {
#define KW_WASM_OP(name, text, code, imm_, params_, result_, feature_) [WASM_OP_##name] = {	\
		.imm = KW_IMM_##imm_, .feature = KW_OP_##feature_,				\
		.nr_params = NR(T_##params_), .params = { T_##params_ }, .result = T_##result_ + 0, \
	},
#include "opcode.def"
};

#define ROW(code)	((code) >> 8 ? ((code) >> 8) - 0xfb : 0)

/* Behind a prefix all are read. */
const struct kw_opcode kw_op_by_code[3][256] = {
#define KW_WASM_OP(name, text, code, imm, params, result, feature)				\
	[ROW(code)][(code) & 0xff] = {								\
		.op = 1 + WASM_OP_##name, .form = ROW(code) ? KW_SHORT_NO : FORM(KW_IMM_##imm),	\
		.skim = ROW(code) ? KW_SKIM_READ :						\
			IS_SKIMMED(WASM_OP_##name) ? KW_SKIM_RETURN : SKIM(KW_IMM_##imm),	\
	},
#include "opcode.def"
};

static const char *const op_text[WASM_NR_OPS] = {
#define KW_WASM_OP(name, text, code, imm, params, result, feature) [WASM_OP_##name] = text,
#include "opcode.def"
};

const char *kw_op_text(u32 op)
{
	return op < WASM_NR_OPS ? op_text[op] : "?";
}
