// SPDX-License-Identifier: GPL-2.0
/*
 * fs programs whose behaviour the file's name chooses, and which write down
 * what they saw in maps.
 */
#include <linux/kwasm_guest.h>

struct seen {
	kwasm_u64 events, inode, size, mode, pid_tgid, uid_gid, cgroup;
	kwasm_s32 path_len, read, xattr;
	kwasm_u32 mask;
	char path[128], name[64], comm[16];
	char bytes[16];
};

KWASM_META("name files");
KWASM_MAP(seen, array, kwasm_u32, struct seen, 4);
KWASM_RING(records, 4096);

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

	__builtin_memset(&now, 0, sizeof(now));
	now.mask = kwasm_fs_event();
	now.path_len = kwasm_fs_path(now.path, sizeof(now.path));
	kwasm_fs_name(now.name, sizeof(now.name));
	now.inode = kwasm_fs_field(KWASM_FS_FIELD_INODE);
	now.size = kwasm_fs_field(KWASM_FS_FIELD_SIZE);
	now.mode = kwasm_fs_field(KWASM_FS_FIELD_MODE);
	now.read = kwasm_fs_read(0, now.bytes, sizeof(now.bytes));
	now.pid_tgid = kwasm_pid_tgid();
	now.uid_gid = kwasm_uid_gid();
	now.cgroup = kwasm_cgroup_id();
	kwasm_comm(now.comm, sizeof(now.comm));
	if (!kwasm_map_lookup(seen, &slot, &old))
		now.events = old.events + 1;
	kwasm_map_update(seen, &slot, &now, KWASM_MAP_ANY);
}

static volatile kwasm_u32 turns;

/* What programs of their kind may not call: by way of the table, which load does not look behind. */
static int mark(void)
{
	return kwasm_pkt_set_mark(1);
}

static int capture(void)
{
	return kwasm_pkt_capture(records, 64);
}

static int process(void)
{
	return kwasm_pid_tgid() ? KWASM_NF_ACCEPT : KWASM_NF_DROP;
}

static int (*volatile const not_offered[])(void) = { mark, capture, process };

static int perm(kwasm_u32 slot)
{
	look(slot);
	if (begins(now.name, "secret"))
		return KWASM_FS_EACCES;
	if (begins(now.bytes, "EVIL"))
		return KWASM_FS_EPERM;
	if (begins(now.name, "trap"))
		__builtin_trap();
	if (begins(now.name, "verdict"))
		return -2;
	if (begins(now.name, "packet"))
		return not_offered[0]();
	if (begins(now.name, "capture"))
		return not_offered[1]();
	if (begins(now.name, "loop"))
		for (;;)
			turns++;
	return KWASM_FS_ALLOW;
}

KWASM_PROGRAM("fs/open_perm") int open_perm(void)
{
	return perm(0);
}

KWASM_PROGRAM("fs/access_perm") int access_perm(void)
{
	return perm(1);
}

KWASM_PROGRAM("fs/exec_perm") int exec_perm(void)
{
	return perm(2);
}

KWASM_PROGRAM("fs/notify") int notify(void)
{
	look(3);
	return 77;
}

/* What only process context has, on a packet. */
KWASM_PROGRAM("netfilter/ip/input") int packet(void)
{
	return not_offered[2]();
}
