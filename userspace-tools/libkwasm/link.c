// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Links: a program at a hook.  The object is one descriptor. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

struct kwasm_link {
	int fd;
};

/* Takes @fd over; closes it when there is no memory. */
static struct kwasm_link *link_new(int fd)
{
	struct kwasm_link *l;

	if (fd < 0)
		return libkwasm_err_ptr(fd);
	l = calloc(1, sizeof(*l));
	if (!l) {
		close(fd);
		return libkwasm_err_ptr(-ENOMEM);
	}
	l->fd = fd;
	return l;
}

struct kwasm_link *kwasm_program__attach_netfilter(struct kwasm_program *p,
						   const struct kwasm_netfilter_opts *opts)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, o);
	int fd;

	if (!OPTS_VALID(opts) || !p->netfilter)
		return libkwasm_err_ptr(-EINVAL);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return libkwasm_err_ptr(fd);
	o.netns_fd = OPTS_GET(opts, netns_fd, 0);
	o.on_trap = OPTS_GET(opts, on_trap, KWASM_ON_TRAP_DROP);
	o.on_short = OPTS_GET(opts, on_short, KWASM_ON_SHORT_DROP);
	o.default_verdict = OPTS_GET(opts, has_default_verdict, 0) ?
			    opts->default_verdict : KWASM_NF_ACCEPT;
	o.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	o.quarantine = OPTS_GET(opts, quarantine, 0);
	o.netfilter.family = p->nf_family;
	o.netfilter.hook = p->nf_hook;
	o.netfilter.priority = OPTS_GET(opts, priority, 0);
	o.netfilter.queue = OPTS_GET(opts, queue, 0);
	o.netfilter.flags = OPTS_GET(opts, flags, 0);
	o.device = OPTS_GET(opts, device, NULL);
	o.order = OPTS_GET(opts, order, 0);
	o.flags = OPTS_GET(opts, prepared, 0) ? KWASM_LINK_PREPARED : 0;
	return link_new(kwasm_link_create(fd, KWASM_LINK_NETFILTER, &o));
}

/* @l, unless the stub that is to call it could not be attached: @err. */
static struct kwasm_link *with_stub(struct kwasm_link *l, int err)
{
	if (!err)
		return l;
	kwasm_link__destroy(l);
	return libkwasm_err_ptr(err);
}

struct kwasm_link *kwasm_program__attach_fs(struct kwasm_program *p, const struct kwasm_fs_opts *opts)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, o);
	const char *path = OPTS_GET(opts, path, NULL);
	struct kwasm_link *l;
	int fd, saved;

	if (!OPTS_VALID(opts) || !p->fs)
		return libkwasm_err_ptr(-EINVAL);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return libkwasm_err_ptr(fd);
	o.on_trap = OPTS_GET(opts, on_trap, KWASM_ON_TRAP_DROP);
	o.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	o.quarantine = OPTS_GET(opts, quarantine, 0);
	o.flags = OPTS_GET(opts, prepared, 0) ? KWASM_LINK_PREPARED : 0;
	o.fs.scope = OPTS_GET(opts, scope, KWASM_FS_SCOPE_DIR);
	o.fs.events = OPTS_GET(opts, events, 0);
	if (!o.fs.events && !strcmp(p->name, "fs/notify"))
		o.fs.events = libkwasm_fs_scope_events(o.fs.scope);
	o.fs.glob = OPTS_GET(opts, glob, NULL);
	o.fs.path_fd = path ? open(path, O_PATH | O_CLOEXEC) : OPTS_GET(opts, path_fd, -1);
	if (o.fs.path_fd < 0)
		return libkwasm_err_ptr(path ? -errno : -EBADF);
	l = link_new(kwasm_link_create(fd, KWASM_LINK_FS, &o));
	saved = errno;
	if (path)
		close(o.fs.path_fd);
	errno = saved;
	return l && libkwasm_is_lsm(p->name) ? with_stub(l, link_attach_lsm(p, l->fd)) : l;
}

