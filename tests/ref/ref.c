// SPDX-License-Identifier: GPL-2.0
/* The reference interpreter: instances and everything that is not arithmetic (spec 4.4, 4.5). */
#include <stdlib.h>
#include <string.h>

#include "ref.h"

#define MAX_DEPTH	200
#define STACK_VALUES	(1 << 16)

struct ref_code {
	struct kw_insn *insn;
	u32 *end, *alt;		/* of block, loop, if: where its end and its else stand */
	u32 n;
	u32 nr_locals;		/* parameters included */
};

struct label {
	u32 target;		/* instruction to go on with */
	u32 arity;		/* values a branch carries */
	u32 height;
};

struct frame {
	struct ref_instance *r;
	const struct ref_code *c;
	struct kw_value *local, *stack;
	u32 sp;
	struct label *label;
	u32 nr_labels;
};

/* ---- preparing a function ---- */

static int match_blocks(struct ref_code *c)
{
	u32 *open = calloc(c->n + 1, sizeof(*open)), nr = 0, i;

	if (!open)
		return -1;
	for (i = 0; i < c->n; i++) {
		u16 op = c->insn[i].op;

		if (op == WASM_OP_BLOCK || op == WASM_OP_LOOP || op == WASM_OP_IF)
			open[nr++] = i;
		else if (op == WASM_OP_ELSE)
			c->alt[open[nr - 1]] = i;
		else if (op == WASM_OP_END && nr)
			c->end[open[--nr]] = i;
	}
	free(open);
	return 0;
}

static int prepare(struct ref_instance *r, u32 func)
{
	struct ref_code *c = &r->code[func];
	struct kw_diag diag = { 0 };
	struct kw_body b;
	u32 declared, count, cap;
	u8 type;

	if (c->insn)
		return 0;
	memset(&b, 0, sizeof(b));
	if (kw_body_open(&b, r->m, func, &diag, &declared))
		return -1;
	while (kw_body_next_locals(&b, &count, &type) > 0)
		;
	c->nr_locals = declared + kw_func_type(r->m, func)->nr_params;
	cap = r->m->funcs[func].body_len + 1;
	c->insn = calloc(cap, sizeof(*c->insn));
	c->end = calloc(cap, sizeof(*c->end));
	c->alt = calloc(cap, sizeof(*c->alt));
	if (!c->insn || !c->end || !c->alt)
		return -1;
	while (kw_body_next(&b, &c->insn[c->n]) > 0)
		c->n++;
	return match_blocks(c);
}

/* ---- memory and tables ---- */

static u8 *range(struct ref_instance *r, u64 addr, u64 n)
{
	u64 size = (u64)r->pages * KW_PAGE_BYTES;

	return addr + n <= size && addr <= size ? r->memory + addr : NULL;
}

static u32 grow(struct ref_instance *r, u32 by)
{
	u32 old = r->pages;
	u8 *p;

	if ((u64)old + by > r->max_pages)
		return ~0u;
	if (!by)
		return old;
	p = realloc(r->memory, (size_t)(old + by) * KW_PAGE_BYTES);
	if (!p)
		return ~0u;
	memset(p + (size_t)old * KW_PAGE_BYTES, 0, (size_t)by * KW_PAGE_BYTES);
	r->memory = p;
	r->pages += by;
	return old;
}

struct access {
	u8 bytes;
	u8 sign_to;		/* 0: zero-extend, else the width to sign-extend to */
	bool store;
};

