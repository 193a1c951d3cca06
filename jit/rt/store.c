// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Stores: who owns what, and getting rid of it.  A store frees its instances
 * all at once and none before, for a function of any of them may sit in a
 * table of any other.
 */
#include "../common/limits.h"
#include "object.h"

#define S_TABLE_ELEMS	4096	/* a table that cannot be moved later gets its maximum at once, up to this */

/*
 * No memory grows to all that a 32-bit index reaches: compiled code may know
 * that the last page is never there (kw_irfunc.last_page_free).  One that is
 * declared to start with it has it.
 */
#define MAX_PAGES	(KW_MAX_MEM_PAGES - 1)

struct kw_store *kw_store_new(const struct kw_store_opts *o)
{
	struct kw_store *s = kw_alloc(sizeof(*s));

	if (s)
		s->opts = *o;
	return s;
}

void kw_store_free(struct kw_store *s)
{
	struct kw_instance *i;

	if (!s)
		return;
	while ((i = s->instances)) {
		s->instances = i->next;
		kw_instance_free(i);
	}
	kw_free(s);
}

void kw_instance_free(struct kw_instance *i)
{
	const struct kw_module *m = kw_instance_module(i);
	u32 k;

	for (k = 0; i->own_mem && k < m->nr_mems - m->nr_imported_mems; k++)
		kw_mem_release(&i->own_mem[k].area);
	for (k = 0; i->own_table && k < m->nr_tables - m->nr_imported_tables; k++)
		kw_free(i->own_table[k].entries);
	kw_free(i->own_mem);
	kw_free(i->own_table);
	kw_free(i->mem);
	kw_free(i->func);
	kw_free(i->data_dropped);
	kw_free(i->elem_dropped);
	kw_free(i->inst);
	kw_free(i);
}

/* All arrays, zeroed; nothing linked yet.  The counts are within the decoder's limits. */
struct kw_instance *kw_instance_alloc(struct kw_store *s, const struct kw_linked *l)
{
	const struct kw_module *m = l->module;
	struct kw_instance *i = kw_alloc(sizeof(*i));

	if (!i)
		return NULL;
	i->store = s;
	i->linked = l;
	i->inst = kw_alloc(kw_inst_bytes(m->nr_globals, m->nr_imported_funcs, m->nr_tables));
	i->func = kw_alloc(m->nr_funcs * sizeof(*i->func));
	i->mem = kw_alloc(m->nr_mems * sizeof(*i->mem));
	i->own_mem = kw_alloc((m->nr_mems - m->nr_imported_mems) * sizeof(*i->own_mem));
	i->own_table = kw_alloc((m->nr_tables - m->nr_imported_tables) * sizeof(*i->own_table));
	i->data_dropped = kw_alloc(m->nr_datas * sizeof(*i->data_dropped));
	i->elem_dropped = kw_alloc(m->nr_elems * sizeof(*i->elem_dropped));
	if (!i->inst || !i->func || !i->mem || !i->own_mem || !i->own_table ||
	    !i->data_dropped || !i->elem_dropped) {
		kw_instance_free(i);
		return NULL;
	}
	i->inst->owner = i;
	i->inst->funcs = i->func;
	return i;
}

int kw_memory_init(struct kw_memory *mem, const struct kw_limits *type, const struct kw_store_opts *o)
{
	u64 max_pages = min_t(u64, type->has_max ? type->max : MAX_PAGES, max(type->min, MAX_PAGES));
	u64 bytes = type->min * KW_PAGE_BYTES;
	int err;

	max_pages = min_t(u64, max_pages, o->guard ? o->max_memory_pages :
			  min(o->max_memory_pages, KW_MAX_CHECK_PAGES));
	if (type->min > max_pages)
		return -E2BIG;
	mem->max_pages = max_pages;
	mem->has_max = type->has_max;
	mem->type_max = type->max;
	mem->guard = o->guard;
	err = kw_mem_reserve(&mem->area, max_pages * KW_PAGE_BYTES, o->guard);
	if (err)
		return err;
	err = o->commit_all ? kw_mem_prepare(&mem->area, max_pages * KW_PAGE_BYTES) : 0;
	if (!err)
		err = kw_mem_commit(&mem->area, bytes);
	if (err)
		return err;
	mem->base = mem->area.base;
	kw_memory_set_bytes(mem, bytes);
	return 0;
}

int kw_table_init(struct kw_table *t, const struct kw_tabletype *type, const struct kw_store_opts *o)
{
	u32 max_len = type->limits.has_max ? type->limits.max : ~0u;

	t->max = min(max_len, o->max_table_elems);
	if (type->limits.min > t->max)
		return -E2BIG;
	t->has_max = type->limits.has_max;
	t->type_max = type->limits.max;
	t->type = type->type;
	t->len = type->limits.min;
	t->cap = t->len;
	if (o->commit_all && t->has_max && t->max <= S_TABLE_ELEMS)
		t->cap = t->max;
	t->entries = kw_alloc((size_t)t->cap * sizeof(*t->entries));
	return t->entries ? 0 : -ENOMEM;
}

/*
 * Room for @len elements; those behind t->len are null.  Where code runs that
 * must not sleep (commit_all), a table has all the room it will ever have.
 */
int kw_table_reserve(const struct kw_instance *i, struct kw_table *t, u32 len)
{
	struct kw_table_entry *e;
	u32 cap = max(len, t->cap + t->cap / 2);

	if (len <= t->cap)
		return 0;
	if (i->store->opts.commit_all)
		return -ENOSPC;
	cap = min(cap, t->max);
	e = kw_alloc((size_t)cap * sizeof(*e));
	if (!e)
		return -ENOMEM;
	memcpy(e, t->entries, (size_t)t->len * sizeof(*e));
	kw_free(t->entries);
	t->entries = e;
	t->cap = cap;
	return 0;
}
