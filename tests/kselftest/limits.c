// SPDX-License-Identifier: GPL-2.0
/* Modules at and beyond the limits through /dev/kwasm: on the kernel's stack, in the kernel's memory. */
#include <stdlib.h>

#include "kt.h"
#include "../unit/shapes.h"

#define NR_ROUNDS	30
#define WARM_UP		5		/* rounds in which caches fill */

static int load_shape(struct buf b, struct kwasm_diag *d)
{
	int fd = load_bytes((struct bytes){ b.p, b.len }, KWASM_LOAD_P_FORM, KWASM_MODE_AUTO, d);

	free(b.p);
	return fd;
}

/* Accepted, or for want of room in the arena refused with ENOSPC. */
static void at(struct buf b, const char *what)
{
	struct kwasm_diag d = { 0 };
	int fd = load_shape(b, &d);

	ok(fd >= 0 || errno == ENOSPC, "%s is compiled, or does not fit", what);
	note("%s: %s", what, fd >= 0 ? "compiled" : "does not fit");
	close(fd);
}

static void over(struct buf b, uint32_t reason, const char *what)
{
	struct kwasm_diag d = { 0 };

	fails_with(E2BIG, load_shape(b, &d), "%s: refused", what);
	ok(d.reason == reason, "%s: the limit is named", what);
}

/* For packets, with a memory of so many pages on each CPU: more than this machine has. */
static void no_room(void)
{
	static uint8_t m[] = { 0, 'a', 's', 'm', 1, 0, 0, 0, 5, 5, 1, 0, 0xf0, 0xff, 0x03 };
	struct bytes b = { m, sizeof(m) };
	int fd = load_bytes(b, 0, KWASM_MODE_AUTO, NULL);

	/* In check mode so large a memory is none: E2BIG. */
	ok(fd < 0 && (errno == ENOMEM || errno == ENOSPC || errno == E2BIG), "a memory of 4 GiB on a small machine: refused");
	close(fd);
}

/*
 * Its pages come back, all of them.  What stays after the first time are page
 * tables, which the kernel keeps for whatever comes to these addresses next.
 */
static void large_memory(void)
{
	static uint8_t m[] = { 0, 'a', 's', 'm', 1, 0, 0, 0, 5, 4, 1, 0, 0x80, 0x04 };	/* 512 pages, 32 MiB */
	struct memory mem = { 0 };
	unsigned int i, loaded = 0;
	long before;
	int fd;

	objects_left();
	memory_sample(&mem);
	before = mem.kib[0][MEMORY_PAGES];
	for (i = 0, mem.nr = 0; i < NR_ROUNDS; i++) {
		fd = load_bytes((struct bytes){ m, sizeof(m) }, 0, KWASM_MODE_AUTO, NULL);
		loaded += fd >= 0;
		close(fd);
		objects_left();
		if (i >= WARM_UP)
			memory_sample(&mem);
	}
	ok(loaded == NR_ROUNDS, "memories of 32 MiB, %u times: loaded", NR_ROUNDS);
	note("the first times left %ld KiB", mem.kib[0][MEMORY_PAGES] - before);
	memory_is_flat(&mem, "memories of 32 MiB");
}

int main(void)
{
	at(shape_nested(KW_MAX_NESTING), "as many blocks in one another as may be");
	over(shape_nested(KW_MAX_NESTING + 1), KW_R_MAX_NESTING, "one block more");
	over(shape_nested(100000), KW_R_MAX_NESTING, "100,000 blocks in one another");
	at(shape_long_body(KW_MAX_BODY_BYTES), "the longest body");
	at(shape_br_table(KW_MAX_BR_TABLE), "the longest br_table");
	at(shape_locals(KW_MAX_LOCALS), "the most locals");
	at(shape_funcs(20000, 100), "20,000 functions");
	at(shape_params(KW_MAX_PARAMS), "the most parameters and results");
	at(shape_large(KW_MAX_MODULE_BYTES), "a module of 16 MiB");
	at(shape_chain(32000), "a chain of jumps and a fan behind it");
	at(shape_loops_locals(3200), "loops in one another around as many locals");
	no_room();
	large_memory();
	ok(!objects_left(), "nothing is left");
	return done();
}
