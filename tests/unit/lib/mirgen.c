// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Machine IR made by hand: blocks, operands, edges; loops and dominators are worked out here. */
#include <stdio.h>
#include <stdlib.h>

#include "mirgen.h"

static void *grow(struct mirgen *g, void *p, u32 *cap, u32 need, size_t size)
{
	p = kw_arena_grow(&g->arena, p, cap, need, size);
	if (!p) {
		printf("Bail out! out of memory\n");
		exit(1);
	}
	return p;
}

void mirgen_init(struct mirgen *g, u64 int_mask, u64 vec_mask)
{
	memset(g, 0, sizeof(*g));
	kw_arena_init(&g->arena, 4ULL << 30);
	g->mf.arena = &g->arena;
	kw_arena_init_shared(&g->tmp, &g->arena);
	g->mf.tmp = &g->tmp;
	g->mf.allocatable[KW_RC_INT] = int_mask;
	g->mf.allocatable[KW_RC_VEC] = vec_mask;
	g->mf.nr_vregs = 0;
	mirgen_vreg(g, KW_RC_INT, KW_T_VOID);
	mirgen_begin(g, mirgen_label(g, 0, NULL));
}

void mirgen_free(struct mirgen *g)
{
	kw_arena_free(&g->tmp);
	kw_arena_free(&g->arena);
}

u32 mirgen_rand(struct mirgen *g, u32 below)
{
	g->seed = g->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return below ? (u32)(g->seed >> 33) % below : 0;
}

u32 mirgen_vreg(struct mirgen *g, u32 rclass, u32 type)
{
	struct kw_mfunc *mf = &g->mf;

	mf->vreg = grow(g, mf->vreg, &mf->cap_vregs, mf->nr_vregs + 1, sizeof(*mf->vreg));
	memset(&mf->vreg[mf->nr_vregs], 0, sizeof(*mf->vreg));
	mf->vreg[mf->nr_vregs].rclass = rclass;
	mf->vreg[mf->nr_vregs].type = type;
	mf->vreg[mf->nr_vregs].hint = KW_NO_REG;
	return mf->nr_vregs++;
}

static u32 put_vregs(struct mirgen *g, u32 nr, const u32 *v)
{
	struct kw_mfunc *mf = &g->mf;
	u32 at = mf->nr_vpool;

	mf->vpool = grow(g, mf->vpool, &mf->cap_vpool, at + nr + 1, sizeof(*mf->vpool));
	if (nr)
		memcpy(mf->vpool + at, v, nr * sizeof(*v));
	mf->nr_vpool += nr;
	return at;
}

u32 mirgen_label(struct mirgen *g, u32 nr_params, const u32 *params)
{
	struct mirgen_label *l;

	g->label = grow(g, g->label, &g->cap_labels, g->nr_labels + 1, sizeof(*l));
	l = &g->label[g->nr_labels];
	memset(l, 0, sizeof(*l));
	l->block = ~0u;
	l->params = put_vregs(g, nr_params, params);
	l->nr_params = nr_params;
	return g->nr_labels++;
}

void mirgen_begin(struct mirgen *g, u32 label)
{
	struct kw_mfunc *mf = &g->mf;
	struct kw_mblock *b;

	mf->block = grow(g, mf->block, &g->cap_blocks, mf->nr_blocks + 1, sizeof(*b));
	b = &mf->block[mf->nr_blocks];
	memset(b, 0, sizeof(*b));
	g->cur = mf->nr_blocks++;
	g->label[label].block = g->cur;
	b->first = mf->nr_insts;
	b->params = g->label[label].params;
	b->nr_params = g->label[label].nr_params;
	b->cold = g->label[label].cold;
	b->is_loop_header = g->label[label].header;
	b->loop_end = g->label[label].end_label;
}

u32 mirgen_inst(struct mirgen *g, u32 flags, u64 clobbers)
{
	struct kw_mfunc *mf = &g->mf;

	mf->inst = grow(g, mf->inst, &mf->cap_insts, mf->nr_insts + 1, sizeof(*mf->inst));
	memset(&mf->inst[mf->nr_insts], 0, sizeof(*mf->inst));
	mf->inst[mf->nr_insts].op = KW_MOP_ISA;
	mf->inst[mf->nr_insts].flags = flags | (clobbers ? KW_MI_CLOBBERS : 0);
	mf->inst[mf->nr_insts].clobbers = clobbers;
	mf->inst[mf->nr_insts].opnds = mf->nr_opnds;
	return mf->nr_insts++;
}

