// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Register allocation of large and hostile functions: it must succeed.  The
 * time is reported as nanoseconds an instruction, and judged by nobody here;
 * what grows with the square of the size would show as minutes.
 */
#include <stdlib.h>
#include <time.h>

#include "lib/mirgen.h"
#include "tap.h"

#define INT	KW_RC_INT, KW_T_I64

static struct mirgen g;

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void begin_function(void)
{
	mirgen_init(&g, 0x1fff, 0xffffULL << 32);
	g.seed = 1;
}

static void end_function(const char *name)
{
	u64 start, ns, bytes = g.arena.held_bytes;
	int err;

	start = now_ns();
	err = kw_ra_assign(&g.mf);
	ns = now_ns() - start;
	ok(!err, "%s", name);
	diag("%u instructions, %u blocks, %u vregs: %llu us, %llu ns each, %llu KiB, %u edits, %u slots",
	     g.mf.nr_insts, g.mf.nr_blocks, g.mf.nr_vregs, (unsigned long long)ns / 1000,
	     (unsigned long long)ns / g.mf.nr_insts,
	     (unsigned long long)(g.arena.held_bytes - bytes) / 1024, g.mf.nr_edits, g.mf.nr_slots);
	mirgen_free(&g);
}

static void one_block(u32 n)
{
	u32 v[16], k;

	begin_function();
	for (k = 0; k < 16; k++)
		v[k] = mirgen_def(&g, INT, 0, NULL);
	for (k = 0; k < n; k++) {
		u32 uses[2] = { v[mirgen_rand(&g, 16)], v[mirgen_rand(&g, 16)] };

		v[mirgen_rand(&g, 16)] = mirgen_def(&g, INT, 2, uses);
	}
	mirgen_return(&g, v[0]);
	mirgen_finish(&g);
	end_function("one block of 100,000 instructions");
}

/* @depth loops in each other; @nr_values live through all of them. */
static void nested(u32 depth, u32 nr_values, const char *name)
{
	u32 *v = calloc(nr_values, sizeof(*v)), *head = calloc(depth, sizeof(*head));
	u32 *out = calloc(depth, sizeof(*out)), k, i, c;

	begin_function();
	for (k = 0; k < nr_values; k++)
		v[k] = mirgen_def(&g, INT, 0, NULL);
	c = v[0];
	for (k = 0; k < depth; k++) {
		i = mirgen_vreg(&g, INT);
		out[k] = mirgen_label(&g, 0, NULL);
		head[k] = mirgen_label(&g, 1, &i);
		g.label[head[k]].header = true;
		g.label[head[k]].end_label = out[k];
		mirgen_jump(&g, head[k], &c);
		mirgen_begin(&g, head[k]);
		c = mirgen_def(&g, INT, 1, &i);
	}
	for (k = depth; k-- > 0; ) {
		u32 again = mirgen_label(&g, 0, NULL);

		mirgen_use(&g, 1, &v[k % nr_values]);
		mirgen_branch(&g, c, again, out[k]);
		mirgen_begin(&g, again);
		mirgen_jump(&g, head[k], &c);
		mirgen_begin(&g, out[k]);
	}
	for (k = 0; k < nr_values; k++)
		mirgen_use(&g, 1, &v[k]);
	mirgen_return(&g, 0);
	mirgen_finish(&g);
	end_function(name);
	free(v);
	free(head);
	free(out);
}

/* Values live through a chain of ifs, and used behind it. */
static void many_live(u32 nr_values, u32 nr_blocks)
{
	u32 *v = calloc(nr_values, sizeof(*v)), k;

	begin_function();
	for (k = 0; k < nr_values; k++)
		v[k] = mirgen_def(&g, INT, 0, NULL);
	for (k = 0; k < nr_blocks; k++) {
		u32 yes = mirgen_label(&g, 0, NULL), no = mirgen_label(&g, 0, NULL);
		u32 join = mirgen_label(&g, 0, NULL);

		mirgen_branch(&g, v[mirgen_rand(&g, nr_values)], yes, no);
		mirgen_begin(&g, yes);
		mirgen_call(&g);
		mirgen_jump(&g, join, NULL);
		mirgen_begin(&g, no);
		mirgen_jump(&g, join, NULL);
		mirgen_begin(&g, join);
	}
	for (k = 0; k < nr_values; k++)
		mirgen_use(&g, 1, &v[k]);
	mirgen_return(&g, 0);
	mirgen_finish(&g);
	end_function("50,000 values live through 10,000 ifs with calls");
	free(v);
}

static void fan_in(u32 nr, u32 nr_params)
{
	u32 *way = calloc(nr, sizeof(*way)), *p = calloc(nr_params, sizeof(*p));
	u32 *a = calloc(nr_params, sizeof(*a)), k, r, old, join;

	begin_function();
	for (k = 0; k < nr_params; k++) {
		p[k] = mirgen_vreg(&g, INT);
		a[k] = k % 3 ? mirgen_def(&g, INT, 0, NULL) : mirgen_const(&g, INT);
	}
	join = mirgen_label(&g, nr_params, p);
	for (k = 0; k < nr; k++)
		way[k] = mirgen_label(&g, 0, NULL);
	mirgen_switch(&g, a[0], nr, way);
	for (k = 0; k < nr; k++) {
		mirgen_begin(&g, way[k]);
		r = mirgen_rand(&g, nr_params);
		old = a[r];
		a[r] = mirgen_def(&g, INT, 0, NULL);
		mirgen_jump(&g, join, a);
		a[r] = old;
	}
	mirgen_begin(&g, join);
	for (k = 0; k < nr_params; k++)
		mirgen_use(&g, 1, &p[k]);
	mirgen_return(&g, 0);
	mirgen_finish(&g);
	end_function("a switch with 5,000 ways into a block with 100 parameters");
	free(way);
	free(p);
	free(a);
}

static void by_chance(void)
{
	mirgen_random(&g, 5, 100000);
	end_function("a random function of 100,000 instructions");
}

int main(void)
{
	one_block(100000);
	nested(10000, 12, "10,000 nested loops");
	nested(10000, 50000, "10,000 nested loops with 50,000 values");
	many_live(50000, 10000);
	fan_in(5000, 100);
	by_chance();
	return tap_done();
}
