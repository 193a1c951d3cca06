// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The suite's commands.  Every command counts once: it passes, fails, or is
 * skipped because something it needs is not supported; what is missing is
 * carried from the module that was refused to all that depend on it.  In the
 * suite of a later version, what fails on an instance that such a module imports
 * from counts as skipped, too: it may look for what was never written.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "rt/rt.h"
#include "suite.h"
#include "value.h"

#define MODULE_BUDGET	(1ULL << 30)
#define MAX_VALUES	1100
#define MAX_REASONS	16

enum outcome { PASS, FAIL, SKIP };

/* A module of the file: instantiated, or missing for a reason. */
struct mod {
	struct mod *next;
	const char *name;	/* "$M", or NULL */
	enum outcome state;	/* PASS: there is an instance */
	char why[256];
	const struct mod *missed;	/* refused for want of a feature; would have changed this one */
	void *handle, *instance;
	u8 *bytes;
	struct kw_arena arena;
	struct kw_module m;
};

struct registered {
	struct registered *next;
	const char *as;
	size_t as_len;
	struct mod *mod;
};

/* Why commands were skipped, and how often. */
struct reason {
	char text[128];
	u32 n;
};

struct suite {
	const struct spec_opts *opts;
	const struct backend *b;
	void *self;
	const char *path;
	struct mod *mods;	/* newest first */
	struct mod *current;
	struct registered *names;
	struct tally *tally;
	struct reason reason[MAX_REASONS];
	u32 nr_reasons;
	char why[512];		/* of the command's outcome, unless it passed */
};

char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	long n;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		p = malloc(n + 1);
		if (p && fread(p, 1, n, f) != (size_t)n) {
			free(p);
			p = NULL;
		}
		*len = n;
	}
	fclose(f);
	return p;
}

static enum outcome __attribute__((format(printf, 3, 4)))
outcome(struct suite *s, enum outcome o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return o;
}

/* A refusal for want of a feature is no failure. */
static enum outcome refused(struct suite *s, const struct failure *f)
{
	return outcome(s, f->err == -EOPNOTSUPP ? SKIP : FAIL, "%s", f->text);
}

static struct mod *find_mod(struct suite *s, const char *name)
{
	struct mod *m;

	if (!name)
		return s->current;
	for (m = s->mods; m; m = m->next) {
		if (m->name && !strcmp(m->name, name))
			return m;
	}
	return NULL;
}

static struct mod *find_registered(struct suite *s, const u8 *name, size_t len)
{
	struct registered *r;

	for (r = s->names; r; r = r->next) {
		if (r->as_len == len && !memcmp(r->as, name, len))
			return r->mod;
	}
	return NULL;
}

static struct mod *new_mod(struct suite *s, const char *name)
{
	struct mod *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->name = name;
	m->next = s->mods;
	s->mods = m;
	kw_arena_init(&m->arena, MODULE_BUDGET);
	return m;
}

static void register_mod(struct suite *s, struct mod *m, const char *as, size_t as_len)
{
	struct registered *r = calloc(1, sizeof(*r));

	if (!r)
		return;
	r->mod = m;
	r->as = as;
	r->as_len = as_len;
	r->next = s->names;
	s->names = r;
}

/* Load bytes: PASS, or what the refusal makes of it, with @f. */
static enum outcome load_bytes(struct suite *s, struct mod *m, u8 *bytes, size_t len, struct failure *f)
{
	struct kw_diag diag = { 0 };
	int refusal, err;

	m->bytes = bytes;
	refusal = s->b->load(s->self, bytes, len, &m->handle, f);
	/* A refused one as well: note_missed() asks for what comes before the reason. */
	err = kw_module_decode(&m->arena, bytes, len, &m->m, &diag);
	if (refusal)
		return refused(s, f);
	return err ? outcome(s, FAIL, "accepted by the engine, but not by the decoder here") : PASS;
}

static enum outcome load_file(struct suite *s, const struct json *cmd, struct mod *m, struct failure *f)
{
	const char *file = json_str(cmd, "filename"), *type = json_str(cmd, "module_type");
	const char *slash = strrchr(s->path, '/');
	char path[4096];
	size_t len;
	char *bytes;

