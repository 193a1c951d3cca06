// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The compiler: a validated module into a code object, a few functions at a time.
 *
 *   body -> SSA graph -> machine IR -> registers -> bytes
 */
#include "compile.h"
#include "opt/opt.h"
#include "ra/ra.h"

/* A function being compiled. */
struct job {
	u32 func;
	u32 inlined;		/* first of its places in the code object */
	struct kw_irfunc f;
	struct kw_mfunc mf;
};

/*
 * Small functions go through each stage together: the code of all stages is
 * more than an instruction cache holds, and one function is done with a stage
 * before that has been read in.
 */
#define MAX_JOBS	16
#define BATCH_BYTES	2048	/* of bodies */

struct compiler {
	const struct kw_module *m;
	const struct kw_compile_opts *o;
	struct kw_code *code;
	struct kw_diag *diag;
	/* of the batch being compiled; @arena counts for all of them */
	struct kw_arena arena;		/* machine IR */
	struct kw_arena graph;		/* SSA graph; then what comes behind lowering works in it */
	struct kw_arena tmp;		/* what a pass needs while it runs */
	struct job *job;		/* [MAX_JOBS], of the batch */
	u32 nr_jobs;
};

#ifdef KW_DEBUG
/* What hostile functions ask of a verifier may be too much. */
#define VERIFY(call)	do {				\
	char why[128];					\
	int ret_ = (call);				\
							\
	kw_assert(!ret_ || ret_ == -ENOMEM);		\
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

/* ---- stages, each for all functions of a batch ---- */

static int make_graph(struct compiler *c, struct job *j)
{
	int err;

	j->f = (struct kw_irfunc){ .arena = &c->graph, .tmp = &c->tmp, .opt_off = c->o->opt_off };
	err = build(c, j->func, &j->f);
	if (err)
		return err;
	kw_arena_reset(&c->tmp);
	VERIFY(kw_ir_verify(&j->f, why, sizeof(why)));
	err = optimize(&j->f);
	if (err)
		return err;
	VERIFY(kw_ir_verify(&j->f, why, sizeof(why)));
	kw_arena_reset(&c->tmp);
	kw_ir_fit(&j->f);
	return 0;
}

static int lower(struct compiler *c, struct job *j)
{
	int err;

	j->mf = (struct kw_mfunc){ .arena = &c->arena, .tmp = &c->tmp, .opt_off = c->o->opt_off };
	err = c->o->isa->lower(&j->f, &j->mf);
	j->inlined = c->code->nr_inlined;
	if (!err)
		err = note_inlined(c, &j->f);
	if (err)
		return err;
	if (c->nr_jobs == 1)
		kw_arena_free(&c->graph);
	err = kw_lower_keep(&j->mf);
	if (c->nr_jobs == 1)
		kw_arena_free(&c->tmp);
	else
		kw_arena_reset(&c->tmp);
	return err;
}

static int assign(struct compiler *c, struct job *j)
{
	int err;

	j->mf.tmp = &c->graph;
	if (!c->code->uses_float && has_vectors(&j->mf))
		return -EOPNOTSUPP;
	err = kw_ra_assign(&j->mf);
	if (err)
		return err;
	VERIFY(kw_ra_verify(&j->mf, why, sizeof(why)));
	kw_arena_reset(&c->graph);
	return 0;
}

static int emit(struct compiler *c, struct job *j)
{
	u32 defined = j->func - c->m->nr_imported_funcs;
	int err = c->o->isa->emit(&j->f, &j->mf, c->o->env, c->code, defined);

	c->code->func[defined].inlined = j->inlined;
	kw_arena_reset(&c->graph);
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

/* Done with the memory of a batch. */
static void end_batch(struct compiler *c)
{
	struct kw_compile_peak *p = c->o->peak;
	u32 func = c->job->func, body = c->m->funcs[func].body_len;
	u64 bytes = c->arena.peak_bytes;

	if (!p) {
		kw_arena_reset(&c->arena);
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

static int do_stage(struct compiler *c, int (*stage)(struct compiler *c, struct job *j))
{
	u32 i;
	int err;

	for (i = 0; i < c->nr_jobs; i++) {
		err = kw_checkpoint() ?: stage(c, &c->job[i]);
		if (err)
			return refuse(c, c->job[i].func, err);
	}
	return 0;
}

/* The functions from @func on that are compiled together.  Return: the one behind them. */
static u32 open_batch(struct compiler *c, u32 func)
{
	u32 bytes = 0;

	c->nr_jobs = 0;
	do {
		bytes += c->m->funcs[func].body_len;
		c->job[c->nr_jobs++].func = func++;
	} while (func < c->m->nr_funcs && c->nr_jobs < MAX_JOBS && !c->o->peak &&
		 bytes + c->m->funcs[func].body_len <= BATCH_BYTES);
	return func;
}

static int compile_funcs(struct compiler *c)
{
	u32 func;
	int err;

	for (func = c->m->nr_imported_funcs; func < c->m->nr_funcs;) {
		func = open_batch(c, func);
		err = do_stage(c, make_graph) ?: do_stage(c, lower);
		kw_arena_reset(&c->graph);
		err = err ?: do_stage(c, assign) ?: do_stage(c, emit);
		if (err)
			return err;
		end_batch(c);
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
	c.job = kw_alloc_dirty(MAX_JOBS * sizeof(*c.job));
	if (!c.job) {
		kw_code_free(c.code);
		return -ENOMEM;
	}
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
	kw_free(c.job);
	if (err) {
		kw_code_free(c.code);
		return err;
	}
	*code = c.code;
	return 0;
}
