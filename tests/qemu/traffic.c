// SPDX-License-Identifier: GPL-2.0
/*
 * Send UDP datagrams and ICMP echo requests from one network namespace to
 * another and count, per port, what was sent and what arrived.
 *
 *	traffic FROM TO ADDRESS COUNT PINGS PORT...
 *
 * FROM and TO are names of `ip netns` (TO owns the IPv4 ADDRESS).  One line
 * each:	udp PORT SENT RECEIVED
 *		icmp - SENT ANSWERED
 *
 * A socket stays in the namespace it was made in, so one process holds both
 * ends; sends are interleaved over the ports, paced by the receiver's pulse,
 * so that a loss is the filter's doing and not a full buffer's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS	16
#define LINGER_MS	400	/* the last packet has this long to arrive */

struct flow {
	int port;		/* 0: ICMP echo */
	int tx, rx;		/* sockets; ICMP answers come back to tx */
	unsigned long to_send, sent, received;
};

static void die(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static int open_socket(int type, int protocol)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	int bytes = 8 << 20;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return fd;
}

static unsigned short icmp_checksum(const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

static void send_one(struct flow *f, const struct in_addr *to)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = *to, .sin_port = htons(f->port) };
	struct {
		struct icmphdr hdr;
		unsigned long serial;
	} echo = { .hdr.type = ICMP_ECHO, .hdr.un.echo.id = htons(getpid() & 0xffff),
		   .hdr.un.echo.sequence = htons(f->sent & 0xffff), .serial = f->sent };
	const void *data = f->port ? (const void *)&echo.serial : &echo;
	size_t len = f->port ? sizeof(echo.serial) : sizeof(echo);

	if (!f->port)
		echo.hdr.checksum = icmp_checksum(&echo, sizeof(echo));
	/* An output filter's drop comes back as EPERM: sent, as far as we can know. */
	if (sendto(f->tx, data, len, 0, (struct sockaddr *)&addr, sizeof(addr)) < 0 &&
	    errno != EPERM && errno != ENOBUFS)
		die("sendto");
	f->sent++;
}

static bool is_our_answer(const unsigned char *ip, ssize_t len)
{
	const struct icmphdr *icmp = (const void *)(ip + (ip[0] & 15) * 4);

	return len >= (ip[0] & 15) * 4 + (ssize_t)sizeof(*icmp) && icmp->type == ICMP_ECHOREPLY &&
	       icmp->un.echo.id == htons(getpid() & 0xffff);
}

static void receive_all(struct flow *f)
{
	unsigned char buf[256] __attribute__((aligned(8)));
	ssize_t len;

	while ((len = recv(f->port ? f->rx : f->tx, buf, sizeof(buf), 0)) >= 0)
		if (f->port || is_our_answer(buf, len))
			f->received++;
}

static void pause_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static void open_flow(struct flow *f, const char *from, const char *to, const struct in_addr *addr)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = *addr, .sin_port = htons(f->port) };

	enter(from);
	f->tx = f->port ? open_socket(SOCK_DGRAM, 0) : open_socket(SOCK_RAW, IPPROTO_ICMP);
	if (!f->port)
		return;
	enter(to);
	f->rx = open_socket(SOCK_DGRAM, 0);
	if (bind(f->rx, (struct sockaddr *)&at, sizeof(at)))
		die("bind");
}

int main(int argc, char **argv)
{
	struct flow flows[MAX_PORTS + 1] = { 0 };
	struct in_addr addr;
	int nr = argc - 6, i;
	bool more = true;

	if (nr < 0 || nr > MAX_PORTS || !inet_aton(argv[3], &addr)) {
		fprintf(stderr, "usage: traffic FROM TO ADDRESS COUNT PINGS PORT...\n");
		return 2;
	}
	for (i = 0; i < nr; i++)
		flows[i] = (struct flow){ .port = atoi(argv[6 + i]), .to_send = strtoul(argv[4], NULL, 0) };
	flows[nr++].to_send = strtoul(argv[5], NULL, 0);

	for (i = 0; i < nr; i++)
		open_flow(&flows[i], argv[1], argv[2], &addr);
	while (more) {
		more = false;
		for (i = 0; i < nr; i++) {
			if (flows[i].sent < flows[i].to_send) {
				send_one(&flows[i], &addr);
				more = true;
			}
			receive_all(&flows[i]);
		}
		if (flows[0].sent % 32 == 0)
			pause_ms(1);
	}
	pause_ms(LINGER_MS);
	for (i = 0; i < nr; i++) {
		receive_all(&flows[i]);
		if (flows[i].port)
			printf("udp %d %lu %lu\n", flows[i].port, flows[i].sent, flows[i].received);
		else if (flows[i].to_send)
			printf("icmp - %lu %lu\n", flows[i].sent, flows[i].received);
	}
	return 0;
}
