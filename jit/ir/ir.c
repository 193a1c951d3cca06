// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The SSA graph's own storage: nodes, blocks, edges and the argument pool, all growing in one arena. */
#include "build.h"

#define P	KW_IRF_P
#define C	KW_IRF_C
#define T	KW_IRF_T
#define W	KW_IRF_W
#define R	KW_IRF_R
#define X	KW_IRF_X
#define B	KW_IRF_B
#define S	KW_IRF_S
#define V	KW_IR_VARARGS

const struct kw_iropinfo kw_iropinfo[KW_NR_IROPS] = {
#define KW_IR(name, text, nr_args, flags) [KW_IR_##name] = { text, nr_args, flags },
#include "op.def"
};

const u8 kw_cond_opposite[] = {
	[KW_EQ] = KW_NE, [KW_NE] = KW_EQ, [KW_LT_S] = KW_GE_S, [KW_LT_U] = KW_GE_U,
	[KW_GT_S] = KW_LE_S, [KW_GT_U] = KW_LE_U, [KW_LE_S] = KW_GT_S, [KW_LE_U] = KW_GT_U,
	[KW_GE_S] = KW_LT_S, [KW_GE_U] = KW_LT_U,
};

const u8 kw_cond_exchanged[] = {
	[KW_EQ] = KW_EQ, [KW_NE] = KW_NE, [KW_LT_S] = KW_GT_S, [KW_LT_U] = KW_GT_U,
	[KW_GT_S] = KW_LT_S, [KW_GT_U] = KW_LT_U, [KW_LE_S] = KW_GE_S, [KW_LE_U] = KW_GE_U,
	[KW_GE_S] = KW_LE_S, [KW_GE_U] = KW_LE_U,
};

#undef P
#undef C
#undef T
#undef W
#undef R
#undef X
#undef B
#undef S
#undef V

static void count_args(struct kw_irfunc *f, struct kw_node *n)
{
	u32 nr, i;
	const kw_vid *arg = kw_ir_args(f, n, &nr);

	for (i = 0; i < nr; i++)
		f->node[arg[i]].uses++;
}

void kw_ir_count_uses(struct kw_irfunc *f)
{
	kw_bid blk;
	kw_vid v;
	u32 i, j;

	for (v = 0; v < f->nr_nodes; v++)
		f->node[v].uses = 0;
	for (blk = 0; blk < f->nr_blocks; blk++)
		kw_ir_for_each_node(f, blk, v)
			count_args(f, &f->node[v]);
	for (i = 0; i < f->nr_edges; i++) {
		const struct kw_edge *e = &f->edge[i];

		for (j = 0; j < f->block[e->to].nr_phis; j++)
			f->node[f->pool[e->args + j]].uses++;
	}
}

void kw_ir_fit(struct kw_irfunc *f)
{
	f->block = kw_arena_fit(f->arena, f->block, &f->cap_blocks, f->nr_blocks, sizeof(*f->block));
	f->edge = kw_arena_fit(f->arena, f->edge, &f->cap_edges, f->nr_edges, sizeof(*f->edge));
	f->succs = kw_arena_fit(f->arena, f->succs, &f->cap_succs, f->nr_succs, sizeof(*f->succs));
	f->pool = kw_arena_fit(f->arena, f->pool, &f->cap_pool, f->nr_pool, sizeof(*f->pool));
}
