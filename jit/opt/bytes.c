// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Bytes put together by shifts, masks and ors -> one load, one byte swap.
 *
 * Packet code reads fields in network order a byte at a time, and C compilers
 * for Wasm, which has no byte swap, write one as a tree of shifts.  For every
 * value made that way we note where each of its bytes comes from; where they
 * come from one value in reverse order, or from neighbouring byte loads half
 * of which nobody else uses, the tree is replaced.
 *
 * Loads are merged only if nothing but loads and pure nodes stands between the
 * first of them and the tree's root, and only if they have one address value
 * and differ in their static offset: then no address can wrap between them, and
 * the merged load traps exactly if one of them did.
 */
#include "opt.h"

#define MAX_BYTES	8
#define WINDOW		64	/* nodes before the root that are looked at for other effects */

struct byte {
	kw_vid v;		/* 0: the byte is zero */
	u8 k;			/* which byte of it */
	bool shared;		/* a node it came through has other users */
};

struct origin {
	struct byte b[MAX_BYTES];
	kw_vid of;		/* the value */
	bool inner;		/* part of a larger tree, and of nothing else */
};

struct bytes {
	struct kw_irfunc *f;
	u32 *known;		/* of each node: 1 + its place in .origin, 0: made some other way */
	struct origin *origin;
	u32 nr_origins, cap_origins;
	int err;
};

static u32 width(const struct kw_node *n)
{
	return n->type == KW_T_I64 ? 8 : 4;
}

/* A value of which we know no more than how many of its bytes may be set. */
static struct origin leaf(const struct bytes *p, kw_vid v)
{
	struct origin o = { 0 };
	u32 k;

	for (k = 0; k < width(&p->f->node[v]) && 8 * k < p->f->node[v].bits; k++)
		o.b[k] = (struct byte){ v, k, false };
	return o;
}

static struct origin origin_of(const struct bytes *p, kw_vid v)
{
	struct origin o;
	u32 k;

	if (!p->known[v])
		return leaf(p, v);
	o = p->origin[p->known[v] - 1];
	for (k = 0; k < MAX_BYTES; k++)
		o.b[k].shared |= p->f->node[v].uses != 1;
	return o;
}

static bool shift_bytes(const struct bytes *p, const struct kw_node *n, struct origin *o)
{
	const struct kw_node *c = &p->f->node[n->b];
	struct origin x = origin_of(p, n->a);
	u32 w = width(n), k, by;

	if (c->op != KW_IR_CONST || c->imm % 8 || c->imm / 8 >= w)
		return false;
	by = c->imm / 8;
	for (k = 0; k < w; k++) {
		if (n->op == KW_IR_SHL && k >= by)
			o->b[k] = x.b[k - by];
		else if (n->op == KW_IR_SHR_U && k + by < w)
			o->b[k] = x.b[k + by];
		else if (n->op == KW_IR_ROTL)
			o->b[k] = x.b[(k + w - by) % w];
		else if (n->op == KW_IR_ROTR)
			o->b[k] = x.b[(k + by) % w];
	}
	return true;
}

static bool mask_bytes(const struct bytes *p, const struct kw_node *n, struct origin *o)
{
	const struct kw_node *c = &p->f->node[n->b];
	u32 k;

	if (c->op != KW_IR_CONST)
		return false;
	*o = origin_of(p, n->a);
	for (k = 0; k < width(n); k++) {
		u8 m = c->imm >> (8 * k);

		if (m == 0)
			o->b[k] = (struct byte){ 0 };
		else if (m != 0xff && o->b[k].v)
			return false;
	}
	return true;
}

static bool or_bytes(const struct bytes *p, const struct kw_node *n, struct origin *o)
{
	struct origin y = origin_of(p, n->b);
	u32 k;

	*o = origin_of(p, n->a);
	for (k = 0; k < width(n); k++) {
		if (!o->b[k].v)
			o->b[k] = y.b[k];
		else if (y.b[k].v)
			return false;
	}
	return true;
}

/* The operations trace() knows. */
static const bool traced[KW_NR_IROPS] = {
	[KW_IR_SHL] = true, [KW_IR_SHR_U] = true, [KW_IR_ROTL] = true, [KW_IR_ROTR] = true,
	[KW_IR_AND] = true, [KW_IR_OR] = true, [KW_IR_ZEXT32] = true,
};

static bool trace(const struct bytes *p, const struct kw_node *n, struct origin *o)
{
	switch (n->op) {
	case KW_IR_AND:
		return mask_bytes(p, n, o);
	case KW_IR_OR:
		return or_bytes(p, n, o);
	case KW_IR_ZEXT32:
		*o = origin_of(p, n->a);
		return true;
	default:
		return shift_bytes(p, n, o);
	}
}

