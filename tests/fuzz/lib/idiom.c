// SPDX-License-Identifier: GPL-2.0
/*
 * Shapes that an optimizer knows: bytes put together, rotations, swapped bytes,
 * division by constants, minimum and absolute value by select, extension by
 * shifts, addresses with large offsets, many values alive at once.  Often as a
 * compiler emits them, sometimes with one part wrong, so that what must not be
 * recognized is there as well.
 */
#include "emit.h"
#include "gen.h"

static u32 bits_of(u8 type)
{
	return type == KW_V_I32 ? 32 : 64;
}

/* The i64 instruction when @type is i64 */
static void int_op(struct gen *g, u8 type, u32 i32, u32 i64)
{
	emit(g, type == KW_V_I32 ? i32 : i64);
}

#define INT_OP(g, type, name)	int_op(g, type, WASM_OP_I32_##name, WASM_OP_I64_##name)

/* mem[p] | mem[p + 1] << 8 | ..., in one or the other order */
static void byte_merge(struct gen *g, u8 type, u32 p)
{
	u32 n = 2U << rnd(g, type == KW_V_I32 ? 2 : 3), off = rnd(g, 9) ? rnd(g, 40) : 0xfffffff8, k, at;
	bool big = rnd(g, 2), halves = !rnd(g, 5), wrong = !rnd(g, 6);
	u32 odd = rnd(g, n), step = halves ? 2 : 1;

	for (k = 0; k < n; k += step) {
		at = big ? n - step - k : k;
		emit1(g, WASM_OP_LOCAL_GET, p);
		int_op(g, type, halves ? WASM_OP_I32_LOAD16_U : WASM_OP_I32_LOAD8_U,
		       halves ? WASM_OP_I64_LOAD16_U : WASM_OP_I64_LOAD8_U);
		memarg_at(g, off + at);
		if (k) {
			int_const(g, type, 8 * (wrong && k == odd ? odd - 1 : k));
			INT_OP(g, type, SHL);
			if (rnd(g, 6))
				INT_OP(g, type, OR);
			else
				INT_OP(g, type, ADD);
		}
	}
}

/* x << n | x >> (bits - n), by a constant or a variable */
static void rotation(struct gen *g, u8 type, u32 x)
{
	u32 bits = bits_of(type), n = 1 + rnd(g, bits - 1);
	bool variable = rnd(g, 2);

	emit1(g, WASM_OP_LOCAL_GET, x);
	if (variable)
		expr(g, type, 1);
	else
		int_const(g, type, n);
	INT_OP(g, type, SHL);
	emit1(g, WASM_OP_LOCAL_GET, x);
	int_const(g, type, variable ? bits : bits - n + (rnd(g, 5) ? 0 : 1));
	if (variable) {
		expr(g, type, 1);
		INT_OP(g, type, SUB);
	}
	INT_OP(g, type, SHR_U);
	if (rnd(g, 3))
		INT_OP(g, type, OR);
	else
		INT_OP(g, type, XOR);
}

static void byte_swap(struct gen *g, u8 type, u32 x)
{
	u32 n = bits_of(type) / 8, k;

	for (k = 0; k < n; k++) {
		bool left = k < n / 2;
		s64 by = 8 * (left ? (s64)n - 1 - 2 * k : 2 * (s64)k - n + 1);

		emit1(g, WASM_OP_LOCAL_GET, x);
		if (k && k < n - 1 && rnd(g, 6)) {
			int_const(g, type, (s64)(0xffULL << 8 * k));
			INT_OP(g, type, AND);
		}
		int_const(g, type, by);
		if (left)
			INT_OP(g, type, SHL);
		else
			INT_OP(g, type, SHR_U);
		if (k)
			INT_OP(g, type, OR);
	}
}

static void divide(struct gen *g, u8 type, int depth)
{
	static const u16 op[2][4] = {
		{ WASM_OP_I32_DIV_S, WASM_OP_I32_DIV_U, WASM_OP_I32_REM_S, WASM_OP_I32_REM_U },
		{ WASM_OP_I64_DIV_S, WASM_OP_I64_DIV_U, WASM_OP_I64_REM_S, WASM_OP_I64_REM_U },
	};
	s64 by = rnd(g, 3) ? interesting(g, type) : (s64)rnd(g, 1000);

	expr(g, type, depth - 1);
	int_const(g, type, by ? by : 7);
	emit(g, op[type == KW_V_I64][rnd(g, 4)]);
}

