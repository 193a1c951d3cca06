/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Modules as large as the limits allow, or as hostile as a size allows.  Each
 * exports its function as "f", of type (i32) -> i32 where nothing else is said.
 */
#ifndef KW_TESTS_SHAPES_H
#define KW_TESTS_SHAPES_H

#include "common/limits.h"
#include "ir/ir.h"
#include "wasmbuf.h"

#define I32	0x7f
#define EMPTY	0x40

enum {
	OP_UNREACHABLE = 0x00, OP_BLOCK = 0x02, OP_LOOP = 0x03, OP_END = 0x0b, OP_BR = 0x0c,
	OP_BR_IF = 0x0d, OP_BR_TABLE = 0x0e, OP_RETURN = 0x0f, OP_CALL = 0x10, OP_DROP = 0x1a,
	OP_GET = 0x20, OP_SET = 0x21, OP_LOAD8_U = 0x2d, OP_CONST = 0x41, OP_ADD = 0x6a,
};

static inline void put_const(struct buf *b, u32 v)
{
	PUT(b, OP_CONST);
	for (; v >= 0x40; v >>= 7)
		PUT(b, v | 0x80);
	PUT(b, v);
}

static inline void put_op_u32(struct buf *b, u8 op, u32 v)
{
	PUT(b, op);
	put_u32(b, v);
}

/* A module of one function: @code is its locals and instructions. */
static inline struct buf module_of(struct buf *code)
{
	struct buf m = { 0 }, section = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, I32, 1, I32);
	SECTION(&m, 3, 1, 0);
	SECTION(&m, 7, 1, 1, 'f', 0, 0);
	PUT(&section, 1);
	put_sized(&section, code);
	put_section(&m, 10, &section);
	return m;
}

/* f(x) = x + how often 1 fits, in a body of @bytes. */
static inline struct buf shape_long_body(u32 bytes)
{
	struct buf code = { 0 };

	PUT(&code, 0, OP_GET, 0);
	while (code.len + 4 <= bytes)
		PUT(&code, OP_CONST, 1, OP_ADD);
	put_times(&code, bytes - 1 - code.len, 0x01);
	PUT(&code, OP_END);
	return module_of(&code);
}

/* f(x) = 1 when x, else 2: out of the innermost of @depth - 1 blocks to the outermost, or through all. */
static inline struct buf shape_nested(u32 depth)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0);
	PUT(&code, OP_BLOCK, EMPTY);
	for (i = 2; i < depth; i++)
		PUT(&code, OP_BLOCK, EMPTY);
	PUT(&code, OP_GET, 0);
	put_op_u32(&code, OP_BR_IF, depth - 2);
	put_times(&code, depth - 2, OP_END);
	PUT(&code, OP_CONST, 2, OP_RETURN, OP_END, OP_CONST, 1, OP_END);
	return module_of(&code);
}

#define TABLE_BLOCKS	100

/* f(x) = x % TABLE_BLOCKS below @nr, else TABLE_BLOCKS. */
static inline struct buf shape_br_table(u32 nr)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0);
	for (i = 0; i <= TABLE_BLOCKS; i++)
		PUT(&code, OP_BLOCK, EMPTY);
	PUT(&code, OP_GET, 0);
	put_op_u32(&code, OP_BR_TABLE, nr);
	for (i = 0; i < nr; i++)
		put_u32(&code, i % TABLE_BLOCKS);
	put_u32(&code, TABLE_BLOCKS);
	for (i = 0; i <= TABLE_BLOCKS; i++) {
		PUT(&code, OP_END);
		put_const(&code, i);
		PUT(&code, OP_RETURN);
	}
	PUT(&code, OP_END);
	return module_of(&code);
}

