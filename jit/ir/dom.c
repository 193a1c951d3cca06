// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Dominator tree with jump pointers: Myers, "An applicative random-access stack", IPL 1983. */
#include "dom.h"

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
