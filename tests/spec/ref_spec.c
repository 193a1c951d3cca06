// SPDX-License-Identifier: GPL-2.0
/*
 * The suite on the reference interpreter: kwasm-spec with this in place of the
 * engine, so that what the fuzzer compares with is itself compared with the
 * specification's tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userspace-tools/kwasm-spec/backend.h"
#include "../ref/ref.h"
#include "rt/rt.h"

#define MAX_PAGES	65536

struct loaded {
	struct loaded *next;
	struct kw_arena arena;
	struct kw_module m;
	u8 *bytes;
};

struct state {
	struct ref_store *store;
	struct loaded *modules;
};

static int fail(struct failure *f, int err, u32 trap, const char *text)
{
	f->err = err;
	f->trap = trap;
	snprintf(f->text, sizeof(f->text), "%s", trap ? kw_trap_text(trap) : text);
	return err;
}

static int open_ref(const struct spec_opts *o, void **self)
{
	struct state *s = calloc(1, sizeof(*s));

	(void)o;
	if (!s)
		return -ENOMEM;
	s->store = ref_store_new(MAX_PAGES);
	*self = s;
	return s->store ? 0 : -ENOMEM;
}

static void close_ref(void *self)
{
	struct state *s = self;
	struct loaded *next;

	ref_store_free(s->store);
	for (; s->modules; s->modules = next) {
		next = s->modules->next;
		kw_arena_free(&s->modules->arena);
		free(s->modules->bytes);
		free(s->modules);
	}
	free(s);
}

static int load(void *self, const void *bytes, size_t len, void **module, struct failure *f)
{
	struct loaded *l = calloc(1, sizeof(*l));
	struct state *s = self;
	struct kw_diag diag = { 0 };
	int err;

	if (!l)
		return fail(f, -ENOMEM, 0, "no memory");
	l->next = s->modules;
	s->modules = l;
	kw_arena_init(&l->arena, 1ULL << 30);
	l->bytes = malloc(len + 1);
	if (!l->bytes)
		return fail(f, -ENOMEM, 0, "no memory");
	memcpy(l->bytes, bytes, len);
	err = kw_module_decode(&l->arena, l->bytes, (u32)len, &l->m, &diag);
	if (!err)
		err = kw_module_validate(&l->m, KW_FEATURES_ALL, &diag);
	if (err) {
		kw_diag_format(&diag, f->text, sizeof(f->text));
		f->err = err;
		f->trap = 0;
		return err;
	}
	*module = l;
	return 0;
}

static const struct kw_export *find(const struct ref_instance *r, const char *name, size_t len, u8 kind)
{
	const struct kw_export *e = kw_module_find_export(r->m, name, len);

	return e && e->kind == kind ? e : NULL;
}

static int instantiate(void *self, void *module, const struct spec_import *imports, u32 nr, void **instance,
		       struct failure *f)
{
	struct ref_extern *x = calloc(nr + 1, sizeof(*x));
	struct loaded *l = module;
	struct state *s = self;
	struct ref_instance *r = NULL;
	const struct kw_export *e;
	u32 i, trap;
	int err;

	if (!x)
		return fail(f, -ENOMEM, 0, "no memory");
	for (i = 0; i < nr; i++) {
		if (!imports[i].instance)
			continue;
		r = imports[i].instance;
		e = kw_module_find_export(r->m, imports[i].name, imports[i].name_len);
		if (!e)
			continue;
		if (e->kind != l->m.imports[i].kind) {
			free(x);
			return fail(f, -EINVAL, 0, "incompatible import type");
		}
		x[i] = (struct ref_extern){ r, e->index };
	}
	err = ref_instantiate(s->store, &l->m, x, &r, &trap);
	free(x);
	if (!err && l->m.start != KW_NO_INDEX) {
		trap = ref_call(r, l->m.start, NULL);
		err = trap ? -EFAULT : 0;
	}
	if (err)
		return fail(f, err, trap, err == -ENOENT ? "unknown import" : "incompatible import type");
	*instance = r;
	return 0;
}

static int call(void *self, void *instance, const char *name, size_t name_len, struct kw_value *val, u32 nr_args,
		u32 nr_results, struct failure *f)
{
	const struct kw_export *e = find(instance, name, name_len, KW_EXT_FUNC);
	const struct ref_instance *r = instance;
	const struct kw_functype *t;
	u32 trap;

	(void)self;
	if (!e)
		return fail(f, -ENOENT, 0, "no such export");
	t = kw_func_type(r->m, e->index);
	if (t->nr_params != nr_args || t->nr_results != nr_results)
		return fail(f, -EINVAL, 0, "arity");
	trap = ref_call(instance, e->index, val);
	return trap ? fail(f, -EFAULT, trap, NULL) : 0;
}

static int global(void *self, void *instance, const char *name, size_t name_len, struct kw_value *out,
		  struct failure *f)
{
	const struct kw_export *e = find(instance, name, name_len, KW_EXT_GLOBAL);
	const struct ref_instance *r = instance;

	(void)self;
	if (!e)
		return fail(f, -ENOENT, 0, "no such export");
	*out = *r->global[e->index];
	return 0;
}

const struct backend engine_backend = {
	.open = open_ref,
	.close = close_ref,
	.load = load,
	.instantiate = instantiate,
	.call = call,
	.global = global,
};
