// SPDX-License-Identifier: GPL-2.0
/*
 * fs programs on real files: what they deny, what they see, what is theirs,
 * and what becomes of a link when files, filesystems, tasks and programs go.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "fslink.h"
#include "kt.h"
#include "libkwasm.h"

#define TRAP_DEADLINE		11
#define TRAP_INTERRUPTED	13
#define TRAP_BAD_VERDICT	14
#define TRAP_BAD_CONTEXT	15
#define AT			"/tmp/kwfs"

struct seen {
	uint64_t events, inode, size, mode, pid_tgid, uid_gid, cgroup;
	int32_t path_len, read, xattr;
	uint32_t mask;
	char path[128], name[64], comm[16];
	char bytes[16];
};

enum { SEEN_OPEN, SEEN_ACCESS, SEEN_EXEC, SEEN_NOTIFY };

static struct kwasm_module *module;
static int map;

static struct seen seen(uint32_t slot)
{
	struct seen s;

	if (bpf_map_lookup_elem(map, &slot, &s))
		die("map seen");
	return s;
}

static struct kwasm_link *attach_at(const char *program, struct kwasm_fs_opts o)
{
	return attach_fs(module, program, o);
}

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s", path);
	close(fd);
}

/* 0, or the errno of open(). */
static int try_open(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void make_tree(void)
{
	mkdir(AT, 0755);
	if (mount("kwfs", AT, "tmpfs", 0, NULL))
		die("mount");
	mkdir(AT "/in", 0755);
	mkdir(AT "/in/deep", 0755);
	mkdir(AT "/out", 0755);
	put_file(AT "/in/plain", "plain text\n");
	put_file(AT "/in/secret", "x");
	put_file(AT "/in/evil", "EVIL bytes\n");
	put_file(AT "/in/deep/secret", "x");
	put_file(AT "/out/secret", "x");
	put_file(AT "/in/trap", "x");
	put_file(AT "/in/verdict", "x");
	put_file(AT "/in/packet", "x");
	put_file(AT "/in/capture", "x");
	put_file(AT "/in/loop", "x");
	put_file(AT "/in/script", "#!/bin/true\n");
	put_file(AT "/in/secret.sh", "#!/bin/true\n");
}

/* ---- What they deny and see ---- */

static void open_perm(void)
{
	struct kwasm_link *l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in" });
	struct kwasm_link_info i;
	struct seen s;
	struct stat st;

	ok(l, "fs/open_perm: attached to a directory");
	if (!l)
		return;
	ok(try_open(AT "/in/plain", O_RDONLY) == 0, "fs/open_perm: allowed");
	s = seen(SEEN_OPEN);
	stat(AT "/in/plain", &st);
	ok(!strcmp(s.path, AT "/in/plain") && s.path_len == (int)strlen(s.path) && !strcmp(s.name, "plain"),
	   "fs/open_perm: path and name");
	ok(s.inode == st.st_ino && s.size == 11 && s.mode == st.st_mode, "fs/open_perm: fields");
	ok(s.read == 11 && !memcmp(s.bytes, "plain text\n", 11), "fs/open_perm: reads the file");
	ok(s.mask == KWASM_FS_OPEN_PERM && s.pid_tgid >> 32 == (uint64_t)getpid() && (uint32_t)s.uid_gid == getuid() &&
	   !strncmp(s.comm, "files", 5) && s.cgroup, "fs/open_perm: event and task");
	ok(try_open(AT "/in/secret", O_RDONLY) == EACCES, "fs/open_perm: denied by name, EACCES");
	ok(try_open(AT "/in/secret", O_WRONLY) == EACCES, "fs/open_perm: denied for writing");
	ok(try_open(AT "/in/evil", O_RDONLY) == EPERM, "fs/open_perm: denied by content, EPERM");
	ok(try_open(AT "/in/evil", O_WRONLY) == EPERM, "fs/open_perm: content is read though the task opens for writing");
	ok(try_open(AT "/in/deep/secret", O_RDONLY) == 0 && try_open(AT "/out/secret", O_RDONLY) == 0,
	   "fs/open_perm: not what is elsewhere or deeper");
	i = info_of(l);
	ok(i.type == KWASM_LINK_FS && i.calls == 5 && i.verdict[0] == 1 && i.verdict[1] == 2 && i.verdict[2] == 2 &&
	   i.fs_events == KWASM_FS_OPEN_PERM && !strcmp(i.fs_path, AT "/in") && !i.recursion && !i.busy,
	   "fs/open_perm: counted by verdict, its own reads are no events");
	if (i.calls != 5)
		note("%llu calls, %llu recursions", i.calls, i.recursion);
	kwasm_link__detach(l);
	ok(try_open(AT "/in/secret", O_RDONLY) == 0, "fs/open_perm: allowed again once detached");
	kwasm_link__destroy(l);
}

static int run_file(const char *path)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl(path, path, NULL);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void access_and_exec(void)
{
	struct kwasm_link *l = attach_at("fs/access_perm", (struct kwasm_fs_opts){ .path = AT "/in" });
	char buf[4];
	int fd;

	fd = open(AT "/in/secret", O_RDONLY);
	errno = 0;
	ok(l && fd >= 0 && read(fd, buf, 1) == -1 && errno == EACCES, "fs/access_perm: opened, reading denied");
	close(fd);
	fd = open(AT "/in/plain", O_RDONLY);
	ok(read(fd, buf, 4) == 4 && !memcmp(buf, "plai", 4), "fs/access_perm: reading allowed");
	close(fd);
	kwasm_link__destroy(l);

	l = attach_at("fs/exec_perm", (struct kwasm_fs_opts){ .path = AT "/in" });
	ok(l && run_file(AT "/in/secret.sh") == EACCES, "fs/exec_perm: denied by name");
	ok(run_file(AT "/in/script") != EACCES && seen(SEEN_EXEC).mask == KWASM_FS_EXEC_PERM, "fs/exec_perm: allowed");
	ok(try_open(AT "/in/secret.sh", O_RDONLY) == 0, "fs/exec_perm: opening to read is another event");
	kwasm_link__destroy(l);
}

/* ---- Scopes ---- */

static void scopes(void)
{
	struct kwasm_link *l;
	struct utsname u;

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE });
	ok(l && try_open(AT "/in/deep/secret", O_RDONLY) == EACCES && try_open(AT "/in/secret", O_RDONLY) == EACCES,
	   "fs/open_perm: subtree, at any depth");
	ok(try_open(AT "/out/secret", O_RDONLY) == 0 && info_of(l).calls == 2, "fs/open_perm: subtree, nothing beside it is called for");
	ok(!rename(AT "/out/secret", AT "/in/deep/secret2") && try_open(AT "/in/deep/secret2", O_RDONLY) == EACCES,
	   "fs/open_perm: subtree, what moves in belongs to it");
	ok(!rename(AT "/in/deep/secret2", AT "/out/secret") && try_open(AT "/out/secret", O_RDONLY) == 0,
	   "fs/open_perm: subtree, what moves out does not");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/out/secret", .scope = KWASM_FS_SCOPE_FILE });
	ok(l && try_open(AT "/out/secret", O_RDONLY) == EACCES && try_open(AT "/in/secret", O_RDONLY) == 0,
	   "fs/open_perm: one file");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_SUPERBLOCK, .glob = "*.sh" });
	ok(l && try_open(AT "/in/secret.sh", O_RDONLY) == EACCES && try_open(AT "/in/secret", O_RDONLY) == 0 &&
	   info_of(l).calls == 1, "fs/open_perm: superblock with a glob, decided before the program");
	kwasm_link__destroy(l);

	mkdir("/tmp/kwfs-bind", 0755);
	if (mount(AT, "/tmp/kwfs-bind", NULL, MS_BIND, NULL))
		die("bind mount");
	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_MOUNT });
	uname(&u);
	if (!strncmp(u.release, "6.1.", 4)) {
		ok(!l && errno == EOPNOTSUPP, "fs/open_perm: mount, refused by a kernel that cannot watch one");
	} else {
		ok(l && try_open(AT "/in/secret", O_RDONLY) == EACCES && try_open("/tmp/kwfs-bind/in/secret", O_RDONLY) == 0,
		   "fs/open_perm: mount, not through another one");
	}
	kwasm_link__destroy(l);
	umount("/tmp/kwfs-bind");
}

