/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * kwasm: WebAssembly in the kernel.  The interface of /dev/kwasm.
 *
 * Every object is a file descriptor: module, program, link, log, store,
 * instance, ring.  An object lives while a descriptor, another object that needs
 * it, or a pin (a name in the kernel's registry) holds it.
 *
 * Every request is one struct that begins with its size.  A shorter struct of
 * an older program reads as if zero-filled; a longer one is accepted if what
 * the kernel does not know is zero (else E2BIG).  Unknown flags and non-zero
 * padding are EINVAL.  The ioctl numbers never change with a struct's size.
 */
#ifndef _UAPI_LINUX_KWASM_H
#define _UAPI_LINUX_KWASM_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KWASM_DEVICE		"/dev/kwasm"
#define KWASM_ABI_VERSION	1

#define KWASM_NAME_LEN		64	/* with the terminating 0 */
#define KWASM_NR_TRAPS		32	/* counters per trap kind; indexed by the numbers of trap.def */
#define KWASM_BACKTRACE_MAX	16
#define KWASM_DEVICE_NAME_LEN	16	/* network device; with the terminating 0 */
#define KWASM_CONFIG_MAX	65536
#define KWASM_MAP_NAME_LEN	16	/* with the terminating 0 */
#define KWASM_LAYOUT_LEN	512	/* the like */
#define KWASM_GLOB_LEN		64	/* the like */
#define KWASM_PATH_LEN		256	/* the like; longer ones are cut */
#define KWASM_LOG_TEXT_MAX	256	/* longer ones are cut */

/* On /dev/kwasm.  Those that say "-> fd" return it. */
#define KWASM_IOC		0xbd
#define KWASM_FEATURE		_IO(KWASM_IOC, 0x00)	/* struct kwasm_feature */
#define KWASM_MODULE_LOAD	_IO(KWASM_IOC, 0x01)	/* struct kwasm_module_load -> fd */
#define KWASM_PROGRAM_CREATE	_IO(KWASM_IOC, 0x02)	/* struct kwasm_program_create -> fd */
#define KWASM_LINK_CREATE	_IO(KWASM_IOC, 0x03)	/* struct kwasm_link_create -> fd */
#define KWASM_LINK_UPDATE	_IO(KWASM_IOC, 0x04)	/* struct kwasm_link_update */
#define KWASM_LINK_DETACH	_IO(KWASM_IOC, 0x05)	/* struct kwasm_fd_arg: detach now, whoever holds it */
#define KWASM_OBJ_NEXT_ID	_IO(KWASM_IOC, 0x06)	/* struct kwasm_obj_id: ENOENT at the end */
#define KWASM_OBJ_GET_FD	_IO(KWASM_IOC, 0x07)	/* struct kwasm_obj_id (by id, or by name if id is 0) -> fd */
#define KWASM_OBJ_INFO		_IO(KWASM_IOC, 0x08)	/* struct kwasm_obj_info */
#define KWASM_OBJ_PIN		_IO(KWASM_IOC, 0x09)	/* struct kwasm_obj_pin: EEXIST if the name is taken */
#define KWASM_OBJ_UNPIN		_IO(KWASM_IOC, 0x0a)	/* struct kwasm_obj_id: a link without other holders detaches */
#define KWASM_LOG_OPEN		_IO(KWASM_IOC, 0x0b)	/* struct kwasm_fd_arg (module) -> fd: read(), poll() */
#define KWASM_TEST_RUN		_IO(KWASM_IOC, 0x0c)	/* struct kwasm_test_run */
#define KWASM_STORE_CREATE	_IO(KWASM_IOC, 0x0d)	/* struct kwasm_store_create -> fd */
#define KWASM_INSTANCE_CREATE	_IO(KWASM_IOC, 0x0e)	/* struct kwasm_instance_create -> fd */
#define KWASM_INSTANCE_CALL	_IO(KWASM_IOC, 0x0f)	/* struct kwasm_instance_call */
#define KWASM_INSTANCE_GLOBAL	_IO(KWASM_IOC, 0x10)	/* struct kwasm_instance_global */
#define KWASM_MODULE_PROGRAM	_IO(KWASM_IOC, 0x11)	/* struct kwasm_module_program: ENOENT at the end */
#define KWASM_MODULE_MAP	_IO(KWASM_IOC, 0x12)	/* struct kwasm_module_map: ENOENT at the end */
#define KWASM_TRANSACTION	_IO(KWASM_IOC, 0x13)	/* struct kwasm_transaction */
#define KWASM_LINK_STUB		_IO(KWASM_IOC, 0x17)	/* struct kwasm_link_stub */
#define KWASM_RING_CREATE	_IO(KWASM_IOC, 0x18)	/* struct kwasm_ring_create -> fd: mmap(), poll() */
#define KWASM_MODULE_CALL	_IO(KWASM_IOC, 0x19)	/* struct kwasm_module_call */

enum kwasm_obj_type {
	KWASM_OBJ_MODULE = 1,
	KWASM_OBJ_PROGRAM,
	KWASM_OBJ_LINK,
	KWASM_OBJ_STORE,
	KWASM_OBJ_INSTANCE,
	KWASM_OBJ_RING,
};

enum kwasm_mode {
	KWASM_MODE_AUTO,	/* guard where the kernel can and has room for all instances, else check */
	KWASM_MODE_GUARD,	/* memory bounds by unmapped pages; EOPNOTSUPP or ENOSPC when impossible */
	KWASM_MODE_CHECK,	/* memory bounds by compares */
};

/* What a trap, or a packet too short for what a program read, makes of the packet. */
enum kwasm_on_trap {
	KWASM_ON_TRAP_DROP,
	KWASM_ON_TRAP_ACCEPT,
	KWASM_ON_TRAP_DETACH,	/* accept this packet and detach the link */
};

enum kwasm_on_short {
	KWASM_ON_SHORT_DROP,
	KWASM_ON_SHORT_ACCEPT,
	KWASM_ON_SHORT_PROGRAM,	/* the program's verdict stands */
};

/* Results of netfilter programs. */
enum kwasm_nf_verdict {
	KWASM_NF_DROP,
	KWASM_NF_ACCEPT,
	KWASM_NF_NONE,		/* no opinion: the link's default */
	KWASM_NF_QUEUE,	/* a trap in families arp and netdev, which have no queues */
};

/**
 * struct kwasm_diag - why a module was refused
 * @reason: row of reason.def, 0 for none; libkwasm has the texts
 * @op:     1 + instruction at fault, 0 for none
 * @offset: byte offset in the module
 * @func:   function index, ~0 for none
 * @arg:    operands of the reason's text
 * @name:   import or export at fault, or empty
 */
struct kwasm_diag {
	__u16 reason;
	__u16 op;
	__u32 offset;
	__u32 func;
	__u32 pad;
	__u64 arg[2];
	char name[2 * KWASM_NAME_LEN];
};

struct kwasm_fd_arg {
	__u32 size;
	__s32 fd;
};

/**
 * struct kwasm_feature - what this kernel can do, and how much room there is
 * All out but @size.
 */
struct kwasm_feature {
	__u32 size;
	__u32 abi_version;
	__u32 guard_mode;		/* 1: works here */
	__u32 guard_why;		/* errno why not */
	__u64 guard_free;		/* how many more reservations fit, about */
	__u64 arena_bytes;
	__u64 arena_used_bytes;
	__u64 fault_sites;
	__u64 fault_sites_used;
	__u32 stack_bytes;
	__u32 nr_cpus;			/* possible CPUs: instances per packet program */
	__u64 hooks;			/* bit per enum kwasm_link_type that can attach here */
	__u32 lockdown;
	__u32 wasm_features;		/* KW_FEATURE_* */
	__u32 max_memory_pages;		/* of one memory */
	__u32 pad;
};

/* Flags of kwasm_module_load. */
#define KWASM_LOAD_P_FORM	0x1	/* for instances (typed calls in process context), not for packets */

/**
 * struct kwasm_module_load - validate and compile
 * @bytes:      user pointer, @len bytes; read once
 * @name:       shown in lists; taken from kwasm.meta when empty
 * @mode:       enum kwasm_mode
 * @memory_max: bytes per memory, lowers what the module asks; 0: its own limit
 * @config:     user pointer, @config_len bytes, at most KWASM_CONFIG_MAX: what config_read gives
 * @diag:       user pointer to a struct kwasm_diag, filled on refusal; may be 0
 * @map_fds:    user pointer to @nr_map_fds __s32: descriptors of BPF maps, and of rings
 *              (KWASM_RING_CREATE), one for each map line of kwasm.meta, in their order
 *
 * A module with programs gets its instances here, one per possible CPU: its
 * start function, _initialize and kwasm_init run once, and every instance
 * starts from the memory they left.
 *
 * Needs CAP_BPF or CAP_SYS_ADMIN in the initial user namespace.
 * Errors: ECANCELED kwasm_init answered other than 0, EFAULT one of the three trapped, ENOEXEC malformed, EINVAL invalid,
 * EOPNOTSUPP feature, mode, or an import that a program which reaches it may not call,
 * ENOENT import not known, E2BIG over a limit, ENOSPC no room in the arena or for guard regions,
 * EBADF not a BPF map, EACCES one that may not be used so, ENOMEM, EINTR, EPERM.
 */
struct kwasm_module_load {
	__u32 size;
	__u32 flags;
	__aligned_u64 bytes;
	__u64 len;
	char name[KWASM_NAME_LEN];
	__u32 mode;
	__u32 pad;
	__u64 memory_max;
	__aligned_u64 config;		/* bytes for config_read */
	__u64 config_len;
	__aligned_u64 diag;
	__aligned_u64 map_fds;
	__u32 nr_map_fds;
	__u32 pad2;
};

/**
 * struct kwasm_program_create - an export of a module, ready to attach
 * @export_name: e.g. "netfilter/ip/input"; its shape decides the program type
 *
 * @diag: reason when the export is missing (ENOENT) or has another signature (EINVAL)
 */
struct kwasm_program_create {
	__u32 size;
	__s32 module_fd;
	__u32 flags;
	__u32 pad;
	char export_name[KWASM_NAME_LEN];
	__aligned_u64 diag;
};

/* Flags of kwasm_module_program. */
#define KWASM_PROGRAM_CALLS	0x1	/* the functions call/<name>, not what can be attached */

/**
 * struct kwasm_module_program - which exports of a module can be programs
 * @index:       counts up from 0, over the exports whose names say a hook this kernel has
 * @export_name: out
 */
struct kwasm_module_program {
	__u32 size;
	__s32 module_fd;
	__u32 index;
	__u32 flags;
	char export_name[KWASM_NAME_LEN];
};

/**
 * struct kwasm_module_map - which maps a module uses
 * @index:  counts up from 0, in the order of kwasm.meta
 * @type:   out: enum bpf_map_type
 * @map_id: out: BPF's id of the map, for BPF_MAP_GET_FD_BY_ID; of type
 *          BPF_MAP_TYPE_RINGBUF: id of a ring, for KWASM_OBJ_GET_FD
 * @handle: out: what the guest calls it by
 * @layout: user pointer to KWASM_LAYOUT_LEN bytes, or 0; out: text of its layout
 *          line, "key=... value=...", terminated; empty if it has none
 */
struct kwasm_module_map {
	__u32 size;
	__s32 module_fd;
	__u32 index;
	__u32 type;
	__u32 map_id;
	__u32 handle;
	__u32 key_bytes;
	__u32 value_bytes;
	__u32 max_entries;
	__u32 pad;
	__aligned_u64 layout;
	char name[KWASM_MAP_NAME_LEN];
};

enum kwasm_link_type {
	KWASM_LINK_NETFILTER = 1,
	KWASM_LINK_XDP = 2,
	KWASM_LINK_TC = 3,
	KWASM_LINK_FS = 4,
	KWASM_LINK_TIMER = 5,
};

/* kwasm_link_create.netfilter.hook of links of type KWASM_LINK_TC. */
enum kwasm_tc_hook {
	KWASM_TC_INGRESS,
	KWASM_TC_EGRESS,
};

/* What a link of type KWASM_LINK_FS watches. */
enum kwasm_fs_scope {
	KWASM_FS_SCOPE_DIR,		/* a directory and what is in it, not deeper */
	KWASM_FS_SCOPE_FILE,		/* one file, under whatever name */
	KWASM_FS_SCOPE_SUBTREE,		/* a directory and all below it in the same filesystem */
	KWASM_FS_SCOPE_SUPERBLOCK,	/* all of a filesystem, through whatever mount */
	KWASM_FS_SCOPE_MOUNT,		/* what is opened through one mount; EOPNOTSUPP before Linux 6.10 */
};

/* Events of fs/notify programs, and what kwasm_fs_v1.event() answers. */
#define KWASM_FS_CREATE		0x001
#define KWASM_FS_DELETE		0x002
#define KWASM_FS_MODIFY		0x004
#define KWASM_FS_MOVED_FROM	0x008	/* away from a directory, or from a name */
#define KWASM_FS_MOVED_TO	0x010
#define KWASM_FS_ATTRIB		0x020	/* mode, owner, times, extended attributes */
#define KWASM_FS_CLOSE_WRITE	0x040	/* a file that was open for writing */
#define KWASM_FS_NOTIFY_ALL	0x07f
#define KWASM_FS_OPEN_PERM	0x080	/* not for kwasm_link_create: the program's name says these */
#define KWASM_FS_ACCESS_PERM	0x100
#define KWASM_FS_EXEC_PERM	0x200
#define KWASM_FS_UNLINK		0x400	/* these as well: asked through BPF's LSM hooks */
#define KWASM_FS_RENAME		0x800
#define KWASM_FS_MKDIR		0x1000
#define KWASM_FS_LINK		0x2000
#define KWASM_FS_RMDIR		0x4000
#define KWASM_FS_SETATTR	0x8000
#define KWASM_FS_LSM_ALL	0xfc00

/* What kwasm_fs_v1.field() answers to fs/setattr's KWASM_FS_FIELD_CHANGES. */
#define KWASM_FS_SET_MODE	0x1
#define KWASM_FS_SET_UID	0x2
#define KWASM_FS_SET_GID	0x4
#define KWASM_FS_SET_SIZE	0x8
#define KWASM_FS_SET_TIMES	0x10

/**
 * struct kwasm_link_create - attach
 * @netns_fd:    namespace, or -1 for the caller's
 * @deadline_ns: 0 for the default (1 ms; fs: 100 ms, at most 10 s); lower than the module's own limit only
 * @quarantine:  traps in a row after which the link detaches itself; 0 default (16), ~0 never
 *
 * KWASM_LINK_TIMER: on_trap DROP and ACCEPT both mean to go on with the last
 * period; on_short, default_verdict and netns_fd mean nothing.  Needs CAP_BPF or
 * CAP_SYS_ADMIN in the initial user namespace.
 *
 * KWASM_LINK_NETFILTER: needs CAP_NET_ADMIN over the network namespace.  Errors: EAFNOSUPPORT family,
 * EINVAL hook or device, ENXIO no such device, EOPNOTSUPP not in this kernel.
 *
 * KWASM_LINK_FS needs CAP_SYS_ADMIN in the initial user namespace.  on_trap
 * DROP denies with EPERM, ACCEPT allows; on_short and default_verdict are 0.
 * Errors: EBADF path_fd, ENOTDIR or EISDIR the scope is for the other kind,
 * EINVAL events that do not reach the scope, EOPNOTSUPP a scope this kernel or
 * filesystem cannot watch.  Programs fs/unlink, fs/rename, fs/mkdir, fs/rmdir,
 * fs/link and fs/setattr are called once the link has its BPF program: struct
 * kwasm_link_stub.
 */
struct kwasm_link_create {
	__u32 size;
	__s32 program_fd;
	__u32 type;			/* enum kwasm_link_type */
	__u32 flags;
	__s32 netns_fd;
	__u32 on_trap;			/* enum kwasm_on_trap */
	__u32 on_short;			/* enum kwasm_on_short */
	__u32 default_verdict;		/* of "no opinion": KWASM_NF_DROP or KWASM_NF_ACCEPT */
	__u64 deadline_ns;
	__u32 quarantine;
	__s32 order;			/* among the links of one place, lower comes first; else by age */
	struct {
		__u32 family;		/* NFPROTO_INET, _IPV4, _IPV6, _ARP, _BRIDGE, _NETDEV */
		__u32 hook;		/* of that family: enum nf_inet_hooks, nf_dev_hooks, NF_ARP_*; tc: enum kwasm_tc_hook */
		__s32 priority;
		__u16 queue;		/* number of KWASM_NF_QUEUE's queue */
		__u16 flags;		/* KWASM_NF_* */
		char device[KWASM_DEVICE_NAME_LEN];	/* of ingress and egress hooks, XDP and tc */
	} netfilter;
	struct {
		__s32 path_fd;		/* the file or directory; O_PATH will do */
		__u32 scope;		/* enum kwasm_fs_scope */
		__u32 events;		/* KWASM_FS_*, for fs/notify; else 0 */
		__u32 pad;
		char glob[KWASM_GLOB_LEN];	/* of the last component: * ? [a-z] [!a-z]; empty: any */
	} fs;
	struct {
		__u64 every_ns;		/* until the first call, and after a trap: 1 ms to 1 day */
		__u32 flags;		/* KWASM_TIMER_* */
		__u32 pad;
	} timer;
};

/* Flags of kwasm_link_create.timer */
#define KWASM_TIMER_ALL_CPUS	0x1	/* on each CPU that is online now, else on the caller's */

/* Flags of kwasm_link_create.netfilter */
#define KWASM_NF_QUEUE_BYPASS	0x1	/* accept when nobody listens to the queue, instead of drop */

/* Flags of kwasm_link_create */
#define KWASM_LINK_PREPARED	0x1	/* all is ready, but it runs only after a step with KWASM_STEP_ENABLE or _TAKE_OVER */

/* Replace the program behind a link: every packet sees the old one or the new one. */
struct kwasm_link_update {
	__u32 size;
	__s32 link_fd;
	__s32 program_fd;
	__s32 old_program_fd;		/* -1, or: EBUSY unless this one is attached */
	__u32 flags;
	__u32 pad;
};

/* What a step does, or-ed; DETACH stands alone. */
#define KWASM_STEP_ENABLE	0x1	/* a prepared link runs from now on */
#define KWASM_STEP_REPLACE	0x2	/* another program behind it */
#define KWASM_STEP_ORDER	0x4	/* another place among the links of its place */
#define KWASM_STEP_DETACH	0x8
#define KWASM_STEP_TAKE_OVER	0x10	/* a prepared link runs, another one of its type detaches */
#define KWASM_STEP_POLICY	0x20	/* another policy */

/**
 * struct kwasm_step - what becomes of one link
 * @what:           KWASM_STEP_*
 * @program_fd:     REPLACE
 * @old_program_fd: REPLACE: -1, or: EBUSY unless this one is attached
 * @order:          ORDER, else 0
 * @old_link_fd:    TAKE_OVER: the one that detaches; else 0
 * @generation:     ORDER: 0, or: EAGAIN unless the place's is this; else 0
 * @on_trap:        and the four that follow: POLICY, as in struct kwasm_link_create; else 0
 *
 * TAKE_OVER: at the same place a call runs the old link or the new one.  At two
 * places both run for a moment, so that what passes them meanwhile meets one
 * or the other, or both; only a packet that waits in a queue between them may
 * meet none, and an event of a file that is under way.
 * POLICY: calls that are under way end by the new one already.
 */
struct kwasm_step {
	__u32 what;
	__s32 link_fd;
	__s32 program_fd;
	__s32 old_program_fd;
	__s32 order;
	__s32 old_link_fd;
	__u32 on_trap;
	__u32 on_short;
	__u32 default_verdict;
	__u32 quarantine;
	__u64 deadline_ns;
	__u32 generation;
	__u32 pad;
};

/**
 * struct kwasm_transaction - change several links at once, or none of them
 * @steps:      user pointer to @nr_steps struct kwasm_step, 1 .. 256, no link twice
 * @failed:     out: the step that failed, ~0 if it was none
 * @step_bytes: size of struct kwasm_step; 0: up to @old_link_fd
 *
 * A call of a place (for netfilter: of one hook at one priority) runs all of
 * its links as they were, or all as they will be.  Needs what each step alone
 * would need.  Errors: EEXIST a link twice, ENOLINK it is detached, EBUSY, EAGAIN,
 * EINVAL, ENOMEM, EPERM, EBADF; EOPNOTSUPP links of this type have no order.
 */
struct kwasm_transaction {
	__u32 size;
	__u32 nr_steps;
	__aligned_u64 steps;
	__u32 flags;
	__u32 failed;
	__u32 step_bytes;
	__u32 pad;
};

/* Flags of kwasm_link_stub */
#define KWASM_STUB_TC_FILTER	0x1	/* a filter of kind bpf instead of a BPF link; type TC only */

/**
 * struct kwasm_link_stub - hand over that by which a link is called
 * @bpf_link_fd: of a BPF program that calls kwasm_xdp(), kwasm_tc(), or
 *               kwasm_lsm_unlink() and the like, with the handle in struct
 *               kwasm_link_info; put when the link detaches
 * @tc_handle, @tc_priority: with KWASM_STUB_TC_FILTER: the filter at the
 *               device's clsact qdisc that is deleted then, for kernels
 *               without BPF links at tc (before Linux 6.6)
 *
 * Links of types XDP and TC, and those of type FS that LSM hooks call; once (EALREADY).
 */
struct kwasm_link_stub {
	__u32 size;
	__s32 link_fd;
	__s32 bpf_link_fd;
	__u32 flags;
	__u32 tc_handle;
	__u32 tc_priority;		/* 1 .. 65535 */
};

struct kwasm_obj_id {
	__u32 size;
	__u32 type;			/* enum kwasm_obj_type */
	__u32 id;			/* NEXT_ID: in: look behind; out: what was found */
	__u32 flags;
	char name[KWASM_NAME_LEN];	/* a pin's name */
};

struct kwasm_obj_pin {
	__u32 size;
	__s32 fd;
	char name[KWASM_NAME_LEN];
};

/* @info: user pointer to the struct of the object's type, @info_len bytes; out: bytes the kernel has. */
struct kwasm_obj_info {
	__u32 size;
	__s32 fd;
	__u32 info_len;
	__u32 type;			/* out: enum kwasm_obj_type */
	__aligned_u64 info;
};

struct kwasm_module_info {
	__u32 id;
	__u32 mode;			/* enum kwasm_mode, GUARD or CHECK */
	char name[KWASM_NAME_LEN];
	char version[KWASM_NAME_LEN];
	char license[KWASM_NAME_LEN];
	char pin[KWASM_NAME_LEN];
	__u8 sha256[32];		/* of the bytes as loaded */
	__u64 wasm_bytes;
	__u64 code_bytes;
	__u64 fault_sites;
	__u64 memory_bytes;		/* of all instances together */
	__u64 loaded_ns;		/* CLOCK_BOOTTIME */
	__u64 compile_ns;
	__u32 nr_funcs;
	__u32 nr_instances;
	__u32 nr_programs;
	__u32 loader_uid;
	__u32 on_trap;			/* what kwasm.meta asks for: enum kwasm_on_trap, ~0 nothing */
	__u32 pad;
	__u64 deadline_ns;		/* the like, 0 nothing */
};

struct kwasm_program_info {
	__u32 id;
	__u32 module_id;
	char export_name[KWASM_NAME_LEN];
	char pin[KWASM_NAME_LEN];
	__u32 func;
	__u32 nr_links;
};

/* The last trap of a link. */
struct kwasm_trap_info {
	__u32 kind;			/* trap.def; 0: none yet */
	__u32 func;
	__u32 offset;			/* byte offset in the module */
	__u32 nr_bt;
	__u64 at_ns;			/* CLOCK_BOOTTIME */
	struct {
		__u32 func;
		__u32 offset;
	} bt[KWASM_BACKTRACE_MAX];
};

struct kwasm_link_info {
	__u32 id;
	__u32 type;			/* enum kwasm_link_type */
	__u32 program_id;
	__u32 module_id;
	char pin[KWASM_NAME_LEN];
	char module_name[KWASM_NAME_LEN];
	char export_name[KWASM_NAME_LEN];
	__u32 on_trap;
	__u32 on_short;
	__u32 default_verdict;
	__u32 quarantine;
	__u64 deadline_ns;
	__u32 detached;			/* 1: hook gone (why: @detach_why) */
	__u32 detach_why;		/* enum kwasm_detach_why */
	__u64 netns_ino;
	__u32 nf_family;
	__u32 nf_hook;
	__s32 nf_priority;
	__u32 pad;
	/* counters, summed over CPUs */
	__u64 calls;
	__u64 time_ns;			/* inside the program; on packets and by timers measured on one of a CPU's calls in 61 and scaled */
	__u64 verdict[8];		/* by the program's result */
	__u64 short_reads;		/* calls that ended with a load past the packet unread */
	__u64 busy;			/* calls answered by policy while an instance was being restored */
	__u64 recursion;
	__u64 traps[KWASM_NR_TRAPS];
	struct kwasm_trap_info last_trap;
	char nf_device[KWASM_DEVICE_NAME_LEN];	/* as it was called when the link was made */
	__u16 nf_queue;
	__u16 nf_flags;
	__s32 order;
	__u32 prepared;			/* 1: attached, but not enabled yet */
	__u32 generation;		/* of its place: another one after each link that came, went or was changed there; 0: types without order */
	__u32 fs_scope;
	__u32 fs_events;		/* KWASM_FS_* */
	__u64 fs_inode;
	char fs_path[KWASM_PATH_LEN];	/* as the caller saw it when the link was made */
	char fs_glob[KWASM_GLOB_LEN];
	__u64 timer_every_ns;
	__u32 timer_flags;
	__u32 timer_armed;		/* on so many CPUs: 0: each has answered 0 */
	__u32 stub_handle;		/* what the BPF program of an XDP or tc link passes to kwasm_xdp(), kwasm_tc() */
	__u32 ifindex;			/* of the device of an XDP or tc link, when it was made; its name: nf_device */
};

enum kwasm_detach_why {
	KWASM_DETACH_NONE,
	KWASM_DETACH_USER,
	KWASM_DETACH_NETNS,
	KWASM_DETACH_QUARANTINE,
	KWASM_DETACH_ON_TRAP,
	KWASM_DETACH_DEVICE,	/* the network device went, or to another namespace */
	KWASM_DETACH_GONE,	/* what it watched: file deleted, filesystem unmounted */
};

/**
 * struct kwasm_test_run - run a program once (or more) on a given packet
 * @data_in:  packet, @data_in_len bytes; of a netfilter program from its network
 *            header, at XDP and tc from its Ethernet header (EINVAL: not even that);
 *            a timer's program has none (EINVAL)
 * @data_out: may be 0; the packet afterwards; data_out_len in: room, out: length
 * @redirect_ifindex: XDP, tc: with the result redirect, the device asked for, which
 *            nothing is sent to; 0 if none was
 * Trap: retval is not set, @trap says why.
 * EOPNOTSUPP: a program on files.
 *
 * At XDP and tc the packet is one of the loopback device of the caller's network
 * namespace.  Its tail is moved after the last run; if that cannot be, @retval is
 * XDP_ABORTED or TC_ACT_SHOT, as at a device.  Each run gets what the one before
 * left, but an XDP packet begins and ends where it did.
 *
 * The program runs in the instance of the CPU it is called on, as for a real
 * packet, so what it remembers of the packet it remembers.
 */
struct kwasm_test_run {
	__u32 size;
	__s32 program_fd;
	__u32 repeat;			/* 0 is 1; at most 1000000 */
	__u32 flags;
	__aligned_u64 data_in;
	__aligned_u64 data_out;
	__u32 data_in_len;
	__u32 data_out_len;
	__u32 retval;
	__u32 pad;
	__u64 duration_ns;		/* average of one run */
	struct kwasm_trap_info trap;
	__u32 short_read;		/* 1: ended with a load past the packet unread */
	__u32 mark;			/* out: the packet's mark */
	__u32 redirect_ifindex;		/* out */
	__u32 redirect_ingress;		/* out: 1: tc: to come in there */
};

/**
 * struct kwasm_log_record - what read() of a log descriptor returns, one after the other
 * @bytes:   of the whole record, multiple of 8: where the next one begins
 * @len:     of the text behind this header, not terminated
 * @level:   those of syslog
 * @lost:    records dropped between the one before and this one: rate limit, or read too late
 *
 * read() gives as many whole records as fit and blocks for the first unless
 * O_NONBLOCK; EINVAL if @buf has no room for one.  It returns 0 once the
 * module is gone.  A descriptor starts with the oldest record still there.
 */
struct kwasm_log_record {
	__u32 bytes;
	__u16 len;
	__u8 level;
	__u8 pad;
	__u32 cpu;
	__u32 lost;
	__u64 at_ns;			/* CLOCK_BOOTTIME */
	char text[];
};

/**
 * struct kwasm_store_create - a store for instances of modules loaded with KWASM_LOAD_P_FORM
 * @mode: enum kwasm_mode: modules must have been loaded in it.  AUTO is decided here, by whether
 *        there is room for one more memory in guard mode; KWASM_INSTANCE_CREATE fails with ENOSPC
 *        when there is none any more, and store and modules have to be made again in check mode
 */
struct kwasm_store_create {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u32 max_memory_pages;
};

/* An import: item @export_name of instance @instance_fd; -1 for one the host provides. */
struct kwasm_import {
	__s32 instance_fd;
	__u32 pad;
	__aligned_u64 export_name;	/* user pointer */
	__u64 export_name_len;
};

/**
 * struct kwasm_instance_create - instantiate a module loaded with KWASM_LOAD_P_FORM, run its start function
 * @imports: user pointer to @nr_imports structs, in the module's order
 * @trap:    out: kind, when a segment or the start function trapped (EFAULT)
 */
struct kwasm_instance_create {
	__u32 size;
	__s32 store_fd;
	__s32 module_fd;
	__u32 nr_imports;
	__aligned_u64 imports;
	__aligned_u64 diag;
	__u32 flags;
	__u32 trap;
};

struct kwasm_value {
	__u64 lo;
	__u64 hi;
};

/**
 * struct kwasm_instance_call - call an exported function
 * @values:  user pointer to max(nr_args, nr_results) struct kwasm_value: arguments in, results out
 * @trap:    out; kind KW_TRAP_NONE after a normal return
 * Killable; deadline_ns 0: only signals end it.
 */
struct kwasm_instance_call {
	__u32 size;
	__s32 instance_fd;
	__aligned_u64 export_name;
	__u64 export_name_len;
	__aligned_u64 values;
	__u32 nr_args;
	__u32 nr_results;		/* in: room; out: how many there are */
	__u64 deadline_ns;
	__u32 flags;
	__u32 pad;
	struct kwasm_trap_info trap;
};

/* Flags of kwasm_module_call. */
#define KWASM_CALL_RESET	0x1	/* first put the instance back as it was after the load */
#define KWASM_CALL_TYPES	0x2	/* only say the types */

/**
 * struct kwasm_module_call - call a function call/<name> of a module
 * @export_name: with "call/"
 * @values:      user pointer to max(@nr_args, number of results) struct kwasm_value: arguments in, results out
 * @types:       user pointer to @nr_types bytes, or 0; out: value types as WebAssembly
 *               writes them, of the parameters, then of the results
 * @nr_types:    in: room; out: how many there are
 * @deadline_ns: 0: as long as it takes, but for the module's own limit
 * @trap:        out; kind KW_TRAP_NONE after a normal return
 *
 * The module has one instance for all its calls: they wait for each other, and
 * find the memory that the last one left, also if that trapped.  It runs in
 * process context; a fatal signal ends it.  Needs CAP_BPF or CAP_SYS_ADMIN in
 * the initial user namespace.
 *
 * Errors: ENOENT no such function, EINVAL other numbers of arguments than it has,
 * or room for fewer results, then nr_args, nr_results and nr_types are what it has;
 * EAGAIN the instance was taken for all of the deadline, EINTR, ENOMEM.
 */
struct kwasm_module_call {
	__u32 size;
	__s32 module_fd;
	char export_name[KWASM_NAME_LEN];
	__aligned_u64 values;
	__aligned_u64 types;
	__u32 nr_args;
	__u32 nr_results;		/* in: room; out: how many there are */
	__u32 nr_types;
	__u32 flags;
	__u64 deadline_ns;
	struct kwasm_trap_info trap;
};

struct kwasm_instance_global {
	__u32 size;
	__s32 instance_fd;
	__aligned_u64 export_name;
	__u64 export_name_len;
	struct kwasm_value value;	/* out */
	__u32 type;			/* out: value type byte */
	__u32 pad;
};

/**
 * struct kwasm_ring_create - a ring that guests write records into and one reader takes them out of
 * @bytes: of records, a power of two from 4096 to 64 MiB, whole pages
 * @name:  shown in lists; may be empty
 *
 * A page for the reader's position, a page for the writer's, then the records,
 * which appear twice in a row so that none is ever in two pieces: what a BPF
 * ring buffer looks like, and is read in the same way.  The first page is
 * mapped alone, at offset 0, shared and writable, by one process (EBUSY while
 * another has it); all else read-only, from offset 1 page on.
 *
 * The positions are u64 and only grow; a record is at (position % @bytes), a
 * multiple of 8.  The writer never waits: what does not fit is counted, and the
 * next record says how many are missing.
 *
 * poll(): POLLIN while positions differ, POLLHUP while no module writes it.
 */
struct kwasm_ring_create {
	__u32 size;
	__u32 bytes;
	__u32 flags;
	__u32 pad;
	char name[KWASM_MAP_NAME_LEN];
};

/* In kwasm_ring_record.len, as in a BPF ring buffer's. */
#define KWASM_RING_BUSY		0x80000000	/* being written: it and what follows is not there yet */
#define KWASM_RING_DISCARD	0x40000000	/* to be skipped */

enum kwasm_ring_kind {
	KWASM_RING_OUTPUT,	/* of ringbuf_output: the guest's bytes */
	KWASM_RING_CAPTURE,	/* of capture: struct kwasm_capture and the packet */
};

/**
 * struct kwasm_ring_record - what stands before each record's bytes
 * @len:  of the bytes behind this header, with the flags above; the next record is
 *        behind them, rounded up to 8
 * @kind: enum kwasm_ring_kind
 * @lost: records that did not fit since the one before; 65535: so many or more
 */
struct kwasm_ring_record {
	__u32 len;
	__u8 kind;
	__u8 pad;
	__u16 lost;
};

/**
 * struct kwasm_capture - what a captured packet begins with
 * @at_ns:  CLOCK_REALTIME
 * @packet_bytes: of the packet; what is behind this struct may be less
 * @link_type: of what is behind: LINKTYPE_RAW (101), an IP packet, or
 *          LINKTYPE_ETHERNET (1): at XDP and tc what the packet has
 * @protocol: Ethernet type, host order
 */
struct kwasm_capture {
	__u64 at_ns;
	__u32 packet_bytes;
	__u16 link_type;
	__u16 protocol;
	__u32 ifindex_in;		/* 0: none */
	__u32 ifindex_out;
	__u32 mark;
	__u32 cpu;
	__u8 family;			/* NFPROTO_* of the hook; 0 at XDP and tc */
	__u8 hook;			/* at tc: enum kwasm_tc_hook */
	__u8 type;			/* of the link: enum kwasm_link_type */
	__u8 pad[5];
};

struct kwasm_ring_info {
	__u32 id;
	__u32 bytes;
	__u64 records;			/* written, ever */
	__u64 lost;			/* that did not fit, or were larger than a record may be */
	__u64 pending_bytes;		/* written and not yet taken */
	__u32 nr_modules;		/* that may write it */
	__u32 has_reader;
	char name[KWASM_MAP_NAME_LEN];
	char pin[KWASM_NAME_LEN];
};

#endif /* _UAPI_LINUX_KWASM_H */
