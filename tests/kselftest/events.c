// SPDX-License-Identifier: GPL-2.0
/*
 * Rings: what a guest writes and the library reads, what a mapping allows,
 * rings that are full, readers that lie or go, several CPUs, replaced modules.
 */
#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kt.h"
#include "libkwasm.h"

#define HOOK_INPUT	1
#define TRAP_DEADLINE	11
#define TRAP_HOST_OOB	17
#define COUNT		50	/* first payload byte of packets that make a record */
#define QUARTER		51	/* a quarter of the small ring */
#define RING_BYTES	65536
#define SMALL_BYTES	4096
#define PAGE		4096
#define NR_CPUS_MAX	64

struct event {
	uint32_t cpu, nr;
	uint64_t what;
};

static struct kwasm_module *open_module(void)
{
	LIBKWASM_OPTS(kwasm_module_open_opts, o, .config = "abcdef", .config_sz = 6);
	struct kwasm_module *m = kwasm_module__open_file("events.wasm", &o);

	if (!m)
		die("events.wasm");
	return m;
}

static struct kwasm_module *load_module(void)
{
	struct kwasm_module *m = open_module();
	struct kwasm_error e = { .sz = sizeof(e) };

	if (kwasm_module__load(m)) {
		kwasm_module__error(m, &e);
		die("%s", e.text);
	}
	return m;
}

/* Runs that the deadline ended before one came to its end; each may have done some of its work. */
static unsigned int retries;

static struct kwasm_test_run run(int program_fd, uint8_t what)
{
	uint8_t p[32] = { 0x45, 0, 0, 32, [9] = 17, [28] = what, [30] = 7 };
	struct kwasm_test_run a = { .size = sizeof(a), .program_fd = program_fd,
				    .data_in = (uintptr_t)p, .data_in_len = sizeof(p) };

	retries = test_run(&a);
	return a;
}

static struct kwasm_ring_info ring_info(int fd)
{
	struct kwasm_ring_info info = { 0 };
	uint32_t len = sizeof(info);

	if (kwasm_obj_get_info_by_fd(fd, &info, &len))
		die("info of a ring");
	return info;
}

/* What a reader has seen. */
struct seen {
	unsigned int records, captures, lost;
	bool in_order, whole;
	uint32_t last[NR_CPUS_MAX];	/* number of the last record of each CPU */
	size_t size;			/* of the last record */
	uint8_t data[256];
};

static int note_record(void *ctx, void *data, size_t size)
{
	const struct kwasm_ring_record *r = kwasm_ring_record_of(data);
	const struct event *e = data;
	struct seen *s = ctx;

	s->records++;
	s->captures += r->kind == KWASM_RING_CAPTURE;
	s->lost += r->lost;
	s->size = size;
	memcpy(s->data, data, size < sizeof(s->data) ? size : sizeof(s->data));
	if (r->kind == KWASM_RING_OUTPUT && size == sizeof(*e) && e->cpu < NR_CPUS_MAX && e->nr) {
		s->in_order &= e->nr > s->last[e->cpu];
		s->whole &= e->what == 7;
		s->last[e->cpu] = e->nr;
	}
	return 0;
}

static struct kwasm_ring_buffer *reader_of(int fd, struct seen *s)
{
	struct kwasm_ring_buffer *rb;

	*s = (struct seen){ .in_order = true, .whole = true };
	rb = kwasm_ring_buffer__new(fd, note_record, s);
	if (!rb)
		die("reader");
	return rb;
}

/* A run that was repeated leaves @once records, and up to as many of each try before it. */
static bool as_often(int got, int once)
{
	return got >= once && (unsigned int)got <= once * (1 + retries);
}

