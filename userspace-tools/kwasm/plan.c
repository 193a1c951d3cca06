// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration + what is in the kernel -> what has to change.
 *
 * A link stays the same object while its place does: then its program, its
 * policy and its order change, and counters go on.  Else a new one takes over.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "sha256.h"

#define QUARANTINE_DEFAULT	16

/* The command line that a section stands for. */
static struct cli cli_of(const struct cli *c, const struct section *s)
{
	struct cli sub = *c;

	memcpy(sub.opt, s->opt, sizeof(sub.opt));
	return sub;
}

/* ---- Modules ---- */

static const struct kwasm_module_info *find_module(const struct plan *p, const char *pin)
{
	size_t i;

	for (i = 0; i < p->modules.nr; i++)
		if (!strcmp(p->modules.info[i].pin, pin))
			return &p->modules.info[i];
	return NULL;
}

/* The kernel does not tell a module's configuration: with one, it counts as another. */
static bool same_module(const struct plan *p, const struct module_plan *mp,
			const struct kwasm_module_info *old)
{
	uint8_t digest[32];
	const void *bytes;
	size_t len;

	if (p->reload || mp->s->opt[OPT_CONFIG])
		return false;
	bytes = kwasm_module__bytes(mp->m, &len);
	sha256(bytes, len, digest);
	return !memcmp(digest, old->sha256, sizeof(digest));
}

/* What the old one remembers goes on. */
static int share_maps(struct cli *c, const struct module_plan *mp)
{
	int fd, err;

	if (!mp->old || mp->s->opt[OPT_PIN_MAPS])
		return 0;
	fd = kwasm_module_get_fd_by_id(mp->old);
	if (fd < 0)
		return fail_errno(c, fd, mp->s->pin);
	err = kwasm_module__reuse_maps(mp->m, fd);
	close(fd);
	return err < 0 ? fail_errno(c, err, "cannot share the old module's maps") : 0;
}

static int plan_module(struct cli *c, struct plan *p, struct module_plan *mp)
{
	const struct kwasm_module_info *old = find_module(p, mp->s->pin);
	struct cli sub = cli_of(c, mp->s);
	int err = open_file(&sub, mp->s->of, mp->s->name, &mp->m);

	if (err)
		return err;
	mp->old = old ? old->id : 0;
	if (old && same_module(p, mp, old)) {
		kwasm_module__close(mp->m);
		return open_loaded(c, mp->s->pin, &mp->m);
	}
	mp->action = old ? CHANGE : ADD;
	err = p->dry_run ? 0 : share_maps(c, mp);
	if (err)
		return err;
	err = p->dry_run ? kwasm_module__check(mp->m) : kwasm_module__load(mp->m);
	return err ? fail_module(c, mp->m, mp->s->of) : 0;
}

/* ---- Links ---- */

static const struct kwasm_link_info *find_link(const struct plan *p, const char *pin)
{
	size_t i;

	for (i = 0; i < p->links.nr; i++)
		if (!strcmp(p->links.info[i].pin, pin))
			return &p->links.info[i];
	return NULL;
}

static const struct module_plan *module_of(const struct plan *p, const char *name)
{
	size_t i;

	for (i = 0; strcmp(p->module[i].s->name, name); i++)
		;
	return &p->module[i];
}

/* The program that is named, or the only one there is. */
static int choose_program(struct cli *c, struct link_plan *lp)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found" };
	const struct kwasm_module *m = lp->module->m;
	const char *name = lp->s->opt[OPT_PROGRAM];

	lp->program = name ? kwasm_module__find_program_by_name(m, name) : kwasm_module__next_program(m, NULL);
	if (!lp->program && name)
		return fail(c, &f, "%s has no program '%s'", kwasm_module__name(m), name);
	if (!lp->program)
		return fail(c, &f, "%s has no programs", kwasm_module__name(m));
	if (!name && kwasm_module__next_program(m, lp->program))
		return fail_usage(c, "[link %s]: %s has several programs: say program = ...", lp->s->name,
				  kwasm_module__name(m));
	return 0;
}

static int read_options(struct cli *c, struct link_plan *lp)
{
	const char *program = kwasm_program__name(lp->program);
	struct cli sub = cli_of(c, lp->s);
	char who[KWASM_NAME_LEN + 16];
	int err;

	snprintf(who, sizeof(who), "[link %s]: ", lp->s->name);
	err = check_needs(&sub, who, program);
	if (!err)
		err = check_taken(&sub, who, type_of(program)->options);
	return err ? err : read_link_opts(&sub, type_of(program), &lp->o);
}

/* What a module asks for is known once it is loaded; before, it counts as what is there. */
static uint32_t on_trap(const struct link_plan *lp)
{
	struct kwasm_module_info info;

	if (lp->s->opt[OPT_ON_TRAP])
		return lp->o.on_trap;
	if (kwasm_module__info(lp->module->m, &info))
		return lp->old ? lp->old->on_trap : KWASM_ON_TRAP_DROP;
	return info.on_trap != ~0u ? info.on_trap : KWASM_ON_TRAP_DROP;
}

/* Differences that make another link. */
static void compare_place(struct link_plan *lp)
{
	const struct kwasm_link_info *l = lp->old;
	const char *program = kwasm_program__name(lp->program);

	if (l->detached)
		because(&lp->why, "was detached");
	if (strcmp(l->export_name, program))
		because(&lp->why, "program %s -> %s", l->export_name, program);
	else
		type_of(program)->differs(l, &lp->o, &lp->why);
}

