/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults of guest code, recovered by the kernel's own page-fault path: we
 * replace THIS_MODULE->extable by a sorted table that has our module's own
 * entries and one entry per memory access of published code.
 */
#ifndef KWASM_FAULT_H
#define KWASM_FAULT_H

#include "text.h"

int kwasm_fault_init(void);
void kwasm_fault_exit(void);

/**
 * kwasm_fault_rebuild() - publish the fault sites of all texts
 * @texts: sorted by address
 * @n:     how many
 *
 * Context: process context, sleeps for a grace period; caller serializes.
 * Return: 0, or -ENOSPC with the old table still in force.
 */
int kwasm_fault_rebuild(struct kwasm_text *const *texts, u32 n);

u32 kwasm_fault_capacity(void);
u32 kwasm_fault_used(void);

#endif /* KWASM_FAULT_H */
