/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Machine IR of x86-64: what lowering writes and emission reads.
 *
 * Flags never live from one machine instruction to the next: a compare is
 * part of the instruction that uses it.  So moves of the register allocator
 * between two instructions may change flags.
 */
#ifndef KW_X64_MOP_H
#define KW_X64_MOP_H

#include "../mir.h"
#include "encode.h"

/* Operands in order; "cmp": those of the compare, row x0 with the flags below. */
enum x64_mop {
	X64_OP = KW_MOP_ISA,	/* row x0; operands as the flags say */
	X64_MOVI,		/* def: imm */
	X64_EXEC,		/* def: frame pointer rounded down */
	X64_BR,			/* cmp; to succ[0] if cc, else succ[1] */
	X64_SET,		/* def, cmp: cc ? 1 : 0 */
	X64_SEL,		/* def, tied else-value, then-value, cmp; kind: enum x64_size of the values */
	X64_CARRY,		/* def, tied, cmp: one more (kind X64_CARRY_LESS: less) if cc, which is below, or above or equal */
	X64_TRAPIF,		/* cmp: trap kind if cc */
	X64_SIGCHECK,		/* cmp of the signature id with imm */
	X64_SCAN,		/* def (early), source: row x0 with imm where there is no bit, then xor disp */
	X64_BSWAP,		/* def, tied */
	X64_DIV,		/* def, other of rax and rdx, use rax, divisor; row x0; cc: X64_DIV_* */
	X64_BOUNDS,		/* def, tied index, temporary, limit: trap kind unless index + imm <= limit;
				 * x0: unless index < limit, 32 bits wide, with X64_F_IMM of disp; cc: the index is used */
	X64_CLAMP,		/* def, tied, limit: the lower of both, 64 bits wide */
	X64_PKT,		/* def, temporary, packet, last offset, offset, default or nothing; x0: bytes, cc: X64_PKT_* */
	X64_PKT_NEAR,		/* def, base, the packet's bytes, default or nothing; the slow way if these are below disp, the offset, + x0 */
	X64_PKT_BASE,		/* def, tied to what speculation reads, packet, linear bytes: the slow way if these are below disp */
	X64_POLL,		/* exec */
	X64_SETBASE,		/* inst: memory base register = inst->mem_base */
	X64_CALL,		/* aux: function index */
	X64_CALL_PTR,		/* code in rax, inst in rdi; x2: perhaps another instance, memory base follows;
				 * then the last operand is our own, if we have memory */
	X64_CALL_C,		/* aux: enum kw_stub */
	X64_SWITCH,		/* index, two temporaries; aux: entries in the IR's pool, imm: how many */
	X64_RET,
	X64_TRAP,		/* kind: enum kw_trap */
	X64_V,			/* SSE row x0 with imm; operands as the flags say */
	X64_VCONST,		/* def: imm, aux and wasm_off: 128 bits; size: enum kw_irtype */
	X64_VSET,		/* def (early), x, y: row x0; cc ? 1 : 0; kind: X64_VSET_* */
	X64_VSEL,		/* def, tied else-value, then-value, cmp */
	X64_CVTU64,		/* def (early), u64 source, 2 temporaries; kind: enum kw_irtype of def */
	X64_TRUNC,		/* def (early), source, temporary; kind: X64_TRUNC_*; size of def; cc: enum kw_irtype of source */
};

/* x1: where the memory operand is, if there is one */
enum x64_addr {
	X64_A_NONE,
	X64_A_BASE,		/* [operand base + operand index << scale + disp], one of them optional */
	X64_A_LINEAR,		/* [memory base + operand index + disp], index optional; its size too */
	X64_A_OUT,		/* outgoing area + disp */
	X64_A_IN,		/* incoming area + disp */
	X64_A_FRAME,		/* frame slots + disp */
};

/* x2: which operand is what; operands are counted behind those of X64_SET, X64_SEL, X64_CARRY */
#define X64_F_DEF	0x01	/* 0 written, 1 or memory or imm read */
#define X64_F_TIED	0x02	/* 0 written, 1 the same register, 2 or memory or imm read */
#define X64_F_IMM	0x04	/* the last operand is imm */
#define X64_F_MR	0x08	/* memory comes first: it is written, or compared with 0 */
#define X64_F_FAULT	0x10	/* the access may fault: record a site */
#define X64_F_VEC	0x20	/* compare: an SSE row of two operands */

#define X64_VSET_AND_NP	1	/* ... and the operands are ordered */
#define X64_VSET_OR_P	2	/* ... or they are not */

#define X64_TRUNC_SIGNED 1
#define X64_TRUNC_SAT	2

#define X64_DIV_REM	0x01	/* result is the remainder */
#define X64_DIV_ZERO	0x02	/* divisor may be 0 */
#define X64_DIV_NEG1	0x04	/* divisor may be -1 */

#define X64_CARRY_SIZE	0x03	/* enum x64_size of the sum */
#define X64_CARRY_LESS	0x04

#define X64_PKT_BE	0x01
#define X64_PKT_DEFAULT	0x02

#endif /* KW_X64_MOP_H */
