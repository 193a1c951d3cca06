/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Emission: allocated machine IR -> bytes, relocations, sites.
 *
 *   entry:  [endbr64] [stack check] sub r15, F
 *           hot blocks, in order
 *           cold blocks
 *           cold stubs of traps, polls, packet loads
 *   landing: call KW_STUB_FAULT, if an access may fault
 *           switch tables
 *
 * All branches are first written with rel32; relax.c then shortens those that
 * fit and moves the code together, to where start.c lets it begin.  Every position that is remembered is known
 * to it: labels, branches, relocations, sites.
 */
#ifndef KW_X64_EMIT_H
#define KW_X64_EMIT_H

#include "../../code/code.h"
#include "../isa.h"
#include "../order.h"
#include "abi.h"
#include "mop.h"
#include "vencode.h"

/* A function is written X64_SLACK behind the first place where it may begin, and moved to one from there on. */
#define X64_FUNC_ALIGN	16
#define X64_SLACK	48

/* The most bytes one instruction with its checks becomes; SWITCH asks for more itself. */
#define X64_MAX_SEQ	160

/* x86 fixups carry the site's number in 16 signed bits (kernel EX_DATA_IMM_MASK). */
#define X64_MAX_FAULTS	32767

struct x64_branch {
	u32 end;		/* first byte behind it, in the code object; before relaxation */
	u32 label;
	u32 lost;		/* by it and those in front of it, in relaxation */
	u8 len;			/* X64_JCC_LEN, X64_JMP_LEN; 0: has only a rel32 form */
};

struct x64_label {
	u32 off;		/* in the code object, before relaxation; not yet bound: anything */
	u32 branches;		/* in front of it */
};

enum x64_cold_kind { X64_COLD_TRAP, X64_COLD_STACK, X64_COLD_SIG, X64_COLD_POLL, X64_COLD_PKT };

struct x64_cold {
	u8 kind;		/* enum x64_cold_kind */
	u8 trap;
	u32 label, back;
	const struct kw_minst *mi;
};

struct x64_table {
	u32 label;
	u32 entries, nr;	/* successors, in mfunc.vpool */
	u32 block;		/* that ends in the switch */
};

/* A constant behind the function. */
struct x64_pooled {
	u32 label;
	u32 bytes;
	u64 lo, hi;
};

/* What the flags are as after, and where what they are of is; see flags.c. */
struct x64_flags {
	enum {
		X64_FLAGS_ANY,
		X64_FLAGS_RESULT,	/* a test of register a with itself; carry, of a sum of which b is a part */
		X64_FLAGS_COMPARE,	/* row, of a with b or imm */
	} what;
	u8 size, row;
	bool all;		/* of a result: else only the zero flag is */
	kw_alloc_t a, b;
	s64 imm;
};

struct x64_emit {
	const struct kw_irfunc *f;
	struct kw_mfunc *mf;
	const struct kw_isa_env *env;
	struct kw_code *code;
	struct x64_buf b;	/* writes into code->bytes */
	u8 *end;		/* of the room there */
	u32 start;		/* of the function in the code object */
	u32 moved;		/* by relaxation: its first byte, downwards */
	u32 frame_bytes, slots_off, locals_off;
	struct x64_label *label;	/* blocks first */
	u32 nr_labels, cap_labels;
	struct x64_branch *branch;
	u32 nr_branches, cap_branches;
	struct x64_cold *cold;
	u32 nr_cold, cap_cold;
	struct x64_table *table;
	u32 nr_tables, cap_tables;
	struct x64_pooled *pool;
	u32 nr_pooled, cap_pooled;
	struct kw_order order;
	struct x64_flags flags;
	u32 landing;		/* label, if there is a fault site */
	u32 block;		/* being emitted */
	const struct kw_minst *mi;
	const struct kw_mopnd *opnd;	/* its operands */
	u32 first_reloc, first_fault, first_site;
	int err;		/* first error; checked at every block, and where there is no more room */
};

static inline u32 x64_off(const struct x64_emit *e)
{
	return e->b.p - e->code->bytes;
}

static inline const struct kw_minst *x64_inst(const struct x64_emit *e)
{
	return e->mi;
}

static inline void x64_set_inst(struct x64_emit *e, const struct kw_minst *mi)
{
	e->mi = mi;
	e->opnd = e->mf->opnd + mi->opnds;
}

static inline const struct kw_mopnd *x64_operand(const struct x64_emit *e, u32 nr)
{
	return &e->opnd[nr];
}

static inline u8 x64_register(const struct x64_emit *e, u32 nr)
{
	kw_alloc_t alloc = x64_operand(e, nr)->alloc;

	kw_assert(alloc < KW_VEC(16));
	return alloc & 15;
}

static inline s32 x64_slot_off(const struct x64_emit *e, kw_alloc_t alloc)
{
	return e->slots_off + 8 * (alloc - KW_ALLOC_SLOT);
}

