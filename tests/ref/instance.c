// SPDX-License-Identifier: GPL-2.0
/* The reference interpreter: stores, linking, instances (spec 4.5). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct kw_value ref_const(const struct ref_instance *r, const struct kw_constexpr *e)
{
	switch (e->kind) {
	case KW_CE_CONST:
		return (struct kw_value){ e->lo, e->hi };
	case KW_CE_GLOBAL:
		return *r->global[e->index];
	case KW_CE_FUNC:
		return (struct kw_value){ (u64)&r->func[e->index], 0 };
	default:
		return (struct kw_value){ 0, 0 };
	}
}

/* ---- imports (spec 4.5.3) ---- */

#define MAX_TABLE	10000000u	/* elements of a table without a maximum: the engine's */

static bool limits_match(u32 len, const struct kw_limits *have, const struct kw_limits *want)
{
	return len >= want->min && (!want->has_max || (have->has_max && have->max <= want->max));
}

static bool link_func(struct ref_instance *r, u32 index, const struct ref_extern *x)
{
	r->func[index] = x->inst->func[x->index];
	return kw_functype_equal(kw_func_type(r->m, index), kw_func_type(x->inst->m, x->index));
}

static bool link_table(struct ref_instance *r, u32 index, const struct ref_extern *x)
{
	const struct kw_tabletype *want = &r->m->tables[index];
	struct ref_table *t = x->inst->table[x->index];

	r->table[index] = t;
	return t->type.type == want->type && limits_match(t->len, &t->type.limits, &want->limits);
}

static bool link_memory(struct ref_instance *r, u32 index, const struct ref_extern *x)
{
	r->mem = x->inst->mem;
	return limits_match(r->mem->pages, &r->mem->type, &r->m->mems[index]);
}

static bool link_global(struct ref_instance *r, u32 index, const struct ref_extern *x)
{
	const struct kw_globaltype *want = &r->m->globals[index].type, *have = &x->inst->m->globals[x->index].type;

	r->global[index] = x->inst->global[x->index];
	return want->type == have->type && want->mutable == have->mutable;
}

static int link_imports(struct ref_instance *r, const struct ref_extern *imports)
{
	u32 i;
	bool ok;

	for (i = 0; i < r->m->nr_imports; i++) {
		const struct kw_import *im = &r->m->imports[i];

		if (!imports || !imports[i].inst)
			return -ENOENT;
		switch (im->kind) {
		case KW_EXT_FUNC:	ok = link_func(r, im->index, &imports[i]); break;
		case KW_EXT_TABLE:	ok = link_table(r, im->index, &imports[i]); break;
		case KW_EXT_MEMORY:	ok = link_memory(r, im->index, &imports[i]); break;
		default:		ok = link_global(r, im->index, &imports[i]); break;
		}
		if (!ok)
			return -EINVAL;
	}
	return 0;
}

/* ---- what an instance has of its own ---- */

static int own_memory(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	struct ref_memory *mem;

	if (r->mem || !m->nr_mems)
		return 0;
	mem = calloc(1, sizeof(*mem));
	if (!mem)
		return -ENOMEM;
	r->mem = mem;
	mem->bytes = malloc(1);		/* of no pages, too: addresses, not NULL */
	if (!mem->bytes)
		return -ENOMEM;
	mem->type = m->mems[0];
	mem->max_pages = mem->type.has_max ? min(mem->type.max, r->store->max_pages) : r->store->max_pages;
	return ref_memory_grow(mem, mem->type.min) == ~0u ? -ENOMEM : 0;
}

static int own_tables(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	for (i = m->nr_imported_tables; i < m->nr_tables; i++) {
		struct ref_table *t = calloc(1, sizeof(*t));

		if (!t)
			return -ENOMEM;
		r->table[i] = t;
		t->type = m->tables[i];
		t->len = t->type.limits.min;
		t->max = t->type.limits.has_max ? t->type.limits.max : MAX_TABLE;
		t->elem = calloc((size_t)t->len + 1, sizeof(u64));
		if (!t->elem)
			return -ENOMEM;
	}
	return 0;
}

