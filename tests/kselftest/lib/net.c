// SPDX-License-Identifier: GPL-2.0
/* A network namespace with nothing but lo, and counted datagrams over it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kt.h"

void new_netns(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int s;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		die("lo up");
	close(s);
}

struct netns other_netns(void)
{
	struct netns ns;
	int up[2], down[2];
	char path[64], c = 0;
	pid_t pid;

	if (pipe(up) || pipe(down))
		die("pipe");
	pid = fork();
	if (!pid) {
		close(down[1]);
		if (unshare(CLONE_NEWNET) || write(up[1], &c, 1) != 1)
			_exit(1);
		_exit(read(down[0], &c, 1) ? 1 : 0);
	}
	if (read(up[0], &c, 1) != 1)
		die("child");
	close(up[0]);
	close(up[1]);
	close(down[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ns = (struct netns){ .fd = open(path, O_RDONLY | O_CLOEXEC), .hold = down[1], .pid = pid };
	return ns;
}

void netns_end(struct netns *ns)
{
	close(ns->hold);
	waitpid(ns->pid, NULL, 0);
}

struct udp udp_open(uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct udp u = {
		.tx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		.rx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	};

	if (u.tx < 0 || u.rx < 0 || bind(u.rx, (struct sockaddr *)&to, sizeof(to)) ||
	    connect(u.tx, (struct sockaddr *)&to, sizeof(to)))
		die("UDP sockets");
	return u;
}

void udp_close(struct udp *u)
{
	close(u->tx);
	close(u->rx);
}

static unsigned int drain(int rx)
{
	unsigned int n = 0;
	char buf[64];

	while (recv(rx, buf, sizeof(buf), 0) >= 0)
		n++;
	return n;
}

unsigned int udp_send(struct udp *u, unsigned int n)
{
	unsigned int i, got = 0, idle = 0, now;
	uint32_t payload[4] = { 0 };

	for (i = 0; i < n; i++) {
		payload[0] = i;
		/* EPERM: dropped on the way out, and the sender told so. */
		if (send(u->tx, payload, sizeof(payload), 0) < 0 && errno != EPERM)
			die("send");
		got += drain(u->rx);
	}
	/* lo delivers in softirq: what is still on its way comes within some milliseconds. */
	while (got < n && idle < 20) {
		usleep(2000);
		now = drain(u->rx);
		got += now;
		idle = now ? 0 : idle + 1;
	}
	return got;
}

static void *send_on(void *arg)
{
	struct flood *f = arg;

	while (!f->stop) {
		f->got += udp_send(&f->u, 20);
		f->sent += 20;
	}
	return NULL;
}

void flood_begin(struct flood *f, uint16_t port)
{
	*f = (struct flood){ .u = udp_open(port) };
	if (pthread_create(&f->thread, NULL, send_on, f))
		die("thread");
}

bool flood_end(struct flood *f)
{
	f->stop = true;
	pthread_join(f->thread, NULL);
	udp_close(&f->u);
	return f->got == f->sent;
}