static void compare_policy(struct link_plan *lp)
{
	const struct kwasm_link_info *l = lp->old;
	const struct link_opts *o = &lp->o;

	if (l->on_trap != o->on_trap)
		because(&lp->why, "on-trap");
	if (l->on_short != o->on_short)
		because(&lp->why, "on-short");
	if (l->default_verdict != o->default_verdict)
		because(&lp->why, "default");
	if (l->deadline_ns != o->deadline_ns)
		because(&lp->why, "deadline");
	if (l->quarantine != (o->quarantine ?: QUARANTINE_DEFAULT))
		because(&lp->why, "quarantine");
}

/* Differences that it can follow: sets why, as those above do. */
static void compare_rest(struct link_plan *lp)
{
	if (lp->module->action != KEEP)
		because(&lp->why, "module");
	else if (lp->old->module_id != lp->module->old)
		because(&lp->why, "module %s", lp->module->s->name);
	if (lp->old->order != lp->o.order)
		because(&lp->why, "order %d -> %d", lp->old->order, lp->o.order);
}

/* Is @pin a name this set gives? */
static bool of_set(const struct plan *p, const char *pin)
{
	size_t len = strlen(p->conf.set);

	return !strncmp(pin, p->conf.set, len) && pin[len] == ':';
}

static const struct section *wanted(const struct plan *p, enum section_kind kind, const char *pin)
{
	return conf_find(&p->conf, kind, pin + strlen(p->conf.set) + 1);
}

static bool is_used(const struct plan *p, const struct kwasm_link_info *l)
{
	size_t i;

	for (i = 0; i < p->nr_links; i++)
		if (p->link[i].old == l)
			return true;
	return false;
}

/* One of the set's at the same place whose name nobody wants any more: an XDP link must go on there, others may. */
static const struct kwasm_link_info *find_predecessor(const struct plan *p, struct link_plan *lp)
{
	const struct kwasm_link_info *l;
	size_t i;

	for (i = 0; i < p->links.nr; i++) {
		l = &p->links.info[i];
		if (!of_set(p, l->pin) || wanted(p, SECTION_LINK, l->pin) || is_used(p, l))
			continue;
		lp->old = l;
		compare_place(lp);
		if (!*lp->why.text)
			return l;
		lp->why = (struct reasons){ 0 };
	}
	return NULL;
}

static int plan_link(struct cli *c, struct plan *p, struct link_plan *lp)
{
	int err;

	lp->module = module_of(p, lp->s->of);
	err = choose_program(c, lp);
	if (!err)
		err = read_options(c, lp);
	if (err)
		return err;
	lp->old = find_link(p, lp->s->pin) ?: find_predecessor(p, lp);
	lp->o.on_trap = on_trap(lp);
	lp->action = ADD;
	if (!lp->old)
		return 0;
	compare_place(lp);
	lp->action = *lp->why.text ? REMAKE : CHANGE;
	if (strcmp(lp->old->pin, lp->s->pin))
		because(&lp->why, "was %s", lp->old->pin);
	compare_policy(lp);
	compare_rest(lp);
	if (!*lp->why.text)
		lp->action = KEEP;
	return 0;
}

static void plan_removals(struct plan *p)
{
	const struct kwasm_link_info *l;
	size_t i;

	for (i = 0; i < p->links.nr; i++) {
		l = &p->links.info[i];
		if (of_set(p, l->pin) && !wanted(p, SECTION_LINK, l->pin) && !is_used(p, l))
			p->link[p->nr_links++] = (struct link_plan){ .action = REMOVE, .old = l };
	}
	for (i = 0; i < p->modules.nr; i++)
		if (of_set(p, p->modules.info[i].pin) &&
		    !wanted(p, SECTION_MODULE, p->modules.info[i].pin))
			p->module[p->nr_modules++] = (struct module_plan){ .action = REMOVE,
									   .old = p->modules.info[i].id };
}

int plan_make(struct cli *c, struct plan *p)
{
	const struct section *s, *end = p->conf.section + p->conf.nr;
	size_t i;
	int err = read_modules(c, &p->modules);

	if (!err)
		err = read_links(c, &p->links);
	if (err)
		return err;
	p->module = calloc(p->conf.nr + p->modules.nr + 1, sizeof(*p->module));
	p->link = calloc(p->conf.nr + p->links.nr + 1, sizeof(*p->link));
	if (!p->module || !p->link)
		die_nomem();
	for (s = p->conf.section; s < end; s++) {
		if (s->kind == SECTION_MODULE)
			p->module[p->nr_modules++].s = s;
		else
			p->link[p->nr_links++].s = s;
	}
	for (i = 0; i < p->nr_modules && !err; i++)
		err = plan_module(c, p, &p->module[i]);
	for (i = 0; i < p->nr_links && !err; i++)
		err = plan_link(c, p, &p->link[i]);
	if (!err)
		plan_removals(p);
	return err;
}

void plan_free(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->nr_links; i++) {
		kwasm_link__destroy(p->link[i].link);
		close_link_opts(&p->link[i].o);
	}
	for (i = 0; i < p->nr_modules; i++)
		kwasm_module__close(p->module[i].m);
	free(p->link);
	free(p->module);
	free(p->links.info);
	free(p->modules.info);
	conf_free(&p->conf);
}
