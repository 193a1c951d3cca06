/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reading a function body, one instruction at a time.  The validator, the
 * IR builder, the disassembler and the reference interpreter all read bodies
 * through here, so that none can see another program than the one validated.
 */
#ifndef KW_WASM_BODY_H
#define KW_WASM_BODY_H

#include "module.h"
#include "opcode.h"

struct kw_insn {
	u16 op;			/* enum kw_wasm_op */
	u32 off;		/* byte offset in the module */
	/* immediates, by layout (enum kw_imm) */
	u32 idx;		/* local, global, function, type, label, table, segment, lane, valtype */
	u32 idx2;		/* second index: call_indirect's table, table.copy's source, table.init's table */
	u32 align;		/* memarg: log2 */
	u64 imm;		/* constants: bits, i32 zero-extended; memarg: offset */
	u64 imm_hi;		/* v128.const, shuffle: upper half */
	s32 block_type;		/* block, loop, if: type index, or -1 empty, or ~valtype (negative) */
	u32 nr_targets;		/* br_table: targets without the default */
	const u8 *targets;	/* their LEB bytes, default last: read with kw_body_target() */
};

struct kw_body {
	const u8 *base;		/* of the module */
	const u8 *pos, *end;
	u32 func;
	u32 nr_runs;			/* of local declarations, still to be read */
	struct kw_diag *diag;
};

/**
 * kw_body_open() - start reading a function
 * @b:      the reader
 * @nr_locals: out: declared locals, without parameters; KW_MAX_LOCALS with them
 *
 * Positions @b at the local declarations: kw_body_next_locals() until it says
 * 0, then kw_body_next().
 */
int kw_body_open(struct kw_body *b, const struct kw_module *m, u32 func, struct kw_diag *diag,
		 u32 *nr_locals);

/* Next run of equal local declarations.  Return: 1 with *@count and *@type, 0 when done, -errno. */
int kw_body_next_locals(struct kw_body *b, u32 *count, u8 *type);

/* kw_body_next() for all instructions. */
int kw_body_next_any(struct kw_body *b, struct kw_insn *insn);

/*
 * Next instruction.  Of @insn only what the layout of its immediates has is
 * written (kw_opinfo[].imm); the rest keeps what was there.
 *
 * Nearly all are an operator without a prefix and at most two numbers of a
 * byte, or a block without a type: these are read here, and nothing can be wrong with them but a memarg's
 * flags.
 * Return: 1, 0 at the end of the body, -errno with the reason noted.
 */
static inline int kw_body_next(struct kw_body *b, struct kw_insn *insn)
{
	const u8 *p = b->pos;
	const struct kw_opcode *c;

	if (unlikely(b->end - p < 3))
		return kw_body_next_any(b, insn);
	c = &kw_op_by_code[0][*p];
	if (c->form == KW_SHORT_IDX && p[1] < 0x80) {
		insn->idx = p[1];
		b->pos = p + 2;
	} else if (c->form == KW_SHORT_NONE) {
		b->pos = p + 1;
	} else if (c->form == KW_SHORT_MEMARG && p[1] < 32 && p[2] < 0x80) {
		insn->align = p[1];
		insn->imm = p[2];
		b->pos = p + 3;
	} else if (c->form == KW_SHORT_I32 && p[1] < 0x80) {
		insn->imm = (u32)((s32)((u32)p[1] << 25) >> 25);
		b->pos = p + 2;
	} else if (c->form == KW_SHORT_BLOCK && p[1] == 0x40) {
		insn->block_type = -1;
		b->pos = p + 2;
	} else {
		return kw_body_next_any(b, insn);
	}
	insn->off = p - b->base;
	insn->op = c->op - 1;
	return 1;
}

/*
 * Next instruction that opens or closes a construct, branches (but for tables),
 * sets a local, calls or grows the memory (what summary.c acts upon); the
 * others are only stepped over, so the body must have been validated.
 * Return: as kw_body_next().
 */
static inline int kw_body_skim(struct kw_body *b, struct kw_insn *insn)
{
	const u8 *p = b->pos, *end = b->end;
	u32 n;
	int ret;

	while (p != end) {
		n = kw_op_by_code[0][*p].skim;
		if (n < KW_SKIM_OVER) {
			b->pos = p;
			ret = kw_body_next(b, insn);
			if (ret <= 0 || n == KW_SKIM_RETURN)
				return ret;
			p = b->pos;
			continue;
		}
		for (p++; n > KW_SKIM_OVER; n--)
			while (*p++ & 0x80)
				;
	}
	b->pos = p;
	return 0;
}

/* Next label of a br_table, from insn.targets; advances *@p.  Already validated. */
u32 kw_body_target(const u8 **p);

#endif /* KW_WASM_BODY_H */
