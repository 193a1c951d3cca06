// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What kwasm_pkt_v1 does in place: length, fields, loads.
 *
 * A load near the start, at a constant offset, has a base: PKT_BASE is where the
 * packet's first bytes are up to some end, in the linear part or else in a copy,
 * so that several loads share one check of what the linear part has.  That the
 * packet has these bytes at all is compared by each load, unless the guest has
 * compared the length and this block is entered for it: such a load is one of
 * ordinary memory.  A load elsewhere compares with the linear part, and what is
 * not in it is left to a stub.
 *
 * What is read where a branch is mispredicted must be nothing the guest may not
 * see (Spectre, variant 1): near loads stay behind a base that has been chosen
 * without a branch, elsewhere the offset becomes 0.
 */
#include "builder.h"

static kw_vid exec_word(struct kw_builder *b, s32 off, u8 type, u8 hclass)
{
	return kw_b_hload(b, kw_b_exec(b), off, type, type == KW_T_I64 ? KW_M_U64 : KW_M_U32, hclass);
}

static kw_vid data(struct kw_builder *b)
{
	return exec_word(b, offsetof(struct kw_exec, pkt_data), KW_T_I64, KW_H_PACKET);
}

static kw_vid linear(struct kw_builder *b)
{
	return exec_word(b, offsetof(struct kw_exec, pkt_lin), KW_T_I32, KW_H_PACKET);
}

static kw_vid length(struct kw_builder *b)
{
	return exec_word(b, offsetof(struct kw_exec, pkt_len), KW_T_I32, KW_H_PACKET);
}

/* offset + bytes <= linear as offset <= linear - bytes, signed and 64 bits wide: nothing wraps. */
static kw_vid last(struct kw_builder *b, u32 bytes)
{
	return kw_b_bin(b, KW_IR_SUB, KW_T_I64, kw_b_bin(b, KW_IR_ZEXT32, KW_T_I64, linear(b), 0),
			kw_b_const(b, KW_T_I64, bytes));
}

static bool holds_here(const struct kw_builder *b, const struct kw_pkt_end *e)
{
	return e->bytes && e->epoch == b->epoch[KW_H_PACKET] && kw_dominates(&b->dom, e->block, b->cur);
}

static void keep(struct kw_builder *b, struct kw_pkt_end *e, kw_vid from, u32 bytes)
{
	if (!holds_here(b, e) || e->from != from || e->bytes < bytes)
		*e = (struct kw_pkt_end){ from, bytes, b->cur, b->epoch[KW_H_PACKET] };
}

/* Offset @v as one and a constant, whose sum does not wrap. Return: the constant; @from: 0 if that is all */
static u32 split(const struct kw_builder *b, kw_vid v, kw_vid *from)
{
	const struct kw_node *n = &b->f->node[v];
	bool sum = n->op == KW_IR_ADD && n->bits < 32 && b->f->node[n->b].op == KW_IR_CONST;

	*from = sum ? n->a : n->op == KW_IR_CONST ? 0 : v;
	if (sum)
		n = &b->f->node[n->b];
	return n->op == KW_IR_CONST ? (u32)n->imm : 0;
}

static bool is_length(const struct kw_node *n)
{
	return n->op == KW_IR_HLOAD && n->aux == KW_H_PACKET && n->imm == offsetof(struct kw_exec, pkt_len);
}

/* The current block is entered because @cond is @truth: does that say that the packet has so many bytes? */
void kw_b_pkt_length(struct kw_builder *b, kw_vid cond, bool truth)
{
	const struct kw_node *n = &b->f->node[cond];
	kw_vid len = n->a, end = n->b, from;
	u8 how = n->aux;
	u64 bytes;

	if (n->op != KW_IR_CMP || n->sub != KW_T_I32)
		return;
	if (!is_length(&b->f->node[len])) {
		len = n->b, end = n->a;
		how = kw_cond_exchanged[how];
	}
	if (!truth)
		how = kw_cond_opposite[how];
	if (!is_length(&b->f->node[len]) || (how != KW_GE_U && how != KW_GT_U))
		return;
	bytes = (u64)split(b, end, &from) + (how == KW_GT_U);
	/* If it is not what is read here, it was another packet's, or this one's before it was cut. */
	if (length(b) == len && (u32)bytes == bytes)
		keep(b, from ? &b->known_behind : &b->known, from, (u32)bytes);
}

static bool is_known(const struct kw_builder *b, kw_vid off, u32 bytes)
{
	const struct kw_pkt_end *e;
	kw_vid from;
	u32 first = split(b, off, &from);

	e = from ? &b->known_behind : &b->known;
	return holds_here(b, e) && e->from == from && (u64)first + bytes <= e->bytes;
}

/* Of the first @end bytes; as far as an earlier one reaches, or as the packet is known to, so that loads share it. */
static kw_vid base(struct kw_builder *b, u32 end)
{
	kw_vid lin = linear(b), none = exec_word(b, offsetof(struct kw_exec, pkt_none), KW_T_I64, KW_H_CONST);

	if (holds_here(b, &b->based) && end <= b->based.bytes) {
		end = b->based.bytes;
	} else {
		if (holds_here(b, &b->known) && b->known.bytes <= KW_PKT_NEAR_BYTES)
			end = max(end, b->known.bytes);
		keep(b, &b->based, 0, end);
	}
	return kw_b_emit(b, KW_IR_PKT_BASE, KW_T_I64, data(b), lin, none, end, 0, 0);
}

