// SPDX-License-Identifier: GPL-2.0
/* What a program sees and does of a packet: KWASM_TEST_RUN on packets made here; the log; snapshots. */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "kt.h"

#define TRAP_UNREACHABLE	1
#define TRAP_BAD_VERDICT	14
#define TRAP_ABORT		16
#define TRAP_HOST_OOB		17

/* IPv4 and UDP headers, byte @i of the rest holds @i; byte 28 chooses what packet.wat does. */
static void make_packet(uint8_t p[64], uint8_t what)
{
	int i;

	for (i = 0; i < 64; i++)
		p[i] = i;
	p[0] = 0x45;
	p[2] = 0;
	p[3] = 64;
	p[9] = 17;
	p[28] = what;
}

static struct kwasm_test_run run(int program_fd, uint8_t what, uint8_t *out)
{
	uint8_t p[64];
	struct kwasm_test_run a = {
		.size = sizeof(a),
		.program_fd = program_fd,
		.data_in = (uintptr_t)p,
		.data_in_len = sizeof(p),
		.data_out = (uintptr_t)out,
		.data_out_len = out ? 64 : 0,
	};

	make_packet(p, what);
	test_run(&a);
	if (a.trap.kind)
		note("packet %u: trap %u in function %u, offset 0x%x", what, a.trap.kind, a.trap.func,
		     a.trap.offset);
	return a;
}

static void packets(int p)
{
	static const char *const what[] = {
		"length", "loads at the end, network order, default", "a short load that is asked about",
		"a short load that is not", "bulk copies", "stores; what the kernel has parsed stays",
		"mark and fields",
	};
	static const uint8_t st[] = { 0xab, 31, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef };
	struct kwasm_test_run a;
	uint8_t out[64];
	unsigned int i;

	for (i = 0; i < 7; i++) {
		a = run(p, i, out);
		ok(a.retval == 1 && !a.trap.kind && a.short_read == (i == 3), "%s", what[i]);
		if (i == 4)
			ok(!memcmp(out + 40, "a line of text", 14) && out[54] == 54, "  and the packet has it");
		if (i == 5)
			ok(!memcmp(out + 30, st, sizeof(st)) && out[0] == 0x45 && out[3] == 64,
			   "  and the packet has it");
		if (i == 6)
			ok(a.mark == 0x77, "  and the packet has it");
	}
	a = run(p, 7, NULL);
	ok(a.trap.kind == TRAP_HOST_OOB && a.trap.nr_bt, "a pointer outside memory traps");
	a = run(p, 0, NULL);
	ok(a.retval == 1, "and the instance is restored");
	a = run(p, 8, NULL);
	ok(a.retval == 1, "clocks, random bytes, a log line");
	a = run(p, 9, NULL);
	ok(a.trap.kind == TRAP_ABORT, "abort traps");
}

static void logs(int m, int p)
{
	struct kwasm_fd_arg arg = { .size = sizeof(arg), .fd = m };
	int fd = ioctl(dev(), KWASM_LOG_OPEN, &arg), i, lines = 0;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	union {
		struct kwasm_log_record r;
		char bytes[4096];
	} b;
	unsigned int lost = 0;
	ssize_t n, at;

	ok(fd >= 0 && !fcntl(fd, F_SETFL, O_NONBLOCK), "open the log");
	fails_with(EINVAL, read(fd, b.bytes, 8), "a buffer too small for one record");
	n = read(fd, b.bytes, sizeof(b.bytes));
	ok(n > (ssize_t)sizeof(b.r) && b.r.level == 6 && b.r.len == 14 &&
	   !memcmp(b.r.text, "a line of text", 14), "read the line");
	fails_with(EAGAIN, read(fd, b.bytes, sizeof(b.bytes)), "nothing more");
	ok(poll(&pfd, 1, 0) == 0, "poll: nothing");
	for (i = 0; i < 1000; i++)
		run(p, 8, NULL);
	ok(poll(&pfd, 1, 100) == 1 && pfd.revents & POLLIN, "poll: something");
	/* The next window opens after a second at most, and its first line tells what was lost. */
	sleep(1);
	usleep(100000);
	run(p, 8, NULL);
	while ((n = read(fd, b.bytes, sizeof(b.bytes))) > 0) {
		for (at = 0; at < n; at += ((struct kwasm_log_record *)(b.bytes + at))->bytes) {
			lines++;
			lost += ((struct kwasm_log_record *)(b.bytes + at))->lost;
		}
	}
	ok(lines + lost == 1001 && lost, "1001 lines written: %d read, %u counted as lost", lines, lost);
	close(p);
	close(m);
	for (i = 0; i < 100 && !(pfd.revents & POLLHUP); i++)
		poll(&pfd, 1, 20);
	ok(read(fd, b.bytes, sizeof(b.bytes)) == 0 && pfd.revents & POLLHUP, "the end, once the module is gone");
	close(fd);
}

