/* SPDX-License-Identifier: GPL-2.0 */
/* One object's facts as JSON and as words; `list`, `show` and `replace` say them alike. */
#ifndef KWASM_SHOW_H
#define KWASM_SHOW_H

#include "cli.h"

void json_module(struct json *j, const char *key, const struct kwasm_module_info *m);
void json_link(struct json *j, const char *key, const struct kwasm_link_info *l);
/* The whole document; a set that is NULL is left out. */
void json_sets(struct cli *c, const struct module_set *mods, const struct link_set *links);
void json_trap(struct json *j, const char *key, const struct kwasm_trap_info *t);
/* On stderr: where and what; @m, if not NULL, knows names of functions.  trap.c, as the next. */
void print_trap(struct kwasm_module *m, const char *path, const struct kwasm_trap_info *t);
enum exit_status trap_status(const struct kwasm_trap_info *t);
const char *mode_name(uint32_t mode);
/* "attached", or "detached: quarantine". */
const char *link_state(const struct kwasm_link_info *l, char *buf, size_t bytes);
/* "mem_oob": the trap's name in lower case. */
const char *trap_word(uint32_t kind, char *buf, size_t bytes);

#endif /* KWASM_SHOW_H */
