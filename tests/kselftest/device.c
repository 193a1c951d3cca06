// SPDX-License-Identifier: GPL-2.0
/* The ABI of /dev/kwasm: sizes, flags, wrong and closed descriptors, capabilities, ids, names, refusals. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "kt.h"

static void sizes(void)
{
	struct {
		struct kwasm_feature f;
		uint64_t tail;
	} big = { .f.size = sizeof(big) };
	struct kwasm_feature f = { .size = sizeof(f) };
	struct kwasm_feature old = { .size = 16, .arena_bytes = 0x5555 };

	fails_with(ENOTTY, ioctl(dev(), _IO(KWASM_IOC, 0x7f)), "a number never given out");
	fails_with(ENOTTY, ioctl(dev(), _IOW(KWASM_IOC, 0x00, int), &f), "a number with a size in it");
	fails_with(EFAULT, ioctl(dev(), KWASM_FEATURE, NULL), "no argument");
	f.size = 4;
	fails_with(EINVAL, ioctl(dev(), KWASM_FEATURE, &f), "a struct shorter than any ever was");
	f.size = 1 << 20;
	fails_with(EINVAL, ioctl(dev(), KWASM_FEATURE, &f), "a struct larger than a page");
	f.size = sizeof(f);
	ok(!ioctl(dev(), KWASM_FEATURE, &f) && f.abi_version == KWASM_ABI_VERSION, "feature");
	note("guard mode %u (errno %u), %llu reservations free, arena %llu of %llu bytes used, %u CPUs",
	     f.guard_mode, f.guard_why, (unsigned long long)f.guard_free,
	     (unsigned long long)f.arena_used_bytes, (unsigned long long)f.arena_bytes, f.nr_cpus);
	ok(!ioctl(dev(), KWASM_FEATURE, &old) && old.abi_version == KWASM_ABI_VERSION &&
	   old.arena_bytes == 0x5555, "a shorter struct gets what it has room for");
	ok(!ioctl(dev(), KWASM_FEATURE, &big), "a longer struct with zeros behind");
	big.tail = 1;
	fails_with(E2BIG, ioctl(dev(), KWASM_FEATURE, &big), "a longer struct with something behind");
}

static void flags(void)
{
	struct bytes b = read_file("accept.wasm");
	struct kwasm_module_load a = {
		.size = sizeof(a), .bytes = (uintptr_t)b.p, .len = b.len,
	};

	a.flags = 0x80;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: unknown flag");
	a.flags = 0;
	a.pad = 1;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: padding not zero");
	a.pad = 0;
	a.mode = 3;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: unknown mode");
	a.mode = 0;
	memset(a.name, 'x', sizeof(a.name));
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: name not terminated");
	strcpy(a.name, "a/b");
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: name with a slash");
	memset(a.name, 0, sizeof(a.name));
	a.bytes = 0x1000;
	fails_with(EFAULT, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: bytes at an address not mapped");
	a.len = 1ULL << 40;
	fails_with(E2BIG, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: a terabyte");
	a.len = 0;
	fails_with(ENOEXEC, ioctl(dev(), KWASM_MODULE_LOAD, &a), "load: nothing");
	free(b.p);
}

static void refusals(void)
{
	struct bytes b = read_file("drop_9000.wasm");
	struct kwasm_diag d = { 0 };
	struct bytes u = read_file("unknown_import.wasm"), o = read_file("not_offered.wasm");
	unsigned int wrong = 0;
	size_t n, len = b.len;
	int fd, m;

	for (n = 1; n < len; n++) {
		b.len = n;
		fd = load_bytes(b, 0, KWASM_MODE_AUTO, NULL);
		/* Cut between two sections it is a module, of less. */
		if (fd < 0)
			wrong += errno != ENOEXEC && errno != EINVAL;
		else
			close(fd);
	}
	ok(!wrong, "a module cut at each of its bytes: ENOEXEC or EINVAL");
	b.len = len;
	((char *)b.p)[len - 1] ^= 0x40;
	fd = load_bytes(b, 0, KWASM_MODE_AUTO, &d);
	ok(fd < 0 && d.reason && d.offset, "a broken end: a reason and an offset");
	fd = load_bytes(u, 0, KWASM_MODE_AUTO, &d);
	ok(fd < 0 && errno == ENOENT && !strcmp(d.name, "kwasm_v1.launch"),
	   "an unknown import is named: %s", d.name);
	fd = load_bytes(o, 0, KWASM_MODE_AUTO, &d);
	ok(fd < 0 && errno == EOPNOTSUPP && !strcmp(d.name, "kwasm_pkt_v1.vlan_pop") && d.func == 1 && d.offset &&
	   d.arg[1] == 1, "a program of a kind that an import is not for: which, what, and where it is called");
	fails_with(ECANCELED, load("init_refuses.wasm"), "kwasm_init refuses");
	fails_with(EFAULT, load("init_traps.wasm"), "kwasm_init traps");
	m = load("not_programs.wasm");
	ok(m >= 0, "a module without programs loads");
	fails_with(EINVAL, program(m, "netfilter/ip/input"), "a program with a parameter");
	fails_with(EINVAL, program(m, "netfilter/ip/output"), "a program that returns an i64");
	fails_with(ENOENT, program(m, "netfilter/ip/ingress"), "a hook that does not exist");
	fails_with(ENOENT, program(m, "nothing"), "an export that does not exist");
	close(m);
	free(b.p);
	free(u.p);
	free(o.p);
}

