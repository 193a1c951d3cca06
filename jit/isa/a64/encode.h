/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Words of arm64 instructions from their operands: pure functions.  What has a
 * range asserts it; where a caller cannot know, a64_can_...() and a64_imm_...()
 * answer first.  Branches have functions of their own, with their distance.
 */
#ifndef KW_A64_ENCODE_H
#define KW_A64_ENCODE_H

#include "../../platform.h"

/* Hardware numbers, which are also those of the machine IR. */
enum a64_reg {
	A64_X0, A64_X1, A64_X2, A64_X3, A64_X4, A64_X5, A64_X6, A64_X7,
	A64_X8, A64_X9, A64_X10, A64_X11, A64_X12, A64_X13, A64_X14, A64_X15,
	A64_X16, A64_X17, A64_X18, A64_X19, A64_X20, A64_X21, A64_X22, A64_X23,
	A64_X24, A64_X25, A64_X26, A64_X27, A64_X28, A64_X29, A64_X30,
	A64_ZR,			/* reads as 0; in the RRI form and as a base it would be sp: never there */
	A64_NOREG = 0xff,
};

/* Operand size: 32 bit (clears the upper half of a register), 64 bit. */
enum a64_size { A64_W, A64_X };

enum a64_cc {
	A64_CC_EQ, A64_CC_NE, A64_CC_HS, A64_CC_LO, A64_CC_MI, A64_CC_PL, A64_CC_VS, A64_CC_VC,
	A64_CC_HI, A64_CC_LS, A64_CC_GE, A64_CC_LT, A64_CC_GT, A64_CC_LE, A64_CC_AL,
};

enum a64_shift { A64_LSL, A64_LSR, A64_ASR, A64_ROR };

/* How the last operand of the RRRX form is widened. */
enum a64_extend { A64_UXTB, A64_UXTH, A64_UXTW, A64_UXTX, A64_SXTB, A64_SXTH, A64_SXTW, A64_SXTX };

enum a64_form {
	A64_F_RRR, A64_F_RRRS, A64_F_RRRX, A64_F_RRRR, A64_F_RR, A64_F_RRI, A64_F_LOGI, A64_F_BFM,
	A64_F_EXTR, A64_F_RW, A64_F_CSEL, A64_F_CCMP, A64_F_CCMI, A64_F_MEM, A64_F_PAIR,
};

enum a64_vform { A64_VF_VVV, A64_VF_VV, A64_VF_NM, A64_VF_SHL, A64_VF_SHR, A64_VF_LANE };

enum a64_insn {
#define A64(name, form, base, text, aux) A64_##name,
#include "insn.def"
	A64_NR_INSNS
};

enum a64_vinsn {
#define A64V(name, form, esize, base, text) A64_V_##name,
#include "vinsn.def"
	A64_NR_VINSNS
};

struct a64_row {
	char text[7];
	u8 form, aux;
	u32 base;
};

struct a64_vrow {
	u8 form, esize;
	u32 base;
};

extern const struct a64_row a64_row[A64_NR_INSNS];
extern const struct a64_vrow a64_vrow[A64_NR_VINSNS];

/* ---- what can be encoded ---- */

/* 12 bits, perhaps shifted left by 12: the RRI form. */
static inline bool a64_can_rri(u64 imm)
{
	return imm <= 0xfff || (imm <= 0xfff000 && !(imm & 0xfff));
}

/* @dist from the branch, in bytes, in a field of @bits bits that counts words. */
static inline bool a64_can_reach(s64 dist, u32 bits)
{
	s64 limit = 1ll << (bits + 1);

	return !(dist & 3) && dist >= -limit && dist < limit;
}

#define A64_TB_BITS	14	/* tbz: 32 KiB either way */
#define A64_COND_BITS	19	/* b.cond, cbz, literals: 1 MiB */
#define A64_B_BITS	26	/* b, bl: 128 MiB */
#define A64_ADR_BITS	21	/* adr counts bytes: 1 MiB */