/* init.wat checks what initialization left and traps on the third call in a row of one instance. */
static void snapshots(void)
{
	int m = load("init.wasm"), p = program(m, "netfilter/ip/input");
	unsigned int i, bad = 0, traps = 0;
	struct kwasm_test_run a;

	ok(m >= 0 && p >= 0, "start, _initialize and kwasm_init run");
	for (i = 0; i < 60; i++) {
		a = run(p, 0, NULL);
		traps += a.trap.kind == TRAP_UNREACHABLE;
		bad += a.retval != 1 && a.trap.kind != TRAP_UNREACHABLE;
	}
	/* Each CPU's instance traps on each third call; the last round of each may be unfinished. */
	ok(!bad && traps >= 16 && traps <= 20, "each trap puts the snapshot back: %u traps in 60 calls", traps);
	close(p);
	close(m);
}

static void limits(int p)
{
	static uint8_t big[65536];
	struct kwasm_test_run a = {
		.size = sizeof(a), .program_fd = p, .data_in = (uintptr_t)big, .data_in_len = sizeof(big),
	};

	fails_with(EINVAL, ioctl(dev(), KWASM_TEST_RUN, &a), "a packet of 64 KiB");
	a.data_in_len = 0;
	test_run(&a);
	ok(a.short_read, "an empty packet");
	a.data_in_len = 20;
	a.repeat = 1000001;
	fails_with(EINVAL, ioctl(dev(), KWASM_TEST_RUN, &a), "too many repetitions");
	a.repeat = 10000;
	test_run(&a);
	ok(a.duration_ns, "10000 repetitions, %llu ns each", (unsigned long long)a.duration_ns);
	a.data_in = 0x1000;
	fails_with(EFAULT, ioctl(dev(), KWASM_TEST_RUN, &a), "a packet at an address not mapped");
}

/* ---- XDP, tc, timers: frames.wat ---- */

#define ALIEN		7	/* the device it redirects to; nothing is sent */

/* An Ethernet and an IPv4 header; byte 14, the first behind Ethernet's, chooses. */
static struct kwasm_test_run frame(int program_fd, uint8_t what, uint32_t repeat, uint8_t out[128])
{
	uint8_t p[60] = { [12] = 8, [14] = what, [59] = 59 };
	struct kwasm_test_run a = {
		.size = sizeof(a), .program_fd = program_fd, .repeat = repeat,
		.data_in = (uintptr_t)p, .data_in_len = sizeof(p),
		.data_out = (uintptr_t)out, .data_out_len = 128,
	};

	memset(out, 0xee, 128);
	test_run(&a);
	return a;
}

