// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Damaged modules of the spec suite through the whole engine, code included:
 * each cut off at every byte, and changed copies of the valid ones.  A refusal has a reason and
 * an offset inside the bytes.  tests/kselftest/damage.c does it in the kernel.
 *
 * Usage: damaged_spec [-s STEP] [-n CHANGED] DIR...
 * -s: only every STEPth cut.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/lib/damage.h"
#include "engine/engine.h"

static struct damage_seed *seed;
static u32 nr_seeds;
static struct kwasm_engine *engine[2];
static u64 refused, accepted, wrong;

static int find(const char *path, const struct stat *st, int type, struct FTW *unused)
{
	size_t len = strlen(path);
	FILE *f;
	u8 *p;

	(void)unused;
	if (type != FTW_F || len < 5 || strcmp(path + len - 5, ".wasm") || st->st_size >= DAMAGE_MAX_BYTES)
		return 0;
	f = fopen(path, "rb");
	p = malloc(st->st_size + 1);
	if (!f || !p || fread(p, 1, st->st_size, f) != (size_t)st->st_size) {
		perror(path);
		exit(2);
	}
	fclose(f);
	if (!(nr_seeds & (nr_seeds - 1)))
		seed = realloc(seed, (2 * nr_seeds + 1) * sizeof(*seed));
	seed[nr_seeds++] = (struct damage_seed){ p, st->st_size };
	return 0;
}

/* By what they are: the file system's order is another one elsewhere. */
static int compare(const void *a, const void *b)
{
	const struct damage_seed *x = a, *y = b;

	return x->len != y->len ? (x->len < y->len ? -1 : 1) : memcmp(x->p, y->p, x->len);
}

/* Move those to the front that are accepted as they are.  Return: how many. */
static u32 valid_first(void)
{
	u32 i, nr = 0;

	for (i = 0; i < nr_seeds; i++) {
		struct kwasm_engine_module *m;
		struct damage_seed s = seed[i];
		struct kw_diag d;

		if (kwasm_engine__load(engine[0], s.p, s.len, KWASM_ENGINE_TYPED, &m, &d))
			continue;
		kwasm_engine_module__free(m);
		seed[i] = seed[nr];
		seed[nr++] = s;
	}
	return nr;
}

/* Of a copy that ends where its allocation ends, so that sanitizers see a read behind it. */
static void load(const u8 *bytes, u32 len, u64 n)
{
	u8 *copy = memcpy(malloc(len ? len : 1), bytes, len);
	struct kwasm_engine_module *m;
	struct kw_diag d = { 0 };
	int err;

	err = kwasm_engine__load(engine[n & 1], copy, len, KWASM_ENGINE_TYPED, &m, &d);
	if (!err) {
		accepted++;
		kwasm_engine_module__free(m);
	} else if (d.reason && err == -kw_reason_errno(d.reason) && d.offset <= len) {
		refused++;
	} else {
		printf("# %u bytes, load %llu: error %d, reason %u, offset 0x%x\n", len, (unsigned long long)n,
		       err, d.reason, d.offset);
		wrong++;
	}
	free(copy);
}

static void cut(u32 step)
{
	u64 at = 0, n = 0;
	u32 i, len;

	for (i = 0; i < nr_seeds; i++)
		for (len = 0; len < seed[i].len; len++)
			if (at++ % step == 0)
				load(seed[i].p, len, n++);
	printf("%u modules cut off, %llu loads: %llu refused, %llu accepted, %llu wrong\n", nr_seeds,
	       (unsigned long long)n, (unsigned long long)refused, (unsigned long long)accepted,
	       (unsigned long long)wrong);
}

static void change(u32 nr)
{
	static u8 p[DAMAGE_MAX_BYTES];
	enum damage_kind kind;
	u32 n, nr_valid = valid_first();

	refused = accepted = 0;
	for (n = 0; nr_valid && n < nr; n++)
		load(p, damage(n, seed, nr_valid, p, &kind), n);
	printf("%u changed copies of %u valid ones: %llu refused, %llu accepted, %llu wrong\n", nr, nr_valid,
	       (unsigned long long)refused, (unsigned long long)accepted, (unsigned long long)wrong);
}

int main(int argc, char **argv)
{
	struct kwasm_engine_opts o = { .form = KW_FORM_P, .features = KW_COMPILE_FEATURES };
	u32 step = 1, nr = 0, i;
	int opt;

	while ((opt = getopt(argc, argv, "s:n:")) != -1) {
		if (opt == 's')
			step = strtoul(optarg, NULL, 0);
		else if (opt == 'n')
			nr = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	for (i = 0; i < 2; i++) {
		o.mode = i ? KW_MODE_CHECK : KW_MODE_GUARD;
		engine[i] = kwasm_engine__new(&o);
		if (!engine[i])
			return 2;
	}
	for (; optind < argc; optind++)
		nftw(argv[optind], find, 16, FTW_PHYS);
	qsort(seed, nr_seeds, sizeof(*seed), compare);
	cut(step ? step : 1);
	change(nr);
	for (i = 0; i < 2; i++)
		kwasm_engine__free(engine[i]);
	for (i = 0; i < nr_seeds; i++)
		free((void *)seed[i].p);
	free(seed);
	return wrong || !nr_seeds;
}
