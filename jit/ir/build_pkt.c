// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What kwasm_pkt_v1 does in place: length, fields, loads.
 *
 * A load compares with the packet's linear part and leaves what is not in it to
 * a stub.  What it reads where that branch is mispredicted must be nothing the
 * guest may not see (Spectre, variant 1).  Near the start, at a constant offset,
 * it is a page of zeros, chosen for several loads at once: PKT_BASE is the
 * packet if all bytes up to some end are there.  Elsewhere the offset becomes 0.
 *
 * A near load is checked against an end that an earlier one has, so that both
 * share check and base, or that the guest has compared the length with: a packet
 * so short is on another way.  A packet whose linear part is shorter goes the
 * slow way for all of them; values do not depend on it.
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

static void keep(struct kw_builder *b, struct kw_pkt_end *e, u32 bytes)
{
	if (!holds_here(b, e) || e->bytes < bytes)
		*e = (struct kw_pkt_end){ bytes, b->cur, b->epoch[KW_H_PACKET] };
}

/*
 * The current block is entered because @cond is @truth: does that say that the
 * packet has so many bytes?  It only decides what is checked together.
 */
void kw_b_pkt_length(struct kw_builder *b, kw_vid cond, bool truth)
{
	const struct kw_node *n = &b->f->node[cond], *len = &b->f->node[n->a], *c = &b->f->node[n->b];
	bool at_least = n->aux == KW_GE_U || n->aux == KW_LT_U, above = n->aux == KW_GT_U || n->aux == KW_LE_U;
	bool if_true = n->aux == KW_GE_U || n->aux == KW_GT_U;

	if (n->op == KW_IR_CMP && (at_least || above) && if_true == truth && c->op == KW_IR_CONST &&
	    len->op == KW_IR_HLOAD && len->aux == KW_H_PACKET && len->imm == offsetof(struct kw_exec, pkt_len) &&
	    c->imm < KW_PKT_NEAR_BYTES)
		keep(b, &b->known, (u32)c->imm + above);
}

static u32 end_to_check(struct kw_builder *b, u32 end)
{
	if (holds_here(b, &b->checked) && end <= b->checked.bytes)
		return b->checked.bytes;
	if (holds_here(b, &b->known))
		end = max(end, b->known.bytes);
	keep(b, &b->checked, end);
	return end;
}

static void load(struct kw_builder *b, const struct kw_functype *t, u32 arg, bool has_default)
{
	kw_vid dflt = has_default ? kw_b_pop(b) : 0, off = kw_b_pop(b), base, limit;
	u32 args = kw_b_pool(b, 4), bytes = kw_mtype_bytes(arg & 0xff);
	u8 aux = arg & KW_PKT_BE ? KW_PKT_SWAP : 0;
	const struct kw_node *o;
	u32 end = 0;

	if (b->err)
		return;
	o = &b->f->node[off];
	if (!(b->f->opt_off & KW_OPT_PACKET) && o->op == KW_IR_CONST && o->imm + bytes <= KW_PKT_NEAR_BYTES) {
		aux |= KW_PKT_NEAR;
		end = end_to_check(b, (u32)o->imm + bytes);
		limit = linear(b);
		base = kw_b_emit(b, KW_IR_PKT_BASE, KW_T_I64, data(b), limit,
				 exec_word(b, offsetof(struct kw_exec, pkt_none), KW_T_I64, KW_H_CONST), end, 0, 0);
	} else {
		limit = last(b, bytes);
		base = data(b);
	}
	if (b->err)
		return;
	b->f->pool[args] = base;
	b->f->pool[args + 1] = limit;
	b->f->pool[args + 2] = off;
	b->f->pool[args + 3] = dflt;
	kw_b_push(b, kw_b_emit(b, KW_IR_PKT_LD, kw_ir_valtype(t->types[t->nr_params]), args,
			       has_default ? 4 : 3, 0, end, arg & 0xff, aux));
	kw_b_clobber(b, KW_H_EXEC);	/* it may set pkt_short */
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
		kw_b_push(b, exec_word(b, offsetof(struct kw_exec, pkt_len), KW_T_I32, KW_H_PACKET));
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
