// SPDX-License-Identifier: GPL-2.0
/* The reference interpreter: functions, control and variables (spec 4.4). */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_DEPTH	400

/* ---- preparing a function ---- */

static int match_blocks(struct ref_code *c)
{
	u32 *open = calloc(c->n + 1, sizeof(*open)), nr = 0, i;

	if (!open)
		return -1;
	for (i = 0; i < c->n; i++) {
		u16 op = c->insn[i].op;

		if (op == WASM_OP_BLOCK || op == WASM_OP_LOOP || op == WASM_OP_IF)
			open[nr++] = i;
		else if (op == WASM_OP_ELSE)
			c->alt[open[nr - 1]] = i;
		else if (op == WASM_OP_END && nr)
			c->end[open[--nr]] = i;
	}
	free(open);
	return 0;
}

void ref_free_code(struct ref_code *c)
{
	free(c->insn);
	free(c->end);
	free(c->alt);
}

static int prepare(struct ref_instance *r, u32 func)
{
	struct ref_code *c = &r->code[func];
	struct kw_diag diag = { 0 };
	struct kw_body b;
	u32 declared, count, cap;
	u8 type;

	if (c->insn)
		return 0;
	memset(&b, 0, sizeof(b));
	if (kw_body_open(&b, r->m, func, &diag, &declared))
		return -1;
	while (kw_body_next_locals(&b, &count, &type) > 0)
		;
	c->nr_locals = declared + kw_func_type(r->m, func)->nr_params;
	cap = r->m->funcs[func].body_len + 1;
	c->insn = calloc(cap, sizeof(*c->insn));
	c->end = calloc(cap, sizeof(*c->end));
	c->alt = calloc(cap, sizeof(*c->alt));
	if (!c->insn || !c->end || !c->alt)
		return -1;
	while (kw_body_next(&b, &c->insn[c->n]) > 0)
		c->n++;
	return match_blocks(c);
}

/* ---- calls ---- */

static u32 run(struct ref_instance *r, u32 func, struct kw_value *val);

static u32 do_call(struct ref_frame *f, struct ref_instance *r, u32 func)
{
	const struct kw_functype *t = kw_func_type(r->m, func);
	u32 wide = t->nr_params > t->nr_results ? t->nr_params : t->nr_results, trap;
	struct kw_value *val = calloc(wide + 1, sizeof(*val));

	f->sp -= t->nr_params;
	memcpy(val, f->stack + f->sp, t->nr_params * sizeof(*val));
	trap = run(r, func, val);
	if (!trap) {
		memcpy(f->stack + f->sp, val, t->nr_results * sizeof(*val));
		f->sp += t->nr_results;
	}
	free(val);
	return trap;
}

static u32 call_indirect(struct ref_frame *f, const struct kw_insn *i)
{
	const struct ref_table *t = f->r->table[i->idx2];
	u32 at = (u32)ref_pop(f);
	const struct ref_func *callee;

	if (at >= t->len)
		return KW_TRAP_UNDEF_ELEM;
	if (!t->elem[at])
		return KW_TRAP_NULL_ELEM;
	callee = (const struct ref_func *)t->elem[at];
	if (!kw_functype_equal(kw_func_type(callee->inst->m, callee->index), &f->r->m->types[i->idx]))
		return KW_TRAP_BAD_SIG;
	return do_call(f, callee->inst, callee->index);
}

/* ---- control ---- */

static void block_arity(const struct ref_instance *r, const struct kw_insn *i, u32 *params, u32 *results)
{
	*params = i->block_type >= 0 ? r->m->types[i->block_type].nr_params : 0;
	*results = i->block_type >= 0 ? r->m->types[i->block_type].nr_results : i->block_type != -1;
}

static void enter_block(struct ref_frame *f, u32 pc)
{
	const struct kw_insn *i = &f->c->insn[pc];
	bool loop = i->op == WASM_OP_LOOP;
	u32 params, results;

	block_arity(f->r, i, &params, &results);
	f->label[f->nr_labels++] = (struct ref_label){
		loop ? pc : f->c->end[pc] + 1, loop ? params : results, f->sp - params,
	};
}

