// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of arithmetic: pure nodes into three-address, shifted and bitfield forms. */
#include "lower.h"

static u32 width_of(enum a64_size size)
{
	return size ? 64 : 32;
}

/* row def, ...; operands follow */
static void begin_op(struct kw_lower *l, kw_vid v, u8 row, enum a64_size size)
{
	kw_mi_begin(l, A64_OP, size);
	l->mi->x0 = row;
	kw_mi_def(l, v);
}

static void unary(struct kw_lower *l, kw_vid v, u8 row, enum a64_size size, u32 a)
{
	begin_op(l, v, row, size);
	kw_mi_use(l, a);
	kw_mi_end(l);
}

static void binary_imm(struct kw_lower *l, kw_vid v, u8 row, enum a64_size size, u32 a, u64 imm)
{
	begin_op(l, v, row, size);
	kw_mi_use(l, a);
	l->mi->imm = imm;
	kw_mi_end(l);
}

static void bitfield(struct kw_lower *l, kw_vid v, u8 row, enum a64_size size, u32 a, u32 immr, u32 imms)
{
	begin_op(l, v, row, size);
	kw_mi_use(l, a);
	l->mi->x1 = immr;
	l->mi->x2 = imms;
	kw_mi_end(l);
}

/* A constant shift of the last operand that the instruction can do itself. */
static kw_vid shifted(struct kw_lower *l, kw_vid v, enum a64_size size, u8 *kind, u8 *by)
{
	const struct kw_node *n = kw_lower_node(l, v);
	u64 count;

	*by = 0;
	*kind = A64_LSL;
	if ((n->op != KW_IR_SHL && n->op != KW_IR_SHR_U && n->op != KW_IR_SHR_S) ||
	    a64_size_of(n->type) != size || !kw_lower_const(l, n->b, &count) || !kw_lower_sink(l, v, n->op))
		return v;
	*kind = n->op == KW_IR_SHR_U ? A64_LSR : n->op == KW_IR_SHR_S ? A64_ASR : A64_LSL;
	*by = count & (width_of(size) - 1);
	return n->a;
}

/* row def, a, b: one of them perhaps shifted. */
static void binary(struct kw_lower *l, kw_vid v, const struct kw_node *n, u8 row)
{
	enum a64_size size = a64_size_of(n->type);
	kw_vid a = n->a, b = n->b, c;
	u8 kind = A64_LSL, by = 0;
	u32 vreg;

	c = shifted(l, b, size, &kind, &by);
	if (c != b) {
		b = c;
	} else if (kw_iropinfo[n->op].flags & KW_IRF_C) {
		c = shifted(l, a, size, &kind, &by);
		if (c != a) {
			a = b;
			b = c;
		}
	}
	begin_op(l, v, row, size);
	vreg = a64_low(l, a, size);
	kw_mi_use(l, vreg);
	kw_mi_use(l, a == b ? vreg : a64_low(l, b, size));	/* a64_low() takes a wrap in only once */
	l->mi->x1 = kind;
	l->mi->x2 = by;
	kw_mi_end(l);
}

static void lower_const(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_MOVI, a64_size_of(n->type));
	kw_mi_def(l, v);
	l->mi->imm = n->imm;
	l->mi->flags = KW_MI_REMAT;
	kw_mi_end(l);
}

static void lower_exec(struct kw_lower *l, kw_vid v)
{
	kw_mi_begin(l, A64_EXEC, A64_X);
	kw_mi_def(l, v);
	l->mi->flags = KW_MI_REMAT;
	kw_mi_end(l);
}

/* a + imm or a - imm, if 12 bits hold it. */
static bool try_add_imm(struct kw_lower *l, kw_vid v, kw_vid a, s64 imm, enum a64_size size)
{
	u64 plus = size ? (u64)imm : (u32)imm, minus = size ? -(u64)imm : (u32)-(u32)imm;

	if (!a64_can_rri(plus) && !a64_can_rri(minus))
		return false;
	if (a64_can_rri(plus))
		binary_imm(l, v, A64_ADDI, size, a64_low(l, a, size), plus);
	else
		binary_imm(l, v, A64_SUBI, size, a64_low(l, a, size), minus);
	return true;
}

