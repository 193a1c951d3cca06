// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The same, 64 bits at a time with their carries. */
#include "packet.h"

WORK(packet)
{
	u64 sum = 0, v;
	int i;

	for (i = 0; i < MAX_BYTES - 8 && HAS(packet, i, 8); i += 8) {
		v = LD64(packet, i);
		sum += v;
		sum += sum < v;
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? PASS : DROP;
}
