// SPDX-License-Identifier: GPL-2.0
/*
 * The reference interpreter: vectors (spec 4.4.3, 4.4.7).  Integer lanes are
 * computed here; float lanes by the scalar instruction of the same name, which
 * is how the specification defines them.
 */
#include <string.h>

#include "internal.h"

union vec {
	u8 b[16];
	s8 sb[16];
	u16 h[8];
	s16 sh[8];
	u32 w[4];
	s32 sw[4];
	u64 q[2];
	s64 sq[2];
};

static union vec get(const struct kw_value *v)
{
	return (union vec){ .q = { v->lo, v->hi } };
}

static void set(struct kw_value *v, const union vec *r)
{
	v->lo = r->q[0];
	v->hi = r->q[1];
}

/* ---- memory ---- */

/* @p: eight bytes, read as lanes of half the width */
static union vec widened(u16 op, const u8 *p)
{
	union vec a = { .q = { 0 } }, r = { .q = { 0 } };
	u32 k;

	memcpy(&a, p, 8);
	for (k = 0; k < 8; k++) {
		if (op == WASM_OP_V128_LOAD8X8_S)
			r.sh[k] = a.sb[k];
		else if (op == WASM_OP_V128_LOAD8X8_U)
			r.h[k] = a.b[k];
	}
	for (k = 0; k < 4; k++) {
		if (op == WASM_OP_V128_LOAD16X4_S)
			r.sw[k] = a.sh[k];
		else if (op == WASM_OP_V128_LOAD16X4_U)
			r.w[k] = a.h[k];
	}
	for (k = 0; k < 2; k++) {
		if (op == WASM_OP_V128_LOAD32X2_S)
			r.sq[k] = a.sw[k];
		else if (op == WASM_OP_V128_LOAD32X2_U)
			r.q[k] = a.w[k];
	}
	return r;
}

static union vec loaded(u16 op, const u8 *p, u32 n)
{
	union vec r = { .q = { 0 } };
	u32 k;

	switch (op) {
	case WASM_OP_V128_LOAD8X8_S: case WASM_OP_V128_LOAD8X8_U:
	case WASM_OP_V128_LOAD16X4_S: case WASM_OP_V128_LOAD16X4_U:
	case WASM_OP_V128_LOAD32X2_S: case WASM_OP_V128_LOAD32X2_U:
		return widened(op, p);
	case WASM_OP_V128_LOAD8_SPLAT: case WASM_OP_V128_LOAD16_SPLAT:
	case WASM_OP_V128_LOAD32_SPLAT: case WASM_OP_V128_LOAD64_SPLAT:
		for (k = 0; k < 16; k += n)
			memcpy(r.b + k, p, n);
		return r;
	default:	/* load, load32_zero, load64_zero */
		memcpy(&r, p, n);
		return r;
	}
}

static u32 lane_access(struct ref_frame *f, const struct kw_insn *i, u32 n)
{
	union vec v = get(&f->stack[f->sp - 1]);
	u8 *p = ref_range(f->r, (u32)f->stack[f->sp - 2].lo + i->imm, n);

	f->sp -= 2;
	if (!p)
		return KW_TRAP_MEM_OOB;
	if (!kw_opinfo[i->op].result) {
		memcpy(p, v.b + i->idx * n, n);
	} else {
		memcpy(v.b + i->idx * n, p, n);
		ref_push(f, v.q[0], v.q[1]);
	}
	return KW_TRAP_NONE;
}

u32 ref_vector_access(struct ref_frame *f, const struct kw_insn *i)
{
	const struct kw_opinfo *o = &kw_opinfo[i->op];
	union vec v = { .q = { 0 } };
	bool store = !o->result;
	u32 n;
	u8 *p;

	if (o->feature != KW_OP_SIMD || !kw_imm_is_memarg(o->imm))
		return KW_TRAP_UNLINKED;
	n = 1U << kw_imm_size_log2(o->imm);
	if (o->imm >= KW_IMM_MEM8_LANE)
		return lane_access(f, i, n);
	if (store)
		v = get(&f->stack[--f->sp]);
	p = ref_range(f->r, (u32)ref_pop(f) + i->imm, n);
	if (!p)
		return KW_TRAP_MEM_OOB;
	if (store) {
		memcpy(p, &v, n);
		return KW_TRAP_NONE;
	}
	v = loaded(i->op, p, n);
	ref_push(f, v.q[0], v.q[1]);
	return KW_TRAP_NONE;
}

/* ---- float lanes ---- */

