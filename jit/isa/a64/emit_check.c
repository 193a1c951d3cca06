// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of checked operations, and of the cold code behind their checks. */
#include "emit.h"

void a64_site(struct a64_emit *e, u32 wasm_off, u32 trap)
{
	if (!e->err)
		e->err = kw_code_add_site(e->code, e->code->len, wasm_off, trap);
}

/* A leaf's return address would be lost to the backtrace: the stub finds it in T1. */
void a64_call_stub(struct a64_emit *e, u32 stub, u32 wasm_off, u32 trap)
{
	if (!e->f->has_calls)
		a64_put(e, a64_rrr(A64_ORR, A64_X, A64_T1, A64_ZR, A64_LINK));
	if (!e->err)
		e->err = kw_code_add_reloc(e->code, e->code->len, KW_RELOC_CALL26, stub);
	a64_put(e, a64_bl(0));
	a64_site(e, wasm_off, trap);
}

/* A stub that comes back, from a leaf: its return address waits below the frame. */
static void call_and_return(struct a64_emit *e, u32 stub, u32 wasm_off, bool leaf)
{
	a64_call_stub(e, stub, wasm_off, KW_TRAP_NONE);
	if (leaf)
		a64_put(e, a64_mem_update(A64_LDRX, A64_LINK, A64_FP, 16, false));
}

static bool save_link(struct a64_emit *e)
{
	bool leaf = !e->f->has_calls;

	if (leaf)
		a64_put(e, a64_mem_update(A64_STRX, A64_LINK, A64_FP, -16, true));
	return leaf;
}

u32 a64_cold(struct a64_emit *e, enum a64_cold_kind kind, u8 trap, u32 back)
{
	struct a64_cold *p = a64_more(e, e->cold, &e->cap_cold, e->nr_cold + 1, sizeof(*p));
	u32 label = a64_new_label(e);

	if (!p)
		return 0;
	e->cold = p;
	e->cold[e->nr_cold++] = (struct a64_cold){ kind, trap, label, back, a64_inst(e) };
	return label;
}

/* One stub serves neighbours that trap alike. */
u32 a64_trap_label(struct a64_emit *e, u8 trap)
{
	const struct a64_cold *last = e->nr_cold ? &e->cold[e->nr_cold - 1] : NULL;

	if (last && last->kind == A64_COLD_TRAP && last->trap == trap && last->mi->wasm_off == a64_inst(e)->wasm_off)
		return last->label;
	return a64_cold(e, A64_COLD_TRAP, trap, 0);
}

/* The instructions trap on nothing: x / 0 is 0, INT_MIN / -1 is INT_MIN. */
void a64_emit_div(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 d = a64_register(e, 0), a = a64_register(e, 1), b = a64_register(e, 2);

	if (mi->cc & A64_DIV_ZERO)
		a64_jump_zero(e, false, mi->size, b, a64_trap_label(e, KW_TRAP_DIV_ZERO));
	if (mi->cc & A64_DIV_REM) {	/* a - a / b * b, of -1 too */
		a64_put(e, a64_rrr(mi->x0, mi->size, A64_T0, a, b));
		a64_put(e, a64_rrrr(A64_MSUB, mi->size, d, A64_T0, b, a));
		return;
	}
	if (mi->x0 == A64_SDIV && mi->cc & A64_DIV_NEG1) {
		/* Overflow: b is -1, and a - 1 overflows. */
		a64_put(e, a64_rri(A64_ADDSI, mi->size, A64_ZR, b, 1));
		a64_put(e, a64_ccmi(A64_CCMPI, mi->size, a, 1, 0, A64_CC_EQ));
		a64_jump_if(e, A64_CC_VS, a64_trap_label(e, KW_TRAP_INT_OVERFLOW));
	}
	a64_put(e, a64_rrr(mi->x0, mi->size, d, a, b));
}

/* The index is zero-extended and imm below 2^33: their sum cannot wrap.  x0: index < limit instead. */
void a64_emit_bounds(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 d = a64_register(e, 0), index = a64_register(e, 1), end = index, limit = a64_register(e, 2);
	enum a64_cc over = mi->x0 ? A64_CC_HS : A64_CC_HI;

	if (!mi->x0 && mi->imm) {
		end = A64_T1;
		a64_add_imm(e, end, index, mi->imm);
	}
	a64_put(e, a64_rrr(A64_SUBS, mi->x0 ? A64_W : A64_X, A64_ZR, end, limit));
	a64_jump_if(e, over, a64_trap_label(e, mi->kind));
	if (!mi->cc)
		return;
	/* Where the branch is mispredicted, the index is 0. */
	a64_put(e, a64_csel(A64_CSEL, mi->size, d, A64_ZR, index, over));
	a64_put(e, A64_CSDB);
}

