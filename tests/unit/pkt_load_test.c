// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Programs made at random of what guests do with packets: lengths compared,
 * loads near the start, behind an offset, of more than there is, with and without
 * default, between stores.  Each must give what a model of it gives, however much
 * of the packet is in one piece, and with what the compiler does about it left out.
 */
#include "engine/engine.h"
#include "rt/pkt.h"
#include "tap.h"
#include "wasmbuf.h"

#define PROGRAMS	2000
#define PACKETS		12
#define MAX_STEPS	24
#define MAX_BYTES	230

static u64 seed = 0x6b7761736d;

static u32 below(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 20) % n;
}

static const struct {
	const char *name;
	u8 type;		/* of the module below */
	u8 bytes;
	bool be;
} load[] = {
	{ "ld8", 1, 1, false }, { "ld16", 1, 2, false }, { "ld32", 1, 4, false }, { "ld64", 3, 8, false },
	{ "ld16be", 1, 2, true }, { "ld32be", 1, 4, true }, { "ld64be", 3, 8, true },
	{ "ld8_or", 2, 1, false }, { "ld16_or", 2, 2, false }, { "ld16be_or", 2, 2, true }, { "ld32be_or", 2, 4, true },
};

enum { LD8, LD32 = 2, LD16BE = 4, FIRST_OR = 7, LEN = ARRAY_SIZE(load), ERR, ST8, NR_IMPORTS };

/* What a program is made of. It has a hash, a length that it has read, an offset (all i32). */
enum kind {
	LOAD,			/* hash = hash * 31 + load @n at @off, or with default @c */
	UNUSED,			/* load @n at @off */
	BEHIND,			/* as LOAD, at the offset + @off */
	ANYWHERE,		/* as LOAD, at (hash & 255) + @off */
	OFFSET,			/* offset = ld32(@off) & @c */
	LOOK,			/* return unless len() @cond @c */
	LOOK_OLD,		/* the same of the length that was read */
	LOOK_BEHIND,		/* return unless offset + @off @cond len() */
	READ_LENGTH,
	FIELD,			/* ld16be(@off) [& @m] equal to @c? hash ^= @off */
	TABLE,			/* ld8(@off) is @c or @m? hash ^= @off */
	STORE,			/* st8(@off, hash) */
	SHORT,			/* hash = hash * 31 + err() */
	IF,			/* hash & 1? up to the next END */
	END,
};

struct step {
	enum kind kind;
	u32 n, off, c, m;
	u8 cond;		/* index of compare[] */
};

struct packet {
	u8 data[MAX_BYTES];
	u32 len;
};

/* ---- Compares, in the encoding of i32 and in C ---- */

static const u8 compare[] = { 0x46, 0x47, 0x49, 0x4b, 0x4d, 0x4f };	/* eq ne lt_u gt_u le_u ge_u */

static bool holds(u8 cond, u32 a, u32 b)
{
	switch (compare[cond]) {
	case 0x46:	return a == b;
	case 0x47:	return a != b;
	case 0x49:	return a < b;
	case 0x4b:	return a > b;
	case 0x4d:	return a <= b;
	default:	return a >= b;
	}
}

/* ---- The model ---- */

struct state {
	struct packet *p;
	u32 hash, len, offset;
	bool is_short;
};

static u32 model_load(struct state *s, u32 n, u32 off, u32 dflt)
{
	u32 bytes = load[n].bytes, k;
	u64 v = 0;

	if ((u64)off + bytes > s->p->len) {
		s->is_short |= n < FIRST_OR;
		return n < FIRST_OR ? 0 : dflt;
	}
	for (k = 0; k < bytes; k++)
		v |= (u64)s->p->data[off + (load[n].be ? bytes - 1 - k : k)] << 8 * k;
	return (u32)(v ^ v >> 32);
}

static u32 field(struct state *s, const struct step *t)
{
	u32 v = model_load(s, LD16BE, t->off, 0);

	return t->m ? v & t->m : v;
}

static u32 offset(const struct state *s, const struct step *t)
{
	return t->kind == BEHIND ? s->offset + t->off : t->kind == ANYWHERE ? (s->hash & 255) + t->off : t->off;
}

static void add(struct state *s, u32 v)
{
	s->hash = s->hash * 31 + v;
}

