// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Hash-consing while the graph is built: an equal node whose block dominates
 * the current one is used again.  Loads of host structures and of the packet take
 * part with the version (epoch) of what they read, which they carry in .c.
 *
 * A node that may be found stands in the list of its hash, linked through .chain.
 */
#include "builder.h"

#define PROBES		32	/* of a list so many are tried, whatever input does */
#define KEY_BYTES	offsetof(struct kw_node, next)	/* what equal nodes have in common stands first */

int kw_gvn_init(struct kw_builder *b, u32 nr_lists)
{
	b->gvn_shift = 32;
	while (nr_lists >> (32 - b->gvn_shift) > 1)
		b->gvn_shift--;
	b->gvn = kw_arena_array(b->f->tmp, 1ull << (32 - b->gvn_shift), sizeof(*b->gvn));
	return b->gvn ? 0 : -ENOMEM;
}

static u32 hash_node(const struct kw_builder *b, const struct kw_node *n)
{
	u64 h = (n->op | n->type << 8 | n->sub << 16 | (u32)n->aux << 24) ^ (u64)n->c << 32;
	const kw_vid *x = n->arg;

	/* Its operands are in the pool, and these two tell it well enough. */
	if (unlikely(n->op == KW_IR_PKT_LD))
		x = b->f->pool + n->a + 1;
	h = (h ^ n->imm) * 0x9e3779b97f4a7c15ULL;
	h ^= (x[0] | (u64)x[1] << 32) * 0xc2b2ae3d27d4eb4fULL;
	return (u32)((h ^ h >> 32) * 0x9e3779b97f4a7c15ULL >> 32);
}

/* Packet loads whose lists of operands are in different places. */
static bool equal_loads(const struct kw_builder *b, const struct kw_node *n, const struct kw_node *m)
{
	return n->op == KW_IR_PKT_LD && m->op == KW_IR_PKT_LD && n->type == m->type && n->sub == m->sub &&
	       n->aux == m->aux && n->imm == m->imm && n->b == m->b && n->c == m->c &&
	       !memcmp(b->f->pool + n->a, b->f->pool + m->a, n->b * sizeof(*b->f->pool));
}

static inline bool equal(const struct kw_builder *b, const struct kw_node *n, const struct kw_node *m)
{
	return !memcmp(n, m, KEY_BYTES) || unlikely(n->op == KW_IR_PKT_LD && equal_loads(b, n, m));
}

u32 kw_gvn_epoch(const struct kw_builder *b, u8 op, u8 hclass)
{
	if (op == KW_IR_MEMLIMIT)
		return b->epoch[KW_H_MEMSIZE];
	if (op == KW_IR_PKT_LD)
		return max(b->epoch[KW_H_PACKET], b->epoch[KW_H_MARK]);
	return b->epoch[hclass];
}

/* An equal node that does not dominate loses its place. */
kw_vid kw_gvn_find(struct kw_builder *b, const struct kw_node *n)
{
	struct kw_node *m, *node = b->f->node;
	kw_vid *list = &b->gvn[(u64)hash_node(b, n) >> b->gvn_shift], *at = list, v;
	u32 i;

	for (i = 0; (v = *at) && i < PROBES; i++) {
		m = &node[v];
		if (equal(b, n, m)) {
			b->gvn_at = at;
			b->gvn_next = m->chain;
			return kw_dominates(&b->dom, m->block, b->cur) ? v : 0;
		}
		at = &m->chain;
	}
	b->gvn_at = list;
	b->gvn_next = *list;
	return 0;
}

void kw_gvn_add(struct kw_builder *b, kw_vid v)
{
	b->f->node[v].chain = b->gvn_next;
	*b->gvn_at = v;
}
