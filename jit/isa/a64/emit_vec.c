// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of what works on vector registers: moves, constants, selects, checked conversions. */
#include "emit.h"
#include "lower.h"

/* ---- constants ---- */

#define POOL_WINDOW	32	/* how many of the latest constants are looked through for an equal one */

static u32 pooled(struct a64_emit *e, u64 lo, u64 hi, u32 bytes)
{
	struct a64_pooled *p;
	u32 i, first = e->nr_pooled > POOL_WINDOW ? e->nr_pooled - POOL_WINDOW : 0;

	for (i = first; i < e->nr_pooled; i++) {
		p = &e->pool[i];
		if (p->lo == lo && p->hi == hi && p->bytes == bytes)
			return p->label;
	}
	p = a64_more(e, e->pool, &e->cap_pooled, e->nr_pooled + 1, sizeof(*p));
	if (!p)
		return 0;
	e->pool = p;
	p = &e->pool[e->nr_pooled++];
	*p = (struct a64_pooled){ a64_new_label(e), bytes, lo, hi };
	return p->label;
}

void a64_emit_pool(struct a64_emit *e)
{
	u32 i, k;

	for (i = 0; i < e->nr_pooled; i++) {
		const struct a64_pooled *p = &e->pool[i];

		if (!a64_room(e, 16))
			return;
		a64_bind(e, p->label);
		for (k = 0; k < p->bytes; k += 4)
			a64_put(e, (k < 8 ? p->lo : p->hi) >> (k & 4 ? 32 : 0));
	}
}

/* Without the pool: halves by way of T0. */
static void build(struct a64_emit *e, u8 reg, u64 lo, u64 hi)
{
	a64_emit_movi(e, A64_T0, lo);
	a64_put(e, a64_v2(A64_V_FMOV_DX, reg, A64_T0));
	if (hi) {
		a64_emit_movi(e, A64_T0, hi);
		a64_put(e, a64_vi(A64_V_INS_D, reg, A64_T0, 1));
	}
}

/* A constant whose bytes are all alike. */
static bool is_byte(u64 lo, u64 hi)
{
	return lo == hi && lo == (lo & 0xff) * 0x0101010101010101ull;
}

static void constant(struct a64_emit *e, u8 reg, u8 type, u64 lo, u64 hi)
{
	u32 bytes = type == KW_T_F32 ? 4 : type == KW_T_F64 ? 8 : 16;
	int imm8 = type == KW_T_V128 ? -1 : a64_imm_float(lo, type == KW_T_F64);

	if (is_byte(lo, hi))
		a64_put(e, a64_movi(reg, lo & 0xff));
	else if (imm8 >= 0)
		a64_put(e, a64_fmov_imm(type == KW_T_F64, reg, imm8));
	else if (!a64_literal(e, reg, bytes, pooled(e, lo, hi, bytes)))
		build(e, reg, lo, hi);
}

void a64_emit_vconst(struct a64_emit *e, const struct kw_minst *mi, u8 reg)
{
	constant(e, reg, mi->size, mi->imm, mi->aux | (u64)mi->wasm_off << 32);
}

/* ---- moves ---- */

static void move(struct a64_emit *e, u8 to, u8 from)
{
	a64_put(e, a64_v3(A64_V_ORR, to, from, from));
}

void a64_emit_vmove(struct a64_emit *e, const struct kw_edit *ed)
{
	u8 reg = A64_VT1;

	if (ed->from < KW_ALLOC_SLOT && ed->to < KW_ALLOC_SLOT) {
		move(e, ed->to & 31, ed->from & 31);
		return;
	}
	if (ed->from < KW_ALLOC_SLOT)
		reg = ed->from & 31;
	else if (ed->to < KW_ALLOC_SLOT)
		reg = ed->to & 31;
	if (ed->from >= KW_ALLOC_SLOT)
		a64_access(e, a64_load_row(ed->type), reg, A64_FP, a64_slot(e, ed->from));
	if (ed->to >= KW_ALLOC_SLOT)
		a64_access(e, a64_store_row(ed->type), reg, A64_FP, a64_slot(e, ed->to));
}

void a64_emit_vswap(struct a64_emit *e, u8 x, u8 y)
{
	move(e, A64_VT1, x);
	move(e, x, y);
	move(e, y, A64_VT1);
}

/* ---- rows ---- */

static void emit_v(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u32 k = mi->cc & A64_O_TIED ? 2 : 1, row = mi->aux;
	u8 d = a64_register(e, 0), n = a64_register(e, k);

	switch (a64_vrow[row].form) {
	case A64_VF_VVV:
		a64_put(e, a64_v3(row, d, n, a64_register(e, k + 1)));
		break;
	case A64_VF_VV:
		a64_put(e, a64_v2(row, d, n));
		break;
	default:
		a64_put(e, a64_vi(row, d, n, mi->imm));
		break;
	}
}

