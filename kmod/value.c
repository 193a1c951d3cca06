// SPDX-License-Identifier: GPL-2.0
/* Typed calls: arguments and results, copied in and out, and the call itself. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "exec.h"
#include "program.h"
#include "value.h"

void kwasm_value_hide(struct kw_value *v, u8 type)
{
	if (type == KW_V_FUNCREF)
		v->lo = !!v->lo;
}

static int get_args(struct kw_value *val, const struct kwasm_value __user *user,
		    const struct kw_functype *t)
{
	struct kwasm_value v;
	u32 i;

	for (i = 0; i < t->nr_params; i++) {
		if (copy_from_user(&v, user + i, sizeof(v)))
			return -EFAULT;
		val[i].lo = v.lo;
		val[i].hi = v.hi;
		if (t->types[i] == KW_V_I32 || t->types[i] == KW_V_F32)
			val[i].lo = (u32)v.lo;
		/* A function is nothing a caller can name, only null is. */
		if (t->types[i] == KW_V_FUNCREF && v.lo)
			return -EINVAL;
	}
	return 0;
}

struct kw_call_frame *kwasm_frame_new(const struct kw_functype *t, u64 values)
{
	struct kw_call_frame *frame;
	int err;

	frame = kvzalloc(struct_size(frame, val, max(t->nr_params, t->nr_results)), GFP_KERNEL_ACCOUNT);
	if (!frame)
		return ERR_PTR(-ENOMEM);
	err = get_args(frame->val, u64_to_user_ptr(values), t);
	if (!err)
		return frame;
	kvfree(frame);
	return ERR_PTR(err);
}

int kwasm_frame_run(const struct kw_instance *inst, u32 func, bool floats, struct kw_call_frame *frame,
		    u64 deadline_ns, struct kwasm_trap_info *info)
{
	const struct kw_linked *l = kw_instance_linked(inst);
	u32 type = l->module->funcs[func].type, trap;
	struct kw_inst *callee;
	struct kwasm_exec *x;

	frame->code = kw_instance_func_code(inst, func, &callee);
	if (!frame->code)
		return -EINVAL;
	x = kwasm_exec_begin_p();
	if (IS_ERR(x))
		return PTR_ERR(x);
	x->floats = floats;
	trap = kwasm_exec_call(x, callee, l->text + l->code->thunk_off[type], frame, deadline_ns);
	if (trap)
		kwasm_trap_place(l, x, func, trap, info);
	kwasm_exec_end(x);
	return 0;
}

int kwasm_frame_results(struct kw_call_frame *frame, const struct kw_functype *t, u64 values)
{
	struct kwasm_value __user *user = u64_to_user_ptr(values);
	struct kw_value *val = frame->val;
	struct kwasm_value v;
	u32 i;

	for (i = 0; i < t->nr_results; i++) {
		kwasm_value_hide(&val[i], t->types[t->nr_params + i]);
		v = (struct kwasm_value){ .lo = val[i].lo, .hi = val[i].hi };
		if (copy_to_user(user + i, &v, sizeof(v)))
			return -EFAULT;
	}
	return 0;
}
