// SPDX-License-Identifier: GPL-2.0
/*
 * Objects -> ids, pins and descriptors.  One registry for all network
 * namespaces; what it lists may be opened again by whoever may load modules.
 */
#include <linux/anon_inodes.h>
#include <linux/ctype.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "dev.h"
#include "object.h"

#define NR_TYPES	(KWASM_OBJ_RING + 1)
#define MAX_IDS		(1 << 20)	/* of one type */
#define MAX_PINS	4096

static DEFINE_MUTEX(registry_lock);
static struct idr registry[NR_TYPES];
static u32 nr_pins;

void kwasm_object_init(struct kwasm_object *o, const struct kwasm_object_ops *ops)
{
	refcount_set(&o->ref, 1);
	o->ops = ops;
}

int kwasm_object_publish(struct kwasm_object *o)
{
	int id;

	mutex_lock(&registry_lock);
	/* Cyclic: an id just freed is not soon somebody else's. */
	id = idr_alloc_cyclic(&registry[o->ops->type], o, 1, MAX_IDS, GFP_KERNEL_ACCOUNT);
	if (id > 0)
		o->id = id;
	mutex_unlock(&registry_lock);
	return id < 0 ? id : 0;
}

void kwasm_object_put(struct kwasm_object *o)
{
	if (!refcount_dec_and_test(&o->ref))
		return;
	if (o->id) {
		mutex_lock(&registry_lock);
		idr_remove(&registry[o->ops->type], o->id);
		mutex_unlock(&registry_lock);
	}
	o->ops->release(o);
}

void kwasm_object_pin_name(struct kwasm_object *o, char name[KWASM_NAME_LEN])
{
	mutex_lock(&registry_lock);
	memcpy(name, o->pin, KWASM_NAME_LEN);
	mutex_unlock(&registry_lock);
}

bool kwasm_name_ok(const char name[KWASM_NAME_LEN])
{
	u32 i;

	for (i = 0; i < KWASM_NAME_LEN && name[i]; i++) {
		if (!isascii(name[i]) || !isgraph(name[i]) || name[i] == '/')
			return false;
	}
	return i && i < KWASM_NAME_LEN;
}

/* ---- Descriptors ---- */

static int object_release(struct inode *inode, struct file *file)
{
	kwasm_object_put(file->private_data);
	return 0;
}

static void object_fdinfo(struct seq_file *m, struct file *file)
{
	struct kwasm_object *o = file->private_data;
	char pin[KWASM_NAME_LEN];

	kwasm_object_pin_name(o, pin);
	seq_printf(m, "kwasm_type:\t%u\nkwasm_id:\t%u\n", o->ops->type, o->id);
	if (pin[0])
		seq_printf(m, "kwasm_pin:\t%s\n", pin);
}

static int object_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kwasm_object *o = file->private_data;

	return o->ops->mmap ? o->ops->mmap(o, vma) : -ENODEV;
}

static __poll_t object_poll(struct file *file, poll_table *pt)
{
	struct kwasm_object *o = file->private_data;

	return o->ops->poll ? o->ops->poll(o, file, pt) : DEFAULT_POLLMASK;
}

static const struct file_operations object_fops = {
	.owner = THIS_MODULE,
	.mmap = object_mmap,
	.poll = object_poll,
	.release = object_release,
	.show_fdinfo = object_fdinfo,
	.llseek = noop_llseek,
};

struct file *kwasm_object_file(struct kwasm_object *o)
{
	return anon_inode_getfile(o->ops->fd_name, &object_fops, o, O_RDWR);
}

struct kwasm_object *kwasm_object_from_fd(int fd, u32 type)
{
	struct file *file = fget(fd);
	struct kwasm_object *o = ERR_PTR(-EINVAL);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &object_fops) {
		o = file->private_data;
		if (type && o->ops->type != type)
			o = ERR_PTR(-EINVAL);
		else
			kwasm_object_get(o);
	}
	fput(file);
	return o;
}

/* ---- Requests ---- */

static bool id_request_ok(const struct kwasm_obj_id *a)
{
	return a->type > 0 && a->type < NR_TYPES && !a->flags;
}

int kwasm_ioctl_obj_next_id(void *arg, struct file **file)
{
	struct kwasm_obj_id *a = arg;
	int next = a->id < MAX_IDS ? a->id + 1 : MAX_IDS;
	struct kwasm_object *o;

	if (!id_request_ok(a))
		return -EINVAL;
	mutex_lock(&registry_lock);
	o = idr_get_next(&registry[a->type], &next);
	if (o) {
		a->id = next;
		memcpy(a->name, o->pin, KWASM_NAME_LEN);
	}
	mutex_unlock(&registry_lock);
	return o ? 0 : -ENOENT;
}

