// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * br_table: a bit test for two targets, a table of 32-bit distances behind the
 * function where indirect jumps are cheap, else a tree of compares.
 */
#include "emit.h"

#define MIN_TABLE_RUNS	5	/* fewer runs of equal targets: compares are as good */

/* Entries @start up to the next run's go to @block. */
struct run {
	u32 start, block;
};

static u32 target(const struct a64_emit *e, u32 block, u32 entry)
{
	u32 succ = e->mf->vpool[entry];

	return e->order.to[e->mf->block[block].succ + succ];
}

static u32 find_runs(const struct a64_emit *e, struct run *run)
{
	const struct kw_minst *mi = a64_inst(e);
	u32 i, n = 0;

	for (i = 0; i < mi->imm; i++) {
		u32 to = target(e, e->block, mi->aux + i);

		if (!n || run[n - 1].block != to)
			run[n++] = (struct run){ i, to };
	}
	return n;
}

static void compare_index(struct a64_emit *e, u32 with)
{
	u8 index = a64_register(e, 0);

	if (a64_can_rri(with)) {
		a64_put(e, a64_rri(A64_SUBSI, A64_W, A64_ZR, index, with));
		return;
	}
	a64_emit_movi(e, A64_T0, with);
	a64_put(e, a64_rrr(A64_SUBS, A64_W, A64_ZR, index, A64_T0));
}

/* Up to 64 entries that go either to the default or to one other block. */
static bool try_bit_test(struct a64_emit *e, const struct run *run, u32 n)
{
	const struct kw_minst *mi = a64_inst(e);
	u32 i, last = mi->imm - 1, other = 0, other_block = run[n - 1].block, otherwise = run[n - 1].block;
	u64 mask = 0;

	if (n < 3 || last > 64)
		return false;
	for (i = 0; i < n - 1; i++) {
		u32 len = run[i + 1].start - run[i].start;

		if (run[i].block == otherwise)
			continue;
		if (other++ && run[i].block != other_block)
			return false;
		other_block = run[i].block;
		mask |= (len == 64 ? ~0ull : (1ull << len) - 1) << run[i].start;
	}
	if (other == 0)
		return false;
	compare_index(e, last);
	a64_jump_if(e, A64_CC_HS, otherwise);
	a64_emit_movi(e, A64_T0, mask);
	a64_put(e, a64_rrr(A64_LSRV, A64_X, A64_T0, A64_T0, a64_register(e, 0)));
	if (e->order.follow[e->block] == other_block) {
		a64_jump_bit(e, false, A64_T0, 0, otherwise);
	} else {
		a64_jump_bit(e, true, A64_T0, 0, other_block);
		a64_goto(e, otherwise);
	}
	return true;
}

/* The clamped index never leaves the table, speculation or not; its last entry is the default. */
static void jump_table(struct a64_emit *e)
{
	const struct kw_minst *mi = a64_inst(e);
	struct a64_table *t = a64_more(e, e->table, &e->cap_tables, e->nr_tables + 1, sizeof(*t));
	u32 label = a64_new_label(e);
	u8 index = a64_register(e, 0);

	if (e->err)
		return;
	e->table = t;
	e->table[e->nr_tables++] = (struct a64_table){ label, mi->aux, mi->imm, e->block };
	a64_table_address(e, A64_T1, label);
	a64_emit_movi(e, A64_T0, mi->imm - 1);
	a64_put(e, a64_rrr(A64_SUBS, A64_W, A64_ZR, index, A64_T0));
	a64_put(e, a64_csel(A64_CSEL, A64_W, A64_T0, index, A64_T0, A64_CC_LO));
	a64_put(e, A64_CSDB);
	a64_put(e, a64_mem_index(A64_LDRSW, A64_T0, A64_T1, A64_T0, A64_UXTW, true));
	a64_put(e, a64_rrr(A64_ADD, A64_X, A64_T1, A64_T1, A64_T0));
	a64_put(e, a64_br(A64_T1));
}

/* Runs [lo, hi), reached by @label. */
struct range {
	u32 lo, hi, label;
};

static void compare_tree(struct a64_emit *e, const struct run *run, u32 n)
{
	struct range todo[32];		/* halves: never more than log2 of the entries */
	u32 nr = 0;

	todo[nr++] = (struct range){ 0, n, e->mf->nr_blocks };
	while (nr && a64_room(e, A64_MAX_SEQ)) {
		struct range r = todo[--nr];

		if (r.lo)
			a64_bind(e, r.label);
		while (r.hi - r.lo > 1 && a64_room(e, A64_MAX_SEQ)) {
			u32 mid = r.lo + (r.hi - r.lo) / 2;

			compare_index(e, run[mid].start);
			if (mid - r.lo == 1 && r.hi - mid > 1) {
				a64_jump_if(e, A64_CC_LO, run[r.lo].block);
				r.lo = mid;
				continue;
			}
			if (r.hi - mid == 1) {
				a64_jump_if(e, A64_CC_HS, run[mid].block);
			} else {
				todo[nr] = (struct range){ mid, r.hi, a64_new_label(e) };
				a64_jump_if(e, A64_CC_HS, todo[nr++].label);
			}
			r.hi = mid;
		}
		if (nr)
			a64_jump(e, run[r.lo].block);
		else
			a64_goto(e, run[r.lo].block);
	}
}

/* Targets of an indirect jump would need bti j. */
static bool tables_allowed(const struct a64_emit *e)
{
	return !e->env || !e->env->indirect_targets;
}

void a64_emit_switch(struct a64_emit *e)
{
	struct run *run = kw_arena_array(e->mf->tmp, a64_inst(e)->imm, sizeof(*run));
	u32 n;

	if (!run) {
		e->err = -ENOMEM;
		return;
	}
	n = find_runs(e, run);
	if (try_bit_test(e, run, n))
		return;
	if (n >= MIN_TABLE_RUNS && tables_allowed(e))
		jump_table(e);
	else
		compare_tree(e, run, n);
}

void a64_reserve_tables(struct a64_emit *e)
{
	u32 i;

	for (i = 0; i < e->nr_tables; i++) {
		if (!a64_room(e, 4 * e->table[i].nr))
			return;
		a64_bind(e, e->table[i].label);
		e->code->len += 4 * e->table[i].nr;
	}
}

void a64_fill_tables(struct a64_emit *e)
{
	const struct a64_table *t;
	u32 i;

	for (t = e->table; t < e->table + e->nr_tables; t++) {
		u32 base = e->label[t->label];

		for (i = 0; i < t->nr; i++)
			put_unaligned_le32(e->label[target(e, t->block, t->entries + i)] - base,
					   e->code->bytes + base + 4 * i);
	}
}
