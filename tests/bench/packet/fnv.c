// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* FNV-1a over the whole packet, byte by byte. */
#include "packet.h"

WORK(packet)
{
	u32 h = 2166136261u;
	int i;

	for (i = 0; i < MAX_BYTES && HAS(packet, i, 1); i++)
		h = (h ^ LD8(packet, i)) * 16777619u;
	return h == 0x12345 ? PASS : DROP;
}
