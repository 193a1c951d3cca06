// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that LSM hooks call, on real files: what they deny, whose files
 * those are, and what becomes of a link when programs, tasks and filesystems go.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

#include "fslink.h"
#include "kt.h"
#include "libkwasm.h"

#define TRAP_DEADLINE		11
#define TRAP_BAD_VERDICT	14
#define AT			"/tmp/kwlsm"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE		2
#endif

struct seen {
	uint64_t events, inode, mode, size, dir, uid_gid, changes, new_mode, new_uid, new_gid, new_size;
	int32_t path_len, new_path_len, read, xattr;
	uint32_t mask, pad;
	char path[128], new_path[128], name[64], new_name[64];
};

enum { SEEN_UNLINK, SEEN_RENAME, SEEN_MKDIR, SEEN_LINK, SEEN_RMDIR, SEEN_SETATTR };

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

static const char *why(void)
{
	struct kwasm_error e = { .sz = sizeof(e) };

	return kwasm_module__error(module, &e) ? "" : e.message;
}

static struct kwasm_link *must_attach(const char *program, struct kwasm_fs_opts o)
{
	struct kwasm_link *l = attach_at(program, o);

	if (!l)
		die("attach %s: %s: %s", program, strerror(errno), why());
	return l;
}

static void put_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	if (fd < 0 || write(fd, "12345", 5) != 5)
		die("%s", path);
	close(fd);
}

static bool there(const char *path)
{
	return !access(path, F_OK);
}

/* 0, or the errno. */
static int err_of(int ret)
{
	return ret ? errno : 0;
}

static void make_tree(void)
{
	mkdir(AT, 0755);
	if (mount("kwlsm", AT, "tmpfs", 0, NULL))
		die("mount");
	mkdir(AT "/in", 0755);
	mkdir(AT "/in/deep", 0755);
	mkdir(AT "/out", 0755);
	put_file(AT "/in/plain");
	put_file(AT "/in/secret");
	put_file(AT "/in/keep");
	put_file(AT "/in/deep/secret");
	put_file(AT "/out/secret");
	put_file(AT "/in/trap");
	put_file(AT "/in/verdict");
	put_file(AT "/in/loop");
}

/* ---- What they deny and see ---- */

static void unlinks(void)
{
	struct kwasm_link *l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in" });
	struct kwasm_link_info i;
	struct stat st, dir;
	struct seen s;

	stat(AT "/in/secret", &st);
	stat(AT "/in", &dir);
	ok(err_of(unlink(AT "/in/secret")) == EACCES && there(AT "/in/secret"), "fs/unlink: denied by name, EACCES");
	s = seen(SEEN_UNLINK);
	ok(s.mask == KWASM_FS_UNLINK && !strcmp(s.path, "/in/secret") && !strcmp(s.name, "secret") &&
	   s.inode == st.st_ino && s.mode == st.st_mode && s.size == 5 && s.dir == dir.st_ino,
	   "fs/unlink: event, path, name and fields");
	ok(s.new_path_len == -ENOENT && s.read == -EOPNOTSUPP && s.xattr == -EOPNOTSUPP,
	   "fs/unlink: no second name; not read, its locks are held");
	ok(err_of(unlink(AT "/in/keep")) == EPERM, "fs/unlink: denied by name, EPERM");
	ok(err_of(unlink(AT "/in/plain")) == 0 && !there(AT "/in/plain"), "fs/unlink: allowed");
	ok(err_of(unlinkat(AT_FDCWD, AT "/in/keep", 0)) == EPERM, "fs/unlink: unlinkat as well");
	i = info_of(l);
	ok(i.type == KWASM_LINK_FS && i.fs_events == KWASM_FS_UNLINK && i.calls == 4 && i.verdict[0] == 1 &&
	   i.verdict[1] == 2 && i.verdict[2] == 1, "fs/unlink: counted by verdict");
	ok(err_of(unlink(AT "/in/none")) == ENOENT && info_of(l).calls == 4, "fs/unlink: what is not there is not asked about");
	kwasm_link__destroy(l);
	put_file(AT "/in/plain");
	ok(err_of(unlink(AT "/in/keep")) == 0, "fs/unlink: allowed again once the link is closed");
	put_file(AT "/in/keep");
}

