/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing JSON as one goes: commas, nesting and escapes are right by
 * construction, so no output of ours can fail to parse.  A key of NULL is an
 * element of an array.
 */
#ifndef KWASM_JSON_H
#define KWASM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX	16

struct json {
	FILE *out;
	int depth;
	bool comma[JSON_DEPTH_MAX];	/* a member was written at this depth */
	char close[JSON_DEPTH_MAX];
};

void json_begin(struct json *j, FILE *out);	/* opens the outermost object, "schema" first */
void json_end(struct json *j);			/* closes all that is open, ends the line */

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_close(struct json *j);

void json_str(struct json *j, const char *key, const char *value);	/* NULL gives null */
void json_strn(struct json *j, const char *key, const char *value, size_t len);
void json_u64(struct json *j, const char *key, uint64_t value);
void json_s64(struct json *j, const char *key, int64_t value);
void json_number(struct json *j, const char *key, const char *text);	/* that is written already */
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
void json_hex(struct json *j, const char *key, const void *bytes, size_t len);

#endif /* KWASM_JSON_H */
