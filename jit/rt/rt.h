/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Run time: stores, instances, linking.  The same code under the spec suite
 * in userspace and behind /dev/kwasm.  It takes no locks: the caller
 * serializes calls on one store.
 */
#ifndef KW_RT_RT_H
#define KW_RT_RT_H

#include "../code/code.h"
#include "../common/layout.h"
#include "../wasm/module.h"

struct kw_store;
struct kw_instance;

/* Canonical signature ids, one table for everything that may share a funcref. Caller serializes. */
struct kw_sigs;
struct kw_sigs *kw_sigs_new(void);
void kw_sigs_free(struct kw_sigs *s);
int kw_sigs_intern(struct kw_sigs *s, const struct kw_functype *t, u32 *id);

/*
 * A module whose code has an address: what instances are made from.  Filled
 * by the owner (kernel: arena; userspace: mmap) and outlives its instances.
 */
struct kw_linked {
	const struct kw_module *module;
	const struct kw_code *code;
	u8 *text;			/* where code->bytes now are */
	const u32 *sig_ids;		/* [nr_types] */
	const struct kw_binding *bind;	/* [nr_imported_funcs] or NULL */
};

/* Limits of a store; what a module asks beyond them fails or makes grow return -1. */
struct kw_store_opts {
	bool guard;			/* memories reserve guard regions: code must be compiled likewise */
	bool commit_all;		/* S instances: prepare memory up to the maximum, grow cannot sleep */
	u32 max_memory_pages;		/* of one memory */
	u32 max_table_elems;
	u32 max_instances;
};

struct kw_store *kw_store_new(const struct kw_store_opts *o);
/* Free a store with every instance, memory and table in it. No guest may be running. */
void kw_store_free(struct kw_store *s);

/* Something to import: an exported item of an instance of the same store. */
struct kw_extern_ref {
	u8 kind;			/* enum kw_extern */
	u32 index;			/* in its index space */
	struct kw_instance *inst;
};

/**
 * kw_instance_new() - instantiate: allocate, link, copy segments; not start (spec 4.5.4)
 * @imports: [nr_imports] in the module's order; entries for functions bound to
 *           the host are ignored
 * @trap:    out: enum kw_trap when an active segment does not fit (-EFAULT);
 *           the instance then stays in the store, as the spec wants, and *@out is NULL
 *
 * Return: 0, -ENOENT unknown import, -EINVAL incompatible import type (diag
 * says which), -EFAULT, -ENOMEM, -ENOSPC, -E2BIG.
 */
int kw_instance_new(struct kw_store *s, const struct kw_linked *l, const struct kw_extern_ref *imports,
		    struct kw_instance **out, u32 *trap, struct kw_diag *diag);

const struct kw_linked *kw_instance_linked(const struct kw_instance *i);
struct kw_inst *kw_instance_raw(struct kw_instance *i);
void *kw_instance_func_code(const struct kw_instance *i, u32 func, struct kw_inst **callee);
/* Find export @name. Return: 0 with *@out, or -ENOENT. */
int kw_instance_export(struct kw_instance *i, const char *name, size_t len, struct kw_extern_ref *out);
union kw_global_cell *kw_instance_global(struct kw_instance *i, u32 global);
struct kw_memory *kw_instance_memory(struct kw_instance *i, u32 mem);
struct kw_table *kw_instance_table(struct kw_instance *i, u32 table);

/**
 * kw_instance_snapshot() - remember memory, globals and tables as they are now
 * kw_instance_restore() - put them back; memory above the snapshot's size is zeroed and given back to grow
 *
 * For instances made by cloning and for getting over a trap.
 */
struct kw_snapshot;
struct kw_snapshot *kw_instance_snapshot(struct kw_instance *i);
int kw_instance_restore(struct kw_instance *i, const struct kw_snapshot *s);
void kw_snapshot_free(struct kw_snapshot *s);

/* C side of enum kw_helper; index by it when building stubs. */
extern void *const kw_helper_fn[KW_NR_HELPERS];

/**
 * kw_range() - a guest's (ptr, len) as host memory, for host functions
 * Return: the address, or NULL when any byte lies outside memory 0.
 */
static inline u8 *kw_range(const struct kw_inst *i, u32 ptr, u32 len)
{
	if (!i->mem || (u64)ptr + len > i->mem->bytes)
		return NULL;
	return i->mem->base + ptr;
}

/* Ask that the running guest ends with @trap as soon as the host function returns. */
static inline void kw_raise(struct kw_inst *i, enum kw_trap trap)
{
	WRITE_ONCE(i->exec->flag, trap);
}

/* Must a long host function end early?  A flag that is no trap only asks for a look around afterwards. */
static inline bool kw_stopped(const struct kw_inst *i)
{
	u32 flag = READ_ONCE(i->exec->flag);

	return flag && flag < KW_NR_TRAPS;
}

/* Text of a trap, worded as in the spec suite. */
const char *kw_trap_text(u32 trap);

/* Where in a code object a trap or a return address lies. */
struct kw_where {
	u32 func;		/* function index in the module, or KW_NO_INDEX */
	u32 wasm_off;		/* byte offset in the module */
	u32 trap;		/* the site's enum kw_trap, if it is one */
	u32 compiled;		/* function whose code it is: @func, or what @func was inlined into */
	u32 inlined;		/* number of the inlined call there, 0: none */
};

/* @pc, @site as left in kw_exec by a trap. Return: 0 or -ENOENT. */
int kw_linked_where(const struct kw_linked *l, u64 pc, u32 site, struct kw_where *out);

/*
 * From a place in an inlined function to where it was called, which has no
 * return address of its own. Return: false, @w as it was, if it was not inlined.
 */
bool kw_linked_caller(const struct kw_linked *l, struct kw_where *w);

#endif /* KW_RT_RT_H */
