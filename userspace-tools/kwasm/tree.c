// SPDX-License-Identifier: GPL-2.0
/*
 * kwasm link tree: who runs where and in what order, as far as the kernel tells.
 *
 * A namespace's netfilter hooks are asked of nfnetlink_hook, which names every
 * user; kwasm's own places among them are replaced by the links that are there.
 * The programs at a device are asked of BPF, and ours stand for their links.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>

#include "nfhook.h"
#include "show.h"
#include "table.h"
#include "types.h"

#define NOTES_MAX	4
#define PROGS_MAX	64

/**
 * struct tree - what is being said
 * @place:  that comes next, and where it belongs: said once somebody is there
 * @note:   what the kernel does not tell, each once
 */
struct tree {
	struct cli *c;
	struct link_set links;
	char place[PLACE_LEN];
	bool said;
	char *note[NOTES_MAX];
};

__attribute__((format(printf, 2, 3)))
static void note(struct tree *t, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int i;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	for (i = 0; i < NOTES_MAX && t->note[i] && strcmp(t->note[i], text); i++)
		;
	if (i < NOTES_MAX && !t->note[i])
		t->note[i] = text;
	else
		free(text);
}

/* ---- Say ---- */

static void begin_section(struct tree *t, const char *kind, const char *name)
{
	if (!t->c->json) {
		printf("%s%s%s\n", kind, *name ? " " : "", name);
		return;
	}
	json_object(&t->c->j, NULL);
	json_str(&t->c->j, "kind", kind);
	json_str(&t->c->j, "name", *name ? name : NULL);
	json_array(&t->c->j, "places");
}

static void end_section(struct tree *t)
{
	if (!t->c->json)
		return;
	json_close(&t->c->j);
	json_close(&t->c->j);
}

static void begin_place(struct tree *t, const char *what, const char *device)
{
	snprintf(t->place, sizeof(t->place), "%s%s%s", what, device ? " of " : "", device ?: "");
	t->said = false;
}

static void end_place(struct tree *t)
{
	if (!t->said || !t->c->json)
		return;
	json_close(&t->c->j);
	json_close(&t->c->j);
}

static void say_place(struct tree *t)
{
	if (t->said)
		return;
	t->said = true;
	if (!t->c->json) {
		printf("  %s\n", t->place);
		return;
	}
	json_object(&t->c->j, NULL);
	json_str(&t->c->j, "place", t->place);
	json_array(&t->c->j, "runs");
}

static void say_link(struct tree *t, const struct kwasm_link_info *l)
{
	bool ordered = l->type == KWASM_LINK_NETFILTER;
	char state[64], priority[16] = "";
	struct json *j = &t->c->j;

	say_place(t);
	if (t->c->json) {
		json_object(j, NULL);
		json_str(j, "link", *l->pin ? l->pin : NULL);
		json_u64(j, "id", l->id);
		json_str(j, "module", l->module_name);
		json_str(j, "program", l->export_name);
		if (ordered) {
			json_s64(j, "priority", l->nf_priority);
			json_s64(j, "order", l->order);
		}
		json_bool(j, "prepared", l->prepared);
		json_close(j);
		return;
	}
	if (ordered)
		snprintf(priority, sizeof(priority), "%11d ", l->nf_priority);
	printf("    %s%s (id %u), module %s", priority, *l->pin ? l->pin : "-", l->id, l->module_name);
	if (ordered)
		printf(", order %d", l->order);
	printf("%s%s\n", l->prepared ? ", " : "", l->prepared ? link_state(l, state, sizeof(state)) : "");
}

static void say_other(struct tree *t, const int32_t *priority, const char *name, const char *owner)
{
	struct json *j = &t->c->j;

	say_place(t);
	if (t->c->json) {
		json_object(j, NULL);
		json_null(j, "link");
		json_str(j, "function", *name ? name : NULL);
		json_str(j, "owner", *owner ? owner : NULL);
		if (priority)
			json_s64(j, "priority", *priority);
		json_close(j);
		return;
	}
	printf("    ");
	if (priority)
		printf("%11d ", *priority);
	printf("%s%s%s%s\n", *name ? name : "?", *owner ? " [" : "", owner, *owner ? "]" : "");
}

