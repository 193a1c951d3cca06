// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Lowering of what moves lanes and bits about: shuffles, by the cheapest
 * instruction that does what the constant says, and shifts and rotations.
 */
#include "lower_simd.h"

/* ---- shuffles ---- */

struct shuffle {
	u8 lane[16];		/* of the result's bytes: 0-15 from a, 16-31 from b */
	u32 a, b;		/* vregs */
};

static bool all_below_16(const struct shuffle *s)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (s->lane[i] > 15)
			return false;
	return true;
}

static void exchange(struct shuffle *s)
{
	u32 i;

	for (i = 0; i < 16; i++)
		s->lane[i] ^= 16;
	swap(s->a, s->b);
}

/* Which whole lanes of @bytes the result is made of. Return: false if it is not. */
static bool whole_lanes(const struct shuffle *s, u32 bytes, u8 *lane)
{
	u32 i;

	for (i = 0; i < 16; i++) {
		if (i % bytes == 0)
			lane[i / bytes] = s->lane[i] / bytes;
		if (s->lane[i] != lane[i / bytes] * bytes + i % bytes)
			return false;
	}
	return true;
}

static u8 four(const u8 *lane)
{
	return (lane[0] & 3) | (lane[1] & 3) << 2 | (lane[2] & 3) << 4 | (lane[3] & 3) << 6;
}

static u64 mask_half(const u8 *lane)
{
	return get_unaligned_le64(lane);
}

/* Everything from a. */
static void shuffle_one(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	u8 lane[16];

	if (whole_lanes(s, 4, lane)) {
		if (four(lane) == 0xe4)
			x64_vdef_to(l, def, R(MOVAPS), s->a, 0);
		else
			x64_vdef_to(l, def, R(PSHUFD), s->a, four(lane));
		return;
	}
	x64_vtied_to(l, def, R(PSHUFB), s->a, bits(l, mask_half(s->lane), mask_half(s->lane + 8)), 0);
}

/* Lanes of a and b alternate, from the lower or the upper halves. */
static bool try_unpack(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	static const u8 row[4][2] = {
		{ R(PUNPCKLBW), R(PUNPCKHBW) }, { R(PUNPCKLWD), R(PUNPCKHWD) },
		{ R(PUNPCKLDQ), R(PUNPCKHDQ) }, { R(PUNPCKLQDQ), R(PUNPCKHQDQ) },
	};
	u32 size, i, n, high;
	u8 lane[16];

	for (size = 0; size < 4; size++) {
		n = 16 >> size;
		if (!whole_lanes(s, 1 << size, lane))
			return false;
		high = lane[0] == n / 2;
		for (i = 0; i < n && lane[i] == i / 2 + high * n / 2 + (i & 1 ? n : 0); i++)
			;
		if (i == n) {
			x64_vtied_to(l, def, row[size][high], s->a, s->b, 0);
			return true;
		}
	}
	return false;
}

/* The end of a, then the beginning of b. */
static bool try_align(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (s->lane[i] != s->lane[0] + i)
			return false;
	x64_vtied_to(l, def, R(PALIGNR), s->b, s->a, s->lane[0]);
	return true;
}

/* Two lanes of 32 bits of a, then two of b. */
static bool try_shufps(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	u8 lane[16];

	if (!whole_lanes(s, 4, lane) || lane[0] > 3 || lane[1] > 3 || lane[2] < 4 || lane[3] < 4)
		return false;
	x64_vtied_to(l, def, R(SHUFPS), s->a, s->b, four(lane));
	return true;
}

/* Every lane of 16 bits stays in its place. */
static bool try_blend(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	u8 lane[16], from_b = 0;
	u32 i;

	if (!whole_lanes(s, 2, lane))
		return false;
	for (i = 0; i < 8; i++) {
		if ((lane[i] & 7) != i)
			return false;
		from_b |= (lane[i] > 7) << i;
	}
	x64_vtied_to(l, def, R(PBLENDW), s->a, s->b, from_b);
	return true;
}

/* One pshufb each, with bit 7 where the lane is the other's. */
static void shuffle_two(struct x64_lower *l, u32 def, const struct shuffle *s)
{
	u8 from_a[16], from_b[16];
	u32 i, x, y;

	for (i = 0; i < 16; i++) {
		from_a[i] = s->lane[i] < 16 ? s->lane[i] : 0x80;
		from_b[i] = s->lane[i] < 16 ? 0x80 : s->lane[i] - 16;
	}
	x = two(l, R(PSHUFB), s->a, bits(l, mask_half(from_a), mask_half(from_a + 8)));
	y = two(l, R(PSHUFB), s->b, bits(l, mask_half(from_b), mask_half(from_b + 8)));
	x64_vtied_to(l, def, R(POR), x, y, 0);
}

