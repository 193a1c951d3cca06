// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of arithmetic: pure nodes into two-address, lea and compare forms. */
#include "lower.h"

static bool used_once(const struct x64_lower *l, kw_vid v)
{
	return x64_node(l, v)->uses == 1;
}

/* The first operand of a two-address instruction: gets the result's register. */
static void begin_tied(struct x64_lower *l, kw_vid v, u8 row, enum x64_size size, u32 vreg)
{
	x64_begin(l, X64_OP, size);
	l->mi->x0 = row;
	l->mi->x2 = X64_F_TIED;
	x64_def_tied(l, v, 1);
	x64_use(l, vreg);
}

/* row dst, source; dst not read */
static void begin_def(struct x64_lower *l, kw_vid v, u8 row, enum x64_size size)
{
	x64_begin(l, X64_OP, size);
	l->mi->x0 = row;
	l->mi->x2 = X64_F_DEF;
	x64_def(l, v);
}

static void unary_any(struct x64_lower *l, kw_vid v, u8 row, enum x64_size size, u32 vreg)
{
	begin_def(l, v, row, size);
	x64_use_any(l, vreg);
	x64_end(l);
}

static void lower_const(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_MOVI, x64_size_of(n->type));
	x64_def(l, v);
	l->mi->imm = n->imm;
	l->mi->flags = KW_MI_REMAT;
	x64_end(l);
}

static void lower_exec(struct x64_lower *l, kw_vid v)
{
	x64_begin(l, X64_EXEC, X64_SQ);
	x64_def(l, v);
	l->mi->flags = KW_MI_REMAT;
	x64_end(l);
}

/* Is @v made of @phi by operations that overwrite their operand? */
static bool comes_from(const struct x64_lower *l, kw_vid v, kw_vid phi, u32 *steps)
{
	while ((*steps)-- && v != phi) {
		const struct kw_node *n = x64_node(l, v);
		u8 flags = kw_iropinfo[n->op].flags;

		if (!(flags & KW_IRF_P) || kw_iropinfo[n->op].nr_args != 2 || n->op == KW_IR_CMP)
			return false;
		if (flags & KW_IRF_C && n->b == phi)
			return true;
		if (flags & KW_IRF_C && x64_node(l, n->b)->uses == 1 && x64_node(l, n->a)->uses != 1)
			v = n->b;
		else
			v = n->a;
	}
	return v == phi;
}

/* A value that goes around a loop stays in its register if each step overwrites it. */
static bool feeds_loop(struct x64_lower *l, kw_vid v, const struct kw_node *n, bool *exchange)
{
	kw_vid phi = l->feeds ? l->feeds[v] : 0;
	u32 steps = 8;

	if (!phi)
		return false;
	*exchange = false;
	if (comes_from(l, n->a, phi, &steps)) {
		l->feeds[n->a] = phi;
		return true;
	}
	steps = 8;
	if (!(kw_iropinfo[n->op].flags & KW_IRF_C) || !comes_from(l, n->b, phi, &steps))
		return false;
	*exchange = true;
	l->feeds[n->b] = phi;
	return true;
}

/* Which operand to overwrite: better one that dies here, and not one that can be taken in. */
static bool prefer_exchange(struct x64_lower *l, const struct kw_node *n, enum x64_size size)
{
	s64 imm;

	if (x64_imm(l, n->b, size, &imm) || x64_load_sinkable(l, n->b, size))
		return false;
	if (x64_imm(l, n->a, size, &imm) || x64_load_sinkable(l, n->a, size))
		return true;
	return !used_once(l, n->a) && used_once(l, n->b);
}

static void two_address(struct x64_lower *l, kw_vid v, const struct kw_node *n, u8 row)
{
	enum x64_size size = x64_size_of(n->type);
	kw_vid a = n->a, b = n->b;
	bool exchange;

	if (!feeds_loop(l, v, n, &exchange))
		exchange = kw_iropinfo[n->op].flags & KW_IRF_C && prefer_exchange(l, n, size);
	if (exchange)
		swap(a, b);
	begin_tied(l, v, row, size, x64_low(l, a, size));
	x64_source(l, b, size);
	if (kw_iropinfo[n->op].flags & KW_IRF_C && l->mi->nr_opnds == 3 &&
	    l->mi->base == KW_NO_REG && l->mi->index == KW_NO_REG)
		l->mi->flags |= KW_MI_COMMUTES;
	x64_end(l);
}

