// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which register or slot an argument or a result is in. */
#include "abi.h"

#define FIRST_PARAM	1	/* x0 is the instance */
#define FIRST_RESULT	0
#define INT_END		8
#define NR_VEC_REGS	8
static_assert(A64_MIN_REGS <= INT_END - FIRST_PARAM && A64_MIN_REGS <= NR_VEC_REGS, "abi");

static void place(struct a64_place *p, u8 type, u32 first_int)
{
	u32 bytes = type == KW_T_V128 ? 16 : 8;

	if (kw_is_vec(type) && p->nr_vec < NR_VEC_REGS) {
		p->reg = KW_VEC(p->nr_vec++);
	} else if (!kw_is_vec(type) && p->nr_int < INT_END - first_int) {
		p->reg = first_int + p->nr_int++;
	} else {
		p->reg = A64_NOREG;
		p->off = ALIGN(p->bytes, bytes);
		p->bytes = p->off + bytes;
	}
}

void a64_place_param(struct a64_place *p, u8 type)
{
	place(p, type, FIRST_PARAM);
}

void a64_place_result(struct a64_place *p, u8 type)
{
	place(p, type, FIRST_RESULT);
}
