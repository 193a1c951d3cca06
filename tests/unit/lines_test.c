// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* x86-64: a small loop lies in one line of the instruction caches, however much code is in front of it. */
#include "compile.h"
#include "shapes.h"
#include "tap.h"

#define LINE_BYTES	64
#define MAX_STORES	100

/* f(x): @stores bytes are stored, then one at every third address from x to 60000 */
static struct buf module(u32 stores)
{
	struct buf m = { 0 }, section = { 0 }, code = { 0 };

	put_header(&m);
	SECTION(&m, 1, 1, 0x60, 1, I32, 0);
	SECTION(&m, 3, 1, 0);
	SECTION(&m, 5, 1, 0, 1);
	PUT(&code, 0);
	while (stores--)
		PUT(&code, OP_GET, 0, OP_CONST, 1, 0x3a, 0, stores);
	PUT(&code, OP_LOOP, EMPTY, OP_GET, 0, OP_CONST, 1, 0x3a, 0, 0);
	PUT(&code, OP_GET, 0, OP_CONST, 3, OP_ADD, 0x22, 0);
	put_const(&code, 60000);
	PUT(&code, 0x49, OP_BR_IF, 0, OP_END, OP_END);
	PUT(&section, 1);
	put_sized(&section, &code);
	put_section(&m, 10, &section);
	return m;
}

/* Of the function's only short branch back: where it ends, and its target. */
static bool find_loop(const struct kw_code *c, u32 *first, u32 *end)
{
	u32 i;

	for (i = c->func[0].off + c->func[0].len - 1; i > c->func[0].off; i--) {
		s8 dist = c->bytes[i];

		if (dist > -LINE_BYTES && dist < -8 && c->bytes[i - 1] >> 4 == 7) {
			*end = i + 1;
			*first = *end + dist;
			return true;
		}
	}
	return false;
}

static bool lies_in_one_line(u32 stores, u32 opt_off)
{
	struct kw_compile_opts o = {
		.isa = &kw_isa_x64, .budget_bytes = 1 << 24, .sig_ids = (const u32[]){ 1 }, .opt_off = opt_off,
	};
	struct buf b = module(stores);
	struct kw_code *code = NULL;
	u32 first = 0, end = 0;
	struct kw_diag d = { 0 };
	struct kw_arena a;
	struct kw_module m;
	int err;

	kw_arena_init(&a, 1 << 24);
	err = kw_module_decode(&a, b.p, b.len, &m, &d) ?: kw_module_validate(&m, KW_COMPILE_FEATURES, &d) ?:
	      kw_compile(&m, &o, &code, &d);
	if (err)
		diag("%u stores: error %d, reason %u", stores, err, d.reason);
	else if (!find_loop(code, &first, &end))
		diag("%u stores: no loop", stores);
	else if (!opt_off && first / LINE_BYTES != (end - 1) / LINE_BYTES)
		diag("%u stores: [0x%x, 0x%x)", stores, first, end);
	kw_code_free(code);
	kw_arena_free(&a);
	free(b.p);
	return end && first / LINE_BYTES == (end - 1) / LINE_BYTES;
}

int main(void)
{
	u32 stores, good = 0, by_chance = 0;

	for (stores = 0; stores < MAX_STORES; stores++) {
		good += lies_in_one_line(stores, 0);
		by_chance += lies_in_one_line(stores, KW_OPT_START);
	}
	ok(by_chance < MAX_STORES, "%u of %u loops do by themselves", by_chance, MAX_STORES);
	ok(good == MAX_STORES, "behind 0 to %u stores: %u loops lie in one line", MAX_STORES - 1, good);
	return tap_done();
}
