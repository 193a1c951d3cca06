// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of what keeps its place: memory accesses, divisions, checks, packet loads. */
#include "lower.h"

u32 a64_def_vreg(struct kw_lower *l, kw_vid v)
{
	return l->vreg[v] ? l->vreg[v] : kw_mi_vreg(l, kw_lower_node(l, v)->type);
}

u8 a64_load_row(u8 type)
{
	static const u8 row[] = {
		[KW_T_I32] = A64_LDRW, [KW_T_I64] = A64_LDRX, [KW_T_F32] = A64_LDRVS, [KW_T_F64] = A64_LDRVD,
		[KW_T_V128] = A64_LDRVQ,
	};

	return row[type];
}

u8 a64_store_row(u8 type)
{
	static const u8 row[] = {
		[KW_T_I32] = A64_STRW, [KW_T_I64] = A64_STRX, [KW_T_F32] = A64_STRVS, [KW_T_F64] = A64_STRVD,
		[KW_T_V128] = A64_STRVQ,
	};

	return row[type];
}

/* How a load of @mtype fills a register of @type. */
static u8 load_row(u8 mtype, u8 type)
{
	bool wide = type == KW_T_I64;

	switch (mtype) {
	case KW_M_U8:	return A64_LDRB;
	case KW_M_S8:	return wide ? A64_LDRSBX : A64_LDRSBW;
	case KW_M_U16:	return A64_LDRH;
	case KW_M_S16:	return wide ? A64_LDRSHX : A64_LDRSHW;
	case KW_M_S32:	return wide ? A64_LDRSW : A64_LDRW;
	case KW_M_U64:	return A64_LDRX;
	case KW_M_F32:	return A64_LDRVS;
	case KW_M_F64:	return A64_LDRVD;
	case KW_M_V128:	return A64_LDRVQ;
	default:	return A64_LDRW;
	}
}

static u8 store_row(u8 mtype)
{
	static const u8 row[] = {
		[KW_M_U8] = A64_STRB, [KW_M_S8] = A64_STRB, [KW_M_U16] = A64_STRH, [KW_M_S16] = A64_STRH,
		[KW_M_U32] = A64_STRW, [KW_M_S32] = A64_STRW, [KW_M_U64] = A64_STRX,
		[KW_M_F32] = A64_STRVS, [KW_M_F64] = A64_STRVD, [KW_M_V128] = A64_STRVQ,
	};

	return row[mtype];
}

