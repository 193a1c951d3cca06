// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns custom sections into an array, and the name section into names of
 * functions on demand.  A broken name section is no error (core spec 2.0, 7.4): it
 * just names less.
 */
#include "../common/limits.h"
#include "reader.h"

#define NAMES_OF_FUNCS	1	/* subsection id */

int kw_decode_custom(struct kw_reader *r, struct kw_module *m)
{
	struct kw_custom c;
	int err;

	err = kw_rd_name(r, &c.name);
	if (err)
		return err;
	if (m->nr_customs == KW_MAX_CUSTOMS)
		return kw_rd_bad(r, KW_R_MAX_CUSTOMS, KW_MAX_CUSTOMS, 0);
	c.wasm_off = kw_rd_off(r);
	c.bytes = r->pos;
	c.len = kw_rd_left(r);
	r->pos = r->end;
	m->customs = kw_arena_grow(m->arena, m->customs, &m->customs_cap, m->nr_customs + 1, sizeof(c));
	if (!m->customs)
		return -ENOMEM;
	m->customs[m->nr_customs++] = c;
	return 0;
}

const struct kw_custom *kw_module_next_custom(const struct kw_module *m, const char *name, u32 *from)
{
	size_t len = strlen(name);

	while (*from < m->nr_customs) {
		const struct kw_custom *c = &m->customs[(*from)++];

		if (c->name.len == len && !memcmp(c->name.p, name, len))
			return c;
	}
	return NULL;
}

/* Narrow @r to the subsection @id. */
static bool find_subsection(struct kw_reader *r, u8 id)
{
	const u8 *contents;
	u32 size;
	u8 found;

	while (r->pos != r->end) {
		if (kw_rd_byte(r, &found) || kw_rd_u32(r, &size) || kw_rd_bytes(r, size, &contents))
			return false;
		if (found == id) {
			r->end = r->pos;
			r->pos = contents;
			return true;
		}
	}
	return false;
}

/* Entries come in the order of their indices. */
static bool find_name(struct kw_reader *r, u32 index, struct kw_name *out)
{
	u32 i, n, at;

	if (kw_rd_u32(r, &n))
		return false;
	for (i = 0; i < n; i++) {
		if (kw_rd_u32(r, &at) || kw_rd_name(r, out) || at > index)
			return false;
		if (at == index)
			return true;
	}
	return false;
}

static bool name_from_export(const struct kw_module *m, u32 func, struct kw_name *out)
{
	u32 i;

	for (i = 0; i < m->nr_exports; i++) {
		if (m->exports[i].kind == KW_EXT_FUNC && m->exports[i].index == func) {
			*out = m->exports[i].name;
			return true;
		}
	}
	return false;
}

struct kw_name kw_module_func_name(const struct kw_module *m, u32 func)
{
	u32 from = 0;
	const struct kw_custom *c = kw_module_next_custom(m, "name", &from);
	struct kw_name name = { 0 };

	if (c) {
		struct kw_diag ignored = { 0 };
		struct kw_reader r = {
			.base = m->bytes, .pos = c->bytes, .end = c->bytes + c->len, .diag = &ignored,
		};

		if (find_subsection(&r, NAMES_OF_FUNCS) && find_name(&r, func, &name) && name.len)
			return name;
	}
	if (name_from_export(m, func, &name))
		return name;
	return (struct kw_name){ 0 };
}
