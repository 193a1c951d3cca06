// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* libkwasm's habits, as far as they need no kernel: options, errno, objects, error records. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>

#include "internal.h"
#include "tap.h"

/* (module (func (export "netfilter/inet/input") (result i32) i32.const 1)) */
static const unsigned char good[] =
	"\0asm\1\0\0\0" "\1\5\1\140\0\1\177" "\3\2\1\0" "\7\30\1\24netfilter/inet/input\0\0"
	"\12\6\1\4\0\101\1\13";
#define GOOD_LEN	(sizeof(good) - 1)

static int printed;

static int count(enum libkwasm_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	printed++;
	return 0;
}

static void test_options(void)
{
	struct {
		struct kwasm_module_open_opts o;
		char future[16];
	} longer = { .o = { .sz = sizeof(longer), .name = "a" } };
	LIBKWASM_OPTS(kwasm_module_open_opts, tiny, .name = "b");
	struct kwasm_module *m;

	m = kwasm_module__open_mem(good, GOOD_LEN, &longer.o);
	ok(m && !strcmp(kwasm_module__name(m), "a"), "options of a newer program are taken if the rest is zero");
	kwasm_module__close(m);
	longer.future[3] = 1;
	errno = 0;
	ok(!kwasm_module__open_mem(good, GOOD_LEN, &longer.o) && errno == EINVAL,
	   "options of a newer program are refused if the rest is not");
	tiny.sz = sizeof(size_t);
	m = kwasm_module__open_mem(good, GOOD_LEN, &tiny);
	ok(m && !strcmp(kwasm_module__name(m), "<memory>"), "what lies beyond sz is not read");
	kwasm_module__close(m);
	tiny.sz = 1;
	ok(!kwasm_module__open_mem(good, GOOD_LEN, &tiny) && errno == EINVAL, "a size too small for itself is refused");
}

static void test_module(void)
{
	struct kwasm_module *m = kwasm_module__open_mem(good, GOOD_LEN, NULL);
	struct kwasm_error e = { .sz = sizeof(e) };
	struct kwasm_program *p;

	ok(m && !kwasm_module__check(m), "a good module passes");
	ok(kwasm_module__error(m, &e) == -ENOENT, "and has no error");
	p = kwasm_module__next_program(m, NULL);
	ok(p && !strcmp(kwasm_program__name(p), "netfilter/inet/input"), "its program is found");
	ok(p && !kwasm_module__next_program(m, p), "there is one");
	ok(p && kwasm_module__find_program_by_name(m, "netfilter/inet/input") == p, "by name, too");
	errno = 0;
	ok(!kwasm_module__find_program_by_name(m, "netfilter/inet") && errno == ENOENT, "another name is ENOENT");
	ok(kwasm_module__fd(m) == -ENOENT, "no descriptor before load");
	ok(p && kwasm_program__fd(p) == -ENOENT, "nor a program's");
	kwasm_module__close(m);
	kwasm_module__close(NULL);
}

static void test_error(void)
{
	struct kwasm_module *m = kwasm_module__open_mem("nothing", 7, NULL);
	struct {
		struct kwasm_error e;
		char future[8];
	} longer = { .e = { .sz = sizeof(longer) } };
	struct kwasm_error e = { .sz = offsetof(struct kwasm_error, code) };

	ok(m && kwasm_module__check(m) == -ENOEXEC && errno == ENOEXEC, "what is no module opens, and is refused by check");
	ok(!kwasm_module__error(m, &longer.e) && longer.e.err == -ENOEXEC && longer.e.offset == 0 &&
	   longer.e.function_index == ~0u && longer.e.sz == sizeof(longer), "the record of a newer program is filled as far as known");
	ok(longer.e.text && !strcmp(longer.e.text, "<memory>: offset 0x0: magic header not detected"), "the text says file, offset, reason");
	ok(!strcmp(longer.e.code, "malformed_module"), "the code is a word");
	ok(!kwasm_module__error(m, &e) && e.err == -ENOEXEC && !e.code, "the record of an older program is filled as far as it reaches");
	kwasm_module__close(m);

	errno = 0;
	ok(!kwasm_module__open_file("/nonexistent", NULL) && errno == ENOENT, "a missing file is ENOENT");
	ok(!kwasm_module__open_file("/", NULL) && errno == EISDIR, "a directory is EISDIR");
}

