// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Division of i32 by a constant -> multiplication by its reciprocal, in 64-bit
 * arithmetic where nothing overflows.
 *
 *   unsigned  m = ceil(2^p / c) for the least p from 32 on with m < 2^32 and
 *             m * c - 2^p <= 2^(p - 32): x / c = x * m >> p; where there is no
 *             such p: with 2^(s-1) < c <= 2^s, m = floor(2^32 * (2^s - c) / c) + 1,
 *             x / c = ((x * m >> 32) + x) >> s
 *   signed    m = floor(2^(31+s) / |c|) + 1 with 2^(s-1) < |c| <= 2^s:
 *             x / c = (x * m >> 31 + s) + (x < 0), negated for c < 0
 *
 * Source: Granlund and Montgomery, "Division by Invariant Integers using
 * Multiplication", PLDI 1994, theorems 4.2 and 5.1.
 *
 * Left alone: 0, 1 and -1, which trap or are folded, and unsigned c >= 2^31.
 */
#include "opt.h"

struct divide {
	struct kw_irfunc *f;
	kw_vid at;		/* the division: new nodes go in front of it */
	int err;
};

static kw_vid emit(struct divide *d, u8 op, u8 type, kw_vid a, kw_vid b, u64 imm)
{
	struct kw_irfunc *f = d->f;
	struct kw_node *list = kw_arena_grow(f->arena, f->node, &f->cap_nodes, f->nr_nodes + 1, sizeof(*list));
	struct kw_node *next;
	kw_vid v = f->nr_nodes;

	if (!list) {
		d->err = -ENOMEM;
		return 0;
	}
	f->node = list;
	next = &f->node[d->at];
	f->node[v] = (struct kw_node){
		.op = op, .type = type, .a = a, .b = b, .imm = imm, .prev = next->prev, .next = d->at,
		.block = next->block, .wasm_off = next->wasm_off, .bits = type == KW_T_I32 ? 32 : 64,
	};
	if (next->prev)
		f->node[next->prev].next = v;
	else
		f->block[next->block].first = v;
	next->prev = v;
	f->node[a].uses++;
	f->node[b].uses++;
	f->nr_nodes++;
	return v;
}

static kw_vid constant(struct divide *d, u8 type, u64 imm)
{
	return emit(d, KW_IR_CONST, type, 0, 0, imm);
}

static kw_vid with_const(struct divide *d, u8 op, kw_vid a, u64 imm)
{
	return emit(d, op, KW_T_I64, a, constant(d, KW_T_I64, imm), 0);
}

/* s with 2^(s-1) < c <= 2^s, for c >= 2 */
static u32 ceil_log2(u32 c)
{
	return 32 - __builtin_clz(c - 1);
}

static kw_vid divide_unsigned(struct divide *d, kw_vid x, u32 c)
{
	u32 s = ceil_log2(c), p;
	u64 m;

	x = emit(d, KW_IR_ZEXT32, KW_T_I64, x, 0, 0);
	if (!(c & (c - 1)))
		return with_const(d, KW_IR_SHR_U, x, s);
	for (p = 32; p <= 32 + s && p < 63; p++) {
		m = ((1ull << p) + c - 1) / c;
		if (m < 1ull << 32 && m * c - (1ull << p) <= 1ull << (p - 32))
			return with_const(d, KW_IR_SHR_U, with_const(d, KW_IR_MUL, x, m), p);
	}
	m = (((1ull << s) - c) << 32) / c + 1;
	x = emit(d, KW_IR_ADD, KW_T_I64, with_const(d, KW_IR_SHR_U, with_const(d, KW_IR_MUL, x, m), 32), x, 0);
	return with_const(d, KW_IR_SHR_U, x, s);
}

static kw_vid divide_signed(struct divide *d, kw_vid x, s32 c)
{
	u32 abs = c < 0 ? -(u32)c : (u32)c, s = ceil_log2(abs);
	u64 m = (1ull << (31 + s)) / abs + 1;
	kw_vid q;

	x = emit(d, KW_IR_SEXT32, KW_T_I64, x, 0, 0);
	q = with_const(d, KW_IR_SHR_S, with_const(d, KW_IR_MUL, x, m), 31 + s);
	q = emit(d, KW_IR_ADD, KW_T_I64, q, with_const(d, KW_IR_SHR_U, x, 63), 0);
	return c < 0 ? emit(d, KW_IR_SUB, KW_T_I64, constant(d, KW_T_I64, 0), q, 0) : q;
}

static bool is_divided(const struct kw_irfunc *f, const struct kw_node *n, bool is_signed)
{
	const struct kw_node *c = &f->node[n->b];

	if (n->type != KW_T_I32 || c->op != KW_IR_CONST || c->imm < 2)
		return false;
	return is_signed ? (u32)c->imm != ~0u && (u32)c->imm != 1u << 31 : c->imm < 1ull << 31;
}

/* The division becomes the last step of what replaces it. */
static void replace(struct divide *d, kw_vid v)
{
	struct kw_irfunc *f = d->f;
	u8 op = f->node[v].op;
	bool is_signed = op == KW_IR_DIV_S || op == KW_IR_REM_S, rem = op == KW_IR_REM_U || op == KW_IR_REM_S;
	kw_vid x = f->node[v].a, c = f->node[v].b, q;

	if (!is_divided(f, &f->node[v], is_signed))
		return;
	d->at = v;
	q = is_signed ? divide_signed(d, x, (s32)f->node[c].imm) : divide_unsigned(d, x, f->node[c].imm);
	if (!d->err && !is_signed)
		f->node[q].bits = 32;
	if (rem) {
		q = emit(d, KW_IR_WRAP, KW_T_I32, q, 0, 0);
		q = emit(d, KW_IR_MUL, KW_T_I32, q, c, 0);
	}
	if (d->err)
		return;
	f->node[x].uses--;
	f->node[c].uses--;
	f->node[v].op = rem ? KW_IR_SUB : KW_IR_WRAP;
	f->node[v].a = rem ? x : q;
	f->node[v].b = rem ? q : 0;
	f->node[f->node[v].a].uses++;
	f->node[f->node[v].b].uses++;
}

int kw_opt_divide(struct kw_irfunc *f)
{
	struct divide d = { .f = f };
	kw_bid b;
	kw_vid v;
	u8 op;

	if (!f->has_op[KW_IR_DIV_U] && !f->has_op[KW_IR_DIV_S] &&
	    !f->has_op[KW_IR_REM_U] && !f->has_op[KW_IR_REM_S])
		return 0;
	for (b = 0; b < f->nr_blocks && !d.err; b++)
		kw_ir_for_each_node(f, b, v) {
			op = f->node[v].op;
			if (op == KW_IR_DIV_U || op == KW_IR_DIV_S || op == KW_IR_REM_U || op == KW_IR_REM_S)
				replace(&d, v);
			if (d.err)
				break;
		}
	return d.err;
}