/* Data flows through it: no branch that could be predicted, and csdb for processors that guess a csel. */
void a64_emit_clamp(struct a64_emit *e)
{
	u8 index = a64_register(e, 1), limit = a64_register(e, 2);

	a64_put(e, a64_rrr(A64_SUBS, A64_X, A64_ZR, index, limit));
	a64_put(e, a64_csel(A64_CSEL, A64_X, a64_register(e, 0), limit, index, A64_CC_HS));
	a64_put(e, A64_CSDB);
}

static void swap_bytes(struct a64_emit *e, u8 reg)
{
	const struct kw_minst *mi = a64_inst(e);

	if (!(mi->cc & A64_PKT_BE) || mi->x0 == 1)
		return;
	if (mi->x0 == 2)
		a64_put(e, a64_rr(A64_REV16, A64_W, reg, reg));
	else
		a64_put(e, a64_rr(A64_REV, mi->x0 == 8 ? A64_X : A64_W, reg, reg));
}

static u32 packet_load(const struct a64_emit *e)
{
	static const u8 row[] = { [1] = A64_LDRB, [2] = A64_LDRH, [4] = A64_LDRW, [8] = A64_LDRX };

	return row[a64_inst(e)->x0];
}

void a64_emit_pkt(struct a64_emit *e)
{
	u8 def = a64_register(e, 0), data = a64_register(e, 1), last = a64_register(e, 2), off = a64_register(e, 3);
	u32 back = a64_new_label(e);

	a64_put(e, a64_rrr(A64_SUBS, A64_X, A64_ZR, last, off));
	a64_jump_if(e, A64_CC_LT, a64_cold(e, A64_COLD_PKT, 0, back));
	/* Where the branch is mispredicted, the offset is 0. */
	a64_put(e, a64_csel(A64_CSEL, A64_W, A64_T1, A64_ZR, off, A64_CC_LT));
	a64_put(e, A64_CSDB);
	a64_put(e, a64_mem_index(packet_load(e), def, data, A64_T1, A64_UXTW, false));
	swap_bytes(e, def);
	a64_bind(e, back);
}

void a64_emit_pkt_near(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	u8 def = a64_register(e, 0);
	u32 back = a64_new_label(e);

	a64_put(e, a64_rri(A64_SUBSI, A64_W, A64_ZR, a64_register(e, 2), mi->disp + mi->x0));
	a64_jump_if(e, A64_CC_LO, a64_cold(e, A64_COLD_PKT, 0, back));
	a64_access(e, packet_load(e), def, a64_register(e, 1), mi->disp);
	swap_bytes(e, def);
	a64_bind(e, back);
}

/* csdb: for processors that guess a csel. */
void a64_emit_pkt_base(struct a64_emit *e)
{
	u32 back = a64_new_label(e);

	a64_put(e, a64_rri(A64_SUBSI, A64_W, A64_ZR, a64_register(e, 2), (u32)a64_inst(e)->disp));
	a64_put(e, a64_csel(A64_CSEL, A64_X, a64_register(e, 0), a64_register(e, 1), a64_register(e, 3), A64_CC_HS));
	a64_put(e, A64_CSDB);
	a64_jump_if(e, A64_CC_LO, a64_cold(e, A64_COLD_PKT, 0, back));
	a64_bind(e, back);
}

#define SLOW(field)	((s32)(offsetof(struct kw_pkt_slow, field) - sizeof(struct kw_pkt_slow)))

static_assert(offsetof(struct kw_pkt_slow, be) == offsetof(struct kw_pkt_slow, size) + 2 &&
	      offsetof(struct kw_pkt_slow, has_default) == offsetof(struct kw_pkt_slow, size) + 3,
	      "size, be and has_default are written at once");

