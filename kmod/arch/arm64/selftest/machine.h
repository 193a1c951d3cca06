/* SPDX-License-Identifier: GPL-2.0 */
/* What the self test wants of a machine; arm64. */
#ifndef KWASM_ARM64_SELFTEST_MACHINE_H
#define KWASM_ARM64_SELFTEST_MACHINE_H

#include <asm/neon.h>
#include <asm/simd.h>

#define REGISTER_WORDS	64		/* v0-31 */
#define CONTROL_OURS	0xc00000	/* FPCR: round towards zero */
#define CONTROL_GUEST	0

/* Prints what is both writable and executable, if the kernel has it. */
#define CHECK_WX	"ptdump_check_wx"

static inline void section_begin(void)
{
	kernel_neon_begin();
}

static inline void section_end(void)
{
	kernel_neon_end();
}

/* Does this context interrupt, or is it in, an FPU section? */
static inline bool section_is_open(void)
{
#ifdef TIF_KERNEL_FPSTATE
	return test_thread_flag(TIF_KERNEL_FPSTATE);
#else
	return this_cpu_read(fpsimd_context_busy);
#endif
}

#endif /* KWASM_ARM64_SELFTEST_MACHINE_H */
