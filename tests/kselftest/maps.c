// SPDX-License-Identifier: GPL-2.0
/*
 * BPF maps behind a module: what guests do with them and bpf(2) sees, maps
 * that are refused, who keeps one alive, exact counts from all CPUs.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kt.h"
#include "libkwasm.h"

#define HOOK_INPUT	1
#define TRAP_HOST_OOB	17
#define TRAP_DEADLINE	11
#define COUNT		50	/* payload byte of packets that are counted */
#define PIN		"/sys/fs/bpf/kwasm-slots"
#define NR_COUNTED	stress(10000)	/* of them, from all CPUs: a million in full */

static struct kwasm_module *open_module(void)
{
	struct kwasm_module *m = kwasm_module__open_file("maps.wasm", NULL);

	if (!m)
		die("maps.wasm");
	return m;
}

static int load_module(struct kwasm_module *m)
{
	struct kwasm_error e = { .sz = sizeof(e) };
	int err = kwasm_module__load(m);

	if (err && !kwasm_module__error(m, &e))
		note("%s", e.text);
	return err;
}

static struct kwasm_test_run run(int program_fd, uint8_t what)
{
	uint8_t p[32] = { 0x45, 0, 0, 32, [9] = 17, [28] = what };
	struct kwasm_test_run a = { .size = sizeof(a), .program_fd = program_fd,
				    .data_in = (uintptr_t)p, .data_in_len = sizeof(p) };

	test_run(&a);
	if (a.trap.kind && a.trap.kind != TRAP_HOST_OOB)
		note("packet %u: trap %u in function %u, offset 0x%x", what, a.trap.kind, a.trap.func, a.trap.offset);
	return a;
}

static void functions(int p)
{
	static const char *const what[] = { "hash", "array", "per-CPU array and hash", "LRU hash",
					    "LPM trie", "queue and stack", "wrong handles and kinds" };
	unsigned int i, n;
	bool same = true;

	for (i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		ok(run(p, i).retval == KWASM_NF_ACCEPT, "each answer of a map: %s", what[i]);
	for (i = 100; i < 104; i++)
		for (n = 0; n < 4; n++)
			same &= run(p, i).trap.kind == TRAP_HOST_OOB;
	ok(same, "a pointer that ends outside memory traps");
}

/* What the guest wrote is there for bpf(2), and the other way round. */
static void shared(struct kwasm_module *m)
{
	struct {
		uint64_t packets, bytes;
		uint32_t last, pad;
	} flow = { 0 };
	int fd = kwasm_module__map_fd(m, "flows"), slots = kwasm_module__map_fd(m, "slots");
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info), three = 3;
	uint64_t key = 2, v = 0;

	ok(!bpf_map_lookup_elem(fd, &key, &flow) && !flow.packets && flow.bytes == 9, "bpf(2) reads what the guest wrote");
	ok(!bpf_map_lookup_elem(slots, &three, &v) && v == 0x1122334455667789ull, "an array as well");
	ok(!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "flows") && info.max_entries == 4,
	   "the map has the name of its declaration");
	key = 1;
	ok(!bpf_map_delete_elem(fd, &key), "bpf(2) deletes what the guest wrote");
	close(fd);
	close(slots);
}

static uint32_t map_id(struct kwasm_module *m, const char *name)
{
	int fd = kwasm_module__map_fd(m, name);
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		die("info of map %s", name);
	close(fd);
	return info.id;
}

