/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * LEB128, core spec 2.0, 5.2.2: at most ceil(bits / 7) bytes, and the unused
 * bits of the last are zero, or copies of the sign.
 */
#ifndef KW_WASM_LEB_H
#define KW_WASM_LEB_H

#include "../common/diag.h"

enum kw_leb { KW_LEB_OK, KW_LEB_END, KW_LEB_TOO_LONG, KW_LEB_TOO_LARGE };

#define KW_LEB_U32_BYTES	5

static inline enum kw_reason kw_leb_reason(enum kw_leb err, enum kw_reason at_end)
{
	if (err == KW_LEB_TOO_LONG)
		return KW_R_INT_TOO_LONG;
	return err == KW_LEB_TOO_LARGE ? KW_R_INT_TOO_LARGE : at_end;
}

/*
 * Read at *p, at most to @end, a number of @bits; on success *p moves behind it.
 * The result is as wide as the bytes said, not yet sign-extended: *shift bits.
 */
static inline enum kw_leb kw_leb_raw(const u8 **p, const u8 *end, u32 bits, bool is_signed, u64 *out,
				     u32 *shift)
{
	const u8 *q = *p;
	u64 v = 0;
	u32 s = 0;
	u8 byte, unused;

	for (;;) {
		if (q == end)
			return KW_LEB_END;
		byte = *q++;
		v |= (u64)(byte & 0x7f) << s;
		s += 7;
		if (s >= bits)
			break;
		if (!(byte & 0x80))
			goto done;
	}
	if (byte & 0x80)
		return KW_LEB_TOO_LONG;
	/* The last byte holds bits - (s - 7) of them; for signed ones the top one of these repeats. */
	unused = 0x7f & (0x7f << (bits - (s - 7) - is_signed));
	if ((byte & unused) && !(is_signed && (byte & unused) == unused))
		return KW_LEB_TOO_LARGE;
done:
	*p = q;
	*out = v;
	*shift = s;
	return KW_LEB_OK;
}

static inline s64 kw_leb_extend(u64 v, u32 shift)
{
	return shift >= 64 ? (s64)v : (s64)(v << (64 - shift)) >> (64 - shift);
}

static inline enum kw_leb kw_leb_u32(const u8 **p, const u8 *end, u32 *out)
{
	u64 v;
	u32 shift;
	enum kw_leb err = kw_leb_raw(p, end, 32, false, &v, &shift);

	if (!err)
		*out = v;
	return err;
}

static inline enum kw_leb kw_leb_s64(const u8 **p, const u8 *end, s64 *out)
{
	u64 v;
	u32 shift;
	enum kw_leb err = kw_leb_raw(p, end, 64, true, &v, &shift);

	if (!err)
		*out = kw_leb_extend(v, shift);
	return err;
}

static inline enum kw_leb kw_leb_s33(const u8 **p, const u8 *end, s64 *out)
{
	u64 v;
	u32 shift;
	enum kw_leb err = kw_leb_raw(p, end, 33, true, &v, &shift);

	if (!err)
		*out = kw_leb_extend(v, shift);
	return err;
}

static inline enum kw_leb kw_leb_s32(const u8 **p, const u8 *end, s32 *out)
{
	u64 v;
	u32 shift;
	enum kw_leb err = kw_leb_raw(p, end, 32, true, &v, &shift);

	if (!err)
		*out = kw_leb_extend(v, shift);
	return err;
}

#endif /* KW_WASM_LEB_H */