static u32 random_compare(struct gen *g, u8 type)
{
	return (type == KW_V_I32 ? WASM_OP_I32_EQ : WASM_OP_I64_EQ) + rnd(g, 10);
}

/* min, max, abs, clamp: select by a comparison of what is selected */
static void select_compare(struct gen *g, u8 type, u32 x)
{
	if (rnd(g, 2)) {
		emit1(g, WASM_OP_LOCAL_GET, x);
		constant(g, type);
		emit1(g, WASM_OP_LOCAL_GET, x);
		constant(g, type);
	} else {		/* |x| */
		int_const(g, type, 0);
		emit1(g, WASM_OP_LOCAL_GET, x);
		INT_OP(g, type, SUB);
		emit1(g, WASM_OP_LOCAL_GET, x);
		emit1(g, WASM_OP_LOCAL_GET, x);
		int_const(g, type, rnd(g, 3) ? 0 : interesting(g, type));
	}
	emit(g, random_compare(g, type));
	emit(g, WASM_OP_SELECT);
}

/* a + (x + y < y): a carry, or the like */
static void carry(struct gen *g, u8 type, u32 x, u32 y)
{
	static const u16 below[2][4] = {
		{ WASM_OP_I32_LT_U, WASM_OP_I32_GE_U, WASM_OP_I32_GT_U, WASM_OP_I32_LE_U },
		{ WASM_OP_I64_LT_U, WASM_OP_I64_GE_U, WASM_OP_I64_GT_U, WASM_OP_I64_LE_U },
	};

	expr(g, type, 1);
	emit1(g, WASM_OP_LOCAL_GET, x);
	emit1(g, WASM_OP_LOCAL_GET, y);
	if (rnd(g, 6))
		INT_OP(g, type, ADD);
	else
		INT_OP(g, type, SUB);
	emit1(g, WASM_OP_LOCAL_TEE, x);
	emit1(g, WASM_OP_LOCAL_GET, rnd(g, 6) ? y : x);
	emit(g, rnd(g, 6) ? below[type == KW_V_I64][rnd(g, 4)] : random_compare(g, type));
	if (type == KW_V_I64)
		emit(g, rnd(g, 5) ? WASM_OP_I64_EXTEND_I32_U : WASM_OP_I64_EXTEND_I32_S);
	if (rnd(g, 3))
		INT_OP(g, type, ADD);
	else
		INT_OP(g, type, SUB);
	if (rnd(g, 2)) {
		emit1(g, WASM_OP_LOCAL_GET, x);
		INT_OP(g, type, XOR);
	}
}

/* Is the upper part of x some value?  And x itself again. */
static void upper_part(struct gen *g, u8 type, u32 x)
{
	u32 below = 1 + rnd(g, bits_of(type) - 2);
	s64 mask = (s64)(~0ULL << below), is = rnd(g, 2) ? interesting(g, type) : (s64)rnd(g, 1000) << below;

	emit1(g, WASM_OP_LOCAL_GET, x);
	if (rnd(g, 2)) {	/* it is, and is the last one of these perhaps */
		int_const(g, type, ~mask);
		INT_OP(g, type, AND);
		int_const(g, type, (is & mask) | (rnd(g, 2) ? ~mask : 0));
		INT_OP(g, type, OR);
		emit1(g, WASM_OP_LOCAL_TEE, x);
	}
	if (!rnd(g, 3)) {
		int_const(g, type, (s64)(1ULL << rnd(g, bits_of(type))) - 1);
		INT_OP(g, type, AND);
		emit1(g, WASM_OP_LOCAL_TEE, x);
	}
	int_const(g, type, mask);
	INT_OP(g, type, AND);
	int_const(g, type, rnd(g, 4) ? is & mask : is);
	if (rnd(g, 2))
		INT_OP(g, type, EQ);
	else
		INT_OP(g, type, NE);
	if (type == KW_V_I64)
		emit(g, WASM_OP_I64_EXTEND_I32_U);
	emit1(g, WASM_OP_LOCAL_GET, x);
	INT_OP(g, type, ADD);
}

