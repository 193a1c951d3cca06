/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* jit/ inside the kernel module.  Differences between kernel versions live here and in kmod/compat.h. */
#ifndef KW_PLATFORM_KERNEL_H
#define KW_PLATFORM_KERNEL_H

#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* An invariant of ours, not a check of input; a guest must never be able to make one fail. */
#define kw_assert(cond)	((void)WARN_ON_ONCE(!(cond)))

/* Kernel: 16 KiB of VM stack, call context included. */
#define KW_STACK_LOG2	14

#endif /* KW_PLATFORM_KERNEL_H */
