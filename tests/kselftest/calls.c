// SPDX-License-Identifier: GPL-2.0
/* Functions call/<name>: values of each type, memory from call to call, traps, deadlines, killed callers. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "kt.h"
#include "libkwasm.h"

#define MS		1000000ull
#define TRAP_UNREACHABLE 1
#define TRAP_DEADLINE	11
#define I32		0x7f
#define I64		0x7e
#define F64		0x7c

static int m;
static struct kwasm_value v[4];

/* The arguments are in v[]; 0 or negative errno. */
static int call_with(const char *name, uint32_t nr, struct kwasm_module_call_opts *o)
{
	o->values = v;
	o->nr_args = nr;
	o->nr_results = 4;
	return kwasm_module_call(m, name, o);
}

static int call(const char *name, uint32_t nr)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o);
	int err = call_with(name, nr, &o);

	return err ? err : (int)o.trap.kind;
}

static uint64_t count(uint32_t flags)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .flags = flags);

	return call_with("call/count", 0, &o) ? 0 : v[0].lo;
}

static uint64_t bits64(double d)
{
	uint64_t u;

	memcpy(&u, &d, sizeof(u));
	return u;
}

static uint64_t bits32(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof(u));
	return u;
}

static void values(void)
{
	ok(!call("call/nothing", 0), "call: nothing in, nothing out");
	v[0].lo = 0xfffffffeull;
	v[1].lo = 0x500000005ull;
	ok(!call("call/add", 2) && v[0].lo == 3, "call: i32");
	v[0].lo = 1ull << 40;
	ok(!call("call/neg64", 1) && v[0].lo == -(1ull << 40), "call: i64");
	v[0].lo = bits32(5);
	ok(!call("call/half", 1) && v[0].lo == bits32(2.5), "call: f32");
	v[0].lo = bits64(1);
	v[1].lo = bits64(3);
	ok(!call("call/div", 2) && v[0].lo == bits64(1.0 / 3), "call: f64");
	v[0].lo = 7;
	v[1].lo = bits64(2);
	ok(!call("call/swap", 2) && v[0].lo == bits64(2) && v[1].lo == 7, "call: two results");
	v[0] = (struct kwasm_value){ 1, 2 };
	ok(!call("call/not", 1) && v[0].lo == ~1ull && v[0].hi == ~2ull, "call: v128");
	v[0].lo = 0;
	ok(!call("call/ref", 1) && v[0].lo == 1, "call: the null function");
	v[0].lo = 1;
	ok(call("call/ref", 1) == -EINVAL, "call: no other function can be given");
}

static void types(void)
{
	uint8_t t[4] = { 0 };
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .types = t, .nr_types = 3, .flags = KWASM_CALL_TYPES);
	char name[KWASM_NAME_LEN];
	uint32_t i = 0, calls = 0;

	ok(!kwasm_module_call(m, "call/swap", &o) && o.nr_args == 2 && o.nr_results == 2 && o.nr_types == 4 &&
	   t[0] == I32 && t[1] == F64 && t[2] == F64 && !t[3], "call: says the types, as many as there is room for");
	while (!kwasm_module_function(m, i++, name))
		calls += !strncmp(name, "call/", 5);
	ok(calls == i - 1 && calls == 14, "call: lists the functions");
	ok(!kwasm_module_program(m, 0, name) && !strcmp(name, "netfilter/ip/input") &&
	   kwasm_module_program(m, 1, name) == -ENOENT, "call: they are no programs to attach");
}

static void refusals(void)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o);
	struct kwasm_module_call a = { .size = sizeof(a), .module_fd = m, .export_name = "call/nothing" };
	struct kwasm_module_program p = { .size = sizeof(p), .module_fd = m, .flags = 2 };

	ok(call("call/add", 1) == -EINVAL && call("call/add", 3) == -EINVAL, "call: too few or too many arguments");
	o.values = v;
	o.nr_args = 2;
	ok(kwasm_module_call(m, "call/swap", &o) == -EINVAL && o.nr_results == 2, "call: no room for the results");
	ok(call("call/none", 0) == -ENOENT && call("not_callable", 0) == -ENOENT && call("call/", 0) == -ENOENT &&
	   call("netfilter/ip/input", 0) == -ENOENT, "call: what is no function to call");
	a.flags = 4;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_CALL, &a), "call: unknown flag");
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_PROGRAM, &p), "call: unknown flag of the list");
	a.flags = 0;
	a.module_fd = dev();
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_CALL, &a), "call: a descriptor of something else");
	a.module_fd = m;
	memset(a.export_name, 'x', sizeof(a.export_name));
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_CALL, &a), "call: a name without end");
	o.nr_args = 2;
	o.nr_results = 4;
	o.values = (void *)8;
	ok(kwasm_module_call(m, "call/add", &o) == -EFAULT, "call: arguments nowhere");
	o.types = (void *)8;
	o.nr_types = 4;
	o.nr_args = 2;
	o.values = v;
	ok(kwasm_module_call(m, "call/add", &o) == -EFAULT, "call: types to nowhere");
	fails_with(ENOENT, program(m, "call/add"), "call: is no program");
}

