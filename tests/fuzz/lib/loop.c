// SPDX-License-Identifier: GPL-2.0
/*
 * Loops as compilers write them: a counter up or down, tested at the top or at
 * the bottom; memory walked by index, by scaled index or by a moving pointer;
 * sums carried in a local or on the stack.  All of them end.
 */
#include "emit.h"
#include "gen.h"

#define MAX_NESTED	3

/* A place in memory where a hundred bytes more still are inside. */
static void base_address(struct gen *g, u32 local)
{
	expr(g, KW_V_I32, 1);
	i32_const(g, rnd(g, 4) ? 0xff0 : 0xfff);
	emit(g, WASM_OP_I32_AND);
	emit1(g, WASM_OP_LOCAL_SET, local);
}

/* base + (i << scale), plus what the access adds: @i or @base may be missing (-1) */
static void indexed(struct gen *g, int base, u32 i)
{
	u32 scale = rnd(g, 4);

	if (base >= 0 && rnd(g, 4))
		emit1(g, WASM_OP_LOCAL_GET, (u32)base);
	else
		i32_const(g, (s32)rnd(g, 2000));
	emit1(g, WASM_OP_LOCAL_GET, i);
	if (!rnd(g, 4)) {
		i32_const(g, (s32)(1 + rnd(g, 12)));
		emit(g, WASM_OP_I32_MUL);
	} else if (scale) {
		i32_const(g, (s32)scale);
		emit(g, WASM_OP_I32_SHL);
	}
	if (!rnd(g, 3)) {
		i32_const(g, (s32)(1u << (3 + rnd(g, 8))) - 1);
		emit(g, WASM_OP_I32_AND);
	}
	emit(g, rnd(g, 12) ? WASM_OP_I32_ADD : WASM_OP_I32_SUB);
	if (!rnd(g, 4)) {
		i32_const(g, 0xfff);
		emit(g, WASM_OP_I32_AND);
	}
}

static const struct { u16 load, store; u8 type; } access[] = {
	{ WASM_OP_I32_LOAD8_U, WASM_OP_I32_STORE8, KW_V_I32 }, { WASM_OP_I32_LOAD8_S, WASM_OP_I32_STORE8, KW_V_I32 },
	{ WASM_OP_I32_LOAD16_U, WASM_OP_I32_STORE16, KW_V_I32 }, { WASM_OP_I32_LOAD16_S, WASM_OP_I32_STORE16, KW_V_I32 },
	{ WASM_OP_I32_LOAD, WASM_OP_I32_STORE, KW_V_I32 }, { WASM_OP_I64_LOAD, WASM_OP_I64_STORE, KW_V_I64 },
	{ WASM_OP_I64_LOAD32_S, WASM_OP_I64_STORE32, KW_V_I64 }, { WASM_OP_I64_LOAD8_U, WASM_OP_I64_STORE8, KW_V_I64 },
	{ WASM_OP_F32_LOAD, WASM_OP_F32_STORE, KW_V_F32 }, { WASM_OP_F64_LOAD, WASM_OP_F64_STORE, KW_V_F64 },
	{ WASM_OP_V128_LOAD, WASM_OP_V128_STORE, KW_V_V128 },
};

static u32 pick_access(struct gen *g)
{
	u32 k;

	do
		k = rnd(g, ARRAY_SIZE(access));
	while ((is_float(access[k].type) && !g->floats) || (access[k].type == KW_V_V128 && !g->simd));
	return k;
}

/* Two values of @type into one. */
static void combine(struct gen *g, u8 type)
{
	static const u16 i32[] = { WASM_OP_I32_ADD, WASM_OP_I32_XOR, WASM_OP_I32_SUB, WASM_OP_I32_MUL, WASM_OP_I32_OR };
	static const u16 i64[] = { WASM_OP_I64_ADD, WASM_OP_I64_XOR, WASM_OP_I64_SUB, WASM_OP_I64_MUL, WASM_OP_I64_OR };
	static const u16 v128[] = { WASM_OP_I8X16_ADD, WASM_OP_V128_XOR, WASM_OP_I16X8_MAX_S, WASM_OP_I32X4_MUL,
				    WASM_OP_I8X16_MAX_U };
	u32 k = rnd(g, 5), op = type == KW_V_I32 ? i32[k] : type == KW_V_I64 ? i64[k] : v128[k];

	if (is_float(type))
		op = type == KW_V_F32 ? (k & 1 ? WASM_OP_F32_ADD : WASM_OP_F32_MIN)
				      : (k & 1 ? WASM_OP_F64_MUL : WASM_OP_F64_MAX);
	emit(g, op);
	canonicalize(g, op);
}

