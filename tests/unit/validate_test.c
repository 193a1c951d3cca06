// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Limits, features and time of decoder and validator, with modules no assembler would make. */
#include <time.h>

#include "common/limits.h"
#include "tap.h"
#include "wasm/opcode.h"
#include "wasmbuf.h"

static u64 cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void check_body(const char *name, struct buf *code, int err, enum kw_reason reason)
{
	struct buf m = module_of_body(code);
	struct kw_diag d;
	char text[100];
	int got = check_buf(&m, KW_FEATURES_ALL, &d);

	kw_diag_format(&d, text, sizeof(text));
	if (!ok(got == err && d.reason == reason, "%s", name))
		diag("got %d, offset 0x%x, %s", got, d.offset, text);
}

static void check_nesting(u32 depth, const char *name, int err, enum kw_reason reason)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0);
	for (i = 0; i < depth; i++)
		PUT(&code, 0x02, 0x40);
	put_times(&code, depth + 1, 0x0b);
	check_body(name, &code, err, reason);
}

static void check_locals(u32 count, const char *name, int err)
{
	struct buf code = { 0 };

	PUT(&code, 1);
	put_u32(&code, count);
	PUT(&code, 0x7f, 0x0b);
	check_body(name, &code, err, err ? KW_R_MAX_LOCALS : KW_R_NONE);
}

static void check_br_table(u32 targets, const char *name, int err)
{
	struct buf code = { 0 };

	PUT(&code, 0, 0x41, 0, 0x0e);
	put_u32(&code, targets);
	put_times(&code, targets + 1, 0);
	PUT(&code, 0x0b);
	check_body(name, &code, err, err ? KW_R_MAX_BR_TABLE : KW_R_NONE);
}

static void check_operands(u32 n, const char *name, int err)
{
	struct buf code = { 0 };
	u32 i;

	PUT(&code, 0);
	for (i = 0; i < n; i++)
		PUT(&code, 0x41, 0);
	put_times(&code, n, 0x1a);
	PUT(&code, 0x0b);
	check_body(name, &code, err, err ? KW_R_MAX_OPERANDS : KW_R_NONE);
}

static void check_body_size(u32 bytes, const char *name, int err)
{
	struct buf code = { 0 };

	PUT(&code, 0);
	put_times(&code, bytes - 2, 0x01);
	PUT(&code, 0x0b);
	check_body(name, &code, err, err ? KW_R_MAX_BODY : KW_R_NONE);
}

static void check_local_sums(void)
{
	struct buf code = { 0 };

	PUT(&code, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 2, 0x7e, 0x0b);
	check_body("locals that add up to more than 2^32 are refused", &code, -E2BIG, KW_R_MAX_LOCALS);
}

/* Wide block types named by every label of a long br_table: work must not be their product. */
static void check_wide_br_table(void)
{
	struct buf m = { 0 }, s = { 0 }, code = { 0 };
	const u32 depth = 5000, wide = 1000;
	struct kw_diag d;
	u64 start;
	u32 i;
	int err;

	put_header(&m);
	PUT(&s, 1, 0x60);
	put_u32(&s, 0);
	put_u32(&s, wide);
	put_times(&s, wide, 0x7f);
	put_section(&m, 1, &s);
	SECTION(&m, 3, 1, 0);
	PUT(&code, 0);
	for (i = 0; i < depth; i++)
		PUT(&code, 0x02, 0x00);
	for (i = 0; i < 50; i++) {
		u32 k;

		PUT(&code, 0x00, 0x0e);
		put_u32(&code, depth - 1);
		for (k = 0; k < depth; k++)
			put_u32(&code, k);
	}
	put_times(&code, depth + 1, 0x0b);
	PUT(&s, 1);
	put_sized(&s, &code);
	put_section(&m, 10, &s);
	start = cpu_ms();
	err = check_buf(&m, KW_FEATURES_ALL, &d);
	ok(!err && cpu_ms() - start < 10000, "br_tables over 5,000 labels of 1,000 values take no more than seconds");
	diag("%u ms", (u32)(cpu_ms() - start));
}

/* 20,000 exports whose names share all but their last bytes. */
static void check_many_exports(bool duplicate)
{
	struct buf m = { 0 }, s = { 0 };
	const u32 n = 20000;
	struct kw_diag d;
	u32 i;
	int err;

	put_header(&m);
	SECTION(&m, 5, 1, 0, 0);
	put_u32(&s, n);
	for (i = 0; i < n; i++) {
		u32 id = duplicate && i == n - 1 ? 17 : i;

		PUT(&s, 103);
		put_times(&s, 100, 'x');
		PUT(&s, '@' + id % 32, '@' + id / 32 % 32, '@' + id / 1024);
		PUT(&s, 2, 0);
	}
	put_section(&m, 7, &s);
	err = check_buf(&m, KW_FEATURES_ALL, &d);
	if (duplicate)
		ok(err == -EINVAL && d.reason == KW_R_DUPLICATE_EXPORT, "one export name twice among 20,000 is found");
	else
		ok(!err, "20,000 different export names are accepted");
}

