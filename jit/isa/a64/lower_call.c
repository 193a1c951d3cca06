// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of calls, returns and parameters: values into the places of abi.h. */
#include "lower.h"

/* Value @v into slot @off of an area. */
static void store_area(struct kw_lower *l, kw_vid v, enum a64_addr area, u32 off)
{
	u8 type = kw_lower_node(l, v)->type;

	/* A slot is always written in full, so that an i32 in it is zero-extended (lower.h). */
	kw_mi_begin(l, A64_STORE, A64_X);
	l->mi->x0 = a64_store_row(type == KW_T_I32 ? KW_T_I64 : type);
	l->mi->x1 = area;
	l->mi->disp = off;
	kw_mi_use(l, kw_lower_value(l, v));
	kw_mi_end(l);
}

static void load_area(struct kw_lower *l, kw_vid v, enum a64_addr area, u32 off)
{
	u8 type = kw_lower_node(l, v)->type;

	kw_mi_begin(l, A64_LOAD, A64_X);
	l->mi->x0 = a64_load_row(type);
	l->mi->x1 = area;
	l->mi->disp = off;
	kw_mi_def(l, v);
	kw_mi_end(l);
}

static void call_args(struct kw_lower *l, const kw_vid *arg, u32 nr, bool in_regs)
{
	struct a64_place place = { 0 };
	u32 i;

	if (!in_regs && nr <= A64_MIN_REGS)
		return;
	for (i = 0; i < nr; i++) {
		a64_place_param(&place, kw_lower_node(l, arg[i])->type);
		if (place.reg == A64_NOREG && !in_regs)
			store_area(l, arg[i], A64_A_OUT, place.off);
		else if (place.reg != A64_NOREG && in_regs)
			kw_mi_use_fixed(l, kw_lower_value(l, arg[i]), place.reg);
	}
	l->mf->out_bytes = max(l->mf->out_bytes, place.bytes);
}

/*
 * Result @nr of call @v: the call itself or a PROJ behind it, where they stand
 * in order; @proj is the next of them.  0: there is no such result.
 */
static kw_vid result_node(const struct kw_lower *l, kw_vid v, u32 nr, kw_vid *proj)
{
	kw_vid p = *proj;

	if (nr == 0)
		return v;
	if (!p || kw_lower_node(l, p)->op != KW_IR_PROJ || kw_lower_node(l, p)->imm != nr)
		return 0;
	*proj = kw_lower_node(l, p)->next;
	return p;
}

/* Register results become defs of the call; those in the area are loaded behind it. */
static void call_results(struct kw_lower *l, kw_vid v, u32 nr, bool in_regs)
{
	kw_vid proj = kw_lower_node(l, v)->next;
	struct a64_place place = { 0 };
	u32 i;

	if (!in_regs && nr <= A64_MIN_REGS)
		return;
	for (i = 0; i < nr; i++) {
		kw_vid r = result_node(l, v, i, &proj);

		a64_place_result(&place, r ? kw_lower_node(l, r)->type : KW_T_I64);
		if (!r || !l->vreg[r])
			continue;
		if (place.reg == A64_NOREG && !in_regs)
			load_area(l, r, A64_A_OUT, place.off);
		else if (place.reg != A64_NOREG && in_regs)
			kw_mi_opnd(l, kw_lower_value(l, r), KW_OP_DEF, KW_WANT_FIXED, place.reg);
	}
	l->mf->out_bytes = max(l->mf->out_bytes, place.bytes);
}

/* What a call destroys: every register that can be allocated, less its results. */
static void call_clobbers(struct kw_lower *l)
{
	u32 i;

	l->mi->clobbers = l->mf->allocatable[KW_RC_INT] | l->mf->allocatable[KW_RC_VEC];
	for (i = 0; i < l->mi->nr_opnds; i++)
		if (l->opnd[i].kind == KW_OP_DEF)
			l->mi->clobbers &= ~BIT_ULL(l->opnd[i].reg);
	l->mi->flags |= KW_MI_CALL | KW_MI_CLOBBERS;
}

