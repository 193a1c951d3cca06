// SPDX-License-Identifier: GPL-2.0
/* kwasm set: order, priority and policy of links that run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "types.h"

#define O(id)		(1ull << OPT_##id)
#define POLICY		(O(ON_TRAP) | O(ON_SHORT) | O(DEFAULT) | O(DEADLINE) | O(QUARANTINE))

static bool given(const struct cli *c, uint64_t options)
{
	int i;

	for (i = 0; i < NR_OPTIONS; i++)
		if (c->opt[i] && options >> i & 1)
			return true;
	return false;
}

/* What is not said stays as it is. */
static int read_changes(struct cli *c, const struct kwasm_link_info *l, struct link_opts *o)
{
	const struct type *t = type_of(l->export_name);
	int err = check_taken(c, "", t->options);

	if (!err)
		err = read_link_opts(c, t, o);
	if (!c->opt[OPT_PRIORITY])
		o->priority = l->nf_priority;
	if (!c->opt[OPT_ORDER])
		o->order = l->order;
	if (!c->opt[OPT_ON_TRAP])
		o->on_trap = l->on_trap;
	if (!c->opt[OPT_ON_SHORT])
		o->on_short = l->on_short;
	if (!c->opt[OPT_DEFAULT])
		o->default_verdict = l->default_verdict;
	if (!c->opt[OPT_DEADLINE])
		o->deadline_ns = l->deadline_ns;
	if (!c->opt[OPT_QUARANTINE])
		o->quarantine = l->quarantine;
	return err;
}

/* The same link at another priority, prepared.  Return: its descriptor. */
static int make_moved(const struct kwasm_link_info *l, const struct link_opts *o)
{
	LIBKWASM_OPTS(kwasm_link_create_opts, n, .flags = KWASM_LINK_PREPARED, .on_trap = o->on_trap,
		      .on_short = o->on_short, .default_verdict = o->default_verdict,
		      .quarantine = o->quarantine, .deadline_ns = o->deadline_ns, .order = o->order,
		      .device = l->nf_device);
	int program = kwasm_program_get_fd_by_id(l->program_id), fd;

	if (program < 0)
		return program;
	n.netfilter.family = l->nf_family;
	n.netfilter.hook = l->nf_hook;
	n.netfilter.priority = o->priority;
	n.netfilter.queue = l->nf_queue;
	n.netfilter.flags = l->nf_flags;
	n.netns_fd = open_netns_ino(l->netns_ino);
	fd = n.netns_fd < 0 ? n.netns_fd : kwasm_link_create(program, KWASM_LINK_NETFILTER, &n);
	if (n.netns_fd > 0)
		close(n.netns_fd);
	close(program);
	return fd;
}

/* @step gets descriptors, which the caller closes. */
static int move_step(struct cli *c, const struct kwasm_link_info *l, const struct link_opts *o,
		     struct kwasm_step *step)
{
	struct failure f = { .status = EXIT_BUSY, .err = EBUSY, .code = "busy" };

	if (!*l->pin)
		return fail(c, &f, "link id %u has no name: the process that holds it has to move it", l->id);
	*step = (struct kwasm_step){ .what = KWASM_STEP_TAKE_OVER, .link_fd = make_moved(l, o) };
	if (step->link_fd < 0)
		return fail_errno(c, step->link_fd, l->pin);
	step->old_link_fd = kwasm_link_get_fd_by_id(l->id);
	return step->old_link_fd < 0 ? fail_errno(c, step->old_link_fd, l->pin) : 0;
}

static int make_step(struct cli *c, const struct kwasm_link_info *l, struct kwasm_step *step)
{
	struct link_opts o;
	int err = read_changes(c, l, &o);

	if (err)
		return err;
	if (o.priority != l->nf_priority)
		return move_step(c, l, &o, step);
	*step = (struct kwasm_step){ .link_fd = kwasm_link_get_fd_by_id(l->id) };
	if (c->opt[OPT_ORDER] || c->opt[OPT_PRIORITY]) {
		step->what = KWASM_STEP_ORDER;
		step->order = o.order;
	}
	if (given(c, POLICY)) {
		step->what |= KWASM_STEP_POLICY;
		step->on_trap = o.on_trap;
		step->on_short = o.on_short;
		step->default_verdict = o.default_verdict;
		step->quarantine = o.quarantine;
		step->deadline_ns = o.deadline_ns;
	}
	return step->link_fd < 0 ? fail_errno(c, step->link_fd, l->pin) : 0;
}