	f->err = 0;
	if (!file)
		return outcome(s, FAIL, "no file name");
	if (type && strcmp(type, "binary"))
		return outcome(s, SKIP, "the text format");
	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash + 1 - s->path) : 0, s->path, file);
	bytes = read_file(path, &len);
	if (!bytes)
		return outcome(s, FAIL, "%s: %s", path, strerror(errno));
	return load_bytes(s, m, (u8 *)bytes, len, f);
}

static enum outcome instantiate(struct suite *s, struct mod *m, const struct mod *def, struct failure *f)
{
	const struct kw_module *km = &def->m;
	struct spec_import *im = calloc(km->nr_imports + 1, sizeof(*im));
	const struct mod *from;
	u32 i;
	int err;

	f->err = 0;
	if (!im)
		return outcome(s, FAIL, "out of memory");
	for (i = 0; i < km->nr_imports; i++) {
		from = find_registered(s, km->imports[i].module.p, km->imports[i].module.len);
		if (from && from->state != PASS) {
			free(im);
			return outcome(s, from->state, "%s", from->why);
		}
		if (from && !m->missed)
			m->missed = from->missed;
		im[i].instance = from ? from->instance : NULL;
		im[i].name = (const char *)km->imports[i].name.p;
		im[i].name_len = km->imports[i].name.len;
		if (from && !kw_module_find_export(&from->m, im[i].name, im[i].name_len))
			im[i].instance = NULL;
	}
	err = s->b->instantiate(s->self, def->handle, im, km->nr_imports, &m->instance, f);
	free(im);
	return err ? refused(s, f) : PASS;
}

/*
 * @m was to come to life and write to what it imports, but was refused for
 * want of a feature.  The decoder has read its imports up to there.
 */
static void note_missed(struct suite *s, struct mod *m)
{
	const struct kw_import *im = m->m.imports;
	struct mod *from;
	u32 i;

	for (i = 0; im && i < m->m.nr_imports && im[i].module.p; i++) {
		from = find_registered(s, im[i].module.p, im[i].module.len);
		if (from && !from->missed)
			from->missed = m;
	}
}

static enum outcome settle(struct suite *s, struct mod *m, enum outcome o)
{
	m->state = o;
	if (o != PASS)
		snprintf(m->why, sizeof(m->why), "%.250s", s->why);
	if (o == SKIP && s->opts->newer_suite)
		note_missed(s, m);
	return o;
}

static enum outcome cmd_module(struct suite *s, const struct json *cmd)
{
	struct mod *m = new_mod(s, json_str(cmd, "name"));
	struct failure f;
	enum outcome o;

	if (!m)
		return outcome(s, FAIL, "out of memory");
	s->current = m;
	o = load_file(s, cmd, m, &f);
	if (o == PASS)
		o = instantiate(s, m, m, &f);
	return settle(s, m, o);
}

static enum outcome cmd_definition(struct suite *s, const struct json *cmd)
{
	struct mod *m = new_mod(s, json_str(cmd, "name"));
	struct failure f;

	if (!m)
		return outcome(s, FAIL, "out of memory");
	s->current = m;
	return settle(s, m, load_file(s, cmd, m, &f));
}

static enum outcome cmd_instance(struct suite *s, const struct json *cmd)
{
	struct mod *def = find_mod(s, json_str(cmd, "module")), *m;
	struct kw_diag diag = { 0 };
	struct failure f;

	m = new_mod(s, json_str(cmd, "instance"));
	if (!def || !m)
		return outcome(s, FAIL, "no such module");
	s->current = m;
	if (def->state != PASS)
		return settle(s, m, outcome(s, def->state, "%s", def->why));
	if (kw_module_decode(&m->arena, def->m.bytes, def->m.len, &m->m, &diag))
		return settle(s, m, outcome(s, FAIL, "decoding again failed"));
	return settle(s, m, instantiate(s, m, def, &f));
}

static enum outcome cmd_register(struct suite *s, const struct json *cmd)
{
	struct mod *m = find_mod(s, json_str(cmd, "name"));
	const struct json *as = json_get(cmd, "as");

	if (!m || !as || as->type != JSON_STRING)
		return outcome(s, FAIL, "no such module");
	register_mod(s, m, as->str, as->len);
	return m->state == PASS ? PASS : outcome(s, m->state, "%s", m->why);
}

static bool same_text(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return !strncmp(a, b, la < lb ? la : lb);
}

