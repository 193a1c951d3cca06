// SPDX-License-Identifier: GPL-2.0
/*
 * What fails in the middle, under traffic: no memory for any of the steps of a
 * request, a device that goes while a transaction changes the links at it.
 *
 * Debian's kernels have no fault injection.  Memory fails all the same, and
 * where we want it: what this module allocates counts as the process's, so in a
 * memory cgroup with room for N pages the allocation behind these fails.  A
 * process that must not be killed gets an error then.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kt.h"
#include "stamp.h"

#define HOOK_INPUT	1
#define PORT		9900
#define NR		3
#define NR_PREPARED	400		/* links that make a chain's array larger than a page */
#define CGROUPS		"/tmp/kwcgroup"
#define CGROUP		CGROUPS "/kwasm"
#define MAX_PAGES	20000
#define SYSLOG_LEVEL	8

static struct bytes accept_all;

static int link_with(int p, uint32_t flags)
{
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	int l;

	a.flags = flags;
	l = link_create(&a);
	if (l < 0)
		die("link");
	return l;
}

static void close_all(int *fd, int nr)
{
	while (nr--)
		close(fd[nr]);
}

static int replace_all(const int l[NR], const int p[NR], uint32_t *failed)
{
	struct kwasm_step s[NR];
	struct kwasm_transaction a = { .size = sizeof(a), .nr_steps = NR, .steps = (uintptr_t)s, .step_bytes = sizeof(s[0]) };
	int i, err;

	for (i = 0; i < NR; i++)
		s[i] = (struct kwasm_step){ .what = KWASM_STEP_REPLACE, .link_fd = l[i], .program_fd = p[i], .old_program_fd = -1 };
	err = ioctl(dev(), KWASM_TRANSACTION, &a);
	*failed = a.failed;
	return err;
}

/* ---- No memory ---- */

static bool have_cgroup(void)
{
	mkdir(CGROUPS, 0755);
	if (mount("kwcgroup", CGROUPS, "cgroup2", 0, NULL))
		return false;
	write_text(CGROUPS "/cgroup.subtree_control", "+memory");
	return !mkdir(CGROUP, 0755);
}

/* Of the child that has no memory; shared with its parent, and there before it is short. */
static struct outcome {
	unsigned int no_memory, at_once, later, other, done;
	int err;
} *outcome;

/* The two files stay open: to open one takes memory. */
static int current_fd, max_fd;

/* At none the kernel first takes back what it keeps for the cgroup beside what is used. */
static void allow_pages(unsigned int pages)
{
	char text[32] = "";
	long now;

	if (pwrite(max_fd, "0", 1, 0) < 0 || pread(current_fd, text, sizeof(text) - 1, 0) <= 0)
		_exit(1);
	now = atol(text);
	snprintf(text, sizeof(text), "%ld", now + pages * getpagesize());
	if (pwrite(max_fd, text, strlen(text), 0) < 0)
		_exit(1);
}

static void allow_all(void)
{
	if (pwrite(max_fd, "max", 3, 0) < 0)
		_exit(1);
}

static void enter_cgroup(void)
{
	char c;

	write_text(CGROUP "/cgroup.procs", "0");
	write_text("/proc/self/oom_score_adj", "-1000");
	current_fd = open(CGROUP "/memory.current", O_RDONLY);
	max_fd = open(CGROUP "/memory.max", O_WRONLY);
	/* The first read makes a buffer, which stays. */
	if (current_fd < 0 || max_fd < 0 || mlockall(MCL_CURRENT) || pread(current_fd, &c, 1, 0) != 1)
		_exit(1);
}

/*
 * One request, with room for more pages each time until it is done.  Each failure in between is one more step in:
 * what it had done by then has to be undone.
 */
static void with_little_memory(int (*request)(void))
{
	unsigned int pages;
	int ret;

	enter_cgroup();
	for (pages = 0; pages < MAX_PAGES; pages += 1 + pages / 8) {
		allow_pages(pages);
		errno = 0;
		ret = request();
		if (ret >= 0) {
			outcome->done++;
			break;
		}
		if (errno == ENOMEM) {
			outcome->no_memory++;
		} else {
			outcome->err = errno;
			outcome->other++;
		}
	}
	allow_all();
	_exit(0);
}

/* In a child.  The kernel tells at length of each cgroup without memory: not on the console. */
static void short_of_memory(const char *what, int (*request)(void))
{
	pid_t pid;
	int tries;

	memset(outcome, 0, sizeof(*outcome));
	klogctl(SYSLOG_LEVEL, NULL, 1);
	pid = fork();
	if (!pid)
		with_little_memory(request);
	for (tries = 0; tries < 6000 && !waitpid(pid, NULL, WNOHANG); tries++)
		usleep(10000);
	if (tries == 6000) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	klogctl(SYSLOG_LEVEL, NULL, 7);
	ok(outcome->done == 1 && outcome->no_memory && !outcome->other, "no memory for %s: %u times ENOMEM, then done",
	   what, outcome->no_memory);
	if (outcome->other)
		note("%u times errno %d", outcome->other, outcome->err);
}

static int links[NR], old[NR], new[NR];
static struct bytes module_bytes;

static int try_transaction(void)
{
	uint32_t failed;
	int err = replace_all(links, new, &failed);

	outcome->at_once += err && failed == ~0u;
	outcome->later += err && failed != ~0u;
	return err;
}

static int try_load(void)
{
	int fd = load_bytes(module_bytes, 0, KWASM_MODE_AUTO, NULL), err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return fd;
}

