// SPDX-License-Identifier: GPL-2.0
/* Longest prefix match in a trie of 64-bit maps: popcnt, shifts, dependent loads. */
#include "bench.h"

#define NR_PREFIXES	1000
#define MAX_NODES	4000

struct node {
	u64 child, leaf;	/* by the next 6 bits: goes on, or where a run of equal leaves begins */
	u32 first_child, first_leaf;
};

struct prefix {
	u32 net, len, hop;
};

static struct prefix prefixes[NR_PREFIXES];
static struct node nodes[MAX_NODES];
static u16 leaves[MAX_NODES * 8];
static u16 hop_of[64];
static u32 nr_nodes, nr_leaves;

/* What is decided for each of the 64 ways on from @net/@depth, and whether longer prefixes go that way. */
static u64 spread(u32 net, u32 depth, u32 inherited, u32 lo, u32 hi)
{
	u64 deeper = 0;
	u32 i, k, slot, len, step, span = 64;

	for (i = 0; i < 64; i++)
		hop_of[i] = inherited;
	/* Shorter prefixes first: longer ones write over them. */
	for (len = depth + 1; len <= depth + 6; len++) {
		span /= 2;
		for (i = lo; i < hi; i++) {
			if (prefixes[i].len != len)
				continue;
			slot = (prefixes[i].net - net) << depth >> 26;
			for (k = 0, step = slot & ~(span - 1); k < span; k++)
				hop_of[step + k] = prefixes[i].hop;
		}
	}
	for (i = lo; i < hi; i++)
		if (prefixes[i].len > depth + 6)
			deeper |= 1ULL << ((prefixes[i].net - net) << depth >> 26);
	return deeper;
}

struct todo {
	u32 node, net, depth, hop, lo, hi;
};
static struct todo todo[MAX_NODES];

static void build(void)
{
	u32 nr = 1, done, i, lo, hi, net;
	struct todo t;
	struct node *x;
	u64 deeper;

	nr_nodes = 1;
	nr_leaves = 0;
	todo[0] = (struct todo){ 0, 0, 0, 0, 0, NR_PREFIXES };
	for (done = 0; done < nr; done++) {
		t = todo[done];
		x = &nodes[t.node];
		deeper = spread(t.net, t.depth, t.hop, t.lo, t.hi);
		x->child = deeper;
		x->leaf = 0;
		x->first_child = nr_nodes;
		x->first_leaf = nr_leaves;
		for (i = 0, lo = t.lo; i < 64; i++) {
			if (!(deeper >> i & 1)) {
				if (!x->leaf || leaves[nr_leaves - 1] != hop_of[i]) {
					leaves[nr_leaves++] = hop_of[i];
					x->leaf |= 1ULL << i;
				}
				continue;
			}
			net = t.net + (i << 26 >> t.depth);
			while (lo < t.hi && prefixes[lo].net < net)
				lo++;
			for (hi = lo; hi < t.hi && prefixes[hi].net - net < 1U << 26 >> t.depth; hi++)
				;
			todo[nr++] = (struct todo){ nr_nodes++, net, t.depth + 6, hop_of[i], lo, hi };
			lo = hi;
		}
	}
}

static void make_prefixes(void)
{
	u32 s = 21, i, k;
	struct prefix p;

	for (i = 0; i < NR_PREFIXES; i++) {
		p.len = 8 + rnd(&s) % 17;
		p.net = (i * (~0U / NR_PREFIXES) + (rnd(&s) >> 10)) & ~(~0U >> p.len);
		p.hop = 1 + i % 250;
		for (k = i; k && prefixes[k - 1].net > p.net; k--)
			prefixes[k] = prefixes[k - 1];
		prefixes[k] = p;
	}
}

static u32 lookup(u32 addr)
{
	const struct node *x = nodes;
	u64 below;
	u32 i;

	for (;;) {
		i = addr >> 26;
		below = (2ULL << i) - 1;
		if (!(x->child >> i & 1))
			return leaves[x->first_leaf + __builtin_popcountll(x->leaf & below) - 1];
		x = &nodes[x->first_child + __builtin_popcountll(x->child & below) - 1];
		addr <<= 6;
	}
}

u32 run(u32 n)
{
	u32 s = 1, i, sum = 0;

	make_prefixes();
	build();
	for (i = 0; i < n; i++)
		sum = rotl32(sum, 3) + lookup(prefixes[rnd(&s) % NR_PREFIXES].net + (s & 0xffff));
	return sum;
}
