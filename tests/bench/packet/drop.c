// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Nothing: what a run costs that is not the program's. */
#include "packet.h"

WORK(packet)
{
	(void)packet;
	return DROP;
}
