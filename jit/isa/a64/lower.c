// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering: block ends, and which nodes go where. */
#include "lower.h"

static void lower_switch(struct kw_lower *l, const struct kw_node *n)
{
	kw_mi_begin(l, A64_SWITCH, A64_W);
	kw_mi_use(l, kw_lower_low32(l, n->a));
	l->mi->aux = kw_lower_pool(l, l->f->pool + n->b, n->c);
	l->mi->imm = n->c;
	l->mi->flags = KW_MI_TERM;
	kw_mi_end(l);
}

static void lower_block_end(struct kw_lower *l, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_JUMP:
		kw_mi_begin(l, KW_MOP_JUMP, A64_W);
		break;
	case KW_IR_BR:
		kw_mi_begin(l, A64_BR, A64_W);
		a64_cond(l, n->a, false);
		break;
	case KW_IR_SWITCH:
		lower_switch(l, n);
		return;
	case KW_IR_RET:
		a64_lower_ret(l, n);
		return;
	default:
		kw_mi_begin(l, A64_TRAP, A64_W);
		l->mi->kind = n->aux;
		break;
	}
	l->mi->flags = KW_MI_TERM;
	kw_mi_end(l);
}

static void lower_node(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	bool call = kw_iropinfo[n->op].nr_args == KW_IR_VARARGS && n->op != KW_IR_PKT_LD;
	u8 flags = kw_iropinfo[n->op].flags;

	if (flags & KW_IRF_B)
		lower_block_end(l, n);
	else if (call)
		a64_lower_call(l, v, n);
	else if (flags & KW_IRF_P)
		a64_lower_value(l, v, n);
	else
		a64_lower_effect(l, v, n);
	if (call || n->op == KW_IR_SETBASE)
		a64_make_addresses(l);
	else
		a64_make_address(l, v);
}

static void start_block(struct kw_lower *l)
{
	a64_make_addresses(l);
	kw_lower_end_sequence(l);
	if (l->block)
		return;
	a64_make_fixed(l);
	kw_lower_end_sequence(l);
	a64_lower_params(l);
}

int a64_lower(const struct kw_irfunc *f, struct kw_mfunc *mf)
{
	struct kw_lower l = { .f = f, .mf = mf };

	mf->allocatable[KW_RC_INT] = A64_ALL_INT;
	if (f->has_memory)
		mf->allocatable[KW_RC_INT] &= ~BIT_ULL(A64_MEMBASE);
	mf->allocatable[KW_RC_VEC] = A64_ALL_VEC;
	return kw_lower_func(&l, lower_node, start_block);
}
