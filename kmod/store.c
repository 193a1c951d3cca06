// SPDX-License-Identifier: GPL-2.0
/*
 * KWASM_STORE_CREATE and KWASM_INSTANCE_CREATE: instances that import from
 * each other.  kmod/call.c calls them.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../jit/common/limits.h"
#include "dev.h"
#include "exec.h"
#include "memory.h"
#include "store.h"

#define MAX_INSTANCES	4096
#define MAX_TABLE_ELEMS	(1U << 20)

/* ---- Stores ---- */

static void store_release(struct kwasm_object *o)
{
	struct kwasm_store *s = container_of(o, struct kwasm_store, obj);
	struct kwasm_store_module *sm, *next;

	kw_store_free(s->store);
	list_for_each_entry_safe(sm, next, &s->modules, in_store) {
		kwasm_module_put(sm->module);
		kfree(sm);
	}
	kfree(s);
}

static const struct kwasm_object_ops store_ops = {
	.type = KWASM_OBJ_STORE,
	.fd_name = "[kwasm-store]",
	.release = store_release,
};

static struct kwasm_store *store_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_STORE);

	return IS_ERR(o) ? ERR_CAST(o) : container_of(o, struct kwasm_store, obj);
}

static struct kwasm_store *store_new(const struct kwasm_store_create *a)
{
	bool guard = a->mode == KWASM_MODE_GUARD || (a->mode == KWASM_MODE_AUTO && !kwasm_memory_guard());
	struct kw_store_opts opts = {
		.guard = guard,
		.max_memory_pages = a->max_memory_pages ?: KW_MAX_MEM_PAGES,
		.max_table_elems = MAX_TABLE_ELEMS,
		.max_instances = MAX_INSTANCES,
	};
	struct kwasm_store *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	s->store = kw_store_new(&opts);
	if (!s->store) {
		kfree(s);
		return NULL;
	}
	kwasm_object_init(&s->obj, &store_ops);
	mutex_init(&s->lock);
	INIT_LIST_HEAD(&s->modules);
	s->mode = guard ? KW_MODE_GUARD : KW_MODE_CHECK;
	return s;
}

/* Publish and make the descriptor; drops the reference on failure. */
static int object_file(struct kwasm_object *o, struct file **file)
{
	int err = kwasm_object_publish(o);

	if (!err) {
		*file = kwasm_object_file(o);
		err = PTR_ERR_OR_ZERO(*file);
	}
	if (err)
		kwasm_object_put(o);
	return err;
}

int kwasm_ioctl_store_create(void *arg, struct file **file)
{
	struct kwasm_store_create *a = arg;
	struct kwasm_store *s;
	int err;

	if (a->flags || a->mode > KWASM_MODE_CHECK || a->max_memory_pages > KW_MAX_MEM_PAGES)
		return -EINVAL;
	err = kwasm_memory_guard();
	if (a->mode == KWASM_MODE_GUARD && err)
		return err;
	s = store_new(a);
	return s ? object_file(&s->obj, file) : -ENOMEM;
}

/* ---- Instances ---- */

static void instance_release(struct kwasm_object *o)
{
	struct kwasm_instance *i = container_of(o, struct kwasm_instance, obj);

	kwasm_object_put(&i->store->obj);
	kfree(i);
}

static const struct kwasm_object_ops instance_ops = {
	.type = KWASM_OBJ_INSTANCE,
	.fd_name = "[kwasm-instance]",
	.release = instance_release,
};

struct kwasm_instance *kwasm_instance_from_fd(int fd)
{
	struct kwasm_object *o = kwasm_object_from_fd(fd, KWASM_OBJ_INSTANCE);

	return IS_ERR(o) ? ERR_CAST(o) : container_of(o, struct kwasm_instance, obj);
}

char *kwasm_user_name(u64 user, u64 len)
{
	char *name;

	if (len > KW_MAX_NAME_BYTES)
		return ERR_PTR(-E2BIG);
	name = kvmalloc(len + 1, GFP_KERNEL);
	if (!name)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(name, u64_to_user_ptr(user), len)) {
		kvfree(name);
		return ERR_PTR(-EFAULT);
	}
	name[len] = 0;
	return name;
}