static const struct access access[WASM_NR_OPS] = {
	[WASM_OP_I32_LOAD] = { 4, 0, 0 }, [WASM_OP_I64_LOAD] = { 8, 0, 0 },
	[WASM_OP_F32_LOAD] = { 4, 0, 0 }, [WASM_OP_F64_LOAD] = { 8, 0, 0 },
	[WASM_OP_I32_LOAD8_S] = { 1, 32, 0 }, [WASM_OP_I32_LOAD8_U] = { 1, 0, 0 },
	[WASM_OP_I32_LOAD16_S] = { 2, 32, 0 }, [WASM_OP_I32_LOAD16_U] = { 2, 0, 0 },
	[WASM_OP_I64_LOAD8_S] = { 1, 64, 0 }, [WASM_OP_I64_LOAD8_U] = { 1, 0, 0 },
	[WASM_OP_I64_LOAD16_S] = { 2, 64, 0 }, [WASM_OP_I64_LOAD16_U] = { 2, 0, 0 },
	[WASM_OP_I64_LOAD32_S] = { 4, 64, 0 }, [WASM_OP_I64_LOAD32_U] = { 4, 0, 0 },
	[WASM_OP_I32_STORE] = { 4, 0, 1 }, [WASM_OP_I64_STORE] = { 8, 0, 1 },
	[WASM_OP_F32_STORE] = { 4, 0, 1 }, [WASM_OP_F64_STORE] = { 8, 0, 1 },
	[WASM_OP_I32_STORE8] = { 1, 0, 1 }, [WASM_OP_I32_STORE16] = { 2, 0, 1 },
	[WASM_OP_I64_STORE8] = { 1, 0, 1 }, [WASM_OP_I64_STORE16] = { 2, 0, 1 },
	[WASM_OP_I64_STORE32] = { 4, 0, 1 },
};

static u32 do_access(struct frame *f, const struct kw_insn *i)
{
	const struct access *a = &access[i->op];
	u64 addr, v = 0;
	u8 *p;

	if (a->store)
		v = f->stack[--f->sp].lo;
	addr = (u32)f->stack[--f->sp].lo + i->imm;
	p = range(f->r, addr, a->bytes);
	if (!p)
		return KW_TRAP_MEM_OOB;
	if (a->store) {
		memcpy(p, &v, a->bytes);
		return KW_TRAP_NONE;
	}
	memcpy(&v, p, a->bytes);
	if (a->sign_to) {
		v = (u64)((s64)(v << (64 - 8 * a->bytes)) >> (64 - 8 * a->bytes));
		if (a->sign_to == 32)
			v = (u32)v;
	}
	f->stack[f->sp++] = (struct kw_value){ v, 0 };
	return KW_TRAP_NONE;
}

static u32 memory_bulk(struct frame *f, const struct kw_insn *i)
{
	struct ref_instance *r = f->r;
	u64 n = (u32)f->stack[f->sp - 1].lo, src = (u32)f->stack[f->sp - 2].lo, dst = (u32)f->stack[f->sp - 3].lo;
	const struct kw_data *d;
	u64 avail;

	f->sp -= 3;
	if (!range(r, dst, n))
		return KW_TRAP_MEM_OOB;
	switch (i->op) {
	case WASM_OP_MEMORY_FILL:
		if (n)
			memset(r->memory + dst, (int)src, n);
		return KW_TRAP_NONE;
	case WASM_OP_MEMORY_COPY:
		if (!range(r, src, n))
			return KW_TRAP_MEM_OOB;
		if (n)
			memmove(r->memory + dst, r->memory + src, n);
		return KW_TRAP_NONE;
	default:
		d = &r->m->datas[i->idx];
		avail = r->data_dropped[i->idx] ? 0 : d->len;
		if (src + n > avail)
			return KW_TRAP_MEM_OOB;
		if (n)
			memcpy(r->memory + dst, d->bytes + src, n);
		return KW_TRAP_NONE;
	}
}

static u64 const_ref(const struct ref_instance *r, const struct kw_constexpr *e)
{
	switch (e->kind) {
	case KW_CE_FUNC:
		return e->index + 1ULL;
	case KW_CE_GLOBAL:
		return r->global[e->index].lo;
	default:
		return 0;
	}
}

static u32 table_init(struct ref_instance *r, u32 table, u32 seg, u64 dst, u64 src, u64 n)
{
	struct ref_table *t = &r->table[table];
	const struct kw_elem *e = &r->m->elems[seg];
	u64 avail = r->elem_dropped[seg] ? 0 : e->nr_items, k;

	if (src + n > avail || dst + n > t->len)
		return KW_TRAP_TABLE_OOB;
	for (k = 0; k < n; k++)
		t->elem[dst + k] = const_ref(r, &e->items[src + k]);
	return KW_TRAP_NONE;
}

