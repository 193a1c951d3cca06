// SPDX-License-Identifier: GPL-2.0
/*
 * Each map function, with each answer it has.  Byte 28 of the packet (the
 * first of UDP's payload) chooses the case; accept: all answers are as they
 * should be, else the log tells which is not.  The kernel's maps and those of
 * the userspace engine give the same answers: both run this.
 */
#include <linux/kwasm_guest.h>

#define EBADF		9
#define EINVAL		22
#define EOPNOTSUPP	95
#define EXPECT(n, cond)	do { if (!(cond)) return n; } while (0)

struct flow {
	kwasm_u64 packets, bytes;
	kwasm_u32 last, pad;
};

struct prefix {
	kwasm_u32 bits;
	kwasm_u8 addr[4];
};

KWASM_META("name maps");
KWASM_MAP(flows, hash, kwasm_u64, struct flow, 4);
KWASM_MAP(slots, array, kwasm_u32, kwasm_u64, 4);
KWASM_MAP(per_cpu, percpu_array, kwasm_u32, kwasm_u64, 2);
KWASM_MAP(per_cpu_hash, percpu_hash, kwasm_u32, kwasm_u64, 16);
KWASM_MAP(recent, lru_hash, kwasm_u32, kwasm_u32, 64);
KWASM_MAP(blocked, lpm_trie, struct prefix, kwasm_u64, 16);
KWASM_QUEUE(fifo, queue, kwasm_u32, 3);
KWASM_QUEUE(lifo, stack, kwasm_u32, 3);
KWASM_LAYOUT(flows, "key=id:x64 value=packets:u64,bytes:u64,last:u32");

static int hash(void)
{
	struct flow in = { .packets = 3, .bytes = 300, .last = 7 }, out;
	kwasm_u64 key, sum = 0;

	for (key = 0; key < 8; key++)
		kwasm_map_delete(flows, &key);
	key = 1;
	EXPECT(1, kwasm_map_lookup(flows, &key, &out) == -KWASM_ENOENT);
	EXPECT(2, kwasm_map_update(flows, &key, &in, KWASM_MAP_OLD) == -KWASM_ENOENT);
	EXPECT(3, kwasm_map_update(flows, &key, &in, KWASM_MAP_NEW) == 0);
	EXPECT(4, kwasm_map_update(flows, &key, &in, KWASM_MAP_NEW) == -KWASM_EEXIST);
	EXPECT(5, kwasm_map_lookup(flows, &key, &out) == 0 && out.packets == 3 && out.bytes == 300 && out.last == 7);
	EXPECT(6, kwasm_map_add64(flows, &key, 8, 45, &sum) == 0 && sum == 345);
	EXPECT(7, kwasm_map_add64(flows, &key, 0, -1, 0) == 0);
	EXPECT(8, kwasm_map_lookup(flows, &key, &out) == 0 && out.packets == 2 && out.bytes == 345);
	EXPECT(9, kwasm_map_add64(flows, &key, 4, 1, 0) == -EINVAL);
	EXPECT(10, kwasm_map_add64(flows, &key, 24, 1, 0) == -EINVAL);
	EXPECT(11, kwasm_map_update(flows, &key, &in, 4) == -EINVAL);
	key = 2;
	EXPECT(12, kwasm_map_add64(flows, &key, 8, 9, &sum) == 0 && sum == 9);
	EXPECT(13, kwasm_map_lookup(flows, &key, &out) == 0 && !out.packets && out.bytes == 9 && !out.last);
	for (key = 3; key < 5; key++)
		EXPECT(14, kwasm_map_update(flows, &key, &in, KWASM_MAP_ANY) == 0);
	EXPECT(15, kwasm_map_update(flows, &key, &in, KWASM_MAP_ANY) == -KWASM_E2BIG);
	EXPECT(16, kwasm_map_add64(flows, &key, 0, 1, 0) == -KWASM_E2BIG);
	key = 3;
	EXPECT(17, kwasm_map_delete(flows, &key) == 0);
	EXPECT(18, kwasm_map_delete(flows, &key) == -KWASM_ENOENT);
	return 0;
}

