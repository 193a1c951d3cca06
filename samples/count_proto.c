// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Count what comes in, per transport protocol; decide nothing.
 *
 *	kwasm load build/samples/count_proto.wasm
 *	kwasm attach count-proto
 *	kwasm log count-proto --follow
 *
 * A packet program has one instance per CPU, each with a memory of its own:
 * the counters below are this CPU's, no other CPU ever sees them, and so they
 * need no atomics.  About once a second each busy CPU writes its line to the
 * log; whoever reads the log adds the CPUs up.
 */
#include <linux/kwasm_guest.h>

#define PERIOD_NS	1000000000ULL

KWASM_META("name count-proto");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* One counter for each protocol number, and one for packets that have none. */
static kwasm_u64 packets[256];
static kwasm_u64 malformed;
static kwasm_u64 reported_ns;

static void append(struct kwasm_line *line, const char *name, kwasm_u64 n)
{
	kwasm_line_str(line, name);
	kwasm_line_u64(line, n);
}

static void report(void)
{
	struct kwasm_line line = { .len = 0 };
	kwasm_u64 other = 0;
	int i;

	for (i = 0; i < 256; i++)
		other += packets[i];
	other -= packets[KWASM_IPPROTO_TCP] + packets[KWASM_IPPROTO_UDP] +
		 packets[KWASM_IPPROTO_ICMP] + packets[KWASM_IPPROTO_ICMPV6];

	append(&line, "cpu ", kwasm_cpu_id());
	append(&line, ": tcp ", packets[KWASM_IPPROTO_TCP]);
	append(&line, " udp ", packets[KWASM_IPPROTO_UDP]);
	append(&line, " icmp ", packets[KWASM_IPPROTO_ICMP] + packets[KWASM_IPPROTO_ICMPV6]);
	append(&line, " other ", other);
	append(&line, " malformed ", malformed);
	kwasm_line_log(&line, KWASM_LOG_INFO);
}

KWASM_PROGRAM("netfilter/inet/pre_routing") int count_proto(void)
{
	kwasm_u64 now = kwasm_time_ns(KWASM_CLOCK_MONOTONIC);
	struct kwasm_ip ip;

	if (kwasm_parse_ip(&ip))
		packets[ip.proto]++;
	else
		malformed++;

	if (now - reported_ns >= PERIOD_NS) {
		reported_ns = now;
		report();
	}
	return KWASM_NF_NONE;
}