/* Lane numbers of the constant; if b is a, all are from there. */
static void read_lanes(const struct x64_lower *l, struct shuffle *s, const struct kw_node *n)
{
	const struct kw_node *c = x64_node(l, n->c);
	u32 i;

	put_unaligned_le64(c->imm, s->lane);
	put_unaligned_le64(c->b | (u64)c->c << 32, s->lane + 8);
	for (i = 0; i < 16 && n->a == n->b; i++)
		s->lane[i] &= 15;
}

void x64_lower_shuffle(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	kw_vid a = n->a, b = n->b;
	struct shuffle s = { .a = 0 };

	read_lanes(l, &s, n);
	if (s.lane[0] > 15) {
		exchange(&s);
		swap(a, b);
	}
	s.a = x64_value(l, a);
	if (all_below_16(&s)) {
		shuffle_one(l, def, &s);
		return;
	}
	s.b = x64_value(l, b);
	if (!try_unpack(l, def, &s) && !try_align(l, def, &s) && !try_shufps(l, def, &s) &&
	    !try_blend(l, def, &s))
		shuffle_two(l, def, &s);
}

/* ---- shifts by constants ---- */

/* The same byte everywhere. */
static u64 bytes(u8 b)
{
	return b * 0x0101010101010101ull;
}

static void shift8_by(struct x64_lower *l, u32 def, u16 op, u32 a, u8 n)
{
	u32 sign, r;

	switch (op) {
	case WASM_OP_I8X16_SHL:
		x64_vtied_to(l, def, R(PAND), shift(l, R(PSLLWI), a, n), all(l, bytes(0xff << n)), 0);
		break;
	case WASM_OP_I8X16_SHR_U:
		x64_vtied_to(l, def, R(PAND), shift(l, R(PSRLWI), a, n), all(l, bytes(0xff >> n)), 0);
		break;
	default:	/* where the sign bit has come to be, turn it and take it away again */
		if (n == 7) {
			x64_vtied_to(l, def, R(PCMPGTB), bits(l, 0, 0), a, 0);
			break;
		}
		sign = all(l, bytes(0x80 >> n));
		r = two(l, R(PAND), shift(l, R(PSRLWI), a, n), all(l, bytes(0xff >> n)));
		x64_vtied_to(l, def, R(PSUBB), two(l, R(PXOR), r, sign), sign, 0);
		break;
	}
}

static void shr64_by(struct x64_lower *l, u32 def, u32 a, u8 n)
{
	u32 sign = all(l, 1ull << (63 - n));

	x64_vtied_to(l, def, R(PSUBQ), two(l, R(PXOR), shift(l, R(PSRLQI), a, n), sign), sign, 0);
}

struct lane_shift {
	u16 op;
	u8 row, imm_row;	/* with the count in a register, with an immediate */
	u8 mask;		/* of the count */
	bool left, arithmetic;
};

static const struct lane_shift lane_shift[] = {
	{ WASM_OP_I16X8_SHL, R(PSLLW), R(PSLLWI), 15, true, false },
	{ WASM_OP_I16X8_SHR_S, R(PSRAW), R(PSRAWI), 15, false, true },
	{ WASM_OP_I16X8_SHR_U, R(PSRLW), R(PSRLWI), 15, false, false },
	{ WASM_OP_I32X4_SHL, R(PSLLD), R(PSLLDI), 31, true, false },
	{ WASM_OP_I32X4_SHR_S, R(PSRAD), R(PSRADI), 31, false, true },
	{ WASM_OP_I32X4_SHR_U, R(PSRLD), R(PSRLDI), 31, false, false },
	{ WASM_OP_I64X2_SHL, R(PSLLQ), R(PSLLQI), 63, true, false },
	{ WASM_OP_I64X2_SHR_U, R(PSRLQ), R(PSRLQI), 63, false, false },
};

static const struct lane_shift *find_lane_shift(u64 op)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lane_shift); i++)
		if (lane_shift[i].op == op)
			return &lane_shift[i];
	return NULL;
}

/* Is @v a logical shift of lanes by a constant, only we use it?  @by: towards higher bits, modulo the width. */
static const struct lane_shift *rotation_half(const struct x64_lower *l, kw_vid v, u32 *by)
{
	const struct kw_node *n = x64_node(l, v);
	const struct lane_shift *s = n->op == KW_IR_V2 ? find_lane_shift(n->imm) : NULL;
	u64 count;

	if (!s || s->arithmetic || n->uses != 1 || !x64_const(l, n->b, &count))
		return NULL;
	*by = (s->left ? count : -count) & s->mask;
	return s;
}