/* Tests of bits and signs, and what is made of them */
static void truth(struct gen *g, u8 type, u32 x)
{
	u32 bits = bits_of(type);

	emit1(g, WASM_OP_LOCAL_GET, x);
	switch (rnd(g, 4)) {
	case 0:			/* a bit */
		int_const(g, type, (s64)(1ULL << rnd(g, bits)));
		INT_OP(g, type, AND);
		INT_OP(g, type, EQZ);
		break;
	case 1:			/* the sign */
		int_const(g, type, bits - 1);
		INT_OP(g, type, SHR_U);
		if (type == KW_V_I64)
			emit(g, WASM_OP_I32_WRAP_I64);
		break;
	case 2:			/* a range, by one unsigned comparison */
		constant(g, type);
		INT_OP(g, type, SUB);
		constant(g, type);
		INT_OP(g, type, LT_U);
		break;
	default:
		constant(g, type);
		emit(g, random_compare(g, type));
		break;
	}
	while (!rnd(g, 3))
		emit(g, WASM_OP_I32_EQZ);
	if (type == KW_V_I64)
		emit(g, rnd(g, 2) ? WASM_OP_I64_EXTEND_I32_S : WASM_OP_I64_EXTEND_I32_U);
}

/* (x << n) >> n, x & mask, through the other width and back */
static void extension(struct gen *g, u8 type, u32 x)
{
	u32 bits = bits_of(type), n = rnd(g, 2) ? bits - (8U << rnd(g, 3)) % bits : rnd(g, bits);

	emit1(g, WASM_OP_LOCAL_GET, x);
	if (!rnd(g, 3)) {
		int_const(g, type, (s64)((1ULL << (n % 63 + 1)) - 1));
		INT_OP(g, type, AND);
	}
	int_const(g, type, n);
	INT_OP(g, type, SHL);
	int_const(g, type, rnd(g, 5) ? n : rnd(g, bits));
	if (rnd(g, 2))
		INT_OP(g, type, SHR_S);
	else
		INT_OP(g, type, SHR_U);
	if (rnd(g, 2))
		return;
	if (type == KW_V_I64) {
		emit(g, WASM_OP_I32_WRAP_I64);
		emit(g, rnd(g, 2) ? WASM_OP_I64_EXTEND_I32_S : WASM_OP_I64_EXTEND_I32_U);
	} else {
		emit(g, rnd(g, 2) ? WASM_OP_I64_EXTEND_I32_S : WASM_OP_I64_EXTEND_I32_U);
		constant(g, KW_V_I64);
		emit(g, rnd(g, 2) ? WASM_OP_I64_ADD : WASM_OP_I64_MUL);
		emit(g, WASM_OP_I32_WRAP_I64);
	}
}

static void load_int(struct gen *g, u8 type, u32 off)
{
	static const u16 i32[] = { WASM_OP_I32_LOAD, WASM_OP_I32_LOAD8_S, WASM_OP_I32_LOAD8_U, WASM_OP_I32_LOAD16_S,
				   WASM_OP_I32_LOAD16_U };
	static const u16 i64[] = { WASM_OP_I64_LOAD, WASM_OP_I64_LOAD8_S, WASM_OP_I64_LOAD8_U, WASM_OP_I64_LOAD16_S,
				   WASM_OP_I64_LOAD16_U, WASM_OP_I64_LOAD32_S, WASM_OP_I64_LOAD32_U };

	emit(g, type == KW_V_I32 ? i32[rnd(g, ARRAY_SIZE(i32))] : i64[rnd(g, ARRAY_SIZE(i64))]);
	memarg_at(g, off);
}