/* Take the branch. Return: where to go on; a loop's own instruction enters it again. */
static u32 branch(struct ref_frame *f, u32 depth)
{
	struct ref_label l = f->label[f->nr_labels - 1 - depth];

	memmove(f->stack + l.height, f->stack + f->sp - l.arity, l.arity * sizeof(*f->stack));
	f->sp = l.height + l.arity;
	f->nr_labels -= depth + 1;
	return l.target;
}

static u32 table_target(const struct kw_insn *i, u32 index)
{
	const u8 *p = i->targets;
	u32 k, depth = 0;

	for (k = 0; k <= min(index, i->nr_targets); k++)
		depth = kw_body_target(&p);
	return depth;
}

/* Instructions that only move values. Return: false for others. */
static bool variable(struct ref_frame *f, const struct kw_insn *i)
{
	struct kw_value *s = f->stack;

	switch (i->op) {
	case WASM_OP_LOCAL_GET:
		s[f->sp++] = f->local[i->idx];
		return true;
	case WASM_OP_LOCAL_SET:
		f->local[i->idx] = s[--f->sp];
		return true;
	case WASM_OP_LOCAL_TEE:
		f->local[i->idx] = s[f->sp - 1];
		return true;
	case WASM_OP_GLOBAL_GET:
		s[f->sp++] = *f->r->global[i->idx];
		return true;
	case WASM_OP_GLOBAL_SET:
		*f->r->global[i->idx] = s[--f->sp];
		return true;
	case WASM_OP_I32_CONST: case WASM_OP_I64_CONST: case WASM_OP_F32_CONST: case WASM_OP_F64_CONST:
		ref_push(f, i->imm, 0);
		return true;
	case WASM_OP_V128_CONST:
		ref_push(f, i->imm, i->imm_hi);
		return true;
	case WASM_OP_REF_NULL:
		ref_push(f, 0, 0);
		return true;
	case WASM_OP_REF_FUNC:
		ref_push(f, (u64)&f->r->func[i->idx], 0);
		return true;
	case WASM_OP_REF_IS_NULL:
		s[f->sp - 1].lo = !s[f->sp - 1].lo;
		return true;
	case WASM_OP_DROP:
		f->sp--;
		return true;
	case WASM_OP_SELECT: case WASM_OP_SELECT_T:
		f->sp -= 2;
		if (!(u32)s[f->sp + 1].lo)
			s[f->sp - 1] = s[f->sp];
		return true;
	case WASM_OP_NOP:
		return true;
	default:
		return false;
	}
}

static u32 numeric(struct ref_frame *f, const struct kw_insn *i)
{
	u32 n = kw_opinfo[i->op].nr_params, trap = KW_TRAP_NONE;

	f->sp -= n;
	if (!ref_vector(i, f->stack + f->sp))
		trap = ref_numeric(i->op, f->stack + f->sp);
	f->sp++;
	return trap;
}

/* An instruction that goes on with the next one. */
static u32 plain(struct ref_frame *f, const struct kw_insn *i)
{
	u32 trap;

	if (variable(f, i))
		return KW_TRAP_NONE;
	switch (i->op) {
	case WASM_OP_UNREACHABLE:
		return KW_TRAP_UNREACHABLE;
	case WASM_OP_CALL:
		return do_call(f, f->r, i->idx);
	case WASM_OP_CALL_INDIRECT:
		return call_indirect(f, i);
	default:
		trap = ref_memory_op(f, i);
		if (trap == KW_TRAP_UNLINKED)
			trap = ref_table_op(f, i);
		return trap == KW_TRAP_UNLINKED ? numeric(f, i) : trap;
	}
}

