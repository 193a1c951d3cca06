// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Lowering of V1, V2 and V3: Wasm vector instructions into SSE.  Most are one
 * row of a table; the others are short sequences, one function a family.
 */
#include "lower_simd.h"

/* ---- what is one or two instructions ---- */

enum form {
	NONE,
	TIED,		/* row a, b */
	EXCHANGED,	/* row b, a */
	UNARY,		/* row def, a, imm */
	HIGH,		/* row of the upper half of a */
	NOT_TIED,	/* row a, b; then all bits turned */
	NOT_EXCHANGED,
	SAME_TIED,	/* row a, b == a: what min and max say about order; imm: row of the equality */
	NOT_SAME_TIED,
	NEGATE,		/* row 0, a */
};

struct simple {
	u8 form, row, imm;
};

#define CMPS(s, S) \
	[WASM_OP_##s##_EQ] = { TIED, R(PCMPEQ##S), 0 }, \
	[WASM_OP_##s##_NE] = { NOT_TIED, R(PCMPEQ##S), 0 }, \
	[WASM_OP_##s##_GT_S] = { TIED, R(PCMPGT##S), 0 }, \
	[WASM_OP_##s##_LT_S] = { EXCHANGED, R(PCMPGT##S), 0 }, \
	[WASM_OP_##s##_LE_S] = { NOT_TIED, R(PCMPGT##S), 0 }, \
	[WASM_OP_##s##_GE_S] = { NOT_EXCHANGED, R(PCMPGT##S), 0 }, \
	[WASM_OP_##s##_LE_U] = { SAME_TIED, R(PMINU##S), R(PCMPEQ##S) }, \
	[WASM_OP_##s##_GE_U] = { SAME_TIED, R(PMAXU##S), R(PCMPEQ##S) }, \
	[WASM_OP_##s##_GT_U] = { NOT_SAME_TIED, R(PMINU##S), R(PCMPEQ##S) }, \
	[WASM_OP_##s##_LT_U] = { NOT_SAME_TIED, R(PMAXU##S), R(PCMPEQ##S) }, \
	[WASM_OP_##s##_MIN_S] = { TIED, R(PMINS##S), 0 }, \
	[WASM_OP_##s##_MIN_U] = { TIED, R(PMINU##S), 0 }, \
	[WASM_OP_##s##_MAX_S] = { TIED, R(PMAXS##S), 0 }, \
	[WASM_OP_##s##_MAX_U] = { TIED, R(PMAXU##S), 0 }
#define ARITH(s, S) \
	[WASM_OP_##s##_ADD] = { TIED, R(PADD##S), 0 }, \
	[WASM_OP_##s##_SUB] = { TIED, R(PSUB##S), 0 }, \
	[WASM_OP_##s##_NEG] = { NEGATE, R(PSUB##S), 0 }
#define SATURATING(s, S) \
	[WASM_OP_##s##_ADD_SAT_S] = { TIED, R(PADDS##S), 0 }, \
	[WASM_OP_##s##_ADD_SAT_U] = { TIED, R(PADDUS##S), 0 }, \
	[WASM_OP_##s##_SUB_SAT_S] = { TIED, R(PSUBS##S), 0 }, \
	[WASM_OP_##s##_SUB_SAT_U] = { TIED, R(PSUBUS##S), 0 }, \
	[WASM_OP_##s##_AVGR_U] = { TIED, R(PAVG##S), 0 }
#define FLOATS(s, S) \
	[WASM_OP_##s##_ADD] = { TIED, R(ADD##S), 0 }, [WASM_OP_##s##_SUB] = { TIED, R(SUB##S), 0 }, \
	[WASM_OP_##s##_MUL] = { TIED, R(MUL##S), 0 }, [WASM_OP_##s##_DIV] = { TIED, R(DIV##S), 0 }, \
	[WASM_OP_##s##_PMIN] = { EXCHANGED, R(MIN##S), 0 }, [WASM_OP_##s##_PMAX] = { EXCHANGED, R(MAX##S), 0 }, \
	[WASM_OP_##s##_EQ] = { TIED, R(CMP##S), 0 }, [WASM_OP_##s##_LT] = { TIED, R(CMP##S), 1 }, \
	[WASM_OP_##s##_LE] = { TIED, R(CMP##S), 2 }, [WASM_OP_##s##_NE] = { TIED, R(CMP##S), 4 }, \
	[WASM_OP_##s##_GT] = { EXCHANGED, R(CMP##S), 1 }, [WASM_OP_##s##_GE] = { EXCHANGED, R(CMP##S), 2 }, \
	[WASM_OP_##s##_SQRT] = { UNARY, R(SQRT##S), 0 }, \
	[WASM_OP_##s##_NEAREST] = { UNARY, R(ROUND##S), 8 }, [WASM_OP_##s##_FLOOR] = { UNARY, R(ROUND##S), 9 }, \
	[WASM_OP_##s##_CEIL] = { UNARY, R(ROUND##S), 10 }, [WASM_OP_##s##_TRUNC] = { UNARY, R(ROUND##S), 11 }
#define EXTEND(to, from, S) \
	[WASM_OP_##to##_EXTEND_LOW_##from##_S] = { UNARY, R(PMOVSX##S), 0 }, \
	[WASM_OP_##to##_EXTEND_LOW_##from##_U] = { UNARY, R(PMOVZX##S), 0 }, \
	[WASM_OP_##to##_EXTEND_HIGH_##from##_S] = { HIGH, R(PMOVSX##S), 0 }, \
	[WASM_OP_##to##_EXTEND_HIGH_##from##_U] = { HIGH, R(PMOVZX##S), 0 }

static const struct simple simple[WASM_NR_OPS] = {
	CMPS(I8X16, B), CMPS(I16X8, W), CMPS(I32X4, D),
	ARITH(I8X16, B), ARITH(I16X8, W), ARITH(I32X4, D), ARITH(I64X2, Q),
	SATURATING(I8X16, B), SATURATING(I16X8, W), FLOATS(F32X4, PS), FLOATS(F64X2, PD),
	EXTEND(I16X8, I8X16, BW), EXTEND(I32X4, I16X8, WD), EXTEND(I64X2, I32X4, DQ),
	[WASM_OP_V128_AND] = { TIED, R(PAND), 0 },
	[WASM_OP_V128_OR] = { TIED, R(POR), 0 },
	[WASM_OP_V128_XOR] = { TIED, R(PXOR), 0 },
	[WASM_OP_V128_ANDNOT] = { EXCHANGED, R(PANDN), 0 },
	[WASM_OP_I16X8_MUL] = { TIED, R(PMULLW), 0 },
	[WASM_OP_I32X4_MUL] = { TIED, R(PMULLD), 0 },
	[WASM_OP_I32X4_DOT_I16X8_S] = { TIED, R(PMADDWD), 0 },
	[WASM_OP_I8X16_NARROW_I16X8_S] = { TIED, R(PACKSSWB), 0 },
	[WASM_OP_I8X16_NARROW_I16X8_U] = { TIED, R(PACKUSWB), 0 },
	[WASM_OP_I16X8_NARROW_I32X4_S] = { TIED, R(PACKSSDW), 0 },
	[WASM_OP_I16X8_NARROW_I32X4_U] = { TIED, R(PACKUSDW), 0 },
	[WASM_OP_I64X2_EQ] = { TIED, R(PCMPEQQ), 0 },
	[WASM_OP_I64X2_NE] = { NOT_TIED, R(PCMPEQQ), 0 },
	[WASM_OP_I8X16_ABS] = { UNARY, R(PABSB), 0 },
	[WASM_OP_I16X8_ABS] = { UNARY, R(PABSW), 0 },
	[WASM_OP_I32X4_ABS] = { UNARY, R(PABSD), 0 },
	[WASM_OP_F32X4_SPLAT] = { UNARY, R(PSHUFD), 0x00 },
	[WASM_OP_F64X2_SPLAT] = { UNARY, R(PSHUFD), 0x44 },
	[WASM_OP_F32X4_DEMOTE_F64X2_ZERO] = { UNARY, R(CVTPD2PS), 0 },
	[WASM_OP_F64X2_PROMOTE_LOW_F32X4] = { UNARY, R(CVTPS2PD), 0 },
	[WASM_OP_F32X4_CONVERT_I32X4_S] = { UNARY, R(CVTDQ2PS), 0 },
	[WASM_OP_F64X2_CONVERT_LOW_I32X4_S] = { UNARY, R(CVTDQ2PD), 0 },
	[WASM_OP_I8X16_BITMASK] = { UNARY, R(PMOVMSKB), 0 },
	[WASM_OP_I32X4_BITMASK] = { UNARY, R(MOVMSKPS), 0 },
	[WASM_OP_I64X2_BITMASK] = { UNARY, R(MOVMSKPD), 0 },
};

/* ---- pieces of sequences ---- */

static u32 high_half(struct x64_lower *l, u32 a)
{
	return one(l, R(PSHUFD), a, 0xee);
}

static void not_to(struct x64_lower *l, u32 def, u32 a)
{
	x64_vtied_to(l, def, R(PXOR), a, all(l, ~0ull), 0);
}

static void lower_simple(struct x64_lower *l, u32 def, const struct simple *s, const struct kw_node *n)
{
	u32 a = x64_value(l, n->a), b = n->op == KW_IR_V1 ? 0 : x64_value(l, n->b);

	switch (s->form) {
	case TIED:		x64_vtied_to(l, def, s->row, a, b, s->imm); break;
	case EXCHANGED:		x64_vtied_to(l, def, s->row, b, a, s->imm); break;
	case UNARY:		x64_vdef_to(l, def, s->row, a, s->imm); break;
	case HIGH:		x64_vdef_to(l, def, s->row, high_half(l, a), 0); break;
	case NOT_TIED:		not_to(l, def, two(l, s->row, a, b)); break;
	case NOT_EXCHANGED:	not_to(l, def, two(l, s->row, b, a)); break;
	case SAME_TIED:		x64_vtied_to(l, def, s->imm, two(l, s->row, a, b), a, 0); break;
	case NOT_SAME_TIED:	not_to(l, def, two(l, s->imm, two(l, s->row, a, b), a)); break;
	default:		x64_vtied_to(l, def, s->row, bits(l, 0, 0), a, 0); break;
	}
}

/* ---- lanes ---- */

static void splat(struct x64_lower *l, u32 def, u16 op, u32 a)
{
	u32 x = one(l, op == WASM_OP_I64X2_SPLAT ? R(MOVQ) : R(MOVD), a, 0);

	switch (op) {
	case WASM_OP_I8X16_SPLAT:
		x64_vtied_to(l, def, R(PSHUFB), x, bits(l, 0, 0), 0);
		break;
	case WASM_OP_I16X8_SPLAT:
		x64_vdef_to(l, def, R(PSHUFD), one(l, R(PSHUFLW), x, 0), 0);
		break;
	default:
		x64_vdef_to(l, def, R(PSHUFD), x, op == WASM_OP_I64X2_SPLAT ? 0x44 : 0);
		break;
	}
}

static void extend_lane(struct x64_lower *l, u32 def, u8 row, u32 a)
{
	x64_begin(l, X64_OP, X64_SL);
	l->mi->x0 = row;
	l->mi->x2 = X64_F_DEF;
	x64_opnd(l, def, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	x64_use(l, a);
	x64_end(l);
}

static void extract(struct x64_lower *l, u32 def, u16 op, u32 a, u8 lane)
{
	switch (op) {
	case WASM_OP_I8X16_EXTRACT_LANE_S:
		extend_lane(l, def, X64_MOVSX8, x64_vdef(l, R(PEXTRB), KW_T_I32, a, lane));
		break;
	case WASM_OP_I8X16_EXTRACT_LANE_U:
		x64_vdef_to(l, def, R(PEXTRB), a, lane);
		break;
	case WASM_OP_I16X8_EXTRACT_LANE_S:
		extend_lane(l, def, X64_MOVSX16, x64_vdef(l, R(PEXTRW), KW_T_I32, a, lane));
		break;
	case WASM_OP_I16X8_EXTRACT_LANE_U:
		x64_vdef_to(l, def, R(PEXTRW), a, lane);
		break;
	case WASM_OP_I32X4_EXTRACT_LANE:
		x64_vdef_to(l, def, R(PEXTRD), a, lane);
		break;
	case WASM_OP_I64X2_EXTRACT_LANE:
		x64_vdef_to(l, def, R(PEXTRQ), a, lane);
		break;
	case WASM_OP_F32X4_EXTRACT_LANE:
		x64_vdef_to(l, def, R(PSHUFD), a, lane);
		break;
	default:
		x64_vdef_to(l, def, R(PSHUFD), a, lane ? 0xee : 0x44);
		break;
	}
}

static void replace(struct x64_lower *l, u32 def, u16 op, u32 a, u32 b, u8 lane)
{
	switch (op) {
	case WASM_OP_I8X16_REPLACE_LANE:
		x64_vtied_to(l, def, R(PINSRB), a, b, lane);
		break;
	case WASM_OP_I16X8_REPLACE_LANE:
		x64_vtied_to(l, def, R(PINSRW), a, b, lane);
		break;
	case WASM_OP_I32X4_REPLACE_LANE:
		x64_vtied_to(l, def, R(PINSRD), a, b, lane);
		break;
	case WASM_OP_I64X2_REPLACE_LANE:
		x64_vtied_to(l, def, R(PINSRQ), a, b, lane);
		break;
	case WASM_OP_F32X4_REPLACE_LANE:
		x64_vtied_to(l, def, R(INSERTPS), a, b, lane << 4);
		break;
	default:	/* between registers movsd leaves the other lane alone */
		x64_vtied_to(l, def, lane ? R(MOVLHPS) : R(MOVSD), a, b, 0);
		break;
	}
}

/* Lane numbers that are too high give 0: pshufb looks at bit 7 only. */
static void swizzle(struct x64_lower *l, u32 def, u32 a, u32 b)
{
	u32 lanes = two(l, R(PADDUSB), all(l, 0x7070707070707070ull), b);

	x64_vtied_to(l, def, R(PSHUFB), a, lanes, 0);
}

/* ---- tests: i32 results ---- */

static void test(struct x64_lower *l, u32 def, u32 a, enum x64_cc cc)
{
	x64_begin(l, X64_VSET, X64_SL);
	x64_opnd(l, def, KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
	x64_temp(l, KW_T_I32);
	l->mi->x0 = R(PTEST);
	l->mi->x2 = X64_F_VEC;
	l->mi->cc = cc;
	x64_use(l, a);
	x64_use(l, a);
	x64_end(l);
}

/* No lane equals 0. */
static void all_true(struct x64_lower *l, u32 def, u8 row, u32 a)
{
	test(l, def, two(l, row, bits(l, 0, 0), a), X64_CC_E);
}

/* ---- arithmetic ---- */

static void popcnt(struct x64_lower *l, u32 def, u32 a)
{
	u32 nibble = all(l, 0x0f0f0f0f0f0f0f0full), lo, hi;
	u64 counts_lo = 0x0302020102010100ull, counts_hi = 0x0403030203020201ull;

	lo = two(l, R(PAND), a, nibble);
	hi = two(l, R(PAND), shift(l, R(PSRLWI), a, 4), nibble);
	lo = two(l, R(PSHUFB), bits(l, counts_lo, counts_hi), lo);
	hi = two(l, R(PSHUFB), bits(l, counts_lo, counts_hi), hi);
	x64_vtied_to(l, def, R(PADDB), lo, hi, 0);
}

/* All bits of each 64-bit lane like its sign. */
static u32 sign64(struct x64_lower *l, u32 a)
{
	return shift(l, R(PSRADI), one(l, R(PSHUFD), a, 0xf5), 31);
}

static void abs64(struct x64_lower *l, u32 def, u32 a)
{
	u32 sign = sign64(l, a);

	x64_vtied_to(l, def, R(PSUBQ), two(l, R(PXOR), a, sign), sign, 0);
}

/*
 * a > b of signed 64-bit lanes without SSE4.2: by the upper halves, and where
 * they are equal by the borrow of b - a.
 */
static u32 greater64(struct x64_lower *l, u32 a, u32 b)
{
	u32 borrow = two(l, R(PAND), two(l, R(PSUBQ), b, a), two(l, R(PCMPEQD), a, b));

	return one(l, R(PSHUFD), two(l, R(POR), borrow, two(l, R(PCMPGTD), a, b)), 0xf5);
}

static void mul64(struct x64_lower *l, u32 def, u32 a, u32 b)
{
	u32 cross, low;

	cross = two(l, R(PADDQ), two(l, R(PMULUDQ), shift(l, R(PSRLQI), a, 32), b),
		    two(l, R(PMULUDQ), shift(l, R(PSRLQI), b, 32), a));
	low = two(l, R(PMULUDQ), a, b);
	x64_vtied_to(l, def, R(PADDQ), shift(l, R(PSLLQI), cross, 32), low, 0);
}

/* (-1) * (-1) is the one product that does not fit. */
static void q15mulr(struct x64_lower *l, u32 def, u32 a, u32 b)
{
	u32 r = two(l, R(PMULHRSW), a, b);
	u32 over = two(l, R(PCMPEQW), all(l, 0x8000800080008000ull), r);

	x64_vtied_to(l, def, R(PXOR), r, over, 0);
}

struct extmul {
	u8 widen, mul;
	bool high;
};

static const struct extmul extmul[WASM_NR_OPS] = {
	[WASM_OP_I16X8_EXTMUL_LOW_I8X16_S] = { R(PMOVSXBW), R(PMULLW), false },
	[WASM_OP_I16X8_EXTMUL_LOW_I8X16_U] = { R(PMOVZXBW), R(PMULLW), false },
	[WASM_OP_I16X8_EXTMUL_HIGH_I8X16_S] = { R(PMOVSXBW), R(PMULLW), true },
	[WASM_OP_I16X8_EXTMUL_HIGH_I8X16_U] = { R(PMOVZXBW), R(PMULLW), true },
	[WASM_OP_I32X4_EXTMUL_LOW_I16X8_S] = { R(PMOVSXWD), R(PMULLD), false },
	[WASM_OP_I32X4_EXTMUL_LOW_I16X8_U] = { R(PMOVZXWD), R(PMULLD), false },
	[WASM_OP_I32X4_EXTMUL_HIGH_I16X8_S] = { R(PMOVSXWD), R(PMULLD), true },
	[WASM_OP_I32X4_EXTMUL_HIGH_I16X8_U] = { R(PMOVZXWD), R(PMULLD), true },
	[WASM_OP_I64X2_EXTMUL_LOW_I32X4_S] = { R(PMOVSXDQ), R(PMULDQ), false },
	[WASM_OP_I64X2_EXTMUL_LOW_I32X4_U] = { R(PMOVZXDQ), R(PMULUDQ), false },
	[WASM_OP_I64X2_EXTMUL_HIGH_I32X4_S] = { R(PMOVSXDQ), R(PMULDQ), true },
	[WASM_OP_I64X2_EXTMUL_HIGH_I32X4_U] = { R(PMOVZXDQ), R(PMULUDQ), true },
};

static void lower_extmul(struct x64_lower *l, u32 def, const struct extmul *m, u32 a, u32 b)
{
	u32 x = one(l, m->widen, m->high ? high_half(l, a) : a, 0);
	u32 y = one(l, m->widen, m->high ? high_half(l, b) : b, 0);

	x64_vtied_to(l, def, m->mul, x, y, 0);
}

/* pmaddubsw takes its first operand as unsigned, the second as signed bytes. */
static void extadd(struct x64_lower *l, u32 def, u16 op, u32 a)
{
	u32 ones8 = all(l, 0x0101010101010101ull), ones16 = all(l, 0x0001000100010001ull), r;

	switch (op) {
	case WASM_OP_I16X8_EXTADD_PAIRWISE_I8X16_S:
		x64_vtied_to(l, def, R(PMADDUBSW), ones8, a, 0);
		break;
	case WASM_OP_I16X8_EXTADD_PAIRWISE_I8X16_U:
		x64_vtied_to(l, def, R(PMADDUBSW), a, ones8, 0);
		break;
	case WASM_OP_I32X4_EXTADD_PAIRWISE_I16X8_S:
		x64_vtied_to(l, def, R(PMADDWD), a, ones16, 0);
		break;
	default:	/* each half made signed by 0x8000 less, the sum gets 0x10000 back */
		r = two(l, R(PMADDWD), two(l, R(PXOR), a, all(l, 0x8000800080008000ull)), ones16);
		x64_vtied_to(l, def, R(PADDD), r, all(l, 0x0001000000010000ull), 0);
		break;
	}
}

/* ---- conversions ---- */

/* Halves of 16 bits convert exactly; only the last addition rounds. */
static void convert_u32(struct x64_lower *l, u32 def, u32 a)
{
	u32 lo = two(l, R(PAND), a, all(l, 0x0000ffff0000ffffull));
	u32 hi = one(l, R(CVTDQ2PS), shift(l, R(PSRLDI), two(l, R(PSUBD), a, lo), 1), 0);

	hi = two(l, R(ADDPS), hi, hi);
	x64_vtied_to(l, def, R(ADDPS), hi, one(l, R(CVTDQ2PS), lo, 0), 0);
}

/* As the mantissa of 2^52 + x. */
static void convert_low_u32(struct x64_lower *l, u32 def, u32 a)
{
	u32 x = two(l, R(UNPCKLPS), a, all(l, 0x4330000043300000ull));

	x64_vtied_to(l, def, R(SUBPD), x, all(l, 0x4330000000000000ull), 0);
}

/* NaNs become 0 first; where a positive number came out as INT_MIN all bits turn. */
static void trunc_sat_s(struct x64_lower *l, u32 def, u32 a)
{
	u32 ordered = two(l, R(CMPPS), a, a), x = two(l, R(ANDPS), a, ordered), r, over;

	over = two(l, R(PXOR), ordered, x);
	r = one(l, R(CVTTPS2DQ), x, 0);
	over = shift(l, R(PSRADI), two(l, R(PAND), over, r), 31);
	x64_vtied_to(l, def, R(PXOR), r, over, 0);
}

/* Up to 2^31 as signed; the rest is converted apart and added. */
static void trunc_sat_u(struct x64_lower *l, u32 def, u32 a)
{
	u32 x = two(l, R(MAXPS), a, bits(l, 0, 0)), two31 = all(l, 0x4f0000004f000000ull);
	u32 rest = two(l, R(SUBPS), x, two31), over, r;

	over = x64_vtied(l, R(CMPPS), two31, rest, 2);
	r = two(l, R(PXOR), one(l, R(CVTTPS2DQ), rest, 0), over);
	r = two(l, R(PMAXSD), r, bits(l, 0, 0));
	x64_vtied_to(l, def, R(PADDD), r, one(l, R(CVTTPS2DQ), x, 0), 0);
}

static void trunc_sat_low_s(struct x64_lower *l, u32 def, u32 a)
{
	u32 limit = two(l, R(CMPPD), a, a);

	limit = two(l, R(ANDPS), limit, all(l, 0x41dfffffffc00000ull));		/* 2147483647.0, 0 for NaNs */
	x64_vdef_to(l, def, R(CVTTPD2DQ), two(l, R(MINPD), a, limit), 0);
}

static void trunc_sat_low_u(struct x64_lower *l, u32 def, u32 a)
{
	u32 zero = bits(l, 0, 0), x;

	x = two(l, R(MINPD), two(l, R(MAXPD), a, zero), all(l, 0x41efffffffe00000ull));	/* 4294967295.0 */
	x = two(l, R(ADDPD), one(l, R(ROUNDPD), x, 11), all(l, 0x4330000000000000ull));
	x64_vtied_to(l, def, R(SHUFPS), x, zero, 0x88);
}

/* ---- dispatch ---- */

static void lower_v1(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	u32 a = x64_value(l, n->a);

	switch (n->imm) {
	case WASM_OP_I8X16_SPLAT: case WASM_OP_I16X8_SPLAT: case WASM_OP_I32X4_SPLAT: case WASM_OP_I64X2_SPLAT:
		splat(l, def, n->imm, a);
		break;
	case WASM_OP_V128_NOT:
		not_to(l, def, a);
		break;
	case WASM_OP_V128_ANY_TRUE:
		test(l, def, a, X64_CC_NE);
		break;
	case WASM_OP_I8X16_ALL_TRUE:
		all_true(l, def, R(PCMPEQB), a);
		break;
	case WASM_OP_I16X8_ALL_TRUE:
		all_true(l, def, R(PCMPEQW), a);
		break;
	case WASM_OP_I32X4_ALL_TRUE:
		all_true(l, def, R(PCMPEQD), a);
		break;
	case WASM_OP_I64X2_ALL_TRUE:
		all_true(l, def, R(PCMPEQQ), a);
		break;
	case WASM_OP_I16X8_BITMASK:
		x64_vdef_to(l, def, R(PMOVMSKB), two(l, R(PACKSSWB), a, bits(l, 0, 0)), 0);
		break;
	case WASM_OP_I8X16_POPCNT:
		popcnt(l, def, a);
		break;
	case WASM_OP_I64X2_ABS:
		abs64(l, def, a);
		break;
	case WASM_OP_F32X4_ABS:
		x64_vtied_to(l, def, R(ANDPS), a, all(l, 0x7fffffff7fffffffull), 0);
		break;
	case WASM_OP_F32X4_NEG:
		x64_vtied_to(l, def, R(XORPS), a, all(l, 0x8000000080000000ull), 0);
		break;
	case WASM_OP_F64X2_ABS:
		x64_vtied_to(l, def, R(ANDPS), a, all(l, ~0ull >> 1), 0);
		break;
	case WASM_OP_F64X2_NEG:
		x64_vtied_to(l, def, R(XORPS), a, all(l, 1ull << 63), 0);
		break;
	case WASM_OP_F32X4_CONVERT_I32X4_U:
		convert_u32(l, def, a);
		break;
	case WASM_OP_F64X2_CONVERT_LOW_I32X4_U:
		convert_low_u32(l, def, a);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F32X4_S:
		trunc_sat_s(l, def, a);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F32X4_U:
		trunc_sat_u(l, def, a);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F64X2_S_ZERO:
		trunc_sat_low_s(l, def, a);
		break;
	case WASM_OP_I32X4_TRUNC_SAT_F64X2_U_ZERO:
		trunc_sat_low_u(l, def, a);
		break;
	case WASM_OP_I16X8_EXTADD_PAIRWISE_I8X16_S: case WASM_OP_I16X8_EXTADD_PAIRWISE_I8X16_U:
	case WASM_OP_I32X4_EXTADD_PAIRWISE_I16X8_S: case WASM_OP_I32X4_EXTADD_PAIRWISE_I16X8_U:
		extadd(l, def, n->imm, a);
		break;
	default:
		extract(l, def, n->imm, a, n->aux);
		break;
	}
}

static void lower_v2(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	u32 a = x64_value(l, n->a), b = x64_value(l, n->b);

	if (extmul[n->imm].mul) {
		lower_extmul(l, def, &extmul[n->imm], a, b);
		return;
	}
	switch (n->imm) {
	case WASM_OP_I8X16_SWIZZLE:
		swizzle(l, def, a, b);
		break;
	case WASM_OP_I64X2_GT_S:
		x64_vdef_to(l, def, R(MOVAPS), greater64(l, a, b), 0);
		break;
	case WASM_OP_I64X2_LT_S:
		x64_vdef_to(l, def, R(MOVAPS), greater64(l, b, a), 0);
		break;
	case WASM_OP_I64X2_LE_S:
		not_to(l, def, greater64(l, a, b));
		break;
	case WASM_OP_I64X2_GE_S:
		not_to(l, def, greater64(l, b, a));
		break;
	case WASM_OP_I64X2_MUL:
		mul64(l, def, a, b);
		break;
	case WASM_OP_I16X8_Q15MULR_SAT_S:
		q15mulr(l, def, a, b);
		break;
	case WASM_OP_F32X4_MIN: case WASM_OP_F64X2_MIN:
		x64_lower_min(l, def, a, b, n->imm == WASM_OP_F64X2_MIN, true);
		break;
	case WASM_OP_F32X4_MAX: case WASM_OP_F64X2_MAX:
		x64_lower_max(l, def, a, b, n->imm == WASM_OP_F64X2_MAX, true);
		break;
	case WASM_OP_I8X16_REPLACE_LANE: case WASM_OP_I16X8_REPLACE_LANE: case WASM_OP_I32X4_REPLACE_LANE:
	case WASM_OP_I64X2_REPLACE_LANE: case WASM_OP_F32X4_REPLACE_LANE: case WASM_OP_F64X2_REPLACE_LANE:
		replace(l, def, n->imm, a, b, n->aux);
		break;
	default:
		x64_lower_lane_shift(l, def, n);
		break;
	}
}

static bool is_zero(const struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);

	return n->op == KW_IR_CONST && !n->imm && !n->b && !n->c;
}

static void lower_v3(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	u32 mask, a;

	if (n->imm == WASM_OP_I8X16_SHUFFLE) {
		x64_lower_shuffle(l, def, n);
		return;
	}
	mask = x64_value(l, n->c);
	if (is_zero(l, n->a) || is_zero(l, n->b)) {
		bool other = is_zero(l, n->a);

		x64_vtied_to(l, def, other ? R(PANDN) : R(PAND), mask, x64_value(l, other ? n->b : n->a), 0);
		return;
	}
	a = two(l, R(PAND), x64_value(l, n->a), mask);
	x64_vtied_to(l, def, R(POR), a, two(l, R(PANDN), mask, x64_value(l, n->b)), 0);
}

void x64_lower_simd(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u32 def = x64_value(l, v);

	if (n->imm == WASM_OP_V128_OR && x64_lower_lane_rotate(l, def, n))
		return;
	if (simple[n->imm].form != NONE)
		lower_simple(l, def, &simple[n->imm], n);
	else if (n->op == KW_IR_V1)
		lower_v1(l, def, n);
	else if (n->op == KW_IR_V2)
		lower_v2(l, def, n);
	else
		lower_v3(l, def, n);
}
