/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Calling convention of guest functions on arm64.
 *
 *   in    x0 = struct kw_inst *; integers x1-x7; vectors v0-v7
 *   out   integers x0-x7; vectors v0-v7
 *   rest  in the caller's outgoing area, the lowest bytes of its frame: 8 bytes
 *         a value (v128: 16, aligned), arguments and results counted apart
 *   kept  x28, the VM frame; x27, the memory base, within one instance; x29 and
 *         sp, which are the host's; x18, the platform's.  Nothing else, be the
 *         callee guest or C
 *
 *       caller's frame          | outgoing area | callee's frame (F bytes)  | link
 *       higher addresses   x28 -^               ^- x28 after sub x28, F
 *       ... [x28 + F + 8 * i] is slot i of the area, seen by the callee
 *
 * A function that calls keeps its return address in the last 8 bytes of its
 * frame; the native stack is not used at all.  A leaf leaves it in x30, and
 * cold code that calls a stub first copies it to x17, for the backtrace.
 *
 * The first six integer registers are those of C, so that the same code calls
 * helpers.  x8 carries the target of every indirect call, x17 that of a jump.
 * x16, x17, v30 and v31 belong to single machine instructions: they hold
 * nothing from one to the next.
 */
#ifndef KW_A64_ABI_H
#define KW_A64_ABI_H

#include "../lower.h"
#include "encode.h"

#define A64_FP		A64_X28		/* VM frame pointer */
#define A64_MEMBASE	A64_X27
#define A64_INST	A64_X0
#define A64_CALLEE	A64_X8
#define A64_T0		A64_X16		/* temporaries within one instruction; T0: number of a fault site */
#define A64_T1		A64_X17		/* ...; a leaf's return address on the way to a stub */
#define A64_LINK	A64_X30
#define A64_VT0		30
#define A64_VT1		31

#define A64_ALL_INT	(0x0800ffffull | 0x07f80000ull)	/* x0-x15, x19-x27 */
#define A64_ALL_VEC	(0x3fffffffull << 32)

/* Where the next argument or result is; start with zeroes. */
struct a64_place {
	u8 nr_int, nr_vec;
	u8 reg;			/* of the value asked for last; A64_NOREG: in the area, at .off */
	u32 off;
	u32 bytes;		/* of the area so far */
};

#define A64_MIN_REGS	7	/* as many arguments, or results, are never in an area */

void a64_place_param(struct a64_place *p, u8 type);
void a64_place_result(struct a64_place *p, u8 type);

#endif /* KW_A64_ABI_H */
