// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns the bytes of a function body into instructions; see body.h.  Checks
 * everything chapter 5 of the spec says about one instruction by itself; what
 * needs the module or the types around it is left to the validator.
 */
#include "../common/limits.h"
#include "body.h"
#include "leb.h"
#include "newer.h"

static int bad(struct kw_body *b, const u8 *at, enum kw_reason reason, u64 arg0, u64 arg1)
{
	return kw_reject_in(b->diag, b->func, at - b->base, reason, arg0, arg1);
}

/* At @at stands something of a later version, or nothing that has a meaning. */
static int bad_or_newer(struct kw_body *b, const u8 *at, enum kw_newer newer, enum kw_reason reason)
{
	if (newer)
		return bad(b, at, KW_R_NEWER, newer, 0);
	return bad(b, at, reason, *at, 0);
}

static int bad_type(struct kw_body *b, const u8 *at, enum kw_reason reason)
{
	return bad_or_newer(b, at, kw_newer_type(*at), reason);
}

static int bad_leb(struct kw_body *b, const u8 *at, enum kw_leb err)
{
	return bad(b, at, kw_leb_reason(err, KW_R_END_OF_SECTION), 0, 0);
}

static int read_long_u32(struct kw_body *b, const u8 **p, u32 *out)
{
	const u8 *at = *p;
	enum kw_leb err = kw_leb_u32(p, b->end, out);

	return err ? bad_leb(b, at, err) : 0;
}

/* Nearly all are of one byte or two. */
static inline int read_u32(struct kw_body *b, const u8 **p, u32 *out)
{
	const u8 *at = *p;

	if (likely(b->end - at >= 2)) {
		if (likely(at[0] < 0x80)) {
			*out = at[0];
			*p = at + 1;
			return 0;
		}
		if (likely(at[1] < 0x80)) {
			*out = (at[0] & 0x7f) | (u32)at[1] << 7;
			*p = at + 2;
			return 0;
		}
	}
	return read_long_u32(b, p, out);
}

/* Locals */

int kw_body_next_locals(struct kw_body *b, u32 *count, u8 *type)
{
	const u8 *p = b->pos;
	int err;

	if (!b->nr_runs)
		return 0;
	err = read_u32(b, &p, count);
	if (err)
		return err;
	if (p == b->end)
		return bad(b, p, KW_R_END_OF_SECTION, 0, 0);
	if (!kw_is_valtype(*p))
		return bad_type(b, p, KW_R_VALTYPE);
	*type = *p++;
	b->pos = p;
	b->nr_runs--;
	return 1;
}

static int count_locals(struct kw_body *b, u32 nr_params, u32 *nr_locals)
{
	struct kw_body probe = *b;
	u64 total = nr_params;
	u32 count;
	u8 type;
	int ret;

	for (;;) {
		const u8 *at = probe.pos;

		ret = kw_body_next_locals(&probe, &count, &type);
		if (ret <= 0)
			break;
		total += count;
		if (total > KW_MAX_LOCALS)
			return bad(b, at, KW_R_MAX_LOCALS, total, KW_MAX_LOCALS);
	}
	*nr_locals = total - nr_params;
	return ret;
}

int kw_body_open(struct kw_body *b, const struct kw_module *m, u32 func, struct kw_diag *diag,
		 u32 *nr_locals)
{
	const struct kw_func *f = &m->funcs[func];
	int err;

	b->base = m->bytes;
	b->pos = m->bytes + f->body_off;
	b->end = b->pos + f->body_len;
	b->func = func;
	b->diag = diag;
	if (f->body_len > KW_MAX_BODY_BYTES)
		return bad(b, b->pos, KW_R_MAX_BODY, f->body_len, KW_MAX_BODY_BYTES);
	err = read_u32(b, &b->pos, &b->nr_runs);
	if (err)
		return err;
	return count_locals(b, kw_func_type(m, func)->nr_params, nr_locals);
}

/* Immediates: each reads at *p, moves it on, and fills its part of the instruction. */

static int read_zero(struct kw_body *b, const u8 **p)
{
	if (*p == b->end)
		return bad(b, *p, KW_R_END_OF_SECTION, 0, 0);
	if (**p)
		return bad(b, *p, KW_R_ZERO_BYTE, 0, 0);
	++*p;
	return 0;
}

