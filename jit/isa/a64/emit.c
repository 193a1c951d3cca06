// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Emission of one function: frame, blocks in their order, moves of the register allocator. */
#include "emit.h"
#include "lower.h"

void *a64_more(struct a64_emit *e, void *p, u32 *cap, u32 need, size_t size)
{
	void *q;

	if (need <= *cap)
		return p;
	q = kw_arena_grow(e->mf->tmp, p, cap, need, size);
	if (!q && !e->err)
		e->err = -ENOMEM;
	return q;
}

bool a64_make_room(struct a64_emit *e, u32 bytes)
{
	if (!e->err)
		e->err = kw_code_reserve(e->code, bytes);
	return !e->err;
}

u32 a64_new_label(struct a64_emit *e)
{
	u32 *p = a64_more(e, e->label, &e->cap_labels, e->nr_labels + 1, sizeof(*p));

	if (!p)
		return 0;
	e->label = p;
	return e->nr_labels++;
}

void a64_bind(struct a64_emit *e, u32 label)
{
	e->label[label] = e->code->len;
}

/* The machine's templates on arm64 are whole instructions; none of them points anywhere. */
void a64_template(struct a64_emit *e, const struct kw_cf_template *t, u32 bare)
{
	u32 i;

	if (!t || !t->len) {
		a64_put(e, bare);
		return;
	}
	kw_assert(t->rel32_at < 0 && !(t->len & 3));
	for (i = 0; i < t->len; i += 4)
		a64_put(e, get_unaligned_le32(t->bytes + i));
}

s64 a64_slot(const struct a64_emit *e, kw_alloc_t alloc)
{
	return e->slots_off + 8ll * (alloc - KW_ALLOC_SLOT);
}

/* ---- moves ---- */

static bool is_slot(kw_alloc_t alloc)
{
	return alloc >= KW_ALLOC_SLOT;
}

static void emit_mov(struct a64_emit *e, u8 to, u8 from)
{
	a64_put(e, a64_rrr(A64_ORR, A64_X, to, A64_ZR, from));
}

/* Slots are always written in full, so that an i32 in one is zero-extended too (lower.h). */
static void emit_move(struct a64_emit *e, const struct kw_edit *ed)
{
	u8 reg = is_slot(ed->to) ? A64_T1 : ed->to;

	if (kw_is_vec(ed->type)) {
		a64_emit_vmove(e, ed);
		return;
	}
	if (!is_slot(ed->from) && !is_slot(ed->to)) {
		emit_mov(e, ed->to, ed->from);
		return;
	}
	if (is_slot(ed->from))
		a64_access(e, A64_LDRX, reg, A64_FP, a64_slot(e, ed->from));
	else
		reg = ed->from;
	if (is_slot(ed->to))
		a64_access(e, A64_STRX, reg, A64_FP, a64_slot(e, ed->to));
}

static void emit_swap(struct a64_emit *e, const struct kw_edit *ed)
{
	if (kw_is_vec(ed->type)) {
		a64_emit_vswap(e, ed->to & 31, ed->from & 31);
		return;
	}
	emit_mov(e, A64_T0, ed->to);
	emit_mov(e, ed->to, ed->from);
	emit_mov(e, ed->from, A64_T0);
}

/* Repeat a constant's instruction with its def in @to. */
static void emit_remat(struct a64_emit *e, const struct kw_edit *ed)
{
	const struct kw_minst *mi = &e->mf->inst[ed->remat - 1];

	kw_assert(!is_slot(ed->to));
	if (mi->op == A64_VCONST)
		a64_emit_vconst(e, mi, ed->to & 31);
	else if (mi->op == A64_EXEC)
		a64_emit_exec(e, ed->to);
	else
		a64_emit_movi(e, ed->to, mi->imm);
}

/* Both to slots, or both from slots, that are neighbours: one instruction. */
static bool try_pair(struct a64_emit *e, const struct kw_edit *a, const struct kw_edit *b)
{
	bool store = is_slot(a->to);
	kw_alloc_t slot_a = store ? a->to : a->from, slot_b = store ? b->to : b->from;
	u8 reg_a = store ? a->from : a->to, reg_b = store ? b->from : b->to;
	s64 disp = a64_slot(e, min(slot_a, slot_b));

	if (a->at != b->at || a->kind != KW_EDIT_MOVE || b->kind != KW_EDIT_MOVE ||
	    kw_is_vec(a->type) || kw_is_vec(b->type) || is_slot(a->from) == store ||
	    is_slot(b->from) != is_slot(a->from) || is_slot(b->to) != store ||
	    (slot_a + 1 != slot_b && slot_b + 1 != slot_a) || !a64_can_pair(disp) || (!store && reg_a == reg_b))
		return false;
	if (slot_b < slot_a)
		swap(reg_a, reg_b);
	a64_put(e, a64_pair(store ? A64_STP : A64_LDP, reg_a, reg_b, A64_FP, disp));
	return true;
}

