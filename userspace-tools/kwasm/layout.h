/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of a map's keys and values <-> text, by the layout line of kwasm.meta:
 *
 *	key=saddr:ip4,port:be16,proto:u8 value=packets:u64,bytes:u64
 *
 * Fields lie as a C compiler puts them: each at a multiple of its alignment.
 */
#ifndef KWASM_LAYOUT_H
#define KWASM_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "table.h"

#define LAYOUT_FIELDS_MAX	32
#define LAYOUT_NAME_LEN		32
#define LAYOUT_TEXT_LEN		1024	/* of one field as text */

struct layout_field {
	char name[LAYOUT_NAME_LEN];	/* empty if the layout is a guess */
	const struct layout_type *type;
	size_t off, bytes;
};

struct layout {
	struct layout_field field[LAYOUT_FIELDS_MAX];
	size_t nr;
	size_t bytes;			/* of the whole */
};

/**
 * layout_make() - read the part of a layout line that begins with @what
 * @text:  "key=... value=...", may be empty
 * @what:  "key" or "value"
 * @bytes: what it must describe
 * @is_prefix: of an LPM trie's key
 *
 * Without a line, or with one that does not fit @bytes, the guess: a prefix,
 * a number, else hex.  Return: 0, or -EINVAL when a line was there and did not fit.
 */
int layout_make(struct layout *l, const char *text, const char *what, size_t bytes, bool is_prefix);

/* The value part of a ring's layout line, for a record of @bytes or more than it describes.  0, or -EINVAL. */
int layout_make_record(struct layout *l, const char *text, size_t bytes);

/* "10.0.0.1,53", as layout_format() gives it: NULL, or what is wrong with it. */
const char *layout_parse(const struct layout *l, const char *text, void *out);

/* @buf of LAYOUT_TEXT_LEN bytes is returned. */
char *layout_field_text(const struct layout_field *f, const void *bytes, char *buf);

/* As member @key: an object of the named fields, or the one value of a guess. */
void layout_json(const struct layout *l, const void *bytes, struct json *j, const char *key);

/* All fields as one text, joined by commas; @buf of @len bytes is returned. */
char *layout_text(const struct layout *l, const void *bytes, char *buf, size_t len);

/* Field names joined by commas, or @what for a guess. */
char *layout_names(const struct layout *l, const char *what, char *buf, size_t len);

#endif /* KWASM_LAYOUT_H */
