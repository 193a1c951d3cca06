// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of checked operations, and of the cold code behind their checks. */
#include "emit.h"

/* SDM: div and idiv raise an exception on 0 and on INT_MIN / -1; neither may reach them. */
void x64_emit_div(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 by = x64_register(e, 3);
	struct x64_rm divisor = x64_reg(by);
	bool is_signed = mi->x0 == X64_IDIV, rem = mi->cc & X64_DIV_REM;
	u32 fine, done = x64_new_label(e);

	if (mi->cc & X64_DIV_ZERO) {
		x64_mr(&e->b, X64_TEST, mi->size, divisor, by);
		x64_jump_if(e, X64_CC_E, x64_trap_label(e, KW_TRAP_DIV_ZERO));
	}
	if (is_signed && mi->cc & X64_DIV_NEG1 && rem) {
		x64_movi(&e->b, X64_RDX, 0);
		x64_mi(&e->b, X64_CMP, mi->size, divisor, -1);
		x64_jump_if(e, X64_CC_E, done);
	} else if (is_signed && mi->cc & X64_DIV_NEG1) {
		/* a / -1 overflows where -a does */
		fine = x64_new_label(e);
		x64_mi(&e->b, X64_CMP, mi->size, divisor, -1);
		x64_jump_if(e, X64_CC_NE, fine);
		x64_mr(&e->b, X64_MOV, mi->size, x64_reg(X64_RDX), X64_RAX);
		x64_m(&e->b, X64_NEG, mi->size, x64_reg(X64_RDX));
		x64_jump_if(e, X64_CC_O, x64_trap_label(e, KW_TRAP_INT_OVERFLOW));
		x64_bind(e, fine);
	}
	if (is_signed)
		x64_cdq(&e->b, mi->size);
	else
		x64_movi(&e->b, X64_RDX, 0);
	x64_m(&e->b, mi->x0, mi->size, divisor);
	x64_bind(e, done);
}

/* Compare index + imm with the limit; the index is zero-extended and imm below 2^33: their sum cannot wrap. */
static void compare_with_limit(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 index = x64_register(e, 0), temp = x64_register(e, 2), end = temp;

	if (mi->x2 & X64_F_IMM) {
		x64_mi(&e->b, X64_CMP, X64_SL, x64_reg(index), mi->disp);
		return;
	}
	if (mi->x0 || mi->imm == 0) {
		end = index;
	} else if (mi->imm == (s32)mi->imm) {
		x64_rm(&e->b, X64_LEA, X64_SQ, temp, x64_mem(index, mi->imm));
	} else {
		x64_movi(&e->b, temp, mi->imm);
		x64_mr(&e->b, X64_ADD, X64_SQ, x64_reg(temp), index);
	}
	x64_rm(&e->b, X64_CMP, mi->x0 ? X64_SL : X64_SQ, end,
	       mi->x1 ? x64_memory(e) : x64_place(e, x64_operand(e, 3)->alloc));
}

/* x0: index < limit instead. */
void x64_emit_bounds(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	enum x64_cc over = mi->x0 ? X64_CC_AE : X64_CC_A;
	u8 temp = x64_register(e, 2);

	compare_with_limit(e);
	x64_jump_if(e, over, x64_trap_label(e, mi->kind));
	if (!mi->cc)
		return;
	/* Where the branch is mispredicted, the index is 0. */
	x64_movi_keep(&e->b, temp, 0);
	x64_cmov(&e->b, over, mi->size, x64_register(e, 0), x64_reg(temp));
}

/* Data flows through it: no branch that could be predicted. Above or equal needs one flag, one uop. */
void x64_emit_clamp(struct x64_emit *e)
{
	struct x64_rm limit = x64_inst(e)->x1 ? x64_memory(e) : x64_place(e, x64_operand(e, 2)->alloc);
	u8 index = x64_register(e, 0);

	x64_rm(&e->b, X64_CMP, X64_SQ, index, limit);
	x64_cmov(&e->b, X64_CC_AE, X64_SQ, index, limit);
}

static void load_packet(struct x64_emit *e, u8 dst, struct x64_rm m)
{
	const struct kw_minst *mi = x64_inst(e);
	bool be = mi->cc & X64_PKT_BE;

	switch (mi->x0) {
	case 1:
		x64_rm(&e->b, X64_MOVZX8, X64_SL, dst, m);
		break;
	case 2:
		x64_rm(&e->b, X64_MOVZX16, X64_SL, dst, m);
		if (be)
			x64_mi(&e->b, X64_ROL, X64_SW, x64_reg(dst), 8);
		break;
	default:
		x64_rm(&e->b, X64_MOV, mi->x0 == 8 ? X64_SQ : X64_SL, dst, m);
		if (be)
			x64_bswap(&e->b, mi->x0 == 8 ? X64_SQ : X64_SL, dst);
		break;
	}
}

void x64_emit_pkt(struct x64_emit *e)
{
	u8 temp = x64_register(e, 1), data = x64_register(e, 2), last = x64_register(e, 3), off = x64_register(e, 4);
	u32 back = x64_new_label(e);

	x64_rm(&e->b, X64_CMP, X64_SQ, last, x64_reg(off));
	x64_jump_if(e, X64_CC_L, x64_cold(e, X64_COLD_PKT, 0, back));
	/* Where the branch is mispredicted, the offset is 0. */
	x64_movi_keep(&e->b, temp, 0);
	x64_cmov(&e->b, X64_CC_GE, X64_SL, temp, x64_reg(off));
	load_packet(e, x64_register(e, 0), x64_indexed(data, temp, 0, 0));
	x64_bind(e, back);
}

