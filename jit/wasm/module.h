/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One decoded module: an array per index space, imports first.  Everything
 * points into the bytes or into the arena; nothing is copied twice and no
 * function body is touched before validation.
 */
#ifndef KW_WASM_MODULE_H
#define KW_WASM_MODULE_H

#include "../common/arena.h"
#include "../common/diag.h"

enum kw_valtype {
	KW_V_I32 = 0x7f, KW_V_I64 = 0x7e, KW_V_F32 = 0x7d, KW_V_F64 = 0x7c, KW_V_V128 = 0x7b,
	KW_V_FUNCREF = 0x70, KW_V_EXTERNREF = 0x6f,
};

enum kw_extern { KW_EXT_FUNC, KW_EXT_TABLE, KW_EXT_MEMORY, KW_EXT_GLOBAL };

#define KW_NO_INDEX	0xffffffffu

struct kw_name {			/* valid UTF-8, not terminated */
	const u8 *p;
	u32 len;
};

struct kw_functype {
	u32 nr_params, nr_results;
	const u8 *types;		/* params, then results: enum kw_valtype */
	u32 wasm_off;
};

struct kw_limits {
	u32 min, max;
	bool has_max;
};

struct kw_tabletype {
	u8 type;			/* enum kw_valtype */
	bool written;			/* exported, or some body writes or grows it */
	bool fixed;			/* set by validation: keeps its first length, and holds no functions but the module's own */
	struct kw_limits limits;
	u32 wasm_off;
};

struct kw_globaltype {
	u8 type;			/* enum kw_valtype */
	bool mutable;
	u32 wasm_off;
};

enum kw_constkind { KW_CE_CONST, KW_CE_GLOBAL, KW_CE_FUNC, KW_CE_NULL };

struct kw_constexpr {
	u8 kind;			/* enum kw_constkind */
	u8 type;			/* of the value */
	u32 index;			/* CE_GLOBAL, CE_FUNC */
	u64 lo, hi;			/* CE_CONST: bits */
};

struct kw_import {
	struct kw_name module, name;
	u8 kind;			/* enum kw_extern */
	u32 index;			/* in its index space */
	u32 offset;			/* of the entry, for messages */
};

struct kw_export {
	struct kw_name name;
	u8 kind;
	u32 index;
};

struct kw_func {
	u32 type;			/* index of its functype */
	u32 body_off, body_len;		/* locals and code, 0 for imports */
	bool declared;			/* exported, or in a segment or global: ref.func may name it (spec: C.refs) */
	bool calls;			/* set by validation: another than imports, or through a table */
};

struct kw_global {
	struct kw_globaltype type;
	bool exported;
	struct kw_constexpr init;	/* not for imports */
};

enum kw_segmode { KW_SEG_ACTIVE, KW_SEG_PASSIVE, KW_SEG_DECLARATIVE };

struct kw_elem {
	u8 mode, type;
	u32 table;
	struct kw_constexpr offset;
	u32 nr_items;
	const struct kw_constexpr *items;
	u32 wasm_off;
};

struct kw_data {
	u8 mode;
	u32 memory;
	struct kw_constexpr offset;
	const u8 *bytes;
	u32 len;
	u32 wasm_off;
};

struct kw_custom {
	struct kw_name name;
	const u8 *bytes;
	u32 len;
	u32 wasm_off;			/* of the contents */
};

struct kw_module {
	struct kw_arena *arena;
	const u8 *bytes;
	u32 len;

	u32 nr_types, nr_imports, nr_funcs, nr_tables, nr_mems, nr_globals;
	u32 nr_exports, nr_elems, nr_datas, nr_customs;
	u32 nr_imported_funcs, nr_imported_tables, nr_imported_mems, nr_imported_globals;
	struct kw_functype *types;
	struct kw_import *imports;
	struct kw_func *funcs;		/* imports first, as in all index spaces */
	struct kw_tabletype *tables;
	struct kw_limits *mems;
	struct kw_global *globals;
	struct kw_export *exports;
	struct kw_elem *elems;
	struct kw_data *datas;
	struct kw_custom *customs;
	u32 customs_cap;		/* room there; the others are exact */
	u32 start;			/* function index or KW_NO_INDEX */
	u32 data_count;			/* of the data count section, KW_NO_INDEX without */
	bool uses_float;		/* set by validation: some body or type has f32, f64 or v128 */
};

/**
 * kw_module_decode() - index one WebAssembly binary
 * @arena: owns every allocation made here; freed as a whole
 * @bytes: @len bytes, private to us: no one may change them while @out lives
 * @len:   bytes
 * @out:   one array per index space; function bodies are located, not read
 * @diag:  offset and reason on a refusal
 *
 * Sections come in the order in which they refer to each other, so what the
 * spec wants of everything but bodies is checked here, where the offset is known.
 * Source: core spec 2.0, 5.5 and 3.4.
 * Context: process context, may sleep.
 * Return: 0, -ENOEXEC malformed, -EINVAL invalid, -E2BIG over a limit, -EOPNOTSUPP, -ENOMEM, -EINTR.
 */
int kw_module_decode(struct kw_arena *arena, const u8 *bytes, u32 len,
		     struct kw_module *out, struct kw_diag *diag);

/**
 * kw_module_validate() - what core spec 2.0 chapter 3 wants of the bodies of a decoded module
 * @m:        decoded; gets uses_float, which functions call others and which tables are fixed
 * @features: enum kw_feature bits that may be used; others are refused by name (-EOPNOTSUPP)
 *
 * Linear in the module's size, no recursion.
 */
int kw_module_validate(struct kw_module *m, u32 features, struct kw_diag *diag);

#define KW_FEATURE_FLOAT	0x01	/* f32, f64 instructions and types */
#define KW_FEATURE_SIMD		0x02	/* v128 */
#define KW_FEATURE_REFTYPES	0x04	/* externref, ref.*, table.get/set/grow/size/fill, several tables, select t */
#define KW_FEATURES_ALL		0x07

static inline const struct kw_functype *kw_func_type(const struct kw_module *m, u32 func)
{
	return &m->types[m->funcs[func].type];
}

static inline bool kw_is_reftype(u8 t)
{
	return t == KW_V_FUNCREF || t == KW_V_EXTERNREF;
}

static inline bool kw_is_valtype(u8 t)
{
	return (t >= KW_V_V128 && t <= KW_V_I32) || kw_is_reftype(t);
}

bool kw_functype_equal(const struct kw_functype *a, const struct kw_functype *b);

/* Export @name of @kind, or NULL. */
const struct kw_export *kw_module_find_export(const struct kw_module *m, const char *name, size_t len);

/* First custom section called @name at or behind index *@from; *@from moves past it. */
const struct kw_custom *kw_module_next_custom(const struct kw_module *m, const char *name, u32 *from);

/* Name of function @func from the name section, else its first export's name, else len 0. */
struct kw_name kw_module_func_name(const struct kw_module *m, u32 func);

#endif /* KW_WASM_MODULE_H */
