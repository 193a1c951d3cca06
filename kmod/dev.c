// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl -> handler.  Sizes, capabilities and the descriptor are dealt with
 * here, by the rows of ioctl.def, so that no handler can forget them.
 */
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "../jit/common/diag.h"
#include "../uapi/linux/kwasm.h"
#include "dev.h"

enum cap { CAP_ANY, CAP_LOAD };

struct request {
	unsigned int cmd;
	u16 size;
	u8 cap;			/* enum cap */
	bool out;
	int (*handle)(void *arg, struct file **file);
};

/* Indexed by _IOC_NR(). */
static const struct request request[] = {
#define KWASM_IOCTL(NAME, name_, struct_, cap_, out_)			\
	[_IOC_NR(KWASM_##NAME)] = {					\
		.cmd = KWASM_##NAME, .size = sizeof(struct kwasm_##struct_),	\
		.cap = CAP_##cap_, .out = out_, .handle = kwasm_ioctl_##name_,	\
	},
#include "ioctl.def"
};

union argument {
#define KWASM_IOCTL(NAME, name, struct_, cap, out) struct kwasm_##struct_ name;
#include "ioctl.def"
};
static_assert(sizeof(union argument) <= 512, "an argument lives on the stack");

/* The smallest any caller ever passed: its size and one more word. */
#define MIN_SIZE	8

static bool may_load(void)
{
	return capable(CAP_BPF) || capable(CAP_SYS_ADMIN);
}

static int copy_in(union argument *arg, u32 size, void __user *user, u32 *user_size)
{
	if (get_user(*user_size, (u32 __user *)user))
		return -EFAULT;
	if (*user_size < MIN_SIZE || *user_size > PAGE_SIZE)
		return -EINVAL;
	return copy_struct_from_user(arg, size, user, *user_size);
}

static long handle(const struct request *r, void __user *user)
{
	union argument arg = {};
	struct file *file = NULL;
	u32 user_size;
	int err, fd = -1;

	err = copy_in(&arg, r->size, user, &user_size);
	if (err)
		return err;
	err = r->handle(&arg, &file);
	if (err)
		file = NULL;
	if (file) {
		fd = get_unused_fd_flags(O_CLOEXEC);
		if (fd < 0)
			err = fd;
	}
	if (r->out && copy_to_user(user, &arg, min_t(u32, r->size, user_size)))
		err = err ?: -EFAULT;
	if (err)
		goto err_put;
	if (!file)
		return 0;
	fd_install(fd, file);
	return fd;

err_put:
	if (fd >= 0)
		put_unused_fd(fd);
	if (file)
		fput(file);
	return err;
}

static long dev_ioctl(struct file *dev, unsigned int cmd, unsigned long arg)
{
	const struct request *r;
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(request))
		return -ENOTTY;
	r = &request[array_index_nospec(nr, ARRAY_SIZE(request))];
	if (!r->handle || r->cmd != cmd)
		return -ENOTTY;
	if (r->cap == CAP_LOAD && !may_load())
		return -EPERM;
	return handle(r, (void __user *)arg);
}

int kwasm_diag_put(u64 user, const struct kw_diag *diag, const char *name)
{
	struct kwasm_diag d = {
		.reason = diag->reason,
		.op = diag->op,
		.offset = diag->offset,
		.func = diag->func,
		.arg = { diag->arg[0], diag->arg[1] },
	};

	if (!user)
		return 0;
	if (name)
		strscpy(d.name, name, sizeof(d.name));
	return copy_to_user(u64_to_user_ptr(user), &d, sizeof(d)) ? -EFAULT : 0;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kwasm",
	.fops = &dev_fops,
	.mode = 0600,
};

int kwasm_dev_init(void)
{
	return misc_register(&dev);
}

void kwasm_dev_exit(void)
{
	misc_deregister(&dev);
}
