// SPDX-License-Identifier: GPL-2.0
/*
 * Links at files: an fsnotify group for each, with a mark on what it watches.
 *
 * Whether an event is the link's is decided here, before a program is called.
 * A mark on a superblock pins nothing, and the kernel takes the marks away by
 * itself when a file is deleted or a filesystem unmounted: then the link detaches.
 * Links that LSM hooks call (lsm.c) have their marks for that alone.
 *
 * A subtree is the superblock's events whose dentries lie below one inode.
 * That inode has a mark of its own, so it is not freed, and not compared with
 * another one at the same address, while the link watches.
 */
#include <linux/capability.h>
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fsnotify_backend.h>
#include <linux/glob.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "../compat.h"
#include "fs.h"

#define DIRENT_EVENTS	(KWASM_FS_CREATE | KWASM_FS_DELETE | KWASM_FS_MOVED_FROM | KWASM_FS_MOVED_TO)

struct fs_mark {
	struct fsnotify_mark mark;
	struct fs_link *link;
};

/* ---- Events ---- */

static const struct {
	u32 kernel, ours;
} event_bit[] = {
	{ FS_CREATE,		KWASM_FS_CREATE },
	{ FS_DELETE,		KWASM_FS_DELETE },
	{ FS_MODIFY,		KWASM_FS_MODIFY },
	{ FS_MOVED_FROM,	KWASM_FS_MOVED_FROM },
	{ FS_MOVED_TO,		KWASM_FS_MOVED_TO },
	{ FS_ATTRIB,		KWASM_FS_ATTRIB },
	{ FS_CLOSE_WRITE,	KWASM_FS_CLOSE_WRITE },
	{ FS_OPEN_PERM,		KWASM_FS_OPEN_PERM },
	{ FS_ACCESS_PERM,	KWASM_FS_ACCESS_PERM },
	{ FS_OPEN_EXEC_PERM,	KWASM_FS_EXEC_PERM },
};

static u32 to_ours(u32 kernel)
{
	u32 i, ours = 0;

	for (i = 0; i < ARRAY_SIZE(event_bit); i++)
		if (kernel & event_bit[i].kernel)
			ours |= event_bit[i].ours;
	return ours;
}

static u32 to_kernel(u32 ours)
{
	u32 i, kernel = 0;

	for (i = 0; i < ARRAY_SIZE(event_bit); i++)
		if (ours & event_bit[i].ours)
			kernel |= event_bit[i].kernel;
	return kernel;
}

static int put_name(char *buf, const struct qstr *name)
{
	int len = min_t(u32, name->len, NAME_MAX);

	memcpy(buf, name->name, len);
	buf[len] = 0;
	return len;
}

int kwasm_fs_dentry_name(struct dentry *d, char *buf)
{
	struct name_snapshot snap;
	int len;

	if (!d)
		return -ENOENT;
	take_dentry_name_snapshot(&snap, d);
	len = put_name(buf, &snap.name);
	release_dentry_name_snapshot(&snap);
	return len;
}

int kwasm_fs_event_name(const struct kwasm_fs_event *ev, char *buf)
{
	return ev->name ? put_name(buf, ev->name) : kwasm_fs_dentry_name(ev->dentry, buf);
}

bool kwasm_fs_lies_below(const struct dentry *d, const struct inode *root)
{
	const struct dentry *at;
	unsigned int seq;
	bool found;

	do {
		seq = read_seqbegin(&rename_lock);
		rcu_read_lock();
		for (at = d; ; at = READ_ONCE(at->d_parent)) {
			found = d_inode_rcu(at) == root;
			if (found || IS_ROOT(at))
				break;
		}
		rcu_read_unlock();
	} while (read_seqretry(&rename_lock, seq));
	return found;
}

/* Some events tell an inode only: then the directory, or the inode itself, has a dentry if anything has. */
static bool in_subtree(const struct fs_link *l, const struct kwasm_fs_event *ev)
{
	struct dentry *d;
	bool found;

	if (ev->dentry)
		return kwasm_fs_lies_below(ev->dentry, l->root);
	d = d_find_any_alias(ev->dir ?: ev->inode);
	if (!d)
		return false;
	found = kwasm_fs_lies_below(d, l->root);
	dput(d);
	return found;
}