static int array(void)
{
	kwasm_u64 v = 0x1122334455667788ULL, sum = 0;
	kwasm_u32 key = 3;

	EXPECT(1, kwasm_map_update(slots, &key, &v, KWASM_MAP_ANY) == 0);
	EXPECT(2, kwasm_map_update(slots, &key, &v, KWASM_MAP_NEW) == -KWASM_EEXIST);
	EXPECT(3, kwasm_map_add64(slots, &key, 0, 1, &sum) == 0 && sum == v + 1);
	EXPECT(4, kwasm_map_delete(slots, &key) == -EINVAL);
	key = 4;
	EXPECT(5, kwasm_map_lookup(slots, &key, &v) == -KWASM_ENOENT);
	EXPECT(6, kwasm_map_update(slots, &key, &v, KWASM_MAP_ANY) == -KWASM_E2BIG);
	EXPECT(7, kwasm_map_add64(slots, &key, 0, 1, 0) == -KWASM_E2BIG);
	key = 0xffffffff;
	EXPECT(8, kwasm_map_lookup(slots, &key, &v) == -KWASM_ENOENT);
	return 0;
}

static int percpu(void)
{
	kwasm_u64 before, after, five = 5;
	kwasm_u32 key = 1;

	EXPECT(1, kwasm_map_lookup(per_cpu, &key, &before) == 0);
	EXPECT(2, kwasm_map_add64(per_cpu, &key, 0, 2, 0) == 0);
	EXPECT(3, kwasm_map_lookup(per_cpu, &key, &after) == 0 && after == before + 2);
	kwasm_map_delete(per_cpu_hash, &key);
	EXPECT(4, kwasm_map_update(per_cpu_hash, &key, &five, KWASM_MAP_NEW) == 0);
	EXPECT(5, kwasm_map_add64(per_cpu_hash, &key, 0, 1, &after) == 0 && after == 6);
	EXPECT(6, kwasm_map_lookup(per_cpu_hash, &key, &after) == 0 && after == 6);
	return 0;
}

static int lru(void)
{
	kwasm_u32 key, v;

	/* More than fit: the oldest go, the newest is there. */
	for (key = 0; key < 400; key++)
		EXPECT(1, kwasm_map_update(recent, &key, &key, KWASM_MAP_ANY) == 0);
	key = 399;
	EXPECT(2, kwasm_map_lookup(recent, &key, &v) == 0 && v == 399);
	key = 0;
	EXPECT(3, kwasm_map_lookup(recent, &key, &v) == -KWASM_ENOENT);
	return 0;
}

static int lpm(void)
{
	struct prefix ten = { 8, { 10 } }, ten1 = { 16, { 10, 1 } }, host = { 32, { 10, 1, 2, 3 } };
	struct prefix other = { 32, { 11, 1, 2, 3 } }, wrong = { 33, { 10 } };
	kwasm_u64 v = 8;

	kwasm_map_delete(blocked, &ten);
	kwasm_map_delete(blocked, &ten1);
	EXPECT(1, kwasm_map_lookup(blocked, &host, &v) == -KWASM_ENOENT);
	EXPECT(2, kwasm_map_update(blocked, &ten, &v, KWASM_MAP_ANY) == 0);
	v = 16;
	EXPECT(3, kwasm_map_update(blocked, &ten1, &v, KWASM_MAP_NEW) == 0);
	EXPECT(4, kwasm_map_lookup(blocked, &host, &v) == 0 && v == 16);
	EXPECT(5, kwasm_map_delete(blocked, &ten1) == 0);
	EXPECT(6, kwasm_map_lookup(blocked, &host, &v) == 0 && v == 8);
	EXPECT(7, kwasm_map_lookup(blocked, &other, &v) == -KWASM_ENOENT);
	EXPECT(8, kwasm_map_update(blocked, &wrong, &v, KWASM_MAP_ANY) == -EINVAL);
	EXPECT(9, kwasm_map_delete(blocked, &host) == -KWASM_ENOENT);
	EXPECT(10, kwasm_map_add64(blocked, &ten, 0, 1, 0) == -EOPNOTSUPP);
	return 0;
}

