// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The suite's host module as Wasm, so that no host needs test hooks:
 *
 *	(module
 *	  (func (export "print")) (func (export "print_i32") (param i32)) ...
 *	  (global (export "global_i32") i32 (i32.const 666)) ... f32, f64: 666.6
 *	  (table (export "table") 10 20 funcref)
 *	  (memory (export "memory") 1 2))
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"

struct func {
	const char *name;
	u8 nr_params;
	u8 params[2];
	bool is_float;
};

static const struct func func[] = {
	{ "print", 0, { 0 }, false },
	{ "print_i32", 1, { KW_V_I32 }, false },
	{ "print_i64", 1, { KW_V_I64 }, false },
	{ "print_f32", 1, { KW_V_F32 }, true },
	{ "print_f64", 1, { KW_V_F64 }, true },
	{ "print_i32_f32", 2, { KW_V_I32, KW_V_F32 }, true },
	{ "print_f64_f64", 2, { KW_V_F64, KW_V_F64 }, true },
};

struct global {
	const char *name;
	bool is_float;
	u8 len;
	u8 bytes[12];		/* type, immutable, constant expression */
};

static const struct global global[] = {
	{ "global_i32", false, 6, { 0x7f, 0, 0x41, 0x9a, 0x05, 0x0b } },
	{ "global_i64", false, 6, { 0x7e, 0, 0x42, 0x9a, 0x05, 0x0b } },
	{ "global_f32", true, 8, { 0x7d, 0, 0x43, 0x66, 0xa6, 0x26, 0x44, 0x0b } },
	{ "global_f64", true, 12, { 0x7c, 0, 0x44, 0xcd, 0xcc, 0xcc, 0xcc, 0xcc, 0xd4, 0x84, 0x40, 0x0b } },
};

#define NR_FUNCS	(sizeof(func) / sizeof(func[0]))
#define NR_GLOBALS	(sizeof(global) / sizeof(global[0]))

struct buf {
	u8 bytes[1024];
	size_t len;
};

static void put(struct buf *b, const void *p, size_t len)
{
	memcpy(b->bytes + b->len, p, len);
	b->len += len;
}

static void put_u8(struct buf *b, u8 v)
{
	put(b, &v, 1);
}

/* Sections here are shorter than 16384 bytes. */
static void put_section(struct buf *b, u8 id, const struct buf *s)
{
	put_u8(b, id);
	put_u8(b, 0x80 | (s->len & 0x7f));
	put_u8(b, s->len >> 7);
	put(b, s->bytes, s->len);
}

static void put_export(struct buf *b, const char *name, u8 kind, u8 index)
{
	put_u8(b, strlen(name));
	put(b, name, strlen(name));
	put_u8(b, kind);
	put_u8(b, index);
}

static void put_funcs(struct buf *types, struct buf *funcs, struct buf *code, struct buf *exports,
		      bool floats, u8 *nr_exports)
{
	static const u8 body[] = { 2, 0, 0x0b };
	u8 nr = 0;
	size_t i;

	types->len = funcs->len = code->len = 1;
	for (i = 0; i < NR_FUNCS; i++) {
		if (func[i].is_float && !floats)
			continue;
		put_u8(types, 0x60);
		put_u8(types, func[i].nr_params);
		put(types, func[i].params, func[i].nr_params);
		put_u8(types, 0);
		put_u8(funcs, nr);
		put(code, body, sizeof(body));
		put_export(exports, func[i].name, KW_EXT_FUNC, nr++);
	}
	types->bytes[0] = funcs->bytes[0] = code->bytes[0] = nr;
	*nr_exports += nr;
}

static void put_globals(struct buf *globals, struct buf *exports, bool floats, u8 *nr_exports)
{
	u8 nr = 0;
	size_t i;

	globals->len = 1;
	for (i = 0; i < NR_GLOBALS; i++) {
		if (global[i].is_float && !floats)
			continue;
		put(globals, global[i].bytes, global[i].len);
		put_export(exports, global[i].name, KW_EXT_GLOBAL, nr++);
	}
	globals->bytes[0] = nr;
	*nr_exports += nr;
}

u8 *spectest_build(bool floats, size_t *len)
{
	static const u8 header[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
	static const struct buf tables = { { 1, 0x70, 1, 10, 20 }, 5 };
	static const struct buf mems = { { 1, 1, 1, 2 }, 4 };
	struct buf out = { .len = 0 }, types, funcs, globals, exports = { .len = 1 }, code;
	u8 nr_exports = 0, *p;

	put_funcs(&types, &funcs, &code, &exports, floats, &nr_exports);
	put_globals(&globals, &exports, floats, &nr_exports);
	put_export(&exports, "table", KW_EXT_TABLE, 0);
	put_export(&exports, "memory", KW_EXT_MEMORY, 0);
	exports.bytes[0] = nr_exports + 2;

	put(&out, header, sizeof(header));
	put_section(&out, 1, &types);
	put_section(&out, 3, &funcs);
	put_section(&out, 4, &tables);
	put_section(&out, 5, &mems);
	put_section(&out, 6, &globals);
	put_section(&out, 7, &exports);
	put_section(&out, 10, &code);

	p = malloc(out.len);
	if (p)
		memcpy(p, out.bytes, out.len);
	*len = out.len;
	return p;
}
