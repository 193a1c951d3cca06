// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Backward walk over the blocks: which values are live into each, how far
 * their next uses are, and what registers later instructions wish for.
 *
 * A loop's back edge is met before its header, so loops are walked twice: the
 * first walk only finds the live-in sets of headers, which hold throughout
 * their loops (control flow is reducible); with them the second is exact.  No
 * iteration: a loop is walked with the one around it.
 *
 * A block keeps at most RA_MAX_LIVE live-in values, the nearest; more could
 * not be in registers anyway.  That bounds time and memory by the number of
 * edges even if a hostile function keeps 50,000 values alive through
 * 10,000 blocks.
 *
 * Many blocks only split an edge: they do nothing but jump.  Nothing is kept for
 * these, who leads there looks through to their target.
 */
#include "state.h"

/* One walk. */
struct walk {
	struct ra *ra;
	const struct kw_vreg *vreg;
	ra_when_t *when;	/* by vreg: next use below the current point, RA_DEAD */
	u32 *member;		/* vregs that are live, or were in the blocks just walked */
	u32 nr_members;
	u32 live_count[KW_NR_RCLASSES];
	u32 call[KW_NR_RCLASSES];	/* next instruction that destroys the class */
	u32 press[KW_NR_RCLASSES];	/* of the block */
	u32 calls;		/* classes destroyed by calls of the block */
	bool final;
	bool pressure;		/* of the block matters: it is in a loop, and not cold */
	struct ra_live *all;	/* live-in values of a block, before the nearest are kept */
	u32 cap_all;
	u32 whole;		/* block whose live-in set is what .when says, RA_NONE */
};

/* @when, marked if a call of the block comes first; RA_NONE is no call, and behind everything. */
static inline ra_when_t behind_calls(const struct walk *w, u32 v, ra_when_t when)
{
	return when | (w->call[w->vreg[v].rclass] < (when & RA_LOW) ? RA_BEHIND_CALL : 0);	/* RA_DEAD has it */
}

/* @v is live, next used at @when.  No branch: nobody could tell whether it was before. */
static inline void set_nearer(struct walk *w, u32 v, ra_when_t when)
{
	u32 is_new = w->when[v] == RA_DEAD;

	w->when[v] = when;
	w->member[w->nr_members] = v;
	w->nr_members += is_new;
	w->live_count[w->vreg[v].rclass] += is_new;
}

static inline void add_live(struct walk *w, u32 v, ra_when_t when)
{
	if (when < w->when[v])
		set_nearer(w, v, when);
}

/* Nothing below is nearer than the instruction the walk has come to.  @used: RA_USED_* */
static inline void add_use(struct walk *w, u32 v, u32 i, u8 used)
{
	w->ra->used[v] |= used;
	set_nearer(w, v, i);
}

static inline void end_use(struct walk *w, u32 v)
{
	w->live_count[w->vreg[v].rclass] -= w->when[v] != RA_DEAD;
	w->when[v] = RA_DEAD;
}

static void raise_pressure(struct walk *w, const u32 *more)
{
	u32 c;

	for (c = 0; c < KW_NR_RCLASSES; c++)
		w->press[c] = max(w->press[c], w->live_count[c] + more[c]);
}

/* What changes on the way into a successor: the loop that is left, and how far a cold block is. */
struct crossing {
	u32 far;		/* a code for RA_FAR_MASK, 0: no loop is left */
	u32 cold;
};

static struct crossing cross_edge(const struct ra *ra, u32 b, u32 s)
{
	const struct kw_mblock *mb = ra->mf->block;
	const struct ra_block *blk = ra->blk;
	struct crossing x = { 0 };
	u32 depth = blk[s].depth;

	/* Entering a loop from outside of it: the level around it is what both share. */
	if (mb[s].is_loop_header && s > b)
		depth--;
	if (blk[b].depth > depth)
		x.far = ra_far_code(depth + 1);
	if (mb[s].cold && !mb[b].cold)
		x.cold = RA_COLD;
	return x;
}

/*
 * As add_live(), but where the next member goes is @member, and without a branch: nobody could tell.
 * Return: where the one behind it goes.
 */
static inline u32 *put_nearer(struct walk *w, ra_when_t *w_when, u32 *member, u32 v, ra_when_t when)
{
	ra_when_t old = w_when[v];
	u32 is_new = old == RA_DEAD;

	w_when[v] = min(old, when);
	*member = v;
	w->live_count[w->vreg[v].rclass] += is_new;
	return member + is_new;
}

