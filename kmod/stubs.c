// SPDX-License-Identifier: GPL-2.0
/* Every enum kw_stub gets an address: fixed ones are in entry.S, stubs of C functions are made. */
#include <linux/cache.h>
#include <linux/errno.h>

#include "../jit/rt/rt.h"
#include "stubs.h"

u64 kwasm_stub[KW_NR_STUBS] __ro_after_init;

int kwasm_stubs_init(void)
{
	u32 i;

	kwasm_stub[KW_STUB_TRAP] = (u64)kwasm_stub_trap;
	kwasm_stub[KW_STUB_FAULT] = (u64)kwasm_stub_fault;
	kwasm_stub[KW_STUB_POLL] = (u64)kwasm_stub_poll;
	kwasm_stub[KW_STUB_PKT_SLOW] = (u64)kwasm_stub_pkt_slow;
	for (i = 0; i < KW_NR_HELPERS; i++) {
		kwasm_stub[KW_STUB_HELPER + i] = kwasm_stub_make(kw_helper_fn[i]);
		if (!kwasm_stub[KW_STUB_HELPER + i])
			return -ENOSPC;
	}
	for (i = 0; i < KW_NR_HOSTS; i++) {
		/* No C function: always inlined; code that asks for it anyway traps. */
		if (!kwasm_host_fn[i]) {
			kwasm_stub[KW_STUB_HOST + i] = (u64)kwasm_stub_trap;
			continue;
		}
		kwasm_stub[KW_STUB_HOST + i] = kwasm_stub_make(kwasm_host_fn[i]);
		if (!kwasm_stub[KW_STUB_HOST + i])
			return -ENOSPC;
	}
	return 0;
}
