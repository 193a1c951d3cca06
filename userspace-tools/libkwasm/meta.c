// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Custom section kwasm.meta: lines of "key value", "#" begins a comment. */
#include <stdlib.h>

#include "internal.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The value if [p, end) is the line of @key; blanks around it do not count. */
static char *line_value(const char *p, const char *end, const char *key)
{
	const char *hash = memchr(p, '#', end - p);
	size_t len = strlen(key);

	if (hash)
		end = hash;
	while (p < end && is_blank(*p))
		p++;
	if ((size_t)(end - p) <= len || memcmp(p, key, len) || !is_blank(p[len]))
		return NULL;
	p += len;
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return strndup(p, end - p);
}

static char *section_value(const struct kw_custom *c, const char *key)
{
	const char *p = (const char *)c->bytes, *end = p + c->len, *eol;
	char *value;

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', end - p);
		if (!eol)
			eol = end;
		value = line_value(p, eol, key);
		if (value)
			return value;
	}
	return NULL;
}

char *module_meta(const struct kw_module *m, const char *key)
{
	const struct kw_custom *c;
	char *value;
	u32 from = 0;

	while ((c = kw_module_next_custom(m, "kwasm.meta", &from))) {
		value = section_value(c, key);
		if (value)
			return value;
	}
	return NULL;
}
