/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * x86-64 instructions from their operands.  An encoder writes what it is told
 * and picks only between equivalent lengths of an immediate or displacement.
 */
#ifndef KW_X64_ENCODE_H
#define KW_X64_ENCODE_H

#include "../../platform.h"

/* Hardware numbers, which are also those of the machine IR. */
enum x64_reg {
	X64_RAX, X64_RCX, X64_RDX, X64_RBX, X64_RSP, X64_RBP, X64_RSI, X64_RDI,
	X64_R8, X64_R9, X64_R10, X64_R11, X64_R12, X64_R13, X64_R14, X64_R15,
	X64_NOREG = 0x84,	/* as an index: bits 0 to 3 are those that SIB and REX want for none */
};

/* Operand size: byte, word, 32 bit (clears the upper half of a register), 64 bit. */
enum x64_size { X64_SB, X64_SW, X64_SL, X64_SQ };

/* Condition codes as in the opcodes (SDM 2D, appendix B.1.4). */
enum x64_cc {
	X64_CC_O, X64_CC_NO, X64_CC_B, X64_CC_AE, X64_CC_E, X64_CC_NE, X64_CC_BE, X64_CC_A,
	X64_CC_S, X64_CC_NS, X64_CC_P, X64_CC_NP, X64_CC_L, X64_CC_GE, X64_CC_LE, X64_CC_G,
};

enum x64_insn {
#define X64(name, text, flags, prefix, mr, rm, mi, m, ext) X64_##name,
#include "insn.def"
	X64_NR_INSNS
};

#define X64_b	0x01	/* see insn.def */
#define X64_B	0x02
#define X64_H	0x04
#define X64_D	0x08
#define X64_W	0x10

struct x64_row {
	char text[8];
	u8 flags, prefix, ext;
	u16 mr, rm, mi, m;
};

extern const struct x64_row x64_row[X64_NR_INSNS];

/*
 * The r/m operand: a register, or memory at [base + index << scale + disp], where base or
 * index may be X64_NOREG and index never is rsp.  It goes from hand to hand in a register,
 * and shifts take it apart in less than compilers need for members of a byte.
 */
struct x64_rm {
	u32 regs;		/* base or the register, index << 8, scale << 16, X64_DIRECT */
	s32 disp;
};

#define X64_DIRECT	0x01000000u

static inline struct x64_rm x64_reg(u8 reg)
{
	return (struct x64_rm){ .regs = reg | X64_NOREG << 8 | X64_DIRECT };
}

static inline struct x64_rm x64_indexed(u8 base, u8 index, u8 scale, s32 disp)
{
	return (struct x64_rm){ .regs = base | index << 8 | scale << 16, .disp = disp };
}

static inline struct x64_rm x64_mem(u8 base, s32 disp)
{
	return x64_indexed(base, X64_NOREG, 0, disp);
}

static inline bool x64_is_reg(struct x64_rm m)
{
	return m.regs & X64_DIRECT;
}

static inline u8 x64_base(struct x64_rm m)
{
	return m.regs;
}

static inline u8 x64_index(struct x64_rm m)
{
	return m.regs >> 8;
}

static inline u8 x64_scale(struct x64_rm m)
{
	return m.regs >> 16;
}

#define X64_INSN_MAX	15	/* every encoder assumes this much room */

struct x64_buf {
	u8 *p;
};

void x64_mr(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm, u8 reg);
void x64_rm(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm);
void x64_mi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm, s32 imm);
/* X64_MOV, which is most of what is written: of registers, to and from memory without an index; 32 or 64 bits */
void x64_mov(struct x64_buf *b, enum x64_size sz, u8 to, u8 from);
void x64_load(struct x64_buf *b, enum x64_size sz, u8 to, u8 base, s32 disp);
void x64_store(struct x64_buf *b, enum x64_size sz, u8 base, s32 disp, u8 from);
void x64_m(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm);
void x64_rmi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm, s32 imm);
void x64_setcc(struct x64_buf *b, enum x64_cc cc, u8 reg);
void x64_cmov(struct x64_buf *b, enum x64_cc cc, enum x64_size sz, u8 reg, struct x64_rm rm);
void x64_bswap(struct x64_buf *b, enum x64_size sz, u8 reg);
void x64_movi(struct x64_buf *b, u8 reg, u64 imm);	/* shortest; may change flags */
void x64_movi_keep(struct x64_buf *b, u8 reg, u64 imm);	/* keeps flags */
void x64_cdq(struct x64_buf *b, enum x64_size sz);	/* edx:eax or rdx:rax from eax, rax */
/* lea reg, [rip + rel32]; the displacement is the last four bytes */
void x64_lea_rip(struct x64_buf *b, u8 reg);

#define X64_JCC_LEN	6
#define X64_JMP_LEN	5
void x64_jcc(struct x64_buf *b, enum x64_cc cc);	/* rel32 forms, displacement 0 in the last four bytes */
void x64_jmp(struct x64_buf *b);
void x64_call(struct x64_buf *b);
void x64_ret(struct x64_buf *b);
void x64_int3(struct x64_buf *b);
void x64_endbr64(struct x64_buf *b);

static inline enum x64_cc x64_cc_not(enum x64_cc cc)
{
	return cc ^ 1;
}

#endif /* KW_X64_ENCODE_H */
