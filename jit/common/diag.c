// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Notes why a module is refused; see diag.h and reason.def. */
#include "diag.h"

static const u8 reason_errno[KW_NR_REASONS] = {
#define KW_REASON(name, errno_, text) [KW_R_##name] = errno_,
#include "reason.def"
};

int kw_reason_errno(enum kw_reason r)
{
	return (u32)r < KW_NR_REASONS ? reason_errno[r] : EINVAL;
}

int kw_reject(struct kw_diag *d, u32 offset, enum kw_reason reason, u64 arg0, u64 arg1)
{
	if (d->reason == KW_R_NONE) {
		d->reason = reason;
		d->offset = offset;
		d->arg[0] = arg0;
		d->arg[1] = arg1;
	}
	return -kw_reason_errno(d->reason);
}

int kw_reject_in(struct kw_diag *d, u32 func, u32 offset, enum kw_reason reason, u64 arg0, u64 arg1)
{
	if (d->reason == KW_R_NONE)
		d->func = func;
	return kw_reject(d, offset, reason, arg0, arg1);
}

void kw_diag_note_op(struct kw_diag *d, u32 op)
{
	if (!d->op)
		d->op = op + 1;
}
