// SPDX-License-Identifier: GPL-2.0
/*
 * One of several programs of a chain.  Its configuration is the mark it must
 * find, the mark it leaves, and its answer; a packet with another mark is
 * dropped.  So a packet gets through only if all before it ran, in order, and
 * were of the same generation.
 */
#include <linux/kwasm_guest.h>

#define ANY_MARK	(~0u)

KWASM_META("name stamp");

static struct {
	kwasm_u32 expects, leaves, answer;
} config;

KWASM_INIT int init(void)
{
	return kwasm_config_read(0, &config, sizeof(config)) == sizeof(config) ? 0 : -1;
}

KWASM_PROGRAM("netfilter/ip/input") int stamp(void)
{
	if (config.expects != ANY_MARK && config.expects != kwasm_pkt_field(KWASM_FIELD_MARK))
		return KWASM_NF_DROP;
	if (config.leaves != ANY_MARK)
		kwasm_pkt_set_mark(config.leaves);
	return config.answer;
}
