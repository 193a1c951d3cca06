/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A loaded WebAssembly module: its bytes, its code in the arena, and the
 * instances of its programs: one for each CPU for those that run on packets,
 * a few for those that run in process context.
 */
#ifndef KWASM_MODULE_H
#define KWASM_MODULE_H

#include <linux/atomic.h>
#include <linux/uidgid.h>

#include "../jit/rt/meta.h"
#include "../jit/rt/rt.h"
#include "map.h"
#include "object.h"
#include "pool.h"
#include "text.h"

struct kwasm_log;

/**
 * struct kwasm_build - the module compiled in one form
 * @module: whose; kwasm_module_of() goes this way
 * @linked: what instances are made from
 */
struct kwasm_build {
	struct kwasm_module *module;
	struct kw_code *code;
	struct kwasm_text *text;
	struct kw_linked linked;
};

/**
 * struct kwasm_module - one load
 * @bytes:    private copy, @wasm points into it
 * @arena:    of @wasm
 * @config:   private copy of what the loader gave along, @config_len bytes
 * @sigs:     own signature ids, or NULL: those all typed modules share
 * @build:    by enum kw_form, the forms its programs need; of a typed module P alone
 * @pool:     by enum kwasm_pool_kind, instances of its programs; a typed module has none
 * @snapshot: what they start from: memory, globals and tables as start, _initialize
 *            and kwasm_init left them
 * @memory_max: bytes of one memory, 0 for no wish
 */
struct kwasm_module {
	struct kwasm_object obj;
	u8 *bytes;
	u8 *config;
	u32 config_len;
	struct kw_arena arena;
	struct kw_module wasm;
	struct kw_meta meta;
	struct kw_sigs *sigs;
	bool shares_sigs;
	u32 *sig_ids;
	struct kw_binding *bind;
	u8 mode;			/* enum kw_mode */
	bool typed;			/* KWASM_LOAD_P_FORM: for stores, not for hooks */
	bool compares;			/* check mode without clamps: no tail, or no room for fault sites */
	struct kwasm_build build[2];
	struct kwasm_pool *pool[KWASM_NR_POOLS];
	struct kw_snapshot *snapshot;
	struct kwasm_log *log;
	struct kwasm_maps maps;
	u64 memory_max;
	u8 sha256[32];
	u64 loaded_ns, compile_ns;
	kuid_t loader;
	atomic_t nr_programs;
};

/* The form it has code in; of two the one for packets. */
static inline const struct kwasm_build *kwasm_module_build(const struct kwasm_module *m)
{
	return &m->build[m->build[KW_FORM_S].code ? KW_FORM_S : KW_FORM_P];
}

/* The module that compiled code of @i belongs to. */
static inline struct kwasm_module *kwasm_module_of(const struct kw_inst *i)
{
	const struct kw_linked *l = kw_instance_linked(i->owner);

	return container_of(l, struct kwasm_build, linked)->module;
}

/**
 * kwasm_build_make() - compile and publish
 * @m:    validated, bound
 * @b:    zeroed; filled in
 * Return: 0, or what kw_compile() and kwasm_text_publish() return.
 */
int kwasm_build_make(struct kwasm_module *m, u8 mode, u8 form, struct kwasm_build *b,
		     struct kw_diag *diag);

/* No guest is running in it or will.  Fine on a zeroed one. */
void kwasm_build_free(struct kwasm_build *b);

static inline void *kwasm_build_func(const struct kwasm_build *b, u32 func)
{
	return b->text->addr + b->code->func[func - b->linked.module->nr_imported_funcs].off;
}

/* A module with a reference from a descriptor, or ERR_PTR. */
struct kwasm_module *kwasm_module_from_fd(int fd);

static inline void kwasm_module_put(struct kwasm_module *m)
{
	kwasm_object_put(&m->obj);
}

#endif /* KWASM_MODULE_H */