static void records(void)
{
	struct kwasm_module *m = load_module();
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), fd = kwasm_module__map_fd(m, "ring");
	const struct kwasm_capture *c;
	struct kwasm_ring_buffer *rb;
	const struct event *e;
	struct seen s;
	int got, all = 1;

	ok(p >= 0 && fd >= 0 && !strcmp(ring_info(fd).name, "ring") && ring_info(fd).bytes == RING_BYTES &&
	   ring_info(fd).nr_modules == 1 && !ring_info(fd).has_reader, "events: a module with rings");
	rb = reader_of(fd, &s);
	e = (const void *)s.data;
	ok(kwasm_ring_buffer__poll(rb, 1000) == 1 && s.size == 16 && e->what == 0x1417,
	   "events: what kwasm_init wrote, in process context");
	ok(run(p, 0).retval == KWASM_NF_ACCEPT, "events: each answer of ringbuf_output and capture");
	all += got = kwasm_ring_buffer__poll(rb, 1000);
	ok(as_often(got, 2) && s.size == 3 && !memcmp(s.data, "three", 3),
	   "events: a record of no bytes, and one of three");
	ok(s.lost >= 1 && s.lost <= 1 + retries, "events: one too large for any record is counted as lost: %u", s.lost);
	ok(run(p, 1).retval == KWASM_NF_ACCEPT, "core: config_read and numa_id");
	ok(run(p, 100).trap.kind == TRAP_HOST_OOB && run(p, 101).trap.kind == TRAP_HOST_OOB,
	   "events: bytes that end outside memory trap");
	run(p, 60);
	c = (const void *)s.data;
	all += got = kwasm_ring_buffer__poll(rb, 1000);
	ok(as_often(got, 1) && s.captures == (unsigned int)got && s.size == sizeof(*c) + 32 &&
	   c->packet_bytes == 32 && c->link_type == 101 && c->protocol == 0x800 && c->family == 2 &&
	   c->hook == HOOK_INPUT && c->at_ns > 1500000000ull * 1000000000 && s.data[sizeof(*c)] == 0x45 &&
	   s.data[sizeof(*c) + 28] == 60, "events: a captured packet");
	run(p, 61);
	all += got = kwasm_ring_buffer__poll(rb, 1000);
	ok(as_often(got, 1) && s.size == sizeof(*c) + 24 && c->packet_bytes == 32,
	   "events: one cut at snaplen");
	ok(!kwasm_ring_buffer__poll(rb, 0) && ring_info(fd).records == (unsigned int)all && !ring_info(fd).pending_bytes,
	   "events: no more than that");
	kwasm_ring_buffer__free(rb);
	close(fd);
	close(p);
	kwasm_module__close(m);
}

/* ---- Mappings ---- */

static int map_errno(int fd, size_t bytes, int prot, int flags, off_t off)
{
	void *p = mmap(NULL, bytes, prot, flags, fd, off);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, bytes);
	return 0;
}

static void mappings(void)
{
	int fd = kwasm_ring_create("", RING_BYTES), rw = PROT_READ | PROT_WRITE;
	uint64_t *pos, *data;

	ok(fd >= 0 && !map_errno(fd, PAGE, rw, MAP_SHARED, 0), "events: the reader's position can be mapped");
	ok(map_errno(fd, PAGE, rw, MAP_SHARED, PAGE) == EPERM, "events: the writer's position not for writing");
	ok(map_errno(fd, 2 * RING_BYTES, rw, MAP_SHARED, 2 * PAGE) == EPERM, "events: nor are records");
	ok(map_errno(fd, 2 * PAGE, rw, MAP_SHARED, 0) == EINVAL, "events: nor more than that page");
	ok(map_errno(fd, PAGE, rw, MAP_PRIVATE, 0) == EINVAL, "events: nor that one for oneself");
	ok(map_errno(fd, 2 * PAGE + 2 * RING_BYTES + PAGE, PROT_READ, MAP_SHARED, 0) == EINVAL &&
	   map_errno(fd, PAGE, PROT_READ, MAP_SHARED, 2 * PAGE + 2 * RING_BYTES) == EINVAL,
	   "events: nothing behind the end");
	pos = mmap(NULL, PAGE, rw, MAP_SHARED, fd, 0);
	data = mmap(NULL, PAGE + 2 * RING_BYTES, PROT_READ, MAP_SHARED, fd, PAGE);
	ok(pos != MAP_FAILED && data != MAP_FAILED, "events: both");
	ok(mprotect(data, PAGE, rw) && errno == EACCES, "events: a mapping for reading stays one");
	ok(ring_info(fd).has_reader && map_errno(fd, PAGE, rw, MAP_SHARED, 0) == EBUSY, "events: one reader at a time");
	munmap(pos, PAGE);
	ok(!ring_info(fd).has_reader && !map_errno(fd, PAGE, rw, MAP_SHARED, 0), "events: then the next");
	close(fd);
	ok(!data[0], "events: a mapping keeps the ring");
	munmap(data, PAGE + 2 * RING_BYTES);
}