/* The @n values of @l are live out of the block, @skipped instructions nearer. */
static void add_list(struct walk *w, const struct ra_live *l, u32 n, u32 skipped)
{
	const struct ra_live *end = l + n;
	ra_when_t *w_when = w->when;
	u32 *member = w->member + w->nr_members;

	if (skipped) {
		for (; l < end; l++)
			member = put_nearer(w, w_when, member, l->vreg, ra_when_sub(l->when, skipped));
	} else {
		for (; l < end; l++)
			member = put_nearer(w, w_when, member, l->vreg, l->when);
	}
	w->nr_members = member - w->member;
}

/* The @n values of @l, live into @s, are live out of @b: instructions between the two do not count. */
static void add_live_in(struct walk *w, u32 b, u32 s, const struct ra_live *l, u32 n)
{
	const struct kw_mblock *mb = w->ra->mf->block;
	struct crossing x = cross_edge(w->ra, b, s);
	u32 skipped = s > b ? mb[s].first - mb[b].end : 0;
	u32 more = x.cold + (s > b ? 0 : mb[b].end - mb[s].first);

	if (!x.far && !more) {
		add_list(w, l, n, skipped);
		return;
	}
	for (; n; n--, l++) {
		ra_when_t when = l->when;

		if (x.far > (when & RA_FAR_MASK))
			when = (when & ~RA_FAR_MASK) | x.far;
		add_live(w, l->vreg, ra_when_add(ra_when_sub(when, skipped), more));
	}
}

/*
 * Parameters of the target of @e, which leaves @b, that are used make their arguments
 * used, which wish to share a register with them.
 */
static void note_edge_args(const struct walk *w, u32 b, const struct kw_medge *e)
{
	struct ra *ra = w->ra;
	const struct kw_mblock *to = &ra->mf->block[e->to];
	const u32 *param = ra->mf->vpool + to->params, *arg = ra->mf->vpool + e->args, *end = arg + to->nr_params;

	for (; arg < end; arg++, param++) {
		if (e->to > b && !ra->used[*param])
			continue;
		ra->used[*arg] |= RA_USED;
		if (w->final && (!ra->phi_hint[*arg] || e->to <= b))
			ra->phi_hint[*arg] = *param;
	}
}

/* The arguments of @e, which leaves @b, are live at @when. */
static void add_edge_args(struct walk *w, u32 b, const struct kw_medge *e, u32 when)
{
	struct ra *ra = w->ra;
	const struct kw_mblock *to = &ra->mf->block[e->to];
	const u32 *param = ra->mf->vpool + to->params, *arg = ra->mf->vpool + e->args, *end = arg + to->nr_params;

	for (; arg < end; arg++, param++)
		if (e->to <= b || ra->used[*param])
			add_live(w, *arg, when);
}

static void clear_live(struct walk *w)
{
	ra_when_t *when = w->when;
	const u32 *v = w->member, *end = v + w->nr_members;

	for (; v < end; v++)
		when[*v] = RA_DEAD;
	w->nr_members = 0;
	memset(w->live_count, 0, sizeof(w->live_count));
}

/* Is what is live into the block just walked, as it stands, live out of @b, too? */
static bool goes_on(const struct walk *w, u32 b)
{
	const struct ra *ra = w->ra;
	const struct kw_mblock *mb = &ra->mf->block[b];
	struct crossing x;

	if (!mb->nr_succs || ra->mf->medge[mb->succ].to != b + 1 || w->whole != b + 1)
		return false;
	x = cross_edge(ra, b, b + 1);
	return !x.far && !x.cold;
}

/*
 * Does @s only split an edge, from and to a block that are no further away than it is?
 * Not if it were to drop values, or is what the pressure of a loop is known by.
 */
static bool splits_edge(const struct ra *ra, u32 s)
{
	const struct kw_mblock *mb = ra->mf->block;
	const struct kw_medge *out = &ra->mf->medge[mb[s].succ];
	struct crossing x;
	u32 from;

	if (mb[s].end - mb[s].first != 1 || mb[s].nr_succs != 1 || mb[s].nr_preds != 1 || mb[s].nr_params ||
	    out->to <= s || ra->blk[out->to].nr_live + mb[out->to].nr_params > RA_MAX_LIVE)
		return false;
	from = ra->mf->medge[ra->mf->epool[mb[s].pred]].from;
	if (ra->blk[from].loop != ra->blk[s].loop || mb[from].cold != mb[s].cold)
		return false;
	x = cross_edge(ra, s, out->to);
	return !x.far && !x.cold;
}

