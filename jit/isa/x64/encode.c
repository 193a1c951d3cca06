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

/*
 * What follows is handed the place to write to and returns the next one: the
 * compiler must take it that a byte written may be part of a struct x64_buf.
 */
static u8 modrm(u8 mod, u8 reg, u8 rm)
{
	return mod << 6 | (reg & 7) << 3 | (rm & 7);
}

static __always_inline u8 *put_rm(u8 *p, u8 reg, struct x64_rm m)
{
	u8 base = x64_base(m), index = x64_index(m), mod, len;

	if (x64_is_reg(m)) {
		*p++ = modrm(3, reg, base);
		return p;
	}
	if (base == X64_NOREG) {
		*p++ = modrm(0, reg, 4);
		*p++ = modrm(x64_scale(m), index, 5);
		put_unaligned_le32(m.disp, p);
		return p + 4;
	}
	/* mod 0 with base 5 (rbp, r13) means "no base": give those a disp8 of 0. */
	if (m.disp == 0 && (base & 7) != 5)
		mod = 0, len = 0;
	else if (m.disp == (s8)m.disp)
		mod = 1, len = 1;
	else
		mod = 2, len = 4;

	/* rm 4 means "SIB follows", so rsp and r12 as a base need one as well. */
	if (index != X64_NOREG || (base & 7) == 4) {
		*p++ = modrm(mod, reg, 4);
		*p++ = modrm(x64_scale(m), index, base);
	} else {
		*p++ = modrm(mod, reg, base);
	}
	put_unaligned_le32(m.disp, p);	/* what is more than @len is written over */
	return p + len;
}

#define REX	0x40
#define REX_W	0x08

/* Without a REX prefix, byte registers 4..7 would be ah, ch, dh, bh. */
static bool is_high_byte(u8 reg)
{
	return reg >= 4 && reg < 8;
}

/* REX bits for registers above 7. */
static u8 rex_of(u8 reg, u8 index, u8 base)
{
	return (reg & 8) >> 1 | (index & 8) >> 2 | (base & 8) >> 3;
}

/* Prefixes, opcode, ModRM and what belongs to it; @rex: REX or 0, with REX_W if wanted. */
static __always_inline u8 *put_op(u8 *p, u8 prefix, u8 rex, u32 op, u8 reg, struct x64_rm m)
{
	if (prefix)
		*p++ = prefix;	/* mandatory prefixes come before REX */
	rex |= rex_of(reg, x64_index(m), x64_base(m));
	if (rex)
		*p++ = REX | rex;
	if (op >> 16)
		*p++ = op >> 16;
	if (op >> 8)
		*p++ = op >> 8;
	*p++ = op;
	return put_rm(p, reg, m);
}

/* REX that byte registers need; @is_reg: ModRM.reg holds a register, not an opcode digit. */
static u8 byte_rex(const struct x64_row *r, enum x64_size sz, u8 reg, bool is_reg, struct x64_rm m)
{
	bool byte_rm = (sz == X64_SB || r->flags & X64_B) && x64_is_reg(m);

	return (byte_rm && is_high_byte(x64_base(m))) || (sz == X64_SB && is_reg && is_high_byte(reg)) ? REX : 0;
}

/* @op of row @r at size @sz */
static __always_inline u8 *put_row(u8 *p, const struct x64_row *r, u16 op, enum x64_size sz, u8 reg, bool is_reg,
				   struct x64_rm m)
{
	u8 rex = 0;

	if (sz == X64_SQ && !(r->flags & X64_W))
		rex = REX_W;
	if (unlikely(sz < X64_SL || r->flags & X64_B))
		rex |= byte_rex(r, sz, reg, is_reg, m);
	if (sz == X64_SB && r->flags & X64_b)
		op--;
	if (sz == X64_SW)
		*p++ = 0x66;
	return put_op(p, r->prefix, rex, op, reg, m);
}

static inline u8 *put_imm(u8 *p, enum x64_size sz, s32 imm)
{
	put_unaligned_le32(imm, p);
	return p + (sz == X64_SB ? 1 : sz == X64_SW ? 2 : 4);
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
	b->p = put_row(b->p, &x64_row[i], x64_row[i].mr, sz, reg, true, rm);
}

