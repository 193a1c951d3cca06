/* SPDX-License-Identifier: GPL-2.0 */
/* Typed values between a caller's struct kwasm_value and the frame of a call. */
#ifndef KWASM_VALUE_H
#define KWASM_VALUE_H

#include "../jit/isa/isa.h"
#include "../jit/rt/rt.h"
#include "../uapi/linux/kwasm.h"

/* Not a pointer: whether there is one. */
void kwasm_value_hide(struct kw_value *v, u8 type);

/**
 * kwasm_frame_new() - a frame for a function of type @t
 * @values: user pointer to its arguments
 *
 * Return: kvfree() it; ERR_PTR: -EFAULT, -ENOMEM, -EINVAL a function given as an argument.
 */
struct kw_call_frame *kwasm_frame_new(const struct kw_functype *t, u64 values);

/**
 * kwasm_frame_run() - call function @func of @inst, which nobody else runs meanwhile
 * @floats: code that may run uses floats or vectors
 * @info:   of a trap, which is no error
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL a function without code, or why there is no execution.
 */
int kwasm_frame_run(const struct kw_instance *inst, u32 func, bool floats, struct kw_call_frame *frame,
		    u64 deadline_ns, struct kwasm_trap_info *info);

/* After a normal return: the results to the caller.  0 or -EFAULT. */
int kwasm_frame_results(struct kw_call_frame *frame, const struct kw_functype *t, u64 values);

#endif /* KWASM_VALUE_H */
