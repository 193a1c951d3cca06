// SPDX-License-Identifier: GPL-2.0
/* kwasm attach: a module's programs -> pinned links; all of them or none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "table.h"

#define LINKS_MAX	16
#define DEADLINE_MAX_NS	1000000		/* the kernel's own, and its default */
#define FS_DEADLINE_MAX_NS	10000000000ull	/* the like, of fs programs */

struct attachment {
	struct kwasm_program *program;
	struct kwasm_link *link;
	char name[KWASM_NAME_LEN];
	bool pinned;
};

int parse_netfilter(struct cli *c, struct kwasm_netfilter_opts *o)
{
	uint32_t queue = 0;
	int err;

	err = opt_s32(c, OPT_PRIORITY, &o->priority);
	if (!err)
		err = opt_s32(c, OPT_ORDER, &o->order);
	if (!err)
		err = opt_word(c, OPT_ON_TRAP, &o->on_trap);
	if (!err)
		err = opt_word(c, OPT_ON_SHORT, &o->on_short);
	if (!err)
		err = opt_duration_ns(c, OPT_DEADLINE, (uint64_t *)&o->deadline_ns);
	if (!err && o->deadline_ns > DEADLINE_MAX_NS && !c->opt[OPT_PATH])
		err = fail_usage(c, "--deadline %s: at most 1ms", c->opt[OPT_DEADLINE]);
	if (!err && c->opt[OPT_DEFAULT]) {
		o->has_default_verdict = 1;
		err = opt_word(c, OPT_DEFAULT, &o->default_verdict);
		o->default_verdict = o->default_verdict ? KWASM_NF_DROP : KWASM_NF_ACCEPT;
	}
	if (!err && c->opt[OPT_QUARANTINE] && !strcmp(c->opt[OPT_QUARANTINE], "never"))
		o->quarantine = ~0u;
	else if (!err)
		err = opt_u32(c, OPT_QUARANTINE, 1, ~0u - 1, &o->quarantine);
	if (!err)
		err = opt_u32(c, OPT_QUEUE, 0, 0xffff, &queue);
	o->queue = queue;
	o->flags = c->opt[OPT_QUEUE_BYPASS] ? KWASM_NF_QUEUE_BYPASS : 0;
	o->device = c->opt[OPT_DEVICE];
	if (!err && c->opt[OPT_NETNS])
		err = open_netns(c, c->opt[OPT_NETNS], &o->netns_fd);
	return err;
}

/* "create,modify" -> bits. */
static int parse_events(struct cli *c, uint32_t *events)
{
	const char *p = c->opt[OPT_EVENTS], *name;
	uint32_t bit;
	size_t len;

	for (; p && *p; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		for (bit = 1; bit < KWASM_FS_NOTIFY_ALL; bit <<= 1) {
			name = libkwasm_fs_event_name(bit);
			if (strlen(name) == len && !memcmp(name, p, len))
				break;
		}
		if (bit > KWASM_FS_NOTIFY_ALL)
			return fail_usage(c, "--events %s: no event '%.*s'", c->opt[OPT_EVENTS], (int)len, p);
		*events |= bit;
	}
	return 0;
}

static int parse_fs(struct cli *c, const struct kwasm_netfilter_opts *nf, struct kwasm_fs_opts *o)
{
	struct stat st;
	int err;

	if (!c->opt[OPT_PATH]) {
		if (c->opt[OPT_SCOPE] || c->opt[OPT_EVENTS] || c->opt[OPT_GLOB])
			return fail_usage(c, "--scope, --events and --glob go with --path");
		return 0;
	}
	o->path = c->opt[OPT_PATH];
	if (!stat(o->path, &st) && !S_ISDIR(st.st_mode))
		o->scope = KWASM_FS_SCOPE_FILE;
	err = opt_word(c, OPT_SCOPE, &o->scope);
	if (!err)
		err = parse_events(c, &o->events);
	if (!err && nf->deadline_ns > FS_DEADLINE_MAX_NS)
		err = fail_usage(c, "--deadline %s: at most 10s", c->opt[OPT_DEADLINE]);
	o->glob = c->opt[OPT_GLOB];
	o->on_trap = nf->on_trap;
	o->quarantine = nf->quarantine;
	o->deadline_ns = nf->deadline_ns;
	return err;
}