static void renames(void)
{
	struct kwasm_link *l = must_attach("fs/rename", (struct kwasm_fs_opts){ .path = AT "/in" });
	struct seen s;

	ok(err_of(rename(AT "/in/secret", AT "/in/other")) == EACCES && there(AT "/in/secret"), "fs/rename: denied by the old name");
	s = seen(SEEN_RENAME);
	ok(s.mask == KWASM_FS_RENAME && !strcmp(s.path, "/in/secret") && !strcmp(s.new_path, "/in/other") &&
	   !strcmp(s.new_name, "other"), "fs/rename: both names");
	ok(err_of(rename(AT "/in/plain", AT "/in/keep")) == EPERM && there(AT "/in/plain"), "fs/rename: denied by the name of what it would replace");
	ok(err_of(rename(AT "/out/secret", AT "/in/moved")) == EACCES, "fs/rename: what moves in is asked about");
	ok(err_of(rename(AT "/in/secret", AT "/out/moved")) == EACCES, "fs/rename: what moves out too");
	ok(err_of(syscall(SYS_renameat2, AT_FDCWD, AT "/in/plain", AT_FDCWD, AT "/in/keep", RENAME_EXCHANGE)) == EPERM,
	   "fs/rename: exchange as well");
	ok(err_of(rename(AT "/in/plain", AT "/in/plain2")) == 0 && err_of(rename(AT "/in/plain2", AT "/in/plain")) == 0, "fs/rename: allowed");
	ok(err_of(rename(AT "/in/deep", AT "/in/keep")) != 0 && err_of(rename(AT "/in/deep", AT "/in/deeper")) == 0 &&
	   err_of(rename(AT "/in/deeper", AT "/in/deep")) == 0, "fs/rename: directories");
	kwasm_link__destroy(l);
}

static bool has_hook(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[256], symbol[128];
	bool found = false;

	if (!f)
		die("/proc/kallsyms");
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s bpf_lsm_%127s", symbol) == 1 && !strcmp(symbol, name);
	fclose(f);
	return found;
}

/* Hooks that may not sleep; a kernel without those of paths says that. */
static bool says_why_not(const char *what)
{
	char hook[64], wanted[128];

	snprintf(hook, sizeof(hook), "path_%s", what);
	if (has_hook(hook))
		snprintf(wanted, sizeof(wanted), "%s cannot be denied here", what);
	else
		snprintf(wanted, sizeof(wanted), "this kernel has no hook %s", hook);
	return strstr(why(), wanted);
}

/* mkdir and link: where the kernel's hooks may sleep, else refused with the reason. */
static void mkdirs_and_links(void)
{
	struct kwasm_link *l = attach_at("fs/mkdir", (struct kwasm_fs_opts){ .path = AT "/in" });

	if (!l) {
		ok(errno == EOPNOTSUPP && says_why_not("mkdir"), "fs/mkdir: refused, with the reason: %s", why());
		l = attach_at("fs/link", (struct kwasm_fs_opts){ .path = AT "/in" });
		ok(!l && errno == EOPNOTSUPP && says_why_not("link"), "fs/link: refused, with the reason");
		return;
	}
	ok(err_of(mkdir(AT "/in/secret-dir", 0755)) == EACCES && !there(AT "/in/secret-dir"), "fs/mkdir: denied by name");
	ok(seen(SEEN_MKDIR).mask == KWASM_FS_MKDIR && !strcmp(seen(SEEN_MKDIR).path, "/in/secret-dir") && !seen(SEEN_MKDIR).inode,
	   "fs/mkdir: path; there is no inode yet");
	ok(err_of(mkdir(AT "/in/dir", 0755)) == 0 && !rmdir(AT "/in/dir"), "fs/mkdir: allowed");
	kwasm_link__destroy(l);
	l = must_attach("fs/link", (struct kwasm_fs_opts){ .path = AT "/in" });
	ok(err_of(link(AT "/in/secret", AT "/out/hard")) == EACCES && !there(AT "/out/hard"), "fs/link: denied by the file's name");
	ok(err_of(link(AT "/in/plain", AT "/in/keep2")) == EPERM, "fs/link: denied by the new name");
	ok(!strcmp(seen(SEEN_LINK).path, "/in/plain") && !strcmp(seen(SEEN_LINK).new_path, "/in/keep2"), "fs/link: both names");
	ok(err_of(link(AT "/in/plain", AT "/in/plain2")) == 0 && !unlink(AT "/in/plain2"), "fs/link: allowed");
	kwasm_link__destroy(l);
}