static void descriptors(void)
{
	int m = load("accept.wasm"), p = program(m, "netfilter/ip/input"), null = open("/dev/null", O_RDWR);
	struct kwasm_link_create a = link_args(p, 1);
	struct kwasm_fd_arg log = { .size = sizeof(log), .fd = m };
	int l, closed, lg;

	ok(m >= 0 && p >= 0, "load and program");
	fails_with(EINVAL, program(p, "netfilter/ip/input"), "a program where a module is wanted");
	fails_with(EINVAL, program(null, "netfilter/ip/input"), "/dev/null where a module is wanted");
	fails_with(EINVAL, program(dev(), "netfilter/ip/input"), "/dev/kwasm where a module is wanted");
	fails_with(EBADF, program(-1, "netfilter/ip/input"), "no descriptor");
	closed = dup(m);
	close(closed);
	fails_with(EBADF, program(closed, "netfilter/ip/input"), "a closed descriptor");
	fails_with(EINVAL, attach(m, 1), "a module where a program is wanted");
	a.flags = 0x80000000;
	fails_with(EINVAL, link_create(&a), "attach: unknown flag");
	a = link_args(p, 7);
	fails_with(EINVAL, link_create(&a), "attach: no such place");
	a = link_args(p, 1);
	a.netfilter.family = 12;
	fails_with(EAFNOSUPPORT, link_create(&a), "attach: a family not ours");
	a.netfilter.family = 5;
	fails_with(EINVAL, link_create(&a), "attach: ingress of no device");
	strcpy(a.netfilter.device, "nothing");
	fails_with(ENXIO, link_create(&a), "attach: a device that is not there");
	memset(a.netfilter.device, 'x', sizeof(a.netfilter.device));
	fails_with(EINVAL, link_create(&a), "attach: a device's name without an end");
	a = link_args(p, 1);
	strcpy(a.netfilter.device, "lo");
	fails_with(EINVAL, link_create(&a), "attach: a device where a hook has none");
	a = link_args(p, 1);
	a.netfilter.flags = 2;
	fails_with(EINVAL, link_create(&a), "attach: unknown netfilter flag");
	a = link_args(p, 1);
	a.on_trap = 3;
	fails_with(EINVAL, link_create(&a), "attach: no such policy");
	a = link_args(p, 1);
	a.default_verdict = KWASM_NF_QUEUE;
	fails_with(EINVAL, link_create(&a), "attach: no such default");
	a = link_args(p, 1);
	a.deadline_ns = 2000000;
	fails_with(EINVAL, link_create(&a), "attach: a deadline above the kernel's");
	a = link_args(p, 1);
	a.netns_fd = null;
	fails_with(EINVAL, link_create(&a), "attach: /dev/null for a namespace");
	l = attach(p, 1);
	ok(l >= 0, "attach");
	fails_with(EINVAL, link_update(p, p, -1), "update: a program where a link is wanted");
	fails_with(EINVAL, link_update(l, m, -1), "update: a module where a program is wanted");
	fails_with(EBADF, link_update(l, p, -2), "update: old program not open");
	ok(!link_detach(l), "detach");
	fails_with(ENOLINK, link_detach(l), "detach again");
	fails_with(ENOLINK, link_update(l, p, -1), "update what is detached");
	ok(link_info(l).detach_why == KWASM_DETACH_USER, "a detached link says why");
	lg = ioctl(dev(), KWASM_LOG_OPEN, &log);
	fails_with(EINVAL, program(lg, "netfilter/ip/input"), "a log where a module is wanted");
	close(lg);
	close(l);
	close(p);
	close(m);
	close(null);
}

