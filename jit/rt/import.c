// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Imports -> the import part of each index space (core spec 2.0, 3.4.7 and
 * 4.5.4): what is offered must exist and match by type, where the limits of a
 * memory or table are those it has now.
 */
#include "object.h"

static int mismatch(struct kw_diag *diag, const struct kw_module *m, u32 nr)
{
	return kw_reject(diag, m->imports[nr].offset, KW_R_INCOMPATIBLE_IMPORT, nr, 0);
}

static bool limits_match(const struct kw_limits *want, u64 now, bool has_max, u32 max)
{
	if (now < want->min)
		return false;
	return !want->has_max || (has_max && max <= want->max);
}

static bool import_func(struct kw_instance *i, u32 index, const struct kw_extern_ref *r)
{
	const struct kw_module *m = kw_instance_module(i);
	const struct kw_funcref *f = &r->inst->func[r->index];
	struct kw_import_slot *slot = kw_inst_slots(i->inst, m) + index;

	if (!f->sig || f->sig != i->linked->sig_ids[m->funcs[index].type])
		return false;
	i->func[index] = *f;
	slot->code = f->code;
	slot->inst = f->inst;
	return true;
}

static bool import_table(struct kw_instance *i, u32 index, const struct kw_extern_ref *r)
{
	const struct kw_module *m = kw_instance_module(i);
	struct kw_table *t = kw_inst_tables(r->inst->inst, kw_instance_module(r->inst))[r->index];
	const struct kw_tabletype *want = &m->tables[index];

	if (t->type != want->type || !limits_match(&want->limits, t->len, t->has_max, t->type_max))
		return false;
	kw_inst_tables(i->inst, m)[index] = t;
	return true;
}

static bool import_memory(struct kw_instance *i, u32 index, const struct kw_extern_ref *r)
{
	const struct kw_module *m = kw_instance_module(i);
	struct kw_memory *mem = r->inst->mem[r->index];

	if (!limits_match(&m->mems[index], mem->bytes / KW_PAGE_BYTES, mem->has_max, mem->type_max))
		return false;
	i->mem[index] = mem;
	return true;
}

/* A mutable global is shared by pointer, a constant copied. */
static bool import_global(struct kw_instance *i, u32 index, const struct kw_extern_ref *r)
{
	const struct kw_globaltype *want = &kw_instance_module(i)->globals[index].type;
	const struct kw_globaltype *has = &kw_instance_module(r->inst)->globals[r->index].type;
	union kw_global_cell *from = kw_instance_global(r->inst, r->index);
	union kw_global_cell *to = kw_inst_globals(i->inst) + index;

	if (has->type != want->type || has->mutable != want->mutable)
		return false;
	if (want->mutable)
		to->ref = from;
	else
		*to = *from;
	return true;
}

static bool import_one(struct kw_instance *i, u8 kind, u32 index, const struct kw_extern_ref *r)
{
	if (r->kind != kind)
		return false;
	switch (kind) {
	case KW_EXT_FUNC:
		return import_func(i, index, r);
	case KW_EXT_TABLE:
		return import_table(i, index, r);
	case KW_EXT_MEMORY:
		return import_memory(i, index, r);
	default:
		return import_global(i, index, r);
	}
}

static bool bound_to_host(const struct kw_linked *l, const struct kw_import *im)
{
	return im->kind == KW_EXT_FUNC && l->bind && l->bind[im->index].kind != KW_BIND_SLOT;
}

int kw_instance_import(struct kw_instance *i, const struct kw_extern_ref *imports, struct kw_diag *diag)
{
	const struct kw_module *m = kw_instance_module(i);
	u32 nr;

	for (nr = 0; nr < m->nr_imports; nr++) {
		const struct kw_import *im = &m->imports[nr];

		if (bound_to_host(i->linked, im))
			continue;
		if (!imports || !imports[nr].inst)
			return kw_reject(diag, im->offset, KW_R_UNKNOWN_IMPORT, nr, 0);
		if (imports[nr].inst->store != i->store ||
		    !import_one(i, im->kind, im->index, &imports[nr]))
			return mismatch(diag, m, nr);
	}
	return 0;
}
