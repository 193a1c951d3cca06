// SPDX-License-Identifier: GPL-2.0
/* KWASM_PROGRAM_CREATE: module + export name -> program; and places of traps. */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "dev.h"
#include "program.h"
#include "watchdog.h"

static void program_free(struct work_struct *w)
{
	struct kwasm_program *p = container_of(to_rcu_work(w), struct kwasm_program, free);

	/* In process context it is found under SRCU. */
	if (p->hook->form == KW_FORM_P)
		synchronize_srcu(&kwasm_srcu);
	atomic_dec(&p->module->nr_programs);
	kwasm_module_put(p->module);
	kfree(p);
}

/* A CPU may still be in it through a link that was updated a moment ago. */
static void program_release(struct kwasm_object *o)
{
	struct kwasm_program *p = container_of(o, struct kwasm_program, obj);

	queue_rcu_work(kwasm_wq, &p->free);
}

static void program_info(struct kwasm_object *o, void *info)
{
	struct kwasm_program *p = container_of(o, struct kwasm_program, obj);
	struct kwasm_program_info *i = info;

	i->id = o->id;
	i->module_id = p->module->obj.id;
	strscpy(i->export_name, p->export_name, sizeof(i->export_name));
	kwasm_object_pin_name(o, i->pin);
	i->func = p->func;
	i->nr_links = atomic_read(&p->nr_links);
}

static const struct kwasm_object_ops program_ops = {
	.type = KWASM_OBJ_PROGRAM,
	.fd_name = "[kwasm-program]",
	.info_size = sizeof(struct kwasm_program_info),
	.info = program_info,
	.release = program_release,
};

struct kwasm_program *kwasm_program_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_PROGRAM);

	return IS_ERR(o) ? ERR_CAST(o) : container_of(o, struct kwasm_program, obj);
}

/* The export, if it is a program of the shape () -> i32. */
static int find_program(const struct kwasm_module *m, const char *name, const struct kw_export **out,
			struct kw_diag *diag)
{
	const struct kw_export *e = kw_module_find_export(&m->wasm, name, strlen(name));
	const struct kw_functype *t;

	if (!e || !kwasm_hook_find(e))
		return kw_reject(diag, 0, KW_R_NO_PROGRAM, 0, 0);
	diag->func = e->index;
	t = kw_func_type(&m->wasm, e->index);
	if (t->nr_params || t->nr_results != 1 || t->types[0] != KW_V_I32 ||
	    e->index < m->wasm.nr_imported_funcs)
		return kw_reject(diag, m->wasm.funcs[e->index].body_off, KW_R_PROGRAM_TYPE, 0, 0);
	*out = e;
	return 0;
}

/* Takes over the caller's reference on @m. */
static struct kwasm_program *program_new(struct kwasm_module *m, const struct kw_export *e)
{
	struct kwasm_program *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	kwasm_object_init(&p->obj, &program_ops);
	INIT_RCU_WORK(&p->free, program_free);
	p->module = m;
	p->hook = kwasm_hook_find(e);
	memcpy(p->export_name, e->name.p, e->name.len);	/* shorter, or it were no hook's */
	p->func = e->index;
	p->build = &m->build[p->hook->form];
	p->code = kwasm_build_func(p->build, e->index);
	p->floats = p->build->code->uses_float;
	p->field_mask = p->build->code->field_mask;
	/* What a module says of itself can lower its limits, not raise them. */
	p->deadline_ns = m->meta.deadline_ns;
	if (p->hook->form == KW_FORM_S)
		p->deadline_ns = min_not_zero(p->deadline_ns, KWASM_DEADLINE_DEFAULT_NS);
	p->pool = m->pool[p->hook->form == KW_FORM_S ? KWASM_POOL_S : KWASM_POOL_P];
	atomic_inc(&m->nr_programs);
	return p;
}

static int program_file(struct kwasm_program *p, struct file **file)
{
	int err = kwasm_object_publish(&p->obj);

	if (!err) {
		*file = kwasm_object_file(&p->obj);
		err = PTR_ERR_OR_ZERO(*file);
	}
	if (err)
		kwasm_program_put(p);
	return err;
}

int kwasm_ioctl_program_create(void *arg, struct file **file)
{
	struct kwasm_program_create *a = arg;
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	const struct kw_export *e;
	struct kwasm_program *p;
	struct kwasm_module *m;
	int err;

	if (a->flags || a->pad || strnlen(a->export_name, KWASM_NAME_LEN) == KWASM_NAME_LEN)
		return -EINVAL;
	m = kwasm_module_from_fd(a->module_fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = !m->typed ? find_program(m, a->export_name, &e, &diag) : -EINVAL;
	if (err) {
		err = kwasm_diag_put(a->diag, &diag, a->export_name) ?: err;
		goto err_put;
	}
	p = program_new(m, e);
	if (p)
		return program_file(p, file);
	err = -ENOMEM;
err_put:
	kwasm_module_put(m);
	return err;
}

/* Texts of other modules may be on the way here: typed instances import from each other. */
static const struct kw_linked *locate(const struct kw_linked *l, u64 pc, u32 site, struct kw_where *w)
{
	const struct kwasm_text *t = kwasm_text_find(pc ? pc - 1 : 0);
	const struct kwasm_module *m = t ? t->owner : NULL;

	if (m && m->build[KW_FORM_S].text == t)
		l = &m->build[KW_FORM_S].linked;
	else if (m && m->build[KW_FORM_P].text == t)
		l = &m->build[KW_FORM_P].linked;
	if (kw_linked_where(l, pc, site, w))
		return NULL;
	/* A function's prologue belongs to no instruction. */
	if (!w->wasm_off)
		w->wasm_off = l->module->funcs[w->func].body_off;
	return l;
}

static void add_frame(struct kwasm_trap_info *out, const struct kw_where *w)
{
	if (out->nr_bt == KWASM_BACKTRACE_MAX)
		return;
	out->bt[out->nr_bt].func = w->func;
	out->bt[out->nr_bt].offset = w->wasm_off;
	out->nr_bt++;
}

void kwasm_trap_place(const struct kw_linked *l, const struct kwasm_exec *x, u32 func, u32 kind,
		      struct kwasm_trap_info *out)
{
	const struct kw_exec *e = &x->e;
	const struct kw_linked *at;
	struct kw_where w;
	u32 i;

	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->at_ns = ktime_get_boottime_ns();
	out->func = func;
	out->offset = l->module->funcs[func].body_off;
	if (kind == KW_TRAP_BAD_VERDICT)
		return;
	at = locate(l, e->trap_pc, e->trap_site, &w);
	if (at) {
		out->func = w.func;
		out->offset = w.wasm_off;
	}
	while (at && kw_linked_caller(at, &w))
		add_frame(out, &w);
	for (i = 0; i < e->nr_bt; i++) {
		at = locate(l, e->bt[i], KW_NO_INDEX, &w);
		if (!at)
			continue;
		do {
			add_frame(out, &w);
		} while (kw_linked_caller(at, &w));
	}
}

void kwasm_trap_describe(const struct kwasm_program *p, const struct kwasm_exec *x, u32 kind,
			 struct kwasm_trap_info *out)
{
	kwasm_trap_place(&p->build->linked, x, p->func, kind, out);
}