/* The name of one that has moved goes on to the new one. */
static int rename_moved(struct cli *c, struct kwasm_link_info *l, const struct kwasm_step *step)
{
	struct kwasm_link_info new = { 0 };
	__u32 len = sizeof(new);
	int err;

	if (step->what != KWASM_STEP_TAKE_OVER)
		return 0;
	err = kwasm_obj_unpin(KWASM_OBJ_LINK, l->pin);
	if (!err)
		err = kwasm_obj_pin(step->link_fd, l->pin);
	if (!err)
		err = kwasm_obj_get_info_by_fd(step->link_fd, &new, &len);
	if (err)
		return fail_errno(c, err, l->pin);
	*l = new;
	return 0;
}

void close_steps(struct kwasm_step *step, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (step[i].link_fd > 0)
			close(step[i].link_fd);
		if (step[i].old_link_fd > 0)
			close(step[i].old_link_fd);
	}
	free(step);
}

static int set_links(struct cli *c, struct link_set *set)
{
	struct kwasm_step *step = calloc(set->nr, sizeof(*step));
	uint32_t failed;
	size_t i;
	int err = 0;

	if (!step)
		die_nomem();
	for (i = 0; i < set->nr && !err; i++)
		err = make_step(c, &set->info[i], &step[i]);
	if (!err) {
		err = kwasm_transaction(step, set->nr, &failed);
		if (err)
			err = fail_errno(c, err, failed < set->nr ? set->info[failed].pin : "cannot change the links");
	}
	for (i = 0; i < set->nr && !err; i++)
		err = rename_moved(c, &set->info[i], &step[i]);
	close_steps(step, set->nr);
	return err;
}

/* ---- Beside another link ---- */

int check_beside(struct cli *c)
{
	if (!c->opt[OPT_BEFORE] && !c->opt[OPT_AFTER])
		return 0;
	if (c->opt[OPT_BEFORE] && c->opt[OPT_AFTER])
		return fail_usage(c, "--before or --after, not both");
	if (c->opt[OPT_PRIORITY] || c->opt[OPT_ORDER])
		return fail_usage(c, "--%s says priority and order", c->opt[OPT_BEFORE] ? "before" : "after");
	return 0;
}

int open_beside(struct cli *c, struct kwasm_link **out, struct kwasm_link_info *info)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm list links` shows what is there" };
	const char *name = c->opt[OPT_BEFORE] ?: c->opt[OPT_AFTER];
	int err;

	*out = kwasm_link__open(name);
	if (!*out)
		return errno == ENOENT ? fail(c, &f, "there is no link '%s'", name) : fail_errno(c, -errno, name);
	err = kwasm_link__info(*out, info);
	if (!err)
		return 0;
	kwasm_link__destroy(*out);
	return fail_errno(c, err, name);
}

int put_beside(struct cli *c, struct kwasm_link *l, const char *name, const struct kwasm_link *other)
{
	struct failure f = { .status = EXIT_BUSY, .err = EAGAIN, .code = "busy", .hint = "try again" };
	int err = c->opt[OPT_BEFORE] ? kwasm_link__run_before(l, other) : kwasm_link__run_after(l, other);

	if (err == -EAGAIN)
		return fail(c, &f, "somebody changes the order of these links all the time");
	if (err == -EXDEV)
		return fail_usage(c, "%s and %s are not at the same hook with the same priority", name,
				  c->opt[OPT_BEFORE] ?: c->opt[OPT_AFTER]);
	return err ? fail_errno(c, err, name) : 0;
}

static int set_beside(struct cli *c, const struct link_set *set)
{
	struct kwasm_link_info at;
	struct kwasm_link *other, *l;
	int err;

	if (set->nr != 1)
		return fail_usage(c, "'%s' is several links: --before and --after want one", c->args[0]);
	if (given(c, POLICY))
		return fail_usage(c, "--before and --after stand alone");
	err = open_beside(c, &other, &at);
	if (err)
		return err;
	l = kwasm_link__open_by_id(set->info[0].id);
	err = l ? put_beside(c, l, c->args[0], other) : fail_errno(c, -errno, c->args[0]);
	kwasm_link__destroy(l);
	kwasm_link__destroy(other);
	return err;
}

int run_set(struct cli *c)
{
	bool beside = c->opt[OPT_BEFORE] || c->opt[OPT_AFTER];
	struct link_set set;
	const char *name;
	uint32_t id;
	int used, err;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && used != c->nr_args)
		err = fail_usage(c, "set LINK, or set id N");
	if (!err && !beside && !given(c, POLICY | O(PRIORITY) | O(ORDER)))
		err = fail_usage(c, "set what?  `kwasm help set` shows what can be");
	if (!err)
		err = check_beside(c);
	if (!err)
		err = check_link_opts(c);
	if (!err)
		err = pick_links(c, name, id, &set);
	if (err)
		return err;
	err = beside ? set_beside(c, &set) : set_links(c, &set);
	if (!err)
		report_links(c, "set", &set);
	free(set.info);
	return err;
}