/* The module must be refused by @stage, which has just failed with @f. */
static enum outcome check_refusal(struct suite *s, const struct json *cmd, const struct failure *f, bool right)
{
	const char *text = json_str(cmd, "text");

	bool worded = text && same_text(text, f->text);

	s->tally->refusals += right || worded;
	s->tally->worded += worded;
	if ((f->err == -E2BIG || f->err == -EOPNOTSUPP) && worded)
		return PASS;	/* a limit of ours below the spec's own; what a later version allows */
	if (f->err == -EOPNOTSUPP)
		return SKIP;
	if (!right)
		return outcome(s, FAIL, "wanted \"%s\", refused with: %s", text ? text : "", f->text);
	if (s->opts->strict_text && text && !worded)
		return outcome(s, FAIL, "wanted the words \"%s\", got: %s", text, f->text);
	return PASS;
}

static enum outcome cmd_refused(struct suite *s, const struct json *cmd, int err, int or_err)
{
	struct mod *m = new_mod(s, NULL);
	struct failure f;
	enum outcome o;

	if (!m)
		return outcome(s, FAIL, "out of memory");
	m->state = FAIL;
	o = load_file(s, cmd, m, &f);
	if (o == PASS)
		return outcome(s, FAIL, "accepted, wanted \"%s\"", json_str(cmd, "text"));
	return f.err ? check_refusal(s, cmd, &f, f.err == err || f.err == or_err) : o;
}

static enum outcome cmd_invalid(struct suite *s, const struct json *cmd)
{
	/* A later version reads numbers and flags of more bits, and then calls them invalid. */
	return cmd_refused(s, cmd, -EINVAL, s->opts->newer_suite ? -ENOEXEC : -EINVAL);
}

static enum outcome cmd_malformed(struct suite *s, const struct json *cmd)
{
	return cmd_refused(s, cmd, -ENOEXEC, -ENOEXEC);
}

/* Valid, but must not come to life: by @link, a missing or wrong import; else by a trap. */
static enum outcome stillborn(struct suite *s, const struct json *cmd, bool link)
{
	struct mod *m = new_mod(s, NULL);
	const char *text = json_str(cmd, "text");
	struct failure f;
	enum outcome o;

	if (!m)
		return outcome(s, FAIL, "out of memory");
	m->state = FAIL;
	o = load_file(s, cmd, m, &f);
	if (o != PASS && !(link && f.err == -ENOENT))
		return link ? o : settle(s, m, o);
	if (o == PASS)
		o = instantiate(s, m, m, &f);
	if (o == PASS)
		return outcome(s, FAIL, "instantiated, wanted \"%s\"", text);
	if (!f.err)
		return o;
	if (link)
		return check_refusal(s, cmd, &f, (f.err == -ENOENT || f.err == -EINVAL) &&
				     text && same_text(text, f.text));
	return check_refusal(s, cmd, &f, f.trap && text && same_text(text, kw_trap_text(f.trap)));
}

static enum outcome cmd_unlinkable(struct suite *s, const struct json *cmd)
{
	return stillborn(s, cmd, true);
}

static enum outcome cmd_uninstantiable(struct suite *s, const struct json *cmd)
{
	return stillborn(s, cmd, false);
}

/* The number of results an export has, 0 when it is no function. */
static u32 nr_results(const struct mod *m, const struct json *field)
{
	const struct kw_export *e = kw_module_find_export(&m->m, field->str, field->len);

	return e && e->kind == KW_EXT_FUNC ? kw_func_type(&m->m, e->index)->nr_results : 0;
}

static enum outcome parse_args(struct suite *s, const struct json *action, struct kw_value *val, u32 *nr)
{
	const struct json *args = json_get(action, "args"), *a;

	*nr = 0;
	for (a = args ? args->child : NULL; a; a = a->next) {
		if (*nr == MAX_VALUES)
			return outcome(s, FAIL, "too many arguments");
		if (value_parse(a, &val[(*nr)++]))
			return outcome(s, SKIP, "values of type %s", json_str(a, "type"));
	}
	return PASS;
}

/*
 * Do what the command says.  PASS: it returned, @val has *@nr results.
 * FAIL with @f->err set: it ended early.
 */
