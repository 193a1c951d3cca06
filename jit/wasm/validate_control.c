// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Rules of blocks, branches and calls; core spec 2.0, 3.3.8. */
#include "validator.h"

/* A list of one type, as a block type names it. */
static struct kw_types one_type(u8 type)
{
	static const u8 bytes[] = {
		KW_V_EXTERNREF, KW_V_FUNCREF, KW_V_V128, KW_V_F64, KW_V_F32, KW_V_I64, KW_V_I32,
	};

	if (kw_is_reftype(type))
		return (struct kw_types){ &bytes[type - KW_V_EXTERNREF], 1 };
	return (struct kw_types){ &bytes[2 + type - KW_V_V128], 1 };
}

static struct kw_types params_of(const struct kw_functype *t)
{
	return (struct kw_types){ t->types, t->nr_params };
}

static struct kw_types results_of(const struct kw_functype *t)
{
	return (struct kw_types){ t->types + t->nr_params, t->nr_results };
}

static int block_type(struct kw_validator *v, struct kw_types *params, struct kw_types *results)
{
	s32 bt = v->insn.block_type;

	*params = (struct kw_types){ v->stack, 0 };
	*results = *params;
	if (bt == -1)
		return 0;
	if (bt < 0) {
		*results = one_type(~bt);
		return kw_v_use_type(v, ~bt, v->insn.off);
	}
	if ((u32)bt >= v->m->nr_types)
		return kw_v_bad(v, KW_R_UNKNOWN_TYPE, bt, 0);
	*params = params_of(&v->m->types[bt]);
	*results = results_of(&v->m->types[bt]);
	return 0;
}

int kw_v_push_frame(struct kw_validator *v, u16 op, struct kw_types params, struct kw_types results)
{
	struct kw_vframe *f = &v->frames[v->nr_frames];

	if (v->nr_frames == KW_MAX_NESTING)
		return kw_v_bad(v, KW_R_MAX_NESTING, KW_MAX_NESTING, 0);
	v->nr_frames++;
	*f = (struct kw_vframe){
		.params = params, .results = results, .height = v->sp - v->stack, .op = op,
	};
	v->base = v->sp;
	return kw_v_push_types(v, params);
}

static int enter_block(struct kw_validator *v)
{
	struct kw_types params, results;
	int err;

	err = block_type(v, &params, &results);
	if (!err && v->insn.op == WASM_OP_IF)
		err = kw_v_pop(v, KW_V_I32);
	if (!err)
		err = kw_v_pop_types(v, params);
	return err ? err : kw_v_push_frame(v, v->insn.op, params, results);
}

/* The results are there and nothing else: close the top frame. */
static int leave_frame(struct kw_validator *v, struct kw_vframe *left)
{
	struct kw_vframe *f = kw_v_top(v);
	int err;

	err = kw_v_pop_types(v, f->results);
	if (err)
		return err;
	if (v->sp != v->base)
		return kw_v_bad(v, KW_R_TYPE_EXTRA, v->sp - v->base, 0);
	*left = *f;
	v->nr_frames--;
	v->base = v->nr_frames ? v->stack + kw_v_top(v)->height : v->stack;
	return 0;
}

static int enter_else(struct kw_validator *v)
{
	struct kw_vframe f;
	int err;

	if (kw_v_top(v)->op != WASM_OP_IF)
		return kw_v_bad(v, KW_R_ILLEGAL_OPCODE, 0x05, 0);
	err = leave_frame(v, &f);
	return err ? err : kw_v_push_frame(v, WASM_OP_ELSE, f.params, f.results);
}

static bool same_types(struct kw_types a, struct kw_types b)
{
	return a.n == b.n && !memcmp(a.t, b.t, a.n);
}

static int leave_block(struct kw_validator *v)
{
	struct kw_vframe f;
	int err;

	err = leave_frame(v, &f);
	if (err)
		return err;
	if (f.op == WASM_OP_IF && !same_types(f.params, f.results))
		return kw_v_bad(v, KW_R_TYPE_NO_ELSE, 0, 0);
	return kw_v_push_types(v, f.results);
}

/* The frame a branch to @depth leaves, or NULL with the reason noted. */
static struct kw_vframe *label(struct kw_validator *v, u32 depth)
{
	if (likely(depth < v->nr_frames))
		return &v->frames[v->nr_frames - 1 - depth];
	kw_v_bad(v, KW_R_UNKNOWN_LABEL, depth, 0);
	return NULL;
}

