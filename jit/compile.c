// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The compiler: a validated module into a code object, one function at a time.
 *
 *   body -> SSA graph -> machine IR -> registers -> bytes
 */
#include "compile.h"
#include "opt/opt.h"
#include "ra/ra.h"

struct compiler {
	const struct kw_module *m;
	const struct kw_compile_opts *o;
	struct kw_code *code;
	struct kw_diag *diag;
	/* of the function being compiled; @arena counts for all of them */
	struct kw_arena arena;		/* machine IR */
	struct kw_arena graph;		/* SSA graph; then what comes behind lowering works in it */
	struct kw_arena tmp;		/* what a pass needs while it runs */
};

#ifdef KW_DEBUG
#define VERIFY(call)	do {				\
	char why[128];					\
							\
	kw_assert((call) == 0);				\
} while (0)
#else
#define VERIFY(call)	do { } while (0)
#endif

static int build(struct compiler *c, u32 func, struct kw_irfunc *f)
{
	const struct kw_build_opts bo = {
		.check_mode = c->o->mode == KW_MODE_CHECK,
		.form_p = c->o->form == KW_FORM_P,
		.stores_may_tear = c->o->isa->stores_may_tear,
		.canonical_nans = c->o->canonical_nans,
		.sig_ids = c->o->sig_ids,
		.bind = c->o->bind,
	};

	return kw_ir_build(c->m, func, &bo, f, c->diag, &c->code->field_mask);
}

static int optimize(struct kw_irfunc *f)
{
	int err = 0;

	if (f->has_sums && !(f->opt_off & KW_OPT_RANGE))
		err = kw_opt_range(f);
	if (!err && f->has_sums && !(f->opt_off & KW_OPT_NEAR))
		err = kw_opt_near(f);
	if (!err && !(f->opt_off & KW_OPT_BYTES))
		err = kw_opt_bytes(f);
	if (!err && !(f->opt_off & KW_OPT_DIVIDE))
		err = kw_opt_divide(f);
	if (err)
		return err;
	if (!(f->opt_off & KW_OPT_DCE))
		return kw_opt_dce(f);
	kw_ir_count_uses(f);
	return 0;
}

/* Validation knows already; a register that escaped it would be somebody else's. */
static bool has_vectors(const struct kw_mfunc *mf)
{
	u32 i;

	for (i = 1; i < mf->nr_vregs; i++)
		if (mf->vreg[i].rclass == KW_RC_VEC)
			return true;
	return false;
}

/* The sites of @f's code name inlined calls by number: keep where those were. */
static int note_inlined(struct compiler *c, const struct kw_irfunc *f)
{
	u32 i;
	int err = 0;

	for (i = 0; i < f->nr_inlined && !err; i++)
		err = kw_code_add_inlined(c->code, f->inlined[i]);
	return err;
}

static int compile_func(struct compiler *c, u32 func)
{
	struct kw_irfunc f = { .arena = &c->graph, .tmp = &c->tmp, .opt_off = c->o->opt_off };
	struct kw_mfunc mf = { .arena = &c->arena, .tmp = &c->tmp, .opt_off = c->o->opt_off };
	u32 inlined;
	int err;

	err = build(c, func, &f);
	if (err)
		return err;
	kw_arena_reset(&c->tmp);
	VERIFY(kw_ir_verify(&f, why, sizeof(why)));
	err = optimize(&f);
	if (err)
		return err;
	VERIFY(kw_ir_verify(&f, why, sizeof(why)));
	kw_arena_reset(&c->tmp);
	err = c->o->isa->lower(&f, &mf);
	inlined = c->code->nr_inlined;
	if (!err)
		err = note_inlined(c, &f);
	if (err)
		return err;
	kw_arena_reset(&c->graph);
	err = kw_lower_keep(&mf);
	if (err)
		return err;
	kw_arena_reset(&c->tmp);
	mf.tmp = &c->graph;
	if (!c->code->uses_float && has_vectors(&mf))
		return -EOPNOTSUPP;
	err = kw_ra_assign(&mf);
	if (err)
		return err;
	VERIFY(kw_ra_verify(&mf, why, sizeof(why)));
	kw_arena_reset(&c->graph);
	err = c->o->isa->emit(&f, &mf, c->o->env, c->code, func - c->m->nr_imported_funcs);
	c->code->func[func - c->m->nr_imported_funcs].inlined = inlined;
	return err;
}

