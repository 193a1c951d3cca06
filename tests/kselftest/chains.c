// SPDX-License-Identifier: GPL-2.0
/* Several programs at one place: order, verdicts, and changes to all of them at once, under traffic. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "kt.h"
#include "stamp.h"

#define TRAP_DEADLINE	11
#define HOOK_INPUT	1
#define ANY_MARK	(~0u)
#define NR		3
#define PORT		9700

static int answerer(uint32_t answer)
{
	return stamper(ANY_MARK, ANY_MARK, answer);
}

static void three(uint32_t gen, int p[NR])
{
	uint32_t i;

	for (i = 0; i < NR; i++)
		p[i] = stamper_of(gen, i, NR);
}

static int link_at(int p, int32_t order, uint32_t flags)
{
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	int l;

	a.order = order;
	a.flags = flags;
	l = link_create(&a);
	if (l < 0)
		die("link");
	return l;
}

static void close_all(int *fd, int nr)
{
	while (nr--)
		close(fd[nr]);
}

static int transaction(const struct kwasm_step *step, uint32_t nr, uint32_t *failed)
{
	struct kwasm_transaction a = { .size = sizeof(a), .nr_steps = nr, .steps = (uintptr_t)step,
				       .step_bytes = sizeof(*step) };
	int err = ioctl(dev(), KWASM_TRANSACTION, &a);

	if (failed)
		*failed = a.failed;
	return err;
}

static struct kwasm_step replace(int l, int p)
{
	return (struct kwasm_step){ .what = KWASM_STEP_REPLACE, .link_fd = l, .program_fd = p, .old_program_fd = -1 };
}

static struct kwasm_step order(int l, int32_t order)
{
	return (struct kwasm_step){ .what = KWASM_STEP_ORDER, .link_fd = l, .order = order };
}

static struct kwasm_step plain(uint32_t what, int l)
{
	return (struct kwasm_step){ .what = what, .link_fd = l };
}

static struct kwasm_step take_over(int l, int old)
{
	return (struct kwasm_step){ .what = KWASM_STEP_TAKE_OVER, .link_fd = l, .old_link_fd = old };
}

static int replace_all(const int l[NR], const int p[NR])
{
	struct kwasm_step s[NR] = { replace(l[0], p[0]), replace(l[1], p[1]), replace(l[2], p[2]) };

	return transaction(s, NR, NULL);
}

static unsigned long long dropped(const int l[NR])
{
	unsigned long long n = 0;
	int i;

	for (i = 0; i < NR; i++)
		n += link_info(l[i]).verdict[KWASM_NF_DROP];
	return n;
}

/* ---- Order ---- */

static void in_order(struct udp *u)
{
	int p[NR], l[NR];

	three(1, p);
	l[2] = link_at(p[2], 0, 0);
	l[0] = link_at(p[0], -1, 0);
	l[1] = link_at(p[1], -1, 0);
	ok(udp_send(u, 100) == 100, "three programs run by order, equal ones by age");
	ok(link_info(l[0]).calls == 100 && link_info(l[1]).calls == 100 && link_info(l[2]).calls == 100,
	   "each on every packet");
	{
		struct kwasm_step swap[] = { order(l[1], -2) };
		struct kwasm_step back[] = { order(l[0], 4), order(l[2], 6), order(l[1], 5) };

		ok(!transaction(swap, 1, NULL) && udp_send(u, 20) == 0, "another order, nothing loaded again");
		ok(link_info(l[1]).order == -2 && link_info(l[1]).verdict[KWASM_NF_DROP] == 20,
		   "the link says so, and now is the one that drops");
		ok(!transaction(back, NR, NULL) && udp_send(u, 20) == 20, "three orders in one transaction");
	}
	close(l[1]);
	ok(udp_send(u, 20) == 0 && link_info(l[2]).verdict[KWASM_NF_DROP] == 20,
	   "without the middle one the last one misses its stamp");
	close(l[0]);
	close(l[2]);
	ok(udp_send(u, 20) == 20, "and without all three nothing is in the way");
	close_all(p, NR);
}

