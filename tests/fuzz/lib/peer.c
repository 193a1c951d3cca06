// SPDX-License-Identifier: GPL-2.0
/* The peer: repeats what another build of the fuzzer has done, and says what came of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "reduce.h"

static bool get(void *p, size_t n)
{
	return fread(p, 1, n, stdin) == n;
}

static void put(const void *p, size_t n)
{
	fwrite(p, 1, n, stdout);
}

/* Arguments of @nr calls, and which function. */
static struct done_call *get_calls(u32 nr)
{
	struct done_call *calls = calloc(nr + 1, sizeof(*calls));
	struct peer_call c;
	u32 i;

	for (i = 0; calls && i < nr; i++) {
		if (!get(&c, sizeof(c)) || c.nr_args > FUZZ_MAX_VALUES || !get(calls[i].arg, c.nr_args * sizeof(*calls[i].arg))) {
			free(calls);
			return NULL;
		}
		calls[i].func = c.func;
	}
	return calls;
}

static void call(const struct subject *x, struct kwasm_side *s, struct done_call *c)
{
	const struct kw_functype *type = kw_func_type(&x->m, c->func);
	struct kw_value val[FUZZ_MAX_VALUES];
	struct kwasm_trap_info trap = { 0 };
	struct peer_answer a = { 0 };
	u32 i;

	memcpy(val, c->arg, sizeof(val));
	if (kwasm_engine__call(s->e, s->inst, c->func, val, &trap))
		a = (struct peer_answer){ trap.kind ?: ~0U, trap.offset };
	put(&a, sizeof(a));
	for (i = 0; !a.trap && i < type->nr_results; i++) {
		val[i] = kwasm_side_shown(type->types[type->nr_params + i], val[i]);
		put(&val[i], sizeof(val[i]));
	}
}

static void on_side(const struct subject *x, const struct kwasm_side *side, struct done_call *calls, u32 nr)
{
	struct kwasm_side s = *side;
	struct kw_diag diag = { 0 };
	struct peer_start start;
	u64 hash;
	u32 i;

	start.err = kwasm_side_start(&s, x, &start.trap, &diag);
	put(&start, sizeof(start));
	if (!start.err) {
		for (i = 0; i < nr; i++)
			call(x, &s, &calls[i]);
		hash = kwasm_side_hash(&s);
		put(&hash, sizeof(hash));
	}
	kwasm_side_stop(&s);
}

static bool serve(const struct peer_request *q, u8 *bytes)
{
	struct subject x = { .bytes = bytes, .len = q->len, .seed = q->seed, .portable = q->portable, .opt_off = q->opt_off };
	struct done_call *calls;
	struct kw_diag diag = { 0 };
	struct kw_arena arena;
	bool good;
	u32 i;

	if (q->len > FUZZ_MODULE_BYTES || !get(bytes, q->len))
		return false;
	calls = get_calls(q->nr_calls);
	kw_arena_init(&arena, 1ULL << 30);
	good = calls && !open_module(&x, &arena, &diag);
	for (i = 0; good && i < nr_sides(&x); i++)
		if (q->sides >> i & 1)
			on_side(&x, &kwasm_sides[i], calls, q->nr_calls);
	fflush(stdout);
	kw_arena_free(&arena);
	free(calls);
	return good;
}

void peer_serve(void)
{
	static u8 bytes[FUZZ_MODULE_BYTES];
	struct peer_request q;

	while (get(&q, sizeof(q)) && serve(&q, bytes))
		;
}
