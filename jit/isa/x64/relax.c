// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Branches: shorten those whose target is near, move the code together, write
 * displacements.
 *
 * Distances only shrink, so a branch that fits a rel8 before anything has
 * moved fits afterwards too: one pass decides, one moves, one writes.  How far
 * a place has moved is what the branches in front of it have lost; a label
 * knows how many these are, lists of places are walked along with them.
 */
#include "emit.h"

#define SHORT_LEN	2

static bool fits_short(const struct x64_emit *e, const struct x64_branch *br)
{
	u32 target = e->label[br->label].off;

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

/* Bytes by which what stands behind the first @n branches has moved. */
static inline u32 lost_by(const struct x64_emit *e, u32 n)
{
	return n ? e->branch[n - 1].lost : e->moved;
}

u32 x64_label_off(const struct x64_emit *e, u32 label)
{
	return e->label[label].off - lost_by(e, e->label[label].branches);
}

/* Write the short form of branches where they stand.  .lost of all of them. */
static void shorten(struct x64_emit *e)
{
	struct x64_branch *br;
	u32 lost = 0;

	for (br = e->branch; br < e->branch + e->nr_branches; br++) {
		if (fits_short(e, br)) {
			make_short(e->code->bytes + br->end - br->len, br->len);
			lost += br->len - SHORT_LEN;
			br->len = SHORT_LEN;
		}
		br->lost = lost;
	}
}

/* The function to @start, without what its branches have lost. */
static void move_code(struct x64_emit *e, u32 start)
{
	u32 from = e->start, lost = e->start - start, last = 0;	/* of what has not been moved yet; of @lost in branches */
	u8 *bytes = e->code->bytes;
	struct x64_branch *br;

	e->moved = lost;
	for (br = e->branch; br < e->branch + e->nr_branches; br++) {
		if (br->lost != last) {
			memmove(bytes + from - lost, bytes + from, br->end - from);
			lost += br->lost - last;
			last = br->lost;
			from = br->end;
		}
		br->lost = lost;
	}
	memmove(bytes + from - lost, bytes + from, x64_off(e) - from);
	e->b.p -= lost;
	e->start = start;
}

/* The first member of each of @nr elements is a place, these in ascending order. */
static void move_places(const struct x64_emit *e, void *first, u32 nr, size_t size)
{
	const struct x64_branch *br = e->branch, *end = br + e->nr_branches;
	u8 *p = first;
	u32 lost = e->moved;

	for (; nr--; p += size) {
		u32 *off = (u32 *)p;

		for (; br < end && br->end <= *off; br++)
			lost = br->lost;
		*off -= lost;
	}
}

static void move_lists(const struct x64_emit *e)
{
	struct kw_code *c = e->code;

	static_assert(!offsetof(struct kw_reloc, off) && !offsetof(struct kw_fault_site, off) &&
		      !offsetof(struct kw_call_site, off), "move_places()");
	move_places(e, c->reloc + e->first_reloc, c->nr_relocs - e->first_reloc, sizeof(*c->reloc));
	move_places(e, c->fault + e->first_fault, c->nr_faults - e->first_fault, sizeof(*c->fault));
	move_places(e, c->site + e->first_site, c->nr_sites - e->first_site, sizeof(*c->site));
}

void x64_relax(struct x64_emit *e)
{
	const struct x64_branch *br;

	shorten(e);
	move_code(e, x64_choose_start(e));
	move_lists(e);
	for (br = e->branch; br < e->branch + e->nr_branches; br++) {
		u32 end = br->end - br->lost, dist = x64_label_off(e, br->label) - end;
		u8 *p = e->code->bytes + end;

		if (br->len == SHORT_LEN)
			p[-1] = dist;
		else
			put_unaligned_le32(dist, p - 4);
	}
}