static void note_inner(struct bytes *p, kw_vid v)
{
	if (p->known[v] && p->f->node[v].uses == 1)
		p->origin[p->known[v] - 1].inner = true;
}

static void note(struct bytes *p, kw_vid v)
{
	const struct kw_node *n = &p->f->node[v];
	struct origin o = { 0 }, *list;

	if (!trace(p, n, &o))
		return;
	list = kw_arena_grow(p->f->tmp, p->origin, &p->cap_origins, p->nr_origins + 1, sizeof(*list));
	if (!list) {
		p->err = -ENOMEM;
		return;
	}
	o.of = v;
	o.inner = false;
	p->origin = list;
	p->origin[p->nr_origins++] = o;
	p->known[v] = p->nr_origins;
	note_inner(p, n->a);
	if (n->op == KW_IR_OR)
		note_inner(p, n->b);
}

/* How many low bytes are set, with nothing but zeroes above; 0 if they are mixed. */
static u32 low_bytes(const struct origin *o)
{
	u32 n = 0, k;

	while (n < MAX_BYTES && o->b[n].v)
		n++;
	for (k = n; k < MAX_BYTES; k++)
		if (o->b[k].v)
			return 0;
	return n;
}

static void become(struct kw_node *n, u8 op, kw_vid a, kw_vid b)
{
	n->op = op;
	n->a = a;
	n->b = b;
}

/* All bytes of one value as wide, last first. */
static bool try_swap(struct bytes *p, kw_vid v, const struct origin *o, u32 nr)
{
	struct kw_node *n = &p->f->node[v];
	kw_vid from = o->b[0].v;
	u32 k;

	if (nr != width(n) || p->f->node[from].type != n->type)
		return false;
	for (k = 0; k < nr; k++)
		if (o->b[k].v != from || o->b[k].k != nr - 1 - k)
			return false;
	become(n, KW_IR_BSWAP, from, 0);
	return true;
}

/* Is there nothing between @v and the root that could see or change what a load does? */
static bool reaches(const struct kw_irfunc *f, kw_vid v, kw_vid root)
{
	kw_vid at = f->node[root].prev;
	u32 i;

	for (i = 0; i < WINDOW && at; i++, at = f->node[at].prev) {
		const struct kw_node *n = &f->node[at];

		if (at == v)
			return true;
		if (!(kw_iropinfo[n->op].flags & KW_IRF_P) && n->op != KW_IR_LOAD && n->op != KW_IR_HLOAD &&
		    n->op != KW_IR_MEMLIMIT && n->op != KW_IR_NOP)
			return false;
	}
	return false;
}

/* Is the load behind byte @b gone with the root? */
static bool is_own(const struct kw_irfunc *f, const struct byte *b)
{
	return f->node[b->v].uses == 1 && !b->shared;
}

/*
 * Byte loads at neighbouring offsets; @swapped: the highest byte first.  Others
 * may use two of four, as when a port is part of a pair of ports and looked at
 * by itself as well: a load and a swap more, two loads, shifts and ors less.
 */
static bool are_neighbours(const struct kw_irfunc *f, const struct origin *o, u32 nr, kw_vid root, bool *swapped)
{
	const struct kw_node *first = &f->node[o->b[0].v];
	u32 k, own = 0;

	*swapped = f->node[o->b[1].v].imm + 1 == first->imm;
	for (k = 0; k < nr; k++) {
		const struct kw_node *n = &f->node[o->b[k].v];

		own += is_own(f, &o->b[k]);
		if (n->op != KW_IR_LOAD || n->sub != KW_M_U8 || n->a != first->a ||
		    n->block != f->node[root].block || o->b[k].k)
			return false;
		if (n->imm != (*swapped ? first->imm - k : first->imm + k) || !reaches(f, o->b[k].v, root))
			return false;
	}
	return own == nr || (nr > 2 && 2 * own >= nr);
}

static void insert_before(struct kw_irfunc *f, kw_vid v, kw_vid at)
{
	struct kw_node *n = &f->node[v], *next = &f->node[at];

	n->prev = next->prev;
	n->next = at;
	n->block = next->block;
	if (next->prev)
		f->node[next->prev].next = v;
	else
		f->block[n->block].first = v;
	next->prev = v;
}

