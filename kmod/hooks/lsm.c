// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that deny what fsnotify only tells of: unlink, rename, mkdir, rmdir,
 * link, and what changes an inode (chmod, chown, truncate, utimes).
 *
 * The kernel asks its security modules, one of them being BPF's.  Userspace
 * loads a BPF program for the hook (libkwasm/lsm.c), which passes the hook's
 * arguments and a link's handle to a function here.  Only hooks whose BPF
 * programs may sleep will do: ours run in process context.
 *
 * unlink, rename, rmdir and setattr are asked of inodes, so what the NFS server or
 * overlayfs does is seen as well; mkdir and link may sleep only where a path is
 * asked for, which is in system calls.  Either way the directory or the file is
 * locked: what the event is about can be looked at, not read.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/glob.h>
#include <linux/path.h>
#include <linux/xarray.h>

#include "../compat.h"
#include "fs.h"
#include "stub.h"

static DEFINE_XARRAY_ALLOC1(handles);
static u32 next_handle;

u32 kwasm_lsm_event(u32 hook)
{
	switch (hook) {
	case KWASM_FS_HOOK_UNLINK:
		return KWASM_FS_UNLINK;
	case KWASM_FS_HOOK_RENAME:
		return KWASM_FS_RENAME;
	case KWASM_FS_HOOK_MKDIR:
		return KWASM_FS_MKDIR;
	case KWASM_FS_HOOK_LINK:
		return KWASM_FS_LINK;
	case KWASM_FS_HOOK_RMDIR:
		return KWASM_FS_RMDIR;
	case KWASM_FS_HOOK_SETATTR:
		return KWASM_FS_SETATTR;
	default:
		return 0;
	}
}

int kwasm_lsm_attach(struct fs_link *l)
{
	int err;

	lockdep_assert_held(&kwasm_link_lock);
	if (!fs_is_lsm(l))
		return 0;
	err = xa_alloc_cyclic(&handles, &l->handle, l, xa_limit_32b, &next_handle, GFP_KERNEL_ACCOUNT);
	return err < 0 ? err : 0;	/* 1: numbers have come round */
}

void kwasm_lsm_detach(struct fs_link *l)
{
	lockdep_assert_held(&kwasm_link_lock);
	if (l->handle)
		xa_erase(&handles, l->handle);
	if (l->holder)
		kwasm_stub_let_go(l->holder, NULL);
	l->holder = NULL;
}

/* With one of its live_marks, so that it stays while its program runs; or NULL. */
static struct fs_link *get_link(u32 handle)
{
	struct fs_link *l;

	rcu_read_lock();
	l = xa_load(&handles, handle);
	if (l && !atomic_inc_not_zero(&l->live_marks))
		l = NULL;
	rcu_read_unlock();
	return l;
}

static bool glob_fits(const struct fs_link *l, struct dentry *d)
{
	char name[NAME_MAX + 1];

	return !l->glob[0] || (kwasm_fs_dentry_name(d, name) >= 0 && glob_match(l->glob, name));
}

/* The name @d in @dir: is it the link's? */
static bool in_scope(const struct fs_link *l, const struct inode *dir, struct dentry *d)
{
	if (d->d_sb != l->sb)
		return false;
	switch (l->scope) {
	case KWASM_FS_SCOPE_DIR:
		if (dir != l->root && d_inode(d) != l->root)
			return false;
		break;
	case KWASM_FS_SCOPE_FILE:
		if (d_inode(d) != l->root)
			return false;
		break;
	case KWASM_FS_SCOPE_SUBTREE:
		if (!kwasm_fs_lies_below(d, l->root))
			return false;
		break;
	}
	return glob_fits(l, d);
}

/* What moves in is as much the link's as what moves out. */
static bool event_in_scope(const struct fs_link *l, const struct kwasm_fs_event *ev)
{
	return in_scope(l, ev->dir, ev->dentry) || (ev->to && in_scope(l, ev->to_dir, ev->to));
}

/* May sleep.  Return: 0, -EPERM or -EACCES. */
static int run(u32 handle, struct kwasm_fs_event *ev)
{
	struct fs_link *l = get_link(handle);
	int verdict = 0;

	if (!l)
		return 0;
	ev->inode = d_inode(ev->dentry);
	ev->cred = l->cred;
	if (ev->mask == l->events && !READ_ONCE(l->dead) && event_in_scope(l, ev))
		verdict = kwasm_link_run_p(&l->link, ev, kwasm_fs_perm_index);
	kwasm_fs_put(l);
	return verdict;
}

__diag_push();
__diag_ignore(GCC, 8, "-Wmissing-prototypes", "BPF programs call them");

/* Each takes the arguments of its hook, which the verifier has checked, and the handle of a link. */
__bpf_kfunc int kwasm_lsm_unlink(struct inode *dir, struct dentry *dentry, u32 link_id)
{
	struct kwasm_fs_event ev = { .mask = KWASM_FS_UNLINK, .dir = dir, .dentry = dentry };

	return run(link_id, &ev);
}

__bpf_kfunc int kwasm_lsm_rename(struct inode *old_dir, struct dentry *old_dentry,
				 struct inode *new_dir, struct dentry *new_dentry, u32 link_id)
{
	struct kwasm_fs_event ev = {
		.mask = KWASM_FS_RENAME,
		.dir = old_dir, .dentry = old_dentry, .to_dir = new_dir, .to = new_dentry,
	};

	return run(link_id, &ev);
}

__bpf_kfunc int kwasm_lsm_mkdir(const struct path *dir, struct dentry *dentry, u32 link_id)
{
	struct kwasm_fs_event ev = {
		.mask = KWASM_FS_MKDIR,
		.dir = d_inode(dir->dentry), .dentry = dentry,
	};

	return run(link_id, &ev);
}

/* The file keeps the name it has, in a directory that the hook is not told: its parent. */
__bpf_kfunc int kwasm_lsm_link(struct dentry *old_dentry, const struct path *new_dir,
			       struct dentry *new_dentry, u32 link_id)
{
	struct dentry *parent = dget_parent(old_dentry);
	struct kwasm_fs_event ev = {
		.mask = KWASM_FS_LINK,
		.dir = d_inode(parent), .dentry = old_dentry,
		.to_dir = d_inode(new_dir->dentry), .to = new_dentry,
	};
	int verdict = run(link_id, &ev);

	dput(parent);
	return verdict;
}

__bpf_kfunc int kwasm_lsm_rmdir(struct inode *dir, struct dentry *dentry, u32 link_id)
{
	struct kwasm_fs_event ev = { .mask = KWASM_FS_RMDIR, .dir = dir, .dentry = dentry };

	return run(link_id, &ev);
}

__bpf_kfunc int kwasm_lsm_setattr(struct dentry *dentry, struct iattr *attr, u32 link_id)
{
	struct dentry *parent = dget_parent(dentry);
	struct kwasm_fs_event ev = {
		.mask = KWASM_FS_SETATTR,
		.dir = d_inode(parent), .dentry = dentry, .attr = attr,
	};
	int verdict = run(link_id, &ev);

	dput(parent);
	return verdict;
}

__diag_pop();

KWASM_KFUNCS_START(lsm_funcs)
BTF_ID_FLAGS(func, kwasm_lsm_unlink, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kwasm_lsm_rename, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kwasm_lsm_mkdir, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kwasm_lsm_link, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kwasm_lsm_rmdir, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kwasm_lsm_setattr, KF_SLEEPABLE)
KWASM_KFUNCS_END(lsm_funcs)

const struct btf_kfunc_id_set kwasm_lsm_set = { .owner = THIS_MODULE, .set = &lsm_funcs };