void x64_rm(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm)
{
	b->p = put_row(b->p, &x64_row[i], x64_row[i].rm, sz, reg, true, rm);
}

void x64_mov(struct x64_buf *b, enum x64_size sz, u8 to, u8 from)
{
	b->p = put_op(b->p, 0, sz == X64_SQ ? REX_W : 0, x64_row[X64_MOV].rm, to, x64_reg(from));
}

void x64_load(struct x64_buf *b, enum x64_size sz, u8 to, u8 base, s32 disp)
{
	b->p = put_op(b->p, 0, sz == X64_SQ ? REX_W : 0, x64_row[X64_MOV].rm, to, x64_mem(base, disp));
}

void x64_store(struct x64_buf *b, enum x64_size sz, u8 base, s32 disp, u8 from)
{
	b->p = put_op(b->p, 0, sz == X64_SQ ? REX_W : 0, x64_row[X64_MOV].mr, from, x64_mem(base, disp));
}

void x64_mi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm, s32 imm)
{
	u16 op = x64_row[i].mi;
	enum x64_size imm_sz = imm_size(&op, sz, imm);

	b->p = put_imm(put_row(b->p, &x64_row[i], op, sz, x64_row[i].ext, false, rm), imm_sz, imm);
}

void x64_rmi(struct x64_buf *b, enum x64_insn i, enum x64_size sz, u8 reg, struct x64_rm rm, s32 imm)
{
	u16 op = x64_row[i].mi;
	enum x64_size imm_sz = imm_size(&op, sz, imm);

	b->p = put_imm(put_row(b->p, &x64_row[i], op, sz, reg, true, rm), imm_sz, imm);
}

void x64_m(struct x64_buf *b, enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	b->p = put_row(b->p, &x64_row[i], x64_row[i].m, sz, x64_row[i].ext, false, rm);
}

void x64_setcc(struct x64_buf *b, enum x64_cc cc, u8 reg)
{
	b->p = put_op(b->p, 0, is_high_byte(reg) ? REX : 0, 0x0f90 + cc, 0, x64_reg(reg));
}

void x64_cmov(struct x64_buf *b, enum x64_cc cc, enum x64_size sz, u8 reg, struct x64_rm rm)
{
	b->p = put_op(b->p, 0, sz == X64_SQ ? REX_W : 0, 0x0f40 + cc, reg, rm);
}

/* Opcode with the register in its low three bits. */
static u8 *put_short(u8 *p, u8 rex, u16 op, u8 reg)
{
	rex |= reg >> 3;
	if (rex)
		*p++ = REX | rex;
	if (op >> 8)
		*p++ = op >> 8;
	*p++ = op | (reg & 7);
	return p;
}

void x64_bswap(struct x64_buf *b, enum x64_size sz, u8 reg)
{
	b->p = put_short(b->p, sz == X64_SQ ? REX_W : 0, 0x0fc8, reg);
}

void x64_movi_keep(struct x64_buf *b, u8 reg, u64 imm)
{
	if (imm == (u32)imm) {
		b->p = put_short(b->p, 0, 0xb8, reg);
		put32(b, imm);
	} else if ((s64)imm == (s32)imm) {
		x64_mi(b, X64_MOV, X64_SQ, x64_reg(reg), imm);
	} else {
		b->p = put_short(b->p, REX_W, 0xb8, reg);
		put_unaligned_le64(imm, b->p);
		b->p += 8;
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
	put8(b, modrm(0, reg, 5));
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
	b->p = put_op(b->p, r->prefix, r->flags & X64_VF_W ? REX_W : 0, r->op, reg, rm);
	if (r->flags & X64_VF_I)
		put8(b, imm);
}

void x64_v_rip(struct x64_buf *b, enum x64_vinsn i, u8 reg)
{
	const struct x64_vrow *r = &x64_vrow[i];
	struct x64_rm rip = x64_mem(5, 0);

	/* mod 0 with base 5 is [rip + disp32]; put_rm() would make it [rbp]. */
	b->p = put_op(b->p, r->prefix, 0, r->op, reg, rip) - 2;
	put8(b, modrm(0, reg, 5));
	put32(b, 0);
}
