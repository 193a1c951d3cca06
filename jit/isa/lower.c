// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering, what all backends share: making instructions, edges and phis, the order of it all. */
#include "lower.h"

/* Not inline, for the sake of those who need none; so with what else is called more_ and make_. */
static noinline bool more_vregs(struct kw_lower *l)
{
	struct kw_mfunc *mf = l->mf;
	struct kw_vreg *v = kw_arena_grow(mf->made, mf->vreg, &mf->cap_vregs, mf->nr_vregs + 1, sizeof(*v));

	if (!v) {
		l->err = -ENOMEM;
		return false;
	}
	mf->vreg = v;
	return true;
}

static inline u32 new_vreg(struct kw_lower *l, u8 type)
{
	struct kw_mfunc *mf = l->mf;

	if (unlikely(mf->nr_vregs == mf->cap_vregs) && !more_vregs(l))
		return KW_NO_VREG;
	mf->vreg[mf->nr_vregs] = (struct kw_vreg){
		.rclass = kw_is_vec(type) ? KW_RC_VEC : KW_RC_INT, .type = type, .hint = KW_NO_REG,
	};
	return mf->nr_vregs++;
}

u32 kw_mi_vreg(struct kw_lower *l, u8 type)
{
	return new_vreg(l, type);
}

/* What needs no instruction of its own, since every i32 is zero-extended (lower.h). */
kw_vid kw_lower_same(const struct kw_lower *l, kw_vid v)
{
	const struct kw_node *n = kw_lower_node(l, v);

	while (n->op == KW_IR_ZEXT32 || (n->op == KW_IR_WRAP && kw_lower_is_zext(l, n->a))) {
		v = n->a;
		n = kw_lower_node(l, v);
	}
	return v;
}

u32 kw_lower_inst(struct kw_lower *l)
{
	if (!l->inst_vreg)
		l->inst_vreg = kw_mi_vreg(l, KW_T_I64);
	return l->inst_vreg;
}

u32 kw_lower_new_value(struct kw_lower *l, kw_vid v)
{
	v = kw_lower_same(l, v);
	if (unlikely(l->vreg[v] == KW_SUNK)) {
		l->err = l->err ?: -EINVAL;
		return KW_NO_VREG;
	}
	if (l->vreg[v])
		return l->vreg[v];
	if (kw_lower_node(l, v)->op == KW_IR_INST)
		return kw_lower_inst(l);
	return l->vreg[v] = new_vreg(l, kw_lower_node(l, v)->type);
}

/*
 * Instructions are made from the last to the first: they fill their array from
 * the end, and positions are distances from there until kw_lower_place_blocks().
 * Operands stand side by side for each instruction, which is all that matters.
 */
static int more_insts(struct kw_mfunc *mf)
{
	u32 nr = mf->nr_insts, cap = mf->cap_insts + mf->cap_insts / 4;
	struct kw_minst *p = cap > nr ? kw_arena_raw_array(mf->made, cap, sizeof(*p)) : NULL;

	if (!p)
		return -ENOMEM;
	memcpy(p + cap - nr, mf->inst + mf->cap_insts - nr, (size_t)nr * sizeof(*p));
	kw_arena_forget(mf->made, mf->inst, mf->cap_insts * sizeof(*p));
	mf->inst = p;
	mf->cap_insts = cap;
	return 0;
}

static int more_opnds(struct kw_mfunc *mf)
{
	struct kw_mopnd *p = kw_arena_grow(mf->made, mf->opnd, &mf->cap_opnds, mf->nr_opnds + KW_LOWER_OPNDS,
					   sizeof(*p));

	if (!p)
		return -ENOMEM;
	mf->opnd = p;
	return 0;
}

static inline bool has_room(const struct kw_mfunc *mf)
{
	return mf->nr_insts < mf->cap_insts && mf->nr_opnds + KW_LOWER_OPNDS <= mf->cap_opnds;
}

