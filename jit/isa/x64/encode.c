// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Rows of insn.def and operands into bytes. */
#include "vencode.h"

const struct x64_row x64_row[X64_NR_INSNS] = {
#define X64(name, text, flags, prefix, mr, rm, mi, m, ext) \
	[X64_##name] = { text, flags, prefix, ext, mr, rm, mi, m },
#include "insn.def"
};

const struct x64_vrow x64_vrow[X64_NR_VINSNS] = {
#define XX	X64_VF_XX
#define XG	X64_VF_XG
#define GX	X64_VF_GX
#define MX	X64_VF_MX
#define RX	X64_VF_RX
#define SH	X64_VF_SH
#define W	X64_VF_W
#define I	X64_VF_I
#define C	X64_VF_C
#define D2	2 << 6
#define D4	4 << 6
#define D6	6 << 6
#define X64V(name, text, prefix, op, flags) \
	[X64_V_##name] = { text, op, prefix, (flags) & 0x3f, (flags) >> 6 },
#include "vinsn.def"
#undef XX
#undef XG
#undef GX
#undef MX
#undef RX
#undef SH
#undef W
#undef I
#undef C
#undef D2
#undef D4
#undef D6
};

static void put8(struct x64_buf *b, u8 v)
{
	*b->p++ = v;
}

static void put32(struct x64_buf *b, u32 v)
{
	put_unaligned_le32(v, b->p);
	b->p += 4;
}

static void put_modrm(struct x64_buf *b, u8 mod, u8 reg, u8 rm)
{
	put8(b, mod << 6 | (reg & 7) << 3 | (rm & 7));
}

static void put_rm(struct x64_buf *b, u8 reg, struct x64_rm m)
{
	bool indexed = m.index != X64_NOREG;
	u8 mod;

	if (m.direct) {
		put_modrm(b, 3, reg, m.base);
		return;
	}
	if (m.base == X64_NOREG) {
		put_modrm(b, 0, reg, 4);
		put_modrm(b, m.scale, m.index, 5);
		put32(b, m.disp);
		return;
	}
	/* mod 0 with base 5 (rbp, r13) means "no base": give those a disp8 of 0. */
	if (m.disp == 0 && (m.base & 7) != 5)
		mod = 0;
	else if (m.disp == (s8)m.disp)
		mod = 1;
	else
		mod = 2;

	/* rm 4 means "SIB follows", so rsp and r12 as a base need one as well. */
	if (indexed || (m.base & 7) == 4) {
		put_modrm(b, mod, reg, 4);
		put_modrm(b, m.scale, indexed ? m.index : 4, m.base);
	} else {
		put_modrm(b, mod, reg, m.base);
	}
	if (mod == 1)
		put8(b, m.disp);
	else if (mod == 2)
		put32(b, m.disp);
}

#define REX	0x40
#define REX_W	0x08

/* Without a REX prefix, byte registers 4..7 would be ah, ch, dh, bh. */
static bool is_high_byte(u8 reg)
{
	return reg >= 4 && reg < 8;
}

/* Prefixes, opcode, ModRM and what belongs to it; @rex: REX or 0, with REX_W if wanted. */
static void put_op(struct x64_buf *b, u8 prefix, u8 rex, u32 op, u8 reg, struct x64_rm m)
{
	u8 index = m.index == X64_NOREG ? 0 : m.index, base = m.base == X64_NOREG ? 0 : m.base;

	if (prefix)
		put8(b, prefix);	/* mandatory prefixes come before REX */
	rex |= (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1);
	if (rex)
		put8(b, REX | rex);
	if (op >> 16)
		put8(b, op >> 16);
	if (op >> 8)
		put8(b, op >> 8);
	put8(b, op);
	put_rm(b, reg, m);
}

/* @op of row @i at size @sz. @is_reg: ModRM.reg holds a register, not an opcode digit. */
static void put_row(struct x64_buf *b, enum x64_insn i, u16 op, enum x64_size sz, u8 reg, bool is_reg,
		    struct x64_rm m)
{
	const struct x64_row *r = &x64_row[i];
	u8 rex = sz == X64_SQ && !(r->flags & X64_W) ? REX_W : 0;
	bool byte_reg = sz == X64_SB && is_reg;
	bool byte_rm = (sz == X64_SB || r->flags & X64_B) && m.direct;

	if ((byte_reg && is_high_byte(reg)) || (byte_rm && is_high_byte(m.base)))
		rex |= REX;
	if (sz == X64_SB && r->flags & X64_b)
		op--;
	if (sz == X64_SW)
		put8(b, 0x66);
	put_op(b, r->prefix, rex, op, reg, m);
}

static void put_imm(struct x64_buf *b, enum x64_size sz, s32 imm)
{
	put8(b, imm);
	if (sz != X64_SB)
		put8(b, imm >> 8);
	if (sz >= X64_SL) {
		put8(b, imm >> 16);
		put8(b, imm >> 24);
	}
}

/* How many bytes of immediate row @i takes; @op becomes its short form where there is one. */
static enum x64_size imm_size(u16 *op, enum x64_size sz, s32 imm)
{
	if (*op == 0xc1 || *op == 0x0fba)
		return X64_SB;
	if ((*op == 0x81 || *op == 0x69) && imm == (s8)imm && sz != X64_SB) {
		*op |= 2;
		return X64_SB;
	}
	return sz;
}

void x64_mr(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm, u8 reg)
{
	put_row(b, i, x64_row[i].mr, sz, reg, true, rm);
}

void x64_rm(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm)
{
	put_row(b, i, x64_row[i].rm, sz, reg, true, rm);
}

void x64_mi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm, s32 imm)
{
	u16 op = x64_row[i].mi;
	enum x64_size imm_sz = imm_size(&op, sz, imm);

	put_row(b, i, op, sz, x64_row[i].ext, false, rm);
	put_imm(b, imm_sz, imm);
}

void x64_rmi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm, s32 imm)
{
	u16 op = x64_row[i].mi;
	enum x64_size imm_sz = imm_size(&op, sz, imm);

	put_row(b, i, op, sz, reg, true, rm);
	put_imm(b, imm_sz, imm);
}

