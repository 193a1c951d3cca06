// SPDX-License-Identifier: GPL-2.0
/* Objects made and dropped: from many threads at once, on one set of descriptors; and a hundred times over with flat memory. */
#include <pthread.h>
#include <stdlib.h>

#include "kt.h"

#define HOOK_INPUT	1
#define NR_THREADS	8
#define NR_FDS		32

/* Descriptors that every thread uses, closes and replaces at will. */
static int shared[NR_FDS];
static struct bytes module_bytes[2];

static int swap_in(unsigned int k, int fd)
{
	return __atomic_exchange_n(&shared[k % NR_FDS], fd, __ATOMIC_SEQ_CST);
}

static int peek(unsigned int k)
{
	return __atomic_load_n(&shared[k % NR_FDS], __ATOMIC_SEQ_CST);
}

static void put_fd(unsigned int k, int fd)
{
	if (fd >= 0)
		fd = swap_in(k, fd);
	if (fd >= 0)
		close(fd);
}

static void *anything(void *arg)
{
	unsigned int seed = (uintptr_t)arg, i, r, n = stress(300);
	char name[KWASM_NAME_LEN];

	for (i = 0; i < n; i++) {
		r = rand_r(&seed);
		snprintf(name, sizeof(name), "n%u", r % 7);
		switch (r / 64 % 10) {
		case 0:
			put_fd(r, load_bytes(module_bytes[r & 1], 0, KWASM_MODE_AUTO, NULL));
			break;
		case 1:
		case 2:
			put_fd(r, program(peek(r >> 8), "netfilter/ip/input"));
			break;
		case 3:
		case 4:
			put_fd(r, attach(peek(r >> 8), HOOK_INPUT));
			break;
		case 5:
			link_update(peek(r), peek(r >> 8), -1);
			break;
		case 6:
			link_detach(peek(r));
			break;
		case 7:
			pin(peek(r), name);
			break;
		case 8:
			unpin(KWASM_OBJ_MODULE + r % 3, name);
			break;
		default:
			put_fd(r, -1);
			r = swap_in(r, -1);
			if ((int)r >= 0)
				close(r);
		}
	}
	return NULL;
}

static void threads(void)
{
	pthread_t t[NR_THREADS];
	struct udp u = udp_open(9600);
	char name[KWASM_NAME_LEN];
	unsigned int i, type;

	memset(shared, -1, sizeof(shared));
	for (i = 0; i < NR_THREADS; i++) {
		if (pthread_create(&t[i], NULL, anything, (void *)(uintptr_t)(i + 1)))
			die("thread");
	}
	udp_send(&u, 2000);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < NR_FDS; i++) {
		if (shared[i] >= 0)
			close(shared[i]);
	}
	for (i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		for (type = KWASM_OBJ_MODULE; type <= KWASM_OBJ_LINK; type++)
			unpin(type, name);
	}
	ok(!objects_left(), "%u threads, anything at once, under traffic: nothing is left", NR_THREADS);
	ok(udp_send(&u, 100) == 100, "and nothing is in the way");
	udp_close(&u);
}

static void one_round(const char *file, const char *export)
{
	int m = load(file), p = program(m, export), l = attach(p, HOOK_INPUT);
	struct udp u = udp_open(9601);

	if (m < 0 || p < 0 || l < 0)
		die("a round");
	udp_send(&u, 10);
	udp_close(&u);
	close(l);
	close(p);
	close(m);
}

static void flat(void)
{
	static const char *const file[] = {
		"init.wasm", "packet.wasm", "/hostile/store_out_of_bounds.wasm", "drop_9000.wasm",
	};
	static const char *const export[] = {
		"netfilter/ip/input", "netfilter/ip/input", "netfilter/inet/input", "netfilter/ip/input",
	};
	struct memory m = { 0 };
	unsigned int i, k;

	for (i = 0; i < 100; i++) {
		for (k = 0; k < 4; k++)
			one_round(file[k], export[k]);
		objects_left();
		if (i >= 20)
			memory_sample(&m);
	}
	memory_is_flat(&m, "100 rounds");
}

int main(void)
{
	new_netns();
	module_bytes[0] = read_file("accept.wasm");
	module_bytes[1] = read_file("drop_9000.wasm");
	threads();
	flat();
	ok(!objects_left(), "nothing is left");
	return done();
}
