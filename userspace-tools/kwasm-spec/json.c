// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* JSON text -> tree (RFC 8259). */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define MAX_DEPTH	32

struct parser {
	char *pos, *end;
	struct json *all;
	unsigned int line;
};

static struct json *parse_value(struct parser *p, int depth);

static void skip_space(struct parser *p)
{
	for (; p->pos < p->end && strchr(" \t\r\n", *p->pos); p->pos++)
		p->line += *p->pos == '\n';
}

static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->pos >= p->end || *p->pos != c)
		return false;
	p->pos++;
	return true;
}

static struct json *new_node(struct parser *p, enum json_type type)
{
	struct json *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->type = type;
	n->all = p->all;
	p->all = n;
	return n;
}

static int hex4(const char *s)
{
	int v = 0, i;

	for (i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef", *d;

		d = s[i] ? strchr(digits, s[i] | 0x20) : NULL;
		if (!d)
			return -1;
		v = v << 4 | (int)(d - digits);
	}
	return v;
}

static char *put_utf8(char *to, unsigned int c)
{
	if (c < 0x80) {
		*to++ = c;
	} else if (c < 0x800) {
		*to++ = 0xc0 | c >> 6;
		*to++ = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		*to++ = 0xe0 | c >> 12;
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	} else {
		*to++ = 0xf0 | c >> 18;
		*to++ = 0x80 | (c >> 12 & 0x3f);
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	}
	return to;
}

/* \uXXXX at p->pos, behind the u; a surrogate pair is one character. */
static char *unescape_u(struct parser *p, char *to)
{
	int c, low;

	if (p->end - p->pos < 4)
		return NULL;
	c = hex4(p->pos);
	p->pos += 4;
	if (c >= 0xd800 && c < 0xdc00 && p->end - p->pos >= 6 && p->pos[0] == '\\' && p->pos[1] == 'u') {
		low = hex4(p->pos + 2);
		p->pos += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	return c < 0 ? NULL : put_utf8(to, c);
}

static char *unescape(struct parser *p, char *to)
{
	static const char from[] = "\"\\/bfnrt", what[] = "\"\\/\b\f\n\r\t";
	const char *f;
	char c;

	if (p->pos >= p->end)
		return NULL;
	c = *p->pos++;
	if (c == 'u')
		return unescape_u(p, to);
	f = c ? strchr(from, c) : NULL;
	if (!f)
		return NULL;
	*to++ = what[f - from];
	return to;
}

/* Behind the opening quote; what is left of the string overwrites it. */
static bool parse_string(struct parser *p, const char **str, size_t *len)
{
	char *to = p->pos;

	*str = to;
	while (p->pos < p->end && *p->pos != '"') {
		if (*p->pos == '\\') {
			p->pos++;
			to = unescape(p, to);
			if (!to)
				return false;
		} else {
			*to++ = *p->pos++;
		}
	}
	if (p->pos >= p->end)
		return false;
	*len = to - *str;
	p->pos++;
	*to = 0;
	return true;
}

static struct json *parse_members(struct parser *p, bool object, int depth)
{
	struct json *n = new_node(p, object ? JSON_OBJECT : JSON_ARRAY), **tail, *child;
	char close = object ? '}' : ']';
	const char *key = NULL;
	size_t len;

	if (!n || take(p, close))
		return n;
	tail = &n->child;
	do {
		if (object && (!take(p, '"') || !parse_string(p, &key, &len) || !take(p, ':')))
			return NULL;
		child = parse_value(p, depth + 1);
		if (!child)
			return NULL;
		child->key = key;
		*tail = child;
		tail = &child->next;
	} while (take(p, ','));
	return take(p, close) ? n : NULL;
}

static struct json *parse_word(struct parser *p)
{
	static const struct {
		const char *text;
		enum json_type type;
	} word[] = { { "null", JSON_NULL }, { "true", JSON_TRUE }, { "false", JSON_FALSE } };
	struct json *n;
	size_t i, len;

	for (i = 0; i < 3; i++) {
		len = strlen(word[i].text);
		if ((size_t)(p->end - p->pos) >= len && !memcmp(p->pos, word[i].text, len)) {
			p->pos += len;
			return new_node(p, word[i].type);
		}
	}
	len = strspn(p->pos, "+-0123456789.eE");
	n = len ? new_node(p, JSON_NUMBER) : NULL;
	if (n) {
		n->str = p->pos;
		n->len = len;
		p->pos += len;
	}
	return n;
}

static struct json *parse_value(struct parser *p, int depth)
{
	struct json *n;

	if (depth > MAX_DEPTH)
		return NULL;
	if (take(p, '{'))
		return parse_members(p, true, depth);
	if (take(p, '['))
		return parse_members(p, false, depth);
	if (!take(p, '"'))
		return parse_word(p);
	n = new_node(p, JSON_STRING);
	return n && parse_string(p, &n->str, &n->len) ? n : NULL;
}

static void free_all(struct json *n)
{
	struct json *next;

	for (; n; n = next) {
		next = n->all;
		free(n);
	}
}

struct json *json_parse(char *text, size_t len, unsigned int *line)
{
	struct parser p = { .pos = text, .end = text + len, .line = 1 };
	struct json *root;

	text[len] = 0;
	root = parse_value(&p, 0);
	skip_space(&p);
	if (!root || p.pos != p.end) {
		*line = p.line;
		free_all(p.all);
		return NULL;
	}
	if (p.all != root) {	/* the root was made first, so it is last: hang the list on it */
		struct json *n;

		for (n = p.all; n->all != root; n = n->all)
			;
		n->all = NULL;
		root->all = p.all;
	}
	return root;
}

void json_free(struct json *root)
{
	free_all(root);
}

const struct json *json_get(const struct json *obj, const char *key)
{
	const struct json *n;

	for (n = obj ? obj->child : NULL; n; n = n->next) {
		if (n->key && !strcmp(n->key, key))
			return n;
	}
	return NULL;
}

const char *json_str(const struct json *obj, const char *key)
{
	const struct json *n = json_get(obj, key);

	return n && n->type == JSON_STRING ? n->str : NULL;
}
