// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Words for what fs programs are and watch. */
#include "internal.h"

bool libkwasm_is_fs(const char *name)
{
	return !strcmp(name, "fs/open_perm") || !strcmp(name, "fs/access_perm") ||
	       !strcmp(name, "fs/exec_perm") || !strcmp(name, "fs/notify") || libkwasm_is_lsm(name);
}

const char *libkwasm_fs_event_name(__u32 event)
{
	static const char *const name[] = { "create", "delete", "modify", "moved_from", "moved_to",
					    "attrib", "close_write", "open_perm", "access_perm", "exec_perm",
					    "unlink", "rename", "mkdir", "link", "rmdir", "setattr" };
	__u32 i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (event == 1u << i)
			return name[i];
	return NULL;
}

const char *libkwasm_fs_scope_name(__u32 scope)
{
	static const char *const name[] = { "dir", "file", "subtree", "superblock", "mount" };

	return scope < sizeof(name) / sizeof(name[0]) ? name[scope] : NULL;
}

__u32 libkwasm_fs_scope_events(__u32 scope)
{
	__u32 dirent = KWASM_FS_CREATE | KWASM_FS_DELETE | KWASM_FS_MOVED_FROM | KWASM_FS_MOVED_TO;

	switch (scope) {
	case KWASM_FS_SCOPE_FILE:
		return KWASM_FS_NOTIFY_ALL & ~dirent;
	case KWASM_FS_SCOPE_MOUNT:
		return KWASM_FS_NOTIFY_ALL & ~(dirent | KWASM_FS_ATTRIB);
	default:
		return KWASM_FS_NOTIFY_ALL;
	}
}