void mirgen_opnd(struct mirgen *g, u32 kind, u32 want, u32 reg, u32 vreg)
{
	struct kw_mfunc *mf = &g->mf;
	struct kw_mopnd *o;

	mf->opnd = grow(g, mf->opnd, &mf->cap_opnds, mf->nr_opnds + 1, sizeof(*o));
	o = &mf->opnd[mf->nr_opnds++];
	o->vreg = vreg;
	o->kind = kind;
	o->want = want;
	o->reg = reg;
	o->alloc = KW_ALLOC_NONE;
	mf->inst[mf->nr_insts - 1].nr_opnds++;
}

u32 mirgen_const(struct mirgen *g, u32 rclass, u32 type)
{
	u32 v = mirgen_vreg(g, rclass, type);

	g->mf.vreg[v].remat = 1 + mirgen_inst(g, 0, 0);
	mirgen_opnd(g, KW_OP_DEF, KW_WANT_REG, 0, v);
	return v;
}

u32 mirgen_def(struct mirgen *g, u32 rclass, u32 type, u32 nr_uses, const u32 *uses)
{
	u32 v = mirgen_vreg(g, rclass, type), k;

	mirgen_inst(g, 0, 0);
	mirgen_opnd(g, KW_OP_DEF, KW_WANT_REG, 0, v);
	for (k = 0; k < nr_uses; k++)
		mirgen_opnd(g, KW_OP_USE, KW_WANT_REG, 0, uses[k]);
	return v;
}

void mirgen_use(struct mirgen *g, u32 nr_uses, const u32 *uses)
{
	u32 k;

	mirgen_inst(g, 0, 0);
	for (k = 0; k < nr_uses; k++)
		mirgen_opnd(g, KW_OP_USE, KW_WANT_REG, 0, uses[k]);
}

void mirgen_call(struct mirgen *g)
{
	mirgen_inst(g, KW_MI_CALL, g->mf.allocatable[0] | g->mf.allocatable[1]);
}

static void add_jump(struct mirgen *g, u32 label, const u32 *args)
{
	u32 n = g->label[label].nr_params;
	struct mirgen_jump *j;

	g->jump = grow(g, g->jump, &g->cap_jumps, g->nr_jumps + 1, sizeof(*j));
	j = &g->jump[g->nr_jumps++];
	j->from = g->cur;
	j->label = label;
	j->args = put_vregs(g, n, args);
	g->mf.block[g->cur].end = g->mf.nr_insts;
}

void mirgen_jump(struct mirgen *g, u32 label, const u32 *args)
{
	u32 i = mirgen_inst(g, KW_MI_TERM, 0);

	g->mf.inst[i].op = KW_MOP_JUMP;
	add_jump(g, label, args);
}

void mirgen_branch(struct mirgen *g, u32 use, u32 yes, u32 no)
{
	u32 labels[] = { yes, no };

	mirgen_switch(g, use, 2, labels);
}

void mirgen_switch(struct mirgen *g, u32 use, u32 nr, const u32 *labels)
{
	u32 k;

	mirgen_inst(g, KW_MI_TERM, 0);
	if (use)
		mirgen_opnd(g, KW_OP_USE, KW_WANT_REG, 0, use);
	for (k = 0; k < nr; k++)
		add_jump(g, labels[k], NULL);
}

void mirgen_return(struct mirgen *g, u32 use)
{
	mirgen_inst(g, KW_MI_TERM, 0);
	if (use)
		mirgen_opnd(g, KW_OP_USE, KW_WANT_ANY, 0, use);
	g->mf.block[g->cur].end = g->mf.nr_insts;
}

static void make_edges(struct mirgen *g)
{
	struct kw_mfunc *mf = &g->mf;
	u32 cap = 0, k, b, n = 0;

	mf->medge = grow(g, NULL, &cap, g->nr_jumps + 1, sizeof(*mf->medge));
	cap = 0;
	mf->epool = grow(g, NULL, &cap, g->nr_jumps + 1, sizeof(*mf->epool));
	mf->nr_medges = g->nr_jumps;
	/* Jumps were added block by block, so the edges of one stand together. */
	for (k = 0; k < g->nr_jumps; k++) {
		struct kw_medge *e = &mf->medge[k];

		e->from = g->jump[k].from;
		e->to = g->label[g->jump[k].label].block;
		e->args = g->jump[k].args;
		if (!mf->block[e->from].nr_succs++)
			mf->block[e->from].succ = k;
		mf->block[e->to].nr_preds++;
	}
	for (b = 0; b < mf->nr_blocks; b++) {
		mf->block[b].pred = n;
		n += mf->block[b].nr_preds;
		mf->block[b].nr_preds = 0;
	}
	for (k = 0; k < g->nr_jumps; k++) {
		struct kw_mblock *to = &mf->block[mf->medge[k].to];

		mf->epool[to->pred + to->nr_preds++] = k;
	}
}