/* Of a base, too: size 0.  Spill slots are read before the frame pointer moves for the return address. */
static void pkt_cold(struct a64_emit *e, const struct a64_cold *c)
{
	const struct kw_minst *mi = a64_inst(e);
	u32 how = mi->x0 | (mi->cc & A64_PKT_BE ? 1 << 16 : 0) | (mi->cc & A64_PKT_DEFAULT ? 1 << 24 : 0);
	bool near = mi->op != A64_PKT, leaf;
	u8 value = A64_T1;

	if (mi->cc & A64_PKT_DEFAULT && !(mi->cc & A64_PKT_IMM)) {
		kw_alloc_t alloc = a64_operand(e, near ? 3 : 4)->alloc;

		if (alloc < KW_ALLOC_SLOT)
			value = alloc;
		else
			a64_access(e, A64_LDRX, A64_T1, A64_FP, a64_slot(e, alloc));
	} else {
		a64_emit_movi(e, A64_T1, mi->imm);
	}
	leaf = save_link(e);
	a64_access(e, A64_STRX, value, A64_FP, SLOW(value));
	if (near)
		a64_emit_movi(e, A64_T0, mi->disp);
	a64_access(e, A64_STRW, near ? A64_T0 : a64_register(e, 3), A64_FP, SLOW(off));
	a64_emit_movi(e, A64_T0, how);
	a64_access(e, A64_STRW, A64_T0, A64_FP, SLOW(size));
	a64_call_stub(e, KW_STUB_PKT_SLOW, c->mi->wasm_off, KW_TRAP_NONE);
	a64_access(e, mi->size ? A64_LDRX : A64_LDRW, a64_register(e, 0), A64_FP, SLOW(value));
	if (leaf)
		a64_put(e, a64_mem_update(A64_LDRX, A64_LINK, A64_FP, 16, false));
	a64_jump(e, c->back);
}

void a64_emit_poll(struct a64_emit *e)
{
	u32 back = a64_new_label(e);

	a64_access(e, A64_LDRW, A64_T0, a64_register(e, 0), offsetof(struct kw_exec, flag));
	a64_jump_zero(e, true, A64_W, A64_T0, a64_cold(e, A64_COLD_POLL, 0, back));
	a64_bind(e, back);
}

void a64_emit_sigcheck(struct a64_emit *e)
{
	u32 id = a64_inst(e)->imm;
	u8 reg = a64_register(e, 0);

	if (a64_can_rri(id)) {
		a64_put(e, a64_rri(A64_SUBSI, A64_W, A64_ZR, reg, id));
	} else {
		a64_emit_movi(e, A64_T0, id);
		a64_put(e, a64_rrr(A64_SUBS, A64_W, A64_ZR, reg, A64_T0));
	}
	a64_jump_if(e, A64_CC_NE, a64_cold(e, A64_COLD_SIG, KW_TRAP_BAD_SIG, 0));
}

/* The signature is wrong: is it that there is no function at all? */
static void sig_cold(struct a64_emit *e, const struct a64_cold *c)
{
	a64_jump_zero(e, false, A64_W, a64_register(e, 0), a64_trap_label(e, KW_TRAP_NULL_ELEM));
	a64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, KW_TRAP_BAD_SIG);
}

static void emit_cold(struct a64_emit *e, const struct a64_cold *c)
{
	a64_set_inst(e, c->mi);
	a64_bind(e, c->label);
	switch (c->kind) {
	case A64_COLD_TRAP:
		a64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, c->trap);
		break;
	case A64_COLD_STACK:
		/* The stub may use what lies below the frame pointer. */
		if (c->back)
			a64_add_imm(e, A64_FP, A64_FP, c->back);
		a64_put(e, a64_rrr(A64_ORR, A64_X, A64_T1, A64_ZR, A64_LINK));
		a64_call_stub(e, KW_STUB_TRAP, c->mi->wasm_off, c->trap);
		break;
	case A64_COLD_SIG:
		sig_cold(e, c);
		break;
	case A64_COLD_POLL:
		call_and_return(e, KW_STUB_POLL, c->mi->wasm_off, save_link(e));
		a64_jump(e, c->back);
		break;
	case A64_COLD_PKT:
		pkt_cold(e, c);
		break;
	}
}

/* One for each site but the first, see kw_isa_env. */
static void emit_fault_steps(struct a64_emit *e)
{
	u32 nr = e->code->nr_faults - e->first_fault, i;

	if (!e->env || !e->env->fault_steps)
		return;
	for (i = 1; i < nr && a64_room(e, A64_MAX_SEQ); i++)
		a64_put(e, a64_rri(A64_ADDI, A64_W, A64_T0, A64_T0, 1));
}

void a64_emit_tail(struct a64_emit *e)
{
	u32 i;

	for (i = 0; i < e->nr_cold && a64_room(e, A64_MAX_SEQ); i++) {
		struct a64_cold c = e->cold[i];		/* the list may move */

		emit_cold(e, &c);
	}
	emit_fault_steps(e);
	e->landing = a64_new_label(e);
	if (!a64_room(e, A64_MAX_SEQ))
		return;
	a64_bind(e, e->landing);
	if (e->code->nr_faults > e->first_fault)
		a64_call_stub(e, KW_STUB_FAULT, 0, KW_TRAP_MEM_OOB);
	a64_reserve_tables(e);
	a64_emit_pool(e);
}
