/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the parts of libkwasm share: errors, options, printing, the objects' insides. */
#ifndef LIBKWASM_INTERNAL_H
#define LIBKWASM_INTERNAL_H

#include <errno.h>
#include <string.h>

#include "libkwasm.h"
#include "rt/meta.h"
#include "wasm/module.h"

/* An options struct is good if what lies beyond the fields we know is zero. */
static inline bool opts_beyond_is_zero(const void *opts, size_t known)
{
	size_t sz = *(const size_t *)opts;
	const char *p = opts;
	size_t i;

	for (i = known; i < sz; i++)
		if (p[i])
			return false;
	return sz >= sizeof(size_t);
}

#define OPTS_VALID(opts)	(!(opts) || opts_beyond_is_zero(opts, sizeof(*(opts))))
#define OPTS_HAS(opts, field) \
	((opts) && (opts)->sz >= offsetof(__typeof__(*(opts)), field) + sizeof((opts)->field))
#define OPTS_GET(opts, field, fallback) \
	(OPTS_HAS(opts, field) ? (opts)->field : (fallback))
#define OPTS_SET(opts, field, value) \
	do { if (OPTS_HAS(opts, field)) (opts)->field = (value); } while (0)

/* Every way out of the library with an int goes through here. */
static inline int libkwasm_err(int ret)
{
	if (ret < 0)
		errno = -ret;
	return ret;
}

static inline void *libkwasm_err_ptr(int err)
{
	errno = err < 0 ? -err : err;
	return NULL;
}

__attribute__((format(printf, 2, 3)))
void libkwasm_print(enum libkwasm_print_level level, const char *fmt, ...);

#define pr_warn(...)	libkwasm_print(LIBKWASM_WARN, "libkwasm: " __VA_ARGS__)
#define pr_debug(...)	libkwasm_print(LIBKWASM_DEBUG, "libkwasm: " __VA_ARGS__)

/* Largest file that is read as a module; the kernel's own limit is lower. */
#define MODULE_BYTES_MAX	(256u << 20)

/* "fs/open_perm" and the like. */
bool libkwasm_is_fs(const char *name);
/* Those of them that LSM hooks call: "fs/unlink" and the like. */
bool libkwasm_is_lsm(const char *name);

struct kwasm_program {
	struct kwasm_module *module;
	char *name;
	int fd;				/* -1 until asked for */
	bool netfilter, fs, xdp, tc;	/* none of them: a timer */
	__u32 nf_family, nf_hook;	/* nf_hook of tc: enum kwasm_tc_hook */
};

struct kwasm_module {
	char *path;			/* for messages; never NULL */
	char *name;
	void *bytes;			/* NULL for a pinned one */
	size_t len;
	int fd;				/* -1 until loaded */
	__u32 mode;
	__u64 memory_max;
	void *config;			/* for config_read */
	size_t config_len;
	char *map_pin_dir;		/* NULL: maps are not pinned */
	int map_fd[KW_MAX_MAPS];	/* as in @meta.map; -1 until there is one */

	struct kwasm_program **programs;
	size_t nr_programs;

	struct kw_arena arena;		/* of @decoded */
	struct kw_module decoded;
	bool is_decoded;
	struct kw_meta meta;		/* all unset if the module has none, or one that is refused */
	char *function_name;		/* last answer of kwasm_module__function_name() */

	struct kwasm_error error;	/* @err 0: none */
};

/* error.c */
void module_error_clear(struct kwasm_module *m);
/* Note why @m was refused with @err; either diag may be NULL.  Return: @err. */
int module_error_diag(struct kwasm_module *m, int err, const struct kw_diag *d, const char *name);
/* The same with the record the kernel made. */
int module_error_kernel(struct kwasm_module *m, int err, struct kwasm_diag *diag);
/* Note a failure that is no fault in the module's bytes. */
int module_error_plain(struct kwasm_module *m, int err, const char *what);

/* module.c */
/* Decode in this process, once.  0 or -errno with the error noted. */
int module_decode(struct kwasm_module *m);

/* place.c */
struct placed {
	__u32 id;
	__s32 order;
};

/* Among @e, in the order they run in, the @at-th has been put: give orders that keep it so.  0 or -ERANGE. */
int place_orders(struct placed *e, size_t nr, size_t at);

/* stub.c */
/* Load the BPF program of the XDP link @link_fd and attach it at the link's device. */
int link_attach_xdp(struct kwasm_module *m, int link_fd, int netns_fd, __u32 mode);
/* The same of a tc link. */
int link_attach_tc(struct kwasm_module *m, int link_fd, int netns_fd);

/* Descriptor of the BTF that the kernel has of kwasm.ko, or -ENOENT. */
int module_btf_fd(void);

/* lsm.c */
/* Load the BPF program of the link @link_fd, of program @p, and attach it at its LSM hook. */
int link_attach_lsm(struct kwasm_program *p, int link_fd);

/* maps.c */
/* See that there is a descriptor for each declared map.  0 or -errno with the error noted. */
int module_maps_get(struct kwasm_module *m);

#endif /* LIBKWASM_INTERNAL_H */
