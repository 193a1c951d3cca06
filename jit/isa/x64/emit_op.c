// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of single machine instructions. */
#include "emit.h"

/* The memory operand of the instruction. */
struct x64_rm x64_memory(const struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 base = X64_FP, index = mi->index == KW_NO_REG ? X64_NOREG : x64_register(e, mi->index);
	s32 disp = mi->disp;

	if (mi->x1 == X64_A_LINEAR)
		base = X64_MEMBASE;
	else if (mi->x1 == X64_A_BASE)
		base = mi->base == KW_NO_REG ? X64_NOREG : x64_register(e, mi->base);
	else if (mi->x1 == X64_A_IN)
		disp += e->frame_bytes;
	else if (mi->x1 == X64_A_FRAME)
		disp += e->locals_off;
	return x64_indexed(base, index, mi->scale, disp);
}

void x64_add_fault(struct x64_emit *e)
{
	int err = kw_code_add_fault(e->code, x64_off(e), x64_inst(e)->wasm_off);

	if (err)
		e->err = err;
}

/* The row's instruction, its operands from number @k on. */
static void emit_row(struct x64_emit *e, u32 k)
{
	const struct kw_minst *mi = x64_inst(e);
	const struct x64_row *row = &x64_row[mi->x0];
	bool mem = mi->x1 != X64_A_NONE, tied = mi->x2 & X64_F_TIED;
	struct x64_rm rm;

	x64_note_access(e);
	if (mi->x2 & (X64_F_DEF | X64_F_TIED)) {
		u8 reg = x64_register(e, k);

		if (tied && mi->x2 & X64_F_IMM) {
			kw_assert(row->mi != 0x69);	/* has three operands */
			x64_mi(&e->b, mi->x0, mi->size, x64_reg(reg), mi->imm);
			return;
		}
		if (row->m) {
			x64_m(&e->b, mi->x0, mi->size, x64_reg(reg));
			return;
		}
		rm = mem ? x64_memory(e) : x64_place(e, x64_operand(e, k + 1 + tied)->alloc);
		if (mi->x2 & X64_F_IMM)
			x64_rmi(&e->b, mi->x0, mi->size, reg, rm, mi->imm);
		else
			x64_rm(&e->b, mi->x0, mi->size, reg, rm);
		return;
	}
	if (mi->x2 & X64_F_IMM) {
		rm = mem ? x64_memory(e) : x64_place(e, x64_operand(e, k)->alloc);
		x64_mi(&e->b, mi->x0, mi->size, rm, mi->imm);
		return;
	}
	rm = mem ? x64_memory(e) : x64_place(e, x64_operand(e, k + 1)->alloc);
	if (mi->x2 & X64_F_MR || !row->rm)
		x64_mr(&e->b, mi->x0, mi->size, rm, x64_register(e, k));
	else
		x64_rm(&e->b, mi->x0, mi->size, x64_register(e, k), rm);
}

/* An add leaves the flags alone if it is a lea. */
static bool try_lea(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	struct x64_rm sum;
	u8 reg;

	if (!(mi->x2 & X64_F_TIED) || mi->x1 != X64_A_NONE || !x64_flags_wanted(e))
		return false;
	reg = x64_register(e, 0);
	if (mi->x2 & X64_F_IMM)
		sum = x64_mem(reg, mi->imm);
	else if (x64_operand(e, 2)->alloc < KW_ALLOC_SLOT)
		sum = x64_indexed(reg, x64_register(e, 2), 0, 0);
	else
		return false;
	x64_rm(&e->b, X64_LEA, mi->size, reg, sum);
	x64_flags_wrote(e, reg);
	return true;
}

/* lea of a register onto itself is an add, shorter and of use to a compare with 0. */
static bool try_add(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 reg, other;

	if (mi->scale || (mi->index != KW_NO_REG && mi->disp) || x64_flags_wanted(e))
		return false;
	reg = x64_register(e, 0);
	other = x64_register(e, mi->base);
	if (mi->index != KW_NO_REG && other != reg) {
		if (x64_register(e, mi->index) != reg)
			return false;
	} else if (other != reg) {
		return false;
	} else if (mi->index != KW_NO_REG) {
		other = x64_register(e, mi->index);
	}
	if (mi->index == KW_NO_REG)
		x64_mi(&e->b, X64_ADD, mi->size, x64_reg(reg), mi->disp);
	else
		x64_mr(&e->b, X64_ADD, mi->size, x64_reg(reg), other);
	x64_flags_sum(e, reg, mi->index == KW_NO_REG ? reg : other);
	return true;
}

