// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of single machine instructions. */
#include "emit.h"
#include "lower.h"

/* ---- constants and sums ---- */

/* movz or movn, whichever leaves fewer halfwords to movk; a mask is one orr. */
void a64_emit_movi(struct a64_emit *e, u8 reg, u64 imm)
{
	u32 shift, enc, zeroes = 0, ones = 0;
	enum a64_size sz = imm >> 32 ? A64_X : A64_W;
	u64 rest;
	bool inverted;

	for (shift = 0; shift < 64; shift += 16) {
		zeroes += !(imm >> shift & 0xffff);
		ones += (imm >> shift & 0xffff) == 0xffff;
	}
	if (zeroes < 3 && ones < 3 && a64_imm_logical(imm, sz, &enc)) {
		a64_put(e, a64_logi(A64_ORRI, sz, reg, A64_ZR, enc));
		return;
	}
	if (!sz && ((imm & 0xffff) == 0xffff || imm >> 16 == 0xffff)) {
		shift = (imm & 0xffff) == 0xffff ? 16 : 0;
		a64_put(e, a64_rw(A64_MOVN, A64_W, reg, (u32)~imm >> shift & 0xffff, shift));
		return;
	}
	inverted = ones > zeroes;
	rest = inverted ? ~imm : imm;
	shift = rest ? __builtin_ctzll(rest) & ~15u : 0;
	a64_put(e, a64_rw(inverted ? A64_MOVN : A64_MOVZ, A64_X, reg, rest >> shift & 0xffff, shift));
	for (shift += 16; shift < 64; shift += 16)
		if (rest >> shift & 0xffff)
			a64_put(e, a64_rw(A64_MOVK, A64_X, reg, imm >> shift & 0xffff, shift));
}

void a64_add_imm(struct a64_emit *e, u8 d, u8 n, s64 imm)
{
	u8 row = imm < 0 ? A64_SUBI : A64_ADDI;
	u64 by = imm < 0 ? -(u64)imm : (u64)imm;

	if (by > 0xffffff) {
		u8 temp = n == A64_T0 ? A64_T1 : A64_T0;

		a64_emit_movi(e, temp, by);
		a64_put(e, a64_rrr(imm < 0 ? A64_SUB : A64_ADD, A64_X, d, n, temp));
		return;
	}
	if (by & 0xfff000) {
		a64_put(e, a64_rri(row, A64_X, d, n, by & 0xfff000));
		n = d;
	}
	if (by & 0xfff || n != d)
		a64_put(e, a64_rri(row, A64_X, d, n, by & 0xfff));
}

/* ---- memory ---- */

/* The next word accesses linear memory: its address is the site. */
static void note_access(struct a64_emit *e, const struct kw_minst *mi)
{
	if (mi->x2 & A64_A_FAULT && !e->err)
		e->err = kw_code_add_fault(e->code, e->code->len, mi->wasm_off);
}

/* Make [base, disp] something the row can have: the disp that is left, the base in *base. */
static s64 reach_disp(struct a64_emit *e, u8 row, u8 *base, s64 disp)
{
	s64 rest = disp & 0xfff;

	if (a64_can_mem(row, disp))
		return disp;
	if (disp < -0xffffff || disp > 0xffffff || !a64_can_mem(row, rest))
		rest = 0;
	a64_add_imm(e, A64_T0, *base, disp - rest);
	*base = A64_T0;
	return rest;
}

void a64_access(struct a64_emit *e, u8 row, u8 reg, u8 base, s64 disp)
{
	disp = reach_disp(e, row, &base, disp);
	a64_put(e, a64_mem(row, reg, base, disp));
}

/* One access of the instruction; @index A64_ZR: none, else @disp is 0. */
static void put_access(struct a64_emit *e, u8 row, u8 reg, u8 base, u8 index, enum a64_extend ext, s64 disp)
{
	const struct kw_minst *mi = a64_inst(e);

	note_access(e, mi);
	if (index == A64_ZR)
		a64_put(e, a64_mem(row, reg, base, disp));
	else
		a64_put(e, a64_mem_index(row, reg, base, index, ext, mi->scale));
}

/*
 * The load or store of the instruction, of register @reg.  A store that must
 * not write a part is a load of as many bytes to nowhere first: a fault comes
 * before anything is written.
 */
