// SPDX-License-Identifier: GPL-2.0
/*
 * How much kernel stack is left.  The task's stack is known; where the
 * interrupt stack (softirqs run on it) ends is in a per-CPU variable that
 * only some kernels export.
 */
#include <linux/percpu.h>
#include <asm/page_types.h>
#include <asm/processor.h>

#include "../../compat.h"
#include "../../ksym.h"
#include "arch.h"
#ifdef KWASM_IRQ_STACK_IN_PCPU_HOT
#include <asm/current.h>
#endif

/* Where the per-CPU pointer to the top is, as an offset into per-CPU data; 0 unknown. */
static unsigned long top_of_irq_stack __ro_after_init;

void kwasm_arch_stack_init(void)
{
#ifdef KWASM_IRQ_STACK_IN_PCPU_HOT
	top_of_irq_stack = (unsigned long)&pcpu_hot.hardirq_stack_ptr;
#else
	top_of_irq_stack = kwasm_ksym_addr("hardirq_stack_ptr");
#endif
}

unsigned long kwasm_arch_irq_stack_room(unsigned long sp)
{
	unsigned long used, top;

	if (!top_of_irq_stack)
		return ~0UL;
	top = (unsigned long)*this_cpu_ptr((void *__percpu *)top_of_irq_stack);
	used = top - sp;
	return used < IRQ_STACK_SIZE ? IRQ_STACK_SIZE - used : 0;
}
