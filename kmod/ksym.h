/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel functions and variables that are not exported, for what can fall back without them. */
#ifndef KWASM_KSYM_H
#define KWASM_KSYM_H

#include <linux/types.h>

/* Find kallsyms_lookup_name. Without it every look-up below fails; never fatal. Needs the arena. */
void kwasm_ksym_init(void);

/* Address of a symbol, not to be called; 0 when unknown. Process context. */
unsigned long kwasm_ksym_addr(const char *name);

/* A place to call in order to call the kernel function @name (kwasm_text_jump_stub()), or NULL. */
void *kwasm_ksym_fn(const char *name);

#endif /* KWASM_KSYM_H */
