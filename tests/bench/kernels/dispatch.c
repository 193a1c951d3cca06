// SPDX-License-Identifier: GPL-2.0
/* Objects with operations behind pointers, two signatures: indirect calls of small functions. */
#include "bench.h"

struct shape;

struct ops {
	u32 (*area)(const struct shape *s);
	void (*grow)(struct shape *s, u32 by);
};

struct shape {
	const struct ops *ops;
	u32 a, b;
};

static u32 box_area(const struct shape *s) { return s->a * s->b; }
static u32 tri_area(const struct shape *s) { return s->a * s->b / 2; }
static u32 dot_area(const struct shape *s) { return s->a != s->b; }
static u32 sum_area(const struct shape *s) { return s->a + s->b; }
static void grow_both(struct shape *s, u32 by) { s->a += by; s->b += by; }
static void grow_one(struct shape *s, u32 by) { s->a ^= by; }
static void turn(struct shape *s, u32 by) { s->a = s->b; s->b = by; }

static const struct ops kinds[] = {
	{ box_area, grow_both }, { tri_area, grow_one }, { dot_area, turn },
	{ sum_area, grow_one }, { box_area, turn }, { tri_area, grow_both },
};
static struct shape shapes[96];

u32 run(u32 n)
{
	u32 s = 13, i, k, sum = 0;
	struct shape *x;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		shapes[i] = (struct shape){ &kinds[rnd(&s) % ARRAY_SIZE(kinds)], rnd(&s) & 255, rnd(&s) & 255 };
	for (i = 0; i < n; i++) {
		for (k = 0; k < ARRAY_SIZE(shapes); k++) {
			x = &shapes[k];
			sum = sum * 31 + x->ops->area(x);
			x->ops->grow(x, sum & 15);
		}
	}
	return sum;
}
