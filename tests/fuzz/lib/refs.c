// SPDX-License-Identifier: GPL-2.0
/* References, tables, and the rest of bulk memory. */
#include "emit.h"
#include "gen.h"

static u32 table_of(struct gen *g, u8 type)
{
	return type == KW_V_EXTERNREF ? TABLE_EXTERNS : rnd(g, 2) ? TABLE_FUNCS : TABLE_ENV;
}

static u8 table_type(u32 table)
{
	return table == TABLE_EXTERNS ? KW_V_EXTERNREF : KW_V_FUNCREF;
}

/* An index that is mostly inside: no table is shorter than four. */
static void index_expr(struct gen *g)
{
	if (rnd(g, 2)) {
		i32_const(g, (s32)rnd(g, 30) ? (s32)rnd(g, 4) : (s32)rnd(g, 20));
		return;
	}
	expr(g, KW_V_I32, 1);
	i32_const(g, rnd(g, 30) ? 3 : 31);
	emit(g, WASM_OP_I32_AND);
}

void ref_value(struct gen *g, u8 type, int depth)
{
	if (rnd(g, 2) || depth < 1) {
		index_expr(g);
		emit1(g, WASM_OP_TABLE_GET, table_of(g, type));
	} else if (type == KW_V_FUNCREF) {
		emit1(g, WASM_OP_REF_FUNC, rnd(g, g->nr_funcs));
	} else {
		expr(g, type, depth - 1);
	}
}

static void three(struct gen *g, u32 n)
{
	index_expr(g);
	index_expr(g);
	i32_const(g, (s32)rnd(g, n));
}

static void table_bulk(struct gen *g)
{
	u32 t = rnd(g, NR_TABLES), from;

	switch (rnd(g, 6)) {
	case 0:
		three(g, 4);
		emit1(g, WASM_OP_TABLE_INIT, t == TABLE_EXTERNS ? ELEM_EXTERN : rnd(g, 3) ? ELEM_PASSIVE : ELEM_ACTIVE);
		uleb(g, t);
		break;
	case 1:
		from = t == TABLE_EXTERNS ? t : rnd(g, 2);
		three(g, 4);
		emit1(g, WASM_OP_TABLE_COPY, t);
		uleb(g, from);
		break;
	case 2:
		index_expr(g);
		expr(g, table_type(t), 1);
		i32_const(g, (s32)rnd(g, 4));
		emit1(g, WASM_OP_TABLE_FILL, t);
		break;
	case 3:
		expr(g, table_type(t), 1);
		i32_const(g, (s32)rnd(g, 3));
		emit1(g, WASM_OP_TABLE_GROW, t);
		emit(g, WASM_OP_DROP);
		break;
	case 4:
		if (!rnd(g, 4))
			emit1(g, WASM_OP_ELEM_DROP, rnd(g, NR_ELEMS));
		break;
	default:
		index_expr(g);
		expr(g, table_type(t), 2);
		emit1(g, WASM_OP_TABLE_SET, t);
		break;
	}
}

/* An i32 out of a reference or a table */
static void observed(struct gen *g)
{
	int v = pick_global(g, KW_V_I32, true);

	if (rnd(g, 2)) {
		expr(g, rnd(g, 2) ? KW_V_FUNCREF : KW_V_EXTERNREF, 2);
		emit(g, WASM_OP_REF_IS_NULL);
	} else {
		emit1(g, WASM_OP_TABLE_SIZE, rnd(g, NR_TABLES));
	}
	if (v >= 0)
		emit1(g, WASM_OP_GLOBAL_SET, (u32)v);
	else
		emit(g, WASM_OP_DROP);
}

static void memory_bulk(struct gen *g)
{
	static const u16 ops[] = { WASM_OP_MEMORY_FILL, WASM_OP_MEMORY_COPY, WASM_OP_MEMORY_INIT };
	u32 k = rnd(g, 3);

	if (!rnd(g, 20)) {
		emit1(g, WASM_OP_DATA_DROP, rnd(g, NR_DATAS));
		return;
	}
	address(g, 1);
	if (k == 2) {
		i32_const(g, (s32)rnd(g, 20));
		i32_const(g, (s32)rnd(g, rnd(g, 10) ? DATA_BYTES / 2 : 2 * DATA_BYTES));
	} else {
		address(g, 1);
		if (rnd(g, 2)) {
			i32_const(g, (s32)rnd(g, 200));
		} else {
			expr(g, KW_V_I32, 1);
			i32_const(g, 63);
			emit(g, WASM_OP_I32_AND);
		}
	}
	emit(g, ops[k]);
	if (k == 2)
		uleb(g, rnd(g, 3) ? DATA_PASSIVE : DATA_ACTIVE);
	put(g, 0);
	if (k == 1)
		put(g, 0);
}

void ref_stmt(struct gen *g, int depth)
{
	(void)depth;
	if (!g->refs || rnd(g, 2))
		memory_bulk(g);
	else if (rnd(g, 3))
		table_bulk(g);
	else
		observed(g);
}
