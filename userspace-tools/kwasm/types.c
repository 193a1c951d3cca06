// SPDX-License-Identifier: GPL-2.0
/* The table of program types. */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "table.h"
#include "types.h"

#define O(id)		(1ull << OPT_##id)
#define TRAPS		(O(ON_TRAP) | O(DEADLINE) | O(QUARANTINE))
#define PACKETS		(TRAPS | O(ON_SHORT) | O(NETNS))
#define NETFILTER	(PACKETS | O(DEFAULT) | O(PRIORITY) | O(ORDER) | O(QUEUE) | O(QUEUE_BYPASS))
#define FILES		(TRAPS | O(PATH) | O(SCOPE) | O(GLOB))

void because(struct reasons *why, const char *fmt, ...)
{
	size_t len = strlen(why->text);
	va_list ap;

	if (len)
		len += snprintf(why->text + len, sizeof(why->text) - len, ", ");
	if (len >= sizeof(why->text))
		return;
	va_start(ap, fmt);
	vsnprintf(why->text + len, sizeof(why->text) - len, fmt, ap);
	va_end(ap);
}

static uint64_t netns_ino(int fd)
{
	struct stat st;

	if (fd > 0 ? fstat(fd, &st) : stat("/proc/self/ns/net", &st))
		return 0;
	return st.st_ino;
}

static void differs_at_device(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why)
{
	const char *device = o->device ?: "";

	if (l->netns_ino != netns_ino(o->netns_fd))
		because(why, "another netns");
	if (strcmp(l->nf_device, device))
		because(why, "device %s -> %s", l->nf_device, device);
}

static void place_at_device(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "%s of %s", l->export_name, l->nf_device);
}

/* ---- Netfilter ---- */

static struct kwasm_link *attach_netfilter(struct kwasm_program *p, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_netfilter_opts, n, .netns_fd = o->netns_fd, .priority = o->priority,
		      .on_trap = o->on_trap, .on_short = o->on_short,
		      .default_verdict = o->default_verdict, .has_default_verdict = 1,
		      .deadline_ns = o->deadline_ns, .quarantine = o->quarantine, .queue = o->queue,
		      .flags = o->queue_flags, .device = o->device, .order = o->order,
		      .prepared = o->prepared);

	return kwasm_program__attach_netfilter(p, &n);
}

static void place_netfilter(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "%s%s%s, priority %d, order %d", l->export_name, *l->nf_device ? " of " : "",
		 l->nf_device, l->nf_priority, l->order);
}

static void differs_netfilter(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why)
{
	differs_at_device(l, o, why);
	if (l->nf_priority != o->priority)
		because(why, "priority %d -> %d", l->nf_priority, o->priority);
	if (l->nf_queue != o->queue || l->nf_flags != o->queue_flags)
		because(why, "queue");
}

/* ---- XDP and tc ---- */

static struct kwasm_link *attach_xdp(struct kwasm_program *p, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_xdp_opts, x, .netns_fd = o->netns_fd, .device = o->device, .mode = o->xdp_mode,
		      .on_trap = o->on_trap, .on_short = o->on_short, .quarantine = o->quarantine,
		      .deadline_ns = o->deadline_ns, .prepared = o->prepared);

	return kwasm_program__attach_xdp(p, &x);
}

static struct kwasm_link *attach_tc(struct kwasm_program *p, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_tc_opts, t, .netns_fd = o->netns_fd, .device = o->device,
		      .on_trap = o->on_trap, .on_short = o->on_short, .quarantine = o->quarantine,
		      .deadline_ns = o->deadline_ns, .prepared = o->prepared);

	return kwasm_program__attach_tc(p, &t);
}

/* ---- Files ---- */

static struct kwasm_link *attach_fs(struct kwasm_program *p, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_fs_opts, f, .path = o->path, .scope = o->scope, .events = o->events,
		      .glob = o->glob, .on_trap = o->on_trap, .quarantine = o->quarantine,
		      .deadline_ns = o->deadline_ns, .prepared = o->prepared);

	return kwasm_program__attach_fs(p, &f);
}