static enum outcome act(struct suite *s, const struct json *cmd, struct kw_value *val, u32 *nr,
			struct failure *f)
{
	const struct json *action = json_get(cmd, "action"), *field = json_get(action, "field");
	const char *type = json_str(action, "type");
	struct mod *m = find_mod(s, json_str(action, "module"));
	enum outcome o;
	u32 nr_args;
	int err;

	f->err = 0;
	if (!m || !type || !field || field->type != JSON_STRING)
		return outcome(s, FAIL, "no such module or bad action");
	if (m->state != PASS)
		return outcome(s, m->state, "%s", m->why);
	if (!strcmp(type, "get")) {
		*nr = 1;
		err = s->b->global(s->self, m->instance, field->str, field->len, val, f);
	} else {
		o = parse_args(s, action, val, &nr_args);
		if (o != PASS)
			return o;
		*nr = nr_results(m, field);
		err = s->b->call(s->self, m->instance, field->str, field->len, val, nr_args, *nr, f);
	}
	return err ? outcome(s, FAIL, "%.*s: %s", (int)field->len, field->str, f->text) : PASS;
}

static enum outcome cmd_action(struct suite *s, const struct json *cmd)
{
	struct kw_value val[MAX_VALUES];
	struct failure f;
	u32 nr;

	return act(s, cmd, val, &nr, &f);
}

static enum outcome cmd_return(struct suite *s, const struct json *cmd)
{
	const struct json *expected = json_get(cmd, "expected"), *e;
	struct kw_value val[MAX_VALUES];
	const char *want;
	struct failure f;
	enum outcome o;
	bool known;
	u32 nr, i = 0;

	o = act(s, cmd, val, &nr, &f);
	if (o != PASS)
		return o;
	for (e = expected ? expected->child : NULL; e; e = e->next, i++) {
		if (i >= nr)
			return outcome(s, FAIL, "%u results are too few", nr);
		if (value_matches(e, &val[i], &known))
			continue;
		if (!known)
			return outcome(s, SKIP, "values of type %s", json_str(e, "type"));
		want = json_str(e, "value");
		return outcome(s, FAIL, "result %u: wanted %s, got %llu (0x%llx_%016llx)", i,
			       want ? want : json_str(e, "type"), (unsigned long long)val[i].lo,
			       (unsigned long long)val[i].hi, (unsigned long long)val[i].lo);
	}
	return i == nr ? PASS : outcome(s, FAIL, "%u results, wanted %u", nr, i);
}

static enum outcome cmd_trap(struct suite *s, const struct json *cmd)
{
	const char *text = json_str(cmd, "text");
	struct kw_value val[MAX_VALUES];
	struct failure f;
	enum outcome o;
	u32 nr;

	o = act(s, cmd, val, &nr, &f);
	if (o == PASS)
		return outcome(s, FAIL, "returned, wanted the trap \"%s\"", text);
	if (!f.err)
		return o;
	if (f.err == -EFAULT && text && same_text(text, kw_trap_text(f.trap)))
		return PASS;
	return outcome(s, FAIL, "wanted the trap \"%s\", got: %s", text, f.text);
}

/* Of a later version: nothing we run can end so. */
static enum outcome cmd_exception(struct suite *s, const struct json *cmd)
{
	struct kw_value val[MAX_VALUES];
	struct failure f;
	enum outcome o;
	u32 nr;

	o = act(s, cmd, val, &nr, &f);
	return o == SKIP ? o : outcome(s, FAIL, "wanted an exception");
}

static const struct {
	const char *type;
	enum outcome (*run)(struct suite *s, const struct json *cmd);
} command[] = {
	{ "module", cmd_module },
	{ "module_definition", cmd_definition },
	{ "module_instance", cmd_instance },
	{ "register", cmd_register },
	{ "action", cmd_action },
	{ "assert_return", cmd_return },
	{ "assert_trap", cmd_trap },
	{ "assert_exhaustion", cmd_trap },
	{ "assert_exception", cmd_exception },
	{ "assert_invalid", cmd_invalid },
	{ "assert_malformed", cmd_malformed },
	{ "assert_unlinkable", cmd_unlinkable },
	{ "assert_uninstantiable", cmd_uninstantiable },
};

