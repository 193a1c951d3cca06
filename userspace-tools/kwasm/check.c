// SPDX-License-Identifier: GPL-2.0
/* kwasm check, kwasm load: a file -> is it good; and keep it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "table.h"

static void json_programs(struct json *j, const struct kwasm_module *m)
{
	struct kwasm_program *p = NULL;

	json_array(j, "programs");
	while ((p = kwasm_module__next_program(m, p)))
		json_str(j, NULL, kwasm_program__name(p));
	json_close(j);
}

static void print_valid(const struct kwasm_module *m, const char *path)
{
	struct kwasm_program *p = NULL;
	char size[UNIT_LEN];
	size_t len;

	kwasm_module__bytes(m, &len);
	printf("%s: ok: %s, %s", path, kwasm_module__name(m), unit_bytes(size, len));
	while ((p = kwasm_module__next_program(m, p)))
		printf(", %s", kwasm_program__name(p));
	if (!kwasm_module__next_program(m, NULL))
		printf(", no programs");
	printf("\n");
}

struct first_failure {
	struct failure f;
	struct kwasm_error e;
};

/* Check one file; note its failure in @first if it is the first. */
static enum exit_status check_one(struct cli *c, const char *path, struct kwasm_module *m,
				  struct first_failure *first)
{
	struct kwasm_error e = { .sz = sizeof(e) };
	struct failure f;
	size_t len;
	int err = kwasm_module__check(m);

	if (c->json) {
		json_object(&c->j, NULL);
		json_str(&c->j, "file", path);
		json_bool(&c->j, "valid", !err);
		json_str(&c->j, "name", kwasm_module__name(m));
		kwasm_module__bytes(m, &len);
		json_u64(&c->j, "wasm_bytes", len);
		json_programs(&c->j, m);
	}
	if (!err) {
		if (c->json)
			json_close(&c->j);
		else
			print_valid(m, path);
		return EXIT_OK;
	}
	kwasm_module__error(m, &e);
	failure_of_module(&f, &e, path);
	if (c->json) {
		json_error(&c->j, &f, e.message);
		json_close(&c->j);
	} else {
		fprintf(stderr, "kwasm: %s\n", e.text);
		if (f.hint)
			fprintf(stderr, "kwasm: %s\n", f.hint);
	}
	if (!first->e.err) {
		first->e = e;
		first->f = f;
		first->f.module = &first->e;
	}
	return f.status;
}

int run_check(struct cli *c)
{
	struct first_failure first = { 0 };
	struct kwasm_module **m = calloc(c->nr_args, sizeof(*m));
	int i, status = EXIT_OK, one;

	if (!m)
		die_nomem();
	/* All are opened before anything is printed: a wrong name is one error, not half a document. */
	for (i = 0; i < c->nr_args; i++) {
		status = open_file(c, c->args[i], NULL, &m[i]);
		if (status != EXIT_OK)
			goto out;
	}
	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "modules");
	}
	for (i = 0; i < c->nr_args; i++) {
		one = check_one(c, c->args[i], m[i], &first);
		if (status == EXIT_OK)
			status = one;
	}
	if (c->json) {
		json_close(&c->j);
		if (first.e.err)
			json_error(&c->j, &first.f, first.e.message);
		json_end(&c->j);
	}
out:
	/* Not before: the texts of errors are theirs. */
	for (i = 0; i < c->nr_args; i++)
		kwasm_module__close(m[i]);
	free(m);
	return status;
}

int run_load(struct cli *c)
{
	struct kwasm_module_info info;
	struct kwasm_module *m;
	struct failure f = { .status = EXIT_BUSY, .err = EEXIST, .code = "exists",
			     .hint = "kwasm unload NAME, or give another one with --name" };
	char code[UNIT_LEN], took[UNIT_LEN];
	int err = open_file(c, c->args[0], c->opt[OPT_NAME], &m);

	if (err)
		return err;
	if (kwasm_module__load(m)) {
		err = fail_module(c, m, c->args[0]);
		goto out;
	}
	err = kwasm_module__pin(m, kwasm_module__name(m));
	if (err == -EEXIST)
		err = fail(c, &f, "a module is loaded as '%s' already", kwasm_module__name(m));
	else if (err)
		err = fail_errno(c, err, kwasm_module__name(m));
	if (err)
		goto out;
	err = kwasm_module__info(m, &info);
	if (err) {
		err = fail_errno(c, err, kwasm_module__name(m));
		goto out;
	}
	if (c->json) {
		json_begin(&c->j, stdout);
		json_str(&c->j, "name", kwasm_module__name(m));
		json_u64(&c->j, "id", info.id);
		json_str(&c->j, "mode", info.mode == KWASM_MODE_GUARD ? "guard" : "check");
		json_u64(&c->j, "code_bytes", info.code_bytes);
		json_u64(&c->j, "compile_ns", info.compile_ns);
		json_programs(&c->j, m);
		json_end(&c->j);
	} else {
		printf("loaded %s: id %u, %s of code in %s, %s mode\n", kwasm_module__name(m), info.id,
		       unit_bytes(code, info.code_bytes), unit_ns(took, info.compile_ns),
		       info.mode == KWASM_MODE_GUARD ? "guard" : "check");
	}
out:
	kwasm_module__close(m);
	return err;
}
