// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Rules of parametric, global, table and reference instructions; core spec 2.0, 3.3.2 and 3.3.4 - 3.3.6. */
#include "validator.h"

static bool is_number(u8 type)
{
	return !kw_is_reftype(type);	/* KW_V_ANY may be one */
}

/* select without a type: two numbers or vectors of one type. */
static int select(struct kw_validator *v)
{
	u8 a, b;
	int err;

	err = kw_v_pop(v, KW_V_I32);
	if (!err)
		err = kw_v_pop_any(v, &b);
	if (!err)
		err = kw_v_pop_any(v, &a);
	if (err)
		return err;
	if (!is_number(a) || !is_number(b))
		return kw_v_bad(v, KW_R_TYPE_NUMERIC, is_number(a) ? b : a, 0);
	if (a != b && a != KW_V_ANY && b != KW_V_ANY)
		return kw_v_bad(v, KW_R_TYPE_MISMATCH, a, b);
	return kw_v_push(v, a == KW_V_ANY ? b : a);
}

static int select_typed(struct kw_validator *v)
{
	u8 type = v->insn.idx;
	int err;

	err = kw_v_use_type(v, type, v->insn.off);
	if (!err)
		err = kw_v_pop(v, KW_V_I32);
	if (!err)
		err = kw_v_pop(v, type);
	if (!err)
		err = kw_v_pop(v, type);
	return err ? err : kw_v_push(v, type);
}

static int global(struct kw_validator *v)
{
	const struct kw_globaltype *g;

	if (v->insn.idx >= v->m->nr_globals)
		return kw_v_bad(v, KW_R_UNKNOWN_GLOBAL, v->insn.idx, 0);
	g = &v->m->globals[v->insn.idx].type;
	if (v->insn.op == WASM_OP_GLOBAL_GET)
		return kw_v_push(v, g->type);
	if (!g->mutable)
		return kw_v_bad(v, KW_R_GLOBAL_IMMUTABLE, 0, 0);
	return kw_v_pop(v, g->type);
}

static int ref_func(struct kw_validator *v)
{
	if (v->insn.idx >= v->m->nr_funcs)
		return kw_v_bad(v, KW_R_UNKNOWN_FUNC, v->insn.idx, 0);
	if (!v->m->funcs[v->insn.idx].declared)
		return kw_v_bad(v, KW_R_UNDECLARED_FUNC, v->insn.idx, 0);
	return kw_v_push(v, KW_V_FUNCREF);
}

static int ref_is_null(struct kw_validator *v)
{
	u8 type;
	int err;

	err = kw_v_pop_any(v, &type);
	if (err)
		return err;
	if (type != KW_V_ANY && !kw_is_reftype(type))
		return kw_v_bad(v, KW_R_TYPE_REFERENCE, type, 0);
	return kw_v_push(v, KW_V_I32);
}

/* The table is there: kw_v_simple() checked. */
static int table(struct kw_validator *v)
{
	u8 type = v->m->tables[v->insn.idx].type;
	int err;

	if (v->insn.op != WASM_OP_TABLE_GET && v->insn.op != WASM_OP_TABLE_SIZE)
		v->m->tables[v->insn.idx].written = true;
	switch (v->insn.op) {
	case WASM_OP_TABLE_GET:
		err = kw_v_pop(v, KW_V_I32);
		return err ? err : kw_v_push(v, type);
	case WASM_OP_TABLE_SET:
		err = kw_v_pop(v, type);
		return err ? err : kw_v_pop(v, KW_V_I32);
	case WASM_OP_TABLE_GROW:
		err = kw_v_pop(v, KW_V_I32);
		if (!err)
			err = kw_v_pop(v, type);
		return err ? err : kw_v_push(v, KW_V_I32);
	default:			/* table.fill */
		err = kw_v_pop(v, KW_V_I32);
		if (!err)
			err = kw_v_pop(v, type);
		return err ? err : kw_v_pop(v, KW_V_I32);
	}
}

int kw_v_other(struct kw_validator *v)
{
	u8 type;

	switch (v->insn.op) {
	case WASM_OP_GLOBAL_GET:
	case WASM_OP_GLOBAL_SET:
		return global(v);
	case WASM_OP_DROP:
		return kw_v_pop_any(v, &type);
	case WASM_OP_SELECT:
		return select(v);
	case WASM_OP_SELECT_T:
		return select_typed(v);
	case WASM_OP_REF_NULL:
		return kw_v_push(v, v->insn.idx);
	case WASM_OP_REF_IS_NULL:
		return ref_is_null(v);
	case WASM_OP_REF_FUNC:
		return ref_func(v);
	default:
		return table(v);
	}
}