/* What is live into the target of @s, which splits an edge, and that edge's arguments. */
static void add_live_through(struct walk *w, u32 b, u32 s)
{
	const struct ra *ra = w->ra;
	const struct kw_mblock *mb = ra->mf->block;
	const struct kw_medge *out = &ra->mf->medge[mb[s].succ];
	u32 skipped = mb[out->to].first - mb[s].end + mb[s].first - mb[b].end;

	add_list(w, ra->blk[out->to].live, ra->blk[out->to].nr_live, skipped);
	add_edge_args(w, s, out, mb[b].end + 1);
}

static void live_out(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	const struct kw_mblock *mb = &ra->mf->block[b];
	bool kept = goes_on(w, b);
	u32 k;

	if (!kept)
		clear_live(w);
	for (k = 0; k < mb->nr_succs; k++) {
		const struct kw_medge *e = &ra->mf->medge[mb->succ + k];
		const struct ra_block *to = &ra->blk[e->to];

		if (e->to > b && to->splits)
			add_live_through(w, b, e->to);
		else if (e->to > b && !(kept && !k))
			add_live_in(w, b, e->to, to->live, to->nr_live);
		else if (e->to <= b && w->final)
			add_live_in(w, b, e->to, to->heads->live, to->heads->nr_live);
		if (ra->mf->block[e->to].nr_params) {
			note_edge_args(w, b, e);
			add_edge_args(w, b, e, mb->end);
		}
	}
}

/* Overwrite the operand that dies here, of two such the one that feeds the same phi. */
static void commute(struct walk *w, struct kw_mopnd *o)
{
	u32 a = o[1].vreg, b = o[2].vreg, p = w->ra->phi_hint[o[0].vreg];
	const u32 *hint = w->ra->phi_hint;

	if (w->when[b] != RA_DEAD)
		return;
	if (w->when[a] != RA_DEAD || (p && (b == p || hint[b] == p) && a != p && hint[a] != p))
		swap(o[1].vreg, o[2].vreg);
}

/* A def wants the register of @v, which dies here: what it wishes for, @v does as well. */
static void pass_hints(struct walk *w, u32 v, const struct kw_mopnd *def)
{
	struct ra *ra = w->ra;
	u32 d = def->vreg;

	if (w->when[v] != RA_DEAD)
		return;
	if (!ra->phi_hint[v])
		ra->phi_hint[v] = ra->phi_hint[d];
	if (ra->fixed_hint[v] == KW_NO_REG)
		ra->fixed_hint[v] = def->want == KW_WANT_FIXED ? def->reg : ra->fixed_hint[d];
}

static void note_calls(struct walk *w, u32 i, u32 classes)
{
	u32 c;

	if (!classes)
		return;
	w->calls |= classes;
	for (c = 0; c < KW_NR_RCLASSES; c++)
		if (classes & (1u << c))
			w->call[c] = i;
}

/* All that the first walk needs. */
static int skim_inst(struct walk *w, u32 i)
{
	const struct kw_minst *inst = &w->ra->mf->inst[i];
	const struct kw_mopnd *o = w->ra->mf->opnd + inst->opnds;
	u32 k;

	if (ra_is_bare(inst))
		return ra_step(w->ra);
	for (k = 0; k < inst->nr_opnds; k++)
		if (!ra_is_use(&o[k]))
			end_use(w, o[k].vreg);
	note_calls(w, i, ra_call_classes(w->ra, inst));
	for (k = 0; k < inst->nr_opnds; k++)
		if (ra_is_use(&o[k]))
			add_use(w, o[k].vreg, i, RA_USED);
	return ra_step(w->ra);
}

/* Values an instruction has at once besides those that live on behind it. */
struct extra {
	u32 late[KW_NR_RCLASSES];	/* while it still reads and already writes */
	u32 copies[KW_NR_RCLASSES];	/* before it: they live on beside the defs that take their registers */
};

