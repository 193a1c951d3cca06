// SPDX-License-Identifier: GPL-2.0
/* A binary heap of deadlines, as a timer queue has it: structs moved up and down, 64-bit compares. */
#include "bench.h"

#define MAX 2048

struct timer {
	u64 when;
	u32 id, period;
};

static struct timer heap[MAX];
static u32 nr;

static void push(struct timer t)
{
	u32 i = nr++, up;

	while (i) {
		up = (i - 1) / 2;
		if (heap[up].when <= t.when)
			break;
		heap[i] = heap[up];
		i = up;
	}
	heap[i] = t;
}

static struct timer pop(void)
{
	struct timer first = heap[0], last = heap[--nr];
	u32 i = 0, child;

	for (;;) {
		child = 2 * i + 1;
		if (child >= nr)
			break;
		if (child + 1 < nr && heap[child + 1].when < heap[child].when)
			child++;
		if (last.when <= heap[child].when)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return first;
}

u32 run(u32 n)
{
	u32 s = 17, i, sum = 0;
	struct timer t;

	nr = 0;
	for (i = 0; i < MAX - 1; i++)
		push((struct timer){ rnd(&s) % 100000, i, 1 + rnd(&s) % 5000 });
	for (i = 0; i < n; i++) {
		t = pop();
		sum = sum * 5 + t.id + (u32)t.when;
		t.when += t.period;
		push(t);
	}
	return sum;
}
