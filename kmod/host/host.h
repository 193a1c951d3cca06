/* SPDX-License-Identifier: GPL-2.0 */
/* C functions of host.def, called from guest code through stubs: BH off in S form, where they may not sleep. */
#ifndef KWASM_HOST_H
#define KWASM_HOST_H

#include "../../jit/rt/bind.h"
#include "../../jit/rt/rt.h"

/* kwasm_v1 */
KW_PROTO_I_III(kwasm_host_log);
KW_PROTO_V_II(kwasm_host_abort);
KW_PROTO_L_I(kwasm_host_time_ns);
KW_PROTO_I_II(kwasm_host_random_get);
KW_PROTO_I_V(kwasm_host_cpu_id);

KW_PROTO_I_V(kwasm_host_numa_id);
KW_PROTO_I_III(kwasm_host_config_read);
KW_PROTO_I_IIII(kwasm_host_ringbuf_output);

KW_PROTO_I_III(kwasm_host_map_lookup);
KW_PROTO_I_IIII(kwasm_host_map_update);
KW_PROTO_I_II(kwasm_host_map_delete);
KW_PROTO_I_IIILI(kwasm_host_map_add64);
KW_PROTO_I_III(kwasm_host_map_push);
KW_PROTO_I_II(kwasm_host_map_pop);
KW_PROTO_I_II(kwasm_host_map_peek);

/* kwasm_pkt_v1 */
KW_PROTO_L_I(kwasm_host_pkt_field);
KW_PROTO_I_III(kwasm_host_pkt_load);
KW_PROTO_I_IIII(kwasm_host_pkt_store);
KW_PROTO_I_II(kwasm_host_pkt_st8);
KW_PROTO_I_II(kwasm_host_pkt_st16be);
KW_PROTO_I_II(kwasm_host_pkt_st32be);
KW_PROTO_I_I(kwasm_host_pkt_set_mark);
KW_PROTO_I_I(kwasm_host_pkt_adjust_head);
KW_PROTO_I_I(kwasm_host_pkt_adjust_tail);
KW_PROTO_I_II(kwasm_host_pkt_redirect);
KW_PROTO_I_II(kwasm_host_pkt_capture);
KW_PROTO_I_IIII(kwasm_host_pkt_l3_csum);
KW_PROTO_I_IIII(kwasm_host_pkt_l4_csum);
KW_PROTO_L_IIIII(kwasm_host_pkt_csum_diff);
KW_PROTO_I_I(kwasm_host_pkt_set_priority);
KW_PROTO_I_II(kwasm_host_pkt_vlan_push);
KW_PROTO_I_V(kwasm_host_pkt_vlan_pop);

/* kwasm_v1 and kwasm_fs_v1, in process context only */
KW_PROTO_L_V(kwasm_host_pid_tgid);
KW_PROTO_L_V(kwasm_host_uid_gid);
KW_PROTO_I_II(kwasm_host_comm);
KW_PROTO_L_V(kwasm_host_cgroup_id);
KW_PROTO_I_V(kwasm_host_fs_event);
KW_PROTO_I_II(kwasm_host_fs_path);
KW_PROTO_I_II(kwasm_host_fs_name);
KW_PROTO_I_II(kwasm_host_fs_new_path);
KW_PROTO_I_II(kwasm_host_fs_new_name);
KW_PROTO_L_I(kwasm_host_fs_field);
KW_PROTO_I_LII(kwasm_host_fs_read);
KW_PROTO_I_IIII(kwasm_host_fs_xattr);

#endif /* KWASM_HOST_H */