static noinline void make_room(struct kw_lower *l)
{
	struct kw_mfunc *mf = l->mf;

	if (!l->err && mf->nr_insts == mf->cap_insts)
		l->err = more_insts(mf);
	if (!l->err)
		l->err = more_opnds(mf);
}

void kw_mi_begin(struct kw_lower *l, u16 op, u8 size)
{
	struct kw_mfunc *mf = l->mf;

	if (unlikely(!has_room(mf)))
		make_room(l);
	l->mi = unlikely(l->err) ? &l->no_mi : mf->inst + (mf->cap_insts - mf->nr_insts - 1);
	l->opnd = unlikely(l->err) ? l->no_opnd : mf->opnd + mf->nr_opnds;
	*l->mi = (struct kw_minst){
		.op = op, .size = size, .base = KW_NO_REG, .index = KW_NO_REG, .opnds = mf->nr_opnds,
		.wasm_off = l->wasm_off,
	};
}

void kw_mi_opnd(struct kw_lower *l, u32 vreg, enum kw_opnd_kind kind, enum kw_opnd_want want, u8 reg)
{
	if (unlikely(l->mi->nr_opnds == KW_LOWER_OPNDS)) {
		l->err = l->err ?: -E2BIG;
		return;
	}
	l->opnd[l->mi->nr_opnds++] = (struct kw_mopnd){
		.vreg = vreg, .kind = kind, .want = want, .reg = reg, .alloc = KW_ALLOC_NONE,
	};
}

