// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What every measurement needs: a clock, a file, and words for what went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

u64 bench_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

u8 *bench_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	u8 *p = NULL;
	long n = -1;

	if (f && !fseek(f, 0, SEEK_END))
		n = ftell(f);
	if (n >= 0 && !fseek(f, 0, SEEK_SET))
		p = malloc(n + 1);
	if (p && fread(p, 1, n, f) != (size_t)n) {
		free(p);
		p = NULL;
	}
	if (f)
		fclose(f);
	if (!p)
		perror(path);
	*len = n;
	return p;
}

int bench_refused(const char *path, int err, const struct kw_diag *diag)
{
	char text[256];

	kw_diag_format(diag, text, sizeof(text));
	fprintf(stderr, "%s: offset 0x%x: %s\n", path, diag->offset,
		diag->reason ? text : strerror(-err));
	return 1;
}

int bench_trapped(const char *path, int err, const struct kwasm_trap_info *trap)
{
	if (err == -EFAULT)
		fprintf(stderr, "%s: function %u, offset 0x%x: %s\n", path, trap->func, trap->offset,
			kw_trap_text(trap->kind));
	else
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return 1;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 bench_median(u64 *v, u32 nr)
{
	qsort(v, nr, sizeof(*v), compare);
	return v[nr / 2];
}
