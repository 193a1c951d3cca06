// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * References: a funcref is a pointer to a struct kw_funcref, an externref a
 * handle of the embedder's; both are i64 in the graph and 0 is null.
 */
#include "builder.h"

static void ref_func(struct kw_builder *b)
{
	kw_vid funcs = kw_b_hload(b, b->inst, offsetof(struct kw_inst, funcs), KW_T_I64, KW_M_U64, KW_H_CONST);
	u64 off = b->insn.idx * (u64)sizeof(struct kw_funcref);

	kw_b_push(b, kw_b_bin(b, KW_IR_ADD, KW_T_I64, funcs, kw_b_const(b, KW_T_I64, off)));
}

static void ref_is_null(struct kw_builder *b)
{
	kw_b_push(b, kw_b_emit(b, KW_IR_CMP, KW_T_I32, kw_b_pop(b), kw_b_const(b, KW_T_I64, 0), 0, 0,
			       KW_T_I64, KW_EQ));
}

static void table_get(struct kw_builder *b)
{
	kw_vid entry = kw_b_table_entry(b, b->insn.idx, kw_b_pop(b), KW_TRAP_TABLE_OOB);

	kw_b_push(b, kw_b_hload(b, entry, offsetof(struct kw_table_entry, ref), KW_T_I64, KW_M_U64, KW_H_TABLE));
}

static void table_size(struct kw_builder *b)
{
	kw_b_push(b, kw_b_hload(b, kw_b_table(b, b->insn.idx), offsetof(struct kw_table, len),
				KW_T_I32, KW_M_U32, KW_H_TABLE));
}

/* helper(inst, table, the top @n operands) */
static kw_vid table_helper(struct kw_builder *b, u32 helper, u8 type, u32 n)
{
	kw_vid arg[4];
	u32 i;

	arg[0] = kw_b_const(b, KW_T_I32, b->insn.idx);
	for (i = n; i > 0; i--)
		arg[i] = kw_b_pop(b);
	return kw_b_call_c(b, KW_STUB_HELPER + helper, type, arg, n + 1);
}

bool kw_b_ref(struct kw_builder *b)
{
	switch (b->insn.op) {
	case WASM_OP_REF_NULL:
		kw_b_push(b, kw_b_const(b, KW_T_I64, 0));
		return true;
	case WASM_OP_REF_IS_NULL:
		ref_is_null(b);
		return true;
	case WASM_OP_REF_FUNC:
		ref_func(b);
		return true;
	case WASM_OP_TABLE_GET:
		table_get(b);
		return true;
	case WASM_OP_TABLE_SET:
		table_helper(b, KW_HELPER_TABLE_SET, KW_T_VOID, 2);
		return true;
	case WASM_OP_TABLE_SIZE:
		table_size(b);
		return true;
	case WASM_OP_TABLE_GROW:
		kw_b_push(b, table_helper(b, KW_HELPER_TABLE_GROW, KW_T_I32, 2));
		return true;
	case WASM_OP_TABLE_FILL:
		table_helper(b, KW_HELPER_TABLE_FILL, KW_T_VOID, 3);
		return true;
	default:
		return false;
	}
}
