// SPDX-License-Identifier: GPL-2.0
/* Every enum kw_stub gets an address: fixed ones are in entry.S, stubs of C functions are made. */
#include <linux/cache.h>
#include <linux/errno.h>

#include "../jit/rt/rt.h"
#include "exec.h"
#include "offsets.h"
#include "stubs.h"

static_assert(offsetof(struct kw_exec, sp) == KWASM_X_SP);
static_assert(offsetof(struct kw_exec, flag) == KWASM_X_FLAG);
static_assert(offsetof(struct kw_exec, trap) == KWASM_X_TRAP);
static_assert(offsetof(struct kw_exec, trap_site) == KWASM_X_SITE);
static_assert(offsetof(struct kw_exec, nr_bt) == KWASM_X_NR_BT);
static_assert(offsetof(struct kw_exec, trap_pc) == KWASM_X_PC);
static_assert(offsetof(struct kw_exec, bt) == KWASM_X_BT);
static_assert(offsetof(struct kwasm_exec, pausing) == KWASM_X_PAUSING);
static_assert(offsetof(struct kw_inst, mem_base) == KWASM_I_MEM_BASE);
static_assert(offsetof(struct kw_inst, exec) == KWASM_I_EXEC);
static_assert(KW_STACK_BYTES == KWASM_VM_STACK_BYTES);
static_assert(sizeof(struct kw_pkt_slow) == KWASM_PKT_SLOW_BYTES);
static_assert(KW_TRAP_MEM_OOB == KWASM_TRAP_MEM_OOB);

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
