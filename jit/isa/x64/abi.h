/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Calling convention of guest functions on x86-64.
 *
 *   in    rdi = struct kw_inst *; integers rsi rdx rcx r8 r9 r10; vectors xmm0-7
 *   out   integers rax rdx rcx rsi r8 r9; vectors xmm0-7
 *   rest  in the caller's outgoing area, the lowest bytes of its frame: 8 bytes
 *         a value (v128: 16, aligned), arguments and results counted apart
 *   kept  r15; r14 within one instance; by C what its own convention keeps
 *
 *       caller's frame          | outgoing area | callee's frame (F bytes)
 *       higher addresses   r15 -^               ^- r15 after sub r15, F
 *       ... [r15 + F + 8 * i] is slot i of the area, seen by the callee
 *
 * The first five integer registers are those of C, so that the same code
 * calls helpers.  rax carries the target of every indirect call and jump,
 * since that is the register retpolines are kept for.
 *
 * Invariant: a register or slot that holds an i32 holds it zero-extended to
 * 64 bits, across calls too.  Every 32-bit instruction does that by itself;
 * the places where a value comes from elsewhere are the entry thunk (32-bit
 * loads) and the result of a C function (mov eax, eax).  It is what makes an
 * i32 an index of linear memory and i64.extend_i32_u nothing at all.
 */
#ifndef KW_X64_ABI_H
#define KW_X64_ABI_H

#include "../../ir/ir.h"
#include "../lower.h"
#include "encode.h"

#define X64_FP		X64_R15		/* VM frame pointer */
#define X64_MEMBASE	X64_R14
#define X64_INST	X64_RDI

#define X64_ALL_INT	(0xffffull & ~(BIT_ULL(X64_RSP) | BIT_ULL(X64_FP)))
#define X64_ALL_VEC	(0xffffull << 32)
#define X64_C_KEEPS	(BIT_ULL(X64_RBX) | BIT_ULL(X64_RBP) | BIT_ULL(X64_R12) | BIT_ULL(X64_R13))

/* Where the next argument or result is; start with zeroes. */
struct x64_place {
	u8 nr_int, nr_vec;
	u8 reg;			/* of the value asked for last; X64_NOREG: in the area, at .off */
	u32 off;
	u32 bytes;		/* of the area so far */
};

#define X64_MIN_REGS	6	/* as many arguments, or results, are never in an area */

void x64_place_param(struct x64_place *p, u8 type);
void x64_place_result(struct x64_place *p, u8 type);

#define x64_is_vec	kw_is_vec

#endif /* KW_X64_ABI_H */
