/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between the kernels we build for; nothing else in kmod/ looks at a version. */
#ifndef KWASM_COMPAT_H
#define KWASM_COMPAT_H

#include <linux/bpf.h>
#include <linux/fsnotify_backend.h>
#include <linux/hrtimer.h>
#include <linux/timer.h>
#include <linux/mount.h>
#include <linux/skbuff.h>
#include <linux/version.h>
#include <linux/xattr.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, fn, clock, mode)		\
	do {						\
		hrtimer_init(timer, clock, mode);	\
		(timer)->function = fn;			\
	} while (0)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_shutdown_sync(timer)	del_timer_sync(timer)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_clear(vma, flags)	((vma)->vm_flags &= ~(flags))
#endif

/* Where the kernel keeps the top of a CPU's interrupt stack, if it tells modules at all. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define KWASM_IRQ_STACK_IN_PCPU_HOT
#endif

/*
 * Later kernels, and 6.12 since its stable releases, export bpf_map_get()
 * in a name space; where there is none, importing it means nothing.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define KWASM_IMPORT_BPF_MAPS	MODULE_IMPORT_NS(BPF_INTERNAL)
#else
#define KWASM_IMPORT_BPF_MAPS	MODULE_IMPORT_NS("BPF_INTERNAL")
#endif

/* Do values of @map hold what only the kernel may write: locks, timers, pointers? */
static inline bool kwasm_map_has_fields(const struct bpf_map *map)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return map_value_has_spin_lock(map) || map_value_has_timer(map) || map_value_has_kptrs(map);
#else
	return !IS_ERR_OR_NULL(map->record);
#endif
}

/* Is the packet one that came in, to tc? */
static inline void kwasm_skb_set_tc_ingress(struct sk_buff *skb, bool in)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_CLS_ACT
	skb->tc_at_ingress = in;
#endif
#elif defined(CONFIG_NET_XGRESS)
	skb->tc_at_ingress = in;
#endif
}

/* ---- Files ---- */

/* A group whose permission events the kernel waits for. */
static inline struct fsnotify_group *kwasm_fsnotify_alloc_group(const struct fsnotify_ops *ops)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	struct fsnotify_group *g = fsnotify_alloc_group(ops, FSNOTIFY_GROUP_NOFS);
#else
	struct fsnotify_group *g = fsnotify_alloc_group(ops, 0);
#endif

	/* Before its first mark: later kernels look at it then. */
	if (!IS_ERR(g))
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
		g->priority = FS_PRIO_1;
#else
		g->priority = FSNOTIFY_PRIO_CONTENT;
#endif
	return g;
}

/* Put @m on the inode, superblock or mount of @path.  Marks of mounts want what earlier kernels keep to themselves. */
static inline int kwasm_fsnotify_add_mark(struct fsnotify_mark *m, const struct path *path, u32 type)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	if (type == FSNOTIFY_OBJ_TYPE_INODE)
		return fsnotify_add_inode_mark(m, d_inode(path->dentry), 0);
	if (type == FSNOTIFY_OBJ_TYPE_SB)
		return fsnotify_add_mark(m, &path->mnt->mnt_sb->s_fsnotify_marks, type, 0, NULL);
	return -EOPNOTSUPP;
#else
	void *object = path->mnt;

	if (type == FSNOTIFY_OBJ_TYPE_INODE)
		object = d_inode(path->dentry);
	if (type == FSNOTIFY_OBJ_TYPE_SB)
		object = path->mnt->mnt_sb;
	return fsnotify_add_mark(m, object, type, 0);
#endif
}

static inline ssize_t kwasm_getxattr(const struct path *path, const char *name, void *value, size_t bytes)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return vfs_getxattr(mnt_user_ns(path->mnt), path->dentry, name, value, bytes);
#else
	return vfs_getxattr(mnt_idmap(path->mnt), path->dentry, name, value, bytes);
#endif
}

/* Functions that BPF programs may call, and sets of them. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define KWASM_KFUNCS_START	BTF_KFUNCS_START
#define KWASM_KFUNCS_END	BTF_KFUNCS_END
#else
#define KWASM_KFUNCS_START	BTF_SET8_START
#define KWASM_KFUNCS_END	BTF_SET8_END
#endif
#ifndef __bpf_kfunc
#define __bpf_kfunc		__used noinline
#endif

#endif /* KWASM_COMPAT_H */
