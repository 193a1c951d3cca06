/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KW_ISA_ORDER_H
#define KW_ISA_ORDER_H

#include "mir.h"

#define KW_NO_FOLLOW	0xffffffffu

/**
 * struct kw_order - blocks as they are emitted: hot ones first
 * @block:   [nr] those that hold more than a jump, in this order
 * @follow:  of each block the next one, which execution may fall into; KW_NO_FOLLOW behind the last
 * @to:      of each edge the block that it leads to, past those that only jump; of blocks that are emitted
 * @edit:    of each block the first edit at or behind its start
 */
struct kw_order {
	u32 *block, nr;
	u32 *follow;
	u32 *to;
	u32 *edit;
};

/* Return: 0 or -ENOMEM; memory from the function's arena. */
int kw_order_blocks(const struct kw_mfunc *mf, struct kw_order *o);

#endif /* KW_ISA_ORDER_H */
