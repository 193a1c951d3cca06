// SPDX-License-Identifier: GPL-2.0
/*
 * Links of each kind made and dropped, again and again under traffic and in any
 * order of closing, by loaders that end well and by loaders that are killed:
 * nothing is lost, nothing is left, nothing grows.  Of netfilter see chains.c too.
 *
 * With the full counts all of it takes an hour: ROUNDS_OF=NAME does programs
 * alone whose name begins so.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "kt.h"
#include "libkwasm.h"

#define AT	"/tmp/kwrounds"
#define PORT	9800

/* ---- The kinds ---- */

static struct kwasm_link *at_netfilter(struct kwasm_program *p)
{
	LIBKWASM_OPTS(kwasm_netfilter_opts, o, .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = ~0u);

	return kwasm_program__attach_netfilter(p, &o);
}

static struct kwasm_link *at_tc(struct kwasm_program *p)
{
	LIBKWASM_OPTS(kwasm_tc_opts, o, .device = "lo", .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = ~0u);

	return kwasm_program__attach_tc(p, &o);
}

static struct kwasm_link *at_xdp(struct kwasm_program *p)
{
	LIBKWASM_OPTS(kwasm_xdp_opts, o, .device = "lo", .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = ~0u);

	return kwasm_program__attach_xdp(p, &o);
}

static struct kwasm_link *at_fs(struct kwasm_program *p)
{
	LIBKWASM_OPTS(kwasm_fs_opts, o, .path = AT, .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = ~0u);

	return kwasm_program__attach_fs(p, &o);
}

static struct kwasm_link *at_timer(struct kwasm_program *p)
{
	LIBKWASM_OPTS(kwasm_timer_opts, o, .every_ns = 1000000, .quarantine = ~0u);

	return kwasm_program__attach_timer(p, &o);
}

