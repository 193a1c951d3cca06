// SPDX-License-Identifier: GPL-2.0
/* Programs that LSM hooks call: the name chooses what they answer, and a map has what they saw. */
#include <linux/kwasm_guest.h>

struct seen {
	kwasm_u64 events, inode, mode, size, dir, uid_gid, changes, new_mode, new_uid, new_gid, new_size;
	kwasm_s32 path_len, new_path_len, read, xattr;
	kwasm_u32 mask, pad;
	char path[128], new_path[128], name[64], new_name[64];
};

KWASM_META("name lsm");
KWASM_MAP(seen, array, kwasm_u32, struct seen, 6);

static struct seen now;

static int begins(const char *s, const char *with)
{
	while (*with)
		if (*s++ != *with++)
			return 0;
	return 1;
}

static void look(kwasm_u32 slot)
{
	struct seen old;
	char bytes[16];

	__builtin_memset(&now, 0, sizeof(now));
	now.mask = kwasm_fs_event();
	now.path_len = kwasm_fs_path(now.path, sizeof(now.path));
	now.new_path_len = kwasm_fs_new_path(now.new_path, sizeof(now.new_path));
	kwasm_fs_name(now.name, sizeof(now.name));
	kwasm_fs_new_name(now.new_name, sizeof(now.new_name));
	now.inode = kwasm_fs_field(KWASM_FS_FIELD_INODE);
	now.mode = kwasm_fs_field(KWASM_FS_FIELD_MODE);
	now.size = kwasm_fs_field(KWASM_FS_FIELD_SIZE);
	now.dir = kwasm_fs_field(KWASM_FS_FIELD_DIR);
	now.read = kwasm_fs_read(0, bytes, sizeof(bytes));
	now.xattr = kwasm_fs_xattr("user.kwasm", 10, bytes, sizeof(bytes));
	now.uid_gid = kwasm_uid_gid();
	now.changes = kwasm_fs_field(KWASM_FS_FIELD_CHANGES);
	now.new_mode = kwasm_fs_field(KWASM_FS_FIELD_NEW_MODE);
	now.new_uid = kwasm_fs_field(KWASM_FS_FIELD_NEW_UID);
	now.new_gid = kwasm_fs_field(KWASM_FS_FIELD_NEW_GID);
	now.new_size = kwasm_fs_field(KWASM_FS_FIELD_NEW_SIZE);
	if (!kwasm_map_lookup(seen, &slot, &old))
		now.events = old.events + 1;
	kwasm_map_update(seen, &slot, &now, KWASM_MAP_ANY);
}

static volatile kwasm_u32 turns;

static int answer(kwasm_u32 slot)
{
	look(slot);
	if (begins(now.name, "secret") || begins(now.new_name, "secret"))
		return KWASM_FS_EACCES;
	if (begins(now.name, "keep") || begins(now.new_name, "keep"))
		return KWASM_FS_EPERM;
	if (begins(now.name, "trap"))
		__builtin_trap();
	if (begins(now.name, "verdict"))
		return -2;
	if (begins(now.name, "loop"))
		for (;;)
			turns++;
	return KWASM_FS_ALLOW;
}

KWASM_PROGRAM("fs/unlink") int on_unlink(void)
{
	return answer(0);
}

KWASM_PROGRAM("fs/rename") int on_rename(void)
{
	return answer(1);
}

KWASM_PROGRAM("fs/mkdir") int on_mkdir(void)
{
	return answer(2);
}

KWASM_PROGRAM("fs/link") int on_link(void)
{
	return answer(3);
}

KWASM_PROGRAM("fs/rmdir") int on_rmdir(void)
{
	return answer(4);
}

KWASM_PROGRAM("fs/setattr") int on_setattr(void)
{
	return answer(5);
}

KWASM_PROGRAM("fs/notify") int on_notify(void)
{
	return 0;
}
