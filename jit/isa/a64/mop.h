/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Machine IR of arm64: what lowering writes and emission reads.
 *
 * Flags never live from one machine instruction to the next: a compare is
 * part of the instruction that uses it.  So moves of the register allocator
 * between two instructions may change flags, x16 and x17.
 */
#ifndef KW_A64_MOP_H
#define KW_A64_MOP_H

#include "../mir.h"
#include "encode.h"

/* Operands in order; "cmp": those of the compare, see enum a64_cmp. */
enum a64_mop {
	A64_OP = KW_MOP_ISA,	/* def, what row x0 reads; cc: A64_O_*; RRRS: shift x1 by x2; RRRX: extension x1, x2;
				 * BFM: immr x1, imms x2; EXTR: lsb x2; RRI, LOGI: imm */
	A64_MOVI,		/* def: imm */
	A64_LOAD,		/* def: row x0, address as in enum a64_addr */
	A64_STORE,		/* value, unless x2 has A64_A_ZERO: row x0, address */
	A64_BASE,		/* def, index or nothing: memory base + index, extended as x1 says, + disp */
	A64_EXEC,		/* def: frame pointer rounded down */
	A64_BR,			/* cmp; to succ[0] if cc, else succ[1] */
	A64_SET,		/* def, cmp: cc ? 1 : 0 */
	A64_SEL,		/* def, then-value, else-value, cmp; kind: enum a64_size of the values */
	A64_TRAPIF,		/* cmp: trap kind if cc */
	A64_SIGCHECK,		/* signature id, to be imm */
	A64_POPCNT,		/* def (early), source: without vector registers */
	A64_DIV,		/* def, dividend, divisor; row x0; cc: A64_DIV_* */
	A64_BOUNDS,		/* def, index, limit: trap kind unless index + imm <= limit;
				 * x0: unless index < limit, 32 bits wide; cc: the index is used */
	A64_CLAMP,		/* def, index, limit: the lower of both, 64 bits wide */
	A64_PKT,		/* def, packet, last offset, offset, default or nothing; x0: bytes, cc: A64_PKT_* */
	A64_PKT_NEAR,		/* def, base, the packet's bytes, default or nothing; the slow way if these are below disp, the offset, + x0 */
	A64_PKT_BASE,		/* def, packet, linear bytes, what speculation reads: the slow way if these are below disp */
	A64_POLL,		/* exec */
	A64_SETBASE,		/* inst: memory base register = inst->mem_base */
	A64_CALL,		/* aux: function index */
	A64_CALL_PTR,		/* code in x8, inst in x0; x2: perhaps another instance, memory base follows;
				 * then the last operand is our own, if we have memory */
	A64_CALL_C,		/* aux: enum kw_stub */
	A64_SWITCH,		/* index; aux: successors in mfunc.vpool, imm: how many */
	A64_RET,
	A64_TRAP,		/* kind: enum kw_trap */
	A64_V,			/* def, what row aux of the vector table reads; with A64_O_TIED the def is read too; imm */
	A64_VCONST,		/* def: imm, aux and wasm_off: 128 bits; size: enum kw_irtype */
	A64_FSEL,		/* def, then-value, else-value, cmp; kind: enum kw_irtype of the values */
	A64_COPYSIGN,		/* def, tied magnitude, sign; size: enum kw_irtype */
	A64_TRUNC,		/* def, source; size of def; cc: enum kw_irtype of source; kind: signed */
	A64_SHUFFLE,		/* def, a, b, lanes */
};

/* A64_OP, A64_V: cc */
#define A64_O_TIED	0x01	/* operand 1 is the def's old value */
#define A64_O_ZN	0x02	/* n is the zero register, and no operand */

/* x0 of an instruction with a compare: what it is; cc: the condition */
enum a64_cmp {
	A64_C_REG,		/* n, m: shift x1 by x2 */
	A64_C_IMM,		/* n with imm, which a64_can_compare() */
	A64_C_TEST,		/* n and m */
	A64_C_TESTI,		/* n and imm, a logical immediate */
	A64_C_ZERO,		/* n with 0; cc is EQ or NE */
	A64_C_BIT,		/* bit x2 of n; cc is EQ or NE */
	A64_C_FLOAT,		/* n, m; x1: enum kw_irtype */
};

/*
 * disp of an instruction with a compare: a second one, made if the first says
 * A64_C_CHAIN_IF(); if it does not, the flags are A64_C_CHAIN_ELSE().  Its
 * operands: .base, and .index or a small constant.
 */
#define A64_C_CHAINED		BIT(24)
#define A64_C_CHAIN_WIDE	BIT(20)
#define A64_C_CHAIN(imm, flags, cc)	(A64_C_CHAINED | (u8)(imm) | (flags) << 8 | (cc) << 12)
#define A64_C_CHAIN_IMM(disp)	((s8)(disp))
#define A64_C_CHAIN_ELSE(disp)	((disp) >> 8 & 15)
#define A64_C_CHAIN_IF(disp)	((disp) >> 12 & 15)

/* x1 of a load or store: where the memory is; operands .base and .index */
enum a64_addr {
	A64_A_BASE,		/* [operand base + operand index << scale + disp] */
	A64_A_LINEAR,		/* [memory base + operand index << scale + disp], index optional; its size too */
	A64_A_OUT,		/* outgoing area + disp */
	A64_A_IN,		/* incoming area + disp */
	A64_A_FRAME,		/* frame slots + disp */
};

/* x2 of a load or store */
#define A64_A_FAULT	0x01	/* the access may fault: record a site */
#define A64_A_WINDEX	0x02	/* the index is 32 bits wide, its upper half anything */
#define A64_A_ZERO	0x04	/* store 0 */
#define A64_A_WHOLE	0x08	/* store all or nothing: the same bytes are loaded first */

#define A64_DIV_REM	0x01	/* result is the remainder */
#define A64_DIV_ZERO	0x02	/* divisor may be 0 */
#define A64_DIV_NEG1	0x04	/* divisor may be -1 */

#define A64_PKT_BE	0x01
#define A64_PKT_DEFAULT	0x02
#define A64_PKT_IMM	0x04	/* the default is imm */

/* Can a compare have this immediate?  Itself, or its negative: cmp or cmn. */
static inline bool a64_can_compare(s64 imm, enum a64_size sz)
{
	u64 neg = sz ? -(u64)imm : (u32)-(u32)imm;

	return a64_can_rri(sz ? (u64)imm : (u32)imm) || a64_can_rri(neg);
}

#endif /* KW_A64_MOP_H */