static int try_link(void)
{
	int fd = attach(old[0], 2), err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return fd;
}

static int a_module;

static int try_program(void)
{
	int fd = program(a_module, "netfilter/ip/input"), err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return fd;
}

static void no_memory(void)
{
	int prepared[NR_PREPARED], i;
	struct flood f;
	bool all;

	for (i = 0; i < NR; i++) {
		old[i] = stamper_of(1, i, NR);
		new[i] = stamper_of(2, i, NR);
		links[i] = link_with(old[i], 0);
	}
	for (i = 0; i < NR_PREPARED; i++)
		prepared[i] = link_with(old[0], KWASM_LINK_PREPARED);
	flood_begin(&f, PORT);
	short_of_memory("a transaction", try_transaction);
	ok(outcome->at_once && outcome->later, "%u times before a step was looked at, %u times when all of them were",
	   outcome->at_once, outcome->later);
	all = flood_end(&f);
	ok(all, "of %u datagrams none met programs of both generations", f.sent);
	close_all(prepared, NR_PREPARED);

	flood_begin(&f, PORT);
	module_bytes = accept_all;
	short_of_memory("a link", try_link);
	short_of_memory("a module", try_load);
	a_module = load_bytes(accept_all, 0, KWASM_MODE_AUTO, NULL);
	short_of_memory("a program", try_program);
	close(a_module);
	all = flood_end(&f);
	ok(all, "and of %u datagrams all arrived meanwhile", f.sent);
	close_all(links, NR);
	close_all(old, NR);
	close_all(new, NR);
	ok(!objects_left(), "nothing is left of what failed");
}

/* ---- A device that goes ---- */

static void run(const char *command)
{
	if (system(command))
		die("%s", command);
}

/* Links at three devices are replaced in transactions, in one generation or the other, until one of them goes. */
struct changer {
	int l[NR], p[2][NR];
	unsigned int rounds;
	int err;
	uint32_t failed;
	volatile bool running;
};

static void *change(void *arg)
{
	struct changer *c = arg;

	do {
		c->running = true;
		c->err = replace_all(c->l, c->p[c->rounds & 1], &c->failed) ? errno : 0;
		c->rounds += !c->err;
	} while (!c->err);
	return NULL;
}

static int link_at(int p, const char *device)
{
	struct kwasm_link_create a = {
		.size = sizeof(a),
		.program_fd = p,
		.type = KWASM_LINK_NETFILTER,
		.netns_fd = -1,
		.default_verdict = KWASM_NF_ACCEPT,
		.netfilter = { .family = 5 },
	};
	int l;

	snprintf(a.netfilter.device, sizeof(a.netfilter.device), "%.15s", device);
	l = link_create(&a);
	if (l < 0)
		die("link at %s", device);
	return l;
}

/* All that are left have a program of the last transaction that was done. */
static bool of_one_generation(const struct changer *c, uint32_t gone)
{
	uint32_t i, wrong = 0;

	for (i = 0; i < NR; i++) {
		struct kwasm_program_info want = { 0 };
		struct kwasm_obj_info a = {
			.size = sizeof(a),
			.fd = c->p[(c->rounds - 1) & 1][i],
			.info_len = sizeof(want),
			.info = (uintptr_t)&want,
		};

		if (ioctl(dev(), KWASM_OBJ_INFO, &a))
			die("info of a program");
		wrong += i != gone && link_info(c->l[i]).program_id != want.id;
		wrong += (i == gone) != link_info(c->l[i]).detached;
	}
	return !wrong;
}

static void device_goes(void)
{
	unsigned int round, n = stress(10), seed = 1, wrong = 0, total = 0;
	struct changer c;
	pthread_t t;
	char text[64];
	uint32_t i;

	for (round = 0; round < n; round++) {
		uint32_t gone = round % NR;

		memset(&c, 0, sizeof(c));
		for (i = 0; i < NR; i++) {
			snprintf(text, sizeof(text), "ip link add d%u type veth peer name e%u", i, i);
			run(text);
			snprintf(text, sizeof(text), "d%u", i);
			c.p[0][i] = program(a_module, "netfilter/netdev/ingress");
			c.p[1][i] = program(a_module, "netfilter/netdev/ingress");
			c.l[i] = link_at(c.p[1][i], text);
		}
		if (pthread_create(&t, NULL, change, &c))
			die("thread");
		while (!c.running)
			usleep(100);
		usleep(rand_r(&seed) % 20000);
		snprintf(text, sizeof(text), "ip link del d%u", gone);
		run(text);
		pthread_join(t, NULL);
		wrong += c.err != ENOLINK || c.failed != gone || !c.rounds || !of_one_generation(&c, gone);
		total += c.rounds;
		for (i = 0; i < NR; i++) {
			close(c.l[i]);
			close(c.p[0][i]);
			close(c.p[1][i]);
			snprintf(text, sizeof(text), "ip link del d%u", i);
			if (i != gone)
				run(text);
		}
	}
	ok(!wrong, "%u times a device goes between transactions on links at three, %u of them: all or nothing", n, total);
}

int main(void)
{
	new_netns();
	accept_all = read_file("accept.wasm");
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED)
		die("mmap");
	if (have_cgroup()) {
		no_memory();
		umount2(CGROUPS, MNT_DETACH);
	} else {
		ok(true, "no memory # SKIP this kernel has no memory cgroups");
	}
	a_module = load("everywhere.wasm");
	device_goes();
	close(a_module);
	ok(!objects_left(), "nothing is left");
	return done();
}
