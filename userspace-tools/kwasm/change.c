// SPDX-License-Identifier: GPL-2.0
/* kwasm replace, order, detach, unload: changes to what is there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const char hint_list[] = "`kwasm list` shows what is there";

int pick_links(struct cli *c, const char *name, uint32_t id, struct link_set *set)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = hint_list };
	size_t i, found = 0;
	int err = read_links(c, set);

	if (err)
		return err;
	for (i = 0; i < set->nr; i++)
		if (id ? set->info[i].id == id : link_name_matches(set->info[i].pin, name))
			set->info[found++] = set->info[i];
	set->nr = found;
	if (found)
		return 0;
	free(set->info);
	set->info = NULL;
	return id ? fail(c, &f, "there is no link with id %u", id) :
		    fail(c, &f, "there is no link '%s'", name);
}

void report_links(struct cli *c, const char *done, const struct link_set *set)
{
	size_t i;

	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "links");
	}
	for (i = 0; i < set->nr; i++) {
		if (c->json) {
			json_object(&c->j, NULL);
			json_str(&c->j, "name", *set->info[i].pin ? set->info[i].pin : NULL);
			json_u64(&c->j, "id", set->info[i].id);
			json_close(&c->j);
		} else if (*set->info[i].pin) {
			printf("%s %s\n", done, set->info[i].pin);
		} else {
			printf("%s id %u\n", done, set->info[i].id);
		}
	}
	if (c->json)
		json_end(&c->j);
}

static int detach_one(const struct kwasm_link_info *info)
{
	struct kwasm_link *l = kwasm_link__open_by_id(info->id);
	int err;

	if (!l)
		return -errno;
	err = info->detached ? 0 : kwasm_link__detach(l);
	if (!err && *info->pin)
		err = kwasm_link__unpin(l, info->pin);
	kwasm_link__destroy(l);
	return err;
}

int run_detach(struct cli *c)
{
	struct link_set set;
	const char *name;
	uint32_t id;
	size_t i;
	int used, err;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && used != c->nr_args)
		err = fail_usage(c, "detach NAME, or detach id N");
	if (!err)
		err = pick_links(c, name, id, &set);
	if (err)
		return err;
	for (i = 0; i < set.nr && !err; i++)
		err = detach_one(&set.info[i]);
	if (err)
		err = fail_errno(c, err, set.info[i - 1].pin);
	else
		report_links(c, "detached", &set);
	free(set.info);
	return err;
}

static int fail_no_program(struct cli *c, const struct kwasm_module *m, const char *export)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found" };

	return fail(c, &f, "%s has no program '%s'", kwasm_module__name(m), export);
}

/* The step that makes link @info run @m's program of the same name; its descriptor is the caller's. */
static int replace_step(struct cli *c, const struct kwasm_link_info *info, struct kwasm_module *m,
			struct kwasm_step *step)
{
	struct kwasm_program *p = kwasm_module__find_program_by_name(m, info->export_name);

	if (!p)
		return fail_no_program(c, m, info->export_name);
	*step = (struct kwasm_step){ .what = KWASM_STEP_REPLACE, .old_program_fd = -1 };
	step->program_fd = kwasm_program__fd(p);
	if (step->program_fd < 0)
		return fail_errno(c, step->program_fd, kwasm_program__name(p));
	step->link_fd = kwasm_link_get_fd_by_id(info->id);
	return step->link_fd < 0 ? fail_errno(c, step->link_fd, info->pin) : 0;
}

/* Take @nr steps at once and close their links' descriptors. */
static int take(struct cli *c, const struct link_set *set, const struct kwasm_step *step, size_t nr)
{
	uint32_t failed;
	size_t i;
	int err = kwasm_transaction(step, nr, &failed);

	for (i = 0; i < nr; i++)
		close(step[i].link_fd);
	if (!err)
		return 0;
	return fail_errno(c, err, failed < nr ? set->info[failed].pin : "cannot change the links");
}

/* Make every link of @set run @m's program of the same name, or none. */
static int update_links(struct cli *c, const struct link_set *set, struct kwasm_module *m)
{
	struct kwasm_step *step = calloc(set->nr, sizeof(*step));
	size_t i, nr;
	int err = 0;

	if (!step)
		die_nomem();
	for (nr = 0; nr < set->nr && !err; nr++)
		err = replace_step(c, &set->info[nr], m, &step[nr]);
	if (!err) {
		err = take(c, set, step, nr);
	} else {
		for (i = 0; i + 1 < nr; i++)
			close(step[i].link_fd);
	}
	free(step);
	return err;
}

/* What the old program remembers in maps goes on, unless the maps are pinned where the user says. */
static int share_maps(struct cli *c, const struct link_set *set, struct kwasm_module *m)
{
	size_t i;
	int fd, err = 0;

	for (i = 0; i < set->nr && !c->opt[OPT_PIN_MAPS] && err >= 0; i++) {
		fd = kwasm_module_get_fd_by_id(set->info[i].module_id);
		if (fd < 0)
			return fail_errno(c, fd, set->info[i].module_name);
		err = kwasm_module__reuse_maps(m, fd);
		close(fd);
	}
	return err < 0 ? fail_errno(c, err, "cannot share the old program's maps") : 0;
}

