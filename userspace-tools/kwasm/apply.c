// SPDX-License-Identifier: GPL-2.0
/* kwasm apply: the plan is shown, carried out in one transaction, and named. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"

static const char *const signs[] = { [ADD] = "+", [CHANGE] = "~", [REMAKE] = "~", [REMOVE] = "-" };
static const char *const words[] = { [ADD] = "add", [CHANGE] = "change", [REMAKE] = "remake", [REMOVE] = "remove" };

/* ---- Show ---- */

static void show(struct cli *c, enum action a, const char *kind, const char *name, const char *why)
{
	if (a == KEEP)
		return;
	if (!c->json) {
		printf("%s %s %s%s%s\n", signs[a], kind, name, *why ? ": " : "", why);
		return;
	}
	json_object(&c->j, NULL);
	json_str(&c->j, "action", words[a]);
	json_str(&c->j, "kind", kind);
	json_str(&c->j, "name", name);
	json_str(&c->j, "why", *why ? why : NULL);
	json_close(&c->j);
}

static const char *module_pin(const struct plan *p, const struct module_plan *mp)
{
	size_t i;

	if (mp->s)
		return mp->s->pin;
	for (i = 0; p->modules.info[i].id != mp->old; i++)
		;
	return p->modules.info[i].pin;
}

static size_t show_plan(struct cli *c, const struct plan *p)
{
	const struct link_plan *l;
	size_t i, n = 0;

	for (i = 0; i < p->nr_modules; i++) {
		n += p->module[i].action != KEEP;
		show(c, p->module[i].action, "module", module_pin(p, &p->module[i]), "");
	}
	for (i = 0; i < p->nr_links; i++) {
		l = &p->link[i];
		n += l->action != KEEP;
		show(c, l->action, "link", l->s ? l->s->pin : l->old->pin,
		     l->action == ADD ? kwasm_program__name(l->program) : l->why.text);
	}
	return n;
}

/* ---- Carry out ---- */

/* Descriptor of a link that is there; told if it cannot be had. */
static int old_link(struct cli *c, const struct link_plan *l, int *fd)
{
	*fd = kwasm_link_get_fd_by_id(l->old->id);
	return *fd < 0 ? fail_errno(c, *fd, l->old->pin) : 0;
}

static int change_step(struct cli *c, struct kwasm_step *step, const struct link_plan *l)
{
	const struct type *t = type_of(kwasm_program__name(l->program));
	bool ordered = t->options >> OPT_ORDER & 1;

	*step = (struct kwasm_step){
		.what = KWASM_STEP_REPLACE | KWASM_STEP_POLICY | (ordered ? KWASM_STEP_ORDER : 0),
		.program_fd = kwasm_program__fd(l->program), .old_program_fd = -1,
		.order = l->o.order, .on_trap = l->o.on_trap, .on_short = l->o.on_short,
		.default_verdict = l->o.default_verdict, .quarantine = l->o.quarantine,
		.deadline_ns = l->o.deadline_ns,
	};
	if (step->program_fd < 0)
		return fail_errno(c, step->program_fd, kwasm_program__name(l->program));
	return old_link(c, l, &step->link_fd);
}

static int fail_prepare(struct cli *c, const struct link_plan *l, int err)
{
	struct kwasm_error e = { .sz = sizeof(e) };

	return kwasm_module__error(l->module->m, &e) ? fail_errno(c, err, l->s->pin) :
						       fail_module(c, l->module->m, l->s->pin);
}

/* Make a link that does not run yet; it is closed, and so taken back, with the plan. */
static int new_step(struct cli *c, struct kwasm_step *step, struct link_plan *l)
{
	bool takes_over = l->action == REMAKE && !l->old->detached && l->old->type == type_of(kwasm_program__name(l->program))->type;

	l->o.prepared = true;
	l->link = type_of(kwasm_program__name(l->program))->attach(l->program, &l->o);
	if (!l->link)
		return fail_prepare(c, l, -errno);
	*step = (struct kwasm_step){
		.what = takes_over ? KWASM_STEP_TAKE_OVER : KWASM_STEP_ENABLE,
		.link_fd = dup(kwasm_link__fd(l->link)),
	};
	if (step->link_fd < 0)
		return fail_errno(c, -errno, l->s->pin);
	return takes_over ? old_link(c, l, &step->old_link_fd) : 0;
}

static int detach_step(struct cli *c, struct kwasm_step *step, const struct link_plan *l)
{
	*step = (struct kwasm_step){ .what = KWASM_STEP_DETACH };
	return old_link(c, l, &step->link_fd);
}

/* At most two steps for a link; what is in @nr of them is closed by the caller, whatever comes. */
static int steps_of(struct cli *c, struct link_plan *l, struct kwasm_step *step, uint32_t *nr)
{
	int err = 0;

	if (l->action == CHANGE)
		return change_step(c, &step[(*nr)++], l);
	if (l->action == ADD || l->action == REMAKE) {
		err = new_step(c, &step[(*nr)++], l);
		if (err || step[*nr - 1].what == KWASM_STEP_TAKE_OVER)
			return err;
	}
	if ((l->action == REMOVE || l->action == REMAKE) && !l->old->detached)
		err = detach_step(c, &step[(*nr)++], l);
	return err;
}