static void emit_access(struct a64_emit *e, u8 reg)
{
	static const u8 load[] = { [1] = A64_LDRH, [2] = A64_LDRW, [3] = A64_LDRX, [4] = A64_LDRVQ };
	const struct kw_minst *mi = a64_inst(e);
	u8 shift = a64_row[mi->x0].aux;
	enum a64_extend ext = mi->x2 & A64_A_WINDEX ? A64_UXTW : A64_UXTX;
	s64 disp = mi->disp;
	u8 base = A64_FP, index = A64_ZR;

	switch (mi->x1) {
	case A64_A_BASE:
		base = a64_register(e, mi->base);
		break;
	case A64_A_LINEAR:
		base = A64_MEMBASE;
		break;
	case A64_A_IN:
		disp += e->frame_bytes;
		break;
	case A64_A_FRAME:
		disp += e->locals_off;
		break;
	default:
		break;
	}
	if (mi->index != KW_NO_REG) {
		index = a64_register(e, mi->index);
		if (disp || (mi->scale && mi->scale != a64_row[mi->x0].aux)) {
			if (ext == A64_UXTW)
				a64_put(e, a64_rrrx(A64_ADDX, A64_X, A64_T0, base, index, ext, mi->scale));
			else
				a64_put(e, a64_rrrs(A64_ADD, A64_X, A64_T0, base, index, A64_LSL, mi->scale));
			base = A64_T0;
			index = A64_ZR;
		}
	}
	if (index == A64_ZR)
		disp = reach_disp(e, mi->x0, &base, disp);
	if (mi->x2 & A64_A_WHOLE)
		put_access(e, load[shift], shift == 4 ? A64_VT0 : A64_ZR, base, index, ext, disp);
	put_access(e, mi->x0, reg, base, index, ext, disp);
}

/* ---- rows ---- */

static u32 mask_of(u64 imm, enum a64_size sz)
{
	u32 enc = 0;
	bool can = a64_imm_logical(imm, sz, &enc);

	kw_assert(can);
	return enc;
}

static void emit_op(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 row = mi->x0, size = mi->size, d = a64_register(e, 0), n = A64_ZR, m;
	u32 k = 1;

	if (!(mi->cc & A64_O_ZN))
		n = a64_register(e, k++);
	m = k < mi->nr_opnds ? a64_register(e, k++) : A64_ZR;
	switch (a64_row[row].form) {
	case A64_F_RRR:
		a64_put(e, a64_rrr(row, size, d, n, m));
		break;
	case A64_F_RRRS:
		a64_put(e, a64_rrrs(row, size, d, n, m, mi->x1, mi->x2));
		break;
	case A64_F_RRRX:
		a64_put(e, a64_rrrx(row, size, d, n, m, mi->x1, mi->x2));
		break;
	case A64_F_RRRR:
		a64_put(e, a64_rrrr(row, size, d, n, m, k < mi->nr_opnds ? a64_register(e, k) : A64_ZR));
		break;
	case A64_F_RR:
		a64_put(e, a64_rr(row, size, d, n));
		break;
	case A64_F_RRI:
		a64_put(e, a64_rri(row, size, d, n, mi->imm));
		break;
	case A64_F_LOGI:
		a64_put(e, a64_logi(row, size, d, n, mask_of(mi->imm, size)));
		break;
	case A64_F_BFM:
		a64_put(e, a64_bfm(row, size, d, n, mi->x1, mi->x2));
		break;
	default:
		kw_assert(row == A64_EXTR);
		a64_put(e, a64_extr(size, d, n, m, mi->x2));
		break;
	}
}

void a64_emit_exec(struct a64_emit *e, u8 reg)
{
	a64_put(e, a64_logi(A64_ANDI, A64_X, reg, A64_FP, mask_of(~(u64)(KW_STACK_BYTES - 1), A64_X)));
}

/* ---- compares ---- */

static void compare_imm(struct a64_emit *e, enum a64_size size, u8 n, s64 imm)
{
	u64 plus = size ? (u64)imm : (u32)imm, minus = size ? -(u64)imm : (u32)-(u32)imm;

	if (a64_can_rri(plus))
		a64_put(e, a64_rri(A64_SUBSI, size, A64_ZR, n, plus));
	else
		a64_put(e, a64_rri(A64_ADDSI, size, A64_ZR, n, minus));
}

/* The second compare, if the first says so; else flags that decide. */
static void emit_chained(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	enum a64_size size = mi->disp & A64_C_CHAIN_WIDE ? A64_X : A64_W;
	u32 flags = A64_C_CHAIN_ELSE(mi->disp);
	enum a64_cc first = A64_C_CHAIN_IF(mi->disp);
	s32 imm = A64_C_CHAIN_IMM(mi->disp);
	u8 n = a64_register(e, mi->base);

	if (mi->index != KW_NO_REG)
		a64_put(e, a64_ccmp(A64_CCMP, size, n, a64_register(e, mi->index), flags, first));
	else if (imm < 0)
		a64_put(e, a64_ccmi(A64_CCMNI, size, n, -imm, flags, first));
	else
		a64_put(e, a64_ccmi(A64_CCMPI, size, n, imm, flags, first));
}

