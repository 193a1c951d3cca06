// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A store across the end of memory that must not write a part of what it has,
 * KW_OPT_STORE left out: traps, and all bytes are as they were.
 */
#include "engine/engine.h"
#include "tap.h"
#include "wasmbuf.h"

#define PAGES	3u
#define BYTES	((u64)PAGES * KW_PAGE_BYTES)
#define OLD	0xa5
#define NEW	0x5a

static const struct {
	const char *name;
	u8 bytes;
	u8 op[2];		/* with the prefix of vectors */
	u8 constant[2];		/* what makes NEW in each byte, from an i64 */
} store[] = {
	{ "i32.store8", 1, { 0x3a }, { 0xa7 } },
	{ "i32.store16", 2, { 0x3b }, { 0xa7 } },
	{ "i32.store", 4, { 0x36 }, { 0xa7 } },
	{ "f32.store", 4, { 0x38 }, { 0xa7, 0xbe } },
	{ "i64.store", 8, { 0x37 }, { 0 } },
	{ "f64.store", 8, { 0x39 }, { 0xbf } },
	{ "v128.store", 16, { 0xfd, 0x0b }, { 0xfd, 0x12 } },
};

/* None, one that every form of an address has, one that none has. */
static const u32 offset[] = { 0, 3, 0x11171 };

/* (param $at i32): a store at at + offset */
static void put_func(struct buf *code, u32 i, u32 off)
{
	struct buf one = { 0 };
	u32 k;

	PUT(&one, 0, 0x20, 0, 0x42);			/* no locals; at, i64.const 0x5a5a... */
	PUT(&one, 0xda, 0xb4, 0xe9, 0xd2, 0xa5, 0xcb, 0x96, 0xad, 0xda, 0x00);
	for (k = 0; k < 2 && store[i].constant[k]; k++)
		PUT(&one, store[i].constant[k]);
	PUT(&one, store[i].op[0]);
	if (store[i].op[1])
		PUT(&one, store[i].op[1]);
	PUT(&one, 0);
	put_u32(&one, off);
	PUT(&one, 0x0b);
	put_sized(code, &one);
}

static struct buf module(void)
{
	struct buf m = { 0 }, funcs = { 0 }, code = { 0 };
	u32 i, k;

	put_u32(&funcs, ARRAY_SIZE(store) * ARRAY_SIZE(offset));
	put_u32(&code, ARRAY_SIZE(store) * ARRAY_SIZE(offset));
	for (i = 0; i < ARRAY_SIZE(store); i++)
		for (k = 0; k < ARRAY_SIZE(offset); k++) {
			PUT(&funcs, 0);
			put_func(&code, i, offset[k]);
		}
	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, 0x7f, 0);
	put_section(&m, 3, &funcs);
	SECTION(&m, 5, 1, 0, PAGES);
	put_section(&m, 10, &code);
	return m;
}

/* The last 32 bytes: OLD, but for @new at the end. */
static bool is_left(const struct kw_memory *mem, u32 new)
{
	u32 i;

	for (i = 1; i <= 32; i++)
		if (mem->base[BYTES - i] != (i <= new ? NEW : OLD))
			return false;
	return true;
}

/* Every place that has bytes on both sides of the end, and the last that has none. */
static bool stores(struct kwasm_engine *e, struct kw_instance *inst, u32 i, u32 k)
{
	struct kw_memory *mem = kw_instance_memory(inst, 0);
	u32 inside;

	for (inside = 0; inside <= store[i].bytes; inside++) {
		struct kw_value at = { .lo = BYTES - inside - offset[k] };
		struct kwasm_trap_info trap;
		bool fits = inside == store[i].bytes;
		int err;

		memset(mem->base + BYTES - 32, OLD, 32);
		err = kwasm_engine__call(e, inst, i * ARRAY_SIZE(offset) + k, &at, &trap);
		if (fits ? err : err != -EFAULT || trap.kind != KW_TRAP_MEM_OOB) {
			diag("%s, offset %u, %u bytes inside: error %d", store[i].name, offset[k], inside, err);
			return false;
		}
		if (!is_left(mem, fits ? store[i].bytes : 0)) {
			diag("%s, offset %u, %u bytes inside: wrote", store[i].name, offset[k], inside);
			return false;
		}
	}
	return true;
}

static void test_stores(const char *setup, u8 mode, u32 opt_off)
{
	struct kwasm_engine_opts o = { .mode = mode, .opt_off = opt_off | KW_OPT_STORE, .features = KW_FEATURES_ALL };
	struct kwasm_engine *e = kwasm_engine__new(&o);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_instance *inst;
	struct buf b = module();
	struct kw_diag d;
	u32 i, k;
	int err;

	err = kwasm_engine__load(e, b.p, b.len, 0, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &d);
	if (ok(!err, "%s: a module is loaded", setup))
		for (i = 0; i < ARRAY_SIZE(store); i++) {
			bool fine = true;

			for (k = 0; k < ARRAY_SIZE(offset); k++)
				fine &= stores(e, inst, i, k);
			ok(fine, "%s: %s across the end writes nothing", setup, store[i].name);
		}
	kwasm_engine__free(e);
	free(b.p);
}

int main(void)
{
	test_stores("guard", KW_MODE_GUARD, 0);
	test_stores("check", KW_MODE_CHECK, 0);
	test_stores("check, compares", KW_MODE_CHECK, KW_OPT_CLAMP);
	return tap_done();
}