/* ---- Netfilter ---- */

static int by_order(const void *a, const void *b)
{
	const struct kwasm_link_info *x = *(const struct kwasm_link_info *const *)a;
	const struct kwasm_link_info *y = *(const struct kwasm_link_info *const *)b;

	if (x->nf_priority != y->nf_priority)
		return x->nf_priority < y->nf_priority ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

/* A hook as packets know it: those of inet are of ip and ip6. */
struct hook {
	uint64_t netns_ino;
	uint8_t family;
	uint32_t number;
	const char *device;
};

static bool is_at(const struct kwasm_link_info *l, const struct hook *h)
{
	bool inet = l->nf_family == NFPROTO_INET;

	if (l->type != KWASM_LINK_NETFILTER || l->detached || l->netns_ino != h->netns_ino ||
	    strcmp(l->nf_device, h->device ?: ""))
		return false;
	if (inet && l->nf_hook == NF_INET_INGRESS)
		return h->family == NFPROTO_NETDEV && h->number == NF_NETDEV_INGRESS;
	if (inet && h->family != NFPROTO_IPV4 && h->family != NFPROTO_IPV6)
		return false;
	return l->nf_hook == h->number && (inet || l->nf_family == h->family);
}

/* Links at @h in their order; the caller frees the array. */
static size_t links_at(const struct tree *t, const struct hook *h, const struct kwasm_link_info ***out)
{
	const struct kwasm_link_info **l = calloc(t->links.nr + 1, sizeof(*l));
	size_t i, nr = 0;

	if (!l)
		die_nomem();
	for (i = 0; i < t->links.nr; i++)
		if (is_at(&t->links.info[i], h))
			l[nr++] = &t->links.info[i];
	qsort(l, nr, sizeof(*l), by_order);
	*out = l;
	return nr;
}

/* @nr users of the hook as the kernel tells them, our links in the place of ours. */
static void say_hook(struct tree *t, const struct hook *h, const struct nfhook *other, int nr)
{
	const struct kwasm_link_info **l;
	size_t nr_links = links_at(t, h, &l), i = 0;
	int k;

	for (k = 0; k < nr; k++) {
		bool ours = !strcmp(other[k].module, "kwasm");

		while (i < nr_links && l[i]->nf_priority < other[k].priority + (int64_t)ours)
			say_link(t, l[i++]);
		if (!ours)
			say_other(t, &other[k].priority, other[k].function, other[k].module);
	}
	while (i < nr_links)
		say_link(t, l[i++]);
	free(l);
}

static const char *why_not(int err)
{
	switch (err) {
	case -EPERM:
		return "not permitted";
	case -EINVAL:
	case -EPROTONOSUPPORT:
		return "module nfnetlink_hook is not loaded; try: modprobe nfnetlink_hook";
	default:
		return strerror(-err);
	}
}

static void hook(struct tree *t, int fd, const char *name, const struct hook *h)
{
	struct nfhook *other = NULL;
	int nr = fd < 0 ? fd : nfhook_dump(fd, h->family, h->number, h->device, &other);

	/* A family or a hook that this kernel does not have is nobody's. */
	if (nr < 0 && (fd < 0 || (h->family == NFPROTO_IPV4 && !h->number)))
		note(t, "others at netfilter hooks are not told: %s", why_not(nr));
	begin_place(t, name, h->device);
	say_hook(t, h, other, nr);
	end_place(t);
	free(other);
}

static const struct {
	const char *name;
	uint8_t family;
	uint32_t number;
} hooks[] = {
#define FIVE(name, proto)						\
	{ name " pre_routing",	proto, NF_INET_PRE_ROUTING },		\
	{ name " input",	proto, NF_INET_LOCAL_IN },		\
	{ name " forward",	proto, NF_INET_FORWARD },		\
	{ name " output",	proto, NF_INET_LOCAL_OUT },		\
	{ name " post_routing",	proto, NF_INET_POST_ROUTING }
	FIVE("ip", NFPROTO_IPV4),
	FIVE("ip6", NFPROTO_IPV6),
	FIVE("bridge", NFPROTO_BRIDGE),
	{ "arp input", NFPROTO_ARP, NF_ARP_IN },
	{ "arp output", NFPROTO_ARP, NF_ARP_OUT },
};

/* ---- XDP and tc ---- */

static bool is_at_device(const struct kwasm_link_info *l, uint64_t ino, const char *program, const char *device)
{
	return (l->type == KWASM_LINK_XDP || l->type == KWASM_LINK_TC) && !l->detached && l->netns_ino == ino &&
	       !strcmp(l->export_name, program) && !strcmp(l->nf_device, device);
}

/* Name of a BPF program; empty if it went, or may not be looked at. */
static void name_of_prog(uint32_t id, char *buf, size_t bytes)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	*buf = 0;
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		snprintf(buf, bytes, "%s", info.name);
	close(fd);
}

