// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Sixteen rules on protocol, port range and source, in their order; the last one matches. */
#include "packet.h"

static const volatile struct {
	u32 net, mask;
	u16 first, last;
	u8 proto, verdict;
} rule[16] = {
	{ 0x0a020000, 0xffff0000, 22, 22, 6, DROP },
	{ 0x0a030000, 0xffff0000, 25, 25, 6, DROP },
	{ 0, 0, 137, 139, 6, DROP },
	{ 0, 0, 137, 139, 17, DROP },
	{ 0, 0, 445, 445, 6, DROP },
	{ 0, 0, 5353, 5353, 17, DROP },
	{ 0xc0a80000, 0xffff0000, 8080, 8080, 6, DROP },
	{ 0xc0a80000, 0xffff0000, 8443, 8443, 6, DROP },
	{ 0, 0, 3306, 3306, 6, DROP },
	{ 0, 0, 5432, 5440, 6, DROP },
	{ 0, 0, 7000, 7063, 6, DROP },
	{ 0, 0, 123, 123, 17, DROP },
	{ 0xac100000, 0xfff00000, 53, 53, 17, DROP },
	{ 0, 0, 2049, 2049, 6, DROP },
	{ 0, 0, 2049, 2049, 17, DROP },
	{ 0x0a000000, 0xff000000, 4789, 4789, 17, DROP },
};

WORK(packet)
{
	struct flow f;
	int i;

	if (parse(packet, &f))
		return PASS;
	for (i = 0; i < 16; i++)
		if (rule[i].proto == f.proto && f.dport >= rule[i].first && f.dport <= rule[i].last &&
		    (f.saddr & rule[i].mask) == rule[i].net)
			return rule[i].verdict;
	return PASS;
}
