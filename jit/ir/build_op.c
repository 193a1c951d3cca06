// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Plain instructions: a Wasm operator is one operation of the graph (spec 4.4.1 to 4.4.5). */
#include "builder.h"

enum shape { NOT_PLAIN, BINARY, UNARY, COMPARE, TEST };

struct plain {
	u8 shape;
	u8 op;			/* enum kw_irop */
	u8 type;		/* of the result, COMPARE and TEST: of the operands */
	u8 cond;		/* enum kw_cond */
};

#define BIN(name, ir) \
	[WASM_OP_I32_##name] = { BINARY, KW_IR_##ir, KW_T_I32, 0 }, \
	[WASM_OP_I64_##name] = { BINARY, KW_IR_##ir, KW_T_I64, 0 }
#define UN(name, ir) \
	[WASM_OP_I32_##name] = { UNARY, KW_IR_##ir, KW_T_I32, 0 }, \
	[WASM_OP_I64_##name] = { UNARY, KW_IR_##ir, KW_T_I64, 0 }
#define CMP(name) \
	[WASM_OP_I32_##name] = { COMPARE, KW_IR_CMP, KW_T_I32, KW_##name }, \
	[WASM_OP_I64_##name] = { COMPARE, KW_IR_CMP, KW_T_I64, KW_##name }

static const struct plain plain[WASM_NR_OPS] = {
	BIN(ADD, ADD), BIN(SUB, SUB), BIN(MUL, MUL), BIN(AND, AND), BIN(OR, OR), BIN(XOR, XOR),
	BIN(SHL, SHL), BIN(SHR_U, SHR_U), BIN(SHR_S, SHR_S), BIN(ROTL, ROTL), BIN(ROTR, ROTR),
	BIN(DIV_U, DIV_U), BIN(DIV_S, DIV_S), BIN(REM_U, REM_U), BIN(REM_S, REM_S),
	UN(CLZ, CLZ), UN(CTZ, CTZ), UN(POPCNT, POPCNT),
	UN(EXTEND8_S, SEXT8), UN(EXTEND16_S, SEXT16),
	[WASM_OP_I64_EXTEND32_S] = { UNARY, KW_IR_SEXTL, KW_T_I64, 0 },
	[WASM_OP_I32_WRAP_I64] = { UNARY, KW_IR_WRAP, KW_T_I32, 0 },
	[WASM_OP_I64_EXTEND_I32_S] = { UNARY, KW_IR_SEXT32, KW_T_I64, 0 },
	[WASM_OP_I64_EXTEND_I32_U] = { UNARY, KW_IR_ZEXT32, KW_T_I64, 0 },
	CMP(EQ), CMP(NE), CMP(LT_S), CMP(LT_U), CMP(GT_S), CMP(GT_U),
	CMP(LE_S), CMP(LE_U), CMP(GE_S), CMP(GE_U),
	[WASM_OP_I32_EQZ] = { TEST, KW_IR_CMP, KW_T_I32, KW_EQ },
	[WASM_OP_I64_EQZ] = { TEST, KW_IR_CMP, KW_T_I64, KW_EQ },
};

/* Not inline: the others need none of its registers.  Return: true */
static noinline bool do_plain(struct kw_builder *b, const struct plain *p)
{
	kw_vid x, y;

	switch (p->shape) {
	case BINARY:
		y = kw_b_pop(b);
		x = kw_b_pop(b);
		kw_b_push(b, kw_b_bin(b, p->op, p->type, x, y));
		break;
	case UNARY:
		kw_b_push(b, kw_b_bin(b, p->op, p->type, kw_b_pop(b), 0));
		break;
	case COMPARE:
		y = kw_b_pop(b);
		x = kw_b_pop(b);
		kw_b_push(b, kw_b_emit(b, p->op, KW_T_I32, x, y, 0, 0, p->type, p->cond));
		break;
	default:
		x = kw_b_pop(b);
		y = kw_b_const(b, p->type, 0);
		kw_b_push(b, kw_b_emit(b, p->op, KW_T_I32, x, y, 0, 0, p->type, p->cond));
		break;
	}
	return true;
}

static void local_set(struct kw_builder *b, kw_vid v)
{
	u32 i = b->insn.idx;

	if (b->locals_in_frame)
		kw_b_emit(b, KW_IR_FSTORE, KW_T_VOID, v, 0, 0, i, b->scope.local_type[i], 0);
	else
		b->scope.local[i] = v;
}

static kw_vid local_get(struct kw_builder *b)
{
	u32 i = b->insn.idx;

	if (b->locals_in_frame)
		return kw_b_emit(b, KW_IR_FLOAD, b->scope.local_type[i], 0, 0, 0, i, 0, 0);
	return b->scope.local[i];
}

static void do_select(struct kw_builder *b)
{
	kw_vid cond = kw_b_pop(b), y = kw_b_pop(b), x = kw_b_pop(b);

	if (b->err)
		return;
	kw_b_push(b, kw_b_emit(b, KW_IR_SELECT, b->f->node[x].type, cond, x, y, 0, 0, 0));
}

bool kw_b_plain(struct kw_builder *b)
{
	const struct plain *p = &plain[b->insn.op];

	if (p->shape != NOT_PLAIN)
		return do_plain(b, p);
	switch (b->insn.op) {
	case WASM_OP_I32_CONST:
		kw_b_push(b, kw_b_const(b, KW_T_I32, b->insn.imm));
		return true;
	case WASM_OP_I64_CONST:
		kw_b_push(b, kw_b_const(b, KW_T_I64, b->insn.imm));
		return true;
	case WASM_OP_LOCAL_GET:
		kw_b_push(b, local_get(b));
		return true;
	case WASM_OP_LOCAL_SET:
		local_set(b, kw_b_pop(b));
		return true;
	case WASM_OP_LOCAL_TEE:
		local_set(b, b->err ? 0 : b->stack[b->sp - 1]);
		return true;
	case WASM_OP_DROP:
		kw_b_pop(b);
		return true;
	case WASM_OP_SELECT:
	case WASM_OP_SELECT_T:
		do_select(b);
		return true;
	default:
		return false;
	}
}