/*
 * BPF programs @id in their order; those called @ours stand for our links, which
 * were attached one behind the other.  @nr negative: that is not told.
 */
static void say_progs(struct tree *t, uint64_t ino, const char *program, const char *device, const char *ours,
		      const uint32_t *id, int nr)
{
	char name[BPF_OBJ_NAME_LEN + 1], owner[32];
	size_t i = 0;
	int k;

	begin_place(t, program, device);
	for (k = 0; k < nr; k++) {
		name_of_prog(id[k], name, sizeof(name));
		while (i < t->links.nr && !is_at_device(&t->links.info[i], ino, program, device))
			i++;
		if (i < t->links.nr && !strcmp(name, ours)) {
			say_link(t, &t->links.info[i++]);
			continue;
		}
		snprintf(owner, sizeof(owner), "bpf id %u", id[k]);
		say_other(t, NULL, name, owner);
	}
	for (; i < t->links.nr; i++)
		if (is_at_device(&t->links.info[i], ino, program, device))
			say_link(t, &t->links.info[i]);
	end_place(t);
}

static void xdp(struct tree *t, uint64_t ino, const struct if_nameindex *dev)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, o);
	uint32_t id[3];
	int nr = 0;

	if (!bpf_xdp_query(dev->if_index, 0, &o)) {
		if (o.hw_prog_id)
			id[nr++] = o.hw_prog_id;
		if (o.drv_prog_id)
			id[nr++] = o.drv_prog_id;
		if (o.skb_prog_id)
			id[nr++] = o.skb_prog_id;
		/* Of one program the kernel need not say the mode. */
		if (!nr && o.prog_id)
			id[nr++] = o.prog_id;
	}
	say_progs(t, ino, "xdp", dev->if_name, "kwasm_xdp", id, nr);
}

static void tc(struct tree *t, uint64_t ino, const struct if_nameindex *dev, const char *program, int type)
{
	uint32_t id[PROGS_MAX];
	LIBBPF_OPTS(bpf_prog_query_opts, o, .prog_ids = id, .prog_cnt = PROGS_MAX);
	int err = bpf_prog_query_opts(dev->if_index, (enum bpf_attach_type)type, &o);

	if (err == -EINVAL)
		note(t, "filters at tc are not told by this kernel; try: tc filter show");
	say_progs(t, ino, program, dev->if_name, "kwasm_tc", id, err ? 0 : (int)o.prog_cnt);
}

static void device(struct tree *t, int fd, uint64_t ino, const struct if_nameindex *dev)
{
	/* Those of Linux 6.6; the headers may be older. */
	enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
	const struct hook in = { ino, NFPROTO_NETDEV, NF_NETDEV_INGRESS, dev->if_name };
	const struct hook out = { ino, NFPROTO_NETDEV, NF_NETDEV_EGRESS, dev->if_name };

	/* As a packet meets them. */
	xdp(t, ino, dev);
	tc(t, ino, dev, "tc/ingress", TCX_INGRESS);
	hook(t, fd, "netdev ingress", &in);
	hook(t, fd, "netdev egress", &out);
	tc(t, ino, dev, "tc/egress", TCX_EGRESS);
}

/* ---- Namespaces ---- */

