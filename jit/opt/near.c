// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * load [p + c] beside an access of [p]: c becomes the static offset.
 *
 * The sum of a Wasm address wraps at 2^32, that of the machine does not, so
 * the constant may join the offset only if p + c is known not to wrap.  Where
 * the memory never has the last page of the address space
 * (kw_irfunc.last_page_free), an access at p that does not trap shows that p
 * lies below that page; then p + c does not wrap for any c within a page.
 *
 * The access at p has been executed before (it dominates), or it will be with
 * nothing in between that can be told apart from a trap: if p + c wraps, then p
 * lies in the last page and its access traps, and the access at the unwrapped
 * sum lies behind the end and traps for it.
 *
 *   v1 = load8_u [p + 1]   ->  load8_u [p]+1      if p + 1 wraps, both versions
 *   v2 = load8_u [p]           load8_u [p]        end in the same trap
 *
 * In general p is any p0 + c0 with constant c0, and c counts from there.
 */
#include "opt.h"

#define NEAR_BYTES	(KW_PAGE_BYTES - 16)	/* the widest access stays within a page of its base */
#define DOM_STEPS	32			/* up the dominator tree before we give up */

/* The lowest access of some root + constant that is known to be executed. */
struct seen {
	kw_vid base;		/* root + c; 0: none */
	kw_bid block;
	u32 c;
};

struct access {
	kw_vid v : 31;
	u32 ends_run : 1;	/* no other of its run follows */
};

struct near {
	struct kw_irfunc *f;
	u32 *index;		/* of each root: its place in .seen */
	struct seen *seen;
	u32 nr_seen, cap_seen;
	u32 *as_address;	/* of each node: how many uses it has as an address */
	struct access *access;	/* in order */
	u32 nr_accesses;
	int err;
};

static bool is_access(const struct kw_node *n)
{
	return (n->op == KW_IR_LOAD || n->op == KW_IR_STORE) && n->aux;
}

/* Node @v as root + *c. */
static kw_vid root_of(const struct kw_irfunc *f, kw_vid v, u32 *c)
{
	const struct kw_node *n = &f->node[v];

	*c = 0;
	if (n->op != KW_IR_ADD || f->node[n->b].op != KW_IR_CONST)
		return v;
	*c = (u32)f->node[n->b].imm;
	return n->a;
}

static inline struct seen *seen_at(struct near *s, kw_vid root)
{
	struct seen *list;

	if (s->index[root])
		return &s->seen[s->index[root]];
	list = kw_arena_grow(s->f->tmp, s->seen, &s->cap_seen, s->nr_seen + 2, sizeof(*list));
	if (!list) {
		s->err = -ENOMEM;
		return NULL;
	}
	s->seen = list;
	s->index[root] = ++s->nr_seen;
	list[s->nr_seen] = (struct seen){ 0 };
	return &list[s->nr_seen];
}

static bool dominates(const struct kw_irfunc *f, kw_bid x, kw_bid y)
{
	u32 i;

	for (i = 0; y > x && i < DOM_STEPS; i++)
		y = f->block[y].idom;
	return x == y;
}

static bool is_near(u32 from, u32 to, u64 offset)
{
	return to - from + offset < NEAR_BYTES;
}

/* The access @v is executed before all that follows. */
static void remember(struct near *s, kw_vid v)
{
	const struct kw_node *n = &s->f->node[v];
	u32 c;
	kw_vid root = root_of(s->f, n->a, &c);
	struct seen *k = seen_at(s, root);

	if (!k)
		return;
	if (!k->base || !dominates(s->f, k->block, n->block) || !is_near(k->c, c, 0))
		*k = (struct seen){ n->a, n->block, c };
}

/*
 * The access @v will be executed or something traps before it.  Only roots: a
 * sum may not have been computed yet.
 */
static void expect(struct near *s, kw_vid v)
{
	const struct kw_node *n = &s->f->node[v];
	struct seen *k;
	u32 c;

	if (root_of(s->f, n->a, &c) != n->a)
		return;
	k = seen_at(s, n->a);
	if (k)
		*k = (struct seen){ n->a, n->block, 0 };
}

static void rewrite(struct near *s, kw_vid v)
{
	struct kw_node *n = &s->f->node[v];
	const struct seen *k;
	u32 c;
	kw_vid root = root_of(s->f, n->a, &c);

	if (root == n->a || !s->index[root] || s->f->node[n->a].uses != s->as_address[n->a])
		return;
	k = &s->seen[s->index[root]];
	if (!k->base || k->base == n->a || !is_near(k->c, c, n->imm) || !dominates(s->f, k->block, n->block))
		return;
	s->f->node[n->a].uses--;
	s->f->node[k->base].uses++;
	s->as_address[n->a]--;
	s->as_address[k->base]++;
	n->a = k->base;
	n->imm += c - k->c;
}

/* May what is executed behind @n be expected before it?  A store may: it is the last of its run. */
static bool ends_run(const struct kw_node *n)
{
	u8 flags = kw_iropinfo[n->op].flags;

	return n->op != KW_IR_LOAD && (flags & (KW_IRF_W | KW_IRF_X | KW_IRF_T | KW_IRF_B) || n->op == KW_IR_PKT_LD);
}

/* The run that access @first begins. Return: the one behind it */
static u32 one_run(struct near *s, u32 first)
{
	u32 end = first, i;

	/* The last one's run ends with its block. */
	do {
		expect(s, s->access[end].v);
	} while (!s->access[end++].ends_run);
	for (i = first; i < end && !s->err; i++) {
		rewrite(s, s->access[i].v);
		remember(s, s->access[i].v);
	}
	return end;
}

/* Return: does any of them add a constant? */
static bool list_accesses(struct near *s)
{
	struct kw_irfunc *f = s->f;
	u32 nr = 0, c;
	bool sums = false;
	struct kw_node *n;
	kw_bid b;
	kw_vid v;

	for (b = 0; b < f->nr_blocks; b++)
		for (v = f->block[b].first; v; v = n->next) {
			n = &f->node[v];
			if (is_access(n)) {
				s->access[nr++] = (struct access){ v, 0 };
				s->as_address[n->a]++;
				sums |= root_of(f, n->a, &c) != n->a;
			}
			if (nr && ends_run(n))
				s->access[nr - 1].ends_run = 1;
		}
	s->nr_accesses = nr;
	return sums;
}

int kw_opt_near(struct kw_irfunc *f)
{
	struct near s = { .f = f };
	u32 i;

	if (!f->last_page_free)
		return 0;
	s.index = kw_arena_array(f->tmp, f->nr_nodes, sizeof(*s.index));
	s.as_address = kw_arena_array(f->tmp, f->nr_nodes, sizeof(*s.as_address));
	s.access = kw_arena_raw_array(f->tmp, f->nr_nodes, sizeof(*s.access));
	if (!s.index || !s.as_address || !s.access)
		return -ENOMEM;
	if (!list_accesses(&s))
		return 0;
	for (i = 0; i < s.nr_accesses && !s.err;)
		i = one_run(&s, i);
	return s.err;
}