/* What the module asks for, where the command line says nothing. */
static void ask_module(struct cli *c, const struct kwasm_module *m, struct kwasm_netfilter_opts *o)
{
	struct kwasm_module_info info;

	if (kwasm_module__info(m, &info))
		return;
	if (!c->opt[OPT_ON_TRAP] && info.on_trap != ~0u)
		o->on_trap = info.on_trap;
}

static int fail_no_program(struct cli *c, const struct kwasm_module *m)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "a program is an export named netfilter/<family>/<hook>, xdp, tc/<way>, fs/<event> or timer/<name>, type () -> i32" };

	if (c->opt[OPT_PROGRAM])
		return fail(c, &f, "%s has no program '%s'", kwasm_module__name(m), c->opt[OPT_PROGRAM]);
	return fail(c, &f, "%s has no programs", kwasm_module__name(m));
}

static int choose_programs(struct cli *c, const struct kwasm_module *m, struct attachment *a, int *nr)
{
	const char *only = c->opt[OPT_PROGRAM];
	struct kwasm_program *p = NULL;

	*nr = 0;
	while (*nr < LINKS_MAX && (p = kwasm_module__next_program(m, p)))
		if (!only || !strcmp(only, kwasm_program__name(p)))
			a[(*nr)++] = (struct attachment){ .program = p };
	return *nr ? 0 : fail_no_program(c, m);
}

/* NAME, or NAME:inet.input and NAME:xdp when there are several. */
static int name_links(struct cli *c, const char *name, struct attachment *a, int nr)
{
	const char *place;
	char *slash;
	int i, len;

	for (i = 0; i < nr; i++) {
		place = strchr(kwasm_program__name(a[i].program), '/');
		place = place ? place + 1 : kwasm_program__name(a[i].program);
		len = snprintf(a[i].name, sizeof(a[i].name), "%s%s%s", name, nr > 1 ? ":" : "",
			       nr > 1 ? place : "");
		if (len >= KWASM_NAME_LEN)
			return fail_usage(c, "the name '%s' is too long", name);
		slash = strchr(a[i].name, '/');
		if (slash)
			*slash = '.';
	}
	return 0;
}

static bool is_fs(const struct kwasm_program *p)
{
	return !strncmp(kwasm_program__name(p), "fs/", 3);
}

static int check_path(struct cli *c, const struct attachment *a, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (is_fs(a[i].program) && !c->opt[OPT_PATH])
			return fail_usage(c, "%s is about files: say --path PATH", kwasm_program__name(a[i].program));
		if (!is_fs(a[i].program) && c->opt[OPT_PATH])
			return fail_usage(c, "%s is not about files: --program chooses one that is",
					  kwasm_program__name(a[i].program));
		if (c->opt[OPT_EVENTS] && strcmp(kwasm_program__name(a[i].program), "fs/notify"))
			return fail_usage(c, "%s has an event of its own: --events is for fs/notify",
					  kwasm_program__name(a[i].program));
	}
	return 0;
}

static bool is_xdp(const struct kwasm_program *p)
{
	return !strcmp(kwasm_program__name(p), "xdp");
}

static bool is_tc(const struct kwasm_program *p)
{
	return !strncmp(kwasm_program__name(p), "tc/", 3);
}

/* Ingress, egress and XDP are places of a device, and only they. */
bool wants_device(const struct kwasm_program *p)
{
	const char *place = strrchr(kwasm_program__name(p), '/');

	if (is_xdp(p))
		return true;
	return place && (!strcmp(place, "/ingress") || !strcmp(place, "/egress"));
}

static int check_device(struct cli *c, const struct attachment *a, int nr)
{
	uint32_t mode;
	int i, err = opt_word(c, OPT_XDP_MODE, &mode);

	if (err)
		return err;
	for (i = 0; i < nr; i++) {
		if (c->opt[OPT_XDP_MODE] && !is_xdp(a[i].program))
			return fail_usage(c, "%s is no XDP program: no --xdp-mode", kwasm_program__name(a[i].program));
		if (wants_device(a[i].program) && !c->opt[OPT_DEVICE])
			return fail_usage(c, "%s is at a device: say --device DEV", kwasm_program__name(a[i].program));
		if (libkwasm_is_timer(kwasm_program__name(a[i].program)))
			continue;
		if (!wants_device(a[i].program) && c->opt[OPT_DEVICE])
			return fail_usage(c, "%s sees all devices: --device is for ingress, egress and xdp",
					  kwasm_program__name(a[i].program));
	}
	return 0;
}