/* Who numbers the links of a place is told when somebody else was there. */
static void generations(struct udp *u)
{
	int p = answerer(KWASM_NF_ACCEPT), l = link_at(p, 0, 0), k;
	struct kwasm_step s[] = { order(l, 3) };
	uint32_t first = link_info(l).generation;

	ok(first && link_info(l).generation == first, "a place has a generation");
	k = link_at(p, 0, 0);
	s[0].generation = first;
	fails_with(EAGAIN, transaction(s, 1, NULL), "another link came, and it is another one");
	ok(!link_info(l).order && link_info(l).generation == link_info(k).generation, "for all links of it");
	s[0].generation = link_info(k).generation;
	ok(!transaction(s, 1, NULL) && link_info(l).order == 3, "with the right one it goes");
	fails_with(EAGAIN, transaction(s, 1, NULL), "and that was a change");
	s[0].what = KWASM_STEP_ENABLE;
	s[0].order = 0;
	fails_with(EINVAL, transaction(s, 1, NULL), "a generation is of an order");
	ok(udp_send(u, 10) == 10, "none of that is in the way");
	close(k);
	close(l);
	close(p);
}

static void priorities(struct udp *u)
{
	int p[NR], l[NR];
	struct kwasm_link_create a;

	three(1, p);
	l[1] = link_at(p[1], -100, 0);
	a = link_args(p[0], HOOK_INPUT);
	a.netfilter.priority = -10;
	a.order = 100;
	/* What has no opinion, alone at its priority, is answered by the default. */
	l[0] = link_create(&a);
	a.program_fd = p[2];
	a.netfilter.priority = 10;
	a.order = -200;
	l[2] = link_create(&a);
	ok(udp_send(u, 50) == 50, "priority comes before order");
	close_all(l, NR);
	close_all(p, NR);
}

/* ---- Verdicts ---- */

/* How many of 10 arrive with two links that answer so; *@calls: how many the second one saw. */
static unsigned int two(struct udp *u, uint32_t first, uint32_t second, uint32_t default2, unsigned int *calls)
{
	int p = answerer(first), q = answerer(second), l = link_at(p, 0, 0), k;
	struct kwasm_link_create a = link_args(q, HOOK_INPUT);
	unsigned int got;

	a.default_verdict = default2;
	k = link_create(&a);
	got = udp_send(u, 10);
	*calls = link_info(k).calls;
	close(l);
	close(k);
	close(p);
	close(q);
	return got;
}

static void verdicts(struct udp *u)
{
	const uint32_t drop = KWASM_NF_DROP, accept = KWASM_NF_ACCEPT, none = KWASM_NF_NONE;
	unsigned int calls;

	ok(two(u, accept, drop, accept, &calls) == 0 && calls == 10, "after an accept the next may drop");
	ok(two(u, drop, accept, accept, &calls) == 0 && calls == 0, "after a drop nothing runs");
	ok(two(u, none, drop, accept, &calls) == 0 && calls == 10, "no opinion passes on");
	ok(two(u, none, none, accept, &calls) == 10 && calls == 10, "no opinion of anybody: the default, accept");
	ok(two(u, none, none, drop, &calls) == 0 && calls == 10, "and drop if that is the default of one");
	ok(two(u, accept, none, drop, &calls) == 10 && calls == 10, "one opinion is enough");
	ok(two(u, KWASM_NF_QUEUE, drop, accept, &calls) == 0 && calls == 10, "before a queue all have looked");
	ok(two(u, 9, accept, accept, &calls) == 0 && calls == 0, "a trap with policy drop ends it");
}

static void trap_goes_on(struct udp *u)
{
	int bad = answerer(9), good = answerer(KWASM_NF_ACCEPT), l, k;
	struct kwasm_link_create a = link_args(bad, HOOK_INPUT);

	a.on_trap = KWASM_ON_TRAP_ACCEPT;
	a.quarantine = ~0u;
	l = link_create(&a);
	k = link_at(good, 0, 0);
	ok(udp_send(u, 50) == 50 && link_info(k).calls == 50 && link_info(k).verdict[KWASM_NF_ACCEPT] == 50,
	   "behind one that traps and lets pass, the next one runs");
	ok(link_info(l).last_trap.kind && !link_info(k).last_trap.kind, "and the trap is of the one that trapped");
	close(l);
	close(k);
	close(bad);
	close(good);
}

