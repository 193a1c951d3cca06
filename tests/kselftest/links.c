// SPDX-License-Identifier: GPL-2.0
/* Links under traffic: counted drops, verdicts and policies, atomic swaps, namespaces that go away. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kt.h"

#define HOOK_INPUT	1
#define HOOK_OUTPUT	3

#define TRAP_BAD_VERDICT	14

static void drop_by_port(void)
{
	int m = load("drop_9000.wasm"), p = program(m, "netfilter/ip/input"), l;
	struct udp hit = udp_open(9000), miss = udp_open(9001);
	struct kwasm_link_info i;
	unsigned int got;

	ok(udp_send(&hit, 100) == 100, "before: every datagram arrives");
	l = attach(p, HOOK_INPUT);
	ok(l >= 0, "attach");
	got = udp_send(&hit, 500);
	ok(got == 0, "500 to the port: %u arrive", got);
	got = udp_send(&miss, 300);
	ok(got == 300, "300 to another: %u arrive", got);
	i = link_info(l);
	ok(i.calls == 800 && i.verdict[KWASM_NF_DROP] == 500 && i.verdict[KWASM_NF_ACCEPT] == 300,
	   "the link counted %llu calls, %llu drops, %llu passes", (unsigned long long)i.calls,
	   (unsigned long long)i.verdict[0], (unsigned long long)i.verdict[1]);
	ok(i.time_ns > 0, "and %llu ns a call", (unsigned long long)(i.time_ns / i.calls));
	close(l);
	got = udp_send(&hit, 100);
	ok(got == 100, "closing the last descriptor detaches: %u of 100 arrive", got);
	udp_close(&hit);
	udp_close(&miss);
	close(p);
	close(m);
}

/* Send one datagram that makes verdicts.wat return @v; true if it arrives. */
static bool passes(struct udp *u, uint32_t v)
{
	uint32_t payload[4] = { v };
	char buf[64] = "";
	int i;

	if (send(u->tx, payload, sizeof(payload), 0) < 0)
		die("send");
	for (i = 0; i < 20; i++) {
		if (recv(u->rx, buf, sizeof(buf), 0) >= 0)
			return true;
		usleep(1000);
	}
	return false;
}

static bool passes_short(struct udp *u)
{
	char buf[64] = "";
	int i;

	if (send(u->tx, buf, 2, 0) < 0)
		die("send");
	for (i = 0; i < 20; i++) {
		if (recv(u->rx, buf, sizeof(buf), 0) >= 0)
			return true;
		usleep(1000);
	}
	return false;
}

static void verdicts(void)
{
	int m = load("verdicts.wasm"), p = program(m, "netfilter/ip/input"), l;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct udp u = udp_open(9100);
	struct kwasm_link_info i;

	l = link_create(&a);
	ok(!passes(&u, 0) && passes(&u, 1), "drop and accept");
	ok(passes(&u, 2), "no opinion: the default, accept");
	ok(!passes(&u, 3), "queue with nobody listening");
	ok(!passes(&u, 4) && !passes(&u, 0x100) && !passes(&u, 0x10001) && !passes(&u, ~0u),
	   "anything else is a trap, dropped by policy");
	i = link_info(l);
	ok(i.traps[TRAP_BAD_VERDICT] + i.busy == 4 && i.traps[TRAP_BAD_VERDICT] && i.last_trap.kind == TRAP_BAD_VERDICT,
	   "counted: %llu bad verdicts, %llu while restoring",
	   (unsigned long long)i.traps[TRAP_BAD_VERDICT], (unsigned long long)i.busy);
	usleep(20000);
	ok(!passes_short(&u) && link_info(l).short_reads == 1, "a packet too short is dropped");
	close(l);

	a.default_verdict = KWASM_NF_DROP;
	a.on_trap = KWASM_ON_TRAP_ACCEPT;
	a.on_short = KWASM_ON_SHORT_ACCEPT;
	l = link_create(&a);
	ok(!passes(&u, 2), "no opinion: the default, drop");
	ok(passes(&u, 4), "on_trap accept");
	usleep(20000);
	ok(passes_short(&u), "on_short accept");
	close(l);

	a.on_short = KWASM_ON_SHORT_PROGRAM;
	a.on_trap = KWASM_ON_TRAP_DETACH;
	l = link_create(&a);
	ok(!passes_short(&u), "on_short program: it read 0, which is drop");
	ok(passes(&u, 4) && passes(&u, 0), "on_trap detach: this one passes, and all after it");
	usleep(50000);
	i = link_info(l);
	ok(i.detached && i.detach_why == KWASM_DETACH_ON_TRAP, "the link says so");
	close(l);
	udp_close(&u);
	close(p);
	close(m);
}

