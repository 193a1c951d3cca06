// SPDX-License-Identifier: GPL-2.0
/* Values: expressions are made top down with the type they must have, so that every module validates. */
#include <string.h>

#include "emit.h"
#include "gen.h"

int reserve(struct gen *g, u8 type)
{
	u32 *next = type == KW_V_I32 ? &g->free_i32 : &g->free_i64;

	if (*next >= (type == KW_V_I32 ? g->end_i32 : g->end_i64))
		return -1;
	return (int)(*next)++;
}

void release(struct gen *g, u8 type)
{
	--*(type == KW_V_I32 ? &g->free_i32 : &g->free_i64);
}

int pick_local(struct gen *g, u8 type, u32 n)
{
	u32 start, k;

	if (!n)
		return -1;
	start = rnd(g, n);
	for (k = 0; k < n; k++)
		if (g->local[(start + k) % n] == type)
			return (int)((start + k) % n);
	return -1;
}

int pick_global(struct gen *g, u8 type, bool to_set)
{
	u32 start = rnd(g, g->nr_globals), k, i;

	for (k = 0; k < g->nr_globals; k++) {
		i = (start + k) % g->nr_globals;
		if (g->global[i] == type && (!to_set || g->global_mutable[i]))
			return (int)i;
	}
	return -1;
}

static void leaf(struct gen *g, u8 type)
{
	int l = pick_local(g, type, g->scratch), v = pick_global(g, type, false);

	if (l >= 0 && rnd(g, 4))
		emit1(g, WASM_OP_LOCAL_GET, (u32)l);
	else if (v >= 0 && !rnd(g, 4))
		emit1(g, WASM_OP_GLOBAL_GET, (u32)v);
	else if (type == KW_V_FUNCREF && rnd(g, 2))
		emit1(g, WASM_OP_REF_FUNC, rnd(g, g->nr_funcs));
	else
		constant(g, type);
}

/* ---- memory ---- */

/* An address that is mostly inside memory. */
void address(struct gen *g, int depth)
{
	if (!rnd(g, 25)) {		/* at the end of memory */
		emit(g, WASM_OP_MEMORY_SIZE);
		put(g, 0);
		i32_const(g, 16);
		emit(g, WASM_OP_I32_SHL);
		i32_const(g, (s32)rnd(g, 24));
		emit(g, WASM_OP_I32_SUB);
		return;
	}
	expr(g, KW_V_I32, depth - 1);
	if (rnd(g, 60)) {
		i32_const(g, rnd(g, 12) ? 0xfff : 0xffff);
		emit(g, WASM_OP_I32_AND);
		if (!rnd(g, 3)) {	/* table[x & mask] shapes */
			i32_const(g, (s32)rnd(g, 5000));
			emit(g, WASM_OP_I32_ADD);
		}
	}
}

void memarg_at(struct gen *g, u32 off)
{
	put(g, 0);
	uleb(g, off);
}

void memarg(struct gen *g, u32 size_log2)
{
	static const u32 off[] = {
		0, 1, 4, 8, 60, 65520, 65535, 65536, 0x1000000, 0x1ffffff, 0x2000000, 0x7fffffff, 0x80000000,
		0xfffffff0, 0xffffffff,
	};

	uleb(g, rnd(g, size_log2 + 1));
	uleb(g, rnd(g, 40) ? rnd(g, 64) : off[rnd(g, ARRAY_SIZE(off))]);
}

/* ---- instructions, from the table ---- */

static bool starts(u32 op, const char *with)
{
	return !strncmp(kw_op_text(op), with, strlen(with));
}

static bool has_float(u32 op)
{
	const struct kw_opinfo *o = &kw_opinfo[op];
	u32 i;

	for (i = 0; i < o->nr_params; i++)
		if (is_float(o->params[i]))
			return true;
	return is_float(o->result) || strstr(kw_op_text(op), "f32x4") || strstr(kw_op_text(op), "f64x2");
}

/* Division and conversions that trap end most functions too early. */
static bool often_traps(u32 op)
{
	return (op >= WASM_OP_I32_DIV_S && op <= WASM_OP_I32_REM_U) ||
	       (op >= WASM_OP_I64_DIV_S && op <= WASM_OP_I64_REM_U) ||
	       (op >= WASM_OP_I32_TRUNC_F32_S && op <= WASM_OP_I32_TRUNC_F64_U) ||
	       (op >= WASM_OP_I64_TRUNC_F32_S && op <= WASM_OP_I64_TRUNC_F64_U) || op == WASM_OP_MEMORY_GROW;
}

static bool usable(const struct gen *g, u32 op)
{
	const struct kw_opinfo *o = &kw_opinfo[op];

	if (o->nr_params && o->params[0] == KW_OP_RULE)
		return false;
	if (o->imm != KW_IMM_NONE && o->imm != KW_IMM_SHUFFLE && o->imm < KW_IMM_LANE2 && op != WASM_OP_MEMORY_SIZE &&
	    op != WASM_OP_MEMORY_GROW)
		return false;
	if (!o->nr_params && op != WASM_OP_MEMORY_SIZE)
		return false;
	return (g->simd || o->feature != KW_OP_SIMD) && (g->floats || !has_float(op));
}

