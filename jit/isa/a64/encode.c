// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The tables of rows, and the immediates that need thought. */
#include "encode.h"

const struct a64_row a64_row[A64_NR_INSNS] = {
#define A64(name, form, base, text, aux) [A64_##name] = { text, A64_F_##form, aux, base },
#include "insn.def"
};

const struct a64_vrow a64_vrow[A64_NR_VINSNS] = {
#define A64V(name, form, esize, base, text) [A64_V_##name] = { A64_VF_##form, esize, base },
#include "vinsn.def"
};

static u64 rotate_right(u64 v, u32 by, u32 width)
{
	u64 mask = width == 64 ? ~0ull : (1ull << width) - 1;

	v &= mask;
	return by ? (v >> by | v << (width - by)) & mask : v;
}

bool a64_imm_logical(u64 imm, enum a64_size sz, u32 *enc)
{
	u32 esize = 64, ones, low;
	u64 elem;

	if (!sz)
		imm = (u32)imm | imm << 32;
	if (imm == 0 || imm == ~0ull)
		return false;
	while (esize > 2 && rotate_right(imm, esize / 2, esize) == (esize == 64 ? imm : imm & ((1ull << esize) - 1)))
		esize /= 2;
	elem = esize == 64 ? imm : imm & ((1ull << esize) - 1);
	/* Turn it until the ones are at the bottom; the lowest bit is set and the highest clear then. */
	low = __builtin_ctzll(elem);
	if (low == 0) {
		u64 zeroes = ~elem & (esize == 64 ? ~0ull : (1ull << esize) - 1);

		/* Behind the highest 0 stands what wrapped around. */
		low = 64 - __builtin_clzll(zeroes);
		if (low == esize)
			low = 0;
	}
	elem = rotate_right(elem, low, esize);
	if (elem & (elem + 1))
		return false;
	ones = 64 - __builtin_clzll(elem);
	*enc = (esize == 64 ? 1u << 22 : 0) | ((esize - low) & (esize - 1)) << 16 |
	       (((~(2 * esize - 1) & 0x3f) | (ones - 1)) << 10);
	return true;
}

int a64_imm_float(u64 bits, bool is_f64)
{
	/* sign, not(b), b replicated, cd, efgh, zeroes */
	u32 exp_bits = is_f64 ? 8 : 5, frac = is_f64 ? 48 : 19;
	u64 top = bits >> (frac + 4), b = top >> 2 & 1, pattern;
	u32 sign = bits >> (is_f64 ? 63 : 31) & 1;

	if (bits & ((1ull << frac) - 1))
		return -1;
	pattern = (b ? (1ull << exp_bits) - 1 : 1ull << exp_bits) << 2 | (top & 3);
	if ((top & ((1ull << (exp_bits + 3)) - 1)) != pattern)
		return -1;
	return sign << 7 | b << 6 | (bits >> frac & 0x3f);
}

u32 a64_vi(enum a64_vinsn i, u8 d, u8 n, u32 imm)
{
	const struct a64_vrow *r = &a64_vrow[i];
	u32 field = 0;

	switch (r->form) {
	case A64_VF_SHL:
		kw_assert(imm < r->esize);
		field = r->esize + imm;
		break;
	case A64_VF_SHR:
		kw_assert(imm >= 1 && imm <= r->esize);
		field = 2 * r->esize - imm;
		break;
	default:
		kw_assert(r->form == A64_VF_LANE && imm < 128u / r->esize);
		field = (2 * imm + 1) * (r->esize / 8);
		break;
	}
	return r->base | a64_regs(d, n, 0) | field << 16;
}
