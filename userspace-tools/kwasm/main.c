// SPDX-License-Identifier: GPL-2.0
/* kwasm VERB [OBJECT] [options]: command line -> verb -> exit status. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MANY		INT_MAX
#define O(id)		(1ull << OPT_##id)
#define O_ALWAYS	(O(JSON) | O(HELP))

const struct verb verbs[] = {
#define VERB(id, name, args, min, max, complete, options, summary, detail)	\
	{ name, args, min, max, COMPLETE_##complete, (options) | O_ALWAYS, summary, detail, run_##id },
#include "verb.def"
#undef VERB
};
const int nr_verbs = sizeof(verbs) / sizeof(verbs[0]);

const struct option_info options[NR_OPTIONS] = {
#define OPTION(id, name, arg, help) { name, arg, help },
#include "option.def"
#undef OPTION
};

const struct verb *find_verb(const char *name)
{
	int i;

	for (i = 0; i < nr_verbs; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int find_option(const char *name, size_t len)
{
	int i;

	for (i = 0; i < NR_OPTIONS; i++)
		if (strlen(options[i].name) == len && !memcmp(options[i].name, name, len))
			return i;
	return -1;
}

/* --name, --name=value or --name value, at argv[*i]. */
static int parse_option(struct cli *c, char **argv, int argc, int *i)
{
	const char *text = argv[*i] + 2, *eq = strchr(text, '=');
	int id = find_option(text, eq ? (size_t)(eq - text) : strlen(text));

	if (id < 0 || !(c->verb->options >> id & 1))
		return fail_usage(c, "%s has no option %s", c->verb->name, argv[*i]);
	if (!options[id].arg) {
		if (eq)
			return fail_usage(c, "--%s takes no value", options[id].name);
		c->opt[id] = "";
		return 0;
	}
	if (eq) {
		c->opt[id] = eq + 1;
		return 0;
	}
	if (*i + 1 >= argc)
		return fail_usage(c, "--%s needs a value: %s", options[id].name, options[id].arg);
	c->opt[id] = argv[++*i];
	return 0;
}

/* Sort argv into options and arguments; arguments move to its front. */
static int parse(struct cli *c, int argc, char **argv)
{
	bool only_args = false;
	int i, err;

	/* A usage error must know how to report itself. */
	for (i = 0; i < argc; i++)
		if (!strcmp(argv[i], "--json"))
			c->json = true;

	c->args = argv;
	for (i = 0; i < argc; i++) {
		if (!only_args && !strcmp(argv[i], "--")) {
			only_args = true;
		} else if (!only_args && !strcmp(argv[i], "-h")) {
			c->opt[OPT_HELP] = "";
		} else if (!only_args && !strncmp(argv[i], "--", 2)) {
			err = parse_option(c, argv, argc, &i);
			if (err)
				return err;
		} else {
			c->args[c->nr_args++] = argv[i];
		}
	}
	c->json = c->opt[OPT_JSON];
	return 0;
}

static int print_version(bool json)
{
	struct json j;

	if (!json) {
		printf("kwasm %s (ABI %d)\n", libkwasm_version_string(), KWASM_ABI_VERSION);
		return EXIT_OK;
	}
	json_begin(&j, stdout);
	json_str(&j, "version", libkwasm_version_string());
	json_u64(&j, "abi_version", KWASM_ABI_VERSION);
	json_end(&j);
	return EXIT_OK;
}

static int run(struct cli *c, int argc, char **argv)
{
	static char help[] = "help";
	char *help_args[] = { help, NULL, NULL };
	int err;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		c->verb = find_verb("help");
		err = run_help(c);
		return argc < 2 ? EXIT_USAGE : err;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V") || !strcmp(argv[1], "version"))
		return print_version(argc > 2 && !strcmp(argv[2], "--json"));
	c->verb = find_verb(argv[1]);
	if (!c->verb) {
		c->json = argc > 2 && !strcmp(argv[argc - 1], "--json");
		return fail_usage(c, "there is no verb '%s'", argv[1]);
	}
	err = parse(c, argc - 2, argv + 2);
	if (err)
		return err;
	if (c->opt[OPT_HELP]) {
		help_args[0] = (char *)c->verb->name;
		c->args = help_args;
		c->nr_args = 1;
		return run_help(c);
	}
	if (c->nr_args < c->verb->min_args || c->nr_args > c->verb->max_args)
		return fail_usage(c, "usage: kwasm %s %s", c->verb->name, c->verb->args);
	return c->verb->run(c);
}

int main(int argc, char **argv)
{
	struct cli c = { 0 };
	int status;

	/* A reader of --follow wants each line when it happens. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run(&c, argc, argv);
	/* Output that did not reach its reader (a full disk) is a failure. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "kwasm: cannot write: %s\n", strerror(errno));
		if (status == EXIT_OK)
			status = EXIT_FAILED;
	}
	return status;
}
