/* SPDX-License-Identifier: GPL-2.0 */
/* Values of WebAssembly's types as text, for `kwasm call`. */
#ifndef KWASM_TYPED_H
#define KWASM_TYPED_H

#include "cli.h"

#define TYPED_TEXT_LEN	48

/* "i32", ...; "?" for what this command does not know. */
const char *type_name(uint8_t type);
/* Has it text: is it no reference? */
bool type_has_text(uint8_t type);
/* False: @text is no such value. */
bool typed_parse(uint8_t type, const char *text, struct kwasm_value *out);
/* Signed decimal, the shortest text that reads back as the same float, or hex; @buf is returned. */
const char *typed_text(uint8_t type, const struct kwasm_value *v, char *buf, size_t bytes);
/* Members type and value: a number, or a string where JSON has none for it. */
void typed_json(struct json *j, uint8_t type, const struct kwasm_value *v);

#endif /* KWASM_TYPED_H */