/* What def @def of instruction @i, of @o its operands, is used for; it is dead from here on. */
static void note_def(struct walk *w, u32 b, u32 i, const struct kw_mopnd *o, const struct kw_mopnd *def,
		     struct extra *extra)
{
	struct ra *ra = w->ra;
	const struct kw_minst *inst = &ra->mf->inst[i];
	u32 v = def->vreg;

	ra->def_inst[v] = i;
	ra->def_block[v] = b;
	if (def->want == KW_WANT_REUSE) {
		pass_hints(w, o[def->reg].vreg, def);
		extra->copies[w->vreg[v].rclass] += w->when[o[def->reg].vreg] != RA_DEAD;
	} else if ((inst->flags & KW_MI_MOVE) && inst->nr_opnds == 2) {
		pass_hints(w, o[def == o].vreg, def);
	}
	extra->late[w->vreg[v].rclass]++;
	end_use(w, v);
}

/*
 * Next uses behind the instruction, definitions and hints.
 * Return: registers its operands ask for by name.
 */
static u64 note_operands(struct walk *w, u32 b, u32 i, const struct kw_mopnd *opnds, struct extra *extra)
{
	struct ra *ra = w->ra;
	const struct kw_mopnd *o = opnds, *end = o + ra->mf->inst[i].nr_opnds;
	ra_when_t *next = ra->opnd_next + ra->mf->inst[i].opnds;
	u64 named = 0;

	for (; o < end; o++, next++) {
		u32 v = o->vreg;
		ra_when_t when = w->when[v];

		if (w->calls)
			when = behind_calls(w, v, when);
		*next = when;
		if (o->want == KW_WANT_FIXED)
			named |= BIT_ULL(o->reg);
		if (!ra_is_use(o)) {
			ra->def_next[v] = when;
			note_def(w, b, i, opnds, o, extra);
		} else if (o->want == KW_WANT_FIXED) {
			ra->fixed_hint[v] = o->reg;
			extra->late[w->vreg[v].rclass] += when != RA_DEAD;
		}
	}
	return named;
}

static int walk_inst(struct walk *w, u32 b, u32 i)
{
	struct ra *ra = w->ra;
	const struct kw_minst *inst = &ra->mf->inst[i];
	struct kw_mopnd *o = ra->mf->opnd + inst->opnds, *end = o + inst->nr_opnds;
	struct extra extra = { 0 };
	u32 classes;
	u64 named;

	if (ra_is_bare(inst)) {
		if (w->pressure)
			raise_pressure(w, extra.late);
		return ra_step(ra);
	}
	classes = ra_call_classes(ra, inst);
	if (inst->flags & KW_MI_COMMUTES)
		commute(w, o);
	named = note_operands(w, b, i, o, &extra) | (classes ? 0 : kw_mi_clobbers(inst));
	if (named && kw_ra_note_named(ra, named, b, i))
		return -ENOMEM;
	if (w->pressure)
		raise_pressure(w, extra.late);
	note_calls(w, i, classes);
	for (; o < end; o++)
		if (ra_is_use(o))
			add_use(w, o->vreg, i, o->want == KW_WANT_FIXED ? RA_USED : RA_USED | RA_USED_LOOSE);
	if (w->pressure)
		raise_pressure(w, extra.copies);
	return ra_step(ra);
}

/* Half as much again is for kw_ra_nearest(). */
static struct ra_live *room_for_all(struct walk *w, u32 nr)
{
	struct ra_live *l = kw_arena_grow(w->ra->arena, w->all, &w->cap_all, nr + nr / 2 + 1, sizeof(*l));

	if (l)
		w->all = l;
	return l;
}

/* Live-in of the block: of the @n values in w.all what it keeps. */
static int keep_nearest(struct walk *w, u32 b, u32 n)
{
	struct ra *ra = w->ra;
	struct ra_live *l = w->all;

	if (n > RA_MAX_LIVE) {
		w->whole = RA_NONE;
		kw_ra_nearest(l, n);
		n = RA_MAX_LIVE;
	}
	if (!n)
		return 0;
	ra->blk[b].live = kw_arena_raw_array(&ra->lists, n, sizeof(*l));
	if (!ra->blk[b].live)
		return -ENOMEM;
	memcpy(ra->blk[b].live, l, n * sizeof(*l));
	ra->blk[b].nr_live = n;
	return 0;
}

/*
 * At the block's start, a use behind one of its calls is one behind a call.  What can be made
 * again is, there: to have it in a register up to the call is of no use.
 */
