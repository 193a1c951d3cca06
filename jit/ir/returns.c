// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A block that does nothing but return is copied to the jumps that lead to it:
 * each result is then made where it is returned, and no jump is taken.  Runs on
 * the builder's graph, behind the merging of chains.
 */
#include "builder.h"

#define MAX_RESULTS	4	/* copying more would cost more than a jump */

static bool only_returns(const struct kw_irfunc *f, const struct kw_block *bl)
{
	kw_vid v = bl->first;

	while (v && f->node[v].op == KW_IR_PHI)
		v = f->node[v].next;
	return v && f->node[v].op == KW_IR_RET;
}

/* The RET of @bl as it is when one comes along @e. Return: start of its arguments in the pool, ~0: no memory. */
static u32 results_on(struct kw_irfunc *f, const struct kw_block *bl, const struct kw_edge *e)
{
	u32 n = f->node[bl->last].b, from = f->node[bl->last].a, to = f->nr_pool, i;
	kw_vid *p = kw_arena_grow(f->arena, f->pool, &f->cap_pool, to + n + 1, sizeof(*p));

	if (!p)
		return ~0u;
	f->pool = p;
	f->nr_pool += n;
	for (i = 0; i < n; i++) {
		kw_vid result = kw_ir_resolve(f, p[from + i]);
		const struct kw_node *v = &f->node[result];
		bool phi = v->op == KW_IR_PHI && v->block == e->to;

		p[to + i] = phi ? p[e->args + v->imm] : result;
	}
	return to;
}

/* Which block @b is part of now; chains get shorter on the way, so that looking stays cheap. */
static kw_bid merged(kw_bid *into, kw_bid b)
{
	while (into[b] != b) {
		into[b] = into[into[b]];
		b = into[b];
	}
	return b;
}

/* The block @e comes from ends in a jump: make it a return. */
static int return_there(struct kw_irfunc *f, const struct kw_block *bl, const struct kw_edge *e, kw_bid *merged_into)
{
	struct kw_block *from = &f->block[merged(merged_into, e->from)];
	struct kw_node *n = &f->node[from->last];
	u32 results = results_on(f, bl, e);

	if (results == ~0u)
		return -ENOMEM;
	n->op = KW_IR_RET;
	n->a = results;
	n->b = f->node[bl->last].b;
	n->wasm_off = f->node[bl->last].wasm_off;
	from->nr_succs = 0;
	return 0;
}

int kw_ir_copy_returns(struct kw_irfunc *f, const u32 *edge_next, kw_bid *merged_into, u8 *gone)
{
	kw_bid b;
	u32 e;
	int err;

	if (f->nr_results > MAX_RESULTS)
		return 0;
	for (b = 0; b < f->nr_blocks; b++) {
		struct kw_block *bl = &f->block[b];

		if (bl->nr_preds < 2 || !only_returns(f, bl))
			continue;
		for (e = bl->pred; e != ~0u; e = edge_next[e]) {
			err = return_there(f, bl, &f->edge[e], merged_into);
			if (err)
				return err;
			gone[e] = 1;
		}
		bl->first = 0;
		bl->last = 0;
	}
	return 0;
}
