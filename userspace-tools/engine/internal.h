/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KWASM_ENGINE_INTERNAL_H
#define KWASM_ENGINE_INTERNAL_H

#include "engine.h"
#include "platform/user_exec.h"

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
	struct kw_user_fixup *fixup;
	struct kw_linked linked;
	struct kwasm_engine_times times;
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
};

/* C functions behind the stubs, indexed by enum kw_stub; see host.c. */
void kwasm_engine_stub_fns(void *fn[KW_NR_STUBS]);

/* Fill e->env, make e->thunks.  Return: 0, -ENOMEM. */
int kwasm_engine_kernel_form(struct kwasm_engine *e);
void kwasm_engine_free_thunks(struct kwasm_engine *e);

#endif /* KWASM_ENGINE_INTERNAL_H */