static void emit_op(struct x64_emit *e)
{
	u8 row = x64_inst(e)->x0;

	if ((row == X64_LEA && try_add(e)) || (row == X64_ADD && try_lea(e)))
		return;
	emit_row(e, 0);
	x64_flags_after_op(e);
}

static void emit_vec_compare(struct x64_emit *e, u32 k)
{
	const struct kw_minst *mi = x64_inst(e);
	struct x64_rm rm = mi->x1 != X64_A_NONE ? x64_memory(e) : x64_place(e, x64_operand(e, k + 1)->alloc);

	x64_note_access(e);
	x64_v(&e->b, mi->x0, x64_register(e, k), rm, 0);
}

/*
 * A compare with operands from @k on.  Flags that are there already stay what
 * they are known as: of a sum perhaps just the zero flag, which is all that this
 * one looks at, but not the next.
 */
static void emit_compare(struct x64_emit *e, u32 k)
{
	const struct kw_minst *mi = x64_inst(e);

	if (x64_flags_known(e))
		return;
	if (mi->x2 & X64_F_VEC)
		emit_vec_compare(e, k);
	else
		emit_row(e, k);
	x64_flags_compared(e);
}

void x64_emit_cond(struct x64_emit *e, u32 k)
{
	emit_compare(e, k);
}

static u32 successor(const struct x64_emit *e, u32 i)
{
	return e->order.to[e->mf->block[e->block].succ + i];
}

void x64_goto(struct x64_emit *e, u32 block)
{
	if (e->order.follow[e->block] != block)
		x64_jump(e, block);
}

static void emit_br(struct x64_emit *e)
{
	u32 then = successor(e, 0), other = successor(e, 1);
	enum x64_cc cc = x64_inst(e)->cc;

	emit_compare(e, 0);
	if (e->order.follow[e->block] == then) {
		x64_jump_if(e, x64_cc_not(cc), other);
	} else {
		x64_jump_if(e, cc, then);
		x64_goto(e, other);
	}
}

/* Is the def's register also read by the compare? */
static bool def_is_read(const struct x64_emit *e)
{
	u32 i;

	for (i = 1; i < x64_inst(e)->nr_opnds; i++)
		if (x64_operand(e, i)->alloc == x64_operand(e, 0)->alloc)
			return true;
	return false;
}

static void emit_set(struct x64_emit *e)
{
	u8 reg = x64_register(e, 0);
	bool late = def_is_read(e) || x64_flags_known(e);

	if (!late) {
		x64_movi(&e->b, reg, 0);
		x64_flags_lost(e);
	}
	emit_compare(e, 1);
	x64_setcc(&e->b, x64_inst(e)->cc, reg);
	if (late)
		x64_rm(&e->b, X64_MOVZX8, X64_SL, reg, x64_reg(reg));
	x64_flags_wrote(e, reg);
}

static void emit_sel(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);

	emit_compare(e, 3);
	x64_cmov(&e->b, mi->cc, mi->kind, x64_register(e, 0), x64_place(e, x64_operand(e, 2)->alloc));
	x64_flags_wrote(e, x64_register(e, 0));
}

/* One more if the carry is clear is as much as less -1 and the carry. */
static void emit_carry(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	bool less = mi->kind & X64_CARRY_LESS, clear = mi->cc == X64_CC_AE;

	emit_compare(e, 2);
	x64_mi(&e->b, less == clear ? X64_ADC : X64_SBB, mi->kind & X64_CARRY_SIZE, x64_reg(x64_register(e, 0)),
	       clear ? -1 : 0);
	x64_flags_lost(e);
}

static void emit_trapif(struct x64_emit *e)
{
	emit_compare(e, 0);
	x64_jump_if(e, x64_inst(e)->cc, x64_trap_label(e, x64_inst(e)->kind));
}

static void emit_sigcheck(struct x64_emit *e)
{
	emit_row(e, 0);
	x64_jump_if(e, X64_CC_NE, x64_cold(e, X64_COLD_SIG, KW_TRAP_BAD_SIG, 0));
}

static void emit_scan(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 reg = x64_register(e, 0);

	x64_movi(&e->b, reg, mi->imm);
	x64_rm(&e->b, mi->x0, mi->size, reg, x64_place(e, x64_operand(e, 1)->alloc));
	if (mi->disp)
		x64_mi(&e->b, X64_XOR, X64_SL, x64_reg(reg), mi->disp);
}

