// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Layer 1: one function for each ioctl of <linux/kwasm.h>.  Each opens
 * /dev/kwasm for itself: a few microseconds, and no descriptor that a library
 * would have to keep across fork() and closefrom().
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

static __u64 ptr_to_u64(const void *p)
{
	return (uintptr_t)p;
}

static int dev_ioctl(unsigned long req, void *arg)
{
	int fd = open(KWASM_DEVICE, O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return libkwasm_err(errno == ENOENT || errno == ENXIO ? -ENODEV : -errno);
	ret = ioctl(fd, req, arg);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return libkwasm_err(ret);
}

/* Copy a name into a request's fixed field; too long is an error, not a cut. */
static int put_name(char *dst, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len >= KWASM_NAME_LEN)
		return libkwasm_err(-ENAMETOOLONG);
	memcpy(dst, name ? name : "", len);
	return 0;
}

int kwasm_feature_get(struct kwasm_feature *out)
{
	struct kwasm_feature req = { .size = sizeof(req) };
	int err = dev_ioctl(KWASM_FEATURE, &req);

	if (!err)
		*out = req;
	return err;
}

int kwasm_module_load(const void *bytes, size_t len, const struct kwasm_module_load_opts *opts)
{
	struct kwasm_module_load req = { .size = sizeof(req) };
	int err;

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	err = put_name(req.name, OPTS_GET(opts, name, NULL));
	if (err)
		return err;
	req.bytes = ptr_to_u64(bytes);
	req.len = len;
	req.flags = OPTS_GET(opts, flags, 0);
	req.mode = OPTS_GET(opts, mode, 0);
	req.memory_max = OPTS_GET(opts, memory_max, 0);
	req.config = ptr_to_u64(OPTS_GET(opts, config, NULL));
	req.config_len = OPTS_GET(opts, config_sz, 0);
	req.diag = ptr_to_u64(OPTS_GET(opts, diag, NULL));
	req.map_fds = ptr_to_u64(OPTS_GET(opts, map_fds, NULL));
	req.nr_map_fds = OPTS_GET(opts, nr_map_fds, 0);
	return dev_ioctl(KWASM_MODULE_LOAD, &req);
}

static int nth_export(int module_fd, __u32 index, __u32 flags, char *name)
{
	struct kwasm_module_program req = { .size = sizeof(req), .module_fd = module_fd, .index = index,
					    .flags = flags };
	int err = dev_ioctl(KWASM_MODULE_PROGRAM, &req);

	if (!err)
		memcpy(name, req.export_name, sizeof(req.export_name));
	return err;
}

int kwasm_module_program(int module_fd, __u32 index, char *name)
{
	return nth_export(module_fd, index, 0, name);
}

int kwasm_module_function(int module_fd, __u32 index, char *name)
{
	return nth_export(module_fd, index, KWASM_PROGRAM_CALLS, name);
}

int kwasm_module_call(int module_fd, const char *export_name, struct kwasm_module_call_opts *opts)
{
	struct kwasm_module_call req = { .size = sizeof(req), .module_fd = module_fd };
	int err;

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	err = put_name(req.export_name, export_name);
	if (err)
		return err;
	req.values = ptr_to_u64(OPTS_GET(opts, values, NULL));
	req.nr_args = OPTS_GET(opts, nr_args, 0);
	req.nr_results = OPTS_GET(opts, nr_results, 0);
	req.types = ptr_to_u64(OPTS_GET(opts, types, NULL));
	req.nr_types = OPTS_GET(opts, nr_types, 0);
	req.flags = OPTS_GET(opts, flags, 0);
	req.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	err = dev_ioctl(KWASM_MODULE_CALL, &req);
	OPTS_SET(opts, nr_args, req.nr_args);
	OPTS_SET(opts, nr_results, req.nr_results);
	OPTS_SET(opts, nr_types, req.nr_types);
	OPTS_SET(opts, trap, req.trap);
	return err;
}

