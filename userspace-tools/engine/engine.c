// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Engines, instances and calls; what a trap leaves in struct kw_exec -> a report. */
#include <stdlib.h>
#include <string.h>

#include "../../jit/rt/pkt.h"
#include "internal.h"

#define MAX_PAGES	65536u
#define MAX_TABLE	10000000u
#define MAX_INSTANCES	100000u
#define FEW_VALUES	4		/* a frame for that many needs no allocation */

struct kwasm_engine *kwasm_engine__new(const struct kwasm_engine_opts *opts)
{
	struct kwasm_engine *e = calloc(1, sizeof(*e));
	struct kw_store_opts so = {
		.guard = opts->mode == KW_MODE_GUARD,
		.max_memory_pages = opts->max_memory_pages ? opts->max_memory_pages : MAX_PAGES,
		.max_table_elems = MAX_TABLE,
		.max_instances = MAX_INSTANCES,
	};

	if (!e)
		return NULL;
	e->opts = *opts;
	e->sigs = kw_sigs_new();
	e->store = kw_store_new(&so);
	e->exec = kw_user_exec_new();
	if (!e->sigs || !e->store || !e->exec ||
	    (opts->kernel_form &&
	     kw_user_form_new(opts->kernel_form == KWASM_ENGINE_KERNEL_BARE, &e->env, &e->thunks))) {
		kwasm_engine__free(e);
		return NULL;
	}
	e->exec->host = e;
	return e;
}

void kwasm_engine__free(struct kwasm_engine *e)
{
	if (!e)
		return;
	kw_store_free(e->store);
	while (e->modules)
		kwasm_engine_module__free(e->modules);
	kw_sigs_free(e->sigs);
	kw_user_exec_free(e->exec);
	kw_user_form_free(e->thunks);
	free(e);
}

/* Return: the code @pc lies in, or NULL. */
static const struct kw_linked *where(const struct kwasm_engine *e, u64 pc, u32 site, struct kw_where *w)
{
	const struct kwasm_engine_module *m;

	for (m = e->modules; m; m = m->next) {
		if (m->linked.text && !kw_linked_where(&m->linked, pc, site, w))
			return &m->linked;
	}
	return NULL;
}

static void add_frame(struct kwasm_trap_info *trap, const struct kw_where *w)
{
	if (trap->nr_bt == KWASM_BACKTRACE_MAX)
		return;
	trap->bt[trap->nr_bt].func = w->func;
	trap->bt[trap->nr_bt++].offset = w->wasm_off;
}

/* Return: 0 after a normal return, else -EFAULT with @trap. */
static int report(const struct kwasm_engine *e, struct kwasm_trap_info *trap)
{
	const struct kw_exec *x = e->exec;
	struct kw_where w = { .func = KW_NO_INDEX };
	const struct kw_linked *l;
	u32 i;

	memset(trap, 0, sizeof(*trap));
	trap->kind = x->trap;
	if (x->trap == KW_TRAP_NONE)
		return 0;
	l = where(e, x->trap_pc, x->trap_site, &w);
	if (x->trap == KW_USER_TRAP_AT_SITE)
		trap->kind = w.trap;
	trap->func = w.func;
	trap->offset = w.wasm_off;
	while (l && kw_linked_caller(l, &w))
		add_frame(trap, &w);
	for (i = 0; i < x->nr_bt; i++) {
		l = where(e, x->bt[i], KW_NO_INDEX, &w);
		if (!l)
			continue;
		do {
			add_frame(trap, &w);
		} while (kw_linked_caller(l, &w));
	}
	return -EFAULT;
}

/* Every call from the host goes through the entry thunk of the function's type. */
static u64 enter(struct kwasm_engine *e, struct kw_instance *inst, u32 func, struct kw_call_frame *f)
{
	const struct kw_linked *l = kw_instance_linked(inst);
	u8 *thunk = l->text + l->code->thunk_off[l->module->funcs[func].type];
	struct kw_inst *callee;

	f->code = kw_instance_func_code(inst, func, &callee);
	return kw_user_run(e->exec, thunk, callee, f, e->opts.deadline_ns);
}

int kwasm_engine__call(struct kwasm_engine *e, struct kw_instance *inst, u32 func,
		       struct kw_value *val, struct kwasm_trap_info *trap)
{
	const struct kw_functype *t = kw_func_type(kw_instance_linked(inst)->module, func);
	u32 nr = max(t->nr_params, t->nr_results);
	u64 room[(sizeof(struct kw_call_frame) + FEW_VALUES * sizeof(struct kw_value)) / sizeof(u64)];
	struct kw_call_frame *f = (struct kw_call_frame *)room;
	int err;

	if (nr > FEW_VALUES)
		f = malloc(sizeof(*f) + nr * sizeof(*f->val));
	if (!f)
		return -ENOMEM;
	if (t->nr_params)
		memcpy(f->val, val, t->nr_params * sizeof(*val));
	enter(e, inst, func, f);
	err = report(e, trap);
	if (!err && t->nr_results)
		memcpy(val, f->val, t->nr_results * sizeof(*val));
	if (nr > FEW_VALUES)
		free(f);
	return err;
}

int kwasm_engine__instantiate(struct kwasm_engine *e, const struct kwasm_engine_module *m,
			      const struct kw_extern_ref *imports, struct kw_instance **out,
			      struct kwasm_trap_info *trap, struct kw_diag *diag)
{
	struct kw_instance *inst;
	u32 kind;
	int err;

	memset(trap, 0, sizeof(*trap));
	memset(diag, 0, sizeof(*diag));
	diag->func = KW_DIAG_NO_FUNC;
	err = kw_instance_new(e->store, &m->linked, imports, &inst, &kind, diag);
	if (err) {
		trap->kind = kind;
		trap->func = KW_NO_INDEX;
		return err;
	}
	if (m->module.start != KW_NO_INDEX)
		err = kwasm_engine__call(e, inst, m->module.start, NULL, trap);
	if (!err)
		*out = inst;
	return err;
}

int kwasm_engine__run_packet(struct kwasm_engine *e, struct kw_instance *inst, u32 func,
			     struct kwasm_engine_packet *pkt, u32 *verdict,
			     struct kwasm_trap_info *trap)
{
	struct kw_exec *x = e->exec;
	struct kw_value val = { 0 };
	int err;

	x->pkt_data = pkt->data;
	x->pkt_none = kw_pkt_none;
	x->pkt_lin = min(pkt->linear, pkt->len);
	x->pkt_len = pkt->len;
	x->pkt_short = 0;
	memcpy(x->field, pkt->field, sizeof(x->field));
	e->pkt = pkt;
	err = kwasm_engine__call(e, inst, func, &val, trap);
	e->pkt = NULL;
	x->pkt_data = NULL;
	x->pkt_lin = 0;
	x->pkt_len = 0;
	pkt->is_short = x->pkt_short;
	pkt->field[KW_FIELD_MARK] = x->field[KW_FIELD_MARK];
	if (!err)
		*verdict = (u32)val.lo;
	return err;
}
