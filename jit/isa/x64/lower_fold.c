// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What an instruction can take in of the graph behind its operands:
 * immediates, addresses, loads, compares.  Only nodes of the same block that
 * nobody else uses are taken in, so nothing is computed twice or moved into a
 * loop.
 */
#include "../../wasm/opcode.h"
#include "lower.h"

/* How far back a load may come from: bounds the walk that looks for writes in between. */
#define SINK_WINDOW	24

#define MAX_REPEATS	4

/* May a load at @v as well be executed at the root?  @faults: it has a place among traps. */
static bool can_move_down(const struct x64_lower *l, kw_vid v, bool faults)
{
	kw_vid p = x64_node(l, l->root)->prev;
	u32 i;

	for (i = 0; i < SINK_WINDOW && p; i++, p = x64_node(l, p)->prev) {
		const struct kw_node *n = x64_node(l, p);
		u8 flags = kw_iropinfo[n->op].flags;

		if (p == v)
			return true;
		if (flags & (KW_IRF_W | KW_IRF_X) || n->op == KW_IR_PKT_LD)
			return false;
		if (faults && flags & KW_IRF_T && n->op != KW_IR_LOAD)
			return false;
	}
	return false;
}

/* Does @n read exactly @size bytes, with no extension? */
bool x64_is_plain_load(const struct kw_node *n, enum x64_size size)
{
	if (n->op == KW_IR_MEMLIMIT)
		return size == X64_SQ;
	if (n->op == KW_IR_FLOAD)
		return !x64_is_vec(n->type) && x64_size_of(n->type) == size;
	if (n->op != KW_IR_LOAD && n->op != KW_IR_HLOAD)
		return false;
	if (size == X64_SQ)
		return n->sub == KW_M_U64;
	return size == X64_SL && n->type == KW_T_I32 && (n->sub == KW_M_U32 || n->sub == KW_M_S32);
}

bool x64_may_sink_load(const struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);

	return kw_lower_sinkable(l, v) && can_move_down(l, v, n->op == KW_IR_LOAD && n->aux);
}

bool x64_float_load_sinkable(const struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);

	if ((n->type != KW_T_F32 && n->type != KW_T_F64) ||
	    (n->op != KW_IR_LOAD && n->op != KW_IR_HLOAD && n->op != KW_IR_FLOAD))
		return false;
	return x64_may_sink_load(l, v);
}

/* The next operand is the address's base or index. */
static void address_part(struct x64_lower *l, u8 *part, u32 vreg)
{
	*part = l->mi->nr_opnds;
	x64_use(l, vreg);
}

/* Base and perhaps index of a host structure's address. */
static void base_address(struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);
	u64 shift;

	l->mi->x1 = X64_A_BASE;
	if (!x64_sink(l, v, KW_IR_ADD)) {
		address_part(l, &l->mi->base, x64_value(l, v));
		return;
	}
	address_part(l, &l->mi->base, x64_value(l, n->a));
	v = n->b;
	n = x64_node(l, v);
	if (n->op == KW_IR_SHL && x64_const(l, n->b, &shift) && shift <= 3 && x64_sink(l, v, KW_IR_SHL)) {
		l->mi->scale = shift;
		v = n->a;
	}
	address_part(l, &l->mi->index, x64_value(l, v));
}

/* A shift that loses no bit, so that i32 and 64-bit arithmetic agree: the processor may do it. */
static kw_vid scaled_index(struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);
	u64 shift;

	if (n->op != KW_IR_SHL || !x64_const(l, n->b, &shift) || shift > 3 ||
	    x64_node(l, n->a)->bits + shift > 32 || !x64_sink(l, v, KW_IR_SHL))
		return v;
	l->mi->scale = shift;
	return n->a;
}

/* [memory base + index + offset]: the index is an i32, or has been through BOUNDS. */
static void linear_address(struct x64_lower *l, const struct kw_node *n)
{
	u64 addr;

	l->mi->x1 = X64_A_LINEAR;
	l->mi->disp = n->imm;
	if (n->aux)
		l->mi->x2 |= X64_F_FAULT;
	if (x64_const(l, n->a, &addr) && addr + n->imm <= 0x7fffffff)
		l->mi->disp += addr;
	else
		address_part(l, &l->mi->index, x64_value(l, scaled_index(l, n->a)));
}