int kwasm_module_map(int module_fd, __u32 index, struct kwasm_module_map *out, char *layout)
{
	struct kwasm_module_map req = { .size = sizeof(req), .module_fd = module_fd, .index = index,
					.layout = ptr_to_u64(layout) };
	int err = dev_ioctl(KWASM_MODULE_MAP, &req);

	if (!err)
		*out = req;
	return err;
}

int kwasm_ring_create(const char *name, __u32 bytes)
{
	struct kwasm_ring_create req = { .size = sizeof(req), .bytes = bytes };

	if (strlen(name) >= sizeof(req.name))
		return libkwasm_err(-ENAMETOOLONG);
	memcpy(req.name, name, strlen(name));
	return dev_ioctl(KWASM_RING_CREATE, &req);
}

int kwasm_program_create(int module_fd, const char *export_name,
			 const struct kwasm_program_create_opts *opts)
{
	struct kwasm_program_create req = { .size = sizeof(req), .module_fd = module_fd };
	int err;

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	err = put_name(req.export_name, export_name);
	if (err)
		return err;
	req.flags = OPTS_GET(opts, flags, 0);
	req.diag = ptr_to_u64(OPTS_GET(opts, diag, NULL));
	return dev_ioctl(KWASM_PROGRAM_CREATE, &req);
}

int kwasm_link_create(int program_fd, enum kwasm_link_type type,
		      const struct kwasm_link_create_opts *opts)
{
	struct kwasm_link_create req = { .size = sizeof(req), .program_fd = program_fd, .type = type };

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.flags = OPTS_GET(opts, flags, 0);
	req.netns_fd = OPTS_GET(opts, netns_fd, 0);
	if (!req.netns_fd)
		req.netns_fd = -1;
	req.on_trap = OPTS_GET(opts, on_trap, 0);
	req.on_short = OPTS_GET(opts, on_short, 0);
	req.default_verdict = OPTS_GET(opts, default_verdict, 0);
	req.quarantine = OPTS_GET(opts, quarantine, 0);
	req.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	req.order = OPTS_GET(opts, order, 0);
	if (OPTS_GET(opts, device, NULL)) {
		if (strlen(opts->device) >= KWASM_DEVICE_NAME_LEN)
			return libkwasm_err(-ENXIO);
		strcpy(req.netfilter.device, opts->device);
	}
	if (OPTS_HAS(opts, netfilter)) {
		req.netfilter.family = opts->netfilter.family;
		req.netfilter.hook = opts->netfilter.hook;
		req.netfilter.priority = opts->netfilter.priority;
		req.netfilter.queue = opts->netfilter.queue;
		req.netfilter.flags = opts->netfilter.flags;
	}
	if (OPTS_HAS(opts, fs)) {
		req.fs.path_fd = opts->fs.path_fd;
		req.fs.scope = opts->fs.scope;
		req.fs.events = opts->fs.events;
		if (opts->fs.glob && strlen(opts->fs.glob) >= KWASM_GLOB_LEN)
			return libkwasm_err(-EINVAL);
		if (opts->fs.glob)
			strcpy(req.fs.glob, opts->fs.glob);
	}
	if (OPTS_HAS(opts, timer)) {
		req.timer.every_ns = opts->timer.every_ns;
		req.timer.flags = opts->timer.flags;
	}
	return dev_ioctl(KWASM_LINK_CREATE, &req);
}

int kwasm_link_update(int link_fd, int program_fd, const struct kwasm_link_update_opts *opts)
{
	struct kwasm_link_update req = {
		.size = sizeof(req), .link_fd = link_fd, .program_fd = program_fd,
	};

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.flags = OPTS_GET(opts, flags, 0);
	req.old_program_fd = OPTS_GET(opts, old_program_fd, 0);
	if (!req.old_program_fd)
		req.old_program_fd = -1;
	return dev_ioctl(KWASM_LINK_UPDATE, &req);
}

int kwasm_link_detach(int link_fd)
{
	struct kwasm_fd_arg req = { .size = sizeof(req), .fd = link_fd };

	return dev_ioctl(KWASM_LINK_DETACH, &req);
}