/* ---- Transactions ---- */

static void prepared(struct udp *u)
{
	int p = answerer(KWASM_NF_DROP), l = link_at(p, 0, KWASM_LINK_PREPARED);
	struct kwasm_step on[] = { plain(KWASM_STEP_ENABLE, l) }, off[] = { plain(KWASM_STEP_DETACH, l) };

	ok(link_info(l).prepared && !link_info(l).detached && udp_send(u, 10) == 10,
	   "a prepared link does not run");
	ok(!transaction(on, 1, NULL) && !link_info(l).prepared && udp_send(u, 10) == 0, "enabled, it does");
	ok(!transaction(off, 1, NULL) && link_info(l).detach_why == KWASM_DETACH_USER && udp_send(u, 10) == 10,
	   "a step detaches it");
	fails_with(ENOLINK, transaction(on, 1, NULL), "and it cannot be enabled again");
	close(l);
	l = link_at(p, 0, KWASM_LINK_PREPARED);
	close(l);
	ok(udp_send(u, 10) == 10, "one that is closed before it ran has done nothing");
	close(p);
}

static void all_or_nothing(struct udp *u)
{
	int a[NR], b[NR], l[NR], fresh, i;
	uint32_t failed;

	three(1, a);
	three(2, b);
	for (i = 0; i < NR; i++)
		l[i] = link_at(a[i], i, 0);
	fresh = link_at(b[0], -5, KWASM_LINK_PREPARED);
	{
		struct kwasm_step s[] = { replace(l[0], b[0]), plain(KWASM_STEP_ENABLE, fresh), replace(l[1], b[1]),
					  plain(KWASM_STEP_DETACH, l[2]) };
		struct kwasm_step bad = { .what = KWASM_STEP_REPLACE | KWASM_STEP_ORDER, .link_fd = l[2],
					  .program_fd = b[2], .old_program_fd = b[1], .order = 9 };

		s[3] = bad;
		fails_with(EBUSY, transaction(s, 4, &failed), "a last step that expects another program");
		ok(failed == 3, "is named: %u", failed);
		s[3] = plain(KWASM_STEP_DETACH, l[0]);
		fails_with(EEXIST, transaction(s, 4, &failed), "a link twice");
		s[3] = replace(l[2], l[2]);
		fails_with(EINVAL, transaction(s, 4, &failed), "a program that is none");
		s[3] = replace(-1, b[2]);
		fails_with(EBADF, transaction(s, 4, &failed), "a link that is none");
		ok(failed == 3, "is named: %u", failed);
		s[3] = plain(KWASM_STEP_DETACH | KWASM_STEP_ENABLE, l[2]);
		fails_with(EINVAL, transaction(s, 4, NULL), "detach with something else");
		s[3] = take_over(l[2], l[1]);
		fails_with(EINVAL, transaction(&s[3], 1, NULL), "a link that runs already takes nothing over");
		s[3] = plain(KWASM_STEP_ENABLE, l[2]);
		s[3].old_link_fd = l[1];
		fails_with(EINVAL, transaction(s, 4, NULL), "a link to take over from, and nothing that does");
		s[3] = plain(KWASM_STEP_ENABLE, l[2]);
		s[3].on_trap = KWASM_ON_TRAP_ACCEPT;
		fails_with(EINVAL, transaction(s, 4, NULL), "a policy, and nothing that has it");
		s[3] = plain(KWASM_STEP_POLICY, l[2]);
		s[3].on_trap = KWASM_ON_TRAP_DETACH + 1;
		fails_with(EINVAL, transaction(s, 4, NULL), "a policy that is none");
		s[1] = take_over(fresh, l[2]);
		s[3] = plain(KWASM_STEP_DETACH, l[2]);
		fails_with(EEXIST, transaction(s, 4, NULL), "one that is taken over from, and detached");
		s[1] = plain(KWASM_STEP_ENABLE, fresh);
		fails_with(EINVAL, transaction(s, 0, NULL), "no step at all");
		fails_with(EINVAL, transaction(s, 257, NULL), "more than may be");
	}
	ok(udp_send(u, 100) == 100 && !dropped(l), "after all that the old ones run as before");
	ok(link_info(fresh).prepared && link_info(l[2]).order == 2, "and nothing else has changed");
	ok(!replace_all(l, b) && udp_send(u, 100) == 100 && !dropped(l), "what is right replaces all three");
	ok(!link_update(l[0], a[0], -1) && udp_send(u, 10) == 0, "one of them alone is a mix, and seen");
	close(fresh);
	close_all(l, NR);
	close_all(a, NR);
	close_all(b, NR);
}

