// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * memory.copy and memory.fill of a few bytes, done in place: everything is
 * loaded before anything is stored, so the ranges may overlap.  Nothing may be
 * written when the range ends outside memory, so the store of its last bytes
 * goes first, and traps for all.  Where a store that faults may have written
 * some of its bytes, those bytes are loaded before.
 */
#include "builder.h"

#define MAX_PIECES	8	/* registers that a copy may take */

/* Accesses that cover a range; they may overlap. */
struct piece {
	u8 off, mtype;
};

struct pieces {
	struct piece piece[MAX_PIECES + 1];
	u32 nr;
};

static u8 widest(const struct kw_builder *b, u32 n)
{
	if (n >= 16 && b->m->uses_float)
		return KW_M_V128;
	return n >= 8 ? KW_M_U64 : n >= 4 ? KW_M_U32 : n >= 2 ? KW_M_U16 : KW_M_U8;
}

/* From the first byte on; what is left at the end is covered by one more, which overlaps. */
static bool cover(const struct kw_builder *b, u32 n, struct pieces *p)
{
	u8 mtype = widest(b, n);
	u32 width = kw_mtype_bytes(mtype), off;

	if (!n || n > MAX_PIECES * width)
		return false;
	for (off = 0; off + width <= n; off += width)
		p->piece[p->nr++] = (struct piece){ off, mtype };
	if (off < n)
		p->piece[p->nr++] = (struct piece){ n - width, mtype };
	return p->nr <= MAX_PIECES;
}

static u8 type_of(u8 mtype)
{
	return mtype == KW_M_V128 ? KW_T_V128 : mtype == KW_M_U64 ? KW_T_I64 : KW_T_I32;
}

static kw_vid load(struct kw_builder *b, kw_vid addr, const struct piece *p)
{
	u64 offset = p->off;
	bool may_fault = kw_b_address(b, &addr, &offset, kw_mtype_bytes(p->mtype));

	return kw_b_emit(b, KW_IR_LOAD, type_of(p->mtype), addr, 0, 0, offset, p->mtype, may_fault);
}

static void store(struct kw_builder *b, kw_vid addr, const struct piece *p, kw_vid value)
{
	u64 offset = p->off;
	bool may_fault = kw_b_address(b, &addr, &offset, kw_mtype_bytes(p->mtype));

	kw_b_emit(b, KW_IR_STORE, KW_T_VOID, addr, value, 0, offset, p->mtype, may_fault);
}

/* Trap before anything is written, if the end is outside. */
static void probe_end(struct kw_builder *b, kw_vid dst, const struct pieces *p)
{
	if (b->o->stores_may_tear)
		load(b, dst, &p->piece[p->nr - 1]);
}

static void copy(struct kw_builder *b, kw_vid dst, kw_vid src, const struct pieces *p)
{
	kw_vid value[MAX_PIECES];
	u32 i;

	for (i = 0; i < p->nr; i++)
		value[i] = load(b, src, &p->piece[i]);
	probe_end(b, dst, p);
	for (i = p->nr; i-- > 0;)
		store(b, dst, &p->piece[i], value[i]);
}

/* The byte in every byte of an i64; a v128 is not worth making. */
static kw_vid spread(struct kw_builder *b, kw_vid byte)
{
	byte = kw_b_bin(b, KW_IR_AND, KW_T_I32, byte, kw_b_const(b, KW_T_I32, 0xff));
	byte = kw_b_bin(b, KW_IR_ZEXT32, KW_T_I64, byte, 0);
	return kw_b_bin(b, KW_IR_MUL, KW_T_I64, byte, kw_b_const(b, KW_T_I64, 0x0101010101010101));
}

static void fill(struct kw_builder *b, kw_vid dst, kw_vid byte, const struct pieces *p)
{
	kw_vid wide = spread(b, byte), narrow;
	u32 i;

	narrow = kw_b_bin(b, KW_IR_WRAP, KW_T_I32, wide, 0);
	probe_end(b, dst, p);
	for (i = p->nr; i-- > 0;)
		store(b, dst, &p->piece[i], p->piece[i].mtype == KW_M_U64 ? wide : narrow);
}

bool kw_b_small_bulk(struct kw_builder *b, bool is_fill, kw_vid dst, kw_vid what, kw_vid count)
{
	const struct kw_node *n = &b->f->node[count];
	struct pieces p = { .nr = 0 };
	u32 len = (u32)n->imm;

	if (b->err || n->op != KW_IR_CONST || b->f->opt_off & KW_OPT_BULK || !cover(b, len, &p))
		return false;
	if (p.piece[0].mtype == KW_M_V128) {
		if (is_fill)
			return false;
		b->f->uses_float = true;
	}
	if (is_fill)
		fill(b, dst, what, &p);
	else
		copy(b, dst, what, &p);
	return true;
}
