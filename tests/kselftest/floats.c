// SPDX-License-Identifier: GPL-2.0
/*
 * Floats in the kernel.  On one CPU: a process that keeps patterns in its
 * registers and another that calls a guest with floats, while packets from the
 * other CPU bring a filter with floats into the softirqs that interrupt both.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "kt.h"
#include "registers.h"

#define HOOK_INPUT	1
#define NR_PACKETS	stress(10000)
#define BURST		200		/* fits the queues it goes through */
#define NR_TERMS	20000
#define NR_LONG		5000000

#define RPS		"/sys/class/net/lo/queues/rx-0/rps_cpus"

/* What the processes have done; shared. */
static struct tally {
	unsigned long spins, corrupted, calls, wrong;
	bool stop;
} *tally;

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d", cpu);
}

static void spinner(void)
{
	struct registers in, out = { 0 };
	unsigned int i, k, width = register_bytes();

	memset(&in, 0, sizeof(in));
	for (i = 0; i < NR_REGISTERS; i++)
		for (k = 0; k < width; k++)
			in.bytes[i * width + k] = 0x11 * i + 7 * k + 1;
	in.control = CONTROL_OURS;
	while (!tally->stop) {
		hold(&in, &out);
		tally->spins++;
		tally->corrupted += memcmp(&in, &out, sizeof(in)) != 0;
	}
}

/* Instance of @module_fd in a store of its own. */
static int instantiate(int module_fd)
{
	struct kwasm_store_create sc = { .size = sizeof(sc) };
	struct kwasm_instance_create ic = {
		.size = sizeof(ic),
		.store_fd = ioctl(dev(), KWASM_STORE_CREATE, &sc),
		.module_fd = module_fd,
	};
	int fd = ioctl(dev(), KWASM_INSTANCE_CREATE, &ic);

	close(ic.store_fd);
	return fd;
}

/* Call export @name with one i32; false if that fails or traps. */
static bool call(int instance, const char *name, uint32_t arg, struct kwasm_value *val)
{
	struct kwasm_instance_call a = {
		.size = sizeof(a),
		.instance_fd = instance,
		.export_name = (uintptr_t)name,
		.export_name_len = strlen(name),
		.values = (uintptr_t)val,
		.nr_args = 1,
		.nr_results = 1,
	};

	*val = (struct kwasm_value){ .lo = arg };
	return !ioctl(dev(), KWASM_INSTANCE_CALL, &a) && !a.trap.kind;
}

static double harmonic(uint32_t n)
{
	double s = 0;

	for (; n; n--)
		s += 1.0 / n;
	return s;
}

static bool harmonic_is_right(int instance, uint32_t n)
{
	struct kwasm_value v;
	double want = harmonic(n);

	return call(instance, "harmonic", n, &v) && !memcmp(&v.lo, &want, sizeof(want));
}

static bool lanes_are_right(int instance, uint32_t n)
{
	struct kwasm_value v;

	return call(instance, "lanes", n, &v) && v.lo == 1;
}

static void caller(int instance)
{
	while (!tally->stop) {
		tally->calls += 2;
		tally->wrong += !harmonic_is_right(instance, NR_TERMS);
		tally->wrong += !lanes_are_right(instance, NR_TERMS);
	}
}

static pid_t on_cpu(int cpu, void (*run)(void), void (*run_instance)(int), int instance)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	stay_on(cpu);
	if (run)
		run();
	else
		run_instance(instance);
	_exit(0);
}

static void stop(const pid_t *pid, int n)
{
	tally->stop = true;
	while (n--)
		waitpid(pid[n], NULL, 0);
	tally->stop = false;
}

/* Packets of lo are received on the CPUs of @mask: "0" where they are sent. */
static bool receive_on(const char *mask)
{
	int fd = open(RPS, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, mask, strlen(mask)) > 0;

	close(fd);
	return ok;
}

static void beside_others(int module, int instance)
{
	int p = program(module, "netfilter/ip/input"), l = attach(p, HOOK_INPUT);
	struct udp u = udp_open(9000);
	struct kwasm_link_info i;
	pid_t pid[2];
	unsigned int n = NR_PACKETS, sent, got = 0;

	ok(receive_on("1"), "packets are received on the CPU of the processes");
	pid[0] = on_cpu(0, spinner, NULL, -1);
	pid[1] = on_cpu(0, NULL, caller, instance);
	stay_on(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 0);
	for (sent = 0; sent < n; sent += BURST)
		got += udp_send(&u, BURST);
	stop(pid, 2);
	receive_on("0");
	i = link_info(l);
	ok(i.calls >= n && i.verdict[KWASM_NF_ACCEPT] == i.calls,
	   "%u packets: %llu calls, %llu of them right, %u arrived", n, (unsigned long long)i.calls,
	   (unsigned long long)i.verdict[KWASM_NF_ACCEPT], got);
	ok(tally->spins && !tally->corrupted, "registers of a process: %lu looks, %lu times corrupted",
	   tally->spins, tally->corrupted);
	ok(tally->calls && !tally->wrong, "calls of a guest with floats: %lu, %lu of them wrong",
	   tally->calls, tally->wrong);
	udp_close(&u);
	close(l);
	close(p);
}

static unsigned int nr_signals;

static void count_signal(int sig)
{
	(void)sig;
	nr_signals++;
}

/* Long calls: signals that do not kill; at polls the CPU goes to a process with other values in the registers. */
static void interrupted_calls(int instance)
{
	const struct itimerval often = { .it_interval.tv_usec = 3000, .it_value.tv_usec = 3000 }, never = { 0 };
	pid_t pid = on_cpu(0, spinner, NULL, -1);

	stay_on(0);
	signal(SIGALRM, count_signal);
	setitimer(ITIMER_REAL, &often, NULL);
	ok(harmonic_is_right(instance, NR_LONG), "a long sum is right to the last bit");
	ok(lanes_are_right(instance, NR_LONG), "lanes keep their values in a long loop");
	setitimer(ITIMER_REAL, &never, NULL);
	stop(&pid, 1);
	ok(nr_signals, "%u signals meanwhile", nr_signals);
	ok(tally->spins && !tally->corrupted, "registers of the other process: %lu looks, %lu times corrupted",
	   tally->spins, tally->corrupted);
}

static void endless(int instance)
{
	struct kwasm_value v;

	for (;;)
		call(instance, "lanes", 0, &v);
}

static void killed_call(int instance)
{
	pid_t pid = on_cpu(0, NULL, endless, instance);
	int status = 0;

	usleep(200000);
	kill(pid, SIGKILL);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "a call of 4,294,967,296 rounds is killed");
	ok(lanes_are_right(instance, 10), "and the next one runs");
}

int main(void)
{
	int m, t, i;

	new_netns();
	if (system("mount -t sysfs sysfs /sys"))
		die("sysfs of this namespace");
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		die("shared memory");
	m = load("floats.wasm");
	t = load_bytes(read_file("floats.wasm"), KWASM_LOAD_P_FORM, KWASM_MODE_AUTO, NULL);
	i = instantiate(t);
	ok(m >= 0 && t >= 0 && i >= 0, "a module with floats and vectors loads");
	interrupted_calls(i);
	killed_call(i);
	beside_others(m, i);
	close(i);
	close(t);
	close(m);
	if (system("umount /sys"))
		die("umount");
	ok(!objects_left(), "nothing is left");
	return done();
}
