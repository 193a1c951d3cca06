/* SPDX-License-Identifier: GPL-2.0 */
/* This machine's own; stubs.c asserts each. */
#ifndef KWASM_ARM64_OFFSETS_H
#define KWASM_ARM64_OFFSETS_H

#include "../../offsets.h"

#define KWASM_X_VEC		416

/* Where x28 starts: below the end, so that masking it finds the base even in a function without a frame. */
#define KWASM_VM_STACK_TOP	(KWASM_VM_STACK_BYTES - 16)

#endif /* KWASM_ARM64_OFFSETS_H */