static void memory(void)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o);
	uint64_t n;

	ok(count(0) == 101 && count(0) == 102, "call: memory stays from call to call, from what kwasm_init left");
	ok(!call_with("call/count_and_trap", 0, &o) && o.trap.kind == TRAP_UNREACHABLE && o.trap.nr_bt == 0 &&
	   o.trap.func == 10, "call: a trap says what and where");
	ok(count(0) == 104, "call: memory stays after a trap");
	ok(!call("call/grow", 0) && v[0].lo == 1 && !call("call/grow", 0) && v[0].lo == 2, "call: memory grows");
	ok(count(KWASM_CALL_RESET) == 101 && !call("call/grow", 0) && v[0].lo == 1, "call: until a reset");
	ok(call("call/oob", 0) > 0 && call("call/recurse", 0) > 0, "call: other traps");
	n = count(0);
	ok(n == 102, "call: and it goes on");
}

static void deadline(void)
{
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .deadline_ns = 20 * MS);
	uint64_t n = count(KWASM_CALL_RESET);

	ok(!call_with("call/spin", 0, &o) && o.trap.kind == TRAP_DEADLINE, "call: a deadline");
	ok(count(0) == n + 2, "call: memory stays after it");
}

static int spin(void)
{
	int pid = fork();

	if (!pid)
		_exit(call("call/spin", 0));
	/* Its first act is to count, which cannot be seen while it runs: only that it has the instance. */
	for (int i = 0; i < 500; i++) {
		LIBKWASM_OPTS(kwasm_module_call_opts, o, .deadline_ns = MS);

		if (call_with("call/nothing", 0, &o) == -EAGAIN)
			return pid;
		usleep(10000);
	}
	return -1;
}

static void killed(void)
{
	uint64_t n = count(KWASM_CALL_RESET);
	int pid = spin(), waiting, status = 0;

	ok(pid > 0, "call: a second one waits for the first, as long as its deadline");
	waiting = fork();
	if (!waiting)
		_exit(call("call/nothing", 0));
	usleep(100000);
	ok(!waitpid(waiting, &status, WNOHANG), "call: without one it waits on");
	kill(waiting, SIGKILL);
	ok(waitpid(waiting, &status, 0) == waiting && WIFSIGNALED(status), "call: who waits can be killed");
	kill(pid, SIGTERM);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "call: who runs can be killed");
	ok(count(0) == n + 2, "call: the next one finds the memory it left");
}

struct many {
	pthread_t thread;
	unsigned int bad;
};

static void *call_often(void *arg)
{
	struct kwasm_value w[2];
	LIBKWASM_OPTS(kwasm_module_call_opts, o, .values = w);
	struct many *t = arg;
	unsigned int i;

	for (i = 0; i < stress(20000); i++) {
		o.nr_args = 0;
		o.nr_results = 2;
		t->bad += kwasm_module_call(m, "call/count", &o) || o.trap.kind;
	}
	return NULL;
}

static void many(void)
{
	struct many t[4] = { 0 };
	uint64_t n = count(KWASM_CALL_RESET);
	unsigned int i, bad = 0;

	for (i = 0; i < 4; i++)
		if (pthread_create(&t[i].thread, NULL, call_often, &t[i]))
			die("thread");
	for (i = 0; i < 4; i++) {
		pthread_join(t[i].thread, NULL);
		bad += t[i].bad;
	}
	ok(!bad && count(0) == n + 4 * stress(20000) + 1, "call: from four threads, one after the other");
}

/* The packet program writes where the functions count. */
static void beside_packets(void)
{
	uint8_t packet[28] = { 0x45 };
	struct kwasm_test_run t = { .size = sizeof(t), .program_fd = program(m, "netfilter/ip/input"),
				    .data_in = (uintptr_t)packet, .data_in_len = sizeof(packet) };

	count(KWASM_CALL_RESET);
	test_run(&t);
	ok(t.retval == 1 && !t.trap.kind && count(0) == 102, "call: in an instance of their own");
	close(t.program_fd);
}

int main(void)
{
	static const char *const modes[] = { "", " in guard mode", " in check mode" };
	uint32_t mode;

	for (mode = KWASM_MODE_GUARD; mode <= KWASM_MODE_CHECK; mode++) {
		m = load_mode("calls.wasm", mode);
		if (m < 0 && mode == KWASM_MODE_GUARD && (errno == EOPNOTSUPP || errno == ENOSPC)) {
			note("no guard mode here");
			continue;
		}
		ok(m >= 0, "call: a module%s", modes[mode]);
		values();
		types();
		refusals();
		beside_packets();
		close(m);
		m = load_mode("calls.wasm", mode);
		memory();
		deadline();
		killed();
		many();
		close(m);
	}
	ok(!objects_left(), "call: nothing is left");
	return done();
}