/* Return: false: the program returns. */
static bool model_step(struct state *s, const struct step *t)
{
	switch (t->kind) {
	case LOAD:
	case BEHIND:
	case ANYWHERE:	add(s, model_load(s, t->n, offset(s, t), t->c)); break;
	case UNUSED:	model_load(s, t->n, t->off, t->c); break;
	case OFFSET:	s->offset = model_load(s, LD32, t->off, 0) & t->c; break;
	case LOOK:	return holds(t->cond, s->p->len, t->c);
	case LOOK_OLD:	return holds(t->cond, s->len, t->c);
	case LOOK_BEHIND: return holds(t->cond, s->offset + t->off, s->p->len);
	case READ_LENGTH: s->len = s->p->len; break;
	case FIELD:	s->hash ^= field(s, t) == t->c ? t->off : 0; break;
	case TABLE: {
		u32 v = model_load(s, LD8, t->off, 0);

		s->hash ^= v == t->c || v == t->m ? t->off : 0;
		break;
	}
	case STORE:
		if (t->off < s->p->len && !kw_pkt_is_parsed(s->p->data, s->p->len, t->off, 1))
			s->p->data[t->off] = (u8)s->hash;
		break;
	case SHORT:
		add(s, s->is_short);
		s->is_short = false;
		break;
	case IF:
	case END:	break;
	}
	return true;
}

static u32 model(const struct step *step, u32 nr, struct packet *p, bool *is_short)
{
	struct state s = { .p = p };
	u32 i;

	for (i = 0; i < nr && model_step(&s, &step[i]); i++)
		if (step[i].kind == IF && !(s.hash & 1))
			while (step[i].kind != END)
				i++;
	*is_short = s.is_short;
	return s.hash;
}

/* ---- The program; locals 0 hash, 1 length, 2 offset ---- */

static void put_const(struct buf *b, u32 v)
{
	s64 rest = (s32)v;

	PUT(b, 0x41);
	for (; rest < -64 || rest > 63; rest >>= 7)
		PUT(b, (u8)(rest & 0x7f) | 0x80);
	PUT(b, (u8)rest & 0x7f);
}

static void put_offset(struct buf *b, const struct step *t)
{
	if (t->kind == BEHIND) {
		PUT(b, 0x20, 2);
	} else if (t->kind == ANYWHERE) {
		PUT(b, 0x20, 0);
		put_const(b, 255);
		PUT(b, 0x71);
	}
	put_const(b, t->off);
	if (t->kind == BEHIND || t->kind == ANYWHERE)
		PUT(b, 0x6a);
}

static void put_load(struct buf *b, const struct step *t)
{
	put_offset(b, t);
	if (t->n >= FIRST_OR)
		put_const(b, t->c);
	PUT(b, 0x10, (u8)t->n);
	if (load[t->n].bytes == 8)
		PUT(b, 0x22, 3, 0x20, 3, 0x42, 32, 0x88, 0x85, 0xa7);
}

static void begin_add(struct buf *b)
{
	PUT(b, 0x20, 0);
	put_const(b, 31);
	PUT(b, 0x6c);
}

static void end_add(struct buf *b)
{
	PUT(b, 0x6a, 0x21, 0);
}

static void put_xor(struct buf *b, u32 v)
{
	PUT(b, 0x20, 0);
	put_const(b, v);
	PUT(b, 0x73, 0x21, 0);
}

static void return_unless(struct buf *b, u8 cond)
{
	PUT(b, compare[cond], 0x45, 0x04, 0x40, 0x20, 0, 0x0f, 0x0b);
}

/* br_table of @c and @m, or with the lower of both taken off. */
static void put_table(struct buf *b, const struct step *t)
{
	u32 low = min(t->c, t->m), high = max(t->c, t->m), i;

	PUT(b, 0x02, 0x40, 0x02, 0x40);
	put_const(b, t->off);
	PUT(b, 0x10, LD8);
	put_const(b, 0 - low);
	PUT(b, 0x6a, 0x0e);
	put_u32(b, high - low + 1);
	for (i = low; i <= high; i++)
		PUT(b, i == t->c || i == t->m ? 0 : 1);
	PUT(b, 1, 0x0b);
	put_xor(b, t->off);
	PUT(b, 0x0b);
}

static void put_field(struct buf *b, const struct step *t)
{
	put_const(b, t->off);
	PUT(b, 0x10, LD16BE);
	if (t->m) {
		put_const(b, t->m);
		PUT(b, 0x71);
	}
	put_const(b, t->c);
	PUT(b, 0x46, 0x04, 0x40);
	put_xor(b, t->off);
	PUT(b, 0x0b);
}