static bool glob_fits(const struct fs_link *l, const struct kwasm_fs_event *ev)
{
	char name[NAME_MAX + 1];

	return kwasm_fs_event_name(ev, name) >= 0 && glob_match(l->glob, name);
}

static bool in_scope(const struct fs_link *l, const struct kwasm_fs_event *ev)
{
	if (l->scope == KWASM_FS_SCOPE_SUBTREE && !in_subtree(l, ev))
		return false;
	return !l->glob[0] || glob_fits(l, ev);
}

int kwasm_fs_perm_index(u32 result)
{
	switch ((s32)result) {
	case 0:
		return 0;
	case -EPERM:
		return 1;
	case -EACCES:
		return 2;
	default:
		return -1;
	}
}

static int notify_index(u32 result)
{
	return 0;
}

/* Under fsnotify's SRCU: may sleep; the link is freed only when all of these have ended. */
static int handle_event(struct fsnotify_group *group, u32 mask, const void *data, int data_type,
			struct inode *dir, const struct qstr *name, u32 cookie,
			struct fsnotify_iter_info *iter_info)
{
	struct fs_link *l = group->private;
	bool perm = mask & ALL_FSNOTIFY_PERM_EVENTS;
	struct kwasm_fs_event ev = {
		.mask = to_ours(mask & l->mask),
		.path = fsnotify_data_path(data, data_type),
		.dentry = fsnotify_data_dentry(data, data_type),
		.inode = fsnotify_data_inode(data, data_type),
		.dir = dir,
		.name = name,
		.cred = l->cred,
	};
	u32 verdict;

	if (!ev.mask || READ_ONCE(l->dead) || (perm && mask & FS_ISDIR) || !in_scope(l, &ev))
		return 0;
	verdict = kwasm_link_run_p(&l->link, &ev, perm ? kwasm_fs_perm_index : notify_index);
	kwasm_fs_event_end(&ev);
	return perm ? (int)verdict : 0;
}

/* The kernel takes a mark away, or we do. */
static void freeing_mark(struct fsnotify_mark *m, struct fsnotify_group *group)
{
	struct fs_link *l = container_of(m, struct fs_mark, mark)->link;

	if (!READ_ONCE(l->dead))
		kwasm_link_detach_later(&l->link, KWASM_DETACH_GONE);
}

void kwasm_fs_put(struct fs_link *l)
{
	if (atomic_dec_and_test(&l->live_marks))
		complete(&l->marks_gone);
}

static void free_mark(struct fsnotify_mark *m)
{
	struct fs_mark *fm = container_of(m, struct fs_mark, mark);
	struct fs_link *l = fm->link;

	kfree(fm);
	kwasm_fs_put(l);
}

static const struct fsnotify_ops group_ops = {
	.handle_event = handle_event,
	.freeing_mark = freeing_mark,
	.free_mark = free_mark,
};

/* ---- Attach and detach ---- */

static int fs_check(const struct kwasm_link_create *a)
{
	u32 unreachable = 0;

	if (a->netns_fd != -1 || a->fs.pad ||
	    a->fs.scope > KWASM_FS_SCOPE_MOUNT || a->fs.events & ~KWASM_FS_NOTIFY_ALL ||
	    strnlen(a->fs.glob, KWASM_GLOB_LEN) == KWASM_GLOB_LEN)
		return -EINVAL;
	/* A file has no entries; what a mount does not see, the kernel does not tell it. */
	if (a->fs.scope == KWASM_FS_SCOPE_FILE)
		unreachable = DIRENT_EVENTS;
	if (a->fs.scope == KWASM_FS_SCOPE_MOUNT)
		unreachable = DIRENT_EVENTS | KWASM_FS_ATTRIB;
	return a->fs.events & unreachable ? -EINVAL : 0;
}