static int queue(void)
{
	kwasm_u32 v, i;

	while (!kwasm_map_pop(fifo, &v) || !kwasm_map_pop(lifo, &v))
		;
	EXPECT(1, kwasm_map_pop(fifo, &v) == -KWASM_ENOENT && kwasm_map_peek(lifo, &v) == -KWASM_ENOENT);
	for (i = 1; i <= 3; i++)
		EXPECT(2, kwasm_map_push(fifo, &i, 0) == 0 && kwasm_map_push(lifo, &i, 0) == 0);
	EXPECT(3, kwasm_map_push(fifo, &i, 0) == -KWASM_E2BIG);
	EXPECT(4, kwasm_map_push(fifo, &i, KWASM_MAP_OLD) == 0);
	EXPECT(5, kwasm_map_push(fifo, &i, 1) == -EINVAL);
	EXPECT(6, kwasm_map_peek(fifo, &v) == 0 && v == 2);
	EXPECT(7, kwasm_map_pop(fifo, &v) == 0 && v == 2);
	EXPECT(8, kwasm_map_pop(fifo, &v) == 0 && v == 3);
	EXPECT(9, kwasm_map_pop(lifo, &v) == 0 && v == 3);
	EXPECT(10, kwasm_map_peek(lifo, &v) == 0 && v == 2);
	return 0;
}

/* What is no map, no such kind of map, or no memory of ours. */
static int wrong(void)
{
	kwasm_u64 k = 0, v;

	EXPECT(1, kwasm_map_lookup(8, &k, &v) == -EBADF);
	EXPECT(2, kwasm_map_lookup(64, &k, &v) == -EBADF);
	EXPECT(3, kwasm_map_lookup(-1, &k, &v) == -EBADF);
	EXPECT(4, kwasm_map_push(1000000, &v, 0) == -EBADF);
	EXPECT(5, kwasm_map_lookup(fifo, &k, &v) == -EOPNOTSUPP);
	EXPECT(6, kwasm_map_push(flows, &v, 0) == -EOPNOTSUPP);
	EXPECT(7, kwasm_map_delete(lifo, &k) == -EOPNOTSUPP);
	EXPECT(8, kwasm_map_add64(fifo, &k, 0, 1, 0) == -EOPNOTSUPP);
	EXPECT(9, kwasm_map_pop(slots, &v) == -EOPNOTSUPP);
	return 0;
}

/* A key, a value, a sum that begins in memory and ends outside: traps. */
static int outside(kwasm_u32 which)
{
	kwasm_u8 *end = (kwasm_u8 *)(__builtin_wasm_memory_size(0) << 16);
	kwasm_u64 k = 0, v;

	switch (which) {
	case 0:
		return kwasm_map_lookup(flows, end - 7, &v);
	case 1:
		return kwasm_map_lookup(flows, &k, end - 23);
	case 2:
		return kwasm_map_add64(flows, &k, 0, 1, (kwasm_u64 *)(end - 4));
	default:
		return kwasm_map_push(fifo, end - 3, 0);
	}
}

static int (*const cases[])(void) = { hash, array, percpu, lru, lpm, queue, wrong };
#define NR_CASES	(sizeof(cases) / sizeof(cases[0]))

KWASM_PROGRAM("netfilter/ip/input") int input(void)
{
	kwasm_u32 n = kwasm_pkt_ld8(28);
	struct kwasm_line line = { .len = 0 };
	int failed;

	if (n >= 100)
		return outside(n - 100);
	if (n == 50) {		/* count packets: for everybody, for this CPU, and in the memory of its instance */
		static kwasm_u64 mine;
		kwasm_u32 zero = 0, one = 1;

		mine++;
		kwasm_map_add64(slots, &zero, 0, 1, 0);
		kwasm_map_add64(per_cpu, &zero, 0, 1, 0);
		kwasm_map_update(per_cpu, &one, &mine, KWASM_MAP_ANY);
		return KWASM_NF_DROP;
	}
	if (n >= NR_CASES)
		return KWASM_NF_ACCEPT;
	failed = cases[n]();
	if (!failed)
		return KWASM_NF_ACCEPT;
	kwasm_line_str(&line, "case ");
	kwasm_line_u64(&line, n);
	kwasm_line_str(&line, " fails at ");
	kwasm_line_u64(&line, failed);
	kwasm_line_log(&line, KWASM_LOG_ERR);
	return KWASM_NF_DROP;
}