void kw_mi_def(struct kw_lower *l, kw_vid v)
{
	kw_mi_opnd(l, kw_lower_value(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
}

void kw_mi_def_tied(struct kw_lower *l, kw_vid v, u8 use)
{
	kw_mi_opnd(l, kw_lower_value(l, v), KW_OP_DEF, KW_WANT_REUSE, use);
}

void kw_mi_use(struct kw_lower *l, u32 vreg)
{
	kw_mi_opnd(l, vreg, KW_OP_USE, KW_WANT_REG, KW_NO_REG);
}

void kw_mi_use_any(struct kw_lower *l, u32 vreg)
{
	kw_mi_opnd(l, vreg, KW_OP_USE, KW_WANT_ANY, KW_NO_REG);
}

void kw_mi_use_fixed(struct kw_lower *l, u32 vreg, u8 reg)
{
	kw_mi_opnd(l, vreg, KW_OP_USE, KW_WANT_FIXED, reg);
}

void kw_mi_temp(struct kw_lower *l, u8 type)
{
	kw_mi_opnd(l, kw_mi_vreg(l, type), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
}

void kw_lower_turn_sequence(struct kw_lower *l)
{
	struct kw_mfunc *mf = l->mf;
	struct kw_minst *lo = mf->inst + mf->cap_insts - mf->nr_insts;
	struct kw_minst *hi = mf->inst + mf->cap_insts - l->sequence - 1;

	for (; lo < hi; lo++, hi--)
		swap(*lo, *hi);
}

static noinline bool more_vpool(struct kw_lower *l, u32 n)
{
	struct kw_mfunc *mf = l->mf;
	u32 *p = l->err ? NULL : kw_arena_grow(mf->arena, mf->vpool, &mf->cap_vpool, mf->nr_vpool + n, sizeof(*p));

	if (!p) {
		l->err = l->err ?: -ENOMEM;
		return false;
	}
	mf->vpool = p;
	return true;
}

static void push_vpool(struct kw_lower *l, u32 vreg)
{
	struct kw_mfunc *mf = l->mf;

	if (unlikely(mf->nr_vpool == mf->cap_vpool) && !more_vpool(l, 1))
		return;
	mf->vpool[mf->nr_vpool++] = vreg;
}

u32 kw_lower_pool(struct kw_lower *l, const u32 *list, u32 n)
{
	struct kw_mfunc *mf = l->mf;

	if (mf->nr_vpool + n > mf->cap_vpool && !more_vpool(l, n))
		return 0;
	memcpy(mf->vpool + mf->nr_vpool, list, n * sizeof(*list));
	mf->nr_vpool += n;
	return mf->nr_vpool - n;
}

/* A phi without users is dropped, and so is its argument on every edge. */
void kw_lower_args(struct kw_lower *l, const struct kw_edge *e)
{
	const struct kw_irfunc *f = l->f;
	kw_vid v;

	for (v = f->block[e->to].first; v && f->node[v].op == KW_IR_PHI; v = f->node[v].next)
		if (f->node[v].uses) {
			kw_vid arg = f->pool[e->args + f->node[v].imm];

			push_vpool(l, kw_lower_value(l, arg));
			if (e->from >= e->to)
				l->feeds[arg] = v;
		}
}

void kw_lower_phis(struct kw_lower *l, kw_bid b)
{
	const struct kw_irfunc *f = l->f;
	kw_vid v;

	for (v = f->block[b].first; v && f->node[v].op == KW_IR_PHI; v = f->node[v].next)
		if (f->node[v].uses)
			push_vpool(l, kw_lower_value(l, v));
}

u32 kw_lower_low32(struct kw_lower *l, kw_vid v)
{
	if (kw_lower_node(l, v)->op == KW_IR_WRAP && !kw_lower_is_zext(l, kw_lower_node(l, v)->a) &&
	    kw_lower_sink(l, v, KW_IR_WRAP))
		return kw_lower_value(l, kw_lower_node(l, v)->a);
	return kw_lower_value(l, v);
}

/* ---- beginning and end ---- */

/* Distances from the end become places. */
void kw_lower_place_blocks(struct kw_lower *l)
{
	struct kw_mfunc *mf = l->mf;
	u32 b, i;

	mf->inst += mf->cap_insts - mf->nr_insts;
	mf->cap_insts = mf->nr_insts;
	for (b = 0; b < mf->nr_blocks; b++) {
		mf->block[b].first = mf->nr_insts - mf->block[b].first;
		mf->block[b].end = mf->nr_insts - mf->block[b].end;
	}
	for (i = 0; i < mf->nr_insts; i++)
		if (mf->inst[i].flags & KW_MI_REMAT)
			mf->vreg[mf->opnd[mf->inst[i].opnds].vreg].remat = 1 + i;
}

/* Room in vpool for all phis, on the edges too, and what switches lead to. */
static int reserve_vpool(struct kw_lower *l)
{
	const struct kw_irfunc *f = l->f;
	bool switches = f->has_op[KW_IR_SWITCH];
	u64 n = 0;
	u32 b;

	for (b = 0; b < f->nr_blocks; b++) {
		const struct kw_node *last = &f->node[f->block[b].last];

		n += f->block[b].nr_phis * (1ull + f->block[b].nr_preds);
		if (switches && last->op == KW_IR_SWITCH)
			n += last->c;
	}
	if (n != (u32)n)
		return -E2BIG;
	l->mf->cap_vpool = n;
	l->mf->vpool = kw_arena_raw_array(l->mf->arena, n, sizeof(*l->mf->vpool));
	return l->mf->vpool ? 0 : -ENOMEM;
}

/* Blocks stay as they are; edges are numbered anew, those that leave a block side by side. */
static int copy_graph(struct kw_lower *l)
{
	const struct kw_irfunc *f = l->f;
	struct kw_mfunc *mf = l->mf;
	u32 *number = kw_arena_raw_array(mf->tmp, f->nr_edges, sizeof(*number));
	u32 b, i, n = 0;

	mf->nr_blocks = f->nr_blocks;
	mf->nr_medges = f->nr_edges;
	mf->block = kw_arena_raw_array(mf->arena, f->nr_blocks, sizeof(*mf->block));
	mf->medge = kw_arena_raw_array(mf->arena, f->nr_edges, sizeof(*mf->medge));
	mf->epool = kw_arena_raw_array(mf->arena, f->nr_edges, sizeof(*mf->epool));
	if (!number || !mf->block || !mf->medge || !mf->epool)
		return -ENOMEM;
	for (b = 0; b < f->nr_blocks; b++) {
		const struct kw_block *ib = &f->block[b];

		mf->block[b] = (struct kw_mblock){
			.succ = n, .nr_succs = ib->nr_succs, .pred = ib->pred, .nr_preds = ib->nr_preds,
			.loop_depth = ib->loop_depth, .is_loop_header = ib->is_loop_header,
			.cold = ib->cold, .loop_end = ib->loop_end, .idom = ib->idom,
		};
		for (i = 0; i < ib->nr_succs; i++)
			number[f->succs[ib->succ + i]] = n++;
	}
	for (b = 0; b < f->nr_blocks; b++)
		for (i = 0; i < f->block[b].nr_preds; i++)
			mf->epool[f->block[b].pred + i] = number[f->preds[f->block[b].pred + i]];
	return 0;
}

#define SMALL_NODES	1024

/* What @n nodes mostly need; there may be more.  What is small may keep room for nothing, a copy costs more. */
static int reserve(struct kw_mfunc *mf, u32 n)
{
	mf->made = n <= SMALL_NODES ? mf->arena : mf->tmp;
	mf->cap_insts = n - n / 4 + 64;
	mf->cap_opnds = n + n / 4 + 64 + KW_LOWER_OPNDS;
	mf->cap_vregs = n / 2 + 64;
	mf->inst = kw_arena_raw_array(mf->made, mf->cap_insts, sizeof(*mf->inst));
	mf->opnd = kw_arena_raw_array(mf->made, mf->cap_opnds, sizeof(*mf->opnd));
	mf->vreg = kw_arena_raw_array(mf->made, mf->cap_vregs, sizeof(*mf->vreg));
	return mf->inst && mf->opnd && mf->vreg ? 0 : -ENOMEM;
}

static bool has_loop(const struct kw_irfunc *f)
{
	u32 b;

	for (b = 0; b < f->nr_blocks; b++)
		if (f->block[b].is_loop_header)
			return true;
	return false;
}

int kw_lower_init(struct kw_lower *l)
{
	const struct kw_irfunc *f = l->f;
	struct kw_mfunc *mf = l->mf;

	l->vreg = kw_arena_array(mf->tmp, f->nr_nodes, sizeof(*l->vreg));
	if (has_loop(f)) {
		l->feeds = kw_arena_array(mf->tmp, f->nr_nodes, sizeof(*l->feeds));
		if (!l->feeds)
			return -ENOMEM;
	}
	if (!l->vreg || reserve(mf, f->nr_nodes))
		return -ENOMEM;
	kw_mi_vreg(l, KW_T_VOID);	/* number 0: none */
	return l->err ?: copy_graph(l) ?: reserve_vpool(l);
}

/* @n elements of @size bytes at @p, where they stay; NULL: no memory. */
static void *keep(struct kw_mfunc *mf, const void *p, u32 n, size_t size)
{
	void *q = kw_arena_raw_array(mf->arena, n, size);

	if (q)
		memcpy(q, p, n * size);
	return q;
}

int kw_lower_keep(struct kw_mfunc *mf)
{
	struct kw_minst *inst;
	struct kw_mopnd *opnd;
	struct kw_vreg *vreg;

	if (mf->made == mf->arena)
		return 0;
	inst = keep(mf, mf->inst, mf->nr_insts, sizeof(*inst));
	opnd = keep(mf, mf->opnd, mf->nr_opnds, sizeof(*opnd));
	vreg = keep(mf, mf->vreg, mf->nr_vregs, sizeof(*vreg));
	if (!inst || !opnd || !vreg)
		return -ENOMEM;
	mf->inst = inst;
	mf->cap_insts = mf->nr_insts;
	mf->opnd = opnd;
	mf->cap_opnds = mf->nr_opnds;
	mf->vreg = vreg;
	mf->cap_vregs = mf->nr_vregs;
	return 0;
}
