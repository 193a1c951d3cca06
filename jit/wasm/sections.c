// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns the type, import, function, table, memory, global, start and code
 * sections into arrays; core spec 2.0, 5.5.  Imports come before what the
 * module defines itself in each index space, so those arrays are grown once
 * by the imports and once by the section.
 */
#include "../common/limits.h"
#include "newer.h"
#include "reader.h"

static int read_types_of(struct kw_reader *r, u32 limit, enum kw_reason over, u32 *nr, const u8 **first)
{
	u8 type;
	u32 i;
	int err;

	err = kw_rd_count(r, limit, over, nr);
	*first = r->pos;
	for (i = 0; !err && i < *nr; i++)
		err = kw_rd_valtype(r, &type);
	return err;
}

static int read_functype(struct kw_reader *r, struct kw_module *m, struct kw_functype *t)
{
	const u8 *params, *results;
	u8 form, *types;
	int err;

	t->wasm_off = kw_rd_off(r);
	err = kw_rd_byte(r, &form);
	if (err)
		return err;
	if (kw_newer_type_form(form))
		return kw_rd_bad_at(r, r->pos - 1, KW_R_NEWER, kw_newer_type_form(form), 0);
	if (form != 0x60)
		return kw_rd_bad_at(r, r->pos - 1, KW_R_FUNCTYPE, form, 0);
	err = read_types_of(r, KW_MAX_PARAMS, KW_R_MAX_PARAMS, &t->nr_params, &params);
	if (!err)
		err = read_types_of(r, KW_MAX_RESULTS, KW_R_MAX_RESULTS, &t->nr_results, &results);
	if (err)
		return err;
	types = kw_arena_alloc(m->arena, t->nr_params + t->nr_results);
	if (!types)
		return -ENOMEM;
	memcpy(types, params, t->nr_params);
	memcpy(types + t->nr_params, results, t->nr_results);
	t->types = types;
	return 0;
}

int kw_decode_types(struct kw_reader *r, struct kw_module *m)
{
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_TYPES, KW_R_MAX_TYPES, &m->nr_types);
	if (err)
		return err;
	m->types = kw_arena_array(m->arena, m->nr_types, sizeof(*m->types));
	if (!m->types)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_types; i++)
		err = read_functype(r, m, &m->types[i]);
	return err;
}

/* A place at the end of an index space.  Imports are few; what they grow is small. */
static void *add_import_to(struct kw_module *m, void *space, u32 *cap, u32 *nr, size_t size)
{
	void *p = kw_arena_grow(m->arena, space, cap, *nr + 1, size);

	if (p)
		memset((u8 *)p + (*nr)++ * size, 0, size);
	return p;
}

#define KIND_TAG	4	/* of imports, in a later version */

struct caps {
	u32 funcs, tables, mems, globals;
};

static int add_func(struct kw_reader *r, struct kw_module *m, struct caps *c)
{
	u32 type;
	int err;

	err = kw_rd_index(r, m->nr_types, KW_R_UNKNOWN_TYPE, &type);
	if (err)
		return err;
	m->funcs = add_import_to(m, m->funcs, &c->funcs, &m->nr_funcs, sizeof(*m->funcs));
	if (!m->funcs)
		return -ENOMEM;
	m->funcs[m->nr_funcs - 1].type = type;
	return 0;
}

static int add_table(struct kw_reader *r, struct kw_module *m, struct caps *c)
{
	if (m->nr_tables == KW_MAX_TABLES)
		return kw_rd_bad(r, KW_R_MAX_TABLES, m->nr_tables + 1, KW_MAX_TABLES);
	m->tables = add_import_to(m, m->tables, &c->tables, &m->nr_tables, sizeof(*m->tables));
	return m->tables ? kw_rd_tabletype(r, &m->tables[m->nr_tables - 1]) : -ENOMEM;
}

static int add_mem(struct kw_reader *r, struct kw_module *m, struct caps *c)
{
	if (m->nr_mems)
		return kw_rd_bad(r, KW_R_SEVERAL_MEMORIES, 0, 0);
	m->mems = add_import_to(m, m->mems, &c->mems, &m->nr_mems, sizeof(*m->mems));
	return m->mems ? kw_rd_memtype(r, &m->mems[m->nr_mems - 1]) : -ENOMEM;
}

static int add_global(struct kw_reader *r, struct kw_module *m, struct caps *c)
{
	m->globals = add_import_to(m, m->globals, &c->globals, &m->nr_globals, sizeof(*m->globals));
	return m->globals ? kw_rd_globaltype(r, &m->globals[m->nr_globals - 1].type) : -ENOMEM;
}

static int read_import(struct kw_reader *r, struct kw_module *m, struct caps *c, struct kw_import *im)
{
	int err;

	im->offset = kw_rd_off(r);
	err = kw_rd_name(r, &im->module);
	if (!err)
		err = kw_rd_name(r, &im->name);
	if (!err)
		err = kw_rd_byte(r, &im->kind);
	if (err)
		return err;
	switch (im->kind) {
	case KW_EXT_FUNC:
		im->index = m->nr_funcs;
		return add_func(r, m, c);
	case KW_EXT_TABLE:
		im->index = m->nr_tables;
		return add_table(r, m, c);
	case KW_EXT_MEMORY:
		im->index = m->nr_mems;
		return add_mem(r, m, c);
	case KW_EXT_GLOBAL:
		im->index = m->nr_globals;
		return add_global(r, m, c);
	}
	if (im->kind == KIND_TAG)
		return kw_rd_bad_at(r, r->pos - 1, KW_R_TAG_IMPORT, 0, 0);
	return kw_rd_bad_at(r, r->pos - 1, KW_R_IMPORT_KIND, im->kind, 0);
}

