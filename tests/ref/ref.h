/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reference interpreter: small, slow, written from chapter 4 of the core
 * specification.  It shares the decoder with the product and nothing that
 * runs code, so that it can say what a module ought to do.
 */
#ifndef KW_TESTS_REF_H
#define KW_TESTS_REF_H

#include "../../jit/common/layout.h"
#include "../../jit/wasm/body.h"

struct ref_instance {
	const struct kw_module *m;
	u8 *memory;
	u32 pages, max_pages;
	struct kw_value *global;
	struct ref_table {
		u64 *elem;		/* 0 null, else function index + 1 (or an extern handle) */
		u32 len, max;
	} *table;
	bool *data_dropped, *elem_dropped;
	struct ref_code *code;		/* per function: where blocks end */
	u64 fuel;			/* instructions left */
	u32 depth;
	u32 trap;			/* enum kw_trap */
	u32 trap_off;			/* byte offset of the instruction that trapped */
};

/**
 * ref_new() - instance of a validated module without imports; active segments applied
 * Return: NULL when out of memory; a trap in a segment leaves .trap set.
 */
struct ref_instance *ref_new(const struct kw_module *m, u32 max_pages);
void ref_free(struct ref_instance *r);

/**
 * ref_call() - run function @func
 * @val: arguments in, results out; max of both long
 * Return: enum kw_trap; KW_TRAP_FUEL when r->fuel ran out.
 */
u32 ref_call(struct ref_instance *r, u32 func, struct kw_value *val);

/*
 * ref_numeric() - one instruction without control, memory or variables
 * @s: operands, deepest first; the result replaces the first
 * NaNs that arithmetic makes are the canonical ones, as in deterministic mode.
 * Return: enum kw_trap; KW_TRAP_UNLINKED for an instruction it does not know.
 */
u32 ref_numeric(u16 op, struct kw_value *s);

#endif /* KW_TESTS_REF_H */
