// SPDX-License-Identifier: GPL-2.0
/*
 * Lines -> sections of a configuration.
 *
 *	# comment
 *	[module NAME]
 *	file = PATH
 *	[link NAME]
 *	module = NAME
 *	key = value		a key is the name of an option of `kwasm attach`
 *
 * Values are kept as texts and read by what reads the command line's options.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "types.h"

#define CONF_BYTES_MAX	(1 << 20)
#define O(id)		(1ull << OPT_##id)

static const struct {
	const char *word, *of;		/* what the section is of: key of struct section.of */
	uint64_t options;
} kinds[] = {
	[SECTION_MODULE] = { "module", "file", O(MODE) | O(MEMORY) | O(PIN_MAPS) | O(CONFIG) },
	[SECTION_LINK] = { "link", "module", O(PROGRAM) },	/* and those of types.c */
};

struct reader {
	struct cli *c;
	struct conf *f;
	int line;
};

__attribute__((format(printf, 2, 3)))
static int bad_line(struct reader *r, const char *fmt, ...)
{
	struct failure f = { .status = EXIT_USAGE, .code = "usage", .file = r->f->path,
			     .hint = "man 8 kwasm, CONFIGURATION" };
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail(r->c, &f, "%s:%d: %s", r->f->path, r->line, text);
}

static char *copy(const char *s)
{
	char *p = strdup(s);

	if (!p)
		die_nomem();
	return p;
}

/* @value as the configuration's folder sees it. */
static char *path_from(const struct conf *f, const char *value)
{
	const char *slash = strrchr(f->path, '/');
	char *p;

	if (*value == '/')
		return copy(value);
	if (asprintf(&p, "%.*s/%s", slash ? (int)(slash - f->path) : 1, slash ? f->path : ".", value) < 0)
		die_nomem();
	return p;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (isspace((unsigned char)*s))
		s++;
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = 0;
	return s;
}

static bool name_ok(const char *s)
{
	const char *p = s;

	while (*p > ' ' && *p < 0x7f && !strchr("/:[]", *p))
		p++;
	return !*p && p != s;
}

/* "[kind name]" */
static int begin_section(struct reader *r, char *s)
{
	char *name = strpbrk(s, " \t"), *end = strchr(s, ']');
	struct conf *f = r->f;
	struct section *n;
	size_t k = 0;

	if (!name || !end || end[1])
		return bad_line(r, "want [module NAME] or [link NAME]");
	*end = *name = 0;
	name = trim(name + 1);
	while (k < 2 && strcmp(s + 1, kinds[k].word))
		k++;
	if (k == 2)
		return bad_line(r, "a section is a module or a link, not a '%s'", s + 1);
	if (!name_ok(name) || strlen(f->set) + strlen(name) + 2 > KWASM_NAME_LEN)
		return bad_line(r, "'%s' cannot be a name, or is too long", name);
	if (conf_find(f, k, name))
		return bad_line(r, "there is a %s '%s' already", kinds[k].word, name);
	n = reallocarray(f->section, f->nr + 1, sizeof(*n));
	if (!n)
		die_nomem();
	f->section = n;
	n += f->nr++;
	*n = (struct section){ .kind = k, .line = r->line };
	strcpy(n->name, name);
	snprintf(n->pin, sizeof(n->pin), "%s:%s", f->set, name);
	return 0;
}

static bool has_option(enum section_kind kind, int i)
{
	return (kinds[kind].options | (kind == SECTION_LINK ? type_options() : 0)) >> i & 1;
}

static int set_option(struct reader *r, struct section *s, const char *key, const char *value)
{
	int i;

	for (i = 0; i < NR_OPTIONS && strcmp(options[i].name, key); i++)
		;
	if (i == NR_OPTIONS || !has_option(s->kind, i))
		return bad_line(r, "a %s has no '%s'", kinds[s->kind].word, key);
	if (s->opt[i])
		return bad_line(r, "'%s' for the second time", key);
	if (!options[i].arg && strcmp(value, "yes"))
		return bad_line(r, "'%s' is yes, or left out", key);
	s->opt[i] = i == OPT_CONFIG || i == OPT_PATH ? path_from(r->f, value) : copy(value);
	return 0;
}

/* "key = value" */
static int read_key(struct reader *r, char *s)
{
	struct section *n = r->f->nr ? &r->f->section[r->f->nr - 1] : NULL;
	char *eq = strchr(s, '='), *key, *value;

	if (!n)
		return bad_line(r, "before the first section");
	if (!eq)
		return bad_line(r, "want key = value");
	*eq = 0;
	key = trim(s);
	value = trim(eq + 1);
	if (!*value)
		return bad_line(r, "'%s' without a value", key);
	if (strcmp(key, kinds[n->kind].of))
		return set_option(r, n, key, value);
	if (n->of)
		return bad_line(r, "'%s' for the second time", key);
	n->of = n->kind == SECTION_MODULE ? path_from(r->f, value) : copy(value);
	return 0;
}

static int read_lines(struct reader *r, char *text)
{
	char *line, *s;
	int err = 0;

	while (!err && (line = strsep(&text, "\n"))) {
		r->line++;
		s = trim(line);
		if (!*s || *s == '#' || *s == ';')
			continue;
		err = *s == '[' ? begin_section(r, s) : read_key(r, s);
	}
	return err;
}

static int check(struct reader *r)
{
	const struct section *s;
	size_t i;

	for (i = 0; i < r->f->nr; i++) {
		s = &r->f->section[i];
		r->line = s->line;
		if (!s->of)
			return bad_line(r, "%s '%s' has no '%s'", kinds[s->kind].word, s->name, kinds[s->kind].of);
		if (s->kind == SECTION_LINK && !conf_find(r->f, SECTION_MODULE, s->of))
			return bad_line(r, "there is no [module %s]", s->of);
	}
	return 0;
}

/* "/etc/kwasm/edge.conf" is the set "edge". */
static int name_set(struct cli *c, struct conf *f)
{
	const char *slash = strrchr(f->path, '/'), *base = slash ? slash + 1 : f->path;
	size_t len = strlen(base);

	if (len > 5 && !strcmp(base + len - 5, ".conf"))
		len -= 5;
	snprintf(f->set, sizeof(f->set), "%.*s", (int)len, base);
	if (len >= sizeof(f->set) || !name_ok(f->set))
		return fail_usage(c, "%s: a configuration's file name names what it makes; this one cannot", f->path);
	return 0;
}

int conf_read(struct cli *c, const char *path, struct conf *out)
{
	struct reader r = { .c = c, .f = out };
	uint8_t *bytes;
	char *text;
	size_t len;
	int err;

	*out = (struct conf){ .path = path };
	err = name_set(c, out);
	if (!err)
		err = read_file(c, path, CONF_BYTES_MAX, &bytes, &len);
	if (err)
		return err;
	text = strndup((char *)bytes, len);
	free(bytes);
	if (!text)
		die_nomem();
	err = read_lines(&r, text);
	if (!err)
		err = check(&r);
	free(text);
	if (err)
		conf_free(out);
	return err;
}

void conf_free(struct conf *f)
{
	size_t i, k;

	for (i = 0; i < f->nr; i++) {
		free(f->section[i].of);
		for (k = 0; k < NR_OPTIONS; k++)
			free(f->section[i].opt[k]);
	}
	free(f->section);
	f->section = NULL;
	f->nr = 0;
}

struct section *conf_find(const struct conf *f, enum section_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (f->section[i].kind == kind && !strcmp(f->section[i].name, name))
			return &f->section[i];
	return NULL;
}
