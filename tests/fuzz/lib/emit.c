// SPDX-License-Identifier: GPL-2.0
/* Bytes of a module; random numbers; nodes. */
#include <string.h>

#include "emit.h"
#include "gen.h"

static const u16 code[WASM_NR_OPS] = {
#define KW_WASM_OP(name, text, code, imm, params, result, feature) [WASM_OP_##name] = code,
#include "../../../jit/wasm/opcode.def"
};

u64 rnd64(struct gen *g)
{
	g->rng ^= g->rng << 13;
	g->rng ^= g->rng >> 7;
	g->rng ^= g->rng << 17;
	return g->rng * 0x2545f4914f6cdd1dULL;
}

u32 rnd(struct gen *g, u32 n)
{
	return (u32)(rnd64(g) >> 33) % n;
}

void put(struct gen *g, u8 b)
{
	if (g->p == g->end)
		g->full = true;
	else
		*g->p++ = b;
}

void uleb(struct gen *g, u64 v)
{
	for (; v > 127; v >>= 7)
		put(g, 0x80 | (v & 127));
	put(g, (u8)v);
}

void sleb(struct gen *g, s64 v)
{
	for (; v < -64 || v > 63; v >>= 7)
		put(g, 0x80 | (v & 127));
	put(g, v & 127);
}

void emit(struct gen *g, u32 op)
{
	u16 c = code[op];

	if (c > 0xff) {
		put(g, c >> 8);
		uleb(g, c & 0xff);
	} else {
		put(g, (u8)c);
	}
}

void emit1(struct gen *g, u32 op, u32 index)
{
	emit(g, op);
	uleb(g, index);
}

void i32_const(struct gen *g, s32 v)
{
	emit(g, WASM_OP_I32_CONST);
	sleb(g, v);
}

void i64_const(struct gen *g, s64 v)
{
	emit(g, WASM_OP_I64_CONST);
	sleb(g, v);
}

void int_const(struct gen *g, u8 type, s64 v)
{
	if (type == KW_V_I32)
		i32_const(g, (s32)v);
	else
		i64_const(g, v);
}

/* Sizes are written as five bytes, so that they can be filled in afterwards. */
u8 *open_size(struct gen *g)
{
	u8 *at = g->p;
	int i;

	for (i = 0; i < 5; i++)
		put(g, 0);
	return at;
}

void close_size(struct gen *g, u8 *at)
{
	u32 n, i;

	if (g->full)
		return;
	n = (u32)(g->p - at - 5);
	for (i = 0; i < 5; i++, n >>= 7)
		at[i] = (n & 127) | (i < 4 ? 0x80 : 0);
}

u8 *open_section(struct gen *g, u8 id)
{
	put(g, id);
	return open_size(g);
}

void put_name(struct gen *g, const char *name)
{
	uleb(g, strlen(name));
	while (*name)
		put(g, (u8)*name++);
}

u32 node_open(struct gen *g)
{
	return g->nr_nodes++;
}

/* Return: the node is left out, and @start is where its bytes were. */
bool node_close(struct gen *g, u32 node, u8 *start)
{
	if (node >= GEN_MAX_NODES)
		return false;
	if (g->o->node_end)
		g->o->node_end[node] = g->nr_nodes < GEN_MAX_NODES ? g->nr_nodes : GEN_MAX_NODES;
	if (!g->o->skip || !g->o->skip[node] || g->full)
		return false;
	g->p = start;
	return true;
}