/* acc = acc (op) mem[...], or mem[...] = mem[...] (op) x */
static void memory_step(struct gen *g, int base, u32 i)
{
	u32 k = pick_access(g);
	u8 type = access[k].type;
	int acc = pick_local(g, type, g->nr_settable);

	if (acc >= 0 && rnd(g, 2)) {
		emit1(g, WASM_OP_LOCAL_GET, (u32)acc);
		indexed(g, base, i);
		emit(g, access[k].load);
		memarg_at(g, rnd(g, 64));
		combine(g, type);
		emit1(g, WASM_OP_LOCAL_SET, (u32)acc);
		return;
	}
	indexed(g, base, i);
	if (rnd(g, 3)) {
		indexed(g, base, i);
		emit(g, access[k].load);
		memarg_at(g, rnd(g, 64));
		expr(g, type, 1);
		combine(g, type);
	} else {
		expr(g, type, 2);
	}
	emit(g, access[k].store);
	memarg_at(g, rnd(g, 64));
}

static void body(struct gen *g, int base, u32 i, int depth)
{
	u32 n = 1 + rnd(g, 3);

	while (n--) {
		u32 node = node_open(g);
		u8 *start = g->p;

		if (rnd(g, 3))
			memory_step(g, base, i);
		else
			stmt(g, depth - 1);
		node_close(g, node, start);
	}
	if (rnd(g, 3))
		stmts(g, depth - 1);
}

static void increment(struct gen *g, u32 i, s32 step, u32 then)
{
	emit1(g, WASM_OP_LOCAL_GET, i);
	i32_const(g, step);
	emit(g, WASM_OP_I32_ADD);
	emit1(g, then, i);
}

/* do { } while ((i += step) < n): the tests that end it from below */
static void bottom_tested(struct gen *g, int base, u32 i, u32 n, int depth)
{
	static const u16 below[] = { WASM_OP_I32_LT_S, WASM_OP_I32_LT_U, WASM_OP_I32_LE_S, WASM_OP_I32_LE_U };
	s32 step = 1 + (s32)rnd(g, 4);

	open_void(g, WASM_OP_LOOP, LABEL_NEVER);
	body(g, base, i, depth);
	increment(g, i, step, WASM_OP_LOCAL_TEE);
	emit1(g, WASM_OP_LOCAL_GET, n);
	if (step == 1 && !rnd(g, 3)) {	/* i starts at 0, and n is at least 1 */
		emit(g, WASM_OP_I32_NE);
	} else {
		emit(g, below[rnd(g, 4)]);
	}
	emit1(g, WASM_OP_BR_IF, 0);
	close_label(g);
}

/* while (i < n) { if (...) break; } */
static void top_tested(struct gen *g, int base, u32 i, u32 n, int depth)
{
	open_void(g, WASM_OP_BLOCK, 0);
	open_void(g, WASM_OP_LOOP, LABEL_NEVER);
	emit1(g, WASM_OP_LOCAL_GET, i);
	emit1(g, WASM_OP_LOCAL_GET, n);
	emit(g, rnd(g, 2) ? WASM_OP_I32_GE_U : WASM_OP_I32_GE_S);
	emit1(g, WASM_OP_BR_IF, 1);
	if (!rnd(g, 3)) {	/* a search */
		indexed(g, base, i);
		emit(g, WASM_OP_I32_LOAD8_U);
		memarg_at(g, rnd(g, 8));
		i32_const(g, (s32)rnd(g, 256));
		emit(g, WASM_OP_I32_EQ);
		emit1(g, WASM_OP_BR_IF, 1);
	}
	body(g, base, i, depth);
	increment(g, i, 1 + (s32)rnd(g, 4), WASM_OP_LOCAL_SET);
	emit1(g, WASM_OP_BR, 0);
	close_label(g);
	close_label(g);
}