/* a + b * c, a - b * c */
static bool try_multiply(struct kw_lower *l, kw_vid v, kw_vid a, kw_vid b, u8 row, enum a64_size size)
{
	const struct kw_node *m = kw_lower_node(l, b);

	if (a64_size_of(m->type) != size || !kw_lower_sink(l, b, KW_IR_MUL))
		return false;
	begin_op(l, v, row, size);
	kw_mi_use(l, kw_lower_value(l, m->a));
	kw_mi_use(l, kw_lower_value(l, m->b));
	kw_mi_use(l, kw_lower_value(l, a));
	kw_mi_end(l);
	return true;
}

/* a + b, a - b of a sign-extended b */
static bool try_extend(struct kw_lower *l, kw_vid v, kw_vid a, kw_vid b, u8 row)
{
	const struct kw_node *n = kw_lower_node(l, b);

	if (n->op != KW_IR_SEXT32 || !kw_lower_sink(l, b, KW_IR_SEXT32))
		return false;
	begin_op(l, v, row, A64_X);
	kw_mi_use(l, kw_lower_value(l, a));
	kw_mi_use(l, kw_lower_low32(l, n->a));
	l->mi->x1 = A64_SXTW;
	kw_mi_end(l);
	return true;
}

static void lower_add(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	s64 imm;

	if (a64_imm(l, n->b, size, &imm) && try_add_imm(l, v, n->a, imm, size))
		return;
	if (try_multiply(l, v, n->a, n->b, A64_MADD, size) || try_multiply(l, v, n->b, n->a, A64_MADD, size) ||
	    try_extend(l, v, n->a, n->b, A64_ADDX) || try_extend(l, v, n->b, n->a, A64_ADDX))
		return;
	binary(l, v, n, A64_ADD);
}

/* row def, zero, b */
static void from_zero(struct kw_lower *l, kw_vid v, u8 row, enum a64_size size, kw_vid b)
{
	u8 kind, by;

	b = shifted(l, b, size, &kind, &by);
	begin_op(l, v, row, size);
	kw_mi_use(l, a64_low(l, b, size));
	l->mi->cc = A64_O_ZN;
	l->mi->x1 = kind;
	l->mi->x2 = by;
	kw_mi_end(l);
}

static void lower_sub(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	u64 zero;
	s64 imm;

	if (kw_lower_const(l, n->a, &zero) && zero == 0) {
		from_zero(l, v, A64_SUB, size, n->b);
		return;
	}
	if (a64_imm(l, n->b, size, &imm) && try_add_imm(l, v, n->a, -(u64)imm, size))
		return;
	if (try_multiply(l, v, n->a, n->b, A64_MSUB, size) || try_extend(l, v, n->a, n->b, A64_SUBX))
		return;
	binary(l, v, n, A64_SUB);
}

/* One more or one less than a power of two: an addition of the shifted value. */
static bool try_shift_add(struct kw_lower *l, kw_vid v, kw_vid a, u64 factor, enum a64_size size)
{
	u32 vreg;

	if (factor < 3 || (factor - 1) & (factor - 2))
		return false;
	vreg = a64_low(l, a, size);
	begin_op(l, v, A64_ADD, size);
	kw_mi_use(l, vreg);
	kw_mi_use(l, vreg);
	l->mi->x1 = A64_LSL;
	l->mi->x2 = __builtin_ctzll(factor - 1);
	kw_mi_end(l);
	return true;
}

