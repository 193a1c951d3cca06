// SPDX-License-Identifier: GPL-2.0
/* V8's side: calls written to v8.mjs line by line, its answers compared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "side.h"

static struct child v8;

bool v8_start(const char *script)
{
	const char *const argv[] = { getenv("NODE") ?: "node", script, NULL };
	size_t len, i;
	const u8 *env;

	if (!child_start(&v8, argv))
		return false;
	env = side_env(&len);
	fputs("env ", v8.to);
	for (i = 0; i < len; i++)
		fprintf(v8.to, "%02x", env[i]);
	fputs("\n", v8.to);
	fflush(v8.to);
	if (fgetc(v8.from) == 'o' && fgetc(v8.from) == 'k' && fgetc(v8.from) == '\n')
		return true;
	v8_stop();
	return false;
}

void v8_stop(void)
{
	child_stop(&v8);
}

/* Kinds as V8's messages tell them apart. */
static const char *kind(u32 trap)
{
	switch (trap) {
	case KW_TRAP_UNREACHABLE:	return "unreachable";
	case KW_TRAP_MEM_OOB:		return "memory";
	case KW_TRAP_TABLE_OOB:
	case KW_TRAP_UNDEF_ELEM:	return "table";
	case KW_TRAP_NULL_ELEM:
	case KW_TRAP_BAD_SIG:		return "indirect";
	case KW_TRAP_DIV_ZERO:		return "zero";
	case KW_TRAP_INT_OVERFLOW:
	case KW_TRAP_BAD_CONV:		return "unrepresentable";
	default:			return "?";
	}
}

static size_t show(char *p, size_t room, u8 type, struct kw_value v)
{
	static const char letter[] = { [KW_V_I32 & 31] = 'i', [KW_V_I64 & 31] = 'l', [KW_V_F32 & 31] = 'f',
				       [KW_V_F64 & 31] = 'd', [KW_V_FUNCREF & 31] = 'r', [KW_V_EXTERNREF & 31] = 'x' };

	v = ref_side_shown(type, v);
	if (type == KW_V_F32 && (v.lo & 0x7fffffff) > 0x7f800000)
		v.lo = 0x7fc00000;
	if (type == KW_V_F64 && (v.lo & ~0ULL >> 1) > 0x7ff0000000000000)
		v.lo = 0x7ff8000000000000;
	return (size_t)snprintf(p, room, " %c:%llx", letter[type & 31], (unsigned long long)v.lo);
}

/* What v8.mjs computes of memory */
static u32 hash(const u8 *p, size_t n)
{
	u32 h = 0x811c9dc5, w;

	for (; n; p += 4, n -= 4) {
		memcpy(&w, p, 4);
		h = (h ^ w) * 0x01000193;
	}
	return h;
}

static void expected_state(const struct ref_side *r, char *p, size_t room)
{
	const struct ref_memory *mem = r->inst->mem;
	const struct kw_module *m = r->inst->m;
	u32 i;
	size_t n = 0;

	n += (size_t)snprintf(p, room, "state");
	for (i = 0; i < m->nr_exports; i++) {
		const struct kw_export *e = &m->exports[i];
		u8 type = e->kind == KW_EXT_GLOBAL ? m->globals[e->index].type.type : 0;

		if (e->kind == KW_EXT_MEMORY)
			n += (size_t)snprintf(p + n, room - n, " m:%x:%x", mem->pages,
					      hash(mem->bytes, mem->pages * (size_t)KW_PAGE_BYTES));
		if (e->kind == KW_EXT_GLOBAL && type != KW_V_V128)
			n += show(p + n, room - n, type, *r->inst->global[e->index]);
	}
}

/* The answer must be @want. */
static bool answered(const struct subject *x, const char *what, const char *want)
{
	char line[4096];

	if (!fgets(line, sizeof(line), v8.from)) {
		printf("# seed %llu: V8 died\n", (unsigned long long)x->seed);
		return false;
	}
	line[strcspn(line, "\n")] = 0;
	if (!strcmp(line, want))
		return true;
	printf("# seed %llu, V8, %s: %s, want %s\n", (unsigned long long)x->seed, what, line, want);
	return false;
}

static void send(const struct subject *x, const struct done_call *calls, u32 nr)
{
	char arg[64];
	size_t i;
	u32 k, n;

	fputs("module ", v8.to);
	for (i = 0; i < x->len; i++)
		fprintf(v8.to, "%02x", x->bytes[i]);
	for (k = 0; k < nr; k++) {
		const struct kw_functype *t = kw_func_type(&x->m, calls[k].func);

		fprintf(v8.to, "\ncall %.*s", (int)calls[k].name_len, calls[k].name);
		for (n = 0; n < t->nr_params; n++) {
			show(arg, sizeof(arg), t->types[n], calls[k].arg[n]);
			fputs(arg, v8.to);
		}
	}
	fputs("\nend\n", v8.to);
	fflush(v8.to);
}

static void expected_answer(const struct subject *x, const struct done_call *c, char *p, size_t room)
{
	const struct kw_functype *t = kw_func_type(&x->m, c->func);
	u32 i;
	size_t n;

	if (c->trap) {
		snprintf(p, room, "trap %s", kind(c->trap));
		return;
	}
	n = (size_t)snprintf(p, room, "ok");
	for (i = 0; i < t->nr_results; i++)
		n += show(p + n, room - n, t->types[t->nr_params + i], c->result[i]);
}

const char *v8_compare(const struct subject *x, const struct ref_side *r, const struct done_call *calls, u32 nr)
{
	char want[4096], name[64];
	bool good;
	u32 k;

	if (!v8.to || !nr)
		return NULL;
	send(x, calls, nr);
	good = answered(x, "instantiation", "ok");
	for (k = 0; k < nr; k++) {
		expected_answer(x, &calls[k], want, sizeof(want));
		snprintf(name, sizeof(name), "call %u of function %u", k, calls[k].func);
		good &= answered(x, name, want);
	}
	if (r)
		expected_state(r, want, sizeof(want));
	good &= r ? answered(x, "what it left", want) : fgets(want, sizeof(want), v8.from) != NULL;
	return good ? NULL : "V8";
}