static void emit_first(struct a64_emit *e, u32 k)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 n = a64_register(e, k);

	switch (mi->x0) {
	case A64_C_REG:
		a64_put(e, a64_rrrs(A64_SUBS, mi->size, A64_ZR, n, a64_register(e, k + 1), mi->x1, mi->x2));
		break;
	case A64_C_IMM:
		compare_imm(e, mi->size, n, mi->imm);
		break;
	case A64_C_TEST:
		a64_put(e, a64_rrr(A64_ANDS, mi->size, A64_ZR, n, a64_register(e, k + 1)));
		break;
	case A64_C_TESTI:
		a64_put(e, a64_logi(A64_ANDSI, mi->size, A64_ZR, n, mask_of(mi->imm, mi->size)));
		break;
	case A64_C_ZERO:
		compare_imm(e, mi->size, n, 0);
		break;
	case A64_C_BIT:
		a64_put(e, a64_logi(A64_ANDSI, mi->size, A64_ZR, n, mask_of(1ull << mi->x2, mi->size)));
		break;
	default:
		a64_put(e, a64_v3(mi->x1 == KW_T_F32 ? A64_V_FCMP_S : A64_V_FCMP_D, 0, n, a64_register(e, k + 1)));
		break;
	}
}

void a64_emit_compare(struct a64_emit *e, u32 k)
{
	emit_first(e, k);
	if (a64_inst(e)->disp & A64_C_CHAINED)
		emit_chained(e);
}

/* To @label if the compare from operand @k on says @cc. */
static void compare_and_jump(struct a64_emit *e, u32 k, enum a64_cc cc, u32 label)
{
	const struct kw_minst *mi = a64_inst(e);

	if (mi->disp & A64_C_CHAINED) {
		a64_emit_compare(e, k);
		a64_jump_if(e, cc, label);
	} else if (mi->x0 == A64_C_ZERO) {
		a64_jump_zero(e, cc == A64_CC_NE, mi->size, a64_register(e, k), label);
	} else if (mi->x0 == A64_C_BIT) {
		a64_jump_bit(e, cc == A64_CC_NE, a64_register(e, k), mi->x2, label);
	} else {
		a64_emit_compare(e, k);
		a64_jump_if(e, cc, label);
	}
}

/* ---- control ---- */

static u32 successor(const struct a64_emit *e, u32 i)
{
	return e->order.to[e->mf->block[e->block].succ + i];
}

void a64_goto(struct a64_emit *e, u32 block)
{
	if (e->order.follow[e->block] != block)
		a64_jump(e, block);
}

static void emit_br(struct a64_emit *e)
{
	u32 then = successor(e, 0), other = successor(e, 1);
	enum a64_cc cc = a64_inst(e)->cc;

	if (e->order.follow[e->block] == then) {
		compare_and_jump(e, 0, a64_cc_not(cc), other);
	} else {
		compare_and_jump(e, 0, cc, then);
		a64_goto(e, other);
	}
}

/* cset is csinc of zeroes, unless the condition holds. */
static void emit_set(struct a64_emit *e)
{
	a64_emit_compare(e, 1);
	a64_put(e, a64_csel(A64_CSINC, A64_W, a64_register(e, 0), A64_ZR, A64_ZR, a64_cc_not(a64_inst(e)->cc)));
}

static void emit_sel(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);

	a64_emit_compare(e, 3);
	a64_put(e, a64_csel(A64_CSEL, mi->kind, a64_register(e, 0), a64_register(e, 1), a64_register(e, 2), mi->cc));
}

static void emit_trapif(struct a64_emit *e)
{
	compare_and_jump(e, 0, a64_inst(e)->cc, a64_trap_label(e, a64_inst(e)->kind));
}

/*
 * Counts in pairs, nibbles, bytes, then a product that adds up all bytes in
 * the highest (Warren, "Hacker's Delight", 5-1).
 */
static void emit_popcnt(struct a64_emit *e)
{
	enum a64_size sz = a64_inst(e)->size;
	u8 d = a64_register(e, 0), a = a64_register(e, 1);

	a64_put(e, a64_logi(A64_ANDI, sz, A64_T0, a, mask_of(0xaaaaaaaaaaaaaaaaull, sz)));
	a64_put(e, a64_rrrs(A64_SUB, sz, d, a, A64_T0, A64_LSR, 1));
	a64_put(e, a64_logi(A64_ANDI, sz, A64_T0, d, mask_of(0x3333333333333333ull, sz)));
	a64_put(e, a64_bfm(A64_UBFM, sz, d, d, 2, sz ? 63 : 31));
	a64_put(e, a64_logi(A64_ANDI, sz, d, d, mask_of(0x3333333333333333ull, sz)));
	a64_put(e, a64_rrr(A64_ADD, sz, d, d, A64_T0));
	a64_put(e, a64_rrrs(A64_ADD, sz, d, d, d, A64_LSR, 4));
	a64_put(e, a64_logi(A64_ANDI, sz, d, d, mask_of(0x0f0f0f0f0f0f0f0full, sz)));
	a64_put(e, a64_logi(A64_ORRI, sz, A64_T0, A64_ZR, mask_of(0x0101010101010101ull, sz)));
	a64_put(e, a64_rrrr(A64_MADD, sz, d, d, A64_T0, A64_ZR));
	a64_put(e, a64_bfm(A64_UBFM, sz, d, d, sz ? 56 : 24, sz ? 63 : 31));
}

