// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Lowering: the walk over blocks and nodes, block ends, and the making of instructions. */
#include "lower.h"

static void *more(struct x64_lower *l, void *p, u32 *cap, u32 need, size_t size)
{
	void *q;

	if (need <= *cap)
		return p;
	q = kw_arena_grow(l->mf->arena, p, cap, need, size);
	if (!q)
		l->err = -ENOMEM;
	return q;
}

u32 x64_new_vreg(struct x64_lower *l, u8 type)
{
	struct kw_mfunc *mf = l->mf;
	struct kw_vreg *v;

	if (l->err)
		return KW_NO_VREG;
	v = more(l, mf->vreg, &mf->cap_vregs, mf->nr_vregs + 1, sizeof(*v));
	if (!v)
		return KW_NO_VREG;
	mf->vreg = v;
	mf->vreg[mf->nr_vregs] = (struct kw_vreg){
		.rclass = x64_is_vec(type) ? KW_RC_VEC : KW_RC_INT, .type = type, .hint = KW_NO_REG,
	};
	return mf->nr_vregs++;
}

/* What needs no instruction of its own, since every i32 is zero-extended (abi.h). */
static kw_vid same_value(const struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);

	while (n->op == KW_IR_ZEXT32 || (n->op == KW_IR_WRAP && x64_is_zext(l, n->a))) {
		v = n->a;
		n = x64_node(l, v);
	}
	return v;
}

u32 x64_inst_value(struct x64_lower *l)
{
	if (!l->inst_vreg)
		l->inst_vreg = x64_new_vreg(l, KW_T_I64);
	return l->inst_vreg;
}

u32 x64_value(struct x64_lower *l, kw_vid v)
{
	v = same_value(l, v);
	if (x64_node(l, v)->op == KW_IR_INST)
		return x64_inst_value(l);
	if (!l->vreg[v])
		l->vreg[v] = x64_new_vreg(l, x64_node(l, v)->type);
	return l->vreg[v];
}

void x64_begin(struct x64_lower *l, u16 op, enum x64_size size)
{
	memset(&l->mi, 0, sizeof(l->mi));
	l->mi.op = op;
	l->mi.size = size;
	l->mi.base = KW_NO_REG;
	l->mi.index = KW_NO_REG;
	l->mi.wasm_off = x64_node(l, l->root)->wasm_off;
}

void x64_opnd(struct x64_lower *l, u32 vreg, enum kw_opnd_kind kind, enum kw_opnd_want want, u8 reg)
{
	if (l->err)
		return;
	if (l->mi.nr_opnds == X64_MAX_OPNDS) {
		l->err = -E2BIG;
		return;
	}
	l->opnd[l->mi.nr_opnds++] = (struct kw_mopnd){
		.vreg = vreg, .kind = kind, .want = want, .reg = reg, .alloc = KW_ALLOC_NONE,
	};
}

void x64_def(struct x64_lower *l, kw_vid v)
{
	x64_opnd(l, x64_value(l, v), KW_OP_DEF, KW_WANT_REG, KW_NO_REG);
}

void x64_def_tied(struct x64_lower *l, kw_vid v, u8 use)
{
	x64_opnd(l, x64_value(l, v), KW_OP_DEF, KW_WANT_REUSE, use);
}

void x64_use(struct x64_lower *l, u32 vreg)
{
	x64_opnd(l, vreg, KW_OP_USE, KW_WANT_REG, KW_NO_REG);
}

void x64_use_any(struct x64_lower *l, u32 vreg)
{
	x64_opnd(l, vreg, KW_OP_USE, KW_WANT_ANY, KW_NO_REG);
}

void x64_use_fixed(struct x64_lower *l, u32 vreg, u8 reg)
{
	x64_opnd(l, vreg, KW_OP_USE, KW_WANT_FIXED, reg);
}

void x64_temp(struct x64_lower *l, u8 type)
{
	x64_opnd(l, x64_new_vreg(l, type), KW_OP_EARLY_DEF, KW_WANT_REG, KW_NO_REG);
}

void x64_end(struct x64_lower *l)
{
	struct kw_mfunc *mf = l->mf;
	struct kw_mopnd *o;
	struct kw_minst *seq;

	if (l->err)
		return;
	o = more(l, mf->opnd, &mf->cap_opnds, mf->nr_opnds + l->mi.nr_opnds, sizeof(*o));
	seq = more(l, l->seq, &l->cap_seq, l->nr_seq + 1, sizeof(*seq));
	if (l->err)
		return;
	mf->opnd = o;
	l->seq = seq;
	l->mi.opnds = mf->nr_opnds;
	if (l->mi.nr_opnds)
		memcpy(mf->opnd + mf->nr_opnds, l->opnd, l->mi.nr_opnds * sizeof(*o));
	mf->nr_opnds += l->mi.nr_opnds;
	l->seq[l->nr_seq++] = l->mi;
}

