/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* opcode.def as an enum and as tables. */
#ifndef KW_WASM_OPCODE_H
#define KW_WASM_OPCODE_H

#include "../platform.h"

enum kw_wasm_op {
#define KW_WASM_OP(name, text, code, imm, params, result, feature) WASM_OP_##name,
#include "opcode.def"
	WASM_NR_OPS
};

/* Layouts of immediates, and where struct kw_insn has them. */
enum kw_imm {
	KW_IMM_NONE,
	KW_IMM_LABEL, KW_IMM_LOCAL, KW_IMM_GLOBAL, KW_IMM_FUNC,		/* idx */
	KW_IMM_TABLE, KW_IMM_ELEM, KW_IMM_DATA,				/* idx */
	KW_IMM_TYPE_TABLE,		/* idx: type, idx2: table */
	KW_IMM_TABLE_TABLE,		/* idx: destination, idx2: source */
	KW_IMM_ELEM_TABLE,		/* idx: segment, idx2: table */
	KW_IMM_MEM,			/* zero byte */
	KW_IMM_MEM_MEM,			/* two zero bytes */
	KW_IMM_DATA_MEM,		/* idx: segment; zero byte */
	KW_IMM_BLOCK,			/* block_type */
	KW_IMM_BR_TABLE,		/* nr_targets, targets */
	KW_IMM_RESULT,			/* idx: the one type behind select */
	KW_IMM_REFTYPE,			/* idx: type */
	KW_IMM_I32, KW_IMM_I64,		/* imm */
	KW_IMM_F32, KW_IMM_F64,		/* imm: bits */
	KW_IMM_V128, KW_IMM_SHUFFLE,	/* imm, imm_hi: 16 bytes */
	/* idx: lane; the shape's number of lanes.  In powers of two: see kw_imm_lanes() */
	KW_IMM_LANE2, KW_IMM_LANE4, KW_IMM_LANE8, KW_IMM_LANE16,
	/* align, imm: offset; by bits accessed.  In powers of two: see kw_imm_size_log2() */
	KW_IMM_MEM8, KW_IMM_MEM16, KW_IMM_MEM32, KW_IMM_MEM64, KW_IMM_MEM128,
	/* the same, then idx: lane */
	KW_IMM_MEM8_LANE, KW_IMM_MEM16_LANE, KW_IMM_MEM32_LANE, KW_IMM_MEM64_LANE,
	KW_NR_IMMS
};

static inline bool kw_imm_is_memarg(u8 imm)
{
	return imm >= KW_IMM_MEM8;
}

/* log2 of the bytes an access touches */
static inline u32 kw_imm_size_log2(u8 imm)
{
	return imm < KW_IMM_MEM8_LANE ? imm - KW_IMM_MEM8 : imm - KW_IMM_MEM8_LANE;
}

/* How many lanes the lane index chooses from. */
static inline u32 kw_imm_lanes(u8 imm)
{
	return imm < KW_IMM_MEM8 ? 2U << (imm - KW_IMM_LANE2) : 16U >> (imm - KW_IMM_MEM8_LANE);
}

/* What an instruction needs; MVP stands for all that is compiled everywhere. */
enum kw_op_feature { KW_OP_MVP, KW_OP_FLOAT, KW_OP_SIMD, KW_OP_REFTYPES, KW_NR_OP_FEATURES };

#define KW_OP_RULE	0xff

/**
 * struct kw_opinfo - a row of opcode.def
 * @imm:       enum kw_imm
 * @feature:   enum kw_op_feature
 * @nr_params: values popped
 * @params:    their enum kw_valtype, the last from the top of the stack; the
 *             first is KW_OP_RULE where types depend on more than the opcode,
 *             then neither @nr_params nor @result says anything
 * @result:    enum kw_valtype pushed, 0 for none
 */
struct kw_opinfo {
	u8 imm;
	u8 feature;
	u8 nr_params;
	u8 result;
	u8 params[4];		/* three at most */
};
static_assert(sizeof(struct kw_opinfo) == 8, "one load in the validator's loop");

extern const struct kw_opinfo kw_opinfo[WASM_NR_OPS];

/* How kw_body_next() reads the immediates of an operator, if each of them is short. */
enum kw_short {
	KW_SHORT_NO,		/* it does not */
	KW_SHORT_NONE,
	KW_SHORT_IDX,
	KW_SHORT_I32,
	KW_SHORT_MEMARG,
	KW_SHORT_BLOCK,
};

/* What kw_body_skim() does with an operator. */
enum kw_skim {
	KW_SKIM_READ,		/* not all of its immediates are LEBs, or it is none */
	KW_SKIM_RETURN,		/* summary.c acts upon it */
	KW_SKIM_OVER,		/* and as many more as the immediates are LEBs */
};

/**
 * struct kw_opcode - what a byte, or a number behind a prefix, stands for
 * @op:   1 + enum kw_wasm_op, 0 for none
 * @form: enum kw_short
 * @skim: enum kw_skim
 */
struct kw_opcode {
	u16 op;
	u8 form;
	u8 skim;
};

/* Rows: bytes without a prefix, numbers behind 0xfc, numbers behind 0xfd. */
extern const struct kw_opcode kw_op_by_code[3][256];

/* "i32.add"; "?" for a number that is none */
const char *kw_op_text(u32 op);

#endif /* KW_WASM_OPCODE_H */