/* do { } while (--i), or while (i-- > 0) */
static void downward(struct gen *g, int base, u32 i, u32 n, int depth)
{
	emit1(g, WASM_OP_LOCAL_GET, n);
	emit1(g, WASM_OP_LOCAL_SET, i);
	open_void(g, WASM_OP_LOOP, LABEL_NEVER);
	body(g, base, i, depth);
	increment(g, i, -1, WASM_OP_LOCAL_TEE);
	if (rnd(g, 2)) {
		i32_const(g, 0);
		emit(g, rnd(g, 2) ? WASM_OP_I32_GT_S : WASM_OP_I32_NE);
	}
	emit1(g, WASM_OP_BR_IF, 0);
	close_label(g);
}

/* for (p = base; p != end; p += step) */
static void pointer_walk(struct gen *g, u32 p, u32 end, int depth)
{
	s32 step = 1 << rnd(g, 5), times = 1 + (s32)rnd(g, 24);

	base_address(g, p);
	increment(g, p, 0, WASM_OP_LOCAL_SET);
	emit1(g, WASM_OP_LOCAL_GET, p);
	i32_const(g, step * times);
	emit(g, WASM_OP_I32_ADD);
	emit1(g, WASM_OP_LOCAL_SET, end);
	open_void(g, WASM_OP_LOOP, LABEL_NEVER);
	memory_step(g, -1, p);
	if (rnd(g, 2))
		stmts(g, depth - 1);
	increment(g, p, step, WASM_OP_LOCAL_TEE);
	emit1(g, WASM_OP_LOCAL_GET, end);
	emit(g, rnd(g, 2) ? WASM_OP_I32_NE : WASM_OP_I32_LT_U);
	emit1(g, WASM_OP_BR_IF, 0);
	close_label(g);
}

/* The counter and a sum are parameters of the loop. */
static void stack_loop(struct gen *g, u32 i, int depth)
{
	u32 t = SIG_LOOP_I64 + rnd(g, 3);
	u8 type = g->type[t].result[0];
	int sum = pick_local(g, type, g->nr_settable);

	if (sum < 0)
		return;
	i32_const(g, 1 + (s32)rnd(g, 9));
	expr(g, type, 1);
	emit(g, WASM_OP_LOOP);
	sleb(g, t);
	open_label(g, NULL, LABEL_NEVER);
	emit1(g, WASM_OP_LOCAL_SET, (u32)sum);
	emit1(g, WASM_OP_LOCAL_SET, i);
	stmts(g, depth - 1);
	increment(g, i, -1, WASM_OP_LOCAL_TEE);
	expr(g, type, 2);
	emit1(g, WASM_OP_LOCAL_GET, i);
	i32_const(g, 0);
	emit(g, WASM_OP_I32_GT_S);
	emit1(g, WASM_OP_BR_IF, 0);
	emit1(g, WASM_OP_LOCAL_SET, (u32)sum);
	emit(g, WASM_OP_DROP);
	emit1(g, WASM_OP_LOCAL_GET, (u32)sum);
	close_label(g);
	emit1(g, WASM_OP_LOCAL_SET, (u32)sum);
}

void loop_stmt(struct gen *g, int depth)
{
	int i = reserve(g, KW_V_I32), n = reserve(g, KW_V_I32), base = reserve(g, KW_V_I32);

	if (base >= 0 && g->nr_loops < MAX_NESTED && g->nr_labels < MAX_LABELS - 4) {
		g->nr_loops++;
		i32_const(g, 0);
		emit1(g, WASM_OP_LOCAL_SET, (u32)i);
		if (rnd(g, 2)) {
			i32_const(g, 1 + (s32)rnd(g, 20));
		} else {
			expr(g, KW_V_I32, 1);
			i32_const(g, 15);
			emit(g, WASM_OP_I32_AND);
			i32_const(g, 1);
			emit(g, WASM_OP_I32_ADD);
		}
		emit1(g, WASM_OP_LOCAL_SET, (u32)n);
		base_address(g, (u32)base);
		switch (rnd(g, 6)) {
		case 0: case 1:
			bottom_tested(g, base, (u32)i, (u32)n, depth);
			break;
		case 2:
			top_tested(g, base, (u32)i, (u32)n, depth);
			break;
		case 3:
			downward(g, base, (u32)i, (u32)n, depth);
			break;
		case 4:
			pointer_walk(g, (u32)i, (u32)n, depth);
			break;
		default:
			stack_loop(g, (u32)i, depth);
			break;
		}
		g->nr_loops--;
	}
	if (base >= 0)
		release(g, KW_V_I32);
	if (n >= 0)
		release(g, KW_V_I32);
	if (i >= 0)
		release(g, KW_V_I32);
}
