// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Branches: shorten those whose target is near, move the code together, write
 * displacements.
 *
 * Distances only shrink, so a branch that fits a rel8 before anything has
 * moved fits afterwards too: one pass decides, one pass moves.
 */
#include "emit.h"

#define SHORT_LEN	2

/* Bytes removed in front of a position: @at[i] and behind lose @lost[i] in sum. */
struct shrink {
	u32 *at, *lost;
	u32 n;
};

static u32 lost_before(const struct shrink *s, u32 off)
{
	u32 lo = 0, hi = s->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (s->at[mid] <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? s->lost[lo - 1] : 0;
}

static bool fits_short(const struct x64_emit *e, const struct x64_branch *br)
{
	u32 target = e->label[br->label];

	if (!br->len)
		return false;
	if (target >= br->end)
		return target - br->end <= 127;
	return br->end - br->len + SHORT_LEN - target <= 128;
}

/* jcc 0f 8x -> 7x, jmp e9 -> eb */
static void make_short(u8 *p, u8 len)
{
	*p = len == X64_JCC_LEN ? p[1] - 0x10 : 0xeb;
}

static bool decide(struct x64_emit *e, struct shrink *s)
{
	u32 i, lost = 0;

	for (i = 0; i < e->nr_branches; i++) {
		struct x64_branch *br = &e->branch[i];

		if (!fits_short(e, br))
			continue;
		make_short(e->code->bytes + br->end - br->len, br->len);
		lost += br->len - SHORT_LEN;
		s->at[s->n] = br->end;
		s->lost[s->n++] = lost;
	}
	return s->n;
}

static void move_code(struct x64_emit *e, const struct shrink *s)
{
	u8 *bytes = e->code->bytes;
	u32 i, end = x64_off(e);

	for (i = 0; i < s->n; i++) {
		u32 from = s->at[i], to = from - s->lost[i];
		u32 stop = i + 1 < s->n ? s->at[i + 1] : end;

		memmove(bytes + to, bytes + from, stop - from);
	}
	e->b.p -= s->lost[s->n - 1];
}

/* Positions in ascending order: one walk for each list. */
struct walk {
	const struct shrink *s;
	u32 i;
};

static u32 moved(struct walk *w, u32 off)
{
	while (w->i < w->s->n && w->s->at[w->i] <= off)
		w->i++;
	return off - (w->i ? w->s->lost[w->i - 1] : 0);
}

static void move_positions(struct x64_emit *e, const struct shrink *s)
{
	struct kw_code *c = e->code;
	struct walk w;
	u32 i;

	for (i = 0; i < e->nr_labels; i++)
		e->label[i] -= lost_before(s, e->label[i]);
	for (i = e->first_reloc, w = (struct walk){ s, 0 }; i < c->nr_relocs; i++)
		c->reloc[i].off = moved(&w, c->reloc[i].off);
	for (i = e->first_fault, w = (struct walk){ s, 0 }; i < c->nr_faults; i++)
		c->fault[i].off = moved(&w, c->fault[i].off);
	for (i = e->first_site, w = (struct walk){ s, 0 }; i < c->nr_sites; i++)
		c->site[i].off = moved(&w, c->site[i].off);
}

static void shorten(struct x64_emit *e, struct shrink *s)
{
	u32 i, next = 0;

	move_code(e, s);
	move_positions(e, s);
	for (i = 0; i < e->nr_branches; i++) {
		struct x64_branch *br = &e->branch[i];

		if (next < s->n && s->at[next] == br->end) {
			br->end -= s->lost[next++];
			br->len = SHORT_LEN;
		} else {
			br->end -= next ? s->lost[next - 1] : 0;
			br->len = 0;
		}
	}
}

void x64_relax(struct x64_emit *e)
{
	struct shrink s = { 0 };
	u32 i;

	s.at = kw_arena_array(e->mf->tmp, e->nr_branches, sizeof(*s.at));
	s.lost = kw_arena_array(e->mf->tmp, e->nr_branches, sizeof(*s.lost));
	if (s.at && s.lost && decide(e, &s))
		shorten(e, &s);
	for (i = 0; i < e->nr_branches; i++) {
		const struct x64_branch *br = &e->branch[i];
		u8 *end = e->code->bytes + br->end;
		u32 dist = e->label[br->label] - br->end;

		if (br->len == SHORT_LEN)
			end[-1] = dist;
		else
			put_unaligned_le32(dist, end - 4);
	}
}
