// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Runs decoder and validator over the spec suite: every module that the suite
 * uses must be accepted, every one of assert_invalid and assert_malformed
 * refused, with a text that begins as the suite says.
 *
 * Usage: validate_spec [--loose] FILE.json|DIR ...
 * --loose: a suite of a newer Wasm.  Modules may be refused, but nothing may crash.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wasm/module.h"

/* The spec runner's reader of JSON. */
#include "../../userspace-tools/kwasm-spec/json.c"

static struct {
	unsigned int accepted, refused, text_agrees, failed;
	bool loose, verbose;
} run;

static void *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;

	if (!f || fstat(fileno(f), &st)) {
		perror(path);
		exit(2);
	}
	p = malloc(st.st_size + 1);
	*len = fread(p, 1, st.st_size, f);
	fclose(f);
	return p;
}

/* Of a copy that ends where its allocation ends, so that sanitizers see a read behind it. */
static int check_bytes(const u8 *bytes, size_t len, struct kw_diag *diag)
{
	u8 *copy = memcpy(malloc(len ? len : 1), bytes, len);
	struct kw_arena arena;
	struct kw_module m;
	int err;

	kw_arena_init(&arena, 1U << 30);
	err = kw_module_decode(&arena, copy, len, &m, diag);
	if (!err)
		err = kw_module_validate(&m, KW_FEATURES_ALL, diag);
	kw_arena_free(&arena);
	free(copy);
	return err;
}

static void judge(const char *file, const char *type, const char *text, int err, const struct kw_diag *diag)
{
	bool want_refusal = text != NULL;
	char buf[200];

	kw_diag_format(diag, buf, sizeof(buf));
	if (err)
		run.refused++;
	else
		run.accepted++;
	if (!want_refusal && err && !run.loose) {
		printf("FAIL %s: %s refused: offset 0x%x: %s\n", file, type, diag->offset, buf);
		run.failed++;
	} else if (want_refusal && !err) {
		printf("FAIL %s: %s accepted: %s\n", file, type, text);
		run.failed += !run.loose;
	} else if (want_refusal && !strncmp(buf, text, strlen(text))) {
		run.text_agrees++;
	} else if (want_refusal && run.verbose) {
		printf("text %s: %s: want \"%s\", got offset 0x%x \"%s\"\n", file, type, text,
		       diag->offset, buf);
	}
}

static void run_command(const struct json *c, const char *dir)
{
	const char *type = json_str(c, "type"), *file = json_str(c, "filename");
	const char *module_type = json_str(c, "module_type"), *text = NULL;
	struct kw_diag diag;
	char path[2048];
	size_t len;
	u8 *bytes;
	int err;

	if (!type || !file || (module_type && strcmp(module_type, "binary")))
		return;
	if (!strcmp(type, "assert_invalid") || !strcmp(type, "assert_malformed"))
		text = json_str(c, "text");
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	bytes = read_file(path, &len);
	err = check_bytes(bytes, len, &diag);
	judge(path, type, text, err, &diag);
	free(bytes);
}

static void run_json(const char *path)
{
	const struct json *commands, *c;
	char dir[1500], *text, *slash;
	unsigned int line;
	struct json *root;
	size_t len;

	text = read_file(path, &len);
	root = json_parse(text, len, &line);
	commands = root ? json_get(root, "commands") : NULL;
	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
	else
		strcpy(dir, ".");
	for (c = commands ? commands->child : NULL; c; c = c->next)
		run_command(c, dir);
	if (root)
		json_free(root);
	free(text);
}

static void run_path(const char *path)
{
	struct dirent *e;
	char child[1024];
	const char *dot;
	DIR *d = opendir(path);

	if (!d) {
		run_json(path);
		return;
	}
	while ((e = readdir(d))) {
		dot = strrchr(e->d_name, '.');
		if (!dot || strcmp(dot, ".json"))
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, e->d_name);
		run_json(child);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--loose"))
			run.loose = true;
		else if (!strcmp(argv[i], "--verbose"))
			run.verbose = true;
		else
			run_path(argv[i]);
	}
	printf("%u accepted, %u refused (%u with the suite's text), %u failed\n",
	       run.accepted, run.refused, run.text_agrees, run.failed);
	return run.failed != 0;
}