static void rmdirs(void)
{
	struct kwasm_link *l = must_attach("fs/rmdir", (struct kwasm_fs_opts){ .path = AT "/in" });
	struct stat st;

	mkdir(AT "/in/secret-dir", 0755);
	mkdir(AT "/in/plain-dir", 0755);
	stat(AT "/in/secret-dir", &st);
	ok(err_of(rmdir(AT "/in/secret-dir")) == EACCES && there(AT "/in/secret-dir"), "fs/rmdir: denied by name");
	ok(seen(SEEN_RMDIR).mask == KWASM_FS_RMDIR && !strcmp(seen(SEEN_RMDIR).path, "/in/secret-dir") &&
	   seen(SEEN_RMDIR).inode == st.st_ino && !seen(SEEN_RMDIR).changes, "fs/rmdir: event, path and inode");
	ok(err_of(unlinkat(AT_FDCWD, AT "/in/secret-dir", AT_REMOVEDIR)) == EACCES, "fs/rmdir: unlinkat as well");
	ok(err_of(rmdir(AT "/in/plain-dir")) == 0 && info_of(l).calls == 3, "fs/rmdir: allowed");
	kwasm_link__destroy(l);
	mkdir(AT "/keep-dir", 0755);
	l = must_attach("fs/rmdir", (struct kwasm_fs_opts){ .path = AT "/keep-dir" });
	ok(err_of(rmdir(AT "/keep-dir")) == EPERM, "fs/rmdir: the directory itself is in its scope");
	kwasm_link__destroy(l);
	ok(err_of(rmdir(AT "/keep-dir")) == 0 && err_of(rmdir(AT "/in/secret-dir")) == 0,
	   "fs/rmdir: allowed again once the link is closed");
}

static bool saw_change(uint64_t what)
{
	struct seen s = seen(SEEN_SETATTR);

	if (s.mask == KWASM_FS_SETATTR && (s.changes & what) == what)
		return true;
	note("mask %x, changes %llx", s.mask, (unsigned long long)s.changes);
	return false;
}

static void setattrs(void)
{
	struct kwasm_link *l = must_attach("fs/setattr", (struct kwasm_fs_opts){ .path = AT "/in" });
	struct stat st;
	struct seen s;
	int fd;

	ok(err_of(chmod(AT "/in/secret", 0600)) == EACCES, "fs/setattr: chmod, denied by name");
	s = seen(SEEN_SETATTR);
	ok(saw_change(KWASM_FS_SET_MODE) && !strcmp(s.path, "/in/secret") && s.mode == (S_IFREG | 0644) &&
	   s.new_mode == (S_IFREG | 0600) && !s.new_size, "fs/setattr: path, mode and what it would be");
	ok(err_of(chown(AT "/in/secret", 12, 34)) == EACCES && saw_change(KWASM_FS_SET_UID | KWASM_FS_SET_GID) &&
	   seen(SEEN_SETATTR).new_uid == 12 && seen(SEEN_SETATTR).new_gid == 34, "fs/setattr: chown");
	ok(err_of(truncate(AT "/in/secret", 3)) == EACCES && saw_change(KWASM_FS_SET_SIZE) &&
	   seen(SEEN_SETATTR).size == 5 && seen(SEEN_SETATTR).new_size == 3, "fs/setattr: truncate");
	fd = open(AT "/in/secret", O_WRONLY);
	ok(fd >= 0 && err_of(ftruncate(fd, 0)) == EACCES, "fs/setattr: ftruncate");
	close(fd);
	ok(open(AT "/in/secret", O_WRONLY | O_TRUNC) < 0 && errno == EACCES, "fs/setattr: open with O_TRUNC");
	ok(err_of(utimensat(AT_FDCWD, AT "/in/secret", NULL, 0)) == EACCES && saw_change(KWASM_FS_SET_TIMES), "fs/setattr: utimensat");
	stat(AT "/in/secret", &st);
	ok(st.st_size == 5 && st.st_mode == (S_IFREG | 0644) && !st.st_uid, "fs/setattr: nothing of it was done");
	ok(err_of(chmod(AT "/in/plain", 0600)) == 0 && err_of(truncate(AT "/in/plain", 5)) == 0, "fs/setattr: allowed");
	ok(err_of(chmod(AT "/out/secret", 0600)) == 0, "fs/setattr: not in another directory");
	kwasm_link__destroy(l);
}

