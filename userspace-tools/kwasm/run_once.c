// SPDX-License-Identifier: GPL-2.0
/* kwasm run-once: a program and a packet -> a verdict, in this process or in the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "events.h"
#include "show.h"
#include "table.h"
#include "types.h"

/* The options, as numbers. */
#define NO_DEFAULT	2
struct wishes {
	uint32_t repeat;
	uint32_t on_short;		/* enum kwasm_on_short */
	uint32_t dflt;			/* 0 accept, 1 drop, NO_DEFAULT */
	uint64_t deadline_ns;
};

static int parse_wishes(struct cli *c, struct wishes *w)
{
	int err;

	*w = (struct wishes){ .repeat = 1, .on_short = KWASM_ON_SHORT_DROP, .dflt = NO_DEFAULT };
	err = opt_u32(c, OPT_REPEAT, 1, 1000000, &w->repeat);
	if (!err)
		err = opt_word(c, OPT_ON_SHORT, &w->on_short);
	if (!err)
		err = opt_word(c, OPT_DEFAULT, &w->dflt);
	if (!err)
		err = opt_duration_ns(c, OPT_DEADLINE, &w->deadline_ns);
	if (!err && w->deadline_ns && c->opt[OPT_KERNEL])
		err = fail_usage(c, "--deadline: in the kernel it is the module's own, else 1ms");
	return err;
}

/**
 * struct outcome - what running gave
 * @results: how often each result came, by the place of its counter in a link
 * @last:    the last run, with its trap
 */
struct outcome {
	enum kwasm_link_type type;
	struct kwasm_test_run_opts last;
	uint64_t results[8];
	uint64_t runs, short_reads, total_ns;
};

static enum kwasm_link_type program_type(const struct kwasm_program *p)
{
	return type_of(kwasm_program__name(p))->type;
}

/* In this process there are none but netfilter's. */
static bool can_run(const struct cli *c, const struct kwasm_program *p)
{
	enum kwasm_link_type type = program_type(p);

	return type == KWASM_LINK_NETFILTER || (c->opt[OPT_KERNEL] && type != KWASM_LINK_FS);
}

static struct kwasm_program *next_to_run(const struct cli *c, const struct kwasm_module *m,
					 struct kwasm_program *p)
{
	do {
		p = kwasm_module__next_program(m, p);
	} while (p && !can_run(c, p));
	return p;
}

/* Not one that can be chosen; which is no wonder where none is for this process. */
static int fail_none(struct cli *c, const struct kwasm_module *m, const struct failure *f)
{
	struct kwasm_program *p = NULL;

	while (!c->opt[OPT_KERNEL] && (p = kwasm_module__next_program(m, p)))
		if (program_type(p) != KWASM_LINK_FS)
			return fail_usage(c, "%s runs in the kernel: add --kernel", kwasm_program__name(p));
	return fail(c, f, "%s has no programs for packets", kwasm_module__name(m));
}

static struct kwasm_program *choose_program(struct cli *c, const struct kwasm_module *m, int *status)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = c->opt[OPT_KERNEL] ?
				     "a program is an export named netfilter/<family>/<hook>, xdp, tc/... or timer/..., type () -> i32" :
				     "a program is an export named netfilter/<family>/<hook>, type () -> i32" };
	struct kwasm_program *p;

	if (c->opt[OPT_PROGRAM]) {
		p = kwasm_module__find_program_by_name(m, c->opt[OPT_PROGRAM]);
		if (!p)
			*status = fail(c, &f, "%s has no program '%s'", kwasm_module__name(m),
				       c->opt[OPT_PROGRAM]);
		else if (!can_run(c, p))
			*status = fail_usage(c, program_type(p) == KWASM_LINK_FS ?
					     "%s: programs on files run on files alone" :
					     "%s runs in the kernel: add --kernel", kwasm_program__name(p));
		return *status ? NULL : p;
	}
	p = next_to_run(c, m, NULL);
	if (!p)
		*status = fail_none(c, m, &f);
	else if (next_to_run(c, m, p)) {
		*status = fail_usage(c, "%s has several programs: choose one with --program",
				     kwasm_module__name(m));
		p = NULL;
	}
	return p;
}

