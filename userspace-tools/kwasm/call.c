// SPDX-License-Identifier: GPL-2.0
/* kwasm call: a function of a module in the kernel, its arguments and results as text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "show.h"
#include "typed.h"

#define PREFIX		"call/"
#define TYPES_MAX	2000	/* parameters and results of a function: WebAssembly's own limits */

/**
 * struct target - whose functions
 * @m:  opened from a file, else NULL
 * @fd: of the module in the kernel
 */
struct target {
	const char *name;
	struct kwasm_module *m;
	int fd;
};

/**
 * struct function - one of them
 * @types: of parameters, then of results
 */
struct function {
	char name[KWASM_NAME_LEN];
	uint32_t nr_params, nr_results;
	uint8_t types[TYPES_MAX];
};

static int open_target(struct cli *c, struct target *t, int *used)
{
	uint32_t id;
	int status = 0;

	*t = (struct target){ .fd = -1 };
	*used = 1;
	if (is_file_arg(c->args[0])) {
		t->name = c->args[0];
		status = open_file(c, c->args[0], NULL, &t->m);
		if (!status && kwasm_module__load(t->m))
			status = fail_module(c, t->m, c->args[0]);
		else if (!status)
			t->fd = dup(kwasm_module__fd(t->m));
		return status;
	}
	if (c->opt[OPT_MODE] || c->opt[OPT_MEMORY] || c->opt[OPT_PIN_MAPS] || c->opt[OPT_CONFIG])
		return fail_usage(c, "--mode, --memory, --pin-maps and --config go with a FILE");
	status = parse_object(c, 0, &t->name, &id, used);
	if (status)
		return status;
	t->fd = find_module_fd(c, t->name, id, &status);
	t->name = t->name ?: c->args[1];
	if (status || t->fd >= 0)
		return status;
	return t->fd == -ENOENT ?
	       fail(c, &(struct failure){ .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
					  .hint = "`kwasm list` shows what is there" },
		    "there is no module or link '%s'", t->name) :
	       fail_errno(c, t->fd, t->name);
}

static void close_target(struct target *t)
{
	if (t->fd >= 0)
		close(t->fd);
	kwasm_module__close(t->m);
}

/* Fill in the types of @f->name. */
static int read_types(const struct target *t, struct function *f)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .types = f->types, .nr_types = TYPES_MAX,
		      .flags = KWASM_CALL_TYPES);
	int err = kwasm_module_call(t->fd, f->name, &o);

	f->nr_params = o.nr_args;
	f->nr_results = o.nr_results;
	return err;
}

/* "i32, f64" */
static const char *types_text(const uint8_t *types, uint32_t nr, char *buf, size_t bytes)
{
	size_t at = 0;
	uint32_t i;

	*buf = 0;
	for (i = 0; i < nr && at < bytes; i++)
		at += snprintf(buf + at, bytes - at, "%s%s", i ? ", " : "", type_name(types[i]));
	return buf;
}

static void list_one(struct cli *c, const struct function *f)
{
	char params[256], results[256];
	uint32_t i;

	types_text(f->types, f->nr_params, params, sizeof(params));
	types_text(f->types + f->nr_params, f->nr_results, results, sizeof(results));
	if (!c->json) {
		printf("%s(%s)%s%s\n", f->name + strlen(PREFIX), params, *results ? " -> " : "", results);
		return;
	}
	json_object(&c->j, NULL);
	json_str(&c->j, "name", f->name + strlen(PREFIX));
	json_array(&c->j, "params");
	for (i = 0; i < f->nr_params; i++)
		json_str(&c->j, NULL, type_name(f->types[i]));
	json_close(&c->j);
	json_array(&c->j, "results");
	for (i = 0; i < f->nr_results; i++)
		json_str(&c->j, NULL, type_name(f->types[f->nr_params + i]));
	json_close(&c->j);
	json_close(&c->j);
}

