/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where code came from, in one word, from the graph to the tables of a code
 * object: the byte offset of the instruction in the module, and which inlined
 * call of the compiled function it stands in (0: none, it is the function's own).
 *
 *   31      24 23                     0
 *   | inlined | byte offset in module |
 *
 * Inlined call number n of a function has a place itself, that of its call.
 */
#ifndef KW_COMMON_PLACE_H
#define KW_COMMON_PLACE_H

#include "limits.h"

#define KW_PLACE_OFF_BITS	24
#define KW_MAX_INLINED		255	/* calls inlined into one function */
static_assert(KW_MAX_MODULE_BYTES <= 1U << KW_PLACE_OFF_BITS, "offsets in a place");

static inline u32 kw_place(u32 off, u32 inlined)
{
	return off | inlined << KW_PLACE_OFF_BITS;
}

static inline u32 kw_place_off(u32 place)
{
	return place & ((1U << KW_PLACE_OFF_BITS) - 1);
}

static inline u32 kw_place_inlined(u32 place)
{
	return place >> KW_PLACE_OFF_BITS;
}

#endif /* KW_COMMON_PLACE_H */
