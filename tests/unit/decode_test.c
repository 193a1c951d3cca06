// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Decoding: truncation and damage at every byte, names, custom sections, segments. */
#include "tap.h"
#include "wasm/opcode.h"
#include "wasmbuf.h"

/* A module with something in every section. */
static struct buf full_module(void)
{
	struct buf m = { 0 };

	put_header(&m);
	SECTION(&m, 0, 3, 'o', 'n', 'e', 1, 2, 3);
	SECTION(&m, 1, 2, 0x60, 0, 0, 0x60, 2, 0x7f, 0x7e, 1, 0x7f);
	SECTION(&m, 2, 2, 1, 'm', 1, 'f', 0, 1, 1, 'm', 1, 'g', 3, 0x7f, 0);
	SECTION(&m, 3, 2, 0, 0);
	SECTION(&m, 4, 1, 0x70, 1, 2, 10);
	SECTION(&m, 5, 1, 1, 1, 2);
	SECTION(&m, 6, 2, 0x7f, 1, 0x41, 5, 0x0b, 0x7f, 0, 0x23, 0, 0x0b);
	SECTION(&m, 7, 2, 3, 'r', 'u', 'n', 0, 1, 1, 'g', 3, 1);
	SECTION(&m, 8, 2);
	SECTION(&m, 9, 3, 0, 0x41, 0, 0x0b, 2, 1, 2, 1, 0, 1, 0, 5, 0x70, 1, 0xd2, 2, 0x0b);
	SECTION(&m, 12, 2);
	SECTION(&m, 10, 2, 11, 1, 1, 0x7f, 0x41, 0, 0x28, 2, 0, 0x21, 0, 0x0b, 2, 0, 0x0b);
	SECTION(&m, 11, 2, 0, 0x41, 0, 0x0b, 2, 'h', 'i', 1, 1, 'x');
	SECTION(&m, 0, 4, 'n', 'a', 'm', 'e', 0, 2, 1, 'M', 1, 9, 2, 0, 1, 'f', 2, 3, 'b', 'a', 'r');
	SECTION(&m, 0, 3, 'o', 'n', 'e', 9);
	return m;
}

static void check_contents(const struct kw_module *m)
{
	struct kw_name n;
	u32 from = 0;
	const struct kw_custom *c;

	ok(m->nr_types == 2 && m->nr_funcs == 3 && m->nr_imported_funcs == 1 && m->nr_globals == 3 &&
	   m->nr_imported_globals == 1 && m->start == 2 && m->data_count == 2, "index spaces hold imports and own");
	ok(m->globals[1].init.kind == KW_CE_CONST && m->globals[1].init.lo == 5 && m->globals[1].exported &&
	   m->globals[2].init.kind == KW_CE_GLOBAL && !m->globals[2].init.index, "initial values of globals");
	ok(m->elems[0].nr_items == 2 && m->elems[0].items[1].index == 2 && m->elems[1].mode == KW_SEG_PASSIVE &&
	   m->elems[2].items[0].kind == KW_CE_FUNC, "element segments of three shapes");
	ok(m->datas[0].len == 2 && !memcmp(m->datas[0].bytes, "hi", 2) && m->datas[1].mode == KW_SEG_PASSIVE,
	   "data segments");
	ok(m->funcs[0].declared && m->funcs[1].declared && m->funcs[2].declared, "functions in segments are declared");
	n = kw_module_func_name(m, 2);
	ok(n.len == 3 && !memcmp(n.p, "bar", 3), "a function is named by the name section");
	n = kw_module_func_name(m, 1);
	ok(n.len == 3 && !memcmp(n.p, "run", 3), "a function without a name is named by its export");
	n = kw_module_func_name(m, 99);
	ok(n.len == 0, "a function that is not there has no name");
	c = kw_module_next_custom(m, "one", &from);
	ok(c && c->len == 3 && c->bytes[2] == 3, "the first custom section of a name");
	c = kw_module_next_custom(m, "one", &from);
	ok(c && c->len == 1 && c->bytes[0] == 9, "the second custom section of a name");
	ok(!kw_module_next_custom(m, "one", &from), "no third custom section");
	ok(kw_module_find_export(m, "run", 3)->index == 1 && !kw_module_find_export(m, "ru", 2), "exports by name");
}

static bool prefix_is_a_module(u32 len, const u32 *ends, u32 n)
{
	while (n--)
		if (ends[n] == len)
			return true;
	return false;
}

