// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Divisions by constants, as the compiler does them, against the processor's:
 * one module for each divisor, run on values around everything that matters.
 */
#include <string.h>

#include "../../userspace-tools/engine/engine.h"
#include "tap.h"

static u8 wasm[256];
static u32 len;

static void put(u8 b)
{
	wasm[len++] = b;
}

static void put_sleb(s32 v)
{
	for (;;) {
		u8 b = v & 0x7f;

		v >>= 7;
		if ((v == 0 && !(b & 0x40)) || (v == -1 && b & 0x40)) {
			put(b);
			return;
		}
		put(b | 0x80);
	}
}

/* (func (export "f") (param i32) (result i32) local.get 0, i32.const c, op) for each of the four operations */
static void make(s32 c)
{
	static const u8 head[] = {
		0, 'a', 's', 'm', 1, 0, 0, 0,
		1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f,	/* type */
		3, 5, 4, 0, 0, 0, 0,			/* four functions */
	};
	u8 op;

	memcpy(wasm, head, sizeof(head));
	len = sizeof(head);
	put(10);
	put(0);
	put(4);
	for (op = 0x6d; op <= 0x70; op++) {		/* div_s, div_u, rem_s, rem_u */
		u32 at = len;

		put(0);
		put(0);
		put(0x20);
		put(0);
		put(0x41);
		put_sleb(c);
		put(op);
		put(0x0b);
		wasm[at] = len - at - 1;
	}
	wasm[sizeof(head) + 1] = len - sizeof(head) - 2;
}

static u32 want(u32 op, u32 x, u32 c)
{
	switch (op) {
	case 0:
		return (s32)x / (s32)c;
	case 1:
		return x / c;
	case 2:
		return (s32)c == -1 ? 0 : (s32)x % (s32)c;
	default:
		return x % c;
	}
}

static struct kwasm_engine *engine;
static u32 nr_wrong;

static void check(struct kw_instance *inst, u32 x, u32 c)
{
	struct kw_value val[1];
	struct kwasm_trap_info trap;
	u32 op;

	for (op = 0; op < 4; op++) {
		if (x == 1u << 31 && c == ~0u && op == 0)
			continue;
		val[0] = (struct kw_value){ x, 0 };
		if (kwasm_engine__call(engine, inst, op, val, &trap) || val[0].lo != want(op, x, c)) {
			if (!nr_wrong++)
				diag("op %u: 0x%x / 0x%x: 0x%llx", op, x, c, (unsigned long long)val[0].lo);
		}
	}
}

static u32 seed = 12345;

static u32 next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

static bool test_divisor(u32 c)
{
	struct kwasm_engine_module *m;
	struct kw_instance *inst;
	struct kw_diag diag = { 0 };
	struct kwasm_trap_info trap;
	u32 i, k;

	make((s32)c);
	if (kwasm_engine__load(engine, wasm, len, 0, &m, &diag) ||
	    kwasm_engine__instantiate(engine, m, NULL, &inst, &trap, &diag))
		return false;
	for (i = 0; i < 32; i++)
		for (k = 0; k < 5; k++)
			check(inst, (1u << i) + k - 2, c);
	for (i = 0; i < 40; i++) {
		check(inst, next() >> (i % 32), c);
		for (k = 0; k < 3; k++)	/* on both sides of a multiple */
			check(inst, next() / c * c + k - 1, c);
	}
	return true;
}

int main(void)
{
	const struct kwasm_engine_opts opts = { .mode = KW_MODE_GUARD, .max_memory_pages = 1 };
	u32 i, k, failed = 0;

	engine = kwasm_engine__new(&opts);
	if (!engine)
		return 1;
	for (i = 1; i < 32; i++)
		for (k = 0; k < 5; k++)
			if ((1u << i) + k - 2)
				failed += !test_divisor((1u << i) + k - 2);
	for (i = 1; i < 100; i++) {
		failed += !test_divisor(i);
		failed += !test_divisor(-i);
	}
	for (i = 0; i < 150; i++)
		failed += !test_divisor(next() >> (i % 31) | 1);
	ok(!failed, "all modules compile");
	ok(!nr_wrong, "quotients and remainders by constants are the processor's");
	return tap_done();
}