/* Which events a program is for. */
static int choose_events(struct fs_link *l, u32 asked)
{
	const struct kwasm_program *p = rcu_dereference_protected(l->link.program, true);

	switch (p->hook->number) {
	case KWASM_FS_HOOK_NOTIFY:
		l->events = asked;
		return asked ? 0 : -EINVAL;
	case KWASM_FS_HOOK_OPEN:
		l->events = KWASM_FS_OPEN_PERM;
		break;
	case KWASM_FS_HOOK_ACCESS:
		l->events = KWASM_FS_ACCESS_PERM;
		break;
	case KWASM_FS_HOOK_EXEC:
		l->events = KWASM_FS_EXEC_PERM;
		break;
	default:
		l->events = kwasm_lsm_event(p->hook->number);
	}
	return asked ? -EINVAL : 0;
}

/* Can the kernel watch there at all? */
static int check_place(const struct fs_link *l, const struct path *path)
{
	bool is_dir = d_is_dir(path->dentry);

	/* LSM hooks are told no mount. */
	if (fs_is_lsm(l) && l->scope == KWASM_FS_SCOPE_MOUNT)
		return -EOPNOTSUPP;
	if (l->scope == KWASM_FS_SCOPE_FILE && is_dir)
		return -EISDIR;
	if ((l->scope == KWASM_FS_SCOPE_DIR || l->scope == KWASM_FS_SCOPE_SUBTREE) && !is_dir)
		return -ENOTDIR;
	/* Kernel-internal ones; and procfs, whose opens may not wait. */
	if (path->mnt->mnt_sb->s_flags & SB_NOUSER)
		return -EOPNOTSUPP;
	if (to_kernel(l->events) & ALL_FSNOTIFY_PERM_EVENTS &&
	    path->mnt->mnt_sb->s_type->fs_flags & FS_DISALLOW_NOTIFY_PERM)
		return -EOPNOTSUPP;
	return 0;
}

static int add_mark(struct fs_link *l, u32 nr, const struct path *path, u32 type, u32 mask)
{
	struct fs_mark *m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	int err;

	if (!m)
		return -ENOMEM;
	m->link = l;
	atomic_inc(&l->live_marks);
	fsnotify_init_mark(&m->mark, l->group);
	m->mark.mask = mask;
	err = kwasm_fsnotify_add_mark(&m->mark, path, type);
	if (err)
		fsnotify_put_mark(&m->mark);
	else
		l->mark[nr] = m;
	return err;
}

/* For the end of what the link is at; no event comes this way. */
static int add_lsm_mark(struct fs_link *l, const struct path *path)
{
	l->sb = path->mnt->mnt_sb;
	if (l->scope == KWASM_FS_SCOPE_SUPERBLOCK)
		return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_SB, FS_UNMOUNT);
	l->root = d_inode(path->dentry);
	return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_INODE, FS_DELETE_SELF);
}

static int add_marks(struct fs_link *l, const struct path *path)
{
	int err;

	if (fs_is_lsm(l))
		return add_lsm_mark(l, path);
	switch (l->scope) {
	case KWASM_FS_SCOPE_DIR:
		return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_INODE, l->mask | FS_EVENT_ON_CHILD);
	case KWASM_FS_SCOPE_FILE:
		return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_INODE, l->mask);
	case KWASM_FS_SCOPE_MOUNT:
		return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_VFSMOUNT, l->mask);
	case KWASM_FS_SCOPE_SUBTREE:
		l->root = d_inode(path->dentry);
		/* For what becomes of the directory; it gets no event this way. */
		err = add_mark(l, 1, path, FSNOTIFY_OBJ_TYPE_INODE, FS_DELETE_SELF);
		if (err)
			return err;
		fallthrough;
	default:
		return add_mark(l, 0, path, FSNOTIFY_OBJ_TYPE_SB, l->mask);
	}
}

static void fs_detach(struct kwasm_link *link)
{
	struct fs_link *l = fs_link(link);
	u32 i;

	WRITE_ONCE(l->dead, true);
	kwasm_lsm_detach(l);
	for (i = 0; i < MAX_MARKS; i++) {
		if (!l->mark[i])
			continue;
		fsnotify_destroy_mark(&l->mark[i]->mark, l->group);
		fsnotify_put_mark(&l->mark[i]->mark);
		l->mark[i] = NULL;
	}
}