static void refused(void)
{
	struct kwasm_program *packet = kwasm_module__find_program_by_name(module, "netfilter/ip/input");
	char glob[KWASM_GLOB_LEN + 1];
	pid_t pid;
	int status;

	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_FILE }) && errno == EISDIR,
	   "refused: a directory as a file");
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in/plain" }) && errno == ENOTDIR, "refused: a file as a directory");
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/none" }) && errno == ENOENT, "refused: no such path");
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .events = KWASM_FS_CREATE }) && errno == EINVAL,
	   "refused: events for a program that has its own");
	ok(!attach_at("fs/notify", (struct kwasm_fs_opts){ .path = AT "/in/plain", .scope = KWASM_FS_SCOPE_FILE,
							   .events = KWASM_FS_CREATE }) && errno == EINVAL,
	   "refused: an event that the scope never has");
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = "/proc", .scope = KWASM_FS_SCOPE_SUPERBLOCK }) && errno == EOPNOTSUPP,
	   "refused: a filesystem that may not wait for a verdict");
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .deadline_ns = 11000000000ull }) && errno == EINVAL,
	   "refused: more than ten seconds");
	memset(glob, '*', sizeof(glob) - 1);
	glob[KWASM_GLOB_LEN] = 0;
	ok(!attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT, .glob = glob }) && errno == EINVAL, "refused: a glob too long");
	ok(!kwasm_program__attach_fs(packet, NULL) && errno == EINVAL, "refused: a packet program");
	pid = fork();
	if (!pid) {
		struct kwasm_link_create a = {
			.size = sizeof(a), .type = KWASM_LINK_FS, .netns_fd = -1,
			.program_fd = kwasm_program__fd(kwasm_module__find_program_by_name(module, "fs/open_perm")),
			.fs.path_fd = open(AT, O_PATH),
		};

		dev();
		if (setuid(1000))
			_exit(2);
		_exit(link_create(&a) == -1 && errno == EPERM ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "refused: without CAP_SYS_ADMIN");
}

