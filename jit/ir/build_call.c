// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Calls: direct, to imports, through tables, to the host. */
#include "builder.h"

/*
 * Pop the arguments of @t, make the call node behind @head (code pointer
 * and/or instance), push the results.
 */
static void emit_call(struct kw_builder *b, u8 op, const struct kw_functype *t,
		      const kw_vid *head, u32 nr_head, u64 imm, u8 aux)
{
	u32 args = kw_b_pool(b, nr_head + t->nr_params), i;
	u8 type = t->nr_results ? kw_ir_valtype(t->types[t->nr_params]) : KW_T_VOID;
	kw_vid call;

	if (b->err)
		return;
	for (i = 0; i < nr_head; i++)
		b->f->pool[args + i] = head[i];
	b->sp -= t->nr_params;
	for (i = 0; i < t->nr_params; i++)
		b->f->pool[args + nr_head + i] = b->stack[b->sp + i];
	call = kw_b_emit(b, op, type, args, nr_head + t->nr_params, t->nr_results, imm, 0, aux);
	b->f->has_calls = true;
	kw_b_clobber_all(b);
	if (t->nr_results)
		kw_b_push(b, call);
	for (i = 1; i < t->nr_results; i++)
		kw_b_push(b, kw_b_emit(b, KW_IR_PROJ, kw_ir_valtype(t->types[t->nr_params + i]),
				       call, 0, 0, i, 0, 0));
}

static void restore_base(struct kw_builder *b)
{
	kw_b_emit(b, KW_IR_SETBASE, KW_T_VOID, b->inst, 0, 0, 0, 0, 0);
}

kw_vid kw_b_call_c(struct kw_builder *b, u32 stub, u8 type, const kw_vid *args, u32 n)
{
	u32 at = kw_b_pool(b, n + 1), i;

	if (b->err)
		return 0;
	b->f->pool[at] = b->inst;
	for (i = 0; i < n; i++)
		b->f->pool[at + 1 + i] = args[i];
	b->f->has_calls = true;
	kw_b_clobber_all(b);
	return kw_b_emit(b, KW_IR_CALL_C, type, at, n + 1, type != KW_T_VOID, stub, 0, 0);
}

static void call_host(struct kw_builder *b, const struct kw_functype *t, u32 stub)
{
	u8 type = t->nr_results ? kw_ir_valtype(t->types[t->nr_params]) : KW_T_VOID;
	kw_vid arg[5], v;
	u32 i;

	if (b->err)
		return;
	if (t->nr_params > ARRAY_SIZE(arg)) {
		b->err = -EOPNOTSUPP;
		return;
	}
	for (i = t->nr_params; i-- > 0;)
		arg[i] = kw_b_pop(b);
	v = kw_b_call_c(b, stub, type, arg, t->nr_params);
	if (type != KW_T_VOID)
		kw_b_push(b, v);
}

static void call_intrinsic(struct kw_builder *b, const struct kw_functype *t, const struct kw_binding *bind)
{
	if (bind->index == KW_INTR_PKT_FIELD && !kw_b_pkt_field(b))
		call_host(b, t, bind->index2);
	else if (bind->index != KW_INTR_PKT_FIELD)
		kw_b_pkt(b, t, bind);
}

static void call_import(struct kw_builder *b, u32 func)
{
	const struct kw_functype *t = kw_func_type(b->m, func);
	const struct kw_binding *bind = b->o->bind ? &b->o->bind[func] : NULL;
	s32 slot = kw_inst_import_off(b->m->nr_globals, func);
	kw_vid head[2];

	if (bind && bind->kind == KW_BIND_HOST) {
		call_host(b, t, bind->index);
		return;
	}
	if (bind && bind->kind == KW_BIND_INTRINSIC) {
		call_intrinsic(b, t, bind);
		return;
	}
	head[0] = kw_b_hload(b, b->inst, slot + offsetof(struct kw_import_slot, code),
			     KW_T_I64, KW_M_U64, KW_H_CONST);
	head[1] = kw_b_hload(b, b->inst, slot + offsetof(struct kw_import_slot, inst),
			     KW_T_I64, KW_M_U64, KW_H_CONST);
	emit_call(b, KW_IR_CALL_PTR, t, head, 2, 0, 1);
	if (b->m->nr_mems)
		restore_base(b);
}

