// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Messages -> whoever asked for them.  The library itself prints nothing. */
#include "internal.h"

static libkwasm_print_fn_t print_fn;

const char *libkwasm_version_string(void)
{
#define STR(x)	#x
#define VERSION(a, b, c) STR(a) "." STR(b) "." STR(c)
	return VERSION(LIBKWASM_MAJOR_VERSION, LIBKWASM_MINOR_VERSION, LIBKWASM_PATCH_VERSION);
}

libkwasm_print_fn_t libkwasm_set_print(libkwasm_print_fn_t fn)
{
	return __atomic_exchange_n(&print_fn, fn, __ATOMIC_SEQ_CST);
}

void libkwasm_print(enum libkwasm_print_level level, const char *fmt, ...)
{
	libkwasm_print_fn_t fn = __atomic_load_n(&print_fn, __ATOMIC_SEQ_CST);
	int saved = errno;
	va_list ap;

	if (!fn)
		return;
	va_start(ap, fmt);
	fn(level, fmt, ap);
	va_end(ap);
	errno = saved;
}
