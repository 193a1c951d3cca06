// SPDX-License-Identifier: GPL-2.0
/* kwasm's side, in one mode and form; its state against the reference's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "side.h"

#define DEADLINE_NS	20000000000ULL

const struct kwasm_side kwasm_sides[NR_KWASM_SIDES] = {
	{ .name = "guard S", .mode = KW_MODE_GUARD, .form = KW_FORM_S },
	{ .name = "check S", .mode = KW_MODE_CHECK, .form = KW_FORM_S },
	{ .name = "guard P", .mode = KW_MODE_GUARD, .form = KW_FORM_P },
	{ .name = "check P", .mode = KW_MODE_CHECK, .form = KW_FORM_P },
	{ .name = "guard S, retpolines", .mode = KW_MODE_GUARD, .form = KW_FORM_S,
	  .kernel_form = KWASM_ENGINE_KERNEL_RETPOLINE },
	{ .name = "check S, compares", .mode = KW_MODE_CHECK, .form = KW_FORM_S, .opt_off = KW_OPT_CLAMP },
	{ .name = "check P, IBT", .mode = KW_MODE_CHECK, .form = KW_FORM_P,
	  .kernel_form = KWASM_ENGINE_KERNEL_BARE },
	{ .name = "guard P, any NaN", .mode = KW_MODE_GUARD, .form = KW_FORM_P, .any_nan = true },
};

static int load(struct kwasm_side *s, const u8 *bytes, size_t len, const struct kw_extern_ref *imports,
		struct kw_instance **out, u32 *trap, struct kw_diag *diag)
{
	struct kwasm_engine_module *m;
	struct kwasm_trap_info info = { 0 };
	int err;

	err = kwasm_engine__load(s->e, bytes, len, KWASM_ENGINE_TYPED, &m, diag);
	if (!err)
		err = kwasm_engine__instantiate(s->e, m, imports, out, &info, diag);
	*trap = info.kind;
	return err;
}

int kwasm_side_start(struct kwasm_side *s, const struct subject *x, u32 *trap, struct kw_diag *diag)
{
	struct kwasm_engine_opts o = {
		.mode = s->mode, .form = s->form, .kernel_form = s->kernel_form,
		.opt_off = x->opt_off | s->opt_off | KW_OPT_STORE, .canonical_nans = !s->any_nan,
		.features = KW_FEATURES_ALL, .max_memory_pages = FUZZ_MAX_PAGES, .deadline_ns = DEADLINE_NS,
	};
	struct kw_extern_ref *imports = calloc(x->m.nr_imports + 1, sizeof(*imports));
	const u8 *env;
	size_t len;
	u32 i;
	int err;

	env = side_env(&len);
	s->e = kwasm_engine__new(&o);
	err = s->e && imports ? load(s, env, len, NULL, &s->env, trap, diag) : -ENOMEM;
	for (i = 0; !err && i < x->m.nr_imports; i++)
		kw_instance_export(s->env, (const char *)x->m.imports[i].name.p, x->m.imports[i].name.len, &imports[i]);
	if (!err)
		err = load(s, x->bytes, x->len, imports, &s->inst, trap, diag);
	free(imports);
	return err;
}

void kwasm_side_stop(struct kwasm_side *s)
{
	kwasm_engine__free(s->e);
	s->e = NULL;
}

struct kw_value kwasm_side_shown(u8 type, struct kw_value v)
{
	if (type == KW_V_FUNCREF)
		return (struct kw_value){ v.lo ? ((const struct kw_funcref *)v.lo)->func + 1ULL : 0, 0 };
	if (type == KW_V_I32 || type == KW_V_F32)
		return (struct kw_value){ (u32)v.lo, 0 };
	return type == KW_V_V128 ? v : (struct kw_value){ v.lo, 0 };
}

static bool same(struct kw_value a, struct kw_value b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

static bool same_globals(const struct ref_instance *r, struct kw_instance *inst)
{
	u32 i;

	for (i = 0; i < r->m->nr_globals; i++) {
		const struct kw_globaltype *t = &r->m->globals[i].type;
		const union kw_global_cell *c = kw_instance_global(inst, i);
		struct kw_value v = { c->v128[0], c->v128[1] };

		if (!same(ref_side_shown(t->type, *r->global[i]), kwasm_side_shown(t->type, v)))
			return false;
	}
	return true;
}

static bool same_tables(const struct ref_instance *r, struct kw_instance *inst)
{
	u32 i, k;

	for (i = 0; i < r->m->nr_tables; i++) {
		const struct kw_table *t = kw_instance_table(inst, i);
		const struct ref_table *want = r->table[i];

		if (t->len != want->len)
			return false;
		for (k = 0; k < t->len; k++) {
			struct kw_value v = { (u64)t->entries[k].ref, 0 }, w = { want->elem[k], 0 };

			if (!same(ref_side_shown(want->type.type, w), kwasm_side_shown(want->type.type, v)))
				return false;
		}
	}
	return true;
}

static const char *compare_memory(const struct ref_memory *r, const struct kw_memory *mem)
{
	u64 i;

	if (mem->bytes != (u64)r->pages * KW_PAGE_BYTES)
		return "memory size";
	if (!mem->bytes || !memcmp(mem->base, r->bytes, mem->bytes))
		return NULL;
	for (i = 0; mem->base[i] == r->bytes[i]; i++)
		;
	printf("# memory at %llu: %02x, want %02x\n", (unsigned long long)i, mem->base[i], r->bytes[i]);
	return "memory";
}

const char *side_compare_state(const struct ref_side *r, const struct kwasm_side *s)
{
	const char *what = NULL;

	if (r->inst->mem)
		what = compare_memory(r->inst->mem, kw_instance_memory(s->inst, 0));
	if (!what && (!same_globals(r->inst, s->inst) || !same_globals(r->env, s->env)))
		what = "global";
	if (!what && (!same_tables(r->inst, s->inst) || !same_tables(r->env, s->env)))
		what = "table";
	return what;
}
