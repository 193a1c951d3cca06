// SPDX-License-Identifier: GPL-2.0
/*
 * PROGRAM N REPS: one warm-up run(N), then REPS timed ones.  Prints the result as
 * unsigned, then thread-CPU nanoseconds of each call, as kwasm-bench does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

unsigned int run(unsigned int n);

static unsigned long long cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned long long t;
	unsigned int n, reps, i;

	if (argc != 3)
		return 2;
	n = (unsigned int)strtoul(argv[1], NULL, 0);
	reps = (unsigned int)strtoul(argv[2], NULL, 0);
	printf("%u", run(n));
	for (i = 0; i < reps; i++) {
		t = cpu_ns();
		run(n);
		printf(" %llu", cpu_ns() - t);
	}
	printf("\n");
	return 0;
}
