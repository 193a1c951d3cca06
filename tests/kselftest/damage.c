// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged modules through /dev/kwasm: every guest cut off at every byte, and
 * the valid ones changed in many ways.  Each is refused with a reason, or runs: what is
 * accepted is instantiated and called under a deadline.  Memory stays flat.
 *
 * Guests are those of the tests, the samples and, where there is one, the
 * specification's suite in /spec.  "damage FIRST COUNT" makes these again and
 * nothing else.
 */
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

#include "kt.h"
#include "common/layout.h"
#include "wasm/module.h"
#include "../fuzz/lib/damage.c"

#define NR_ROUNDS	100
#define WARM_UP		20		/* rounds in which caches fill */
#define NR_CHANGED	stress(2000)
#define MAX_PAGES	4		/* of an instance's memory */
/*
 * Of a packet program's.  The kernel keeps page tables of its address space, so the largest memory
 * so far leaves 1/512 of itself behind: one step, but larger than a leak worth finding (limits.c).
 */
#define MAX_PACKET_BYTES	(1 << 20)
#define MAX_CALLS	4
#define MAX_VALUES	1000
#define DEADLINE_NS	2000000
#define START_TIMEOUT_MS	1000

static struct damage_seed *guest, *good;	/* good: those the kernel accepts as they are */
static uint32_t nr_guests, nr_good;

static struct tally {
	uint64_t refused, accepted, no_room, wrong;
	uint64_t instances, returned, trapped, deadline, killed;
	uint64_t of_kind[NR_DAMAGES][2];
} tally;

/* ---- Guests ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **found;
static uint32_t nr_found;

static int find(const char *path, const struct stat *st, int type, struct FTW *unused)
{
	size_t len = strlen(path);

	if (type != FTW_F || len < 5 || strcmp(path + len - 5, ".wasm") || st->st_size >= DAMAGE_MAX_BYTES)
		return 0;
	if (!(nr_found & (nr_found - 1)))
		found = realloc(found, (2 * nr_found + 1) * sizeof(*found));
	found[nr_found++] = strdup(path);
	return 0;
}

static void read_guests(void)
{
	static const char *const folder[] = { "/t", "/samples", "/hostile", "/spec" };
	uint32_t i;

	for (i = 0; i < 4; i++)
		nftw(folder[i], find, 16, FTW_PHYS);
	qsort(found, nr_found, sizeof(*found), by_name);
	guest = calloc(nr_found, sizeof(*guest));
	good = calloc(nr_found, sizeof(*good));
	for (i = 0; i < nr_found; i++) {
		struct bytes b = read_file(found[i]);
		int fd = load_bytes(b, KWASM_LOAD_P_FORM, KWASM_MODE_AUTO, NULL);

		guest[nr_guests++] = (struct damage_seed){ b.p, b.len };
		if (fd >= 0)
			good[nr_good++] = guest[i];
		close(fd);
	}
}

/* ---- One module ---- */

static int call(int inst, const struct kw_export *e, const struct kw_functype *t)
{
	static struct kwasm_value values[MAX_VALUES];
	struct kwasm_instance_call a = {
		.size = sizeof(a), .instance_fd = inst,
		.export_name = (uintptr_t)e->name.p, .export_name_len = e->name.len,
		.values = (uintptr_t)values, .nr_args = t->nr_params, .nr_results = MAX_VALUES,
		.deadline_ns = DEADLINE_NS,
	};
	uint32_t i;

	for (i = 0; i < t->nr_params; i++)
		values[i].lo = values[i].hi = t->types[i] == KW_V_FUNCREF ? 0 : i;
	return ioctl(dev(), KWASM_INSTANCE_CALL, &a) ? -1 : (int)a.trap.kind;
}

static void call_exports(int inst, const struct kw_module *m)
{
	uint32_t i, n = 0;
	int trap;

	for (i = 0; i < m->nr_exports && n < MAX_CALLS; i++) {
		if (m->exports[i].kind != KW_EXT_FUNC)
			continue;
		n++;
		trap = call(inst, &m->exports[i], kw_func_type(m, m->exports[i].index));
		tally.returned += !trap;
		tally.deadline += trap == KW_TRAP_DEADLINE;
		tally.trapped += trap > 0 && trap != KW_TRAP_DEADLINE;
		tally.wrong += trap < 0;
	}
}