/**
 * a64_imm_logical() - can and, orr, eor have this immediate?
 * @imm: the mask; at 32 bits its lower half counts
 * @enc: N, immr, imms as they stand in the word
 *
 * A run of ones in an element of 2 to 64 bits, rotated, repeated; never all
 * zeroes or all ones.  Source: DDI 0487, DecodeBitMasks().
 */
bool a64_imm_logical(u64 imm, enum a64_size sz, u32 *enc);

/* The 8 bits that fmov has for this f32 or f64 (double: 64-bit pattern), or -1. */
int a64_imm_float(u64 bits, bool is_f64);

/* ---- data processing ---- */

#define A64_FIELD(v, bits)	({ u32 field_v = (v); kw_assert(field_v < 1u << (bits)); field_v; })

static inline u32 a64_base(enum a64_insn i, enum a64_form form, enum a64_size sz)
{
	kw_assert(a64_row[i].form == form);
	return a64_row[i].base | (u32)sz << 31;
}

static inline u32 a64_regs(u8 d, u8 n, u8 m)
{
	return A64_FIELD(d, 5) | A64_FIELD(n, 5) << 5 | A64_FIELD(m, 5) << 16;
}

/* RRRS, and RRR with no shift */
static inline u32 a64_rrrs(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m, enum a64_shift shift, u32 by)
{
	kw_assert(by < (sz ? 64 : 32));
	return a64_base(i, A64_F_RRRS, sz) | a64_regs(d, n, m) | A64_FIELD(shift, 2) << 22 | by << 10;
}

static inline u32 a64_rrr(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m)
{
	if (a64_row[i].form == A64_F_RRRS)
		return a64_rrrs(i, sz, d, n, m, A64_LSL, 0);
	return a64_base(i, A64_F_RRR, sz) | a64_regs(d, n, m);
}

static inline u32 a64_rrrx(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m, enum a64_extend ext, u32 by)
{
	kw_assert(by <= 4);
	return a64_base(i, A64_F_RRRX, sz) | a64_regs(d, n, m) | A64_FIELD(ext, 3) << 13 | by << 10;
}

static inline u32 a64_rrrr(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m, u8 a)
{
	return a64_base(i, A64_F_RRRR, sz) | a64_regs(d, n, m) | A64_FIELD(a, 5) << 10;
}

static inline u32 a64_rr(enum a64_insn i, enum a64_size sz, u8 d, u8 n)
{
	return (a64_base(i, A64_F_RR, sz) | a64_regs(d, n, 0)) + (i == A64_REV && sz ? 0x400 : 0);
}

static inline u32 a64_rri(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u32 imm)
{
	bool high = imm > 0xfff;

	kw_assert(a64_can_rri(imm));
	return a64_base(i, A64_F_RRI, sz) | a64_regs(d, n, 0) | (u32)high << 22 | (high ? imm >> 12 : imm) << 10;
}

/* @enc: from a64_imm_logical() */
static inline u32 a64_logi(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u32 enc)
{
	return a64_base(i, A64_F_LOGI, sz) | a64_regs(d, n, 0) | enc;
}

static inline u32 a64_bfm(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u32 immr, u32 imms)
{
	kw_assert(immr < (sz ? 64 : 32) && imms < (sz ? 64 : 32));
	return a64_base(i, A64_F_BFM, sz) | a64_regs(d, n, 0) | (u32)sz << 22 | immr << 16 | imms << 10;
}

static inline u32 a64_extr(enum a64_size sz, u8 d, u8 n, u8 m, u32 lsb)
{
	kw_assert(lsb < (sz ? 64 : 32));
	return a64_base(A64_EXTR, A64_F_EXTR, sz) | a64_regs(d, n, m) | (u32)sz << 22 | lsb << 10;
}

static inline u32 a64_rw(enum a64_insn i, enum a64_size sz, u8 d, u32 imm16, u32 shift)
{
	kw_assert(!(shift & 15) && shift < (sz ? 64 : 32));
	return a64_base(i, A64_F_RW, sz) | A64_FIELD(d, 5) | shift / 16 << 21 | A64_FIELD(imm16, 16) << 5;
}