static u32 table_bulk(struct frame *f, const struct kw_insn *i)
{
	struct ref_table *d = &f->r->table[i->op == WASM_OP_TABLE_INIT ? i->idx2 : i->idx], *s;
	u64 n = (u32)f->stack[f->sp - 1].lo, src = f->stack[f->sp - 2].lo, dst = (u32)f->stack[f->sp - 3].lo;

	f->sp -= 3;
	if (i->op == WASM_OP_TABLE_INIT)
		return table_init(f->r, i->idx2, i->idx, dst, (u32)src, n);
	if (i->op == WASM_OP_TABLE_FILL) {
		if (dst + n > d->len)
			return KW_TRAP_TABLE_OOB;
		while (n--)
			d->elem[dst + n] = src;
		return KW_TRAP_NONE;
	}
	s = &f->r->table[i->idx2];
	src = (u32)src;
	if (dst + n > d->len || src + n > s->len)
		return KW_TRAP_TABLE_OOB;
	if (n)
		memmove(d->elem + dst, s->elem + src, n * sizeof(*d->elem));
	return KW_TRAP_NONE;
}

static u64 table_grow(struct ref_table *t, u64 init, u32 by)
{
	u32 old = t->len, k;
	u64 *p;

	if ((u64)old + by > t->max)
		return 0xffffffff;
	if (!by)
		return old;
	p = realloc(t->elem, ((size_t)old + by) * sizeof(*p));
	if (!p)
		return 0xffffffff;
	for (k = 0; k < by; k++)
		p[old + k] = init;
	t->elem = p;
	t->len += by;
	return old;
}

/* ---- calls ---- */

static u32 run(struct ref_instance *r, u32 func, struct kw_value *val);

static u32 do_call(struct frame *f, u32 func)
{
	const struct kw_functype *t = kw_func_type(f->r->m, func);
	u32 wide = t->nr_params > t->nr_results ? t->nr_params : t->nr_results, trap;
	struct kw_value *val = calloc(wide + 1, sizeof(*val));

	f->sp -= t->nr_params;
	memcpy(val, f->stack + f->sp, t->nr_params * sizeof(*val));
	trap = run(f->r, func, val);
	if (!trap) {
		memcpy(f->stack + f->sp, val, t->nr_results * sizeof(*val));
		f->sp += t->nr_results;
	}
	free(val);
	return trap;
}

static u32 call_indirect(struct frame *f, const struct kw_insn *i)
{
	const struct ref_table *t = &f->r->table[i->idx2];
	u32 at = (u32)f->stack[--f->sp].lo;

	if (at >= t->len)
		return KW_TRAP_UNDEF_ELEM;
	if (!t->elem[at])
		return KW_TRAP_NULL_ELEM;
	if (!kw_functype_equal(kw_func_type(f->r->m, (u32)t->elem[at] - 1), &f->r->m->types[i->idx]))
		return KW_TRAP_BAD_SIG;
	return do_call(f, (u32)t->elem[at] - 1);
}

/* ---- control ---- */

static void block_arity(const struct ref_instance *r, const struct kw_insn *i, u32 *params, u32 *results)
{
	*params = i->block_type >= 0 ? r->m->types[i->block_type].nr_params : 0;
	*results = i->block_type >= 0 ? r->m->types[i->block_type].nr_results : i->block_type != -1;
}

static void enter_block(struct frame *f, u32 pc)
{
	const struct kw_insn *i = &f->c->insn[pc];
	bool loop = i->op == WASM_OP_LOOP;
	u32 params, results;

	block_arity(f->r, i, &params, &results);
	f->label[f->nr_labels++] = (struct label){
		loop ? pc : f->c->end[pc] + 1, loop ? params : results, f->sp - params,
	};
}

/* Take the branch. Return: where to go on; a loop's own instruction enters it again. */
static u32 branch(struct frame *f, u32 depth)
{
	struct label l = f->label[f->nr_labels - 1 - depth];

	memmove(f->stack + l.height, f->stack + f->sp - l.arity, l.arity * sizeof(*f->stack));
	f->sp = l.height + l.arity;
	f->nr_labels -= depth + 1;
	return l.target;
}

