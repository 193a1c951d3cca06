// SPDX-License-Identifier: GPL-2.0
/* The peer as its client sees it: what all sides have done, sent; its answers compared with the reference's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "peer.h"

/* qemu-aarch64 never gives back what it notes of pages once mapped: 10 MB or more for each module. */
#define MODULES_PER_PEER	50

static struct child peer;
static u32 nr_modules;
static const char *peer_command;

bool peer_start(const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };

	peer_command = command;
	return child_start(&peer, argv);
}

void peer_stop(void)
{
	child_stop(&peer);
}

/*
 * All with bounds checks, and one with guard regions: an emulator walks each of their pages,
 * which takes longer than all the rest.
 */
static u16 sides_wanted(const struct subject *x)
{
	u32 i, nr_guard = 0, guard[NR_KWASM_SIDES];
	u16 mask = 0;

	for (i = 0; i < nr_sides(x); i++) {
		if (kwasm_sides[i].mode == KW_MODE_GUARD)
			guard[nr_guard++] = i;
		else
			mask |= (u16)(1U << i);
	}
	return mask | (u16)(1U << guard[x->seed % nr_guard]);
}

void peer_restart(void)
{
	if (!peer.to)
		return;
	peer_stop();
	peer_start(peer_command);
}

static void send(const struct subject *x, u16 sides, const struct done_call *calls, u32 nr)
{
	struct peer_request q = { .seed = x->seed, .len = (u32)x->len, .nr_calls = nr, .opt_off = x->opt_off,
				  .portable = x->portable, .sides = sides };
	u32 i;

	fwrite(&q, sizeof(q), 1, peer.to);
	fwrite(x->bytes, 1, x->len, peer.to);
	for (i = 0; i < nr; i++) {
		struct peer_call c = { calls[i].func, kw_func_type(&x->m, calls[i].func)->nr_params };

		fwrite(&c, sizeof(c), 1, peer.to);
		fwrite(calls[i].arg, sizeof(*calls[i].arg), c.nr_args, peer.to);
	}
	fflush(peer.to);
}

static bool get(void *p, size_t n)
{
	return fread(p, 1, n, peer.from) == n;
}

/* Return: what differs, or NULL. */
static const char *answer(const struct subject *x, const struct done_call *c)
{
	const struct kw_functype *type = kw_func_type(&x->m, c->func);
	struct kw_value got, want;
	const char *what = NULL;
	struct peer_answer a;
	u32 i;

	if (!get(&a, sizeof(a)))
		return "dead";
	if (a.trap != c->trap)
		what = "trap";
	else if (a.trap && c->trap_off != KW_NO_INDEX && a.offset != c->trap_off)
		what = "place of the trap";
	for (i = 0; !a.trap && i < type->nr_results; i++) {
		if (!get(&got, sizeof(got)))
			return "dead";
		want = ref_side_shown(type->types[type->nr_params + i], c->result[i]);
		if (!c->trap && (got.lo != want.lo || got.hi != want.hi))
			what = "result";
	}
	return what;
}

/* One side's answers. @hash: of the state wanted, NULL if not known. @call: out: where it differs */
static const char *side_answers(const struct subject *x, int err, u32 trap, const struct done_call *calls, u32 nr,
				const u64 *hash, u32 *call)
{
	const char *what = NULL, *this;
	struct peer_start start;
	u64 got;
	u32 i;

	*call = 0;
	if (!get(&start, sizeof(start)))
		return "dead";
	if (start.err != err || start.trap != trap)
		what = "instantiation";
	if (start.err)
		return what;
	for (i = 0; i < nr; i++) {
		this = answer(x, &calls[i]);
		if (this && !what) {
			what = this;
			*call = i;
		}
	}
	if (!get(&got, sizeof(got)))
		return "dead";
	*call = what ? *call : nr;
	return !what && hash && got != *hash ? "what it left" : what;
}

const char *peer_compare(const struct subject *x, const struct ref_side *r, int err, u32 trap,
			 const struct done_call *calls, u32 nr, struct totals *t)
{
	const char *what, *first = NULL;
	u64 hash = r ? ref_side_hash(r) : 0;
	u16 sides = sides_wanted(x);
	u32 i, call;

	if (!peer.to)
		return NULL;
	if (nr_modules++ % MODULES_PER_PEER == MODULES_PER_PEER - 1)
		peer_restart();
	send(x, sides, calls, nr);
	for (i = 0; i < nr_sides(x); i++) {
		if (!(sides >> i & 1))
			continue;
		what = side_answers(x, err, trap, calls, nr, r ? &hash : NULL, &call);
		t->peer += nr + 1;
		if (!what)
			continue;
		printf("# seed %llu, peer, %s, call %u: %s differs\n", (unsigned long long)x->seed, kwasm_sides[i].name,
		       call, what);
		first = first ?: what;
		if (strcmp(what, "dead"))
			continue;
		peer_restart();
		break;
	}
	return first ? "peer" : NULL;
}