/* Guest text, on stderr so that the verdict stays alone on stdout. */
static void print_log(void *arg, int level, const char *text, size_t len)
{
	size_t i;

	(void)arg;
	fprintf(stderr, "log %d: ", level);
	for (i = 0; i < len; i++)
		fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], stderr);
	fputc('\n', stderr);
}

/* One record of a ring that the program wrote. */
struct kept {
	char ring[KWASM_MAP_NAME_LEN];
	uint32_t kind;
	void *data;
	size_t size;
};

/**
 * struct events - what the program wrote into rings
 * @m:    whose metadata has the layouts
 * @kept: with --json, for they go into one document with the verdict
 */
struct events {
	bool json;
	const struct kwasm_module *m;
	struct kept *kept;
	size_t nr;
};

/* Text of the ring's layout line, empty if there is none. */
static void find_layout(const struct kwasm_module *m, const char *ring, char *layout)
{
	struct kwasm_module_map info;
	uint32_t i;

	for (i = 0; !kwasm_module__map_info(m, i, &info, layout); i++)
		if (!strcmp(info.name, ring))
			return;
	*layout = 0;
}

static void keep(struct events *to, const char *ring, uint32_t kind, const void *data, size_t size)
{
	struct kept *k;

	k = reallocarray(to->kept, to->nr + 1, sizeof(*k));
	if (!k)
		die_nomem();
	to->kept = k;
	k += to->nr++;
	*k = (struct kept){ .kind = kind, .data = malloc(size + 1), .size = size };
	if (!k->data)
		die_nomem();
	memcpy(k->data, data, size);
	snprintf(k->ring, sizeof(k->ring), "%s", ring);
}

/* On stderr as the log is, so that the verdict stays alone on stdout. */
static void take_event(void *arg, const char *ring, __u32 kind, const void *data, size_t size)
{
	char layout[KWASM_LAYOUT_LEN];
	struct event e = { .ring = ring, .kind = kind, .layout = layout, .data = data, .size = size };
	struct events *to = arg;

	if (to->json) {
		keep(to, ring, kind, data, size);
		return;
	}
	find_layout(to->m, ring, layout);
	fputs("event ", stderr);
	event_text(&e, stderr);
}

static void json_events(struct cli *c, const struct events *ev)
{
	char layout[KWASM_LAYOUT_LEN];
	size_t i;

	json_array(&c->j, "events");
	for (i = 0; i < ev->nr; i++) {
		const struct kept *k = &ev->kept[i];
		struct event e = { k->ring, k->kind, layout, k->data, k->size };

		find_layout(ev->m, k->ring, layout);
		json_object(&c->j, NULL);
		event_json(&e, &c->j);
		json_close(&c->j);
	}
	json_close(&c->j);
}

static void events_free(struct events *ev)
{
	while (ev->nr)
		free(ev->kept[--ev->nr].data);
	free(ev->kept);
}

/* The place of a result among its link's counters; those of tc begin with TC_ACT_UNSPEC, -1. */
static uint32_t place_of(enum kwasm_link_type type, uint32_t result)
{
	return type == KWASM_LINK_TC ? result + 1 : result;
}

/* Count one run that @o->last tells of. */
static void count_run(struct outcome *o)
{
	uint32_t place = place_of(o->type, o->last.retval);

	o->runs++;
	o->total_ns += o->last.duration_ns;
	o->short_reads += o->last.short_read;
	if (!o->last.trap.kind && o->type != KWASM_LINK_TIMER && place < type_verdicts(o->type))
		o->results[place]++;
}

/* One by one, so that every result is counted; stops at a trap. */
static int run_here(struct cli *c, struct kwasm_module *m, const char *program,
		    const struct wishes *w, struct outcome *o, struct events *ev)
{
	LIBKWASM_OPTS(kwasm_runner_opts, ro, .log = print_log, .deadline_ns = w->deadline_ns,
		      .event = take_event, .event_arg = ev);
	struct kwasm_runner *r = kwasm_runner__new(m, &ro);
	int err = 0;

	if (!r)
		return fail_module(c, m, c->args[0]);
	while (!err && o->runs < w->repeat && !o->last.trap.kind) {
		err = kwasm_runner__run(r, program, &o->last);
		if (!err)
			count_run(o);
	}
	kwasm_runner__free(r);
	return err ? fail_errno(c, err, program) : 0;
}

