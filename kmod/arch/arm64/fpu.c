// SPDX-License-Identifier: GPL-2.0
/*
 * Guest code that uses vector registers -> code that leaves them, for everybody
 * else, as they were.
 *
 * The kernel saves them, whatever a softirq interrupted: a section of somebody
 * else keeps softirqs out, or is saved as well.  FPCR it leaves as a process
 * may have set it.
 */
#include <asm/neon.h>
#include <asm/sysreg.h>

#include "arch.h"

#define FPCR_DEFAULT	0	/* round to nearest, no exception traps, no flushing to zero */

void kwasm_fpu_resume(void)
{
	kernel_neon_begin();
	write_sysreg(FPCR_DEFAULT, fpcr);
}

void kwasm_fpu_pause(void)
{
	kernel_neon_end();
}

void kwasm_fpu_enter(struct kwasm_fpu *f)
{
	(void)f;
	kwasm_fpu_resume();
}

void kwasm_fpu_leave(struct kwasm_fpu *f)
{
	(void)f;
	kwasm_fpu_pause();
}

bool kwasm_arch_has_floats(void)
{
	return cpu_have_named_feature(ASIMD);
}