static int switch_over(struct cli *c, struct plan *p)
{
	struct kwasm_step *step = calloc(2 * p->nr_links + 1, sizeof(*step));
	uint32_t nr = 0, i;
	int err = 0;

	if (!step)
		die_nomem();
	for (i = 0; i < p->nr_links && !err; i++)
		err = steps_of(c, &p->link[i], step, &nr);
	if (!err && nr) {
		err = kwasm_transaction(step, nr, NULL);
		if (err)
			err = fail_errno(c, err, p->conf.path);
	}
	close_steps(step, nr);
	return err;
}

/* It goes by another name from now on. */
static bool is_renamed(const struct link_plan *l)
{
	return l->action == CHANGE && strcmp(l->old->pin, l->s->pin);
}

static int unname_links(struct cli *c, struct plan *p)
{
	struct link_plan *l;
	int err;

	for (l = p->link; l < p->link + p->nr_links; l++) {
		if (!l->old || !(l->action == REMAKE || l->action == REMOVE || is_renamed(l)))
			continue;
		/* Without a name and without us nothing would hold it. */
		if (is_renamed(l)) {
			l->link = kwasm_link__open_by_id(l->old->id);
			if (!l->link)
				return fail_errno(c, -errno, l->old->pin);
		}
		err = kwasm_obj_unpin(KWASM_OBJ_LINK, l->old->pin);
		if (err)
			return fail_errno(c, err, l->old->pin);
	}
	return 0;
}

/* Names go on to what replaced their owners; nothing of this is seen by a packet. */
static int name_all(struct cli *c, struct plan *p)
{
	const struct module_plan *m;
	const struct link_plan *l;
	int err = unname_links(c, p);

	if (err)
		return err;
	for (l = p->link; l < p->link + p->nr_links && !err; l++)
		if (l->link)
			err = kwasm_link__pin(l->link, l->s->pin);
	for (m = p->module; m < p->module + p->nr_modules && !err; m++) {
		if (m->action == KEEP)
			continue;
		if (m->old)
			err = kwasm_obj_unpin(KWASM_OBJ_MODULE, module_pin(p, m));
		if (!err && m->m)
			err = kwasm_module__pin(m->m, m->s->pin);
	}
	return err ? fail_errno(c, err, "it is done, but cannot be named") : 0;
}

int plan_carry_out(struct cli *c, struct plan *p)
{
	int err = switch_over(c, p);

	return err ? err : name_all(c, p);
}

static int apply_file(struct cli *c, const char *path)
{
	struct plan p = { .dry_run = c->opt[OPT_DRY_RUN], .reload = c->opt[OPT_RELOAD] };
	size_t n;
	int err = conf_read(c, path, &p.conf);

	if (err)
		return err;
	err = plan_make(c, &p);
	if (err)
		goto out;
	if (c->json) {
		/* The document is whole or there is none: what fails later says so instead. */
		err = p.dry_run ? 0 : plan_carry_out(c, &p);
		if (err)
			goto out;
		json_begin(&c->j, stdout);
		json_str(&c->j, "set", p.conf.set);
		json_bool(&c->j, "dry_run", p.dry_run);
		json_array(&c->j, "changes");
		show_plan(c, &p);
		json_end(&c->j);
		goto out;
	}
	n = show_plan(c, &p);
	err = p.dry_run ? 0 : plan_carry_out(c, &p);
	if (!err)
		printf("%s: %s%s\n", p.conf.set, n ? "" : "nothing to change",
		       !n ? "" : p.dry_run ? "nothing changed" : "applied");
out:
	plan_free(&p);
	return err;
}

static int is_conf(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return *d->d_name != '.' && len > 5 && !strcmp(d->d_name + len - 5, ".conf");
}

/* One that fails does not keep the others from being applied; the first failure's status is ours. */
static int apply_dir(struct cli *c, const char *dir)
{
	struct dirent **d;
	int i, nr = scandir(dir, &d, is_conf, alphasort), err, first = 0;
	char *path;

	if (nr < 0)
		return fail_errno(c, -errno, dir);
	for (i = 0; i < nr; i++) {
		if (asprintf(&path, "%s/%s", dir, d[i]->d_name) < 0)
			die_nomem();
		err = apply_file(c, path);
		first = first ? first : err;
		free(path);
		free(d[i]);
	}
	free(d);
	return first;
}

int run_apply(struct cli *c)
{
	struct stat st;

	if (!stat(c->args[0], &st) && S_ISDIR(st.st_mode)) {
		if (c->json)
			return fail_usage(c, "--json is for one file");
		return apply_dir(c, c->args[0]);
	}
	return apply_file(c, c->args[0]);
}