static void emit_edit(struct a64_emit *e, const struct kw_edit *ed)
{
	if (ed->kind == KW_EDIT_MOVE)
		emit_move(e, ed);
	else if (ed->kind == KW_EDIT_SWAP)
		emit_swap(e, ed);
	else
		emit_remat(e, ed);
}

/* Those from @ed to before @end that are at @at.  Return: the next one. */
static const struct kw_edit *emit_edits(struct a64_emit *e, const struct kw_edit *ed, const struct kw_edit *end, u32 at)
{
	while (ed < end && ed->at == at && a64_room(e, A64_MAX_SEQ)) {
		if (ed + 1 < end && try_pair(e, ed, ed + 1)) {
			ed += 2;
			continue;
		}
		emit_edit(e, ed++);
	}
	return ed;
}

static void emit_block(struct a64_emit *e, u32 b)
{
	const struct kw_mfunc *mf = e->mf;
	const struct kw_edit *ed = mf->edit + e->order.edit[b], *end = mf->edit + mf->nr_edits;
	u32 i;

	e->block = b;
	a64_bind(e, b);
	for (i = mf->block[b].first; i < mf->block[b].end; i++) {
		ed = emit_edits(e, ed, end, i);
		if (!a64_room(e, A64_MAX_SEQ))
			return;
		a64_set_inst(e, &mf->inst[i]);
		a64_emit_inst(e);
	}
}

/* ---- frame ---- */

/*
 * Entry.  A leaf with a small frame needs no check: KW_STACK_FLOOR leaves room
 * for it below whoever called it.  A function that calls stays above
 * STACK_LIMIT, a power of two, so that one test of the new frame pointer tells;
 * the pointer cannot go below the stack's base before the test, since the
 * caller's was above the limit.  A large frame is compared instead.
 */
#define STACK_LIMIT	2048
#define TESTED_FRAME	1024
static_assert(KW_STACK_FLOOR <= STACK_LIMIT && TESTED_FRAME <= STACK_LIMIT, "stack check");

static u32 logical(u64 imm)
{
	u32 enc = 0;
	bool can = a64_imm_logical(imm, A64_X, &enc);

	kw_assert(can);
	return enc;
}

static void check_large_frame(struct a64_emit *e)
{
	a64_put(e, a64_logi(A64_ANDI, A64_X, A64_T0, A64_FP, logical(KW_STACK_BYTES - 1)));
	a64_emit_movi(e, A64_T1, STACK_LIMIT + (u64)e->frame_bytes);
	a64_put(e, a64_rrr(A64_SUBS, A64_X, A64_ZR, A64_T0, A64_T1));
	a64_jump_if(e, A64_CC_LO, a64_cold(e, A64_COLD_STACK, KW_TRAP_STACK, 0));
}

static void emit_prologue(struct a64_emit *e)
{
	u32 frame = e->frame_bytes;
	bool check = e->f->has_calls || frame > KW_LEAF_FRAME;

	if (e->env && e->env->indirect_targets)
		a64_put(e, A64_BTI_C);
	if (check && frame > TESTED_FRAME)
		check_large_frame(e);
	if (frame)
		a64_add_imm(e, A64_FP, A64_FP, -(s64)frame);
	if (check && frame <= TESTED_FRAME) {
		a64_put(e, a64_logi(A64_ANDSI, A64_X, A64_ZR, A64_FP, logical(KW_STACK_BYTES - STACK_LIMIT)));
		a64_jump_if(e, A64_CC_EQ, a64_cold(e, A64_COLD_STACK, KW_TRAP_STACK, frame));
	}
	if (e->f->has_calls)
		a64_access(e, A64_STRX, A64_LINK, A64_FP, frame - 8);
}

void a64_return(struct a64_emit *e)
{
	if (e->f->has_calls)
		a64_access(e, A64_LDRX, A64_LINK, A64_FP, e->frame_bytes - 8);
	if (e->frame_bytes)
		a64_add_imm(e, A64_FP, A64_FP, e->frame_bytes);
	a64_template(e, e->env ? &e->env->ret : NULL, a64_ret());
}