static u32 table_target(const struct kw_insn *i, u32 index)
{
	const u8 *p = i->targets;
	u32 k, depth = 0;

	for (k = 0; k <= min(index, i->nr_targets); k++)
		depth = kw_body_target(&p);
	return depth;
}

/* Instructions that only move values. Return: false for others. */
static bool variable(struct frame *f, const struct kw_insn *i)
{
	struct kw_value *s = f->stack;

	switch (i->op) {
	case WASM_OP_LOCAL_GET:
		s[f->sp++] = f->local[i->idx];
		return true;
	case WASM_OP_LOCAL_SET:
		f->local[i->idx] = s[--f->sp];
		return true;
	case WASM_OP_LOCAL_TEE:
		f->local[i->idx] = s[f->sp - 1];
		return true;
	case WASM_OP_GLOBAL_GET:
		s[f->sp++] = f->r->global[i->idx];
		return true;
	case WASM_OP_GLOBAL_SET:
		f->r->global[i->idx] = s[--f->sp];
		return true;
	case WASM_OP_I32_CONST: case WASM_OP_I64_CONST: case WASM_OP_F32_CONST: case WASM_OP_F64_CONST:
		s[f->sp++] = (struct kw_value){ i->imm, 0 };
		return true;
	case WASM_OP_REF_NULL:
		s[f->sp++] = (struct kw_value){ 0, 0 };
		return true;
	case WASM_OP_REF_FUNC:
		s[f->sp++] = (struct kw_value){ i->idx + 1ULL, 0 };
		return true;
	case WASM_OP_REF_IS_NULL:
		s[f->sp - 1].lo = !s[f->sp - 1].lo;
		return true;
	case WASM_OP_DROP:
		f->sp--;
		return true;
	case WASM_OP_SELECT: case WASM_OP_SELECT_T:
		f->sp -= 2;
		if (!(u32)s[f->sp + 1].lo)
			s[f->sp - 1] = s[f->sp];
		return true;
	case WASM_OP_MEMORY_SIZE:
		s[f->sp++] = (struct kw_value){ f->r->pages, 0 };
		return true;
	case WASM_OP_MEMORY_GROW:
		s[f->sp - 1].lo = grow(f->r, (u32)s[f->sp - 1].lo);
		return true;
	case WASM_OP_DATA_DROP:
		f->r->data_dropped[i->idx] = true;
		return true;
	case WASM_OP_ELEM_DROP:
		f->r->elem_dropped[i->idx] = true;
		return true;
	case WASM_OP_TABLE_SIZE:
		s[f->sp++] = (struct kw_value){ f->r->table[i->idx].len, 0 };
		return true;
	case WASM_OP_TABLE_GROW:
		f->sp--;
		s[f->sp - 1].lo = table_grow(&f->r->table[i->idx], s[f->sp - 1].lo, (u32)s[f->sp].lo);
		return true;
	case WASM_OP_NOP:
		return true;
	default:
		return false;
	}
}

static u32 table_element(struct frame *f, const struct kw_insn *i)
{
	const struct ref_table *t = &f->r->table[i->idx];
	bool set = i->op == WASM_OP_TABLE_SET;
	u64 v = set ? f->stack[--f->sp].lo : 0;
	u32 at = (u32)f->stack[--f->sp].lo;

	if (at >= t->len)
		return KW_TRAP_TABLE_OOB;
	if (set)
		t->elem[at] = v;
	else
		f->stack[f->sp++] = (struct kw_value){ t->elem[at], 0 };
	return KW_TRAP_NONE;
}

static u32 numeric(struct frame *f, const struct kw_insn *i)
{
	u32 n = kw_opinfo[i->op].nr_params, trap;

	f->sp -= n;
	trap = ref_numeric(i->op, f->stack + f->sp);
	f->sp++;
	return trap;
}

