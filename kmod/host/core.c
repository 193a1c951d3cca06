// SPDX-License-Identifier: GPL-2.0
/* kwasm_v1, and the table of all host functions. */
#include <linux/ktime.h>
#include <linux/nospec.h>
#include <linux/random.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include "../log.h"
#include "../module.h"
#include "../stubs.h"
#include "host.h"

#define RANDOM_CHUNK	4096	/* bytes between looks at the deadline */

KW_PROTO_I_III(kwasm_host_log)
{
	const u8 *text = kw_range(i, b, c);

	if (!text) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	return kwasm_log_write(kwasm_module_of(i)->log, a, text, c);
}

KW_PROTO_V_II(kwasm_host_abort)
{
	const u8 *text = kw_range(i, a, b);

	if (text)
		kwasm_log_write(kwasm_module_of(i)->log, 3, text, b);
	kw_raise(i, KW_TRAP_ABORT);
}

KW_PROTO_L_I(kwasm_host_time_ns)
{
	switch (a) {
	case 0:
		return ktime_get_ns();
	case 1:
		return ktime_get_boottime_ns();
	case 2:
		return ktime_get_real_ns();
	case 3:
		return ktime_get_clocktai_ns();
	default:
		return 0;
	}
}

KW_PROTO_I_II(kwasm_host_random_get)
{
	u8 *to = kw_range(i, a, b);
	u32 done, n;

	if (!to) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	for (done = 0; done < b && !kw_stopped(i); done += n) {
		n = min_t(u32, b - done, RANDOM_CHUNK);
		get_random_bytes(to + done, n);
	}
	return 0;
}

KW_PROTO_I_V(kwasm_host_cpu_id)
{
	return raw_smp_processor_id();
}

KW_PROTO_I_V(kwasm_host_numa_id)
{
	return cpu_to_node(raw_smp_processor_id());
}

/* Bytes copied; 0 from the end on. */
KW_PROTO_I_III(kwasm_host_config_read)
{
	const struct kwasm_module *m = kwasm_module_of(i);
	u8 *to = kw_range(i, b, c);
	u32 n;

	if (!to) {
		kw_raise(i, KW_TRAP_HOST_OOB);
		return 0;
	}
	if (a >= m->config_len)
		return 0;
	a = array_index_nospec(a, m->config_len);
	n = min(c, m->config_len - a);
	memcpy(to, m->config + a, n);
	return n;
}

void *const kwasm_host_fn[KW_NR_HOSTS] = {
	[KW_HOST_LOG] = kwasm_host_log,
	[KW_HOST_ABORT] = kwasm_host_abort,
	[KW_HOST_TIME_NS] = kwasm_host_time_ns,
	[KW_HOST_RANDOM_GET] = kwasm_host_random_get,
	[KW_HOST_CPU_ID] = kwasm_host_cpu_id,
	[KW_HOST_PKT_FIELD] = kwasm_host_pkt_field,
	[KW_HOST_PKT_LOAD] = kwasm_host_pkt_load,
	[KW_HOST_PKT_STORE] = kwasm_host_pkt_store,
	[KW_HOST_PKT_ST8] = kwasm_host_pkt_st8,
	[KW_HOST_PKT_ST16BE] = kwasm_host_pkt_st16be,
	[KW_HOST_PKT_ST32BE] = kwasm_host_pkt_st32be,
	[KW_HOST_PKT_SET_MARK] = kwasm_host_pkt_set_mark,
	[KW_HOST_MAP_LOOKUP] = kwasm_host_map_lookup,
	[KW_HOST_MAP_UPDATE] = kwasm_host_map_update,
	[KW_HOST_MAP_DELETE] = kwasm_host_map_delete,
	[KW_HOST_MAP_ADD64] = kwasm_host_map_add64,
	[KW_HOST_MAP_PUSH] = kwasm_host_map_push,
	[KW_HOST_MAP_POP] = kwasm_host_map_pop,
	[KW_HOST_MAP_PEEK] = kwasm_host_map_peek,
	[KW_HOST_RINGBUF_OUTPUT] = kwasm_host_ringbuf_output,
	[KW_HOST_PKT_CAPTURE] = kwasm_host_pkt_capture,
	[KW_HOST_PKT_ADJUST_HEAD] = kwasm_host_pkt_adjust_head,
	[KW_HOST_PKT_ADJUST_TAIL] = kwasm_host_pkt_adjust_tail,
	[KW_HOST_PKT_REDIRECT] = kwasm_host_pkt_redirect,
	[KW_HOST_PKT_SET_PRIORITY] = kwasm_host_pkt_set_priority,
	[KW_HOST_PKT_VLAN_PUSH] = kwasm_host_pkt_vlan_push,
	[KW_HOST_PKT_VLAN_POP] = kwasm_host_pkt_vlan_pop,
	[KW_HOST_PKT_L3_CSUM] = kwasm_host_pkt_l3_csum,
	[KW_HOST_PKT_L4_CSUM] = kwasm_host_pkt_l4_csum,
	[KW_HOST_PKT_CSUM_DIFF] = kwasm_host_pkt_csum_diff,
	[KW_HOST_NUMA_ID] = kwasm_host_numa_id,
	[KW_HOST_CONFIG_READ] = kwasm_host_config_read,
	[KW_HOST_PID_TGID] = kwasm_host_pid_tgid,
	[KW_HOST_UID_GID] = kwasm_host_uid_gid,
	[KW_HOST_COMM] = kwasm_host_comm,
	[KW_HOST_CGROUP_ID] = kwasm_host_cgroup_id,
	[KW_HOST_FS_EVENT] = kwasm_host_fs_event,
	[KW_HOST_FS_PATH] = kwasm_host_fs_path,
	[KW_HOST_FS_NAME] = kwasm_host_fs_name,
	[KW_HOST_FS_NEW_PATH] = kwasm_host_fs_new_path,
	[KW_HOST_FS_NEW_NAME] = kwasm_host_fs_new_name,
	[KW_HOST_FS_FIELD] = kwasm_host_fs_field,
	[KW_HOST_FS_READ] = kwasm_host_fs_read,
	[KW_HOST_FS_XATTR] = kwasm_host_fs_xattr,
};