static int instance(int module)
{
	struct kwasm_store_create s = { .size = sizeof(s), .max_memory_pages = MAX_PAGES };
	struct kwasm_instance_create a = { .size = sizeof(a), .module_fd = module };
	int fd;

	a.store_fd = ioctl(dev(), KWASM_STORE_CREATE, &s);
	fd = a.store_fd < 0 ? -1 : ioctl(dev(), KWASM_INSTANCE_CREATE, &a);
	if (fd < 0 && errno != EFAULT && errno != E2BIG && errno != ENOSPC && errno != ENOMEM && errno != EINVAL)
		tally.wrong++;
	close(a.store_fd);
	return fd;
}

/* A start function has no deadline: in a process that can be killed. */
static void start_apart(int module)
{
	pid_t pid = fork();
	int waited = 0;

	if (!pid) {
		instance(module);
		_exit(0);
	}
	while (!waitpid(pid, NULL, WNOHANG)) {
		usleep(1000);
		if (++waited != START_TIMEOUT_MS)
			continue;
		kill(pid, SIGKILL);
		tally.killed++;
	}
}

/* What the kernel accepted, our own decoder does, too. */
static void run(int module, const uint8_t *p, uint32_t len)
{
	struct kw_arena arena;
	struct kw_module m;
	struct kw_diag d;
	int inst;

	kw_arena_init(&arena, 256 << 20);
	if (kw_module_decode(&arena, p, len, &m, &d)) {
		tally.wrong++;
	} else if (m.start != KW_NO_INDEX) {
		start_apart(module);
	} else if (!m.nr_imports) {
		inst = instance(module);
		if (inst >= 0) {
			tally.instances++;
			call_exports(inst, &m);
			close(inst);
		}
	}
	kw_arena_free(&arena);
}

/* A refusal has a reason, and a place in the module. */
static bool refusal_ok(int err, const struct kwasm_diag *d, uint32_t len)
{
	switch (err) {
	case ENOEXEC:
		return !len || (d->reason && d->offset <= len);
	case EINVAL:
	case E2BIG:
	case EOPNOTSUPP:
	case ENOENT:
	case EFAULT:
	case ECANCELED:
		return d->reason && d->offset <= len;
	}
	return false;
}

/* Return: was it accepted? */
static bool try(const uint8_t *p, uint32_t len, uint32_t flags)
{
	struct kwasm_diag d = { 0 };
	uint64_t max = flags & KWASM_LOAD_P_FORM ? 0 : MAX_PACKET_BYTES;
	int fd = load_bytes_within((struct bytes){ (void *)p, len }, flags, KWASM_MODE_AUTO, max, &d);

	if (fd >= 0) {
		tally.accepted++;
		if (flags & KWASM_LOAD_P_FORM)
			run(fd, p, len);
		close(fd);
		return true;
	}
	if (errno == ENOSPC || errno == ENOMEM) {
		tally.no_room++;
	} else if (refusal_ok(errno, &d, len)) {
		tally.refused++;
	} else {
		note("%u bytes: %s, reason %u, offset 0x%x", len, strerror(errno), d.reason, d.offset);
		tally.wrong++;
	}
	return false;
}

/* Every other one for instances, the rest for packets. */
static uint32_t form_of(uint64_t n)
{
	return n & 1 ? 0 : KWASM_LOAD_P_FORM;
}

/* ---- All of them ---- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

struct room {
	uint64_t arena, faults;
};

static struct room before;

static struct room room_taken(void)
{
	struct kwasm_feature f = { .size = sizeof(f) };

	if (ioctl(dev(), KWASM_FEATURE, &f))
		die("KWASM_FEATURE");
	return (struct room){ f.arena_used_bytes, f.fault_sites_used };
}

/* Text of the tests before is freed after grace periods: until nothing has gone for half a second. */
static struct room room_at_rest(void)
{
	struct room now = room_taken(), last;
	int tries = 40, same = 0;

