/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KWASM_ENGINE_INTERNAL_H
#define KWASM_ENGINE_INTERNAL_H

#include "engine.h"
#include "platform/user_exec.h"
#include "rt/meta.h"

struct kwasm_engine_map;

struct kwasm_engine_module {
	struct kwasm_engine *engine;
	struct kwasm_engine_module *next, **prev;
	struct kw_arena arena;
	u8 *bytes;
	struct kw_module module;
	struct kw_binding *bind;
	u32 *sig_ids;
	struct kw_code *code;
	struct kw_user_text text;
	struct kw_linked linked;
	struct kwasm_engine_times times;
	struct kwasm_engine_map *map[KW_MAX_MAPS];	/* by the guest's handle */
};

struct kwasm_engine {
	struct kwasm_engine_opts opts;
	struct kw_isa_env env;		/* used unless opts.kernel_form is none */
	u8 *thunks;			/* where its templates lead; may be NULL */
	struct kw_sigs *sigs;
	struct kw_store *store;
	struct kw_exec *exec;		/* exec->host is the engine */
	struct kwasm_engine_module *modules;
	struct kwasm_engine_packet *pkt;	/* of the call under way */
	u8 pkt_copy[KW_PKT_NEAR_BYTES];		/* its first bytes, where they are not in one piece */
};

/* The module that @l is part of. */
static inline const struct kwasm_engine_module *kwasm_engine_module_of(const struct kw_linked *l)
{
	return (const void *)((const char *)l - offsetof(struct kwasm_engine_module, linked));
}

/* C functions behind the stubs, indexed by enum kw_stub; see host.c. */
void kwasm_engine_stub_fns(void *fn[KW_NR_STUBS]);

/* maps.c: what the module's metadata declares, empty.  0, -ENOMEM, or the metadata's fault with @diag filled. */
int kwasm_engine_maps_new(struct kwasm_engine_module *m, struct kw_diag *diag);
void kwasm_engine_maps_free(struct kwasm_engine_module *m);

/* Host functions on them; status as the kernel's, guest pointers already checked. */
u32 kwasm_engine_map_lookup(struct kwasm_engine_map *map, const u8 *key, u8 *value);
u32 kwasm_engine_map_update(struct kwasm_engine_map *map, const u8 *key, const u8 *value, u32 flags);
u32 kwasm_engine_map_delete(struct kwasm_engine_map *map, const u8 *key);
u32 kwasm_engine_map_add64(struct kwasm_engine_map *map, const u8 *key, u32 off, u64 delta, u64 *sum);
u32 kwasm_engine_map_push(struct kwasm_engine_map *map, const u8 *value, u32 flags);
u32 kwasm_engine_map_take(struct kwasm_engine_map *map, u8 *value, bool remove);
const struct kw_map_decl *kwasm_engine_map_decl(const struct kwasm_engine_map *map);

#endif /* KWASM_ENGINE_INTERNAL_H */
