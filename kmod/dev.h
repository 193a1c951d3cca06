/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/kwasm: handlers of the requests in ioctl.def. */
#ifndef KWASM_DEV_H
#define KWASM_DEV_H

#include <linux/types.h>

struct file;
struct kw_diag;
struct workqueue_struct;

/*
 * @arg:  the request's struct, copied in, what the caller's was too short for
 *        zeroed; goes back to the caller if ioctl.def says so
 * @file: out: becomes the descriptor that the request returns
 * Return: 0 or -errno; then @file is not looked at.
 */
#define KWASM_IOCTL(NAME, name, struct_, cap, out) \
	int kwasm_ioctl_##name(void *arg, struct file **file);
#include "ioctl.def"

/* Why a module was refused, to a user pointer (0: not wanted); @name may be NULL.  Return: 0 or -EFAULT. */
int kwasm_diag_put(u64 user, const struct kw_diag *diag, const char *name);

/* For work that releases things: drained at module exit. */
extern struct workqueue_struct *kwasm_wq;

int kwasm_dev_init(void);
void kwasm_dev_exit(void);

#endif /* KWASM_DEV_H */
