// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of one function: frame, blocks in their order, moves of the register allocator. */
#include "emit.h"
#include "lower.h"

void *x64_more(struct x64_emit *e, void *p, u32 *cap, u32 need, size_t size)
{
	void *q;

	if (need <= *cap)
		return p;
	q = kw_arena_grow(e->mf->tmp, p, cap, need, size);
	if (!q && !e->err)
		e->err = -ENOMEM;
	return q;
}

bool x64_make_room(struct x64_emit *e, u32 bytes)
{
	int err;

	e->code->len = x64_off(e);
	err = e->err ?: kw_code_reserve(e->code, bytes);
	if (err) {
		e->err = err;
		e->end = e->b.p;	/* nor is there any more */
		return false;
	}
	e->b.p = e->code->bytes + e->code->len;
	e->end = e->code->bytes + e->code->cap;
	return true;
}

u32 x64_new_label(struct x64_emit *e)
{
	struct x64_label *p = x64_more(e, e->label, &e->cap_labels, e->nr_labels + 1, sizeof(*p));

	if (!p)
		return 0;
	e->label = p;
	return e->nr_labels++;
}

void x64_branch_to(struct x64_emit *e, u32 label, u8 len)
{
	struct x64_branch *p = x64_more(e, e->branch, &e->cap_branches, e->nr_branches + 1, sizeof(*p));

	if (!p)
		return;
	e->branch = p;
	e->branch[e->nr_branches++] = (struct x64_branch){ .end = x64_off(e), .label = label, .len = len };
}

void x64_jump(struct x64_emit *e, u32 label)
{
	x64_jmp(&e->b);
	x64_branch_to(e, label, X64_JMP_LEN);
}

void x64_jump_if(struct x64_emit *e, enum x64_cc cc, u32 label)
{
	x64_jcc(&e->b, cc);
	x64_branch_to(e, label, X64_JCC_LEN);
}

/* The place behind the call just written. */
void x64_site(struct x64_emit *e, u32 wasm_off, u32 trap)
{
	int err = kw_code_add_site(e->code, x64_off(e), wasm_off, trap);

	if (err)
		e->err = err;
}

void x64_call_stub(struct x64_emit *e, u32 stub, u32 wasm_off, u32 trap)
{
	int err;

	x64_call(&e->b);
	err = kw_code_add_reloc(e->code, x64_off(e) - 4, KW_RELOC_REL32, stub);
	if (err)
		e->err = err;
	x64_site(e, wasm_off, trap);
}

/* A control-flow template as it is, its rel32 left to relocation. */
void x64_template(struct x64_buf *b, struct kw_code *code, const struct kw_cf_template *t, int *err)
{
	u32 off = b->p - code->bytes;

	memcpy(b->p, t->bytes, t->len);
	b->p += t->len;
	if (t->rel32_at >= 0 && !*err)
		*err = kw_code_add_reloc(code, off + t->rel32_at, KW_RELOC_REL32_TOP, (u32)t->target);
}

u32 x64_cold(struct x64_emit *e, enum x64_cold_kind kind, u8 trap, u32 back)
{
	struct x64_cold *p = x64_more(e, e->cold, &e->cap_cold, e->nr_cold + 1, sizeof(*p));
	u32 label = x64_new_label(e);

	if (!p)
		return 0;
	e->cold = p;
	e->cold[e->nr_cold++] = (struct x64_cold){ kind, trap, label, back, x64_inst(e) };
	return label;
}

/* One stub serves neighbours that trap alike. */
u32 x64_trap_label(struct x64_emit *e, u8 trap)
{
	const struct x64_cold *last = e->nr_cold ? &e->cold[e->nr_cold - 1] : NULL;

	if (last && last->kind == X64_COLD_TRAP && last->trap == trap &&
	    last->mi->wasm_off == x64_inst(e)->wasm_off)
		return last->label;
	return x64_cold(e, X64_COLD_TRAP, trap, 0);
}

/* Slots are always written in full, so that an i32 in one is zero-extended too (abi.h). */
static void emit_move(struct x64_emit *e, const struct kw_edit *ed)
{
	enum x64_size size = ed->type == KW_T_I32 ? X64_SL : X64_SQ;

	if (x64_is_vec(ed->type)) {
		x64_emit_vmove(e, ed);
	} else if (ed->to < KW_ALLOC_SLOT && ed->from < KW_ALLOC_SLOT) {
		x64_mov(&e->b, size, ed->to, ed->from);
	} else if (ed->to < KW_ALLOC_SLOT) {
		x64_load(&e->b, size, ed->to, X64_FP, x64_slot_off(e, ed->from));
	} else if (ed->from < KW_ALLOC_SLOT) {
		x64_store(&e->b, X64_SQ, X64_FP, x64_slot_off(e, ed->to), ed->from);
	} else {
		x64_m(&e->b, X64_PUSH, X64_SQ, x64_slot(e, ed->from));
		x64_m(&e->b, X64_POP, X64_SQ, x64_slot(e, ed->to));
	}
}

