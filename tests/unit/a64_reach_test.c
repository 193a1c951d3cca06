// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Every branch and address field of arm64 at its limit, executed: a function
 * grows until the distance is the last one that fits, then by one instruction
 * more.  The first must use the short form with just this distance, the second
 * another form, and both must compute what they should.
 */
#include "code/code.h"
#include "engine/engine.h"
#include "isa/a64/encode.h"
#include "isa/isa.h"
#include "tap.h"
#include "wasmbuf.h"

#define BITS_AT_5(bits)	(((1u << (bits)) - 1) << 5)

/*
 * One function (x, y) -> x with a counter, its body in two parts; what grows is
 * between them: in large steps x = popcnt(x) * y, a lot of code for its bytes,
 * then x *= y, one instruction.  @mask, @value: the word whose distance is meant.
 */
struct shape {
	const char *name;
	u32 mask, value;
	u32 bits;		/* of the field, in words; 0: adr */
	bool backward;
	u32 rounds;		/* how often the growing part is run */
	u32 (*before)(u32 x, u32 y);
	u8 nr_head, nr_tail;
	u8 head[96], tail[24];
};

#define GET(i)		0x20, i
#define SET(i)		0x21, i
#define CONST(c)	0x41, c
#define IF		0x04, 0x40
#define END		0x0b
#define ADD_CONST(c)	GET(0), CONST(c), 0x6a, SET(0)
#define BYTES(...)	sizeof((const u8[]){ __VA_ARGS__ })

static u32 same(u32 x, u32 y)
{
	return y ? x : 0;
}

static u32 quotient(u32 x, u32 y)
{
	return x / y;
}

static u32 scaled(u32 x, u32 y)
{
	return (u32)(s32)((s32)x * 1.1) + 0 * y;
}

static u32 from_table(u32 x, u32 y)
{
	return x + (x < 1) + (x < 2) + (x < 3) + (x < 4) + 0 * y;
}

#define HEAD(...)	.nr_head = BYTES(__VA_ARGS__), .head = { __VA_ARGS__ }
#define TAIL(...)	.nr_tail = BYTES(__VA_ARGS__), .tail = { __VA_ARGS__ }

static const struct shape shape[] = {
	{ "tbz forward", 0x7e000000, 0x36000000, 14, false, 1, same,
	  HEAD(GET(0), CONST(1), 0x71, IF), TAIL(END) },
	{ "tbnz backward", 0x7e000000, 0x36000000, 14, true, 2, same,
	  HEAD(0x03, 0x40), TAIL(GET(2), CONST(1), 0x6a, 0x22, 2, CONST(1), 0x71, 0x0d, 0, END) },
	{ "b.cond forward", 0xff000010, 0x54000000, 19, false, 1, same,
	  HEAD(GET(0), GET(1), 0x47, IF), TAIL(END) },
	{ "b.cond backward", 0xff000010, 0x54000000, 19, true, 2, same,
	  HEAD(0x03, 0x40), TAIL(GET(2), CONST(1), 0x6a, 0x22, 2, CONST(2), 0x48, 0x0d, 0, END) },
	{ "cbz to a trap", 0x7f000000, 0x34000000, 19, false, 1, quotient,
	  HEAD(GET(0), GET(1), 0x6e, SET(0)), TAIL(0x01) },
	{ "a constant in the pool", 0xff000000, 0x5c000000, 19, false, 1, scaled,
	  HEAD(GET(0), 0xb7, 0x44, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xf1, 0x3f, 0xa2, 0xfc, 0x02, SET(0)), TAIL(0x01) },
	{ "the address of a switch's table", 0x9f000000, 0x10000000, 0, false, 1, from_table,
	  HEAD(0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40,
	       GET(0), 0x0e, 4, 0, 1, 2, 3, 4, END, ADD_CONST(1), END, ADD_CONST(1), END,
	       ADD_CONST(1), END, ADD_CONST(1), END), TAIL(0x01) },
};

/* How often each step is there. */
struct size {
	u32 large, small;
};

static struct buf module(const struct shape *s, struct size n)
{
	static const u8 large[] = { GET(0), 0x69, GET(1), 0x6c, SET(0) }, small[] = { GET(0), GET(1), 0x6c, SET(0) };
	struct buf m = { 0 }, code = { 0 }, body = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f);
	SECTION(&m, 3, 1, 0);
	PUT(&code, 1);
	PUT(&body, 1, 1, 0x7f);
	put_bytes(&body, s->head, s->nr_head);
	while (n.large--)
		put_bytes(&body, large, sizeof(large));
	while (n.small--)
		put_bytes(&body, small, sizeof(small));
	put_bytes(&body, s->tail, s->nr_tail);
	PUT(&body, GET(0), END);
	put_sized(&code, &body);
	put_section(&m, 10, &code);
	return m;
}

/* One size of one shape. */
struct trial {
	struct kwasm_engine *e;
	struct kw_instance *inst;
	const struct kw_code *code;
};