static int watch(struct fs_link *l, const struct path *path)
{
	struct fsnotify_group *group = kwasm_fsnotify_alloc_group(&group_ops);
	int err;

	if (IS_ERR(group))
		return PTR_ERR(group);
	l->group = group;
	group->private = l;
	mutex_lock(&kwasm_link_lock);
	err = add_marks(l, path) ?: kwasm_lsm_attach(l);
	if (err)
		fs_detach(&l->link);
	else
		l->link.attached = true;
	mutex_unlock(&kwasm_link_lock);
	return err;
}

static int remember_path(struct fs_link *l, const struct path *path)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *s;

	if (!buf)
		return -ENOMEM;
	s = d_path(path, buf, PATH_MAX);
	strscpy(l->path, IS_ERR(s) ? "?" : s, sizeof(l->path));
	kfree(buf);
	l->inode = d_inode(path->dentry)->i_ino;
	return 0;
}

static int fs_attach(struct kwasm_link *link, const struct kwasm_link_create *a)
{
	struct fs_link *l = fs_link(link);
	struct path path;
	struct file *f;
	int err;

	init_completion(&l->marks_gone);
	atomic_set(&l->live_marks, 1);
	link->results = (struct kwasm_results){ .deny = -EPERM };
	l->scope = a->fs.scope;
	memcpy(l->glob, a->fs.glob, sizeof(l->glob));
	err = choose_events(l, a->fs.events);
	if (err)
		return err;
	l->mask = to_kernel(l->events);
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	f = fget_raw(a->fs.path_fd);
	if (!f)
		return -EBADF;
	path = f->f_path;
	path_get(&path);
	fput(f);
	l->cred = get_current_cred();
	err = check_place(l, &path) ?: remember_path(l, &path) ?: watch(l, &path);
	path_put(&path);
	return err;
}

/* Outside of kwasm_link_lock, for programs may be running for as long as their deadline. */
static void fs_drain(struct kwasm_link *link)
{
	struct fs_link *l = fs_link(link);

	if (l->group) {
		fsnotify_wait_marks_destroyed();
		kwasm_fs_put(l);
		wait_for_completion(&l->marks_gone);
		fsnotify_put_group(l->group);
	}
	if (l->cred)
		put_cred(l->cred);
}

static int fs_may_change(const struct kwasm_link *l)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* The marks are for the events of one kind of program. */
static bool fs_is_program(const struct kwasm_link *link, const struct kwasm_program *p)
{
	u32 events = fs_link(link)->events;

	switch (p->hook->number) {
	case KWASM_FS_HOOK_OPEN:
		return events == KWASM_FS_OPEN_PERM;
	case KWASM_FS_HOOK_ACCESS:
		return events == KWASM_FS_ACCESS_PERM;
	case KWASM_FS_HOOK_EXEC:
		return events == KWASM_FS_EXEC_PERM;
	case KWASM_FS_HOOK_NOTIFY:
		return events & KWASM_FS_NOTIFY_ALL;
	default:
		return events == kwasm_lsm_event(p->hook->number);
	}
}

static void fs_info(const struct kwasm_link *link, struct kwasm_link_info *i)
{
	const struct fs_link *l = fs_link(link);

	i->fs_scope = l->scope;
	i->fs_events = l->events;
	i->fs_inode = l->inode;
	i->stub_handle = l->handle;
	memcpy(i->fs_path, l->path, sizeof(i->fs_path));
	memcpy(i->fs_glob, l->glob, sizeof(i->fs_glob));
}

static struct kwasm_holder **fs_holder(struct kwasm_link *link)
{
	struct fs_link *l = fs_link(link);

	return fs_is_lsm(l) ? &l->holder : NULL;
}

const struct kwasm_link_ops kwasm_fs_ops = {
	.type = KWASM_LINK_FS,
	.link_bytes = sizeof(struct fs_link),
	.deadline_max_ns = 10 * NSEC_PER_SEC,
	.only_traps = true,
	.check = fs_check,
	.attach = fs_attach,
	.detach = fs_detach,
	.may_change = fs_may_change,
	.info = fs_info,
	.drain = fs_drain,
	.is_program = fs_is_program,
	.holder = fs_holder,
};

/* The kernel's worker may be on its way out of our free_mark() still. */
void kwasm_fs_exit(void)
{
	fsnotify_wait_marks_destroyed();
}
