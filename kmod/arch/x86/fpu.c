// SPDX-License-Identifier: GPL-2.0
/*
 * Guest code that uses xmm registers -> code that leaves them, for everybody
 * else, as they were.
 *
 * Usually the kernel saves them.  In a softirq that interrupted somebody's FPU
 * section it would not do so again; there we do, by hand.  Guests touch
 * nothing but xmm0-15 and the exception flags in MXCSR.
 */
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <linux/errno.h>
#include <linux/printk.h>

#include "arch.h"

#define MXCSR_DEFAULT	0x1f80		/* round to nearest, no exception traps */

void kwasm_fpu_enter(struct kwasm_fpu *f)
{
	u32 mxcsr = MXCSR_DEFAULT;

	f->section = irq_fpu_usable();
	if (f->section) {
		kernel_fpu_begin();
		return;
	}
	asm volatile("stmxcsr %0" : "=m" (f->mxcsr));
	kwasm_xmm_save(f->xmm);
	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
}

void kwasm_fpu_leave(struct kwasm_fpu *f)
{
	if (f->section) {
		kernel_fpu_end();
		return;
	}
	kwasm_xmm_load(f->xmm);
	asm volatile("ldmxcsr %0" : : "m" (f->mxcsr));
}

void kwasm_fpu_pause(void)
{
	kernel_fpu_end();
}

void kwasm_fpu_resume(void)
{
	kernel_fpu_begin();
}

bool kwasm_arch_has_floats(void)
{
	return boot_cpu_has(X86_FEATURE_SSSE3) && boot_cpu_has(X86_FEATURE_XMM4_1);
}

int kwasm_arch_check_cpu(void)
{
	if (boot_cpu_has(X86_FEATURE_POPCNT))
		return 0;
	pr_err("kwasm: this CPU has no POPCNT, which compiled code uses\n");
	return -ENODEV;
}