void x64_emit_exec(struct x64_emit *e, u8 reg)
{
	x64_mr(&e->b, X64_MOV, X64_SQ, x64_reg(reg), X64_FP);
	x64_mi(&e->b, X64_AND, X64_SQ, x64_reg(reg), -(s32)KW_STACK_BYTES);
}

/* Repeat a constant's instruction with its def in @to. */
static void emit_remat(struct x64_emit *e, const struct kw_edit *ed)
{
	const struct kw_minst *mi = &e->mf->inst[ed->remat - 1];
	struct x64_rm to = x64_place(e, ed->to);

	kw_assert(x64_is_reg(to));
	if (mi->op == X64_VCONST)
		x64_emit_vconst(e, mi, x64_base(to));
	else if (mi->op == X64_EXEC)
		x64_emit_exec(e, x64_base(to));
	else
		x64_movi(&e->b, x64_base(to), mi->imm);
}

static void emit_edit(struct x64_emit *e, const struct kw_edit *ed)
{
	if (!x64_room(e, X64_MAX_SEQ))
		return;
	if (ed->kind == KW_EDIT_MOVE) {
		x64_flags_wrote(e, ed->to);
		emit_move(e, ed);
		return;
	}
	x64_flags_lost(e);
	if (ed->kind == KW_EDIT_SWAP && x64_is_vec(ed->type))
		x64_emit_vswap(e, ed->to & 15, ed->from & 15);
	else if (ed->kind == KW_EDIT_SWAP)
		x64_mr(&e->b, X64_XCHG, X64_SQ, x64_place(e, ed->to), ed->from);
	else
		emit_remat(e, ed);
}

/* Does execution come to @b from the block just emitted only? */
static bool only_falls_into(const struct x64_emit *e, u32 b)
{
	const struct kw_mblock *mb = &e->mf->block[b];

	return mb->nr_preds == 1 && e->order.follow[e->block] == b && e->mf->medge[e->mf->epool[mb->pred]].from == e->block;
}

static void emit_block(struct x64_emit *e, u32 b)
{
	const struct kw_mfunc *mf = e->mf;
	const struct kw_edit *ed = mf->edit + e->order.edit[b], *last = mf->edit + mf->nr_edits;
	u32 i;

	if (!only_falls_into(e, b))
		x64_flags_lost(e);
	e->block = b;
	x64_bind(e, b);
	for (i = mf->block[b].first; i < mf->block[b].end; i++) {
		for (; ed < last && ed->at == i; ed++)
			emit_edit(e, ed);
		if (!x64_room(e, X64_MAX_SEQ))
			return;
		x64_set_inst(e, &mf->inst[i]);
		x64_emit_inst(e);
	}
}

/*
 * Entry.  A leaf with a small frame needs no check: KW_STACK_FLOOR leaves room
 * for it below whoever called it.  A function that calls stays above
 * STACK_LIMIT, a power of two, so that one test of the new frame pointer tells;
 * the pointer cannot go below the stack's base before the test, since the
 * caller's was above the limit.  A large frame is compared instead, in rax: no
 * argument comes in it.
 */
#define STACK_LIMIT	2048
#define TESTED_FRAME	1024
static_assert(KW_STACK_FLOOR <= STACK_LIMIT && TESTED_FRAME <= STACK_LIMIT, "stack check");

static void emit_prologue(struct x64_emit *e)
{
	u32 frame = e->frame_bytes;
	bool check = e->f->has_calls || frame > KW_LEAF_FRAME;

	if (e->env && e->env->indirect_targets)
		x64_endbr64(&e->b);
	if (check && frame > TESTED_FRAME) {
		x64_mr(&e->b, X64_MOV, X64_SL, x64_reg(X64_RAX), X64_FP);
		x64_mi(&e->b, X64_AND, X64_SL, x64_reg(X64_RAX), KW_STACK_BYTES - 1);
		x64_mi(&e->b, X64_CMP, X64_SL, x64_reg(X64_RAX), STACK_LIMIT + frame);
		x64_jump_if(e, X64_CC_B, x64_trap_label(e, KW_TRAP_STACK));
	}
	if (frame)
		x64_mi(&e->b, X64_SUB, X64_SQ, x64_reg(X64_FP), frame);
	if (check && frame <= TESTED_FRAME) {
		x64_mi(&e->b, X64_TEST, X64_SL, x64_reg(X64_FP), KW_STACK_BYTES - STACK_LIMIT);
		x64_jump_if(e, X64_CC_E, x64_cold(e, X64_COLD_STACK, KW_TRAP_STACK, 0));
	}
}

