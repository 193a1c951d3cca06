// SPDX-License-Identifier: GPL-2.0
/* Types, and constants at the edges of each. */
#include <string.h>

#include "emit.h"
#include "gen.h"

bool is_float(u8 type)
{
	return type == KW_V_F32 || type == KW_V_F64;
}

bool is_int(u8 type)
{
	return type == KW_V_I32 || type == KW_V_I64;
}

u8 int_type(struct gen *g)
{
	return rnd(g, 3) ? KW_V_I32 : KW_V_I64;
}

u8 any_type(struct gen *g)
{
	if (g->refs && !rnd(g, 12))
		return rnd(g, 2) ? KW_V_FUNCREF : KW_V_EXTERNREF;
	if (g->simd && !rnd(g, 3))
		return KW_V_V128;
	if (g->floats && !rnd(g, 3))
		return rnd(g, 2) ? KW_V_F32 : KW_V_F64;
	return int_type(g);
}

s64 interesting(struct gen *g, u8 type)
{
	static const s64 v[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, 65535, 65536,
		-1, -2, -8, -128, -129, -32768, 0x7fffffff, -0x7fffffff - 1LL, 0x80000000LL, 0xffffffffLL,
		0x100000000LL, INT64_MAX, INT64_MIN, 0x12345678, 0x7fff, 1000, 65532,
	};
	s64 x = rnd(g, 4) ? v[rnd(g, ARRAY_SIZE(v))] : (s64)rnd64(g);

	return type == KW_V_I32 ? (s32)x : x;
}

/* Zeros, ones, infinities, NaNs quiet and signalling, where conversions overflow, subnormals. */
static u64 float_bits(struct gen *g, u8 type)
{
	static const u32 f32[] = {
		0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
		0x4f000000, 0xcf000000, 0x5f000000, 0x4f800000, 1, 0x007fffff, 0x3f000000, 0x40200000,
		0xffc00000, 0x7fe12345, 0x80000001, 0x00800000, 0x7f7fffff, 0xbf000000, 0x4b000001, 0xdf000000,
	};
	static const u64 f64[] = {
		0, 1ull << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000000, 0x7ff0000000000001, 0x41e0000000000000, 0xc1e0000000200000,
		0x43e0000000000000, 0x41f0000000000000, 1, 0x3fe0000000000000, 0x4004000000000000,
		0xfff8000000000000, 0x7ffc123456789abc, 0x8000000000000001, 0x0010000000000000,
		0x7fefffffffffffff, 0xbfe0000000000000, 0x4330000000000001, 0xc3e0000000000000, 0x36a0000000000000,
	};

	if (!rnd(g, 4))
		return rnd64(g);
	return type == KW_V_F32 ? f32[rnd(g, ARRAY_SIZE(f32))] : f64[rnd(g, ARRAY_SIZE(f64))];
}

static void put_bytes(struct gen *g, u64 v, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		put(g, (u8)(v >> 8 * i));
}

static void vector_constant(struct gen *g)
{
	u32 log2 = rnd(g, 4), lanes = 16U >> log2, i;
	bool as_float = g->floats && log2 >= 2 && rnd(g, 2), splat = rnd(g, 2);
	u64 v = 0;

	emit(g, WASM_OP_V128_CONST);
	for (i = 0; i < lanes; i++) {
		if (!i || !splat)
			v = as_float ? float_bits(g, log2 == 2 ? KW_V_F32 : KW_V_F64)
				     : (u64)interesting(g, KW_V_I64);
		put_bytes(g, v, 1U << log2);
	}
}

void constant(struct gen *g, u8 type)
{
	switch (type) {
	case KW_V_I32: case KW_V_I64:
		int_const(g, type, interesting(g, type));
		break;
	case KW_V_F32: case KW_V_F64:
		emit(g, type == KW_V_F32 ? WASM_OP_F32_CONST : WASM_OP_F64_CONST);
		put_bytes(g, float_bits(g, type), type == KW_V_F32 ? 4 : 8);
		break;
	case KW_V_V128:
		vector_constant(g);
		break;
	default:
		emit(g, WASM_OP_REF_NULL);
		put(g, type);
		break;
	}
}