/* If @name is a loaded module's too, it becomes @m's. */
static int move_name(struct cli *c, struct kwasm_module *m, const char *name)
{
	int fd = kwasm_obj_get_fd_by_name(KWASM_OBJ_MODULE, name);
	int err;

	if (fd < 0)
		return 0;
	close(fd);
	err = kwasm_obj_unpin(KWASM_OBJ_MODULE, name);
	if (!err)
		err = kwasm_module__pin(m, name);
	return err ? fail_errno(c, err, name) : 0;
}

int run_replace(struct cli *c)
{
	struct kwasm_module *m;
	struct link_set set;
	const char *name;
	uint32_t id;
	int used, err;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && c->nr_args != used + 1)
		err = fail_usage(c, "replace NAME FILE, or replace id N FILE");
	if (!err)
		err = open_file(c, c->args[used], NULL, &m);
	if (err)
		return err;
	err = pick_links(c, name, id, &set);
	if (err)
		goto out;
	err = share_maps(c, &set, m);
	if (!err && kwasm_module__load(m))
		err = fail_module(c, m, c->args[used]);
	if (!err)
		err = update_links(c, &set, m);
	if (!err && name)
		err = move_name(c, m, name);
	if (!err)
		report_links(c, "replaced", &set);
	free(set.info);
out:
	kwasm_module__close(m);
	return err;
}

static const struct kwasm_link_info *find_link(const struct link_set *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!strcmp(all->info[i].pin, name))
			return &all->info[i];
	return NULL;
}

/* The links that are named, in that order; they must be of one place. */
static int pick_in_order(struct cli *c, const struct link_set *all, struct link_set *set)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = hint_list };
	const struct kwasm_link_info *l;
	int i;

	for (i = 0; i < c->nr_args; i++) {
		l = find_link(all, c->args[i]);
		if (!l)
			return fail(c, &f, "there is no link '%s'", c->args[i]);
		set->info[set->nr++] = *l;
		if (!libkwasm_same_place(l, &set->info[0]))
			return fail_usage(c, "%s and %s are not at the same hook with the same priority",
					  c->args[0], c->args[i]);
	}
	return 0;
}

static int order_links(struct cli *c, const struct link_set *set)
{
	struct kwasm_step *step = calloc(set->nr, sizeof(*step));
	size_t i;
	int err;

	if (!step)
		die_nomem();
	for (i = 0; i < set->nr; i++)
		step[i] = (struct kwasm_step){ .what = KWASM_STEP_ORDER, .order = i + 1, .program_fd = -1,
					       .link_fd = kwasm_link_get_fd_by_id(set->info[i].id) };
	err = take(c, set, step, set->nr);
	free(step);
	return err;
}

int run_order(struct cli *c)
{
	struct link_set all, set = { .info = calloc(c->nr_args, sizeof(*set.info)) };
	int err;

	if (!set.info)
		die_nomem();
	err = read_links(c, &all);
	if (err)
		goto out;
	err = pick_in_order(c, &all, &set);
	if (!err)
		err = order_links(c, &set);
	if (!err)
		report_links(c, "ordered", &set);
	free(all.info);
out:
	free(set.info);
	return err;
}

static const struct kwasm_module_info *pick_module(const struct module_set *mods, const char *name,
						   uint32_t id)
{
	size_t i;

	for (i = 0; i < mods->nr; i++)
		if (*mods->info[i].pin && (id ? mods->info[i].id == id : !strcmp(mods->info[i].pin, name)))
			return &mods->info[i];
	return NULL;
}

static const struct kwasm_link_info *user_of(const struct link_set *links, uint32_t module_id)
{
	size_t i;

	for (i = 0; i < links->nr; i++)
		if (links->info[i].module_id == module_id && !links->info[i].detached)
			return &links->info[i];
	return NULL;
}

static int unload(struct cli *c, const struct kwasm_module_info *m, const struct link_set *links)
{
	struct failure f = { .status = EXIT_BUSY, .err = EBUSY, .code = "busy" };
	const struct kwasm_link_info *l = user_of(links, m->id);
	char hint[128];
	int err;

	if (l) {
		if (*l->pin)
			snprintf(hint, sizeof(hint), "first: kwasm detach %s", l->pin);
		else
			snprintf(hint, sizeof(hint), "a process holds the link; or: kwasm detach id %u", l->id);
		f.hint = hint;
		return fail(c, &f, "module '%s' is in use by link %s (id %u)", m->pin,
			    *l->pin ? l->pin : "without a name", l->id);
	}
	err = kwasm_obj_unpin(KWASM_OBJ_MODULE, m->pin);
	if (err)
		return fail_errno(c, err, m->pin);
	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "name", m->pin);
		json_u64(&c->j, "id", m->id);
		json_end(&c->j);
	} else {
		printf("unloaded %s\n", m->pin);
	}
	return EXIT_OK;
}

int run_unload(struct cli *c)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = hint_list };
	const struct kwasm_module_info *m;
	struct module_set mods;
	struct link_set links;
	const char *name;
	uint32_t id;
	int used, err;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && used != c->nr_args)
		err = fail_usage(c, "unload NAME, or unload id N");
	if (!err)
		err = read_modules(c, &mods);
	if (!err)
		err = read_links(c, &links);
	if (err)
		return err;
	m = pick_module(&mods, name, id);
	if (m)
		err = unload(c, m, &links);
	else if (id)
		err = fail(c, &f, "no module is loaded with id %u", id);
	else
		err = fail(c, &f, "no module is loaded as '%s'", name);
	free(mods.info);
	free(links.info);
	return err;
}