/*
 * Left by n, or right by the rest, of the same lanes is a rotation: by whole
 * bytes that is one shuffle.
 */
bool x64_lower_lane_rotate(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	const struct kw_node *x = x64_node(l, n->a), *y = x64_node(l, n->b);
	struct shuffle s = { .a = 0 };
	const struct lane_shift *p, *q;
	u32 by, same, width, i;

	p = rotation_half(l, n->a, &by);
	q = rotation_half(l, n->b, &same);
	if (!p || !q || p->left == q->left || p->mask != q->mask || by != same || by % 8 || !by ||
	    x->a != y->a || !x64_sink(l, n->a, KW_IR_V2))
		return false;
	if (!x64_sink(l, n->b, KW_IR_V2)) {
		l->vreg[n->a] = KW_NO_VREG;
		return false;
	}
	width = (p->mask + 1) / 8;
	for (i = 0; i < 16; i++)
		s.lane[i] = i / width * width + (i + width - by / 8) % width;
	s.a = x64_value(l, x->a);
	shuffle_one(l, def, &s);
	return true;
}

/* ---- shifts by what is in a register ---- */

/* The count modulo the lane width, plus @more, in an xmm register. */
static u32 count(struct x64_lower *l, u32 n, u8 mask, u8 more)
{
	u32 c = x64_new_vreg(l, KW_T_I32), d = c;

	x64_begin(l, X64_OP, X64_SL);
	l->mi->x0 = X64_AND;
	l->mi->x2 = X64_F_TIED | X64_F_IMM;
	l->mi->imm = mask;
	x64_opnd(l, c, KW_OP_DEF, KW_WANT_REUSE, 1);
	x64_use(l, n);
	x64_end(l);
	if (more) {
		d = x64_new_vreg(l, KW_T_I32);
		x64_begin(l, X64_OP, X64_SL);
		l->mi->x0 = X64_ADD;
		l->mi->x2 = X64_F_TIED | X64_F_IMM;
		l->mi->imm = more;
		x64_opnd(l, d, KW_OP_DEF, KW_WANT_REUSE, 1);
		x64_use(l, c);
		x64_end(l);
	}
	return one(l, R(MOVD), d, 0);
}

/* Bytes: in words; to the left after clearing what would cross, to the right in the upper half of each. */
static void shift8(struct x64_lower *l, u32 def, u16 op, u32 a, u32 n)
{
	u32 by, mask, lo, hi, zero;
	u8 row;

	if (op == WASM_OP_I8X16_SHL) {
		mask = two(l, R(PSRLW), all(l, ~0ull), count(l, n, 7, 8));
		mask = two(l, R(PACKUSWB), mask, mask);
		x64_vtied_to(l, def, R(PSLLW), two(l, R(PAND), a, mask), count(l, n, 7, 0), 0);
		return;
	}
	row = op == WASM_OP_I8X16_SHR_S ? R(PSRAW) : R(PSRLW);
	by = count(l, n, 7, 8);
	zero = bits(l, 0, 0);
	lo = two(l, row, two(l, R(PUNPCKLBW), zero, a), by);
	hi = two(l, row, two(l, R(PUNPCKHBW), zero, a), by);
	x64_vtied_to(l, def, op == WASM_OP_I8X16_SHR_S ? R(PACKSSWB) : R(PACKUSWB), lo, hi, 0);
}

/* There is no psraq: shift the sign bit along and extend from there. */
static void shr64(struct x64_lower *l, u32 def, u32 a, u32 n)
{
	u32 by = count(l, n, 63, 0), sign = two(l, R(PSRLQ), all(l, 1ull << 63), by);
	u32 r = two(l, R(PXOR), two(l, R(PSRLQ), a, by), sign);

	x64_vtied_to(l, def, R(PSUBQ), r, sign, 0);
}

void x64_lower_lane_shift(struct x64_lower *l, u32 def, const struct kw_node *n)
{
	const struct lane_shift *s = find_lane_shift(n->imm);
	u32 a = x64_value(l, n->a);
	u64 by;

	if (!x64_const(l, n->b, &by)) {
		if (s)
			x64_vtied_to(l, def, s->row, a, count(l, x64_value(l, n->b), s->mask, 0), 0);
		else if (n->imm == WASM_OP_I64X2_SHR_S)
			shr64(l, def, a, x64_value(l, n->b));
		else
			shift8(l, def, n->imm, a, x64_value(l, n->b));
	} else if (s) {
		x64_vtied_to(l, def, s->imm_row, a, 0, by & s->mask);
	} else if (n->imm == WASM_OP_I64X2_SHR_S) {
		shr64_by(l, def, a, by & 63);
	} else {
		shift8_by(l, def, n->imm, a, by & 7);
	}
}
