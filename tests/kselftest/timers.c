// SPDX-License-Identifier: GPL-2.0
/* Timer links: when they call, on which CPU, when they stop, what traps and vanishing CPUs do. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "kt.h"
#include "libkwasm.h"

#define MS		1000000ull
#define TRAP_DEADLINE	11
#define TRAP_BAD_VERDICT 14
#define TRAP_BAD_CONTEXT 15
#define TRAP_ABORT	16

static struct kwasm_module *m;
static int prog, slots, cpus;

static struct kwasm_link_create timer_args(uint64_t every_ns, uint32_t flags)
{
	struct kwasm_link_create a = { .size = sizeof(a), .program_fd = prog, .type = KWASM_LINK_TIMER,
				       .netns_fd = -1 };

	a.timer.every_ns = every_ns;
	a.timer.flags = flags;
	return a;
}

static int start(uint64_t what, uint32_t flags, uint32_t on_trap, uint32_t quarantine)
{
	struct kwasm_link_create a = timer_args(10 * MS, flags);
	uint32_t one = 1;
	int l;

	bpf_map_update_elem(slots, &one, &what, BPF_ANY);
	a.on_trap = on_trap;
	a.quarantine = quarantine;
	l = link_create(&a);
	if (l < 0)
		die("attach a timer");
	return l;
}

static uint64_t calls(int l)
{
	return link_info(l).calls;
}

/* Until there are @n calls, or five seconds. */
static bool called(int l, uint64_t n)
{
	int i;

	for (i = 0; i < 500 && calls(l) < n; i++)
		usleep(10000);
	return calls(l) >= n;
}

static bool detached(int l, uint32_t why)
{
	int i;

	for (i = 0; i < 500 && !link_info(l).detached; i++)
		usleep(10000);
	return link_info(l).detached && link_info(l).detach_why == why;
}

static void periods(void)
{
	int l = start(0, 0, 0, 0), cpu;
	uint32_t zero = 0, one = 1;
	uint64_t v = 1, before, per_cpu[libbpf_num_possible_cpus()];
	struct kwasm_link_info i;

	ok(called(l, 5), "timer: is called again and again");
	i = link_info(l);
	ok(i.type == KWASM_LINK_TIMER && i.timer_every_ns == 10 * MS && i.timer_armed == 1 &&
	   !strcmp(i.export_name, "timer/tick"), "timer: says so");
	before = calls(l);
	usleep(400000);
	ok(calls(l) - before >= 2 && calls(l) - before <= 21, "timer: every 20 ms, as it answers: %llu in 400 ms",
	   (unsigned long long)(calls(l) - before));
	bpf_map_lookup_elem(cpus, &zero, per_cpu);
	for (cpu = 0, v = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		v += !!per_cpu[cpu];
	ok(v == 1, "timer: on one CPU");
	v = 1;
	bpf_map_update_elem(slots, &one, &v, BPF_ANY);
	usleep(100000);
	before = calls(l);
	usleep(100000);
	ok(!link_info(l).timer_armed && calls(l) == before && !link_info(l).detached, "timer: 0 stops it");
	close(l);

	l = start(0, 0, 0, 0);
	close(l);
	bpf_map_lookup_elem(slots, &zero, &before);
	usleep(100000);
	bpf_map_lookup_elem(slots, &zero, &v);
	ok(v == before, "timer: none after the link is gone");
}

static void all_cpus(void)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN), l = start(0, KWASM_TIMER_ALL_CPUS, 0, 0), cpu, n = 0;
	uint64_t v[libbpf_num_possible_cpus()];
	uint32_t zero = 0;

	ok(called(l, 10 * nr) && link_info(l).timer_armed == (uint32_t)nr, "timer: on %d CPUs", nr);
	bpf_map_lookup_elem(cpus, &zero, v);
	for (cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		n += v[cpu] > 1;
	ok(n == nr, "timer: each of them was in its own instance");
	close(l);
}

static void traps(void)
{
	int l = start(2, 0, KWASM_ON_TRAP_DROP, 3);

	ok(detached(l, KWASM_DETACH_QUARANTINE) && link_info(l).traps[TRAP_ABORT] == 3,
	   "timer: goes on after a trap, and ends after three in a row");
	close(l);
	l = start(2, 0, KWASM_ON_TRAP_DETACH, 0);
	ok(detached(l, KWASM_DETACH_ON_TRAP), "timer: ends at the first if told so");
	close(l);
	l = start(3, 0, 0, 1);
	ok(detached(l, KWASM_DETACH_QUARANTINE) && link_info(l).traps[TRAP_BAD_VERDICT] == 1,
	   "timer: more than a day is no answer");
	close(l);
	l = start(4, 0, 0, 1);
	ok(detached(l, KWASM_DETACH_QUARANTINE) && link_info(l).traps[TRAP_DEADLINE] == 1, "timer: an endless one");
	close(l);
	l = start(5, 0, 0, 1);
	ok(detached(l, KWASM_DETACH_QUARANTINE) && link_info(l).traps[TRAP_BAD_CONTEXT] == 1,
	   "timer: has no packet");
	close(l);
}