/* An instruction that goes on with the next one. */
static u32 plain(struct frame *f, const struct kw_insn *i)
{
	if (variable(f, i))
		return KW_TRAP_NONE;
	if (access[i->op].bytes)
		return do_access(f, i);
	switch (i->op) {
	case WASM_OP_UNREACHABLE:
		return KW_TRAP_UNREACHABLE;
	case WASM_OP_CALL:
		return do_call(f, i->idx);
	case WASM_OP_CALL_INDIRECT:
		return call_indirect(f, i);
	case WASM_OP_MEMORY_FILL: case WASM_OP_MEMORY_COPY: case WASM_OP_MEMORY_INIT:
		return memory_bulk(f, i);
	case WASM_OP_TABLE_INIT: case WASM_OP_TABLE_COPY: case WASM_OP_TABLE_FILL:
		return table_bulk(f, i);
	case WASM_OP_TABLE_GET: case WASM_OP_TABLE_SET:
		return table_element(f, i);
	default:
		return numeric(f, i);
	}
}

/* One instruction. Return: trap; *pc moves on, to c->n at the function's end. */
static u32 step(struct frame *f, u32 *pc)
{
	const struct kw_insn *i = &f->c->insn[*pc];

	switch (i->op) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
		enter_block(f, (*pc)++);
		return KW_TRAP_NONE;
	case WASM_OP_IF:
		if ((u32)f->stack[--f->sp].lo) {
			enter_block(f, (*pc)++);
		} else if (f->c->alt[*pc]) {
			enter_block(f, *pc);
			*pc = f->c->alt[*pc] + 1;
		} else {
			*pc = f->c->end[*pc] + 1;
		}
		return KW_TRAP_NONE;
	case WASM_OP_ELSE:	/* the then arm fell through */
		*pc = f->label[--f->nr_labels].target;
		return KW_TRAP_NONE;
	case WASM_OP_END:
		f->nr_labels--;
		++*pc;
		return KW_TRAP_NONE;
	case WASM_OP_BR:
		*pc = branch(f, i->idx);
		return KW_TRAP_NONE;
	case WASM_OP_BR_IF:
		*pc = (u32)f->stack[--f->sp].lo ? branch(f, i->idx) : *pc + 1;
		return KW_TRAP_NONE;
	case WASM_OP_BR_TABLE:
		f->sp--;
		*pc = branch(f, table_target(i, (u32)f->stack[f->sp].lo));
		return KW_TRAP_NONE;
	case WASM_OP_RETURN:
		*pc = branch(f, f->nr_labels - 1);
		return KW_TRAP_NONE;
	default:
		++*pc;
		return plain(f, i);
	}
}

/* The innermost frame is the first to see the trap. */
static u32 note_trap(struct frame *f, u32 pc, u32 trap)
{
	if (trap && !f->r->trap_off)
		f->r->trap_off = f->c->insn[pc].off;
	return trap;
}

static u32 interpret(struct frame *f, u32 nr_results)
{
	u32 pc = 0, at, trap = KW_TRAP_NONE;

	f->label[f->nr_labels++] = (struct label){ f->c->n, nr_results, 0 };
	while (!trap && pc < f->c->n) {
		if (!f->r->fuel)
			return KW_TRAP_FUEL;
		f->r->fuel--;
		if (f->sp + 64 > STACK_VALUES)
			return KW_TRAP_STACK;
		at = pc;
		trap = note_trap(f, at, step(f, &pc));
	}
	return trap;
}

static u32 run(struct ref_instance *r, u32 func, struct kw_value *val)
{
	const struct kw_functype *t = kw_func_type(r->m, func);
	struct frame f = { .r = r };
	u32 trap = KW_TRAP_STACK;

	if (func < r->m->nr_imported_funcs)
		return KW_TRAP_UNLINKED;
	if (r->depth >= MAX_DEPTH || prepare(r, func))
		return KW_TRAP_STACK;
	r->depth++;
	f.c = &r->code[func];
	f.local = calloc(f.c->nr_locals + 1, sizeof(*f.local));
	f.stack = calloc(STACK_VALUES, sizeof(*f.stack));
	f.label = calloc(f.c->n + 1, sizeof(*f.label));
	if (f.local && f.stack && f.label) {
		memcpy(f.local, val, t->nr_params * sizeof(*val));
		trap = interpret(&f, t->nr_results);
		if (!trap)
			memcpy(val, f.stack + f.sp - t->nr_results, t->nr_results * sizeof(*val));
	}
	free(f.local);
	free(f.stack);
	free(f.label);
	r->depth--;
	return trap;
}

