// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of what works on xmm registers: moves, constants, conversions with several outcomes. */
#include "emit.h"
#include "lower.h"

/* ---- constants ---- */

#define POOL_WINDOW	32	/* how many of the latest constants are looked through for an equal one */

static u32 pooled(struct x64_emit *e, u64 lo, u64 hi, u32 bytes)
{
	struct x64_pooled *p;
	u32 i, first = e->nr_pooled > POOL_WINDOW ? e->nr_pooled - POOL_WINDOW : 0;

	for (i = first; i < e->nr_pooled; i++) {
		p = &e->pool[i];
		if (p->lo == lo && p->hi == hi && p->bytes == bytes)
			return p->label;
	}
	p = x64_more(e, e->pool, &e->cap_pooled, e->nr_pooled + 1, sizeof(*p));
	if (!p)
		return 0;
	e->pool = p;
	p = &e->pool[e->nr_pooled++];
	*p = (struct x64_pooled){ x64_new_label(e), bytes, lo, hi };
	return p->label;
}

/* @row xmm, [constant] */
static void with_const(struct x64_emit *e, u8 row, u8 reg, u64 lo, u64 hi, u32 bytes)
{
	u32 label = pooled(e, lo, hi, bytes);

	x64_v_rip(&e->b, row, reg);
	x64_branch_to(e, label, 0);
}

void x64_emit_pool(struct x64_emit *e)
{
	u32 i;

	for (i = 0; i < e->nr_pooled; i++) {
		const struct x64_pooled *p = &e->pool[i];

		if (!x64_room(e, 16))
			return;
		x64_bind(e, p->label);
		put_unaligned_le32((u32)p->lo, e->b.p);
		if (p->bytes > 4)
			put_unaligned_le64(p->lo, e->b.p);
		if (p->bytes > 8)
			put_unaligned_le64(p->hi, e->b.p + 8);
		e->b.p += p->bytes;
	}
}

void x64_emit_vconst(struct x64_emit *e, const struct kw_minst *mi, u8 reg)
{
	u64 hi = mi->aux | (u64)mi->wasm_off << 32;

	if (!mi->imm && !hi)
		x64_v(&e->b, X64_V_XORPS, reg, x64_reg(reg), 0);
	else if (mi->imm == -1 && hi == ~0ull)
		x64_v(&e->b, X64_V_PCMPEQD, reg, x64_reg(reg), 0);
	else
		with_const(e, x64_vload_row(mi->size), reg, mi->imm, hi,
			   mi->size == KW_T_F32 ? 4 : mi->size == KW_T_F64 ? 8 : 16);
}

/* ---- moves ---- */

void x64_emit_vmove(struct x64_emit *e, const struct kw_edit *ed)
{
	struct x64_rm from = x64_place(e, ed->from), to = x64_place(e, ed->to);
	u32 i;

	if (x64_is_reg(to) && x64_is_reg(from)) {
		x64_v(&e->b, X64_V_MOVAPS, x64_base(to), from, 0);
	} else if (x64_is_reg(to)) {
		x64_v(&e->b, x64_vload_row(ed->type), x64_base(to), from, 0);
	} else if (x64_is_reg(from)) {
		x64_v(&e->b, x64_vstore_row(ed->type), x64_base(from), to, 0);
	} else {
		for (i = 0; i < (ed->type == KW_T_V128 ? 2 : 1); i++, from.disp += 8, to.disp += 8) {
			x64_m(&e->b, X64_PUSH, X64_SQ, from);
			x64_m(&e->b, X64_POP, X64_SQ, to);
		}
	}
}

void x64_emit_vswap(struct x64_emit *e, u8 x, u8 y)
{
	x64_v(&e->b, X64_V_XORPS, x, x64_reg(y), 0);
	x64_v(&e->b, X64_V_XORPS, y, x64_reg(x), 0);
	x64_v(&e->b, X64_V_XORPS, x, x64_reg(y), 0);
}

/* ---- rows ---- */

