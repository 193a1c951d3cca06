// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Numbers of trap.def -> texts for people and words for machines. */
#include "internal.h"
#include "common/layout.h"

static const struct {
	const char *name, *text;
} traps[KW_NR_TRAPS] = {
#define KW_TRAP(id, nr, text) [nr] = { #id, text },
#include "common/trap.def"
};

const char *libkwasm_trap_str(__u32 kind)
{
	return kind < ARRAY_SIZE(traps) ? traps[kind].text : NULL;
}

const char *libkwasm_trap_name(__u32 kind)
{
	return kind < ARRAY_SIZE(traps) ? traps[kind].name : NULL;
}
