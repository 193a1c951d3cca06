// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Shuffles, and shifts and rotations of lanes by constants: the compiler picks
 * instructions by what the constant looks like.  Each is compiled on its own
 * and compared with what the bytes should be.
 */
#include <string.h>

#include "../../userspace-tools/engine/engine.h"
#include "tap.h"
#include "wasmbuf.h"

static struct kwasm_engine *engine;
static u32 nr_wrong;

struct vec {
	u8 b[16];
};

static const struct vec in[2] = {
	{ { 0x80, 0x01, 0x7f, 0xff, 0x12, 0xf4, 0x56, 0x8a, 0x00, 0xc3, 0x3c, 0x99, 0xe1, 0x1e, 0x77, 0xd5 } },
	{ { 0x21, 0xb2, 0x43, 0xa4, 0x65, 0x96, 0x87, 0x78, 0xa9, 0x6a, 0xcb, 0x5c, 0xed, 0x4e, 0x0f, 0xf0 } },
};

/* (func (param v128 v128) (result v128) ...) of @body on the two inputs */
static bool run(struct buf *body, struct vec *out)
{
	struct buf m = { 0 }, s = { 0 }, code = { 0 };
	struct kwasm_engine_module *mod;
	struct kwasm_trap_info trap;
	struct kw_diag diag = { 0 };
	struct kw_instance *inst;
	struct kw_value val[2];
	bool ok;

	put_header(&m);
	PUT(&s, 1, 0x60, 2, 0x7b, 0x7b, 1, 0x7b);
	put_section(&m, 1, &s);
	PUT(&s, 1, 0);
	put_section(&m, 3, &s);
	PUT(&code, 0);
	put_bytes(&code, body->p, body->len);
	PUT(&code, 0x0b);
	PUT(&s, 1);
	put_sized(&s, &code);
	put_section(&m, 10, &s);
	free(body->p);
	*body = (struct buf){ 0 };
	memcpy(val, in, sizeof(val));
	ok = !kwasm_engine__load(engine, m.p, m.len, 0, &mod, &diag);
	free(m.p);
	if (!ok)
		return false;
	ok = !kwasm_engine__instantiate(engine, mod, NULL, &inst, &trap, &diag) &&
	     !kwasm_engine__call(engine, inst, 0, val, &trap);
	memcpy(out, val, sizeof(*out));
	return ok;
}

static void compare(struct buf *body, const struct vec *want, const char *what, u32 x, u32 y)
{
	struct vec got;

	if ((!run(body, &got) || memcmp(&got, want, sizeof(got))) && !nr_wrong++)
		diag("%s %u %u", what, x, y);
}

static u32 seed = 777;

static u32 next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

/* ---- shuffles ---- */

/* local.get @x, local.get @y, shuffle */
static void shuffle(const u8 *lane, u8 x, u8 y)
{
	struct buf body = { 0 };
	struct vec want;
	u32 i;

	for (i = 0; i < 16; i++)
		want.b[i] = lane[i] < 16 ? in[x].b[lane[i]] : in[y].b[lane[i] - 16];
	PUT(&body, 0x20, x, 0x20, y, 0xfd, 0x0d);
	put_bytes(&body, lane, 16);
	compare(&body, &want, "shuffle", lane[0], lane[1]);
}

/* As it is, with the operands exchanged, with one operand twice. */
static void every_way(const u8 *lane)
{
	u8 other[16];
	u32 i;

	for (i = 0; i < 16; i++)
		other[i] = lane[i] ^ 16;
	shuffle(lane, 0, 1);
	shuffle(other, 0, 1);
	shuffle(lane, 1, 1);
}

/* @n lanes of @bytes each, by the numbers in @of */
static void lanes(const u8 *of, u32 bytes)
{
	u8 lane[16];
	u32 i;

	for (i = 0; i < 16; i++)
		lane[i] = of[i / bytes] * bytes + i % bytes;
	every_way(lane);
}

