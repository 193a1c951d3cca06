// SPDX-License-Identifier: GPL-2.0
/* What the kernel has taken of memory, and whether it takes more and more. */
#include <stdlib.h>
#include <unistd.h>

#include "kt.h"

/* MemFree leaves out the pages that each CPU keeps for itself, which are thousands, and come and go. */
static long free_pages_kib(void)
{
	long pages = 0, n;
	char line[128];
	FILE *f = fopen("/proc/zoneinfo", "r");

	if (!f)
		die("/proc/zoneinfo");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " nr_free_pages %ld", &n) == 1 || sscanf(line, " count: %ld", &n) == 1)
			pages += n;
	}
	fclose(f);
	return pages * (getpagesize() / 1024);
}

/* What each CPU has counted for itself goes into the sums: up to a hundred pages that would not be seen. */
static void refresh(void)
{
	FILE *f = fopen("/proc/sys/vm/stat_refresh", "r");

	if (!f)
		return;
	fgetc(f);
	fclose(f);
}

static void sample(long *kib)
{
	char line[128];
	FILE *f = fopen("/proc/meminfo", "r");

	if (!f)
		die("/proc/meminfo");
	refresh();
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "SUnreclaim: %ld", &kib[MEMORY_SLAB]);
		sscanf(line, "VmallocUsed: %ld", &kib[MEMORY_VMALLOC]);
		sscanf(line, "Percpu: %ld", &kib[MEMORY_PERCPU]);
	}
	fclose(f);
	kib[MEMORY_PAGES] = -free_pages_kib();
}

void memory_sample(struct memory *m)
{
	if (m->nr < MEMORY_SAMPLES)
		sample(m->kib[m->nr++]);
}

/* Least squares, KiB a sample. */
static double slope(const struct memory *m, unsigned int kind)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, n = m->nr;
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		sx += i;
		sy += m->kib[i][kind];
		sxx += (double)i * i;
		sxy += (double)i * m->kib[i][kind];
	}
	return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/* KASAN keeps what was freed for a while, kmemleak describes what was not, and looks for leaks itself. */
static bool keeps_more_and_more(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

/* The most that each kind may grow from sample to sample: one lost page a round would be 4; the rest is noise. */
static double bound(const struct memory *m, unsigned int kind)
{
	static const double most[NR_MEMORY] = {
		[MEMORY_SLAB] = 2, [MEMORY_VMALLOC] = 2, [MEMORY_PAGES] = 4, [MEMORY_PERCPU] = 1,
	};

	return most[kind] + m->rounds * 0.1;
}

bool memory_grows(const struct memory *m)
{
	unsigned int kind;

	for (kind = 0; kind < NR_MEMORY && !keeps_more_and_more(); kind++) {
		if (slope(m, kind) >= bound(m, kind))
			return true;
	}
	return false;
}

void memory_is_flat(const struct memory *m, const char *what)
{
	static const char *const name[NR_MEMORY] = {
		[MEMORY_SLAB] = "slab is", [MEMORY_VMALLOC] = "vmalloc is", [MEMORY_PAGES] = "pages are",
		[MEMORY_PERCPU] = "per-CPU memory is",
	};
	unsigned int kind;

	note("KiB a sample: slab %.2f, vmalloc %.2f, pages %.2f, percpu %.2f", slope(m, MEMORY_SLAB),
	     slope(m, MEMORY_VMALLOC), slope(m, MEMORY_PAGES), slope(m, MEMORY_PERCPU));
	if (keeps_more_and_more()) {
		ok(true, "%s: memory is flat # SKIP a kernel with sanitizers keeps more and more", what);
		return;
	}
	for (kind = 0; kind < NR_MEMORY; kind++)
		ok(m->nr >= 20 && slope(m, kind) < bound(m, kind), "%s: %s flat", what, name[kind]);
}
