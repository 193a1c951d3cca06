// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Why a module was refused, as numbers (struct kw_diag, from the kernel or
 * from this process) -> a sentence with file, function and offset.
 */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define NONE	0xffffffffu

/* What the errno of a refusal says about its cause; see <linux/kwasm.h>. */
static const struct {
	int err;
	const char *code;
	const char *text;		/* when no reason came along */
} causes[] = {
	{ ENOEXEC,	"malformed_module",	"malformed module" },
	{ EINVAL,	"invalid_module",	"invalid module" },
	{ ENOENT,	"import_refused",	"unknown import" },
	{ EBADF,	"map_refused",		"not a BPF map" },
	{ EOPNOTSUPP,	"unsupported",		"not supported by this kernel or CPU" },
	{ E2BIG,	"limit",		"over a limit" },
	{ ENOSPC,	"limit",		"no room left for code or memory" },
	{ ENOMEM,	"limit",		"out of memory" },
	{ ECANCELED,	"init_refused",		"kwasm_init answered other than 0" },
	{ EFAULT,	"init_trapped",		"the start function, _initialize or kwasm_init trapped" },
	{ EPERM,	"permission",		"not permitted: loading needs CAP_BPF or CAP_SYS_ADMIN" },
	{ EACCES,	"permission",		"no access to " KWASM_DEVICE },
	{ ENODEV,	"no_device",		KWASM_DEVICE " does not exist" },
	{ EINTR,	"interrupted",		"interrupted" },
};

void module_error_clear(struct kwasm_module *m)
{
	free((char *)m->error.message);
	free((char *)m->error.function);
	free((char *)m->error.import);
	free((char *)m->error.text);
	m->error = (struct kwasm_error){ .function_index = NONE, .offset = NONE };
}

static size_t find_cause(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(causes); i++)
		if (causes[i].err == -err)
			break;
	return i;
}

/* "file: function 12 `name`, offset 0x126f: message" with what is known. */
static char *format_text(const struct kwasm_module *m, const struct kwasm_error *e)
{
	char where[64] = "", *text;
	char func[32] = "";
	const char *q = e->function ? "`" : "";

	if (e->function_index != NONE)
		snprintf(func, sizeof(func), " function %u%s", e->function_index, e->function ? " " : "");
	if (e->offset != NONE)
		snprintf(where, sizeof(where), "%s offset 0x%x", *func ? "," : "", e->offset);
	if (asprintf(&text, "%s:%s%s%s%s%s%s %s%s%s", m->path, func, q, e->function ?: "", q, where,
		     *func || *where ? ":" : "", e->message ?: "", e->import ? ": " : "",
		     e->import ?: "") < 0)
		return NULL;
	return text;
}

static char *import_name(const struct kwasm_module *m, u32 nr)
{
	const struct kw_import *im;
	char *s;

	if (!m->is_decoded || nr >= m->decoded.nr_imports)
		return NULL;
	im = &m->decoded.imports[nr];
	if (asprintf(&s, "%.*s.%.*s", (int)im->module.len, (const char *)im->module.p,
		     (int)im->name.len, (const char *)im->name.p) < 0)
		return NULL;
	return s;
}

/* Reasons that speak of no byte of the module. */
static bool has_place(unsigned int reason)
{
	return reason != KW_R_NO_PROGRAM && reason != KW_R_INIT_TRAP && reason != KW_R_INIT_REFUSED &&
	       reason != KW_R_GUARD_KERNEL && reason != KW_R_GUARD_SPACE;
}

static char *map_message(const char *map, const char *message)
{
	char *s;

	return asprintf(&s, "map %s: %s", map ?: "?", message) < 0 ? NULL : s;
}

/* Of the program that is export @nr. */
static void not_offered_text(const struct kwasm_module *m, u64 nr, char *buf, size_t bytes)
{
	const struct kw_name *n = m->is_decoded && nr < m->decoded.nr_exports ?
				  &m->decoded.exports[nr].name : NULL;

	snprintf(buf, bytes, "program %.*s may not call this import", n ? (int)min(n->len, 128u) : 1,
		 n ? (const char *)n->p : "?");
}

int module_error_diag(struct kwasm_module *m, int err, const struct kw_diag *d, const char *name)
{
	struct kwasm_error *e = &m->error;
	const char *func;
	char buf[256];
	size_t cause = find_cause(err);

	if (!d->reason)
		return module_error_plain(m, err, NULL);
	module_error_clear(m);
	e->err = err;
	e->code = cause < ARRAY_SIZE(causes) ? causes[cause].code : "failed";
	if (d->reason == KW_R_INIT_TRAP)
		snprintf(buf, sizeof(buf), "trap while the module was initialized: %s",
			 libkwasm_trap_str(d->arg[0]) ?: "unknown");
	else if (d->reason == KW_R_NOT_OFFERED)
		not_offered_text(m, d->arg[1], buf, sizeof(buf));
	else
		kw_diag_format(d, buf, sizeof(buf));
	e->message = kw_reason_of_map(d->reason) ? map_message(name, buf) : strdup(buf);
	if (has_place(d->reason))
		e->offset = d->offset;
	if (d->func != KW_DIAG_NO_FUNC) {
		e->function_index = d->func;
		func = kwasm_module__function_name(m, d->func);
		e->function = func ? strdup(func) : NULL;
	}
	if (kw_reason_of_map(d->reason))
		e->code = "map_refused";
	if (kw_reason_of_import(d->reason)) {
		e->code = "import_refused";
		e->import = name && *name ? strdup(name) : import_name(m, d->arg[0]);
	}
	e->text = format_text(m, e);
	pr_debug("%s\n", e->text ?: "out of memory");
	return err;
}

int module_error_kernel(struct kwasm_module *m, int err, struct kwasm_diag *diag)
{
	struct kw_diag d = {
		.reason = diag->reason, .op = diag->op, .offset = diag->offset,
		.func = diag->func, .arg = { diag->arg[0], diag->arg[1] },
	};

	diag->name[sizeof(diag->name) - 1] = 0;
	return module_error_diag(m, err, &d, diag->name);
}

int module_error_plain(struct kwasm_module *m, int err, const char *what)
{
	struct kwasm_error *e = &m->error;
	size_t cause = find_cause(err);

	module_error_clear(m);
	e->err = err;
	e->code = cause < ARRAY_SIZE(causes) ? causes[cause].code : "failed";
	if (!what)
		what = cause < ARRAY_SIZE(causes) ? causes[cause].text : strerror(-err);
	e->message = strdup(what);
	e->text = format_text(m, e);
	return err;
}

int kwasm_module__error(const struct kwasm_module *m, struct kwasm_error *out)
{
	size_t sz = out->sz;

	if (!OPTS_VALID(out))
		return libkwasm_err(-EINVAL);
	if (!m->error.err)
		return libkwasm_err(-ENOENT);
	memcpy(out, &m->error, sz < sizeof(*out) ? sz : sizeof(*out));
	out->sz = sz;
	return 0;
}
