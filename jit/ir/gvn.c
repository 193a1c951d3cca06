// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Hash-consing while the graph is built: an equal node whose block dominates
 * the current one is used again.  Loads of host structures and of the packet take
 * part with the version (epoch) of what they read.
 */
#include "builder.h"

#define GVN_FIRST_CAP	64
#define PROBES		32

struct kw_gvn_slot {
	kw_vid v;
	u32 hash;
	u32 epoch;
};

/* The first three operands of @n; those of a packet load are in the pool, and tell it well enough. */
static const kw_vid *operands(const struct kw_builder *b, const struct kw_node *n)
{
	return unlikely(n->op == KW_IR_PKT_LD) ? b->f->pool + n->a : n->arg;
}

static u32 hash_node(const struct kw_builder *b, const struct kw_node *n, u32 epoch)
{
	u64 h = (n->op | n->type << 8 | n->sub << 16 | (u32)n->aux << 24) ^ (u64)epoch << 32;
	const kw_vid *x = operands(b, n);

	h = (h ^ n->imm) * 0x9e3779b97f4a7c15ULL;
	h ^= (x[0] | (u64)x[1] << 32) * 0xc2b2ae3d27d4eb4fULL;
	h ^= h >> 32;
	return (u32)((h ^ x[2]) * 0x9e3779b97f4a7c15ULL >> 32);
}

static bool equal(const struct kw_builder *b, const struct kw_node *n, const struct kw_node *m)
{
	const kw_vid *x = operands(b, n), *y = operands(b, m);

	if (n->op != m->op || n->type != m->type || n->sub != m->sub || n->aux != m->aux || n->imm != m->imm ||
	    x[0] != y[0] || x[1] != y[1] || x[2] != y[2])
		return false;
	return n->op != KW_IR_PKT_LD || (n->b == m->b && (n->b == 3 || x[3] == y[3]));
}

static u32 epoch_of(const struct kw_builder *b, const struct kw_node *n)
{
	if (n->op == KW_IR_MEMLIMIT)
		return b->epoch[KW_H_MEMSIZE];
	if (n->op == KW_IR_PKT_LD)
		return max(b->epoch[KW_H_PACKET], b->epoch[KW_H_MARK]);
	return n->op == KW_IR_HLOAD ? b->epoch[n->aux] : 0;
}

/* Where @n is or may be put; full places of others are tried for so long only, whatever input does. */
static struct kw_gvn_slot *probe(struct kw_builder *b, const struct kw_node *n, u32 hash, u32 epoch)
{
	u32 mask = b->gvn_cap - 1, i = hash & mask, last = i + PROBES;

	for (; b->gvn[i & mask].v && i != last; i++) {
		const struct kw_gvn_slot *s = &b->gvn[i & mask];

		if (s->hash == hash && s->epoch == epoch && equal(b, &b->f->node[s->v], n))
			break;
	}
	return &b->gvn[i & mask];
}

kw_vid kw_gvn_find(struct kw_builder *b, const struct kw_node *n)
{
	u32 epoch = epoch_of(b, n);
	const struct kw_gvn_slot *s;

	b->gvn_hash = hash_node(b, n, epoch);
	if (!b->gvn)
		return 0;
	s = b->gvn_slot = probe(b, n, b->gvn_hash, epoch);
	if (!s->v || s->hash != b->gvn_hash || s->epoch != epoch || !equal(b, &b->f->node[s->v], n) ||
	    !kw_dominates(&b->dom, b->f->node[s->v].block, b->cur))
		return 0;
	return s->v;
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

/*
 * @v, which was not found just now.  An equal node that does not dominate
 * loses its place, and so does whoever has the last one tried.
 */
void kw_gvn_add(struct kw_builder *b, kw_vid v)
{
	const struct kw_node *n = &b->f->node[v];
	u32 epoch = epoch_of(b, n);

	if (2 * b->gvn_used >= b->gvn_cap) {
		if (rehash(b))
			return;		/* not remembered: only a chance missed */
		b->gvn_slot = probe(b, n, b->gvn_hash, epoch);
	}
	if (!b->gvn_slot->v)
		b->gvn_used++;
	*b->gvn_slot = (struct kw_gvn_slot){ v, b->gvn_hash, epoch };
}
