// SPDX-License-Identifier: GPL-2.0
/*
 * Differential fuzzer: random modules run by the reference interpreter and by
 * the compiler in guard and check mode, S and P form, with compares where check
 * mode clamps, and as kernels with retpolines want it, with canonical NaNs bit
 * for bit; portable modules also without, and by V8 where there is a node.  A
 * build of this program for another machine can be a peer that does it all again.
 * After every call its trap or results must agree, and the state it leaves.
 *
 *   diff [-s SEED] [-n COUNT | -t SECONDS] [-j JOBS] [-z SIZE] [-g SOURCE] [-8 v8.mjs] [-o DIR]
 *        [-a COMMAND]
 *   diff [-s SEED] [-p] [-q] [-a COMMAND] -f FILE.wasm
 *   diff -P
 *
 * SOURCE: own, binaryen, smith, or all in turn.  A finding is cut down and
 * written to DIR/diff-SEED.wasm.  Prints one TAP line.  COMMAND starts the peer,
 * such as "qemu-aarch64 build/user-arm64/tests/diff -P".
 *
 * KW_OPT=-NAME,... in the environment leaves out optimisations: for finding out
 * which one is wrong.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/reduce.h"

#define MAX_JOBS	64
#define MAX_FINDINGS	10
#define SEEDS_APART	1000000000ULL	/* between one worker's seeds and the next's */

enum source { OWN, BINARYEN, SMITH, ALL };

struct opts {
	u64 seed, count;
	time_t until;
	u32 jobs, size, opt_off;
	enum source source;
	const char *dir, *v8, *peer, *file;
	bool portable, quiet, serve;
};

/* What a worker's parent still knows when it has died. */
struct worker {
	pid_t pid;
	u64 seed, first;	/* at work on, began with */
	bool done;
	struct totals t;
	u32 found, died, v8;
};

static double cpu_seconds(void)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return self.ru_utime.tv_sec + self.ru_stime.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec +
	       (self.ru_utime.tv_usec + self.ru_stime.tv_usec + children.ru_utime.tv_usec + children.ru_stime.tv_usec) /
	       1e6;
}

static enum source source_of(const struct opts *o, u64 seed)
{
	if (o->source != ALL)
		return o->source;
	return seed % 4 == 3 ? BINARYEN : seed % 16 == 2 ? SMITH : OWN;
}

static struct gen_opts gen_opts(const struct opts *o)
{
	return (struct gen_opts){ .nr_funcs = 6, .size = o->size };
}

static size_t make(const struct opts *o, struct subject *x, u64 seed, u8 *bytes)
{
	struct gen_opts g = gen_opts(o);

	memset(x, 0, sizeof(*x));
	x->bytes = bytes;
	x->seed = seed;
	x->opt_off = o->opt_off;
	switch (source_of(o, seed)) {
	case BINARYEN:
		x->portable = seed & 8;
		x->len = source_binaryen(seed, o->dir, x->portable, bytes, FUZZ_MODULE_BYTES);
		break;
	case SMITH:
		x->len = source_smith(seed, o->dir, bytes, FUZZ_MODULE_BYTES);
		break;
	default:
		x->len = gen_module(seed, &g, bytes, FUZZ_MODULE_BYTES);
		x->portable = g.portable;
		break;
	}
	return x->len;
}

/* binaryen's reducer goes on for as long as this program says the same of the module. */
static bool reduce_other(const struct opts *o, const struct subject *x, const char *path)
{
	char self[300] = "", line[3000];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return false;
	snprintf(line, sizeof(line),
		 "timeout 300 wasm-reduce %s -b $(dirname $(command -v wasm-opt))/ -t %s.test -w %s.small --command='%s -q -s %llu %s %s%s%s -f %s.test' "
		 ">/dev/null 2>&1 && mv %s.small %s; status=$?; rm -f %s.test %s.small; exit $status",
		 path, path, path, self, (unsigned long long)x->seed, x->portable ? "-p" : "",
		 o->peer ? "-a \"" : "", o->peer ?: "", o->peer ? "\"" : "", path, path, path, path, path);
	return !system(line);
}

/* Cut down what was found, and keep it. */
static void keep(const struct opts *o, struct subject *x, u8 *bytes, int verdict)
{
	struct gen_opts g = gen_opts(o);
	size_t was = x->len;
	char path[300];

	snprintf(path, sizeof(path), "%s/diff-%llu.wasm", o->dir, (unsigned long long)x->seed);
	if (!write_whole(path, bytes, x->len))
		return;
	if (source_of(o, x->seed) == OWN) {
		x->len = reduce_generated(x, &g, verdict, bytes);
		if (x->len)
			write_whole(path, bytes, x->len);
	} else {
		if (!reduce_other(o, x, path))
			printf("# not cut down\n");
		x->len = read_whole(path, bytes, FUZZ_MODULE_BYTES);
	}
	printf("# %zu bytes of %zu: diff -s %llu%s -f %s\n", x->len, was, (unsigned long long)x->seed,
	       x->portable ? " -p" : "", path);
	fflush(stdout);
}

