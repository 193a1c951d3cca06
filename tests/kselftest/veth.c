// SPDX-License-Identifier: GPL-2.0
/*
 * A port filter between two namespaces joined by veth: what is sent, what the
 * link counts and what arrives must agree to the packet, IPv4 and IPv6, at
 * every place a packet of ours comes by.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kt.h"

#define HIT		7777	/* what samples/drop_port.c drops */
#define MISS		7778
#define NR_PACKETS	400

#define NFPROTO_INET	1
#define PRE_ROUTING	0
#define INPUT		1
#define OUTPUT		3
#define POST_ROUTING	4

static void run(const char *command)
{
	if (system(command))
		die("%s", command);
}

static int netns(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s", path);
	return fd;
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die("setns");
}

static union {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
} addr;

static socklen_t address(int family, const char *text, int port)
{
	memset(&addr, 0, sizeof(addr));
	addr.any.sa_family = family;
	if (family == AF_INET) {
		addr.in.sin_port = htons(port);
		inet_pton(family, text, &addr.in.sin_addr);
		return sizeof(addr.in);
	}
	addr.in6.sin6_port = htons(port);
	inet_pton(family, text, &addr.in6.sin6_addr);
	return sizeof(addr.in6);
}

/* @tx in namespace @from, connected to @text and @port; @rx in @to, bound there. */
static struct udp sockets(int family, const char *text, int port, int from, int to)
{
	socklen_t len = address(family, text, port);
	struct udp u;

	enter(to);
	u.rx = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (u.rx < 0 || bind(u.rx, &addr.any, len))
		die("bind");
	enter(from);
	u.tx = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (u.tx < 0 || connect(u.tx, &addr.any, len))
		die("connect");
	return u;
}

struct place {
	const char *name;
	int ns;
	uint32_t hook;
};

static void filter(int p, const struct place *at, struct udp *hit, struct udp *miss, const char *version)
{
	struct kwasm_link_create a = link_args(p, at->hook);
	unsigned int got_hit, got_miss;
	struct kwasm_link_info i;
	int l;

	a.netfilter.family = NFPROTO_INET;
	a.netns_fd = at->ns;
	a.quarantine = ~0u;
	l = link_create(&a);
	got_hit = udp_send(hit, NR_PACKETS);
	got_miss = udp_send(miss, NR_PACKETS);
	i = link_info(l);
	/* Neighbour discovery and the like may be counted as passed, too. */
	ok(l >= 0 && got_hit == 0 && got_miss == NR_PACKETS && i.verdict[KWASM_NF_DROP] == NR_PACKETS &&
	   i.verdict[KWASM_NF_ACCEPT] >= NR_PACKETS,
	   "%s, %s: sent %u and %u, dropped %llu, passed %llu, arrived %u and %u", at->name, version,
	   NR_PACKETS, NR_PACKETS, (unsigned long long)i.verdict[KWASM_NF_DROP],
	   (unsigned long long)i.verdict[KWASM_NF_ACCEPT], got_hit, got_miss);
	close(l);
}

static void family(int p, int af, const char *text, const char *version, const struct place *at,
		   unsigned int nr, int from, int to)
{
	struct udp hit = sockets(af, text, HIT, from, to), miss = sockets(af, text, MISS, from, to);
	unsigned int i, got = udp_send(&hit, NR_PACKETS);

	ok(got == NR_PACKETS, "no filter, %s: %u of %u arrive", version, got, NR_PACKETS);
	for (i = 0; i < nr; i++)
		filter(p, &at[i], &hit, &miss, version);
	got = udp_send(&hit, NR_PACKETS);
	ok(got == NR_PACKETS, "detached, %s: %u of %u arrive", version, got, NR_PACKETS);
	udp_close(&hit);
	udp_close(&miss);
}

int main(void)
{
	struct place at[4] = {
		{ .name = "output", .hook = OUTPUT },
		{ .name = "post_routing", .hook = POST_ROUTING },
		{ .name = "pre_routing", .hook = PRE_ROUTING },
		{ .name = "input", .hook = INPUT },
	};
	int m, p, from, to;

	run("ip netns add kt-a && ip netns add kt-b && "
	    "ip link add ka netns kt-a type veth peer name kb netns kt-b && "
	    "ip -n kt-a addr add 10.77.0.1/24 dev ka && ip -n kt-b addr add 10.77.0.2/24 dev kb && "
	    "ip -n kt-a addr add fd77::1/64 dev ka nodad && ip -n kt-b addr add fd77::2/64 dev kb nodad && "
	    "ip -n kt-a link set ka up && ip -n kt-b link set kb up");
	/* A neighbour solicitation sent before the other end listens is repeated only after a second. */
	run("for i in 1 2 3 4 5 6 7 8 9 10; do "
	    "ip netns exec kt-a ping6 -c 1 -W 1 fd77::2 >/dev/null 2>&1 && exit 0; sleep 0.2; done; exit 1");
	from = netns("kt-a");
	to = netns("kt-b");
	at[0].ns = from;
	at[1].ns = from;
	at[2].ns = to;
	at[3].ns = to;
	m = load("/samples/drop_port.wasm");
	p = program(m, "netfilter/inet/input");
	ok(m >= 0 && p >= 0, "the sample loads");
	family(p, AF_INET, "10.77.0.2", "IPv4", at, 4, from, to);
	family(p, AF_INET6, "fd77::2", "IPv6", at, 4, from, to);
	close(p);
	close(m);
	close(from);
	close(to);
	run("ip netns del kt-a && ip netns del kt-b");
	ok(!objects_left(), "nothing is left");
	return done();
}
