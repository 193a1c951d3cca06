// SPDX-License-Identifier: GPL-2.0
/*
 * A finding of the generator is cut down by making the same module again
 * without one of its statements or expressions, largest first, for as long as
 * it goes on being one.  Each trial is a process: a module may crash it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reduce.h"

#define MAX_TRIALS	6000

int trial(const struct subject *x)
{
	struct totals t = { 0 };
	struct subject copy = *x;
	const char *what;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(30);
		if (!freopen("/dev/null", "w", stdout))
			_exit(3);
		what = side_run(&copy, &t, SIDE_QUIET);
		_exit(!what ? 0 : strcmp(what, "refused") ? 1 : 2);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status)) {
		peer_restart();		/* it may have died between a question and its answer */
		return 3;
	}
	return WEXITSTATUS(status);
}

static size_t make(struct subject *x, struct gen_opts *g, u8 *bytes)
{
	x->bytes = bytes;
	x->len = gen_module(x->seed, g, bytes, FUZZ_MODULE_BYTES);
	x->portable = g->portable;
	return x->len;
}

/* One pass over all nodes. Return: how many more could go. */
static u32 one_pass(struct subject *x, struct gen_opts *g, u8 *skip, int want, u8 *bytes, u32 *trials)
{
	u32 node, gone = 0;

	for (node = 0; node < g->nr_nodes && *trials < MAX_TRIALS; node++) {
		if (skip[node]) {
			node = g->node_end[node] - 1;
			continue;
		}
		skip[node] = 1;
		++*trials;
		if (make(x, g, bytes) && trial(x) == want) {
			gone++;
			node = g->node_end[node] - 1;
		} else {
			skip[node] = 0;
		}
	}
	return gone;
}

size_t reduce_generated(struct subject *x, const struct gen_opts *opts, int want, u8 *bytes)
{
	static u32 node_end[GEN_MAX_NODES];
	static u8 skip[GEN_MAX_NODES];
	struct gen_opts g = *opts;
	u32 trials = 0;

	memset(skip, 0, sizeof(skip));
	g.skip = skip;
	g.node_end = node_end;
	if (!make(x, &g, bytes))
		return 0;
	while (one_pass(x, &g, skip, want, bytes, &trials) && trials < MAX_TRIALS)
		;
	return make(x, &g, bytes);
}
