// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Instance -> snapshot -> the same instance later, or another one of the same
 * module.  Only what the instance owns: its globals, memories, tables and
 * which segments are dropped.  A table entry that names a function of the
 * instance names the other instance's after restoring there.
 *
 * Memory is kept by Wasm pages; a page of zeros takes none.
 */
#include "object.h"

struct mem_image {
	u64 bytes;
	u8 **page;		/* [bytes / KW_PAGE_BYTES], NULL for zeros */
};

struct kw_snapshot {
	const struct kw_module *module;
	const struct kw_funcref *func;	/* its instance's array; only compared, perhaps gone */
	union kw_global_cell *global;	/* [nr_globals]; those of mutable imports unused */
	bool *data_dropped, *elem_dropped;
	struct mem_image *mem;		/* [own memories] */
	struct kw_table_entry **table;	/* [own tables][len] */
	u32 *table_len;
};

static u32 nr_own_mems(const struct kw_module *m)
{
	return m->nr_mems - m->nr_imported_mems;
}

static u32 nr_own_tables(const struct kw_module *m)
{
	return m->nr_tables - m->nr_imported_tables;
}

static bool is_zero(const u8 *p)
{
	u32 i;

	for (i = 0; i < KW_PAGE_BYTES; i += 8) {
		if (get_unaligned_le64(p + i))
			return false;
	}
	return true;
}

static int save_memory(struct mem_image *im, const struct kw_memory *mem)
{
	u32 k, nr = mem->bytes / KW_PAGE_BYTES;
	const u8 *p = mem->base;
	int err;

	im->page = kw_alloc(nr * sizeof(*im->page));
	if (!im->page)
		return -ENOMEM;
	im->bytes = mem->bytes;
	for (k = 0; k < nr; k++, p += KW_PAGE_BYTES) {
		err = kw_checkpoint();
		if (err)
			return err;
		if (is_zero(p))
			continue;
		im->page[k] = kw_alloc(KW_PAGE_BYTES);
		if (!im->page[k])
			return -ENOMEM;
		memcpy(im->page[k], p, KW_PAGE_BYTES);
	}
	return 0;
}

static int save_tables(struct kw_snapshot *s, const struct kw_instance *i)
{
	const struct kw_table *t;
	u32 k;

	for (k = 0; k < nr_own_tables(s->module); k++) {
		t = &i->own_table[k];
		s->table[k] = kw_alloc(t->len * sizeof(*t->entries));
		if (!s->table[k])
			return -ENOMEM;
		s->table_len[k] = t->len;
		memcpy(s->table[k], t->entries, t->len * sizeof(*t->entries));
	}
	return 0;
}

struct kw_snapshot *kw_instance_snapshot(struct kw_instance *i)
{
	const struct kw_module *m = kw_instance_module(i);
	struct kw_snapshot *s = kw_alloc(sizeof(*s));
	u32 k;

	if (!s)
		return NULL;
	s->module = m;
	s->func = i->func;
	s->global = kw_alloc(m->nr_globals * sizeof(*s->global));
	s->data_dropped = kw_alloc(m->nr_datas * sizeof(*s->data_dropped));
	s->elem_dropped = kw_alloc(m->nr_elems * sizeof(*s->elem_dropped));
	s->mem = kw_alloc(nr_own_mems(m) * sizeof(*s->mem));
	s->table = kw_alloc(nr_own_tables(m) * sizeof(*s->table));
	s->table_len = kw_alloc(nr_own_tables(m) * sizeof(*s->table_len));
	if (!s->global || !s->data_dropped || !s->elem_dropped || !s->mem || !s->table || !s->table_len)
		goto err_free;
	memcpy(s->global, kw_inst_globals(i->inst), m->nr_globals * sizeof(*s->global));
	memcpy(s->data_dropped, i->data_dropped, m->nr_datas * sizeof(*s->data_dropped));
	memcpy(s->elem_dropped, i->elem_dropped, m->nr_elems * sizeof(*s->elem_dropped));
	for (k = 0; k < nr_own_mems(m); k++) {
		if (save_memory(&s->mem[k], &i->own_mem[k]))
			goto err_free;
	}
	if (save_tables(s, i))
		goto err_free;
	return s;

err_free:
	kw_snapshot_free(s);
	return NULL;
}

