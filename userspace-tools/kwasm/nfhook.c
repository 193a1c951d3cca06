// SPDX-License-Identifier: GPL-2.0
/* A request of nfnetlink_hook, and its answers -> struct nfhook. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <linux/netlink.h>

#include "nfhook.h"

#define ANSWER_BYTES	65536	/* the kernel's dumps are in pieces of at most half of that */

struct request {
	struct nlmsghdr h;
	struct nfgenmsg g;
	char attrs[64];
};

/* The answers so far. */
struct answers {
	struct nfhook *hook;
	int nr;
};

int nfhook_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	return fd < 0 ? -errno : fd;
}

static void put(struct request *r, uint16_t type, const void *data, size_t len)
{
	struct nlattr *a = (struct nlattr *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memcpy((char *)a + NLA_HDRLEN, data, len);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

static int ask(int fd, uint8_t family, uint32_t hook, const char *device)
{
	struct request r = {
		.h = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(r.g)),
			.nlmsg_type = NFNL_SUBSYS_HOOK << 8 | NFNL_MSG_HOOK_GET,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.g = { .nfgen_family = family, .version = NFNETLINK_V0 },
	};
	uint32_t number = htonl(hook);

	put(&r, NFNLA_HOOK_HOOKNUM, &number, sizeof(number));
	if (device)
		put(&r, NFNLA_HOOK_DEV, device, strnlen(device, 15) + 1);
	return send(fd, &r, r.h.nlmsg_len, 0) < 0 ? -errno : 0;
}

static void take_text(char *to, size_t room, const struct nlattr *a)
{
	size_t len = a->nla_len - NLA_HDRLEN;

	if (len >= room)
		len = room - 1;
	memcpy(to, (const char *)a + NLA_HDRLEN, len);
	to[len] = 0;
}

static void take_attr(struct nfhook *h, const struct nlattr *a)
{
	uint32_t n;

	switch (a->nla_type & NLA_TYPE_MASK) {
	case NFNLA_HOOK_PRIORITY:
		if (a->nla_len < NLA_HDRLEN + sizeof(n))
			return;
		memcpy(&n, (const char *)a + NLA_HDRLEN, sizeof(n));
		h->priority = ntohl(n);
		break;
	case NFNLA_HOOK_FUNCTION_NAME:
		take_text(h->function, sizeof(h->function), a);
		break;
	case NFNLA_HOOK_MODULE_NAME:
		take_text(h->module, sizeof(h->module), a);
		break;
	}
}

static int take_hook(struct answers *to, const struct nlmsghdr *h)
{
	const char *p = (const char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const char *end = (const char *)h + h->nlmsg_len;
	struct nfhook *grown = reallocarray(to->hook, to->nr + 1, sizeof(*grown));
	const struct nlattr *a;

	if (!grown)
		return -ENOMEM;
	to->hook = grown;
	grown += to->nr++;
	memset(grown, 0, sizeof(*grown));
	for (; p + NLA_HDRLEN <= end; p += NLA_ALIGN(a->nla_len)) {
		a = (const struct nlattr *)p;
		if (a->nla_len < NLA_HDRLEN || a->nla_len > end - p)
			return -EBADMSG;
		take_attr(grown, a);
	}
	return 0;
}

/* Both ends of a dump begin with an errno. */
static int errno_of(const struct nlmsghdr *h)
{
	return h->nlmsg_len >= NLMSG_LENGTH(sizeof(int)) ? *(const int *)NLMSG_DATA(h) : 0;
}

/* One datagram of answers.  @done: it was the last. */
static int take(struct answers *to, const void *buf, int len, bool *done)
{
	const struct nlmsghdr *h;
	int err = 0;

	for (h = buf; NLMSG_OK(h, (unsigned int)len) && !err && !*done; h = NLMSG_NEXT(h, len)) {
		*done = h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR;
		err = *done ? errno_of(h) : take_hook(to, h);
	}
	return err;
}

int nfhook_dump(int fd, uint8_t family, uint32_t hook, const char *device, struct nfhook **out)
{
	struct answers a = { 0 };
	char *buf = malloc(ANSWER_BYTES);
	bool done = false;
	ssize_t len;
	int err = buf ? ask(fd, family, hook, device) : -ENOMEM;

	while (!err && !done) {
		len = recv(fd, buf, ANSWER_BYTES, 0);
		err = len < 0 ? -errno : take(&a, buf, len, &done);
	}
	free(buf);
	if (err) {
		free(a.hook);
		return err;
	}
	*out = a.hook;
	return a.nr;
}