static void lower_mul(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	u64 factor;
	u32 vreg;

	if (kw_lower_const(l, n->b, &factor) && try_shift_add(l, v, n->a, factor, size))
		return;
	begin_op(l, v, A64_MADD, size);
	vreg = a64_low(l, n->a, size);
	kw_mi_use(l, vreg);
	kw_mi_use(l, n->a == n->b ? vreg : a64_low(l, n->b, size));
	kw_mi_end(l);
}

static bool is_low_mask(u64 mask)
{
	return mask && !(mask & (mask + 1));
}

static u32 mask_bits(u64 mask)
{
	return 64 - __builtin_clzll(mask);
}

/* (x >> by) & low mask, as one extraction. */
static bool try_extract(struct kw_lower *l, kw_vid v, const struct kw_node *n, u64 mask, enum a64_size size)
{
	const struct kw_node *s = kw_lower_node(l, n->a);
	u64 by;

	if (!is_low_mask(mask) || s->op != KW_IR_SHR_U || !kw_lower_const(l, s->b, &by))
		return false;
	by &= width_of(size) - 1;
	if (by + mask_bits(mask) > width_of(size) || !kw_lower_sink(l, n->a, KW_IR_SHR_U))
		return false;
	bitfield(l, v, A64_UBFM, size, a64_low(l, s->a, size), by, by + mask_bits(mask) - 1);
	return true;
}

/* Operand @v as all bits turned, if it is x ^ -1: the rows with an inverted operand take x. */
static bool inverted(struct kw_lower *l, kw_vid v, enum a64_size size, kw_vid *x)
{
	const struct kw_node *n = kw_lower_node(l, v);
	s64 imm;

	if (n->op != KW_IR_XOR || !a64_imm(l, n->b, size, &imm) || imm != -1 || !kw_lower_sink(l, v, KW_IR_XOR))
		return false;
	*x = n->a;
	return true;
}

/* Two compares and what they say together, 0 or 1. */
static bool try_chain(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_SET, A64_W);
	kw_mi_def(l, v);
	if (!a64_chain(l, n))
		return false;
	kw_mi_end(l);
	return true;
}

static void lower_logical(struct kw_lower *l, kw_vid v, const struct kw_node *n, u8 row, u8 imm_row, u8 not_row)
{
	enum a64_size size = a64_size_of(n->type);
	kw_vid a = n->a, b;
	u64 imm;

	if (try_chain(l, v, n))
		return;
	if (a64_logical(l, n->b, size, &imm)) {
		if (n->op == KW_IR_AND && try_extract(l, v, n, size ? imm : (u32)imm, size))
			return;
		binary_imm(l, v, imm_row, size, a64_low(l, a, size), imm);
		return;
	}
	if (!inverted(l, n->b, size, &b)) {
		if (!inverted(l, a, size, &b)) {
			binary(l, v, n, row);
			return;
		}
		a = n->b;
	}
	begin_op(l, v, not_row, size);
	kw_mi_use(l, kw_lower_value(l, a));
	kw_mi_use(l, kw_lower_value(l, b));
	kw_mi_end(l);
}

static void lower_xor(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	s64 imm;

	if (a64_imm(l, n->b, size, &imm) && imm == -1)
		from_zero(l, v, A64_ORN, size, n->a);
	else
		lower_logical(l, v, n, A64_EOR, A64_EORI, A64_EON);
}

/* (x & low mask) << by, as one insertion into zeroes. */
static bool try_insert(struct kw_lower *l, kw_vid v, const struct kw_node *n, u32 by, enum a64_size size)
{
	const struct kw_node *s = kw_lower_node(l, n->a);
	u32 width = width_of(size);
	u64 mask;

	if (!by || s->op != KW_IR_AND || !kw_lower_const(l, s->b, &mask) || !is_low_mask(mask) ||
	    by + mask_bits(mask) > width || !kw_lower_sink(l, n->a, KW_IR_AND))
		return false;
	bitfield(l, v, A64_UBFM, size, a64_low(l, s->a, size), width - by, mask_bits(mask) - 1);
	return true;
}

