// SPDX-License-Identifier: GPL-2.0
/* Calls in document order -> JSON text. */
#include <assert.h>
#include <string.h>

#include "json.h"

/*
 * Length of the well-formed UTF-8 sequence at @p (RFC 3629), 0 if there is
 * none: names come from modules, and those are anyone's bytes.
 */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t n, i;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, surrogates, beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void put_escaped(FILE *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0, n;

	fputc('"', out);
	while (i < len) {
		if (p[i] == '"' || p[i] == '\\') {
			fprintf(out, "\\%c", p[i++]);
		} else if (p[i] < 0x20 || p[i] == 0x7f) {
			fprintf(out, "\\u%04x", p[i++]);
		} else if (p[i] < 0x80) {
			fputc(p[i++], out);
		} else {
			n = utf8_len(p + i, len - i);
			if (n)
				fwrite(p + i, 1, n, out);
			else
				fputs("\\ufffd", out);
			i += n ? n : 1;
		}
	}
	fputc('"', out);
}

static void begin_member(struct json *j, const char *key)
{
	if (j->comma[j->depth])
		fputc(',', j->out);
	j->comma[j->depth] = true;
	if (key) {
		put_escaped(j->out, key, strlen(key));
		fputc(':', j->out);
	}
}

static void open_nest(struct json *j, char open, char close)
{
	assert(j->depth + 1 < JSON_DEPTH_MAX);
	fputc(open, j->out);
	j->depth++;
	j->comma[j->depth] = false;
	j->close[j->depth] = close;
}

void json_begin(struct json *j, FILE *out)
{
	j->out = out;
	j->depth = 0;
	j->comma[0] = false;
	open_nest(j, '{', '}');
	json_str(j, "schema", "kwasm/1");
}

void json_end(struct json *j)
{
	while (j->depth)
		json_close(j);
	fputc('\n', j->out);
	fflush(j->out);
}

void json_object(struct json *j, const char *key)
{
	begin_member(j, key);
	open_nest(j, '{', '}');
}

void json_array(struct json *j, const char *key)
{
	begin_member(j, key);
	open_nest(j, '[', ']');
}

void json_close(struct json *j)
{
	assert(j->depth);
	fputc(j->close[j->depth--], j->out);
}

void json_strn(struct json *j, const char *key, const char *value, size_t len)
{
	begin_member(j, key);
	put_escaped(j->out, value, len);
}

void json_str(struct json *j, const char *key, const char *value)
{
	if (value)
		json_strn(j, key, value, strlen(value));
	else
		json_null(j, key);
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
	begin_member(j, key);
	fprintf(j->out, "%llu", (unsigned long long)value);
}

void json_s64(struct json *j, const char *key, int64_t value)
{
	begin_member(j, key);
	fprintf(j->out, "%lld", (long long)value);
}

void json_number(struct json *j, const char *key, const char *text)
{
	begin_member(j, key);
	fputs(text, j->out);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_member(j, key);
	fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
	begin_member(j, key);
	fputs("null", j->out);
}

void json_hex(struct json *j, const char *key, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t i;

	begin_member(j, key);
	fputc('"', j->out);
	for (i = 0; i < len; i++)
		fprintf(j->out, "%02x", p[i]);
	fputc('"', j->out);
}
