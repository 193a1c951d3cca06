// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* LEB128: every value of few bytes, the limits of each width, and what is one bit or byte too much. */
#include "tap.h"
#include "wasm/leb.h"

struct row {
	const char *name;
	u8 bytes[11];
	u8 len;
	enum kw_leb err;
	s64 value;
};

#define F5 0xff, 0xff, 0xff, 0xff
#define Z4 0x80, 0x80, 0x80, 0x80
#define Z9 Z4, Z4, 0x80

static const struct row u32_rows[] = {
	{ "u32 zero", { 0 }, 1, KW_LEB_OK, 0 },
	{ "u32 127", { 0x7f }, 1, KW_LEB_OK, 127 },
	{ "u32 128", { 0x80, 1 }, 2, KW_LEB_OK, 128 },
	{ "u32 largest", { F5, 0x0f }, 5, KW_LEB_OK, 0xffffffff },
	{ "u32 zero in five bytes", { Z4, 0 }, 5, KW_LEB_OK, 0 },
	{ "u32 in six bytes", { Z4, 0x80, 0 }, 6, KW_LEB_TOO_LONG, 0 },
	{ "u32 with bit 32", { F5, 0x1f }, 5, KW_LEB_TOO_LARGE, 0 },
	{ "u32 with bit 34", { Z4, 0x40 }, 5, KW_LEB_TOO_LARGE, 0 },
	{ "u32 cut off", { 0x80 }, 1, KW_LEB_END, 0 },
	{ "u32 of nothing", { 0 }, 0, KW_LEB_END, 0 },
	{ "u32 cut off before its last byte", { Z4 }, 4, KW_LEB_END, 0 },
};

static const struct row s32_rows[] = {
	{ "s32 63", { 0x3f }, 1, KW_LEB_OK, 63 },
	{ "s32 -64", { 0x40 }, 1, KW_LEB_OK, -64 },
	{ "s32 -1", { 0x7f }, 1, KW_LEB_OK, -1 },
	{ "s32 -128", { 0x80, 0x7f }, 2, KW_LEB_OK, -128 },
	{ "s32 smallest", { Z4, 0x78 }, 5, KW_LEB_OK, -2147483648LL },
	{ "s32 largest", { F5, 0x07 }, 5, KW_LEB_OK, 2147483647 },
	{ "s32 above the largest", { Z4, 0x08 }, 5, KW_LEB_TOO_LARGE, 0 },
	{ "s32 below the smallest", { F5, 0x77 }, 5, KW_LEB_TOO_LARGE, 0 },
	{ "s32 half a sign", { F5, 0x4f }, 5, KW_LEB_TOO_LARGE, 0 },
	{ "s32 in six bytes", { Z4, 0x80, 0 }, 6, KW_LEB_TOO_LONG, 0 },
};

static const struct row s33_rows[] = {
	{ "s33 largest", { F5, 0x0f }, 5, KW_LEB_OK, 0xffffffff },
	{ "s33 smallest", { Z4, 0x70 }, 5, KW_LEB_OK, -4294967296LL },
	{ "s33 above the largest", { Z4, 0x10 }, 5, KW_LEB_TOO_LARGE, 0 },
};

static const struct row s64_rows[] = {
	{ "s64 -1", { 0x7f }, 1, KW_LEB_OK, -1 },
	{ "s64 smallest", { Z9, 0x7f }, 10, KW_LEB_OK, (s64)0x8000000000000000ULL },
	{ "s64 largest", { F5, F5, 0xff, 0 }, 10, KW_LEB_OK, 0x7fffffffffffffffLL },
	{ "s64 above the largest", { Z9, 0x01 }, 10, KW_LEB_TOO_LARGE, 0 },
	{ "s64 in eleven bytes", { Z9, 0x80, 0 }, 11, KW_LEB_TOO_LONG, 0 },
};

static enum kw_leb read_u32(const u8 **p, const u8 *end, s64 *out)
{
	u32 v = 0;
	enum kw_leb err = kw_leb_u32(p, end, &v);

	*out = v;
	return err;
}

static enum kw_leb read_s32(const u8 **p, const u8 *end, s64 *out)
{
	s32 v = 0;
	enum kw_leb err = kw_leb_s32(p, end, &v);

	*out = v;
	return err;
}

static void check_rows(const struct row *rows, u32 n,
		       enum kw_leb (*read)(const u8 **p, const u8 *end, s64 *out))
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		const u8 *p = r->bytes;
		s64 v = 0;
		enum kw_leb err = read(&p, r->bytes + r->len, &v);
		bool good = err == r->err && p == r->bytes + (err ? 0 : r->len) && (err || v == r->value);

		if (!ok(good, "%s", r->name))
			diag("error %d, value %lld", err, (long long)v);
	}
}

/* Encode canonically, then read back. */
static bool round_trips(s64 v)
{
	u8 bytes[10];
	const u8 *p = bytes;
	u32 n = 0;
	s64 rest = v, back = 0;

	do {
		bytes[n] = rest & 0x7f;
		rest >>= 7;
		if (rest != ((bytes[n] & 0x40) ? -1 : 0))
			bytes[n] |= 0x80;
	} while (bytes[n++] & 0x80);
	return !kw_leb_s64(&p, bytes + n, &back) && back == v && p == bytes + n;
}

static bool all_round_trip(void)
{
	int shift, delta;

	for (shift = 0; shift < 63; shift++)
		for (delta = -300; delta <= 300; delta++)
			if (!round_trips((1LL << shift) + delta) || !round_trips(-(1LL << shift) + delta))
				return false;
	return true;
}

int main(void)
{
	check_rows(u32_rows, ARRAY_SIZE(u32_rows), read_u32);
	check_rows(s32_rows, ARRAY_SIZE(s32_rows), read_s32);
	check_rows(s33_rows, ARRAY_SIZE(s33_rows), kw_leb_s33);
	check_rows(s64_rows, ARRAY_SIZE(s64_rows), kw_leb_s64);
	ok(all_round_trip(), "numbers around every power of two come back");
	return tap_done();
}