static void names(void)
{
	unsigned int before = objects_left();
	int m = load("accept.wasm"), m2 = load("drop.wasm"), fd;
	struct kwasm_module_info i = { 0 };
	struct kwasm_obj_info a = {
		.size = sizeof(a), .fd = m, .info_len = sizeof(i), .info = (uintptr_t)&i,
	};

	ok(!before, "nothing is left of what came before");
	ok(!pin(m, "first"), "pin");
	fails_with(EALREADY, pin(m, "other"), "pin twice");
	fails_with(EEXIST, pin(m2, "first"), "a name that is taken");
	fails_with(EINVAL, pin(m2, ""), "no name");
	fails_with(EINVAL, pin(m2, "two words"), "a name with a blank");
	ok(!ioctl(dev(), KWASM_OBJ_INFO, &a) && a.type == KWASM_OBJ_MODULE && !strcmp(i.pin, "first") &&
	   i.wasm_bytes && i.code_bytes && i.nr_instances, "info");
	note("code %llu bytes, compiled in %llu us, mode %u", (unsigned long long)i.code_bytes,
	     (unsigned long long)i.compile_ns / 1000, i.mode);
	a.info_len = 8;
	ok(!ioctl(dev(), KWASM_OBJ_INFO, &a) && a.info_len == sizeof(i), "info says how long it would be");
	close(m);
	ok(count_objects(KWASM_OBJ_MODULE) == 2, "a pinned module outlives its descriptor");
	fd = get_fd(KWASM_OBJ_MODULE, 0, "first");
	ok(fd >= 0, "open by name");
	close(fd);
	fd = get_fd(KWASM_OBJ_MODULE, i.id, NULL);
	ok(fd >= 0, "open by id");
	close(fd);
	fails_with(ENOENT, get_fd(KWASM_OBJ_MODULE, 0, "second"), "open a name that is not");
	fails_with(ENOENT, get_fd(KWASM_OBJ_LINK, 0, "first"), "open a name of another kind");
	fails_with(EINVAL, get_fd(99, 1, NULL), "open a kind that is not");
	ok(!unpin(KWASM_OBJ_MODULE, "first"), "unpin");
	fails_with(ENOENT, unpin(KWASM_OBJ_MODULE, "first"), "unpin again");
	ok(count_objects(KWASM_OBJ_MODULE) == 1, "which was its last reference");
	close(m2);
}

/* In a child without any capability, with descriptors inherited. */
static void unprivileged(void)
{
	int m = load("accept.wasm"), p = program(m, "netfilter/ip/input"), l = attach(p, 1), status = 0;
	struct bytes b = read_file("accept.wasm");
	struct kwasm_obj_id next = { .size = sizeof(next), .type = KWASM_OBJ_MODULE };
	struct kwasm_store_create sc = { .size = sizeof(sc) };
	unsigned int wrong = 0;
	pid_t pid = fork();

#define is_eperm(call) (wrong += !((call) == -1 && errno == EPERM))
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(100);
		is_eperm(load_bytes(b, 0, KWASM_MODE_AUTO, NULL));
		is_eperm(program(m, "netfilter/ip/input"));
		is_eperm(attach(p, 1));
		is_eperm(link_update(l, p, -1));
		is_eperm(link_detach(l));
		is_eperm(pin(m, "mine"));
		is_eperm(unpin(KWASM_OBJ_MODULE, "mine"));
		is_eperm(get_fd(KWASM_OBJ_MODULE, 1, NULL));
		is_eperm(ioctl(dev(), KWASM_OBJ_NEXT_ID, &next));
		is_eperm(ioctl(dev(), KWASM_STORE_CREATE, &sc));
		_exit(wrong);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "EPERM for all that changes anything, without capabilities (%d wrong)",
	   WEXITSTATUS(status));
	ok(link_info(l).detached == 0, "and nothing was changed");
	pid = fork();
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(100);
		_exit(open(KWASM_DEVICE, O_RDWR) == -1 && errno == EACCES ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "the device is root's");
	close(l);
	close(p);
	close(m);
	free(b.p);
}

int main(void)
{
	new_netns();
	sizes();
	flags();
	refusals();
	descriptors();
	names();
	unprivileged();
	ok(!objects_left(), "nothing is left");
	return done();
}