void x64_address(struct x64_lower *l, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_LOAD:
	case KW_IR_STORE:
		linear_address(l, n);
		break;
	case KW_IR_HLOAD:
	case KW_IR_HSTORE:
		base_address(l, n->a);
		l->mi->disp = (s32)n->imm;
		break;
	case KW_IR_MEMLIMIT:
		l->mi->x1 = X64_A_LINEAR;
		l->mi->disp = KW_LIMIT_OFF;
		break;
	default:
		l->mi->x1 = X64_A_FRAME;
		l->mi->disp = 8 * n->imm;
		break;
	}
}

void x64_sink_load(struct x64_lower *l, kw_vid v)
{
	l->vreg[v] = KW_SUNK;
	l->mi->wasm_off = x64_node(l, v)->wasm_off;
	x64_address(l, x64_node(l, v));
}

void x64_source(struct x64_lower *l, kw_vid v, enum x64_size size)
{
	if (x64_imm(l, v, size, &l->mi->imm))
		l->mi->x2 |= X64_F_IMM;
	else if (x64_load_sinkable(l, v, size))
		x64_sink_load(l, v);
	else
		x64_use_any(l, x64_low(l, v, size));
}

static enum x64_cc condition(u8 cond)
{
	static const u8 cc[] = {
		[KW_EQ] = X64_CC_E, [KW_NE] = X64_CC_NE, [KW_LT_S] = X64_CC_L, [KW_LT_U] = X64_CC_B,
		[KW_GT_S] = X64_CC_G, [KW_GT_U] = X64_CC_A, [KW_LE_S] = X64_CC_LE, [KW_LE_U] = X64_CC_BE,
		[KW_GE_S] = X64_CC_GE, [KW_GE_U] = X64_CC_AE,
	};

	return cc[cond];
}

static bool is_equality(u8 cond)
{
	return cond == KW_EQ || cond == KW_NE;
}

static void test(struct x64_lower *l, u8 row, enum x64_size size, enum x64_cc cc)
{
	l->mi->x0 = row;
	l->mi->size = size;
	l->mi->cc = cc;
}

/* A shift of kind @op, by a number that is not constant, taken in; or NULL. */
static const struct kw_node *taken_shift(struct x64_lower *l, kw_vid v, u8 op)
{
	const struct kw_node *n = x64_node(l, v), *in = x64_node(l, n->a);
	u64 by;

	if (n->op == op)
		return !x64_const(l, n->b, &by) && x64_sink(l, v, op) ? n : NULL;
	/* Its lowest bit is that of its low half. */
	if (n->op != KW_IR_WRAP || op != KW_IR_SHR_U || in->op != op || x64_const(l, in->b, &by) ||
	    !kw_lower_sinkable(l, v) || !x64_sink(l, n->a, op))
		return NULL;
	return x64_sink(l, v, KW_IR_WRAP) ? in : NULL;
}

/*
 * One bit of (a & b), the one that a shift says: (a >> nr) & 1, or b & (1 << nr).
 * bt takes the number of a bit in a register modulo the width, as shifts do.
 */
static bool try_bit(struct x64_lower *l, const struct kw_node *n, u8 cond)
{
	const struct kw_node *shift = NULL;
	enum x64_size size;
	u64 c;
	kw_vid of;

	if (x64_const(l, n->b, &c) && c == 1) {
		shift = taken_shift(l, n->a, KW_IR_SHR_U);
		of = shift ? shift->a : 0;
	} else if (x64_node(l, n->a)->op == KW_IR_SHL && x64_const(l, x64_node(l, n->a)->a, &c) && c == 1) {
		shift = taken_shift(l, n->a, KW_IR_SHL);
		of = n->b;
	} else if (x64_node(l, n->b)->op == KW_IR_SHL && x64_const(l, x64_node(l, n->b)->a, &c) && c == 1) {
		shift = taken_shift(l, n->b, KW_IR_SHL);
		of = n->a;
	}
	if (!shift)
		return false;
	size = x64_size_of(shift->type);
	test(l, X64_BT, size, cond == KW_EQ ? X64_CC_AE : X64_CC_B);
	x64_use(l, x64_low(l, shift->b, size));
	x64_use(l, x64_low(l, of, size));
	return true;
}

static bool is_load_of(const struct kw_node *n, enum kw_mtype mtype)
{
	return (n->op == KW_IR_LOAD || n->op == KW_IR_HLOAD) && n->sub == mtype;
}

