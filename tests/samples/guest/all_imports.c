// SPDX-License-Identifier: GPL-2.0
/* Calls every import the guest header declares, so that `check` compares every type. */
#include <linux/kwasm_guest.h>

static char buf[64];

KWASM_PROGRAM("netfilter/inet/input") int all(void)
{
	kwasm_u64 n = kwasm_time_ns(KWASM_CLOCK_MONOTONIC);

	n += kwasm_log(KWASM_LOG_INFO, buf, sizeof(buf)) + kwasm_random_get(buf, sizeof(buf));
	n += kwasm_cpu_id() + kwasm_pkt_len() + kwasm_pkt_err();
	n += kwasm_pkt_ld8(0) + kwasm_pkt_ld16(0) + kwasm_pkt_ld32(0) + kwasm_pkt_ld64(0);
	n += kwasm_pkt_ld16be(0) + kwasm_pkt_ld32be(0) + kwasm_pkt_ld64be(0);
	n += kwasm_pkt_ld8_or(0, 1) + kwasm_pkt_ld16_or(0, 1) + kwasm_pkt_ld32_or(0, 1);
	n += kwasm_pkt_ld64_or(0, 1) + kwasm_pkt_ld16be_or(0, 1) + kwasm_pkt_ld32be_or(0, 1);
	n += kwasm_pkt_ld64be_or(0, 1) + kwasm_pkt_field(KWASM_FIELD_MARK);
	n += kwasm_pkt_load(0, buf, 4) + kwasm_pkt_store(0, buf, 4, 0) + kwasm_pkt_set_mark(1);
	n += kwasm_pkt_st8(0, 1) + kwasm_pkt_st16be(0, 1) + kwasm_pkt_st32be(0, 1);
	if (n == 42)
		KWASM_ABORT("forty-two");
	return KWASM_NF_ACCEPT;
}

KWASM_PROGRAM("fs/open_perm") int all_of_files(void)
{
	kwasm_u64 n = kwasm_pid_tgid() + kwasm_uid_gid() + kwasm_cgroup_id() + kwasm_comm(buf, sizeof(buf));

	n += kwasm_fs_event() + kwasm_fs_path(buf, sizeof(buf)) + kwasm_fs_name(buf, sizeof(buf));
	n += kwasm_fs_new_path(buf, sizeof(buf)) + kwasm_fs_new_name(buf, sizeof(buf));
	n += kwasm_fs_field(KWASM_FS_FIELD_SIZE) + kwasm_fs_read(0, buf, sizeof(buf));
	n += kwasm_fs_xattr("user.x", 6, buf, sizeof(buf));
	if (n == 42)
		KWASM_ABORT("forty-two");
	return KWASM_FS_ALLOW;
}
