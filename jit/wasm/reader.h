/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reading a section: primitives of core spec 2.0, 5.2, bounded by the
 * section's end.  Each returns 0, or -errno with the reason noted and a result of 0.
 */
#ifndef KW_WASM_READER_H
#define KW_WASM_READER_H

#include "leb.h"
#include "module.h"

struct kw_reader {
	const u8 *base;			/* of the module */
	const u8 *pos, *end;
	struct kw_diag *diag;
};

static inline u32 kw_rd_off(const struct kw_reader *r)
{
	return r->pos - r->base;
}

static inline u32 kw_rd_left(const struct kw_reader *r)
{
	return r->end - r->pos;
}

static inline int kw_rd_bad_at(struct kw_reader *r, const u8 *at, enum kw_reason reason, u64 arg0, u64 arg1)
{
	return kw_reject(r->diag, at - r->base, reason, arg0, arg1);
}

static inline int kw_rd_bad(struct kw_reader *r, enum kw_reason reason, u64 arg0, u64 arg1)
{
	return kw_rd_bad_at(r, r->pos, reason, arg0, arg1);
}

static inline int kw_rd_byte(struct kw_reader *r, u8 *out)
{
	*out = 0;
	if (r->pos == r->end)
		return kw_rd_bad(r, KW_R_END_OF_SECTION, 0, 0);
	*out = *r->pos++;
	return 0;
}

static inline int kw_rd_u32(struct kw_reader *r, u32 *out)
{
	enum kw_leb err;

	*out = 0;
	err = kw_leb_u32(&r->pos, r->end, out);
	return err ? kw_rd_bad(r, kw_leb_reason(err, KW_R_END_OF_SECTION), 0, 0) : 0;
}

/* @len bytes; points into the module. */
static inline int kw_rd_bytes(struct kw_reader *r, u32 len, const u8 **out)
{
	*out = NULL;
	if (len > kw_rd_left(r))
		return kw_rd_bad(r, KW_R_LENGTH, 0, 0);
	*out = r->pos;
	r->pos += len;
	return 0;
}

/*
 * Number of elements of a vector, at most @limit (else @over) and no more
 * than there are bytes left, so that it may size an allocation.
 */
int kw_rd_count(struct kw_reader *r, u32 limit, enum kw_reason over, u32 *out);

/* An index below @nr, else @unknown. */
int kw_rd_index(struct kw_reader *r, u32 nr, enum kw_reason unknown, u32 *out);

int kw_rd_name(struct kw_reader *r, struct kw_name *out);
int kw_rd_valtype(struct kw_reader *r, u8 *out);
int kw_rd_reftype(struct kw_reader *r, u8 *out);
int kw_rd_tabletype(struct kw_reader *r, struct kw_tabletype *out);
int kw_rd_memtype(struct kw_reader *r, struct kw_limits *out);
int kw_rd_globaltype(struct kw_reader *r, struct kw_globaltype *out);

/*
 * A constant expression with its end, of type @type (core spec 2.0, 3.3.10).
 * Functions it names become declared.
 */
int kw_rd_constexpr(struct kw_reader *r, struct kw_module *m, u8 type, struct kw_constexpr *out);

/* Contents of sections; @r ends where the section ends. */
int kw_decode_types(struct kw_reader *r, struct kw_module *m);
int kw_decode_imports(struct kw_reader *r, struct kw_module *m);
int kw_decode_funcs(struct kw_reader *r, struct kw_module *m);
int kw_decode_tables(struct kw_reader *r, struct kw_module *m);
int kw_decode_mems(struct kw_reader *r, struct kw_module *m);
int kw_decode_globals(struct kw_reader *r, struct kw_module *m);
int kw_decode_exports(struct kw_reader *r, struct kw_module *m);
int kw_decode_start(struct kw_reader *r, struct kw_module *m);
int kw_decode_elems(struct kw_reader *r, struct kw_module *m);
int kw_decode_data_count(struct kw_reader *r, struct kw_module *m);
int kw_decode_code(struct kw_reader *r, struct kw_module *m);
int kw_decode_datas(struct kw_reader *r, struct kw_module *m);
int kw_decode_custom(struct kw_reader *r, struct kw_module *m);

#endif /* KW_WASM_READER_H */