static bool map_exists(uint32_t id)
{
	int fd = bpf_map_get_fd_by_id(id);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void lifetime(void)
{
	struct kwasm_module *m = open_module(), *again;
	struct kwasm_module_map info;
	char layout[KWASM_LAYOUT_LEN];
	int module_fd, i;
	uint32_t id;

	ok(kwasm_module__map_fd(m, "flows") == -ENOENT, "before load there is no map");
	ok(!load_module(m), "load");
	ok(kwasm_module__map_fd(m, "nothing") == -ENOENT, "no map of that name");
	id = map_id(m, "flows");
	module_fd = dup(kwasm_module__fd(m));
	kwasm_module__close(m);
	ok(map_exists(id), "the module keeps its maps when the loader's descriptors are closed");
	ok(!kwasm_module_map(module_fd, 0, &info, layout) && info.map_id == id && !strcmp(info.name, "flows") &&
	   info.type == BPF_MAP_TYPE_HASH && info.key_bytes == 8 && info.value_bytes == 24 &&
	   !strcmp(layout, "key=id:x64 value=packets:u64,bytes:u64,last:u32"), "it says which");
	ok(kwasm_module_map(module_fd, 8, &info, NULL) == -ENOENT && kwasm_module_map(module_fd, ~0u, &info, NULL) == -ENOENT,
	   "and where the list ends");
	again = open_module();
	ok(kwasm_module__reuse_maps(again, module_fd) == 8 && !load_module(again) && map_id(again, "flows") == id,
	   "a second module shares them");
	close(module_fd);
	usleep(100000);
	ok(map_exists(id), "and keeps them when the first is gone");
	kwasm_module__close(again);
	for (i = 0; i < 200 && map_exists(id); i++)
		usleep(10000);
	ok(!map_exists(id), "the last one gone, the map goes");
}

/* ---- Refusals ---- */

static int create(uint32_t type, uint32_t key, uint32_t value, uint32_t max, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, o, .map_flags = flags);
	int fd = bpf_map_create(type, "other", key, value, max, &o);

	if (fd < 0)
		die("bpf_map_create");
	return fd;
}

/* Load with @fd as map @name: refused with @err. */
static void refused(const char *name, int fd, int err, const char *why)
{
	struct kwasm_module *m = open_module();
	struct kwasm_error e = { .sz = sizeof(e) };
	int got;

	if (kwasm_module__reuse_map_fd(m, name, fd))
		die("reuse_map_fd");
	got = kwasm_module__load(m);
	kwasm_module__error(m, &e);
	note("%s", e.text ?: "no error");
	ok(got == -err && e.text && strstr(e.text, name) && e.offset != ~0u, "refused: %s", why);
	kwasm_module__close(m);
	close(fd);
}

static void refusals(void)
{
	struct bytes b = read_file("maps.wasm");
	struct kwasm_diag d = { 0 };
	int32_t fds[8];
	struct kwasm_module_load a = { .size = sizeof(a), .bytes = (uintptr_t)b.p, .len = b.len,
				       .diag = (uintptr_t)&d };
	int i;

	refused("flows", create(BPF_MAP_TYPE_LRU_HASH, 8, 24, 4, 0), EINVAL, "another type");
	refused("flows", create(BPF_MAP_TYPE_HASH, 4, 24, 4, 0), EINVAL, "another key");
	refused("flows", create(BPF_MAP_TYPE_HASH, 8, 32, 4, 0), EINVAL, "another value");
	refused("flows", create(BPF_MAP_TYPE_HASH, 8, 24, 8, 0), EINVAL, "another size");
	refused("flows", create(BPF_MAP_TYPE_HASH, 8, 24, 4, BPF_F_RDONLY_PROG), EACCES, "programs may not write it");
	refused("flows", create(BPF_MAP_TYPE_HASH, 8, 24, 4, BPF_F_WRONLY_PROG), EACCES, "programs may not read it");
	refused("flows", create(BPF_MAP_TYPE_HASH, 8, 24, 4, BPF_F_RDONLY), EACCES, "a descriptor that only reads");
	i = create(BPF_MAP_TYPE_HASH, 8, 24, 4, 0);
	bpf_map_freeze(i);
	refused("flows", i, EACCES, "a frozen map");
	refused("flows", dup(dev()), EBADF, "no map at all");
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "fewer maps than declared");
	a.map_fds = 8;
	a.nr_map_fds = 8;
	fails_with(EFAULT, ioctl(dev(), KWASM_MODULE_LOAD, &a), "descriptors at an address not mapped");
	for (i = 0; i < 8; i++)
		fds[i] = -1;
	a.map_fds = (uintptr_t)fds;
	fails_with(EBADF, ioctl(dev(), KWASM_MODULE_LOAD, &a), "descriptors that are none");
	a.nr_map_fds = ~0u;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "more descriptors than maps");
	a.nr_map_fds = 8;
	a.pad2 = 1;
	fails_with(EINVAL, ioctl(dev(), KWASM_MODULE_LOAD, &a), "padding that is not zero");
	free(b.p);
}

/* ---- Traffic ---- */

static uint64_t per_cpu_sum(int fd, uint32_t key)
{
	int cpus = libbpf_num_possible_cpus(), i;
	uint64_t v[cpus], sum = 0;

	if (bpf_map_lookup_elem(fd, &key, v))
		die("lookup");
	for (i = 0; i < cpus; i++)
		sum += v[i];
	return sum;
}

