/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the files that lower vector instructions share: names for rows, pieces of sequences. */
#ifndef KW_X64_LOWER_SIMD_H
#define KW_X64_LOWER_SIMD_H

#include "../../wasm/opcode.h"
#include "lower.h"

#define R(row)		X64_V_##row

static inline u32 two(struct x64_lower *l, u8 row, u32 a, u32 b)
{
	return x64_vtied(l, row, a, b, 0);
}

static inline u32 one(struct x64_lower *l, u8 row, u32 a, u8 imm)
{
	return x64_vdef(l, row, KW_T_V128, a, imm);
}

static inline u32 shift(struct x64_lower *l, u8 row, u32 a, u8 by)
{
	return x64_vtied(l, row, a, 0, by);
}

static inline u32 bits(struct x64_lower *l, u64 lo, u64 hi)
{
	return x64_vconst(l, KW_T_V128, lo, hi);
}

/* The same bits in both halves. */
static inline u32 all(struct x64_lower *l, u64 v)
{
	return bits(l, v, v);
}

/* lower_lanes.c */
void x64_lower_shuffle(struct x64_lower *l, u32 def, const struct kw_node *n);
void x64_lower_lane_shift(struct x64_lower *l, u32 def, const struct kw_node *n);	/* n: V2, a shift of lanes */
bool x64_lower_lane_rotate(struct x64_lower *l, u32 def, const struct kw_node *n);	/* n: v128.or; false: is none */

#endif /* KW_X64_LOWER_SIMD_H */