static int run_in_kernel(struct cli *c, struct kwasm_module *m, struct kwasm_program *p,
			 const struct wishes *w, struct outcome *o)
{
	int err, fd;

	if (kwasm_module__fd(m) < 0 && kwasm_module__load(m))
		return fail_module(c, m, c->args[0]);
	fd = kwasm_program__fd(p);
	if (fd < 0)
		return fail_errno(c, fd, kwasm_program__name(p));
	while (o->runs < w->repeat && !o->last.trap.kind) {
		err = kwasm_program_test_run(fd, &o->last);
		if (err)
			return fail_errno(c, err, kwasm_program__name(p));
		count_run(o);
	}
	return 0;
}

/* What a link of the type answers by policy. */
static const char *policy_verdict(enum kwasm_link_type type, bool drop)
{
	switch (type) {
	case KWASM_LINK_XDP:
		return drop ? "drop" : "pass";
	case KWASM_LINK_TC:
		return drop ? "shot" : "unspec";
	default:
		return drop ? "drop" : "accept";
	}
}

/*
 * The packet's fate: the program's result, unless a policy of the link would overrule it.  A timer's is the
 * number it answers, for which @number has room.
 */
static const char *verdict_of(const struct wishes *w, const struct outcome *o, const char **by, char *number)
{
	*by = "program";
	if (o->type == KWASM_LINK_TIMER) {
		sprintf(number, "%u", o->last.retval);
		return number;
	}
	if (o->last.short_read && w->on_short != KWASM_ON_SHORT_PROGRAM) {
		*by = "on_short";
		return policy_verdict(o->type, w->on_short == KWASM_ON_SHORT_DROP);
	}
	if (o->type == KWASM_LINK_NETFILTER && o->last.retval == KWASM_NF_NONE && w->dflt != NO_DEFAULT) {
		*by = "default";
		return policy_verdict(o->type, w->dflt);
	}
	return type_verdict_name(o->type, place_of(o->type, o->last.retval)) ?: "?";
}

/* How often each result that has a name came. */
static void json_results(struct cli *c, const struct outcome *o)
{
	uint32_t i;

	json_object(&c->j, "results");
	for (i = 0; o->type != KWASM_LINK_TIMER && i < type_verdicts(o->type); i++)
		if (type_verdict_name(o->type, i))
			json_u64(&c->j, type_verdict_name(o->type, i), o->results[i]);
	json_close(&c->j);
}

static void json_outcome(struct cli *c, const struct outcome *o, const struct events *ev,
			 const char *program, const char *verdict, const char *by)
{
	json_begin(&c->j, stdout);
	json_str(&c->j, "program", program);
	json_str(&c->j, "engine", c->opt[OPT_KERNEL] ? "kernel" : "user");
	json_u64(&c->j, "packet_bytes", o->last.data_size_in);
	json_u64(&c->j, "runs", o->runs);
	if (o->last.trap.kind) {
		json_null(&c->j, "verdict");
	} else {
		json_str(&c->j, "verdict", verdict);
		json_str(&c->j, "decided_by", by);
		json_u64(&c->j, "result", o->last.retval);
		json_u64(&c->j, "mark", o->last.mark);
		if (c->opt[OPT_KERNEL])
			json_u64(&c->j, "packet_bytes_after", o->last.data_size_out);
		if (o->last.redirect_ifindex) {
			json_u64(&c->j, "redirect_ifindex", o->last.redirect_ifindex);
			json_bool(&c->j, "redirect_ingress", o->last.redirect_ingress);
		}
	}
	json_bool(&c->j, "short_read", o->last.short_read);
	json_results(c, o);
	json_u64(&c->j, "duration_ns", o->runs ? o->total_ns / o->runs : 0);
	json_trap(&c->j, "trap", &o->last.trap);
	if (ev->nr)
		json_events(c, ev);
	json_end(&c->j);
}