static void creation(void)
{
	struct kwasm_ring_create a = { .size = sizeof(a), .bytes = 4096 };
	static const uint32_t wrong[] = { 0, 2048, 4095, 12288, 128 << 20, 1u << 31 };
	unsigned int i, refused = 0;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refused += kwasm_ring_create("", wrong[i]) == -EINVAL;
	ok(refused == i, "events: sizes that are refused");
	a.flags = 1;
	fails_with(EINVAL, ioctl(dev(), KWASM_RING_CREATE, &a), "events: flags that are not zero");
	a.flags = 0;
	a.pad = 1;
	fails_with(EINVAL, ioctl(dev(), KWASM_RING_CREATE, &a), "events: padding that is not zero");
	a.pad = 0;
	memset(a.name, 'x', sizeof(a.name));
	fails_with(EINVAL, ioctl(dev(), KWASM_RING_CREATE, &a), "events: a name without an end");
}

/* Load with @fd as @name: refused. */
static void refused(const char *name, int fd, int err, const char *why)
{
	struct kwasm_module *m = open_module();
	struct kwasm_error e = { .sz = sizeof(e) };
	char named[32];
	int got;

	snprintf(named, sizeof(named), "map %s: ", name);
	if (kwasm_module__reuse_map_fd(m, name, fd))
		die("reuse_map_fd");
	got = kwasm_module__load(m);
	kwasm_module__error(m, &e);
	ok(got == -err && e.text && strstr(e.text, named) && e.offset != ~0u && !strcmp(e.code, "map_refused"),
	   "events: refused: %s", why);
	kwasm_module__close(m);
	close(fd);
}

/* ---- Full rings, readers that lie ---- */

static void full(void)
{
	struct kwasm_module *m = load_module();
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), fd = kwasm_module__map_fd(m, "small");
	struct kwasm_ring_buffer *rb;
	unsigned int i, taken = 0, again = 0, lost;
	struct seen s;

	for (i = 0; i < 10; i++) {
		taken += run(p, QUARTER).retval == KWASM_NF_ACCEPT;
		again += retries;
	}
	lost = ring_info(fd).lost;
	ok(taken <= 4 && taken + again >= 4 && ring_info(fd).records == 4 && lost >= 6 && lost <= 6 + again &&
	   ring_info(fd).pending_bytes == SMALL_BYTES, "events: full: what does not fit is counted, the guest told");
	rb = reader_of(fd, &s);
	ok(kwasm_ring_buffer__poll(rb, 1000) == 4 && !s.lost && s.size == 1016, "events: full: what is there can be read");
	run(p, QUARTER);
	ok(as_often(kwasm_ring_buffer__poll(rb, 1000), 1) && s.lost == lost,
	   "events: full: the next record says how many are missing");
	kwasm_ring_buffer__free(rb);
	/* A reader that goes leaves its position. */
	for (i = 0, taken = 0, again = 0; i < 3; i++) {
		taken += run(p, QUARTER).retval == KWASM_NF_ACCEPT;
		again += retries;
	}
	rb = reader_of(fd, &s);
	i = kwasm_ring_buffer__consume(rb);
	ok(again ? i >= 3 && i <= 3 + again : taken == 3 && i == 3 && !s.lost, "events: a reader gone, the next goes on");
	kwasm_ring_buffer__free(rb);
	close(fd);
	close(p);
	kwasm_module__close(m);
}

static int tx;

struct sender {
	pthread_t thread;
	int cpu;
	unsigned int nr;
};