static int fail_attach(struct cli *c, int err, const struct kwasm_module *m, const struct attachment *a)
{
	struct kwasm_error e = { .sz = sizeof(e) };
	struct failure f = { .status = EXIT_BUSY, .err = EEXIST, .code = "exists",
			     .hint = "kwasm detach it, or give another name with --name" };

	if (err == -EEXIST)
		return fail(c, &f, "there is a link '%s' already", a->name);
	if (!kwasm_module__error(m, &e))
		return fail_module(c, m, c->args[0]);
	if (err == -ENXIO) {
		f = (struct failure){ .status = EXIT_NOT_FOUND, .err = ENXIO, .code = "not_found" };
		return fail(c, &f, "there is no network device '%s'", c->opt[OPT_DEVICE]);
	}
	if (err == -EBUSY && is_xdp(a->program)) {
		f = (struct failure){ .status = EXIT_BUSY, .err = EBUSY, .code = "busy",
				      .hint = "ip link shows it; a device has one XDP program" };
		return fail(c, &f, "'%s' has an XDP program already", c->opt[OPT_DEVICE]);
	}
	return fail_errno(c, err, kwasm_program__name(a->program));
}

static struct kwasm_link *attach_packets(struct cli *c, struct kwasm_program *p,
					 const struct kwasm_netfilter_opts *o)
{
	LIBKWASM_OPTS(kwasm_xdp_opts, x, .netns_fd = o->netns_fd, .device = o->device,
		      .on_trap = o->on_trap, .on_short = o->on_short,
		      .quarantine = o->quarantine, .deadline_ns = o->deadline_ns);

	LIBKWASM_OPTS(kwasm_tc_opts, t, .netns_fd = o->netns_fd, .device = o->device,
		      .on_trap = o->on_trap, .on_short = o->on_short,
		      .quarantine = o->quarantine, .deadline_ns = o->deadline_ns);

	if (is_tc(p))
		return kwasm_program__attach_tc(p, &t);
	if (!is_xdp(p))
		return kwasm_program__attach_netfilter(p, o);
	/* Checked by check_device(). */
	opt_word(c, OPT_XDP_MODE, &x.mode);
	return kwasm_program__attach_xdp(p, &x);
}

/* A timer's part of the options; the policy is what netfilter's program would have. */
static int parse_timer(struct cli *c, const struct kwasm_netfilter_opts *nf, struct kwasm_timer_opts *o)
{
	o->on_trap = nf->on_trap;
	o->deadline_ns = nf->deadline_ns;
	o->quarantine = nf->quarantine;
	o->flags = c->opt[OPT_ALL_CPUS] ? KWASM_TIMER_ALL_CPUS : 0;
	return opt_duration_ns(c, OPT_EVERY, (uint64_t *)&o->every_ns);
}

static struct kwasm_link *attach_one(struct cli *c, struct kwasm_program *p,
				     const struct kwasm_netfilter_opts *nf,
				     const struct kwasm_timer_opts *timer, const struct kwasm_fs_opts *fs)
{
	if (is_fs(p))
		return kwasm_program__attach_fs(p, fs);
	if (libkwasm_is_timer(kwasm_program__name(p)))
		return kwasm_program__attach_timer(p, timer);
	return attach_packets(c, p, nf);
}

/* Those of types that have chains were prepared and begin together; the others run already. */
static int enable_all(const struct attachment *a, int nr)
{
	struct kwasm_step step[LINKS_MAX] = { 0 };
	struct kwasm_link_info info;
	int i, n = 0;

	for (i = 0; i < nr; i++) {
		if (kwasm_link__info(a[i].link, &info) || !info.prepared)
			continue;
		step[n].what = KWASM_STEP_ENABLE;
		step[n++].link_fd = kwasm_link__fd(a[i].link);
	}
	return n ? kwasm_transaction(step, n, NULL) : 0;
}