/* A random instruction whose result is @type (0: a store). */
static u32 pick_op(struct gen *g, u8 type)
{
	u32 op, tries;

	for (tries = 0; tries < 4000; tries++) {
		op = rnd(g, WASM_NR_OPS);
		if (kw_opinfo[op].result != type || kw_opinfo[op].params[0] == KW_OP_RULE || !usable(g, op))
			continue;
		if (often_traps(op) && rnd(g, 6))
			continue;
		/* vectors have most instructions, and with one to integers many of those */
		if (kw_opinfo[op].feature == KW_OP_SIMD && type != KW_V_V128 && rnd(g, 3))
			continue;
		return op;
	}
	return WASM_NR_OPS;
}

static void immediates(struct gen *g, u32 op)
{
	const struct kw_opinfo *o = &kw_opinfo[op];
	u32 i;

	if (o->imm == KW_IMM_MEM)
		put(g, 0);
	if (kw_imm_is_memarg(o->imm))
		memarg(g, kw_imm_size_log2(o->imm));
	if (o->imm >= KW_IMM_LANE2 && (o->imm < KW_IMM_MEM8 || o->imm >= KW_IMM_MEM8_LANE))
		put(g, (u8)rnd(g, kw_imm_lanes(o->imm)));
	for (i = 0; o->imm == KW_IMM_SHUFFLE && i < 16; i++)
		put(g, (u8)rnd(g, 32));
}

/* Every instruction on floats whose result may be a NaN that the engine chose. */
static bool makes_nan(u32 op)
{
	static const char *const exact[] = { "abs", "neg", "copysign", "pmin", "pmax", "splat", "lane", "load",
					     "reinterpret", "convert", "const", "eq", "ne", "lt", "gt", "le", "ge" };
	const char *name = strchr(kw_op_text(op), '.');
	u32 i;

	if (!name || !(starts(op, "f32") || starts(op, "f64")))
		return false;
	for (i = 0; i < ARRAY_SIZE(exact); i++) {
		if (!strncmp(name + 1, exact[i], strlen(exact[i])) && strcmp(name + 1, "nearest"))
			return false;
	}
	return !strstr(name, "lane");
}

/* In portable modules: the canonical NaN in place of any. */
void canonicalize(struct gen *g, u32 op)
{
	bool wide = starts(op, "f64");
	u8 type = kw_opinfo[op].result;
	u32 s, i;

	if (!g->portable || !makes_nan(op))
		return;
	s = g->scratch + (type == KW_V_V128 ? 2 : wide);
	emit1(g, WASM_OP_LOCAL_TEE, s);
	emit(g, type == KW_V_V128 ? WASM_OP_V128_CONST : wide ? WASM_OP_F64_CONST : WASM_OP_F32_CONST);
	for (i = 0; i < (type == KW_V_V128 ? 16U : wide ? 8U : 4U); i++) {
		u32 at = i % (wide ? 8 : 4), top = wide ? 7 : 3;

		put(g, at == top ? 0x7f : at == top - 1 ? (wide ? 0xf8 : 0xc0) : 0);
	}
	emit1(g, WASM_OP_LOCAL_GET, s);
	emit1(g, WASM_OP_LOCAL_GET, s);
	if (type == KW_V_V128) {
		emit(g, wide ? WASM_OP_F64X2_EQ : WASM_OP_F32X4_EQ);
		emit(g, WASM_OP_V128_BITSELECT);
	} else {
		emit(g, wide ? WASM_OP_F64_EQ : WASM_OP_F32_EQ);
		emit(g, WASM_OP_SELECT);
	}
}

static bool from_table(struct gen *g, u8 type, int depth)
{
	u32 op = pick_op(g, type), i;
	const struct kw_opinfo *o;

	if (op == WASM_NR_OPS)
		return false;
	o = &kw_opinfo[op];
	for (i = 0; i < o->nr_params; i++) {
		if (!i && kw_imm_is_memarg(o->imm))
			address(g, depth);
		else if (i && is_int(o->params[i]) && !rnd(g, 3))
			constant(g, o->params[i]);
		else if (op == WASM_OP_MEMORY_GROW)
			i32_const(g, (s32)rnd(g, 3));
		else
			expr(g, o->params[i], depth - 1);
	}
	emit(g, op);
	immediates(g, op);
	canonicalize(g, op);
	return true;
}

/* ---- calls ---- */

static void call_args(struct gen *g, const struct sig *s, int depth)
{
	u32 i;

	for (i = 0; i < s->nr_params; i++)
		expr(g, s->param[i], depth > 2 ? 2 : depth - 1);
}

