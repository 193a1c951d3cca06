// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Register allocation of random functions, checked by kw_ra_verify(). */
#include <stdio.h>
#include <stdlib.h>

#include "lib/mirgen.h"
#include "tap.h"

static int run(u64 seed, u32 size, bool print)
{
	struct mirgen g;
	char why[128] = "";
	int err;

	mirgen_random(&g, seed, size);
	err = kw_ra_assign(&g.mf);
	if (err)
		snprintf(why, sizeof(why), "kw_ra_assign: %d", err);
	else
		err = kw_ra_verify(&g.mf, why, sizeof(why));
	if (err)
		printf("# seed %llu size %u: %s\n", (unsigned long long)seed, size, why);
	if (print)
		mirgen_print(&g);
	mirgen_free(&g);
	return err;
}

static void random_functions(const char *name, u64 first, u32 count, u32 size)
{
	u32 k, bad = 0;

	for (k = 0; k < count && bad < 3; k++)
		bad += run(first + k, size, false) != 0;
	ok(!bad, "%s", name);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return run(strtoull(argv[1], NULL, 0), atoi(argv[2]), true) ? 1 : 0;
	random_functions("random functions of 12 instructions are correct", 1, 20000, 12);
	random_functions("random functions of 60 instructions are correct", 1, 10000, 60);
	random_functions("random functions of 600 instructions are correct", 1, 500, 600);
	return tap_done();
}