static void emit_v(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	bool mem = mi->x1 != X64_A_NONE;
	u8 form = x64_vrow[mi->x0].flags & X64_VF_FORM;
	u32 from = mi->x2 & X64_F_TIED ? 2 : 1;
	struct x64_rm rm;

	x64_note_access(e);
	if (mi->x2 & X64_F_MR) {
		x64_v(&e->b, mi->x0, x64_register(e, 0), x64_memory(e), mi->imm);
		return;
	}
	if (form == X64_VF_SH) {
		x64_v(&e->b, mi->x0, 0, x64_reg(x64_register(e, 0)), mi->imm);
		return;
	}
	if (form == X64_VF_RX) {	/* ModRM.reg is what is read */
		x64_v(&e->b, mi->x0, x64_register(e, 1), x64_reg(x64_register(e, 0)), mi->imm);
		return;
	}
	rm = mem ? x64_memory(e) : x64_place(e, x64_operand(e, from)->alloc);
	x64_v(&e->b, mi->x0, x64_register(e, 0), rm, mi->imm);
}

static void emit_vset(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 reg = x64_register(e, 0), temp = x64_register(e, 1);

	x64_emit_cond(e, 2);
	x64_setcc(&e->b, mi->cc, reg);
	if (mi->kind) {
		x64_setcc(&e->b, mi->kind == X64_VSET_AND_NP ? X64_CC_NP : X64_CC_P, temp);
		x64_mr(&e->b, mi->kind == X64_VSET_AND_NP ? X64_AND : X64_OR, X64_SL, x64_reg(reg), temp);
	}
	x64_rm(&e->b, X64_MOVZX8, X64_SL, reg, x64_reg(reg));
}

static void emit_vsel(struct x64_emit *e)
{
	u32 done = x64_new_label(e);

	x64_emit_cond(e, 3);
	x64_jump_if(e, x64_cc_not(x64_inst(e)->cc), done);
	x64_v(&e->b, X64_V_MOVAPS, x64_register(e, 0), x64_reg(x64_register(e, 2)), 0);
	x64_bind(e, done);
}

/* ---- conversions ---- */

/* Halve, keeping the lowest bit for rounding, convert, double. */
static void emit_cvtu64(struct x64_emit *e)
{
	bool single = x64_inst(e)->kind == KW_T_F32;
	u8 cvt = single ? X64_V_CVTSQ2SS : X64_V_CVTSQ2SD;
	u8 def = x64_register(e, 0), src = x64_register(e, 1), half = x64_register(e, 2), low = x64_register(e, 3);
	u32 large = x64_new_label(e), done = x64_new_label(e);

	x64_v(&e->b, X64_V_XORPS, def, x64_reg(def), 0);
	x64_mr(&e->b, X64_TEST, X64_SQ, x64_reg(src), src);
	x64_jump_if(e, X64_CC_S, large);
	x64_v(&e->b, cvt, def, x64_reg(src), 0);
	x64_jump(e, done);
	x64_bind(e, large);
	x64_mr(&e->b, X64_MOV, X64_SQ, x64_reg(half), src);
	x64_mr(&e->b, X64_MOV, X64_SL, x64_reg(low), src);
	x64_mi(&e->b, X64_SHR, X64_SQ, x64_reg(half), 1);
	x64_mi(&e->b, X64_AND, X64_SL, x64_reg(low), 1);
	x64_mr(&e->b, X64_OR, X64_SQ, x64_reg(half), low);
	x64_v(&e->b, cvt, def, x64_reg(half), 0);
	x64_v(&e->b, single ? X64_V_ADDSS : X64_V_ADDSD, def, x64_reg(def), 0);
	x64_bind(e, done);
}

/*
 * What can be converted lies strictly above .below and strictly under .limit;
 * both have exact bit patterns in either width.
 */
struct trunc_range {
	u64 below[2], limit[2];		/* [f32, f64] */
	u64 min, max;			/* saturated results */
};

static const struct trunc_range trunc_range[2][2] = {	/* [64 bit][signed] */
	{
		{ { 0xbf800000, 0xbff0000000000000 }, { 0x4f800000, 0x41f0000000000000 }, 0, 0xffffffff },
		{ { 0xcf000001, 0xc1e0000000200000 }, { 0x4f000000, 0x41e0000000000000 }, 0x80000000, 0x7fffffff },
	}, {
		{ { 0xbf800000, 0xbff0000000000000 }, { 0x5f800000, 0x43f0000000000000 }, 0, ~0ull },
		{ { 0xdf000001, 0xc3e0000000000001 }, { 0x5f000000, 0x43e0000000000000 }, 1ull << 63, ~0ull >> 1 },
	},
};