static void test_shuffles(void)
{
	u32 size, i, k, high;
	u8 of[16];

	for (size = 1; size <= 8; size *= 2)
		for (high = 0; high < 2; high++) {
			for (i = 0; i < 16 / size; i++)
				of[i] = i / 2 + high * 8 / size + (i & 1 ? 16 / size : 0);
			lanes(of, size);
		}
	for (k = 0; k <= 16; k++) {
		for (i = 0; i < 16; i++)
			of[i] = k + i;
		lanes(of, 1);
	}
	for (k = 0; k < 4096; k += 5) {
		for (i = 0; i < 4; i++)
			of[i] = k >> (3 * i) & 7;
		lanes(of, 4);
	}
	for (k = 0; k < 256; k++) {
		for (i = 0; i < 8; i++)
			of[i] = i + (k >> i & 1) * 8;
		lanes(of, 2);
	}
	for (k = 0; k < 1000; k++) {
		for (i = 0; i < 16; i++)
			of[i] = next() >> 8 & (k & 1 ? 31 : 15);
		lanes(of, 1);
	}
}

/* ---- shifts ---- */

/* Little-endian lane @i of @bytes. */
static u64 lane_of(const struct vec *v, u32 i, u32 bytes)
{
	u64 x = 0;

	memcpy(&x, v->b + i * bytes, bytes);
	return x;
}

enum { SHL, SHR_S, SHR_U };

static u64 shifted(u64 x, u32 bits, u32 how, u32 by)
{
	by %= bits;
	if (how == SHL)
		return x << by;
	if (how == SHR_U)
		return x >> by;
	return (u64)((s64)(x << (64 - bits)) >> (64 - bits) >> by);
}

/* @op: of the shift to the left; the others follow */
static void shift_by(u8 op, u32 bytes, u32 how, s32 by)
{
	struct buf body = { 0 };
	struct vec want;
	u32 i;

	for (i = 0; i < 16 / bytes; i++) {
		u64 x = shifted(lane_of(&in[0], i, bytes), 8 * bytes, how, (u32)by);

		memcpy(want.b + i * bytes, &x, bytes);
	}
	op += how;
	PUT(&body, 0x20, 0, 0x41, (by & 0x7f) | 0x80, by < 0 ? 0x7f : 0, 0xfd);
	put_u32(&body, op);
	compare(&body, &want, "shift", op, (u32)by);
}

static void rotate_by(u8 op, u32 bytes, u32 by, u32 back, bool right_first)
{
	struct buf body = { 0 };
	struct vec want;
	u32 i;

	for (i = 0; i < 16 / bytes; i++) {
		u64 x = lane_of(&in[0], i, bytes);

		x = shifted(x, 8 * bytes, SHL, by) | shifted(x, 8 * bytes, SHR_U, back);
		memcpy(want.b + i * bytes, &x, bytes);
	}
	PUT(&body, 0x20, 0, 0x41, right_first ? back : by, 0xfd);
	put_u32(&body, right_first ? op + SHR_U : op);
	PUT(&body, 0x20, 0, 0x41, right_first ? by : back, 0xfd);
	put_u32(&body, right_first ? op : op + SHR_U);
	PUT(&body, 0xfd, 0x50);		/* v128.or */
	compare(&body, &want, "rotate", by, back);
}

static const struct {
	u8 op, bytes;
} shl[] = { { 0x6b, 1 }, { 0x8b, 2 }, { 0xab, 4 }, { 0xcb, 8 } };

static void test_shifts(void)
{
	u32 i, how;
	s32 by;

	for (i = 0; i < ARRAY_SIZE(shl); i++)
		for (how = SHL; how <= SHR_U; how++)
			for (by = -2; by < 100; by++)
				shift_by(shl[i].op, shl[i].bytes, how, by);
}

static void test_rotations(void)
{
	u32 i, by, wrong;

	for (i = 0; i < ARRAY_SIZE(shl); i++)
		for (by = 0; by < 64 && by < 8u * shl[i].bytes; by++)
			for (wrong = 0; wrong < 2; wrong++) {
				u32 back = (8 * shl[i].bytes - by + wrong) & 63;

				rotate_by(shl[i].op, shl[i].bytes, by, back, false);
				rotate_by(shl[i].op, shl[i].bytes, by, back, true);
			}
}

int main(void)
{
	const struct kwasm_engine_opts o = { .mode = KW_MODE_GUARD, .features = KW_FEATURES_ALL };

	engine = kwasm_engine__new(&o);
	if (!engine)
		return 1;
	test_shuffles();
	ok(!nr_wrong, "shuffles of every shape move the bytes they should");
	nr_wrong = 0;
	test_shifts();
	ok(!nr_wrong, "lanes shifted by constants");
	nr_wrong = 0;
	test_rotations();
	ok(!nr_wrong, "a shift to each side joined by or: a rotation, or nearly");
	kwasm_engine__free(engine);
	return tap_done();
}
