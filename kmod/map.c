// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors of BPF maps -> references that a module holds.
 *
 * A map is taken only if it is what the module's line says, in type, sizes
 * and number of entries, since the guest's buffers were laid out by that; if
 * its values are plain bytes, since a guest may write any; and if whoever
 * opened the descriptor may do with it what the module's imports do.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "../jit/rt/bind.h"
#include "compat.h"
#include "map.h"

KWASM_IMPORT_BPF_MAPS;

#define USES(host)	(1ULL << KW_HOST_##host)
#define USES_READ	(USES(MAP_LOOKUP) | USES(MAP_PEEK) | USES(MAP_POP) | USES(MAP_ADD64))
#define USES_WRITE	(USES(MAP_UPDATE) | USES(MAP_DELETE) | USES(MAP_PUSH) | USES(MAP_POP) | USES(MAP_ADD64))
static_assert(KW_NR_HOSTS <= 64, "one bit per host function");

/* What the owner of @file, and whoever made @map, let programs do. */
static bool may_use(const struct file *file, const struct bpf_map *map, u64 uses)
{
	if (uses & USES_READ && (!(file->f_mode & FMODE_CAN_READ) || map->map_flags & BPF_F_WRONLY_PROG))
		return false;
	return !(uses & USES_WRITE) ||
	       (file->f_mode & FMODE_CAN_WRITE && !(map->map_flags & BPF_F_RDONLY_PROG) &&
		!READ_ONCE(map->frozen));
}

static int check(const struct file *file, const struct bpf_map *map, const struct kw_map_decl *d,
		 u64 uses, struct kw_diag *diag)
{
	const struct kw_map_info *info = &kw_map_info[d->type];

	if (map->map_type != info->bpf_type)
		return kw_reject(diag, d->wasm_off, KW_R_MAP_TYPE, map->map_type, info->bpf_type);
	if (map->key_size != d->key_bytes)
		return kw_reject(diag, d->wasm_off, KW_R_MAP_KEY, map->key_size, d->key_bytes);
	if (map->value_size != d->value_bytes)
		return kw_reject(diag, d->wasm_off, KW_R_MAP_VALUE, map->value_size, d->value_bytes);
	if (map->max_entries != d->max_entries)
		return kw_reject(diag, d->wasm_off, KW_R_MAP_MAX, map->max_entries, d->max_entries);
	/* Maps that live on a network card have no functions for programs of the host. */
	if (kwasm_map_has_fields(map) || (info->kind == KW_MAP_KV && !map->ops->map_lookup_elem))
		return kw_reject(diag, d->wasm_off, KW_R_MAP_FIELDS, 0, 0);
	if (!may_use(file, map, uses))
		return kw_reject(diag, d->wasm_off, KW_R_MAP_ACCESS, 0, 0);
	return 0;
}

static int get_one(const struct kw_map_decl *d, int fd, u64 uses, struct bpf_map **out,
		   struct kw_diag *diag)
{
	struct bpf_map *map;
	struct file *file;
	int err;

	file = fget(fd);
	map = bpf_map_get(fd);
	if (IS_ERR(map)) {
		err = kw_reject(diag, d->wasm_off, KW_R_MAP_FD, 0, 0);
		goto err_file;
	}
	/* The descriptor may have become another file's between the two looks. */
	if (!file || file->private_data != map)
		err = kw_reject(diag, d->wasm_off, KW_R_MAP_FD, 0, 0);
	else
		err = check(file, map, d, uses, diag);
	if (err)
		bpf_map_put(map);
	else
		*out = map;
err_file:
	if (file)
		fput(file);
	return err;
}

static int get_ring(const struct kw_map_decl *d, int fd, struct kwasm_ring **out, struct kw_diag *diag)
{
	struct kwasm_ring *ring = kwasm_ring_from_fd(fd);

	if (IS_ERR(ring))
		return kw_reject(diag, d->wasm_off, KW_R_RING_FD, 0, 0);
	if (ring->bytes != d->max_entries) {
		u32 bytes = ring->bytes;

		kwasm_object_put(&ring->obj);
		return kw_reject(diag, d->wasm_off, KW_R_RING_BYTES, bytes, d->max_entries);
	}
	kwasm_ring_writer_add(ring);
	*out = ring;
	return 0;
}

int kwasm_maps_get(const struct kw_meta *meta, u64 uses, const s32 __user *fds, u32 nr,
		   struct kwasm_maps *out, struct kw_diag *diag)
{
	const struct kw_map_decl *d;
	u32 i, zero_bytes = 0;
	s32 fd;
	int err;

	if (nr != meta->nr_maps)
		return kw_reject(diag, 0, KW_R_MAP_COUNT, meta->nr_maps, nr);
	for (i = 0; i < nr; i++) {
		d = &meta->map[i];
		if (get_user(fd, fds + i))
			return -EFAULT;
		if (kw_map_info[d->type].kind == KW_MAP_RING)
			err = get_ring(d, fd, &out->ring[d->id], diag);
		else
			err = get_one(d, fd, uses, &out->map[d->id], diag);
		if (err)
			return err;
		out->kind[d->id] = kw_map_info[d->type].kind;
		out->decl[d->id] = i;
		zero_bytes = max(zero_bytes, d->value_bytes);
	}
	if (!(uses & USES(MAP_ADD64)) || !nr)
		return 0;
	out->zero = kvzalloc(zero_bytes, GFP_KERNEL_ACCOUNT);
	return out->zero ? 0 : -ENOMEM;
}

void kwasm_maps_put(struct kwasm_maps *maps)
{
	u32 i;

	for (i = 0; i < KW_MAX_MAPS; i++) {
		if (maps->map[i])
			bpf_map_put(maps->map[i]);
		if (maps->ring[i])
			kwasm_ring_writer_del(maps->ring[i]);
	}
	kvfree(maps->zero);
}
