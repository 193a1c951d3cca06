// SPDX-License-Identifier: GPL-2.0
/* The module that random modules import from: two functions, a table, two globals, and a log that adds up. */
#include <string.h>

#include "emit.h"
#include "gen.h"

enum { TYPE_F0, TYPE_F1, TYPE_LOG };	/* TYPE_LOG + k: of log[k].type */

static const struct { const char *name; u8 type; } logs[] = {
	{ "log-i32", KW_V_I32 }, { "log-i64", KW_V_I64 }, { "log-f32", KW_V_F32 }, { "log-f64", KW_V_F64 },
	{ "log-v128", KW_V_V128 },
};

static void types(struct gen *g)
{
	static const u8 f[] = { 0x60, 1, KW_V_I32, 1, KW_V_I32, 0x60, 2, KW_V_I64, KW_V_I32, 1, KW_V_I64 };
	u8 *size = open_section(g, 1);
	u32 i;

	uleb(g, TYPE_LOG + ARRAY_SIZE(logs));
	for (i = 0; i < sizeof(f); i++)
		put(g, f[i]);
	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		put(g, 0x60);
		put(g, 1);
		put(g, logs[i].type);
		put(g, 0);
	}
	close_size(g, size);
}

static void indices(struct gen *g)
{
	u8 *size = open_section(g, 3);
	u32 i;

	uleb(g, TYPE_LOG + ARRAY_SIZE(logs));
	for (i = 0; i < TYPE_LOG + ARRAY_SIZE(logs); i++)
		uleb(g, i);
	close_size(g, size);
	size = open_section(g, 4);
	put(g, 1);
	put(g, KW_V_FUNCREF);
	put(g, 1);
	uleb(g, 5);
	uleb(g, 30);
	close_size(g, size);
	size = open_section(g, 6);
	put(g, 2);
	put(g, KW_V_I32);
	put(g, 1);
	i32_const(g, 12345);
	emit(g, WASM_OP_END);
	put(g, KW_V_I64);
	put(g, 0);
	i64_const(g, 0x123456789abcdef0);
	emit(g, WASM_OP_END);
	close_size(g, size);
}

static void export_item(struct gen *g, const char *name, u8 kind, u32 index)
{
	put_name(g, name);
	put(g, kind);
	uleb(g, index);
}

static void exports(struct gen *g)
{
	u8 *size = open_section(g, 7);
	u32 i;

	uleb(g, 5 + ARRAY_SIZE(logs));
	export_item(g, "f0", KW_EXT_FUNC, 0);
	export_item(g, "f1", KW_EXT_FUNC, 1);
	export_item(g, "t", KW_EXT_TABLE, 0);
	export_item(g, "gi", KW_EXT_GLOBAL, 0);
	export_item(g, "gc", KW_EXT_GLOBAL, 1);
	for (i = 0; i < ARRAY_SIZE(logs); i++)
		export_item(g, logs[i].name, KW_EXT_FUNC, TYPE_LOG + i);
	close_size(g, size);
	size = open_section(g, 9);
	put(g, 1);
	put(g, 0);
	i32_const(g, 0);
	emit(g, WASM_OP_END);
	uleb(g, 2);
	uleb(g, 0);
	uleb(g, 1);
	close_size(g, size);
}

/* gi = gi * 31 + what is on the stack */
static void add_to_log(struct gen *g)
{
	emit1(g, WASM_OP_GLOBAL_GET, 0);
	i32_const(g, 31);
	emit(g, WASM_OP_I32_MUL);
	emit(g, WASM_OP_I32_ADD);
	emit1(g, WASM_OP_GLOBAL_SET, 0);
}

/* Parameter 0 as an i32; all NaNs are alike. */
static void hashed(struct gen *g, u8 type)
{
	bool wide = type == KW_V_F64;
	u32 i;

	if (is_float(type)) {
		emit1(g, WASM_OP_LOCAL_GET, 0);
		emit(g, wide ? WASM_OP_F64_CONST : WASM_OP_F32_CONST);
		for (i = 0; i < (wide ? 8U : 4U); i++)
			put(g, 0);
		emit1(g, WASM_OP_LOCAL_GET, 0);
		emit1(g, WASM_OP_LOCAL_GET, 0);
		emit(g, wide ? WASM_OP_F64_EQ : WASM_OP_F32_EQ);
		emit(g, WASM_OP_SELECT);
		emit(g, wide ? WASM_OP_I64_REINTERPRET_F64 : WASM_OP_I32_REINTERPRET_F32);
	} else {
		emit1(g, WASM_OP_LOCAL_GET, 0);
	}
	if (type == KW_V_V128) {
		i32_const(g, 7);
		emit(g, WASM_OP_I8X16_SHR_S);	/* signs: NaNs have other bits elsewhere */
		emit(g, WASM_OP_I8X16_BITMASK);
		i32_const(g, 0x7777);		/* and a NaN's own sign says nothing */
		emit(g, WASM_OP_I32_AND);
	} else if (type == KW_V_I64 || wide) {
		i64_const(g, 32);
		emit(g, WASM_OP_I64_ROTL);
		emit(g, WASM_OP_I32_WRAP_I64);
		emit1(g, WASM_OP_LOCAL_GET, 0);
		if (wide)
			emit(g, WASM_OP_I32_TRUNC_SAT_F64_S);
		else
			emit(g, WASM_OP_I32_WRAP_I64);
		emit(g, WASM_OP_I32_XOR);
	}
}

static void code(struct gen *g)
{
	u8 *size = open_section(g, 10), *body;
	u32 i;

	uleb(g, TYPE_LOG + ARRAY_SIZE(logs));
	body = open_size(g);
	put(g, 0);
	emit1(g, WASM_OP_LOCAL_GET, 0);
	add_to_log(g);
	emit1(g, WASM_OP_GLOBAL_GET, 0);
	emit(g, WASM_OP_END);
	close_size(g, body);
	body = open_size(g);
	put(g, 0);
	emit1(g, WASM_OP_LOCAL_GET, 1);
	add_to_log(g);
	emit1(g, WASM_OP_LOCAL_GET, 0);
	i64_const(g, 13);
	emit(g, WASM_OP_I64_ROTL);
	emit1(g, WASM_OP_LOCAL_GET, 1);
	emit(g, WASM_OP_I64_EXTEND_I32_S);
	emit(g, WASM_OP_I64_ADD);
	emit(g, WASM_OP_END);
	close_size(g, body);
	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		body = open_size(g);
		put(g, 0);
		hashed(g, logs[i].type);
		add_to_log(g);
		emit(g, WASM_OP_END);
		close_size(g, body);
	}
	close_size(g, size);
}

size_t gen_env(uint8_t *bytes, size_t cap)
{
	struct gen g = { .p = bytes, .end = bytes + cap };
	static const u8 h[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
	u32 i;

	for (i = 0; i < sizeof(h); i++)
		put(&g, h[i]);
	types(&g);
	indices(&g);
	exports(&g);
	code(&g);
	return g.full ? 0 : (size_t)(g.p - bytes);
}