void x64_emit_pkt_near(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u32 back = x64_new_label(e);

	x64_mi(&e->b, X64_CMP, X64_SL, x64_reg(x64_register(e, 2)), mi->disp + mi->x0);
	x64_jump_if(e, X64_CC_B, x64_cold(e, X64_COLD_PKT, 0, back));
	load_packet(e, x64_register(e, 0), x64_mem(x64_register(e, 1), mi->disp));
	x64_bind(e, back);
}

void x64_emit_pkt_base(struct x64_emit *e)
{
	u32 back = x64_new_label(e);

	x64_mi(&e->b, X64_CMP, X64_SL, x64_reg(x64_register(e, 3)), x64_inst(e)->disp);
	x64_cmov(&e->b, X64_CC_AE, X64_SQ, x64_register(e, 0), x64_reg(x64_register(e, 2)));
	x64_jump_if(e, X64_CC_B, x64_cold(e, X64_COLD_PKT, 0, back));
	x64_bind(e, back);
}

#define SLOW(field)	x64_mem(X64_FP, (s32)(offsetof(struct kw_pkt_slow, field) - sizeof(struct kw_pkt_slow)))

static_assert(offsetof(struct kw_pkt_slow, be) == offsetof(struct kw_pkt_slow, size) + 2 &&
	      offsetof(struct kw_pkt_slow, has_default) == offsetof(struct kw_pkt_slow, size) + 3,
	      "size, be and has_default are written at once");

/* Of a base, too: size 0.  The default may be in a spill slot: it goes through a register that is written anyway. */
static void pkt_cold(struct x64_emit *e, const struct x64_cold *c)
{
	const struct kw_minst *mi = x64_inst(e);
	bool near = mi->op != X64_PKT;
	u8 temp = x64_register(e, near ? 0 : 1);
	u32 how = mi->x0 | (mi->cc & X64_PKT_BE ? 1 << 16 : 0) | (mi->cc & X64_PKT_DEFAULT ? 1 << 24 : 0);

	if (mi->cc & X64_PKT_DEFAULT && !(mi->x2 & X64_F_IMM)) {
		x64_rm(&e->b, X64_MOV, X64_SQ, temp, x64_place(e, x64_operand(e, near ? 3 : 5)->alloc));
		x64_mr(&e->b, X64_MOV, X64_SQ, SLOW(value), temp);
	} else {
		x64_mi(&e->b, X64_MOV, X64_SQ, SLOW(value), mi->imm);
	}
	if (near)
		x64_mi(&e->b, X64_MOV, X64_SL, SLOW(off), mi->disp);
	else
		x64_mr(&e->b, X64_MOV, X64_SL, SLOW(off), x64_register(e, 4));
	x64_mi(&e->b, X64_MOV, X64_SL, SLOW(size), how);
	x64_call_stub(e, KW_STUB_PKT_SLOW, c->mi->wasm_off, KW_TRAP_NONE);
	x64_rm(&e->b, X64_MOV, mi->size, x64_register(e, 0), SLOW(value));
	x64_jump(e, c->back);
}

void x64_emit_poll(struct x64_emit *e)
{
	u32 back = x64_new_label(e);

	x64_mi(&e->b, X64_CMP, X64_SL, x64_mem(x64_register(e, 0), offsetof(struct kw_exec, flag)), 0);
	x64_jump_if(e, X64_CC_NE, x64_cold(e, X64_COLD_POLL, 0, back));
	x64_bind(e, back);
}

/* The signature is wrong: is it that there is no function at all? */
static void sig_cold(struct x64_emit *e, const struct x64_cold *c)
{
	const struct kw_minst *mi = x64_inst(e);
	struct x64_rm id = mi->x1 ? x64_memory(e) : x64_reg(x64_register(e, 0));

	x64_mi(&e->b, X64_CMP, X64_SL, id, 0);
	x64_jump_if(e, X64_CC_E, x64_trap_label(e, KW_TRAP_NULL_ELEM));
	x64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, KW_TRAP_BAD_SIG);
}

static void emit_cold(struct x64_emit *e, const struct x64_cold *c)
{
	x64_set_inst(e, c->mi);
	x64_bind(e, c->label);
	switch (c->kind) {
	case X64_COLD_TRAP:
		x64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, c->trap);
		break;
	case X64_COLD_STACK:
		/* The stub may use what lies below the frame pointer. */
		x64_mi(&e->b, X64_ADD, X64_SQ, x64_reg(X64_FP), e->frame_bytes);
		x64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, c->trap);
		break;
	case X64_COLD_SIG:
		sig_cold(e, c);
		break;
	case X64_COLD_POLL:
		x64_call_stub(e, KW_STUB_POLL, c->mi->wasm_off, KW_TRAP_NONE);
		x64_jump(e, c->back);
		break;
	case X64_COLD_PKT:
		pkt_cold(e, c);
		break;
	}
}

void x64_emit_tail(struct x64_emit *e)
{
	u32 i;

	for (i = 0; i < e->nr_cold && x64_room(e, X64_MAX_SEQ); i++) {
		struct x64_cold c = e->cold[i];		/* the list may move */

		emit_cold(e, &c);
	}
	e->landing = x64_new_label(e);
	if (!x64_room(e, X64_MAX_SEQ))
		return;
	x64_bind(e, e->landing);
	if (e->code->nr_faults > e->first_fault)
		x64_call_stub(e, KW_STUB_FAULT, 0, KW_TRAP_MEM_OOB);
	x64_reserve_tables(e);
	x64_emit_pool(e);
}
