// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Hash-consing while the graph is built: an equal node whose block dominates
 * the current one is used again.  Loads of host structures take part with the
 * version (epoch) of what they read.
 */
#include "builder.h"

#define GVN_FIRST_CAP	256

struct kw_gvn_slot {
	kw_vid v;
	u32 hash;
	u32 epoch;
};

static u32 mix(u32 h, u32 x)
{
	h ^= x;
	h *= 0x9e3779b1;
	return h ^ h >> 15;
}

static u32 hash_node(const struct kw_node *n, u32 epoch)
{
	u32 h = mix(n->op | n->type << 8 | n->sub << 16 | (u32)n->aux << 24, n->a);

	h = mix(h, n->b);
	h = mix(h, n->c);
	h = mix(h, (u32)n->imm);
	return mix(h, (u32)(n->imm >> 32) ^ epoch);
}

static bool equal(const struct kw_node *x, const struct kw_node *y)
{
	return x->op == y->op && x->type == y->type && x->sub == y->sub && x->aux == y->aux &&
	       x->a == y->a && x->b == y->b && x->c == y->c && x->imm == y->imm;
}

static u32 epoch_of(const struct kw_builder *b, const struct kw_node *n)
{
	if (n->op == KW_IR_MEMLIMIT)
		return b->epoch[KW_H_MEMSIZE];
	return n->op == KW_IR_HLOAD ? b->epoch[n->aux] : 0;
}

static struct kw_gvn_slot *probe(struct kw_builder *b, const struct kw_node *n, u32 hash, u32 epoch)
{
	u32 i = hash & (b->gvn_cap - 1);

	for (; b->gvn[i].v; i = (i + 1) & (b->gvn_cap - 1)) {
		const struct kw_gvn_slot *s = &b->gvn[i];

		if (s->hash == hash && s->epoch == epoch && equal(&b->f->node[s->v], n))
			break;
	}
	return &b->gvn[i];
}

kw_vid kw_gvn_find(struct kw_builder *b, const struct kw_node *n)
{
	u32 epoch = epoch_of(b, n);
	kw_vid v;

	if (!b->gvn)
		return 0;
	v = probe(b, n, hash_node(n, epoch), epoch)->v;
	if (v && !kw_dominates(&b->dom, b->f->node[v].block, b->cur))
		return 0;
	return v;
}

static int rehash(struct kw_builder *b)
{
	u32 old_cap = b->gvn_cap, i, cap = old_cap ? 2 * old_cap : GVN_FIRST_CAP;
	struct kw_gvn_slot *old = b->gvn;

	b->gvn = kw_arena_array(b->f->tmp, cap, sizeof(*b->gvn));
	if (!b->gvn) {
		b->gvn = old;
		return -ENOMEM;
	}
	b->gvn_cap = cap;
	for (i = 0; i < old_cap; i++)
		if (old[i].v)
			*probe(b, &b->f->node[old[i].v], old[i].hash, old[i].epoch) = old[i];
	return 0;
}

/* A node that was found but does not dominate loses its place to the new one. */
void kw_gvn_add(struct kw_builder *b, kw_vid v)
{
	const struct kw_node *n = &b->f->node[v];
	u32 epoch = epoch_of(b, n), hash = hash_node(n, epoch);
	struct kw_gvn_slot *s;

	if (2 * b->gvn_used >= b->gvn_cap && rehash(b))
		return;		/* not remembered: only a chance missed */
	s = probe(b, n, hash, epoch);
	if (!s->v)
		b->gvn_used++;
	*s = (struct kw_gvn_slot){ v, hash, epoch };
}
