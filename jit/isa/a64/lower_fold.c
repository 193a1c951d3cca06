// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What an instruction can take in of the graph behind its operands:
 * immediates, addresses, compares.  Only nodes of the same block that nobody
 * else uses are taken in, so nothing is computed twice or moved into a loop.
 */
#include "lower.h"

#define MAX_REPEATS	4

u32 a64_low(struct kw_lower *l, kw_vid v, enum a64_size size)
{
	return size == A64_X ? kw_lower_value(l, v) : kw_lower_low32(l, v);
}

bool a64_imm(const struct kw_lower *l, kw_vid v, enum a64_size size, s64 *imm)
{
	u64 c;

	if (!kw_lower_const(l, v, &c))
		return false;
	*imm = size == A64_X ? (s64)c : (s32)c;
	return true;
}

bool a64_logical(const struct kw_lower *l, kw_vid v, enum a64_size size, u64 *imm)
{
	u32 enc;

	return kw_lower_const(l, v, imm) && a64_imm_logical(*imm, size, &enc);
}

/* ---- addresses ---- */

static void address_part(struct kw_lower *l, u8 *part, u32 vreg)
{
	*part = l->mi->nr_opnds;
	kw_mi_use(l, vreg);
}

/* Base and perhaps index of a host structure's address. */
static void base_address(struct kw_lower *l, kw_vid v)
{
	const struct kw_node *n = kw_lower_node(l, v);
	u64 shift;

	l->mi->x1 = A64_A_BASE;
	if (!kw_lower_sink(l, v, KW_IR_ADD)) {
		address_part(l, &l->mi->base, kw_lower_value(l, v));
		return;
	}
	address_part(l, &l->mi->base, kw_lower_value(l, n->a));
	v = n->b;
	n = kw_lower_node(l, v);
	if (n->op == KW_IR_SHL && kw_lower_const(l, n->b, &shift) && shift <= 31 && kw_lower_sink(l, v, KW_IR_SHL)) {
		l->mi->scale = shift;
		v = n->a;
	}
	address_part(l, &l->mi->index, kw_lower_value(l, v));
}

/*
 * A shift that loses no bit, so that i32 and 64-bit arithmetic agree, by the
 * access's own width or with an offset, which costs an add that can shift.
 */
static kw_vid scaled_index(struct kw_lower *l, kw_vid v, u8 row)
{
	const struct kw_node *n = kw_lower_node(l, v);
	u64 shift;

	if (n->op != KW_IR_SHL || !kw_lower_const(l, n->b, &shift) || shift > 4 ||
	    kw_lower_node(l, n->a)->bits + shift > 32 || (!l->mi->disp && shift != a64_row[row].aux) ||
	    !kw_lower_sink(l, v, KW_IR_SHL))
		return v;
	l->mi->scale = shift;
	return n->a;
}

/* [memory base + index + offset]: the index is an i32, or has been through BOUNDS. */
static void linear_address(struct kw_lower *l, const struct kw_node *n, u8 row)
{
	kw_vid index = n->a;
	u32 shared;
	u64 addr;

	l->mi->x1 = A64_A_LINEAR;
	l->mi->disp = n->imm;
	if (n->aux)
		l->mi->x2 |= A64_A_FAULT;
	if (kw_lower_const(l, index, &addr) && addr + n->imm <= 0x7fffffff) {
		l->mi->disp += addr;
		return;
	}
	shared = a64_shared_address(l, index, row, &l->mi->disp);
	if (shared) {
		l->mi->x1 = A64_A_BASE;
		address_part(l, &l->mi->base, shared);
		return;
	}
	shared = a64_fixed_address(l, l->mi->disp);
	if (shared) {
		l->mi->x1 = A64_A_BASE;
		l->mi->disp = 0;
		address_part(l, &l->mi->base, shared);
	}
	index = scaled_index(l, index, row);
	if (kw_lower_node(l, index)->type == KW_T_I32) {
		l->mi->x2 |= A64_A_WINDEX;
		address_part(l, &l->mi->index, kw_lower_low32(l, index));
	} else {
		address_part(l, &l->mi->index, kw_lower_value(l, index));
	}
}

void a64_address(struct kw_lower *l, const struct kw_node *n, u8 row)
{
	switch (n->op) {
	case KW_IR_LOAD:
	case KW_IR_STORE:
		linear_address(l, n, row);
		break;
	case KW_IR_HLOAD:
	case KW_IR_HSTORE:
		base_address(l, n->a);
		l->mi->disp = (s32)n->imm;
		break;
	case KW_IR_MEMLIMIT:
		l->mi->x1 = A64_A_LINEAR;
		l->mi->disp = KW_LIMIT_OFF;
		break;
	default:
		l->mi->x1 = A64_A_FRAME;
		l->mi->disp = 8 * n->imm;
		break;
	}
}

