// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns a byte of a later WebAssembly into the name of what it belongs to; see newer.h. */
#include "newer.h"

struct range {
	u8 first, last, newer;
};

static enum kw_newer find(const struct range *r, u32 n, u8 byte)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (byte >= r[i].first && byte <= r[i].last)
			return r[i].newer;
	return KW_NEWER_NONE;
}

enum kw_newer kw_newer_opcode(u8 byte)
{
	static const struct range ranges[] = {
		{ 0x06, 0x0a, KW_NEWER_EXCEPTIONS },
		{ 0x18, 0x19, KW_NEWER_EXCEPTIONS },
		{ 0x1f, 0x1f, KW_NEWER_EXCEPTIONS },
		{ 0x12, 0x13, KW_NEWER_TAIL_CALLS },
		{ 0x15, 0x15, KW_NEWER_TAIL_CALLS },
		{ 0x14, 0x14, KW_NEWER_TYPED_REFS },
		{ 0xd3, 0xd3, KW_NEWER_GC },
		{ 0xd4, 0xd6, KW_NEWER_TYPED_REFS },
		{ 0xfb, 0xfb, KW_NEWER_GC },
		{ 0xfe, 0xfe, KW_NEWER_THREADS },
	};

	return find(ranges, ARRAY_SIZE(ranges), byte);
}

enum kw_newer kw_newer_type(u8 byte)
{
	static const struct range ranges[] = {
		{ 0x63, 0x64, KW_NEWER_TYPED_REFS },
		{ 0x69, 0x69, KW_NEWER_EXCEPTIONS },
		{ 0x6a, 0x6e, KW_NEWER_GC },
		{ 0x71, 0x73, KW_NEWER_GC },
		{ 0x74, 0x74, KW_NEWER_EXCEPTIONS },
		{ 0x77, 0x78, KW_NEWER_GC },
	};

	return find(ranges, ARRAY_SIZE(ranges), byte);
}

enum kw_newer kw_newer_type_form(u8 byte)
{
	static const struct range ranges[] = {
		{ 0x4e, 0x50, KW_NEWER_GC },
		{ 0x5e, 0x5f, KW_NEWER_GC },
	};

	return find(ranges, ARRAY_SIZE(ranges), byte);
}

enum kw_newer kw_newer_limits(u8 flags)
{
	static const struct range ranges[] = {
		{ 0x03, 0x03, KW_NEWER_THREADS },	/* shared memories always have a maximum */
		{ 0x04, 0x07, KW_NEWER_MEMORY64 },
	};

	return find(ranges, ARRAY_SIZE(ranges), flags);
}
