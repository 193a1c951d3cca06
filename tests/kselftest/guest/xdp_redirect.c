// SPDX-License-Identifier: GPL-2.0
/* Every frame goes out by the device whose index the configuration is: four bytes, little endian. */
#include <linux/kwasm_guest.h>

KWASM_META("name xdp_redirect");

static kwasm_u32 to;

KWASM_INIT int init(void)
{
	return kwasm_config_read(0, &to, sizeof(to)) != sizeof(to);
}

KWASM_PROGRAM("xdp") int xdp(void)
{
	return kwasm_pkt_redirect(to, 0);
}