static bool start(struct trial *t, const struct shape *s, struct size n)
{
	struct kwasm_engine_opts o = { .features = KW_FEATURES_ALL };
	struct buf b = module(s, n);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_diag d;
	int err;

	t->e = kwasm_engine__new(&o);
	err = kwasm_engine__load(t->e, b.p, b.len, 0, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(t->e, m, NULL, &t->inst, &trap, &d);
	if (!err)
		t->code = kwasm_engine_module__code(m);
	else
		diag("%s: error %d", s->name, err);
	free(b.p);
	return !err;
}

/* The distance in the word that is meant, if there is just one. */
static bool find(const struct trial *t, const struct shape *s, s64 *dist)
{
	u32 i, w, n = 0;

	for (i = 0; i + 4 <= t->code->func[0].len; i += 4) {
		w = get_unaligned_le32(t->code->bytes + i);
		if ((w & s->mask) != s->value)
			continue;
		n++;
		if (s->bits)
			*dist = (s64)((u64)w << (64 - 5 - s->bits)) >> (64 - s->bits) << 2;
		else
			*dist = ((s64)((u64)w << 40) >> 45 << 2) | (w >> 29 & 3);
	}
	return n == 1;
}

static bool computes(struct trial *t, const struct shape *s, struct size n)
{
	static const u32 xs[] = { 1, 3, 7, 1000003 };
	struct kwasm_trap_info trap;
	u32 i, k, round, y = 5;

	for (i = 0; i < ARRAY_SIZE(xs); i++) {
		struct kw_value v[2] = { { .lo = xs[i] }, { .lo = y } };
		u32 want = s->before(xs[i], y);

		for (round = 0; round < s->rounds; round++) {
			for (k = 0; k < n.large; k++)
				want = __builtin_popcount(want) * y;
			for (k = 0; k < n.small; k++)
				want *= y;
		}
		if (kwasm_engine__call(t->e, t->inst, 0, v, &trap) || v[0].lo != want) {
			diag("%s: %u gives %llu, wanted %u", s->name, xs[i], (unsigned long long)v[0].lo, want);
			return false;
		}
	}
	return true;
}

/* The distance at this size; 0: there is none of that form, or more than one. */
static s64 measure(const struct shape *s, struct size n)
{
	struct trial t;
	s64 dist = 0;

	if (start(&t, s, n) && !find(&t, s, &dist))
		dist = 0;
	kwasm_engine__free(t.e);
	return dist;
}

static void test_shape(const struct shape *s)
{
	s64 dist, limit = s->bits ? 1ll << (s->bits + 1) : 1 << 20, last = s->backward ? -limit : limit - 4;
	s64 first = measure(s, (struct size){ 0, 8 }), step = measure(s, (struct size){ 1, 8 }) - first;
	struct size n;
	struct trial t;

	if (!first || !step || step == -first) {
		ok(false, "%s: has its short form", s->name);
		return;
	}
	n.large = (last - first) / step;
	n.small = 8 + ((last - first) % step) / (s->backward ? -4 : 4);
	ok(start(&t, s, n) && find(&t, s, &dist) && dist == last, "%s: the last distance that fits is used", s->name);
	ok(computes(&t, s, n), "%s: and right", s->name);
	kwasm_engine__free(t.e);
	n.small++;
	ok(start(&t, s, n) && (!find(&t, s, &dist) || (dist < 4096 && dist > -4096)),
	   "%s: one instruction farther there is another form", s->name);
	ok(computes(&t, s, n), "%s: right as well", s->name);
	kwasm_engine__free(t.e);
}

/* ---- bl: 128 MiB; functions that far apart need no code between them to be refused ---- */

static int call_over(s64 dist, u32 *word)
{
	struct kw_code *c = kw_code_new(2, 0);
	u32 from = dist < 0 ? -dist : 0;
	int err;

	c->bytes = kw_alloc(from + 4);
	c->func[0].off = from;
	c->func[1].off = from + dist;
	err = kw_code_add_reloc(c, from, KW_RELOC_FUNC, 1) ?: kw_isa_a64.fixup_calls(c, 0);
	*word = get_unaligned_le32(c->bytes + from);
	kw_code_free(c);
	return err;
}

static int stub_over(s64 dist, u32 *word)
{
	static const u64 at = 1ull << 40;
	u64 stubs[] = { at + dist };
	struct kw_code *c = kw_code_new(1, 0);
	u8 dst[4];
	int err;

	put_unaligned_le32(a64_bl(0), dst);
	err = kw_code_add_reloc(c, 0, KW_RELOC_CALL26, 0) ?: kw_code_relocate(c, dst, at, stubs);
	*word = get_unaligned_le32(dst);
	kw_code_free(c);
	return err;
}

static void test_calls(void)
{
	const s64 limit = 1 << 27;
	u32 w;

	ok(!call_over(limit - 4, &w) && w == a64_bl(limit - 4), "a call reaches 128 MiB - 4 forward");
	ok(call_over(limit, &w) == -E2BIG, "and is refused beyond");
	ok(!call_over(-limit, &w) && w == a64_bl(-limit), "a call reaches 128 MiB backward");
	ok(call_over(-limit - 4, &w) == -E2BIG, "and is refused beyond");
	ok(!stub_over(limit - 4, &w) && w == a64_bl(limit - 4), "a stub may be 128 MiB - 4 away");
	ok(stub_over(limit, &w) == -ERANGE, "but no farther");
	ok(!stub_over(-limit, &w) && w == a64_bl(-limit), "or 128 MiB before");
	ok(stub_over(-limit - 4, &w) == -ERANGE && stub_over(2, &w) == -ERANGE, "but no farther, nor between instructions");
}

int main(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shape); i++)
		test_shape(&shape[i]);
	test_calls();
	return tap_done();
}