static int read_byte(struct kw_body *b, const u8 **p, u32 *out)
{
	if (*p == b->end)
		return bad(b, *p, KW_R_END_OF_SECTION, 0, 0);
	*out = *(*p)++;
	return 0;
}

static int read_two(struct kw_body *b, const u8 **p, u32 *first, u32 *second)
{
	int err = read_u32(b, p, first);

	return err ? err : read_u32(b, p, second);
}

static int read_fixed(struct kw_body *b, const u8 **p, u64 *out, u32 bytes)
{
	if (b->end - *p < (ptrdiff_t)bytes)
		return bad(b, b->end, KW_R_END_OF_SECTION, 0, 0);
	*out = bytes == 4 ? get_unaligned_le32(*p) : get_unaligned_le64(*p);
	*p += bytes;
	return 0;
}

static int read_v128(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	int err = read_fixed(b, p, &insn->imm, 8);

	return err ? err : read_fixed(b, p, &insn->imm_hi, 8);
}

static int read_i32(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	enum kw_leb err;
	s32 v;

	if (likely(at < b->end && *at < 0x80)) {
		insn->imm = (u32)((s32)((u32)*at << 25) >> 25);
		*p = at + 1;
		return 0;
	}
	err = kw_leb_s32(p, b->end, &v);
	if (err)
		return bad_leb(b, at, err);
	insn->imm = (u32)v;
	return 0;
}

static int read_i64(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	enum kw_leb err;
	s64 v;

	if (likely(at < b->end && *at < 0x80)) {
		insn->imm = (u64)((s64)((u64)*at << 57) >> 57);
		*p = at + 1;
		return 0;
	}
	err = kw_leb_s64(p, b->end, &v);
	if (err)
		return bad_leb(b, at, err);
	insn->imm = (u64)v;
	return 0;
}

static int read_memarg(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	u32 offset;
	int err;

	err = read_two(b, p, &insn->align, &offset);
	if (err)
		return err;
	if (insn->align >= 32)
		return bad(b, at, KW_R_MEMOP_FLAGS, 0, 0);
	insn->imm = offset;
	return 0;
}

/* One type byte, empty, or a type index as a positive 33-bit number (spec 5.4.1). */
static int read_block_type(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	enum kw_leb err;
	s64 v;

	if (at == b->end)
		return bad(b, at, KW_R_END_OF_SECTION, 0, 0);
	if (*at == 0x40 || kw_is_valtype(*at)) {
		insn->block_type = *at == 0x40 ? -1 : ~(s32)*at;
		*p = at + 1;
		return 0;
	}
	err = kw_leb_s33(p, b->end, &v);
	if (err)
		return bad_leb(b, at, err);
	if (v < 0)
		return bad_type(b, at, KW_R_BLOCKTYPE);
	if (v > 0x7fffffff)
		return bad(b, at, KW_R_UNKNOWN_TYPE, v, 0);
	insn->block_type = v;
	return 0;
}

static int read_br_table(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	u32 i, label;
	int err;

	err = read_u32(b, p, &insn->nr_targets);
	if (err)
		return err;
	if (insn->nr_targets > KW_MAX_BR_TABLE)
		return bad(b, at, KW_R_MAX_BR_TABLE, insn->nr_targets, KW_MAX_BR_TABLE);
	insn->targets = *p;
	for (i = 0; i <= insn->nr_targets; i++) {
		err = read_u32(b, p, &label);
		if (err)
			return err;
	}
	return 0;
}

/* The spec allows a list of types but validates only lists of one. */
static int read_result(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	const u8 *at = *p;
	u32 n;
	int err;

	err = read_u32(b, p, &n);
	if (err)
		return err;
	if (n != 1)
		return bad(b, at, KW_R_RESULT_ARITY, 0, 0);
	err = read_byte(b, p, &insn->idx);
	if (!err && !kw_is_valtype(insn->idx))
		err = bad_type(b, *p - 1, KW_R_VALTYPE);
	return err;
}

static int read_reftype(struct kw_body *b, const u8 **p, struct kw_insn *insn)
{
	int err = read_byte(b, p, &insn->idx);

	if (!err && !kw_is_reftype(insn->idx))
		err = bad_type(b, *p - 1, KW_R_REFTYPE);
	return err;
}