static void policies(struct udp *u)
{
	int p = answerer(9), l = link_at(p, 0, 0);
	struct kwasm_step pass[] = { plain(KWASM_STEP_POLICY, l) };
	struct kwasm_link_info i;

	ok(udp_send(u, 10) == 0, "a trap drops");
	pass[0].on_trap = KWASM_ON_TRAP_ACCEPT;
	pass[0].quarantine = 100;
	pass[0].deadline_ns = 500000;
	ok(!transaction(pass, 1, NULL) && udp_send(u, 10) == 10, "another policy, and it passes");
	i = link_info(l);
	ok(i.calls + i.busy == 20 && i.on_trap == KWASM_ON_TRAP_ACCEPT && i.quarantine == 100 && i.deadline_ns == 500000,
	   "of the same link");
	close(l);
	close(p);
}

/* A step as it was before it had a policy, and one as it may be once. */
static void step_sizes(struct udp *u)
{
	int p = answerer(KWASM_NF_DROP), l = link_at(p, 0, KWASM_LINK_PREPARED);
	struct {
		struct kwasm_step step;
		uint64_t more;
	} s[] = { { .step = { .what = KWASM_STEP_ENABLE, .link_fd = l }, .more = 1 } };
	struct kwasm_transaction a = { .size = sizeof(a), .nr_steps = 1, .steps = (uintptr_t)s, .step_bytes = 16 };

	fails_with(EINVAL, ioctl(dev(), KWASM_TRANSACTION, &a), "steps that are too short");
	a.step_bytes = sizeof(s[0]);
	fails_with(E2BIG, ioctl(dev(), KWASM_TRANSACTION, &a), "steps with more than the kernel knows");
	s[0].more = 0;
	ok(!ioctl(dev(), KWASM_TRANSACTION, &a) && udp_send(u, 10) == 0, "with room for it, it goes");
	close(l);
	l = link_at(p, 0, KWASM_LINK_PREPARED);
	s[0].step.link_fd = l;
	s[0].step.on_trap = ~0u;	/* not part of a step of the first size */
	a.step_bytes = 0;
	ok(!ioctl(dev(), KWASM_TRANSACTION, &a) && udp_send(u, 10) == 0, "steps of the first size");
	close(l);
	close(p);
}

/* Calls of a link that its deadline ended, because an emulated CPU was away for as long: each drops a packet. */
static unsigned int killed(int l)
{
	return link_info(l).traps[TRAP_DEADLINE];
}

struct flipper {
	int link[NR], a[NR], b[NR];
	unsigned int todo, rounds, failed, killed;
	volatile bool ready, stop;	/* at least @todo rounds; then until told to stop */
};

static bool again(struct flipper *f)
{
	f->ready = f->rounds >= f->todo;
	return !f->ready || !f->stop;
}

static void *flip(void *arg)
{
	struct flipper *f = arg;

	for (; again(f); f->rounds++)
		f->failed += !!replace_all(f->link, f->rounds & 1 ? f->a : f->b);
	return NULL;
}