/* @nr locals with x; each gets its index plus x, f(x) is the sum of every eighth. */
static inline struct buf shape_locals(u32 nr)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 1);
	put_u32(&code, nr - 1);
	PUT(&code, I32);
	for (i = 1; i < nr; i++) {
		PUT(&code, OP_GET, 0);
		put_op_u32(&code, OP_SET, i);
	}
	PUT(&code, OP_CONST, 0);
	for (i = 8; i < nr; i += 8) {
		put_op_u32(&code, OP_GET, i);
		PUT(&code, OP_ADD);
	}
	PUT(&code, OP_END);
	return module_of(&code);
}

/* @nr functions, each of which but the last calls the one @step further on and adds 1; the first is f. */
static inline struct buf shape_funcs(u32 nr, u32 step)
{
	struct buf m = { 0 }, types = { 0 }, code = { 0 }, body = { 0 };
	u32 i;

	put_u32(&types, nr);
	put_times(&types, nr, 0);
	put_u32(&code, nr);
	for (i = 0; i < nr; i++) {
		PUT(&body, 0, OP_GET, 0, OP_CONST, 1, OP_ADD);
		if (i + step < nr)
			put_op_u32(&body, OP_CALL, i + step);
		PUT(&body, OP_END);
		put_sized(&code, &body);
	}
	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, I32, 1, I32);
	put_section(&m, 3, &types);
	SECTION(&m, 7, 1, 1, 'f', 0, 0);
	put_section(&m, 10, &code);
	return m;
}

/* f takes @nr i32 and gives them back the other way round; through a call of another function. */
static inline struct buf shape_params(u32 nr)
{
	struct buf m = { 0 }, type = { 0 }, code = { 0 }, body = { 0 };
	u32 i;

	PUT(&type, 1, 0x60);
	put_u32(&type, nr);
	put_times(&type, nr, I32);
	put_u32(&type, nr);
	put_times(&type, nr, I32);
	PUT(&code, 2);
	PUT(&body, 0);
	for (i = 0; i < nr; i++)
		put_op_u32(&body, OP_GET, i);
	PUT(&body, OP_CALL, 1, OP_END);
	put_sized(&code, &body);
	PUT(&body, 0);
	for (i = nr; i--; )
		put_op_u32(&body, OP_GET, i);
	PUT(&body, OP_END);
	put_sized(&code, &body);
	put_header(&m);
	put_section(&m, 1, &type);
	SECTION(&m, 3, 2, 0, 0);
	SECTION(&m, 7, 1, 1, 'f', 0, 0);
	put_section(&m, 10, &code);
	return m;
}

/* A module of @bytes in all, most of them data; f(x) is the byte at x, the last one is 42. */
static inline struct buf shape_large(u32 bytes)
{
	struct buf m = { 0 }, s = { 0 };
	u32 len;

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, I32, 1, I32);
	SECTION(&m, 3, 1, 0);
	SECTION(&m, 5, 1, 0, 0x80, 2);
	SECTION(&m, 7, 1, 1, 'f', 0, 0);
	SECTION(&m, 10, 1, 7, 0, OP_GET, 0, OP_LOAD8_U, 0, 0, OP_END);
	len = bytes - m.len - 14;	/* id, two lengths of four bytes, count, mode, offset */
	PUT(&s, 1, 0, OP_CONST, 0, OP_END);
	put_u32(&s, len);
	put_times(&s, len - 1, 7);
	PUT(&s, 42);
	put_section(&m, 11, &s);
	return m;
}

/* Hostile: what a compiler may do for each of some and each of others. */

/* @n loops in one another, @n locals written in the innermost. */
static inline struct buf shape_loops_locals(u32 n)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 1);
	put_u32(&code, n);
	PUT(&code, I32);
	for (i = 0; i < n; i++)
		PUT(&code, OP_LOOP, EMPTY);
	for (i = 1; i <= n; i++) {
		PUT(&code, OP_GET, 0);
		put_op_u32(&code, OP_SET, i);
	}
	PUT(&code, OP_GET, 0);
	put_op_u32(&code, OP_BR_IF, n - 1);
	put_times(&code, n, OP_END);
	PUT(&code, OP_GET, 1, OP_END);
	return module_of(&code);
}

