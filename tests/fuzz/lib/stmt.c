// SPDX-License-Identifier: GPL-2.0
/* Statements: what leaves nothing on the stack, and control. */
#include <string.h>

#include "emit.h"
#include "gen.h"

void open_label(struct gen *g, const u8 *types, u32 nr)
{
	struct label *l = &g->label[g->nr_labels++];
	u32 i;

	l->nr = nr;
	for (i = 0; nr != LABEL_NEVER && i < nr; i++)
		l->type[i] = types[i];
}

/* @carries: 0, or LABEL_NEVER for a label that no random branch may take */
void open_void(struct gen *g, u32 op, u32 carries)
{
	emit(g, op);
	put(g, 0x40);
	open_label(g, NULL, carries);
}

void close_label(struct gen *g)
{
	g->nr_labels--;
	emit(g, WASM_OP_END);
}

static void set_variable(struct gen *g, int depth)
{
	u8 type = any_type(g);
	int l = pick_local(g, type, g->nr_settable), v = pick_global(g, type, true);

	expr(g, type, depth);
	if (l >= 0 && (v < 0 || rnd(g, 5)))
		emit1(g, WASM_OP_LOCAL_SET, (u32)l);
	else if (v >= 0)
		emit1(g, WASM_OP_GLOBAL_SET, (u32)v);
	else
		emit(g, WASM_OP_DROP);
}

static void store(struct gen *g, int depth)
{
	static const struct { u16 op; u8 type, log2; } s[] = {
		{ WASM_OP_I32_STORE, KW_V_I32, 2 }, { WASM_OP_I32_STORE8, KW_V_I32, 0 },
		{ WASM_OP_I32_STORE16, KW_V_I32, 1 }, { WASM_OP_I64_STORE, KW_V_I64, 3 },
		{ WASM_OP_I64_STORE8, KW_V_I64, 0 }, { WASM_OP_I64_STORE16, KW_V_I64, 1 },
		{ WASM_OP_I64_STORE32, KW_V_I64, 2 }, { WASM_OP_F32_STORE, KW_V_F32, 2 },
		{ WASM_OP_F64_STORE, KW_V_F64, 3 }, { WASM_OP_V128_STORE, KW_V_V128, 4 },
		{ WASM_OP_V128_STORE8_LANE, KW_V_V128, 0 }, { WASM_OP_V128_STORE16_LANE, KW_V_V128, 1 },
		{ WASM_OP_V128_STORE32_LANE, KW_V_V128, 2 }, { WASM_OP_V128_STORE64_LANE, KW_V_V128, 3 },
	};
	u8 type = any_type(g);
	u32 k;

	if (kw_is_reftype(type))
		type = KW_V_I32;
	do
		k = rnd(g, ARRAY_SIZE(s));
	while (s[k].type != type);
	address(g, depth);
	expr(g, type, depth - 1);
	emit(g, s[k].op);
	memarg(g, s[k].log2);
	if (kw_opinfo[s[k].op].imm >= KW_IMM_MEM8_LANE)
		put(g, (u8)rnd(g, 16U >> s[k].log2));
}

static void plain_block(struct gen *g, int depth)
{
	open_void(g, WASM_OP_BLOCK, 0);
	stmts(g, depth - 1);
	close_label(g);
}

static void plain_if(struct gen *g, int depth)
{
	expr(g, KW_V_I32, depth - 1);
	open_void(g, WASM_OP_IF, 0);
	stmts(g, depth - 1);
	if (rnd(g, 2)) {
		emit(g, WASM_OP_ELSE);
		stmts(g, depth - 1);
	}
	close_label(g);
}

/* Depth of a label whose branches carry @types, or -1. */
static int matching_label(struct gen *g, const u8 *types, u32 nr)
{
	u32 start, k, d;

	if (!g->nr_labels)
		return -1;
	start = rnd(g, g->nr_labels);
	for (k = 0; k < g->nr_labels; k++) {
		const struct label *l;

		d = (start + k) % g->nr_labels;
		l = &g->label[g->nr_labels - 1 - d];
		if (l->nr == nr && !memcmp(l->type, types, nr))
			return (int)d;
	}
	return -1;
}

static void exprs(struct gen *g, const u8 *types, u32 nr, int depth)
{
	u32 i;

	for (i = 0; i < nr; i++)
		expr(g, types[i], depth);
}

/* What is on the stack into variables, or away. */
static void consume(struct gen *g, const u8 *types, u32 nr)
{
	int l;

	while (nr--) {
		l = rnd(g, 3) ? pick_local(g, types[nr], g->nr_settable) : -1;
		if (l >= 0)
			emit1(g, WASM_OP_LOCAL_SET, (u32)l);
		else
			emit(g, WASM_OP_DROP);
	}
}

/* Code that nothing reaches: its operands come from nowhere. */
static void dead_code(struct gen *g, int depth)
{
	switch (rnd(g, 4)) {
	case 0:
		stmts(g, depth - 1);
		break;
	case 1:
		emit(g, WASM_OP_I32_ADD);
		emit(g, WASM_OP_DROP);
		break;
	case 2:
		emit(g, WASM_OP_SELECT);
		emit(g, WASM_OP_DROP);
		break;
	default:
		break;
	}
}