/* Registry lock held. */
static struct kwasm_object *find_pin(u32 type, const char *name)
{
	struct kwasm_object *o;
	int id;

	idr_for_each_entry(&registry[type], o, id) {
		if (o->pin[0] && !strcmp(o->pin, name))
			return o;
	}
	return NULL;
}

/* Registry lock held.  By id, or by pin if that is 0. */
static struct kwasm_object *find(const struct kwasm_obj_id *a)
{
	if (a->id)
		return idr_find(&registry[a->type], a->id);
	return find_pin(a->type, a->name);
}

int kwasm_ioctl_obj_get_fd(void *arg, struct file **file)
{
	struct kwasm_obj_id *a = arg;
	struct kwasm_object *o;

	if (!id_request_ok(a) || (!a->id && !kwasm_name_ok(a->name)))
		return -EINVAL;
	mutex_lock(&registry_lock);
	o = find(a);
	if (o && !refcount_inc_not_zero(&o->ref))
		o = NULL;
	mutex_unlock(&registry_lock);
	if (!o)
		return -ENOENT;
	*file = kwasm_object_file(o);
	if (IS_ERR(*file)) {
		kwasm_object_put(o);
		return PTR_ERR(*file);
	}
	return 0;
}

int kwasm_ioctl_obj_info(void *arg, struct file **file)
{
	struct kwasm_obj_info *a = arg;
	struct kwasm_object *o = kwasm_object_from_fd(a->fd, 0);
	u32 size, len = a->info_len;
	void *info;
	int err = -EOPNOTSUPP;

	if (IS_ERR(o))
		return PTR_ERR(o);
	size = o->ops->info_size;
	if (!size)
		goto out_put;
	err = -ENOMEM;
	info = kzalloc(size, GFP_KERNEL);
	if (!info)
		goto out_put;
	o->ops->info(o, info);
	a->type = o->ops->type;
	a->info_len = size;
	err = copy_to_user(u64_to_user_ptr(a->info), info, min(size, len)) ? -EFAULT : 0;
	kfree(info);
out_put:
	kwasm_object_put(o);
	return err;
}

static int pin_object(struct kwasm_object *o, const char *name)
{
	if (o->pin[0])
		return -EALREADY;
	if (nr_pins >= MAX_PINS)
		return -ENOSPC;
	if (find_pin(o->ops->type, name))
		return -EEXIST;
	strscpy(o->pin, name, KWASM_NAME_LEN);
	nr_pins++;
	kwasm_object_get(o);
	/* Cannot fail: the descriptor this request came through holds one already. */
	__module_get(THIS_MODULE);
	return 0;
}

int kwasm_ioctl_obj_pin(void *arg, struct file **file)
{
	struct kwasm_obj_pin *a = arg;
	struct kwasm_object *o;
	int err;

	if (!kwasm_name_ok(a->name))
		return -EINVAL;
	o = kwasm_object_from_fd(a->fd, 0);
	if (IS_ERR(o))
		return PTR_ERR(o);
	mutex_lock(&registry_lock);
	err = pin_object(o, a->name);
	mutex_unlock(&registry_lock);
	kwasm_object_put(o);
	return err;
}

int kwasm_ioctl_obj_unpin(void *arg, struct file **file)
{
	struct kwasm_obj_id *a = arg;
	struct kwasm_object *o;

	if (!id_request_ok(a) || (!a->id && !kwasm_name_ok(a->name)))
		return -EINVAL;
	mutex_lock(&registry_lock);
	o = find(a);
	if (o && !o->pin[0])
		o = NULL;
	if (o) {
		memset(o->pin, 0, KWASM_NAME_LEN);
		nr_pins--;
	}
	mutex_unlock(&registry_lock);
	if (!o)
		return -ENOENT;
	/* The pin's reference, which was ours to drop from the moment the name was gone. */
	kwasm_object_put(o);
	module_put(THIS_MODULE);
	return 0;
}

void kwasm_registry_init(void)
{
	u32 i;

	for (i = 0; i < NR_TYPES; i++)
		idr_init_base(&registry[i], 1);
}

void kwasm_registry_exit(void)
{
	u32 i;

	for (i = 0; i < NR_TYPES; i++)
		idr_destroy(&registry[i]);
}
