/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Putting WebAssembly binaries together byte by byte, broken ones too. */
#ifndef KW_TESTS_WASMBUF_H
#define KW_TESTS_WASMBUF_H

#include <stdlib.h>
#include <string.h>

#include "wasm/module.h"

struct buf {
	u8 *p;
	u32 len, cap;
};

static inline void put_bytes(struct buf *b, const void *bytes, u32 len)
{
	if (b->len + len > b->cap) {
		b->cap = 2 * (b->len + len);
		b->p = realloc(b->p, b->cap);
	}
	memcpy(b->p + b->len, bytes, len);
	b->len += len;
}

#define PUT(b, ...) put_bytes(b, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static inline void put_times(struct buf *b, u32 n, u8 byte)
{
	while (n--)
		PUT(b, byte);
}

static inline void put_u32(struct buf *b, u32 v)
{
	for (; v >= 0x80; v >>= 7)
		PUT(b, v | 0x80);
	PUT(b, v);
}

/* Append @contents behind its length, and empty it. */
static inline void put_sized(struct buf *b, struct buf *contents)
{
	put_u32(b, contents->len);
	put_bytes(b, contents->p, contents->len);
	free(contents->p);
	*contents = (struct buf){ 0 };
}

static inline void put_section(struct buf *b, u8 id, struct buf *contents)
{
	PUT(b, id);
	put_sized(b, contents);
}

static inline void put_header(struct buf *b)
{
	PUT(b, 0, 'a', 's', 'm', 1, 0, 0, 0);
}

#define SECTION(b, id, ...) do {		\
	struct buf contents_ = { 0 };		\
	PUT(&contents_, __VA_ARGS__);		\
	put_section(b, id, &contents_);		\
} while (0)

/* A module of one function () -> () with a memory and a table: @code is its locals and instructions. */
static inline struct buf module_of_body(struct buf *code)
{
	struct buf m = { 0 }, section = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 0, 0);
	SECTION(&m, 3, 1, 0);
	SECTION(&m, 4, 1, 0x70, 0, 1);
	SECTION(&m, 5, 1, 0, 1);
	PUT(&section, 1);
	put_sized(&section, code);
	put_section(&m, 10, &section);
	return m;
}

/* Decode and validate a copy that ends where the allocation ends, so that sanitizers see a read behind it. */
static inline int check_copy(const u8 *bytes, u32 len, u32 features, struct kw_diag *diag)
{
	u8 *copy = malloc(len ? len : 1);
	struct kw_arena arena;
	struct kw_module m;
	int err;

	memcpy(copy, bytes, len);
	kw_arena_init(&arena, 1 << 30);
	err = kw_module_decode(&arena, copy, len, &m, diag);
	if (!err)
		err = kw_module_validate(&m, features, diag);
	kw_arena_free(&arena);
	free(copy);
	return err;
}

/* Check and free @b; leaves the reason in @diag. */
static inline int check_buf(struct buf *b, u32 features, struct kw_diag *diag)
{
	int err = check_copy(b->p, b->len, features, diag);

	free(b->p);
	*b = (struct buf){ 0 };
	return err;
}

#endif /* KW_TESTS_WASMBUF_H */
