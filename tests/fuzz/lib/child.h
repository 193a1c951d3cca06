/* SPDX-License-Identifier: GPL-2.0 */
/* A process that answers on its stdout what it is asked on its stdin. */
#ifndef KW_TESTS_CHILD_H
#define KW_TESTS_CHILD_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* All zero: there is none. */
struct child {
	FILE *to, *from;
	pid_t pid;
};

/**
 * child_start() - run argv[0], found by PATH
 *
 * Return: false if there is no process; one that cannot run @argv ends at once.
 */
bool child_start(struct child *c, const char *const argv[]);

/* Its input ends, and then it must. */
void child_stop(struct child *c);

#endif