/* A copy of @n in front of @before. */
static kw_vid new_node(struct bytes *p, const struct kw_node *n, kw_vid before)
{
	struct kw_irfunc *f = p->f;
	struct kw_node *list = kw_arena_grow(f->arena, f->node, &f->cap_nodes, f->nr_nodes + 1, sizeof(*list));

	if (!list) {
		p->err = -ENOMEM;
		return 0;
	}
	f->node = list;
	f->node[f->nr_nodes] = *n;
	insert_before(f, f->nr_nodes, before);
	return f->nr_nodes++;
}

/* The wide load in place of the byte loads, of which those that are nobody's then go. */
static struct kw_node wide_load(struct bytes *p, const struct origin *o, u32 nr, kw_vid root, bool swapped)
{
	static const u8 mtype[] = { [2] = KW_M_U16, [4] = KW_M_U32, [8] = KW_M_U64 };
	struct kw_node n = p->f->node[o->b[swapped ? nr - 1 : 0].v];
	u32 k;

	n.sub = mtype[nr];
	n.type = p->f->node[root].type;
	n.bits = 8 * nr;
	for (k = 0; k < nr; k++) {
		struct kw_node *old = &p->f->node[o->b[k].v];

		n.aux |= old->aux;
		if (!is_own(p->f, &o->b[k]))
			continue;
		become(old, KW_IR_CONST, 0, 0);
		old->imm = 0;
		old->sub = 0;
		old->aux = 0;
	}
	return n;
}

/* Root @v becomes the load @n itself. */
static void become_load(struct bytes *p, kw_vid v, const struct kw_node *n)
{
	struct kw_node *root = &p->f->node[v];

	become(root, n->op, n->a, 0);
	root->imm = n->imm;
	root->sub = n->sub;
	root->aux = n->aux;
	root->wasm_off = n->wasm_off;
}

static bool try_merge(struct bytes *p, kw_vid v, const struct origin *o, u32 nr)
{
	u8 type = p->f->node[v].type;
	u32 w = width(&p->f->node[v]);
	struct kw_node n = { .op = KW_IR_BSWAP, .type = type, .bits = 8 * w };
	kw_vid wide, swap = 0, count = 0;
	struct kw_node load;
	bool swapped;

	if ((nr != 2 && nr != 4 && nr != 8) || !are_neighbours(p->f, o, nr, v, &swapped))
		return false;
	load = wide_load(p, o, nr, v, swapped);
	if (!swapped) {
		become_load(p, v, &load);
		return true;
	}
	wide = new_node(p, &load, v);
	n.a = wide;
	if (nr == w) {
		become(&p->f->node[v], KW_IR_BSWAP, wide, 0);
		return true;
	}
	swap = new_node(p, &n, v);
	count = new_node(p, &(struct kw_node){ .op = KW_IR_CONST, .type = type, .imm = 8 * (w - nr), .bits = 6 }, v);
	become(&p->f->node[v], KW_IR_SHR_U, swap, count);
	return true;
}

static void replace_root(struct bytes *p, const struct origin *o)
{
	u32 nr;

	if (o->inner || p->f->node[o->of].op == KW_IR_ZEXT32)
		return;
	nr = low_bytes(o);
	if (nr >= 2 && (try_swap(p, o->of, o, nr) || try_merge(p, o->of, o, nr)))
		p->f->uses_stale = true;
}

/* In each block the largest first: a part of it that others use is still as it was noted. */
static void replace_roots(struct bytes *p)
{
	const struct kw_node *node;
	u32 first, end, i;

	for (first = 0; first < p->nr_origins; first = end) {
		node = p->f->node;
		for (end = first + 1; end < p->nr_origins; end++)
			if (node[p->origin[end].of].block != node[p->origin[first].of].block)
				break;
		for (i = end; i-- > first && !p->err;)
			replace_root(p, &p->origin[i]);
	}
}

int kw_opt_bytes(struct kw_irfunc *f)
{
	struct bytes p = { .f = f };
	kw_bid b;
	kw_vid v;

	/* Bytes change places only where some go up. */
	if (!f->has_op[KW_IR_OR] || !(f->has_op[KW_IR_SHL] || f->has_op[KW_IR_ROTL] || f->has_op[KW_IR_ROTR]))
		return 0;
	p.known = kw_arena_array(f->tmp, f->nr_nodes, sizeof(*p.known));
	if (!p.known)
		return -ENOMEM;
	for (b = 0; b < f->nr_blocks; b++)
		kw_ir_for_each_node(f, b, v)
			if (traced[f->node[v].op])
				note(&p, v);
	if (!p.err)
		replace_roots(&p);
	return p.err;
}