/* A compare of row @row with @imm and what only it uses, in memory. */
static bool compare_in_memory(struct x64_lower *l, u8 row, enum x64_size size, kw_vid v, s64 imm, u8 cond)
{
	if (!x64_may_sink_load(l, v))
		return false;
	test(l, row, size, condition(cond));
	l->mi->x2 |= X64_F_IMM | X64_F_MR;
	l->mi->imm = imm;
	x64_sink_load(l, v);
	return true;
}

/* Bits of a byte in memory, or of two where four can be read: a 16-bit immediate stalls decoders. */
static bool test_in_memory(struct x64_lower *l, const struct kw_node *n, u64 mask, u8 cond)
{
	const struct kw_node *load = x64_node(l, n->a), *base = x64_node(l, load->a);

	if (is_load_of(load, KW_M_U8) && mask <= 0xff)
		return compare_in_memory(l, X64_TEST, X64_SB, n->a, (s8)mask, cond);
	return is_load_of(load, KW_M_U16) && mask <= 0xffff && base->op == KW_IR_PKT_BASE &&
	       load->imm + 4 <= base->imm && compare_in_memory(l, X64_TEST, X64_SL, n->a, (s64)mask, cond);
}

/* (a & b) ==/!= 0 */
static void test_and(struct x64_lower *l, const struct kw_node *n, enum x64_size size, u8 cond)
{
	u64 mask;

	if (try_bit(l, n, cond) || (x64_const(l, n->b, &mask) && test_in_memory(l, n, mask, cond)))
		return;
	test(l, X64_TEST, size, condition(cond));
	if (!x64_const(l, n->b, &mask)) {
		x64_use(l, x64_low(l, n->a, size));
		x64_use_any(l, x64_low(l, n->b, size));
		return;
	}
	l->mi->x2 |= X64_F_IMM;
	if (size == X64_SQ && mask <= 0xffffffff)
		l->mi->size = X64_SL;	/* the rest of the mask is 0 */
	l->mi->imm = l->mi->size == X64_SL ? (s32)mask : (s64)mask;
	if (l->mi->imm != (s32)l->mi->imm) {
		l->mi->x2 &= ~X64_F_IMM;
		x64_use(l, x64_low(l, n->a, size));
		x64_use_any(l, x64_value(l, n->b));
		return;
	}
	x64_use_any(l, x64_low(l, n->a, size));
}

/* One or two bytes in memory against a constant, where widening them cannot matter; two if the constant is a byte. */
static bool narrow_compare(struct x64_lower *l, kw_vid a, u64 imm, u8 cond)
{
	static const u8 is_signed[] = { [KW_LT_S] = 1, [KW_GT_S] = 1, [KW_LE_S] = 1, [KW_GE_S] = 1 };
	const struct kw_node *n = x64_node(l, a);

	if (cond < ARRAY_SIZE(is_signed) && is_signed[cond])
		return false;
	if (is_load_of(n, KW_M_U8) && imm <= 0xff)
		return compare_in_memory(l, X64_CMP, X64_SB, a, (s8)imm, cond);
	return is_load_of(n, KW_M_U16) && imm <= 0xffff && (s16)imm == (s8)imm &&
	       compare_in_memory(l, X64_CMP, X64_SW, a, (s8)imm, cond);
}

static void compare_imm(struct x64_lower *l, kw_vid a, s64 imm, u8 cond, enum x64_size size)
{
	const struct kw_node *n = x64_node(l, a);

	if (imm == 0 && is_equality(cond) && x64_sink(l, a, KW_IR_AND)) {
		test_and(l, n, size, cond);
		return;
	}
	if (narrow_compare(l, a, size == X64_SL ? (u32)imm : (u64)imm, cond))
		return;
	test(l, X64_CMP, size, condition(cond));
	if (x64_load_sinkable(l, a, size)) {
		l->mi->x2 |= X64_F_IMM | X64_F_MR;
		l->mi->imm = imm;
		x64_sink_load(l, a);
	} else if (imm == 0) {
		u32 vreg = x64_low(l, a, size);

		l->mi->x0 = X64_TEST;
		x64_use(l, vreg);
		x64_use(l, vreg);
	} else {
		l->mi->x2 |= X64_F_IMM;
		l->mi->imm = imm;
		x64_use_any(l, x64_low(l, a, size));
	}
}

static bool is_any_true(const struct kw_node *n)
{
	return n->op == KW_IR_V1 && n->imm == WASM_OP_V128_ANY_TRUE;
}

/* Floats: only what one condition code says; equality needs two. */
static bool is_fusable(const struct kw_node *n)
{
	return is_any_true(n) || (n->op == KW_IR_CMP && (!x64_is_vec(n->sub) || !is_equality(n->aux)));
}

