/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of programs, a row each: what `attach`, `apply`, `show` and `link tree` know of them. */
#ifndef KWASM_TYPES_H
#define KWASM_TYPES_H

#include "cli.h"

/**
 * struct link_opts - the options of one link, read
 *
 * Each type takes those that its row names; the others are 0.
 */
struct link_opts {
	uint32_t on_trap, on_short, default_verdict, quarantine;
	uint64_t deadline_ns;
	int netns_fd;			/* 0: own; above: close_link_opts() */
	const char *device;
	int32_t priority, order;
	uint16_t queue, queue_flags;
	uint32_t xdp_mode;
	const char *path, *glob;
	uint32_t scope, events;
	uint64_t every_ns;
	uint32_t timer_flags;
	bool prepared;
};

/* Reasons, joined by commas. */
struct reasons {
	char text[256];
};

/**
 * struct type - programs of one name, or whose names begin alike
 * @name:    of the program, or with a slash at the end what it begins with
 * @options: that its links take
 * @needs:   those of them that must be given
 * @attach:  NULL with errno, as libkwasm's functions
 * @place:   where a link is, and its own options, in words
 * @differs: why the link would have to be another one to be as @o says; nothing if not
 */
struct type {
	const char *name;
	enum kwasm_link_type type;
	uint64_t options, needs;
	struct kwasm_link *(*attach)(struct kwasm_program *p, const struct link_opts *o);
	void (*place)(const struct kwasm_link_info *l, char *buf, size_t bytes);
	void (*differs)(const struct kwasm_link_info *l, const struct link_opts *o, struct reasons *why);
};

/* The row of a program's name.  Never NULL: libkwasm and the kernel know no others. */
const struct type *type_of(const char *program);

/* Options that links of some type have. */
uint64_t type_options(void);

#define PLACE_LEN	(KWASM_PATH_LEN + KWASM_GLOB_LEN + 2 * KWASM_NAME_LEN)
/* "tc/ingress of r0": the program and its place. */
const char *link_place(const struct kwasm_link_info *l, char *buf, size_t bytes);

/* @c's options -> @o, for a program of type @t; 0, or a told failure's status. */
int read_link_opts(struct cli *c, const struct type *t, struct link_opts *o);
void close_link_opts(struct link_opts *o);
/* Could they be read, whatever the program is? */
int check_link_opts(struct cli *c);

/* Is all given that links of @program need?  @who: what the message begins with. */
int check_needs(struct cli *c, const char *who, const char *program);
/* Are of the options of links only those of @taken given? */
int check_taken(struct cli *c, const char *who, uint64_t taken);

/* set.c: frees an array of steps of links, and closes what its first @nr have open. */
void close_steps(struct kwasm_step *step, size_t nr);

/* set.c: --before and --after.  Are they said so that they make sense? */
int check_beside(struct cli *c);
/* The link that is named; the caller destroys it. */
int open_beside(struct cli *c, struct kwasm_link **out, struct kwasm_link_info *info);
/* Put @l, called @name, where they say, and let it run. */
int put_beside(struct cli *c, struct kwasm_link *l, const char *name, const struct kwasm_link *other);

__attribute__((format(printf, 2, 3)))
void because(struct reasons *why, const char *fmt, ...);

#endif /* KWASM_TYPES_H */
