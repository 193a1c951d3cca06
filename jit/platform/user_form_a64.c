// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Code as the kernel gets it, in this process: arm64 has landing pads and no thunks. */
#include "user_exec.h"
#include "../isa/isa.h"

int kw_user_form_new(bool bare_branches, struct kw_isa_env *env, u8 **thunks)
{
	(void)bare_branches;	/* they all are */
	*thunks = NULL;
	env->indirect_targets = true;
	env->fault_steps = true;
	return 0;
}

void kw_user_form_free(u8 *thunks)
{
	(void)thunks;
}
