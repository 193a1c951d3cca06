// SPDX-License-Identifier: GPL-2.0
/* Aho-Corasick with failure links over short edge lists: unpredictable branches, pointer chasing. */
#include "bench.h"

#define MAX_STATES 256

struct state {
	u8 nr, out;
	u8 byte[14], next[14];
	u8 fail;
};

static const char words[][8] = {
	"GET /", "cmd.exe", "passwd", "select", "union", "script", "../../", "etc/", "eval(", "exec",
	"admin", "root", "drop", "table", "inser", "updat",
};
static struct state states[MAX_STATES];
static u8 queue[MAX_STATES];
static u8 text[8192];
static u32 nr_states;

static u32 step(u32 from, u8 c)
{
	const struct state *x = &states[from];
	u32 i;

	for (i = 0; i < x->nr; i++)
		if (x->byte[i] == c)
			return x->next[i];
	return 0;
}

static void add(const char *w, u32 id)
{
	u32 at = 0, to, i;

	for (i = 0; i < 8 && w[i]; i++) {
		to = step(at, w[i]);
		if (!to) {
			to = nr_states++;
			states[at].byte[states[at].nr] = w[i];
			states[at].next[states[at].nr++] = to;
		}
		at = to;
	}
	states[at].out = id;
}

static void link(void)
{
	u32 head = 0, tail = 0, at, to, i, f;

	queue[tail++] = 0;
	while (head < tail) {
		at = queue[head++];
		for (i = 0; i < states[at].nr; i++) {
			to = states[at].next[i];
			queue[tail++] = to;
			if (!at)
				continue;
			for (f = states[at].fail; f && !step(f, states[at].byte[i]); f = states[f].fail)
				;
			states[to].fail = step(f, states[at].byte[i]);
			if (!states[to].out)
				states[to].out = states[states[to].fail].out;
		}
	}
}

static u32 scan(const u8 *p, u32 len)
{
	u32 at = 0, to, found = 0;

	while (len--) {
		while (!(to = step(at, *p)) && at)
			at = states[at].fail;
		at = to;
		if (states[at].out)
			found = found * 33 + states[at].out;
		p++;
	}
	return found;
}

u32 run(u32 n)
{
	u32 s = 2, i, k, sum = 0;

	__builtin_memset(states, 0, sizeof(states));
	nr_states = 1;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		add(words[i], i + 1);
	link();
	for (i = 0; i + 8 < sizeof(text); i += 5) {
		for (k = 0; k < 5; k++)
			text[i + k] = 'a' + rnd(&s) % 26;
		if (rnd(&s) % 7 == 0)
			__builtin_memcpy(text + i, words[rnd(&s) % ARRAY_SIZE(words)], 5);
	}
	for (i = 0; i < n; i++)
		sum += scan(text + (i & 63), sizeof(text) - 64);
	return sum;
}