/* ---- compares ---- */

static enum a64_cc condition(u8 cond)
{
	static const u8 cc[] = {
		[KW_EQ] = A64_CC_EQ, [KW_NE] = A64_CC_NE, [KW_LT_S] = A64_CC_LT, [KW_LT_U] = A64_CC_LO,
		[KW_GT_S] = A64_CC_GT, [KW_GT_U] = A64_CC_HI, [KW_LE_S] = A64_CC_LE, [KW_LE_U] = A64_CC_LS,
		[KW_GE_S] = A64_CC_GE, [KW_GE_U] = A64_CC_HS,
	};

	return cc[cond];
}

/* Of a float compare: false where the operands are unordered, but for NE. */
static enum a64_cc float_condition(u8 cond)
{
	switch (cond) {
	case KW_LT_S:	return A64_CC_MI;
	case KW_LE_S:	return A64_CC_LS;
	default:	return condition(cond);		/* EQ, NE, GT, GE do as they are */
	}
}

static bool is_equality(u8 cond)
{
	return cond == KW_EQ || cond == KW_NE;
}

static void compare_kind(struct kw_lower *l, enum a64_cmp kind, enum a64_size size, enum a64_cc cc)
{
	l->mi->x0 = kind;
	l->mi->size = size;
	l->mi->cc = cc;
}

/* (a & b) ==/!= 0 */
static void test_and(struct kw_lower *l, const struct kw_node *n, enum a64_size size, u8 cond)
{
	u64 mask;

	compare_kind(l, A64_C_TEST, size, condition(cond));
	kw_mi_use(l, a64_low(l, n->a, size));
	if (!kw_lower_const(l, n->b, &mask)) {
		kw_mi_use(l, a64_low(l, n->b, size));
	} else if (mask && !(mask & (mask - 1))) {
		l->mi->x0 = A64_C_BIT;
		l->mi->x2 = __builtin_ctzll(mask);
	} else if (a64_logical(l, n->b, size, &mask)) {
		l->mi->x0 = A64_C_TESTI;
		l->mi->imm = mask;
	} else {
		kw_mi_use(l, kw_lower_value(l, n->b));
	}
}

/* x < 0, x >= 0: the sign bit. */
static bool is_sign_test(s64 imm, u8 cond)
{
	return imm == 0 && (cond == KW_LT_S || cond == KW_GE_S);
}

static void compare_imm(struct kw_lower *l, kw_vid a, s64 imm, u8 cond, enum a64_size size)
{
	const struct kw_node *n = kw_lower_node(l, a);

	if (imm == 0 && is_equality(cond) && kw_lower_sink(l, a, KW_IR_AND)) {
		test_and(l, n, size, cond);
		return;
	}
	compare_kind(l, A64_C_IMM, size, condition(cond));
	if (imm == 0 && is_equality(cond)) {
		l->mi->x0 = A64_C_ZERO;
	} else if (is_sign_test(imm, cond)) {
		compare_kind(l, A64_C_BIT, size, cond == KW_LT_S ? A64_CC_NE : A64_CC_EQ);
		l->mi->x2 = size ? 63 : 31;
	}
	l->mi->imm = imm;
	kw_mi_use(l, a64_low(l, a, size));
}

/* A shift of the second operand that the compare can do itself. */
static kw_vid shifted(struct kw_lower *l, kw_vid v, enum a64_size size)
{
	const struct kw_node *n = kw_lower_node(l, v);
	u64 by;

	if (n->op != KW_IR_SHL || !kw_lower_const(l, n->b, &by) || !kw_lower_sink(l, v, KW_IR_SHL))
		return v;
	l->mi->x1 = A64_LSL;
	l->mi->x2 = by & (size ? 63 : 31);
	return n->a;
}

static void compare(struct kw_lower *l, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->sub);
	kw_vid a = n->a, b = n->b;
	u8 cond = n->aux;
	s64 imm;

	if (kw_is_vec(n->sub)) {
		compare_kind(l, A64_C_FLOAT, A64_W, float_condition(cond));
		l->mi->x1 = n->sub;
		kw_mi_use(l, kw_lower_value(l, a));
		kw_mi_use(l, kw_lower_value(l, b));
		return;
	}
	if (a64_imm(l, a, size, &imm)) {
		swap(a, b);
		cond = kw_cond_exchanged[cond];
	}
	if (a64_imm(l, b, size, &imm) && a64_can_compare(imm, size)) {
		compare_imm(l, a, imm, cond, size);
		return;
	}
	compare_kind(l, A64_C_REG, size, condition(cond));
	kw_mi_use(l, a64_low(l, a, size));
	kw_mi_use(l, a64_low(l, shifted(l, b, size), size));
}