static int list(struct cli *c, const struct target *t)
{
	struct function f;
	uint32_t i;
	int err;

	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "functions");
	}
	for (i = 0; !(err = kwasm_module_function(t->fd, i, f.name)); i++)
		if (!read_types(t, &f))
			list_one(c, &f);
	if (c->json)
		json_end(&c->j);
	else if (!i)
		printf("%s has no functions to call\n", t->name);
	return err == -ENOENT ? EXIT_OK : fail_errno(c, err, t->name);
}

static int find_function(struct cli *c, const struct target *t, const char *name, struct function *f)
{
	struct failure missing = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
				   .hint = "`kwasm call` with the module alone lists what there is" };
	uint32_t i;
	int err = -ENOENT;

	if (snprintf(f->name, sizeof(f->name), PREFIX "%s", name) < (int)sizeof(f->name))
		err = read_types(t, f);
	if (err == -ENOENT)
		return fail(c, &missing, "%s has no function '" PREFIX "%s'", t->name, name);
	if (err)
		return fail_errno(c, err, f->name);
	for (i = 0; i < f->nr_params + f->nr_results; i++)
		if (!type_has_text(f->types[i]))
			return fail_usage(c, "%s has a parameter or result of type %s, which cannot be written here",
					  f->name, type_name(f->types[i]));
	return 0;
}

static int parse_args(struct cli *c, const struct function *f, char **text, uint32_t nr,
		      struct kwasm_value *values)
{
	char params[256];
	uint32_t i;

	if (nr != f->nr_params)
		return fail_usage(c, "%s takes %u argument%s (%s), not %u", f->name, f->nr_params,
				  f->nr_params == 1 ? "" : "s",
				  types_text(f->types, f->nr_params, params, sizeof(params)), nr);
	for (i = 0; i < nr; i++)
		if (!typed_parse(f->types[i], text[i], &values[i]))
			return fail_usage(c, "%s: argument %u, '%s': want an %s", f->name, i + 1, text[i],
					  type_name(f->types[i]));
	return 0;
}

static int tell(struct cli *c, const struct target *t, const struct function *f,
		const struct kwasm_module_call_opts *o)
{
	const uint8_t *types = f->types + f->nr_params;
	uint32_t i, nr = o->trap.kind ? 0 : f->nr_results;
	char text[TYPED_TEXT_LEN];

	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "function", f->name);
		json_array(&c->j, "results");
	}
	for (i = 0; i < nr; i++) {
		if (!c->json) {
			printf("%s\n", typed_text(types[i], &o->values[i], text, sizeof(text)));
			continue;
		}
		json_object(&c->j, NULL);
		typed_json(&c->j, types[i], &o->values[i]);
		json_close(&c->j);
	}
	if (c->json) {
		json_close(&c->j);
		json_trap(&c->j, "trap", &o->trap);
		json_end(&c->j);
	} else if (o->trap.kind) {
		print_trap(t->m, t->name, &o->trap);
	}
	return o->trap.kind ? trap_status(&o->trap) : EXIT_OK;
}

static int call(struct cli *c, const struct target *t, char **args, int nr_args)
{
	static struct kwasm_value values[TYPES_MAX];
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .values = values, .nr_args = nr_args - 1,
		      .nr_results = TYPES_MAX, .flags = c->opt[OPT_RESET] ? KWASM_CALL_RESET : 0);
	struct failure busy = { .status = EXIT_BUSY, .err = EAGAIN, .code = "busy" };
	struct function f;
	int err;

	err = opt_duration_ns(c, OPT_DEADLINE, (uint64_t *)&o.deadline_ns);
	if (!err)
		err = find_function(c, t, args[0], &f);
	if (!err)
		err = parse_args(c, &f, args + 1, nr_args - 1, values);
	if (err)
		return err;
	err = kwasm_module_call(t->fd, f.name, &o);
	if (err == -EAGAIN)
		return fail(c, &busy, "%s: another call has run for all of the deadline", t->name);
	return err ? fail_errno(c, err, f.name) : tell(c, t, &f, &o);
}

int run_call(struct cli *c)
{
	struct target t;
	int used, status;

	status = open_target(c, &t, &used);
	if (!status)
		status = c->nr_args > used ? call(c, &t, c->args + used, c->nr_args - used) : list(c, &t);
	close_target(&t);
	return status;
}
