// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What the arithmetic flags are known to be while a block is emitted, so that a
 * compare that would set them the same is left out.
 */
#include "emit.h"

/* The first operand of the compare in @mi, or KW_NO_REG: none that could be there already. */
static u8 compare_at(const struct kw_minst *mi)
{
	if (mi->x1 != X64_A_NONE || mi->x2 & X64_F_VEC)
		return KW_NO_REG;
	switch (mi->op) {
	case X64_BR:
	case X64_TRAPIF:	return 0;
	case X64_SET:		return 1;
	case X64_CARRY:		return 2;
	case X64_SEL:		return 3;
	default:		return KW_NO_REG;
	}
}

static struct x64_flags after_compare(const struct x64_emit *e, const struct kw_minst *mi, u8 k)
{
	const struct kw_mopnd *o = &e->mf->opnd[mi->opnds + k];

	return (struct x64_flags){
		.what = X64_FLAGS_COMPARE, .size = mi->size, .row = mi->x0, .a = o[0].alloc,
		.b = mi->x2 & X64_F_IMM ? KW_ALLOC_NONE : o[1].alloc,
		.imm = mi->x2 & X64_F_IMM ? mi->imm : 0,
	};
}

/* Does the compare test a register with itself, and are the flags @f as after that, as far as @mi looks? */
static bool same_test(const struct x64_flags *f, const struct x64_flags *want, const struct kw_minst *mi)
{
	return f->what == X64_FLAGS_RESULT && want->row == X64_TEST && want->a == want->b && want->a == f->a &&
	       want->size == f->size && (f->all || mi->cc == X64_CC_E || mi->cc == X64_CC_NE);
}

/* Does the compare ask whether the sum that was made last is below what was added, that is, whether it carried? */
static bool same_carry(const struct x64_flags *f, const struct x64_flags *want, const struct kw_minst *mi)
{
	return f->what == X64_FLAGS_RESULT && f->b != KW_ALLOC_NONE && want->row == X64_CMP && want->a == f->a &&
	       want->b == f->b && want->size == f->size && (mi->cc == X64_CC_B || mi->cc == X64_CC_AE);
}

static bool known(const struct x64_emit *e, const struct kw_minst *mi)
{
	const struct x64_flags *f = &e->flags;
	u8 k = compare_at(mi);
	struct x64_flags want;

	if (k == KW_NO_REG || f->what == X64_FLAGS_ANY)
		return false;
	want = after_compare(e, mi, k);
	if (same_test(f, &want, mi))
		return true;
	if (e->mf->opt_off & KW_OPT_FLAGS)
		return false;
	return same_carry(f, &want, mi) ||
	       (f->what == X64_FLAGS_COMPARE && f->row == want.row && f->size == want.size && f->a == want.a &&
		f->b == want.b && f->imm == want.imm);
}

bool x64_flags_known(const struct x64_emit *e)
{
	return known(e, x64_inst(e));
}

bool x64_flags_wanted(const struct x64_emit *e)
{
	kw_alloc_t def = x64_operand(e, 0)->alloc;
	const struct kw_minst *next = x64_inst(e) + 1;

	return e->flags.what == X64_FLAGS_COMPARE && def != e->flags.a && def != e->flags.b &&
	       next < e->mf->inst + e->mf->block[e->block].end && known(e, next);
}

void x64_flags_compared(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	u8 k = compare_at(mi);

	if (k == KW_NO_REG)
		x64_flags_lost(e);
	else
		e->flags = after_compare(e, mi, k);
}

void x64_flags_result(struct x64_emit *e, u8 reg, bool all)
{
	e->flags = (struct x64_flags){
		.what = X64_FLAGS_RESULT, .size = x64_inst(e)->size, .a = reg, .b = KW_ALLOC_NONE, .all = all,
	};
}

void x64_flags_sum(struct x64_emit *e, u8 reg, u8 addend)
{
	x64_flags_result(e, reg, false);
	if (addend != reg)
		e->flags.b = addend;
}

static bool keeps_flags(u8 row)
{
	return row == X64_MOV || row == X64_LEA || (row >= X64_MOVZX8 && row <= X64_MOVSXD);
}

/* And, or, xor clear overflow and carry as test does; add and sub do not. */
void x64_flags_after_op(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	bool logic = mi->x0 == X64_AND || mi->x0 == X64_OR || mi->x0 == X64_XOR;

	if (keeps_flags(mi->x0)) {
		if (mi->x2 & (X64_F_DEF | X64_F_TIED))
			x64_flags_wrote(e, x64_operand(e, 0)->alloc);
		return;
	}
	if (mi->x0 == X64_ADD && mi->x2 & X64_F_TIED && !(mi->x2 & X64_F_IMM) && mi->x1 == X64_A_NONE &&
	    x64_operand(e, 2)->alloc < KW_ALLOC_SLOT)
		x64_flags_sum(e, x64_register(e, 0), x64_register(e, 2));
	else if (mi->x2 & X64_F_TIED && (logic || mi->x0 == X64_ADD || mi->x0 == X64_SUB))
		x64_flags_result(e, x64_operand(e, 0)->alloc, logic);
	else
		x64_flags_lost(e);
}
