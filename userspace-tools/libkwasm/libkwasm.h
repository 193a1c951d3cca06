/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * libkwasm: load WebAssembly into the kernel and attach it.
 *
 * Conventions, those of libbpf:
 *  - Functions that return int give 0 (or what they are for, such as a
 *    descriptor) or a negative errno; errno is set as well.  Functions that
 *    return a pointer give NULL with errno set.
 *  - Options go through structs that begin with their size: make them with
 *    LIBKWASM_OPTS(), NULL means all defaults.
 *  - Objects are opaque.  Calls on different objects may run in different
 *    threads; calls on one object must not overlap.
 *  - Nothing is printed unless libkwasm_set_print() was given a function.
 *
 * Two layers: below, one function for each ioctl of <linux/kwasm.h>; above
 * them, modules, programs and links as objects.  A runner for tests without a
 * kernel stands beside.
 */
#ifndef LIBKWASM_H
#define LIBKWASM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/kwasm.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef LIBKWASM_API
#define LIBKWASM_API	__attribute__((visibility("default")))
#endif

#define LIBKWASM_MAJOR_VERSION	0
#define LIBKWASM_MINOR_VERSION	1
#define LIBKWASM_PATCH_VERSION	0

/* "0.1.0": of the library that runs, not of this header. */
LIBKWASM_API const char *libkwasm_version_string(void);

enum libkwasm_print_level {
	LIBKWASM_WARN,
	LIBKWASM_INFO,
	LIBKWASM_DEBUG,
};

typedef int (*libkwasm_print_fn_t)(enum libkwasm_print_level level, const char *fmt, va_list ap);

/* Who gets the library's messages; NULL: nobody.  Return: who got them before. */
LIBKWASM_API libkwasm_print_fn_t libkwasm_set_print(libkwasm_print_fn_t fn);

/**
 * LIBKWASM_OPTS() - define an options struct with its size filled in
 *
 *	LIBKWASM_OPTS(kwasm_netfilter_opts, o, .priority = -150);
 */