static kw_vid in_network_order(struct kw_builder *b, kw_vid v, u8 type, u32 bytes)
{
	if (bytes == 1)
		return v;
	v = kw_b_emit(b, KW_IR_BSWAP, type, v, 0, 0, 0, 0, 0);
	return bytes == 2 ? kw_b_bin(b, KW_IR_SHR_U, type, v, kw_b_const(b, type, 16)) : v;
}

/* The load itself. Without a default it falls short with a 0, which is one in each order: others see the swap. */
static kw_vid load_at(struct kw_builder *b, kw_vid off, kw_vid dflt, u8 type, u8 mtype, u8 aux)
{
	u32 args = kw_b_pool(b, 4), bytes = kw_mtype_bytes(mtype);
	kw_vid from, limit;
	u64 end = b->f->node[off].imm + bytes;

	if (!(b->f->opt_off & KW_OPT_PACKET) && b->f->node[off].op == KW_IR_CONST && end <= KW_PKT_NEAR_BYTES) {
		from = base(b, (u32)end);
		if (aux & KW_PKT_KNOWN)
			return kw_b_hload(b, from, (s32)b->f->node[off].imm, type, mtype, KW_H_PACKET);
		aux |= KW_PKT_NEAR;
		end = b->f->node[from].imm;
		limit = length(b);
	} else {
		end = 0;
		limit = last(b, bytes);
		from = data(b);
	}
	if (b->err)
		return 0;
	b->f->pool[args] = from;
	b->f->pool[args + 1] = limit;
	b->f->pool[args + 2] = off;
	b->f->pool[args + 3] = dflt;
	return kw_b_emit(b, KW_IR_PKT_LD, type, args, dflt ? 4 : 3, 0, end, mtype, aux);
}

static void load(struct kw_builder *b, const struct kw_functype *t, u32 arg, bool has_default)
{
	kw_vid dflt = has_default ? kw_b_pop(b) : 0, off = kw_b_pop(b), v;
	u8 type = kw_ir_valtype(t->types[t->nr_params]), mtype = arg & 0xff, aux = 0;
	u32 bytes = kw_mtype_bytes(mtype);

	if (b->err)
		return;
	if (!(b->f->opt_off & KW_OPT_PACKET) && is_known(b, off, bytes)) {
		dflt = 0;
		aux = KW_PKT_KNOWN;
	}
	if (arg & KW_PKT_BE && dflt)
		aux |= KW_PKT_SWAP;
	v = load_at(b, off, dflt, type, mtype, aux);
	if (!dflt && !(aux & KW_PKT_KNOWN))
		kw_b_clobber(b, KW_H_EXEC);	/* it may set pkt_short */
	kw_b_push(b, arg & KW_PKT_BE && !dflt ? in_network_order(b, v, type, bytes) : v);
}

/* In front of a loop that loads @widths (a bit for each number of bytes); without a use it goes away. */
void kw_b_pkt_before_loop(struct kw_builder *b, u8 widths)
{
	u32 bytes;

	if (b->f->opt_off & KW_OPT_PACKET)
		return;
	for (bytes = 1; bytes <= 8; bytes *= 2)
		if (widths & bytes)
			last(b, bytes);
	if (widths)
		data(b);
}

static void take_short_flag(struct kw_builder *b)
{
	s32 off = offsetof(struct kw_exec, pkt_short);

	kw_b_push(b, exec_word(b, off, KW_T_I32, KW_H_EXEC));
	kw_b_emit(b, KW_IR_HSTORE, KW_T_VOID, kw_b_exec(b), kw_b_const(b, KW_T_I32, 0), 0,
		  off, KW_M_U32, KW_H_EXEC);
	kw_b_clobber(b, KW_H_EXEC);
	kw_b_clobber(b, KW_H_MARK);	/* an equal load has to set it again */
}

/* A field with a constant number.  Return: false, and nothing is done: the host has to be called. */
bool kw_b_pkt_field(struct kw_builder *b)
{
	const struct kw_node *id;

	if (b->err)
		return true;
	id = &b->f->node[b->stack[b->sp - 1]];
	if (id->op != KW_IR_CONST || id->imm >= KW_NR_FIELDS)
		return false;
	kw_b_pop(b);
	b->field_mask |= BIT_ULL(id->imm);
	kw_b_push(b, exec_word(b, offsetof(struct kw_exec, field) + 8 * (s32)id->imm, KW_T_I64, KW_H_PACKET));
	return true;
}

void kw_b_pkt(struct kw_builder *b, const struct kw_functype *t, const struct kw_binding *bind)
{
	switch (bind->index) {
	case KW_INTR_PKT_LEN:
		kw_b_push(b, length(b));
		break;
	case KW_INTR_PKT_ERR:
		take_short_flag(b);
		break;
	case KW_INTR_PKT_LD:
		load(b, t, bind->arg, false);
		break;
	case KW_INTR_PKT_LD_OR:
		load(b, t, bind->arg, true);
		break;
	default:
		b->err = b->err ? b->err : -EOPNOTSUPP;
		break;
	}
}
