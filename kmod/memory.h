/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linear memories: the kernel's side of jit/platform.h.  Guard mode reserves
 * 4 GiB + 32 MiB of kernel address space for each memory and maps pages into
 * it; that takes three functions the kernel does not export, found by a kprobe
 * on kallsyms_lookup_name.  Without them memories are plain vmap areas and
 * code must be compiled in check mode, without KW_OPT_CLAMP.
 */
#ifndef KWASM_MEMORY_H
#define KWASM_MEMORY_H

#include <linux/types.h>

int kwasm_memory_init(void);
void kwasm_memory_exit(void);

/**
 * kwasm_memory_guard() - can memories have guard regions here?
 * Return: 0; -EOPNOTSUPP a kernel function was not found or KASAN shadows
 * vmalloc; -ENOSPC all reservations are taken.
 */
int kwasm_memory_guard(void);

/* Are memories outside of guard mode laid out as layout.h draws it? */
bool kwasm_memory_tail(void);

/* How many more guard reservations fit. */
u64 kwasm_memory_guard_free(void);

#endif /* KWASM_MEMORY_H */