static void *send_some(void *arg)
{
	const uint8_t payload[4] = { COUNT, 0, 7 };
	const struct sender *s = arg;
	cpu_set_t set;
	unsigned int i;

	CPU_ZERO(&set);
	CPU_SET(s->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (i = 0; i < s->nr; i++)
		if (send(tx, payload, sizeof(payload), 0) < 0)
			die("send");
	return NULL;
}

static struct sender sender[NR_CPUS_MAX];

static unsigned int start_senders(unsigned int each)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN), i;

	for (i = 0; i < nr && i < NR_CPUS_MAX; i++) {
		sender[i].cpu = i;
		sender[i].nr = each;
		pthread_create(&sender[i].thread, NULL, send_some, &sender[i]);
	}
	return i;
}

static void join_senders(unsigned int nr)
{
	while (nr)
		pthread_join(sender[--nr].thread, NULL);
}

/* Until the program was called for all @total packets. */
static void settle(int link, uint64_t total)
{
	int i;

	for (i = 0; i < 200 && link_info(link).calls < total; i++)
		usleep(10000);
}

/* Calls that wrote nothing: ended at their deadline on a starved CPU, or while the instance was restored after that. */
static uint64_t unwritten(int link)
{
	struct kwasm_link_info i = link_info(link);

	return i.traps[TRAP_DEADLINE] ? i.traps[TRAP_DEADLINE] + i.busy : 0;
}

/* Is each of @nr records written, or counted as lost? */
static bool all_there(const struct kwasm_ring_info *i, uint64_t nr, int link)
{
	return i->records + i->lost <= nr && i->records + i->lost + unwritten(link) >= nr;
}

/* Positions from nowhere, while every CPU writes. */
static void liar(void)
{
	struct kwasm_module *m = load_module();
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), l = attach(p, HOOK_INPUT);
	int fd = kwasm_module__map_fd(m, "ring");
	volatile uint64_t *pos = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	const volatile uint64_t *writer = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	unsigned int nr, n = 0, each = stress(100);
	struct kwasm_ring_buffer *rb;
	struct kwasm_ring_info info;
	struct seen s;

	nr = start_senders(each);
	while (link_info(l).calls < (uint64_t)nr * each && n++ < 20000) {
		static const uint64_t lie[] = { 0, 1, 0x7777777777777777ull, ~0ull, 1ull << 63, 4 };

		*pos = lie[n % 6];
		*pos = *writer + 8 * (n % 100) - 400;
	}
	join_senders(nr);
	settle(l, (uint64_t)nr * each);
	info = ring_info(fd);
	ok(all_there(&info, (uint64_t)nr * each + 1, l), "events: a reader that lies: %llu written, %llu lost",
	   (unsigned long long)info.records, (unsigned long long)info.lost);
	*pos = 0x7777777777777777ull;
	munmap((void *)pos, PAGE);
	munmap((void *)writer, PAGE);
	rb = reader_of(fd, &s);
	run(p, COUNT);
	ok(as_often(kwasm_ring_buffer__poll(rb, 1000), 1) && s.whole, "events: the next reader begins where it can");
	kwasm_ring_buffer__free(rb);
	close(fd);
	close(l);
	close(p);
	kwasm_module__close(m);
}

/* ---- Traffic ---- */

struct reading {
	struct kwasm_ring_buffer *rb;
	volatile bool stop;
	int end;
};

static void *read_all(void *arg)
{
	struct reading *r = arg;

	do {
		r->end = kwasm_ring_buffer__poll(r->rb, 50);
	} while (r->end >= 0 && !(r->stop && !r->end));
	return NULL;
}