void x64_m(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	put_row(b, i, x64_row[i].m, sz, x64_row[i].ext, false, rm);
}

void x64_setcc(struct x64_buf *b, enum x64_cc cc, u8 reg)
{
	put_op(b, 0, is_high_byte(reg) ? REX : 0, 0x0f90 + cc, 0, x64_reg(reg));
}

void x64_cmov(struct x64_buf *b, enum x64_cc cc, enum x64_size sz, u8 reg, struct x64_rm rm)
{
	put_op(b, 0, sz == X64_SQ ? REX_W : 0, 0x0f40 + cc, reg, rm);
}

/* Opcode with the register in its low three bits. */
static void put_short(struct x64_buf *b, u8 rex, u16 op, u8 reg)
{
	rex |= reg >> 3;
	if (rex)
		put8(b, REX | rex);
	if (op >> 8)
		put8(b, op >> 8);
	put8(b, op | (reg & 7));
}

void x64_bswap(struct x64_buf *b, enum x64_size sz, u8 reg)
{
	put_short(b, sz == X64_SQ ? REX_W : 0, 0x0fc8, reg);
}

void x64_movi_keep(struct x64_buf *b, u8 reg, u64 imm)
{
	if (imm == (u32)imm) {
		put_short(b, 0, 0xb8, reg);
		put32(b, imm);
	} else if ((s64)imm == (s32)imm) {
		x64_mi(b, X64_MOV, X64_SQ, x64_reg(reg), imm);
	} else {
		put_short(b, REX_W, 0xb8, reg);
		put32(b, imm);
		put32(b, imm >> 32);
	}
}

void x64_movi(struct x64_buf *b, u8 reg, u64 imm)
{
	if (imm)
		x64_movi_keep(b, reg, imm);
	else
		x64_mr(b, X64_XOR, X64_SL, x64_reg(reg), reg);
}

void x64_cdq(struct x64_buf *b, enum x64_size sz)
{
	if (sz == X64_SQ)
		put8(b, REX | REX_W);
	put8(b, 0x99);
}

void x64_lea_rip(struct x64_buf *b, u8 reg)
{
	put8(b, REX | REX_W | (reg >> 3) << 2);
	put8(b, 0x8d);
	put_modrm(b, 0, reg, 5);
	put32(b, 0);
}

void x64_jcc(struct x64_buf *b, enum x64_cc cc)
{
	put8(b, 0x0f);
	put8(b, 0x80 + cc);
	put32(b, 0);
}

void x64_jmp(struct x64_buf *b)
{
	put8(b, 0xe9);
	put32(b, 0);
}

void x64_call(struct x64_buf *b)
{
	put8(b, 0xe8);
	put32(b, 0);
}

void x64_ret(struct x64_buf *b)
{
	put8(b, 0xc3);
}

void x64_int3(struct x64_buf *b)
{
	put8(b, 0xcc);
}

void x64_endbr64(struct x64_buf *b)
{
	put32(b, 0xfa1e0ff3);
}

void x64_v(struct x64_buf *b, enum x64_vinsn i, u8 reg, struct x64_rm rm, u8 imm)
{
	const struct x64_vrow *r = &x64_vrow[i];

	if ((r->flags & X64_VF_FORM) == X64_VF_SH)
		reg = r->digit;
	put_op(b, r->prefix, r->flags & X64_VF_W ? REX_W : 0, r->op, reg, rm);
	if (r->flags & X64_VF_I)
		put8(b, imm);
}

void x64_v_rip(struct x64_buf *b, enum x64_vinsn i, u8 reg)
{
	const struct x64_vrow *r = &x64_vrow[i];
	struct x64_rm rip = { .base = 5, .index = X64_NOREG };

	/* mod 0 with base 5 is [rip + disp32]; put_rm() would make it [rbp]. */
	put_op(b, r->prefix, 0, r->op, reg, rip);
	b->p -= 2;
	put_modrm(b, 0, reg, 5);
	put32(b, 0);
}