static void pass_calls(struct walk *w)
{
	ra_when_t *w_when = w->when;
	const u32 *v = w->member, *end = v + w->nr_members;

	for (; v < end; v++) {
		ra_when_t when = behind_calls(w, *v, w_when[*v]);

		w_when[*v] = when;
		if (when & RA_BEHIND_CALL && w->vreg[*v].remat)
			end_use(w, *v);
	}
}

/* Live-in of the block, from those of its members that are not defined in it. */
static int live_in(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	const ra_when_t *w_when = w->when;
	const u32 *m = w->member, *end = m + w->nr_members;
	u32 *member = w->member, nr = w->nr_members, n;
	struct ra_live *l, *next;

	ra->blk[b].live = NULL;
	ra->blk[b].nr_live = 0;
	w->whole = b;
	if (!nr)
		return 0;
	l = nr > RA_MAX_LIVE ? room_for_all(w, nr) : kw_arena_alloc(&ra->lists, nr * sizeof(*l));
	if (!l)
		return -ENOMEM;
	if (w->calls)
		pass_calls(w);
	for (next = l; m < end; m++) {
		u32 v = *m, live;
		ra_when_t when = w_when[v];

		next->vreg = v;
		next->when = when;
		*member = v;
		live = when != RA_DEAD;		/* no branch: nobody could tell */
		next += live;
		member += live;
	}
	n = next - l;
	w->nr_members = n;
	if (nr > RA_MAX_LIVE)
		return keep_nearest(w, b, n);
	kw_arena_shrink(&ra->lists, l, n * sizeof(*l));
	ra->blk[b].live = n ? l : NULL;
	ra->blk[b].nr_live = n;
	return 0;
}

static void note_loop(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	struct ra_loop *h, *parent;
	u32 c;

	if (ra->blk[b].loop == RA_NONE)
		return;
	h = ra->blk[ra->blk[b].loop].heads;
	if (w->pressure) {
		h->calls |= w->calls;
		for (c = 0; c < KW_NR_RCLASSES; c++)
			h->press[c] = max_t(u32, h->press[c], min(w->press[c], 0xffffu));
	}
	if (h != ra->blk[b].heads || h->parent == RA_NONE)
		return;
	parent = ra->blk[h->parent].heads;
	parent->calls |= h->calls;
	for (c = 0; c < KW_NR_RCLASSES; c++)
		parent->press[c] = max(parent->press[c], h->press[c]);
}

static int walk_block(struct walk *w, u32 b)
{
	struct ra *ra = w->ra;
	const struct kw_mblock *mb = &ra->mf->block[b];
	u32 i, k;
	int err;

	ra->blk[b].splits = splits_edge(ra, b);
	if (ra->blk[b].splits) {
		ra->blk[b].live = NULL;
		ra->blk[b].nr_live = 0;
		note_edge_args(w, b, &ra->mf->medge[mb->succ]);
		return ra_step(ra);
	}
	w->call[KW_RC_INT] = RA_NONE;
	w->call[KW_RC_VEC] = RA_NONE;
	memset(w->press, 0, sizeof(w->press));
	w->calls = 0;
	w->pressure = w->final && ra->blk[b].loop != RA_NONE && !mb->cold;
	live_out(w, b);
	for (i = mb->end; i-- > mb->first; ) {
		err = w->final ? walk_inst(w, b, i) : skim_inst(w, i);
		if (err)
			return err;
	}
	for (k = 0; k < mb->nr_params; k++) {
		u32 v = ra->mf->vpool[mb->params + k];

		ra->def_next[v] = behind_calls(w, v, w->when[v]);
		ra->def_block[v] = b;
		end_use(w, v);
	}
	if (!w->final)
		return live_in(w, b);
	note_loop(w, b);
	err = kw_ra_close_named(ra);
	return err ? err : live_in(w, b);
}

