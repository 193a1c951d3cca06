/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* SSE instructions from their operands; see vinsn.def for the forms. */
#ifndef KW_X64_VENCODE_H
#define KW_X64_VENCODE_H

#include "encode.h"

enum x64_vinsn {
#define X64V(name, text, prefix, op, flags) X64_V_##name,
#include "vinsn.def"
	X64_NR_VINSNS
};
static_assert(X64_NR_VINSNS <= 256, "rows are a byte in the machine IR");

#define X64_VF_FORM	0x07
enum x64_vform { X64_VF_XX, X64_VF_XG, X64_VF_GX, X64_VF_MX, X64_VF_RX, X64_VF_SH };
#define X64_VF_W	0x08
#define X64_VF_I	0x10
#define X64_VF_C	0x20

struct x64_vrow {
	char text[12];
	u32 op;
	u8 prefix, flags, digit;
};

extern const struct x64_vrow x64_vrow[X64_NR_VINSNS];

/**
 * x64_v() - one SSE instruction
 * @reg: ModRM.reg, a hardware number: xmm or general by the row's form; not used by SH
 * @rm:  the other operand; with forms XX, MX, SH a direct one is an xmm register
 * @imm: for rows with I
 */
void x64_v(struct x64_buf *b, enum x64_vinsn i, u8 reg, struct x64_rm rm, u8 imm);

/* reg, [rip + rel32]; the displacement is the last four bytes: not for rows with I */
void x64_v_rip(struct x64_buf *b, enum x64_vinsn i, u8 reg);

#endif /* KW_X64_VENCODE_H */