/* The upper 16 bits of a swapped 16-bit value: its two bytes exchanged. */
static bool try_swap16(struct kw_lower *l, kw_vid v, const struct kw_node *n, u32 count)
{
	const struct kw_node *s = kw_lower_node(l, n->a);

	if (n->op != KW_IR_SHR_U || s->op != KW_IR_BSWAP || count != width_of(a64_size_of(n->type)) - 16 ||
	    kw_lower_node(l, s->a)->bits > 16 || !kw_lower_sink(l, n->a, KW_IR_BSWAP))
		return false;
	unary(l, v, A64_REV16, A64_W, kw_lower_value(l, s->a));
	return true;
}

static void shift_imm(struct kw_lower *l, kw_vid v, const struct kw_node *n, u32 by)
{
	enum a64_size size = a64_size_of(n->type);
	u32 width = width_of(size), vreg;

	switch (n->op) {
	case KW_IR_SHL:
		if (!try_insert(l, v, n, by, size))
			bitfield(l, v, A64_UBFM, size, a64_low(l, n->a, size), (width - by) & (width - 1), width - 1 - by);
		break;
	case KW_IR_SHR_U:
		if (!try_swap16(l, v, n, by))
			bitfield(l, v, A64_UBFM, size, a64_low(l, n->a, size), by, width - 1);
		break;
	case KW_IR_SHR_S:
		bitfield(l, v, A64_SBFM, size, a64_low(l, n->a, size), by, width - 1);
		break;
	default:
		vreg = a64_low(l, n->a, size);
		begin_op(l, v, A64_EXTR, size);
		kw_mi_use(l, vreg);
		kw_mi_use(l, vreg);
		l->mi->x2 = (n->op == KW_IR_ROTL ? width - by : by) & (width - 1);
		kw_mi_end(l);
		break;
	}
}

/* Counts are taken modulo the width by the instructions themselves. */
static void lower_shift(struct kw_lower *l, kw_vid v, const struct kw_node *n, u8 row)
{
	enum a64_size size = a64_size_of(n->type);
	u64 count;
	u32 by;

	if (kw_lower_const(l, n->b, &count)) {
		shift_imm(l, v, n, count & (width_of(size) - 1));
		return;
	}
	by = kw_lower_low32(l, n->b);
	if (n->op == KW_IR_ROTL) {
		u32 left = by;

		by = kw_mi_vreg(l, KW_T_I32);
		kw_mi_begin(l, A64_OP, A64_W);
		l->mi->x0 = A64_SUB;
		l->mi->cc = A64_O_ZN;
		kw_mi_opnd(l, by, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
		kw_mi_use(l, left);
		kw_mi_end(l);
	}
	begin_op(l, v, row, size);
	kw_mi_use(l, a64_low(l, n->a, size));
	kw_mi_use(l, by);
	kw_mi_end(l);
}

static void lower_ctz(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	u32 reversed = kw_mi_vreg(l, n->type);

	kw_mi_begin(l, A64_OP, size);
	l->mi->x0 = A64_RBIT;
	kw_mi_opnd(l, reversed, KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, a64_low(l, n->a, size));
	kw_mi_end(l);
	unary(l, v, A64_CLZ, size, reversed);
}

/* Vector registers count bits, but code without floats must not touch them. */
static void lower_popcnt(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	u32 a = a64_low(l, n->a, size);

	if (!l->f->uses_float) {
		kw_mi_begin(l, A64_POPCNT, size);
		kw_mi_opnd(l, kw_lower_value(l, v), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
		kw_mi_use(l, a);
		kw_mi_end(l);
		return;
	}
	a = a64_v(l, size ? A64_V_FMOV_DX : A64_V_FMOV_SW, KW_T_F64, a, 0, 0);
	a = a64_v(l, A64_V_CNT_8B, KW_T_F64, a, 0, 0);
	a = a64_v(l, A64_V_ADDV_8B, KW_T_F64, a, 0, 0);
	a64_v_to(l, kw_lower_value(l, v), A64_V_FMOV_WS, a, 0, 0);
}

static void lower_cmp(struct kw_lower *l, kw_vid v)
{
	kw_mi_begin(l, A64_SET, A64_W);
	kw_mi_def(l, v);
	a64_cond(l, v, true);
	kw_mi_end(l);
}

static void lower_select(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);

	kw_mi_begin(l, A64_SEL, size);
	kw_mi_def(l, v);
	kw_mi_use(l, a64_low(l, n->b, size));
	kw_mi_use(l, n->b == n->c ? l->opnd[1].vreg : a64_low(l, n->c, size));
	l->mi->kind = size;
	a64_cond(l, n->a, false);
	kw_mi_end(l);
}

static void lower_clamp(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_CLAMP, A64_X);
	kw_mi_def(l, v);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	kw_mi_end(l);
}

