/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A JSON document as a tree.  The parser writes into the text: strings end up in place. */
#ifndef KWASM_SPEC_JSON_H
#define KWASM_SPEC_JSON_H

#include <stddef.h>

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	const char *key;	/* in an object, else NULL */
	const char *str;	/* string: its bytes, a 0 behind them; number: its text */
	size_t len;
	struct json *child;	/* first of an array or object */
	struct json *next;
	struct json *all;	/* every node, for freeing */
};

/**
 * json_parse() - parse @len bytes of @text, which has room for one byte more
 * Return: the root, or NULL with *@line where it went wrong.
 */
struct json *json_parse(char *text, size_t len, unsigned int *line);
void json_free(struct json *root);

/* Member of an object, or NULL. */
const struct json *json_get(const struct json *obj, const char *key);
/* Its string, or NULL. */
const char *json_str(const struct json *obj, const char *key);

#endif /* KWASM_SPEC_JSON_H */
