// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Segments -> tables and memories, when an instance is made (core spec 2.0,
 * 4.5.4): element segments first, each kind in module order.  The first that
 * does not fit ends it with a trap; what earlier ones wrote stays.
 */
#include "object.h"

union kw_global_cell kw_constexpr_eval(const struct kw_instance *i, const struct kw_constexpr *e)
{
	union kw_global_cell c = { .v128 = { 0, 0 } };

	switch (e->kind) {
	case KW_CE_CONST:
		c.v128[0] = e->lo;
		c.v128[1] = e->hi;
		break;
	case KW_CE_GLOBAL:	/* only constants may be named, and they are copied */
		c = kw_inst_globals(i->inst)[e->index];
		break;
	case KW_CE_FUNC:
		c.ref = &i->func[e->index];
		break;
	default:
		break;
	}
	return c;
}

void kw_table_entry_set(struct kw_table_entry *e, const struct kw_funcref *ref)
{
	struct kw_table_entry n = { .ref = ref };

	if (ref) {
		n.code = ref->code;
		n.inst = ref->inst;
		n.sig = ref->sig;
	}
	*e = n;
}

bool kw_table_range(const struct kw_table *t, u32 at, u32 n)
{
	return (u64)at + n <= t->len;
}

/* The range is within both; items of an externref segment are all null. */
void kw_table_put_items(struct kw_instance *i, struct kw_table *t, u32 dst,
			const struct kw_elem *seg, u32 src, u32 n)
{
	u32 k;

	for (k = 0; k < n; k++)
		kw_table_entry_set(&t->entries[dst + k],
				   kw_constexpr_eval(i, &seg->items[src + k]).ref);
}

static u32 apply_elem(struct kw_instance *i, const struct kw_elem *seg)
{
	struct kw_table *t = kw_inst_tables(i->inst, kw_instance_module(i))[seg->table];
	u32 dst = kw_constexpr_eval(i, &seg->offset).i32;

	if (!kw_table_range(t, dst, seg->nr_items))
		return KW_TRAP_TABLE_OOB;
	kw_table_put_items(i, t, dst, seg, 0, seg->nr_items);
	return KW_TRAP_NONE;
}

static u32 apply_data(struct kw_instance *i, const struct kw_data *seg)
{
	struct kw_memory *mem = i->mem[seg->memory];
	u32 dst = kw_constexpr_eval(i, &seg->offset).i32;

	if ((u64)dst + seg->len > mem->bytes)
		return KW_TRAP_MEM_OOB;
	memcpy(mem->base + dst, seg->bytes, seg->len);
	return KW_TRAP_NONE;
}

static int apply_elems(struct kw_instance *i, u32 *trap)
{
	const struct kw_module *m = kw_instance_module(i);
	int err;
	u32 k;

	for (k = 0; k < m->nr_elems; k++) {
		if (m->elems[k].mode == KW_SEG_PASSIVE)
			continue;
		if (m->elems[k].mode == KW_SEG_ACTIVE)
			*trap = apply_elem(i, &m->elems[k]);
		if (*trap)
			return -EFAULT;
		i->elem_dropped[k] = true;
		err = kw_checkpoint();
		if (err)
			return err;
	}
	return 0;
}

static int apply_datas(struct kw_instance *i, u32 *trap)
{
	const struct kw_module *m = kw_instance_module(i);
	int err;
	u32 k;

	for (k = 0; k < m->nr_datas; k++) {
		if (m->datas[k].mode != KW_SEG_ACTIVE)
			continue;
		*trap = apply_data(i, &m->datas[k]);
		if (*trap)
			return -EFAULT;
		i->data_dropped[k] = true;
		err = kw_checkpoint();
		if (err)
			return err;
	}
	return 0;
}

int kw_segments_apply(struct kw_instance *i, u32 *trap)
{
	int err;

	*trap = KW_TRAP_NONE;
	err = apply_elems(i, trap);
	if (!err)
		err = apply_datas(i, trap);
	return err;
}
