/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration and the kernel -> a plan -> done. */
#ifndef KWASM_APPLY_H
#define KWASM_APPLY_H

#include "conf.h"
#include "types.h"

enum action { KEEP, ADD, CHANGE, REMAKE, REMOVE };

/**
 * struct module_plan - one module of the file
 * @old: id of the one that is pinned under this name, 0 for none
 * @m:   the one that links will run: opened from the file, or the old one if that is the same
 */
struct module_plan {
	const struct section *s;
	enum action action;
	uint32_t old;
	struct kwasm_module *m;
};

/**
 * struct link_plan - one link of the file, or one that goes
 * @s:    NULL if it goes
 * @old:  what is there, under this name or, at the same place, under one that is no longer wanted; NULL nothing
 * @link: the new one, prepared, of ADD and REMAKE
 * @why:  of CHANGE and REMAKE: what is different
 */
struct link_plan {
	const struct section *s;
	enum action action;
	const struct kwasm_link_info *old;
	const struct module_plan *module;
	struct kwasm_program *program;
	struct link_opts o;
	struct kwasm_link *link;
	struct reasons why;
};

struct plan {
	struct conf conf;
	struct link_set links;		/* of the kernel */
	struct module_set modules;
	struct module_plan *module;
	size_t nr_modules;
	struct link_plan *link;
	size_t nr_links;
	bool dry_run, reload;
};

/* Compare; modules that are new or others are opened, and checked or loaded.  0 or a told failure's status. */
int plan_make(struct cli *c, struct plan *p);
/* Everything that can fail, then the switch, then the names. */
int plan_carry_out(struct cli *c, struct plan *p);
void plan_free(struct plan *p);

#endif /* KWASM_APPLY_H */
