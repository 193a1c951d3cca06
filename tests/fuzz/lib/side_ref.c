// SPDX-License-Identifier: GPL-2.0
/* The reference interpreter's side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "side.h"

static int load_env(struct ref_side *r)
{
	struct kw_diag diag = { 0 };
	const u8 *bytes;
	size_t len;
	u32 trap;
	int err;

	bytes = side_env(&len);
	err = kw_module_decode(&r->arena, bytes, (u32)len, &r->env_module, &diag);
	if (!err)
		err = kw_module_validate(&r->env_module, KW_FEATURES_ALL, &diag);
	if (!err)
		err = ref_instantiate(r->store, &r->env_module, NULL, &r->env, &trap);
	return err;
}

int ref_side_start(struct ref_side *r, const struct subject *x, u32 *trap)
{
	struct ref_extern *imports = calloc(x->m.nr_imports + 1, sizeof(*imports));
	const struct kw_export *e;
	u32 i;
	int err;

	memset(r, 0, sizeof(*r));
	*trap = 0;
	kw_arena_init(&r->arena, 1ULL << 24);
	r->store = ref_store_new(FUZZ_MAX_PAGES);
	err = r->store && imports ? load_env(r) : -ENOMEM;
	for (i = 0; !err && i < x->m.nr_imports; i++) {
		const struct kw_name *n = &x->m.imports[i].name;

		e = kw_module_find_export(&r->env_module, (const char *)n->p, n->len);
		if (e && e->kind == x->m.imports[i].kind)
			imports[i] = (struct ref_extern){ r->env, e->index };
	}
	if (!err)
		err = ref_instantiate(r->store, &x->m, imports, &r->inst, trap);
	free(imports);
	return err;
}

void ref_side_stop(struct ref_side *r)
{
	if (r->store)
		ref_store_free(r->store);
	kw_arena_free(&r->arena);
}

struct kw_value ref_side_shown(u8 type, struct kw_value v)
{
	if (type == KW_V_FUNCREF)
		return (struct kw_value){ v.lo ? ((const struct ref_func *)v.lo)->index + 1ULL : 0, 0 };
	if (type == KW_V_I32 || type == KW_V_F32)
		return (struct kw_value){ (u32)v.lo, 0 };
	return type == KW_V_V128 ? v : (struct kw_value){ v.lo, 0 };
}