static void place_fs(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "%s, %s %s%s%s", l->export_name, libkwasm_fs_scope_name(l->fs_scope) ?: "?",
		 l->fs_path, *l->fs_glob ? ", only " : "", l->fs_glob);
}

/* The kernel cuts what it keeps of a path. */
static bool same_path(const struct kwasm_link_info *l, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	return !stat(path, &st) && st.st_ino == l->fs_inode && realpath(path, real) &&
	       !strncmp(real, l->fs_path, sizeof(l->fs_path) - 1);
}

static void differs_fs(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why)
{
	if (!same_path(l, o->path))
		because(why, "path %s -> %s", l->fs_path, o->path);
	if (l->fs_scope != o->scope)
		because(why, "scope %s -> %s", libkwasm_fs_scope_name(l->fs_scope) ?: "?",
			libkwasm_fs_scope_name(o->scope));
	if (strcmp(l->fs_glob, o->glob ?: ""))
		because(why, "glob");
}

static void differs_notify(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why)
{
	uint32_t events = o->events ?: libkwasm_fs_scope_events(o->scope);

	differs_fs(l, o, why);
	if (l->fs_events != events)
		because(why, "events");
}

/* ---- Timers ---- */

static struct kwasm_link *attach_timer(struct kwasm_program *p, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_timer_opts, t, .every_ns = o->every_ns, .flags = o->timer_flags,
		      .on_trap = o->on_trap, .quarantine = o->quarantine, .deadline_ns = o->deadline_ns,
		      .prepared = o->prepared);

	return kwasm_program__attach_timer(p, &t);
}

static void place_timer(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	char every[UNIT_LEN];

	snprintf(buf, bytes, "%s, every %s%s, armed on %u CPUs", l->export_name, unit_ns(every, l->timer_every_ns),
		 l->timer_flags & KWASM_TIMER_ALL_CPUS ? " on all CPUs" : "", l->timer_armed);
}

static void differs_timer(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why)
{
	if (l->timer_every_ns != o->every_ns)
		because(why, "every");
	if (l->timer_flags != o->timer_flags)
		because(why, "all-cpus");
}

/* ---- The table: what is named whole, or longer, comes first ---- */

static const struct type types[] = {
	{ "netfilter/netdev/", KWASM_LINK_NETFILTER, NETFILTER | O(DEVICE), O(DEVICE),
	  attach_netfilter, place_netfilter, differs_netfilter },
	{ "netfilter/inet/ingress", KWASM_LINK_NETFILTER, NETFILTER | O(DEVICE), O(DEVICE),
	  attach_netfilter, place_netfilter, differs_netfilter },
	{ "netfilter/", KWASM_LINK_NETFILTER, NETFILTER, 0,
	  attach_netfilter, place_netfilter, differs_netfilter },
	{ "xdp", KWASM_LINK_XDP, PACKETS | O(DEVICE) | O(XDP_MODE), O(DEVICE),
	  attach_xdp, place_at_device, differs_at_device },
	{ "tc/", KWASM_LINK_TC, PACKETS | O(DEVICE), O(DEVICE),
	  attach_tc, place_at_device, differs_at_device },
	{ "fs/notify", KWASM_LINK_FS, FILES | O(EVENTS), O(PATH),
	  attach_fs, place_fs, differs_notify },
	{ "fs/", KWASM_LINK_FS, FILES, O(PATH),
	  attach_fs, place_fs, differs_fs },
	{ "timer/", KWASM_LINK_TIMER, TRAPS | O(EVERY) | O(ALL_CPUS), 0,
	  attach_timer, place_timer, differs_timer },
};

const struct type *type_of(const char *program)
{
	const struct type *t = types;

	while (t < types + sizeof(types) / sizeof(types[0]) - 1 && strncmp(t->name, program, strlen(t->name)))
		t++;
	return t;
}

uint64_t type_options(void)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		all |= types[i].options;
	return all;
}

const char *link_place(const struct kwasm_link_info *l, char *buf, size_t bytes)
{
	type_of(l->export_name)->place(l, buf, bytes);
	return buf;
}
