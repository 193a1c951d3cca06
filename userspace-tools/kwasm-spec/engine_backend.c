// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The suite in this process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "engine/engine.h"

static int open_engine(const struct spec_opts *o, void **self)
{
	struct kwasm_engine_opts eo = {
		.mode = o->mode,
		.form = o->form,
		.features = KW_COMPILE_FEATURES,
		.opt_off = o->opt_off,
		.deadline_ns = o->deadline_ns,
	};

	*self = kwasm_engine__new(&eo);
	return *self ? 0 : -ENOMEM;
}

static void close_engine(void *self)
{
	kwasm_engine__free(self);
}

static int fail(struct failure *f, int err, const struct kw_diag *diag, const struct kwasm_trap_info *trap)
{
	size_t n;

	f->err = err;
	f->trap = trap ? trap->kind : KW_TRAP_NONE;
	if (f->trap) {
		n = snprintf(f->text, sizeof(f->text), "%s", kw_trap_text(trap->kind));
		if (trap->func != KW_NO_INDEX)
			snprintf(f->text + n, sizeof(f->text) - n, " (function %u, offset 0x%x)",
				 trap->func, trap->offset);
	} else if (diag && diag->reason) {
		kw_diag_format(diag, f->text, sizeof(f->text));
	} else {
		snprintf(f->text, sizeof(f->text), "%s", strerror(-err));
	}
	return err;
}

static int load(void *self, const void *bytes, size_t len, void **module, struct failure *f)
{
	struct kwasm_engine_module *m;
	struct kw_diag diag;
	int err = kwasm_engine__load(self, bytes, len, KWASM_ENGINE_TYPED, &m, &diag);

	if (err)
		return fail(f, err, &diag, NULL);
	*module = m;
	return 0;
}

static int instantiate(void *self, void *module, const struct spec_import *imports, u32 nr,
		       void **instance, struct failure *f)
{
	struct kw_extern_ref *ref = calloc(nr + 1, sizeof(*ref));
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct kw_diag diag;
	u32 i;
	int err;

	if (!ref)
		return fail(f, -ENOMEM, NULL, NULL);
	for (i = 0; i < nr; i++) {
		if (imports[i].instance)
			kw_instance_export(imports[i].instance, imports[i].name,
					   imports[i].name_len, &ref[i]);
	}
	err = kwasm_engine__instantiate(self, module, ref, &inst, &trap, &diag);
	free(ref);
	if (err)
		return fail(f, err, &diag, &trap);
	*instance = inst;
	return 0;
}

static int find(void *instance, const char *name, size_t len, u8 kind, u32 *index, struct failure *f)
{
	struct kw_extern_ref r;

	if (kw_instance_export(instance, name, len, &r) || r.kind != kind) {
		f->err = -ENOENT;
		f->trap = KW_TRAP_NONE;
		snprintf(f->text, sizeof(f->text), "no such export");
		return -ENOENT;
	}
	*index = r.index;
	return 0;
}

static int call(void *self, void *instance, const char *name, size_t name_len,
		struct kw_value *val, u32 nr_args, u32 nr_results, struct failure *f)
{
	struct kwasm_trap_info trap;
	const struct kw_functype *t;
	u32 func;
	int err;

	err = find(instance, name, name_len, KW_EXT_FUNC, &func, f);
	if (err)
		return err;
	t = kw_func_type(kw_instance_linked(instance)->module, func);
	if (t->nr_params != nr_args || t->nr_results != nr_results)
		return fail(f, -EINVAL, NULL, NULL);
	err = kwasm_engine__call(self, instance, func, val, &trap);
	return err ? fail(f, err, NULL, &trap) : 0;
}

static int global(void *self, void *instance, const char *name, size_t name_len,
		  struct kw_value *out, struct failure *f)
{
	const union kw_global_cell *c;
	u32 index;
	int err;

	(void)self;
	err = find(instance, name, name_len, KW_EXT_GLOBAL, &index, f);
	if (err)
		return err;
	c = kw_instance_global(instance, index);
	out->lo = c->v128[0];
	out->hi = c->v128[1];
	return 0;
}

const struct backend engine_backend = {
	.open = open_engine,
	.close = close_engine,
	.load = load,
	.instantiate = instantiate,
	.call = call,
	.global = global,
};
