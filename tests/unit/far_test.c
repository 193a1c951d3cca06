// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Branches over more code than 32 KiB and 1 MiB, forward and back, taken and not. */
#include "engine/engine.h"
#include "shapes.h"
#include "tap.h"

#define COPY_BYTES	64

/* What is branched over: memory.copy of a constant size, in place, much code for its bytes. */
static void put_copies(struct buf *b, u32 n)
{
	while (n--) {
		put_const(b, COPY_BYTES);
		put_const(b, 0);
		put_const(b, COPY_BYTES);
		PUT(b, 0xfc, 10, 0, 0);
	}
}

/* f(x): if x is 0, copies; then x + the byte copied */
static void put_forward(struct buf *b, u32 n)
{
	PUT(b, OP_BLOCK, EMPTY, OP_GET, 0, OP_BR_IF, 0);
	put_copies(b, n);
	PUT(b, OP_END);
}

/* f(x): copies x + 1 times, x becomes 0 */
static void put_backward(struct buf *b, u32 n)
{
	PUT(b, OP_LOOP, EMPTY);
	put_copies(b, n);
	PUT(b, OP_GET, 0, 0x45, 0x04, EMPTY, 0x05, OP_GET, 0, OP_CONST, 1, 0x6b, OP_SET, 0, OP_BR, 1, OP_END, OP_END);
}

static struct buf module(void (*put_body)(struct buf *, u32), u32 n)
{
	struct buf m = { 0 }, section = { 0 }, code = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, I32, 1, I32);
	SECTION(&m, 3, 1, 0);
	SECTION(&m, 5, 1, 0, 1);
	SECTION(&m, 7, 1, 1, 'f', 0, 0);
	PUT(&code, 0);
	put_body(&code, n);
	PUT(&code, OP_GET, 0);
	put_const(&code, COPY_BYTES);
	PUT(&code, OP_LOAD8_U, 0, 0, OP_ADD, OP_END);
	PUT(&section, 1);
	put_sized(&section, &code);
	put_section(&m, 10, &section);
	SECTION(&m, 11, 1, 0, OP_CONST, 0, OP_END, 1, 7);
	return m;
}

struct far {
	struct kwasm_engine *e;
	struct kw_instance *inst;
	u32 code_bytes;
};

static void start(struct far *f, u8 mode, void (*put_body)(struct buf *, u32), u32 n)
{
	struct kwasm_engine_opts o = { .mode = mode, .features = KW_COMPILE_FEATURES };
	struct buf b = module(put_body, n);
	struct kwasm_engine_module *m;
	struct kwasm_trap_info trap;
	struct kw_diag d = { 0 };
	int err;

	*f = (struct far){ .e = kwasm_engine__new(&o) };
	err = kwasm_engine__load(f->e, b.p, b.len, 0, &m, &d);
	if (!err)
		err = kwasm_engine__instantiate(f->e, m, NULL, &f->inst, &trap, &d);
	if (err)
		diag("error %d, reason %u at 0x%x", err, d.reason, d.offset);
	else
		f->code_bytes = kwasm_engine_module__code(m)->func[0].len;
	free(b.p);
}

static bool f_is(const struct far *f, u32 x, u32 want)
{
	struct kwasm_trap_info trap = { 0 };
	struct kw_value v = { .lo = x };
	int err = f->inst ? kwasm_engine__call(f->e, f->inst, 0, &v, &trap) : -1;

	if (err || (u32)v.lo != want)
		diag("f(%u): error %d, trap %u, %u, want %u", x, err, trap.kind, (u32)v.lo, want);
	return !err && (u32)v.lo == want;
}

static void over(u8 mode, u32 bytes, u32 copies)
{
	const char *setup = mode == KW_MODE_GUARD ? "guard" : "check";
	struct far f;

	start(&f, mode, put_forward, copies);
	ok(f.code_bytes > bytes, "%s: %u bytes of code are over %u", setup, f.code_bytes, bytes);
	ok(f_is(&f, 5, 5) && f_is(&f, 0, 7) && f_is(&f, 1, 8), "%s: forward over %u bytes", setup, bytes);
	kwasm_engine__free(f.e);
	start(&f, mode, put_backward, copies);
	ok(f.code_bytes > bytes && f_is(&f, 0, 7) && f_is(&f, 3, 7), "%s: back over %u bytes", setup, bytes);
	kwasm_engine__free(f.e);
}

int main(void)
{
	static const u8 modes[] = { KW_MODE_GUARD, KW_MODE_CHECK };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		over(modes[i], 32 << 10, 1200);
		over(modes[i], 1 << 20, 38000);
	}
	return tap_done();
}
