// SPDX-License-Identifier: GPL-2.0
/* kwasm attach: a module's programs -> pinned links; all of them or none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "types.h"

#define LINKS_MAX	16

struct attachment {
	struct kwasm_program *program;
	struct kwasm_link *link;
	char name[KWASM_NAME_LEN];
	bool pinned;
};

/* What the module asks for, where the command line says nothing. */
static void ask_module(struct cli *c, const struct kwasm_module *m, struct link_opts *o)
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

/* What each needs is given, and each option means something to one of them. */
static int check_options(struct cli *c, const struct attachment *a, int nr)
{
	uint64_t taken = 0;
	int i, err = 0;

	for (i = 0; i < nr && !err; i++) {
		err = check_needs(c, "", kwasm_program__name(a[i].program));
		taken |= type_of(kwasm_program__name(a[i].program))->options;
	}
	return err ? err : check_taken(c, "", taken);
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
	if (err == -EBUSY && !strcmp(kwasm_program__name(a->program), "xdp")) {
		f = (struct failure){ .status = EXIT_BUSY, .err = EBUSY, .code = "busy",
				      .hint = "ip link shows it; a device has one XDP program" };
		return fail(c, &f, "'%s' has an XDP program already", c->opt[OPT_DEVICE]);
	}
	return fail_errno(c, err, kwasm_program__name(a->program));
}

/* @priority: NULL, or of the link that it shall run beside. */
static int attach_one(struct cli *c, const struct kwasm_module *m, struct attachment *a, const int32_t *priority)
{
	const struct type *t = type_of(kwasm_program__name(a->program));
	struct link_opts o;
	int err = read_link_opts(c, t, &o);

	if (err)
		return err;
	ask_module(c, m, &o);
	o.prepared = true;
	o.priority = priority ? *priority : o.priority;
	a->link = t->attach(a->program, &o);
	err = a->link ? kwasm_link__pin(a->link, a->name) : -errno;
	a->pinned = !err;
	if (err)
		err = fail_attach(c, err, m, a);
	close_link_opts(&o);
	return err;
}

static void take_back(const struct attachment *a, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (a[i].pinned)
			kwasm_link__unpin(a[i].link, a[i].name);
}

/* They were prepared, and begin together. */
static int enable_all(const struct attachment *a, int nr)
{
	struct kwasm_step step[LINKS_MAX] = { 0 };
	int i;

	for (i = 0; i < nr; i++) {
		step[i].what = KWASM_STEP_ENABLE;
		step[i].link_fd = kwasm_link__fd(a[i].link);
	}
	return kwasm_transaction(step, nr, NULL);
}

/* Prepare and pin one after the other, then run them all; a failure takes the earlier ones back. */
static int attach_all(struct cli *c, const struct kwasm_module *m, struct attachment *a, int nr)
{
	int i, err = 0;

	for (i = 0; i < nr && !err; i++)
		err = attach_one(c, m, &a[i], NULL);
	if (!err) {
		err = enable_all(a, nr);
		if (!err)
			return 0;
		err = fail_errno(c, err, "cannot enable the links");
	}
	take_back(a, nr);
	return err;
}

static int attach_beside(struct cli *c, const struct kwasm_module *m, struct attachment *a, int nr)
{
	struct kwasm_link_info at;
	struct kwasm_link *other;
	int err;

	if (nr != 1 || !(type_of(kwasm_program__name(a->program))->options >> OPT_ORDER & 1))
		return fail_usage(c, "--before and --after are for one program, of netfilter: say --program");
	err = open_beside(c, &other, &at);
	if (err)
		return err;
	err = attach_one(c, m, a, &at.nf_priority);
	if (!err)
		err = put_beside(c, a->link, a->name, other);
	if (err)
		take_back(a, 1);
	kwasm_link__destroy(other);
	return err;
}

static void print_links(struct cli *c, const struct attachment *a, int nr)
{
	struct kwasm_link_info info;
	char place[PLACE_LEN];
	int i;

	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "links");
	}
	for (i = 0; i < nr; i++) {
		if (kwasm_link__info(a[i].link, &info))
			memset(&info, 0, sizeof(info));
		if (!c->json) {
			printf("attached %s: id %u, %s\n", a[i].name, info.id,
			       link_place(&info, place, sizeof(place)));
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
	struct attachment a[LINKS_MAX];
	struct kwasm_module *m;
	int nr, i, err;

	err = check_name(c);
	if (!err)
		err = check_beside(c);
	if (!err)
		err = check_link_opts(c);
	if (!err)
		err = open_object(c, c->args[0], &m);
	if (err)
		return err;
	err = choose_programs(c, m, a, &nr);
	if (!err)
		err = check_options(c, a, nr);
	if (!err)
		err = name_links(c, c->opt[OPT_NAME] ?: kwasm_module__name(m), a, nr);
	if (err)
		goto out;
	err = c->opt[OPT_BEFORE] || c->opt[OPT_AFTER] ? attach_beside(c, m, a, nr) : attach_all(c, m, a, nr);
	if (!err)
		print_links(c, a, nr);
	for (i = 0; i < nr; i++)
		kwasm_link__destroy(a[i].link);
out:
	kwasm_module__close(m);
	return err;
}
