// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering of calls, returns and parameters: values into the places of abi.h. */
#include "lower.h"

/* Value @v into slot @off of an area. */
static void store_area(struct x64_lower *l, kw_vid v, enum x64_addr area, u32 off)
{
	u8 type = x64_node(l, v)->type;

	x64_begin(l, x64_is_vec(type) ? X64_V : X64_OP, X64_SQ);
	l->mi->x0 = x64_is_vec(type) ? x64_vstore_row(type) : X64_MOV;
	l->mi->x1 = area;
	l->mi->x2 = X64_F_MR;
	l->mi->disp = off;
	x64_use(l, x64_value(l, v));
	x64_end(l);
}

static void load_area(struct x64_lower *l, kw_vid v, enum x64_addr area, u32 off)
{
	u8 type = x64_node(l, v)->type;

	x64_begin(l, x64_is_vec(type) ? X64_V : X64_OP, x64_size_of(type));
	l->mi->x0 = x64_is_vec(type) ? x64_vload_row(type) : X64_MOV;
	l->mi->x1 = area;
	l->mi->x2 = X64_F_DEF;
	l->mi->disp = off;
	x64_def(l, v);
	x64_end(l);
}

static void call_args(struct x64_lower *l, const kw_vid *arg, u32 nr, bool in_regs)
{
	struct x64_place place = { 0 };
	u32 i;

	if (!in_regs && nr <= X64_MIN_REGS)
		return;
	for (i = 0; i < nr; i++) {
		x64_place_param(&place, x64_node(l, arg[i])->type);
		if (place.reg == X64_NOREG && !in_regs)
			store_area(l, arg[i], X64_A_OUT, place.off);
		else if (place.reg != X64_NOREG && in_regs)
			x64_use_fixed(l, x64_value(l, arg[i]), place.reg);
	}
	l->mf->out_bytes = max(l->mf->out_bytes, place.bytes);
}

/*
 * Result @nr of call @v: the call itself or a PROJ behind it, where they stand
 * in order; @proj is the next of them.  0: there is no such result.
 */
static kw_vid result_node(const struct x64_lower *l, kw_vid v, u32 nr, kw_vid *proj)
{
	kw_vid p = *proj;

	if (nr == 0)
		return v;
	if (!p || x64_node(l, p)->op != KW_IR_PROJ || x64_node(l, p)->imm != nr)
		return 0;
	*proj = x64_node(l, p)->next;
	return p;
}

/* Register results become defs of the call; those in the area are loaded behind it. */
static void call_results(struct x64_lower *l, kw_vid v, u32 nr, bool in_regs)
{
	kw_vid proj = x64_node(l, v)->next;
	struct x64_place place = { 0 };
	u32 i;

	if (!in_regs && nr <= X64_MIN_REGS)
		return;
	for (i = 0; i < nr; i++) {
		kw_vid r = result_node(l, v, i, &proj);

		x64_place_result(&place, r ? x64_node(l, r)->type : KW_T_I64);
		if (!r || !l->vreg[r])
			continue;
		if (place.reg == X64_NOREG && !in_regs)
			load_area(l, r, X64_A_OUT, place.off);
		else if (place.reg != X64_NOREG && in_regs)
			x64_opnd(l, x64_value(l, r), KW_OP_DEF, KW_WANT_FIXED, place.reg);
	}
	l->mf->out_bytes = max(l->mf->out_bytes, place.bytes);
}

/* What a call destroys: every register that can be allocated, less its results and @kept. */
static void call_clobbers(struct x64_lower *l, u64 kept)
{
	u32 i;

	l->mi->clobbers = (l->mf->allocatable[KW_RC_INT] | l->mf->allocatable[KW_RC_VEC]) & ~kept;
	for (i = 0; i < l->mi->nr_opnds; i++)
		if (l->opnd[i].kind == KW_OP_DEF)
			l->mi->clobbers &= ~BIT_ULL(l->opnd[i].reg);
	l->mi->flags |= KW_MI_CALL | KW_MI_CLOBBERS;
}