static inline u32 a64_csel(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m, enum a64_cc cc)
{
	return a64_base(i, A64_F_CSEL, sz) | a64_regs(d, n, m) | A64_FIELD(cc, 4) << 12;
}

static inline u32 a64_ccmp(enum a64_insn i, enum a64_size sz, u8 n, u8 m, u32 nzcv, enum a64_cc cc)
{
	return a64_base(i, A64_F_CCMP, sz) | a64_regs(0, n, m) | A64_FIELD(cc, 4) << 12 | A64_FIELD(nzcv, 4);
}

static inline u32 a64_ccmi(enum a64_insn i, enum a64_size sz, u8 n, u32 imm5, u32 nzcv, enum a64_cc cc)
{
	return a64_base(i, A64_F_CCMI, sz) | a64_regs(0, n, 0) | A64_FIELD(imm5, 5) << 16 |
	       A64_FIELD(cc, 4) << 12 | A64_FIELD(nzcv, 4);
}

/* ---- loads and stores ---- */

static inline u32 a64_mem_bytes(enum a64_insn i)
{
	return 1u << a64_row[i].aux;
}

/* [base, disp]: scaled by the access's size, or small and signed. */
static inline bool a64_can_mem(enum a64_insn i, s64 disp)
{
	u32 bytes = a64_mem_bytes(i);

	return (disp >= -256 && disp < 256) ||
	       (disp >= 0 && !(disp & (bytes - 1)) && disp / bytes <= 0xfff);
}

static inline u32 a64_mem(enum a64_insn i, u8 t, u8 base, s32 disp)
{
	u32 word = a64_base(i, A64_F_MEM, A64_W) | a64_regs(t, base, 0), bytes = a64_mem_bytes(i);

	kw_assert(base != A64_ZR && a64_can_mem(i, disp));
	if (disp >= 0 && !(disp & (bytes - 1)))
		return word | 1u << 24 | (u32)disp >> a64_row[i].aux << 10;
	return word | ((u32)disp & 0x1ff) << 12;
}

/* [base, index]: @ext is UXTW, SXTW or UXTX; @scaled: the index counts accesses. */
static inline u32 a64_mem_index(enum a64_insn i, u8 t, u8 base, u8 index, enum a64_extend ext, bool scaled)
{
	kw_assert(base != A64_ZR && (ext & 2));
	return a64_base(i, A64_F_MEM, A64_W) | 0x200800 | a64_regs(t, base, index) |
	       A64_FIELD(ext, 3) << 13 | (u32)scaled << 12;
}

/* Base moved by @disp before the access, or behind it. */
static inline u32 a64_mem_update(enum a64_insn i, u8 t, u8 base, s32 disp, bool before)
{
	kw_assert(base != A64_ZR && t != base && disp >= -256 && disp < 256);
	return a64_base(i, A64_F_MEM, A64_W) | a64_regs(t, base, 0) | ((u32)disp & 0x1ff) << 12 | (before ? 0xc00 : 0x400);
}

static inline bool a64_can_pair(s64 disp)
{
	return !(disp & 7) && disp >= -512 && disp <= 504;
}

static inline u32 a64_pair(enum a64_insn i, u8 t, u8 t2, u8 base, s32 disp)
{
	kw_assert(base != A64_ZR && a64_can_pair(disp));
	return a64_base(i, A64_F_PAIR, A64_W) | a64_regs(t, base, 0) | A64_FIELD(t2, 5) << 10 |
	       ((u32)(disp / 8) & 0x7f) << 15;
}

/* ---- branches and addresses; @dist: bytes from the instruction ---- */

static inline u32 a64_dist(s64 dist, u32 bits)
{
	kw_assert(a64_can_reach(dist, bits));
	return (u32)(dist / 4) & ((1u << bits) - 1);
}

static inline u32 a64_b(s64 dist)
{
	return 0x14000000 | a64_dist(dist, A64_B_BITS);
}

static inline u32 a64_bl(s64 dist)
{
	return 0x94000000 | a64_dist(dist, A64_B_BITS);
}

