// SPDX-License-Identifier: GPL-2.0
/*
 * Seed -> module.  Expressions are generated top down with the type they
 * must have, so that every module validates; loops count a local of their
 * own down, so that most of them end.
 */
#include <string.h>

#include "../../../jit/wasm/opcode.h"
#include "gen.h"

#define I32		0x7f
#define I64		0x7e
#define F32		0x7d
#define F64		0x7c
#define MAX_TYPES	8
#define MAX_FUNCS	8
#define MAX_LABELS	12
#define MAX_LOCALS	14
#define NR_GLOBALS	4
#define TABLE_SIZE	10

struct sig {
	uint8_t param[6], result[3];
	uint32_t nr_params, nr_results;
};

struct gen {
	uint64_t rng;
	uint8_t *p, *end;
	int full, floats;
	struct sig type[MAX_TYPES];
	uint32_t nr_types, nr_funcs;
	uint32_t func_type[MAX_FUNCS];
	/* the function being made */
	uint32_t func;
	uint8_t local[MAX_LOCALS];
	uint32_t nr_locals, nr_settable;	/* loop counters come behind: only loops write them */
	uint32_t nr_counters;
	struct { uint8_t type; } label[MAX_LABELS];	/* type of what a branch carries, 0 nothing */
	uint32_t nr_labels;
	int budget;
};

