/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between the kernels we build for; nothing else in kmod/ looks at a version. */
#ifndef KWASM_COMPAT_H
#define KWASM_COMPAT_H

#include <linux/bpf.h>
#include <linux/hrtimer.h>
#include <linux/timer.h>
#include <linux/version.h>

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

#endif /* KWASM_COMPAT_H */