static int own_globals(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	for (i = m->nr_imported_globals; i < m->nr_globals; i++) {
		r->global[i] = calloc(1, sizeof(**r->global));
		if (!r->global[i])
			return -ENOMEM;
		*r->global[i] = ref_const(r, &m->globals[i].init);
	}
	return 0;
}

static int allocate(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	r->global = calloc(m->nr_globals + 1, sizeof(*r->global));
	r->table = calloc(m->nr_tables + 1, sizeof(*r->table));
	r->func = calloc(m->nr_funcs + 1, sizeof(*r->func));
	r->data_dropped = calloc(m->nr_datas + 1, 1);
	r->elem_dropped = calloc(m->nr_elems + 1, 1);
	r->code = calloc(m->nr_funcs + 1, sizeof(*r->code));
	if (!r->global || !r->table || !r->func || !r->data_dropped || !r->elem_dropped || !r->code)
		return -ENOMEM;
	for (i = 0; i < m->nr_funcs; i++)
		r->func[i] = (struct ref_func){ r, i };
	return 0;
}

static u32 apply_segments(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	for (i = 0; i < m->nr_elems; i++) {
		const struct kw_elem *e = &m->elems[i];

		if (e->mode == KW_SEG_ACTIVE &&
		    ref_table_init(r, e->table, i, (u32)ref_const(r, &e->offset).lo, 0, e->nr_items))
			return KW_TRAP_TABLE_OOB;
		r->elem_dropped[i] = e->mode != KW_SEG_PASSIVE;
	}
	for (i = 0; i < m->nr_datas; i++) {
		const struct kw_data *d = &m->datas[i];
		u8 *at;

		if (d->mode != KW_SEG_ACTIVE)
			continue;
		at = ref_range(r, (u32)ref_const(r, &d->offset).lo, d->len);
		if (!at)
			return KW_TRAP_MEM_OOB;
		if (d->len)
			memcpy(at, d->bytes, d->len);
		r->data_dropped[i] = true;
	}
	return KW_TRAP_NONE;
}

int ref_instantiate(struct ref_store *s, const struct kw_module *m, const struct ref_extern *imports,
		    struct ref_instance **out, u32 *trap)
{
	struct ref_instance *r = calloc(1, sizeof(*r));
	int err;

	*trap = KW_TRAP_NONE;
	if (!r)
		return -ENOMEM;
	r->m = m;
	r->store = s;
	r->next = s->all;
	s->all = r;
	err = allocate(r);
	if (!err)
		err = link_imports(r, imports);
	if (!err)
		err = own_memory(r);
	if (!err)
		err = own_tables(r);
	if (!err)
		err = own_globals(r);
	if (err)
		return err;
	*trap = apply_segments(r);
	if (*trap)
		return -EFAULT;
	*out = r;
	return 0;
}

static void free_instance(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	for (i = 0; r->code && i < m->nr_funcs; i++)
		ref_free_code(&r->code[i]);
	for (i = m->nr_imported_tables; r->table && i < m->nr_tables; i++) {
		if (r->table[i])
			free(r->table[i]->elem);
		free(r->table[i]);
	}
	for (i = m->nr_imported_globals; r->global && i < m->nr_globals; i++)
		free(r->global[i]);
	if (r->mem && !m->nr_imported_mems) {
		free(r->mem->bytes);
		free(r->mem);
	}
	free(r->code);
	free(r->table);
	free(r->func);
	free(r->global);
	free(r->data_dropped);
	free(r->elem_dropped);
	free(r);
}

struct ref_store *ref_store_new(u32 max_pages)
{
	struct ref_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fuel = ~0ULL;
	s->max_pages = max_pages;
	s->stack = calloc(REF_STACK_VALUES, sizeof(*s->stack));
	if (s->stack)
		return s;
	free(s);
	return NULL;
}

void ref_store_free(struct ref_store *s)
{
	struct ref_instance *next;

	for (; s->all; s->all = next) {
		next = s->all->next;
		free_instance(s->all);
	}
	free(s->stack);
	free(s);
}
