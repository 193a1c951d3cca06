/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the command share: parsed options, errors, exit status. */
#ifndef KWASM_CLI_H
#define KWASM_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "libkwasm.h"
#include "json.h"

/* Stable: scripts depend on them. */
enum exit_status {
	EXIT_OK			= 0,
	EXIT_FAILED		= 1,
	EXIT_USAGE		= 2,
	EXIT_BAD_MODULE		= 3,
	EXIT_REFUSED		= 4,	/* import, ABI or capability */
	EXIT_NOT_FOUND		= 5,
	EXIT_PERMISSION		= 6,
	EXIT_BUSY		= 7,	/* or exists */
	EXIT_UNSUPPORTED	= 8,
	EXIT_LIMIT		= 9,
	EXIT_TRAP		= 10,
	EXIT_DEADLINE		= 11,
	EXIT_EXPECTATION	= 12,
	EXIT_NO_DEVICE		= 69,
	EXIT_INTERRUPTED	= 130,
};

enum option_id {
#define OPTION(id, name, arg, help) OPT_##id,
#include "option.def"
#undef OPTION
	NR_OPTIONS
};

/**
 * struct cli - one command line, parsed
 * @opt:  value of each option, NULL when not given; a switch's is ""
 * @json: --json was given; @j is then open once a verb has called json_begin()
 */
struct cli {
	const struct verb *verb;
	const char *opt[NR_OPTIONS];
	int nr_args;
	char **args;
	bool json;
	struct json j;
};

enum complete { COMPLETE_NONE, COMPLETE_FILES, COMPLETE_MODULES, COMPLETE_LINKS, COMPLETE_BOTH,
		COMPLETE_VERBS, COMPLETE_KINDS, COMPLETE_TREE };

struct verb {
	const char *name, *args;
	int min_args, max_args;
	enum complete complete;
	uint64_t options;		/* bit per enum option_id */
	const char *summary, *detail;
	int (*run)(struct cli *c);
};

struct option_info {
	const char *name, *arg, *help;
};

extern const struct verb verbs[];
extern const int nr_verbs;
extern const struct option_info options[NR_OPTIONS];

const struct verb *find_verb(const char *name);

/* One function a verb; each returns an exit status. */
#define VERB(id, ...) int run_##id(struct cli *c);
#include "verb.def"
#undef VERB

/* error.c: each prints what went wrong and returns the exit status. */
struct failure {
	enum exit_status status;
	int err;			/* positive errno, 0 for none */
	const char *code;		/* for machines */
	const char *hint;		/* what to do about it, or NULL */
	const char *file;
	const struct kwasm_error *module;
};

__attribute__((format(printf, 3, 4)))
int fail(struct cli *c, const struct failure *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
int fail_usage(struct cli *c, const char *fmt, ...);
/* @err, negative, is what a call on @what gave. */
int fail_errno(struct cli *c, int err, const char *what);
/* @m was refused by check or load. */
int fail_module(struct cli *c, const struct kwasm_module *m, const char *path);
enum exit_status module_status(const struct kwasm_error *e);
/* The "error" member; for verbs that put more beside it. */
void json_error(struct json *j, const struct failure *f, const char *message);
void failure_of_module(struct failure *f, const struct kwasm_error *e, const char *path);
_Noreturn void die_nomem(void);

/* value.c: the texts of options -> numbers.  0, or fail_usage()'s status. */
int opt_s32(struct cli *c, enum option_id id, int32_t *out);
int opt_u32(struct cli *c, enum option_id id, uint32_t min, uint32_t max, uint32_t *out);
int opt_duration_ns(struct cli *c, enum option_id id, uint64_t *out);
int opt_size(struct cli *c, enum option_id id, uint64_t *out);
/* @words: separated by '|'; the place of the one given. */
int opt_word(struct cli *c, enum option_id id, uint32_t *out);
/* Name of value @n of an option's words, "?" beyond them. */
const char *opt_word_name(enum option_id id, uint32_t n, char *buf, size_t bytes);

/* object.c: names on the command line -> objects. */
bool is_file_arg(const char *arg);
int check_name(struct cli *c);
/* Open (decode) a file with the options --mode and --memory; @name NULL: the module's own. */
int open_file(struct cli *c, const char *path, const char *name, struct kwasm_module **out);
/* Module of --name ... that is loaded, by name. */
int open_loaded(struct cli *c, const char *name, struct kwasm_module **out);
/* args[0] or "id N" from args[*used]. */
int parse_object(struct cli *c, int at, const char **name, uint32_t *id, int *used);

/* All links, read at once so that output does not depend on what changes meanwhile. */
struct link_set {
	struct kwasm_link_info *info;
	size_t nr;
};
int read_links(struct cli *c, struct link_set *out);
struct module_set {
	struct kwasm_module_info *info;
	size_t nr;
};
int read_modules(struct cli *c, struct module_set *out);
/*
 * Descriptor of the module that is meant, or of the link's module; negative
 * errno, -ENOENT for neither, or @status set: that has been told already.
 */
int find_module_fd(struct cli *c, const char *name, uint32_t id, int *status);
/* Is link pin @pin meant by @name: the same, or one of its group NAME:... */
bool link_name_matches(const char *pin, const char *name);
uint64_t link_traps(const struct kwasm_link_info *l);
const char *verdict_name(uint32_t v);
/* How many verdicts links of a type for packets have, and what they are called: a counter's name, counters from 0 on. */
uint32_t type_verdicts(enum kwasm_link_type type);
const char *type_verdict_name(enum kwasm_link_type type, uint32_t v);

/* change.c */
/* Leave in @set the links that are meant by a name or an id; 0, or a failure's status. */
int pick_links(struct cli *c, const char *name, uint32_t id, struct link_set *set);
/* "done NAME" for each link, or {"links":[...]}. */
void report_links(struct cli *c, const char *done, const struct link_set *set);

/* netns.c */
int open_netns(struct cli *c, const char *ns, int *fd);
uint64_t own_netns_ino(void);
/* By its inode; 0 stands for our own.  Return: a descriptor, 0, or -ENOENT: it has no name, and no process that can be seen. */
int open_netns_ino(uint64_t ino);
/* Name of the namespace with inode @ino as in /run/netns, else "ino:4026..."; @buf is returned. */
const char *netns_name(uint64_t ino, char *buf, size_t bytes);

/* packet.c: files -> bytes, malloc()ed. */
/* All of a file, at most @max bytes; - is stdin. */
int read_file(struct cli *c, const char *path, size_t max, uint8_t **out, size_t *len);
/* The same, and hex text decoded. */
int read_packet(struct cli *c, const char *path, uint8_t **out, size_t *len);

#endif /* KWASM_CLI_H */
