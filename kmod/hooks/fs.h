/* SPDX-License-Identifier: GPL-2.0 */
/* Links at files: what those that fsnotify calls and those that LSM hooks call have in common. */
#ifndef KWASM_HOOKS_FS_H
#define KWASM_HOOKS_FS_H

#include <linux/completion.h>

#include "../fsevent.h"
#include "../link.h"

#define MAX_MARKS	2

struct fs_mark;
struct kwasm_holder;

/**
 * struct fs_link - one of them
 * @group:      of its own, so that links do not share marks
 * @mark:       NULL, or with a reference, while attached; kwasm_link_lock
 * @live_marks: those not yet freed, calls out of LSM hooks, and 1 for the link
 * @marks_gone: all of them are
 * @dead:       detached: events that are on their way are let pass
 * @mask:       FS_*, those it is for; 0: an LSM hook calls it
 * @events:     the same as KWASM_FS_*
 * @root:       of a subtree, only compared with; called by an LSM hook: of any
 *              scope smaller than @sb
 * @sb:         called by an LSM hook: only compared with
 * @handle:     the like: what the BPF program passes, 0: none yet
 * @holder:     the like: of that program; kwasm_link_lock
 * @cred:       of who attached it
 */
struct fs_link {
	struct kwasm_link link;
	struct fsnotify_group *group;
	struct fs_mark *mark[MAX_MARKS];
	atomic_t live_marks;
	struct completion marks_gone;
	bool dead;
	u32 mask, events, scope;
	const struct inode *root;
	const struct super_block *sb;
	u32 handle;
	struct kwasm_holder *holder;
	const struct cred *cred;
	u64 inode;
	char path[KWASM_PATH_LEN];
	char glob[KWASM_GLOB_LEN];
};

static inline struct fs_link *fs_link(const struct kwasm_link *l)
{
	return container_of(l, struct fs_link, link);
}

static inline bool fs_is_lsm(const struct fs_link *l)
{
	return l->events & KWASM_FS_LSM_ALL;
}

/* Is @d, or a directory it is in, @root? */
bool kwasm_fs_lies_below(const struct dentry *d, const struct inode *root);

/* Results of programs that may say no: place of their counters, or -1. */
int kwasm_fs_perm_index(u32 result);

/* Give back one of @l->live_marks. */
void kwasm_fs_put(struct fs_link *l);

/* lsm.c: the KWASM_FS_* of programs that LSM hooks call; @hook: enum kwasm_fs_hook. */
u32 kwasm_lsm_event(u32 hook);

/* lsm.c: from here on, up to here, hooks find @l; nothing for others.  kwasm_link_lock held. */
int kwasm_lsm_attach(struct fs_link *l);
void kwasm_lsm_detach(struct fs_link *l);

#endif /* KWASM_HOOKS_FS_H */
