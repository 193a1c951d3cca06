// SPDX-License-Identifier: GPL-2.0
/* A timer that counts, and does what slot 1 of the map says: 0 again in 20 ms, ... */
#include <linux/kwasm_guest.h>

KWASM_META("name timers");
KWASM_MAP(slots, array, kwasm_u32, kwasm_u64, 2);
KWASM_MAP(cpus, percpu_array, kwasm_u32, kwasm_u64, 1);
KWASM_RING(ring, 4096);

/* There is no packet, and that is no fault of the kernel's.  By way of the table, for load refuses the rest. */
static int packet(void)
{
	kwasm_u8 byte;

	if (kwasm_pkt_len() || kwasm_pkt_field(KWASM_FIELD_MARK) || kwasm_pkt_ld8(0))
		return 0;
	return kwasm_pkt_load(0, &byte, 1) == 0;
}

static int (*volatile const not_offered)(void) = packet;

KWASM_PROGRAM("timer/tick") int tick(void)
{
	kwasm_u32 zero = 0, one = 1;
	kwasm_u64 what = 0;

	kwasm_map_add64(slots, &zero, 0, 1, 0);
	kwasm_map_add64(cpus, &zero, 0, 1, 0);
	kwasm_ringbuf_output(ring, &zero, sizeof(zero), 0);
	kwasm_map_lookup(slots, &one, &what);
	switch (what) {
	case 0:
		return 20;
	case 1:
		return 0;
	case 2:
		KWASM_ABORT("told to");
		return 1;
	case 3:
		return 86400001;	/* a day and a millisecond: no answer */
	case 4:
		for (;;)
			__asm__ volatile("");
	case 5:
		return not_offered();
	default:
		return 1;
	}
}
