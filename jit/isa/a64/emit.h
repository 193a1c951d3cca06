/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Emission: allocated machine IR -> words, relocations, sites.
 *
 *   entry:  [bti c] sub x28, F [stack check] [str x30]
 *           hot blocks, in order
 *           cold blocks
 *           cold stubs of traps, polls, packet loads
 *           steps that count a fault's site, where the environment wants them
 *   landing: bl KW_STUB_FAULT, if an access may fault
 *           switch tables, constants
 *
 * Short branches reach 32 KiB (tbz), 1 MiB (b.cond, cbz, adr, literals) or
 * 128 MiB (b, bl).  A function is first written as if everything were near;
 * if a distance then turns out not to fit its field, the function is written
 * anew with the next enum a64_reach.  So no field is ever truncated, and all
 * but the largest functions pay nothing.
 */
#ifndef KW_A64_EMIT_H
#define KW_A64_EMIT_H

#include "../../code/code.h"
#include "../order.h"
#include "abi.h"
#include "mop.h"

/* The most bytes one instruction with its checks becomes; SWITCH asks for more itself. */
#define A64_MAX_SEQ	256

enum a64_reach {
	A64_REACH_NEAR,		/* every branch by itself */
	A64_REACH_MID,		/* a bit is tested and then branched on: 1 MiB */
	A64_REACH_FAR,		/* conditions jump over a b; addresses are added up; constants have no pool */
	A64_NR_REACHES
};

/* A place that a distance goes into, the fields as in encode.h. */
enum a64_branch_kind { A64_BR_B, A64_BR_COND, A64_BR_TB, A64_BR_ADR, A64_BR_ADR_FAR };

struct a64_branch {
	u32 at;			/* offset in the code object */
	u32 label;
	u8 kind;		/* enum a64_branch_kind */
};

enum a64_cold_kind { A64_COLD_TRAP, A64_COLD_STACK, A64_COLD_SIG, A64_COLD_POLL, A64_COLD_PKT };

struct a64_cold {
	u8 kind;		/* enum a64_cold_kind */
	u8 trap;
	u32 label;
	u32 back;		/* label; STACK: what the frame pointer has lost already */
	const struct kw_minst *mi;
};

struct a64_table {
	u32 label;
	u32 entries, nr;	/* successors, in mfunc.vpool */
	u32 block;		/* that ends in the switch */
};

/* A constant behind the function. */
struct a64_pooled {
	u32 label;
	u32 bytes;
	u64 lo, hi;
};

struct a64_emit {
	const struct kw_irfunc *f;
	struct kw_mfunc *mf;
	const struct kw_isa_env *env;
	struct kw_code *code;
	u8 reach;		/* enum a64_reach */
	u32 start;		/* of the function in the code object */
	u32 frame_bytes, slots_off, locals_off;
	u32 *label;		/* offset in the code object; not yet bound: anything; blocks first */
	u32 nr_labels, cap_labels;
	struct a64_branch *branch;
	u32 nr_branches, cap_branches;
	struct a64_cold *cold;
	u32 nr_cold, cap_cold;
	struct a64_table *table;
	u32 nr_tables, cap_tables;
	struct a64_pooled *pool;
	u32 nr_pooled, cap_pooled;
	struct kw_order order;
	u32 landing;		/* label, if there is a fault site */
	u32 block;		/* being emitted */
	const struct kw_minst *mi;
	const struct kw_mopnd *opnd;	/* its operands */
	u32 first_reloc, first_fault, first_site;
	int err;		/* first error; checked at every instruction */
};

static inline const struct kw_minst *a64_inst(const struct a64_emit *e)
{
	return e->mi;
}

static inline void a64_set_inst(struct a64_emit *e, const struct kw_minst *mi)
{
	e->mi = mi;
	e->opnd = e->mf->opnd + mi->opnds;
}

static inline const struct kw_mopnd *a64_operand(const struct a64_emit *e, u32 nr)
{
	return &e->opnd[nr];
}

static inline u8 a64_register(const struct a64_emit *e, u32 nr)
{
	kw_alloc_t alloc = a64_operand(e, nr)->alloc;

	kw_assert(alloc < KW_ALLOC_SLOT);
	return alloc & 31;
}

