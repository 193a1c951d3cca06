// SPDX-License-Identifier: GPL-2.0
/* Texts of options -> numbers with their units. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int bad_value(struct cli *c, enum option_id id)
{
	return fail_usage(c, "--%s %s: want %s", options[id].name, c->opt[id], options[id].arg);
}

/* Digits only: no blanks, no sign where @text has none. */
static bool parse_u64(const char *text, uint64_t *out, const char **end)
{
	char *e;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &e, 0);
	*end = e;
	return !errno;
}

int opt_s32(struct cli *c, enum option_id id, int32_t *out)
{
	const char *text = c->opt[id], *end;
	bool minus = text && *text == '-';
	uint64_t v;

	if (!text)
		return 0;
	if (!parse_u64(text + minus, &v, &end) || *end || v > (uint64_t)INT32_MAX + minus)
		return bad_value(c, id);
	*out = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

int opt_u32(struct cli *c, enum option_id id, uint32_t min, uint32_t max, uint32_t *out)
{
	const char *end;
	uint64_t v;

	if (!c->opt[id])
		return 0;
	if (!parse_u64(c->opt[id], &v, &end) || *end || v < min || v > max)
		return bad_value(c, id);
	*out = v;
	return 0;
}

struct suffix {
	const char *text;
	uint64_t factor;
};

static int opt_scaled(struct cli *c, enum option_id id, const struct suffix *s, uint64_t *out)
{
	const char *end;
	uint64_t v;

	if (!c->opt[id])
		return 0;
	if (!parse_u64(c->opt[id], &v, &end))
		return bad_value(c, id);
	for (; s->text; s++) {
		if (strcmp(s->text, end))
			continue;
		if (__builtin_mul_overflow(v, s->factor, out))
			break;
		return 0;
	}
	return bad_value(c, id);
}

int opt_duration_ns(struct cli *c, enum option_id id, uint64_t *out)
{
	static const struct suffix units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { NULL, 0 },
	};

	return opt_scaled(c, id, units, out);
}

int opt_size(struct cli *c, enum option_id id, uint64_t *out)
{
	static const struct suffix units[] = {
		{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { NULL, 0 },
	};

	return opt_scaled(c, id, units, out);
}

/* Next word of "a|b|c" at *@p, its length; 0 at the end. */
static size_t next_word(const char **p, const char **word)
{
	size_t len;

	if (**p == '|')
		++*p;
	*word = *p;
	len = strcspn(*p, "|");
	*p += len;
	return len;
}

int opt_word(struct cli *c, enum option_id id, uint32_t *out)
{
	const char *p = options[id].arg, *word;
	uint32_t n;
	size_t len;

	if (!c->opt[id])
		return 0;
	for (n = 0; (len = next_word(&p, &word)); n++) {
		if (strlen(c->opt[id]) == len && !memcmp(c->opt[id], word, len)) {
			*out = n;
			return 0;
		}
	}
	return bad_value(c, id);
}

const char *opt_word_name(enum option_id id, uint32_t n, char *buf, size_t bytes)
{
	const char *p = options[id].arg, *word;
	size_t len;

	do {
		len = next_word(&p, &word);
	} while (len && n--);
	snprintf(buf, bytes, "%.*s", len ? (int)len : 1, len ? word : "?");
	return buf;
}