/* ---- Scopes ---- */

static void scopes(void)
{
	struct kwasm_link *l;

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE });
	ok(err_of(unlink(AT "/in/deep/secret")) == EACCES && err_of(unlink(AT "/in/secret")) == EACCES, "fs/unlink: subtree, at any depth");
	ok(err_of(unlink(AT "/out/secret")) == 0 && info_of(l).calls == 2, "fs/unlink: subtree, nothing beside it is called for");
	put_file(AT "/out/secret");
	kwasm_link__destroy(l);

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in" });
	ok(err_of(unlink(AT "/in/deep/secret")) == 0 && !info_of(l).calls, "fs/unlink: a directory, not what is deeper");
	put_file(AT "/in/deep/secret");
	kwasm_link__destroy(l);

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/out/secret", .scope = KWASM_FS_SCOPE_FILE });
	ok(err_of(unlink(AT "/out/secret")) == EACCES && err_of(unlink(AT "/in/secret")) == 0, "fs/unlink: one file");
	put_file(AT "/in/secret");
	kwasm_link__destroy(l);

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_SUPERBLOCK, .glob = "s*t" });
	ok(err_of(unlink(AT "/out/secret")) == EACCES && err_of(unlink(AT "/in/keep")) == 0 && info_of(l).calls == 1,
	   "fs/unlink: superblock with a glob, decided before the program");
	put_file("/tmp/secret");
	ok(err_of(unlink("/tmp/secret")) == 0 && info_of(l).calls == 1, "fs/unlink: superblock, not another one");
	put_file(AT "/in/keep");
	kwasm_link__destroy(l);

	ok(!attach_at("fs/unlink", (struct kwasm_fs_opts){ .path = AT, .scope = KWASM_FS_SCOPE_MOUNT }) && errno == EOPNOTSUPP,
	   "fs/unlink: mount, refused: the hook is told none");
	ok(!attach_at("fs/unlink", (struct kwasm_fs_opts){ .path = AT, .events = KWASM_FS_DELETE }) && errno == EINVAL,
	   "fs/unlink: refused: events for a program that has its own");
}

/* Root's rights do not matter, nor whose file it is: but what is denied anyhow is not asked about. */
static void permissions(void)
{
	struct kwasm_link *l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in" });
	pid_t pid;
	int status;

	setxattr(AT "/in/plain", "trusted.kwasm", "x", 1, 0);
	pid = fork();
	if (!pid) {
		if (setuid(1000))
			_exit(99);
		_exit(err_of(unlink(AT "/in/secret")));
	}
	waitpid(pid, &status, 0);
	ok(WEXITSTATUS(status) == EACCES && !info_of(l).calls, "fs/unlink: without rights over the directory the program is not asked");
	chmod(AT "/in", 0777);
	pid = fork();
	if (!pid) {
		if (setuid(1000))
			_exit(99);
		_exit(err_of(unlink(AT "/in/keep")));
	}
	waitpid(pid, &status, 0);
	ok(WEXITSTATUS(status) == EPERM && seen(SEEN_UNLINK).uid_gid == 1000, "fs/unlink: with them it is, and sees who");
	chmod(AT "/in", 0755);
	pid = fork();
	if (!pid) {
		struct kwasm_link_create a = {
			.size = sizeof(a), .type = KWASM_LINK_FS, .netns_fd = -1,
			.program_fd = kwasm_program__fd(kwasm_module__find_program_by_name(module, "fs/unlink")),
			.fs.path_fd = open(AT, O_PATH),
		};

		dev();
		if (setuid(1000))
			_exit(99);
		_exit(link_create(&a) == -1 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	ok(WEXITSTATUS(status) == EPERM, "fs/unlink: attached by root only");
	kwasm_link__destroy(l);
}

/* ---- Traps, deadlines, replacement ---- */

static void traps(void)
{
	struct kwasm_link *l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .quarantine = ~0u });
	struct kwasm_link_info i;
	int n;

	ok(err_of(unlink(AT "/in/trap")) == EPERM && there(AT "/in/trap"), "fs/unlink: a trap denies");
	ok(err_of(unlink(AT "/in/verdict")) == EPERM && info_of(l).traps[TRAP_BAD_VERDICT] == 1, "fs/unlink: -2 is no verdict");
	ok(err_of(unlink(AT "/in/loop")) == EPERM && info_of(l).traps[TRAP_DEADLINE] == 1, "fs/unlink: past its deadline it is ended");
	i = info_of(l);
	ok(i.last_trap.kind == TRAP_DEADLINE && i.last_trap.offset && !i.detached, "fs/unlink: and says where");
	kwasm_link__destroy(l);

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .on_trap = KWASM_ON_TRAP_ACCEPT, .quarantine = 3 });
	ok(err_of(unlink(AT "/in/trap")) == 0, "fs/unlink: on_trap allow");
	for (n = 0; n < 200 && !info_of(l).detached; n++) {
		put_file(AT "/in/trap");
		unlink(AT "/in/trap");
		usleep(1000);
	}
	ok(detached(l, KWASM_DETACH_QUARANTINE), "fs/unlink: quarantine after three in a row");
	ok(err_of(unlink(AT "/in/secret")) == 0, "fs/unlink: and then all is allowed");
	put_file(AT "/in/secret");
	kwasm_link__destroy(l);
}

