// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Linked module + imports -> instance (core spec 2.0, 4.5.4).  Until the first
 * segment is copied nobody else can see the instance and a failure frees it;
 * from then on it stays in its store whatever happens.
 */
#include "object.h"

static void fill_funcs(struct kw_instance *i)
{
	const struct kw_linked *l = i->linked;
	const struct kw_module *m = l->module;
	u32 f, d;

	for (f = m->nr_imported_funcs; f < m->nr_funcs; f++) {
		d = f - m->nr_imported_funcs;
		i->func[f].code = l->text + l->code->func[d].off;
		i->func[f].inst = i->inst;
		i->func[f].sig = l->sig_ids[m->funcs[f].type];
		i->func[f].func = f;
	}
}

static int fill_mems(struct kw_instance *i, struct kw_diag *diag)
{
	const struct kw_module *m = kw_instance_module(i);
	u32 k, own = m->nr_imported_mems;
	int err;

	for (k = own; k < m->nr_mems; k++) {
		err = kw_memory_init(&i->own_mem[k - own], &m->mems[k], &i->store->opts);
		if (err == -E2BIG)
			return kw_reject(diag, 0, KW_R_MAX_MEMORY, m->mems[k].min,
					 i->store->opts.max_memory_pages);
		if (err)
			return err;
		i->mem[k] = &i->own_mem[k - own];
	}
	if (m->nr_mems) {
		i->inst->mem = i->mem[0];
		i->inst->mem_base = i->mem[0]->base;
	}
	return 0;
}

static int fill_tables(struct kw_instance *i, struct kw_diag *diag)
{
	const struct kw_module *m = kw_instance_module(i);
	struct kw_table **table = kw_inst_tables(i->inst, m);
	u32 k, own = m->nr_imported_tables;
	int err;

	for (k = own; k < m->nr_tables; k++) {
		err = kw_table_init(&i->own_table[k - own], &m->tables[k], &i->store->opts);
		if (err == -E2BIG)
			return kw_reject(diag, m->tables[k].wasm_off, KW_R_MAX_TABLE,
					 m->tables[k].limits.min, i->store->opts.max_table_elems);
		if (err)
			return err;
		table[k] = &i->own_table[k - own];
	}
	return 0;
}

static void fill_globals(struct kw_instance *i)
{
	const struct kw_module *m = kw_instance_module(i);
	u32 k;

	for (k = m->nr_imported_globals; k < m->nr_globals; k++)
		kw_inst_globals(i->inst)[k] = kw_constexpr_eval(i, &m->globals[k].init);
}

int kw_instance_new(struct kw_store *s, const struct kw_linked *l, const struct kw_extern_ref *imports,
		    struct kw_instance **out, u32 *trap, struct kw_diag *diag)
{
	struct kw_instance *i;
	int err;

	*out = NULL;
	*trap = KW_TRAP_NONE;
	if (s->nr_instances >= s->opts.max_instances)
		return -ENOSPC;
	i = kw_instance_alloc(s, l);
	if (!i)
		return -ENOMEM;
	err = kw_instance_import(i, imports, diag);
	if (err)
		goto err_free;
	fill_funcs(i);
	err = fill_mems(i, diag);
	if (err)
		goto err_free;
	err = fill_tables(i, diag);
	if (err)
		goto err_free;
	fill_globals(i);

	i->next = s->instances;
	s->instances = i;
	s->nr_instances++;
	err = kw_segments_apply(i, trap);
	if (!err)
		*out = i;
	return err;

err_free:
	kw_instance_free(i);
	return err;
}

const struct kw_linked *kw_instance_linked(const struct kw_instance *i)
{
	return i->linked;
}

struct kw_inst *kw_instance_raw(struct kw_instance *i)
{
	return i->inst;
}

void *kw_instance_func_code(const struct kw_instance *i, u32 func, struct kw_inst **callee)
{
	*callee = i->func[func].inst;
	return i->func[func].code;
}

int kw_instance_export(struct kw_instance *i, const char *name, size_t len, struct kw_extern_ref *out)
{
	const struct kw_export *e = kw_module_find_export(kw_instance_module(i), name, len);

	if (!e)
		return -ENOENT;
	out->kind = e->kind;
	out->index = e->index;
	out->inst = i;
	return 0;
}

union kw_global_cell *kw_instance_global(struct kw_instance *i, u32 global)
{
	const struct kw_module *m = kw_instance_module(i);
	union kw_global_cell *c = kw_inst_globals(i->inst) + global;

	if (global < m->nr_imported_globals && m->globals[global].type.mutable)
		return c->ref;
	return c;
}

struct kw_memory *kw_instance_memory(struct kw_instance *i, u32 mem)
{
	return i->mem[mem];
}

struct kw_table *kw_instance_table(struct kw_instance *i, u32 table)
{
	return kw_inst_tables(i->inst, kw_instance_module(i))[table];
}