/* A scaled index, if @v is a shift only we use. */
static kw_vid lea_index(struct x64_lower *l, kw_vid v, u8 *scale)
{
	const struct kw_node *n = x64_node(l, v);
	u64 shift;

	*scale = 0;
	if (n->op != KW_IR_SHL || !x64_const(l, n->b, &shift) || shift < 1 || shift > 3 ||
	    !x64_sink(l, v, KW_IR_SHL))
		return v;
	*scale = shift;
	return n->a;
}

static void lea(struct x64_lower *l, kw_vid v, kw_vid base, kw_vid index, u8 scale, s64 disp)
{
	enum x64_size size = x64_size_of(x64_node(l, v)->type);
	u32 base_vreg = x64_low(l, base, size);

	begin_def(l, v, X64_LEA, size);
	l->mi->x1 = X64_A_BASE;
	l->mi->disp = disp;
	l->mi->base = l->mi->nr_opnds;
	x64_use(l, base_vreg);
	if (index) {
		l->mi->index = l->mi->nr_opnds;
		l->mi->scale = scale;
		/* x64_low() takes a wrap in only once */
		x64_use(l, index == base ? base_vreg : x64_low(l, index, size));
	}
	x64_end(l);
}

/* A scaled index and a constant. */
static void lea_scaled(struct x64_lower *l, kw_vid v, kw_vid index, u8 scale, s64 disp)
{
	enum x64_size size = x64_size_of(x64_node(l, v)->type);
	u32 vreg = x64_low(l, index, size);

	begin_def(l, v, X64_LEA, size);
	l->mi->x1 = X64_A_BASE;
	l->mi->disp = disp;
	l->mi->scale = scale;
	l->mi->index = l->mi->nr_opnds;
	x64_use(l, vreg);
	x64_end(l);
}

/* lea where it saves an instruction: scaled operands, three terms, or operands that live on. */
static bool try_lea(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	kw_vid a = n->a, b = n->b;
	s64 disp = 0;
	u8 scale;

	if (x64_imm(l, b, size, &disp)) {
		const struct kw_node *s = x64_node(l, a);

		if (s->op == KW_IR_ADD && !x64_imm(l, s->b, size, &(s64){ 0 }) && x64_sink(l, a, KW_IR_ADD)) {
			b = lea_index(l, s->b, &scale);
			a = s->a;
			if (b == s->b) {
				a = lea_index(l, s->a, &scale);
				if (a != s->a)
					swap(a, b);
			}
			lea(l, v, a, b, scale, disp);
			return true;
		}
		if (used_once(l, a)) {
			b = lea_index(l, a, &scale);
			if (scale)
				lea_scaled(l, v, b, scale, disp);
			return scale;
		}
		lea(l, v, a, 0, 0, disp);
		return true;
	}
	if (x64_load_sinkable(l, a, size) || x64_load_sinkable(l, b, size))
		return false;
	b = lea_index(l, n->b, &scale);
	if (b == n->b) {
		a = lea_index(l, n->a, &scale);
		if (a != n->a)
			swap(a, b);
	}
	if (!scale && (used_once(l, a) || used_once(l, b)))
		return false;
	lea(l, v, a, b, scale, 0);
	return true;
}

/* @to + @bit, or @to - @bit */
static bool try_carry(struct x64_lower *l, kw_vid v, kw_vid to, kw_vid bit, bool less)
{
	u8 op = x64_node(l, bit)->op;

	return (op == KW_IR_CMP || op == KW_IR_ZEXT32) && x64_try_carry(l, v, to, bit, less);
}

static void lower_add(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	if (!try_carry(l, v, n->a, n->b, false) && !try_carry(l, v, n->b, n->a, false) && !try_lea(l, v, n))
		two_address(l, v, n, X64_ADD);
}

static void lower_sub(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	s64 imm;
	u64 zero;

	if (x64_const(l, n->a, &zero) && zero == 0) {
		begin_tied(l, v, X64_NEG, size, x64_low(l, n->b, size));
		x64_end(l);
		return;
	}
	if (x64_imm(l, n->b, size, &imm) && !used_once(l, n->a) && -imm == (s32)-imm) {
		lea(l, v, n->a, 0, 0, -imm);
		return;
	}
	if (!try_carry(l, v, n->a, n->b, true))
		two_address(l, v, n, X64_SUB);
}