static void emit_fsel(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 d = a64_register(e, 0), then = a64_register(e, 1), other = a64_register(e, 2);

	a64_emit_compare(e, 3);
	if (mi->kind != KW_T_V128) {
		a64_put(e, a64_fcsel(mi->kind == KW_T_F64, d, then, other, mi->cc));
		return;
	}
	/* csetm, all over a vector, which then chooses bits */
	a64_put(e, a64_csel(A64_CSINV, A64_X, A64_T0, A64_ZR, A64_ZR, a64_cc_not(mi->cc)));
	a64_put(e, a64_v2(A64_V_DUP_2D, A64_VT1, A64_T0));
	a64_put(e, a64_v3(A64_V_BSL, A64_VT1, then, other));
	move(e, d, A64_VT1);
}

static void emit_copysign(struct a64_emit *e)
{
	bool single = a64_inst(e)->size == KW_T_F32;
	u8 d = a64_register(e, 0), sign = a64_register(e, 2);

	a64_emit_movi(e, A64_T0, single ? 0x80000000 : 1ull << 63);
	a64_put(e, a64_v2(A64_V_FMOV_DX, A64_VT1, A64_T0));
	a64_put(e, a64_v3(A64_V_BIT, d, sign, A64_VT1));
}

/* Bytes of two registers side by side. */
static void emit_shuffle(struct a64_emit *e)
{
	static_assert(A64_VT1 == A64_VT0 + 1, "TBL2 reads both");

	move(e, A64_VT0, a64_register(e, 1));
	move(e, A64_VT1, a64_register(e, 2));
	a64_put(e, a64_v3(A64_V_TBL2, a64_register(e, 0), 0, a64_register(e, 3)));
}

/* ---- conversions that trap ---- */

/*
 * What can be converted lies strictly above .below and strictly under .limit;
 * both have exact bit patterns in either width.
 */
struct trunc_range {
	u64 below[2], limit[2];		/* [f32, f64] */
};

static const struct trunc_range trunc_range[2][2] = {	/* [64 bit][signed] */
	{
		{ { 0xbf800000, 0xbff0000000000000 }, { 0x4f800000, 0x41f0000000000000 } },
		{ { 0xcf000001, 0xc1e0000000200000 }, { 0x4f000000, 0x41e0000000000000 } },
	}, {
		{ { 0xbf800000, 0xbff0000000000000 }, { 0x5f800000, 0x43f0000000000000 } },
		{ { 0xdf000001, 0xc3e0000000000001 }, { 0x5f000000, 0x43e0000000000000 } },
	},
};

static void emit_trunc(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	bool is_f64 = mi->cc == KW_T_F64;
	const struct trunc_range *r = &trunc_range[mi->size][mi->kind];
	u8 src = a64_register(e, 1), fcmp = is_f64 ? A64_V_FCMP_D : A64_V_FCMP_S;
	u32 row = (mi->kind ? A64_V_FCVTZS_WS : A64_V_FCVTZU_WS) + 2 * mi->size + is_f64;

	a64_put(e, a64_v3(fcmp, 0, src, src));
	a64_jump_if(e, A64_CC_VS, a64_trap_label(e, KW_TRAP_BAD_CONV));
	constant(e, A64_VT1, mi->cc, r->below[is_f64], 0);
	a64_put(e, a64_v3(fcmp, 0, src, A64_VT1));
	a64_jump_if(e, A64_CC_LE, a64_trap_label(e, KW_TRAP_INT_OVERFLOW));
	constant(e, A64_VT1, mi->cc, r->limit[is_f64], 0);
	a64_put(e, a64_v3(fcmp, 0, src, A64_VT1));
	a64_jump_if(e, A64_CC_GE, a64_trap_label(e, KW_TRAP_INT_OVERFLOW));
	a64_put(e, a64_v2(row, a64_register(e, 0), src));
}

void a64_emit_vec(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);

	switch (mi->op) {
	case A64_V:		emit_v(e); break;
	case A64_VCONST:	a64_emit_vconst(e, mi, a64_register(e, 0)); break;
	case A64_FSEL:		emit_fsel(e); break;
	case A64_COPYSIGN:	emit_copysign(e); break;
	case A64_TRUNC:		emit_trunc(e); break;
	case A64_SHUFFLE:	emit_shuffle(e); break;
	default:		e->err = -EOPNOTSUPP; break;
	}
}