struct kwasm_link *kwasm_program__attach_timer(struct kwasm_program *p, const struct kwasm_timer_opts *opts)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, o);
	int fd;

	if (!OPTS_VALID(opts) || !libkwasm_is_timer(p->name))
		return libkwasm_err_ptr(-EINVAL);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return libkwasm_err_ptr(fd);
	o.on_trap = OPTS_GET(opts, on_trap, KWASM_ON_TRAP_DROP);
	o.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	o.quarantine = OPTS_GET(opts, quarantine, 0);
	o.flags = OPTS_GET(opts, prepared, 0) ? KWASM_LINK_PREPARED : 0;
	o.timer.every_ns = OPTS_GET(opts, every_ns, 0) ?: 1000000000;
	o.timer.flags = OPTS_GET(opts, flags, 0);
	return link_new(kwasm_link_create(fd, KWASM_LINK_TIMER, &o));
}

struct kwasm_link *kwasm_program__attach_xdp(struct kwasm_program *p, const struct kwasm_xdp_opts *opts)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, o);
	struct kwasm_link *l;
	int fd;

	if (!OPTS_VALID(opts) || !p->xdp || !OPTS_GET(opts, device, NULL))
		return libkwasm_err_ptr(-EINVAL);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return libkwasm_err_ptr(fd);
	o.netns_fd = OPTS_GET(opts, netns_fd, 0);
	o.on_trap = OPTS_GET(opts, on_trap, KWASM_ON_TRAP_DROP);
	o.on_short = OPTS_GET(opts, on_short, KWASM_ON_SHORT_DROP);
	o.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	o.quarantine = OPTS_GET(opts, quarantine, 0);
	o.device = opts->device;
	o.flags = OPTS_GET(opts, prepared, 0) ? KWASM_LINK_PREPARED : 0;
	l = link_new(kwasm_link_create(fd, KWASM_LINK_XDP, &o));
	return l ? with_stub(l, link_attach_xdp(p->module, l->fd, o.netns_fd, OPTS_GET(opts, mode, KWASM_XDP_AUTO))) : NULL;
}

struct kwasm_link *kwasm_program__attach_tc(struct kwasm_program *p, const struct kwasm_tc_opts *opts)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, o);
	struct kwasm_link *l;
	int fd;

	if (!OPTS_VALID(opts) || !p->tc || !OPTS_GET(opts, device, NULL))
		return libkwasm_err_ptr(-EINVAL);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return libkwasm_err_ptr(fd);
	o.netns_fd = OPTS_GET(opts, netns_fd, 0);
	o.on_trap = OPTS_GET(opts, on_trap, KWASM_ON_TRAP_DROP);
	o.on_short = OPTS_GET(opts, on_short, KWASM_ON_SHORT_DROP);
	o.deadline_ns = OPTS_GET(opts, deadline_ns, 0);
	o.quarantine = OPTS_GET(opts, quarantine, 0);
	o.device = opts->device;
	o.flags = OPTS_GET(opts, prepared, 0) ? KWASM_LINK_PREPARED : 0;
	o.netfilter.hook = p->nf_hook;
	l = link_new(kwasm_link_create(fd, KWASM_LINK_TC, &o));
	return l ? with_stub(l, link_attach_tc(p->module, l->fd, o.netns_fd)) : NULL;
}

struct kwasm_link *kwasm_link__open(const char *name)
{
	return link_new(kwasm_obj_get_fd_by_name(KWASM_OBJ_LINK, name));
}

struct kwasm_link *kwasm_link__open_by_id(__u32 id)
{
	return link_new(kwasm_link_get_fd_by_id(id));
}

int kwasm_link__fd(const struct kwasm_link *l)
{
	return l->fd;
}

int kwasm_link__info(const struct kwasm_link *l, struct kwasm_link_info *info)
{
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return kwasm_obj_get_info_by_fd(l->fd, info, &len);
}

int kwasm_link__update_program(struct kwasm_link *l, struct kwasm_program *p)
{
	int fd = kwasm_program__fd(p);

	return fd < 0 ? fd : kwasm_link_update(l->fd, fd, NULL);
}

int kwasm_link__pin(struct kwasm_link *l, const char *name)
{
	return kwasm_obj_pin(l->fd, name);
}

int kwasm_link__unpin(struct kwasm_link *l, const char *name)
{
	(void)l;
	return kwasm_obj_unpin(KWASM_OBJ_LINK, name);
}

int kwasm_link__detach(struct kwasm_link *l)
{
	return kwasm_link_detach(l->fd);
}

int kwasm_link__destroy(struct kwasm_link *l)
{
	int err = 0;

	if (!l)
		return 0;
	if (close(l->fd))
		err = -errno;
	free(l);
	return libkwasm_err(err);
}
