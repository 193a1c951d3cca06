// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Turns a struct kw_diag into text, by the rows of reason.def.  No libc: one formatter of its own. */
#include "module.h"
#include "opcode.h"

static const char *const reason_text[KW_NR_REASONS] = {
	[KW_R_NONE] = "no error",
#define KW_REASON(name, errno_, text) [KW_R_##name] = text,
#include "../common/reason.def"
};

/* Text of a bounded length: what does not fit is counted, not written. */
struct text {
	char *buf;
	size_t bytes, len;
};

static void put_char(struct text *t, char c)
{
	if (t->len + 1 < t->bytes)
		t->buf[t->len] = c;
	t->len++;
}

static void put_str(struct text *t, const char *s)
{
	while (*s)
		put_char(t, *s++);
}

static void put_number(struct text *t, u64 v, u32 base)
{
	char digits[20];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		put_char(t, digits[--n]);
}

static void put_type(struct text *t, u64 type, const char *none)
{
	static const char *const number[] = { "v128", "f64", "f32", "i64", "i32" };

	if (!type)
		put_str(t, none);
	else if (type >= KW_V_V128 && type <= KW_V_I32)
		put_str(t, number[type - KW_V_V128]);
	else if (type == KW_V_FUNCREF)
		put_str(t, "funcref");
	else if (type == KW_V_EXTERNREF)
		put_str(t, "externref");
	else
		put_str(t, "?");
}

static void put_newer(struct text *t, u64 newer)
{
	static const char *const name[KW_NR_NEWER] = {
		[KW_NEWER_NONE] = "?",
		[KW_NEWER_EXCEPTIONS] = "exceptions",
		[KW_NEWER_TAIL_CALLS] = "tail calls",
		[KW_NEWER_TYPED_REFS] = "typed function references",
		[KW_NEWER_GC] = "garbage collection",
		[KW_NEWER_THREADS] = "threads",
		[KW_NEWER_MEMORY64] = "64-bit memories and tables",
		[KW_NEWER_RELAXED_SIMD] = "relaxed SIMD",
	};

	put_str(t, newer < KW_NR_NEWER ? name[newer] : "?");
}

/* An instruction, a type, or what there is too many of; then the feature that would allow it. */
static void put_what(struct text *t, const struct kw_diag *d)
{
	static const char *const feature[] = {
		[KW_OP_FLOAT] = " (floating point)",
		[KW_OP_SIMD] = " (SIMD)",
		[KW_OP_REFTYPES] = " (reference types)",
	};

	if (d->op) {
		put_str(t, "instruction ");
		put_str(t, kw_op_text(d->op - 1));
	} else if (d->arg[0]) {
		put_str(t, "type ");
		put_type(t, d->arg[0], "?");
	} else {
		put_str(t, "several tables");
	}
	if (d->arg[1] < ARRAY_SIZE(feature) && feature[d->arg[1]])
		put_str(t, feature[d->arg[1]]);
}

static void put_arg(struct text *t, char conversion, const struct kw_diag *d, u64 arg)
{
	if (conversion == 'u')
		put_number(t, arg, 10);
	else if (conversion == 'x')
		put_number(t, arg, 16);
	else if (conversion == 't')
		put_type(t, arg, "nothing");
	else if (conversion == 'e')
		put_type(t, arg, "a value");
	else if (conversion == 'n')
		put_newer(t, arg);
	else if (conversion == 'w')
		put_what(t, d);
}

size_t kw_diag_format(const struct kw_diag *d, char *buf, size_t bytes)
{
	const char *s = d->reason < KW_NR_REASONS ? reason_text[d->reason] : "unknown reason";
	struct text t = { .buf = buf, .bytes = bytes };
	u32 nr_args = 0;

	for (; *s; s++) {
		if (*s != '%')
			put_char(&t, *s);
		else
			put_arg(&t, *++s, d, d->arg[nr_args++ & 1]);
	}
	if (bytes)
		buf[min(t.len, bytes - 1)] = 0;
	return min(t.len, bytes ? bytes - 1 : 0);
}
