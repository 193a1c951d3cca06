// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The headers down to the ports, one of them compared. */
#include "packet.h"

WORK(packet)
{
	struct flow f;

	if (parse(packet, &f))
		return PASS;
	return f.proto == 17 && f.dport == 4789 ? DROP : PASS;
}