static void in_this_netns(struct tree *t, uint64_t ino)
{
	struct if_nameindex *devs = if_nameindex(), *d;
	int fd = nfhook_open();
	size_t i;

	for (d = devs; d && d->if_index; d++)
		device(t, fd, ino, d);
	if (devs)
		if_freenameindex(devs);
	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		hook(t, fd, hooks[i].name, &(const struct hook){ ino, hooks[i].family, hooks[i].number, NULL });
	if (fd >= 0)
		close(fd);
}

/* What is known without going there. */
static void only_links(struct tree *t, uint64_t ino)
{
	const struct kwasm_link_info *l;
	char place[PLACE_LEN];
	size_t i;

	for (i = 0; i < t->links.nr; i++) {
		l = &t->links.info[i];
		if (l->netns_ino != ino || l->detached)
			continue;
		begin_place(t, link_place(l, place, sizeof(place)), NULL);
		say_link(t, l);
		end_place(t);
	}
}

static void netns(struct tree *t, uint64_t ino)
{
	int there = open_netns_ino(ino), own = -1;
	char name[64];

	begin_section(t, "netns", netns_name(ino, name, sizeof(name)));
	if (there > 0) {
		own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (own < 0 || setns(there, CLONE_NEWNET)) {
			close(there);
			there = -errno;
		}
	}
	if (there < 0) {
		note(t, "what others do in netns %s is not told: it cannot be entered", name);
		only_links(t, ino);
	} else {
		in_this_netns(t, ino);
	}
	if (there > 0) {
		close(there);
		if (setns(own, CLONE_NEWNET))
			note(t, "cannot go back to the own netns: %s", strerror(errno));
	}
	if (own >= 0)
		close(own);
	end_section(t);
}

/* Our own, and each that a link is in. */
static void all_netns(struct tree *t)
{
	uint64_t own = own_netns_ino();
	size_t i, k;

	netns(t, own);
	for (i = 0; i < t->links.nr; i++) {
		for (k = 0; k < i && t->links.info[k].netns_ino != t->links.info[i].netns_ino; k++)
			;
		if (k == i && !t->links.info[i].detached && t->links.info[i].netns_ino &&
		    t->links.info[i].netns_ino != own)
			netns(t, t->links.info[i].netns_ino);
	}
}

/* ---- Files and timers ---- */

/* A place for each path, or each kind of timer. */
static void others(struct tree *t, enum kwasm_link_type type, const char *section)
{
	const struct kwasm_link_info *l = t->links.info;
	char place[2][PLACE_LEN];
	bool first = true;
	size_t i, k;

	for (i = 0; i < t->links.nr; i++) {
		if (l[i].type != type || l[i].detached)
			continue;
		link_place(&l[i], place[0], PLACE_LEN);
		/* Said with the first one at this place? */
		for (k = 0; k < i; k++)
			if (l[k].type == type && !l[k].detached && !strcmp(link_place(&l[k], place[1], PLACE_LEN), place[0]))
				break;
		if (k < i)
			continue;
		if (first)
			begin_section(t, section, "");
		first = false;
		begin_place(t, place[0], NULL);
		for (k = i; k < t->links.nr; k++)
			if (l[k].type == type && !l[k].detached && !strcmp(link_place(&l[k], place[1], PLACE_LEN), place[0]))
				say_link(t, &l[k]);
		end_place(t);
	}
	if (!first)
		end_section(t);
}

int run_link(struct cli *c)
{
	struct tree t = { .c = c };
	int i, err;

	if (strcmp(c->args[0], "tree"))
		return fail_usage(c, "link what? tree, not '%s'", c->args[0]);
	err = read_links(c, &t.links);
	if (err)
		return err;
	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "tree");
	}
	all_netns(&t);
	others(&t, KWASM_LINK_FS, "files");
	others(&t, KWASM_LINK_TIMER, "timers");
	if (c->json) {
		json_close(&c->j);
		json_array(&c->j, "not_told");
	}
	for (i = 0; i < NOTES_MAX && t.note[i]; i++) {
		if (c->json)
			json_str(&c->j, NULL, t.note[i]);
		else
			printf("%s\n", t.note[i]);
		free(t.note[i]);
	}
	if (c->json) {
		json_close(&c->j);
		json_end(&c->j);
	}
	free(t.links.info);
	return EXIT_OK;
}