static volatile bool stop;

/* Another program at the same map, all the time. */
static void *meddle(void *arg)
{
	int fd = *(int *)arg;
	uint64_t key = 0, flow[3] = { 0 };

	while (!stop) {
		key = (key + 1) % 6;
		bpf_map_update_elem(fd, &key, flow, BPF_ANY);
		bpf_map_delete_elem(fd, &key);
	}
	return NULL;
}

static void *send_some(void *arg)
{
	cpu_set_t set;
	struct udp *u = arg;
	uint8_t payload[4] = { COUNT };
	unsigned int i;

	CPU_ZERO(&set);
	CPU_SET(u->rx, &set);		/* the CPU, here */
	sched_setaffinity(0, sizeof(set), &set);
	for (i = 0; i < NR_COUNTED / sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (send(u->tx, payload, sizeof(payload), 0) < 0)
			die("send");
	return NULL;
}

struct counts {
	uint64_t calls, kills, shared, per_cpu, memories;
};

/*
 * NR_COUNTED packets from all CPUs.  While they come the map goes, as far as anybody but the program can tell: its
 * pin is removed, its descriptors and the module's are closed.
 */
static struct counts count_round(int nr)
{
	struct kwasm_module *m = open_module();
	int err = load_module(m), i, slots = kwasm_module__map_fd(m, "slots");
	int cpus = kwasm_module__map_fd(m, "per_cpu"), flows = kwasm_module__map_fd(m, "flows");
	int p = program(kwasm_module__fd(m), "netfilter/ip/input"), l = attach(p, HOOK_INPUT);
	uint32_t id = map_id(m, "slots");
	struct udp u = udp_open(9000), arg[nr];
	struct kwasm_link_info info;
	pthread_t sender[nr], other;
	struct counts c = { 0 };
	uint32_t zero = 0;

	if (err || p < 0 || l < 0 || bpf_obj_pin(slots, PIN))
		die("attach a counter");
	stop = false;
	pthread_create(&other, NULL, meddle, &flows);
	for (i = 0; i < nr; i++) {
		arg[i] = (struct udp) { .tx = u.tx, .rx = i };
		pthread_create(&sender[i], NULL, send_some, &arg[i]);
	}
	unlink(PIN);
	close(slots);
	kwasm_module__close(m);
	for (i = 0; i < nr; i++)
		pthread_join(sender[i], NULL);
	stop = true;
	pthread_join(other, NULL);
	slots = bpf_map_get_fd_by_id(id);
	/* The last ones may still be on their way. */
	for (i = 0; i < 100 && link_info(l).calls < NR_COUNTED / nr * nr; i++)
		usleep(10000);
	info = link_info(l);
	c.calls = info.calls;
	c.kills = info.traps[TRAP_DEADLINE];
	bpf_map_lookup_elem(slots, &zero, &c.shared);
	c.per_cpu = per_cpu_sum(cpus, 0);
	c.memories = per_cpu_sum(cpus, 1);
	close(l);
	close(p);
	close(slots);
	close(cpus);
	close(flows);
	udp_close(&u);
	return c;
}

/*
 * A call that is killed by its deadline, because an emulated CPU was away for as long, has counted or not, and its
 * instance forgets: then once more.
 */
static void counting(void)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN), tries = 0;
	unsigned long long total = NR_COUNTED / nr * nr;
	struct counts c;

	do {
		c = count_round(nr);
		if (c.kills)
			note("%llu of %llu calls killed", (unsigned long long)c.kills, (unsigned long long)c.calls);
	} while (c.kills && tries++ < 10);
	ok(c.calls == total, "%llu packets from %d CPUs", total, nr);
	ok(c.shared == total, "one counter: %llu", (unsigned long long)c.shared);
	ok(c.per_cpu == total, "and a counter for each CPU: %llu together", (unsigned long long)c.per_cpu);
	ok(c.memories == total, "and the memories of their instances: %llu together", (unsigned long long)c.memories);
}

int main(void)
{
	struct kwasm_module *m;
	int p;

	new_netns();
	m = open_module();
	ok(!load_module(m), "load a module with a map of each type");
	p = program(kwasm_module__fd(m), "netfilter/ip/input");
	ok(p >= 0, "its program");
	functions(p);
	shared(m);
	close(p);
	kwasm_module__close(m);
	lifetime();
	refusals();
	counting();
	ok(!objects_left(), "nothing is left");
	return done();
}
