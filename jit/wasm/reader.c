// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns bytes of a section into counts, names and types; see reader.h. */
#include "../common/limits.h"
#include "newer.h"
#include "reader.h"

int kw_rd_count(struct kw_reader *r, u32 limit, enum kw_reason over, u32 *out)
{
	const u8 *at = r->pos;
	u32 n;
	int err;

	err = kw_rd_u32(r, &n);
	if (err)
		return err;
	if (n > limit)
		return kw_rd_bad_at(r, at, over, n, limit);
	if (n > kw_rd_left(r))
		return kw_rd_bad_at(r, r->end, KW_R_END_OF_SECTION, 0, 0);
	*out = n;
	return 0;
}

int kw_rd_index(struct kw_reader *r, u32 nr, enum kw_reason unknown, u32 *out)
{
	const u8 *at = r->pos;
	u32 i;
	int err;

	err = kw_rd_u32(r, &i);
	if (err)
		return err;
	if (i >= nr)
		return kw_rd_bad_at(r, at, unknown, i, 0);
	*out = i;
	return 0;
}

/* Bytes of the character that starts with @lead, 0 for none; and the range of its second byte. */
static u32 utf8_len(u8 lead, u8 *low, u8 *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef) {
		if (lead == 0xe0)
			*low = 0xa0;	/* below: would fit in two bytes */
		if (lead == 0xed)
			*high = 0x9f;	/* above: surrogates */
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		if (lead == 0xf0)
			*low = 0x90;	/* below: would fit in three bytes */
		if (lead == 0xf4)
			*high = 0x8f;	/* above: beyond U+10FFFF */
		return 4;
	}
	return 0;
}

static bool utf8_valid(const u8 *p, u32 bytes)
{
	const u8 *end = p + bytes;
	u8 low, high;
	u32 len, i;

	while (p < end) {
		if (*p < 0x80) {
			p++;
			continue;
		}
		len = utf8_len(*p, &low, &high);
		if (!len || len > (u32)(end - p) || p[1] < low || p[1] > high)
			return false;
		for (i = 2; i < len; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		p += len;
	}
	return true;
}

int kw_rd_name(struct kw_reader *r, struct kw_name *out)
{
	const u8 *at = r->pos;
	u32 len;
	int err;

	err = kw_rd_u32(r, &len);
	if (err)
		return err;
	if (len > kw_rd_left(r))
		return kw_rd_bad(r, KW_R_LENGTH, 0, 0);
	if (len > KW_MAX_NAME_BYTES)
		return kw_rd_bad_at(r, at, KW_R_MAX_NAME, len, KW_MAX_NAME_BYTES);
	if (!utf8_valid(r->pos, len))
		return kw_rd_bad(r, KW_R_BAD_UTF8, 0, 0);
	out->p = r->pos;
	out->len = len;
	r->pos += len;
	return 0;
}

static int bad_type(struct kw_reader *r, enum kw_reason reason)
{
	u8 byte = r->pos[-1];
	enum kw_newer newer = kw_newer_type(byte);

	if (newer)
		return kw_rd_bad_at(r, r->pos - 1, KW_R_NEWER, newer, 0);
	return kw_rd_bad_at(r, r->pos - 1, reason, byte, 0);
}

int kw_rd_valtype(struct kw_reader *r, u8 *out)
{
	u8 t;
	int err;

	err = kw_rd_byte(r, &t);
	if (err)
		return err;
	if (!kw_is_valtype(t))
		return bad_type(r, KW_R_VALTYPE);
	*out = t;
	return 0;
}

int kw_rd_reftype(struct kw_reader *r, u8 *out)
{
	u8 t;
	int err;

	err = kw_rd_byte(r, &t);
	if (err)
		return err;
	if (!kw_is_reftype(t))
		return bad_type(r, KW_R_REFTYPE);
	*out = t;
	return 0;
}

/* Flags of limits are a number of one bit. */
static int read_has_max(struct kw_reader *r, bool *out)
{
	u8 b;
	int err;

	err = kw_rd_byte(r, &b);
	if (err)
		return err;
	if (b > 1 && kw_newer_limits(b))
		return kw_rd_bad_at(r, r->pos - 1, KW_R_NEWER, kw_newer_limits(b), 0);
	if (b > 1)
		return kw_rd_bad_at(r, r->pos - 1, b & 0x80 ? KW_R_INT_TOO_LONG : KW_R_INT_TOO_LARGE, 0, 0);
	*out = b;
	return 0;
}

static int read_limits(struct kw_reader *r, struct kw_limits *out)
{
	const u8 *at = r->pos;
	int err;

	err = read_has_max(r, &out->has_max);
	if (!err)
		err = kw_rd_u32(r, &out->min);
	out->max = 0xffffffff;
	if (!err && out->has_max)
		err = kw_rd_u32(r, &out->max);
	if (!err && out->max < out->min)
		err = kw_rd_bad_at(r, at, KW_R_LIMITS_ORDER, 0, 0);
	return err;
}

#define TABLE_WITH_INIT	0x40	/* in a later version */

int kw_rd_tabletype(struct kw_reader *r, struct kw_tabletype *out)
{
	int err;

	out->wasm_off = kw_rd_off(r);
	if (r->pos != r->end && *r->pos == TABLE_WITH_INIT)
		return kw_rd_bad(r, KW_R_NEWER, KW_NEWER_TYPED_REFS, 0);
	err = kw_rd_reftype(r, &out->type);
	return err ? err : read_limits(r, &out->limits);
}

int kw_rd_memtype(struct kw_reader *r, struct kw_limits *out)
{
	const u8 *at = r->pos;
	int err;

	err = read_limits(r, out);
	if (err)
		return err;
	if (out->min > KW_MAX_MEM_PAGES || (out->has_max && out->max > KW_MAX_MEM_PAGES))
		return kw_rd_bad_at(r, at, KW_R_MEMORY_SIZE, 0, 0);
	out->max = min(out->max, KW_MAX_MEM_PAGES);
	return 0;
}

int kw_rd_globaltype(struct kw_reader *r, struct kw_globaltype *out)
{
	u8 b;
	int err;

	out->wasm_off = kw_rd_off(r);
	err = kw_rd_valtype(r, &out->type);
	if (!err)
		err = kw_rd_byte(r, &b);
	if (err)
		return err;
	if (b > 1)
		return kw_rd_bad_at(r, r->pos - 1, KW_R_MUTABILITY, 0, 0);
	out->mutable = b;
	return 0;
}
