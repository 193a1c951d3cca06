/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A place in a program's run that tests/bench/count/profile.c looks for: an instruction that does nothing. */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

static inline void mark(void)
{
#ifdef __x86_64__
	__asm__ volatile("movl $0x4b574d4b, %%eax" ::: "eax");
#endif
}

#endif
