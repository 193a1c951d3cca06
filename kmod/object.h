/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What modules, programs, links, stores and instances have in common: a
 * reference count, an id, perhaps a pin (a name that holds a reference), and
 * descriptors.  Documentation/lifetime.rst says who holds what.
 */
#ifndef KWASM_OBJECT_H
#define KWASM_OBJECT_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "../uapi/linux/kwasm.h"

struct file;
struct kwasm_object;
struct poll_table_struct;
struct seq_file;
struct vm_area_struct;

/**
 * struct kwasm_object_ops - one kind of object
 * @type:      enum kwasm_obj_type
 * @fd_name:   what /proc/PID/fd shows
 * @info_size: bytes of its struct kwasm_*_info, 0 if it has none
 * @info:      fill that struct, which is zeroed
 * @release:   the last reference is gone: free it. Process context, may sleep
 * @mmap:      of its descriptors, NULL: not possible
 * @poll:      the like, NULL: always ready
 */
struct kwasm_object_ops {
	u32 type;
	const char *fd_name;
	u32 info_size;
	void (*info)(struct kwasm_object *o, void *info);
	void (*release)(struct kwasm_object *o);
	int (*mmap)(struct kwasm_object *o, struct vm_area_struct *vma);
	__poll_t (*poll)(struct kwasm_object *o, struct file *file, struct poll_table_struct *pt);
};

/**
 * struct kwasm_object - embedded in every object
 * @id:  above 0 once published
 * @pin: its name, or empty; registry lock
 */
struct kwasm_object {
	refcount_t ref;
	u32 id;
	const struct kwasm_object_ops *ops;
	char pin[KWASM_NAME_LEN];
};

/* One reference, the caller's; nobody can find it yet. */
void kwasm_object_init(struct kwasm_object *o, const struct kwasm_object_ops *ops);

/* Give it an id and let others find it.  Return: 0, -ENOMEM, -ENOSPC. */
int kwasm_object_publish(struct kwasm_object *o);

static inline void kwasm_object_get(struct kwasm_object *o)
{
	refcount_inc(&o->ref);
}

/* Context: process, may sleep; no lock of ours held. */
void kwasm_object_put(struct kwasm_object *o);

/**
 * kwasm_object_file() - a file that takes over the caller's reference
 * Return: the file, or ERR_PTR and the reference is still the caller's.
 */
struct file *kwasm_object_file(struct kwasm_object *o);

/**
 * kwasm_object_from_fd() - the object behind a descriptor, with a reference
 * @type: enum kwasm_obj_type, 0 any
 * Return: the object; ERR_PTR -EBADF not open, -EINVAL something else.
 */
struct kwasm_object *kwasm_object_from_fd(int fd, u32 type);

/* Copy the pin's name, or an empty string. */
void kwasm_object_pin_name(struct kwasm_object *o, char name[KWASM_NAME_LEN]);

/* A name as we store it: terminated, printable, no blank, no '/', not empty. */
bool kwasm_name_ok(const char name[KWASM_NAME_LEN]);

void kwasm_registry_init(void);
void kwasm_registry_exit(void);

#endif /* KWASM_OBJECT_H */
