// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The maps a module declares: BPF maps of the kernel's, made here through
 * libbpf unless the caller has some already, and handed over at load as
 * descriptors.  From then on they are anybody's: bpftool, bpffs, libbpf.
 * Its rings are objects of kwasm's, and found as such.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

/* Place of map @name in the metadata, or -ENOENT. */
static int find(const struct kwasm_module *m, const char *name)
{
	__u32 i;

	for (i = 0; i < m->meta.nr_maps; i++)
		if (!strcmp(m->meta.map[i].name, name))
			return i;
	return -ENOENT;
}

static char *pin_path(const struct kwasm_module *m, const struct kw_map_decl *d)
{
	char *path;

	return asprintf(&path, "%s/%s", m->map_pin_dir, d->name) < 0 ? NULL : path;
}

static int create(const struct kw_map_decl *d)
{
	const struct kw_map_info *info = &kw_map_info[d->type];
	LIBBPF_OPTS(bpf_map_create_opts, o, .map_flags = info->flags);

	if (info->kind == KW_MAP_RING)
		return kwasm_ring_create(d->name, d->max_entries);
	return bpf_map_create(info->bpf_type, d->name, d->key_bytes, d->value_bytes, d->max_entries, &o);
}

/* A descriptor of the map pinned as @path, or of a new one that is pinned there from now on. */
static int get_pinned(const struct kw_map_decl *d, const char *path)
{
	int fd = bpf_obj_get(path), err;

	if (fd != -ENOENT)
		return fd;
	fd = create(d);
	if (fd < 0)
		return fd;
	err = bpf_obj_pin(fd, path);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int get(struct kwasm_module *m, __u32 nr)
{
	const struct kw_map_decl *d = &m->meta.map[nr];
	char *path = NULL, *what;
	int fd, err;

	if (m->map_fd[nr] >= 0)
		return 0;
	if (m->map_pin_dir && kw_map_info[d->type].kind != KW_MAP_RING) {
		path = pin_path(m, d);
		fd = path ? get_pinned(d, path) : -ENOMEM;
	} else {
		fd = create(d);
	}
	if (fd >= 0) {
		m->map_fd[nr] = fd;
		free(path);
		return 0;
	}
	if (asprintf(&what, "cannot %s map %s (%s, key=%u value=%u max=%u)%s%s: %s",
		     path ? "open or pin" : "create", d->name, kw_map_info[d->type].text, d->key_bytes,
		     d->value_bytes, d->max_entries, path ? " as " : "", path ?: "", strerror(-fd)) < 0)
		what = NULL;
	err = module_error_plain(m, fd, what);
	free(what);
	free(path);
	return err;
}

int module_maps_get(struct kwasm_module *m)
{
	__u32 i;
	int err;

	for (i = 0; i < m->meta.nr_maps; i++) {
		err = get(m, i);
		if (err)
			return err;
	}
	return 0;
}

int kwasm_module__reuse_map_fd(struct kwasm_module *m, const char *name, int fd)
{
	int nr = find(m, name), own;

	if (nr < 0)
		return libkwasm_err(nr);
	if (m->fd >= 0)
		return libkwasm_err(-EBUSY);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return -errno;
	if (m->map_fd[nr] >= 0)
		close(m->map_fd[nr]);
	m->map_fd[nr] = own;
	return 0;
}

/* By the id that the kernel tells. */
static int fd_of(const struct kwasm_module_map *info)
{
	if (info->type == kw_map_info[KW_MAP_RINGBUF].bpf_type)
		return kwasm_ring_get_fd_by_id(info->map_id);
	return bpf_map_get_fd_by_id(info->map_id);
}

static bool same_shape(const struct kwasm_module_map *info, const struct kw_map_decl *d)
{
	return info->type == kw_map_info[d->type].bpf_type && info->key_bytes == d->key_bytes &&
	       info->value_bytes == d->value_bytes && info->max_entries == d->max_entries;
}

int kwasm_module__reuse_maps(struct kwasm_module *m, int module_fd)
{
	struct kwasm_module_map info;
	int nr, fd, err, reused = 0;
	__u32 i;

	if (m->fd >= 0)
		return libkwasm_err(-EBUSY);
	for (i = 0; !(err = kwasm_module_map(module_fd, i, &info, NULL)); i++) {
		nr = find(m, info.name);
		if (nr < 0 || m->map_fd[nr] >= 0 || !same_shape(&info, &m->meta.map[nr]))
			continue;
		fd = fd_of(&info);
		if (fd < 0)
			return libkwasm_err(fd);
		m->map_fd[nr] = fd;
		reused++;
	}
	return err == -ENOENT ? reused : libkwasm_err(err);
}

/* Of a module that was found in the kernel: by the id the kernel knows its map by. */
static int fd_of_loaded(const struct kwasm_module *m, const char *name)
{
	struct kwasm_module_map info;
	__u32 i;
	int err;

	for (i = 0; !(err = kwasm_module_map(m->fd, i, &info, NULL)); i++)
		if (!strcmp(info.name, name))
			return fd_of(&info);
	return err;
}

int kwasm_module__map_fd(const struct kwasm_module *m, const char *name)
{
	int nr;

	if (!m->bytes)
		return libkwasm_err(fd_of_loaded(m, name));
	nr = find(m, name);
	if (nr < 0 || m->map_fd[nr] < 0)
		return libkwasm_err(-ENOENT);
	return fcntl(m->map_fd[nr], F_DUPFD_CLOEXEC, 3);
}

int kwasm_module__map_info(const struct kwasm_module *m, __u32 index, struct kwasm_module_map *out,
			   char *layout)
{
	const struct kw_map_decl *d;

	if (!m->bytes)
		return kwasm_module_map(m->fd, index, out, layout);
	if (index >= m->meta.nr_maps)
		return libkwasm_err(-ENOENT);
	d = &m->meta.map[index];
	*out = (struct kwasm_module_map){
		.size = sizeof(*out), .module_fd = m->fd, .index = index,
		.type = kw_map_info[d->type].bpf_type, .handle = d->id, .key_bytes = d->key_bytes,
		.value_bytes = d->value_bytes, .max_entries = d->max_entries,
	};
	memcpy(out->name, d->name, sizeof(d->name));
	if (layout) {
		memcpy(layout, d->layout ?: (const u8 *)"", d->layout_len);
		layout[d->layout_len] = 0;
	}
	return 0;
}

const char *libkwasm_map_type_name(__u32 bpf_type)
{
	int i;

	for (i = 0; i < KW_NR_MAP_TYPES; i++)
		if (kw_map_info[i].bpf_type == bpf_type)
			return kw_map_info[i].text;
	return NULL;
}