/* Prepare and pin one after the other, then run them all; a failure takes the earlier ones back. */
static int attach_all(struct cli *c, const struct kwasm_module *m, struct attachment *a, int nr,
		      const struct kwasm_netfilter_opts *o, const struct kwasm_fs_opts *fs)
{
	LIBKWASM_OPTS(kwasm_timer_opts, timer);
	int i, err;

	err = parse_timer(c, o, &timer);
	for (i = 0; i < nr && !err; i++) {
		a[i].link = attach_one(c, a[i].program, o, &timer, fs);
		err = a[i].link ? kwasm_link__pin(a[i].link, a[i].name) : -errno;
		a[i].pinned = !err;
		if (err)
			err = fail_attach(c, err, m, &a[i]);
	}
	if (!err) {
		err = enable_all(a, nr);
		if (!err)
			return 0;
		err = fail_errno(c, err, "cannot enable the links");
	}
	for (i = 0; i < nr; i++)
		if (a[i].pinned)
			kwasm_link__unpin(a[i].link, a[i].name);
	return err;
}

static void print_links(struct cli *c, const struct attachment *a, int nr)
{
	struct kwasm_link_info info;
	char every[UNIT_LEN];
	int i;

	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "links");
	}
	for (i = 0; i < nr; i++) {
		if (kwasm_link__info(a[i].link, &info))
			memset(&info, 0, sizeof(info));
		if (!c->json && is_fs(a[i].program)) {
			printf("attached %s: id %u, %s, %s %s\n", a[i].name, info.id,
			       kwasm_program__name(a[i].program),
			       libkwasm_fs_scope_name(info.fs_scope) ?: "?", info.fs_path);
			continue;
		}
		if (!c->json) {
			printf("attached %s: id %u, %s", a[i].name, info.id, kwasm_program__name(a[i].program));
			if (info.type == KWASM_LINK_TIMER)
				printf(", every %s%s\n", unit_ns(every, info.timer_every_ns),
				       info.timer_flags & KWASM_TIMER_ALL_CPUS ? " on each CPU" : "");
			else if (info.type == KWASM_LINK_XDP || info.type == KWASM_LINK_TC)
				printf(", device %s\n", info.nf_device);
			else
				printf(", priority %d\n", info.nf_priority);
			continue;
		}
		json_object(&c->j, NULL);
		json_str(&c->j, "name", a[i].name);
		json_u64(&c->j, "id", info.id);
		json_str(&c->j, "program", kwasm_program__name(a[i].program));
		json_s64(&c->j, "priority", info.nf_priority);
		json_s64(&c->j, "order", info.order);
		json_close(&c->j);
	}
	if (c->json)
		json_end(&c->j);
}

static int open_object(struct cli *c, const char *arg, struct kwasm_module **m)
{
	int err;

	if (!is_file_arg(arg))
		return open_loaded(c, arg, m);
	err = open_file(c, arg, NULL, m);
	if (err)
		return err;
	if (!kwasm_module__load(*m))
		return 0;
	err = fail_module(c, *m, arg);
	kwasm_module__close(*m);
	return err;
}

int run_attach(struct cli *c)
{
	LIBKWASM_OPTS(kwasm_netfilter_opts, o);
	LIBKWASM_OPTS(kwasm_fs_opts, fs);
	struct attachment a[LINKS_MAX];
	struct kwasm_module *m;
	int nr, i, err;

	err = check_name(c);
	if (!err)
		err = parse_netfilter(c, &o);
	if (!err)
		err = parse_fs(c, &o, &fs);
	if (err)
		return err;
	err = open_object(c, c->args[0], &m);
	if (err)
		goto out_netns;
	ask_module(c, m, &o);
	fs.on_trap = o.on_trap;
	o.prepared = 1;
	err = choose_programs(c, m, a, &nr);
	if (err)
		goto out_module;
	err = check_device(c, a, nr);
	if (!err)
		err = check_path(c, a, nr);
	if (!err)
		err = name_links(c, c->opt[OPT_NAME] ?: kwasm_module__name(m), a, nr);
	if (err)
		goto out_module;
	err = attach_all(c, m, a, nr, &o, &fs);
	if (!err)
		print_links(c, a, nr);
	for (i = 0; i < nr; i++)
		kwasm_link__destroy(a[i].link);
out_module:
	kwasm_module__close(m);
out_netns:
	if (o.netns_fd > 0)
		close(o.netns_fd);
	return err;
}
