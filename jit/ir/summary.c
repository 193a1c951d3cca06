// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * First look at a body: for every block, loop and if, the set of locals
 * written inside, and whether the memory's size may change.  With it the
 * builder makes phis only where they are real, and loads the size before the
 * loops that do not change it.
 *
 * One stack of entries serves all open constructs.  A local's stamp names the
 * innermost open construct that already lists it; an entry remembers the
 * stamp it replaced, so that closing a construct can tell in O(1) whether its
 * parent lists the local too.
 */
#include "summary.h"
#include "../common/arena.h"

#define LISTS_PER_BYTE	8
#define LISTS_FREE	4096

struct entry {
	u32 local;
	u32 old_stamp;
};

struct open {
	u32 id;			/* construct number + 1; 0 is the function itself */
	u32 base;		/* its first entry */
	bool resizes, calls;
	u8 pkt_widths;
};

struct state {
	struct kw_arena *arena;
	struct kw_summary *out;
	const struct kw_binding *bind;
	u32 nr_bind;
	u32 *stamp;
	struct entry *entry;
	u32 nr_entries, cap_entries;
	struct open *open;
	u32 nr_open, cap_open;
	u32 cap_locals_out, cap_constructs;
	u32 limit;
};

static int push_entry(struct state *s, u32 local, u32 id)
{
	struct entry *e;

	if (s->stamp[local] == id)
		return 0;
	e = kw_arena_grow(s->arena, s->entry, &s->cap_entries, s->nr_entries + 1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	s->entry = e;
	e[s->nr_entries++] = (struct entry){ local, s->stamp[local] };
	s->stamp[local] = id;
	return 0;
}

static int open_construct(struct state *s, bool real)
{
	struct open *o = kw_arena_grow(s->arena, s->open, &s->cap_open, s->nr_open + 1, sizeof(*o));
	struct kw_written *c;

	if (!o)
		return -ENOMEM;
	s->open = o;
	if (real) {
		c = kw_arena_grow(s->arena, s->out->construct, &s->cap_constructs,
				  s->out->nr_constructs + 1, sizeof(*c));
		if (!c)
			return -ENOMEM;
		s->out->construct = c;
		c[s->out->nr_constructs++] = (struct kw_written){ 0 };
	}
	o[s->nr_open++] = (struct open){ .id = real ? s->out->nr_constructs : 0, .base = s->nr_entries };
	return 0;
}

/* Copy the list out; its locals become the parent's, which lists them from here on. */
static int close_construct(struct state *s)
{
	struct open o = s->open[--s->nr_open];
	u32 n = s->nr_entries - o.base, i, parent;
	struct entry *entry = s->entry + o.base;
	struct open *outer;
	u32 *l;

	if (!o.id)
		return 0;
	l = kw_arena_grow(s->arena, s->out->locals, &s->cap_locals_out, s->out->nr_locals + n + 1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	s->out->locals = l;
	s->out->construct[o.id - 1] = (struct kw_written){ s->out->nr_locals, n, o.resizes, o.calls, o.pkt_widths };
	l += s->out->nr_locals;
	s->out->nr_locals += n;
	outer = &s->open[s->nr_open - 1];
	outer->resizes |= o.resizes;
	outer->calls |= o.calls;
	outer->pkt_widths |= o.pkt_widths;
	parent = outer->id;
	s->nr_entries = o.base;
	for (i = 0; i < n; i++) {
		struct entry of = entry[i];

		l[i] = of.local;
		s->stamp[of.local] = parent;
		if (of.old_stamp != parent)
			s->entry[s->nr_entries++] = of;
	}
	return 0;
}

static void call(struct state *s, const struct kw_insn *insn)
{
	struct open *o = &s->open[s->nr_open - 1];

	if (insn->op == WASM_OP_CALL && insn->idx < s->nr_bind && s->bind[insn->idx].kind == KW_BIND_INTRINSIC &&
	    s->bind[insn->idx].index != KW_INTR_PKT_FIELD) {
		if (s->bind[insn->idx].index == KW_INTR_PKT_LD || s->bind[insn->idx].index == KW_INTR_PKT_LD_OR)
			o->pkt_widths |= (u8)kw_mtype_bytes(s->bind[insn->idx].arg & 0xff);
		return;
	}
	s->out->has_calls = true;
	o->resizes = true;
	o->calls = true;
}

static int one_insn(struct state *s, const struct kw_insn *insn)
{
	switch (insn->op) {
	case WASM_OP_IF:
		s->out->nr_ifs++;
		return open_construct(s, true);
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
		return open_construct(s, true);
	case WASM_OP_END:
		return close_construct(s);
	case WASM_OP_LOCAL_SET:
	case WASM_OP_LOCAL_TEE:
		return push_entry(s, insn->idx, s->open[s->nr_open - 1].id);
	case WASM_OP_BR:
	case WASM_OP_BR_IF:
		s->out->nr_branches++;
		return 0;
	case WASM_OP_CALL:
	case WASM_OP_CALL_INDIRECT:
		s->out->nr_calls++;
		call(s, insn);
		return 0;
	case WASM_OP_MEMORY_GROW:
		s->open[s->nr_open - 1].resizes = true;
		return 0;
	default:
		return 0;
	}
}

int kw_summarise(struct kw_arena *arena, struct kw_body body, u32 nr_locals,
		 const struct kw_binding *bind, u32 nr_bind, struct kw_summary *out)
{
	struct state s = { .arena = arena, .out = out, .bind = bind, .nr_bind = bind ? nr_bind : 0 };
	struct kw_insn insn;
	u32 steps = 0;
	int ret;

	*out = (struct kw_summary){ 0 };
	s.limit = LISTS_FREE + LISTS_PER_BYTE * (u32)(body.end - body.pos);
	s.stamp = kw_arena_raw_array(arena, nr_locals + 1, sizeof(*s.stamp));
	if (!s.stamp)
		return -ENOMEM;
	memset(s.stamp, 0xff, nr_locals * sizeof(*s.stamp));
	ret = open_construct(&s, false);
	while (!ret) {
		ret = kw_body_skim(&body, &insn);
		if (ret <= 0)
			return ret;
		ret = one_insn(&s, &insn);
		if (!ret && out->nr_locals + s.nr_entries > s.limit) {
			out->too_many = true;
			return 0;
		}
		if (!ret && (++steps & 8191) == 0)
			ret = kw_checkpoint();
	}
	return ret;
}