static void work(const struct opts *o, struct worker *w)
{
	static u8 bytes[FUZZ_MODULE_BYTES];
	struct subject x;
	const char *what;

	w->v8 = o->v8 && v8_start(o->v8);
	if (o->peer && !peer_start(o->peer))
		_exit(2);
	for (; o->until ? time(NULL) < o->until : w->seed < w->first + o->count; w->seed++) {
		if (w->found >= MAX_FINDINGS)
			break;
		if (!make(o, &x, w->seed, bytes))
			continue;
		what = side_run(&x, &w->t, source_of(o, w->seed) != OWN ? SIDE_MAY_REFUSE : 0);
		/* What others generate may need features that are not of 2.0. */
		if (!what || (!strcmp(what, "refused") && source_of(o, w->seed) != OWN))
			continue;
		w->found++;
		keep(o, &x, bytes, strcmp(what, "refused") ? 1 : 2);
	}
	v8_stop();
	peer_stop();
	w->done = true;
}

static void start(const struct opts *o, struct worker *w)
{
	fflush(stdout);
	w->pid = fork();
	if (w->pid)
		return;
	setvbuf(stdout, NULL, _IOLBF, 0);
	work(o, w);
	fflush(stdout);
	_exit(0);
}

/* The module it died of is a finding; the worker goes on behind it. */
static void after_death(const struct opts *o, struct worker *w, int status)
{
	static u8 bytes[FUZZ_MODULE_BYTES];
	struct subject x;

	printf("# seed %llu: died of signal %d\n", (unsigned long long)w->seed, WTERMSIG(status));
	w->died++;
	if (make(o, &x, w->seed, bytes))
		keep(o, &x, bytes, 3);
	w->seed++;
	if (w->died < MAX_FINDINGS)
		start(o, w);
}

static struct totals run_workers(const struct opts *o, u32 *found, bool *v8)
{
	struct worker *w = mmap(NULL, o->jobs * sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct totals sum = { 0 };
	int status;
	pid_t pid;
	u32 i;

	if (w == MAP_FAILED)
		exit(2);
	for (i = 0; i < o->jobs; i++) {
		w[i].first = w[i].seed = o->seed + i * SEEDS_APART;
		start(o, &w[i]);
	}
	while ((pid = wait(&status)) > 0) {
		for (i = 0; i < o->jobs && w[i].pid != pid; i++)
			;
		if (i < o->jobs && !w[i].done)
			after_death(o, &w[i], status);
	}
	for (i = 0; i < o->jobs; i++) {
		sum.modules += w[i].t.modules;
		sum.calls += w[i].t.calls;
		sum.compared += w[i].t.compared;
		sum.peer += w[i].t.peer;
		sum.traps += w[i].t.traps;
		sum.undecided += w[i].t.undecided;
		sum.refused += w[i].t.refused;
		*found += w[i].found + w[i].died;
		*v8 |= w[i].v8;
	}
	return sum;
}

static int one_file(const struct opts *o)
{
	static u8 bytes[FUZZ_MODULE_BYTES];
	struct subject x = { .bytes = bytes, .seed = o->seed, .portable = o->portable, .opt_off = o->opt_off };
	struct totals t = { 0 };
	int ret;

	x.len = read_whole(o->file, bytes, sizeof(bytes));
	if (o->v8)
		v8_start(o->v8);
	if (o->peer && !peer_start(o->peer))
		return 2;
	ret = side_run(&x, &t, o->quiet ? SIDE_QUIET : 0) != NULL;
	v8_stop();
	peer_stop();
	return ret;
}

static bool parse(struct opts *o, int argc, char **argv)
{
	static const char *const sources[] = { "own", "binaryen", "smith", "all" };
	int c;
	u32 i;

	while ((c = getopt(argc, argv, "s:n:t:j:z:o:f:g:8:a:pqP")) != -1) {
		switch (c) {
		case 's': o->seed = strtoull(optarg, NULL, 0); break;
		case 'n': o->count = strtoull(optarg, NULL, 0); break;
		case 't': o->until = time(NULL) + atol(optarg); break;
		case 'j': o->jobs = (u32)atol(optarg); break;
		case 'z': o->size = (u32)atol(optarg); break;
		case 'f': o->file = optarg; break;
		case 'o': o->dir = optarg; break;
		case '8': o->v8 = optarg; break;
		case 'a': o->peer = optarg; break;
		case 'P': o->serve = true; break;
		case 'p': o->portable = true; break;
		case 'q': o->quiet = true; break;
		case 'g':
			for (i = 0; i < ARRAY_SIZE(sources) && strcmp(sources[i], optarg); i++)
				;
			if (i == ARRAY_SIZE(sources))
				return false;
			o->source = (enum source)i;
			break;
		default:
			return false;
		}
	}
	return optind == argc && o->jobs && o->jobs <= MAX_JOBS;
}

int main(int argc, char **argv)
{
	struct opts o = { .seed = 1, .count = 200, .jobs = 1, .size = 150, .dir = "/tmp" };
	struct totals t;
	bool v8 = false;
	u32 found = 0;
	char why[512];

	if (!parse(&o, argc, argv))
		return 2;
	if (kwasm_engine__env_opt(&o.opt_off, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (o.serve) {
		peer_serve();
		return 0;
	}
	if (o.file)
		return one_file(&o);
	t = run_workers(&o, &found, &v8);
	printf("# %llu modules (%llu not instantiated), %llu calls (%llu ended in traps, %llu without end), "
	       "%llu comparisons, %llu by the peer, %s V8; %u differences; %.1f s of CPU\n",
	       (unsigned long long)t.modules, (unsigned long long)t.refused, (unsigned long long)t.calls,
	       (unsigned long long)t.traps, (unsigned long long)t.undecided, (unsigned long long)t.compared,
	       (unsigned long long)t.peer, v8 ? "with" : "without", found, cpu_seconds());
	printf("%sok 1 fuzz: compiled code agrees with the reference interpreter\n1..1\n", found ? "not " : "");
	return found != 0;
}