/* Index and offset that together are inside, wrap around, or just miss: the sum is one of 33 bits. */
static void far_offset(struct gen *g, u8 type, u32 x)
{
	static const u32 off[] = { 0xffffffff, 0xfffffff0, 0x80000000, 0x7fffffff, 0x2000000, 0x1fffff8, 0x10000, 0xfff8,
				   0x1ff0000 };
	u32 o = off[rnd(g, ARRAY_SIZE(off))], n = 1 + rnd(g, 3);

	emit1(g, WASM_OP_LOCAL_GET, x);
	if (!rnd(g, 3)) {	/* the highest bits only: one of the sums wraps to the beginning */
		i32_const(g, (1 << n) - 1);
		emit(g, WASM_OP_I32_AND);
		i32_const(g, (s32)(32 - n));
		emit(g, WASM_OP_I32_SHL);
		i32_const(g, (s32)((1 + rnd(g, (1u << n) - 1)) << (32 - n)) + (s32)rnd(g, 64));
		emit(g, WASM_OP_I32_ADD);
		load_int(g, type, rnd(g, 8));
		return;
	}
	if (!rnd(g, 3)) {	/* nearly 2^32, by a bound that says so, and a small constant */
		n = rnd(g, 24);
		i32_const(g, -(1 << rnd(g, 8)));
		emit(g, WASM_OP_I32_OR);
		i32_const(g, (s32)(~0U >> n));
		emit(g, WASM_OP_I32_AND);
		i32_const(g, (s32)n);
		emit(g, WASM_OP_I32_SHL);
		i32_const(g, (s32)rnd(g, rnd(g, 2) ? 0x100 : 0x20000));
		emit(g, WASM_OP_I32_ADD);
		load_int(g, type, rnd(g, 8));
		return;
	}
	i32_const(g, 0xff);
	emit(g, WASM_OP_I32_AND);
	i32_const(g, (s32)(rnd(g, 2) ? -o : rnd(g, 64) - o));
	emit(g, WASM_OP_I32_ADD);
	if (rnd(g, 3)) {	/* the whole offset in the address: it wraps and is fine */
		i32_const(g, (s32)o);
		emit(g, WASM_OP_I32_ADD);
		load_int(g, type, rnd(g, 8));
	} else {
		load_int(g, type, rnd(g, 16) ? rnd(g, 64) : o);
	}
}

/* The last bytes of memory, or one too far */
static void last_bytes(struct gen *g, u8 type)
{
	emit(g, WASM_OP_MEMORY_SIZE);
	put(g, 0);
	i32_const(g, 65536);
	emit(g, WASM_OP_I32_MUL);
	i32_const(g, (s32)(8 + rnd(g, 24) - (rnd(g, 30) ? 0 : 8)));
	emit(g, WASM_OP_I32_SUB);
	load_int(g, type, rnd(g, 2));
}

/* Up to forty values on the stack before the first is used: more than there are registers. */
static void many_alive(struct gen *g, u8 type)
{
	u32 n = 6 + rnd(g, 34), i;

	for (i = 0; i < n; i++)
		expr(g, type, (int)rnd(g, 2));
	while (--n) {
		switch (rnd(g, 4)) {
		case 0:
			INT_OP(g, type, ADD);
			break;
		case 1:
			INT_OP(g, type, SUB);
			break;
		case 2:
			INT_OP(g, type, XOR);
			break;
		default:
			INT_OP(g, type, MUL);
			break;
		}
	}
}

