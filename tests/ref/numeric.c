// SPDX-License-Identifier: GPL-2.0
/* Numeric instructions, spec 4.3: what each computes, with C's own types where those have the meaning. */
#include <math.h>
#include <string.h>

#include "ref.h"

static float f32(u64 bits)
{
	u32 b = (u32)bits;
	float f;

	memcpy(&f, &b, sizeof(f));
	return f;
}

static double f64(u64 bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static u64 from_f32(float f)
{
	u32 b;

	memcpy(&b, &f, sizeof(b));
	return b;
}

static u64 from_f64(double d)
{
	u64 b;

	memcpy(&b, &d, sizeof(b));
	return b;
}

static u32 clz32(u32 v) { return v ? (u32)__builtin_clz(v) : 32; }
static u32 ctz32(u32 v) { return v ? (u32)__builtin_ctz(v) : 32; }
static u32 clz64(u64 v) { return v ? (u32)__builtin_clzll(v) : 64; }
static u32 ctz64(u64 v) { return v ? (u32)__builtin_ctzll(v) : 64; }
static u32 rotl32(u32 v, u32 n) { n &= 31; return n ? v << n | v >> (32 - n) : v; }
static u64 rotl64(u64 v, u64 n) { n &= 63; return n ? v << n | v >> (64 - n) : v; }

/* fmin, fmax: NaN if either is, and -0 < +0 (spec 4.3.3) */
#define FMINMAX(T, name, less) \
static T name(T a, T b) \
{ \
	if (isnan(a) || isnan(b)) \
		return a + b; \
	if (a == b) \
		return less ? (signbit(a) ? a : b) : (signbit(a) ? b : a); \
	return (a < b) == less ? a : b; \
}
FMINMAX(float, min_f32, 1)
FMINMAX(float, max_f32, 0)
FMINMAX(double, min_f64, 1)
FMINMAX(double, max_f64, 0)

/* Truncation of @d into [lo, hi): traps, or saturates */
static u32 trunc_to(double d, double lo, double hi, bool is_signed, bool sat, u64 min, u64 max, u64 *out)
{
	if (isnan(d)) {
		*out = 0;
		return sat ? KW_TRAP_NONE : KW_TRAP_BAD_CONV;
	}
	d = trunc(d);
	if (d < lo || d >= hi) {
		*out = d < lo ? min : max;
		return sat ? KW_TRAP_NONE : KW_TRAP_INT_OVERFLOW;
	}
	*out = is_signed ? (u64)(s64)d : (u64)d;
	return KW_TRAP_NONE;
}

static u32 trunc_i32(struct kw_value *s, double d, bool is_signed, bool sat)
{
	u32 trap;
	u64 v;

	if (is_signed)
		trap = trunc_to(d, -0x1p31, 0x1p31, true, sat, 0x80000000u, 0x7fffffff, &v);
	else
		trap = trunc_to(d, 0, 0x1p32, false, sat, 0, 0xffffffff, &v);
	s[0].lo = (u32)v;
	return trap;
}

static u32 trunc_i64(struct kw_value *s, double d, bool is_signed, bool sat)
{
	if (is_signed)
		return trunc_to(d, -0x1p63, 0x1p63, true, sat, 1ULL << 63, ~0ULL >> 1, &s[0].lo);
	return trunc_to(d, 0, 0x1p64, false, sat, 0, ~0ULL, &s[0].lo);
}

static u32 div_rem(u16 op, struct kw_value *s)
{
	u64 a = s[0].lo, b = s[1].lo;
	s32 sa = (s32)a, sb = (s32)b;
	s64 la = (s64)a, lb = (s64)b;

	if (!b)
		return KW_TRAP_DIV_ZERO;
	switch (op) {
	case WASM_OP_I32_DIV_S:
		if (sa == INT32_MIN && sb == -1)
			return KW_TRAP_INT_OVERFLOW;
		s[0].lo = (u32)(sa / sb);
		break;
	case WASM_OP_I32_REM_S:
		s[0].lo = sb == -1 ? 0 : (u32)(sa % sb);
		break;
	case WASM_OP_I64_DIV_S:
		if (la == INT64_MIN && lb == -1)
			return KW_TRAP_INT_OVERFLOW;
		s[0].lo = (u64)(la / lb);
		break;
	case WASM_OP_I64_REM_S:
		s[0].lo = lb == -1 ? 0 : (u64)(la % lb);
		break;
	case WASM_OP_I32_DIV_U:
	case WASM_OP_I64_DIV_U:
		s[0].lo = a / b;
		break;
	default:
		s[0].lo = a % b;
		break;
	}
	return KW_TRAP_NONE;
}

#define A32	((u32)s[0].lo)
#define B32	((u32)s[1].lo)
#define A64	(s[0].lo)
#define B64	(s[1].lo)
#define I(op, expr)	case WASM_OP_##op: s[0].lo = (u32)(expr); break
#define L(op, expr)	case WASM_OP_##op: s[0].lo = (u64)(expr); break
#define F(op, expr)	case WASM_OP_##op: s[0].lo = from_f32(expr); break
#define D(op, expr)	case WASM_OP_##op: s[0].lo = from_f64(expr); break

static bool integer_op(u16 op, struct kw_value *s)
{
	switch (op) {
	I(I32_EQZ, A32 == 0);		I(I64_EQZ, A64 == 0);
	I(I32_EQ, A32 == B32);		I(I64_EQ, A64 == B64);
	I(I32_NE, A32 != B32);		I(I64_NE, A64 != B64);
	I(I32_LT_S, (s32)A32 < (s32)B32);	I(I64_LT_S, (s64)A64 < (s64)B64);
	I(I32_LT_U, A32 < B32);		I(I64_LT_U, A64 < B64);
	I(I32_GT_S, (s32)A32 > (s32)B32);	I(I64_GT_S, (s64)A64 > (s64)B64);
	I(I32_GT_U, A32 > B32);		I(I64_GT_U, A64 > B64);
	I(I32_LE_S, (s32)A32 <= (s32)B32);	I(I64_LE_S, (s64)A64 <= (s64)B64);
	I(I32_LE_U, A32 <= B32);	I(I64_LE_U, A64 <= B64);
	I(I32_GE_S, (s32)A32 >= (s32)B32);	I(I64_GE_S, (s64)A64 >= (s64)B64);
	I(I32_GE_U, A32 >= B32);	I(I64_GE_U, A64 >= B64);
	I(I32_CLZ, clz32(A32));		L(I64_CLZ, clz64(A64));
	I(I32_CTZ, ctz32(A32));		L(I64_CTZ, ctz64(A64));
	I(I32_POPCNT, __builtin_popcount(A32));	L(I64_POPCNT, __builtin_popcountll(A64));
	I(I32_ADD, A32 + B32);		L(I64_ADD, A64 + B64);
	I(I32_SUB, A32 - B32);		L(I64_SUB, A64 - B64);
	I(I32_MUL, A32 * B32);		L(I64_MUL, A64 * B64);
	I(I32_AND, A32 & B32);		L(I64_AND, A64 & B64);
	I(I32_OR, A32 | B32);		L(I64_OR, A64 | B64);
	I(I32_XOR, A32 ^ B32);		L(I64_XOR, A64 ^ B64);
	I(I32_SHL, A32 << (B32 & 31));	L(I64_SHL, A64 << (B64 & 63));
	I(I32_SHR_U, A32 >> (B32 & 31));	L(I64_SHR_U, A64 >> (B64 & 63));
	I(I32_SHR_S, (s32)A32 >> (B32 & 31));	L(I64_SHR_S, (s64)A64 >> (B64 & 63));
	I(I32_ROTL, rotl32(A32, B32));	L(I64_ROTL, rotl64(A64, B64));
	I(I32_ROTR, rotl32(A32, -B32));	L(I64_ROTR, rotl64(A64, -B64));
	I(I32_WRAP_I64, A64);		L(I64_EXTEND_I32_U, A32);
	L(I64_EXTEND_I32_S, (s64)(s32)A32);
	I(I32_EXTEND8_S, (s8)A32);	I(I32_EXTEND16_S, (s16)A32);
	L(I64_EXTEND8_S, (s64)(s8)A64);	L(I64_EXTEND16_S, (s64)(s16)A64);
	L(I64_EXTEND32_S, (s64)(s32)A64);
	default:
		return false;
	}
	return true;
}

static bool float_op(u16 op, struct kw_value *s)
{
	float a = f32(s[0].lo), b = f32(s[1].lo);
	double x = f64(s[0].lo), y = f64(s[1].lo);

	switch (op) {
	I(F32_EQ, a == b);	I(F64_EQ, x == y);	I(F32_NE, a != b);	I(F64_NE, x != y);
	I(F32_LT, a < b);	I(F64_LT, x < y);	I(F32_GT, a > b);	I(F64_GT, x > y);
	I(F32_LE, a <= b);	I(F64_LE, x <= y);	I(F32_GE, a >= b);	I(F64_GE, x >= y);
	L(F32_ABS, A32 & 0x7fffffff);	L(F64_ABS, A64 & ~(1ULL << 63));
	L(F32_NEG, A32 ^ 0x80000000);	L(F64_NEG, A64 ^ 1ULL << 63);
	L(F32_COPYSIGN, (A32 & 0x7fffffff) | (B32 & 0x80000000));
	L(F64_COPYSIGN, (A64 & ~(1ULL << 63)) | (B64 & 1ULL << 63));
	F(F32_CEIL, ceilf(a));		D(F64_CEIL, ceil(x));
	F(F32_FLOOR, floorf(a));	D(F64_FLOOR, floor(x));
	F(F32_TRUNC, truncf(a));	D(F64_TRUNC, trunc(x));
	F(F32_NEAREST, nearbyintf(a));	D(F64_NEAREST, nearbyint(x));
	F(F32_SQRT, sqrtf(a));		D(F64_SQRT, sqrt(x));
	F(F32_ADD, a + b);		D(F64_ADD, x + y);
	F(F32_SUB, a - b);		D(F64_SUB, x - y);
	F(F32_MUL, a * b);		D(F64_MUL, x * y);
	F(F32_DIV, a / b);		D(F64_DIV, x / y);
	F(F32_MIN, min_f32(a, b));	D(F64_MIN, min_f64(x, y));
	F(F32_MAX, max_f32(a, b));	D(F64_MAX, max_f64(x, y));
	F(F32_CONVERT_I32_S, (float)(s32)A32);	D(F64_CONVERT_I32_S, (s32)A32);
	F(F32_CONVERT_I32_U, (float)A32);	D(F64_CONVERT_I32_U, A32);
	F(F32_CONVERT_I64_S, (float)(s64)A64);	D(F64_CONVERT_I64_S, (double)(s64)A64);
	F(F32_CONVERT_I64_U, (float)A64);	D(F64_CONVERT_I64_U, (double)A64);
	F(F32_DEMOTE_F64, (float)x);		D(F64_PROMOTE_F32, a);
	L(I32_REINTERPRET_F32, A32);	L(F32_REINTERPRET_I32, A32);
	L(I64_REINTERPRET_F64, A64);	L(F64_REINTERPRET_I64, A64);
	default:
		return false;
	}
	return true;
}

/* Signs are bit operations and so are reinterpretations; all else that gives a float is arithmetic. */
static bool makes_nan(u16 op)
{
	switch (op) {
	case WASM_OP_F32_ABS: case WASM_OP_F32_NEG: case WASM_OP_F32_COPYSIGN: case WASM_OP_F32_REINTERPRET_I32:
	case WASM_OP_F64_ABS: case WASM_OP_F64_NEG: case WASM_OP_F64_COPYSIGN: case WASM_OP_F64_REINTERPRET_I64:
		return false;
	default:
		return true;
	}
}

u32 ref_numeric(u16 op, struct kw_value *s)
{
	if (integer_op(op, s))
		return KW_TRAP_NONE;
	switch (op) {
	case WASM_OP_I32_DIV_S: case WASM_OP_I32_DIV_U: case WASM_OP_I32_REM_S: case WASM_OP_I32_REM_U:
	case WASM_OP_I64_DIV_S: case WASM_OP_I64_DIV_U: case WASM_OP_I64_REM_S: case WASM_OP_I64_REM_U:
		return div_rem(op, s);
	case WASM_OP_I32_TRUNC_F32_S:		return trunc_i32(s, f32(A64), true, false);
	case WASM_OP_I32_TRUNC_F32_U:		return trunc_i32(s, f32(A64), false, false);
	case WASM_OP_I32_TRUNC_F64_S:		return trunc_i32(s, f64(A64), true, false);
	case WASM_OP_I32_TRUNC_F64_U:		return trunc_i32(s, f64(A64), false, false);
	case WASM_OP_I64_TRUNC_F32_S:		return trunc_i64(s, f32(A64), true, false);
	case WASM_OP_I64_TRUNC_F32_U:		return trunc_i64(s, f32(A64), false, false);
	case WASM_OP_I64_TRUNC_F64_S:		return trunc_i64(s, f64(A64), true, false);
	case WASM_OP_I64_TRUNC_F64_U:		return trunc_i64(s, f64(A64), false, false);
	case WASM_OP_I32_TRUNC_SAT_F32_S:	return trunc_i32(s, f32(A64), true, true);
	case WASM_OP_I32_TRUNC_SAT_F32_U:	return trunc_i32(s, f32(A64), false, true);
	case WASM_OP_I32_TRUNC_SAT_F64_S:	return trunc_i32(s, f64(A64), true, true);
	case WASM_OP_I32_TRUNC_SAT_F64_U:	return trunc_i32(s, f64(A64), false, true);
	case WASM_OP_I64_TRUNC_SAT_F32_S:	return trunc_i64(s, f32(A64), true, true);
	case WASM_OP_I64_TRUNC_SAT_F32_U:	return trunc_i64(s, f32(A64), false, true);
	case WASM_OP_I64_TRUNC_SAT_F64_S:	return trunc_i64(s, f64(A64), true, true);
	case WASM_OP_I64_TRUNC_SAT_F64_U:	return trunc_i64(s, f64(A64), false, true);
	default:
		break;
	}
	if (!float_op(op, s))
		return KW_TRAP_UNLINKED;
	if (kw_opinfo[op].result == KW_V_F32 && makes_nan(op) && isnan(f32(s[0].lo)))
		s[0].lo = 0x7fc00000;
	if (kw_opinfo[op].result == KW_V_F64 && makes_nan(op) && isnan(f64(s[0].lo)))
		s[0].lo = 0x7ff8000000000000;
	return KW_TRAP_NONE;
}