	while (same < 5 && tries--) {
		last = now;
		usleep(100000);
		now = room_taken();
		same = now.arena == last.arena && now.faults == last.faults ? same + 1 : 0;
	}
	return now;
}

static void results(const char *what, uint64_t n, const struct memory *m, double start)
{
	struct room after;
	int tries = 200;

	ok(!objects_left(), "%s: nothing is left", what);
	do {	/* text is freed after grace periods */
		after = room_taken();
		usleep(10000);
	} while ((after.arena != before.arena || after.faults != before.faults) && tries--);
	ok(!tally.wrong, "%s: %llu loads, %llu refused, %llu accepted, %llu without room", what,
	   (unsigned long long)n, (unsigned long long)tally.refused, (unsigned long long)tally.accepted,
	   (unsigned long long)tally.no_room);
	ok(tally.refused + tally.accepted + tally.no_room == n, "%s: each of them is one of these", what);
	if (after.arena != before.arena || after.faults != before.faults)
		printf("# arena %llu bytes, was %llu; fault sites %llu, were %llu\n", (unsigned long long)after.arena,
		       (unsigned long long)before.arena, (unsigned long long)after.faults,
		       (unsigned long long)before.faults);
	ok(after.arena == before.arena && after.faults == before.faults,
	   "%s: the arena and the table of faults are as they were", what);
	note("%s: %llu instances, %llu calls returned, %llu trapped, %llu met the deadline; %llu start functions killed",
	     what, (unsigned long long)tally.instances, (unsigned long long)tally.returned,
	     (unsigned long long)tally.trapped, (unsigned long long)tally.deadline,
	     (unsigned long long)tally.killed);
	note("%s: %.1f us each", what, (now() - start) * 1e6 / (n ? n : 1));
	memory_is_flat(m, what);
}

/* Of all the cuts there are, spread over the guests, as many as the stress factor says. */
static void cut(void)
{
	uint64_t all = 0, n = 0, step = 100 / stress(1), at, round = 0;
	struct memory m = { 0 };
	double start = now();
	uint32_t i, len;

	for (i = 0; i < nr_guests; i++)
		all += guest[i].len;
	step = step ? step : 1;
	for (i = 0, at = 0; i < nr_guests; i++) {
		for (len = 0; len < guest[i].len; len++, at++) {
			if (at % step)
				continue;
			try(guest[i].p, len, form_of(n++));
			if (at * NR_ROUNDS / all <= round)
				continue;
			objects_left();
			if (++round > WARM_UP)
				memory_sample(&m);
		}
	}
	note("%u guests of %llu bytes, every %lluth cut; %u are valid", nr_guests, (unsigned long long)all,
	     (unsigned long long)step, nr_good);
	results("cut off", n, &m, start);
}

static void change(uint64_t first, uint64_t count)
{
	static uint8_t p[DAMAGE_MAX_BYTES];
	struct memory m = { 0 };
	double start = now();
	enum damage_kind kind;
	uint64_t n, round = 0;
	uint32_t len;

	memset(&tally, 0, sizeof(tally));
	for (n = 0; n < count; n++) {
		len = damage(first + n, good, nr_good, p, &kind);
		tally.of_kind[kind][try(p, len, form_of(first + n))]++;
		if (n * NR_ROUNDS / count <= round)
			continue;
		objects_left();
		if (++round > WARM_UP)
			memory_sample(&m);
		if (!(round % 10))
			note("%llu done", (unsigned long long)n);
	}
	for (kind = 0; kind < NR_DAMAGES; kind++)
		note("%s: %llu refused, %llu accepted", damage_name[kind],
		     (unsigned long long)tally.of_kind[kind][0], (unsigned long long)tally.of_kind[kind][1]);
	results("changed", count, &m, start);
}

int main(int argc, char **argv)
{
	before = room_at_rest();
	read_guests();
	objects_left();
	if (argc == 3) {
		change(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
		return done();
	}
	cut();
	change(0, NR_CHANGED);
	return done();
}
