// SPDX-License-Identifier: GPL-2.0
/* kwasm log: records of a module's log -> lines. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const char *level_name(unsigned int level)
{
	static const char *const names[] = {
		"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
	};

	return level < 8 ? names[level] : "?";
}

/* Text from a guest, for a terminal: nothing in it may steer one. */
static void print_text(const char *p, size_t len)
{
	for (; len; p++, len--)
		putchar((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
	putchar('\n');
}

static void print_record(const struct kwasm_log_record *r)
{
	if (r->lost)
		printf("(%u lost)\n", r->lost);
	printf("[%5llu.%06llu] cpu %u %s: ", (unsigned long long)(r->at_ns / 1000000000),
	       (unsigned long long)(r->at_ns / 1000 % 1000000), r->cpu, level_name(r->level));
	print_text(r->text, r->len);
}

static void json_record(struct json *j, const struct kwasm_log_record *r)
{
	json_u64(j, "at_ns", r->at_ns);
	json_u64(j, "cpu", r->cpu);
	json_str(j, "level", level_name(r->level));
	json_u64(j, "lost", r->lost);
	json_strn(j, "text", r->text, r->len);
}

/* Print the records in one read(); false when they do not add up. */
static bool print_records(struct cli *c, const char *buf, size_t len)
{
	const struct kwasm_log_record *r;
	bool lines = c->opt[OPT_FOLLOW];

	while (len) {
		r = (const void *)buf;
		if (len < sizeof(*r) || r->bytes > len || r->bytes < sizeof(*r) || r->bytes % 8 ||
		    r->len > r->bytes - sizeof(*r))
			return false;
		if (!c->json) {
			print_record(r);
		} else if (lines) {
			json_begin(&c->j, stdout);
			json_record(&c->j, r);
			json_end(&c->j);
		} else {
			json_object(&c->j, NULL);
			json_record(&c->j, r);
			json_close(&c->j);
		}
		buf += r->bytes;
		len -= r->bytes;
	}
	return true;
}

/* Until the log is empty, or, following, until the module is gone. */
static int read_log(struct cli *c, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[16384] __attribute__((aligned(8)));
	ssize_t n;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (!n)
			return 0;
		if (n > 0 && !print_records(c, buf, n))
			return -EPROTO;
		if (n > 0 || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		if (!c->opt[OPT_FOLLOW])
			return 0;
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return -errno;
	}
}

int run_log(struct cli *c)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`kwasm list` shows what is there" };
	const char *name;
	uint32_t id;
	int used, err, mfd, fd, status = 0;

	err = parse_object(c, 0, &name, &id, &used);
	if (!err && used != c->nr_args)
		err = fail_usage(c, "log NAME, or log id N");
	if (err)
		return err;
	mfd = find_module_fd(c, name, id, &status);
	if (status)
		return status;
	if (mfd == -ENOENT)
		return fail(c, &f, "there is no module or link '%s'", c->args[used - 1]);
	if (mfd < 0)
		return fail_errno(c, mfd, c->args[used - 1]);
	fd = kwasm_log_open(mfd);
	close(mfd);	/* following the log must not keep the module */
	if (fd < 0)
		return fail_errno(c, fd, c->args[used - 1]);
	fcntl(fd, F_SETFL, O_NONBLOCK);

	if (c->json && !c->opt[OPT_FOLLOW]) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "records");
	}
	err = read_log(c, fd);
	close(fd);
	if (c->json && !c->opt[OPT_FOLLOW])
		json_end(&c->j);
	if (err) {
		fprintf(stderr, "kwasm: log: %s\n", strerror(-err));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}