static void emit_call(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	int err;

	x64_call(&e->b);
	err = kw_code_add_reloc(e->code, x64_off(e) - 4, KW_RELOC_FUNC, mi->aux);
	if (err)
		e->err = err;
	x64_site(e, mi->wasm_off, KW_TRAP_NONE);
}

static void load_membase(struct x64_emit *e, u8 inst)
{
	x64_rm(&e->b, X64_MOV, X64_SQ, X64_MEMBASE, x64_mem(inst, offsetof(struct kw_inst, mem_base)));
}

/*
 * Mostly the callee is of this instance: a predicted branch instead of a load
 * keeps what the callee does in memory independent of how it was found.
 */
static void switch_membase(struct x64_emit *e)
{
	u32 same = x64_new_label(e), own = x64_inst(e)->nr_opnds - 1;

	if (!e->f->has_memory) {
		load_membase(e, X64_INST);
		return;
	}
	x64_rm(&e->b, X64_CMP, X64_SQ, X64_INST, x64_place(e, x64_operand(e, own)->alloc));
	x64_jump_if(e, X64_CC_E, same);
	load_membase(e, X64_INST);
	x64_bind(e, same);
}

static void emit_call_ptr(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);

	if (mi->x2)
		switch_membase(e);
	if (e->env && e->env->call.len)
		x64_template(&e->b, e->code, &e->env->call, &e->err);
	else
		x64_m(&e->b, X64_CALLR, X64_SQ, x64_reg(X64_RAX));
	x64_site(e, mi->wasm_off, KW_TRAP_NONE);
}

static void emit_ret(struct x64_emit *e)
{
	if (e->frame_bytes)
		x64_mi(&e->b, X64_ADD, X64_SQ, x64_reg(X64_FP), e->frame_bytes);
	x64_emit_return(&e->b, e->code, e->env, &e->err);
}

void x64_emit_return(struct x64_buf *b, struct kw_code *code, const struct kw_isa_env *env, int *err)
{
	if (env && env->ret.len)
		x64_template(b, code, &env->ret, err);
	else
		x64_ret(b);
	if (env)
		x64_int3(b);	/* no speculation straight on */
}

void x64_emit_inst(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);

	if (mi->flags & KW_MI_REMAT && x64_operand(e, 0)->alloc == KW_ALLOC_NONE)
		return;
	if (mi->op != X64_OP && (mi->op < X64_BR || mi->op > X64_TRAPIF))
		x64_flags_lost(e);
	switch (mi->op) {
	case KW_MOP_NOP:
	case KW_MOP_PARAMS:	break;
	case KW_MOP_JUMP:	x64_goto(e, successor(e, 0)); break;
	case X64_OP:		emit_op(e); break;
	case X64_MOVI:		x64_movi(&e->b, x64_register(e, 0), mi->imm); break;
	case X64_EXEC:		x64_emit_exec(e, x64_register(e, 0)); break;
	case X64_BR:		emit_br(e); break;
	case X64_SET:		emit_set(e); break;
	case X64_SEL:		emit_sel(e); break;
	case X64_CARRY:		emit_carry(e); break;
	case X64_TRAPIF:	emit_trapif(e); break;
	case X64_SIGCHECK:	emit_sigcheck(e); break;
	case X64_SCAN:		emit_scan(e); break;
	case X64_BSWAP:		x64_bswap(&e->b, mi->size, x64_register(e, 0)); break;
	case X64_DIV:		x64_emit_div(e); break;
	case X64_BOUNDS:	x64_emit_bounds(e); break;
	case X64_CLAMP:		x64_emit_clamp(e); break;
	case X64_PKT:		x64_emit_pkt(e); break;
	case X64_PKT_NEAR:	x64_emit_pkt_near(e); break;
	case X64_PKT_BASE:	x64_emit_pkt_base(e); break;
	case X64_POLL:		x64_emit_poll(e); break;
	case X64_SETBASE:	load_membase(e, x64_register(e, 0)); break;
	case X64_CALL:		emit_call(e); break;
	case X64_CALL_PTR:	emit_call_ptr(e); break;
	case X64_CALL_C:	x64_call_stub(e, mi->aux, mi->wasm_off, KW_TRAP_NONE); break;
	case X64_SWITCH:	x64_emit_switch(e); break;
	case X64_RET:		emit_ret(e); break;
	case X64_TRAP:		x64_call_stub(e, KW_STUB_TRAP, mi->wasm_off, mi->kind); break;
	default:		x64_emit_vec(e); break;
	}
}
