// SPDX-License-Identifier: GPL-2.0
/* Typed instances: imports between them, values, deadlines and signals, and any order of closing. */
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "kt.h"

#define TRAP_UNREACHABLE	1
#define TRAP_DEADLINE		11

static int load_p(const char *file, uint32_t mode)
{
	struct bytes b = read_file(file);
	int fd = load_bytes(b, KWASM_LOAD_P_FORM, mode, NULL);

	free(b.p);
	return fd;
}

static int store(uint32_t mode)
{
	struct kwasm_store_create a = { .size = sizeof(a), .mode = mode };

	return ioctl(dev(), KWASM_STORE_CREATE, &a);
}

static int instance(int store_fd, int module_fd, const struct kwasm_import *im, uint32_t nr)
{
	struct kwasm_instance_create a = {
		.size = sizeof(a), .store_fd = store_fd, .module_fd = module_fd,
		.nr_imports = nr, .imports = (uintptr_t)im,
	};

	return ioctl(dev(), KWASM_INSTANCE_CREATE, &a);
}

static struct kwasm_import import(int instance_fd, const char *name)
{
	return (struct kwasm_import) {
		.instance_fd = instance_fd, .export_name = (uintptr_t)name, .export_name_len = strlen(name),
	};
}

/* Return: the trap, or -1 with errno. */
static int call(int instance_fd, const char *name, struct kwasm_value *v, uint32_t nr_args,
		uint32_t nr_results, uint64_t deadline_ns)
{
	struct kwasm_instance_call a = {
		.size = sizeof(a), .instance_fd = instance_fd,
		.export_name = (uintptr_t)name, .export_name_len = strlen(name),
		.values = (uintptr_t)v, .nr_args = nr_args, .nr_results = nr_results,
		.deadline_ns = deadline_ns,
	};

	return ioctl(dev(), KWASM_INSTANCE_CALL, &a) ? -1 : (int)a.trap.kind;
}

static void wrong(int s, int mp, int p)
{
	int ms = load("accept.wasm"), other = store(KWASM_MODE_CHECK);
	struct kwasm_import im[2] = { import(p, "add"), import(p, "memory") };
	int mi = load_p("importer.wasm", KWASM_MODE_CHECK);
	struct kwasm_value v[4] = { { 0 } };

	fails_with(EINVAL, instance(s, ms, NULL, 0), "a module for packets in a store");
	fails_with(EINVAL, program(mp, "netfilter/ip/input"), "a program of a module for instances");
	fails_with(EINVAL, instance(mp, mp, NULL, 0), "a module where a store is wanted");
	fails_with(EINVAL, instance(s, mi, im, 1), "one import too few");
	fails_with(EXDEV, instance(other, mi, im, 2), "an import from another store");
	im[1] = import(p, "answer");
	fails_with(EINVAL, instance(s, mi, im, 2), "a global where a memory is wanted");
	im[1] = import(p, "nothing");
	fails_with(ENOENT, instance(s, mi, im, 2), "an export that does not exist");
	im[1] = import(-1, "");
	fails_with(ENOENT, instance(s, mi, im, 2), "an import from nobody");
	fails_with(EINVAL, call(p, "add", v, 1, 1, 0), "an argument too few");
	fails_with(EINVAL, call(p, "swap", v, 2, 1, 0), "no room for the results");
	fails_with(ENOENT, call(p, "nothing", v, 0, 0, 0), "a function that does not exist");
	fails_with(EINVAL, call(p, "memory", v, 0, 0, 0), "calling a memory");
	fails_with(EINVAL, call(s, "add", v, 2, 1, 0), "a store where an instance is wanted");
	close(ms);
	close(mi);
	close(other);
}

static void values(int s, int p)
{
	struct kwasm_value v[4] = { { .lo = 0xffffffff00000005ULL }, { .lo = 7 }, { .lo = 30 } };
	struct kwasm_import im[2] = { import(p, "add"), import(p, "memory") };
	int mi = load_p("importer.wasm", KWASM_MODE_CHECK), i = instance(s, mi, im, 2);
	struct kwasm_instance_global g = {
		.size = sizeof(g), .instance_fd = p, .export_name = (uintptr_t)"answer", .export_name_len = 6,
	};

	ok(i >= 0, "import a function and a memory");
	ok(call(i, "add3", v, 3, 1, 0) == 0 && v[0].lo == 42, "call through both");
	v[0].lo = 1;
	v[1].lo = 0x123456789abcdefULL;
	ok(call(p, "swap", v, 2, 2, 0) == 0 && v[0].lo == 0x123456789abcdefULL && v[1].lo == 1, "two results");
	ok(!ioctl(dev(), KWASM_INSTANCE_GLOBAL, &g) && g.value.lo == 42 && g.type == 0x7f, "read a global");
	ok(call(p, "grow", v, 0, 1, 0) == 0 && v[0].lo == 1, "memory grows");
	ok(call(p, "grow", v, 0, 1, 0) == 0 && v[0].lo == 0xffffffff, "up to its maximum");
	ok(call(p, "trap", v, 0, 0, 0) == TRAP_UNREACHABLE, "a trap is told");
	ok(call(p, "loop", v, 0, 0, 20000000) == TRAP_DEADLINE, "a loop ends at the deadline it was given");
	close(mi);
	close(i);
}

/* A call without a deadline ends when its caller is killed; and so does one that waits for it. */
static void killed(int p)
{
	pid_t pid[2];
	int status, i;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			call(p, "loop", NULL, 0, 0, 0);
			_exit(0);
		}
	}
	usleep(100000);
	for (i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		alarm(20);
		ok(waitpid(pid[i], &status, 0) == pid[i] && WIFSIGNALED(status), "caller %d of an endless loop is killed", i);
		alarm(0);
	}
}

static void orders(void)
{
	struct kwasm_value v[2] = { { .lo = 1 }, { .lo = 2 } };
	int m = load_p("provider.wasm", KWASM_MODE_AUTO), s, i;

	s = store(KWASM_MODE_AUTO);
	i = instance(s, m, NULL, 0);
	close(m);
	close(s);
	ok(call(i, "add", v, 2, 1, 0) == 0 && v[0].lo == 3, "an instance outlives the descriptors of store and module");
	close(i);
}

int main(void)
{
	int m = load_p("provider.wasm", KWASM_MODE_CHECK), s = store(KWASM_MODE_CHECK);
	int p = instance(s, m, NULL, 0), guard = load_p("provider.wasm", KWASM_MODE_GUARD);

	ok(m >= 0 && s >= 0 && p >= 0, "a store with an instance");
	if (guard >= 0)
		fails_with(EINVAL, instance(s, guard, NULL, 0), "a module compiled in another mode");
	close(guard);
	wrong(s, m, p);
	values(s, p);
	killed(p);
	close(m);
	close(p);
	close(s);
	orders();
	ok(!objects_left(), "nothing is left");
	return done();
}