/* ---- Notifications ---- */

static bool saw(uint32_t mask, const char *name)
{
	struct seen s = seen(SEEN_NOTIFY);

	if (s.mask == mask && !strcmp(s.name, name))
		return true;
	note("last event 0x%x of '%s', path '%s'", s.mask, s.name, s.path);
	return false;
}

static struct kwasm_link *notify_of(uint32_t events)
{
	struct kwasm_link *l = attach_at("fs/notify", (struct kwasm_fs_opts){ .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE,
									      .events = events });

	if (!l)
		die("notify");
	return l;
}

static void notifications(void)
{
	struct kwasm_link *l = notify_of(KWASM_FS_CREATE);
	int fd;

	put_file(AT "/in/deep/new", "old words");
	ok(saw(KWASM_FS_CREATE, "new") && !strcmp(seen(SEEN_NOTIFY).path, "/in/deep/new"), "fs/notify: create, path from the filesystem's root");
	ok(info_of(l).verdict[0] == 1 && !info_of(l).traps[TRAP_BAD_VERDICT], "fs/notify: the result does not matter");
	kwasm_link__destroy(l);

	l = notify_of(KWASM_FS_MODIFY);
	put_file(AT "/in/deep/new", "words");
	ok(saw(KWASM_FS_MODIFY, "new") && seen(SEEN_NOTIFY).read == 5 && !strcmp(seen(SEEN_NOTIFY).path, AT "/in/deep/new"),
	   "fs/notify: modify, with what was written");
	kwasm_link__destroy(l);

	l = notify_of(KWASM_FS_CLOSE_WRITE);
	fd = open(AT "/in/deep/new", O_WRONLY);
	if (!fork())
		_exit(0);	/* its copy closes when it has no root directory any more */
	close(fd);
	wait(NULL);
	for (fd = 0; fd < 100 && !info_of(l).calls; fd++)
		usleep(10000);
	ok(saw(KWASM_FS_CLOSE_WRITE, "new"), "fs/notify: close_write, by a task on its way out as well");
	kwasm_link__destroy(l);

	l = notify_of(KWASM_FS_ATTRIB);
	chmod(AT "/in/deep/new", 0600);
	ok(saw(KWASM_FS_ATTRIB, "new") && seen(SEEN_NOTIFY).read == -EOPNOTSUPP, "fs/notify: attrib, whose file cannot be read");
	kwasm_link__destroy(l);

	l = notify_of(KWASM_FS_MOVED_TO);
	rename(AT "/in/deep/new", AT "/in/newer");
	ok(saw(KWASM_FS_MOVED_TO, "newer") && !strcmp(seen(SEEN_NOTIFY).path, "/in/newer"), "fs/notify: moved_to");
	kwasm_link__destroy(l);
	l = notify_of(KWASM_FS_MOVED_FROM);
	rename(AT "/in/newer", AT "/out/newest");
	ok(saw(KWASM_FS_MOVED_FROM, "newer"), "fs/notify: moved_from");
	kwasm_link__destroy(l);

	l = notify_of(KWASM_FS_DELETE);
	unlink(AT "/out/newest");
	ok(!info_of(l).calls, "fs/notify: delete elsewhere is no event");
	mkdir(AT "/in/gone", 0755);
	rmdir(AT "/in/gone");
	ok(saw(KWASM_FS_DELETE, "gone"), "fs/notify: delete, of a directory too");
	kwasm_link__destroy(l);
}

