/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KW_IR_SUMMARY_H
#define KW_IR_SUMMARY_H

#include "build.h"

/* The locals written inside one block, loop or if, in the order the constructs open. */
struct kw_written {
	u32 start, count;	/* in kw_summary.locals */
	bool resizes;		/* something inside may change the memory's size: a call, memory.grow */
	bool calls;		/* something inside is a call that is not done in place */
	u8 pkt_widths;		/* packet loads inside, a bit for each number of bytes */
};

struct kw_summary {
	struct kw_written *construct;
	u32 nr_constructs;
	u32 *locals;
	u32 nr_locals;		/* in all lists */
	u32 nr_ifs, nr_branches, nr_calls;
	bool has_calls;		/* of functions, direct or not, that are not done in place */
	bool too_many;		/* lists would outgrow a multiple of the body: keep locals in memory */
};

/**
 * kw_summarise() - which locals each construct of a function writes
 * @body: at the first instruction
 * @bind: [@nr_bind] of imported functions, or NULL
 *
 * Linear: total list length is bounded by a multiple of the body's bytes,
 * past which @out->too_many is set and the lists are dropped.
 * Return: 0, -ENOMEM, -EINTR.
 */
int kw_summarise(struct kw_arena *arena, struct kw_body body, u32 nr_locals,
		 const struct kw_binding *bind, u32 nr_bind, struct kw_summary *out);

#endif /* KW_IR_SUMMARY_H */
