// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * kwasm-spec: runs the WebAssembly test suite in its JSON + .wasm form.  Each
 * file runs in a process of its own, so that a crash costs one file.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"
#include "suite.h"

#define DEFAULT_DEVICE		"/dev/kwasm"
#define DEFAULT_DEADLINE_MS	20000

static void usage(FILE *to)
{
	fprintf(to,
		"usage: kwasm-spec [options] FILE.json|DIR ...\n"
		"  --mode guard|check   how memory bounds are kept (guard)\n"
		"  --form S|P           code for atomic or process context (P)\n"
		"  --features 2.0       the suite may be of a later version: what it calls invalid, 2.0 may\n"
		"                       be unable to read.  What needs a later feature is skipped, with\n"
		"                       the feature's name\n"
		"  --device[=PATH]      in the kernel behind " DEFAULT_DEVICE ", not in this process\n"
		"  --deadline-ms N      of each call (%d)\n"
		"  --strict-text        refusals must be worded as in the suite\n"
		"  -v, --verbose        print skipped commands\n"
		"KW_OPT=-NAME,... in the environment leaves out optimisations of the compiler.\n", DEFAULT_DEADLINE_MS);
}

static void add(struct tally *to, const struct tally *t)
{
	to->passed += t->passed;
	to->failed += t->failed;
	to->skipped += t->skipped;
	to->refusals += t->refusals;
	to->worded += t->worded;
}

static u32 count_commands(const struct json *root)
{
	const struct json *list = json_get(root, "commands"), *c;
	u32 n = 0;

	for (c = list ? list->child : NULL; c; c = c->next)
		n++;
	return n;
}

static void run_apart(const char *path, const struct json *root, const struct spec_opts *o, struct tally *t)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		suite_run(path, root, o, t);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("kwasm-spec");
		exit(1);
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	t->failed = t->total - t->passed - t->skipped;
	printf("%s:%u: died of %s\n", path, t->line,
	       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an exit");
	printf("%s: %u passed, %u failed, %u skipped\n", path, t->passed, t->failed, t->skipped);
}

static void run_file(const char *path, const struct spec_opts *o, struct tally *sum)
{
	unsigned int line = 0;
	struct json *root;
	struct tally *t;
	size_t len;
	char *text;

	text = read_file(path, &len);
	root = text ? json_parse(text, len, &line) : NULL;
	t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!root || t == MAP_FAILED) {
		printf("%s: line %u: cannot be read\n", path, line);
		sum->failed++;
	} else if (json_get(root, "commands")) {
		t->total = count_commands(root);
		run_apart(path, root, o, t);
		add(sum, t);
	}
	if (t != MAP_FAILED)
		munmap(t, sizeof(*t));
	if (root)
		json_free(root);
	free(text);
}

static int is_json(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".json");
}

static void run_path(const char *path, const struct spec_opts *o, struct tally *sum, bool named)
{
	struct dirent **entry;
	struct stat st;
	char *sub;
	int n, i;

	if (stat(path, &st)) {
		printf("%s: %s\n", path, strerror(errno));
		sum->failed++;
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (named || is_json(path))
			run_file(path, o, sum);
		return;
	}
	n = scandir(path, &entry, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (entry[i]->d_name[0] != '.' && asprintf(&sub, "%s/%s", path, entry[i]->d_name) >= 0) {
			run_path(sub, o, sum, false);
			free(sub);
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static int bad_option(const char *what, const char *arg)
{
	fprintf(stderr, "kwasm-spec: %s: %s\n", what, arg);
	return -1;
}

static int parse_options(int argc, char **argv, struct spec_opts *o)
{
	static const struct option option[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "form", required_argument, NULL, 'f' },
		{ "features", required_argument, NULL, 'F' },
		{ "device", optional_argument, NULL, 'd' },
		{ "deadline-ms", required_argument, NULL, 't' },
		{ "strict-text", no_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "vh", option, NULL)) != -1) {
		switch (c) {
		case 'm':
			if (strcmp(optarg, "guard") && strcmp(optarg, "check"))
				return bad_option("no such mode", optarg);
			o->mode = strcmp(optarg, "check") ? KW_MODE_GUARD : KW_MODE_CHECK;
			break;
		case 'f':
			if (strcmp(optarg, "S") && strcmp(optarg, "P"))
				return bad_option("no such form", optarg);
			o->form = strcmp(optarg, "P") ? KW_FORM_S : KW_FORM_P;
			break;
		case 'F':
			if (strcmp(optarg, "2.0"))
				return bad_option("no such version", optarg);
			o->newer_suite = true;
			break;
		case 'd':
			o->device = optarg ? optarg : DEFAULT_DEVICE;
			break;
		case 't':
			o->deadline_ns = strtoull(optarg, NULL, 0) * 1000000;
			break;
		case 's':
			o->strict_text = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct spec_opts o = {
		.mode = KW_MODE_GUARD,
		.form = KW_FORM_P,
		.deadline_ns = DEFAULT_DEADLINE_MS * 1000000ULL,
	};
	struct tally sum = { 0 };
	char why[512];
	int i;

	if (parse_options(argc, argv, &o) || optind == argc) {
		usage(stderr);
		return 2;
	}
	if (kwasm_engine__env_opt(&o.opt_off, why, sizeof(why))) {
		fprintf(stderr, "kwasm-spec: %s\n", why);
		return 2;
	}
	/* "--device /dev/kwasm" reads as naturally as with "=". */
	if (o.device && optind + 1 < argc && !strncmp(argv[optind], "/dev/", 5))
		o.device = argv[optind++];
	for (i = optind; i < argc; i++)
		run_path(argv[i], &o, &sum, true);
	if (sum.refusals)
		printf("refusals in the suite's words: %u of %u (%.1f%%)\n", sum.worded, sum.refusals,
		       100.0 * sum.worded / sum.refusals);
	printf("%u passed, %u failed, %u skipped\n", sum.passed, sum.failed, sum.skipped);
	return sum.failed != 0;
}