static void any_true(struct x64_lower *l, const struct kw_node *n)
{
	u32 vreg = x64_value(l, n->a);

	test(l, X64_V_PTEST, X64_SQ, X64_CC_NE);
	l->mi->x2 |= X64_F_VEC;
	x64_use(l, vreg);
	x64_use(l, vreg);
}

/* What is constant or in memory is the second operand. */
static bool wants_exchange(struct x64_lower *l, kw_vid a, kw_vid b, enum x64_size size)
{
	s64 imm;

	return x64_imm(l, a, size, &imm) || (x64_load_sinkable(l, a, size) && !x64_imm(l, b, size, &imm));
}

static void compare(struct x64_lower *l, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->sub);
	kw_vid a = n->a, b = n->b;
	u8 cond = n->aux;
	s64 imm;

	if (is_any_true(n)) {
		any_true(l, n);
		return;
	}
	if (x64_float_compare(l, n))
		return;

	if (wants_exchange(l, a, b, size)) {
		swap(a, b);
		cond = kw_cond_exchanged[cond];
	}
	if (x64_imm(l, b, size, &imm)) {
		compare_imm(l, a, imm, cond, size);
		return;
	}
	test(l, X64_CMP, size, condition(cond));
	x64_use(l, x64_low(l, a, size));
	x64_source(l, b, size);
}

/* The carry says it if @n is an unsigned compare; those with an equality in it ask the other way round. */
static bool is_carry(struct x64_lower *l, struct kw_node *n)
{
	if (x64_is_vec(n->sub))
		return false;
	if (n->aux == KW_GT_U || n->aux == KW_LE_U) {
		swap(n->a, n->b);
		n->aux = kw_cond_exchanged[n->aux];
	}
	return (n->aux == KW_LT_U || n->aux == KW_GE_U) && !wants_exchange(l, n->a, n->b, x64_size_of(n->sub));
}

bool x64_try_carry(struct x64_lower *l, kw_vid v, kw_vid to, kw_vid bit, bool less)
{
	enum x64_size size = x64_size_of(x64_node(l, v)->type);
	bool wide = x64_node(l, bit)->op == KW_IR_ZEXT32;
	kw_vid cmp = wide ? x64_node(l, bit)->a : bit;
	struct kw_node n;

	if (x64_node(l, cmp)->op != KW_IR_CMP)
		return false;
	n = *x64_node(l, cmp);
	if (!is_carry(l, &n) || !kw_lower_sinkable(l, bit) || !x64_sink(l, cmp, KW_IR_CMP))
		return false;
	if (wide)
		x64_sink(l, bit, KW_IR_ZEXT32);
	x64_begin(l, X64_CARRY, size);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_low(l, to, size));
	compare(l, &n);
	l->mi->kind = (less ? X64_CARRY_LESS : 0) | size;
	x64_end(l);
	return true;
}

/* x ==/!= 0 of an x that is itself a compare only @n uses. */
static bool is_negation(const struct x64_lower *l, const struct kw_node *n)
{
	u64 imm;

	return n->op == KW_IR_CMP && is_equality(n->aux) && n->sub == KW_T_I32 && x64_const(l, n->b, &imm) &&
	       imm == 0 && is_fusable(x64_node(l, n->a)) && kw_lower_sinkable(l, n->a);
}

/*
 * A compare with several users, all of this block's branches, selects and
 * checks perhaps: each does it anew, which is cheaper than a 0 or 1 in a register.
 */
static bool try_repeat(struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);

	if (!is_fusable(n) || n->block != l->block || n->uses < 2 || n->uses > MAX_REPEATS)
		return false;
	l->repeated = true;
	compare(l, n);
	l->repeated = false;
	return true;
}

void x64_cond(struct x64_lower *l, kw_vid v, bool own)
{
	const struct kw_node *n = x64_node(l, v);
	bool invert = false;

	while ((own || (is_fusable(n) && x64_sink(l, v, n->op))) && is_negation(l, n)) {
		invert ^= n->aux == KW_EQ;
		v = n->a;
		n = x64_node(l, v);
		own = false;
	}
	if (own || kw_lower_is_sunk(l, v))
		compare(l, n);
	else if (!try_repeat(l, v))
		compare_imm(l, v, 0, KW_NE, X64_SL);
	if (invert)
		l->mi->cc = x64_cc_not(l->mi->cc);
}