static void lower_load(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	bool whole = n->op == KW_IR_FLOAD || n->op == KW_IR_MEMLIMIT;
	u8 row = whole ? a64_load_row(n->type) : load_row(n->sub, n->type);

	kw_mi_begin(l, A64_LOAD, A64_X);
	l->mi->x0 = row;
	kw_mi_opnd(l, a64_def_vreg(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	a64_address(l, n, row);
	kw_mi_end(l);
}

/* The value to store, past a mask that clears only what is not stored. */
static kw_vid unmasked(struct kw_lower *l, kw_vid v, u8 row)
{
	u64 mask, stored = row == A64_STRB ? 0xff : row == A64_STRH ? 0xffff : 0xffffffff;

	if (row == A64_STRX || kw_lower_node(l, v)->op != KW_IR_AND ||
	    !kw_lower_const(l, kw_lower_node(l, v)->b, &mask) || (mask & stored) != stored ||
	    !kw_lower_sink(l, v, KW_IR_AND))
		return v;
	return kw_lower_node(l, v)->a;
}

static bool is_float_row(u8 row)
{
	return a64_row[row].base & 1u << 26;
}

static void lower_store(struct kw_lower *l, const struct kw_node *n)
{
	bool slot = n->op == KW_IR_FSTORE;
	kw_vid value = slot ? n->a : n->b;
	u8 type = kw_lower_node(l, value)->type, row;
	u64 imm;

	/* A slot is always written in full, so that an i32 in it is zero-extended (lower.h). */
	if (slot)
		row = a64_store_row(type == KW_T_I32 ? KW_T_I64 : type);
	else
		row = kw_is_vec(type) ? a64_store_row(type) : store_row(n->sub);
	kw_mi_begin(l, A64_STORE, A64_X);
	l->mi->x0 = row;
	if (kw_lower_const(l, value, &imm) && imm == 0 && !is_float_row(row))
		l->mi->x2 |= A64_A_ZERO;
	else if (is_float_row(row) || slot)
		kw_mi_use(l, kw_lower_value(l, value));
	else
		kw_mi_use(l, kw_lower_low32(l, unmasked(l, value, row)));
	a64_address(l, n, row);
	if (l->mi->x2 & A64_A_FAULT && l->mf->opt_off & KW_OPT_STORE && a64_row[row].aux)
		l->mi->x2 |= A64_A_WHOLE;
	kw_mi_end(l);
}

/* index + 1 <= limit of two values below 2^32: a 32-bit compare of index < limit will do. */
static bool is_index_check(const struct kw_lower *l, const struct kw_node *n)
{
	return n->imm == 1 && n->type == KW_T_I32 && kw_lower_is_zext(l, n->b);
}

static void lower_bounds(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	bool wanted = l->vreg[v];

	kw_mi_begin(l, A64_BOUNDS, a64_size_of(n->type));
	l->mi->x0 = is_index_check(l, n);
	kw_mi_opnd(l, a64_def_vreg(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	l->mi->imm = n->imm;
	l->mi->kind = n->aux;
	l->mi->cc = wanted;
	kw_mi_end(l);
}

static void lower_div(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	enum a64_size size = a64_size_of(n->type);
	bool rem = n->op == KW_IR_REM_U || n->op == KW_IR_REM_S;
	bool is_signed = n->op == KW_IR_DIV_S || n->op == KW_IR_REM_S;
	s64 imm;

	kw_mi_begin(l, A64_DIV, size);
	kw_mi_opnd(l, a64_def_vreg(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_use(l, kw_lower_value(l, n->b));
	l->mi->x0 = is_signed ? A64_SDIV : A64_UDIV;
	l->mi->cc = rem ? A64_DIV_REM : 0;
	if (!a64_imm(l, n->b, size, &imm))
		l->mi->cc |= A64_DIV_ZERO | A64_DIV_NEG1;
	else if (imm == 0)
		l->mi->cc |= A64_DIV_ZERO;
	else if (imm == -1)
		l->mi->cc |= A64_DIV_NEG1;
	kw_mi_end(l);
}

static void lower_trapif(struct kw_lower *l, const struct kw_node *n)
{
	kw_mi_begin(l, A64_TRAPIF, A64_W);
	l->mi->kind = n->aux;
	a64_cond(l, n->a, false);
	kw_mi_end(l);
}

static void lower_sigcheck(struct kw_lower *l, const struct kw_node *n)
{
	kw_mi_begin(l, A64_SIGCHECK, A64_W);
	l->mi->imm = (u32)n->imm;
	kw_mi_use(l, kw_lower_low32(l, n->a));
	kw_mi_end(l);
}

static void packet_default(struct kw_lower *l, kw_vid v)
{
	u64 imm;

	l->mi->cc |= A64_PKT_DEFAULT;
	if (kw_lower_const(l, v, &imm)) {
		l->mi->cc |= A64_PKT_IMM;
		l->mi->imm = imm;
	} else {
		kw_mi_use_any(l, kw_lower_value(l, v));
	}
}

static void lower_pkt(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	bool near = n->aux & KW_PKT_NEAR;

	kw_mi_begin(l, near ? A64_PKT_NEAR : A64_PKT, a64_size_of(n->type));
	kw_mi_opnd(l, a64_def_vreg(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	kw_mi_use(l, kw_lower_value(l, arg[0]));
	kw_mi_use(l, kw_lower_value(l, arg[1]));
	if (near)
		l->mi->disp = (s32)kw_lower_node(l, arg[2])->imm;
	else
		kw_mi_use(l, kw_lower_value(l, arg[2]));
	l->mi->x0 = kw_mtype_bytes(n->sub);
	l->mi->cc = n->aux & KW_PKT_SWAP ? A64_PKT_BE : 0;
	if (n->b > 3)
		packet_default(l, arg[3]);
	kw_mi_end(l);
}

static void lower_one_use(struct kw_lower *l, const struct kw_node *n, enum a64_mop op)
{
	kw_mi_begin(l, op, A64_X);
	kw_mi_use(l, kw_lower_value(l, n->a));
	kw_mi_end(l);
}

void a64_lower_effect(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_LOAD:
	case KW_IR_HLOAD:
	case KW_IR_MEMLIMIT:
	case KW_IR_FLOAD:	lower_load(l, v, n); break;
	case KW_IR_STORE:
	case KW_IR_HSTORE:
	case KW_IR_FSTORE:	lower_store(l, n); break;
	case KW_IR_BOUNDS:	lower_bounds(l, v, n); break;
	case KW_IR_DIV_U:
	case KW_IR_DIV_S:
	case KW_IR_REM_U:
	case KW_IR_REM_S:	lower_div(l, v, n); break;
	case KW_IR_TRAPIF:	lower_trapif(l, n); break;
	case KW_IR_SIGCHECK:	lower_sigcheck(l, n); break;
	case KW_IR_PKT_LD:	lower_pkt(l, v, n); break;
	case KW_IR_POLL:	lower_one_use(l, n, A64_POLL); break;
	case KW_IR_SETBASE:	lower_one_use(l, n, A64_SETBASE); break;
	case KW_IR_TRUNC:	a64_lower_vec(l, v, n); break;
	default:		l->err = -EOPNOTSUPP; break;
	}
}