/* One import; stays empty if the export does not exist, which instantiation then reports. */
static int import_one(struct kwasm_store *s, const struct kwasm_import *im, struct kw_extern_ref *out)
{
	struct kwasm_instance *from;
	char *name;
	int err = 0;

	if (im->pad)
		return -EINVAL;
	if (im->instance_fd == -1)
		return 0;
	from = kwasm_instance_from_fd(im->instance_fd);
	if (IS_ERR(from))
		return PTR_ERR(from);
	name = kwasm_user_name(im->export_name, im->export_name_len);
	if (IS_ERR(name)) {
		err = PTR_ERR(name);
	} else {
		if (from->store != s)
			err = -EXDEV;
		else
			kw_instance_export(from->instance, name, im->export_name_len, out);
		kvfree(name);
	}
	/* What @out points to belongs to the store, not to the descriptor. */
	kwasm_object_put(&from->obj);
	return err;
}

static int import_all(struct kwasm_store *s, const struct kwasm_instance_create *a,
		      struct kw_extern_ref *refs)
{
	struct kwasm_import im, __user *user = u64_to_user_ptr(a->imports);
	u32 i;
	int err;

	for (i = 0; i < a->nr_imports; i++) {
		if (copy_from_user(&im, user + i, sizeof(im)))
			return -EFAULT;
		err = import_one(s, &im, &refs[i]);
		if (err)
			return err;
	}
	return 0;
}

static int run_start(struct kwasm_store *s, struct kw_instance *inst, u32 start, u32 *trap)
{
	struct kw_inst *callee;
	void *code = kw_instance_func_code(inst, start, &callee);
	struct kwasm_exec *x = kwasm_exec_begin_p();
	u32 unused;

	if (IS_ERR(x))
		return PTR_ERR(x);
	x->floats = s->floats;
	*trap = kwasm_exec_run(x, callee, code, 0, &unused);
	kwasm_exec_end(x);
	return *trap ? -EFAULT : 0;
}

/* store->lock held. */
static int instantiate(struct kwasm_store *s, struct kwasm_module *m, const struct kw_extern_ref *refs,
		       struct kw_instance **out, u32 *trap, struct kw_diag *diag)
{
	struct kwasm_store_module *sm = kzalloc(sizeof(*sm), GFP_KERNEL_ACCOUNT);
	int err;

	if (!sm)
		return -ENOMEM;
	/* Before the instance: one that failed half way stays in the store, too. */
	kwasm_object_get(&m->obj);
	sm->module = m;
	list_add(&sm->in_store, &s->modules);
	s->floats |= m->build[KW_FORM_P].code->uses_float;
	err = kw_instance_new(s->store, &m->build[KW_FORM_P].linked, refs, out, trap, diag);
	if (!err && m->wasm.start != KW_NO_INDEX)
		err = run_start(s, *out, m->wasm.start, trap);
	return err;
}

static int create(struct kwasm_store *s, struct kwasm_module *m, struct kwasm_instance_create *a,
		  struct kw_instance **out)
{
	struct kw_diag diag = { .func = KW_DIAG_NO_FUNC };
	struct kw_extern_ref *refs;
	int err;

	if (!m->typed || m->mode != s->mode || a->nr_imports != m->wasm.nr_imports)
		return -EINVAL;
	refs = kw_alloc(a->nr_imports * sizeof(*refs));
	if (!refs)
		return -ENOMEM;
	err = import_all(s, a, refs);
	if (!err && mutex_lock_killable(&s->lock))
		err = -EINTR;
	if (!err) {
		err = instantiate(s, m, refs, out, &a->trap, &diag);
		mutex_unlock(&s->lock);
		if (err)
			err = kwasm_diag_put(a->diag, &diag, NULL) ?: err;
	}
	kw_free(refs);
	return err;
}

/* Takes over the caller's reference on @s. */
static int instance_file(struct kwasm_store *s, struct kw_instance *inst, struct file **file)
{
	struct kwasm_instance *i = kzalloc(sizeof(*i), GFP_KERNEL_ACCOUNT);

	if (!i) {
		kwasm_object_put(&s->obj);
		return -ENOMEM;
	}
	kwasm_object_init(&i->obj, &instance_ops);
	i->store = s;
	i->instance = inst;
	return object_file(&i->obj, file);
}

int kwasm_ioctl_instance_create(void *arg, struct file **file)
{
	struct kwasm_instance_create *a = arg;
	struct kw_instance *inst;
	struct kwasm_module *m;
	struct kwasm_store *s;
	int err;

	if (a->flags)
		return -EINVAL;
	a->trap = KW_TRAP_NONE;
	s = store_from_fd(a->store_fd);
	if (IS_ERR(s))
		return PTR_ERR(s);
	m = kwasm_module_from_fd(a->module_fd);
	if (IS_ERR(m)) {
		kwasm_object_put(&s->obj);
		return PTR_ERR(m);
	}
	err = create(s, m, a, &inst);
	kwasm_module_put(m);
	if (!err)
		return instance_file(s, inst, file);
	kwasm_object_put(&s->obj);
	return err;
}