static void do_call(struct kw_builder *b)
{
	u32 func = b->insn.idx;

	if (func < b->m->nr_imported_funcs) {
		call_import(b, func);
		return;
	}
	if (kw_b_inline(b, func))
		return;
	emit_call(b, KW_IR_CALL, kw_func_type(b->m, func), &b->inst, 1, func, 0);
}

kw_vid kw_b_table(struct kw_builder *b, u32 table)
{
	s32 off = kw_inst_table_off(b->m->nr_globals, b->m->nr_imported_funcs, table);

	return kw_b_hload(b, b->inst, off, KW_T_I64, KW_M_U64, KW_H_CONST);
}

/* Address of element @index of table @table, checked and masked; traps with @trap. */
kw_vid kw_b_table_entry(struct kw_builder *b, u32 table, kw_vid index, u8 trap)
{
	const struct kw_tabletype *t = &b->m->tables[table];
	u8 hclass = t->fixed ? KW_H_CONST : KW_H_TABLE;
	kw_vid tab = kw_b_table(b, table), len, entries;

	if (t->fixed) {
		len = kw_b_const(b, KW_T_I64, t->limits.min);
	} else {
		len = kw_b_hload(b, tab, offsetof(struct kw_table, len), KW_T_I32, KW_M_U32, hclass);
		len = kw_b_bin(b, KW_IR_ZEXT32, KW_T_I64, len, 0);
	}
	index = kw_b_bounds(b, index, len, 1, trap);
	entries = kw_b_hload(b, tab, offsetof(struct kw_table, entries), KW_T_I64, KW_M_U64, hclass);
	index = kw_b_bin(b, KW_IR_ZEXT32, KW_T_I64, index, 0);
	index = kw_b_bin(b, KW_IR_SHL, KW_T_I64, index, kw_b_const(b, KW_T_I64, 5));
	return kw_b_bin(b, KW_IR_ADD, KW_T_I64, entries, index);
}

/*
 * Bounds, signature, call; see struct kw_table_entry.  A function out of a fixed
 * table is of this instance, so the call is as one by number: nothing is switched.
 */
static void do_call_indirect(struct kw_builder *b)
{
	u32 type = b->insn.idx, table = b->insn.idx2;
	bool own = b->m->tables[table].fixed;
	kw_vid index = kw_b_pop(b), entry, sig, head[2];
	u8 hclass = own ? KW_H_CONST : KW_H_TABLE;

	entry = kw_b_table_entry(b, table, index, KW_TRAP_UNDEF_ELEM);
	sig = kw_b_hload(b, entry, offsetof(struct kw_table_entry, sig), KW_T_I32, KW_M_U32, hclass);
	kw_b_emit(b, KW_IR_SIGCHECK, KW_T_VOID, sig, 0, 0, b->o->sig_ids[type], 0, 0);
	head[0] = kw_b_hload(b, entry, offsetof(struct kw_table_entry, code), KW_T_I64, KW_M_U64, hclass);
	head[1] = own ? b->inst : kw_b_hload(b, entry, offsetof(struct kw_table_entry, inst), KW_T_I64, KW_M_U64, hclass);
	emit_call(b, KW_IR_CALL_PTR, &b->m->types[type], head, 2, 0, !own);
	if (!own && b->m->nr_mems)
		restore_base(b);
}

bool kw_b_call(struct kw_builder *b)
{
	switch (b->insn.op) {
	case WASM_OP_CALL:
		do_call(b);
		return true;
	case WASM_OP_CALL_INDIRECT:
		do_call_indirect(b);
		return true;
	default:
		return false;
	}
}
