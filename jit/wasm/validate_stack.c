// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Operand stack of the validator: types as bytes, polymorphic in unreachable code. */
#include "validator.h"

int kw_v_bad(struct kw_validator *v, enum kw_reason reason, u64 arg0, u64 arg1)
{
	int err = kw_reject_in(v->diag, v->body.func, v->insn.off, reason, arg0, arg1);

	kw_diag_note_op(v->diag, v->insn.op);
	return err;
}

int kw_v_use_type(struct kw_validator *v, u8 type, u32 offset)
{
	enum kw_op_feature feature = kw_v_type_feature(type);

	v->used |= BIT(feature);
	if (v->refused & BIT(feature))
		return kw_reject_in(v->diag, v->body.func, offset, KW_R_UNSUPPORTED, type, feature);
	return 0;
}

int kw_v_pop_any(struct kw_validator *v, u8 *found)
{
	*found = KW_V_ANY;
	if (v->sp > v->base) {
		*found = *--v->sp;
		return 0;
	}
	return kw_v_top(v)->unreachable ? 0 : kw_v_bad(v, KW_R_TYPE_MISMATCH, KW_V_ANY, 0);
}

int kw_v_pop_other(struct kw_validator *v, u8 want)
{
	if (v->sp > v->base) {
		if (*--v->sp == KW_V_ANY)
			return 0;
		return kw_v_bad(v, KW_R_TYPE_MISMATCH, want, *v->sp);
	}
	return kw_v_top(v)->unreachable ? 0 : kw_v_bad(v, KW_R_TYPE_MISMATCH, want, 0);
}

int kw_v_pop_some(struct kw_validator *v, struct kw_types want)
{
	u32 i;
	int err;

	if (likely((u32)(v->sp - v->base) >= want.n && !memcmp(v->sp - want.n, want.t, want.n))) {
		v->sp -= want.n;
		return 0;
	}
	for (i = want.n; i; i--) {
		err = kw_v_pop(v, want.t[i - 1]);
		if (err)
			return err;
	}
	return 0;
}

int kw_v_push_some(struct kw_validator *v, struct kw_types types)
{
	if (unlikely(types.n > (u32)(v->stack + KW_MAX_OPERANDS - v->sp)))
		return kw_v_bad(v, KW_R_MAX_OPERANDS, KW_MAX_OPERANDS, 0);
	memcpy(v->sp, types.t, types.n);
	v->sp += types.n;
	return 0;
}

void kw_v_unreachable(struct kw_validator *v)
{
	v->sp = v->base;
	kw_v_top(v)->unreachable = true;
}