/* outgoing area | spill slots | frame slots of the IR */
static int lay_out_frame(struct x64_emit *e)
{
	u64 slots = ALIGN((u64)e->mf->out_bytes, 16);
	u64 locals = slots + ALIGN(8ull * e->mf->nr_slots, 16);
	u64 frame = ALIGN(locals + 8ull * e->f->nr_frame_slots, 16);

	if (e->f->has_calls)
		frame = max(frame, (u64)KW_MIN_FRAME);
	if (frame > 1 << 28)
		return -E2BIG;
	e->slots_off = slots;
	e->locals_off = locals;
	e->frame_bytes = frame;
	return 0;
}

static int emit_init(struct x64_emit *e)
{
	int err = lay_out_frame(e) ?: kw_order_blocks(e->mf, &e->order);

	if (err)
		return err;
	e->nr_labels = e->mf->nr_blocks;
	e->cap_labels = e->nr_labels + e->nr_labels / 4 + 64;
	e->label = kw_arena_raw_array(e->mf->tmp, e->cap_labels, sizeof(*e->label));
	if (!e->label)
		return -ENOMEM;
	x64_set_inst(e, e->mf->inst);	/* the prologue's place */
	e->start = e->code->len + X64_SLACK;
	e->first_reloc = e->code->nr_relocs;
	e->first_fault = e->code->nr_faults;
	e->first_site = e->code->nr_sites;
	return 0;
}

/* Fill up to where the next function may begin, and as far as it may be moved from there, with int3. */
static int align_code(struct kw_code *code)
{
	u32 pad = ALIGN(code->len, X64_FUNC_ALIGN) - code->len;
	int err = kw_code_reserve(code, pad + X64_SLACK);

	if (err)
		return err;
	memset(code->bytes + code->len, 0xcc, pad + X64_SLACK);
	code->len += pad;
	return 0;
}

int x64_emit(const struct kw_irfunc *f, struct kw_mfunc *mf, const struct kw_isa_env *env,
	     struct kw_code *code, u32 defined_index)
{
	struct x64_emit e = { .f = f, .mf = mf, .env = env, .code = code };
	struct kw_code_func *cf = &code->func[defined_index];
	int err = align_code(code) ?: emit_init(&e);
	u32 i;

	if (err)
		return err;
	e.b.p = code->bytes + e.start;
	e.end = code->bytes + code->cap;
	if (x64_room(&e, X64_MAX_SEQ))
		emit_prologue(&e);
	for (i = 0; i < e.order.nr && !e.err; i++)
		emit_block(&e, e.order.block[i]);
	*cf = (struct kw_code_func){
		.frame_bytes = e.frame_bytes, .fault = e.first_fault, .site = e.first_site,
	};
	cf->nr_faults = code->nr_faults - e.first_fault;
	if (cf->nr_faults > X64_MAX_FAULTS)
		return -E2BIG;
	x64_emit_tail(&e);
	if (e.err)
		return e.err;
	x64_relax(&e);
	x64_fill_tables(&e);
	code->len = x64_off(&e);
	cf->off = e.start;
	cf->len = code->len - e.start;
	cf->nr_sites = code->nr_sites - e.first_site;
	cf->landing_off = cf->nr_faults ? x64_label_off(&e, e.landing) : 0;
	return 0;
}

static int fixup_calls(struct kw_code *code, u32 nr_imported_funcs)
{
	u32 i, n = 0;

	for (i = 0; i < code->nr_relocs; i++) {
		const struct kw_reloc *r = &code->reloc[i];
		u32 callee = r->target - nr_imported_funcs;

		if (r->kind != KW_RELOC_FUNC)
			code->reloc[n++] = *r;
		else if (callee >= code->nr_funcs)
			return -EINVAL;
		else
			put_unaligned_le32(code->func[callee].off - (r->off + 4), code->bytes + r->off);
	}
	code->nr_relocs = n;
	return 0;
}

const struct kw_isa kw_isa_x64 = {
	.name = "x86_64",
	.lower = x64_lower_func,
	.emit = x64_emit,
	.emit_thunk = x64_emit_thunk,
	.fixup_calls = fixup_calls,
};
