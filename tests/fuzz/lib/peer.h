/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes between the fuzzer and its peer, a build of it for another machine,
 * over two pipes; little-endian, as both of them are.
 *
 *   peer_request, the module's bytes, for each call: peer_call, its arguments
 *   for each side wanted: peer_start; unless that failed: for each call: peer_answer,
 *                  its results unless it trapped; last the hash of the state
 */
#ifndef KW_TESTS_PEER_H
#define KW_TESTS_PEER_H

#include "side.h"

struct peer_request {
	u64 seed;
	u32 len, nr_calls;
	u32 opt_off;
	u16 portable, sides;	/* @sides: a bit for each of kwasm_sides[] wanted */
};

struct peer_call {
	u32 func, nr_args;
};

struct peer_start {
	s32 err;
	u32 trap;
};

struct peer_answer {
	u32 trap, offset;
};

/* Memory, globals and tables of an instance and of the one it imports from: hash.c */
u64 ref_side_hash(const struct ref_side *r);
u64 kwasm_side_hash(const struct kwasm_side *s);

#endif
