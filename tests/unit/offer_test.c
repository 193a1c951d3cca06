// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which program may call which host function, and on what ways a call is found: rt/offer.c. */
#include "rt/bind.h"
#include "tap.h"
#include "wasmbuf.h"

static struct kw_diag why;

static const char *const kind_name[KW_NR_KINDS] = {
	"netfilter/ip/input", "xdp", "tc/egress", "timer/t", "fs/unlink", "call/f",
};

static void put_name(struct buf *b, const char *s)
{
	put_u32(b, strlen(s));
	put_bytes(b, s, strlen(s));
}

/* Type 0 is the host function's, 1 is () -> i32. */
static void put_types(struct buf *out, const struct kw_host_info *h)
{
	struct buf b = { 0 };

	PUT(&b, 2, 0x60, h->nr_params);
	put_bytes(&b, h->types, h->nr_params);
	PUT(&b, h->nr_results);
	put_bytes(&b, h->types + h->nr_params, h->nr_results);
	PUT(&b, 0x60, 0, 1, KW_V_I32);
	put_section(out, 1, &b);
}

static void put_import(struct buf *out, const struct kw_host_info *h)
{
	struct buf b = { 0 };

	PUT(&b, 1);
	put_name(&b, h->module);
	put_name(&b, h->name);
	PUT(&b, 0, 0);
	put_section(out, 2, &b);
}

static void put_funcs(struct buf *out, u32 nr)
{
	struct buf b = { 0 };

	put_u32(&b, nr);
	put_times(&b, nr, 1);
	put_section(out, 3, &b);
}

/* A table of one funcref, with function @func in it. */
static void put_table(struct buf *out)
{
	struct buf b = { 0 };

	PUT(&b, 1, KW_V_FUNCREF, 0, 1);
	put_section(out, 4, &b);
}

static void put_elem(struct buf *out, u32 func)
{
	struct buf b = { 0 };

	PUT(&b, 1, 0, 0x41, 0, 0x0b, 1);
	put_u32(&b, func);
	put_section(out, 9, &b);
}

struct program {
	const char *name;
	u32 func;
};

static void put_exports(struct buf *out, const struct program *p, u32 nr)
{
	struct buf b = { 0 };
	u32 i;

	put_u32(&b, nr);
	for (i = 0; i < nr; i++) {
		put_name(&b, p[i].name);
		PUT(&b, KW_EXT_FUNC);
		put_u32(&b, p[i].func);
	}
	put_section(out, 7, &b);
}

/* What a function does; behind unreachable, where any operands will do. */
enum { CALLS, CALLS_TABLE, NOTHING };

struct does {
	u32 what, to;
};

static void put_code(struct buf *out, const struct does *f, u32 nr)
{
	struct buf b = { 0 }, body = { 0 };
	u32 i;

	put_u32(&b, nr);
	for (i = 0; i < nr; i++) {
		PUT(&body, 0, 0x00);
		if (f[i].what == CALLS) {
			PUT(&body, 0x10);
			put_u32(&body, f[i].to);
		} else if (f[i].what == CALLS_TABLE) {
			PUT(&body, 0x11, 1, 0);
		}
		PUT(&body, 0x00, 0x0b);
		put_sized(&b, &body);
	}
	put_section(out, 10, &b);
}

/* Function 0 is @host, those of @f follow; @in_table of them is the table's, 0: there is none. */
static int bind_flags(enum kw_host host, const struct program *p, u32 nr_programs, const struct does *f,
		      u32 nr, u32 in_table, u32 flags)
{
	const struct kw_host_info *h = &kw_host_info[host];
	struct kw_binding bound;
	struct kw_arena arena;
	struct kw_module m;
	struct buf b = { 0 };
	int err;

	put_header(&b);
	put_types(&b, h);
	put_import(&b, h);
	put_funcs(&b, nr);
	if (in_table)
		put_table(&b);
	put_exports(&b, p, nr_programs);
	if (in_table)
		put_elem(&b, in_table);
	put_code(&b, f, nr);
	kw_arena_init(&arena, 1 << 28);
	kw_diag_init(&why);
	err = kw_module_decode(&arena, b.p, b.len, &m, &why);
	if (!err)
		err = kw_module_validate(&m, KW_FEATURES_ALL, &why);
	if (!err)
		err = kw_host_bind(&m, flags, &bound, &why);
	kw_arena_free(&arena);
	free(b.p);
	return err;
}

static int bind(enum kw_host host, const struct program *p, u32 nr_programs, const struct does *f, u32 nr,
		u32 in_table)
{
	return bind_flags(host, p, nr_programs, f, nr, in_table, 0);
}

