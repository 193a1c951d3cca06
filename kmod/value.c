// SPDX-License-Identifier: GPL-2.0
/* Arguments and results of typed calls, copied in and out. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../uapi/linux/kwasm.h"
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
