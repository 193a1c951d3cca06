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

struct ref_memory {
	u8 *bytes;
	u32 pages, max_pages;		/* the type's or the store's limit, the lower */
	struct kw_limits type;
};

/* Elements: 0 null, else a struct ref_func * or whatever an externref is. */
struct ref_table {
	u64 *elem;
	u32 len, max;
	struct kw_tabletype type;
};

/* What a funcref points to: never an import, but the function itself. */
struct ref_func {
	struct ref_instance *inst;
	u32 index;
};

/**
 * struct ref_store - instances that may import from each other
 * @fuel:     instructions left
 * @trap_off: byte offset of the instruction that trapped, in @trap_inst's module
 */
struct ref_store {
	u32 max_pages;
	u64 fuel;
	u32 depth;
	u32 trap_off;
	const struct ref_instance *trap_inst;
	struct kw_value *stack;		/* locals and operands of all frames */
	u32 sp;
	struct ref_instance *all;
};

struct ref_instance {
	struct ref_instance *next;
	struct ref_store *store;
	const struct kw_module *m;
	struct ref_memory *mem;		/* NULL without */
	struct kw_value **global;	/* own and imported ones alike */
	struct ref_table **table;
	struct ref_func *func;
	bool *data_dropped, *elem_dropped;
	struct ref_code *code;		/* per function: where blocks end */
};

/* An import: item @index of @inst. */
struct ref_extern {
	struct ref_instance *inst;
	u32 index;
};

struct ref_store *ref_store_new(u32 max_pages);

/* Instances and all. */
void ref_store_free(struct ref_store *s);

/**
 * ref_instantiate() - instance of a validated module; active segments applied, start not called
 * @imports: [nr_imports]; an entry without instance is an unknown import
 * @trap:    out: enum kw_trap of a segment that does not fit
 *
 * Return: 0, -ENOENT unknown import, -EINVAL one of another type, -EFAULT trap, -ENOMEM.
 */
int ref_instantiate(struct ref_store *s, const struct kw_module *m, const struct ref_extern *imports,
		    struct ref_instance **out, u32 *trap);

/**
 * ref_call() - run function @func
 * @val: arguments in, results out; max of both long
 * Return: enum kw_trap; KW_TRAP_FUEL when the store's fuel ran out.
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