static void start_sequence(struct x64_lower *l)
{
	u32 *start = more(l, l->start, &l->cap_starts, l->nr_starts + 1, sizeof(*start));

	if (l->err)
		return;
	l->start = start;
	l->start[l->nr_starts++] = l->nr_seq;
}

static void push_vpool(struct x64_lower *l, u32 vreg)
{
	struct kw_mfunc *mf = l->mf;
	u32 *p;

	if (l->err)
		return;
	p = more(l, mf->vpool, &mf->cap_vpool, mf->nr_vpool + 1, sizeof(*p));
	if (!p)
		return;
	mf->vpool = p;
	mf->vpool[mf->nr_vpool++] = vreg;
}

/* A phi without users is dropped, and so is its argument on every edge. */
static void lower_edge(struct x64_lower *l, const struct kw_edge *e, struct kw_medge *me)
{
	const struct kw_irfunc *f = l->f;
	kw_vid v;

	*me = (struct kw_medge){ .from = e->from, .to = e->to, .args = l->mf->nr_vpool };
	for (v = f->block[e->to].first; v && f->node[v].op == KW_IR_PHI; v = f->node[v].next)
		if (f->node[v].uses) {
			kw_vid arg = f->pool[e->args + f->node[v].imm];

			push_vpool(l, x64_value(l, arg));
			if (e->from >= e->to)
				l->feeds[arg] = v;
		}
}

static void lower_phis(struct x64_lower *l, kw_bid b)
{
	const struct kw_irfunc *f = l->f;
	struct kw_mblock *mb = &l->mf->block[b];
	kw_vid v;

	mb->params = l->mf->nr_vpool;
	for (v = f->block[b].first; v && f->node[v].op == KW_IR_PHI; v = f->node[v].next)
		if (f->node[v].uses)
			push_vpool(l, x64_value(l, v));
	mb->nr_params = l->mf->nr_vpool - mb->params;
}

static void lower_switch(struct x64_lower *l, const struct kw_node *n)
{
	x64_begin(l, X64_SWITCH, X64_SL);
	x64_use(l, x64_value(l, n->a));
	x64_opnd(l, x64_new_vreg(l, KW_T_I64), KW_OP_EARLY_DEF, KW_WANT_FIXED, X64_RAX);
	x64_temp(l, KW_T_I64);
	l->mi.aux = n->b;
	l->mi.imm = n->c;
	l->mi.flags = KW_MI_TERM;
	x64_end(l);
}

static void lower_block_end(struct x64_lower *l, const struct kw_node *n)
{
	switch (n->op) {
	case KW_IR_JUMP:
		x64_begin(l, KW_MOP_JUMP, X64_SL);
		break;
	case KW_IR_BR:
		x64_begin(l, X64_BR, X64_SL);
		x64_cond(l, n->a, false);
		break;
	case KW_IR_SWITCH:
		lower_switch(l, n);
		return;
	case KW_IR_RET:
		x64_lower_ret(l, n);
		return;
	default:
		x64_begin(l, X64_TRAP, X64_SL);
		l->mi.aux = n->aux;
		break;
	}
	l->mi.flags = KW_MI_TERM;
	x64_end(l);
}

/* May it go when nobody wants its value? */
static bool is_removable(const struct kw_node *n)
{
	return kw_iropinfo[n->op].flags & KW_IRF_P || n->op == KW_IR_HLOAD || n->op == KW_IR_FLOAD ||
	       (n->op == KW_IR_LOAD && !n->aux);
}

static void lower_node(struct x64_lower *l, kw_vid v)
{
	const struct kw_node *n = x64_node(l, v);
	u8 flags = kw_iropinfo[n->op].flags;

	if (n->op == KW_IR_NOP || n->op == KW_IR_PHI || n->op == KW_IR_PARAM || n->op == KW_IR_INST ||
	    n->op == KW_IR_PROJ || l->sunk[v] || (is_removable(n) && !l->vreg[v]))
		return;
	l->root = v;
	start_sequence(l);
	if (flags & KW_IRF_B)
		lower_block_end(l, n);
	else if (kw_iropinfo[n->op].nr_args == KW_IR_VARARGS)
		x64_lower_call(l, v, n);
	else if (flags & KW_IRF_P)
		x64_lower_value(l, v, n);
	else
		x64_lower_effect(l, v, n);
}