/* Not convertible: trap, or the saturated value. */
static void outcome(struct x64_emit *e, enum x64_cc cc, u8 trap, u64 value, u32 done)
{
	u32 next;

	if (!(x64_inst(e)->kind & X64_TRUNC_SAT)) {
		x64_jump_if(e, cc, x64_trap_label(e, trap));
		return;
	}
	next = x64_new_label(e);
	x64_jump_if(e, x64_cc_not(cc), next);
	x64_movi(&e->b, x64_register(e, 0), value);
	x64_jump(e, done);
	x64_bind(e, next);
}

/* Up to 2^64: the upper half is converted 2^63 lower. */
static void convert_u64(struct x64_emit *e, bool single, u32 done)
{
	u8 def = x64_register(e, 0), src = x64_register(e, 1), temp = x64_register(e, 2);
	u8 cvt = single ? X64_V_CVTTSS2SQ : X64_V_CVTTSD2SQ;
	u64 two63 = single ? 0x5f000000 : 0x43e0000000000000;
	u32 large = x64_new_label(e);

	with_const(e, single ? X64_V_UCOMISS : X64_V_UCOMISD, src, two63, 0, single ? 4 : 8);
	x64_jump_if(e, X64_CC_AE, large);
	x64_v(&e->b, cvt, def, x64_reg(src), 0);
	x64_jump(e, done);
	x64_bind(e, large);
	x64_v(&e->b, X64_V_MOVAPS, temp, x64_reg(src), 0);
	with_const(e, single ? X64_V_SUBSS : X64_V_SUBSD, temp, two63, 0, single ? 4 : 8);
	x64_v(&e->b, cvt, def, x64_reg(temp), 0);
	x64_mi(&e->b, X64_BTC, X64_SQ, x64_reg(def), 63);
}

static void emit_trunc(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	bool single = mi->cc == KW_T_F32, wide = mi->size == X64_SQ, is_signed = mi->kind & X64_TRUNC_SIGNED;
	const struct trunc_range *r = &trunc_range[wide][is_signed];
	u8 src = x64_register(e, 1), row = single ? X64_V_UCOMISS : X64_V_UCOMISD;
	u32 done = x64_new_label(e);

	x64_v(&e->b, row, src, x64_reg(src), 0);
	outcome(e, X64_CC_P, KW_TRAP_BAD_CONV, 0, done);
	with_const(e, row, src, r->below[!single], 0, single ? 4 : 8);
	outcome(e, X64_CC_BE, KW_TRAP_INT_OVERFLOW, r->min, done);
	with_const(e, row, src, r->limit[!single], 0, single ? 4 : 8);
	outcome(e, X64_CC_AE, KW_TRAP_INT_OVERFLOW, r->max, done);
	if (wide && !is_signed)
		convert_u64(e, single, done);
	else if (wide || !is_signed)	/* an u32 is converted as an i64 */
		x64_v(&e->b, single ? X64_V_CVTTSS2SQ : X64_V_CVTTSD2SQ, x64_register(e, 0), x64_reg(src), 0);
	else
		x64_v(&e->b, single ? X64_V_CVTTSS2SI : X64_V_CVTTSD2SI, x64_register(e, 0), x64_reg(src), 0);
	x64_bind(e, done);
}

void x64_emit_vec(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);

	if (!x64_room(e, 2 * X64_MAX_SEQ))
		return;
	switch (mi->op) {
	case X64_V:		emit_v(e); break;
	case X64_VCONST:	x64_emit_vconst(e, mi, x64_register(e, 0)); break;
	case X64_VSET:		emit_vset(e); break;
	case X64_VSEL:		emit_vsel(e); break;
	case X64_CVTU64:	emit_cvtu64(e); break;
	case X64_TRUNC:		emit_trunc(e); break;
	default:		e->err = -EOPNOTSUPP; break;
	}
}
