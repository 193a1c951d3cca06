// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering: block ends, and which nodes go where. */
#include "lower.h"

static void lower_switch(struct x64_lower *l, const struct kw_node *n)
{
	x64_begin(l, X64_SWITCH, X64_SL);
	x64_use(l, x64_value(l, n->a));
	x64_temp(l, KW_T_I64);
	x64_temp(l, KW_T_I64);
	l->mi->aux = kw_lower_pool(l, l->f->pool + n->b, n->c);
	l->mi->imm = n->c;
	l->mi->flags = KW_MI_TERM;
	x64_end(l);
}

static void lower_block_end(struct x64_lower *l, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_JUMP:
		x64_begin(l, KW_MOP_JUMP, X64_SL);
		break;
	case KW_IR_BR:
		x64_begin(l, X64_BR, X64_SL);
		x64_cond(l, n->a, false);
		break;
	case KW_IR_SWITCH:
		lower_switch(l, n);
		return;
	case KW_IR_RET:
		x64_lower_ret(l, n);
		return;
	default:
		x64_begin(l, X64_TRAP, X64_SL);
		l->mi->kind = n->aux;
		break;
	}
	l->mi->flags = KW_MI_TERM;
	x64_end(l);
}

static void lower_node(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	u8 flags = kw_iropinfo[n->op].flags;

	if (flags & KW_IRF_B)
		lower_block_end(l, n);
	else if (kw_iropinfo[n->op].nr_args == KW_IR_VARARGS && n->op != KW_IR_PKT_LD)
		x64_lower_call(l, v, n);
	else if (flags & KW_IRF_P)
		x64_lower_value(l, v, n);
	else
		x64_lower_effect(l, v, n);
}

static void start_block(struct x64_lower *l)
{
	if (!l->block)
		x64_lower_params(l);
}

int x64_lower_func(const struct kw_irfunc *f, struct kw_mfunc *mf)
{
	struct x64_lower l = { .f = f, .mf = mf };

	mf->allocatable[KW_RC_INT] = X64_ALL_INT;
	if (f->has_memory)
		mf->allocatable[KW_RC_INT] &= ~BIT_ULL(X64_MEMBASE);
	mf->allocatable[KW_RC_VEC] = X64_ALL_VEC;
	return kw_lower_func(&l, lower_node, start_block);
}