static void table_index(struct gen *g, u32 func)
{
	bool env = func < NR_IMPORTED_FUNCS;

	i32_const(g, rnd(g, 40) ? (s32)(env ? func : func - NR_IMPORTED_FUNCS) : (s32)rnd(g, TABLE_SIZE + 2));
	if (rnd(g, 2)) {	/* not a constant for the compiler */
		emit1(g, WASM_OP_GLOBAL_GET, 0);
		i32_const(g, 0);
		emit(g, WASM_OP_I32_AND);
		emit(g, WASM_OP_I32_ADD);
	}
}

/* Calls go to imported and to later functions, so that recursion is bounded. */
bool call(struct gen *g, u8 type, int depth)
{
	u32 later = g->nr_funcs - g->func - 1, f, i;
	const struct sig *s;

	f = rnd(g, later + NR_IMPORTED_FUNCS);
	f = f < NR_IMPORTED_FUNCS ? f : g->func + 1 + f - NR_IMPORTED_FUNCS;
	s = &g->type[g->func_type[f]];
	if (type && !(s->nr_results && s->result[0] == type))
		return false;
	call_args(g, s, depth);
	if (!rnd(g, 3)) {
		table_index(g, f);
		emit1(g, WASM_OP_CALL_INDIRECT, g->func_type[f]);
		uleb(g, f < NR_IMPORTED_FUNCS ? TABLE_ENV : TABLE_FUNCS);
	} else {
		emit1(g, WASM_OP_CALL, f);
	}
	for (i = type ? 1 : 0; i < s->nr_results; i++)
		emit(g, WASM_OP_DROP);
	return true;
}

/* ---- control with a value ---- */

static void block_expr(struct gen *g, u8 type, int depth)
{
	emit(g, WASM_OP_BLOCK);
	put(g, type);
	open_label(g, &type, 1);
	stmts(g, depth - 1);
	expr(g, type, depth - 1);
	if (rnd(g, 2)) {
		expr(g, KW_V_I32, depth - 1);
		emit1(g, WASM_OP_BR_IF, 0);	/* carries the value */
	}
	close_label(g);
}

static void if_expr(struct gen *g, u8 type, int depth)
{
	expr(g, KW_V_I32, depth - 1);
	emit(g, WASM_OP_IF);
	put(g, type);
	open_label(g, &type, 1);
	stmts(g, depth - 1);
	expr(g, type, depth - 1);
	emit(g, WASM_OP_ELSE);
	expr(g, type, depth - 1);
	close_label(g);
}

static void select_expr(struct gen *g, u8 type, int depth)
{
	expr(g, type, depth - 1);
	expr(g, type, depth - 1);
	expr(g, KW_V_I32, depth - 1);
	if (kw_is_reftype(type) || (g->refs && !rnd(g, 4))) {
		emit1(g, WASM_OP_SELECT_T, 1);
		put(g, type);
	} else {
		emit(g, WASM_OP_SELECT);
	}
}

static bool tee_expr(struct gen *g, u8 type, int depth)
{
	int l = pick_local(g, type, g->nr_settable);

	if (l < 0)
		return false;
	expr(g, type, depth - 1);
	emit1(g, WASM_OP_LOCAL_TEE, (u32)l);
	return true;
}

static bool compound(struct gen *g, u8 type, int depth)
{
	switch (rnd(g, 16)) {
	case 0:
		select_expr(g, type, depth);
		return true;
	case 1:
		return tee_expr(g, type, depth);
	case 2:
		return call(g, type, depth);
	case 3:
		if (g->nr_labels >= MAX_LABELS - 2)
			return false;
		block_expr(g, type, depth);
		return true;
	case 4:
		if (g->nr_labels >= MAX_LABELS - 2)
			return false;
		if_expr(g, type, depth);
		return true;
	case 5: case 6:
		if (!is_int(type))
			return from_table(g, type, depth);
		idiom_value(g, type, depth);
		return true;
	default:
		if (!kw_is_reftype(type))
			return from_table(g, type, depth);
		ref_value(g, type, depth);
		return true;
	}
}

void expr(struct gen *g, u8 type, int depth)
{
	u32 node = node_open(g);
	u8 *start = g->p;

	g->budget--;
	if (depth <= 0 || g->budget <= 0 || !compound(g, type, depth))
		leaf(g, type);
	if (!node_close(g, node, start))
		return;
	/* a constant that says nothing */
	if (is_int(type)) {
		int_const(g, type, 1);
	} else if (kw_is_reftype(type)) {
		emit(g, WASM_OP_REF_NULL);
		put(g, type);
	} else {
		u32 n = type == KW_V_V128 ? 16 : type == KW_V_F64 ? 8 : 4;

		emit(g, type == KW_V_V128 ? WASM_OP_V128_CONST : type == KW_V_F64 ? WASM_OP_F64_CONST : WASM_OP_F32_CONST);
		while (n--)
			put(g, 0);
	}
}