static void put_step(struct buf *b, const struct step *t)
{
	switch (t->kind) {
	case LOAD:
	case BEHIND:
	case ANYWHERE:
		begin_add(b);
		put_load(b, t);
		end_add(b);
		break;
	case UNUSED:
		put_load(b, t);
		PUT(b, 0x1a);
		break;
	case OFFSET:
		put_const(b, t->off);
		PUT(b, 0x10, LD32);
		put_const(b, t->c);
		PUT(b, 0x71, 0x21, 2);
		break;
	case LOOK:
		PUT(b, 0x10, LEN);
		put_const(b, t->c);
		return_unless(b, t->cond);
		break;
	case LOOK_OLD:
		PUT(b, 0x20, 1);
		put_const(b, t->c);
		return_unless(b, t->cond);
		break;
	case LOOK_BEHIND:
		PUT(b, 0x20, 2);
		put_const(b, t->off);
		PUT(b, 0x6a, 0x10, LEN);
		return_unless(b, t->cond);
		break;
	case READ_LENGTH:
		PUT(b, 0x10, LEN, 0x21, 1);
		break;
	case FIELD:
		put_field(b, t);
		break;
	case TABLE:
		put_table(b, t);
		break;
	case STORE:
		put_const(b, t->off);
		PUT(b, 0x20, 0, 0x10, ST8, 0x1a);
		break;
	case SHORT:
		begin_add(b);
		PUT(b, 0x10, ERR);
		end_add(b);
		break;
	case IF:
		PUT(b, 0x20, 0, 0x41, 1, 0x71, 0x04, 0x40);
		break;
	case END:
		PUT(b, 0x0b);
		break;
	}
}

static void put_import(struct buf *b, const char *name, u8 type)
{
	static const char module[] = "kwasm_pkt_v1";

	PUT(b, sizeof(module) - 1);
	put_bytes(b, module, sizeof(module) - 1);
	PUT(b, strlen(name));
	put_bytes(b, name, strlen(name));
	PUT(b, 0, type);
}

static struct buf program(const struct step *step, u32 nr)
{
	struct buf m = { 0 }, section = { 0 }, body = { 0 };
	u32 i;

	put_header(&m);
	SECTION(&m, 1, 4, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f,
		0x60, 1, 0x7f, 1, 0x7e);
	PUT(&section, NR_IMPORTS);
	for (i = 0; i < ARRAY_SIZE(load); i++)
		put_import(&section, load[i].name, load[i].type);
	put_import(&section, "len", 0);
	put_import(&section, "err", 0);
	put_import(&section, "st8", 2);
	put_section(&m, 2, &section);
	SECTION(&m, 3, 1, 0);
	PUT(&section, 1);
	PUT(&body, 2, 3, 0x7f, 1, 0x7e);
	for (i = 0; i < nr; i++)
		put_step(&body, &step[i]);
	PUT(&body, 0x20, 0, 0x0b);
	put_sized(&section, &body);
	put_section(&m, 10, &section);
	return m;
}

/* ---- Chance ---- */

/* About here ends what a program looks for, what it loads and what the packet has: mistakes are by one. */
static u32 edge;

static u32 some_length(void)
{
	if (below(3))
		return edge - 2 + below(5);
	return below(4) ? below(90) : below(MAX_BYTES);
}

static u32 some_offset(u32 bytes)
{
	if (below(3))
		return edge > bytes ? edge - bytes - 1 + below(3) : 0;
	return below(8) ? below(70) : 150 + below(60);
}

/* The next step, and what depends on the packet's bytes often true. */
static struct step some_step(const struct packet *p, bool inside)
{
	struct step t = { .kind = below(END), .n = below(ARRAY_SIZE(load)), .c = below(1u << 31) };
	u32 o;

	t.off = some_offset(t.kind == LOAD || t.kind == UNUSED ? load[t.n].bytes : t.kind == FIELD ? 2 : 1);
	if (t.kind == BEHIND || t.kind == LOOK_BEHIND)
		t.off = below(3) ? edge / 2 + below(10) : t.off;
	o = t.off < MAX_BYTES - 2 ? t.off : 0;
	t.cond = (u8)below(ARRAY_SIZE(compare));
	if (t.kind == IF && inside)
		t.kind = LOAD;
	switch (t.kind) {
	case OFFSET:
		t.c = below(2) ? 60 : below(2) ? 0xff : ~0u;
		break;
	case LOOK:
	case LOOK_OLD:
		t.c = some_length();
		t.cond = below(4) ? 5 - below(2) * 2 : t.cond;		/* ge_u, gt_u: what guests do */
		break;
	case LOOK_BEHIND:
		t.cond = below(4) ? 2 + below(2) * 2 : t.cond;		/* lt_u, le_u */
		break;
	case FIELD:
		t.m = below(3) ? 0 : 1 + below(0x1ffff);
		t.c = below(4) ? (u32)(p->data[o] << 8 | p->data[o + 1]) : below(0x1ffff);
		t.c &= t.m ? t.m : ~0u;
		break;
	case TABLE:
		t.c = p->data[o];
		t.m = below(2) ? t.c : below(256);
		break;
	default:
		break;
	}
	return t;
}