/* Flags with which @cc holds. */
static u32 flags_of(enum a64_cc cc)
{
	enum { N = 8, Z = 4, C = 2, V = 1 };
	static const u8 flags[] = {
		[A64_CC_EQ] = Z, [A64_CC_HS] = C, [A64_CC_MI] = N, [A64_CC_VS] = V,
		[A64_CC_HI] = C, [A64_CC_LT] = N, [A64_CC_LE] = Z, [A64_CC_AL] = 0,	/* the others: none */
	};

	return flags[cc];
}

static void second_compare(struct kw_lower *l, const struct kw_node *n, bool either, enum a64_cc first)
{
	enum a64_size size = a64_size_of(n->sub);
	kw_vid a = n->a, b = n->b;
	u8 cond = n->aux;
	s64 imm;

	if (a64_imm(l, a, size, &imm)) {
		swap(a, b);
		cond = kw_cond_exchanged[cond];
	}
	address_part(l, &l->mi->base, a64_low(l, a, size));
	if (!a64_imm(l, b, size, &imm) || imm < -31 || imm > 31) {
		address_part(l, &l->mi->index, a64_low(l, b, size));
		imm = 0;
	}
	l->mi->cc = condition(cond);
	if (either)
		l->mi->disp = A64_C_CHAIN(imm, flags_of(l->mi->cc), a64_cc_not(first));
	else
		l->mi->disp = A64_C_CHAIN(imm, flags_of(a64_cc_not(l->mi->cc)), first);
	if (size)
		l->mi->disp |= A64_C_CHAIN_WIDE;
}

bool a64_chain(struct kw_lower *l, const struct kw_node *n)
{
	const struct kw_node *a = kw_lower_node(l, n->a), *b = kw_lower_node(l, n->b);

	if ((n->op != KW_IR_AND && n->op != KW_IR_OR) || n->type != KW_T_I32 || a == b ||
	    a->op != KW_IR_CMP || b->op != KW_IR_CMP || !kw_lower_sinkable(l, n->a) || !kw_lower_sinkable(l, n->b))
		return false;
	if (kw_is_vec(b->sub))
		swap(a, b);
	if (kw_is_vec(b->sub))
		return false;
	l->vreg[n->a] = KW_SUNK;
	l->vreg[n->b] = KW_SUNK;
	compare(l, a);
	second_compare(l, b, n->op == KW_IR_OR, l->mi->cc);
	return true;
}

/* x ==/!= 0 of an x that is itself a compare only @n uses. */
static bool is_negation(const struct kw_lower *l, const struct kw_node *n)
{
	u64 imm;

	return is_equality(n->aux) && n->sub == KW_T_I32 && kw_lower_const(l, n->b, &imm) && imm == 0 &&
	       kw_lower_node(l, n->a)->op == KW_IR_CMP && kw_lower_sinkable(l, n->a);
}

/*
 * A compare with several users, all of this block's branches, selects and
 * checks perhaps: each does it anew, which is cheaper than a 0 or 1 in a register.
 */
static bool try_repeat(struct kw_lower *l, kw_vid v)
{
	const struct kw_node *n = kw_lower_node(l, v);

	if (n->op != KW_IR_CMP || n->block != l->block || n->uses < 2 || n->uses > MAX_REPEATS)
		return false;
	l->repeated = true;
	compare(l, n);
	l->repeated = false;
	return true;
}

void a64_cond(struct kw_lower *l, kw_vid v, bool own)
{
	const struct kw_node *n = kw_lower_node(l, v);
	bool invert = false;

	while ((own || kw_lower_sink(l, v, KW_IR_CMP)) && is_negation(l, n)) {
		invert ^= n->aux == KW_EQ;
		v = n->a;
		n = kw_lower_node(l, v);
		own = false;
	}
	if (own || kw_lower_is_sunk(l, v))
		compare(l, n);
	else if (kw_lower_sinkable(l, v) && a64_chain(l, n))
		l->vreg[v] = KW_SUNK;
	else if (!try_repeat(l, v))
		compare_imm(l, v, 0, KW_NE, A64_W);
	if (invert)
		l->mi->cc = a64_cc_not(l->mi->cc);
}
