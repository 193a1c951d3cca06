// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns the export section into an array, with no name twice; core spec 2.0, 5.5.10 and 3.4.10. */
#include "../common/limits.h"
#include "reader.h"

static int name_cmp(const struct kw_name *a, const struct kw_name *b)
{
	int c = memcmp(a->p, b->p, min(a->len, b->len));

	if (c)
		return c;
	return a->len < b->len ? -1 : a->len > b->len;
}

/* Merge the sorted runs src[lo..mid) and src[mid..hi) to dst[lo..hi). */
static void merge(const struct kw_export **dst, const struct kw_export **src, u32 lo, u32 mid, u32 hi)
{
	u32 a = lo, b = mid, i;

	for (i = lo; i < hi; i++) {
		bool left = a < mid && (b == hi || name_cmp(&src[a]->name, &src[b]->name) <= 0);

		dst[i] = left ? src[a++] : src[b++];
	}
}

/*
 * By sorting, not by hashing: names are the attacker's, and a merge sort costs
 * at most their bytes times the logarithm of their number.
 */
static int refuse_duplicates(struct kw_reader *r, struct kw_module *m)
{
	const struct kw_export **from, **to;
	u32 i, run, n = m->nr_exports;
	int err;

	from = kw_arena_array(m->arena, n, sizeof(*from));
	to = kw_arena_array(m->arena, n, sizeof(*to));
	if (!from || !to)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		from[i] = &m->exports[i];
	for (run = 1; run < n; run *= 2) {
		for (i = 0; i < n; i += 2 * run)
			merge(to, from, i, min(i + run, n), min(i + 2 * run, n));
		swap(from, to);
		err = kw_checkpoint();
		if (err)
			return err;
	}
	for (i = 1; i < n; i++)
		if (!name_cmp(&from[i - 1]->name, &from[i]->name))
			return kw_rd_bad_at(r, from[i]->name.p, KW_R_DUPLICATE_EXPORT, 0, 0);
	return 0;
}

static int read_export(struct kw_reader *r, struct kw_module *m, struct kw_export *e)
{
	int err;

	err = kw_rd_name(r, &e->name);
	if (!err)
		err = kw_rd_byte(r, &e->kind);
	if (err)
		return err;
	switch (e->kind) {
	case KW_EXT_FUNC:
		err = kw_rd_index(r, m->nr_funcs, KW_R_UNKNOWN_FUNC, &e->index);
		if (!err)
			m->funcs[e->index].declared = true;
		return err;
	case KW_EXT_TABLE:
		err = kw_rd_index(r, m->nr_tables, KW_R_UNKNOWN_TABLE, &e->index);
		if (!err)
			m->tables[e->index].written = true;
		return err;
	case KW_EXT_MEMORY:
		return kw_rd_index(r, m->nr_mems, KW_R_UNKNOWN_MEMORY, &e->index);
	case KW_EXT_GLOBAL:
		err = kw_rd_index(r, m->nr_globals, KW_R_UNKNOWN_GLOBAL, &e->index);
		if (!err)
			m->globals[e->index].exported = true;
		return err;
	}
	return kw_rd_bad_at(r, r->pos - 1, KW_R_EXPORT_KIND, e->kind, 0);
}

int kw_decode_exports(struct kw_reader *r, struct kw_module *m)
{
	u32 i;
	int err;

	err = kw_rd_count(r, KW_MAX_EXPORTS, KW_R_MAX_EXPORTS, &m->nr_exports);
	if (err)
		return err;
	m->exports = kw_arena_array(m->arena, m->nr_exports, sizeof(*m->exports));
	if (!m->exports)
		return -ENOMEM;
	for (i = 0; !err && i < m->nr_exports; i++)
		err = read_export(r, m, &m->exports[i]);
	return err ? err : refuse_duplicates(r, m);
}

const struct kw_export *kw_module_find_export(const struct kw_module *m, const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < m->nr_exports; i++) {
		const struct kw_export *e = &m->exports[i];

		if (e->name.len == len && !memcmp(e->name.p, name, len))
			return e;
	}
	return NULL;
}