/* Memory of one function must not grow without bound: what runs into the budget is too complex. */
static int refuse(struct compiler *c, u32 func, int err)
{
	u32 off = func == KW_DIAG_NO_FUNC ? 0 : c->m->funcs[func].body_off;
	bool over = err == -ENOMEM && c->arena.budget_bytes && c->arena.peak_bytes > c->arena.budget_bytes / 2;

	if (err != -E2BIG && !over)
		return err;
	c->diag->func = func;
	kw_reject(c->diag, off, KW_R_MAX_COMPILE, c->arena.peak_bytes, c->arena.budget_bytes);
	return -E2BIG;
}

/* Done with the memory of function @func. */
static void end_func(struct compiler *c, u32 func)
{
	struct kw_compile_peak *p = c->o->peak;
	u32 body = c->m->funcs[func].body_len;
	u64 bytes = c->arena.peak_bytes;

	if (!p) {
		kw_arena_reset(&c->arena);
		kw_arena_reset(&c->graph);
		return;
	}
	kw_arena_free(&c->tmp);
	kw_arena_free(&c->graph);
	kw_arena_free(&c->arena);
	c->arena.peak_bytes = 0;
	if (body < p->min_body_bytes || (p->body_bytes && bytes * p->body_bytes <= p->bytes * body))
		return;
	p->func = func;
	p->bytes = bytes;
	p->body_bytes = body;
}

static int compile_funcs(struct compiler *c)
{
	u32 func;
	int err;

	for (func = c->m->nr_imported_funcs; func < c->m->nr_funcs; func++) {
		err = kw_checkpoint() ?: compile_func(c, func);
		if (err)
			return refuse(c, func, err);
		end_func(c, func);
	}
	return 0;
}

static int compile_thunk(struct compiler *c, u32 type)
{
	const struct kw_functype *t = &c->m->types[type];
	u32 i, n = t->nr_params + t->nr_results;
	u8 *types = kw_arena_array(&c->arena, n + 1, 1);

	if (!types)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		types[i] = kw_ir_valtype(t->types[i]);
	return c->o->isa->emit_thunk(types, t->nr_params, types + t->nr_params, t->nr_results,
				     c->o->env, c->code, type);
}

static int compile_thunks(struct compiler *c)
{
	u32 type;
	int err;

	for (type = 0; type < c->m->nr_types; type++) {
		err = compile_thunk(c, type);
		if (err)
			return refuse(c, KW_DIAG_NO_FUNC, err);
		kw_arena_reset(&c->arena);
	}
	return 0;
}

static int compile(struct compiler *c)
{
	int err;

	err = compile_funcs(c);
	if (err)
		return err;
	c->code->body_len = c->code->len;
	err = compile_thunks(c);
	if (err)
		return err;
	return c->o->isa->fixup_calls(c->code, c->m->nr_imported_funcs);
}

/* Machine code mostly is not twice as long: make room once. */
static int reserve_code(struct compiler *c)
{
	u32 func, bytes = 0;

	for (func = c->m->nr_imported_funcs; func < c->m->nr_funcs; func++)
		bytes += c->m->funcs[func].body_len;
	return kw_code_reserve(c->code, 2 * bytes);
}

int kw_compile(const struct kw_module *m, const struct kw_compile_opts *o,
	       struct kw_code **code, struct kw_diag *diag)
{
	struct compiler c = { .m = m, .o = o, .diag = diag };
	int err;

	c.code = kw_code_new(m->nr_funcs - m->nr_imported_funcs, m->nr_types);
	if (!c.code)
		return -ENOMEM;
	c.code->mode = o->mode;
	c.code->form = o->form;
	c.code->uses_float = m->uses_float;
	kw_arena_init(&c.arena, o->budget_bytes);
	kw_arena_init_shared(&c.graph, &c.arena);
	kw_arena_init_shared(&c.tmp, &c.arena);
	err = reserve_code(&c) ?: compile(&c);
	c.code->peak_bytes = c.arena.peak_bytes + c.code->cap;
	kw_arena_free(&c.tmp);
	kw_arena_free(&c.graph);
	kw_arena_free(&c.arena);
	if (err) {
		kw_code_free(c.code);
		return err;
	}
	*code = c.code;
	return 0;
}
