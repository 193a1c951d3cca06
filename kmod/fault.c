// SPDX-License-Identifier: GPL-2.0
/*
 * Fault sites of all published code -> the exception table the kernel's
 * page-fault path consults for this module.
 *
 *	[ our own, below | sites of guest code | padding ... | our own, above ]
 *	  the arena        ascending             insn =         the arena
 *	                                         arena end
 *
 * The kernel bsearches THIS_MODULE->extable with a count it reads apart from
 * the pointer, so the count is constant and one store of the pointer switches
 * between two tables.  The one that was left is written again only after a
 * grace period: the lookup runs with preemption off, and on x86 the entry is
 * used with interrupts off.
 *
 * Entries are relative to themselves, so the tables must be in the module's
 * own data.
 */
#include <linux/extable.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "arch.h"
#include "fault.h"

/* As dense as accesses get in compiled modules: one in 32 bytes of code. */
#define NR_SITES	((u32)(((u64)KWASM_ARENA_MB << 20) / 32))
#define NR_OWN		64	/* room for this module's entries: uaccess and the like */
#define NR_ENTRIES	(NR_SITES + NR_OWN)

static struct exception_table_entry table[2][NR_ENTRIES];
static u32 end_of_sites[2];		/* behind the last site in each */
static u32 current_table;
static u32 nr_sites_used;
static unsigned long grace;		/* until the other table may be written */

static struct exception_table_entry *own;
static u32 nr_own, nr_own_below, nr_own_above;

static int put(struct exception_table_entry *e, u64 insn, u64 fixup)
{
	s64 rel_insn = insn - (u64)&e->insn, rel_fixup = fixup - (u64)&e->fixup;

	if (rel_insn != (s32)rel_insn || rel_fixup != (s32)rel_fixup)
		return -ERANGE;
	e->insn = rel_insn;
	e->fixup = rel_fixup;
	return 0;
}

static u64 insn_of(const struct exception_table_entry *e)
{
	return (u64)&e->insn + e->insn;
}

static u64 fixup_of(const struct exception_table_entry *e)
{
	return (u64)&e->fixup + e->fixup;
}

/* Padding sorts behind all sites and is never hit: nothing executes at the arena's end. */
static int put_padding(u32 t, u32 from, u32 to)
{
	int err = 0;

	for (; from < to && !err; from++)
		err = put(&table[t][from], (u64)kwasm_arena_end(), (u64)kwasm_trap_exit);
	return err;
}

static int put_own(struct exception_table_entry *to, const struct exception_table_entry *from)
{
	int err = put(to, insn_of(from), fixup_of(from));

	kwasm_arch_fault_copy(to, from);
	return err;
}

/*
 * trim_init_extable() will drop init entries from what it finds after init:
 * by then that is our table, so init entries stay out, at both ends.
 */
static bool is_init(u64 insn)
{
	return within_module_init(insn, THIS_MODULE);
}

static int put_own_entries(u32 t)
{
	u32 i, low = 0, high = NR_ENTRIES - nr_own_above;
	int err = 0;

	for (i = 0; i < nr_own && !err; i++) {
		u64 insn = insn_of(&own[i]);

		if (is_init(insn))
			continue;
		err = put_own(&table[t][insn < (u64)kwasm_arena_start() ? low++ : high++], &own[i]);
	}
	return err;
}

static int count_own(void)
{
	u32 i;

	own = THIS_MODULE->extable;
	nr_own = THIS_MODULE->num_exentries;
	for (i = 0; i < nr_own; i++) {
		u64 insn = insn_of(&own[i]);

		if (is_init(insn))
			continue;
		if (insn < (u64)kwasm_arena_start())
			nr_own_below++;
		else
			nr_own_above++;
	}
	return nr_own_below + nr_own_above <= NR_OWN ? 0 : -E2BIG;
}

/* Sites of one text behind entry @*at; they must ascend, for the search is binary. */
static int put_text(u32 t, u32 *at, const struct kwasm_text *text, u64 *last)
{
	const struct kw_code *c = text->code;
	const struct kw_code_func *f;
	u32 i;

	for (f = c->func; f < c->func + c->nr_funcs; f++) {
		for (i = 0; i < f->nr_faults; i++) {
			struct exception_table_entry *e = &table[t][*at];
			u64 insn = (u64)text->addr + c->fault[f->fault + i].off;

			if (*at >= NR_ENTRIES - nr_own_above)
				return -ENOSPC;
			if (insn <= *last || insn >= (u64)text->addr + text->len)
				return -EINVAL;
			if (put(e, insn, kwasm_arch_fault_fixup((u64)text->addr + f->landing_off, i)))
				return -ERANGE;
			kwasm_arch_fault_kind(e, i);
			*last = insn;
			++*at;
		}
	}
	return 0;
}

int kwasm_fault_rebuild(struct kwasm_text *const *texts, u32 n)
{
	u32 t = !current_table, at = nr_own_below, i;
	u64 last = (u64)kwasm_arena_start() - 1;
	int err = 0;

	if (!poll_state_synchronize_rcu(grace))
		synchronize_rcu_expedited();
	for (i = 0; i < n && !err; i++)
		err = put_text(t, &at, texts[i], &last);
	/* The table is not in force yet: whatever happened, leave it sorted for the next time. */
	if (put_padding(t, at, max(at, end_of_sites[t])))
		err = -ERANGE;
	end_of_sites[t] = at;
	if (err)
		return err;
	/* Pairs with the lookup's data dependency on the pointer. */
	smp_store_release(&THIS_MODULE->extable, table[t]);
	current_table = t;
	nr_sites_used = at - nr_own_below;
	grace = get_state_synchronize_rcu();
	return 0;
}

u32 kwasm_fault_capacity(void)
{
	return NR_SITES;
}

u32 kwasm_fault_used(void)
{
	return READ_ONCE(nr_sites_used);
}

int kwasm_fault_init(void)
{
	u32 t;
	int err;

	err = count_own();
	for (t = 0; t < 2 && !err; t++) {
		end_of_sites[t] = nr_own_below;
		err = put_padding(t, nr_own_below, NR_ENTRIES - nr_own_above);
		if (!err)
			err = put_own_entries(t);
	}
	if (err) {
		pr_err("kwasm: fault table cannot be built: %d\n", err);
		return err;
	}
	/* A longer table first, then its count: a search in between finds less, never garbage. */
	smp_store_release(&THIS_MODULE->extable, table[0]);
	smp_store_release(&THIS_MODULE->num_exentries, NR_ENTRIES);
	grace = get_state_synchronize_rcu();
	return 0;
}

void kwasm_fault_exit(void)
{
	smp_store_release(&THIS_MODULE->num_exentries, nr_own);
	smp_store_release(&THIS_MODULE->extable, own);
	synchronize_rcu();
}
