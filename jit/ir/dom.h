/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Dominator tree while it grows.  Each block has, besides its immediate
 * dominator, a jump pointer further up (skew-binary numbers), so that the
 * common dominator of two blocks is found in logarithmic time whatever the
 * shape of the tree.
 */
#ifndef KW_IR_DOM_H
#define KW_IR_DOM_H

#include "ir.h"

struct kw_dom_node {
	kw_bid idom, jump;
	u32 depth;
};

struct kw_dom {
	struct kw_dom_node *node;
	u32 cap;
};

/* Note that @blk hangs under @idom (KW_NO_BLOCK: the root).  Return: 0 or -ENOMEM. */
static inline int kw_dom_add(struct kw_dom *d, struct kw_arena *a, kw_bid blk, kw_bid idom)
{
	struct kw_dom_node *n = kw_arena_grow(a, d->node, &d->cap, blk + 1, sizeof(*n));
	const struct kw_dom_node *up, *far;

	if (!n)
		return -ENOMEM;
	d->node = n;
	if (unlikely(idom == KW_NO_BLOCK)) {
		n[blk] = (struct kw_dom_node){ blk, blk, 0 };
		return 0;
	}
	up = &n[idom];
	far = &n[up->jump];
	n[blk] = (struct kw_dom_node){
		.idom = idom, .depth = up->depth + 1,
		.jump = up->depth - far->depth == far->depth - n[far->jump].depth ? far->jump : idom,
	};
	return 0;
}

/* Closest block that dominates both. */
kw_bid kw_dom_common(const struct kw_dom *d, kw_bid x, kw_bid y);

static inline kw_bid kw_dom_at_depth(const struct kw_dom *d, kw_bid x, u32 depth)
{
	while (d->node[x].depth > depth)
		x = d->node[d->node[x].jump].depth >= depth ? d->node[x].jump : d->node[x].idom;
	return x;
}

static inline bool kw_dominates(const struct kw_dom *d, kw_bid x, kw_bid y)
{
	return kw_dom_at_depth(d, y, d->node[x].depth) == x;
}

#endif /* KW_IR_DOM_H */
