// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What an integer operation is worth without executing it: constants and
 * identities.  Called while the graph is built, so each rule sees operands
 * that are folded already.  Floats are never folded: they are bit patterns
 * here.
 */
#include "builder.h"

struct operand {
	const struct kw_node *n;
	bool is_const;
	u64 c;			/* zero-extended */
};

static struct operand operand(const struct kw_builder *b, kw_vid v)
{
	const struct kw_node *n = &b->f->node[v];

	return (struct operand){ n, v && n->op == KW_IR_CONST, n->imm };
}

static u64 sext(u64 v, u32 bits)
{
	return (u64)((s64)(v << (64 - bits)) >> (64 - bits));
}

static u64 rotl(u64 v, u32 n, u32 width)
{
	n &= width - 1;
	if (!n)
		return v;
	return v << n | v >> (width - n);	/* the caller cuts to the width */
}

static u32 clz(u64 v, u32 width)
{
	return v ? (u32)__builtin_clzll(v) - (64 - width) : width;
}

static u32 ctz(u64 v, u32 width)
{
	return v ? (u32)__builtin_ctzll(v) : width;
}

static u32 popcount(u64 v)
{
	u32 n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

static bool compare(u8 cond, u64 x, u64 y, u32 width)
{
	s64 sx = (s64)sext(x, width), sy = (s64)sext(y, width);

	switch (cond) {
	case KW_EQ:
		return x == y;
	case KW_NE:
		return x != y;
	case KW_LT_S:
		return sx < sy;
	case KW_LT_U:
		return x < y;
	case KW_GT_S:
		return sx > sy;
	case KW_GT_U:
		return x > y;
	case KW_LE_S:
		return sx <= sy;
	case KW_LE_U:
		return x <= y;
	case KW_GE_S:
		return sx >= sy;
	default:
		return x >= y;
	}
}

/* Two constants. Return: false when the operation is not one of these. */
static bool fold_binary(u8 op, u64 x, u64 y, u32 width, u64 *r)
{
	u32 n = (u32)y & (width - 1);

	switch (op) {
	case KW_IR_ADD:
		*r = x + y;
		return true;
	case KW_IR_SUB:
		*r = x - y;
		return true;
	case KW_IR_MUL:
		*r = x * y;
		return true;
	case KW_IR_AND:
		*r = x & y;
		return true;
	case KW_IR_OR:
		*r = x | y;
		return true;
	case KW_IR_XOR:
		*r = x ^ y;
		return true;
	case KW_IR_SHL:
		*r = x << n;
		return true;
	case KW_IR_SHR_U:
		*r = x >> n;
		return true;
	case KW_IR_SHR_S:
		*r = (u64)((s64)sext(x, width) >> n);
		return true;
	case KW_IR_ROTL:
		*r = rotl(x, n, width);
		return true;
	case KW_IR_ROTR:
		*r = rotl(x, width - n, width);
		return true;
	default:
		return false;
	}
}

static bool fold_unary(u8 op, u64 x, u32 width, u64 *r)
{
	switch (op) {
	case KW_IR_CLZ:
		*r = clz(x, width);
		return true;
	case KW_IR_CTZ:
		*r = ctz(x, width);
		return true;
	case KW_IR_POPCNT:
		*r = popcount(x);
		return true;
	case KW_IR_WRAP:
	case KW_IR_ZEXT32:
		*r = (u32)x;
		return true;
	case KW_IR_SEXT32:
	case KW_IR_SEXTL:
		*r = sext(x, 32);
		return true;
	case KW_IR_SEXT8:
		*r = sext(x, 8);
		return true;
	case KW_IR_SEXT16:
		*r = sext(x, 16);
		return true;
	default:
		return false;
	}
}

/* Ones where a value of so many bits may have some. */
static u64 low_ones(u32 bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : ~0ULL;
}

/* x OP constant, where the constant makes it trivial. Return: 0 when it does not. */
static kw_vid identity_const(struct kw_builder *b, u8 op, u8 type, kw_vid x, u64 c)
{
	u64 ones = type == KW_T_I32 ? 0xffffffffULL : ~0ULL, may = low_ones(b->f->node[x].bits);
	u32 width_mask = type == KW_T_I32 ? 31 : 63;

	switch (op) {
	case KW_IR_ADD:
	case KW_IR_SUB:
	case KW_IR_OR:
	case KW_IR_XOR:
		if (c == 0)
			return x;
		return op == KW_IR_OR && c == ones ? kw_b_const(b, type, ones) : 0;
	case KW_IR_MUL:
		if (c == 1)
			return x;
		return c == 0 ? kw_b_const(b, type, 0) : 0;
	case KW_IR_AND:
		if ((c & may) == may)
			return x;
		return c == 0 ? kw_b_const(b, type, 0) : 0;
	case KW_IR_SHL:
	case KW_IR_SHR_U:
	case KW_IR_SHR_S:
	case KW_IR_ROTL:
	case KW_IR_ROTR:
		return (c & width_mask) == 0 ? x : 0;
	default:
		return 0;
	}
}

/* (x OP c1) OP c2 -> x OP (c1 OP c2) for the associative ones. */
static kw_vid reassociate(struct kw_builder *b, u8 op, u8 type, const struct operand *x, u64 c)
{
	struct operand inner;
	kw_vid v;
	u64 r;

	if (op != KW_IR_ADD && op != KW_IR_AND && op != KW_IR_OR && op != KW_IR_XOR)
		return 0;
	if (x->n->op != op || x->n->type != type)
		return 0;
	v = x->n->a;
	inner = operand(b, x->n->b);
	if (!inner.is_const || !fold_binary(op, inner.c, c, type == KW_T_I32 ? 32 : 64, &r))
		return 0;
	return kw_b_bin(b, op, type, v, kw_b_const(b, type, r));
}

static kw_vid fold_arith(struct kw_builder *b, u8 op, u8 type, kw_vid x, kw_vid y)
{
	u32 width = type == KW_T_I32 ? 32 : 64;
	struct operand ox = operand(b, x), oy = operand(b, y);
	u64 r;
	kw_vid v;

	if (ox.is_const && oy.is_const && fold_binary(op, ox.c, oy.c, width, &r))
		return kw_b_const(b, type, r);
	if (ox.is_const && (kw_iropinfo[op].flags & KW_IRF_C))
		return kw_b_bin(b, op, type, y, x);	/* constants to the right */
	if (oy.is_const) {
		v = identity_const(b, op, type, x, oy.c);
		if (!v)
			v = reassociate(b, op, type, &ox, oy.c);
		if (!v && op == KW_IR_SUB)
			v = kw_b_bin(b, KW_IR_ADD, type, x, kw_b_const(b, type, 0 - oy.c));
		return v;
	}
	if (x == y) {
		if (op == KW_IR_SUB || op == KW_IR_XOR)
			return kw_b_const(b, type, 0);
		if (op == KW_IR_AND || op == KW_IR_OR)
			return x;
	}
	return 0;
}

static bool holds_when_equal(u8 cond)
{
	return cond == KW_EQ || cond == KW_LE_S || cond == KW_LE_U || cond == KW_GE_S || cond == KW_GE_U;
}

/* Return: what @v has in the other byte order, and @c is in that order now; 0: it is no such value. */
static kw_vid other_order(const struct kw_builder *b, kw_vid v, u64 *c)
{
	const struct kw_node *n = &b->f->node[v], *shift = n;
	bool half = n->op == KW_IR_SHR_U && n->type == KW_T_I32 && b->f->node[n->b].op == KW_IR_CONST &&
		    b->f->node[n->b].imm == 16;

	if (half)
		n = &b->f->node[shift->a];
	if (n->op != KW_IR_BSWAP || (half && (b->f->node[n->a].bits > 16 || *c > 0xffff)))
		return 0;
	if (half)
		*c = __builtin_bswap16((u16)*c);
	else
		*c = n->type == KW_T_I32 ? __builtin_bswap32((u32)*c) : __builtin_bswap64(*c);
	return n->a;
}

/* Equal or not: a constant is swapped in the place of what is compared with it.  Return: 0: no */
static kw_vid compare_unswapped(struct kw_builder *b, kw_vid x, u64 c, u8 type, u8 cond)
{
	const struct kw_node *n = &b->f->node[x];
	bool masked = n->op == KW_IR_AND && b->f->node[n->b].op == KW_IR_CONST;
	u64 m = masked ? b->f->node[n->b].imm : 0;
	kw_vid v;

	v = other_order(b, masked ? n->a : x, &c);
	if (!v || (masked && !other_order(b, n->a, &m)))
		return 0;
	if (masked)
		v = kw_b_bin(b, KW_IR_AND, type, v, kw_b_const(b, type, m));
	return kw_b_emit(b, KW_IR_CMP, KW_T_I32, v, kw_b_const(b, type, c), 0, 0, type, cond);
}

/*
 * The upper bits of @x are those of a constant: so it lies in a range.  What is masked mostly has other uses; a sum
 * needs no copy of it.  Return: 0: no
 */
static kw_vid compare_upper_bits(struct kw_builder *b, kw_vid x, u64 c, u8 type, u8 cond)
{
	struct operand ox = operand(b, x), mask;
	u64 ones = type == KW_T_I32 ? 0xffffffffULL : ~0ULL, below;

	if (ox.n->op != KW_IR_AND || c == 0)
		return 0;
	x = ox.n->a;
	mask = operand(b, ox.n->b);
	below = ~(mask.c | ~low_ones(b->f->node[x].bits)) & ones;
	if (!mask.is_const || below == 0 || below == ones || below & (below + 1) || c & below)
		return 0;
	x = kw_b_bin(b, KW_IR_ADD, type, x, kw_b_const(b, type, (0 - c) & ones));
	return kw_b_emit(b, KW_IR_CMP, KW_T_I32, x, kw_b_const(b, type, below + 1), 0, 0, type,
			 cond == KW_EQ ? KW_LT_U : KW_GE_U);
}

static kw_vid fold_cmp(struct kw_builder *b, kw_vid x, kw_vid y, u8 type, u8 cond)
{
	struct operand ox = operand(b, x), oy = operand(b, y);
	kw_vid v;

	if (type != KW_T_I32 && type != KW_T_I64)
		return 0;
	if (ox.is_const && oy.is_const)
		return kw_b_const(b, KW_T_I32, compare(cond, ox.c, oy.c, type == KW_T_I32 ? 32 : 64));
	if (x == y)
		return kw_b_const(b, KW_T_I32, holds_when_equal(cond));
	if (ox.is_const)
		return kw_b_emit(b, KW_IR_CMP, KW_T_I32, y, x, 0, 0, type, kw_cond_exchanged[cond]);
	if (oy.is_const && oy.c == 0 && ox.n->op == KW_IR_CMP && (cond == KW_EQ || cond == KW_NE)) {
		if (cond == KW_NE)
			return x;
		if (ox.n->sub == KW_T_I32 || ox.n->sub == KW_T_I64)	/* NaNs forbid it for floats */
			return kw_b_emit(b, KW_IR_CMP, KW_T_I32, ox.n->a, ox.n->b, 0, 0,
					 ox.n->sub, kw_cond_opposite[ox.n->aux]);
	}
	if (oy.is_const && (cond == KW_EQ || cond == KW_NE)) {
		v = compare_unswapped(b, x, oy.c, type, cond);
		return v ? v : compare_upper_bits(b, x, oy.c, type, cond);
	}
	return 0;
}

kw_vid kw_fold_condition(struct kw_builder *b, kw_vid x)
{
	u8 op = b->f->node[x].op;
	kw_vid v = 0;

	if (b->f->opt_off & KW_OPT_FOLD)
		return x;
	if (op == KW_IR_AND || op == KW_IR_SHR_U || op == KW_IR_BSWAP)
		v = compare_unswapped(b, x, 0, KW_T_I32, KW_NE);
	return v ? v : x;
}

static kw_vid fold_width(struct kw_builder *b, u8 op, u8 type, kw_vid x)
{
	struct operand o = operand(b, x);
	u64 r;

	if (o.is_const && fold_unary(op, o.c, o.n->type == KW_T_I32 ? 32 : 64, &r))
		return kw_b_const(b, type, r);
	if (op == KW_IR_WRAP && (o.n->op == KW_IR_ZEXT32 || o.n->op == KW_IR_SEXT32))
		return o.n->a;
	return 0;
}

/**
 * kw_fold() - the value of a pure operation, without making a node for it
 * Return: a value that exists (perhaps a new, simpler one), or 0: make the node.
 */
kw_vid kw_fold(struct kw_builder *b, struct kw_what what, kw_vid x, kw_vid y, kw_vid z)
{
	struct operand cond;

	switch (what.op) {
	case KW_IR_CMP:
		return fold_cmp(b, x, y, what.sub, what.aux);
	case KW_IR_SELECT:
		cond = operand(b, x);
		if (cond.is_const)
			return cond.c ? y : z;
		return y == z ? y : 0;
	default:
		if (what.type != KW_T_I32 && what.type != KW_T_I64)
			return 0;
		if (kw_iropinfo[what.op].nr_args == 1)
			return fold_width(b, what.op, what.type, x);
		return kw_iropinfo[what.op].nr_args == 2 ? fold_arith(b, what.op, what.type, x, y) : 0;
	}
}