static struct kw_types label_types(const struct kw_vframe *f)
{
	return f->op == WASM_OP_LOOP ? f->params : f->results;
}

static int branch(struct kw_validator *v)
{
	struct kw_vframe *f = label(v, v->insn.idx);
	int err;

	if (!f)
		return -EINVAL;
	err = kw_v_pop_types(v, label_types(f));
	if (!err)
		kw_v_unreachable(v);
	return err;
}

static int branch_if(struct kw_validator *v)
{
	struct kw_vframe *f = label(v, v->insn.idx);
	int err;

	if (!f)
		return -EINVAL;
	err = kw_v_pop(v, KW_V_I32);
	if (!err)
		err = kw_v_pop_types(v, label_types(f));
	return err ? err : kw_v_push_types(v, label_types(f));
}

/* A label of a br_table: would its types be found on the stack?  The stack stays as it is. */
static int check_target(struct kw_validator *v, struct kw_vframe *f, u32 arity)
{
	struct kw_types want = label_types(f);
	u8 *sp = v->sp;
	int err;

	if (want.n != arity)
		return kw_v_bad(v, KW_R_TYPE_LABELS, arity, want.n);
	err = kw_v_pop_types(v, want);
	v->sp = sp;
	return err;
}

/* Each label is looked at once however often it is named, so the time is linear. */
static int branch_table(struct kw_validator *v)
{
	const u8 *p = v->insn.targets;
	struct kw_vframe *f;
	u32 i, arity = 0;
	int err;

	err = kw_v_pop(v, KW_V_I32);
	if (err)
		return err;
	v->nr_br_tables++;
	for (i = 0; i <= v->insn.nr_targets; i++) {
		f = label(v, kw_body_target(&p));
		if (!f)
			return -EINVAL;
		if (f->stamp == v->nr_br_tables)
			continue;
		f->stamp = v->nr_br_tables;
		if (!i)
			arity = label_types(f).n;
		err = check_target(v, f, arity);
		if (err)
			return err;
	}
	kw_v_unreachable(v);
	return 0;
}

static int return_from(struct kw_validator *v)
{
	int err = kw_v_pop_types(v, v->frames[0].results);

	if (!err)
		kw_v_unreachable(v);
	return err;
}

static int call_type(struct kw_validator *v, const struct kw_functype *t)
{
	int err = kw_v_pop_types(v, params_of(t));

	return err ? err : kw_v_push_types(v, results_of(t));
}

static int call(struct kw_validator *v)
{
	if (v->insn.idx >= v->m->nr_funcs)
		return kw_v_bad(v, KW_R_UNKNOWN_FUNC, v->insn.idx, 0);
	if (v->insn.idx >= v->m->nr_imported_funcs)
		v->m->funcs[v->body.func].calls = true;
	return call_type(v, kw_func_type(v->m, v->insn.idx));
}

static int call_indirect(struct kw_validator *v)
{
	const struct kw_module *m = v->m;
	int err;

	if (v->insn.idx2 >= m->nr_tables)
		return kw_v_bad(v, KW_R_UNKNOWN_TABLE, v->insn.idx2, 0);
	if (m->tables[v->insn.idx2].type != KW_V_FUNCREF)
		return kw_v_bad(v, KW_R_TYPE_MISMATCH, KW_V_FUNCREF, m->tables[v->insn.idx2].type);
	if (v->insn.idx >= m->nr_types)
		return kw_v_bad(v, KW_R_UNKNOWN_TYPE, v->insn.idx, 0);
	m->funcs[v->body.func].calls = true;
	err = kw_v_pop(v, KW_V_I32);
	return err ? err : call_type(v, &m->types[v->insn.idx]);
}

int kw_v_control(struct kw_validator *v)
{
	switch (v->insn.op) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
	case WASM_OP_IF:
		return enter_block(v);
	case WASM_OP_ELSE:
		return enter_else(v);
	case WASM_OP_END:
		return leave_block(v);
	case WASM_OP_BR:
		return branch(v);
	case WASM_OP_BR_IF:
		return branch_if(v);
	case WASM_OP_BR_TABLE:
		return branch_table(v);
	case WASM_OP_RETURN:
		return return_from(v);
	case WASM_OP_CALL:
		return call(v);
	case WASM_OP_CALL_INDIRECT:
		return call_indirect(v);
	default:			/* unreachable */
		kw_v_unreachable(v);
		return 0;
	}
}