static void print_outcome(const struct outcome *o, const char *verdict, const char *by)
{
	char took[UNIT_LEN];
	uint32_t i;

	fputs(verdict, stdout);
	if (strcmp(by, "program"))
		printf(" (by %s)", by);
	if (o->last.redirect_ifindex)
		printf(" (%s device %u)", o->last.redirect_ingress ? "in at" : "to", o->last.redirect_ifindex);
	if (o->last.data_size_out && o->last.data_size_out != o->last.data_size_in)
		printf(" (%u bytes now)", o->last.data_size_out);
	putchar('\n');
	if (o->runs == 1)
		return;
	for (i = 0; i < sizeof(o->results) / sizeof(o->results[0]); i++)
		if (o->results[i])
			printf("%12llu  %s\n", (unsigned long long)o->results[i], type_verdict_name(o->type, i));
	printf("%12s  each\n", unit_ns(took, o->total_ns / o->runs));
}

static int open_any(struct cli *c, struct kwasm_module **m)
{
	if (is_file_arg(c->args[0]))
		return open_file(c, c->args[0], NULL, m);
	if (!c->opt[OPT_KERNEL])
		return fail_usage(c, "'%s' is in the kernel: add --kernel, or give a file", c->args[0]);
	return open_loaded(c, c->args[0], m);
}

/* Of the file that the second argument names; a timer's program has none. */
static int packet_of(struct cli *c, enum kwasm_link_type type, uint8_t **packet, size_t *len)
{
	*packet = NULL;
	*len = 0;
	if (type == KWASM_LINK_TIMER)
		return c->nr_args > 1 ? fail_usage(c, "a timer's program runs without a packet") : 0;
	if (c->nr_args < 2)
		return fail_usage(c, "a packet is missing: a file, or - for stdin");
	return read_packet(c, c->args[1], packet, len);
}

static int run_and_tell(struct cli *c, struct kwasm_module *m, struct kwasm_program *p,
			const struct wishes *w, struct outcome *o)
{
	struct events ev = { .json = c->json, .m = m };
	const char *verdict, *by;
	char number[16];
	int status;

	status = c->opt[OPT_KERNEL] ? run_in_kernel(c, m, p, w, o) :
				      run_here(c, m, kwasm_program__name(p), w, o, &ev);
	if (status)
		goto out;
	verdict = verdict_of(w, o, &by, number);
	if (c->json)
		json_outcome(c, o, &ev, kwasm_program__name(p), verdict, by);
	else if (o->last.trap.kind)
		printf("trap\n");
	else
		print_outcome(o, verdict, by);
	if (o->last.trap.kind && !c->json)
		print_trap(m, c->args[0], &o->last.trap);
	if (o->last.trap.kind)
		status = trap_status(&o->last.trap);
out:
	events_free(&ev);
	return status;
}

static int run_program(struct cli *c, struct kwasm_module *m, const struct wishes *w)
{
	struct outcome o = { .last.sz = sizeof(o.last) };
	struct kwasm_program *p;
	uint8_t *packet;
	int status = 0;
	size_t len;

	/* What is wrong with the file itself comes first: bytes that do not decode have no programs. */
	if (is_file_arg(c->args[0]) && kwasm_module__check(m))
		return fail_module(c, m, c->args[0]);
	p = choose_program(c, m, &status);
	if (!p)
		return status;
	o.type = program_type(p);
	if (w->dflt != NO_DEFAULT && o.type != KWASM_LINK_NETFILTER)
		return fail_usage(c, "--default: netfilter programs alone may have no opinion");
	status = packet_of(c, o.type, &packet, &len);
	if (status)
		return status;
	o.last.data_in = packet;
	o.last.data_size_in = len;
	status = run_and_tell(c, m, p, w, &o);
	free(packet);
	return status;
}

int run_run_once(struct cli *c)
{
	struct kwasm_module *m;
	struct wishes w;
	int status;

	status = parse_wishes(c, &w);
	if (status)
		return status;
	status = open_any(c, &m);
	if (status)
		return status;
	status = run_program(c, m, &w);
	kwasm_module__close(m);
	return status;
}