/* Of each lane: the scalar instruction, bits of its operands' and its results' lanes; results go to the low lanes. */
static const struct {
	u16 op, scalar;
	u8 from, to;
	bool mask;		/* 1 stands for all bits */
} by_lane[] = {
#define F32(name)	{ WASM_OP_F32X4_##name, WASM_OP_F32_##name, 32, 32, false }
#define F64(name)	{ WASM_OP_F64X2_##name, WASM_OP_F64_##name, 64, 64, false }
#define BOTH(name)	F32(name), F64(name)
#define COMPARE(name)	{ WASM_OP_F32X4_##name, WASM_OP_F32_##name, 32, 32, true }, \
			{ WASM_OP_F64X2_##name, WASM_OP_F64_##name, 64, 64, true }
	BOTH(ABS), BOTH(NEG), BOTH(SQRT), BOTH(CEIL), BOTH(FLOOR), BOTH(TRUNC), BOTH(NEAREST),
	BOTH(ADD), BOTH(SUB), BOTH(MUL), BOTH(DIV), BOTH(MIN), BOTH(MAX),
	COMPARE(EQ), COMPARE(NE), COMPARE(LT), COMPARE(GT), COMPARE(LE), COMPARE(GE),
	{ WASM_OP_F32X4_DEMOTE_F64X2_ZERO, WASM_OP_F32_DEMOTE_F64, 64, 32, false },
	{ WASM_OP_F64X2_PROMOTE_LOW_F32X4, WASM_OP_F64_PROMOTE_F32, 32, 64, false },
	{ WASM_OP_I32X4_TRUNC_SAT_F32X4_S, WASM_OP_I32_TRUNC_SAT_F32_S, 32, 32, false },
	{ WASM_OP_I32X4_TRUNC_SAT_F32X4_U, WASM_OP_I32_TRUNC_SAT_F32_U, 32, 32, false },
	{ WASM_OP_I32X4_TRUNC_SAT_F64X2_S_ZERO, WASM_OP_I32_TRUNC_SAT_F64_S, 64, 32, false },
	{ WASM_OP_I32X4_TRUNC_SAT_F64X2_U_ZERO, WASM_OP_I32_TRUNC_SAT_F64_U, 64, 32, false },
	{ WASM_OP_F32X4_CONVERT_I32X4_S, WASM_OP_F32_CONVERT_I32_S, 32, 32, false },
	{ WASM_OP_F32X4_CONVERT_I32X4_U, WASM_OP_F32_CONVERT_I32_U, 32, 32, false },
	{ WASM_OP_F64X2_CONVERT_LOW_I32X4_S, WASM_OP_F64_CONVERT_I32_S, 32, 64, false },
	{ WASM_OP_F64X2_CONVERT_LOW_I32X4_U, WASM_OP_F64_CONVERT_I32_U, 32, 64, false },
};

static u64 lane(const union vec *v, u32 bits, u32 k)
{
	return bits == 32 ? v->w[k] : v->q[k];
}

static void put_lane(union vec *v, u32 bits, u32 k, u64 x)
{
	if (bits == 32)
		v->w[k] = (u32)x;
	else
		v->q[k] = x;
}

/* pmin and pmax choose an operand, bits and all; false: b is not the one. */
static bool chooses_second(u16 op, u64 a, u64 b)
{
	bool wide = op == WASM_OP_F64X2_PMIN || op == WASM_OP_F64X2_PMAX;
	bool less = op == WASM_OP_F32X4_PMIN || op == WASM_OP_F64X2_PMIN;
	struct kw_value s[2] = { { less ? b : a, 0 }, { less ? a : b, 0 } };

	ref_numeric(wide ? WASM_OP_F64_LT : WASM_OP_F32_LT, s);
	return s[0].lo;
}

static bool float_lanes(const struct kw_insn *i, const union vec *a, const union vec *b, union vec *r)
{
	struct kw_value s[2];
	u32 n, k;

	switch (i->op) {
	case WASM_OP_F32X4_PMIN: case WASM_OP_F32X4_PMAX:
		for (k = 0; k < 4; k++)
			r->w[k] = chooses_second(i->op, a->w[k], b->w[k]) ? b->w[k] : a->w[k];
		return true;
	case WASM_OP_F64X2_PMIN: case WASM_OP_F64X2_PMAX:
		for (k = 0; k < 2; k++)
			r->q[k] = chooses_second(i->op, a->q[k], b->q[k]) ? b->q[k] : a->q[k];
		return true;
	default:
		break;
	}
	for (n = 0; n < ARRAY_SIZE(by_lane) && by_lane[n].op != i->op; n++)
		;
	if (n == ARRAY_SIZE(by_lane))
		return false;
	for (k = 0; k < 128u / max(by_lane[n].from, by_lane[n].to); k++) {
		s[0] = (struct kw_value){ lane(a, by_lane[n].from, k), 0 };
		s[1] = (struct kw_value){ lane(b, by_lane[n].from, k), 0 };
		ref_numeric(by_lane[n].scalar, s);
		put_lane(r, by_lane[n].to, k, by_lane[n].mask ? -s[0].lo : s[0].lo);
	}
	return true;
}

/* ---- integer lanes ---- */

static s32 clamp_to(s32 v, s32 lo, s32 hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

#define SAT8S(v)	clamp_to(v, -128, 127)
#define SAT8U(v)	clamp_to(v, 0, 255)
#define SAT16S(v)	clamp_to(v, -32768, 32767)
#define SAT16U(v)	clamp_to(v, 0, 65535)

#define EACH(name, field, n, expr) \
	case WASM_OP_##name: \
		for (k = 0; k < (n); k++) \
			r->field[k] = (expr); \
		return true;

#define SIGNED_COMPARE(shape, s, u, n) \
	EACH(shape##_EQ, u, n, -(a->u[k] == b->u[k])) \
	EACH(shape##_NE, u, n, -(a->u[k] != b->u[k])) \
	EACH(shape##_LT_S, u, n, -(a->s[k] < b->s[k])) \
	EACH(shape##_GT_S, u, n, -(a->s[k] > b->s[k])) \
	EACH(shape##_LE_S, u, n, -(a->s[k] <= b->s[k])) \
	EACH(shape##_GE_S, u, n, -(a->s[k] >= b->s[k]))

#define UNSIGNED_COMPARE(shape, u, n) \
	EACH(shape##_LT_U, u, n, -(a->u[k] < b->u[k])) \
	EACH(shape##_GT_U, u, n, -(a->u[k] > b->u[k])) \
	EACH(shape##_LE_U, u, n, -(a->u[k] <= b->u[k])) \
	EACH(shape##_GE_U, u, n, -(a->u[k] >= b->u[k]))

static bool comparisons(u16 op, const union vec *a, const union vec *b, union vec *r)
{
	u32 k;

	switch (op) {
	SIGNED_COMPARE(I8X16, sb, b, 16)
	UNSIGNED_COMPARE(I8X16, b, 16)
	SIGNED_COMPARE(I16X8, sh, h, 8)
	UNSIGNED_COMPARE(I16X8, h, 8)
	SIGNED_COMPARE(I32X4, sw, w, 4)
	UNSIGNED_COMPARE(I32X4, w, 4)
	SIGNED_COMPARE(I64X2, sq, q, 2)
	default:
		return false;
	}
}

#define ADD_SUB(shape, u, n) \
	EACH(shape##_NEG, u, n, -a->u[k]) \
	EACH(shape##_ADD, u, n, a->u[k] + b->u[k]) \
	EACH(shape##_SUB, u, n, a->u[k] - b->u[k])

#define MIN_MAX(shape, s, u, n) \
	EACH(shape##_MIN_S, s, n, min(a->s[k], b->s[k])) \
	EACH(shape##_MIN_U, u, n, min(a->u[k], b->u[k])) \
	EACH(shape##_MAX_S, s, n, max(a->s[k], b->s[k])) \
	EACH(shape##_MAX_U, u, n, max(a->u[k], b->u[k]))

#define SATURATING(shape, s, u, n, ss, su) \
	EACH(shape##_ADD_SAT_S, s, n, ss(a->s[k] + b->s[k])) \
	EACH(shape##_ADD_SAT_U, u, n, su(a->u[k] + b->u[k])) \
	EACH(shape##_SUB_SAT_S, s, n, ss(a->s[k] - b->s[k])) \
	EACH(shape##_SUB_SAT_U, u, n, su(a->u[k] - b->u[k])) \
	EACH(shape##_AVGR_U, u, n, (a->u[k] + b->u[k] + 1) >> 1)

static bool arithmetic(u16 op, const union vec *a, const union vec *b, union vec *r)
{
	u32 k;

	switch (op) {
	ADD_SUB(I8X16, b, 16)
	ADD_SUB(I16X8, h, 8)
	ADD_SUB(I32X4, w, 4)
	ADD_SUB(I64X2, q, 2)
	MIN_MAX(I8X16, sb, b, 16)
	MIN_MAX(I16X8, sh, h, 8)
	MIN_MAX(I32X4, sw, w, 4)
	SATURATING(I8X16, sb, b, 16, SAT8S, SAT8U)
	SATURATING(I16X8, sh, h, 8, SAT16S, SAT16U)
	EACH(I16X8_MUL, h, 8, (u32)a->h[k] * b->h[k])
	EACH(I32X4_MUL, w, 4, a->w[k] * b->w[k])
	EACH(I64X2_MUL, q, 2, a->q[k] * b->q[k])
	EACH(I8X16_ABS, b, 16, a->sb[k] < 0 ? -a->b[k] : a->b[k])
	EACH(I16X8_ABS, h, 8, a->sh[k] < 0 ? -a->h[k] : a->h[k])
	EACH(I32X4_ABS, w, 4, a->sw[k] < 0 ? -a->w[k] : a->w[k])
	EACH(I64X2_ABS, q, 2, a->sq[k] < 0 ? -a->q[k] : a->q[k])
	EACH(I8X16_POPCNT, b, 16, __builtin_popcount(a->b[k]))
	EACH(I16X8_Q15MULR_SAT_S, sh, 8, SAT16S((a->sh[k] * b->sh[k] + 0x4000) >> 15))
	EACH(I32X4_DOT_I16X8_S, w, 4,
	     (u32)(a->sh[2 * k] * b->sh[2 * k]) + (u32)(a->sh[2 * k + 1] * b->sh[2 * k + 1]))
	default:
		return false;
	}
}

#define EXTEND(shape, from, sn, un, sw, uw, n) \
	EACH(shape##_EXTEND_LOW_##from##_S, sw, n, a->sn[k]) \
	EACH(shape##_EXTEND_HIGH_##from##_S, sw, n, a->sn[(n) + k]) \
	EACH(shape##_EXTEND_LOW_##from##_U, uw, n, a->un[k]) \
	EACH(shape##_EXTEND_HIGH_##from##_U, uw, n, a->un[(n) + k]) \
	EACH(shape##_EXTMUL_LOW_##from##_S, sw, n, (s64)a->sn[k] * b->sn[k]) \
	EACH(shape##_EXTMUL_HIGH_##from##_S, sw, n, (s64)a->sn[(n) + k] * b->sn[(n) + k]) \
	EACH(shape##_EXTMUL_LOW_##from##_U, uw, n, (u64)a->un[k] * b->un[k]) \
	EACH(shape##_EXTMUL_HIGH_##from##_U, uw, n, (u64)a->un[(n) + k] * b->un[(n) + k])

static bool other_widths(u16 op, const union vec *a, const union vec *b, union vec *r)
{
	u32 k;

	switch (op) {
	EXTEND(I16X8, I8X16, sb, b, sh, h, 8)
	EXTEND(I32X4, I16X8, sh, h, sw, w, 4)
	EXTEND(I64X2, I32X4, sw, w, sq, q, 2)
	EACH(I16X8_EXTADD_PAIRWISE_I8X16_S, sh, 8, a->sb[2 * k] + a->sb[2 * k + 1])
	EACH(I16X8_EXTADD_PAIRWISE_I8X16_U, h, 8, a->b[2 * k] + a->b[2 * k + 1])
	EACH(I32X4_EXTADD_PAIRWISE_I16X8_S, sw, 4, a->sh[2 * k] + a->sh[2 * k + 1])
	EACH(I32X4_EXTADD_PAIRWISE_I16X8_U, w, 4, a->h[2 * k] + a->h[2 * k + 1])
	EACH(I8X16_NARROW_I16X8_S, sb, 16, SAT8S(k < 8 ? a->sh[k] : b->sh[k - 8]))
	EACH(I8X16_NARROW_I16X8_U, b, 16, SAT8U(k < 8 ? a->sh[k] : b->sh[k - 8]))
	EACH(I16X8_NARROW_I32X4_S, sh, 8, SAT16S(k < 4 ? a->sw[k] : b->sw[k - 4]))
	EACH(I16X8_NARROW_I32X4_U, h, 8, SAT16U(k < 4 ? a->sw[k] : b->sw[k - 4]))
	default:
		return false;
	}
}

#define SHIFTS(shape, s, u, n, bits) \
	EACH(shape##_SHL, u, n, a->u[k] << (x % (bits))) \
	EACH(shape##_SHR_S, s, n, a->s[k] >> (x % (bits))) \
	EACH(shape##_SHR_U, u, n, a->u[k] >> (x % (bits)))

#define SPLAT_REPLACE(shape, u, n) \
	EACH(shape##_SPLAT, u, n, scalar) \
	EACH(shape##_REPLACE_LANE, u, n, k == i->idx ? x : a->u[k])

/* @scalar: the only operand; @x: the second */
static bool with_scalar(const struct kw_insn *i, u64 scalar, const union vec *a, u64 x, union vec *r)
{
	u32 k;

	switch (i->op) {
	SHIFTS(I8X16, sb, b, 16, 8)
	SHIFTS(I16X8, sh, h, 8, 16)
	SHIFTS(I32X4, sw, w, 4, 32)
	SHIFTS(I64X2, sq, q, 2, 64)
	SPLAT_REPLACE(I8X16, b, 16)
	SPLAT_REPLACE(I16X8, h, 8)
	SPLAT_REPLACE(I32X4, w, 4)
	SPLAT_REPLACE(F32X4, w, 4)
	SPLAT_REPLACE(I64X2, q, 2)
	SPLAT_REPLACE(F64X2, q, 2)
	default:
		return false;
	}
}

static bool bits_and_bytes(const struct kw_insn *i, const union vec *a, const union vec *b, const union vec *c,
			   union vec *r)
{
	union vec lanes = { .q = { i->imm, i->imm_hi } };
	u32 k;

	switch (i->op) {
	EACH(V128_NOT, q, 2, ~a->q[k])
	EACH(V128_AND, q, 2, a->q[k] & b->q[k])
	EACH(V128_ANDNOT, q, 2, a->q[k] & ~b->q[k])
	EACH(V128_OR, q, 2, a->q[k] | b->q[k])
	EACH(V128_XOR, q, 2, a->q[k] ^ b->q[k])
	EACH(V128_BITSELECT, q, 2, (a->q[k] & c->q[k]) | (b->q[k] & ~c->q[k]))
	EACH(I8X16_SWIZZLE, b, 16, b->b[k] < 16 ? a->b[b->b[k]] : 0)
	EACH(I8X16_SHUFFLE, b, 16, lanes.b[k] < 16 ? a->b[lanes.b[k]] : b->b[lanes.b[k] - 16])
	default:
		return false;
	}
}

#define TESTS(shape, s, n) \
	case WASM_OP_##shape##_ALL_TRUE: \
		for (k = 0, *out = 1; k < (n); k++) \
			*out &= a->s[k] != 0; \
		return true; \
	case WASM_OP_##shape##_BITMASK: \
		for (k = 0, *out = 0; k < (n); k++) \
			*out |= (u64)(a->s[k] < 0) << k; \
		return true;

#define EXTRACT(op, value)	case WASM_OP_##op: *out = (value); return true;

static bool to_scalar(const struct kw_insn *i, const union vec *a, u64 *out)
{
	u32 k;

	switch (i->op) {
	TESTS(I8X16, sb, 16)
	TESTS(I16X8, sh, 8)
	TESTS(I32X4, sw, 4)
	TESTS(I64X2, sq, 2)
	EXTRACT(V128_ANY_TRUE, (a->q[0] | a->q[1]) != 0)
	EXTRACT(I8X16_EXTRACT_LANE_S, (u32)a->sb[i->idx])
	EXTRACT(I8X16_EXTRACT_LANE_U, a->b[i->idx])
	EXTRACT(I16X8_EXTRACT_LANE_S, (u32)a->sh[i->idx])
	EXTRACT(I16X8_EXTRACT_LANE_U, a->h[i->idx])
	EXTRACT(I32X4_EXTRACT_LANE, a->w[i->idx])
	EXTRACT(F32X4_EXTRACT_LANE, a->w[i->idx])
	EXTRACT(I64X2_EXTRACT_LANE, a->q[i->idx])
	EXTRACT(F64X2_EXTRACT_LANE, a->q[i->idx])
	default:
		return false;
	}
}

bool ref_vector(const struct kw_insn *i, struct kw_value *s)
{
	union vec a = get(&s[0]), b = get(&s[1]), c = get(&s[2]), r = { .q = { 0 } };
	u64 out;

	if (kw_opinfo[i->op].feature != KW_OP_SIMD)
		return false;
	if (to_scalar(i, &a, &out)) {
		s[0] = (struct kw_value){ out, 0 };
		return true;
	}
	if (!comparisons(i->op, &a, &b, &r) && !arithmetic(i->op, &a, &b, &r) && !other_widths(i->op, &a, &b, &r) &&
	    !with_scalar(i, s[0].lo, &a, s[1].lo, &r) && !bits_and_bytes(i, &a, &b, &c, &r) &&
	    !float_lanes(i, &a, &b, &r))
		return false;
	set(&s[0], &r);
	return true;
}