/* Room has been asked for: by emit_block() for each instruction, by others themselves. */
static inline void a64_put(struct a64_emit *e, u32 word)
{
	struct kw_code *c = e->code;

	if (unlikely(e->err))
		return;
	kw_assert(c->len + 4 <= c->cap);
	put_unaligned_le32(word, c->bytes + c->len);
	c->len += 4;
}

/* emit.c */
bool a64_make_room(struct a64_emit *e, u32 bytes);

/* Room for @bytes more. Return: false: out of memory, noted. */
static inline bool a64_room(struct a64_emit *e, u32 bytes)
{
	return likely(!e->err && bytes <= e->code->cap - e->code->len) || a64_make_room(e, bytes);
}

void *a64_more(struct a64_emit *e, void *p, u32 *cap, u32 need, size_t size);
u32 a64_new_label(struct a64_emit *e);
void a64_bind(struct a64_emit *e, u32 label);

/* reach.c: branches and addresses, in the form that the function's reach asks for */
void a64_jump(struct a64_emit *e, u32 label);
void a64_jump_if(struct a64_emit *e, enum a64_cc cc, u32 label);
void a64_jump_zero(struct a64_emit *e, bool nz, enum a64_size sz, u8 reg, u32 label);
void a64_jump_bit(struct a64_emit *e, bool nz, u8 reg, u32 bit, u32 label);
void a64_table_address(struct a64_emit *e, u8 reg, u32 label);		/* may destroy T0 */
bool a64_literal(struct a64_emit *e, u8 reg, u32 bytes, u32 label);	/* false: too far, nothing written */
int a64_resolve(struct a64_emit *e);	/* -ERANGE: needs a farther reach */

/* emit_op.c */
void a64_emit_inst(struct a64_emit *e);
void a64_emit_exec(struct a64_emit *e, u8 reg);
void a64_emit_movi(struct a64_emit *e, u8 reg, u64 imm);
void a64_add_imm(struct a64_emit *e, u8 d, u8 n, s64 imm);	/* 64 bits wide; may destroy T0 unless @n is T0 */
void a64_access(struct a64_emit *e, u8 row, u8 reg, u8 base, s64 disp);	/* any disp; may destroy T0, T1 */
void a64_emit_compare(struct a64_emit *e, u32 k);	/* the compare from operand @k on: flags as of .cc */
void a64_goto(struct a64_emit *e, u32 block);
void a64_return(struct a64_emit *e);
s64 a64_slot(const struct a64_emit *e, kw_alloc_t alloc);	/* offset of a spill slot from the frame pointer */

/* emit_check.c */
void a64_emit_div(struct a64_emit *e);
void a64_emit_bounds(struct a64_emit *e);
void a64_emit_clamp(struct a64_emit *e);
void a64_emit_pkt(struct a64_emit *e);
void a64_emit_pkt_near(struct a64_emit *e);
void a64_emit_pkt_base(struct a64_emit *e);
void a64_emit_poll(struct a64_emit *e);
void a64_emit_sigcheck(struct a64_emit *e);
void a64_emit_tail(struct a64_emit *e);
u32 a64_cold(struct a64_emit *e, enum a64_cold_kind kind, u8 trap, u32 back);	/* its label */
u32 a64_trap_label(struct a64_emit *e, u8 trap);
void a64_call_stub(struct a64_emit *e, u32 stub, u32 wasm_off, u32 trap);
void a64_site(struct a64_emit *e, u32 wasm_off, u32 trap);	/* the place behind the call just written */

/* emit_vec.c */
void a64_emit_vec(struct a64_emit *e);
void a64_emit_vconst(struct a64_emit *e, const struct kw_minst *mi, u8 reg);
void a64_emit_vmove(struct a64_emit *e, const struct kw_edit *ed);
void a64_emit_vswap(struct a64_emit *e, u8 x, u8 y);
void a64_emit_pool(struct a64_emit *e);

/* switch.c */
void a64_emit_switch(struct a64_emit *e);
void a64_reserve_tables(struct a64_emit *e);
void a64_fill_tables(struct a64_emit *e);

/* @t as it is, or @bare without one */
void a64_template(struct a64_emit *e, const struct kw_cf_template *t, u32 bare);

int a64_emit(const struct kw_irfunc *f, struct kw_mfunc *mf, const struct kw_isa_env *env,
	     struct kw_code *code, u32 defined_index);
int a64_emit_thunk(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results,
		   const struct kw_isa_env *env, struct kw_code *code, u32 type_index);

#endif /* KW_A64_EMIT_H */