static void lower_pkt_base(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_mi_begin(l, A64_PKT_BASE, A64_X);
	kw_mi_def(l, v);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	kw_mi_use(l, kw_lower_value(l, n->c));
	l->mi->disp = (s32)n->imm;
	kw_mi_end(l);
}

static void extend(struct kw_lower *l, kw_vid v, const struct kw_node *n, u8 row, u32 bits, enum a64_size size)
{
	bitfield(l, v, row, size, kw_lower_low32(l, n->a), 0, bits - 1);
}

void a64_lower_value(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);

	if (a64_is_vec_node(n)) {
		a64_lower_vec(l, v, n);
		return;
	}
	switch (n->op) {
	case KW_IR_CONST:	lower_const(l, v, n); break;
	case KW_IR_EXEC:	lower_exec(l, v); break;
	case KW_IR_ADD:		lower_add(l, v, n); break;
	case KW_IR_SUB:		lower_sub(l, v, n); break;
	case KW_IR_MUL:		lower_mul(l, v, n); break;
	case KW_IR_AND:		lower_logical(l, v, n, A64_AND, A64_ANDI, A64_BIC); break;
	case KW_IR_OR:		lower_logical(l, v, n, A64_ORR, A64_ORRI, A64_ORN); break;
	case KW_IR_XOR:		lower_xor(l, v, n); break;
	case KW_IR_SHL:		lower_shift(l, v, n, A64_LSLV); break;
	case KW_IR_SHR_U:	lower_shift(l, v, n, A64_LSRV); break;
	case KW_IR_SHR_S:	lower_shift(l, v, n, A64_ASRV); break;
	case KW_IR_ROTL:
	case KW_IR_ROTR:	lower_shift(l, v, n, A64_RORV); break;
	case KW_IR_CLZ:		unary(l, v, A64_CLZ, size, a64_low(l, n->a, size)); break;
	case KW_IR_CTZ:		lower_ctz(l, v, n); break;
	case KW_IR_POPCNT:	lower_popcnt(l, v, n); break;
	case KW_IR_BSWAP:	unary(l, v, A64_REV, size, a64_low(l, n->a, size)); break;
	case KW_IR_WRAP:
	case KW_IR_ZEXT32:	extend(l, v, n, A64_UBFM, 32, A64_W); break;
	case KW_IR_SEXT32:
	case KW_IR_SEXTL:	extend(l, v, n, A64_SBFM, 32, A64_X); break;
	case KW_IR_SEXT8:	extend(l, v, n, A64_SBFM, 8, size); break;
	case KW_IR_SEXT16:	extend(l, v, n, A64_SBFM, 16, size); break;
	case KW_IR_CMP:		lower_cmp(l, v); break;
	case KW_IR_SELECT:	lower_select(l, v, n); break;
	case KW_IR_CLAMP:	lower_clamp(l, v, n); break;
	case KW_IR_PKT_BASE:	lower_pkt_base(l, v, n); break;
	default:		l->err = -EOPNOTSUPP; break;
	}
}
