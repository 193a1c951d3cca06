// SPDX-License-Identifier: GPL-2.0
/*
 * kwasm_fs_v1: what a program sees of the file its event is about, and what
 * kwasm_v1 tells of the task it runs in.  Process context only.
 *
 * A program reads with the rights of who attached it: the task may have opened
 * the file for writing alone.  The file it is read through sends no events.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/kdev_t.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "../../uapi/linux/kwasm.h"
#include "../compat.h"
#include "../exec.h"
#include "../fsevent.h"
#include "host.h"

#define READ_CHUNK	65536	/* between looks at the deadline */

/* The running execution is one in process context; else the guest ends. */
static bool in_process(struct kw_inst *i)
{
	if (kwasm_exec_of(i->exec)->form == KW_FORM_P)
		return true;
	kw_raise(i, KW_TRAP_BAD_CONTEXT);
	return false;
}

/* Its event, or NULL and the guest ends. */
static struct kwasm_fs_event *event_of(struct kw_inst *i)
{
	if (!in_process(i))
		return NULL;
	if (!i->exec->host)
		kw_raise(i, KW_TRAP_BAD_CONTEXT);
	return i->exec->host;
}

/* A guest pointer, or NULL and the guest ends. */
static u8 *guest(struct kw_inst *i, u32 ptr, u32 len)
{
	u8 *p = kw_range(i, ptr, len);

	if (!p)
		kw_raise(i, KW_TRAP_HOST_OOB);
	return p;
}

/* @text and its 0 into @room bytes.  Return: its length, -ENAMETOOLONG. */
static u32 put_text(u8 *to, u32 room, const char *text, u32 len)
{
	if (len >= room)
		return -ENAMETOOLONG;
	memcpy(to, text, len);
	to[len] = 0;
	return len;
}

/* ---- The event ---- */

KW_PROTO_I_V(kwasm_host_fs_event)
{
	const struct kwasm_fs_event *ev = event_of(i);

	return ev ? ev->mask : 0;
}

/*
 * As the task sees it, if the event came through a mount and the task has a
 * root still (files are closed after that is gone); else from the filesystem's root.
 */
static char *path_text(const struct kwasm_fs_event *ev, char *buf, int bytes)
{
	if (ev->path && current->fs)
		return d_path(ev->path, buf, bytes);
	return ev->dentry ? dentry_path_raw(ev->dentry, buf, bytes) : ERR_PTR(-ENOENT);
}

/* Events that tell a directory and a name. */
static char *entry_text(const struct kwasm_fs_event *ev, char *buf, int bytes)
{
	int room = bytes - ev->name->len - 1;
	struct dentry *d = d_find_any_alias(ev->dir);
	char *s, *end;

	if (!d)
		return ERR_PTR(-ENOENT);
	s = room > 0 ? dentry_path_raw(d, buf, room) : ERR_PTR(-ENAMETOOLONG);
	dput(d);
	if (IS_ERR(s))
		return s;
	end = s + strlen(s);
	if (end[-1] != '/')
		*end++ = '/';
	memcpy(end, ev->name->name, ev->name->len);
	end[ev->name->len] = 0;
	return s;
}

static char *event_text(const struct kwasm_fs_event *ev, char *buf, int bytes)
{
	if (!ev->dentry && ev->dir && ev->name)
		return entry_text(ev, buf, bytes);
	return path_text(ev, buf, bytes);
}

/* Events with two names. */
static char *new_text(const struct kwasm_fs_event *ev, char *buf, int bytes)
{
	return ev->to ? dentry_path_raw(ev->to, buf, bytes) : ERR_PTR(-ENOENT);
}

typedef char *text_of(const struct kwasm_fs_event *ev, char *buf, int bytes);

static u32 put_path(struct kw_inst *i, u32 ptr, u32 len, text_of *text)
{
	const struct kwasm_fs_event *ev = event_of(i);
	char *buf, *s;
	u32 status;
	u8 *to;

	to = ev ? guest(i, ptr, len) : NULL;
	if (!to)
		return 0;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	s = text(ev, buf, PATH_MAX);
	status = IS_ERR(s) ? PTR_ERR(s) : put_text(to, len, s, strlen(s));
	kfree(buf);
	return status;
}

KW_PROTO_I_II(kwasm_host_fs_path)
{
	return put_path(i, a, b, event_text);
}

KW_PROTO_I_II(kwasm_host_fs_new_path)
{
	return put_path(i, a, b, new_text);
}

static u32 put_name(struct kw_inst *i, u32 ptr, u32 len, bool new)
{
	const struct kwasm_fs_event *ev = event_of(i);
	char name[NAME_MAX + 1];
	u8 *to;
	int n;

	to = ev ? guest(i, ptr, len) : NULL;
	if (!to)
		return 0;
	n = new ? kwasm_fs_dentry_name(ev->to, name) : kwasm_fs_event_name(ev, name);
	return n < 0 ? n : put_text(to, len, name, n);
}

KW_PROTO_I_II(kwasm_host_fs_name)
{
	return put_name(i, a, b, false);
}

KW_PROTO_I_II(kwasm_host_fs_new_name)
{
	return put_name(i, a, b, true);
}