/* @rounds: at 1 %, fewer where each loads a BPF program; 0: those of netfilter are in chains.c, and both ways of tc are one. */
static const struct kind {
	const char *program;
	struct kwasm_link *(*attach)(struct kwasm_program *p);
	unsigned int rounds;
} kinds[] = {
	{ "netfilter/ip/input", at_netfilter, 0 },
	{ "tc/ingress", at_tc, 250 },
	{ "tc/egress", at_tc, 0 },
	{ "xdp", at_xdp, 100 },
	{ "fs/open_perm", at_fs, 500 },
	{ "timer/often", at_timer, 500 },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static struct kwasm_module *load_module(void)
{
	struct kwasm_module *m = kwasm_module__open_file("everywhere.wasm", NULL);

	if (!m || kwasm_module__load(m))
		die("everywhere.wasm");
	return m;
}

/* XDP has room for one, and what was there is put by a work item. */
static struct kwasm_link *must_attach(struct kwasm_module *m, const struct kind *k)
{
	struct kwasm_program *p = kwasm_module__find_program_by_name(m, k->program);
	struct kwasm_error e = { .sz = sizeof(e) };
	unsigned int tries;
	struct kwasm_link *l;
	int err;

	for (tries = 0; tries < 3000; tries++) {
		l = k->attach(p);
		if (l)
			return l;
		err = errno;
		if (err != EBUSY)
			break;
		usleep(1000);
	}
	die("attach %s: %s: %s", k->program, strerror(err), kwasm_module__error(m, &e) ? "" : e.message);
}

/* ---- Traffic: datagrams over lo, files opened ---- */

static struct flood flood;

static struct {
	pthread_t thread;
	unsigned long opened, refused;
	volatile bool stop;
} files;

static void *open_files(void *arg)
{
	while (!files.stop) {
		int fd = open(AT "/file", O_RDONLY | O_CLOEXEC);

		files.opened++;
		files.refused += fd < 0;
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

static void begin_traffic(void)
{
	int fd;

	memset(&files, 0, sizeof(files));
	mkdir(AT, 0755);
	if (mount("kwrounds", AT, "tmpfs", 0, NULL))
		die("mount");
	fd = open(AT "/file", O_CREAT | O_WRONLY, 0644);
	if (fd < 0 || pthread_create(&files.thread, NULL, open_files, NULL))
		die("files");
	close(fd);
	flood_begin(&flood, PORT);
}

static void end_traffic(const struct kind *k)
{
	bool all;

	files.stop = true;
	pthread_join(files.thread, NULL);
	umount2(AT, MNT_DETACH);
	all = flood_end(&flood);
	if (!all)
		note("%u arrived", flood.got);
	ok(all, "%s: of %u datagrams all arrived, whatever came and went", k->program, flood.sent);
	ok(!files.refused && files.opened, "%s: of %lu files all were opened", k->program, files.opened);
}

/* ---- What is left ---- */

static unsigned int bpf_programs(void)
{
	unsigned int n = 0;
	__u32 id = 0;

	while (!bpf_prog_get_next_id(id, &id))
		n++;
	return n;
}

/* Work items of this module's and of the kernel's do the rest. */
static bool nothing_left(unsigned int programs)
{
	unsigned int tries;

	for (tries = 0; tries < 300 && bpf_programs() > programs; tries++)
		usleep(10000);
	if (!objects_left() && bpf_programs() <= programs)
		return true;
	note("%u objects, %u BPF programs where %u were", objects_left(), bpf_programs(), programs);
	return false;
}

/* ---- Rounds ---- */

static void series(struct kwasm_module *m, const struct kind *k, unsigned int n, struct memory *mem)
{
	struct timespec begin, end;
	unsigned int i;

	*mem = (struct memory){ .rounds = n / 50 };
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < n; i++) {
		struct kwasm_link *l = must_attach(m, k);

		if (i & 1)
			kwasm_link__detach(l);
		kwasm_link__destroy(l);
		if (i % mem->rounds == 0 && i >= n / 5)
			memory_sample(mem);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	note("%s: %ld s for %u rounds", k->program, (long)(end.tv_sec - begin.tv_sec), n);
}

static void rounds(const struct kind *k, unsigned int n)
{
	struct kwasm_module *m = load_module();
	struct memory mem;
	unsigned int i = 0;
	char what[80];

	do {
		series(m, k, n, &mem);
	} while (memory_grows(&mem) && ++i < MEMORY_SERIES);
	kwasm_module__close(m);
	snprintf(what, sizeof(what), "%s: %u rounds of attach and detach", k->program, n);
	memory_is_flat(&mem, what);
}

/* ---- Orders ---- */

static void close_orders(const struct kind *k, unsigned int programs)
{
	static const int perm[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	unsigned int i, n;

	for (i = 0; i < 6; i++) {
		struct kwasm_module *m = load_module();
		struct kwasm_link *l = must_attach(m, k);
		int fd[3] = {
			dup(kwasm_module__fd(m)),
			dup(kwasm_program__fd(kwasm_module__find_program_by_name(m, k->program))),
			dup(kwasm_link__fd(l)),
		};

		kwasm_link__destroy(l);
		kwasm_module__close(m);
		for (n = 0; n < 3; n++) {
			usleep(2000);
			close(fd[perm[i][n]]);
		}
	}
	ok(nothing_left(programs), "%s: module, program and link closed in any order, nothing is left", k->program);
}

/* ---- Loaders that are killed ---- */

/* Attaches, pins if there is a @pin, and says so; then waits to be killed. */
static pid_t loader(const struct kind *k, const char *pin)
{
	int said[2];
	char c = 0;
	pid_t pid;

	if (pipe(said))
		die("pipe");
	pid = fork();
	if (!pid) {
		struct kwasm_link *l = must_attach(load_module(), k);

		if ((pin && kwasm_link__pin(l, pin)) || write(said[1], &c, 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(said[1]);
	if (read(said[0], &c, 1) != 1)
		die("the loader of %s", k->program);
	close(said[0]);
	return pid;
}

static void killed(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint64_t calls(struct kwasm_link *l)
{
	struct kwasm_link_info i;

	if (kwasm_link__info(l, &i) || i.detached)
		die("a pinned link");
	return i.calls;
}

static void loader_dies(const struct kind *k, unsigned int programs)
{
	struct kwasm_link *l;
	uint64_t before;
	int tries;

	killed(loader(k, NULL));
	ok(nothing_left(programs), "%s: the loader is killed, and its link goes", k->program);
	killed(loader(k, "stays"));
	l = kwasm_link__open("stays");
	if (!l)
		die("the link of %s", k->program);
	before = calls(l);
	for (tries = 0; tries < 300 && calls(l) < before + 10; tries++)
		usleep(10000);
	ok(calls(l) >= before + 10, "%s: a pinned one outlives its loader, and goes on", k->program);
	kwasm_link__unpin(l, "stays");
	kwasm_link__destroy(l);
	ok(nothing_left(programs), "%s: until it is unpinned", k->program);
}

/* At any moment. */
static void loader_dies_anywhen(const struct kind *k)
{
	unsigned int i, n = stress(10), seed = 1;
	pid_t pid;

	for (i = 0; i < n; i++) {
		pid = fork();
		if (!pid) {
			struct kwasm_module *m = load_module();

			for (;;)
				kwasm_link__destroy(must_attach(m, k));
		}
		usleep(10000 + rand_r(&seed) % 200000);
		killed(pid);
	}
	note("%s: %u loaders killed at any moment", k->program, n);
}

/*
 * Where the kernel has no BPF links at tc there is a qdisc for all of it: with it goes what a loader left that was
 * killed between adding a filter and handing it over.  Until 6.6 a device that gets or loses it sends nothing for a
 * moment, so it is there before the traffic and after it.
 */
static void qdisc(const struct kind *k, int (*change)(struct bpf_tc_hook *))
{
	LIBBPF_OPTS(bpf_tc_hook, clsact, .ifindex = if_nametoindex("lo"), .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	if (k->attach == at_tc && change(&clsact))
		die("clsact");
}

int main(void)
{
	const char *only = getenv("ROUNDS_OF") ?: "";
	unsigned int i, programs;

	libbpf_set_print(NULL);		/* that there is a qdisc already, each time */
	/* Grace periods are most of a round: let the kernel hurry. */
	write_text("/sys/kernel/rcu_expedited", "1");
	new_netns();
	programs = bpf_programs();
	for (i = 0; i < NR_KINDS; i++) {
		if (strncmp(kinds[i].program, only, strlen(only)))
			continue;
		qdisc(&kinds[i], bpf_tc_hook_create);
		begin_traffic();
		close_orders(&kinds[i], programs);
		loader_dies(&kinds[i], programs);
		if (kinds[i].rounds)
			rounds(&kinds[i], stress(kinds[i].rounds));
		loader_dies_anywhen(&kinds[i]);
		end_traffic(&kinds[i]);
		qdisc(&kinds[i], bpf_tc_hook_destroy);
		ok(nothing_left(programs), "%s: nothing is left", kinds[i].program);
	}
	write_text("/sys/kernel/rcu_expedited", "0");
	return done();
}
