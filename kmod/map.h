/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's BPF maps, and our rings, behind a module's `map` lines:
 * descriptors in, a reference to each while the module lives.  Guests reach
 * them through host/map.c and host/ring.c, everybody else as ever: by bpf(2),
 * bpftool, bpffs; by mmap().
 */
#ifndef KWASM_MAP_H
#define KWASM_MAP_H

#include <linux/bpf.h>

#include "../jit/rt/meta.h"
#include "ring.h"

/**
 * struct kwasm_maps - of one module
 * @map:  by the guest's handle; NULL where no line declares it, or one that is a ring
 * @ring: the like; NULL where no line declares it, or one that is a map
 * @kind: the like: enum kw_map_kind
 * @decl: the like: place in kw_meta.map
 * @zero: as many zero bytes as the largest value has: map_add64 starts from them
 *
 * Set up before any guest of the module runs, constant until none runs any more.
 */
struct kwasm_maps {
	struct bpf_map *map[KW_MAX_MAPS];
	struct kwasm_ring *ring[KW_MAX_MAPS];
	u8 kind[KW_MAX_MAPS];
	u8 decl[KW_MAX_MAPS];
	void *zero;
};

/**
 * kwasm_maps_get() - take a reference to each map a module declares
 * @meta: its declarations
 * @uses: which host functions it imports, bit per enum kw_host
 * @fds:  user pointer to @nr descriptors, in the order of the declarations
 * @out:  zeroed; after a failure it is for kwasm_maps_put() as well
 * @diag: the line at fault, and why; arg[0] of KW_R_MAP_* may say what was found
 *
 * Context: process context, may sleep.
 * Return: 0, or -errno of the reason in @diag; -EFAULT, -ENOMEM.
 */
int kwasm_maps_get(const struct kw_meta *meta, u64 uses, const s32 __user *fds, u32 nr,
		   struct kwasm_maps *out, struct kw_diag *diag);

/* No guest that could use them is running or will.  May be called in any context that may sleep. */
void kwasm_maps_put(struct kwasm_maps *maps);

#endif /* KWASM_MAP_H */