static void replaced(void)
{
	int l = start(0, 0, 0, 0), p = program(kwasm_module__fd(m), "timer/tick");
	uint64_t n;

	ok(called(l, 2) && !link_update(l, p, prog), "timer: replaced");
	n = calls(l);
	ok(called(l, n + 3), "timer: goes on");
	ok(!link_detach(l) && link_info(l).detached, "timer: detached");
	fails_with(ENOLINK, link_update(l, prog, p), "timer: then there is nothing to replace");
	close(p);
	close(l);
}

/* Not before it is enabled; and then by a transaction that may change its policy as well. */
static void prepared(void)
{
	struct kwasm_link_create a = timer_args(10 * MS, 0);
	struct kwasm_step on = { .what = KWASM_STEP_ENABLE | KWASM_STEP_POLICY, .quarantine = 3 };
	struct kwasm_transaction t = { .size = sizeof(t), .nr_steps = 1, .steps = (uintptr_t)&on,
				       .step_bytes = sizeof(on) };
	int l;

	a.flags = KWASM_LINK_PREPARED;
	l = link_create(&a);
	usleep(100000);
	ok(l >= 0 && link_info(l).prepared && !link_info(l).timer_armed && !calls(l), "timer: prepared, it waits");
	on.link_fd = l;
	ok(!ioctl(dev(), KWASM_TRANSACTION, &t) && called(l, 3) && !link_info(l).prepared &&
	   link_info(l).quarantine == 3, "timer: enabled, it is called");
	close(l);
	l = link_create(&a);
	ok(l >= 0 && !link_detach(l), "timer: detached before it was called");
	close(l);
	a.order = 1;
	fails_with(EOPNOTSUPP, link_create(&a), "timer: they have no order");
}

static void refusals(void)
{
	struct kwasm_link_create a = timer_args(MS - 1, 0);
	uint8_t packet[28] = { 0x45 };
	struct kwasm_test_run t = { .size = sizeof(t), .program_fd = prog, .data_in = (uintptr_t)packet,
				    .data_in_len = sizeof(packet) };

	fails_with(EINVAL, link_create(&a), "timer: under a millisecond");
	a = timer_args(86400001 * MS, 0);
	fails_with(EINVAL, link_create(&a), "timer: over a day");
	a = timer_args(MS, 2);
	fails_with(EINVAL, link_create(&a), "timer: unknown flag");
	a = timer_args(MS, 0);
	a.timer.pad = 1;
	fails_with(EINVAL, link_create(&a), "timer: padding that is not zero");
	a = link_args(prog, 1);
	fails_with(EINVAL, link_create(&a), "timer: not at a netfilter hook");
	fails_with(EINVAL, ioctl(dev(), KWASM_TEST_RUN, &t), "timer: not on a packet");
}

static bool cpu_online(int cpu, char on)
{
	char path[64];
	int fd, n;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	n = fd < 0 ? -1 : write(fd, &on, 1);
	close(fd);
	return n == 1;
}

/* The last CPU goes and comes back. */
static void hotplug(void)
{
	int cpu = sysconf(_SC_NPROCESSORS_ONLN) - 1, one, all;
	cpu_set_t set, old;
	uint64_t n;

	if (!cpu || !cpu_online(cpu, '1')) {
		note("no CPU that could go");
		return;
	}
	sched_getaffinity(0, sizeof(old), &old);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	one = start(0, 0, 0, 0);
	all = start(0, KWASM_TIMER_ALL_CPUS, 0, 0);
	sched_setaffinity(0, sizeof(old), &old);
	ok(called(one, 2) && called(all, 4) && cpu_online(cpu, '0'), "timer: its CPU goes offline");
	n = calls(one);
	ok(called(one, n + 3), "timer: it goes on at another");
	n = calls(all);
	ok(called(all, n + 3) && link_info(all).timer_armed == (uint32_t)cpu, "timer: of one for each CPU the others go on");
	ok(cpu_online(cpu, '1'), "timer: the CPU comes back");
	close(one);
	close(all);
}

int main(void)
{
	m = kwasm_module__open_file("timers.wasm", NULL);
	if (!m || kwasm_module__load(m))
		die("timers.wasm");
	prog = program(kwasm_module__fd(m), "timer/tick");
	slots = kwasm_module__map_fd(m, "slots");
	cpus = kwasm_module__map_fd(m, "cpus");
	ok(prog >= 0, "timer: a program");
	periods();
	all_cpus();
	traps();
	replaced();
	prepared();
	refusals();
	hotplug();
	close(slots);
	close(cpus);
	close(prog);
	kwasm_module__close(m);
	ok(!objects_left(), "timer: nothing is left");
	return done();
}
