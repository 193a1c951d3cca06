// SPDX-License-Identifier: GPL-2.0
/* What went wrong -> a line with its remedy on stderr, or JSON on stdout; and the exit status. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define NONE	0xffffffffu

static const struct {
	int err;
	enum exit_status status;
	const char *code;
	const char *text;		/* instead of strerror() */
	const char *hint;
} by_errno[] = {
	{ ENODEV,	EXIT_NO_DEVICE,		"no_device",	KWASM_DEVICE " does not exist",
	  "module kwasm is not loaded; try: modprobe kwasm" },
	{ EPERM,	EXIT_PERMISSION,	"permission",	NULL,
	  "loading needs CAP_BPF or CAP_SYS_ADMIN, attaching CAP_NET_ADMIN; try it as root" },
	{ EACCES,	EXIT_PERMISSION,	"permission",	NULL,	"try it as root" },
	{ ENOENT,	EXIT_NOT_FOUND,		"not_found",	NULL, NULL },
	{ ENXIO,	EXIT_NOT_FOUND,		"not_found",	"there is no such network device", NULL },
	{ EBUSY,	EXIT_BUSY,		"busy",		NULL, NULL },
	{ EEXIST,	EXIT_BUSY,		"exists",	NULL, NULL },
	{ EOPNOTSUPP,	EXIT_UNSUPPORTED,	"unsupported",	"not supported by this kernel or CPU",
	  "`kwasm feature` tells what is" },
	{ ENOTTY,	EXIT_UNSUPPORTED,	"unsupported",	"the kernel module is older than this command", NULL },
	{ E2BIG,	EXIT_LIMIT,		"limit",	"over a limit", NULL },
	{ EFBIG,	EXIT_LIMIT,		"limit",	NULL, NULL },
	{ ENOMEM,	EXIT_LIMIT,		"limit",	NULL, NULL },
	{ ENOSPC,	EXIT_LIMIT,		"limit",	"no room left for code or memory",
	  "`kwasm feature` tells how much there is, `kwasm list` who has it" },
	{ EINTR,	EXIT_INTERRUPTED,	"interrupted",	NULL, NULL },
};

_Noreturn void die_nomem(void)
{
	fprintf(stderr, "kwasm: out of memory\n");
	exit(EXIT_LIMIT);
}

void json_error(struct json *j, const struct failure *f, const char *message)
{
	const struct kwasm_error *e = f->module;

	json_object(j, "error");
	json_str(j, "code", f->code);
	if (f->err)
		json_u64(j, "errno", f->err);
	json_str(j, "message", message);
	if (f->file)
		json_str(j, "file", f->file);
	if (e && e->function_index != NONE) {
		json_u64(j, "function_index", e->function_index);
		json_str(j, "function", e->function);
	}
	if (e && e->offset != NONE)
		json_u64(j, "offset", e->offset);
	if (e && e->import)
		json_str(j, "import", e->import);
	if (f->hint)
		json_str(j, "hint", f->hint);
	json_close(j);
}

int fail(struct cli *c, const struct failure *f, const char *fmt, ...)
{
	char *message;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	if (c->json) {
		json_begin(&c->j, stdout);
		json_error(&c->j, f, message);
		json_end(&c->j);
	} else {
		fprintf(stderr, "kwasm: %s\n", f->module ? f->module->text : message);
		if (f->hint)
			fprintf(stderr, "kwasm: %s\n", f->hint);
	}
	free(message);
	return f->status;
}

int fail_usage(struct cli *c, const char *fmt, ...)
{
	struct failure f = { .status = EXIT_USAGE, .code = "usage" };
	char *message, hint[64];
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	snprintf(hint, sizeof(hint), "try: kwasm help%s%s", c->verb ? " " : "", c->verb ? c->verb->name : "");
	f.hint = hint;
	fail(c, &f, "%s", message);
	free(message);
	return EXIT_USAGE;
}

int fail_errno(struct cli *c, int err, const char *what)
{
	struct failure f = { .status = EXIT_FAILED, .err = -err, .code = "failed" };
	const char *text = strerror(-err);
	size_t i;

	for (i = 0; i < sizeof(by_errno) / sizeof(by_errno[0]); i++) {
		if (by_errno[i].err != -err)
			continue;
		f.status = by_errno[i].status;
		f.code = by_errno[i].code;
		f.hint = by_errno[i].hint;
		text = by_errno[i].text ?: text;
	}
	return fail(c, &f, "%s: %s", what, text);
}

enum exit_status module_status(const struct kwasm_error *e)
{
	static const struct {
		const char *code;
		enum exit_status status;
	} table[] = {
		{ "malformed_module",	EXIT_BAD_MODULE },
		{ "invalid_module",	EXIT_BAD_MODULE },
		{ "import_refused",	EXIT_REFUSED },
		{ "map_refused",	EXIT_REFUSED },
		{ "init_refused",	EXIT_REFUSED },
		{ "init_trapped",	EXIT_TRAP },
		{ "unsupported",	EXIT_UNSUPPORTED },
		{ "limit",		EXIT_LIMIT },
		{ "permission",		EXIT_PERMISSION },
		{ "no_device",		EXIT_NO_DEVICE },
		{ "interrupted",	EXIT_INTERRUPTED },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].code, e->code))
			return table[i].status;
	return EXIT_FAILED;
}

void failure_of_module(struct failure *f, const struct kwasm_error *e, const char *path)
{
	*f = (struct failure){
		.status = module_status(e), .err = -e->err, .code = e->code,
		.file = path, .module = e,
	};
	if (f->status == EXIT_NO_DEVICE)
		f->hint = by_errno[0].hint;
	else if (f->status == EXIT_REFUSED && e->import)
		f->hint = "what a module may import is listed in the guest ABI: kwasm(8)";
}

int fail_module(struct cli *c, const struct kwasm_module *m, const char *path)
{
	struct kwasm_error e = { .sz = sizeof(e) };
	struct failure f;

	if (kwasm_module__error(m, &e))
		return fail_errno(c, -errno, path);
	failure_of_module(&f, &e, path);
	return fail(c, &f, "%s", e.message);
}