static inline struct x64_rm x64_slot(const struct x64_emit *e, kw_alloc_t alloc)
{
	return x64_mem(X64_FP, x64_slot_off(e, alloc));
}

static inline struct x64_rm x64_place(const struct x64_emit *e, kw_alloc_t alloc)
{
	return alloc < KW_ALLOC_SLOT ? x64_reg(alloc & 15) : x64_slot(e, alloc);
}

static inline void x64_bind(struct x64_emit *e, u32 label)
{
	e->label[label] = (struct x64_label){ x64_off(e), e->nr_branches };
}

static inline void x64_flags_lost(struct x64_emit *e)
{
	e->flags.what = X64_FLAGS_ANY;
}

/* What is in @place has changed, the flags have not. */
static inline void x64_flags_wrote(struct x64_emit *e, kw_alloc_t place)
{
	if (place == e->flags.a || place == e->flags.b)
		x64_flags_lost(e);
}

/* emit.c */
bool x64_make_room(struct x64_emit *e, u32 bytes);

/* Room for @bytes more. Return: false: out of memory, noted. */
static inline bool x64_room(struct x64_emit *e, u32 bytes)
{
	return likely(bytes <= (size_t)(e->end - e->b.p)) || x64_make_room(e, bytes);
}

void *x64_more(struct x64_emit *e, void *p, u32 *cap, u32 need, size_t size);
u32 x64_new_label(struct x64_emit *e);
void x64_branch_to(struct x64_emit *e, u32 label, u8 len);	/* the branch just written */
void x64_jump(struct x64_emit *e, u32 label);
void x64_jump_if(struct x64_emit *e, enum x64_cc cc, u32 label);
void x64_call_stub(struct x64_emit *e, u32 stub, u32 wasm_off, u32 trap);
void x64_site(struct x64_emit *e, u32 wasm_off, u32 trap);
void x64_template(struct x64_buf *b, struct kw_code *code, const struct kw_cf_template *t, int *err);
void x64_emit_return(struct x64_buf *b, struct kw_code *code, const struct kw_isa_env *env, int *err);
u32 x64_cold(struct x64_emit *e, enum x64_cold_kind kind, u8 trap, u32 back);	/* its label */
u32 x64_trap_label(struct x64_emit *e, u8 trap);

void x64_emit_exec(struct x64_emit *e, u8 reg);

/* emit_op.c, emit_check.c, switch.c, relax.c, in this order */
void x64_emit_inst(struct x64_emit *e);
struct x64_rm x64_memory(const struct x64_emit *e);
void x64_goto(struct x64_emit *e, u32 block);
void x64_emit_div(struct x64_emit *e);
void x64_emit_bounds(struct x64_emit *e);
void x64_emit_clamp(struct x64_emit *e);
void x64_emit_pkt(struct x64_emit *e);
void x64_emit_pkt_near(struct x64_emit *e);
void x64_emit_pkt_base(struct x64_emit *e);
void x64_emit_poll(struct x64_emit *e);
void x64_emit_tail(struct x64_emit *e);
/* flags.c; each of the instruction being emitted */
bool x64_flags_known(const struct x64_emit *e);		/* as its compare would set them */
bool x64_flags_wanted(const struct x64_emit *e);	/* the next one has a use for them */
void x64_flags_compared(struct x64_emit *e);
void x64_flags_result(struct x64_emit *e, u8 reg, bool all);
void x64_flags_sum(struct x64_emit *e, u8 reg, u8 addend);
void x64_flags_after_op(struct x64_emit *e);
void x64_emit_vec(struct x64_emit *e);		/* emit_vec.c */
void x64_emit_vconst(struct x64_emit *e, const struct kw_minst *mi, u8 reg);
void x64_emit_vmove(struct x64_emit *e, const struct kw_edit *ed);
void x64_emit_vswap(struct x64_emit *e, u8 x, u8 y);
void x64_emit_pool(struct x64_emit *e);
void x64_emit_cond(struct x64_emit *e, u32 k);	/* the compare from operand @k on */
void x64_add_fault(struct x64_emit *e);
void x64_emit_switch(struct x64_emit *e);
void x64_reserve_tables(struct x64_emit *e);
void x64_relax(struct x64_emit *e);
u32 x64_label_off(const struct x64_emit *e, u32 label);	/* after relaxation */
u32 x64_choose_start(const struct x64_emit *e);
void x64_fill_tables(struct x64_emit *e);

/* The next instruction accesses linear memory: its address is the site. */
static inline void x64_note_access(struct x64_emit *e)
{
	if (x64_inst(e)->x2 & X64_F_FAULT)
		x64_add_fault(e);
}

int x64_emit(const struct kw_irfunc *f, struct kw_mfunc *mf, const struct kw_isa_env *env,
	     struct kw_code *code, u32 defined_index);
int x64_emit_thunk(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results,
		   const struct kw_isa_env *env, struct kw_code *code, u32 type_index);

#endif /* KW_X64_EMIT_H */