int kwasm_transaction(const struct kwasm_step *steps, __u32 nr, __u32 *failed)
{
	struct kwasm_transaction req = {
		.size = sizeof(req), .nr_steps = nr, .steps = ptr_to_u64(steps), .failed = ~0u,
		.step_bytes = sizeof(*steps),
	};
	int err = dev_ioctl(KWASM_TRANSACTION, &req);

	if (failed)
		*failed = req.failed;
	return err;
}

int kwasm_link_stub(int link_fd, int bpf_link_fd)
{
	struct kwasm_link_stub req = {
		.size = sizeof(req), .link_fd = link_fd, .bpf_link_fd = bpf_link_fd,
	};

	return dev_ioctl(KWASM_LINK_STUB, &req);
}

int kwasm_link_stub_filter(int link_fd, __u32 handle, __u32 priority)
{
	struct kwasm_link_stub req = {
		.size = sizeof(req), .link_fd = link_fd, .bpf_link_fd = -1,
		.flags = KWASM_STUB_TC_FILTER, .tc_handle = handle, .tc_priority = priority,
	};

	return dev_ioctl(KWASM_LINK_STUB, &req);
}

static int get_next_id(enum kwasm_obj_type type, __u32 start_id, __u32 *next_id)
{
	struct kwasm_obj_id req = { .size = sizeof(req), .type = type, .id = start_id };
	int err = dev_ioctl(KWASM_OBJ_NEXT_ID, &req);

	if (!err)
		*next_id = req.id;
	return err;
}

int kwasm_module_get_next_id(__u32 start_id, __u32 *next_id)
{
	return get_next_id(KWASM_OBJ_MODULE, start_id, next_id);
}

int kwasm_program_get_next_id(__u32 start_id, __u32 *next_id)
{
	return get_next_id(KWASM_OBJ_PROGRAM, start_id, next_id);
}

int kwasm_link_get_next_id(__u32 start_id, __u32 *next_id)
{
	return get_next_id(KWASM_OBJ_LINK, start_id, next_id);
}

static int get_fd_by_id(enum kwasm_obj_type type, __u32 id)
{
	struct kwasm_obj_id req = { .size = sizeof(req), .type = type, .id = id };

	/* The kernel reads id 0 as "by name"; no object has it. */
	if (!id)
		return libkwasm_err(-ENOENT);
	return dev_ioctl(KWASM_OBJ_GET_FD, &req);
}

int kwasm_module_get_fd_by_id(__u32 id)
{
	return get_fd_by_id(KWASM_OBJ_MODULE, id);
}

int kwasm_program_get_fd_by_id(__u32 id)
{
	return get_fd_by_id(KWASM_OBJ_PROGRAM, id);
}

int kwasm_link_get_fd_by_id(__u32 id)
{
	return get_fd_by_id(KWASM_OBJ_LINK, id);
}

int kwasm_ring_get_fd_by_id(__u32 id)
{
	return get_fd_by_id(KWASM_OBJ_RING, id);
}

int kwasm_obj_get_fd_by_name(enum kwasm_obj_type type, const char *name)
{
	struct kwasm_obj_id req = { .size = sizeof(req), .type = type };
	int err = put_name(req.name, name);

	return err ? err : dev_ioctl(KWASM_OBJ_GET_FD, &req);
}

int kwasm_obj_get_info_by_fd(int fd, void *info, __u32 *info_len)
{
	struct kwasm_obj_info req = {
		.size = sizeof(req), .fd = fd, .info = ptr_to_u64(info), .info_len = *info_len,
	};
	int err = dev_ioctl(KWASM_OBJ_INFO, &req);

	if (!err && req.info_len < *info_len)
		*info_len = req.info_len;
	return err;
}

int kwasm_obj_pin(int fd, const char *name)
{
	struct kwasm_obj_pin req = { .size = sizeof(req), .fd = fd };
	int err = put_name(req.name, name);

	return err ? err : dev_ioctl(KWASM_OBJ_PIN, &req);
}

int kwasm_obj_unpin(enum kwasm_obj_type type, const char *name)
{
	struct kwasm_obj_id req = { .size = sizeof(req), .type = type };
	int err = put_name(req.name, name);

	return err ? err : dev_ioctl(KWASM_OBJ_UNPIN, &req);
}