static inline u32 a64_bcond(enum a64_cc cc, s64 dist)
{
	return 0x54000000 | a64_dist(dist, A64_COND_BITS) << 5 | A64_FIELD(cc, 4);
}

/* cbz, cbnz */
static inline u32 a64_cb(bool nz, enum a64_size sz, u8 t, s64 dist)
{
	return 0x34000000 | (u32)sz << 31 | (u32)nz << 24 | a64_dist(dist, A64_COND_BITS) << 5 | A64_FIELD(t, 5);
}

/* tbz, tbnz */
static inline u32 a64_tb(bool nz, u8 t, u32 bit, s64 dist)
{
	kw_assert(bit < 64);
	return 0x36000000 | (bit >> 5) << 31 | (u32)nz << 24 | (bit & 31) << 19 |
	       a64_dist(dist, A64_TB_BITS) << 5 | A64_FIELD(t, 5);
}

static inline bool a64_can_adr(s64 dist)
{
	return dist >= -(1 << 20) && dist < 1 << 20;
}

static inline u32 a64_adr(u8 d, s64 dist)
{
	kw_assert(a64_can_adr(dist));
	return 0x10000000 | ((u32)dist & 3) << 29 | ((u32)(dist >> 2) & 0x7ffff) << 5 | A64_FIELD(d, 5);
}

/* A literal of 4, 8 or 16 bytes into a vector register. */
static inline u32 a64_ldr_literal(u8 t, u32 bytes, s64 dist)
{
	return (bytes == 4 ? 0x1c000000 : bytes == 8 ? 0x5c000000 : 0x9c000000) |
	       a64_dist(dist, A64_COND_BITS) << 5 | A64_FIELD(t, 5);
}

static inline u32 a64_br(u8 n)
{
	return 0xd61f0000 | A64_FIELD(n, 5) << 5;
}

static inline u32 a64_blr(u8 n)
{
	return 0xd63f0000 | A64_FIELD(n, 5) << 5;
}

static inline u32 a64_ret(void)
{
	return 0xd65f03c0;
}

static inline u32 a64_brk(u32 imm16)
{
	return 0xd4200000 | A64_FIELD(imm16, 16) << 5;
}

#define A64_CSDB	0xd503229fu	/* no value computed by mispredicted csel gets past it */
#define A64_BTI_C	0xd503245fu	/* an indirect call may land here; nop before ARMv8.5 */

/* ---- floats and vectors ---- */

static inline u32 a64_v3(enum a64_vinsn i, u8 d, u8 n, u8 m)
{
	kw_assert(a64_vrow[i].form == A64_VF_VVV || a64_vrow[i].form == A64_VF_NM);
	return a64_vrow[i].base | a64_regs(d, n, m);
}

static inline u32 a64_v2(enum a64_vinsn i, u8 d, u8 n)
{
	kw_assert(a64_vrow[i].form == A64_VF_VV);
	return a64_vrow[i].base | a64_regs(d, n, 0);
}

u32 a64_vi(enum a64_vinsn i, u8 d, u8 n, u32 imm);	/* SHL, SHR, LANE */

/* fcsel: s or d registers */
static inline u32 a64_fcsel(bool is_f64, u8 d, u8 n, u8 m, enum a64_cc cc)
{
	return 0x1e200c00 | (u32)is_f64 << 22 | a64_regs(d, n, m) | A64_FIELD(cc, 4) << 12;
}

static inline u32 a64_fmov_imm(bool is_f64, u8 d, u32 imm8)
{
	return 0x1e201000 | (u32)is_f64 << 22 | A64_FIELD(imm8, 8) << 13 | A64_FIELD(d, 5);
}

/* Every byte of all 16 is @imm8; with 0 the fastest zero there is. */
static inline u32 a64_movi(u8 d, u32 imm8)
{
	return 0x4f00e400 | (A64_FIELD(imm8, 8) >> 5) << 16 | (imm8 & 31) << 5 | A64_FIELD(d, 5);
}

static inline enum a64_cc a64_cc_not(enum a64_cc cc)
{
	return cc ^ 1;
}

#endif /* KW_A64_ENCODE_H */