/* Six links: three are there, three prepared; each round changes over to the others. */
static void *change_over(void *arg)
{
	struct flipper *f = arg;
	unsigned int k;

	for (; again(f); f->rounds++) {
		const int *p = f->rounds & 1 ? f->a : f->b;
		struct kwasm_step s[2 * NR];
		int next[NR];

		for (k = 0; k < NR; k++) {
			next[k] = link_at(p[k], k, KWASM_LINK_PREPARED);
			s[k] = plain(KWASM_STEP_ENABLE, next[k]);
			s[NR + k] = plain(KWASM_STEP_DETACH, f->link[k]);
		}
		f->failed += !!transaction(s, 2 * NR, NULL);
		for (k = 0; k < NR; k++) {
			f->failed += link_info(f->link[k]).verdict[KWASM_NF_DROP] != 0;
			f->killed += killed(f->link[k]);
			close(f->link[k]);
			f->link[k] = next[k];
		}
	}
	return NULL;
}

/* Three links take over from the three that are there. */
static void *succeed(void *arg)
{
	struct flipper *f = arg;
	unsigned int k;

	for (; again(f); f->rounds++) {
		const int *p = f->rounds & 1 ? f->a : f->b;
		struct kwasm_step s[NR];
		int next[NR];

		for (k = 0; k < NR; k++) {
			next[k] = link_at(p[k], k, KWASM_LINK_PREPARED);
			s[k] = take_over(next[k], f->link[k]);
		}
		f->failed += !!transaction(s, NR, NULL);
		for (k = 0; k < NR; k++) {
			f->failed += !link_info(f->link[k]).detached || link_info(f->link[k]).verdict[KWASM_NF_DROP];
			close(f->link[k]);
			f->link[k] = next[k];
		}
	}
	return NULL;
}

/* One link that drops, now at one priority, now at another; a round is a move. */
static void *move(void *arg)
{
	struct flipper *f = arg;
	struct kwasm_link_create a = link_args(f->a[0], HOOK_INPUT);
	int next;

	a.flags = KWASM_LINK_PREPARED;
	for (; again(f); f->rounds++) {
		struct kwasm_step s;

		a.netfilter.priority = f->rounds & 1 ? -7 : 7;
		next = link_create(&a);
		s = take_over(next, f->link[0]);
		f->failed += next < 0 || transaction(&s, 1, NULL);
		close(f->link[0]);
		f->link[0] = next;
	}
	return NULL;
}

/* Datagrams while @change runs, 5,000 at least.  Return: how many of *@sent arrived. */
static unsigned int flood_through(struct udp *u, struct flipper *f, void *(*change)(void *), unsigned int *sent)
{
	unsigned int got = 0;
	pthread_t t;

	*sent = 0;
	if (pthread_create(&t, NULL, change, f))
		die("thread");
	while (!f->ready || *sent < 5000) {
		got += udp_send(u, 50);
		*sent += 50;
	}
	f->stop = true;
	pthread_join(t, NULL);
	return got;
}

static void moves(struct udp *u)
{
	struct flipper f = { .todo = stress(100) };
	unsigned int sent, got;

	f.a[0] = answerer(KWASM_NF_DROP);
	f.link[0] = link_at(f.a[0], 0, 0);
	got = flood_through(u, &f, move, &sent);
	ok(!f.failed, "%u times a link moves to another priority", f.rounds);
	ok(!got, "%u of %u datagrams arrive: none met no link", got, sent);
	close(f.link[0]);
	close(f.a[0]);
}

static void under_flood(struct udp *u, void *(*change)(void *), unsigned int todo, const char *what)
{
	struct flipper f = { .todo = todo };
	unsigned int sent, got;
	int i;

	three(1, f.a);
	three(2, f.b);
	for (i = 0; i < NR; i++)
		f.link[i] = link_at(f.a[i], i, 0);
	got = flood_through(u, &f, change, &sent);
	ok(!f.failed, "%u times %s", f.rounds, what);
	for (i = 0; i < NR; i++)
		f.killed += killed(f.link[i]);
	ok(got + f.killed == sent && !dropped(f.link),
	   "%u of %u datagrams arrive, %u calls killed: none met programs of both generations", got, sent, f.killed);
	close_all(f.link, NR);
	close_all(f.a, NR);
	close_all(f.b, NR);
}