static void emit_call(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);

	if (!e->err)
		e->err = kw_code_add_reloc(e->code, e->code->len, KW_RELOC_FUNC, mi->aux);
	a64_put(e, a64_bl(0));
	a64_site(e, mi->wasm_off, KW_TRAP_NONE);
}

static void load_membase(struct a64_emit *e, u8 inst)
{
	a64_access(e, A64_LDRX, A64_MEMBASE, inst, offsetof(struct kw_inst, mem_base));
}

/*
 * Mostly the callee is of this instance: a predicted branch instead of a load
 * keeps what the callee does in memory independent of how it was found.
 */
static void switch_membase(struct a64_emit *e)
{
	u32 same = a64_new_label(e), own = a64_inst(e)->nr_opnds - 1;
	kw_alloc_t alloc;
	u8 reg;

	if (!e->f->has_memory) {
		load_membase(e, A64_INST);
		return;
	}
	alloc = a64_operand(e, own)->alloc;
	reg = alloc;
	if (alloc >= KW_ALLOC_SLOT) {
		reg = A64_T1;
		a64_access(e, A64_LDRX, reg, A64_FP, a64_slot(e, alloc));
	}
	a64_put(e, a64_rrr(A64_SUBS, A64_X, A64_ZR, A64_INST, reg));
	a64_jump_if(e, A64_CC_EQ, same);
	load_membase(e, A64_INST);
	a64_bind(e, same);
}

static void emit_call_ptr(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);

	if (mi->x2)
		switch_membase(e);
	a64_template(e, e->env ? &e->env->call : NULL, a64_blr(A64_CALLEE));
	a64_site(e, mi->wasm_off, KW_TRAP_NONE);
}

static void emit_base(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 d = a64_register(e, 0), base = A64_MEMBASE;

	if (mi->nr_opnds > 1) {
		a64_put(e, a64_rrrx(A64_ADDX, A64_X, d, base, a64_register(e, 1), mi->x1, 0));
		base = d;
	}
	a64_add_imm(e, d, base, mi->disp);
}

void a64_emit_inst(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);

	if (mi->flags & KW_MI_REMAT && a64_operand(e, 0)->alloc == KW_ALLOC_NONE)
		return;
	switch (mi->op) {
	case KW_MOP_NOP:
	case KW_MOP_PARAMS:	break;
	case KW_MOP_JUMP:	a64_goto(e, successor(e, 0)); break;
	case A64_OP:		emit_op(e); break;
	case A64_MOVI:		a64_emit_movi(e, a64_register(e, 0), mi->imm); break;
	case A64_LOAD:		emit_access(e, a64_register(e, 0)); break;
	case A64_STORE:		emit_access(e, mi->x2 & A64_A_ZERO ? A64_ZR : a64_register(e, 0)); break;
	case A64_BASE:		emit_base(e); break;
	case A64_EXEC:		a64_emit_exec(e, a64_register(e, 0)); break;
	case A64_BR:		emit_br(e); break;
	case A64_SET:		emit_set(e); break;
	case A64_SEL:		emit_sel(e); break;
	case A64_TRAPIF:	emit_trapif(e); break;
	case A64_SIGCHECK:	a64_emit_sigcheck(e); break;
	case A64_POPCNT:	emit_popcnt(e); break;
	case A64_DIV:		a64_emit_div(e); break;
	case A64_BOUNDS:	a64_emit_bounds(e); break;
	case A64_CLAMP:		a64_emit_clamp(e); break;
	case A64_PKT:		a64_emit_pkt(e); break;
	case A64_PKT_NEAR:	a64_emit_pkt_near(e); break;
	case A64_PKT_BASE:	a64_emit_pkt_base(e); break;
	case A64_POLL:		a64_emit_poll(e); break;
	case A64_SETBASE:	load_membase(e, a64_register(e, 0)); break;
	case A64_CALL:		emit_call(e); break;
	case A64_CALL_PTR:	emit_call_ptr(e); break;
	case A64_CALL_C:	a64_call_stub(e, mi->aux, mi->wasm_off, KW_TRAP_NONE); break;
	case A64_SWITCH:	a64_emit_switch(e); break;
	case A64_RET:		a64_return(e); break;
	case A64_TRAP:		a64_call_stub(e, KW_STUB_TRAP, mi->wasm_off, mi->kind); break;
	default:		a64_emit_vec(e); break;
	}
}
