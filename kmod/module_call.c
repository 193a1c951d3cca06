// SPDX-License-Identifier: GPL-2.0
/*
 * KWASM_MODULE_CALL: functions call/<name>, called by a user in process
 * context.  All calls of a module share one instance, whose memory stays from
 * call to call.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "dev.h"
#include "exec.h"
#include "hooks/hooks.h"
#include "module.h"
#include "program.h"
#include "value.h"

/* Back to what the load left.  On failure the slot is out of service until that has worked. */
static int reset(struct kwasm_slot *s)
{
	int err = kw_instance_restore(s->instance, s->pool->snapshot);

	if (err)
		kwasm_slot_break(s);
	return err;
}

static int take_and_run(struct kwasm_module *m, u32 func, struct kw_call_frame *frame,
			struct kwasm_module_call *a)
{
	u64 deadline = min_not_zero(a->deadline_ns, m->meta.deadline_ns);
	struct kwasm_slot *s = kwasm_pool_take(m->pool[KWASM_POOL_CALL], deadline);
	int err;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (a->flags & KWASM_CALL_RESET) {
		err = reset(s);
		if (err)
			return err;
	}
	err = kwasm_frame_run(s->instance, func, kw_instance_linked(s->instance)->code->uses_float, frame, deadline,
			      &a->trap);
	kwasm_pool_give(s);
	return err;
}

/* What the caller should have given, whether or not it did. */
static int put_types(const struct kw_functype *t, struct kwasm_module_call *a)
{
	u32 all = t->nr_params + t->nr_results, nr = a->types ? min(a->nr_types, all) : 0;

	a->nr_args = t->nr_params;
	a->nr_results = t->nr_results;
	a->nr_types = all;
	return copy_to_user(u64_to_user_ptr(a->types), t->types, nr) ? -EFAULT : 0;
}

static int call(struct kwasm_module *m, u32 func, struct kwasm_module_call *a)
{
	const struct kw_functype *t = kw_func_type(&m->wasm, func);
	bool fits = a->nr_args == t->nr_params && a->nr_results >= t->nr_results;
	struct kw_call_frame *frame;
	int err;

	err = put_types(t, a);
	if (err || a->flags & KWASM_CALL_TYPES)
		return err;
	if (!fits)
		return -EINVAL;
	frame = kwasm_frame_new(t, a->values);
	if (IS_ERR(frame))
		return PTR_ERR(frame);
	err = take_and_run(m, func, frame, a);
	if (!err && !a->trap.kind)
		err = kwasm_frame_results(frame, t, a->values);
	kvfree(frame);
	return err;
}

int kwasm_ioctl_module_call(void *arg, struct file **file)
{
	struct kwasm_module_call *a = arg;
	const struct kw_export *e;
	struct kwasm_module *m;
	int err = -ENOENT;

	if (a->flags & ~(KWASM_CALL_RESET | KWASM_CALL_TYPES) ||
	    strnlen(a->export_name, KWASM_NAME_LEN) == KWASM_NAME_LEN)
		return -EINVAL;
	memset(&a->trap, 0, sizeof(a->trap));
	m = kwasm_module_from_fd(a->module_fd);
	if (IS_ERR(m))
		return PTR_ERR(m);
	e = kw_module_find_export(&m->wasm, a->export_name, strlen(a->export_name));
	if (!m->typed && e && kwasm_is_call(e))
		err = call(m, e->index, a);
	kwasm_module_put(m);
	return err;
}
