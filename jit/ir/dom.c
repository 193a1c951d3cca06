// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Dominator tree with jump pointers: Myers, "An applicative random-access stack", IPL 1983. */
#include "dom.h"

int kw_dom_add(struct kw_dom *d, struct kw_arena *a, kw_bid blk, kw_bid idom)
{
	struct kw_dom_node *n = kw_arena_grow(a, d->node, &d->cap, blk + 1, sizeof(*n));
	const struct kw_dom_node *up, *far;

	if (!n)
		return -ENOMEM;
	d->node = n;
	if (idom == KW_NO_BLOCK) {
		n[blk] = (struct kw_dom_node){ blk, blk, 0 };
		return 0;
	}
	up = &n[idom];
	far = &n[up->jump];
	n[blk].idom = idom;
	n[blk].depth = up->depth + 1;
	n[blk].jump = up->depth - far->depth == far->depth - n[far->jump].depth ? far->jump : idom;
	return 0;
}

kw_bid kw_dom_common(const struct kw_dom *d, kw_bid x, kw_bid y)
{
	const struct kw_dom_node *n = d->node;

	if (n[x].depth > n[y].depth)
		x = kw_dom_at_depth(d, x, n[y].depth);
	else
		y = kw_dom_at_depth(d, y, n[x].depth);
	while (x != y) {
		if (n[x].jump != n[y].jump) {
			x = n[x].jump;
			y = n[y].jump;
		} else {
			x = n[x].idom;
			y = n[y].idom;
		}
	}
	return x;
}