static void free_image(struct mem_image *im)
{
	u32 k;

	for (k = 0; im->page && k < im->bytes / KW_PAGE_BYTES; k++)
		kw_free(im->page[k]);
	kw_free(im->page);
}

void kw_snapshot_free(struct kw_snapshot *s)
{
	u32 k;

	if (!s)
		return;
	for (k = 0; s->mem && k < nr_own_mems(s->module); k++)
		free_image(&s->mem[k]);
	for (k = 0; s->table && k < nr_own_tables(s->module); k++)
		kw_free(s->table[k]);
	kw_free(s->mem);
	kw_free(s->table);
	kw_free(s->table_len);
	kw_free(s->global);
	kw_free(s->data_dropped);
	kw_free(s->elem_dropped);
	kw_free(s);
}

/* What lies above the image goes back to memory.grow, which hands out zeros. */
static int load_memory(struct kw_memory *mem, const struct mem_image *im)
{
	const u8 *page;
	u64 at;
	int err;

	if (im->bytes > mem->area.committed_bytes) {
		err = kw_mem_commit(&mem->area, im->bytes);
		if (err)
			return err;
	}
	for (at = 0; at < im->bytes; at += KW_PAGE_BYTES) {
		page = im->page[at / KW_PAGE_BYTES];
		if (page)
			memcpy(mem->base + at, page, KW_PAGE_BYTES);
		else if (!is_zero(mem->base + at))
			memset(mem->base + at, 0, KW_PAGE_BYTES);
		err = kw_checkpoint();
		if (err)
			return err;
	}
	kw_mem_trim(&mem->area, im->bytes);
	kw_memory_set_bytes(mem, im->bytes);
	return 0;
}

/* @ref, but of @i where it was of the snapshot's instance. */
static const struct kw_funcref *rebind(const struct kw_funcref *ref, const struct kw_snapshot *s,
				       const struct kw_instance *i)
{
	if (ref < s->func || ref >= s->func + s->module->nr_funcs)
		return ref;
	return &i->func[ref - s->func];
}

static int load_table(struct kw_table *t, const struct kw_table_entry *from, u32 len,
		      const struct kw_snapshot *s, const struct kw_instance *i)
{
	struct kw_table_entry *e;
	u32 k;

	if (len > t->cap) {
		e = kw_alloc(len * sizeof(*e));
		if (!e)
			return -ENOMEM;
		kw_free(t->entries);
		t->entries = e;
		t->cap = len;
	}
	for (k = 0; k < len; k++) {
		t->entries[k] = from[k];
		if (t->type == KW_V_FUNCREF)
			kw_table_entry_set(&t->entries[k], rebind(from[k].ref, s, i));
	}
	t->len = len;
	return 0;
}

static void load_globals(struct kw_instance *i, const struct kw_snapshot *s)
{
	const struct kw_module *m = s->module;
	union kw_global_cell *cell = kw_inst_globals(i->inst);
	u32 k;

	for (k = m->nr_imported_globals; k < m->nr_globals; k++) {
		cell[k] = s->global[k];
		if (m->globals[k].type.type == KW_V_FUNCREF)
			cell[k].ref = (void *)rebind(cell[k].ref, s, i);
	}
}

int kw_instance_restore(struct kw_instance *i, const struct kw_snapshot *s)
{
	const struct kw_module *m = s->module;
	int err;
	u32 k;

	if (kw_instance_module(i) != m)
		return -EINVAL;
	for (k = 0; k < nr_own_mems(m); k++) {
		err = load_memory(&i->own_mem[k], &s->mem[k]);
		if (err)
			return err;
	}
	for (k = 0; k < nr_own_tables(m); k++) {
		err = load_table(&i->own_table[k], s->table[k], s->table_len[k], s, i);
		if (err)
			return err;
	}
	load_globals(i, s);
	memcpy(i->data_dropped, s->data_dropped, m->nr_datas * sizeof(*s->data_dropped));
	memcpy(i->elem_dropped, s->elem_dropped, m->nr_elems * sizeof(*s->elem_dropped));
	return 0;
}