/* @n loops one behind the other, each reading and writing a local of @n of its own. */
static inline struct buf shape_loop_row(u32 n)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 1);
	put_u32(&code, n);
	PUT(&code, I32);
	for (i = 1; i <= n; i++) {
		PUT(&code, OP_LOOP, EMPTY);
		put_op_u32(&code, OP_GET, i);
		PUT(&code, OP_CONST, 1, OP_ADD);
		put_op_u32(&code, OP_SET, i);
		PUT(&code, OP_GET, 0, OP_BR_IF, 0, OP_END);
	}
	PUT(&code, OP_CONST, 0);
	for (i = 1; i <= n; i++) {
		put_op_u32(&code, OP_GET, i);
		PUT(&code, OP_ADD);
	}
	PUT(&code, OP_END);
	return module_of(&code);
}

/* A chain of @n jumps, and behind it as many blocks of which the chain's end decides. */
static inline struct buf shape_chain(u32 n)
{
	u32 i, labels = n / 4;	/* blocks in one another, so not too many */
	struct buf code = { 0 };

	PUT(&code, 0);
	for (i = 0; i <= labels; i++)
		PUT(&code, OP_BLOCK, EMPTY);
	for (i = 0; i < n; i++)
		PUT(&code, OP_LOOP, EMPTY, OP_END);
	PUT(&code, OP_GET, 0);
	put_op_u32(&code, OP_BR_TABLE, labels);
	for (i = 0; i <= labels; i++)
		put_u32(&code, i);
	for (i = 0; i <= labels; i++) {
		PUT(&code, OP_END);
		put_const(&code, i);
		PUT(&code, OP_RETURN);
	}
	PUT(&code, OP_END);
	return module_of(&code);
}

/* @n br_tables of 50 labels, all to the same 50 blocks. */
static inline struct buf shape_fan_in(u32 n)
{
	struct buf code = { 0 };
	u32 i, k;

	PUT(&code, 0);
	for (k = 0; k < 50; k++)
		PUT(&code, OP_BLOCK, EMPTY);
	for (i = 0; i < n; i++) {
		/* In a block of its own, which its default goes behind. */
		PUT(&code, OP_BLOCK, EMPTY, OP_GET, 0, OP_BR_TABLE, 50);
		for (k = 1; k <= 50; k++)
			PUT(&code, k);
		PUT(&code, 0, OP_END);
	}
	for (k = 0; k < 50; k++) {
		PUT(&code, OP_END, OP_GET, 0);
		put_const(&code, k);
		PUT(&code, OP_ADD, OP_SET, 0);
	}
	PUT(&code, OP_GET, 0, OP_END);
	return module_of(&code);
}

/* @n values at once on the operand stack. */
static inline struct buf shape_operands(u32 n)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0, OP_GET, 0);
	for (i = 1; i < n; i++)
		PUT(&code, OP_GET, 0, OP_CONST, 3, 0x6c);
	put_times(&code, n - 1, OP_ADD);
	PUT(&code, OP_END);
	return module_of(&code);
}

/* The constant whose hash in value numbering (jit/ir/gvn.c) has an upper half of 0 and @low below. */
static inline u64 colliding_const(u32 low)
{
	const u64 k = 0x9e3779b97f4a7c15ULL;
	u64 inverse = k, h;
	u32 i;

	for (i = 0; i < 5; i++)
		inverse *= 2 - k * inverse;
	h = low * inverse;
	h ^= h >> 32;
	return (h * inverse) ^ (KW_IR_CONST | KW_T_I64 << 8);
}

/* @n constants that all want the same place in the table of values. */
static inline struct buf shape_collisions(u32 n)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0);
	for (i = 0; i < n; i++) {
		s64 v = colliding_const(i);

		PUT(&code, 0x42);
		for (; v < -64 || v > 63; v >>= 7)
			PUT(&code, (v & 0x7f) | 0x80);
		PUT(&code, v & 0x7f, OP_DROP);
	}
	PUT(&code, OP_GET, 0, OP_END);
	return module_of(&code);
}

#endif /* KW_TESTS_SHAPES_H */