static u32 some_steps(struct step *step, const struct packet *p)
{
	u32 nr = 4 + below(MAX_STEPS - 6), i;
	bool inside = false;

	for (i = 0; i < nr; i++) {
		if (inside && !below(5)) {
			step[i] = (struct step){ .kind = END };
			inside = false;
			continue;
		}
		step[i] = some_step(p, inside);
		inside |= step[i].kind == IF;
	}
	if (inside)
		step[nr++] = (struct step){ .kind = END };
	return nr;
}

static struct packet some_packet(void)
{
	struct packet p;
	u32 i;

	edge = 2 + below(below(4) ? 60 : 200);
	p.len = some_length();
	for (i = 0; i < MAX_BYTES; i++)
		p.data[i] = (u8)(below(3) ? below(256) : below(4) - below(2));
	return p;
}

/* ---- Both ---- */

static bool agree(struct kwasm_engine *e, struct kw_instance *inst, const struct step *step, u32 nr,
		  const struct packet *p, u32 linear)
{
	struct packet mine = *p, theirs = *p;
	struct kwasm_engine_packet pkt = { .data = theirs.data, .len = p->len, .linear = linear };
	struct kwasm_trap_info trap;
	bool is_short;
	u32 want = model(step, nr, &mine, &is_short), got = 0;
	int err = kwasm_engine__run_packet(e, inst, NR_IMPORTS, &pkt, &got, &trap);

	if (!err && got == want && pkt.is_short == is_short && !memcmp(mine.data, theirs.data, sizeof(mine.data)))
		return true;
	diag("error %d, %u bytes, %u linear: 0x%x, short %d; should be 0x%x, short %d", err, p->len, linear, got,
	     pkt.is_short, want, is_short);
	return false;
}

static bool test_program(const struct kwasm_engine_opts *o, const struct step *step, u32 nr, struct packet p)
{
	struct buf b = program(step, nr);
	struct kwasm_engine *e = kwasm_engine__new(o);
	struct kwasm_engine_module *m;
	struct kw_instance *inst = NULL;
	struct kwasm_trap_info trap;
	struct kw_diag d;
	bool good;
	u32 i;

	good = !kwasm_engine__load(e, b.p, b.len, 0, &m, &d) &&
	       !kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &d);
	for (i = 0; i < PACKETS && good; i++) {
		good = agree(e, inst, step, nr, &p, i ? below(p.len + 1) : p.len);
		if (i & 1)
			p.len = some_length();
	}
	kwasm_engine__free(e);
	free(b.p);
	return good;
}

static void test(const char *what, const struct kwasm_engine_opts *o)
{
	u32 i, nr, bad = 0;

	for (i = 0; i < PROGRAMS && !bad; i++) {
		struct packet p = some_packet();
		struct step step[MAX_STEPS];

		nr = some_steps(step, &p);
		if (test_program(o, step, nr, p))
			continue;
		bad++;
		for (i = 0; i < nr; i++)
			diag("%u: kind %d n %u off %u c 0x%x m 0x%x cond %u", i, step[i].kind, step[i].n, step[i].off,
			     step[i].c, step[i].m, step[i].cond);
	}
	ok(!bad, "packet loads, %s: %u programs on %u packets each", what, PROGRAMS, PACKETS);
}

int main(void)
{
	static const struct {
		const char *what;
		u8 mode;
		u8 kernel_form;
		u32 opt_off;
	} setup[] = {
		{ "guard mode", KW_MODE_GUARD, KWASM_ENGINE_KERNEL_NONE, 0 },
		{ "check mode", KW_MODE_CHECK, KWASM_ENGINE_KERNEL_NONE, 0 },
		{ "the kernel's form", KW_MODE_GUARD, KWASM_ENGINE_KERNEL_BARE, 0 },
		{ "each checked by itself", KW_MODE_GUARD, KWASM_ENGINE_KERNEL_NONE, KW_OPT_PACKET },
		{ "nothing shared", KW_MODE_GUARD, KWASM_ENGINE_KERNEL_NONE, KW_OPT_GVN },
		{ "nothing folded", KW_MODE_GUARD, KWASM_ENGINE_KERNEL_NONE, KW_OPT_FOLD | KW_OPT_DCE },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(setup); i++) {
		struct kwasm_engine_opts o = {
			.mode = setup[i].mode, .form = KW_FORM_S, .kernel_form = setup[i].kernel_form,
			.opt_off = setup[i].opt_off, .deadline_ns = 1000000000,
		};

		test(setup[i].what, &o);
	}
	return tap_done();
}