static void lower_guest_call(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	bool ptr = n->op == KW_IR_CALL_PTR;

	call_args(l, arg + ptr + 1, n->b - ptr - 1, false);
	x64_begin(l, ptr ? X64_CALL_PTR : X64_CALL, X64_SQ);
	l->mi->aux = n->imm;
	l->mi->x2 = ptr && n->aux;
	call_results(l, v, n->c, true);
	if (ptr)
		x64_use_fixed(l, x64_value(l, arg[0]), X64_RAX);
	x64_use_fixed(l, x64_value(l, arg[ptr]), X64_INST);
	call_args(l, arg + ptr + 1, n->b - ptr - 1, true);
	if (l->mi->x2 && l->f->has_memory)
		x64_use_any(l, x64_inst_value(l));
	call_clobbers(l, 0);
	x64_end(l);
	call_results(l, v, n->c, false);
}

/* C leaves the upper half of a 32-bit result undefined. */
static void lower_c_call(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	const kw_vid *arg = l->f->pool + n->a;
	u32 raw = l->vreg[v];

	if (n->type == KW_T_I32 && l->vreg[v])
		raw = x64_new_vreg(l, KW_T_I64);
	x64_begin(l, X64_CALL_C, X64_SQ);
	l->mi->aux = n->imm;
	if (raw)
		x64_opnd(l, raw, KW_OP_DEF, KW_WANT_FIXED, X64_RAX);
	x64_use_fixed(l, x64_value(l, arg[0]), X64_INST);
	call_args(l, arg + 1, n->b - 1, true);
	call_clobbers(l, X64_C_KEEPS);
	x64_end(l);
	if (raw == l->vreg[v])
		return;
	x64_begin(l, X64_OP, X64_SL);
	l->mi->x0 = X64_MOV;
	l->mi->x2 = X64_F_DEF;
	x64_def(l, v);
	x64_use(l, raw);
	x64_end(l);
}

void x64_lower_call(struct x64_lower *l, kw_vid v, const struct kw_node *n)
{
	if (n->op == KW_IR_CALL_C)
		lower_c_call(l, v, n);
	else
		lower_guest_call(l, v, n);
}

static void results(struct x64_lower *l, const struct kw_node *n, bool in_regs)
{
	struct x64_place place = { 0 };
	u32 i;

	if (!in_regs && n->b <= X64_MIN_REGS)
		return;
	for (i = 0; i < n->b; i++) {
		kw_vid v = l->f->pool[n->a + i];

		x64_place_result(&place, l->f->results[i]);
		if (place.reg == X64_NOREG && !in_regs)
			store_area(l, v, X64_A_IN, place.off);
		else if (place.reg != X64_NOREG && in_regs)
			x64_use_fixed(l, x64_value(l, v), place.reg);
	}
}

void x64_lower_ret(struct x64_lower *l, const struct kw_node *n)
{
	results(l, n, false);
	x64_begin(l, X64_RET, X64_SQ);
	l->mi->flags = KW_MI_TERM;
	results(l, n, true);
	x64_end(l);
}

/* PARAMs stand first in block 0; @in_regs: those that come in registers. */
static void params(struct x64_lower *l, bool in_regs)
{
	const struct kw_irfunc *f = l->f;
	kw_vid v = f->block[0].first;
	struct x64_place place = { 0 };
	u32 i = 0;

	if (!in_regs && f->nr_params <= X64_MIN_REGS)
		return;
	for (; v && (f->node[v].op == KW_IR_PARAM || f->node[v].op == KW_IR_INST || f->node[v].op == KW_IR_NOP);
	     v = f->node[v].next) {
		if (f->node[v].op != KW_IR_PARAM)
			continue;
		for (; i <= f->node[v].imm; i++)
			x64_place_param(&place, f->params[i]);
		if (!l->vreg[v])
			continue;
		if (place.reg == X64_NOREG && !in_regs)
			load_area(l, v, X64_A_IN, place.off);
		else if (place.reg != X64_NOREG && in_regs)
			x64_opnd(l, l->vreg[v], KW_OP_DEF, KW_WANT_FIXED, place.reg);
	}
}

void x64_lower_params(struct x64_lower *l)
{
	x64_begin(l, KW_MOP_PARAMS, X64_SQ);
	if (l->inst_vreg)
		x64_opnd(l, l->inst_vreg, KW_OP_DEF, KW_WANT_FIXED, X64_INST);
	params(l, true);
	x64_end(l);
	params(l, false);
}
