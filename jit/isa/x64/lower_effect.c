// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of what keeps its place: memory accesses, divisions, checks, packet loads. */
#include "lower.h"

struct access {
	u8 row, size;
};

/* How a load of @mtype fills a register of @type. */
static struct access load_form(u8 mtype, u8 type)
{
	u8 size = x64_size_of(type);

	switch (mtype) {
	case KW_M_U8:	return (struct access){ X64_MOVZX8, X64_SL };
	case KW_M_S8:	return (struct access){ X64_MOVSX8, size };
	case KW_M_U16:	return (struct access){ X64_MOVZX16, X64_SL };
	case KW_M_S16:	return (struct access){ X64_MOVSX16, size };
	case KW_M_S32:	return (struct access){ size == X64_SQ ? X64_MOVSXD : X64_MOV, size };
	case KW_M_U64:	return (struct access){ X64_MOV, X64_SQ };
	default:	return (struct access){ X64_MOV, X64_SL };
	}
}

static enum x64_size store_size(u8 mtype)
{
	static const u8 size[] = {
		X64_SB, X64_SB, X64_SW, X64_SW, X64_SL, X64_SL, X64_SQ,
	};

	return size[mtype];
}

static void lower_load(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u8 mtype = n->sub;
	struct access a;

	if (n->op == KW_IR_FLOAD)
		mtype = n->type == KW_T_I32 ? KW_M_U32 : KW_M_U64;
	if (n->op == KW_IR_MEMLIMIT)
		mtype = KW_M_U64;
	if (x64_is_vec(n->type)) {
		x64_lower_vload(l, v, n);
		return;
	}
	a = load_form(mtype, n->type);
	x64_begin(l, X64_OP, a.size);
	l->mi->x0 = a.row;
	l->mi->x2 = X64_F_DEF;
	x64_opnd(l, l->vreg[v] ? l->vreg[v] : x64_new_vreg(l, n->type), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	x64_address(l, n);
	x64_end(l);
}

/* The row of a read-modify-write, 0 for none. */
static u8 update_row(u8 op)
{
	switch (op) {
	case KW_IR_ADD:	return X64_ADD;
	case KW_IR_SUB:	return X64_SUB;
	case KW_IR_AND:	return X64_AND;
	case KW_IR_OR:	return X64_OR;
	case KW_IR_XOR:	return X64_XOR;
	default:	return X64_NR_INSNS;
	}
}

/* Is @v a load of the bytes that store @n will write, there for nothing else? */
static bool loads_same(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	const struct kw_node *m = x64_node(l, v);

	return m->op == KW_IR_LOAD && m->a == n->a && m->imm == n->imm &&
	       kw_mtype_bytes(m->sub) == kw_mtype_bytes(n->sub) && x64_may_sink_load(l, v);
}

/* store(a, op(load(a), x)) becomes op [a], x: the low bytes of the result depend on no others. */
static bool try_update(struct x64_lower *l, const struct kw_node *n)
{
	enum x64_size size = store_size(n->sub);
	const struct kw_node *m = x64_node(l, n->b);
	kw_vid ld = m->a, other = m->b;
	s64 imm;

	if (update_row(m->op) == X64_NR_INSNS)
		return false;
	if (kw_iropinfo[m->op].flags & KW_IRF_C && !loads_same(l, ld, n))
		swap(ld, other);
	if (ld == other || !loads_same(l, ld, n) || !x64_sink(l, n->b, m->op))
		return false;
	x64_begin(l, X64_OP, size);
	l->mi->x0 = update_row(m->op);
	l->mi->x2 = X64_F_MR;
	if (x64_imm(l, other, size, &imm)) {
		l->mi->x2 |= X64_F_IMM;
		l->mi->imm = imm;
	} else {
		x64_use(l, x64_low(l, other, size));
	}
	x64_sink_load(l, ld);
	x64_end(l);
	return true;
}

/* The value to store, past a mask that clears only what is not stored. */
static kw_vid unmasked(struct x64_lower *l, kw_vid v, enum x64_size size)
{
	u64 mask, stored = size == X64_SB ? 0xff : size == X64_SW ? 0xffff : 0xffffffff;

	if (size == X64_SQ || x64_node(l, v)->op != KW_IR_AND || !x64_const(l, x64_node(l, v)->b, &mask) ||
	    (mask & stored) != stored || !x64_sink(l, v, KW_IR_AND))
		return v;
	return x64_node(l, v)->a;
}

static void lower_store(struct x64_lower *l, const struct kw_node *n)
{
	bool slot = n->op == KW_IR_FSTORE;
	kw_vid value = slot ? n->a : n->b;
	u8 type = x64_node(l, value)->type;
	enum x64_size size;
	s64 imm;

	if (x64_is_vec(type)) {
		x64_lower_vstore(l, n, value);
		return;
	}
	if (n->op == KW_IR_STORE && try_update(l, n))
		return;
	size = slot ? X64_SQ : store_size(n->sub);
	x64_begin(l, X64_OP, size);
	l->mi->x0 = X64_MOV;
	l->mi->x2 = X64_F_MR;
	if (x64_imm(l, value, size, &imm) && !(slot && type == KW_T_I32 && imm < 0)) {
		l->mi->x2 |= X64_F_IMM;
		l->mi->imm = imm;
	} else {
		x64_use(l, x64_low(l, unmasked(l, value, size), slot ? X64_SQ : size));
	}
	x64_address(l, n);
	x64_end(l);
}

/* index + 1 <= limit of two values below 2^32: a 32-bit compare of index < limit will do. */
static bool is_index_check(const struct x64_lower *l, const struct kw_node *n)
{
	return n->imm == 1 && n->type == KW_T_I32 && x64_is_zext(l, n->b);
}

/* The load of the limit, if the compare can do it; else 0. */
static kw_vid limit_in_memory(const struct x64_lower *l, const struct kw_node *n)
{
	const struct kw_node *limit = x64_node(l, n->b);
	kw_vid v = n->b;

	if (!is_index_check(l, n))
		return x64_load_sinkable(l, v, X64_SQ) ? v : 0;
	if (limit->op == KW_IR_ZEXT32 && limit->uses == 1) {
		v = limit->a;
		limit = x64_node(l, v);
	}
	return limit->op == KW_IR_HLOAD && limit->sub == KW_M_U32 && x64_may_sink_load(l, v) ? v : 0;
}

static void lower_bounds(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	kw_vid limit = limit_in_memory(l, n);
	bool wanted = l->vreg[v];
	s64 imm;

	x64_begin(l, X64_BOUNDS, x64_size_of(n->type));
	l->mi->x0 = is_index_check(l, n);
	x64_opnd(l, wanted ? l->vreg[v] : x64_new_vreg(l, n->type), KW_OP_DEF, KW_WANT_REUSE, 1);
	x64_use(l, x64_value(l, n->a));
	x64_temp(l, KW_T_I64);
	if (limit) {
		x64_sink_load(l, limit);
	} else if (l->mi->x0 && x64_imm(l, n->b, X64_SL, &imm)) {
		l->mi->x2 = X64_F_IMM;
		l->mi->disp = (s32)imm;
	} else {
		x64_use_any(l, x64_value(l, n->b));
	}
	l->mi->wasm_off = n->wasm_off;
	l->mi->imm = n->imm;
	l->mi->kind = n->aux;
	l->mi->cc = wanted;
	x64_end(l);
}

static void lower_div(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	enum x64_size size = x64_size_of(n->type);
	bool rem = n->op == KW_IR_REM_U || n->op == KW_IR_REM_S;
	bool is_signed = n->op == KW_IR_DIV_S || n->op == KW_IR_REM_S;
	u8 quotient = X64_RAX, remainder = X64_RDX;
	s64 imm;

	x64_begin(l, X64_DIV, size);
	x64_opnd(l, x64_value(l, v), KW_OP_DEF, KW_WANT_FIXED, rem ? remainder : quotient);
	x64_opnd(l, x64_new_vreg(l, KW_T_I64), KW_OP_DEF, KW_WANT_FIXED, rem ? quotient : remainder);
	x64_use_fixed(l, x64_value(l, n->a), X64_RAX);
	x64_opnd(l, x64_value(l, n->b), KW_OP_LATE_USE, KW_WANT_REG, KW_NO_REG);
	l->mi->x0 = is_signed ? X64_IDIV : X64_DIV_U;
	l->mi->cc = rem ? X64_DIV_REM : 0;
	if (!x64_imm(l, n->b, size, &imm))
		l->mi->cc |= X64_DIV_ZERO | X64_DIV_NEG1;
	else if (imm == 0)
		l->mi->cc |= X64_DIV_ZERO;
	else if (imm == -1)
		l->mi->cc |= X64_DIV_NEG1;
	x64_end(l);
}

static void lower_trapif(struct x64_lower *l, const struct kw_node *n)
{
	x64_begin(l, X64_TRAPIF, X64_SL);
	l->mi->kind = n->aux;
	x64_cond(l, n->a, false);
	x64_end(l);
}

static void lower_sigcheck(struct x64_lower *l, const struct kw_node *n)
{
	x64_begin(l, X64_SIGCHECK, X64_SL);
	l->mi->x0 = X64_CMP;
	l->mi->x2 = X64_F_IMM;
	l->mi->imm = (s32)n->imm;
	if (x64_load_sinkable(l, n->a, X64_SL)) {
		l->mi->x2 |= X64_F_MR;
		x64_sink_load(l, n->a);
		l->mi->wasm_off = n->wasm_off;
	} else {
		x64_use(l, x64_value(l, n->a));
	}
	x64_end(l);
}

static void packet_default(struct x64_lower *l, kw_vid v)
{
	l->mi->cc |= X64_PKT_DEFAULT;
	if (x64_imm(l, v, X64_SQ, &l->mi->imm))
		l->mi->x2 = X64_F_IMM;
	else
		x64_use_any(l, x64_value(l, v));
}

static void lower_pkt(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	bool near = n->aux & KW_PKT_NEAR;

	x64_begin(l, near ? X64_PKT_NEAR : X64_PKT, x64_size_of(n->type));
	x64_opnd(l, l->vreg[v] ? l->vreg[v] : x64_new_vreg(l, n->type), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
	if (!near)
		x64_temp(l, KW_T_I64);
	x64_use(l, x64_value(l, arg[0]));
	x64_use(l, x64_value(l, arg[1]));
	if (near)
		l->mi->disp = (s32)x64_node(l, arg[2])->imm;
	else
		x64_use(l, x64_value(l, arg[2]));
	l->mi->x0 = kw_mtype_bytes(n->sub);
	l->mi->cc = n->aux & KW_PKT_SWAP ? X64_PKT_BE : 0;
	if (n->b > 3)
		packet_default(l, arg[3]);
	x64_end(l);
}

static void lower_one_use(struct x64_lower *l, const struct kw_node *n, enum x64_mop op)
{
	x64_begin(l, op, X64_SQ);
	x64_use(l, x64_value(l, n->a));
	x64_end(l);
}

void x64_lower_effect(struct x64_lower *l, kw_vid v, const struct kw_node *n)
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
	case KW_IR_POLL:	lower_one_use(l, n, X64_POLL); break;
	case KW_IR_SETBASE:	lower_one_use(l, n, X64_SETBASE); break;
	case KW_IR_TRUNC:	x64_lower_vec(l, v, n); break;
	default:		l->err = -EOPNOTSUPP; break;
	}
}