static void lower_guest_call(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	bool ptr = n->op == KW_IR_CALL_PTR;

	call_args(l, arg + ptr + 1, n->b - ptr - 1, false);
	kw_mi_begin(l, ptr ? A64_CALL_PTR : A64_CALL, A64_X);
	l->mi->aux = n->imm;
	l->mi->x2 = ptr && n->aux;
	call_results(l, v, n->c, true);
	if (ptr)
		kw_mi_use_fixed(l, kw_lower_value(l, arg[0]), A64_CALLEE);
	kw_mi_use_fixed(l, kw_lower_value(l, arg[ptr]), A64_INST);
	call_args(l, arg + ptr + 1, n->b - ptr - 1, true);
	if (l->mi->x2 && l->f->has_memory)
		kw_mi_use_any(l, kw_lower_inst(l));
	call_clobbers(l);
	kw_mi_end(l);
	call_results(l, v, n->c, false);
}

/* C leaves the upper half of a 32-bit result undefined. */
static void lower_c_call(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	u32 raw = l->vreg[v];

	if (n->type == KW_T_I32 && l->vreg[v])
		raw = kw_mi_vreg(l, KW_T_I64);
	kw_mi_begin(l, A64_CALL_C, A64_X);
	l->mi->aux = n->imm;
	if (raw)
		kw_mi_opnd(l, raw, KW_OP_DEF, KW_WANT_FIXED, A64_X0);
	kw_mi_use_fixed(l, kw_lower_value(l, arg[0]), A64_INST);
	call_args(l, arg + 1, n->b - 1, true);
	call_clobbers(l);
	kw_mi_end(l);
	if (raw == l->vreg[v])
		return;
	kw_mi_begin(l, A64_OP, A64_W);
	l->mi->x0 = A64_UBFM;
	l->mi->x2 = 31;
	kw_mi_def(l, v);
	kw_mi_use(l, raw);
	kw_mi_end(l);
}

void a64_lower_call(struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	if (n->op == KW_IR_CALL_C)
		lower_c_call(l, v, n);
	else
		lower_guest_call(l, v, n);
}

static void results(struct kw_lower *l, const struct kw_node *n, bool in_regs)
{
	struct a64_place place = { 0 };
	u32 i;

	if (!in_regs && n->b <= A64_MIN_REGS)
		return;
	for (i = 0; i < n->b; i++) {
		kw_vid v = l->f->pool[n->a + i];

		a64_place_result(&place, l->f->results[i]);
		if (place.reg == A64_NOREG && !in_regs)
			store_area(l, v, A64_A_IN, place.off);
		else if (place.reg != A64_NOREG && in_regs)
			kw_mi_use_fixed(l, kw_lower_value(l, v), place.reg);
	}
}

void a64_lower_ret(struct kw_lower *l, const struct kw_node *n)
{
	results(l, n, false);
	kw_mi_begin(l, A64_RET, A64_X);
	l->mi->flags = KW_MI_TERM;
	results(l, n, true);
	kw_mi_end(l);
}

/* PARAMs stand first in block 0; @in_regs: those that come in registers. */
static void params(struct kw_lower *l, bool in_regs)
{
	const struct kw_irfunc *f = l->f;
	kw_vid v = f->block[0].first;
	struct a64_place place = { 0 };
	u32 i = 0;

	if (!in_regs && f->nr_params <= A64_MIN_REGS)
		return;
	for (; v && (f->node[v].op == KW_IR_PARAM || f->node[v].op == KW_IR_INST || f->node[v].op == KW_IR_NOP);
	     v = f->node[v].next) {
		if (f->node[v].op != KW_IR_PARAM)
			continue;
		for (; i <= f->node[v].imm; i++)
			a64_place_param(&place, f->params[i]);
		if (!l->vreg[v])
			continue;
		if (place.reg == A64_NOREG && !in_regs)
			load_area(l, v, A64_A_IN, place.off);
		else if (place.reg != A64_NOREG && in_regs)
			kw_mi_opnd(l, l->vreg[v], KW_OP_DEF, KW_WANT_FIXED, place.reg);
	}
}

void a64_lower_params(struct kw_lower *l)
{
	kw_mi_begin(l, KW_MOP_PARAMS, A64_X);
	if (l->inst_vreg)
		kw_mi_opnd(l, l->inst_vreg, KW_OP_DEF, KW_WANT_FIXED, A64_INST);
	params(l, true);
	kw_mi_end(l);
	params(l, false);
}