static bool refused(int err, u32 func, u32 program)
{
	return err == -EOPNOTSUPP && why.reason == KW_R_NOT_OFFERED && why.func == func && why.offset &&
	       why.arg[0] == 0 && why.arg[1] == program;
}

static void test_all(void)
{
	static const struct does f = { CALLS, 0 };
	struct program p = { .func = 1 };
	u32 host, kind, bad = 0;
	int err;

	for (host = 0; host < KW_NR_HOSTS; host++) {
		for (kind = 0; kind < KW_NR_KINDS; kind++) {
			p.name = kind_name[kind];
			err = bind(host, &p, 1, &f, 1, 0);
			if (kw_host_info[host].context >> kind & 1 ? err : !refused(err, 1, 0))
				bad++;
		}
	}
	ok(!bad, "each kind may call what host.def says, and nothing else");
}

static void test_kinds(void)
{
	static const struct does f = { CALLS, 0 };
	static const struct { enum kw_host host; const char *name; bool may; } c[] = {
		{ KW_HOST_PKT_LEN, "xdp", true }, { KW_HOST_PKT_LEN, "timer/t", false },
		{ KW_HOST_PKT_LEN, "call/f", false }, { KW_HOST_PKT_LEN, "fs/notify", false },
		{ KW_HOST_PKT_SET_MARK, "xdp", false }, { KW_HOST_PKT_SET_MARK, "tc/ingress", true },
		{ KW_HOST_PKT_ADJUST_HEAD, "netfilter/inet/input", false }, { KW_HOST_PKT_REDIRECT, "xdp", true },
		{ KW_HOST_PKT_VLAN_POP, "xdp", false }, { KW_HOST_PID_TGID, "call/f", true },
		{ KW_HOST_PID_TGID, "timer/t", false }, { KW_HOST_FS_READ, "call/f", false },
		{ KW_HOST_FS_READ, "fs/unlink", true }, { KW_HOST_PID_TGID, "kwasm_init", true },
		{ KW_HOST_PID_TGID, "xdp2", true }, { KW_HOST_PID_TGID, "fs/", true },
	};
	struct program p = { .func = 1 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		p.name = c[i].name;
		ok(!bind(c[i].host, &p, 1, &f, 1, 0) == c[i].may, "%s: %s %s", c[i].name,
		   kw_host_info[c[i].host].name, c[i].may ? "is for it" : "is refused");
	}
}

static void test_ways(void)
{
	static const struct program one = { "xdp", 1 }, two[] = { { "tc/ingress", 1 }, { "xdp", 2 } };
	static const struct does chain[] = { { CALLS, 2 }, { CALLS, 3 }, { CALLS, 0 } };
	static const struct does circle[] = { { CALLS, 2 }, { CALLS, 1 } };
	static const struct does aside[] = { { NOTHING, 0 }, { CALLS, 0 } };
	static const struct does table[] = { { CALLS_TABLE, 0 }, { CALLS, 0 } };
	static const struct does both[] = { { CALLS, 3 }, { CALLS, 3 }, { CALLS, 0 } };
	static const struct does apart[] = { { CALLS, 0 }, { NOTHING, 0 } };

	ok(refused(bind(KW_HOST_PKT_VLAN_POP, &one, 1, chain, 3, 0), 3, 0), "through functions: told is the one that calls");
	ok(!bind(KW_HOST_PKT_VLAN_POP, &one, 1, circle, 2, 0), "functions that call each other");
	ok(!bind(KW_HOST_PKT_VLAN_POP, &one, 1, aside, 2, 0), "a call that no program reaches");
	ok(!bind(KW_HOST_PKT_VLAN_POP, &one, 1, table, 2, 2), "a call through the table is not followed");
	ok(refused(bind(KW_HOST_PKT_VLAN_POP, two, 2, both, 3, 0), 3, 1), "of two programs that share a function, the wrong one");
	ok(!bind(KW_HOST_PKT_VLAN_POP, two, 2, apart, 2, 0), "of two programs the right one");
	ok(!bind_flags(KW_HOST_PKT_VLAN_POP, &one, 1, chain, 3, 0, KW_BIND_SLOTS), "typed instances have no programs");
}

static void test_long(void)
{
	static const struct program p = { "timer/t", 1 };
	u32 nr = 50000, i;
	struct does *f = calloc(nr, sizeof(*f));

	for (i = 0; i < nr; i++)
		f[i] = (struct does){ CALLS, i + 2 < nr + 1 ? i + 2 : 0 };
	ok(refused(bind(KW_HOST_PKT_LEN, &p, 1, f, nr, 0), nr, 0), "through 50000 functions");
	free(f);
}

int main(void)
{
	test_all();
	test_kinds();
	test_ways();
	test_long();
	return tap_done();
}
