/* SPDX-License-Identifier: GPL-2.0 */
/* What the self test wants of a machine; x86-64. */
#ifndef KWASM_X86_SELFTEST_MACHINE_H
#define KWASM_X86_SELFTEST_MACHINE_H

#include <asm/fpu/api.h>

#define REGISTER_WORDS	32		/* xmm0-15 */
#define CONTROL_OURS	0x7f80		/* MXCSR: round towards zero */
#define CONTROL_GUEST	0x1f80

/* Prints what is both writable and executable, if the kernel has it. */
#define CHECK_WX	"ptdump_walk_pgd_level_checkwx"

static inline void section_begin(void)
{
	kernel_fpu_begin();
}

static inline void section_end(void)
{
	kernel_fpu_end();
}

/* Does this context interrupt, or is it in, an FPU section? */
static inline bool section_is_open(void)
{
	return !irq_fpu_usable();
}

#endif /* KWASM_X86_SELFTEST_MACHINE_H */
