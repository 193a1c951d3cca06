/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The runtime's own side of stores and instances; nobody outside rt/ looks in here. */
#ifndef KW_RT_OBJECT_H
#define KW_RT_OBJECT_H

#include "../ir/build.h"
#include "rt.h"

struct kw_store {
	struct kw_store_opts opts;
	struct kw_instance *instances;	/* newest first; failed ones included */
	u32 nr_instances;
};

/**
 * struct kw_instance - one instance
 * @inst:   what compiled code sees; inst->owner points back
 * @func:   [nr_funcs] a funcref for every function, imports resolved to where
 *          they are defined; sig 0 for host functions, which have no address
 * @own_mem, @own_table: those the module defines; imported ones belong to
 *          another instance of the same store
 * @mem:    [nr_mems] imports first
 * @data_dropped, @elem_dropped: [nr_datas], [nr_elems]
 */
struct kw_instance {
	struct kw_instance *next;
	struct kw_store *store;
	const struct kw_linked *linked;
	struct kw_inst *inst;
	struct kw_funcref *func;
	struct kw_memory **mem;
	struct kw_memory *own_mem;
	struct kw_table *own_table;
	bool *data_dropped;
	bool *elem_dropped;
};

static inline const struct kw_module *kw_instance_module(const struct kw_instance *i)
{
	return i->linked->module;
}

static inline union kw_global_cell *kw_inst_globals(struct kw_inst *inst)
{
	return (union kw_global_cell *)((u8 *)inst + kw_inst_global_off(0));
}

static inline struct kw_import_slot *kw_inst_slots(struct kw_inst *inst, const struct kw_module *m)
{
	return (struct kw_import_slot *)((u8 *)inst + kw_inst_import_off(m->nr_globals, 0));
}

static inline struct kw_table **kw_inst_tables(struct kw_inst *inst, const struct kw_module *m)
{
	return (struct kw_table **)((u8 *)inst +
				    kw_inst_table_off(m->nr_globals, m->nr_imported_funcs, 0));
}

/* For C and, in check mode, for compiled code. */
static inline void kw_memory_set_bytes(struct kw_memory *mem, u64 bytes)
{
	mem->bytes = bytes;
	if (mem->area.limit)
		*mem->area.limit = bytes + 2 * KW_BIAS_BYTES;
}

/* store.c */
struct kw_instance *kw_instance_alloc(struct kw_store *s, const struct kw_linked *l);
void kw_instance_free(struct kw_instance *i);
int kw_memory_init(struct kw_memory *mem, const struct kw_limits *type, const struct kw_store_opts *o);
int kw_table_init(struct kw_table *t, const struct kw_tabletype *type, const struct kw_store_opts *o);
int kw_table_reserve(const struct kw_instance *i, struct kw_table *t, u32 len);

/* import.c: fill the import part of every index space of @i */
int kw_instance_import(struct kw_instance *i, const struct kw_extern_ref *imports, struct kw_diag *diag);

/* segment.c: the value of a constant expression; the work of table.init and memory.init */
union kw_global_cell kw_constexpr_eval(const struct kw_instance *i, const struct kw_constexpr *e);
void kw_table_entry_set(struct kw_table_entry *e, const struct kw_funcref *ref);
bool kw_table_range(const struct kw_table *t, u32 at, u32 n);
void kw_table_put_items(struct kw_instance *i, struct kw_table *t, u32 dst,
			const struct kw_elem *seg, u32 src, u32 n);
int kw_segments_apply(struct kw_instance *i, u32 *trap);

#endif /* KW_RT_OBJECT_H */
