// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Branches and addresses: written with distance 0, resolved when every label has a place. */
#include "emit.h"

static void branch_at(struct a64_emit *e, u32 at, u32 label, enum a64_branch_kind kind)
{
	struct a64_branch *p = a64_more(e, e->branch, &e->cap_branches, e->nr_branches + 1, sizeof(*p));

	if (!p)
		return;
	e->branch = p;
	e->branch[e->nr_branches++] = (struct a64_branch){ at, label, kind };
}

/* @word goes to @label, the distance to be filled in. */
static void branch(struct a64_emit *e, u32 word, u32 label, enum a64_branch_kind kind)
{
	branch_at(e, e->code->len, label, kind);
	a64_put(e, word);
}

void a64_jump(struct a64_emit *e, u32 label)
{
	branch(e, a64_b(0), label, A64_BR_B);
}

void a64_jump_if(struct a64_emit *e, enum a64_cc cc, u32 label)
{
	if (e->reach < A64_REACH_FAR) {
		branch(e, a64_bcond(cc, 0), label, A64_BR_COND);
		return;
	}
	a64_put(e, a64_bcond(a64_cc_not(cc), 8));
	a64_jump(e, label);
}

void a64_jump_zero(struct a64_emit *e, bool nz, enum a64_size sz, u8 reg, u32 label)
{
	if (e->reach < A64_REACH_FAR) {
		branch(e, a64_cb(nz, sz, reg, 0), label, A64_BR_COND);
		return;
	}
	a64_put(e, a64_cb(!nz, sz, reg, 8));
	a64_jump(e, label);
}

void a64_jump_bit(struct a64_emit *e, bool nz, u8 reg, u32 bit, u32 label)
{
	u32 enc = 0;

	if (e->reach == A64_REACH_NEAR) {
		branch(e, a64_tb(nz, reg, bit, 0), label, A64_BR_TB);
		return;
	}
	a64_imm_logical(1ull << bit, A64_X, &enc);
	a64_put(e, a64_logi(A64_ANDSI, A64_X, A64_ZR, reg, enc));
	a64_jump_if(e, nz ? A64_CC_NE : A64_CC_EQ, label);
}

void a64_table_address(struct a64_emit *e, u8 reg, u32 label)
{
	if (e->reach < A64_REACH_FAR) {
		branch(e, a64_adr(reg, 0), label, A64_BR_ADR);
		return;
	}
	/* adr of itself, then the distance in two halves */
	branch(e, a64_adr(reg, 0), label, A64_BR_ADR_FAR);
	a64_put(e, a64_rw(A64_MOVZ, A64_W, A64_T0, 0, 0));
	a64_put(e, a64_rw(A64_MOVK, A64_W, A64_T0, 0, 16));
	a64_put(e, a64_rrrx(A64_ADDX, A64_X, reg, reg, A64_T0, A64_SXTW, 0));
}

bool a64_literal(struct a64_emit *e, u8 reg, u32 bytes, u32 label)
{
	if (e->reach == A64_REACH_FAR)
		return false;
	branch(e, a64_ldr_literal(reg, bytes, 0), label, A64_BR_COND);
	return true;
}

static void patch(u8 *p, u32 bits)
{
	put_unaligned_le32(get_unaligned_le32(p) | bits, p);
}

static int resolve(struct a64_emit *e, const struct a64_branch *br)
{
	s64 dist = (s64)e->label[br->label] - br->at;
	u8 *p = e->code->bytes + br->at;

	switch (br->kind) {
	case A64_BR_B:
		if (!a64_can_reach(dist, A64_B_BITS))
			return -E2BIG;
		patch(p, a64_dist(dist, A64_B_BITS));
		break;
	case A64_BR_COND:
		if (!a64_can_reach(dist, A64_COND_BITS))
			return -ERANGE;
		patch(p, a64_dist(dist, A64_COND_BITS) << 5);
		break;
	case A64_BR_TB:
		if (!a64_can_reach(dist, A64_TB_BITS))
			return -ERANGE;
		patch(p, a64_dist(dist, A64_TB_BITS) << 5);
		break;
	case A64_BR_ADR:
		if (!a64_can_adr(dist))
			return -ERANGE;
		patch(p, a64_adr(0, dist) ^ a64_adr(0, 0));
		break;
	default:
		if (dist != (s32)dist)
			return -E2BIG;
		patch(p + 4, ((u32)dist & 0xffff) << 5);
		patch(p + 8, (u32)dist >> 16 << 5);
		break;
	}
	return 0;
}

int a64_resolve(struct a64_emit *e)
{
	u32 i;
	int err = 0;

	for (i = 0; i < e->nr_branches && !err; i++)
		err = resolve(e, &e->branch[i]);
	return err;
}
