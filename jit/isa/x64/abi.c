// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which register or slot an argument or a result is in. */
#include "abi.h"

static const u8 param_regs[] = { X64_RSI, X64_RDX, X64_RCX, X64_R8, X64_R9, X64_R10 };
static const u8 result_regs[] = { X64_RAX, X64_RDX, X64_RCX, X64_RSI, X64_R8, X64_R9 };
#define NR_INT_REGS	6
#define NR_VEC_REGS	8
static_assert(ARRAY_SIZE(param_regs) == NR_INT_REGS && ARRAY_SIZE(result_regs) == NR_INT_REGS &&
	      X64_MIN_REGS <= NR_INT_REGS && X64_MIN_REGS <= NR_VEC_REGS, "abi");

static void place(struct x64_place *p, u8 type, const u8 *int_regs)
{
	u32 bytes = type == KW_T_V128 ? 16 : 8;

	if (x64_is_vec(type) && p->nr_vec < NR_VEC_REGS) {
		p->reg = KW_VEC(p->nr_vec++);
	} else if (!x64_is_vec(type) && p->nr_int < NR_INT_REGS) {
		p->reg = int_regs[p->nr_int++];
	} else {
		p->reg = X64_NOREG;
		p->off = ALIGN(p->bytes, bytes);
		p->bytes = p->off + bytes;
	}
}

void x64_place_param(struct x64_place *p, u8 type)
{
	place(p, type, param_regs);
}

void x64_place_result(struct x64_place *p, u8 type)
{
	place(p, type, result_regs);
}
