// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * br_table: a bit test for two targets, a table of 32-bit distances behind the
 * function where indirect jumps are cheap, else a tree of compares.
 */
#include "emit.h"

#define MIN_TABLE_RUNS	7	/* fewer runs of equal targets: compares are as good */

/* Entries @start up to the next run's go to @block. */
struct run {
	u32 start, block;
};

static u32 target(const struct x64_emit *e, u32 block, u32 entry)
{
	u32 succ = e->mf->vpool[entry];

	return e->order.to[e->mf->block[block].succ + succ];
}

static u32 find_runs(const struct x64_emit *e, struct run *run)
{
	const struct kw_minst *mi = x64_inst(e);
	u32 i, n = 0;

	for (i = 0; i < mi->imm; i++) {
		u32 to = target(e, e->block, mi->aux + i);

		if (!n || run[n - 1].block != to)
			run[n++] = (struct run){ i, to };
	}
	return n;
}

static void compare_index(struct x64_emit *e, s32 with)
{
	x64_mi(&e->b, X64_CMP, X64_SL, x64_reg(x64_register(e, 0)), with);
}

/* Up to 64 entries that go either to the default or to one other block. */
static bool try_bit_test(struct x64_emit *e, const struct run *run, u32 n)
{
	const struct kw_minst *mi = x64_inst(e);
	u32 i, last = mi->imm - 1, other = 0, other_block = run[n - 1].block, otherwise = run[n - 1].block;
	u64 mask = 0;
	u8 temp = x64_register(e, 2);

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
	x64_jump_if(e, X64_CC_AE, otherwise);
	x64_movi(&e->b, temp, mask);
	x64_mr(&e->b, X64_BT, X64_SQ, x64_reg(temp), x64_register(e, 0));
	if (e->order.follow[e->block] == other_block) {
		x64_jump_if(e, X64_CC_AE, otherwise);
	} else {
		x64_jump_if(e, X64_CC_B, other_block);
		x64_goto(e, otherwise);
	}
	return true;
}

/* The clamped index never leaves the table, speculation or not; its last entry is the default. */
static void jump_table(struct x64_emit *e)
{
	const struct kw_minst *mi = x64_inst(e);
	struct x64_table *t = x64_more(e, e->table, &e->cap_tables, e->nr_tables + 1, sizeof(*t));
	u8 index = x64_register(e, 0), to = x64_register(e, 1), temp = x64_register(e, 2);
	u32 label = x64_new_label(e);

	if (e->err)
		return;
	e->table = t;
	e->table[e->nr_tables++] = (struct x64_table){ label, mi->aux, mi->imm, e->block };
	x64_movi(&e->b, to, mi->imm - 1);
	x64_rm(&e->b, X64_CMP, X64_SL, index, x64_reg(to));
	x64_cmov(&e->b, X64_CC_B, X64_SL, to, x64_reg(index));
	x64_lea_rip(&e->b, temp);
	x64_branch_to(e, label, 0);
	x64_rm(&e->b, X64_MOVSXD, X64_SQ, to, x64_indexed(temp, to, 2, 0));
	x64_mr(&e->b, X64_ADD, X64_SQ, x64_reg(to), temp);
	x64_m(&e->b, X64_JMPR, X64_SQ, x64_reg(to));
}

/* Runs [lo, hi), reached by @label. */
struct range {
	u32 lo, hi, label;
};

static void compare_tree(struct x64_emit *e, const struct run *run, u32 n)
{
	struct range todo[32];		/* halves: never more than log2 of the entries */
	u32 nr = 0;

	todo[nr++] = (struct range){ 0, n, e->mf->nr_blocks };
	while (nr && x64_room(e, X64_MAX_SEQ)) {
		struct range r = todo[--nr];

		if (r.lo)
			x64_bind(e, r.label);
		while (r.hi - r.lo > 1 && x64_room(e, X64_MAX_SEQ)) {
			u32 mid = r.lo + (r.hi - r.lo) / 2;

			compare_index(e, run[mid].start);
			if (mid - r.lo == 1 && r.hi - mid > 1) {
				x64_jump_if(e, X64_CC_B, run[r.lo].block);
				r.lo = mid;
				continue;
			}
			if (r.hi - mid == 1) {
				x64_jump_if(e, X64_CC_AE, run[mid].block);
			} else {
				todo[nr] = (struct range){ mid, r.hi, x64_new_label(e) };
				x64_jump_if(e, X64_CC_AE, todo[nr++].label);
			}
			r.hi = mid;
		}
		if (nr)
			x64_jump(e, run[r.lo].block);
		else
			x64_goto(e, run[r.lo].block);
	}
}

static bool tables_allowed(const struct x64_emit *e)
{
	return !e->env || !e->env->indirect_targets;
}

void x64_emit_switch(struct x64_emit *e)
{
	struct run *run = kw_arena_array(e->mf->tmp, x64_inst(e)->imm, sizeof(*run));
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

void x64_reserve_tables(struct x64_emit *e)
{
	u32 i;

	for (i = 0; i < e->nr_tables; i++) {
		if (!x64_room(e, 4 * e->table[i].nr))
			return;
		x64_bind(e, e->table[i].label);
		e->b.p += 4 * e->table[i].nr;
	}
}

void x64_fill_tables(struct x64_emit *e)
{
	const struct x64_table *t;
	u32 i;

	for (t = e->table; t < e->table + e->nr_tables; t++) {
		u32 base = x64_label_off(e, t->label);

		for (i = 0; i < t->nr; i++)
			put_unaligned_le32(x64_label_off(e, target(e, t->block, t->entries + i)) - base,
					   e->code->bytes + base + 4 * i);
	}
}