/* Counts no bytes stand behind must not size an allocation. */
static void check_false_counts(void)
{
	static const u8 ids[] = { 1, 2, 3, 4, 6, 7, 9 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct buf m = { 0 };
		struct kw_diag d;
		int err;

		put_header(&m);
		SECTION(&m, ids[i], 0xff, 0xff, 0xff, 0xff, 0x0f);
		err = check_buf(&m, KW_FEATURES_ALL, &d);
		ok(err == -E2BIG, "section %u with 2^32 - 1 entries and no bytes is refused", ids[i]);
	}
}

static void check_feature(const char *name, u32 mask, struct buf *code, u16 op, u64 type, u32 offset)
{
	struct buf m = module_of_body(code), copy = { 0 };
	struct kw_diag d;
	int err;

	put_bytes(&copy, m.p, m.len);
	err = check_buf(&m, KW_FEATURES_ALL & ~mask, &d);
	if (!ok(err == -EOPNOTSUPP && d.reason == KW_R_UNSUPPORTED && d.op == op && d.arg[0] == type &&
		d.offset == offset && d.func == 0, "%s is refused without its feature", name))
		diag("got %d, reason %u, op %u, offset 0x%x", err, d.reason, d.op, d.offset);
	ok(!check_buf(&copy, KW_FEATURES_ALL, &d), "%s is accepted with it", name);
}

#define BODY_OFF 0x21	/* of the first byte in module_of_body() */

static void check_features(void)
{
	struct buf b = { 0 };

	PUT(&b, 0, 0x43, 0, 0, 0, 0, 0x1a, 0x0b);
	check_feature("f32.const", KW_FEATURE_FLOAT, &b, WASM_OP_F32_CONST + 1, 0, BODY_OFF + 1);
	PUT(&b, 1, 1, 0x7c, 0x0b);
	check_feature("a local of type f64", KW_FEATURE_FLOAT, &b, 0, KW_V_F64, BODY_OFF + 1);
	PUT(&b, 0, 0x00, 0x02, 0x7b, 0x00, 0x0b, 0x1a, 0x0b);
	check_feature("a block of type v128", KW_FEATURE_SIMD, &b, 0, KW_V_V128, BODY_OFF + 2);
	PUT(&b, 0, 0xd0, 0x70, 0x1a, 0x0b);
	check_feature("ref.null", KW_FEATURE_REFTYPES, &b, WASM_OP_REF_NULL + 1, 0, BODY_OFF + 1);
	PUT(&b, 0, 0xfc, 0x10, 0, 0x1a, 0x0b);
	check_feature("table.size", KW_FEATURE_REFTYPES, &b, WASM_OP_TABLE_SIZE + 1, 0, BODY_OFF + 1);
}

static void check_integer_select(void)
{
	struct buf code = { 0 }, m;
	struct kw_diag d;

	PUT(&code, 0, 0x41, 1, 0x41, 2, 0x41, 3, 0x1c, 1, 0x7f, 0x1a, 0x0b);
	m = module_of_body(&code);
	ok(!check_buf(&m, 0, &d), "select with type i32 needs no feature");
}

static void check_two_tables(void)
{
	struct buf m = { 0 };
	struct kw_diag d;
	char text[100];

	put_header(&m);
	SECTION(&m, 4, 2, 0x70, 0, 1, 0x70, 0, 1);
	ok(check_buf(&m, 0, &d) == -EOPNOTSUPP && kw_diag_format(&d, text, sizeof(text)) &&
	   !strcmp(text, "not supported: several tables (reference types)"), "two tables need a feature");
}

static void check_messages(void)
{
	struct buf code = { 0 }, m;
	struct kw_diag d;
	char text[100];

	PUT(&code, 0, 0x41, 1, 0x42, 2, 0x6a, 0x1a, 0x0b);
	m = module_of_body(&code);
	check_buf(&m, 0, &d);
	kw_diag_format(&d, text, sizeof(text));
	ok(!strcmp(text, "type mismatch: expected i32, found i64") && d.func == 0 &&
	   d.op == WASM_OP_I32_ADD + 1 && d.offset == BODY_OFF + 5,
	   "a type mismatch names function, instruction, offset and both types");
}

int main(void)
{
	check_nesting(KW_MAX_NESTING - 1, "blocks nested to the limit are accepted", 0, KW_R_NONE);
	check_nesting(KW_MAX_NESTING, "blocks nested one deeper are refused", -E2BIG, KW_R_MAX_NESTING);
	check_nesting(100000, "100,000 nested blocks are refused", -E2BIG, KW_R_MAX_NESTING);
	check_locals(KW_MAX_LOCALS, "locals up to the limit are accepted", 0);
	check_locals(KW_MAX_LOCALS + 1, "one local more is refused", -E2BIG);
	check_local_sums();
	check_br_table(KW_MAX_BR_TABLE, "a br_table up to the limit is accepted", 0);
	check_br_table(KW_MAX_BR_TABLE + 1, "a br_table with one label more is refused", -E2BIG);
	check_operands(KW_MAX_OPERANDS, "operands up to the limit are accepted", 0);
	check_operands(KW_MAX_OPERANDS + 1, "one operand more is refused", -E2BIG);
	check_body_size(KW_MAX_BODY_BYTES, "a body up to the limit is accepted", 0);
	check_body_size(KW_MAX_BODY_BYTES + 1, "a body one byte longer is refused", -E2BIG);
	check_wide_br_table();
	check_many_exports(false);
	check_many_exports(true);
	check_false_counts();
	check_features();
	check_integer_select();
	check_two_tables();
	check_messages();
	return tap_done();
}