/* What failed may have needed what a refused module did not do; then that module's reason counts. */
static enum outcome excuse(struct suite *s, const struct json *cmd)
{
	const struct json *action = json_get(cmd, "action");
	const struct mod *m = action ? find_mod(s, json_str(action, "module")) : NULL;

	return m && m->missed ? outcome(s, SKIP, "%s", m->missed->why) : FAIL;
}

static enum outcome run_command(struct suite *s, const struct json *cmd)
{
	const char *type = json_str(cmd, "type");
	enum outcome o;
	size_t i;

	for (i = 0; type && i < sizeof(command) / sizeof(command[0]); i++) {
		if (strcmp(command[i].type, type))
			continue;
		o = command[i].run(s, cmd);
		return o == FAIL ? excuse(s, cmd) : o;
	}
	return outcome(s, SKIP, "%s", type ? type : "a command without a type");
}

/* "not supported: type f32 (floating point)" counts as "floating point". */
static void note_skip(struct suite *s)
{
	const char *open = strrchr(s->why, '(');
	char text[sizeof(s->reason[0].text)];
	u32 i;

	snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1, open ? open + 1 : s->why);
	if (open)
		text[strcspn(text, ")")] = 0;
	for (i = 0; i < s->nr_reasons; i++) {
		if (!strcmp(s->reason[i].text, text))
			break;
	}
	if (i == s->nr_reasons) {
		if (i == MAX_REASONS)
			return;
		strcpy(s->reason[i].text, text);
		s->nr_reasons++;
	}
	s->reason[i].n++;
}

/* The suite's own module has to be there before the first command. */
static void add_spectest(struct suite *s)
{
	struct mod *m = new_mod(s, NULL);
	struct failure f;
	enum outcome o;
	size_t len;
	u8 *bytes;

	if (!m)
		return;
	bytes = spectest_build(true, &len);
	o = bytes ? load_bytes(s, m, bytes, len, &f) : FAIL;
	if (o == SKIP) {	/* no floats here: leave out what needs them */
		free(bytes);
		m->bytes = NULL;
		bytes = spectest_build(false, &len);
		o = bytes ? load_bytes(s, m, bytes, len, &f) : FAIL;
	}
	if (o == PASS)
		o = instantiate(s, m, m, &f);
	settle(s, m, o);
	register_mod(s, m, "spectest", strlen("spectest"));
}

static void close_suite(struct suite *s)
{
	struct registered *r;
	struct mod *m;

	s->b->close(s->self);
	while ((m = s->mods)) {
		s->mods = m->next;
		kw_arena_free(&m->arena);
		free(m->bytes);
		free(m);
	}
	while ((r = s->names)) {
		s->names = r->next;
		free(r);
	}
}

static void print_file(const struct suite *s, const struct tally *t)
{
	u32 i;

	printf("%s: %u passed, %u failed, %u skipped", s->path, t->passed, t->failed, t->skipped);
	for (i = 0; i < s->nr_reasons; i++)
		printf("%s%u %s", i ? "; " : " (", s->reason[i].n, s->reason[i].text);
	printf("%s\n", s->nr_reasons ? ")" : "");
}

void suite_run(const char *path, const struct json *root, const struct spec_opts *o, struct tally *t)
{
	struct suite s = { .opts = o, .path = path, .tally = t };
	const struct json *line, *cmd;
	enum outcome r;
	int err;

	s.b = o->device ? &device_backend : &engine_backend;
	err = s.b->open(o, &s.self);
	if (err) {
		printf("%s: cannot open %s: %s\n", path, o->device ? o->device : "an engine", strerror(-err));
		t->failed = t->total;
		return;
	}
	add_spectest(&s);
	for (cmd = json_get(root, "commands")->child; cmd; cmd = cmd->next) {
		line = json_get(cmd, "line");
		t->line = line && line->str ? strtoul(line->str, NULL, 10) : 0;
		r = run_command(&s, cmd);
		if (r == PASS)
			t->passed++;
		if (r == FAIL)
			t->failed++;
		if (r == SKIP) {
			t->skipped++;
			note_skip(&s);
		}
		if (r == FAIL || (r == SKIP && o->verbose))
			printf("%s:%u: %s %s: %s\n", path, t->line, r == FAIL ? "FAILED" : "skipped",
			       json_str(cmd, "type"), s.why);
	}
	print_file(&s, t);
	close_suite(&s);
}