/* Keep the headers' sets and add what is live through the loops around them. */
static int close_loop(struct walk *w, u32 h)
{
	struct ra *ra = w->ra;
	const struct ra_block *blk = &ra->blk[h];
	struct ra_loop *loop = blk->heads, *parent;
	const struct kw_mblock *mb = ra->mf->block;
	struct ra_live *l;
	u32 k, v, to_end;

	/* Not where the sets of the first walk are: those go. */
	l = kw_arena_raw_array(ra->arena, RA_MAX_LIVE, sizeof(*l));
	if (!l)
		return -ENOMEM;
	loop->live = l;
	loop->nr_live = blk->nr_live;
	if (blk->nr_live)
		memcpy(l, blk->live, blk->nr_live * sizeof(*l));
	if (loop->parent != RA_NONE) {
		parent = ra->blk[loop->parent].heads;
		to_end = mb[mb[loop->parent].loop_end - 1].end - mb[loop->parent].first;
		for (k = 0; k < loop->nr_live; k++)
			w->when[l[k].vreg] = 0;
		for (k = 0; k < parent->nr_live && loop->nr_live < RA_MAX_LIVE; k++) {
			v = parent->live[k].vreg;
			if (w->when[v] != RA_DEAD)
				continue;
			l[loop->nr_live].vreg = v;
			l[loop->nr_live++].when =
				ra_when_exit(ra_when_add(parent->live[k].when, to_end), blk->depth);
		}
		for (k = 0; k < blk->nr_live; k++)
			w->when[l[k].vreg] = RA_DEAD;
	}
	kw_arena_shrink(ra->arena, l, loop->nr_live * sizeof(*l));
	return ra_step(ra);
}

static u32 outermost_loop(const struct ra *ra, u32 b)
{
	u32 h = ra->blk[b].loop;

	while (h != RA_NONE && ra->blk[h].heads->parent != RA_NONE)
		h = ra->blk[h].heads->parent;
	return h;
}

/* The first walk, over a loop with no other around it: blocks [@h, @end). */
static int skim_loop(struct walk *w, u32 h, u32 end)
{
	struct ra *ra = w->ra;
	struct kw_arena_mark mark = kw_arena_mark(&ra->lists);
	u32 b;
	int err;

	w->final = false;
	for (b = end; b-- > h; ) {
		err = walk_block(w, b);
		if (err)
			return err;
	}
	clear_live(w);
	for (b = h; b < end; b++) {
		err = ra->mf->block[b].is_loop_header ? close_loop(w, b) : 0;
		if (err)
			return err;
	}
	kw_arena_release(&ra->lists, mark);
	w->whole = RA_NONE;
	w->final = true;
	return 0;
}

static int walk_blocks(struct walk *w)
{
	struct ra *ra = w->ra;
	u32 skimmed = ra->mf->nr_blocks, b, h;
	int err;

	w->whole = RA_NONE;
	w->final = true;
	for (b = ra->mf->nr_blocks; b-- > 0; ) {
		h = b < skimmed ? outermost_loop(ra, b) : RA_NONE;
		if (h != RA_NONE) {
			err = skim_loop(w, h, b + 1);
			if (err)
				return err;
			skimmed = h;
		}
		err = walk_block(w, b);
		if (err)
			return err;
	}
	return 0;
}

/**
 * kw_ra_live() - next uses, live-in sets, loop pressure and hints
 */
int kw_ra_live(struct ra *ra)
{
	struct walk walk = { .ra = ra }, *w = &walk;
	u32 n = ra->mf->nr_vregs;
	int err;

	w->vreg = ra->mf->vreg;
	w->when = kw_arena_raw_array(ra->arena, n, sizeof(*w->when));
	w->member = kw_arena_raw_array(ra->arena, n, sizeof(*w->member));
	ra->opnd_next = kw_arena_raw_array(ra->arena, ra->mf->nr_opnds, sizeof(*ra->opnd_next));
	ra->def_next = kw_arena_raw_array(ra->arena, n, sizeof(*ra->def_next));
	ra->phi_hint = kw_arena_array(ra->arena, n, sizeof(*ra->phi_hint));
	ra->used = kw_arena_zalloc(ra->arena, n);
	ra->fixed_hint = kw_arena_alloc(ra->arena, n);
	if (!w->when || !w->member || !ra->opnd_next || !ra->def_next || !ra->phi_hint ||
	    !ra->used || !ra->fixed_hint)
		return -ENOMEM;
	memset(w->when, 0xff, n * sizeof(*w->when));
	memset(ra->fixed_hint, KW_NO_REG, n);
	err = walk_blocks(w);
	if (err)
		return err;
	/* What the walk needed by vreg serves the walk forward. */
	ra->next = memset(w->when, 0, n * sizeof(*ra->next));
	ra->arg_of = memset(w->member, 0, n * sizeof(*ra->arg_of));
	return 0;
}