/* ---- Traps, deadlines ---- */

static void traps(void)
{
	struct kwasm_link *l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .quarantine = ~0u });
	struct kwasm_test_run a = { .size = sizeof(a) };
	uint8_t packet[20] = { 0x45, [3] = 20 };
	struct kwasm_link_info i;
	int n;

	ok(try_open(AT "/in/trap", O_RDONLY) == EPERM, "fs/open_perm: a trap denies");
	ok(try_open(AT "/in/verdict", O_RDONLY) == EPERM && info_of(l).traps[TRAP_BAD_VERDICT] == 1, "fs/open_perm: -2 is no verdict");
	ok(try_open(AT "/in/packet", O_RDONLY) == EPERM && info_of(l).traps[TRAP_BAD_CONTEXT] == 1,
	   "fs/open_perm: an import of packet programs traps");
	ok(try_open(AT "/in/capture", O_RDONLY) == EPERM && info_of(l).traps[TRAP_BAD_CONTEXT] == 2,
	   "fs/open_perm: there is no packet to capture");
	ok(try_open(AT "/in/loop", O_RDONLY) == EPERM && info_of(l).traps[TRAP_DEADLINE] == 1, "fs/open_perm: past its deadline it is ended");
	i = info_of(l);
	ok(i.last_trap.kind == TRAP_DEADLINE && i.last_trap.offset && !i.detached, "fs/open_perm: and says where");
	ok(try_open(AT "/in/plain", O_RDONLY) == 0, "fs/open_perm: the next call begins afresh");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = 3 });
	ok(try_open(AT "/in/trap", O_RDONLY) == 0, "fs/open_perm: on_trap allow");
	for (n = 0; n < 200 && !info_of(l).detached; n++) {
		try_open(AT "/in/trap", O_RDONLY);
		usleep(1000);
	}
	ok(info_of(l).detached && info_of(l).detach_why == KWASM_DETACH_QUARANTINE, "fs/open_perm: quarantine after three in a row");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .on_trap = KWASM_ON_TRAP_DETACH });
	try_open(AT "/in/trap", O_RDONLY);
	for (n = 0; n < 200 && !info_of(l).detached; n++)
		usleep(10000);
	ok(info_of(l).detach_why == KWASM_DETACH_ON_TRAP, "fs/open_perm: on_trap detach");
	kwasm_link__destroy(l);

	a.program_fd = kwasm_program__fd(kwasm_module__find_program_by_name(module, "netfilter/ip/input"));
	a.data_in = (uintptr_t)packet;
	a.data_in_len = sizeof(packet);
	ok(!ioctl(dev(), KWASM_TEST_RUN, &a) && a.trap.kind == TRAP_BAD_CONTEXT, "netfilter: an import of process context traps");
	a.program_fd = kwasm_program__fd(kwasm_module__find_program_by_name(module, "fs/open_perm"));
	fails_with(EOPNOTSUPP, ioctl(dev(), KWASM_TEST_RUN, &a), "fs/open_perm: is not run on a packet");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A child that opens @path.  Its exit status is the errno. */
static pid_t opener(const char *path)
{
	pid_t pid = fork();

	if (!pid)
		_exit(try_open(path, O_RDONLY));
	return pid;
}

static void killed(void)
{
	struct kwasm_link *l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .deadline_ns = 10000000000ull });
	double begin;
	int status;
	pid_t pid;

	pid = opener(AT "/in/loop");
	while (!info_of(l).calls)
		usleep(1000);
	begin = seconds();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && seconds() - begin < 5, "fs/open_perm: a killed task does not wait for the deadline");
	ok(info_of(l).traps[TRAP_INTERRUPTED] == 1 && !info_of(l).last_trap.kind, "fs/open_perm: which is no fault of the program");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in", .deadline_ns = 500000000 });
	pid = opener(AT "/in/loop");
	while (!info_of(l).calls)
		usleep(1000);
	kwasm_link__destroy(l);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == EPERM, "fs/open_perm: a link closed while a call is in it ends the call properly");
	ok(try_open(AT "/in/secret", O_RDONLY) == 0, "fs/open_perm: and calls no more");
}

/* ---- What it watches goes ---- */

