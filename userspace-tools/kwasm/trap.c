// SPDX-License-Identifier: GPL-2.0
/* A trap of a call that this command made -> lines on stderr and the exit status. */
#include "show.h"

#define TRAP_DEADLINE	11	/* trap.def; part of the uapi */

static void print_place(struct kwasm_module *m, uint32_t func, uint32_t offset)
{
	const char *name = m ? kwasm_module__function_name(m, func) : NULL;

	fprintf(stderr, "function %u%s%s%s, offset 0x%x", func, name ? " `" : "", name ?: "",
		name ? "`" : "", offset);
}

void print_trap(struct kwasm_module *m, const char *path, const struct kwasm_trap_info *t)
{
	uint32_t i;

	fprintf(stderr, "kwasm: %s: ", path);
	if (t->func != ~0u) {
		print_place(m, t->func, t->offset);
		fputs(": ", stderr);
	}
	fprintf(stderr, "trap: %s\n", libkwasm_trap_str(t->kind) ?: "?");
	for (i = 0; i < t->nr_bt && i < KWASM_BACKTRACE_MAX; i++) {
		fputs("kwasm:   called from ", stderr);
		print_place(m, t->bt[i].func, t->bt[i].offset);
		fputc('\n', stderr);
	}
}

enum exit_status trap_status(const struct kwasm_trap_info *t)
{
	return t->kind == TRAP_DEADLINE ? EXIT_DEADLINE : EXIT_TRAP;
}
