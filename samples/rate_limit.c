// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Let each source address send RATE packets a second, with bursts of BURST.
 *
 *	kwasm load build/samples/rate_limit.wasm
 *	kwasm attach rate-limit
 *
 * A token bucket per source, in the guest's own memory.  There is one
 * instance per CPU and each has a memory of its own, so the limit holds PER
 * CPU: a source whose packets arrive on four CPUs gets four times RATE.
 * Network cards steer one flow to one CPU, so a single connection sees RATE.
 *
 * The table has a fixed number of slots and no list of free ones: a source
 * that hashes to a slot taken by another one evicts it, and starts with a
 * full bucket.  An attacker who forges addresses can therefore make buckets
 * start over, but never make memory grow, or packets of his own wait for a
 * search.  The hash is seeded at load so that he cannot choose whom he hits.
 */
#include <linux/kwasm_guest.h>

#ifndef RATE
#define RATE	1000		/* packets a second */
#endif
#ifndef BURST
#define BURST	100
#endif
#define SLOTS	2048		/* a power of two */

#define NS_PER_PACKET	(1000000000ULL / RATE)
#define FULL_NS		(NS_PER_PACKET * BURST)

KWASM_META("name rate-limit");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/*
 * Tokens are kept as time: a bucket is full FULL_NS after it ran empty, and a
 * packet costs NS_PER_PACKET of it.
 */
struct bucket {
	kwasm_u64 addr_hi, addr_lo;
	kwasm_u64 last_ns;	/* when it was looked at; 0: never used */
	kwasm_u64 tokens_ns;
};

static struct bucket table[SLOTS];
static kwasm_u64 seed;

static kwasm_u64 mix(kwasm_u64 x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15ULL;
	x ^= x >> 29;
	return x;
}

static struct bucket *bucket_of(kwasm_u64 hi, kwasm_u64 lo, kwasm_u64 now)
{
	struct bucket *b = &table[mix(mix(hi ^ seed) ^ lo) & (SLOTS - 1)];

	if (!b->last_ns || b->addr_hi != hi || b->addr_lo != lo) {
		b->addr_hi = hi;
		b->addr_lo = lo;
		b->last_ns = now;
		b->tokens_ns = FULL_NS;
	}
	return b;
}

static int take(struct bucket *b, kwasm_u64 now)
{
	kwasm_u64 passed = now - b->last_ns;

	b->last_ns = now;
	/* Compare before adding: a bucket asleep for years must not wrap around. */
	if (passed >= FULL_NS - b->tokens_ns)
		b->tokens_ns = FULL_NS;
	else
		b->tokens_ns += passed;
	if (b->tokens_ns < NS_PER_PACKET)
		return 0;
	b->tokens_ns -= NS_PER_PACKET;
	return 1;
}

/* Runs once; every CPU's memory starts as a copy of what it leaves. */
KWASM_INIT int init(void)
{
	return kwasm_random_get(&seed, sizeof(seed));
}

KWASM_PROGRAM("netfilter/inet/input") int rate_limit(void)
{
	kwasm_u64 now = kwasm_time_ns(KWASM_CLOCK_MONOTONIC);
	kwasm_u64 hi, lo;
	struct kwasm_ip ip;

	if (!kwasm_parse_ip(&ip))
		return KWASM_NF_DROP;
	if (ip.version == 6) {
		hi = kwasm_ipv6_saddr_hi();
		lo = kwasm_ipv6_saddr_lo();
	} else {
		hi = 0;
		lo = 0xffff00000000ULL | kwasm_ipv4_saddr();	/* as ::ffff:a.b.c.d */
	}
	return take(bucket_of(hi, lo, now), now) ? KWASM_NF_ACCEPT : KWASM_NF_DROP;
}