#define LIBKWASM_OPTS(type, name, ...) \
	struct type name = { .sz = sizeof(struct type), ##__VA_ARGS__ }

/* ---- Layer 1: one function for each ioctl ------------------------------ */

/* What this kernel can do.  -ENODEV: /dev/kwasm does not exist. */
LIBKWASM_API int kwasm_feature_get(struct kwasm_feature *out);

struct kwasm_module_load_opts {
	size_t sz;
	const char *name;
	__u32 flags;			/* KWASM_LOAD_* */
	__u32 mode;			/* enum kwasm_mode */
	__u64 memory_max;		/* bytes */
	const void *config;
	size_t config_sz;
	struct kwasm_diag *diag;	/* filled in on a refusal */
	const __s32 *map_fds;		/* one for each map the module declares, in that order */
	__u32 nr_map_fds;
	size_t :0;
};

/* Return: a module descriptor. */
LIBKWASM_API int kwasm_module_load(const void *bytes, size_t len,
				   const struct kwasm_module_load_opts *opts);

/* Name of the @index-th export that can be a program; KWASM_NAME_LEN bytes at @name.  -ENOENT at the end. */
LIBKWASM_API int kwasm_module_program(int module_fd, __u32 index, char *name);

/* The like for functions that kwasm_module_call() calls; with "call/". */
LIBKWASM_API int kwasm_module_function(int module_fd, __u32 index, char *name);

struct kwasm_module_call_opts {
	size_t sz;
	struct kwasm_value *values;	/* in: arguments; out: results */
	__u32 nr_args;			/* out, also of -EINVAL: how many there are; as the two below */
	__u32 nr_results;		/* in: room */
	__u8 *types;			/* out: value types of parameters and results; may be NULL */
	__u32 nr_types;			/* in: room */
	__u32 flags;			/* KWASM_CALL_* */
	__u64 deadline_ns;		/* 0: none but the module's own */
	struct kwasm_trap_info trap;	/* out; kind 0: none */
	size_t :0;
};

/**
 * kwasm_module_call() - call a function call/<name> of a module in the kernel
 *
 * Its calls follow one another in one instance that keeps its memory.  A trap
 * is no error.  -ENOENT: no such function; -EINVAL: it has other parameters;
 * -EAGAIN: other calls took all of the deadline.
 */
LIBKWASM_API int kwasm_module_call(int module_fd, const char *export_name,
				   struct kwasm_module_call_opts *opts);

/* The @index-th map the module declares; @layout: KWASM_LAYOUT_LEN bytes for its layout, or NULL.  -ENOENT at the end. */
LIBKWASM_API int kwasm_module_map(int module_fd, __u32 index, struct kwasm_module_map *out, char *layout);

/* A ring of @bytes, a power of two and whole pages.  Return: its descriptor. */
LIBKWASM_API int kwasm_ring_create(const char *name, __u32 bytes);

struct kwasm_program_create_opts {
	size_t sz;
	__u32 flags;
	struct kwasm_diag *diag;
	size_t :0;
};

/* Return: a program descriptor. */
LIBKWASM_API int kwasm_program_create(int module_fd, const char *export_name,
				      const struct kwasm_program_create_opts *opts);

struct kwasm_link_create_opts {
	size_t sz;
	__u32 flags;
	int netns_fd;			/* 0: the caller's; so a descriptor 0 cannot be passed */
	__u32 on_trap;			/* enum kwasm_on_trap */
	__u32 on_short;			/* enum kwasm_on_short */
	__u32 default_verdict;
	__u32 quarantine;
	__u64 deadline_ns;
	struct {
		__u32 family;
		__u32 hook;
		__s32 priority;
		__u16 queue;
		__u16 flags;		/* KWASM_NF_* */
	} netfilter;
	const char *device;		/* of ingress and egress hooks */
	struct {
		int path_fd;
		__u32 scope;		/* enum kwasm_fs_scope */
		__u32 events;		/* KWASM_FS_* */
		const char *glob;
	} fs;
	struct {
		__u64 every_ns;
		__u32 flags;		/* KWASM_TIMER_* */
	} timer;
	__s32 order;			/* among the links of one place */
	size_t :0;
};

/* Return: a link descriptor; when the last one is closed the link detaches, unless it is pinned. */
LIBKWASM_API int kwasm_link_create(int program_fd, enum kwasm_link_type type,
				   const struct kwasm_link_create_opts *opts);

struct kwasm_link_update_opts {
	size_t sz;
	__u32 flags;
	int old_program_fd;		/* not 0: -EBUSY unless this one is attached */
	size_t :0;
};

LIBKWASM_API int kwasm_link_update(int link_fd, int program_fd,
				   const struct kwasm_link_update_opts *opts);
LIBKWASM_API int kwasm_link_detach(int link_fd);
/* Hand over the BPF link through which an XDP or tc link is called; kwasm_program__attach_xdp() does it all. */
LIBKWASM_API int kwasm_link_stub(int link_fd, int bpf_link_fd);
/* The same of a tc filter, for kernels without BPF links there. */
LIBKWASM_API int kwasm_link_stub_filter(int link_fd, __u32 handle, __u32 priority);

/* All of @nr steps, or none: then *@failed, unless NULL, is the one that could not be, or ~0. */
LIBKWASM_API int kwasm_transaction(const struct kwasm_step *steps, __u32 nr, __u32 *failed);

/* Smallest id above @start_id.  -ENOENT at the end. */
LIBKWASM_API int kwasm_module_get_next_id(__u32 start_id, __u32 *next_id);
LIBKWASM_API int kwasm_program_get_next_id(__u32 start_id, __u32 *next_id);
LIBKWASM_API int kwasm_link_get_next_id(__u32 start_id, __u32 *next_id);

LIBKWASM_API int kwasm_module_get_fd_by_id(__u32 id);
LIBKWASM_API int kwasm_program_get_fd_by_id(__u32 id);
LIBKWASM_API int kwasm_link_get_fd_by_id(__u32 id);
LIBKWASM_API int kwasm_ring_get_fd_by_id(__u32 id);

/* By the name something is pinned under. */
LIBKWASM_API int kwasm_obj_get_fd_by_name(enum kwasm_obj_type type, const char *name);

/**
 * kwasm_obj_get_info_by_fd() - what the kernel knows about an object
 * @info:     struct kwasm_{module,program,link,ring}_info
 * @info_len: in: its size; out: how much of it the kernel filled in
 */
LIBKWASM_API int kwasm_obj_get_info_by_fd(int fd, void *info, __u32 *info_len);

LIBKWASM_API int kwasm_obj_pin(int fd, const char *name);
LIBKWASM_API int kwasm_obj_unpin(enum kwasm_obj_type type, const char *name);

/* Return: a descriptor to read() and poll() the module's log from. */
LIBKWASM_API int kwasm_log_open(int module_fd);

struct kwasm_test_run_opts {
	size_t sz;
	const void *data_in;
	void *data_out;
	__u32 data_size_in;
	__u32 data_size_out;		/* in: room; out: length of the packet */
	__u32 repeat;
	__u32 retval;			/* out */
	__u64 duration_ns;		/* out: average */
	struct kwasm_trap_info trap;	/* out; kind 0: none */
	__u32 short_read;		/* out: 1: ended with a load past the packet unread */
	__u32 mark;			/* out: the packet's mark */
	__u32 redirect_ifindex;		/* out: XDP, tc: where to, with that result */
	__u32 redirect_ingress;		/* out: 1: tc: to come in there */
	size_t :0;
};

/* Of netfilter, XDP and tc on a packet, of a timer on none (data_size_in 0); fs: -EOPNOTSUPP. */
LIBKWASM_API int kwasm_program_test_run(int program_fd, struct kwasm_test_run_opts *opts);

struct kwasm_store_create_opts {
	size_t sz;
	__u32 flags;
	__u32 mode;
	__u32 max_memory_pages;
	size_t :0;
};

/* Return: a store descriptor. */
LIBKWASM_API int kwasm_store_create(const struct kwasm_store_create_opts *opts);

struct kwasm_instance_create_opts {
	size_t sz;
	const struct kwasm_import *imports;
	__u32 nr_imports;
	__u32 flags;
	__u32 trap;			/* out */
	struct kwasm_diag *diag;
	size_t :0;
};

/* Return: an instance descriptor. */
LIBKWASM_API int kwasm_instance_create(int store_fd, int module_fd,
				       struct kwasm_instance_create_opts *opts);

struct kwasm_instance_call_opts {
	size_t sz;
	struct kwasm_value *values;	/* in: arguments; out: results */
	__u32 nr_args;
	__u32 nr_results;		/* in: room; out: how many there are */
	__u64 deadline_ns;
	__u32 flags;
	struct kwasm_trap_info trap;	/* out; kind 0: none */
	size_t :0;
};

LIBKWASM_API int kwasm_instance_call(int instance_fd, const char *name, size_t name_len,
				     struct kwasm_instance_call_opts *opts);
LIBKWASM_API int kwasm_instance_global(int instance_fd, const char *name, size_t name_len,
				       struct kwasm_value *value, __u32 *type);

/* ---- Layer 2: modules -------------------------------------------------- */

struct kwasm_module;
struct kwasm_program;
struct kwasm_link;

struct kwasm_module_open_opts {
	size_t sz;
	const char *name;		/* else that of kwasm.meta, else the file's without .wasm */
	const char *path;		/* shown in error texts; open_file() sets it itself */
	__u32 mode;			/* enum kwasm_mode */
	__u64 memory_max;		/* bytes per memory */
	const char *map_pin_dir;	/* in bpffs: maps are pinned there by name, or taken from there */
	const void *config;		/* what config_read gives the guest; copied */
	size_t config_sz;		/* at most KWASM_CONFIG_MAX */
	size_t :0;
};

/**
 * kwasm_module__open_file() - read a module from a file
 *
 * No kernel is asked yet.  Bytes that are no module at all open as well; what
 * is wrong with them is told by kwasm_module__check() or kwasm_module__load().
 * Return: the module, or NULL: errno of open() and read(), EISDIR, EFBIG.
 */
LIBKWASM_API struct kwasm_module *
kwasm_module__open_file(const char *path, const struct kwasm_module_open_opts *opts);

/* The same from memory; @bytes are copied. */
LIBKWASM_API struct kwasm_module *
kwasm_module__open_mem(const void *bytes, size_t len, const struct kwasm_module_open_opts *opts);

/* A module that is in the kernel already, pinned as @name. */
LIBKWASM_API struct kwasm_module *kwasm_module__open_pinned(const char *name);

/**
 * kwasm_module__check() - decode, validate, resolve imports, compile; all in this process
 *
 * Needs neither kernel nor privilege.  What passes is what the kernel accepts,
 * up to its limits and policy.
 * Return: 0 or a negative errno; kwasm_module__error() tells the rest.
 */
LIBKWASM_API int kwasm_module__check(struct kwasm_module *m);

/* Validate and compile in the kernel.  Errors as in <linux/kwasm.h>, and -ENODEV. */
LIBKWASM_API int kwasm_module__load(struct kwasm_module *m);

LIBKWASM_API int kwasm_module__fd(const struct kwasm_module *m);	/* -ENOENT before load */
LIBKWASM_API const char *kwasm_module__name(const struct kwasm_module *m);
LIBKWASM_API const void *kwasm_module__bytes(const struct kwasm_module *m, size_t *len);
LIBKWASM_API int kwasm_module__info(const struct kwasm_module *m, struct kwasm_module_info *info);
LIBKWASM_API int kwasm_module__pin(struct kwasm_module *m, const char *name);
LIBKWASM_API int kwasm_module__unpin(struct kwasm_module *m, const char *name);

/**
 * kwasm_module__map_fd() - a BPF map or a ring of the module's
 * @name: as declared in kwasm.meta
 *
 * For bpf_map_lookup_elem() and the rest of libbpf, a ring (ringbuf) for
 * kwasm_ring_buffer__new(); also of a module that was found in the kernel.  Of one opened from a file: after load, or reuse.
 * Return: a descriptor that the caller closes, or -ENOENT.
 */
LIBKWASM_API int kwasm_module__map_fd(const struct kwasm_module *m, const char *name);
/* Before load: use this map instead of a new one.  @fd remains the caller's. */
LIBKWASM_API int kwasm_module__reuse_map_fd(struct kwasm_module *m, const char *name, int fd);
/*
 * Before load: share the maps of a loaded module that have the same name, type
 * and sizes, so that what it remembers goes on.  Return: how many.
 */
LIBKWASM_API int kwasm_module__reuse_maps(struct kwasm_module *m, int module_fd);
/* As kwasm_module_map(), also before load; map_id is 0 unless the module was found in the kernel.  -ENOENT at the end. */
LIBKWASM_API int kwasm_module__map_info(const struct kwasm_module *m, __u32 index,
					struct kwasm_module_map *out, char *layout);

/* Name of function @index, or NULL when the module does not say. */
LIBKWASM_API const char *kwasm_module__function_name(struct kwasm_module *m, __u32 index);

/* Programs that were found in it and links that were made go on; only this object ends. */
LIBKWASM_API void kwasm_module__close(struct kwasm_module *m);

/**
 * struct kwasm_error - what is wrong with a module
 * @err:            negative errno, 0: nothing
 * @code:           a word that stays the same: "malformed_module", "invalid_module",
 *                  "import_refused", "unsupported", "limit"
 * @message:        "type mismatch: expected i32, found i64"
 * @function:       name, or NULL
 * @function_index: ~0 for none
 * @offset:         byte offset in the file, ~0 for none
 * @import:         "module.name" of the import at fault, or NULL
 * @text:           all of it in one line:
 *                  filter.wasm: function 12 `parse_ip`, offset 0x126f: type mismatch: expected i32, found i64
 *
 * The strings live until the next call on the module.
 */
struct kwasm_error {
	size_t sz;
	int err;
	__u32 function_index;
	__u32 offset;
	__u32 pad;
	const char *code;
	const char *message;
	const char *function;
	const char *import;
	const char *text;
	size_t :0;
};

/* Why the last check or load of @m failed.  Return: 0, or -ENOENT when it did not. */
LIBKWASM_API int kwasm_module__error(const struct kwasm_module *m, struct kwasm_error *out);

/* ---- Programs ---------------------------------------------------------- */

/* Exports whose names say a hook, in the module's order.  The module owns them. */
LIBKWASM_API struct kwasm_program *
kwasm_module__next_program(const struct kwasm_module *m, const struct kwasm_program *prev);
LIBKWASM_API struct kwasm_program *
kwasm_module__find_program_by_name(const struct kwasm_module *m, const char *name);

LIBKWASM_API const char *kwasm_program__name(const struct kwasm_program *p);
/* The program's descriptor; makes the instances when called first.  The module must be loaded. */
LIBKWASM_API int kwasm_program__fd(struct kwasm_program *p);
LIBKWASM_API int kwasm_program__info(struct kwasm_program *p, struct kwasm_program_info *info);

struct kwasm_netfilter_opts {
	size_t sz;
	int netns_fd;			/* 0: the caller's namespace */
	__s32 priority;
	__u32 on_trap;			/* enum kwasm_on_trap */
	__u32 on_short;			/* enum kwasm_on_short */
	__u32 default_verdict;		/* KWASM_NF_DROP or KWASM_NF_ACCEPT; see has_default_verdict */
	__u32 has_default_verdict;	/* else KWASM_NF_ACCEPT */
	__u64 deadline_ns;
	__u32 quarantine;
	__u16 queue;			/* where KWASM_NF_QUEUE goes */
	__u16 flags;			/* KWASM_NF_* */
	const char *device;		/* for netfilter/netdev and netfilter/inet/ingress; -ENXIO: there is none */
	__s32 order;			/* among the links of one place and priority, lower comes first; else by age */
	__u32 prepared;			/* 1: it runs only after a kwasm_transaction() with KWASM_STEP_ENABLE or _TAKE_OVER */
	size_t :0;
};

/* Attach where the program's name says.  -EINVAL: it does not name a netfilter hook. */
LIBKWASM_API struct kwasm_link *
kwasm_program__attach_netfilter(struct kwasm_program *p, const struct kwasm_netfilter_opts *opts);

struct kwasm_fs_opts {
	size_t sz;
	const char *path;		/* what to watch; or: */
	int path_fd;			/* with @path NULL: a descriptor of it */
	__u32 scope;			/* enum kwasm_fs_scope; 0: a directory and its entries */
	__u32 events;			/* KWASM_FS_*, of fs/notify; 0: all that reach the scope */
	const char *glob;		/* of the last component; NULL: any */
	__u32 on_trap;			/* enum kwasm_on_trap: _DROP denies */
	__u32 quarantine;
	__u64 deadline_ns;		/* 0: 100 ms */
	__u32 prepared;			/* 1: as in struct kwasm_netfilter_opts */
	__u32 pad;
	size_t :0;
};

/*
 * Attach a program fs/... to files.  -EINVAL: its name is none of those, or
 * the events do not reach the scope; -EOPNOTSUPP: the kernel or the filesystem
 * cannot watch it so; -ENOTDIR, -EISDIR; errno of open().  fs/unlink, fs/rename,
 * fs/mkdir, fs/rmdir, fs/link and fs/setattr load a BPF program of their own; -EOPNOTSUPP then comes
 * with the reason, kwasm_module__error().
 */
LIBKWASM_API struct kwasm_link *
kwasm_program__attach_fs(struct kwasm_program *p, const struct kwasm_fs_opts *opts);

struct kwasm_timer_opts {
	size_t sz;
	__u64 every_ns;			/* until the first call; 0: 1 s */
	__u32 flags;			/* KWASM_TIMER_* */
	__u32 on_trap;			/* enum kwasm_on_trap; DROP and ACCEPT: go on */
	__u64 deadline_ns;
	__u32 quarantine;
	__u32 prepared;			/* 1: it is armed only when it is enabled */
	size_t :0;
};

/* Call a program named timer/<name> again and again.  -EINVAL: it is named otherwise. */
LIBKWASM_API struct kwasm_link *
kwasm_program__attach_timer(struct kwasm_program *p, const struct kwasm_timer_opts *opts);

enum kwasm_xdp_mode {
	KWASM_XDP_AUTO,			/* native where the driver can, else skb */
	KWASM_XDP_NATIVE,		/* in the driver */
	KWASM_XDP_SKB,			/* generic: behind the driver, for any device */
};

struct kwasm_xdp_opts {
	size_t sz;
	int netns_fd;			/* 0: the caller's namespace */
	const char *device;		/* must be said; -ENXIO: there is none */
	__u32 mode;			/* enum kwasm_xdp_mode */
	__u32 on_trap;			/* enum kwasm_on_trap */
	__u32 on_short;			/* enum kwasm_on_short */
	__u32 quarantine;
	__u64 deadline_ns;
	__u32 prepared;			/* 1: at the device already, but packets pass until it is enabled */
	__u32 pad;
	size_t :0;
};

/**
 * kwasm_program__attach_xdp() - attach a program named "xdp" at a device
 *
 * Loads a BPF program of its own, so needs CAP_BPF and CAP_NET_ADMIN.  For
 * another namespace the calling thread enters it for a moment.
 * Errors: -EOPNOTSUPP kwasm.ko has no BTF of this kernel, or the driver does
 * not know the mode; -EBUSY the device has an XDP program already.
 */
LIBKWASM_API struct kwasm_link *
kwasm_program__attach_xdp(struct kwasm_program *p, const struct kwasm_xdp_opts *opts);

struct kwasm_tc_opts {
	size_t sz;
	int netns_fd;			/* 0: the caller's namespace */
	const char *device;		/* must be said; -ENXIO: there is none */
	__u32 on_trap;			/* enum kwasm_on_trap */
	__u32 on_short;			/* enum kwasm_on_short */
	__u32 quarantine;
	__u32 prepared;			/* 1: as in struct kwasm_xdp_opts */
	__u64 deadline_ns;
	size_t :0;
};

/**
 * kwasm_program__attach_tc() - attach a program named tc/ingress or tc/egress at a device
 *
 * By a tcx link, behind those that are there; before Linux 6.6 by a filter of
 * the device's clsact qdisc, which is made if there is none, and stays.
 * Needs CAP_BPF and CAP_NET_ADMIN, and enters another namespace as
 * kwasm_program__attach_xdp() does.
 * Errors: -EOPNOTSUPP kwasm.ko has no BTF of this kernel.
 */
LIBKWASM_API struct kwasm_link *
kwasm_program__attach_tc(struct kwasm_program *p, const struct kwasm_tc_opts *opts);

/* Has the kernel accepted the type information (BTF) of kwasm.ko?  Without it there is no XDP and tc. */
LIBKWASM_API bool libkwasm_has_btf(void);

/* Name of the @index-th program that an LSM hook calls, "fs/unlink" and the like; NULL at the end. */
LIBKWASM_API const char *libkwasm_lsm_program(size_t index);

/**
 * libkwasm_lsm_probe() - can such a program deny anything on this kernel?
 * @why: @bytes for what is missing; empty if nothing is
 *
 * Attaches a BPF program to the hook, for a moment, which lets everything pass.
 * Return: 0, or -errno.
 */
LIBKWASM_API int libkwasm_lsm_probe(const char *program, char *why, size_t bytes);

/* ---- Links ------------------------------------------------------------- */

LIBKWASM_API struct kwasm_link *kwasm_link__open(const char *name);
LIBKWASM_API struct kwasm_link *kwasm_link__open_by_id(__u32 id);
LIBKWASM_API int kwasm_link__fd(const struct kwasm_link *l);
LIBKWASM_API int kwasm_link__info(const struct kwasm_link *l, struct kwasm_link_info *info);
/* Every packet sees the old program or the new one; counters go on. */
LIBKWASM_API int kwasm_link__update_program(struct kwasm_link *l, struct kwasm_program *p);
LIBKWASM_API int kwasm_link__pin(struct kwasm_link *l, const char *name);
LIBKWASM_API int kwasm_link__unpin(struct kwasm_link *l, const char *name);
/**
 * kwasm_link__run_before() - let a netfilter link run directly before another one of its place
 * @l: running, or prepared: then it is enabled with that
 *
 * All at once and nothing is loaded again; the orders of others change as far
 * as they must.  If somebody else changes the place meanwhile it is done again.
 * Return: 0; -EXDEV the two are not at the same hook, priority, device and
 * namespace; -EAGAIN somebody did, every time; -ERANGE no number is left; else as
 * kwasm_transaction().
 */
LIBKWASM_API int kwasm_link__run_before(struct kwasm_link *l, const struct kwasm_link *other);
/* The same, directly after it. */
LIBKWASM_API int kwasm_link__run_after(struct kwasm_link *l, const struct kwasm_link *other);
/* Are they at the same place: hook, priority, device and namespace? */
LIBKWASM_API bool libkwasm_same_place(const struct kwasm_link_info *a, const struct kwasm_link_info *b);
LIBKWASM_API int kwasm_link__detach(struct kwasm_link *l);
/* Close the descriptor: an unpinned link that nobody else holds detaches. */
LIBKWASM_API int kwasm_link__destroy(struct kwasm_link *l);

/* ---- Rings ------------------------------------------------------------- */

struct kwasm_ring_buffer;

/**
 * kwasm_ring_sample_fn - gets each record, in place
 * @data: kwasm_ring_record_of() has its kind and how many were lost before it
 *
 * Return: 0, or negative: consume() or poll() stops behind this record and returns it.
 */
typedef int (*kwasm_ring_sample_fn)(void *ctx, void *data, size_t size);

static inline const struct kwasm_ring_record *kwasm_ring_record_of(const void *data)
{
	return (const struct kwasm_ring_record *)data - 1;
}

/*
 * These are used as the functions of libbpf's ring_buffer: a descriptor from
 * kwasm_module__map_fd() (it remains the caller's), a function, then poll().
 * NULL with EBUSY: another process reads this ring.
 */
LIBKWASM_API struct kwasm_ring_buffer *
kwasm_ring_buffer__new(int ring_fd, kwasm_ring_sample_fn fn, void *ctx);
/* One more ring to poll along with the others. */
LIBKWASM_API int kwasm_ring_buffer__add(struct kwasm_ring_buffer *rb, int ring_fd,
					kwasm_ring_sample_fn fn, void *ctx);
/* Take what there is, without waiting.  Return: how many records. */
LIBKWASM_API int kwasm_ring_buffer__consume(struct kwasm_ring_buffer *rb);
/* Wait for records, at most so long (-1: no limit), and take them.  -EPIPE: no module is left that writes any. */
LIBKWASM_API int kwasm_ring_buffer__poll(struct kwasm_ring_buffer *rb, int timeout_ms);
LIBKWASM_API int kwasm_ring_buffer__epoll_fd(const struct kwasm_ring_buffer *rb);
LIBKWASM_API void kwasm_ring_buffer__free(struct kwasm_ring_buffer *rb);

/* ---- Texts ------------------------------------------------------------- */

/* "out of bounds memory access", or NULL for a number this library does not know. */
LIBKWASM_API const char *libkwasm_trap_str(__u32 kind);
/* A word for machines: "MEM_OOB". */
LIBKWASM_API const char *libkwasm_trap_name(__u32 kind);
/* enum bpf_map_type -> the word of kwasm.meta, or NULL. */
LIBKWASM_API const char *libkwasm_map_type_name(__u32 bpf_type);
/* "netfilter/ip/input" -> NFPROTO_* and NF_INET_*.  0 or -EINVAL. */
LIBKWASM_API int libkwasm_netfilter_by_name(const char *name, __u32 *family, __u32 *hook);
/* The other way; NULL when there is no such hook. */
LIBKWASM_API const char *libkwasm_netfilter_name(__u32 family, __u32 hook);
/* "create", "moved_from", ...: one bit of KWASM_FS_*; NULL for others. */
LIBKWASM_API const char *libkwasm_fs_event_name(__u32 event);
/* "dir", "file", "subtree", "superblock", "mount", or NULL. */
LIBKWASM_API const char *libkwasm_fs_scope_name(__u32 scope);
/* Events that reach a scope: what fs/notify is called for when none are named. */
LIBKWASM_API __u32 libkwasm_fs_scope_events(__u32 scope);
/* Is this the name of a timer program: "timer/sweep"? */
LIBKWASM_API bool libkwasm_is_timer(const char *name);

/* ---- Runner: programs in this process, without a kernel ---------------- */

struct kwasm_runner;

struct kwasm_runner_opts {
	size_t sz;
	__u64 deadline_ns;		/* of one run; 0: 1 s */
	void (*log)(void *arg, int level, const char *text, size_t len);
	void *log_arg;
	/* Records of rings, as they are written: enum kwasm_ring_kind and its bytes. */
	void (*event)(void *arg, const char *ring, __u32 kind, const void *data, size_t size);
	void *event_arg;
	size_t :0;
};

/**
 * kwasm_runner__new() - instantiate a module here; its kwasm_init runs
 * @m: opened from bytes; may be closed while the runner lives
 *
 * For tests with packet files: the same compiler and run time as the kernel's.
 * Traps arrive as signals (SIGSEGV, SIGALRM), so only one thread of a process
 * may use runners.
 * Return: the runner, or NULL; kwasm_module__error() tells why.
 */
LIBKWASM_API struct kwasm_runner *
kwasm_runner__new(struct kwasm_module *m, const struct kwasm_runner_opts *opts);

/* Run @program on a packet; members of @opts as for kwasm_program_test_run().  Memory is kept from run to run. */
LIBKWASM_API int kwasm_runner__run(struct kwasm_runner *r, const char *program,
				   struct kwasm_test_run_opts *opts);
LIBKWASM_API void kwasm_runner__free(struct kwasm_runner *r);

#ifdef __cplusplus
}
#endif

#endif /* LIBKWASM_H */
