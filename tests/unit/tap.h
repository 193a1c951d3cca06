/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* TAP from C: ok() per check, tap_done() as main's last words. */
#ifndef KW_TESTS_TAP_H
#define KW_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_run, tap_failed;

/* Return: @good. */
static inline bool __attribute__((format(printf, 2, 3))) ok(bool good, const char *name, ...)
{
	va_list ap;

	tap_run++;
	tap_failed += !good;
	printf("%sok %d ", good ? "" : "not ", tap_run);
	va_start(ap, name);
	vprintf(name, ap);
	va_end(ap);
	printf("\n");
	return good;
}

/* A line of explanation. */
static inline void __attribute__((format(printf, 1, 2))) diag(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed != 0;
}

#endif /* KW_TESTS_TAP_H */