/* ---- Teardown ---- */

static void namespace_ends(void)
{
	int p = answerer(KWASM_NF_ACCEPT), l[NR], i;
	struct kwasm_link_create a = link_args(p, HOOK_INPUT);
	struct netns ns = other_netns();
	unsigned int tries, gone = 0;

	a.netns_fd = ns.fd;
	for (i = 0; i < NR; i++) {
		a.flags = i == 1 ? KWASM_LINK_PREPARED : 0;
		l[i] = link_create(&a);
	}
	close(ns.fd);
	netns_end(&ns);
	for (tries = 0; tries < 500 && !link_info(l[0]).detached; tries++)
		usleep(10000);
	for (i = 0; i < NR; i++)
		gone += link_info(l[i]).detach_why == KWASM_DETACH_NETNS;
	ok(gone == NR, "the end of a namespace detaches all of a chain, the prepared one too");
	{
		struct kwasm_step s[] = { plain(KWASM_STEP_ENABLE, l[1]) };

		fails_with(ENOLINK, transaction(s, 1, NULL), "which cannot be enabled then");
	}
	close_all(l, NR);
	close(p);
}

static void close_orders(struct udp *u)
{
	static const int perm[6][NR] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	unsigned int i, k, lost = 0;

	for (i = 0; i < 6; i++) {
		int p = answerer(KWASM_NF_ACCEPT), l[NR];

		for (k = 0; k < NR; k++)
			l[k] = link_at(p, 0, 0);
		close(p);
		for (k = 0; k < NR; k++) {
			close(l[perm[i][k]]);
			lost += 5 - udp_send(u, 5);
		}
	}
	ok(!lost && !objects_left(), "three links closed in any order, traffic in between");
}

/* Return: calls that were killed. */
static unsigned int series(int p, unsigned int n, struct memory *m)
{
	unsigned int i, kills = 0;
	int l;

	*m = (struct memory){ 0 };
	for (i = 0; i < n; i++) {
		l = link_at(p, (int)(i % 3) - 1, 0);
		if (i & 1)
			link_detach(l);
		kills += killed(l);
		close(l);
		if (i % (n / 100) == 0 && i >= n / 5)
			memory_sample(m);
	}
	return kills;
}

static void rounds(void)
{
	int p = answerer(KWASM_NF_ACCEPT), stays = link_at(p, 0, 0);
	unsigned int n = stress(1000), kills = 0, i = 0;
	struct memory m;
	struct flood f;

	flood_begin(&f, PORT + 1);
	do {
		kills += series(p, n, &m);
	} while (memory_grows(&m) && ++i < MEMORY_SERIES);
	flood_end(&f);
	kills += killed(stays);
	ok(f.got + kills == f.sent, "%u rounds of attach and detach beside another link: %u of %u datagrams arrive, %u calls killed",
	   n, f.got, f.sent, kills);
	memory_is_flat(&m, "rounds of attach and detach");
	close(stays);
	close(p);
}

int main(void)
{
	struct udp u;

	/* Grace periods are most of a change: let the kernel hurry. */
	write_text("/sys/kernel/rcu_expedited", "1");
	new_netns();
	u = udp_open(PORT);
	in_order(&u);
	generations(&u);
	priorities(&u);
	verdicts(&u);
	trap_goes_on(&u);
	prepared(&u);
	all_or_nothing(&u);
	policies(&u);
	step_sizes(&u);
	under_flood(&u, flip, stress(1000), "three programs replaced in one transaction");
	under_flood(&u, change_over, stress(100), "three links changed for three others");
	under_flood(&u, succeed, stress(100), "three links taken over by three others");
	moves(&u);
	namespace_ends();
	close_orders(&u);
	rounds();
	udp_close(&u);
	write_text("/sys/kernel/rcu_expedited", "0");
	ok(!objects_left(), "nothing is left");
	return done();
}
