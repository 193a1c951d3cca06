// SPDX-License-Identifier: GPL-2.0
/* Checksum functions of guests, against the checksums of whole packets made here. */
#include <string.h>

#include "kt.h"

#define IP	20
#define BYTES	60

static uint32_t sum(const uint8_t *p, unsigned int len, uint32_t s)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		s += i & 1 ? p[i] : p[i] << 8;
	return s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static void put(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Both of them, over all that is there (RFC 791, 768). */
static void set_checksums(uint8_t p[BYTES])
{
	uint16_t udp;

	put(p + 10, 0);
	put(p + 10, fold(sum(p, IP, 0)));
	put(p + IP + 6, 0);
	udp = fold(sum(p + IP, BYTES - IP, sum(p + 12, 8, 17 + BYTES - IP)));
	put(p + IP + 6, udp ? udp : 0xffff);
}

static bool same(int program_fd, unsigned int seed, bool differences, bool has_udp)
{
	uint8_t p[BYTES], want[BYTES], out[BYTES];
	struct kwasm_test_run a = {
		.size = sizeof(a), .program_fd = program_fd, .data_in = (uintptr_t)p,
		.data_in_len = sizeof(p), .data_out = (uintptr_t)out, .data_out_len = sizeof(out),
	};
	unsigned int i;

	for (i = 0; i < BYTES; i++)
		p[i] = (seed = seed * 1103515245 + 12345) >> 16;
	p[0] = 0x45;
	put(p + 2, BYTES);
	p[9] = 17;
	put(p + IP + 4, BYTES - IP);
	p[28] = differences;
	memcpy(want, p, BYTES);
	set_checksums(p);
	want[8] = 3;
	memcpy(want + 12, "\xc0\x00\x02\x07", 4);
	put(want + IP, 5353);
	set_checksums(want);
	if (!has_udp) {
		put(p + IP + 6, 0);
		put(want + IP + 6, 0);
	}
	test_run(&a);
	return a.retval == KWASM_NF_ACCEPT && !a.trap.kind && !memcmp(out, want, BYTES);
}

int main(void)
{
	int p = program(load("csum.wasm"), "netfilter/ip/input");
	unsigned int i, bad[3] = { 0 };

	for (i = 0; i < 500; i++) {
		bad[0] += !same(p, i, false, true);
		bad[1] += !same(p, i, true, true);
		bad[2] += !same(p, i, i & 1, false);
	}
	ok(!bad[0], "checksums after a change, said by numbers");
	ok(!bad[1], "by differences");
	ok(!bad[2], "UDP without a checksum stays so");
	return done();
}