static void lower_block(struct x64_lower *l, kw_bid b)
{
	const struct kw_block *ib = &l->f->block[b];
	struct kw_mblock *mb = &l->mf->block[b];
	kw_vid v;
	u32 i;

	l->block = b;
	for (i = 0; i < ib->nr_succs; i++)
		lower_edge(l, &l->f->edge[l->f->succs[ib->succ + i]], &l->mf->medge[mb->succ + i]);
	mb->end = l->nr_starts;		/* sequences until place_blocks() */
	for (v = ib->last; v && !l->err; v = l->f->node[v].prev)
		lower_node(l, v);
	lower_phis(l, b);
	if (b == 0) {
		l->root = 0;
		start_sequence(l);
		x64_lower_params(l);
	}
	mb->first = l->nr_starts;
}

/* Sequences [end, first) of each block, in forward order; vreg.remat becomes an instruction's number. */
static int place_blocks(struct x64_lower *l)
{
	struct kw_mfunc *mf = l->mf;
	u32 b, s, i, n = 0, *place;

	mf->inst = kw_arena_array(mf->arena, l->nr_seq, sizeof(*mf->inst));
	place = kw_arena_array(mf->arena, l->nr_seq, sizeof(*place));
	if (!mf->inst || !place)
		return -ENOMEM;
	mf->cap_insts = l->nr_seq;
	for (b = 0; b < mf->nr_blocks; b++) {
		struct kw_mblock *mb = &mf->block[b];
		u32 last = mb->end;

		s = mb->first;
		mb->first = n;
		while (s-- > last) {
			u32 end = s + 1 < l->nr_starts ? l->start[s + 1] : l->nr_seq;

			for (i = l->start[s]; i < end; i++) {
				place[i] = n;
				mf->inst[n++] = l->seq[i];
			}
		}
		mb->end = n;
	}
	mf->nr_insts = n;
	for (i = 1; i < mf->nr_vregs; i++)
		if (mf->vreg[i].remat)
			mf->vreg[i].remat = 1 + place[mf->vreg[i].remat - 1];
	return 0;
}

/* Blocks stay as they are; edges are numbered anew, those that leave a block side by side. */
static int copy_graph(struct x64_lower *l)
{
	const struct kw_irfunc *f = l->f;
	struct kw_mfunc *mf = l->mf;
	u32 *number = kw_arena_array(mf->arena, f->nr_edges, sizeof(*number));
	u32 b, i, n = 0;

	mf->nr_blocks = f->nr_blocks;
	mf->nr_medges = f->nr_edges;
	mf->block = kw_arena_array(mf->arena, f->nr_blocks, sizeof(*mf->block));
	mf->medge = kw_arena_array(mf->arena, f->nr_edges, sizeof(*mf->medge));
	mf->epool = kw_arena_array(mf->arena, f->nr_edges, sizeof(*mf->epool));
	if (!number || !mf->block || !mf->medge || !mf->epool)
		return -ENOMEM;
	for (b = 0; b < f->nr_blocks; b++) {
		const struct kw_block *ib = &f->block[b];

		mf->block[b] = (struct kw_mblock){
			.succ = n, .nr_succs = ib->nr_succs, .pred = ib->pred, .nr_preds = ib->nr_preds,
			.loop_depth = ib->loop_depth, .is_loop_header = ib->is_loop_header,
			.cold = ib->cold, .loop_header = ib->loop_header, .loop_end = ib->loop_end,
			.idom = ib->idom,
		};
		for (i = 0; i < ib->nr_succs; i++)
			number[f->succs[ib->succ + i]] = n++;
	}
	for (b = 0; b < f->nr_blocks; b++)
		for (i = 0; i < f->block[b].nr_preds; i++)
			mf->epool[f->block[b].pred + i] = number[f->preds[f->block[b].pred + i]];
	return 0;
}

static int lower_init(struct x64_lower *l)
{
	const struct kw_irfunc *f = l->f;
	struct kw_mfunc *mf = l->mf;

	l->vreg = kw_arena_array(mf->arena, f->nr_nodes, sizeof(*l->vreg));
	l->sunk = kw_arena_array(mf->arena, f->nr_nodes, sizeof(*l->sunk));
	l->feeds = kw_arena_array(mf->arena, f->nr_nodes, sizeof(*l->feeds));
	if (!l->vreg || !l->sunk || !l->feeds)
		return -ENOMEM;
	mf->allocatable[KW_RC_INT] = X64_ALL_INT;
	if (f->has_memory)
		mf->allocatable[KW_RC_INT] &= ~BIT_ULL(X64_MEMBASE);
	mf->allocatable[KW_RC_VEC] = X64_ALL_VEC;
	x64_new_vreg(l, KW_T_VOID);	/* number 0: none */
	return l->err ?: copy_graph(l);
}

int x64_lower(const struct kw_irfunc *f, struct kw_mfunc *mf)
{
	struct x64_lower l = { .f = f, .mf = mf };
	int err = lower_init(&l);
	kw_bid b;

	for (b = f->nr_blocks; b-- > 0 && !err; err = l.err)
		lower_block(&l, b);
	return err ?: place_blocks(&l);
}
