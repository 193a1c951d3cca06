// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Bytes -> a module with code at an address: the whole pipeline, top to bottom. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#define MODULE_BUDGET	(1ULL << 30)
#define FUNC_BUDGET	(256ULL << 20)

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int read_module(struct kwasm_engine_module *m, u32 len, struct kw_diag *diag)
{
	u64 t = now_ns();
	int err;

	kw_arena_init(&m->arena, MODULE_BUDGET);
	err = kw_module_decode(&m->arena, m->bytes, len, &m->module, diag);
	m->times.decode_ns = now_ns() - t;
	if (err)
		return err;
	t = now_ns();
	err = kw_module_validate(&m->module, m->engine->opts.features, diag);
	m->times.validate_ns = now_ns() - t;
	return err;
}

static int bind_imports(struct kwasm_engine_module *m, u32 flags, struct kw_diag *diag)
{
	if (flags & KWASM_ENGINE_NO_BIND)
		return 0;
	m->bind = calloc(m->module.nr_imported_funcs + 1, sizeof(*m->bind));
	if (!m->bind)
		return -ENOMEM;
	return kw_host_bind(&m->module, flags & KWASM_ENGINE_TYPED ? KW_BIND_SLOTS : 0, m->bind, diag);
}

static int intern_types(struct kwasm_engine_module *m)
{
	u32 i;
	int err;

	m->sig_ids = calloc(m->module.nr_types + 1, sizeof(*m->sig_ids));
	if (!m->sig_ids)
		return -ENOMEM;
	for (i = 0; i < m->module.nr_types; i++) {
		err = kw_sigs_intern(m->engine->sigs, &m->module.types[i], &m->sig_ids[i]);
		if (err)
			return err;
	}
	return 0;
}

static int compile(struct kwasm_engine_module *m, struct kw_diag *diag)
{
	struct kw_compile_opts o = {
		.mode = m->engine->opts.mode,
		.form = m->engine->opts.form,
		.opt_off = m->engine->opts.opt_off,
		.canonical_nans = m->engine->opts.canonical_nans,
		.sig_ids = m->sig_ids,
		.bind = m->bind,
		.isa = kw_user_isa,
		.env = m->engine->opts.kernel_form ? &m->engine->env : NULL,
		.budget_bytes = FUNC_BUDGET,
		.peak = m->engine->opts.peak,
	};

	return kw_compile(&m->module, &o, &m->code, diag);
}

static int link_code(struct kwasm_engine_module *m)
{
	const struct kw_code *c = m->code;
	struct kw_user_text *t = &m->text;
	void *fn[KW_NR_STUBS];
	int err;

	kwasm_engine_stub_fns(fn);
	err = kw_user_text_alloc(t, c->len, fn, KW_NR_STUBS);
	if (err)
		return err;
	if (c->len)
		memcpy(t->code, c->bytes, c->len);
	err = kw_code_relocate(c, t->code, (u64)t->code, t->stub);
	if (err)
		return err;
	t->object = c;
	t->body_len = c->body_len;
	t->async = c->form == KW_FORM_S;
	m->linked.module = &m->module;
	m->linked.code = c;
	m->linked.text = t->code;
	m->linked.sig_ids = m->sig_ids;
	m->linked.bind = m->bind;
	return kw_user_text_publish(t);
}

static int build(struct kwasm_engine_module *m, u32 len, u32 flags, struct kw_diag *diag)
{
	u64 t;
	int err;

	err = read_module(m, len, diag);
	if (err)
		return err;
	err = bind_imports(m, flags, diag);
	if (!err && !(flags & KWASM_ENGINE_NO_BIND))
		err = kwasm_engine_maps_new(m, diag);
	if (err || (flags & KWASM_ENGINE_NO_CODE))
		return err;
	t = now_ns();
	err = intern_types(m);
	if (!err)
		err = compile(m, diag);
	if (!err)
		err = link_code(m);
	m->times.compile_ns = now_ns() - t;
	m->times.peak_bytes = m->arena.peak_bytes + (m->code ? m->code->peak_bytes : 0);
	return err;
}

int kwasm_engine__load(struct kwasm_engine *e, const void *bytes, size_t len, u32 flags,
		       struct kwasm_engine_module **out, struct kw_diag *diag)
{
	struct kwasm_engine_module *m;
	int err;

	memset(diag, 0, sizeof(*diag));
	diag->func = KW_DIAG_NO_FUNC;
	if (len > 0xffffffffu)
		return -E2BIG;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->engine = e;
	m->prev = &e->modules;
	m->next = e->modules;
	if (m->next)
		m->next->prev = &m->next;
	e->modules = m;
	m->bytes = malloc(len ? len : 1);
	if (!m->bytes) {
		kwasm_engine_module__free(m);
		return -ENOMEM;
	}
	memcpy(m->bytes, bytes, len);
	err = build(m, len, flags, diag);
	if (err) {
		kwasm_engine_module__free(m);
		return err;
	}
	*out = m;
	return 0;
}

void kwasm_engine_module__free(struct kwasm_engine_module *m)
{
	if (!m)
		return;
	*m->prev = m->next;
	if (m->next)
		m->next->prev = m->prev;
	kw_user_text_free(&m->text);
	if (m->code)
		kw_code_free(m->code);
	kw_arena_free(&m->arena);
	kwasm_engine_maps_free(m);
	free(m->sig_ids);
	free(m->bind);
	free(m->bytes);
	free(m);
}

const struct kw_module *kwasm_engine_module__module(const struct kwasm_engine_module *m)
{
	return &m->module;
}

const struct kw_code *kwasm_engine_module__code(const struct kwasm_engine_module *m)
{
	return m->code;
}

const struct kwasm_engine_times *kwasm_engine_module__times(const struct kwasm_engine_module *m)
{
	return &m->times;
}
