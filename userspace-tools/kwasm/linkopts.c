// SPDX-License-Identifier: GPL-2.0
/* A link's options, of the command line or of a configuration -> numbers and descriptors. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "types.h"

#define DEADLINE_MAX_NS		1000000		/* the kernel's own, and its default */
#define FS_DEADLINE_MAX_NS	10000000000ull	/* the like, of fs programs */

/* Those that all types have. */
static int read_traps(struct cli *c, const struct type *t, struct link_opts *o)
{
	bool fs = t->type == KWASM_LINK_FS;
	int err = opt_word(c, OPT_ON_TRAP, &o->on_trap);

	/* Of the words of programs on files and those of packets, enum kwasm_on_trap has one number. */
	o->on_trap %= KWASM_ON_TRAP_DETACH + 1;
	if (!err)
		err = opt_duration_ns(c, OPT_DEADLINE, &o->deadline_ns);
	if (!err && o->deadline_ns > (fs ? FS_DEADLINE_MAX_NS : DEADLINE_MAX_NS))
		return fail_usage(c, "--deadline %s: at most %s", c->opt[OPT_DEADLINE], fs ? "10s" : "1ms");
	if (!err && c->opt[OPT_QUARANTINE] && !strcmp(c->opt[OPT_QUARANTINE], "never"))
		o->quarantine = ~0u;
	else if (!err)
		err = opt_u32(c, OPT_QUARANTINE, 1, ~0u - 1, &o->quarantine);
	return err;
}

static int read_packets(struct cli *c, const struct type *t, struct link_opts *o)
{
	uint32_t queue = 0, verdict = 0;
	int err = opt_s32(c, OPT_PRIORITY, &o->priority);

	if (!err)
		err = opt_s32(c, OPT_ORDER, &o->order);
	if (!err)
		err = opt_word(c, OPT_ON_SHORT, &o->on_short);
	if (!err)
		err = opt_word(c, OPT_DEFAULT, &verdict);
	if (t->options >> OPT_DEFAULT & 1)
		o->default_verdict = verdict ? KWASM_NF_DROP : KWASM_NF_ACCEPT;
	if (!err)
		err = opt_u32(c, OPT_QUEUE, 0, 0xffff, &queue);
	o->queue = queue;
	o->queue_flags = c->opt[OPT_QUEUE_BYPASS] ? KWASM_NF_QUEUE_BYPASS : 0;
	o->device = c->opt[OPT_DEVICE];
	if (!err)
		err = opt_word(c, OPT_XDP_MODE, &o->xdp_mode);
	if (!err && c->opt[OPT_NETNS])
		err = open_netns(c, c->opt[OPT_NETNS], &o->netns_fd);
	return err;
}

/* "create,modify" -> bits. */
static int read_events(struct cli *c, uint32_t *events)
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

static int read_files(struct cli *c, struct link_opts *o)
{
	struct stat st;
	int err;

	o->path = c->opt[OPT_PATH];
	o->glob = c->opt[OPT_GLOB];
	if (o->path && !stat(o->path, &st) && !S_ISDIR(st.st_mode))
		o->scope = KWASM_FS_SCOPE_FILE;
	err = opt_word(c, OPT_SCOPE, &o->scope);
	return err ? err : read_events(c, &o->events);
}

static int read_timer(struct cli *c, struct link_opts *o)
{
	o->every_ns = 1000000000;
	o->timer_flags = c->opt[OPT_ALL_CPUS] ? KWASM_TIMER_ALL_CPUS : 0;
	return opt_duration_ns(c, OPT_EVERY, &o->every_ns);
}

/* Options of other types are not looked at: a module may have programs of several. */
int read_link_opts(struct cli *c, const struct type *t, struct link_opts *o)
{
	struct cli own = *c;
	int i, err;

	for (i = 0; i < NR_OPTIONS; i++)
		if (!(t->options >> i & 1))
			own.opt[i] = NULL;
	*o = (struct link_opts){ 0 };
	err = read_traps(&own, t, o);
	if (!err)
		err = read_packets(&own, t, o);
	if (!err)
		err = read_files(&own, o);
	return err ? err : read_timer(&own, o);
}

void close_link_opts(struct link_opts *o)
{
	if (o->netns_fd > 0)
		close(o->netns_fd);
	o->netns_fd = 0;
}

int check_link_opts(struct cli *c)
{
	const struct type any = { .type = c->opt[OPT_PATH] ? KWASM_LINK_FS : 0, .options = ~0ull };
	struct link_opts o;
	int err = read_link_opts(c, &any, &o);

	close_link_opts(&o);
	return err;
}

static bool lacks(const struct cli *c, const struct type *t, enum option_id id)
{
	return t->needs >> id & 1 && !c->opt[id];
}

int check_needs(struct cli *c, const char *who, const char *program)
{
	const struct type *t = type_of(program);

	if (lacks(c, t, OPT_DEVICE))
		return fail_usage(c, "%s%s is at a device: say --device DEV", who, program);
	if (lacks(c, t, OPT_PATH))
		return fail_usage(c, "%s%s is about files: say --path PATH", who, program);
	return 0;
}

int check_taken(struct cli *c, const char *who, uint64_t taken)
{
	int i;

	for (i = 0; i < NR_OPTIONS; i++)
		if (c->opt[i] && type_options() >> i & 1 && !(taken >> i & 1))
			return fail_usage(c, "%s--%s means nothing to a program of this kind", who, options[i].name);
	return 0;
}
