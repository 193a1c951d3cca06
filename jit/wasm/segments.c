// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns the element and data sections into arrays of segments; core spec 2.0, 5.5.12 and 5.5.14. */
#include "../common/limits.h"
#include "reader.h"

/* Bits of the number an element segment starts with. */
#define ELEM_NOT_ACTIVE	0x1
#define ELEM_EXPLICIT	0x2	/* active: has a table index; else: declarative */
#define ELEM_EXPRS	0x4	/* items are expressions, not function indices */

static int read_active_elem(struct kw_reader *r, struct kw_module *m, u32 flags, struct kw_elem *e)
{
	const u8 *at = r->pos;
	u32 table = 0;
	int err = 0;

	if (flags & ELEM_EXPLICIT)
		err = kw_rd_u32(r, &table);
	if (err)
		return err;
	if (table >= m->nr_tables)
		return kw_rd_bad_at(r, at, KW_R_UNKNOWN_TABLE, table, 0);
	e->table = table;
	return kw_rd_constexpr(r, m, KW_V_I32, &e->offset);
}

/* Shapes 0 and 4 say nothing: funcref.  The others name a type, or 0 for functions. */
static int read_elem_type(struct kw_reader *r, u32 flags, u8 *type)
{
	u8 kind;
	int err;

	*type = KW_V_FUNCREF;
	if (!(flags & (ELEM_NOT_ACTIVE | ELEM_EXPLICIT)))
		return 0;
	if (flags & ELEM_EXPRS)
		return kw_rd_reftype(r, type);
	err = kw_rd_byte(r, &kind);
	if (!err && kind)
		err = kw_rd_bad_at(r, r->pos - 1, KW_R_ELEM_KIND, kind, 0);
	return err;
}

static int read_func_item(struct kw_reader *r, struct kw_module *m, struct kw_constexpr *item)
{
	u32 func;
	int err;

	err = kw_rd_index(r, m->nr_funcs, KW_R_UNKNOWN_FUNC, &func);
	if (err)
		return err;
	m->funcs[func].declared = true;
	*item = (struct kw_constexpr){ .kind = KW_CE_FUNC, .type = KW_V_FUNCREF, .index = func };
	return 0;
}

static int read_items(struct kw_reader *r, struct kw_module *m, u32 flags, struct kw_elem *e)
{
	struct kw_constexpr *items;
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_ELEM_ITEMS, KW_R_MAX_ELEM_ITEMS, &e->nr_items);
	if (err)
		return err;
	items = kw_arena_array(m->arena, e->nr_items, sizeof(*items));
	if (!items)
		return -ENOMEM;
	e->items = items;
	for (i = 0; !err && i < e->nr_items; i++)
		err = flags & ELEM_EXPRS ? kw_rd_constexpr(r, m, e->type, &items[i])
					 : read_func_item(r, m, &items[i]);
	return err;
}

static int read_elem(struct kw_reader *r, struct kw_module *m, struct kw_elem *e)
{
	const u8 *at = r->pos;
	u32 flags;
	int err;

	e->wasm_off = kw_rd_off(r);
	err = kw_rd_u32(r, &flags);
	if (err)
		return err;
	if (flags > 7)
		return kw_rd_bad_at(r, at, KW_R_SEGMENT_FLAGS, flags, 0);
	if (!(flags & ELEM_NOT_ACTIVE)) {
		e->mode = KW_SEG_ACTIVE;
		err = read_active_elem(r, m, flags, e);
	} else {
		e->mode = flags & ELEM_EXPLICIT ? KW_SEG_DECLARATIVE : KW_SEG_PASSIVE;
	}
	if (!err)
		err = read_elem_type(r, flags, &e->type);
	if (err)
		return err;
	if (e->mode == KW_SEG_ACTIVE && m->tables[e->table].type != e->type)
		return kw_rd_bad_at(r, at, KW_R_TYPE_MISMATCH, m->tables[e->table].type, e->type);
	return read_items(r, m, flags, e);
}

int kw_decode_elems(struct kw_reader *r, struct kw_module *m)
{
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_ELEMS, KW_R_MAX_ELEMS, &m->nr_elems);
	if (err)
		return err;
	m->elems = kw_arena_array(m->arena, m->nr_elems, sizeof(*m->elems));
	if (!m->elems)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_elems; i++)
		err = read_elem(r, m, &m->elems[i]);
	return err;
}

int kw_decode_data_count(struct kw_reader *r, struct kw_module *m)
{
	return kw_rd_u32(r, &m->data_count);
}

static int read_data_mode(struct kw_reader *r, struct kw_module *m, struct kw_data *d)
{
	const u8 *at = r->pos;
	u32 flags;
	int err;

	err = kw_rd_u32(r, &flags);
	if (err)
		return err;
	if (flags > 2)
		return kw_rd_bad_at(r, at, KW_R_SEGMENT_FLAGS, flags, 0);
	if (flags == 1) {
		d->mode = KW_SEG_PASSIVE;
		return 0;
	}
	d->mode = KW_SEG_ACTIVE;
	at = r->pos;
	if (flags == 2)
		err = kw_rd_u32(r, &d->memory);
	if (err)
		return err;
	if (d->memory >= m->nr_mems)
		return kw_rd_bad_at(r, at, KW_R_UNKNOWN_MEMORY, d->memory, 0);
	return kw_rd_constexpr(r, m, KW_V_I32, &d->offset);
}

static int read_data(struct kw_reader *r, struct kw_module *m, struct kw_data *d)
{
	int err;

	d->wasm_off = kw_rd_off(r);
	err = read_data_mode(r, m, d);
	if (!err)
		err = kw_rd_u32(r, &d->len);
	return err ? err : kw_rd_bytes(r, d->len, &d->bytes);
}

int kw_decode_datas(struct kw_reader *r, struct kw_module *m)
{
	const u8 *at = r->pos;
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_DATAS, KW_R_MAX_DATAS, &m->nr_datas);
	if (err)
		return err;
	if (m->data_count != KW_NO_INDEX && m->data_count != m->nr_datas)
		return kw_rd_bad_at(r, at, KW_R_DATA_COUNT, m->data_count, m->nr_datas);
	m->datas = kw_arena_array(m->arena, m->nr_datas, sizeof(*m->datas));
	if (!m->datas)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_datas; i++)
		err = read_data(r, m, &m->datas[i]);
	return err;
}
