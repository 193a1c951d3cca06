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
#define V	KW_IR_VARARGS

const struct kw_iropinfo kw_iropinfo[KW_NR_IROPS] = {
#define KW_IR(name, text, nr_args, flags) [KW_IR_##name] = { text, nr_args, flags },
#include "op.def"
};

#undef P
#undef C
#undef T
#undef W
#undef R
#undef X
#undef B
#undef V

void kw_ir_for_each_use(const struct kw_irfunc *f, kw_vid v,
			void (*fn)(void *priv, kw_vid *use), void *priv)
{
	struct kw_node *n = &f->node[v];
	u8 nr = kw_iropinfo[n->op].nr_args;
	u32 i;

	if (nr == KW_IR_VARARGS) {
		for (i = 0; i < n->b; i++)
			fn(priv, &f->pool[n->a + i]);
		return;
	}
	if (nr >= 1 && n->a)
		fn(priv, &n->a);
	if (nr >= 2 && n->b)
		fn(priv, &n->b);
	if (nr >= 3 && n->c)
		fn(priv, &n->c);
}

static void count_one(void *priv, kw_vid *use)
{
	const struct kw_irfunc *f = priv;

	f->node[*use].uses++;
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
			kw_ir_for_each_use(f, v, count_one, f);
	for (i = 0; i < f->nr_edges; i++) {
		const struct kw_edge *e = &f->edge[i];

		for (j = 0; j < f->block[e->to].nr_phis; j++)
			f->node[f->pool[e->args + j]].uses++;
	}
}
