// SPDX-License-Identifier: GPL-2.0
/*
 * Records of rings, and the small calls of the core.  Byte 28 of the packet
 * (the first of UDP's payload) chooses what is done; accept: as it should be.
 * The kernel and the userspace engine give the same answers: both run this.
 */
#include <linux/kwasm_guest.h>

#define EBADF		9
#define E2BIG		7
#define EINVAL		22
#define EOPNOTSUPP	95
#define EXPECT(n, cond)	do { if (!(cond)) return n; } while (0)

struct event {
	kwasm_u32 cpu, nr;
	kwasm_u64 what;
};

KWASM_META("name events");
KWASM_RING(ring, 65536);
KWASM_MAP(slots, array, kwasm_u32, kwasm_u64, 1);
KWASM_RING(small, 4096);
KWASM_LAYOUT(ring, "value=cpu:u32,nr:u32,what:x64");

static kwasm_u8 big[70000];
static struct event next;

KWASM_INIT int init(void)
{
	struct event e = { .what = 0x1417 };

	return kwasm_ringbuf_output(ring, &e, sizeof(e), 0);
}

static int answers(void)
{
	kwasm_u32 zero = 0;
	kwasm_u64 v;

	EXPECT(1, kwasm_ringbuf_output(3, big, 8, 0) == -EBADF);
	EXPECT(2, kwasm_ringbuf_output(64, big, 8, 0) == -EBADF);
	EXPECT(3, kwasm_ringbuf_output(-1, big, 8, 0) == -EBADF);
	EXPECT(4, kwasm_ringbuf_output(slots, big, 8, 0) == -EOPNOTSUPP);
	EXPECT(5, kwasm_map_lookup(ring, &zero, &v) == -EOPNOTSUPP);
	EXPECT(6, kwasm_map_push(small, &v, 0) == -EOPNOTSUPP);
	EXPECT(7, kwasm_ringbuf_output(ring, big, 8, 3) == -EINVAL);
	EXPECT(8, kwasm_ringbuf_output(ring, big, 8, 4) == -EINVAL);
	EXPECT(9, kwasm_ringbuf_output(ring, big, sizeof(big), 0) == -E2BIG);
	EXPECT(10, kwasm_ringbuf_output(small, big, 4089, 0) == -E2BIG);
	EXPECT(11, kwasm_ringbuf_output(ring, big, 0, KWASM_RING_FORCE_WAKEUP) == 0);
	EXPECT(12, kwasm_ringbuf_output(ring, "three", 3, KWASM_RING_NO_WAKEUP) == 0);
	EXPECT(13, kwasm_pkt_capture(slots, 8) == -EOPNOTSUPP);
	EXPECT(14, kwasm_pkt_capture(9, 8) == -EBADF);
	return 0;
}

/* Config "abcdef" or none at all. */
static int core(void)
{
	char c[8] = "xxxxxxx";
	kwasm_u32 n = kwasm_config_read(0, c, 4);

	EXPECT(1, n == 0 || n == 4);
	if (n) {
		EXPECT(2, c[0] == 'a' && c[3] == 'd' && c[4] == 'x');
		EXPECT(3, kwasm_config_read(4, c, 8) == 2 && c[0] == 'e' && c[1] == 'f' && c[2] == 'c');
	}
	EXPECT(4, kwasm_config_read(6, c, 8) == 0 && kwasm_config_read(-1, c, 8) == 0);
	EXPECT(5, kwasm_config_read(0, c, 0) == 0);
	EXPECT(6, kwasm_numa_id() >= 0 && kwasm_numa_id() < 1024);
	return 0;
}

static int outside(kwasm_u32 which)
{
	kwasm_u8 *end = (kwasm_u8 *)(__builtin_wasm_memory_size(0) << 16);

	if (which == 0)
		return kwasm_ringbuf_output(ring, end - 7, 8, 0);
	return kwasm_config_read(0, end - 7, 8);
}

KWASM_PROGRAM("netfilter/ip/input") int input(void)
{
	switch (kwasm_pkt_ld8(28)) {
	case 0:
		return answers() == 0;
	case 1:
		return core() == 0;
	case 50:	/* one more of this CPU's, in the order of their numbers */
		next.cpu = kwasm_cpu_id();
		next.nr++;
		next.what = kwasm_pkt_ld16be(29);
		kwasm_ringbuf_output(ring, &next, sizeof(next), 0);
		return KWASM_NF_DROP;
	case 51:	/* a quarter of the small ring */
		return kwasm_ringbuf_output(small, big, 1016, 0) == 0;
	case 60:
		return kwasm_pkt_capture(ring, 0xffffffff) == 0;
	case 61:
		return kwasm_pkt_capture(ring, 24) == 0;
	case 100:
	case 101:
		return outside(kwasm_pkt_ld8(28) - 100);
	default:
		return KWASM_NF_ACCEPT;
	}
}