static void lower_mul(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	kw_vid a = n->a;
	s64 imm;

	if (!x64_imm(l, n->b, size, &imm)) {
		if (!x64_imm(l, n->a, size, &imm)) {
			two_address(l, v, n, X64_IMUL);
			return;
		}
		a = n->b;	/* a phi turned out to be a constant after folding was over */
	}
	if (imm == 3 || imm == 5 || imm == 9) {
		lea(l, v, a, a, imm == 3 ? 1 : imm == 5 ? 2 : 3, 0);
		return;
	}
	begin_def(l, v, X64_IMUL, size);
	x64_use_any(l, x64_low(l, a, size));
	l->mi->x2 |= X64_F_IMM;
	l->mi->imm = imm;
	x64_end(l);
}

static void lower_and(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	u64 imm;

	if (!x64_const(l, n->b, &imm)) {
		two_address(l, v, n, X64_AND);
	} else if (imm == 0xff || imm == 0xffff) {
		unary_any(l, v, imm == 0xff ? X64_MOVZX8 : X64_MOVZX16, X64_SL, x64_low(l, n->a, size));
	} else if (imm == 0xffffffff) {
		unary_any(l, v, X64_MOV, X64_SL, x64_low(l, n->a, size));
	} else if (size == X64_SQ && imm <= 0xffffffff) {
		begin_tied(l, v, X64_AND, X64_SL, x64_value(l, n->a));	/* clears the upper half as well */
		l->mi->x2 |= X64_F_IMM;
		l->mi->imm = (s32)imm;
		x64_end(l);
	} else {
		two_address(l, v, n, X64_AND);
	}
}

static void lower_xor(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	s64 imm;

	if (!x64_imm(l, n->b, size, &imm) || imm != -1) {
		two_address(l, v, n, X64_XOR);
		return;
	}
	begin_tied(l, v, X64_NOT, size, x64_low(l, n->a, size));
	x64_end(l);
}

/* The upper 16 bits of a swapped 16-bit value: its two bytes exchanged. */
static bool try_swap16(struct x64_lower *l, kw_vid v, const struct kw_node *n, u32 count)
{
	const struct kw_node *s = x64_node(l, n->a);
	u32 width = n->type == KW_T_I64 ? 64 : 32;

	if (n->op != KW_IR_SHR_U || s->op != KW_IR_BSWAP || count != width - 16 ||
	    x64_node(l, s->a)->bits > 16 || !x64_sink(l, n->a, KW_IR_BSWAP))
		return false;
	begin_tied(l, v, X64_ROL, X64_SW, x64_value(l, s->a));
	l->mi->x2 |= X64_F_IMM;
	l->mi->imm = 8;
	x64_end(l);
	return true;
}

static void lower_shift(struct x64_lower *l, kw_vid v, const struct kw_node *n, u8 row)
{
	enum x64_size size = x64_size_of(n->type);
	u64 count;
	u32 vreg;

	if (x64_const(l, n->b, &count)) {
		count &= size == X64_SQ ? 63 : 31;
		if (try_swap16(l, v, n, count))
			return;
		if (row == X64_SHL && count == 1 && !used_once(l, n->a)) {
			lea(l, v, n->a, n->a, 0, 0);
			return;
		}
		/* A shift by 0 may leave its operand as it is: that must be zero-extended. */
		vreg = count ? x64_low(l, n->a, size) : x64_value(l, n->a);
		begin_tied(l, v, row, size, vreg);
		l->mi->x2 |= X64_F_IMM;
		l->mi->imm = count;
		x64_end(l);
		return;
	}
	begin_tied(l, v, row, size, x64_value(l, n->a));
	x64_use_fixed(l, x64_low32(l, n->b), X64_RCX);
	x64_end(l);
}

/*
 * bsf and bsr leave the destination alone when there is no bit (AMD says so;
 * Intel's do it too, and Linux relies on it): put there what comes out right.
 */
