// SPDX-License-Identifier: GPL-2.0
/* Seed -> module: its sections. */
#include <string.h>

#include "emit.h"
#include "gen.h"

static void header(struct gen *g)
{
	static const u8 h[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
	u32 i;

	for (i = 0; i < sizeof(h); i++)
		put(g, h[i]);
}

/* ---- types ---- */

static void add_type(struct gen *g, const char *params, const char *results)
{
	static const u8 letter[128] = { ['i'] = KW_V_I32, ['l'] = KW_V_I64, ['d'] = KW_V_F64, ['v'] = KW_V_V128,
					['r'] = KW_V_FUNCREF, ['x'] = KW_V_EXTERNREF };
	struct sig *s = &g->type[g->nr_types++];

	memset(s, 0, sizeof(*s));
	while (*params)
		s->param[s->nr_params++] = letter[(u8)*params++];
	while (*results)
		s->result[s->nr_results++] = letter[(u8)*results++];
}

static void random_type(struct gen *g)
{
	struct sig *s = &g->type[g->nr_types++];
	u32 i;

	s->nr_params = rnd(g, 9) ? rnd(g, 5) : MAX_SIG;
	s->nr_results = rnd(g, 6) ? rnd(g, 2) : rnd(g, MAX_SIG);
	for (i = 0; i < s->nr_params; i++)
		s->param[i] = any_type(g);
	for (i = 0; i < s->nr_results; i++)
		s->result[i] = any_type(g);
}

static void put_type(struct gen *g, const struct sig *s)
{
	u32 i;

	put(g, 0x60);
	uleb(g, s->nr_params);
	for (i = 0; i < s->nr_params; i++)
		put(g, s->param[i]);
	uleb(g, s->nr_results);
	for (i = 0; i < s->nr_results; i++)
		put(g, s->result[i]);
}

static void type_section(struct gen *g, u32 nr_random)
{
	u8 *size = open_section(g, 1);
	u32 i;

	add_type(g, "i", "i");
	add_type(g, "li", "l");
	add_type(g, "", "");
	add_type(g, "il", "l");
	add_type(g, g->floats ? "id" : "ii", g->floats ? "d" : "i");
	add_type(g, g->simd ? "iv" : "il", g->simd ? "v" : "l");
	add_type(g, "il", "li");
	add_type(g, g->refs ? "rx" : "il", g->refs ? "xr" : "li");
	while (nr_random--)
		random_type(g);
	uleb(g, g->nr_types);
	for (i = 0; i < g->nr_types; i++)
		put_type(g, &g->type[i]);
	close_size(g, size);
}

/* ---- the rest, in the order of sections ---- */

static void import_item(struct gen *g, const char *name, u8 kind)
{
	put_name(g, "env");
	put_name(g, name);
	put(g, kind);
}

static void import_section(struct gen *g)
{
	u8 *size = open_section(g, 2);

	uleb(g, 5);
	import_item(g, "f0", KW_EXT_FUNC);
	uleb(g, g->func_type[0] = SIG_I32);
	import_item(g, "f1", KW_EXT_FUNC);
	uleb(g, g->func_type[1] = SIG_I64);
	import_item(g, "t", KW_EXT_TABLE);
	put(g, KW_V_FUNCREF);
	put(g, 0);
	uleb(g, 4);
	import_item(g, "gi", KW_EXT_GLOBAL);
	put(g, KW_V_I32);
	put(g, 1);
	import_item(g, "gc", KW_EXT_GLOBAL);
	put(g, KW_V_I64);
	put(g, 0);
	close_size(g, size);
	g->global[0] = KW_V_I32;
	g->global_mutable[0] = true;
	g->global[1] = KW_V_I64;
	g->nr_globals = NR_IMPORTED_GLOBALS;
}

static bool exports_vector(const struct sig *s)
{
	return memchr(s->param, KW_V_V128, s->nr_params) || memchr(s->result, KW_V_V128, s->nr_results);
}

static void function_section(struct gen *g, u32 max)
{
	u8 *size = open_section(g, 3);
	u32 own = 1 + rnd(g, max < MAX_FUNCS ? max : MAX_FUNCS), i, t;

	uleb(g, own);
	g->nr_funcs = NR_IMPORTED_FUNCS + own;
	for (i = NR_IMPORTED_FUNCS; i < g->nr_funcs; i++) {
		do
			t = rnd(g, g->nr_types);
		while (g->portable && exports_vector(&g->type[t]));
		uleb(g, g->func_type[i] = t);
	}
	close_size(g, size);
}

static void table_and_memory(struct gen *g)
{
	u8 *size = open_section(g, 4);

	uleb(g, NR_TABLES - 1);
	put(g, KW_V_FUNCREF);
	put(g, 1);
	uleb(g, TABLE_SIZE);
	uleb(g, TABLE_SIZE + 20);
	put(g, KW_V_EXTERNREF);
	put(g, 1);
	uleb(g, 5);
	uleb(g, 25);
	close_size(g, size);
	size = open_section(g, 5);
	put(g, 1);
	put(g, 1);
	uleb(g, rnd(g, 12) ? 1 : 2);
	uleb(g, 3);
	close_size(g, size);
}

static void add_global(struct gen *g, u8 type, bool mutable)
{
	if (g->nr_globals == MAX_GLOBALS)
		return;
	g->global[g->nr_globals] = type;
	g->global_mutable[g->nr_globals++] = mutable;
}

static void global_section(struct gen *g)
{
	u8 *size;
	u32 i;

	for (i = 0; i < 2; i++) {
		add_global(g, KW_V_I32, true);
		add_global(g, KW_V_I64, true);
	}
	add_global(g, KW_V_I32, false);
	add_global(g, KW_V_I64, false);
	if (g->floats) {
		add_global(g, KW_V_F32, true);
		add_global(g, KW_V_F64, true);
	}
	if (g->simd) {
		add_global(g, KW_V_V128, true);
		add_global(g, KW_V_V128, false);
	}
	if (g->refs) {
		add_global(g, KW_V_FUNCREF, true);
		add_global(g, KW_V_EXTERNREF, true);
	}
	size = open_section(g, 6);
	uleb(g, g->nr_globals - NR_IMPORTED_GLOBALS);
	for (i = NR_IMPORTED_GLOBALS; i < g->nr_globals; i++) {
		put(g, g->global[i]);
		put(g, g->global_mutable[i]);
		if (g->global[i] == KW_V_I64 && !g->global_mutable[i])
			emit1(g, WASM_OP_GLOBAL_GET, 1);
		else if (g->global[i] == KW_V_FUNCREF)
			emit1(g, WASM_OP_REF_FUNC, rnd(g, g->nr_funcs));
		else
			constant(g, g->global[i]);
		emit(g, WASM_OP_END);
	}
	close_size(g, size);
}

static void export_item(struct gen *g, char letter, u32 n, u8 kind, u32 index)
{
	char name[4] = { letter, 0, 0, 0 };

	if (n > 9)
		name[1] = (char)('0' + n / 10);
	name[n > 9 ? 2 : 1] = (char)('0' + n % 10);
	put_name(g, name);
	put(g, kind);
	uleb(g, index);
}

static void export_section(struct gen *g)
{
	u8 *size = open_section(g, 7);
	u32 i, mutable = 0;

	for (i = 0; i < g->nr_globals; i++)
		mutable += g->global_mutable[i];
	uleb(g, g->nr_funcs - NR_IMPORTED_FUNCS + 1 + mutable);
	for (i = NR_IMPORTED_FUNCS; i < g->nr_funcs; i++)
		export_item(g, 'f', i - NR_IMPORTED_FUNCS, KW_EXT_FUNC, i);
	for (i = 0; i < g->nr_globals; i++)
		if (g->global_mutable[i])
			export_item(g, 'g', i, KW_EXT_GLOBAL, i);
	put_name(g, "m");
	put(g, KW_EXT_MEMORY);
	uleb(g, 0);
	close_size(g, size);
}

static void func_items(struct gen *g, u32 from, u32 n)
{
	u32 i;

	uleb(g, n);
	for (i = 0; i < n; i++)
		uleb(g, from + i);
}

static void element_section(struct gen *g)
{
	u8 *size = open_section(g, 9);
	u32 i;

	uleb(g, NR_ELEMS);
	put(g, 2);		/* ELEM_ACTIVE: of a table by index */
	uleb(g, TABLE_FUNCS);
	i32_const(g, 0);
	emit(g, WASM_OP_END);
	put(g, 0);
	func_items(g, NR_IMPORTED_FUNCS, min(g->nr_funcs - NR_IMPORTED_FUNCS, (u32)TABLE_SIZE));
	put(g, 5);		/* ELEM_PASSIVE: expressions */
	put(g, KW_V_FUNCREF);
	uleb(g, 6);
	for (i = 0; i < 6; i++) {
		if (i % 3 == 2)
			constant(g, KW_V_FUNCREF);
		else
			emit1(g, WASM_OP_REF_FUNC, rnd(g, g->nr_funcs));
		emit(g, WASM_OP_END);
	}
	put(g, 3);		/* ELEM_DECLARED: all, so that ref.func may name them */
	put(g, 0);
	func_items(g, 0, g->nr_funcs);
	put(g, 5);		/* ELEM_EXTERN */
	put(g, KW_V_EXTERNREF);
	uleb(g, 3);
	for (i = 0; i < 3; i++) {
		constant(g, KW_V_EXTERNREF);
		emit(g, WASM_OP_END);
	}
	close_size(g, size);
	size = open_section(g, 12);	/* data count */
	uleb(g, NR_DATAS);
	close_size(g, size);
}

/* ---- functions ---- */

static void add_local(struct gen *g, u8 type)
{
	g->local[g->nr_locals++] = type;
}

static void make_locals(struct gen *g, const struct sig *s)
{
	u32 extra = rnd(g, 6), i;

	g->nr_locals = 0;
	for (i = 0; i < s->nr_params; i++)
		add_local(g, s->param[i]);
	for (i = 0; i < extra; i++)
		add_local(g, any_type(g));
	g->nr_settable = g->nr_locals;
	g->free_i32 = g->nr_locals;
	for (i = 0; i < 9; i++)
		add_local(g, KW_V_I32);
	g->free_i64 = g->end_i32 = g->nr_locals;
	for (i = 0; i < 3; i++)
		add_local(g, KW_V_I64);
	g->end_i64 = g->scratch = g->nr_locals;
	if (g->floats) {
		add_local(g, KW_V_F32);
		add_local(g, KW_V_F64);
		if (g->simd)
			add_local(g, KW_V_V128);
	}
	uleb(g, g->nr_locals - s->nr_params);
	for (i = s->nr_params; i < g->nr_locals; i++) {
		put(g, 1);
		put(g, g->local[i]);
	}
}

static void one_body(struct gen *g, u32 func, u32 budget)
{
	const struct sig *s = &g->type[g->func_type[func]];
	u8 *size = open_size(g);
	u32 i;

	g->func = func;
	g->nr_labels = 0;
	g->nr_loops = 0;
	g->budget = (int)budget;
	make_locals(g, s);
	open_label(g, s->result, s->nr_results);	/* branches to the function's own label return */
	while (g->budget > 0)
		stmt(g, MAX_DEPTH);
	g->budget = 40;
	for (i = 0; i < s->nr_results; i++)
		expr(g, s->result[i], 4);
	close_label(g);
	close_size(g, size);
}

static void code_section(struct gen *g, u32 budget)
{
	u8 *size = open_section(g, 10);
	u32 i;

	uleb(g, g->nr_funcs - NR_IMPORTED_FUNCS);
	for (i = NR_IMPORTED_FUNCS; i < g->nr_funcs; i++)	/* the last are small: leaves, called by all */
		one_body(g, i, 1 + rnd(g, i * 2 > g->nr_funcs ? budget / 8 + 1 : budget));
	close_size(g, size);
}

static void random_bytes(struct gen *g, u32 n)
{
	uleb(g, n);
	while (n--)
		put(g, (u8)rnd(g, 256));
}

static void data_section(struct gen *g)
{
	u8 *size = open_section(g, 11);

	uleb(g, NR_DATAS);
	put(g, 1);		/* DATA_PASSIVE */
	random_bytes(g, DATA_BYTES);
	put(g, 0);		/* DATA_ACTIVE */
	i32_const(g, 16);
	emit(g, WASM_OP_END);
	random_bytes(g, 200);
	close_size(g, size);
}

size_t gen_module(uint64_t seed, struct gen_opts *o, uint8_t *bytes, size_t cap)
{
	struct gen g = { .rng = seed * 0x9e3779b97f4a7c15ULL + 1, .p = bytes, .end = bytes + cap, .o = o };
	u32 i;

	for (i = 0; i < 8; i++)
		rnd(&g, 2);
	g.floats = rnd(&g, 2);
	g.simd = rnd(&g, 2);
	g.refs = rnd(&g, 2);
	g.portable = rnd(&g, 2);
	header(&g);
	type_section(&g, 2 + rnd(&g, MAX_TYPES - NR_FIXED_SIGS - 1));
	import_section(&g);
	function_section(&g, o->nr_funcs);
	table_and_memory(&g);
	global_section(&g);
	export_section(&g);
	element_section(&g);
	code_section(&g, o->size);
	data_section(&g);
	o->nr_nodes = min(g.nr_nodes, (u32)GEN_MAX_NODES);
	o->portable = g.portable || (!g.floats && !g.simd);
	return g.full ? 0 : (size_t)(g.p - bytes);
}