/* All CPUs write, one reads, and in the middle of it the module is replaced. */
static void traffic(void)
{
	struct kwasm_module *m = load_module(), *next = open_module();
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), l = attach(p, HOOK_INPUT), p2;
	int fd = kwasm_module__map_fd(m, "ring");
	unsigned int nr, each = stress(500), half;
	struct reading r = { 0 };
	pthread_t reader;
	struct seen s;
	struct kwasm_ring_info info;

	r.rb = reader_of(fd, &s);
	pthread_create(&reader, NULL, read_all, &r);
	nr = start_senders(each);
	join_senders(nr);
	settle(l, (uint64_t)nr * each);
	usleep(200000);
	half = s.records;
	info = ring_info(fd);
	/* An instance that is restored begins its numbers again. */
	ok((s.in_order || unwritten(l)) && s.whole && all_there(&info, (uint64_t)nr * each + 1, l) && s.records == info.records,
	   "events: %u packets from %u CPUs: %u read, %llu lost, whole and in order", nr * each, nr, s.records,
	   (unsigned long long)info.lost);

	ok(kwasm_module__reuse_maps(next, kwasm_module__fd(m)) == 3 && !kwasm_module__load(next),
	   "events: the new module takes the rings over");
	nr = start_senders(each);
	p2 = program(kwasm_module__fd(next), "netfilter/ip/input");
	ok(!link_update(l, p2, p), "events: replaced under traffic");
	close(p);
	kwasm_module__close(m);
	join_senders(nr);
	settle(l, (uint64_t)2 * nr * each);
	usleep(200000);
	/* The new program's numbers start again, and its kwasm_init writes one more. */
	info = ring_info(fd);
	ok(s.whole && all_there(&info, (uint64_t)2 * nr * each + 2, l) && s.records == info.records && s.records > half,
	   "events: and nothing is missing: %u read, %llu lost", s.records, (unsigned long long)info.lost);
	close(l);
	close(p2);
	kwasm_module__close(next);
	pthread_join(reader, NULL);
	ok(r.end == -EPIPE && !ring_info(fd).nr_modules, "events: no module left: the reader is told");
	kwasm_ring_buffer__free(r.rb);
	close(fd);
}

/* The reader is killed while all CPUs write: the ring fills up, and the next reader goes on where that one was. */
static void reader_dies(void)
{
	struct kwasm_module *m = load_module();
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), l = attach(p, HOOK_INPUT);
	int fd = kwasm_module__map_fd(m, "ring");
	unsigned int nr, each = 3000;
	struct kwasm_ring_buffer *rb;
	struct kwasm_ring_info info;
	struct seen s;
	pid_t pid;

	pid = fork();
	if (!pid) {
		rb = reader_of(fd, &s);
		while (kwasm_ring_buffer__poll(rb, 1000) >= 0)
			;
		_exit(1);
	}
	while (!ring_info(fd).has_reader)
		usleep(1000);
	nr = start_senders(each);
	while (ring_info(fd).records < 100)
		usleep(100);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	join_senders(nr);
	settle(l, (uint64_t)nr * each);
	info = ring_info(fd);
	ok(!info.has_reader && info.lost && all_there(&info, (uint64_t)nr * each + 1, l) &&
	   (link_info(l).calls == (uint64_t)nr * each || unwritten(l)),
	   "events: the reader killed under traffic: %llu written, %llu lost, no call that waits",
	   (unsigned long long)info.records, (unsigned long long)info.lost);
	rb = reader_of(fd, &s);
	ok(kwasm_ring_buffer__consume(rb) > 0 && s.whole && !ring_info(fd).pending_bytes, "events: the next one takes what is there");
	run(p, COUNT);
	ok(as_often(kwasm_ring_buffer__poll(rb, 1000), 1) && s.lost && s.lost <= info.lost,
	   "events: and is told of what is not");
	kwasm_ring_buffer__free(rb);
	close(fd);
	close(l);
	close(p);
	kwasm_module__close(m);
}

int main(void)
{
	struct udp u;

	new_netns();
	u = udp_open(9000);
	tx = u.tx;
	records();
	mappings();
	creation();
	refused("ring", kwasm_ring_create("", 4096), EINVAL, "a ring of another size");
	refused("ring", bpf_map_create(BPF_MAP_TYPE_RINGBUF, "x", 0, 0, RING_BYTES, NULL), EBADF, "a ring of BPF's");
	refused("slots", kwasm_ring_create("", RING_BYTES), EBADF, "a ring instead of a map");
	full();
	liar();
	traffic();
	reader_dies();
	udp_close(&u);
	ok(!objects_left(), "events: nothing is left");
	return done();
}