/* Every proper prefix is refused with an offset inside it, unless it ends between sections that may be last. */
static bool cut_off_modules_are_refused(const struct buf *m)
{
	u32 len, accepted[64], n = 0;
	struct kw_diag d;

	for (len = 0; len < m->len; len++) {
		int err = check_copy(m->p, len, KW_FEATURES_ALL, &d);

		if (!err) {
			accepted[n++] = len;
		} else if (err != -ENOEXEC && err != -EINVAL) {
			diag("%u bytes: %d", len, err);
			return false;
		} else if (d.offset > len || d.reason == KW_R_NONE) {
			diag("%u bytes: offset 0x%x", len, d.offset);
			return false;
		}
	}
	/* Header, custom, type, import; then code is owed, then data; then before each custom section. */
	diag("%u prefixes are modules", n);
	return n == 6 && prefix_is_a_module(8, accepted, n);
}

/* Any single byte replaced by any other: no crash, and a refusal has a reason. */
static bool damaged_modules_are_safe(const struct buf *m)
{
	u32 at, refused = 0;
	int value;

	for (at = 0; at < m->len; at++) {
		u8 old = m->p[at];

		for (value = 0; value < 256; value += 3) {
			struct kw_diag d;

			m->p[at] = old + value;
			if (check_copy(m->p, m->len, 0, &d)) {
				refused++;
				if (d.reason == KW_R_NONE || d.offset > m->len)
					return false;
			}
		}
		m->p[at] = old;
	}
	diag("%u refused", refused);
	return refused > 0;
}

/* A broken name section names nothing, and is no reason to refuse the module. */
static bool broken_name_sections_are_ignored(void)
{
	static const u8 broken[][8] = {
		{ 4, 'n', 'a', 'm', 'e', 1, 0x7f, 1 },
		{ 4, 'n', 'a', 'm', 'e', 1, 2, 0xff },
		{ 4, 'n', 'a', 'm', 'e', 1, 1, 9 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(broken); i++) {
		struct buf m = { 0 }, s = { 0 };
		struct kw_arena arena;
		struct kw_module mod;
		struct kw_diag d;
		bool good;

		put_header(&m);
		put_bytes(&s, broken[i], 8);
		put_section(&m, 0, &s);
		kw_arena_init(&arena, 1 << 20);
		good = !kw_module_decode(&arena, m.p, m.len, &mod, &d) && !kw_module_func_name(&mod, 0).len;
		kw_arena_free(&arena);
		free(m.p);
		if (!good)
			return false;
	}
	return true;
}

/* Allocation failures at any point: -ENOMEM, nothing else. */
static bool small_budgets_give_enomem(const struct buf *m)
{
	u32 budget, failures = 0;

	for (budget = 0; budget < 40000; budget += 16) {
		struct kw_arena arena;
		struct kw_module mod;
		struct kw_diag d;
		int err;

		kw_arena_init(&arena, budget);
		err = kw_module_decode(&arena, m->p, m->len, &mod, &d);
		kw_arena_free(&arena);
		if (err && err != -ENOMEM)
			return false;
		failures += err == -ENOMEM;
	}
	return failures > 10;
}

static bool too_large_is_refused(void)
{
	static u8 bytes[(16 << 20) + 1] = { 0, 'a', 's', 'm', 1 };
	struct kw_diag d;

	return check_copy(bytes, sizeof(bytes), 0, &d) == -E2BIG && d.reason == KW_R_MAX_MODULE;
}

int main(void)
{
	struct buf m = full_module();
	struct kw_arena arena;
	struct kw_module mod;
	struct kw_diag d;
	char text[100];

	kw_arena_init(&arena, 1 << 20);
	if (!ok(!kw_module_decode(&arena, m.p, m.len, &mod, &d), "a module with every section is accepted")) {
		kw_diag_format(&d, text, sizeof(text));
		diag("offset 0x%x: %s", d.offset, text);
		return tap_done();
	}
	check_contents(&mod);
	kw_arena_free(&arena);
	ok(cut_off_modules_are_refused(&m), "modules cut off at any byte are refused");
	ok(damaged_modules_are_safe(&m), "modules with any byte changed do no harm");
	ok(broken_name_sections_are_ignored(), "broken name sections are ignored");
	ok(small_budgets_give_enomem(&m), "small budgets give ENOMEM");
	ok(too_large_is_refused(), "a module over 16 MiB is refused");
	free(m.p);
	return tap_done();
}
