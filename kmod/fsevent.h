/* SPDX-License-Identifier: GPL-2.0 */
/* The event an fs program runs on. */
#ifndef KWASM_FSEVENT_H
#define KWASM_FSEVENT_H

#include <linux/dcache.h>
#include <linux/fs.h>

/**
 * struct kwasm_fs_event - exec->host of fs programs
 * @mask:   KWASM_FS_*
 * @path:   of the file; NULL for events that come without a mount: entries of a
 *          directory made, removed or renamed, attributes changed
 * @dentry: of the file; NULL where the kernel gives none
 * @inode:  of the file, NULL if it is about to be made
 * @dir:    the directory that @name is in, or NULL
 * @name:   last component, if the kernel says one
 * @to:     rename and link: the new name, perhaps of a file that is there already
 * @to_dir: the directory of @to
 * @attr:   setattr: what it is to become
 * @cred:   whose rights the program reads with: those of who attached it
 * @file:   opened by the first read(), for kwasm_fs_event_end()
 *
 * All of it is the caller's, for as long as the program runs.
 */
struct kwasm_fs_event {
	u32 mask;
	const struct path *path;
	struct dentry *dentry;
	struct inode *inode;
	struct inode *dir;
	const struct qstr *name;
	struct dentry *to;
	struct inode *to_dir;
	const struct iattr *attr;
	const struct cred *cred;
	struct file *file;
};

/**
 * kwasm_fs_event_name() - last component of the file's name
 * @buf: NAME_MAX + 1 bytes
 *
 * Return: length, or -ENOENT: it has none.
 */
int kwasm_fs_event_name(const struct kwasm_fs_event *ev, char *buf);

/* The same of any dentry; NULL: -ENOENT. */
int kwasm_fs_dentry_name(struct dentry *d, char *buf);

static inline void kwasm_fs_event_end(struct kwasm_fs_event *ev)
{
	if (ev->file)
		fput(ev->file);
}

#endif /* KWASM_FSEVENT_H */