/* Layouts that are one thing followed by a byte. */
static int read_then_zero(struct kw_body *b, const u8 **p, int err)
{
	return err ? err : read_zero(b, p);
}

static int read_then_lane(struct kw_body *b, const u8 **p, struct kw_insn *insn, int err)
{
	return err ? err : read_byte(b, p, &insn->idx);
}

static int read_imm(struct kw_body *b, const u8 **p, struct kw_insn *insn, u8 imm)
{
	if (imm >= KW_IMM_MEM8 && imm <= KW_IMM_MEM128)
		return read_memarg(b, p, insn);

	switch (imm) {
	case KW_IMM_I32:
		return read_i32(b, p, insn);
	case KW_IMM_BLOCK:
		return read_block_type(b, p, insn);
	case KW_IMM_I64:
		return read_i64(b, p, insn);
	case KW_IMM_BR_TABLE:
		return read_br_table(b, p, insn);
	case KW_IMM_F32:
		return read_fixed(b, p, &insn->imm, 4);
	case KW_IMM_F64:
		return read_fixed(b, p, &insn->imm, 8);
	case KW_IMM_TYPE_TABLE:
	case KW_IMM_TABLE_TABLE:
	case KW_IMM_ELEM_TABLE:
		return read_two(b, p, &insn->idx, &insn->idx2);
	case KW_IMM_MEM:
		return read_zero(b, p);
	case KW_IMM_MEM_MEM:
		return read_then_zero(b, p, read_zero(b, p));
	case KW_IMM_DATA_MEM:
		return read_then_zero(b, p, read_u32(b, p, &insn->idx));
	case KW_IMM_RESULT:
		return read_result(b, p, insn);
	case KW_IMM_REFTYPE:
		return read_reftype(b, p, insn);
	case KW_IMM_V128:
	case KW_IMM_SHUFFLE:
		return read_v128(b, p, insn);
	case KW_IMM_LANE2:
	case KW_IMM_LANE4:
	case KW_IMM_LANE8:
	case KW_IMM_LANE16:
		return read_byte(b, p, &insn->idx);
	default:
		return read_then_lane(b, p, insn, read_memarg(b, p, insn));
	}
}

/* Behind a prefix stands a u32; our rows end at 255. */
static int read_prefixed(struct kw_body *b, const u8 **p, u32 *op)
{
	const u8 *at = *p - 1;
	u32 code;
	int err;

	err = read_u32(b, p, &code);
	if (err)
		return err;
	if (*at == 0xfd && code >= 0x100 && code < 0x130)
		return bad(b, at, KW_R_NEWER, KW_NEWER_RELAXED_SIMD, 0);
	*op = code < 256 ? kw_op_by_code[*at - 0xfb][code].op : 0;
	if (!*op)
		return bad(b, at, KW_R_ILLEGAL_PREFIXED, *at, code);
	return 0;
}

int kw_body_next_any(struct kw_body *b, struct kw_insn *insn)
{
	const u8 *p = b->pos;
	u32 op;
	u8 imm;
	int err = 0;

	if (unlikely(p == b->end))
		return 0;
	insn->off = p - b->base;
	op = kw_op_by_code[0][*p++].op;
	if (unlikely(!op)) {
		if (p[-1] != 0xfc && p[-1] != 0xfd)
			return bad_or_newer(b, p - 1, kw_newer_opcode(p[-1]), KW_R_ILLEGAL_OPCODE);
		err = read_prefixed(b, &p, &op);
		if (err)
			return err;
	}
	insn->op = op - 1;
	imm = kw_opinfo[op - 1].imm;
	if (imm > KW_IMM_NONE && imm <= KW_IMM_DATA)
		err = read_u32(b, &p, &insn->idx);
	else if (imm != KW_IMM_NONE)
		err = read_imm(b, &p, insn, imm);
	if (unlikely(err)) {
		kw_diag_note_op(b->diag, insn->op);
		return err;
	}
	b->pos = p;
	return 1;
}

u32 kw_body_target(const u8 **p)
{
	u32 v = 0;

	/* Read before, when the br_table was: it ends inside the body. */
	kw_leb_u32(p, *p + KW_LEB_U32_BYTES, &v);
	return v;
}