static u32 changes(const struct iattr *a)
{
	static const struct {
		u32 attr, set;
	} bit[] = {
		{ ATTR_MODE, KWASM_FS_SET_MODE }, { ATTR_UID, KWASM_FS_SET_UID }, { ATTR_GID, KWASM_FS_SET_GID },
		{ ATTR_SIZE, KWASM_FS_SET_SIZE }, { ATTR_ATIME | ATTR_MTIME | ATTR_CTIME, KWASM_FS_SET_TIMES },
	};
	u32 k, set = 0;

	for (k = 0; k < ARRAY_SIZE(bit); k++)
		set |= a->ia_valid & bit[k].attr ? bit[k].set : 0;
	return set;
}

/* What an inode will be; only what is to change means anything in @a. */
static u64 new_field(const struct iattr *a, u32 id)
{
	switch (id) {
	case KW_FS_FIELD_CHANGES:
		return changes(a);
	case KW_FS_FIELD_NEW_MODE:
		return a->ia_valid & ATTR_MODE ? a->ia_mode : 0;
	case KW_FS_FIELD_NEW_UID:
		return a->ia_valid & ATTR_UID ? from_kuid(&init_user_ns, a->ia_uid) : 0;
	case KW_FS_FIELD_NEW_GID:
		return a->ia_valid & ATTR_GID ? from_kgid(&init_user_ns, a->ia_gid) : 0;
	case KW_FS_FIELD_NEW_SIZE:
		return a->ia_valid & ATTR_SIZE ? a->ia_size : 0;
	default:
		return 0;
	}
}

KW_PROTO_L_I(kwasm_host_fs_field)
{
	const struct kwasm_fs_event *ev = event_of(i);
	const struct inode *inode = ev ? ev->inode : NULL;

	if (ev && ev->dir && a == KW_FS_FIELD_DIR)
		return ev->dir->i_ino;
	/* What is about to be made has none. */
	if (!inode)
		return 0;
	switch (a) {
	case KW_FS_FIELD_INODE:
		return inode->i_ino;
	case KW_FS_FIELD_DEVICE:
		return (u64)MAJOR(inode->i_sb->s_dev) << 20 | MINOR(inode->i_sb->s_dev);
	case KW_FS_FIELD_MODE:
		return inode->i_mode;
	case KW_FS_FIELD_UID:
		return from_kuid(&init_user_ns, inode->i_uid);
	case KW_FS_FIELD_GID:
		return from_kgid(&init_user_ns, inode->i_gid);
	case KW_FS_FIELD_SIZE:
		return i_size_read(inode);
	case KW_FS_FIELD_NLINK:
		return inode->i_nlink;
	default:
		return ev->attr ? new_field(ev->attr, a) : 0;
	}
}

/*
 * Only of events that come with a path: the others are sent with locks of the
 * inode or its directory held, which reading may want as well.
 */
static int open_event(struct kwasm_fs_event *ev)
{
	struct file *f;

	if (ev->file)
		return 0;
	if (!ev->path || !S_ISREG(ev->inode->i_mode))
		return -EOPNOTSUPP;
	f = dentry_open(ev->path, O_RDONLY | O_LARGEFILE | O_NOATIME | (__force int)FMODE_NONOTIFY, ev->cred);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ev->file = f;
	return 0;
}

static bool out_of_time(const struct kw_exec *e)
{
	return e->deadline_ns && ktime_get_ns() > e->deadline_ns;
}

KW_PROTO_I_LII(kwasm_host_fs_read)
{
	struct kwasm_fs_event *ev = event_of(i);
	u8 *to = ev ? guest(i, b, c) : NULL;
	loff_t pos = a;
	u32 done = 0;
	ssize_t n;
	int err;

	if (!to)
		return 0;
	if (pos < 0 || c > INT_MAX)
		return -EINVAL;
	err = open_event(ev);
	if (err)
		return err;
	while (done < c && !kw_stopped(i) && !out_of_time(i->exec)) {
		n = kernel_read(ev->file, to + done, min_t(u32, c - done, READ_CHUNK), &pos);
		if (n < 0)
			return done ?: n;
		if (!n)
			break;
		done += n;
	}
	return done;
}

KW_PROTO_I_IIII(kwasm_host_fs_xattr)
{
	const struct kwasm_fs_event *ev = event_of(i);
	char name[XATTR_NAME_MAX + 1];
	const u8 *from;
	u8 *to;

	from = ev ? guest(i, a, b) : NULL;
	to = from ? guest(i, c, d) : NULL;
	if (!to)
		return 0;
	if (!b || b > XATTR_NAME_MAX || memchr(from, 0, b))
		return -EINVAL;
	/* See open_event(). */
	if (!ev->path)
		return -EOPNOTSUPP;
	memcpy(name, from, b);
	name[b] = 0;
	return kwasm_getxattr(ev->path, name, to, min_t(u32, d, XATTR_SIZE_MAX));
}

/* ---- The task ---- */

KW_PROTO_L_V(kwasm_host_pid_tgid)
{
	return in_process(i) ? (u64)current->tgid << 32 | (u32)current->pid : 0;
}

KW_PROTO_L_V(kwasm_host_uid_gid)
{
	if (!in_process(i))
		return 0;
	return (u64)from_kgid(&init_user_ns, current_gid()) << 32 | from_kuid(&init_user_ns, current_uid());
}

KW_PROTO_I_II(kwasm_host_comm)
{
	char comm[TASK_COMM_LEN];
	u8 *to = in_process(i) ? guest(i, a, b) : NULL;

	if (!to)
		return 0;
	get_task_comm(comm, current);
	return put_text(to, b, comm, strlen(comm));
}

KW_PROTO_L_V(kwasm_host_cgroup_id)
{
	u64 id;

	if (!in_process(i))
		return 0;
	rcu_read_lock();
	id = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
	return id;
}
