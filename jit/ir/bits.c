// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * How large a value can be, from its operation and operands alone.  It lets
 * constants and scales move into addresses: index arithmetic of Wasm wraps
 * at 2^32, the machine's does not, and only a bound proves them equal.
 */
#include "builder.h"

static u8 width(const struct kw_node *n)
{
	return n->type == KW_T_I32 ? 32 : 64;
}

static u8 bits_of(u64 v)
{
	return v ? (u8)(64 - __builtin_clzll(v)) : 0;
}

static u8 load_bits(const struct kw_node *n)
{
	switch (n->sub) {
	case KW_M_U8:
		return 8;
	case KW_M_U16:
		return 16;
	case KW_M_U32:
		return 32;
	default:
		return width(n);
	}
}

/* @n shifts what has @x bits. */
static u8 shift_bits(const struct kw_node *n, u8 x, const struct kw_node *count)
{
	u8 w = width(n), by;

	if (count->op != KW_IR_CONST)
		return n->op == KW_IR_SHR_U ? x : w;
	by = (u8)(count->imm & (w - 1));
	if (n->op == KW_IR_SHR_U)
		return x > by ? (u8)(x - by) : 0;
	return (u8)min_t(u32, w, (u32)x + by);
}

const bool kw_ir_carries_bits[KW_NR_IROPS] = {
	[KW_IR_AND] = true, [KW_IR_REM_U] = true, [KW_IR_OR] = true, [KW_IR_XOR] = true, [KW_IR_ADD] = true,
	[KW_IR_MUL] = true, [KW_IR_SHL] = true, [KW_IR_SHR_U] = true, [KW_IR_DIV_U] = true, [KW_IR_ZEXT32] = true,
	[KW_IR_BOUNDS] = true, [KW_IR_CLAMP] = true, [KW_IR_WRAP] = true, [KW_IR_SELECT] = true,
};

u8 kw_ir_bits(const struct kw_irfunc *f, const struct kw_node *n, const u8 *bits, size_t stride)
{
	switch (n->op) {
	case KW_IR_CONST:
		return bits_of(n->imm);
	case KW_IR_CMP:
		return 1;
	case KW_IR_CLZ:
	case KW_IR_CTZ:
	case KW_IR_POPCNT:
		return 7;
	case KW_IR_AND:
	case KW_IR_REM_U:
		return min(bits[n->a * stride], bits[n->b * stride]);
	case KW_IR_OR:
	case KW_IR_XOR:
		return max(bits[n->a * stride], bits[n->b * stride]);
	case KW_IR_ADD:
		return (u8)min_t(u32, width(n), max(bits[n->a * stride], bits[n->b * stride]) + 1);
	case KW_IR_MUL:
		return (u8)min_t(u32, width(n), (u32)bits[n->a * stride] + bits[n->b * stride]);
	case KW_IR_SHL:
	case KW_IR_SHR_U:
		return shift_bits(n, bits[n->a * stride], &f->node[n->b]);
	case KW_IR_DIV_U:
	case KW_IR_ZEXT32:
	case KW_IR_BOUNDS:
	case KW_IR_CLAMP:
		return bits[n->a * stride];
	case KW_IR_WRAP:
		return min_t(u8, 32, bits[n->a * stride]);
	case KW_IR_SELECT:
		return max(bits[n->b * stride], bits[n->c * stride]);
	case KW_IR_PKT_LD:
		return n->b == 3 ? load_bits(n) : width(n);	/* a default may be anything */
	case KW_IR_LOAD:
	case KW_IR_HLOAD:
		return load_bits(n);
	default:
		return width(n);
	}
}