int kw_decode_imports(struct kw_reader *r, struct kw_module *m)
{
	struct caps c = { 0 };
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_IMPORTS, KW_R_MAX_IMPORTS, &m->nr_imports);
	if (err)
		return err;
	m->imports = kw_arena_array(m->arena, m->nr_imports, sizeof(*m->imports));
	if (!m->imports)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_imports; i++)
		err = read_import(r, m, &c, &m->imports[i]);
	m->nr_imported_funcs = m->nr_funcs;
	m->nr_imported_tables = m->nr_tables;
	m->nr_imported_mems = m->nr_mems;
	m->nr_imported_globals = m->nr_globals;
	return err;
}

/*
 * Append the vector at @r to an index space that holds the imports: its count
 * goes to *@nr_own, *@space gets room for both.  Imports and own together stay below @limit.
 */
static int append_space(struct kw_reader *r, struct kw_module *m, void **space, u32 nr_imported,
			u32 limit, enum kw_reason over, size_t size, u32 *nr_own)
{
	const u8 *at = r->pos;
	u8 *p;
	int err;

	err = kw_rd_count(r, limit, over, nr_own);
	if (err)
		return err;
	if (nr_imported + *nr_own > limit)
		return kw_rd_bad_at(r, at, over, nr_imported + *nr_own, limit);
	p = kw_arena_array(m->arena, nr_imported + *nr_own, size);
	if (!p)
		return -ENOMEM;
	if (nr_imported)
		memcpy(p, *space, nr_imported * size);
	*space = p;
	return 0;
}

int kw_decode_funcs(struct kw_reader *r, struct kw_module *m)
{
	void *space = m->funcs;
	u32 i, nr_own;
	int err;

	err = append_space(r, m, &space, m->nr_funcs, KW_MAX_FUNCS, KW_R_MAX_FUNCS, sizeof(*m->funcs), &nr_own);
	if (err)
		return err;
	m->funcs = space;
	for (i = 0; !err && i < nr_own; i++)
		err = kw_rd_index(r, m->nr_types, KW_R_UNKNOWN_TYPE, &m->funcs[m->nr_funcs++].type);
	return err;
}

int kw_decode_tables(struct kw_reader *r, struct kw_module *m)
{
	void *space = m->tables;
	u32 i, nr_own;
	int err;

	err = append_space(r, m, &space, m->nr_tables, KW_MAX_TABLES, KW_R_MAX_TABLES, sizeof(*m->tables), &nr_own);
	if (err)
		return err;
	m->tables = space;
	for (i = 0; !err && i < nr_own; i++)
		err = kw_rd_tabletype(r, &m->tables[m->nr_tables++]);
	return err;
}

int kw_decode_mems(struct kw_reader *r, struct kw_module *m)
{
	struct caps c = { 0 };
	u32 i, nr;
	int err;

	err = kw_rd_count(r, 0xffffffff, KW_R_NONE, &nr);
	for (i = 0; !err && i < nr; i++)
		err = add_mem(r, m, &c);
	return err;
}

int kw_decode_globals(struct kw_reader *r, struct kw_module *m)
{
	void *space = m->globals;
	u32 i, nr_own;
	int err;

	err = append_space(r, m, &space, m->nr_globals, KW_MAX_GLOBALS, KW_R_MAX_GLOBALS, sizeof(*m->globals), &nr_own);
	if (err)
		return err;
	m->globals = space;
	for (i = 0; !err && i < nr_own; i++) {
		struct kw_global *g = &m->globals[m->nr_globals];

		err = kw_rd_globaltype(r, &g->type);
		if (!err)
			err = kw_rd_constexpr(r, m, g->type.type, &g->init);
		m->nr_globals++;	/* not in scope of its own */
	}
	return err;
}

int kw_decode_start(struct kw_reader *r, struct kw_module *m)
{
	const u8 *at = r->pos;
	const struct kw_functype *t;
	int err;

	err = kw_rd_index(r, m->nr_funcs, KW_R_UNKNOWN_FUNC, &m->start);
	if (err)
		return err;
	t = kw_func_type(m, m->start);
	return t->nr_params || t->nr_results ? kw_rd_bad_at(r, at, KW_R_START_FUNC, 0, 0) : 0;
}

static int read_body(struct kw_reader *r, struct kw_func *f)
{
	const u8 *at = r->pos, *body;
	int err;

	err = kw_rd_u32(r, &f->body_len);
	if (!err)
		err = kw_rd_bytes(r, f->body_len, &body);
	if (err)
		return err;
	if (f->body_len > KW_MAX_BODY_BYTES)
		return kw_rd_bad_at(r, at, KW_R_MAX_BODY, f->body_len, KW_MAX_BODY_BYTES);
	f->body_off = body - r->base;
	return 0;
}

int kw_decode_code(struct kw_reader *r, struct kw_module *m)
{
	const u8 *at = r->pos;
	u32 i, nr, nr_own = m->nr_funcs - m->nr_imported_funcs;
	int err;

	err = kw_rd_u32(r, &nr);
	if (err)
		return err;
	if (nr != nr_own)
		return kw_rd_bad_at(r, at, KW_R_FUNC_CODE_COUNT, nr_own, nr);
	for (i = 0; !err && i < nr; i++) {
		err = read_body(r, &m->funcs[m->nr_imported_funcs + i]);
		if (err)
			r->diag->func = m->nr_imported_funcs + i;
	}
	return err;
}
