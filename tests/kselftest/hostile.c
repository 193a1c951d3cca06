// SPDX-License-Identifier: GPL-2.0
/* Guests that never return, recurse for ever or reach out of their memory, on real packets in softirq. */
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "kt.h"

#define HOOK_INPUT	1

#define TRAP_MEM_OOB	2
#define TRAP_STACK	10
#define TRAP_DEADLINE	11

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/*
 * The deadline is kept by timer interrupts, and those are what an emulated
 * CPU counts truly: its clock runs on while it waits for the host.  Three
 * looks end a guest, up to 32 that came late are excused, the rest is the
 * kernel's own tick meanwhile.
 */
#define MAX_TICKS	128

/* Timer interrupts CPU 0 has had. */
static unsigned long long ticks(void)
{
	FILE *f = fopen("/proc/interrupts", "r");
	unsigned long long n = 0;
	char line[512];

	if (!f)
		die("/proc/interrupts");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " LOC: %llu", &n) == 1)
			break;
	fclose(f);
	return n;
}

static void stay_on_cpu0(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
}

/* Until the instance is restored, mostly: a packet that comes before that is answered by policy. */
static void settle(void)
{
	usleep(3000);
}

static unsigned int traps_of(int link)
{
	struct kwasm_link_info i = link_info(link);
	unsigned int k, traps = 0;

	for (k = 0; k < KWASM_NR_TRAPS; k++)
		traps += i.traps[k];
	return traps;
}

static void one_kind(const char *file, const char *name, uint32_t mode, unsigned int kind, unsigned int n)
{
	int m = load_mode(file, mode), p = program(m, "netfilter/inet/input"), l;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct udp u = udp_open(9500);
	struct kwasm_link_info i;
	unsigned int k, got = 0, traps = 0, hist[6] = { 0 };
	unsigned long long tick, most = 0;
	uint64_t t, worst = 0;

	a.quarantine = ~0u;
	l = link_create(&a);
	ok(m >= 0 && p >= 0 && l >= 0, "%s: load and attach", name);
	/* How many come while the instance is being restored depends on the machine: until @n have trapped. */
	for (k = 0; traps < n && k < 20 * n; k++) {
		uint32_t payload = k;

		tick = ticks();
		t = now_ns();
		if (send(u.tx, &payload, sizeof(payload), 0) < 0)
			die("send");
		t = now_ns() - t;
		tick = ticks() - tick;
		most = tick > most ? tick : most;
		worst = t > worst ? t : worst;
		t /= 1000000;
		hist[t < 1 ? 0 : t < 2 ? 1 : t < 5 ? 2 : t < 10 ? 3 : t < 50 ? 4 : 5]++;
		settle();
		traps = traps_of(l);
	}
	i = link_info(l);
	/* An emulated CPU may be away for longer than a deadline: then that is the trap. */
	ok(traps == n && traps + i.busy == k && i.traps[kind] >= n * 9 / 10,
	   "%s: %llu traps, %llu of another kind, %llu while restoring, of %u packets", name,
	   (unsigned long long)i.traps[kind], (unsigned long long)(traps - i.traps[kind]),
	   (unsigned long long)i.busy, k);
	got = udp_send(&u, 0);
	ok(!got, "%s: the policy dropped each of them", name);
	ok(most <= MAX_TICKS, "%s: each ended within %d timer interrupts", name, MAX_TICKS);
	note("%s: the longest took %llu timer interrupts", name, most);
	note("%s: sending took <1 ms %u, <2 ms %u, <5 ms %u, <10 ms %u, <50 ms %u, longer %u; worst %llu us", name,
	     hist[0], hist[1], hist[2], hist[3], hist[4], hist[5], (unsigned long long)worst / 1000);
	ok(i.last_trap.kind == kind && i.last_trap.offset && i.last_trap.at_ns,
	   "%s: last trap in function %u, offset 0x%x, %u return addresses", name, i.last_trap.func,
	   i.last_trap.offset, i.last_trap.nr_bt);
	ok(!i.detached, "%s: still attached", name);
	udp_close(&u);
	close(l);
	close(p);
	close(m);
}

static void accepted(void)
{
	int m = load("/hostile/store_out_of_bounds.wasm"), p = program(m, "netfilter/inet/input"), l;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct udp u = udp_open(9501);
	unsigned int got;

	a.quarantine = ~0u;
	a.on_trap = KWASM_ON_TRAP_ACCEPT;
	l = link_create(&a);
	got = udp_send(&u, 200);
	ok(got == 200, "on_trap accept: %u of 200 arrive", got);
	close(l);
	close(p);
	close(m);
	udp_close(&u);
}

int main(void)
{
	new_netns();
	stay_on_cpu0();
	one_kind("/hostile/store_out_of_bounds.wasm", "out of bounds", KWASM_MODE_AUTO, TRAP_MEM_OOB, 200);
	one_kind("/hostile/store_out_of_bounds.wasm", "out of bounds, check mode", KWASM_MODE_CHECK,
		 TRAP_MEM_OOB, 200);
	one_kind("/hostile/recurse_forever.wasm", "endless recursion", KWASM_MODE_AUTO, TRAP_STACK, 200);
	one_kind("/hostile/loop_forever.wasm", "endless loop", KWASM_MODE_AUTO, TRAP_DEADLINE, 200);
	accepted();
	ok(!objects_left(), "nothing is left");
	return done();
}
