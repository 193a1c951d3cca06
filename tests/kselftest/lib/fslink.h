/* SPDX-License-Identifier: GPL-2.0 */
/* Links of fs programs through libkwasm, for tests of files. */
#ifndef FSLINK_H
#define FSLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "libkwasm.h"

/* @program of @m, attached; NULL with errno. */
struct kwasm_link *attach_fs(struct kwasm_module *m, const char *program, struct kwasm_fs_opts o);

struct kwasm_link_info info_of(struct kwasm_link *l);

/* Is the link detached, within some seconds, and for this reason (enum kwasm_detach_why)? */
bool detached(struct kwasm_link *l, uint32_t why);

#endif /* FSLINK_H */
