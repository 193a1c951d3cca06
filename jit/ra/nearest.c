// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Of values that are live, the nearest. */
#include "state.h"

#define FEW	6	/* values too many that are better dropped one by one */

/* Drop the furthest of @n values, of equals the last. */
static void drop_furthest(struct ra_live *l, u32 n)
{
	ra_when_t furthest = l[0].when;
	u32 k, far = 0;

	for (k = 1; k < n; k++) {
		if (l[k].when < furthest)
			continue;
		furthest = l[k].when;
		far = k;
	}
	memmove(l + far, l + far + 1, (n - far - 1) * sizeof(*l));
}

/*
 * Put the RA_MAX_LIVE nearest of @n values first: find their limit digit by
 * digit.  @left has room for the @n distances that may still be the limit.
 */
static void select_nearest(struct ra_live *l, u32 n, u32 *left)
{
	u32 limit = l[0].when, differ = 0, nr = n, wanted = RA_MAX_LIVE, shift, k, d, m, count[16];

	for (k = 0; k < n; k++) {
		left[k] = l[k].when;
		differ |= l[k].when ^ limit;
	}
	shift = differ ? ALIGN(32 - __builtin_clz(differ), 4) : 0;
	limit &= ~(u32)((1ULL << shift) - 1);
	for (; shift && nr > wanted; nr = m) {
		shift -= 4;
		memset(count, 0, sizeof(count));
		for (k = 0; k < nr; k++)
			count[(left[k] >> shift) & 15]++;
		for (d = 0; count[d] < wanted; d++)
			wanted -= count[d];
		limit |= d << shift;
		for (k = m = 0; k < nr; k++) {
			left[m] = left[k];
			m += ((left[k] >> shift) & 15) == d;
		}
	}
	limit |= BIT(shift) - 1;
	for (k = m = 0; m < RA_MAX_LIVE; k++) {
		if (l[k].when > limit || (l[k].when == limit && !wanted))
			continue;
		wanted -= l[k].when == limit;
		l[m++] = l[k];
	}
}

/**
 * kw_ra_nearest() - put the RA_MAX_LIVE nearest of @n values first, in the order they had
 * @l: more than RA_MAX_LIVE values, with room for half as many behind them
 */
void kw_ra_nearest(struct ra_live *l, u32 n)
{
	if (n > RA_MAX_LIVE + FEW) {
		select_nearest(l, n, (u32 *)(l + n));
		return;
	}
	for (; n > RA_MAX_LIVE; n--)
		drop_furthest(l, n);
}