/* outgoing area | spill slots | frame slots of the IR | return address */
static int lay_out_frame(struct a64_emit *e)
{
	u64 slots = ALIGN((u64)e->mf->out_bytes, 16);
	u64 locals = slots + ALIGN(8ull * e->mf->nr_slots, 16);
	u64 frame = ALIGN(locals + 8ull * e->f->nr_frame_slots, 16);

	if (e->f->has_calls)
		frame = max(frame + 16, (u64)KW_MIN_FRAME);
	if (frame > 1 << 28)
		return -E2BIG;
	e->slots_off = slots;
	e->locals_off = locals;
	e->frame_bytes = frame;
	return 0;
}

/* ---- the function ---- */

#define FUNC_ALIGN	16

/* Fill up to the next function with brk. */
static int align_code(struct kw_code *code)
{
	u32 end = ALIGN(code->len, FUNC_ALIGN);
	int err = kw_code_reserve(code, end - code->len);

	if (err)
		return err;
	for (; code->len < end; code->len += 4)
		put_unaligned_le32(a64_brk(0), code->bytes + code->len);
	return 0;
}

static int emit_init(struct a64_emit *e)
{
	e->cap_labels = e->mf->nr_blocks + e->mf->nr_blocks / 4 + 64;
	e->label = kw_arena_raw_array(e->mf->tmp, e->cap_labels, sizeof(*e->label));
	if (!e->label)
		return -ENOMEM;
	e->start = e->code->len;
	e->first_reloc = e->code->nr_relocs;
	e->first_fault = e->code->nr_faults;
	e->first_site = e->code->nr_sites;
	return 0;
}

/* As if nothing had been written yet. */
static void start_over(struct a64_emit *e)
{
	e->code->len = e->start;
	e->code->nr_relocs = e->first_reloc;
	e->code->nr_faults = e->first_fault;
	e->code->nr_sites = e->first_site;
	e->nr_branches = 0;
	e->nr_cold = 0;
	e->nr_tables = 0;
	e->nr_pooled = 0;
}

static int emit_once(struct a64_emit *e)
{
	u32 i;

	e->nr_labels = e->mf->nr_blocks;
	a64_set_inst(e, e->mf->inst);	/* the prologue's place */
	if (a64_room(e, A64_MAX_SEQ))
		emit_prologue(e);
	for (i = 0; i < e->order.nr && !e->err; i++)
		emit_block(e, e->order.block[i]);
	a64_emit_tail(e);
	return e->err ?: a64_resolve(e);
}

int a64_emit(const struct kw_irfunc *f, struct kw_mfunc *mf, const struct kw_isa_env *env,
	     struct kw_code *code, u32 defined_index)
{
	struct a64_emit e = { .f = f, .mf = mf, .env = env, .code = code };
	struct kw_code_func *cf = &code->func[defined_index];
	int err = align_code(code) ?: lay_out_frame(&e) ?: kw_order_blocks(mf, &e.order) ?: emit_init(&e);

	if (err)
		return err;
	while ((err = emit_once(&e)) == -ERANGE && ++e.reach < A64_NR_REACHES)
		start_over(&e);
	if (err)
		return err == -ERANGE ? -E2BIG : err;
	a64_fill_tables(&e);
	*cf = (struct kw_code_func){
		.off = e.start, .len = code->len - e.start, .frame_bytes = e.frame_bytes,
		.link_off = f->has_calls ? e.frame_bytes - 8 : 0,
		.fault = e.first_fault, .nr_faults = code->nr_faults - e.first_fault,
		.site = e.first_site, .nr_sites = code->nr_sites - e.first_site,
	};
	cf->landing_off = cf->nr_faults ? e.label[e.landing] : 0;
	return 0;
}

static int fixup_calls(struct kw_code *code, u32 nr_imported_funcs)
{
	u32 i, n = 0;

	for (i = 0; i < code->nr_relocs; i++) {
		const struct kw_reloc *r = &code->reloc[i];
		u32 callee = r->target - nr_imported_funcs;
		s64 dist;

		if (r->kind != KW_RELOC_FUNC) {
			code->reloc[n++] = *r;
			continue;
		}
		if (callee >= code->nr_funcs)
			return -EINVAL;
		dist = (s64)code->func[callee].off - r->off;
		if (!a64_can_reach(dist, A64_B_BITS))
			return -E2BIG;
		put_unaligned_le32(a64_bl(dist), code->bytes + r->off);
	}
	code->nr_relocs = n;
	return 0;
}

const struct kw_isa kw_isa_a64 = {
	.name = "arm64",
	.stores_may_tear = true,	/* two accesses to two pages (DDI 0487, B2.2.1) */
	.lower = a64_lower,
	.emit = a64_emit,
	.emit_thunk = a64_emit_thunk,
	.fixup_calls = fixup_calls,
};
