// SPDX-License-Identifier: GPL-2.0
/* The reference interpreter: memories and tables (spec 4.4.6, 4.4.7). */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

u8 *ref_range(const struct ref_instance *r, u64 addr, u64 n)
{
	u64 size = (u64)r->mem->pages * KW_PAGE_BYTES;

	return addr + n <= size && addr <= size ? r->mem->bytes + addr : NULL;
}

u32 ref_memory_grow(struct ref_memory *mem, u32 by)
{
	u32 old = mem->pages;
	u8 *p;

	if ((u64)old + by > mem->max_pages)
		return ~0u;
	if (!by)
		return old;
	p = realloc(mem->bytes, ((size_t)old + by) * KW_PAGE_BYTES);
	if (!p)
		return ~0u;
	memset(p + (size_t)old * KW_PAGE_BYTES, 0, (size_t)by * KW_PAGE_BYTES);
	mem->bytes = p;
	mem->pages += by;
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

static u32 do_access(struct ref_frame *f, const struct kw_insn *i)
{
	const struct access *a = &access[i->op];
	u64 addr, v = 0;
	u8 *p;

	if (a->store)
		v = ref_pop(f);
	addr = (u32)ref_pop(f) + i->imm;
	p = ref_range(f->r, addr, a->bytes);
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
	ref_push(f, v, 0);
	return KW_TRAP_NONE;
}

static u32 memory_bulk(struct ref_frame *f, const struct kw_insn *i)
{
	struct ref_instance *r = f->r;
	u64 n = (u32)f->stack[f->sp - 1].lo, src = (u32)f->stack[f->sp - 2].lo, dst = (u32)f->stack[f->sp - 3].lo;
	const struct kw_data *d;
	u64 avail;

	f->sp -= 3;
	if (!ref_range(r, dst, n))
		return KW_TRAP_MEM_OOB;
	switch (i->op) {
	case WASM_OP_MEMORY_FILL:
		if (n)
			memset(r->mem->bytes + dst, (int)src, n);
		return KW_TRAP_NONE;
	case WASM_OP_MEMORY_COPY:
		if (!ref_range(r, src, n))
			return KW_TRAP_MEM_OOB;
		if (n)
			memmove(r->mem->bytes + dst, r->mem->bytes + src, n);
		return KW_TRAP_NONE;
	default:
		d = &r->m->datas[i->idx];
		avail = r->data_dropped[i->idx] ? 0 : d->len;
		if (src + n > avail)
			return KW_TRAP_MEM_OOB;
		if (n)
			memcpy(r->mem->bytes + dst, d->bytes + src, n);
		return KW_TRAP_NONE;
	}
}

u32 ref_memory_op(struct ref_frame *f, const struct kw_insn *i)
{
	if (access[i->op].bytes)
		return do_access(f, i);
	switch (i->op) {
	case WASM_OP_MEMORY_FILL: case WASM_OP_MEMORY_COPY: case WASM_OP_MEMORY_INIT:
		return memory_bulk(f, i);
	case WASM_OP_MEMORY_SIZE:
		ref_push(f, f->r->mem->pages, 0);
		return KW_TRAP_NONE;
	case WASM_OP_MEMORY_GROW:
		ref_push(f, ref_memory_grow(f->r->mem, (u32)ref_pop(f)), 0);
		return KW_TRAP_NONE;
	case WASM_OP_DATA_DROP:
		f->r->data_dropped[i->idx] = true;
		return KW_TRAP_NONE;
	default:
		return ref_vector_access(f, i);
	}
}

/* ---- tables ---- */

u32 ref_table_init(struct ref_instance *r, u32 table, u32 seg, u64 dst, u64 src, u64 n)
{
	struct ref_table *t = r->table[table];
	const struct kw_elem *e = &r->m->elems[seg];
	u64 avail = r->elem_dropped[seg] ? 0 : e->nr_items, k;

	if (src + n > avail || dst + n > t->len)
		return KW_TRAP_TABLE_OOB;
	for (k = 0; k < n; k++)
		t->elem[dst + k] = ref_const(r, &e->items[src + k]).lo;
	return KW_TRAP_NONE;
}

static u32 table_bulk(struct ref_frame *f, const struct kw_insn *i)
{
	struct ref_table *d = f->r->table[i->op == WASM_OP_TABLE_INIT ? i->idx2 : i->idx], *s;
	u64 n = (u32)f->stack[f->sp - 1].lo, src = f->stack[f->sp - 2].lo, dst = (u32)f->stack[f->sp - 3].lo;

	f->sp -= 3;
	if (i->op == WASM_OP_TABLE_INIT)
		return ref_table_init(f->r, i->idx2, i->idx, dst, (u32)src, n);
	if (i->op == WASM_OP_TABLE_FILL) {
		if (dst + n > d->len)
			return KW_TRAP_TABLE_OOB;
		while (n--)
			d->elem[dst + n] = src;
		return KW_TRAP_NONE;
	}
	s = f->r->table[i->idx2];
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

static u32 table_element(struct ref_frame *f, const struct kw_insn *i)
{
	const struct ref_table *t = f->r->table[i->idx];
	bool set = i->op == WASM_OP_TABLE_SET;
	u64 v = set ? ref_pop(f) : 0;
	u32 at = (u32)ref_pop(f);

	if (at >= t->len)
		return KW_TRAP_TABLE_OOB;
	if (set)
		t->elem[at] = v;
	else
		ref_push(f, t->elem[at], 0);
	return KW_TRAP_NONE;
}

u32 ref_table_op(struct ref_frame *f, const struct kw_insn *i)
{
	u32 n;

	switch (i->op) {
	case WASM_OP_TABLE_GET: case WASM_OP_TABLE_SET:
		return table_element(f, i);
	case WASM_OP_TABLE_INIT: case WASM_OP_TABLE_COPY: case WASM_OP_TABLE_FILL:
		return table_bulk(f, i);
	case WASM_OP_TABLE_SIZE:
		ref_push(f, f->r->table[i->idx]->len, 0);
		return KW_TRAP_NONE;
	case WASM_OP_TABLE_GROW:
		n = (u32)ref_pop(f);
		ref_push(f, table_grow(f->r->table[i->idx], ref_pop(f), n), 0);
		return KW_TRAP_NONE;
	case WASM_OP_ELEM_DROP:
		f->r->elem_dropped[i->idx] = true;
		return KW_TRAP_NONE;
	default:
		return KW_TRAP_UNLINKED;
	}
}