void idiom_value(struct gen *g, u8 type, int depth)
{
	int x = reserve(g, type), y;
	u32 k = rnd(g, 14);

	if (k == 0 || x < 0) {
		divide(g, type, depth);
	} else if (k == 1) {
		last_bytes(g, type);
	} else if (k == 2) {
		many_alive(g, type);
	} else if (k <= 4) {
		int p = type == KW_V_I32 ? x : reserve(g, KW_V_I32);

		if (p < 0)
			p = 0;	/* some parameter or local: only read */
		if (g->local[p] != KW_V_I32) {
			constant(g, type);
		} else {
			if (p >= (int)g->nr_settable) {
				address(g, 1);
				emit1(g, WASM_OP_LOCAL_SET, (u32)p);
			}
			if (k == 3)
				byte_merge(g, type, (u32)p);
			else
				far_offset(g, type, (u32)p);
		}
		if (type != KW_V_I32 && p >= (int)g->nr_settable)
			release(g, KW_V_I32);
	} else {
		expr(g, type, depth - 1);
		emit1(g, WASM_OP_LOCAL_SET, (u32)x);
		switch (k) {
		case 5: case 6:
			rotation(g, type, (u32)x);
			break;
		case 7:
			byte_swap(g, type, (u32)x);
			break;
		case 8:
			select_compare(g, type, (u32)x);
			break;
		case 9:
			truth(g, type, (u32)x);
			break;
		case 10:
			upper_part(g, type, (u32)x);
			break;
		case 11:
			y = reserve(g, type);
			if (y < 0) {
				constant(g, type);
				break;
			}
			expr(g, type, 1);
			emit1(g, WASM_OP_LOCAL_SET, (u32)y);
			carry(g, type, (u32)x, (u32)y);
			release(g, type);
			break;
		default:
			extension(g, type, (u32)x);
			break;
		}
	}
	if (x >= 0)
		release(g, type);
}

/* ---- without a value ---- */

/* mem[p] = x; mem[p + 1] = x >> 8; ... */
static void byte_split(struct gen *g, u32 p, u8 type, u32 x)
{
	u32 n = 2U << rnd(g, type == KW_V_I32 ? 2 : 3), off = rnd(g, 40), k, at;
	bool big = rnd(g, 2), wrong = !rnd(g, 6);

	for (k = 0; k < n; k++) {
		at = big ? n - 1 - k : k;
		emit1(g, WASM_OP_LOCAL_GET, p);
		emit1(g, WASM_OP_LOCAL_GET, x);
		if (k) {
			int_const(g, type, 8 * (wrong ? k - 1 : k));
			INT_OP(g, type, SHR_U);
		}
		int_op(g, type, WASM_OP_I32_STORE8, WASM_OP_I64_STORE8);
		memarg_at(g, off + at);
	}
}

static void store_int(struct gen *g, u8 type, u32 off)
{
	static const u16 i32[] = { WASM_OP_I32_STORE, WASM_OP_I32_STORE8, WASM_OP_I32_STORE16 };
	static const u16 i64[] = { WASM_OP_I64_STORE, WASM_OP_I64_STORE8, WASM_OP_I64_STORE16, WASM_OP_I64_STORE32 };

	emit(g, type == KW_V_I32 ? i32[rnd(g, 3)] : i64[rnd(g, 4)]);
	memarg_at(g, off);
}

/* p, or p plus a constant: fields of a struct, elements before and behind, pages away */
static void near_address(struct gen *g, u32 p)
{
	static const s32 far[] = { 65520, 65519, 65536, 131072, -65536, 0x7fffffff, -0x7fffffff - 1, 0x1fffff0, -4096 };

	emit1(g, WASM_OP_LOCAL_GET, p);
	if (rnd(g, 3)) {
		i32_const(g, rnd(g, 12) ? (s32)rnd(g, 96) - 48 : far[rnd(g, ARRAY_SIZE(far))]);
		emit(g, WASM_OP_I32_ADD);
	}
}

/* Loads and stores of different widths that meet in memory: what is known of it, and of the address, after each? */
static void overlapping(struct gen *g, u32 p)
{
	u32 n = 2 + rnd(g, 5);

	if (!rnd(g, 4)) {	/* around 0: some sums wrap, and those that do not are outside */
		expr(g, KW_V_I32, 1);
		i32_const(g, 63);
		emit(g, WASM_OP_I32_AND);
		i32_const(g, rnd(g, 2) ? 0 : 32);
		emit(g, WASM_OP_I32_SUB);
		emit1(g, WASM_OP_LOCAL_SET, p);
	}
	while (n--) {
		u8 type = int_type(g), *start = g->p;
		int l = pick_local(g, type, g->nr_settable);
		u32 node = node_open(g);
		bool only_if = !rnd(g, 4);

		if (only_if) {
			expr(g, KW_V_I32, 1);
			open_void(g, WASM_OP_IF, LABEL_NEVER);
		}
		near_address(g, p);
		if (l >= 0 && rnd(g, 2)) {
			load_int(g, type, rnd(g, 12));
			emit1(g, WASM_OP_LOCAL_SET, (u32)l);
		} else {
			expr(g, type, 1);
			store_int(g, type, rnd(g, 12));
		}
		if (only_if)
			close_label(g);
		node_close(g, node, start);
	}
}

