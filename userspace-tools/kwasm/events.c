// SPDX-License-Identifier: GPL-2.0
/* kwasm events: records of a module's rings -> lines, JSON, or a pcapng file. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "pcapng.h"

/* One of the module's rings, and where its records go. */
struct source {
	struct reading *r;
	char name[KWASM_MAP_NAME_LEN];
	char layout[KWASM_LAYOUT_LEN];
};

struct reading {
	struct cli *c;
	struct kwasm_ring_buffer *rb;
	struct source *source[64];
	size_t nr;
	FILE *file;			/* of --pcapng */
	struct pcapng pcapng;
	uint64_t lost;
};

static int to_file(struct reading *r, const struct event *e)
{
	const struct kwasm_capture *c = e->data;

	if (e->kind != KWASM_RING_CAPTURE || e->size < sizeof(*c))
		return 0;
	if (pcapng_packet(&r->pcapng, c, c + 1, e->size - sizeof(*c)) || fflush(r->file))
		return -errno;
	return 0;
}

static void to_json(struct reading *r, const struct event *e, uint32_t lost)
{
	struct json *j = &r->c->j;
	bool lines = r->c->opt[OPT_FOLLOW];

	if (lines)
		json_begin(j, stdout);
	else
		json_object(j, NULL);
	event_json(e, j);
	json_u64(j, "lost", lost);
	if (lines)
		json_end(j);
	else
		json_close(j);
}

static int take(void *ctx, void *data, size_t size)
{
	const struct kwasm_ring_record *rec = kwasm_ring_record_of(data);
	const struct source *s = ctx;
	struct event e = { .ring = s->name, .kind = rec->kind, .layout = s->layout, .data = data, .size = size };
	struct reading *r = s->r;

	r->lost += rec->lost;
	if (r->file)
		return to_file(r, &e);
	if (r->c->json) {
		to_json(r, &e, rec->lost);
		return 0;
	}
	if (rec->lost)
		printf("%s: (%u lost)\n", s->name, rec->lost);
	event_text(&e, stdout);
	return 0;
}

static int add_ring(struct reading *r, const struct kwasm_module_map *info, const char *layout)
{
	struct source *s = calloc(1, sizeof(*s));
	int fd = kwasm_ring_get_fd_by_id(info->map_id), err = 0;

	if (!s)
		die_nomem();
	r->source[r->nr++] = s;
	s->r = r;
	memcpy(s->name, info->name, sizeof(s->name));
	strcpy(s->layout, layout);
	if (fd < 0)
		return fd;
	if (r->rb)
		err = kwasm_ring_buffer__add(r->rb, fd, take, s);
	else if (!(r->rb = kwasm_ring_buffer__new(fd, take, s)))
		err = -errno;
	close(fd);
	return err;
}

/* All rings of the module, or @only that one. */
static int add_rings(struct reading *r, int module_fd, const char *only)
{
	struct failure none = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
				.hint = "`kwasm map list` shows what is there" };
	struct failure busy = { .status = EXIT_BUSY, .err = EBUSY, .code = "busy",
				.hint = "one process at a time takes records out of a ring" };
	struct kwasm_module_map info;
	char layout[KWASM_LAYOUT_LEN];
	uint32_t i;
	int err = 0;

	for (i = 0; !err && !kwasm_module_map(module_fd, i, &info, layout); i++)
		if (info.type == BPF_MAP_TYPE_RINGBUF && (!only || !strcmp(info.name, only)))
			err = add_ring(r, &info, layout);
	if (err == -EBUSY)
		return fail(r->c, &busy, "ring '%s' is being read already", info.name);
	if (err)
		return fail_errno(r->c, err, info.name);
	if (!r->nr)
		return fail(r->c, &none, "%s: there is no %s%s%s", r->c->args[0], only ? "ring '" : "ring",
			    only ?: "", only ? "'" : "");
	return 0;
}

/* A link's name may have dots: what is behind the last one is a ring only if the whole is no name. */
static int open_rings(struct cli *c, struct reading *r)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm list` shows what is there" };
	char *name = strdup(c->args[0]), *ring = NULL;
	int fd, status = 0;

	if (!name)
		die_nomem();
	fd = find_module_fd(c, name, 0, &status);
	if (fd == -ENOENT && !status) {
		ring = strrchr(name, '.');
		if (ring) {
			*ring++ = 0;
			fd = find_module_fd(c, name, 0, &status);
		}
	}
	if (!status && fd == -ENOENT)
		status = fail(c, &f, "there is no module or link '%s'", c->args[0]);
	else if (!status && fd < 0)
		status = fail_errno(c, fd, c->args[0]);
	if (!status)
		status = add_rings(r, fd, ring);
	if (fd >= 0)
		close(fd);	/* following its events must not keep the module */
	free(name);
	return status;
}

static int open_pcapng(struct cli *c, struct reading *r)
{
	const char *path = c->opt[OPT_PCAPNG];

	if (!path)
		return 0;
	if (c->json)
		return fail_usage(c, "--json and --pcapng do not go together");
	r->file = strcmp(path, "-") ? fopen(path, "we") : stdout;
	if (!r->file || pcapng_begin(&r->pcapng, r->file) || fflush(r->file))
		return fail_errno(c, -errno, path);
	return 0;
}

/* Until the rings are empty, or, following, until nobody writes them any more. */
static int read_rings(struct reading *r)
{
	int n;

	if (!r->c->opt[OPT_FOLLOW]) {
		n = kwasm_ring_buffer__consume(r->rb);
		return n < 0 ? n : 0;
	}
	do {
		n = kwasm_ring_buffer__poll(r->rb, -1);
	} while (n >= 0 || n == -EINTR);
	return n == -EPIPE ? 0 : n;
}

static int read_and_tell(struct cli *c, struct reading *r)
{
	bool document = c->json && !c->opt[OPT_FOLLOW];
	int err;

	if (document) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "events");
	}
	err = read_rings(r);
	if (document)
		json_end(&c->j);
	if (r->file && !err && (pcapng_lost(&r->pcapng, r->lost) || fflush(r->file)))
		err = -errno;
	if (!err)
		return EXIT_OK;
	fprintf(stderr, "kwasm: events: %s\n", strerror(-err));
	return EXIT_FAILED;
}

int run_events(struct cli *c)
{
	struct reading r = { .c = c };
	int status;

	status = open_pcapng(c, &r);
	if (!status)
		status = open_rings(c, &r);
	if (!status)
		status = read_and_tell(c, &r);
	kwasm_ring_buffer__free(r.rb);
	while (r.nr)
		free(r.source[--r.nr]);
	if (r.file && r.file != stdout)
		fclose(r.file);
	return status;
}