/* One instruction. Return: trap; *pc moves on, to c->n at the function's end. */
static u32 step(struct ref_frame *f, u32 *pc)
{
	const struct kw_insn *i = &f->c->insn[*pc];

	switch (i->op) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
		enter_block(f, (*pc)++);
		return KW_TRAP_NONE;
	case WASM_OP_IF:
		if ((u32)ref_pop(f)) {
			enter_block(f, (*pc)++);
		} else if (f->c->alt[*pc]) {
			enter_block(f, *pc);
			*pc = f->c->alt[*pc] + 1;
		} else {
			*pc = f->c->end[*pc] + 1;
		}
		return KW_TRAP_NONE;
	case WASM_OP_ELSE:	/* the then arm fell through */
		*pc = f->label[--f->nr_labels].target;
		return KW_TRAP_NONE;
	case WASM_OP_END:
		f->nr_labels--;
		++*pc;
		return KW_TRAP_NONE;
	case WASM_OP_BR:
		*pc = branch(f, i->idx);
		return KW_TRAP_NONE;
	case WASM_OP_BR_IF:
		*pc = (u32)ref_pop(f) ? branch(f, i->idx) : *pc + 1;
		return KW_TRAP_NONE;
	case WASM_OP_BR_TABLE:
		f->sp--;
		*pc = branch(f, table_target(i, (u32)f->stack[f->sp].lo));
		return KW_TRAP_NONE;
	case WASM_OP_RETURN:
		*pc = branch(f, f->nr_labels - 1);
		return KW_TRAP_NONE;
	default:
		++*pc;
		return plain(f, i);
	}
}

/* The innermost frame is the first to see the trap. */
static u32 note_trap(struct ref_frame *f, u32 pc, u32 trap)
{
	struct ref_store *s = f->r->store;

	if (trap && !s->trap_inst) {
		s->trap_inst = f->r;
		s->trap_off = f->c->insn[pc].off;
	}
	return trap;
}

static u32 interpret(struct ref_frame *f, u32 nr_results)
{
	struct ref_store *s = f->r->store;
	u32 pc = 0, at, trap = KW_TRAP_NONE;

	f->label[f->nr_labels++] = (struct ref_label){ f->c->n, nr_results, 0 };
	while (!trap && pc < f->c->n) {
		if (!s->fuel)
			return KW_TRAP_FUEL;
		s->fuel--;
		s->sp = (u32)(f->stack + f->sp - s->stack);
		if (s->sp + 1024 > REF_STACK_VALUES)
			return KW_TRAP_STACK;
		at = pc;
		trap = note_trap(f, at, step(f, &pc));
	}
	return trap;
}

static u32 run(struct ref_instance *r, u32 func, struct kw_value *val)
{
	const struct kw_functype *t = kw_func_type(r->m, func);
	struct ref_frame f = { .r = r };
	struct ref_store *s = r->store;
	u32 trap = KW_TRAP_STACK, base = s->sp;

	if (func < r->m->nr_imported_funcs)
		return run(r->func[func].inst, r->func[func].index, val);
	if (s->depth >= MAX_DEPTH || prepare(r, func) || base + r->code[func].nr_locals + 1024 > REF_STACK_VALUES)
		return KW_TRAP_STACK;
	s->depth++;
	f.c = &r->code[func];
	f.local = s->stack + base;
	f.stack = f.local + f.c->nr_locals;
	f.label = calloc(f.c->n + 1, sizeof(*f.label));
	memset(f.local, 0, f.c->nr_locals * sizeof(*f.local));
	if (f.label) {
		memcpy(f.local, val, t->nr_params * sizeof(*val));
		trap = interpret(&f, t->nr_results);
		if (!trap)
			memcpy(val, f.stack + f.sp - t->nr_results, t->nr_results * sizeof(*val));
	}
	free(f.label);
	s->sp = base;
	s->depth--;
	return trap;
}

u32 ref_call(struct ref_instance *r, u32 func, struct kw_value *val)
{
	struct ref_store *s = r->store;

	s->depth = 0;
	s->sp = 0;
	s->trap_off = 0;
	s->trap_inst = NULL;
	return run(r, func, val);
}