static uint32_t rnd(struct gen *g, uint32_t n)
{
	g->rng ^= g->rng << 13;
	g->rng ^= g->rng >> 7;
	g->rng ^= g->rng << 17;
	return (uint32_t)((g->rng * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

static void put(struct gen *g, uint8_t b)
{
	if (g->p == g->end)
		g->full = 1;
	else
		*g->p++ = b;
}

static void uleb(struct gen *g, uint64_t v)
{
	for (; v > 127; v >>= 7)
		put(g, 0x80 | (v & 127));
	put(g, (uint8_t)v);
}

static void sleb(struct gen *g, int64_t v)
{
	for (; v < -64 || v > 63; v >>= 7)
		put(g, 0x80 | (v & 127));
	put(g, v & 127);
}

static void op(struct gen *g, uint16_t code)
{
	if (code > 0xff) {
		put(g, code >> 8);
		uleb(g, code & 0xff);
	} else {
		put(g, (uint8_t)code);
	}
}

/* Sizes are written as five bytes, so that they can be filled in afterwards. */
static uint8_t *open_size(struct gen *g)
{
	uint8_t *at = g->p;
	int i;

	for (i = 0; i < 5; i++)
		put(g, 0);
	return at;
}

static void close_size(struct gen *g, uint8_t *at)
{
	uint32_t n, i;

	if (g->full)
		return;
	n = (uint32_t)(g->p - at - 5);
	for (i = 0; i < 5; i++, n >>= 7)
		at[i] = (n & 127) | (i < 4 ? 0x80 : 0);
}

static uint8_t any_type(struct gen *g)
{
	if (g->floats && !rnd(g, 3))
		return rnd(g, 2) ? F32 : F64;
	return rnd(g, 3) ? I32 : I64;
}

static int is_float(uint8_t type)
{
	return type == F32 || type == F64;
}

static int64_t interesting(struct gen *g, uint8_t type)
{
	static const int64_t v[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, 65535, 65536,
		-1, -2, -8, -128, -129, -32768, 0x7fffffff, -0x7fffffff - 1LL, 0x80000000LL, 0xffffffffLL,
		0x100000000LL, INT64_MAX, INT64_MIN, 0x12345678, 0x7fff, 1000, 65532,
	};
	int64_t x = rnd(g, 4) ? v[rnd(g, sizeof(v) / sizeof(*v))] : (int64_t)(g->rng * 0x9e3779b97f4a7c15ULL);

	return type == I32 ? (int32_t)x : x;
}

static void expr(struct gen *g, uint8_t type, int depth);
static void stmts(struct gen *g, int depth);

static void float_constant(struct gen *g, uint8_t type)
{
	static const uint32_t f32[] = {
		0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
		0x4f000000, 0xcf000000, 0x5f000000, 0x4f800000, 1, 0x007fffff, 0x3f000000, 0x40200000,
	};
	static const uint64_t f64[] = {
		0, 1ull << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000000, 0x7ff0000000000001, 0x41e0000000000000, 0xc1e0000000200000,
		0x43e0000000000000, 0x41f0000000000000, 1, 0x3fe0000000000000, 0x4004000000000000,
	};
	uint64_t v = type == F32 ? f32[rnd(g, 16)] : f64[rnd(g, 15)];
	int i;

	if (!rnd(g, 4))
		v = g->rng * 0x9e3779b97f4a7c15ULL;
	put(g, type == F32 ? 0x43 : 0x44);
	for (i = 0; i < (type == F32 ? 4 : 8); i++)
		put(g, (uint8_t)(v >> 8 * i));
}

static void constant(struct gen *g, uint8_t type)
{
	if (is_float(type)) {
		float_constant(g, type);
		return;
	}
	put(g, type == I32 ? 0x41 : 0x42);
	sleb(g, interesting(g, type));
}

static int pick_local(struct gen *g, uint8_t type, uint32_t n)
{
	uint32_t start, k;

	if (!n)
		return -1;
	start = rnd(g, n);
	for (k = 0; k < n; k++)
		if (g->local[(start + k) % n] == type)
			return (int)((start + k) % n);
	return -1;
}

static void leaf(struct gen *g, uint8_t type)
{
	int l = pick_local(g, type, g->nr_settable + g->nr_counters);

	if (l >= 0 && rnd(g, 4)) {
		put(g, 0x20);
		uleb(g, (uint32_t)l);
		return;
	}
	if (!is_float(type) && !rnd(g, 5)) {
		put(g, 0x23);
		uleb(g, (type == I64) + 2 * rnd(g, NR_GLOBALS / 2));
		return;
	}
	constant(g, type);
}

/* An address that is mostly inside memory. */
static void address(struct gen *g, int depth)
{
	expr(g, I32, depth - 1);
	if (rnd(g, 60)) {
		put(g, 0x41);
		sleb(g, rnd(g, 12) ? 0xfff : 0xffff);
		put(g, 0x71);
		if (!rnd(g, 3)) {	/* table[x & mask] shapes */
			put(g, 0x41);
			sleb(g, (int64_t)rnd(g, 5000));
			put(g, 0x6a);
		}
	}
}

static void memarg(struct gen *g)
{
	static const uint32_t off[] = { 0, 1, 4, 8, 60, 65535, 65536, 0x1000000, 0x1ffffff, 0x2000000, 0x7fffffff, 0xffffffff };

	put(g, 0);
	uleb(g, rnd(g, 60) ? rnd(g, 64) : off[rnd(g, sizeof(off) / sizeof(*off))]);
}

static void load(struct gen *g, uint8_t type, int depth)
{
	static const uint8_t l32[] = { 0x28, 0x2c, 0x2d, 0x2e, 0x2f };
	static const uint8_t l64[] = { 0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35 };

	address(g, depth);
	if (is_float(type))
		put(g, type == F32 ? 0x2a : 0x2b);
	else
		put(g, type == I32 ? l32[rnd(g, sizeof(l32))] : l64[rnd(g, sizeof(l64))]);
	memarg(g);
}

static void binary(struct gen *g, uint8_t type, int depth)
{
	uint32_t k = rnd(g, 15);

	if (is_float(type)) {		/* add sub mul div min max copysign */
		expr(g, type, depth - 1);
		expr(g, type, depth - 1);
		put(g, (uint8_t)((type == F32 ? 0x92 : 0xa0) + k % 7));
		return;
	}

	expr(g, type, depth - 1);
	if (rnd(g, 3))
		expr(g, type, depth - 1);
	else
		constant(g, type);
	if (k >= 3 && k <= 6 && rnd(g, 4))	/* division traps often */
		k = 0;
	put(g, (uint8_t)((type == I32 ? 0x6a : 0x7c) + k));
}

static void compare(struct gen *g, int depth)
{
	uint8_t type = any_type(g);

	expr(g, type, depth - 1);
	if (is_float(type)) {
		expr(g, type, depth - 1);
		put(g, (uint8_t)((type == F32 ? 0x5b : 0x61) + rnd(g, 6)));
		return;
	}
	if (!rnd(g, 5)) {
		put(g, type == I32 ? 0x45 : 0x50);
		return;
	}
	expr(g, type, depth - 1);
	put(g, (uint8_t)((type == I32 ? 0x46 : 0x51) + rnd(g, 10)));
}

/* From, to and between floats; conversions to integers saturate, or trap now and then. */
static void float_unary(struct gen *g, uint8_t type, int depth)
{
	static const uint8_t from_int[2][4] = { { 0xb2, 0xb3, 0xb4, 0xb5 }, { 0xb7, 0xb8, 0xb9, 0xba } };
	uint32_t k = rnd(g, 10), wide = type == F64 || type == I64, n = rnd(g, 4);

	if (!is_float(type)) {
		if (k == 0) {			/* reinterpret */
			expr(g, wide ? F64 : F32, depth - 1);
			put(g, wide ? 0xbd : 0xbc);
			return;
		}
		expr(g, n & 2 ? F64 : F32, depth - 1);
		if (k == 1) {
			put(g, (uint8_t)((wide ? 0xae : 0xa8) + n));
		} else {
			put(g, 0xfc);
			put(g, (uint8_t)((wide ? 4 : 0) + n));
		}
		return;
	}
	if (k < 4) {				/* abs neg ceil floor trunc nearest sqrt */
		expr(g, type, depth - 1);
		put(g, (uint8_t)((wide ? 0x99 : 0x8b) + rnd(g, 7)));
	} else if (k < 7) {
		expr(g, n & 2 ? I64 : I32, depth - 1);
		put(g, from_int[wide][n]);
	} else if (k < 9) {
		expr(g, wide ? F32 : F64, depth - 1);
		put(g, wide ? 0xbb : 0xb6);
	} else {
		expr(g, wide ? I64 : I32, depth - 1);
		put(g, wide ? 0xbf : 0xbe);
	}
}

static void unary(struct gen *g, uint8_t type, int depth)
{
	static const uint8_t u32[] = { 0x67, 0x68, 0x69, 0xc0, 0xc1 };
	static const uint8_t u64[] = { 0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4 };
	uint32_t k = rnd(g, 3);

	if (is_float(type) || (g->floats && !rnd(g, 4))) {
		float_unary(g, type, depth);
		return;
	}
	if (k == 0) {			/* width change */
		expr(g, type == I32 ? I64 : I32, depth - 1);
		put(g, type == I32 ? 0xa7 : 0xac + rnd(g, 2));
		return;
	}
	expr(g, type, depth - 1);
	put(g, type == I32 ? u32[rnd(g, sizeof(u32))] : u64[rnd(g, sizeof(u64))]);
}

static void call_args(struct gen *g, const struct sig *s, int depth)
{
	uint32_t i;

	for (i = 0; i < s->nr_params; i++)
		expr(g, s->param[i], depth > 2 ? 2 : depth - 1);
}

/* Calls go to later functions only, so that recursion is bounded. Return: 0 when there is none. */
static int call(struct gen *g, uint8_t type, int depth)
{
	uint32_t f, i, indirect = !rnd(g, 3);
	const struct sig *s;

	if (g->func + 1 >= g->nr_funcs)
		return 0;
	f = g->func + 1 + rnd(g, g->nr_funcs - g->func - 1);
	s = &g->type[g->func_type[f]];
	if (type && !(s->nr_results && s->result[0] == type))
		return 0;
	call_args(g, s, depth);
	if (indirect) {
		put(g, 0x41);
		sleb(g, rnd(g, 40) ? (int64_t)f : (int64_t)rnd(g, TABLE_SIZE + 2));
		if (rnd(g, 2)) {	/* not a constant for the compiler */
			put(g, 0x23);
			uleb(g, 0);
			put(g, 0x41);
			sleb(g, 0);
			put(g, 0x71);
			put(g, 0x6a);
		}
		put(g, 0x11);
		uleb(g, g->func_type[f]);
		put(g, 0);
	} else {
		put(g, 0x10);
		uleb(g, f);
	}
	for (i = type ? 1 : 0; i < s->nr_results; i++)
		put(g, 0x1a);
	return 1;
}

static void block_expr(struct gen *g, uint8_t type, int depth)
{
	put(g, 0x02);
	put(g, type);
	g->label[g->nr_labels++].type = type;
	stmts(g, depth - 1);
	expr(g, type, depth - 1);
	if (rnd(g, 2)) {
		expr(g, I32, depth - 1);
		put(g, 0x0d);		/* br_if 0 carries the value */
		uleb(g, 0);
	}
	g->nr_labels--;
	put(g, 0x0b);
}

static void if_expr(struct gen *g, uint8_t type, int depth)
{
	expr(g, I32, depth - 1);
	put(g, 0x04);
	put(g, type);
	g->label[g->nr_labels++].type = type;
	stmts(g, depth - 1);
	expr(g, type, depth - 1);
	put(g, 0x05);
	expr(g, type, depth - 1);
	g->nr_labels--;
	put(g, 0x0b);
}

static void expr(struct gen *g, uint8_t type, int depth)
{
	int l;

	g->budget--;
	if (depth <= 0 || g->budget <= 0) {
		leaf(g, type);
		return;
	}
	switch (rnd(g, 16)) {
	case 0: case 1: case 2: case 3:
		binary(g, type, depth);
		return;
	case 4:
		unary(g, type, depth);
		return;
	case 5: case 6:
		load(g, type, depth);
		return;
	case 7:
		if (type == I32) {
			compare(g, depth);
			return;
		}
		break;
	case 8:
		expr(g, type, depth - 1);
		expr(g, type, depth - 1);
		expr(g, I32, depth - 1);
		put(g, 0x1b);
		return;
	case 9:
		l = pick_local(g, type, g->nr_settable);
		if (l < 0)
			break;
		expr(g, type, depth - 1);
		put(g, 0x22);
		uleb(g, (uint32_t)l);
		return;
	case 10:
		if (call(g, type, depth))
			return;
		break;
	case 11:
		if (g->nr_labels < MAX_LABELS - 1) {
			block_expr(g, type, depth);
			return;
		}
		break;
	case 12:
		if (g->nr_labels < MAX_LABELS - 1) {
			if_expr(g, type, depth);
			return;
		}
		break;
	case 13:
		if (type == I32 && !rnd(g, 3)) {
			put(g, 0x3f);	/* memory.size */
			put(g, 0);
			return;
		}
		break;
	default:
		break;
	}
	leaf(g, type);
}

static void store(struct gen *g, int depth)
{
	static const uint8_t s32[] = { 0x36, 0x3a, 0x3b }, s64[] = { 0x37, 0x3c, 0x3d, 0x3e };
	uint8_t type = any_type(g);

	address(g, depth);
	expr(g, type, depth - 1);
	if (is_float(type))
		put(g, type == F32 ? 0x38 : 0x39);
	else
		put(g, type == I32 ? s32[rnd(g, sizeof(s32))] : s64[rnd(g, sizeof(s64))]);
	memarg(g);
}

static void set_variable(struct gen *g, int depth)
{
	uint8_t type = any_type(g);
	int l = pick_local(g, type, g->nr_settable);

	expr(g, type, depth);
	if (l >= 0 && (is_float(type) || rnd(g, 5))) {
		put(g, 0x21);
		uleb(g, (uint32_t)l);
	} else if (is_float(type)) {
		put(g, 0x1a);
	} else {
		put(g, 0x24);
		uleb(g, (type == I64) + 2 * rnd(g, NR_GLOBALS / 2));
	}
}

/* loop: counter = n; do { ... } while (--counter) */
static void counted_loop(struct gen *g, int depth)
{
	uint32_t c = g->nr_settable + g->nr_counters;

	put(g, 0x41);
	sleb(g, 1 + (int64_t)rnd(g, 6));
	put(g, 0x21);
	uleb(g, c);
	put(g, 0x03);
	put(g, 0x40);
	g->label[g->nr_labels++].type = 0xff;	/* never a random branch target: it would loop for ever */
	g->nr_counters++;
	stmts(g, depth - 1);
	g->nr_counters--;
	g->nr_labels--;
	put(g, 0x20);
	uleb(g, c);
	put(g, 0x41);
	sleb(g, 1);
	put(g, 0x6b);
	put(g, 0x22);
	uleb(g, c);
	put(g, 0x0d);
	uleb(g, 0);
	put(g, 0x0b);
}

static void plain_block(struct gen *g, int depth)
{
	put(g, 0x02);
	put(g, 0x40);
	g->label[g->nr_labels++].type = 0;
	stmts(g, depth - 1);
	g->nr_labels--;
	put(g, 0x0b);
}

static void plain_if(struct gen *g, int depth)
{
	expr(g, I32, depth - 1);
	put(g, 0x04);
	put(g, 0x40);
	g->label[g->nr_labels++].type = 0;
	stmts(g, depth - 1);
	if (rnd(g, 2)) {
		put(g, 0x05);
		stmts(g, depth - 1);
	}
	g->nr_labels--;
	put(g, 0x0b);
}

/* Depth of a label that a branch without a value may take, or -1. */
static int void_label(struct gen *g)
{
	uint32_t start, k, d;

	if (!g->nr_labels)
		return -1;
	start = rnd(g, g->nr_labels);
	for (k = 0; k < g->nr_labels; k++) {
		d = (start + k) % g->nr_labels;
		if (g->label[g->nr_labels - 1 - d].type == 0)
			return (int)d;
	}
	return -1;
}

static void branch(struct gen *g, int depth)
{
	int a = void_label(g), b, i, n;

	if (a < 0)
		return;
	if (rnd(g, 3)) {
		expr(g, I32, depth - 1);
		put(g, 0x0d);
		uleb(g, (uint32_t)a);
		return;
	}
	/* in a block of its own, since what follows would be dead */
	if (g->nr_labels >= MAX_LABELS - 1)
		return;
	put(g, 0x02);
	put(g, 0x40);
	g->label[g->nr_labels++].type = 0xff;
	expr(g, I32, depth - 1);
	g->nr_labels--;
	put(g, 0x0e);
	n = (int)rnd(g, 9);
	uleb(g, (uint32_t)n);
	for (i = 0; i <= n; i++) {
		b = rnd(g, 2) ? a : void_label(g);
		uleb(g, rnd(g, 3) ? (uint32_t)b + 1 : 0);
	}
	put(g, 0x0b);
}

static void bulk(struct gen *g)
{
	static const uint16_t ops[] = { 0xfc0b, 0xfc0a, 0xfc08 };
	uint32_t k = rnd(g, 3);

	address(g, 1);
	address(g, 1);
	put(g, 0x41);
	sleb(g, (int64_t)rnd(g, k == 2 ? 20 : 200));
	op(g, ops[k]);
	if (k == 2)
		uleb(g, 0);
	put(g, 0);
	if (k == 1)
		put(g, 0);
}

static void stmt(struct gen *g, int depth)
{
	g->budget--;
	switch (rnd(g, 14)) {
	case 0: case 1: case 2: case 3:
		set_variable(g, depth);
		break;
	case 4: case 5:
		store(g, depth);
		break;
	case 6: case 7:
		if (depth > 0 && g->nr_counters < 3 && g->nr_labels < MAX_LABELS - 1)
			counted_loop(g, depth);
		break;
	case 8:
		if (depth > 0 && g->nr_labels < MAX_LABELS - 1)
			plain_block(g, depth);
		break;
	case 9: case 10:
		if (depth > 0 && g->nr_labels < MAX_LABELS - 1)
			plain_if(g, depth);
		break;
	case 11:
		branch(g, depth);
		break;
	case 12:
		if (!call(g, 0, depth))
			bulk(g);
		break;
	default:
		expr(g, any_type(g), depth);
		put(g, 0x1a);
		break;
	}
}

static void stmts(struct gen *g, int depth)
{
	uint32_t n = rnd(g, 4);

	while (n-- && g->budget > 0)
		stmt(g, depth);
}

/* ---- sections ---- */

static void types(struct gen *g)
{
	uint8_t *size;
	uint32_t i, k;

	put(g, 1);
	size = open_size(g);
	g->nr_types = 2 + rnd(g, MAX_TYPES - 1);
	uleb(g, g->nr_types);
	for (i = 0; i < g->nr_types; i++) {
		struct sig *s = &g->type[i];

		s->nr_params = rnd(g, 9) ? rnd(g, 5) : 6;
		s->nr_results = rnd(g, 6) ? rnd(g, 2) + (i == 0) : 3;
		s->nr_results = s->nr_results > 3 ? 3 : s->nr_results;
		put(g, 0x60);
		uleb(g, s->nr_params);
		for (k = 0; k < s->nr_params; k++)
			put(g, s->param[k] = any_type(g));
		uleb(g, s->nr_results);
		for (k = 0; k < s->nr_results; k++)
			put(g, s->result[k] = any_type(g));
	}
	close_size(g, size);
}

static void functions(struct gen *g, uint32_t max)
{
	uint8_t *size;
	uint32_t i;

	put(g, 3);
	size = open_size(g);
	g->nr_funcs = 1 + rnd(g, max < MAX_FUNCS ? max : MAX_FUNCS);
	uleb(g, g->nr_funcs);
	for (i = 0; i < g->nr_funcs; i++)
		uleb(g, g->func_type[i] = rnd(g, g->nr_types));
	close_size(g, size);
}

static void table_memory_globals(struct gen *g)
{
	uint8_t *size;
	uint32_t i;

	put(g, 4);
	size = open_size(g);
	put(g, 1);
	put(g, 0x70);
	put(g, 0);
	uleb(g, TABLE_SIZE);
	close_size(g, size);
	put(g, 5);
	size = open_size(g);
	put(g, 1);
	put(g, 1);
	uleb(g, 1);
	uleb(g, 3);
	close_size(g, size);
	put(g, 6);
	size = open_size(g);
	uleb(g, NR_GLOBALS);
	for (i = 0; i < NR_GLOBALS; i++) {
		put(g, i & 1 ? I64 : I32);
		put(g, 1);
		constant(g, i & 1 ? I64 : I32);
		put(g, 0x0b);
	}
	close_size(g, size);
}

static void exports_and_elements(struct gen *g)
{
	uint8_t *size;
	uint32_t i;

	put(g, 7);
	size = open_size(g);
	uleb(g, g->nr_funcs + 1);
	for (i = 0; i < g->nr_funcs; i++) {
		put(g, 2);
		put(g, 'f');
		put(g, (uint8_t)('0' + i));
		put(g, 0);
		uleb(g, i);
	}
	put(g, 1);
	put(g, 'm');
	put(g, 2);
	put(g, 0);
	close_size(g, size);
	put(g, 9);
	size = open_size(g);
	put(g, 1);
	put(g, 0);
	put(g, 0x41);
	put(g, 0);
	put(g, 0x0b);
	uleb(g, g->nr_funcs);
	for (i = 0; i < g->nr_funcs; i++)
		uleb(g, i);
	close_size(g, size);
	put(g, 12);		/* data count */
	size = open_size(g);
	uleb(g, 1);
	close_size(g, size);
}

static void one_body(struct gen *g, uint32_t func, uint32_t budget)
{
	const struct sig *s = &g->type[g->func_type[func]];
	uint8_t *size = open_size(g);
	uint32_t extra = rnd(g, 5), i;

	g->func = func;
	g->nr_labels = 0;
	g->nr_counters = 0;
	g->budget = (int)budget;
	memcpy(g->local, s->param, s->nr_params);
	uleb(g, extra + 1);
	for (i = 0; i < extra; i++) {
		g->local[s->nr_params + i] = any_type(g);
		put(g, 1);
		put(g, g->local[s->nr_params + i]);
	}
	g->nr_settable = s->nr_params + extra;
	put(g, 3);
	put(g, I32);
	for (i = 0; i < 3; i++)
		g->local[g->nr_settable + i] = I32;
	do
		stmt(g, 5);
	while (g->budget > 0);
	g->budget = 40;
	for (i = 0; i < s->nr_results; i++)
		expr(g, s->result[i], 4);
	put(g, 0x0b);
	close_size(g, size);
}

static void code_and_data(struct gen *g, uint32_t budget)
{
	uint8_t *size;
	uint32_t i;

	put(g, 10);
	size = open_size(g);
	uleb(g, g->nr_funcs);
	for (i = 0; i < g->nr_funcs; i++)
		one_body(g, i, 1 + rnd(g, budget));
	close_size(g, size);
	put(g, 11);
	size = open_size(g);
	put(g, 1);
	put(g, 1);		/* passive */
	uleb(g, 32);
	for (i = 0; i < 32; i++)
		put(g, (uint8_t)rnd(g, 256));
	close_size(g, size);
}

size_t gen_module(uint64_t seed, const struct gen_opts *o, uint8_t *bytes, size_t cap)
{
	static const uint8_t header[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
	struct gen g = { .rng = seed * 0x9e3779b97f4a7c15ULL + 1, .p = bytes, .end = bytes + cap };
	size_t i;

	g.floats = seed & 1;
	for (i = 0; i < sizeof(header); i++)
		put(&g, header[i]);
	for (i = 0; i < 8; i++)
		rnd(&g, 2);
	types(&g);
	functions(&g, o->nr_funcs);
	table_memory_globals(&g);
	exports_and_elements(&g);
	code_and_data(&g, o->size);
	return g.full ? 0 : (size_t)(g.p - bytes);
}