static void closed_while_called(void)
{
	struct kwasm_link *l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .deadline_ns = 500000000 });
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(err_of(unlink(AT "/in/loop")));
	while (!info_of(l).calls)
		usleep(1000);
	kwasm_link__destroy(l);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == EPERM, "fs/unlink: a link closed while a call is in it ends the call properly");

	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .deadline_ns = 10000000000ull });
	pid = fork();
	if (!pid)
		_exit(err_of(unlink(AT "/in/loop")));
	while (!info_of(l).calls)
		usleep(1000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "fs/unlink: a killed task does not wait for the deadline");
	kwasm_link__destroy(l);
}

/* Who attached is gone, and with it the only descriptor; a pin keeps the link. */
static void loader_dies(void)
{
	struct kwasm_link *l;
	int status, n, err = EACCES;
	pid_t pid;

	pid = fork();
	if (!pid) {
		l = attach_at("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in" });
		_exit(l && err_of(unlink(AT "/in/secret")) == EACCES ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	for (n = 0; n < 100 && err == EACCES; n++, usleep(10000))
		err = err_of(unlink(AT "/in/secret"));
	ok(!WEXITSTATUS(status) && !err, "fs/unlink: who attached dies, the link goes");
	put_file(AT "/in/secret");

	pid = fork();
	if (!pid) {
		l = attach_at("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in" });
		_exit(l && !kwasm_link__pin(l, "veto") ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(!WEXITSTATUS(status) && err_of(unlink(AT "/in/secret")) == EACCES, "fs/unlink: a pinned one stays");
	l = kwasm_link__open("veto");
	ok(l && !kwasm_link__detach(l) && !unlink(AT "/in/secret"), "fs/unlink: until it is detached");
	put_file(AT "/in/secret");
	kwasm_link__unpin(l, "veto");
	kwasm_link__destroy(l);
}

/* ---- Under load ---- */

static volatile bool stop;
static unsigned long tries, wrong;
static int allowed;

static void *load_files(void *arg)
{
	char path[64], other[64];

	snprintf(path, sizeof(path), AT "/in/work%ld", (long)arg);
	snprintf(other, sizeof(other), AT "/in/work%ld-b", (long)arg);
	while (!stop) {
		int err = err_of(unlink(AT "/in/keep"));

		if (err != EPERM && err != allowed)
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
		close(open(path, O_CREAT | O_WRONLY, 0644));
		rename(path, other);
		unlink(other);
		__atomic_add_fetch(&tries, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void start_load(pthread_t *thread, int nr)
{
	stop = false;
	for (long n = 0; n < nr; n++)
		pthread_create(&thread[n], NULL, load_files, (void *)n);
}

static void stop_load(pthread_t *thread, int nr)
{
	stop = true;
	for (int n = 0; n < nr; n++)
		pthread_join(thread[n], NULL);
}

static void under_load(void)
{
	struct kwasm_fs_opts o = { .path = AT "/in", .quarantine = ~0u, .deadline_ns = 10000000000ull };
	struct kwasm_module *other = kwasm_module__open_file("lsm.wasm", NULL);
	struct kwasm_program *p[2];
	struct kwasm_link *l;
	pthread_t thread[4];
	unsigned long before;
	int n;

	if (!other || kwasm_module__load(other))
		die("second module");
	p[0] = kwasm_module__find_program_by_name(other, "fs/unlink");
	p[1] = kwasm_module__find_program_by_name(module, "fs/unlink");
	l = must_attach("fs/unlink", o);
	allowed = EPERM;
	start_load(thread, 4);
	for (n = 0; n < (int)stress(2000); n++)
		if (kwasm_link__update_program(l, p[n % 2]))
			die("update");
	before = tries;
	while (tries < before + 50)
		usleep(1000);
	ok(!wrong && info_of(l).calls && !info_of(l).busy, "fs/unlink: replaced under load, nothing goes without a verdict");
	ok(kwasm_link__update_program(l, kwasm_module__find_program_by_name(other, "fs/rename")) == -EINVAL,
	   "fs/unlink: not by a program for another hook");
	stop_load(thread, 4);
	allowed = ENOENT;
	kwasm_link__destroy(l);
	/*
	 * Not under load: the kernel rewrites a function for the first program of an LSM hook and behind the last, and
	 * QEMU's threads may execute, again and again, the breakpoint that stood there meanwhile.
	 */
	for (n = 0; n < (int)stress(40); n++) {
		l = must_attach("fs/unlink", o);
		wrong += err_of(unlink(AT "/in/keep")) != EPERM;
		kwasm_link__destroy(l);
		usleep(20000);		/* a work item of the kernel's does the rest */
	}
	ok(!wrong, "fs/unlink: attached and detached again and again");
	put_file(AT "/in/keep");
	kwasm_module__close(other);
}

/* Both links are closed in either order, the module before or after them; then the filesystem goes with links on it. */
static void gone(void)
{
	struct kwasm_fs_opts o = { .path = AT, .scope = KWASM_FS_SCOPE_SUPERBLOCK, .quarantine = ~0u };
	struct kwasm_link *l, *r, *in;
	pthread_t thread[2];
	int n, err = -1;

	for (n = 0; n < 4; n++) {
		l = must_attach("fs/unlink", o);
		r = must_attach("fs/rename", o);
		if (n & 2)
			kwasm_link__detach(r);
		unlink(AT "/in/none");
		kwasm_link__destroy(n & 1 ? l : r);
		kwasm_link__destroy(n & 1 ? r : l);
	}
	ok(err_of(unlink(AT "/in/secret")) == 0, "fs: links closed in any order, nothing is left to ask");
	put_file(AT "/short");
	l = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/short", .scope = KWASM_FS_SCOPE_FILE });
	unlink(AT "/short");
	ok(detached(l, KWASM_DETACH_GONE), "fs/unlink: the file deleted, the link is detached");
	kwasm_link__destroy(l);
	l = must_attach("fs/unlink", o);
	r = must_attach("fs/rename", o);
	in = must_attach("fs/unlink", (struct kwasm_fs_opts){ .path = AT "/in", .scope = KWASM_FS_SCOPE_SUBTREE });
	allowed = EPERM;
	start_load(thread, 2);
	usleep(50000);
	stop_load(thread, 2);		/* before links go, for the reason above */
	umount2(AT, MNT_DETACH);
	for (n = 0; n < 100 && err; n++, usleep(10000))
		err = !there(AT "/in") ? 0 : -1;
	ok(!err && detached(l, KWASM_DETACH_GONE) && detached(r, KWASM_DETACH_GONE) && detached(in, KWASM_DETACH_GONE),
	   "fs: unmounted after load, all links are detached");
	kwasm_link__destroy(in);
	kwasm_link__destroy(r);
	kwasm_link__destroy(l);
}

int main(void)
{
	struct kwasm_error e = { .sz = sizeof(e) };

	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	module = kwasm_module__open_file("lsm.wasm", NULL);
	if (!module)
		die("lsm.wasm");
	if (kwasm_module__load(module)) {
		kwasm_module__error(module, &e);
		die("load: %s", e.text ?: "");
	}
	map = kwasm_module__map_fd(module, "seen");
	make_tree();
	unlinks();
	renames();
	mkdirs_and_links();
	rmdirs();
	setattrs();
	scopes();
	permissions();
	traps();
	closed_while_called();
	loader_dies();
	under_load();
	gone();
	close(map);
	kwasm_module__close(module);
	ok(!objects_left(), "nothing is left");
	return done();
}
