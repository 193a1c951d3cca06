/* SPDX-License-Identifier: GPL-2.0 */
/* The file of `kwasm apply`, read. */
#ifndef KWASM_CONF_H
#define KWASM_CONF_H

#include "cli.h"

enum section_kind { SECTION_MODULE, SECTION_LINK };

/**
 * struct section - "[module NAME]" or "[link NAME]" and the lines after it
 * @pin:  SET:NAME, what it is called in the kernel
 * @of:   file of a module (from the folder of the configuration), module of a link
 * @opt:  its options, as on the command line
 * @line: of the header
 */
struct section {
	enum section_kind kind;
	char name[KWASM_NAME_LEN];
	char pin[KWASM_NAME_LEN];
	char *of;
	char *opt[NR_OPTIONS];
	int line;
};

/**
 * struct conf - one file
 * @set: its name without folder and .conf
 */
struct conf {
	const char *path;
	char set[KWASM_NAME_LEN];
	struct section *section;
	size_t nr;
};

/* Return: 0, or the status of a failure that has been told. */
int conf_read(struct cli *c, const char *path, struct conf *out);
void conf_free(struct conf *f);

struct section *conf_find(const struct conf *f, enum section_kind kind, const char *name);

#endif /* KWASM_CONF_H */
