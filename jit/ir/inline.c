// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Inlining of small functions, by building the callee's body in place of the
 * call: the builder turns to the other body, with locals of its own, and its
 * function label is a block of the caller that all returns branch to.  Where
 * the label ends, what was put aside at the call comes back.
 *
 * Small leaves are inlined, and one level of a function that calls itself, all
 * into nothing but the function itself, so one level is all there is.  The bytes
 * inlined are bounded by a multiple of the caller's: compiling stays linear.
 * What a prologue does goes away with it: no check of the stack, for a leaf
 * needs none, and in P form no poll.
 */
#include "builder.h"

#define LEAF_BYTES	48	/* some 20 instructions */
#define SELF_BYTES	64
#define MAX_LOCALS	32	/* parameters included */
#define FREE_BYTES	128	/* even into the smallest function */
#define CALLER_BYTES	65536	/* nothing into a larger one: its fault sites must stay countable in 16 bits */

static bool in_budget(const struct kw_builder *b, u32 func)
{
	u32 bytes = b->m->funcs[func].body_len;
	u32 own = b->m->funcs[b->f->index].body_len;

	return bytes <= (func == b->f->index ? SELF_BYTES : LEAF_BYTES) &&
	       own <= CALLER_BYTES && b->inlined_bytes + bytes <= FREE_BYTES + own && b->f->nr_inlined < KW_MAX_INLINED;
}

/* Most that are small enough are no leaves; validation has seen it, read_callee() would at more expense. */
static bool is_no_leaf(const struct kw_builder *b, u32 func)
{
	return b->m->funcs[func].calls && func != b->f->index;
}

/* Return: may it be inlined? */
static bool read_callee(struct kw_builder *b, u32 func, struct kw_scope *s)
{
	u32 nr_declared, nr_params = kw_func_type(b->m, func)->nr_params;
	int err = kw_body_open(&s->body, b->m, func, b->scope.body.diag, &nr_declared);

	if (!err && nr_params + nr_declared > MAX_LOCALS)
		return false;
	if (!err)
		err = kw_b_open_scope(b, s, func, nr_declared);
	if (err)
		b->err = err;
	return !err && !s->sum.too_many && (func == b->f->index || !s->sum.has_calls);
}

/* A number for the call that is being built. Return: false without memory. */
static bool number_call(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;
	u32 *list = kw_arena_grow(f->arena, f->inlined, &f->cap_inlined, f->nr_inlined + 1, sizeof(*list));

	if (!list)
		return false;
	f->inlined = list;
	f->inlined[f->nr_inlined++] = kw_place(b->insn.off, 0);
	return true;
}

static void pass_arguments(struct kw_builder *b, u32 n)
{
	u32 i;

	b->sp -= n;
	for (i = 0; i < n; i++)
		b->scope.local[i] = b->stack[b->sp + i];
	for (; i < b->scope.nr_locals && !b->err; i++)
		b->scope.local[i] = kw_b_zero(b, b->scope.local_type[i]);
}

bool kw_b_inline(struct kw_builder *b, u32 func)
{
	const struct kw_functype *t = kw_func_type(b->m, func);
	struct kw_scope *s;

	if (b->err || b->f->opt_off & KW_OPT_INLINE || b->caller || b->locals_in_frame ||
	    !in_budget(b, func) || is_no_leaf(b, func))
		return false;
	s = kw_arena_zalloc(b->f->tmp, sizeof(*s));
	if (!s) {
		b->err = -ENOMEM;
		return false;
	}
	if (!read_callee(b, func, s))
		return false;
	if (!number_call(b)) {
		b->err = -ENOMEM;
		return false;
	}
	swap(b->scope, *s);
	b->caller = s;
	b->inlined = b->f->nr_inlined;
	b->inlined_bytes += b->m->funcs[func].body_len;
	b->callee_label = b->nr_ctl;
	pass_arguments(b, t->nr_params);
	kw_b_open_inlined(b, t->nr_results);
	return true;
}

void kw_b_leave_inlined(struct kw_builder *b)
{
	b->scope = *b->caller;
	b->caller = NULL;
	b->callee_label = 0;
	b->inlined = 0;
}
