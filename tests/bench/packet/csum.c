// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The Internet's checksum over the whole packet, 16 bits at a time. */
#include "packet.h"

WORK(packet)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < MAX_BYTES && HAS(packet, i, 2); i += 2)
		sum += LD16(packet, i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? PASS : DROP;
}