static void test_runner(void)
{
	static const unsigned char packet[28] = { 0x45 };
	LIBKWASM_OPTS(kwasm_test_run_opts, o, .data_in = packet, .data_size_in = sizeof(packet));
	struct kwasm_module *m = kwasm_module__open_mem(good, GOOD_LEN, NULL);
	struct kwasm_runner *r = kwasm_runner__new(m, NULL);
	char out[64];

	ok(r && !kwasm_runner__run(r, "netfilter/inet/input", &o) && o.retval == KWASM_NF_ACCEPT && !o.trap.kind,
	   "a program runs on a packet");
	o.data_out = out;
	o.data_size_out = sizeof(out);
	ok(r && !kwasm_runner__run(r, "netfilter/inet/input", &o) && o.data_size_out == sizeof(packet) &&
	   !memcmp(out, packet, sizeof(packet)), "and gives the packet back");
	ok(r && kwasm_runner__run(r, "netfilter/ip/input", &o) == -ENOENT, "a program that is not there is ENOENT");
	kwasm_runner__free(r);
	kwasm_runner__free(NULL);
	kwasm_module__close(m);
}

static void test_names(void)
{
	__u32 family = 0, hook = 9;

	ok(!libkwasm_netfilter_by_name("netfilter/ip6/post_routing", &family, &hook) &&
	   family == NFPROTO_IPV6 && hook == NF_INET_POST_ROUTING, "a hook's name is understood");
	ok(!strcmp(libkwasm_netfilter_name(family, hook), "netfilter/ip6/post_routing"), "and made");
	ok(libkwasm_netfilter_by_name("netfilter/ip6/nowhere", &family, &hook) == -EINVAL, "another one is EINVAL");
	ok(!libkwasm_netfilter_name(77, 0), "there is no hook without a name");
	ok(!strcmp(libkwasm_trap_name(2), "MEM_OOB") && !strcmp(libkwasm_trap_str(2), "out of bounds memory access"),
	   "traps have a word and a text");
	ok(!libkwasm_trap_name(0) && !libkwasm_trap_str(1000), "what is no trap has none");
}

static void test_print(void)
{
	struct kwasm_module *m = kwasm_module__open_mem("nothing", 7, NULL);

	ok(!libkwasm_set_print(count), "nobody listens at first");
	kwasm_module__check(m);
	ok(printed > 0, "a refusal is told to who listens");
	ok(libkwasm_set_print(NULL) == count, "who listened is known");
	printed = 0;
	kwasm_module__check(m);
	ok(!printed, "nothing is told to nobody");
	kwasm_module__close(m);
}

/* Are all in the order they run in, and those in front of @at as they were? */
static bool stays(const struct placed *e, const struct placed *was, size_t nr, size_t at)
{
	size_t i;

	for (i = 1; i < nr; i++)
		if (e[i].order < e[i - 1].order || (e[i].order == e[i - 1].order && e[i].id < e[i - 1].id))
			return false;
	return !memcmp(e, was, at * sizeof(*e));
}

/* Every way to put the youngest, or the oldest, of up to four among the others, with orders -1, 0 and 1. */
static void test_place(void)
{
	unsigned int code, all = 3 * 3 * 3, i, k, id, bad = 0, n = 0;
	struct placed e[4], was[4];

	for (code = 0; code < all * 4 * 2; code++) {
		size_t at = code / all % 4;
		int32_t low = -1;

		for (i = 0, k = code % all, id = 10; i < 4; i++, id++) {
			e[i].id = i == at ? (code / all / 4 ? 1 : 99) : id;
			e[i].order = 0;
			if (i == at)
				continue;
			low = low > (int32_t)(k % 3) - 1 ? low : (int32_t)(k % 3) - 1;
			e[i].order = low;
			k /= 3;
		}
		memcpy(was, e, sizeof(e));
		bad += place_orders(e, 4, at) || !stays(e, was, 4, at);
		n++;
	}
	ok(!bad && n == all * 8, "%u ways to put one among three: all run as they were put", n);
	e[0] = (struct placed){ 1, 5 };
	ok(!place_orders(e, 1, 0) && e[0].order == 5, "one alone keeps its order");
	e[0] = (struct placed){ 9, INT32_MAX };
	e[1] = (struct placed){ 1, 0 };
	ok(place_orders(e, 2, 1) == -ERANGE, "behind the last number there is none");
	e[0] = (struct placed){ 9, 0 };
	e[1] = (struct placed){ 1, INT32_MIN };
	ok(!place_orders(e, 2, 0) && e[0].order == INT32_MIN && e[1].order == INT32_MIN + 1,
	   "before the first one it is the others that move");
}

int main(void)
{
	test_options();
	test_module();
	test_error();
	test_runner();
	test_names();
	test_place();
	test_print();
	return tap_done();
}
