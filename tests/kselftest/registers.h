/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patterns in all vector registers of this CPU, at their full width, and in the
 * word that says how floats are rounded: held for a while, then looked at.
 */
#ifndef KT_REGISTERS_H
#define KT_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#define EACH16(op)	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) \
			op(11) op(12) op(13) op(14) op(15)
#define STR(n)		#n

#if defined(__x86_64__)

#define NR_REGISTERS	16
#define REGISTER_MAX	32		/* bytes */
#define CONTROL_USUAL	0x1f80		/* MXCSR */
#define CONTROL_OURS	0x7f80		/* round towards zero */

struct registers {
	uint32_t control;
	uint8_t bytes[NR_REGISTERS * REGISTER_MAX];
};

static inline unsigned int register_bytes(void)
{
	return __builtin_cpu_supports("avx") ? 32 : 16;
}

#define LOAD_YMM(n)	"vmovdqu 32 * " STR(n) "(%1), %%ymm" STR(n) "\n"
#define SAVE_YMM(n)	"vmovdqu %%ymm" STR(n) ", 32 * " STR(n) "(%2)\n"
#define LOAD_XMM(n)	"movups 16 * " STR(n) "(%1), %%xmm" STR(n) "\n"
#define SAVE_XMM(n)	"movups %%xmm" STR(n) ", 16 * " STR(n) "(%2)\n"
#define CLOBBER(n)	"xmm" STR(n),
#define HOLD(load, save)							\
	asm volatile("ldmxcsr %3\n" EACH16(load) "1: dec %0\njnz 1b\n" EACH16(save)	\
		     "stmxcsr %4\nldmxcsr %5\n"					\
		     : "+&r" (n) : "r" (in->bytes), "r" (out->bytes), "m" (in->control),	\
		       "m" (out->control), "m" (usual)				\
		     : EACH16(CLOBBER) "memory", "cc")

/* @in in the registers for a while; @out is what they hold then. */
static inline void hold(const struct registers *in, struct registers *out)
{
	const uint32_t usual = CONTROL_USUAL;
	unsigned long n = 200000;

	if (register_bytes() == 32)
		HOLD(LOAD_YMM, SAVE_YMM);
	else
		HOLD(LOAD_XMM, SAVE_XMM);
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

#define NR_REGISTERS	32
#define REGISTER_MAX	256
#define CONTROL_USUAL	0		/* FPCR */
#define CONTROL_OURS	0xc00000	/* round towards zero */
#define HAS_SVE		(1 << 22)	/* of AT_HWCAP */

struct registers {
	uint64_t control;
	uint8_t bytes[NR_REGISTERS * REGISTER_MAX];
};

static inline unsigned int register_bytes(void)
{
	unsigned long bytes;

	if (!(getauxval(AT_HWCAP) & HAS_SVE))
		return 16;
	asm volatile(".arch_extension sve\nrdvl %0, #1\n.arch_extension nosve\n" : "=r" (bytes));
	return bytes;
}

#define EACH32(op)	EACH16(op) op(16) op(17) op(18) op(19) op(20) op(21) op(22) op(23) op(24) \
			op(25) op(26) op(27) op(28) op(29) op(30) op(31)
#define LOAD_Z(n)	"ldr z" STR(n) ", [%2, #" STR(n) ", mul vl]\n"
#define SAVE_Z(n)	"str z" STR(n) ", [%3, #" STR(n) ", mul vl]\n"
#define LOAD_Q(n)	"ldr q" STR(n) ", [%2, #16 * " STR(n) "]\n"
#define SAVE_Q(n)	"str q" STR(n) ", [%3, #16 * " STR(n) "]\n"
#define CLOBBER(n)	"v" STR(n),
#define HOLD(extension, load, save)						\
	asm volatile(".arch_extension " extension "\n"				\
		     "msr fpcr, %4\n" EACH32(load) "1: subs %0, %0, #1\nb.ne 1b\n" EACH32(save)	\
		     "mrs %1, fpcr\nmsr fpcr, %5\n.arch_extension nosve\n"	\
		     : "+&r" (n), "+&r" (control) : "r" (in->bytes), "r" (out->bytes),	\
		       "r" (in->control), "r" ((uint64_t)CONTROL_USUAL)		\
		     : EACH32(CLOBBER) "memory", "cc")

static inline void hold(const struct registers *in, struct registers *out)
{
	unsigned long n = 200000;
	uint64_t control = 0;

	if (getauxval(AT_HWCAP) & HAS_SVE)
		HOLD("sve", LOAD_Z, SAVE_Z);
	else
		HOLD("nosve", LOAD_Q, SAVE_Q);
	out->control = control;
}

#endif
#endif
