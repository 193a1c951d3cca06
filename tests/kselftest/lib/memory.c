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

void memory_is_flat(const struct memory *m, const char *what)
{
	double slab = slope(m, MEMORY_SLAB), vmalloc = slope(m, MEMORY_VMALLOC);
	double pages = slope(m, MEMORY_PAGES), percpu = slope(m, MEMORY_PERCPU);
	double more = m->rounds * 0.1;

	note("KiB a sample: slab %.2f, vmalloc %.2f, pages %.2f, percpu %.2f", slab, vmalloc, pages, percpu);
	/* KASAN keeps what was freed for a while, kmemleak describes what was not, and looks for leaks itself. */
	if (!access("/sys/kernel/debug/kmemleak", F_OK)) {
		ok(true, "%s: memory is flat # SKIP a kernel with sanitizers keeps more and more", what);
		return;
	}
	/* One lost page a round would be 4; what other parts of the kernel do in the meantime is noise. */
	ok(m->nr >= 20 && slab < 2 + more, "%s: slab is flat", what);
	ok(vmalloc < 2 + more, "%s: vmalloc is flat", what);
	ok(pages < 4 + more, "%s: pages are flat", what);
	ok(percpu < 1 + more, "%s: per-CPU memory is flat", what);
}