static u32 intersect(const struct kw_mblock *mb, u32 a, u32 b)
{
	while (a != b) {
		while (a > b)
			a = mb[a].idom;
		while (b > a)
			b = mb[b].idom;
	}
	return a;
}

/* Reducible and in reverse post-order: one pass over forward edges is exact. */
static void make_dominators(struct mirgen *g)
{
	struct kw_mblock *mb = g->mf.block;
	u32 b, k;

	for (b = 1; b < g->mf.nr_blocks; b++) {
		u32 idom = ~0u;

		for (k = 0; k < mb[b].nr_preds; k++) {
			u32 from = g->mf.medge[g->mf.epool[mb[b].pred + k]].from;

			if (from < b)
				idom = idom == ~0u ? from : intersect(mb, idom, from);
		}
		mb[b].idom = idom;
	}
}

static void make_loops(struct mirgen *g)
{
	struct kw_mblock *mb = g->mf.block;
	u32 *open = calloc(g->mf.nr_blocks + 1, sizeof(*open)), n = 0, b;

	for (b = 0; b < g->mf.nr_blocks; b++) {
		while (n && mb[open[n - 1]].loop_end <= b)
			n--;
		if (mb[b].is_loop_header) {
			mb[b].loop_end = mb[b].loop_end ? g->label[mb[b].loop_end].block :
						      g->mf.nr_blocks;
			open[n++] = b;
		}
		mb[b].loop_depth = n;
	}
	free(open);
}

void mirgen_finish(struct mirgen *g)
{
	make_edges(g);
	make_dominators(g);
	make_loops(g);
}

static void print_place(u32 place)
{
	if (place < 32)
		printf("r%u", place);
	else if (place < 64)
		printf("x%u", place - 32);
	else if (place == KW_ALLOC_NONE)
		printf("-");
	else
		printf("[%u]", place - KW_ALLOC_SLOT);
}

static void print_edit(const struct kw_edit *e)
{
	static const char *const names[] = { "move", "swap", "remat" };

	printf("#      %s ", names[e->kind]);
	print_place(e->from);
	printf(" -> ");
	print_place(e->to);
	printf("\n");
}

static void print_inst(const struct mirgen *g, u32 i)
{
	static const char *const kinds[] = { "use", "late", "def", "early" };
	static const char *const wants[] = { "", "any", "fixed", "reuse" };
	const struct kw_minst *inst = &g->mf.inst[i];
	const struct kw_mopnd *o = g->mf.opnd + inst->opnds;
	u32 k;

	printf("#  %4u%s%s clobbers %llx", i, inst->flags & KW_MI_CALL ? " call" : "",
	       inst->flags & KW_MI_MOVE ? " copy" : "", (unsigned long long)kw_mi_clobbers(inst));
	for (k = 0; k < inst->nr_opnds; k++) {
		printf(", %s v%u %s", kinds[o[k].kind], o[k].vreg, wants[o[k].want]);
		if (o[k].want >= KW_WANT_FIXED)
			printf("(%u)", o[k].reg);
		printf(" = ");
		print_place(o[k].alloc);
	}
	printf("\n");
}

void mirgen_print(const struct mirgen *g)
{
	const struct kw_mfunc *mf = &g->mf;
	u32 b, i, k, n = 0;

	for (b = 0; b < mf->nr_blocks; b++) {
		const struct kw_mblock *mb = &mf->block[b];

		printf("# block %u depth %u%s%s idom %u (", b, mb->loop_depth,
		       mb->is_loop_header ? " header" : "", mb->cold ? " cold" : "", mb->idom);
		for (k = 0; k < mb->nr_params; k++)
			printf(" v%u", mf->vpool[mb->params + k]);
		printf(" )\n");
		for (i = mb->first; i < mb->end; i++) {
			for (; n < mf->nr_edits && mf->edit[n].at == i; n++)
				print_edit(&mf->edit[n]);
			print_inst(g, i);
		}
		for (k = 0; k < mb->nr_succs; k++) {
			const struct kw_medge *e = &mf->medge[mb->succ + k];

			printf("#    -> block %u (", e->to);
			for (i = 0; i < mf->block[e->to].nr_params; i++)
				printf(" v%u", mf->vpool[e->args + i]);
			printf(" )\n");
		}
	}
}
