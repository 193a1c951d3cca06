// SPDX-License-Identifier: GPL-2.0
/* The words that kwasm_trap_exit copied from the native stack -> return addresses. */
#include "../../text.h"
#include "arch.h"

/* Between guest frames there may be words of a thunk's; nobody should see those. */
void kwasm_arch_backtrace(struct kw_exec *e)
{
	u32 i, n = 0;

	for (i = 0; i < e->nr_bt; i++)
		if (kwasm_text_find(e->bt[i]))
			e->bt[n++] = e->bt[i];
	e->nr_bt = n;
}