/* A branch, conditional or not, to any label; an unconditional one in a block or arm of its own. */
static void branch(struct gen *g, int depth)
{
	const struct label *l;
	u32 d;

	if (!g->nr_labels)
		return;
	d = rnd(g, g->nr_labels);
	l = &g->label[g->nr_labels - 1 - d];
	if (l->nr == LABEL_NEVER)
		return;
	if (rnd(g, 3)) {
		exprs(g, l->type, l->nr, depth - 1);
		expr(g, KW_V_I32, depth - 1);
		emit1(g, WASM_OP_BR_IF, d);
		consume(g, l->type, l->nr);
		return;
	}
	if (g->nr_labels >= MAX_LABELS - 2)
		return;
	expr(g, KW_V_I32, depth - 1);
	open_void(g, WASM_OP_IF, 0);
	exprs(g, l->type, l->nr, depth - 1);
	if (!rnd(g, 8)) {
		const struct sig *s = &g->type[g->func_type[g->func]];

		exprs(g, s->result, s->nr_results, 1);
		emit(g, WASM_OP_RETURN);
	} else if (!rnd(g, 40)) {
		emit(g, WASM_OP_UNREACHABLE);
	} else {
		emit1(g, WASM_OP_BR, d + 1);
	}
	dead_code(g, depth);
	close_label(g);
}

static void branch_table(struct gen *g, int depth)
{
	u32 n = rnd(g, rnd(g, 8) ? 9 : 70), i;
	const struct label *l;
	int d = -1;

	if (!g->nr_labels || g->nr_labels >= MAX_LABELS - 2)
		return;
	l = &g->label[rnd(g, g->nr_labels)];
	if (l->nr == LABEL_NEVER)
		return;
	open_void(g, WASM_OP_BLOCK, l->nr ? LABEL_NEVER : 0);
	exprs(g, l->type, l->nr, 2);
	expr(g, KW_V_I32, depth - 1);
	emit1(g, WASM_OP_BR_TABLE, n);
	for (i = 0; i <= n; i++) {
		if (d < 0 || rnd(g, 2))
			d = matching_label(g, l->type, l->nr);
		uleb(g, (u32)d);
	}
	close_label(g);
}

/* A block, loop or if with parameters and several results. */
static void multi_value(struct gen *g, int depth)
{
	static const u16 ops[] = { WASM_OP_BLOCK, WASM_OP_LOOP, WASM_OP_IF };
	u32 t = rnd(g, g->nr_types), op = ops[rnd(g, 3)];
	const struct sig *s = &g->type[t];

	exprs(g, s->param, s->nr_params, depth - 1);
	if (op == WASM_OP_IF)
		expr(g, KW_V_I32, depth - 1);
	emit(g, op);
	sleb(g, t);
	open_label(g, s->result, op == WASM_OP_LOOP ? LABEL_NEVER : s->nr_results);
	consume(g, s->param, s->nr_params);
	stmts(g, depth - 1);
	exprs(g, s->result, s->nr_results, depth - 1);
	if (op == WASM_OP_IF) {
		emit(g, WASM_OP_ELSE);
		consume(g, s->param, s->nr_params);
		exprs(g, s->result, s->nr_results, depth - 1);
	}
	close_label(g);
	consume(g, s->result, s->nr_results);
}

static void nested(struct gen *g, int depth)
{
	switch (rnd(g, 8)) {
	case 0:
		plain_block(g, depth);
		break;
	case 1: case 2:
		plain_if(g, depth);
		break;
	case 3:
		multi_value(g, depth);
		break;
	default:
		loop_stmt(g, depth);
		break;
	}
}

static void any_stmt(struct gen *g, int depth)
{
	switch (rnd(g, 16)) {
	case 0: case 1: case 2: case 3:
		set_variable(g, depth);
		break;
	case 4: case 5:
		store(g, depth);
		break;
	case 6: case 7: case 8: case 9:
		if (depth > 0 && g->nr_labels < MAX_LABELS - 4)
			nested(g, depth);
		break;
	case 10:
		if (rnd(g, 3))
			branch(g, depth);
		else
			branch_table(g, depth);
		break;
	case 11:
		if (!call(g, 0, depth))
			ref_stmt(g, depth);
		break;
	case 12:
		ref_stmt(g, depth);
		break;
	case 13: case 14:
		idiom_stmt(g, depth);
		break;
	default:
		expr(g, any_type(g), depth);
		emit(g, WASM_OP_DROP);
		break;
	}
}

void stmt(struct gen *g, int depth)
{
	u32 node = node_open(g);
	u8 *start = g->p;

	g->budget--;
	any_stmt(g, depth);
	node_close(g, node, start);
}

void stmts(struct gen *g, int depth)
{
	u32 n = rnd(g, 4);

	while (n-- && g->budget > 0)
		stmt(g, depth);
}