static void frames(int m, const char *name, uint32_t pass, uint32_t refused, uint32_t redirect)
{
	int p = program(m, name);
	struct kwasm_test_run a;
	uint8_t out[128];

	a = frame(p, 0, 0, out);
	ok(a.retval == pass && !a.trap.kind && a.data_out_len == 60 && out[59] == 59 && out[60] == 0xee && !a.redirect_ifindex,
	   "%s: the packet as it was", name);
	a = frame(p, 1, 0, out);
	ok(a.retval == pass && a.data_out_len == 64 && out[0] == 0xaa && !out[1] && out[16] == 8 && out[18] == 1 && out[63] == 59,
	   "%s: longer in front", name);
	a = frame(p, 2, 0, out);
	ok(a.retval == pass && a.data_out_len == 66 && out[59] == 59 && !out[60] && !out[65], "%s: longer at its end, by zeros", name);
	a = frame(p, 9, 0, out);
	ok(a.retval == pass && a.data_out_len == 50, "%s: shorter", name);
	a = frame(p, 3, 0, out);
	ok(a.retval == refused && !a.trap.kind, "%s: no room at its end", name);
	a = frame(p, 4, 0, out);
	ok(a.retval == refused && !a.trap.kind, "%s: nothing would be left of it", name);
	a = frame(p, 5, 0, out);
	ok(a.retval == redirect && a.redirect_ifindex == ALIEN && !a.redirect_ingress, "%s: redirect says where to", name);
	a = frame(p, 6, 0, out);
	ok(a.retval == pass && !a.redirect_ifindex, "%s: only with that result", name);
	a = frame(p, 7, 0, out);
	ok(a.retval == pass, "%s: protocol and offsets", name);
	a = frame(p, 8, 0, out);
	ok(a.trap.kind == TRAP_BAD_VERDICT, "%s: a result that is none", name);
	a = frame(p, 2, 1000, out);
	ok(a.retval == pass && a.data_out_len == 66 && a.duration_ns, "%s: 1000 times, %llu ns each", name,
	   (unsigned long long)a.duration_ns);
	close(p);
}

static void frame_refusals(int m)
{
	static uint8_t big[65536];
	struct kwasm_test_run a = { .size = sizeof(a), .data_in = (uintptr_t)big, .data_in_len = 13 };
	static const char *const name[] = { "xdp", "tc/ingress" };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		a.program_fd = program(m, name[i]);
		a.data_in = (uintptr_t)big;
		a.data_in_len = 13;
		fails_with(EINVAL, ioctl(dev(), KWASM_TEST_RUN, &a), "%s: less than an Ethernet header", name[i]);
		a.data_in_len = 14;
		test_run(&a);
		ok(a.short_read, "%s: no more than that", name[i]);
		a.data_in_len = 65535;
		test_run(&a);
		ok(a.data_out_len == 65535, "%s: the longest packet", name[i]);
		a.data_in = 0x1000;
		fails_with(EFAULT, ioctl(dev(), KWASM_TEST_RUN, &a), "%s: at an address not mapped", name[i]);
		close(a.program_fd);
	}
}

static void timer_runs(int m)
{
	struct kwasm_test_run a = { .size = sizeof(a), .program_fd = program(m, "timer/tick") };
	uint8_t byte = 0;

	test_run(&a);
	ok(a.retval == 20 && !a.trap.kind && !a.data_out_len, "timer: its answer");
	a.repeat = 100000;
	test_run(&a);
	ok(a.trap.kind == TRAP_BAD_VERDICT, "timer: more than a day is none");
	a.data_in = (uintptr_t)&byte;
	a.data_in_len = 1;
	fails_with(EINVAL, ioctl(dev(), KWASM_TEST_RUN, &a), "timer: takes no packet");
	close(a.program_fd);
	a.program_fd = program(m, "fs/notify");
	fails_with(EOPNOTSUPP, ioctl(dev(), KWASM_TEST_RUN, &a), "fs/notify: has no test run");
	close(a.program_fd);
}

static void other_programs(void)
{
	int m = load("frames.wasm"), p = program(m, "tc/ingress");
	struct kwasm_test_run a;
	uint8_t out[128];

	ok(m >= 0 && p >= 0, "frames: load");
	frames(m, "xdp", 2, 0, 4);
	frames(m, "tc/ingress", 0, 2, 7);
	frames(m, "tc/egress", 0, 2, 7);
	a = frame(p, 10, 0, out);
	ok(a.retval == (uint32_t)-1 && a.mark == 0x77 && a.data_out_len == 64 && out[12] == 0x81 && out[15] == 7,
	   "tc/ingress: a mark, and the inner of two tags in the packet");
	close(p);
	frame_refusals(m);
	timer_runs(m);
	close(m);
}

int main(void)
{
	int m = load("packet.wasm"), p = program(m, "netfilter/ip/input");

	ok(m >= 0 && p >= 0, "load");
	packets(p);
	limits(p);
	logs(m, p);
	snapshots();
	other_programs();
	ok(!objects_left(), "nothing is left");
	return done();
}