int kwasm_log_open(int module_fd)
{
	struct kwasm_fd_arg req = { .size = sizeof(req), .fd = module_fd };

	return dev_ioctl(KWASM_LOG_OPEN, &req);
}

int kwasm_program_test_run(int program_fd, struct kwasm_test_run_opts *opts)
{
	struct kwasm_test_run req = { .size = sizeof(req), .program_fd = program_fd };
	int err;

	if (!opts || !OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.repeat = OPTS_GET(opts, repeat, 0);
	req.data_in = ptr_to_u64(OPTS_GET(opts, data_in, NULL));
	req.data_in_len = OPTS_GET(opts, data_size_in, 0);
	req.data_out = ptr_to_u64(OPTS_GET(opts, data_out, NULL));
	req.data_out_len = OPTS_GET(opts, data_size_out, 0);
	err = dev_ioctl(KWASM_TEST_RUN, &req);
	if (err)
		return err;
	OPTS_SET(opts, data_size_out, req.data_out_len);
	OPTS_SET(opts, retval, req.retval);
	OPTS_SET(opts, duration_ns, req.duration_ns);
	OPTS_SET(opts, trap, req.trap);
	OPTS_SET(opts, short_read, req.short_read);
	OPTS_SET(opts, mark, req.mark);
	OPTS_SET(opts, redirect_ifindex, req.redirect_ifindex);
	OPTS_SET(opts, redirect_ingress, req.redirect_ingress);
	return 0;
}

int kwasm_store_create(const struct kwasm_store_create_opts *opts)
{
	struct kwasm_store_create req = { .size = sizeof(req) };

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.flags = OPTS_GET(opts, flags, 0);
	req.mode = OPTS_GET(opts, mode, 0);
	req.max_memory_pages = OPTS_GET(opts, max_memory_pages, 0);
	return dev_ioctl(KWASM_STORE_CREATE, &req);
}

int kwasm_instance_create(int store_fd, int module_fd, struct kwasm_instance_create_opts *opts)
{
	struct kwasm_instance_create req = {
		.size = sizeof(req), .store_fd = store_fd, .module_fd = module_fd,
	};
	int ret;

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.imports = ptr_to_u64(OPTS_GET(opts, imports, NULL));
	req.nr_imports = OPTS_GET(opts, nr_imports, 0);
	req.flags = OPTS_GET(opts, flags, 0);
	req.diag = ptr_to_u64(OPTS_GET(opts, diag, NULL));
	ret = dev_ioctl(KWASM_INSTANCE_CREATE, &req);
	OPTS_SET(opts, trap, req.trap);
	return ret;
}

int kwasm_instance_call(int instance_fd, const char *name, size_t name_len,
			struct kwasm_instance_call_opts *opts)
{
	struct kwasm_instance_call req = { .size = sizeof(req), .instance_fd = instance_fd };
	int err;

	if (!OPTS_VALID(opts))
		return libkwasm_err(-EINVAL);
	req.export_name = ptr_to_u64(name);
	req.export_name_len = name_len;
	req.values = ptr_to_u64(OPTS_GET(opts, values, NULL));
	req.nr_args = OPTS_GET(opts, nr_args, 0);
	req.nr_results = OPTS_GET(opts, nr_results, 0);
	req.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	req.flags = OPTS_GET(opts, flags, 0);
	err = dev_ioctl(KWASM_INSTANCE_CALL, &req);
	if (err)
		return err;
	OPTS_SET(opts, nr_results, req.nr_results);
	OPTS_SET(opts, trap, req.trap);
	return 0;
}

int kwasm_instance_global(int instance_fd, const char *name, size_t name_len,
			  struct kwasm_value *value, __u32 *type)
{
	struct kwasm_instance_global req = { .size = sizeof(req), .instance_fd = instance_fd };
	int err;

	req.export_name = ptr_to_u64(name);
	req.export_name_len = name_len;
	err = dev_ioctl(KWASM_INSTANCE_GLOBAL, &req);
	if (err)
		return err;
	*value = req.value;
	*type = req.type;
	return 0;
}
