/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* One JSON file of the suite -> how many of its commands passed. */
#ifndef KWASM_SPEC_SUITE_H
#define KWASM_SPEC_SUITE_H

#include "backend.h"
#include "json.h"

/**
 * struct tally - what became of a file's commands
 * @total: commands in it; @line: of the one under way
 * @refusals: modules that had to be refused and were, for a reason of the right kind
 * @worded:   of these, with the suite's words
 */
struct tally {
	u32 total, passed, failed, skipped;
	u32 line;
	u32 refusals, worded;
};

/**
 * suite_run() - run every command of one file, in order
 * @path: of the JSON; its modules lie beside it
 * @root: parsed
 * @t:    kept up to date, so that it is right even when a command is the end of the process
 *
 * Prints a line per failed command and one for the file.
 */
void suite_run(const char *path, const struct json *root, const struct spec_opts *o, struct tally *t);

/* Whole file, one byte of room behind it; NULL with errno set. */
char *read_file(const char *path, size_t *len);

#endif /* KWASM_SPEC_SUITE_H */
