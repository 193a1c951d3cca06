/* SPDX-License-Identifier: GPL-2.0 */
/* Places a program can be attached to, and how its export's name tells. */
#ifndef KWASM_HOOKS_H
#define KWASM_HOOKS_H

#include "../../jit/isa/isa.h"
#include "../../jit/wasm/module.h"

/* Of KWASM_LINK_FS. */
enum kwasm_fs_hook {
	KWASM_FS_HOOK_OPEN, KWASM_FS_HOOK_ACCESS, KWASM_FS_HOOK_EXEC, KWASM_FS_HOOK_NOTIFY,
	KWASM_FS_HOOK_UNLINK, KWASM_FS_HOOK_RENAME, KWASM_FS_HOOK_MKDIR, KWASM_FS_HOOK_LINK,
	KWASM_FS_HOOK_RMDIR, KWASM_FS_HOOK_SETATTR,
};

/**
 * struct kwasm_hook - one export name that is a program
 * @name:   of the export, or what it begins with: "timer/"
 * @type:   enum kwasm_link_type
 * @form:   enum kw_form: S on packets, P in process context
 * @family: netfilter: NFPROTO_*
 * @number: netfilter: of the family: enum nf_inet_hooks, nf_dev_hooks, NF_ARP_*;
 *          fs: enum kwasm_fs_hook; tc: enum kwasm_tc_hook
 */
struct kwasm_hook {
	char name[32];
	u8 type;
	u8 form;
	u8 family;
	u8 number;
};

/* The hook that export @e is named after, NULL if it is no function or not named so. */
const struct kwasm_hook *kwasm_hook_find(const struct kw_export *e);

/* Is it a function that a user calls, call/<name>?  No place calls those. */
bool kwasm_is_call(const struct kw_export *e);

#endif /* KWASM_HOOKS_H */