static void lower_scan(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	u32 width = size == X64_SQ ? 64 : 32;
	bool clz = n->op == KW_IR_CLZ;

	x64_begin(l, X64_SCAN, size);
	x64_opnd(l, x64_value(l, v), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
	x64_use_any(l, x64_low(l, n->a, size));
	l->mi->x0 = clz ? X64_BSR : X64_BSF;
	l->mi->imm = clz ? 2 * width - 1 : width;
	l->mi->disp = clz ? width - 1 : 0;
	x64_end(l);
}

static void lower_bswap(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);

	x64_begin(l, X64_BSWAP, size);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_low(l, n->a, size));
	x64_end(l);
}

static void lower_cmp(struct x64_lower *l, kw_vid v)
{
	x64_begin(l, X64_SET, X64_SL);
	x64_def(l, v);
	x64_cond(l, v, true);
	x64_end(l);
}

/* What is tied is overwritten: the one that has no other use, so that it needs no copy. */
static void lower_select(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	bool turned = x64_node(l, n->b)->uses == 1 && x64_node(l, n->c)->uses > 1;
	enum x64_size size = x64_size_of(n->type);

	x64_begin(l, X64_SEL, size);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_low(l, turned ? n->b : n->c, size));
	x64_use_any(l, x64_low(l, turned ? n->c : n->b, size));
	x64_cond(l, n->a, false);
	if (turned)
		l->mi->cc = x64_cc_not(l->mi->cc);
	l->mi->kind = size;
	x64_end(l);
}

static void lower_clamp(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_CLAMP, X64_SQ);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_value(l, n->a));
	if (x64_load_sinkable(l, n->b, X64_SQ))
		x64_sink_load(l, n->b);
	else
		x64_use_any(l, x64_value(l, n->b));
	x64_end(l);
}

static void lower_pkt_base(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	x64_begin(l, X64_PKT_BASE, X64_SQ);
	x64_def_tied(l, v, 1);
	x64_use(l, x64_value(l, n->c));
	x64_use(l, x64_value(l, n->a));
	x64_use(l, x64_value(l, n->b));
	l->mi->disp = (s32)n->imm;
	x64_end(l);
}

void x64_lower_value(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);

	if (x64_is_vec_node(n)) {
		x64_lower_vec(l, v, n);
		return;
	}
	switch (n->op) {
	case KW_IR_CONST:	lower_const(l, v, n); break;
	case KW_IR_EXEC:	lower_exec(l, v); break;
	case KW_IR_ADD:		lower_add(l, v, n); break;
	case KW_IR_SUB:		lower_sub(l, v, n); break;
	case KW_IR_MUL:		lower_mul(l, v, n); break;
	case KW_IR_AND:		lower_and(l, v, n); break;
	case KW_IR_OR:		two_address(l, v, n, X64_OR); break;
	case KW_IR_XOR:		lower_xor(l, v, n); break;
	case KW_IR_SHL:		lower_shift(l, v, n, X64_SHL); break;
	case KW_IR_SHR_U:	lower_shift(l, v, n, X64_SHR); break;
	case KW_IR_SHR_S:	lower_shift(l, v, n, X64_SAR); break;
	case KW_IR_ROTL:	lower_shift(l, v, n, X64_ROL); break;
	case KW_IR_ROTR:	lower_shift(l, v, n, X64_ROR); break;
	case KW_IR_CLZ:
	case KW_IR_CTZ:		lower_scan(l, v, n); break;
	case KW_IR_POPCNT:	unary_any(l, v, X64_POPCNT, size, x64_low(l, n->a, size)); break;
	case KW_IR_BSWAP:	lower_bswap(l, v, n); break;
	case KW_IR_WRAP:
	case KW_IR_ZEXT32:	unary_any(l, v, X64_MOV, X64_SL, x64_value(l, n->a)); break;
	case KW_IR_SEXT32:
	case KW_IR_SEXTL:	unary_any(l, v, X64_MOVSXD, X64_SQ, x64_value(l, n->a)); break;
	case KW_IR_SEXT8:	unary_any(l, v, X64_MOVSX8, size, x64_low(l, n->a, size)); break;
	case KW_IR_SEXT16:	unary_any(l, v, X64_MOVSX16, size, x64_low(l, n->a, size)); break;
	case KW_IR_CMP:		lower_cmp(l, v); break;
	case KW_IR_SELECT:	lower_select(l, v, n); break;
	case KW_IR_CLAMP:	lower_clamp(l, v, n); break;
	case KW_IR_PKT_BASE:	lower_pkt_base(l, v, n); break;
	default:		l->err = -EOPNOTSUPP; break;
	}
}
