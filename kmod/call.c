// SPDX-License-Identifier: GPL-2.0
/* KWASM_INSTANCE_CALL and KWASM_INSTANCE_GLOBAL: typed values in and out of typed instances. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "dev.h"
#include "exec.h"
#include "program.h"
#include "store.h"
#include "value.h"

static int call(struct kwasm_instance *inst, u32 func, struct kwasm_instance_call *a)
{
	const struct kw_functype *t = kw_func_type(kwasm_instance_linked(inst)->module, func);
	struct kw_call_frame *frame;
	int err = 0;

	if (a->nr_args != t->nr_params || a->nr_results < t->nr_results)
		return -EINVAL;
	frame = kwasm_frame_new(t, a->values);
	if (IS_ERR(frame))
		return PTR_ERR(frame);
	if (mutex_lock_killable(&inst->store->lock))
		err = -EINTR;
	if (!err) {
		err = kwasm_frame_run(inst->instance, func, inst->store->floats, frame, a->deadline_ns, &a->trap);
		mutex_unlock(&inst->store->lock);
	}
	if (!err && !a->trap.kind)
		err = kwasm_frame_results(frame, t, a->values);
	a->nr_results = t->nr_results;
	kvfree(frame);
	return err;
}

/* Export @name of @kind of the instance behind @fd, which comes with a reference. */
static struct kwasm_instance *find_export(int fd, u64 name, u64 len, u8 kind, u32 *index)
{
	struct kwasm_instance *inst = kwasm_instance_from_fd(fd);
	struct kw_extern_ref ref;
	char *s;
	int err;

	if (IS_ERR(inst))
		return inst;
	s = kwasm_user_name(name, len);
	err = PTR_ERR_OR_ZERO(s);
	if (!err) {
		err = kw_instance_export(inst->instance, s, len, &ref);
		kvfree(s);
	}
	if (!err && ref.kind != kind)
		err = -EINVAL;
	if (err) {
		kwasm_object_put(&inst->obj);
		return ERR_PTR(err);
	}
	*index = ref.index;
	return inst;
}

int kwasm_ioctl_instance_call(void *arg, struct file **file)
{
	struct kwasm_instance_call *a = arg;
	struct kwasm_instance *inst;
	u32 func;
	int err;

	if (a->flags || a->pad)
		return -EINVAL;
	memset(&a->trap, 0, sizeof(a->trap));
	inst = find_export(a->instance_fd, a->export_name, a->export_name_len, KW_EXT_FUNC, &func);
	if (IS_ERR(inst))
		return PTR_ERR(inst);
	err = call(inst, func, a);
	kwasm_object_put(&inst->obj);
	return err;
}

static struct kw_value global_value(const union kw_global_cell *c, u8 type)
{
	struct kw_value v = {};

	switch (type) {
	case KW_V_I32:
	case KW_V_F32:
		v.lo = c->i32;
		break;
	case KW_V_V128:
		v.lo = c->v128[0];
		v.hi = c->v128[1];
		break;
	default:
		v.lo = c->i64;
	}
	kwasm_value_hide(&v, type);
	return v;
}

int kwasm_ioctl_instance_global(void *arg, struct file **file)
{
	struct kwasm_instance_global *a = arg;
	struct kwasm_instance *inst;
	struct kw_value v;
	u32 index;

	if (a->pad)
		return -EINVAL;
	inst = find_export(a->instance_fd, a->export_name, a->export_name_len, KW_EXT_GLOBAL, &index);
	if (IS_ERR(inst))
		return PTR_ERR(inst);
	if (mutex_lock_killable(&inst->store->lock)) {
		kwasm_object_put(&inst->obj);
		return -EINTR;
	}
	a->type = kwasm_instance_linked(inst)->module->globals[index].type.type;
	v = global_value(kw_instance_global(inst->instance, index), a->type);
	mutex_unlock(&inst->store->lock);
	a->value.lo = v.lo;
	a->value.hi = v.hi;
	kwasm_object_put(&inst->obj);
	return 0;
}
