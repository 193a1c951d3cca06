/* SPDX-License-Identifier: GPL-2.0 */
/* This machine's own; stubs.c asserts each. */
#ifndef KWASM_X86_OFFSETS_H
#define KWASM_X86_OFFSETS_H

#include "../../offsets.h"

#define KWASM_X_XMM		416

/* Where r15 starts: below the end, so that masking it finds the base even in a function without a frame. */
#define KWASM_VM_STACK_TOP	(KWASM_VM_STACK_BYTES - 64)

#define KWASM_BACKTRACE_MAX	16

#endif /* KWASM_X86_OFFSETS_H */