u32 ref_call(struct ref_instance *r, u32 func, struct kw_value *val)
{
	r->depth = 0;
	r->trap_off = 0;
	r->trap = run(r, func, val);
	return r->trap;
}

/* ---- instances ---- */

static struct kw_value const_value(const struct ref_instance *r, const struct kw_constexpr *e)
{
	switch (e->kind) {
	case KW_CE_CONST:
		return (struct kw_value){ e->lo, e->hi };
	case KW_CE_GLOBAL:
		return r->global[e->index];
	default:
		return (struct kw_value){ const_ref(r, e), 0 };
	}
}

static u32 apply_segments(struct ref_instance *r)
{
	const struct kw_module *m = r->m;
	u32 i;

	for (i = 0; i < m->nr_elems; i++) {
		const struct kw_elem *e = &m->elems[i];

		if (e->mode == KW_SEG_ACTIVE &&
		    table_init(r, e->table, i, (u32)const_value(r, &e->offset).lo, 0, e->nr_items))
			return KW_TRAP_TABLE_OOB;
		r->elem_dropped[i] = e->mode != KW_SEG_PASSIVE;
	}
	for (i = 0; i < m->nr_datas; i++) {
		const struct kw_data *d = &m->datas[i];
		u64 at;

		if (d->mode != KW_SEG_ACTIVE)
			continue;
		at = (u32)const_value(r, &d->offset).lo;
		if (!range(r, at, d->len))
			return KW_TRAP_MEM_OOB;
		if (d->len)
			memcpy(r->memory + at, d->bytes, d->len);
		r->data_dropped[i] = true;
	}
	return KW_TRAP_NONE;
}

static bool allocate(struct ref_instance *r, u32 max_pages)
{
	const struct kw_module *m = r->m;
	u32 i;

	r->global = calloc(m->nr_globals + 1, sizeof(*r->global));
	r->table = calloc(m->nr_tables + 1, sizeof(*r->table));
	r->data_dropped = calloc(m->nr_datas + 1, 1);
	r->elem_dropped = calloc(m->nr_elems + 1, 1);
	r->code = calloc(m->nr_funcs + 1, sizeof(*r->code));
	if (!r->global || !r->table || !r->data_dropped || !r->elem_dropped || !r->code)
		return false;
	for (i = 0; i < m->nr_globals; i++)
		r->global[i] = const_value(r, &m->globals[i].init);
	for (i = 0; i < m->nr_tables; i++) {
		r->table[i].len = m->tables[i].limits.min;
		r->table[i].max = m->tables[i].limits.has_max ? m->tables[i].limits.max : 1u << 20;
		r->table[i].elem = calloc((size_t)r->table[i].len + 1, sizeof(u64));
		if (!r->table[i].elem)
			return false;
	}
	if (m->nr_mems) {
		r->max_pages = m->mems[0].has_max && m->mems[0].max < max_pages ? m->mems[0].max : max_pages;
		if (grow(r, m->mems[0].min) == ~0u)
			return false;
	}
	return true;
}

struct ref_instance *ref_new(const struct kw_module *m, u32 max_pages)
{
	struct ref_instance *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->m = m;
	r->fuel = ~0ULL;
	if (!allocate(r, max_pages)) {
		ref_free(r);
		return NULL;
	}
	r->trap = apply_segments(r);
	return r;
}

void ref_free(struct ref_instance *r)
{
	u32 i;

	for (i = 0; r->code && i < r->m->nr_funcs; i++) {
		free(r->code[i].insn);
		free(r->code[i].end);
		free(r->code[i].alt);
	}
	for (i = 0; r->table && i < r->m->nr_tables; i++)
		free(r->table[i].elem);
	free(r->code);
	free(r->table);
	free(r->global);
	free(r->data_dropped);
	free(r->elem_dropped);
	free(r->memory);
	free(r);
}