/* memory.copy and memory.fill of few bytes, whose number is known: as the library functions they replace */
static void small_bulk(struct gen *g, u32 p)
{
	bool copy = rnd(g, 2);

	emit1(g, WASM_OP_LOCAL_GET, p);
	if (rnd(g, 2)) {
		i32_const(g, (s32)rnd(g, 40));
		emit(g, WASM_OP_I32_ADD);
	}
	if (!copy) {
		expr(g, KW_V_I32, 1);
	} else if (rnd(g, 2)) {	/* so near that they overlap */
		emit1(g, WASM_OP_LOCAL_GET, p);
		i32_const(g, (s32)rnd(g, 32));
		emit(g, WASM_OP_I32_ADD);
	} else {
		address(g, 1);
	}
	i32_const(g, (s32)(rnd(g, 12) ? rnd(g, 70) : rnd(g, 5000)));
	emit(g, copy ? WASM_OP_MEMORY_COPY : WASM_OP_MEMORY_FILL);
	put(g, 0);
	if (copy)
		put(g, 0);
}

/* if (x == 1) ... else if (x == 2) ...: or a switch made of blocks */
static void chain(struct gen *g, u32 x)
{
	u32 n = 1 + rnd(g, 4), i;

	for (i = 0; i < n; i++) {
		emit1(g, WASM_OP_LOCAL_GET, x);
		i32_const(g, rnd(g, 3) ? (s32)i : (s32)interesting(g, KW_V_I32));
		emit(g, rnd(g, 2) ? WASM_OP_I32_EQ : random_compare(g, KW_V_I32));
		open_void(g, WASM_OP_IF, 0);
		stmts(g, 1);
		emit(g, WASM_OP_ELSE);
	}
	stmts(g, 1);
	while (n--)
		close_label(g);
}

/* A table of which most entries are as the default, perhaps of x less a constant */
static void few_entries(struct gen *g, u32 x)
{
	u32 n = 1 + rnd(g, 14), few = rnd(g, 4), i;

	open_void(g, WASM_OP_BLOCK, 0);
	open_void(g, WASM_OP_BLOCK, 0);
	emit1(g, WASM_OP_LOCAL_GET, x);
	if (rnd(g, 2)) {
		i32_const(g, rnd(g, 2) ? -(s32)rnd(g, 20) : (s32)interesting(g, KW_V_I32));
		emit(g, WASM_OP_I32_ADD);
	}
	emit1(g, WASM_OP_BR_TABLE, n);
	for (i = 0; i < n; i++)
		uleb(g, few && !rnd(g, 3) ? (few--, 0) : 1);
	uleb(g, 1);
	close_label(g);
	stmts(g, 1);
	close_label(g);
}

void idiom_stmt(struct gen *g, int depth)
{
	u8 type = int_type(g);
	int p = reserve(g, KW_V_I32), x = reserve(g, type);

	if (p < 0 || x < 0 || g->nr_labels > MAX_LABELS - 6) {
		expr(g, type, depth);
		emit(g, WASM_OP_DROP);
	} else {
		address(g, 2);
		emit1(g, WASM_OP_LOCAL_SET, (u32)p);
		switch (rnd(g, 5)) {
		case 0:
			expr(g, type, 2);
			emit1(g, WASM_OP_LOCAL_SET, (u32)x);
			byte_split(g, (u32)p, type, (u32)x);
			break;
		case 1:
			overlapping(g, (u32)p);
			break;
		case 2:
			small_bulk(g, (u32)p);
			break;
		case 3:
			few_entries(g, (u32)p);
			break;
		default:
			chain(g, (u32)p);
			break;
		}
	}
	if (x >= 0)
		release(g, type);
	if (p >= 0)
		release(g, KW_V_I32);
}
