// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns the bytes of a WebAssembly binary into struct kw_module: the header,
 * the order of sections and their sizes.  What is in them: sections.c,
 * exports.c, segments.c.  Core spec 2.0, 5.5.
 */
#include "../common/limits.h"
#include "reader.h"

enum section {
	SEC_CUSTOM, SEC_TYPE, SEC_IMPORT, SEC_FUNC, SEC_TABLE, SEC_MEMORY, SEC_GLOBAL, SEC_EXPORT,
	SEC_START, SEC_ELEM, SEC_CODE, SEC_DATA, SEC_DATA_COUNT, NR_SECTIONS
};

#define SECTION_TAG	13	/* of a later version */

/* Place in the module; each but custom sections may come once. */
static const u8 section_order[NR_SECTIONS] = {
	[SEC_TYPE] = 1, [SEC_IMPORT] = 2, [SEC_FUNC] = 3, [SEC_TABLE] = 4, [SEC_MEMORY] = 5,
	[SEC_GLOBAL] = 6, [SEC_EXPORT] = 7, [SEC_START] = 8, [SEC_ELEM] = 9, [SEC_DATA_COUNT] = 10,
	[SEC_CODE] = 11, [SEC_DATA] = 12,
};

static int read_contents(struct kw_reader *r, struct kw_module *m, u8 id)
{
	switch (id) {
	case SEC_TYPE:
		return kw_decode_types(r, m);
	case SEC_IMPORT:
		return kw_decode_imports(r, m);
	case SEC_FUNC:
		return kw_decode_funcs(r, m);
	case SEC_TABLE:
		return kw_decode_tables(r, m);
	case SEC_MEMORY:
		return kw_decode_mems(r, m);
	case SEC_GLOBAL:
		return kw_decode_globals(r, m);
	case SEC_EXPORT:
		return kw_decode_exports(r, m);
	case SEC_START:
		return kw_decode_start(r, m);
	case SEC_ELEM:
		return kw_decode_elems(r, m);
	case SEC_CODE:
		return kw_decode_code(r, m);
	case SEC_DATA:
		return kw_decode_datas(r, m);
	case SEC_DATA_COUNT:
		return kw_decode_data_count(r, m);
	default:
		return kw_decode_custom(r, m);
	}
}

static int read_section(struct kw_reader *r, struct kw_module *m, u32 *last)
{
	const u8 *at = r->pos;
	struct kw_reader in = *r;
	const u8 *contents;
	u32 size;
	u8 id;
	int err;

	err = kw_rd_byte(r, &id);
	if (err)
		return err;
	if (id == SECTION_TAG)
		return kw_rd_bad_at(r, at, KW_R_NEWER, KW_NEWER_EXCEPTIONS, 0);
	if (id >= NR_SECTIONS)
		return kw_rd_bad_at(r, at, KW_R_SECTION_ID, id, 0);
	if (id != SEC_CUSTOM && section_order[id] <= *last)
		return kw_rd_bad_at(r, at, KW_R_SECTION_ORDER, 0, 0);
	*last = max_t(u32, *last, section_order[id]);
	err = kw_rd_u32(r, &size);
	if (!err)
		err = kw_rd_bytes(r, size, &contents);
	if (err)
		return err;
	in.pos = contents;
	in.end = r->pos;
	err = read_contents(&in, m, id);
	if (!err && in.pos != in.end)
		err = kw_rd_bad(&in, KW_R_SECTION_SIZE, 0, 0);
	return err;
}

static int read_header(struct kw_reader *r)
{
	static const u8 magic[4] = { 0, 'a', 's', 'm' }, version[4] = { 1, 0, 0, 0 };
	const u8 *p = r->pos;

	if (kw_rd_left(r) < 4)
		return kw_rd_bad(r, KW_R_UNEXPECTED_END, 0, 0);
	if (memcmp(p, magic, 4))
		return kw_rd_bad(r, KW_R_BAD_MAGIC, 0, 0);
	r->pos += 4;
	if (kw_rd_left(r) < 4)
		return kw_rd_bad(r, KW_R_UNEXPECTED_END, 0, 0);
	if (memcmp(p + 4, version, 4))
		return kw_rd_bad(r, KW_R_BAD_VERSION, 0, 0);
	r->pos += 4;
	return 0;
}

/* What a missing section would have had to say. */
static int check_counts(struct kw_reader *r, struct kw_module *m)
{
	u32 nr_own = m->nr_funcs - m->nr_imported_funcs;

	if (nr_own && !m->funcs[m->nr_imported_funcs].body_off)
		return kw_rd_bad(r, KW_R_FUNC_CODE_COUNT, nr_own, 0);
	if (m->data_count != KW_NO_INDEX && m->data_count != m->nr_datas)
		return kw_rd_bad(r, KW_R_DATA_COUNT, m->data_count, m->nr_datas);
	return 0;
}

int kw_module_decode(struct kw_arena *arena, const u8 *bytes, u32 len,
		     struct kw_module *out, struct kw_diag *diag)
{
	struct kw_reader r = { .base = bytes, .pos = bytes, .end = bytes + len, .diag = diag };
	u32 last = 0;
	int err;

	kw_diag_init(diag);
	*out = (struct kw_module){
		.arena = arena, .bytes = bytes, .len = len, .start = KW_NO_INDEX, .data_count = KW_NO_INDEX,
	};
	if (len > KW_MAX_MODULE_BYTES)
		return kw_rd_bad(&r, KW_R_MAX_MODULE, len, KW_MAX_MODULE_BYTES);
	err = read_header(&r);
	while (!err && r.pos != r.end) {
		err = read_section(&r, out, &last);
		if (!err)
			err = kw_checkpoint();
	}
	return err ? err : check_counts(&r, out);
}

bool kw_functype_equal(const struct kw_functype *a, const struct kw_functype *b)
{
	return a->nr_params == b->nr_params && a->nr_results == b->nr_results &&
	       !memcmp(a->types, b->types, a->nr_params + a->nr_results);
}