static void gone(void)
{
	struct kwasm_link *l, *all, *sub;
	int n, err = -1;

	put_file(AT "/in/short", "x");
	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in/short", .scope = KWASM_FS_SCOPE_FILE });
	unlink(AT "/in/short");
	ok(l && detached(l, KWASM_DETACH_GONE), "fs/open_perm: the file deleted, the link is detached");
	kwasm_link__destroy(l);

	mkdir(AT "/brief", 0755);
	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/brief", .scope = KWASM_FS_SCOPE_SUBTREE });
	rmdir(AT "/brief");
	ok(l && detached(l, KWASM_DETACH_GONE), "fs/open_perm: the directory removed, so is its subtree's");
	kwasm_link__destroy(l);

	l = attach_at("fs/open_perm", (struct kwasm_fs_opts){ .path = AT "/in" });
	sub = attach_at("fs/notify", (struct kwasm_fs_opts){ .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE });
	all = attach_at("fs/access_perm", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_SUPERBLOCK });
	try_open(AT "/in/plain", O_RDWR);
	/* A file that a task left open is closed a moment after the task is gone. */
	for (n = 0; n < 100 && err; n++, usleep(10000))
		err = umount(AT);
	ok(l && sub && all && !err, "fs: unmounted with three links on it");
	ok(detached(l, KWASM_DETACH_GONE) && detached(sub, KWASM_DETACH_GONE) && detached(all, KWASM_DETACH_GONE),
	   "fs: all three are detached");
	kwasm_link__destroy(l);
	kwasm_link__destroy(sub);
	kwasm_link__destroy(all);
}

/* ---- Under traffic ---- */

static volatile bool stop;
static unsigned long opens, wrong;

static void *traffic(void *arg)
{
	while (!stop) {
		int err = try_open(AT "/in/secret", O_RDONLY);

		__atomic_add_fetch(&opens, 1, __ATOMIC_RELAXED);
		if (err != EACCES && err != *(int *)arg)
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void under_traffic(void)
{
	struct kwasm_fs_opts o = { .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE, .quarantine = ~0u, .deadline_ns = 10000000000ull };
	struct kwasm_module *other = kwasm_module__open_file("files.wasm", NULL);
	struct kwasm_program *p[2];
	struct kwasm_link *l;
	pthread_t thread[4];
	int n, allowed = EACCES;
	unsigned long before;

	if (!other || kwasm_module__load(other))
		die("second module");
	p[0] = kwasm_module__find_program_by_name(other, "fs/open_perm");
	p[1] = kwasm_module__find_program_by_name(module, "fs/open_perm");
	l = attach_at("fs/open_perm", o);
	for (n = 0; n < 4; n++)
		pthread_create(&thread[n], NULL, traffic, &allowed);
	for (n = 0; n < (int)stress(5000); n++)
		if (kwasm_link__update_program(l, p[n % 2]))
			die("update");
	before = opens;
	while (opens < before + 50)
		usleep(1000);
	ok(!wrong && info_of(l).calls && !info_of(l).busy, "fs/open_perm: replaced under traffic, no open without a verdict");
	if (wrong || info_of(l).busy)
		note("%lu of %lu opens wrong, busy %llu", wrong, opens, info_of(l).busy);
	ok(kwasm_link__update_program(l, kwasm_module__find_program_by_name(other, "fs/notify")) == -EINVAL,
	   "fs/open_perm: not by a program for other events");
	allowed = 0;
	kwasm_link__destroy(l);
	for (n = 0; n < (int)stress(2000); n++) {
		l = attach_at("fs/open_perm", o);
		if (!l)
			die("attach");
		kwasm_link__destroy(l);
	}
	ok(!wrong, "fs/open_perm: attached and detached under traffic");
	stop = true;
	for (n = 0; n < 4; n++)
		pthread_join(thread[n], NULL);
	kwasm_module__close(other);
}

int main(void)
{
	struct kwasm_error e = { .sz = sizeof(e) };

	module = kwasm_module__open_file("files.wasm", NULL);
	if (!module)
		die("files.wasm");
	if (kwasm_module__load(module)) {
		kwasm_module__error(module, &e);
		die("load: %s", e.text ?: "");
	}
	map = kwasm_module__map_fd(module, "seen");
	make_tree();
	open_perm();
	access_and_exec();
	scopes();
	refused();
	notifications();
	traps();
	killed();
	under_traffic();
	gone();
	close(map);
	kwasm_module__close(module);
	ok(!objects_left(), "nothing is left");
	return done();
}