static void quarantine(void)
{
	int m = load("verdicts.wasm"), p = program(m, "netfilter/ip/input"), l, n;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct udp u = udp_open(9200);
	struct kwasm_link_info i;

	a.quarantine = 5;
	l = link_create(&a);
	for (n = 0; n < 4; n++) {
		passes(&u, 9);
		usleep(20000);
	}
	ok(passes(&u, 1), "four traps in a row, and one that ends well");
	for (n = 0; n < 5; n++) {
		passes(&u, 9);
		usleep(20000);
	}
	i = link_info(l);
	ok(i.detached && i.detach_why == KWASM_DETACH_QUARANTINE && i.traps[TRAP_BAD_VERDICT] == 9,
	   "the fifth in a row detaches, after %llu traps in all", (unsigned long long)i.traps[TRAP_BAD_VERDICT]);
	close(l);
	udp_close(&u);
	close(p);
	close(m);
}

struct swapper {
	int link, a, b;
	unsigned int todo, failed;
	volatile bool stop, ready;
};

static void *swap(void *arg)
{
	struct swapper *s = arg;
	unsigned int i;

	for (i = 0; i < s->todo; i++)
		s->failed += !!link_update(s->link, i & 1 ? s->a : s->b, -1);
	s->ready = true;
	return NULL;
}

/* Both programs let everything pass, so whatever does not arrive was lost by a swap. */
static void swaps(void)
{
	int m1 = load("accept.wasm"), m2 = load("accept.wasm"), d = load("drop.wasm");
	struct swapper s = {
		.a = program(m1, "netfilter/ip/input"), .b = program(m2, "netfilter/ip/output"),
		.todo = stress(2000),
	};
	int dp = program(d, "netfilter/ip/input");
	struct udp u = udp_open(9300);
	unsigned int sent = 0, got = 0;
	pthread_t t;

	s.link = attach(s.a, HOOK_INPUT);
	if (pthread_create(&t, NULL, swap, &s))
		die("thread");
	while (!s.ready || sent < 1000) {
		got += udp_send(&u, 50);
		sent += 50;
	}
	pthread_join(t, NULL);
	ok(!s.failed && got == sent, "%u swaps while %u of %u datagrams arrive", s.todo, got, sent);
	ok(link_info(s.link).calls == sent, "and the link ran on each of them: %llu calls",
	   (unsigned long long)link_info(s.link).calls);
	fails_with(EBUSY, link_update(s.link, dp, dp), "a swap that expects another program");
	ok(!link_update(s.link, dp, s.todo & 1 ? s.b : s.a) && udp_send(&u, 10) == 0,
	   "a swap that expects this one: drop from now on");
	ok(!link_update(s.link, s.a, dp) && udp_send(&u, 10) == 10, "and back");
	udp_close(&u);
	close(s.link);
	close(s.a);
	close(s.b);
	close(dp);
	close(m1);
	close(m2);
	close(d);
}

static void outlive(void)
{
	struct udp u = udp_open(9000);
	int status, l;
	pid_t pid = fork();

	if (!pid) {
		int m = load("drop_9000.wasm"), p = program(m, "netfilter/ip/input"), l = attach(p, HOOK_INPUT);

		_exit(m < 0 || p < 0 || l < 0 || pin(l, "port-9000"));
	}
	waitpid(pid, &status, 0);
	ok(!status && udp_send(&u, 50) == 0, "a pinned link outlives who made it");
	l = get_fd(KWASM_OBJ_LINK, 0, "port-9000");
	ok(l >= 0 && link_info(l).calls == 50 && !strcmp(link_info(l).pin, "port-9000"), "and is found by name");
	close(l);
	fails_with(EAGAIN, syscall(SYS_delete_module, "kwasm", O_NONBLOCK), "the module cannot go while it is pinned");
	l = get_fd(KWASM_OBJ_LINK, 0, "port-9000");
	ok(!unpin(KWASM_OBJ_LINK, "port-9000") && udp_send(&u, 10) == 0, "unpinned, it lives by our descriptor");
	close(l);
	ok(udp_send(&u, 10) == 10, "and goes with it");
	udp_close(&u);
}

/* A namespace of a child that ends takes the links in it along. */
static void namespaces(void)
{
	int m = load("drop.wasm"), p = program(m, "netfilter/ip/input"), l;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct udp u = udp_open(9400);
	struct netns ns = other_netns();
	unsigned int tries;

	a.netns_fd = ns.fd;
	l = link_create(&a);
	close(ns.fd);
	ok(l >= 0 && link_info(l).netns_ino && !link_info(l).detached, "attach in another namespace");
	ok(udp_send(&u, 20) == 20, "which is none of ours");
	netns_end(&ns);
	for (tries = 0; tries < 500 && !link_info(l).detached; tries++)
		usleep(10000);
	ok(link_info(l).detach_why == KWASM_DETACH_NETNS, "its end detaches the link");
	fails_with(ENOLINK, link_update(l, p, -1), "which cannot be updated any more");
	close(l);
	close(p);
	close(m);
	udp_close(&u);
}

int main(void)
{
	new_netns();
	drop_by_port();
	verdicts();
	quarantine();
	swaps();
	outlive();
	namespaces();
	ok(!objects_left(), "nothing is left");
	return done();
}
