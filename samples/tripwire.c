// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Notice who overwrites many files of a directory tree with what looks
 * encrypted, tell, and let him open no more of them.
 *
 *	kwasm load build/samples/tripwire.wasm
 *	kwasm attach tripwire --path /srv/documents --scope subtree --on-trap accept
 *	kwasm events tripwire --follow
 *	kwasm map delete tripwire.caught 4711	# and he may again
 *
 * Two programs share two maps.  When a file that was open for writing is closed,
 * fs/notify looks at its beginning: encrypted bytes, as compressed ones, have
 * nearly 8 bits of entropy a byte, documents 4 to 6.  FILES such files in PERIOD_NS
 * by one process, and fs/open_perm denies it every open in the tree: that much is
 * lost, and no more.  Who unpacks pictures at that rate is caught as well; so the
 * list is a map, and the limits stand below.  A process for each file is not
 * noticed: where services have cgroups, kwasm_cgroup_id() is the better key.
 */
#include <linux/kwasm_guest.h>

#ifndef FILES
#define FILES		8
#endif
#define PERIOD_NS	10000000000ull
#define SAMPLE		4096		/* bytes looked at, of each file */
#define SAMPLE_MIN	512		/* a shorter file says nothing */
#define ENTROPY_MIN	1900		/* of 2048: 1/256 bits a byte */

KWASM_META("name tripwire");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

struct writer {
	kwasm_u64 since_ns;
	kwasm_u32 files, pad;
};

struct alert {
	kwasm_u64 at_ns;
	kwasm_u32 pid, uid;
	kwasm_u32 files;
	kwasm_u32 entropy;		/* of the last one */
	char comm[16];
	char path[128];			/* of the last one, empty if longer */
};

KWASM_MAP(writers, lru_hash, kwasm_u32, struct writer, 4096);
KWASM_MAP(caught, lru_hash, kwasm_u32, kwasm_u64, 4096);
KWASM_LAYOUT(writers, "key=pid:u32 value=since:u64,files:u32,pad:u32");
KWASM_LAYOUT(caught, "key=pid:u32 value=at:u64");
KWASM_RING(alerts, 65536);
KWASM_LAYOUT(alerts, "value=at:u64,pid:u32,uid:u32,files:u32,entropy:u32,comm:char16,path:char128");

static kwasm_u8 sample[SAMPLE];
static kwasm_u16 times[256];

/* 256 log2(x), x from 1 on; between powers of two a line, at most 22 below. */
static kwasm_u32 log2_256(kwasm_u32 x)
{
	kwasm_u32 whole = 31 - __builtin_clz(x);

	return whole * 256 + ((kwasm_u64)(x - (1u << whole)) * 256 >> whole);
}

/* Of @n bytes: 256 (log2 n - sum of c log2 c / n) over the counts c. */
static kwasm_u32 entropy(kwasm_u32 n)
{
	kwasm_u64 sum = 0;

	__builtin_memset(times, 0, sizeof(times));
	for (kwasm_u32 i = 0; i < n; i++)
		times[sample[i]]++;
	for (int i = 0; i < 256; i++)
		if (times[i])
			sum += (kwasm_u64)times[i] * log2_256(times[i]);
	return log2_256(n) - sum / n;
}

static kwasm_u32 process(void)
{
	return kwasm_pid_tgid() >> 32;
}

/* One more such file by this process.  Return: how many in this period. */
static kwasm_u32 count(kwasm_u32 pid, kwasm_u64 now)
{
	struct writer w;

	if (kwasm_map_lookup(writers, &pid, &w) || now - w.since_ns > PERIOD_NS)
		w = (struct writer) { .since_ns = now };
	w.files++;
	kwasm_map_update(writers, &pid, &w, KWASM_MAP_ANY);
	return w.files;
}

static struct alert a;

static void tell(kwasm_u32 pid, kwasm_u32 files, kwasm_u32 bits)
{
	__builtin_memset(&a, 0, sizeof(a));
	a.at_ns = kwasm_time_ns(KWASM_CLOCK_REAL);
	a.pid = pid;
	a.uid = kwasm_uid_gid();
	a.files = files;
	a.entropy = bits;
	kwasm_comm(a.comm, sizeof(a.comm));
	kwasm_fs_path(a.path, sizeof(a.path));
	kwasm_ringbuf_output(alerts, &a, sizeof(a), 0);
}

KWASM_PROGRAM("fs/notify") int on_close(void)
{
	kwasm_u64 now = kwasm_time_ns(KWASM_CLOCK_MONOTONIC);
	kwasm_u32 pid = process(), bits, files;
	kwasm_s32 n;

	if (!(kwasm_fs_event() & KWASM_FS_CLOSE_WRITE))
		return 0;
	n = kwasm_fs_read(0, sample, SAMPLE);
	if (n < SAMPLE_MIN)
		return 0;
	bits = entropy(n);
	/* Few bytes cannot have all values: 512 random ones have 7.5 bits. */
	if (bits < (n < SAMPLE ? ENTROPY_MIN - 64 : ENTROPY_MIN))
		return 0;
	files = count(pid, now);
	if (files == FILES) {
		kwasm_map_update(caught, &pid, &now, KWASM_MAP_ANY);
		tell(pid, files, bits);
	}
	return 0;
}

KWASM_PROGRAM("fs/open_perm") int on_open(void)
{
	kwasm_u32 pid = process();
	kwasm_u64 since;

	return kwasm_map_lookup(caught, &pid, &since) ? KWASM_FS_ALLOW : KWASM_FS_EPERM;
}
