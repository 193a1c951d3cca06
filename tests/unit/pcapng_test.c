// SPDX-License-Identifier: GPL-2.0
/* What --pcapng writes, read block by block by the format's rules. */
#include <stdlib.h>
#include <string.h>

#include "../../userspace-tools/kwasm/pcapng.c"
#include "tap.h"

static uint8_t *file;
static size_t file_len;

static uint32_t word(size_t off)
{
	uint32_t v;

	memcpy(&v, file + off, sizeof(v));
	return v;
}

/* Type of the @nr-th block, its place in @off; 0 behind the last, ~0 when lengths do not add up. */
static uint32_t block(uint32_t nr, size_t *off)
{
	uint32_t len;

	for (*off = 0; *off + 12 <= file_len; *off += len, nr--) {
		len = word(*off + 4);
		if (len % 4 || len < 12 || len > file_len - *off || word(*off + len - 4) != len)
			return ~0u;
		if (!nr)
			return word(*off);
	}
	return *off == file_len ? 0 : ~0u;
}

/* Value of option @code in the options from @at on, or NULL. */
static const uint8_t *option(size_t at, uint16_t code, uint16_t *len)
{
	uint16_t head[2];

	for (;; at += 4 + ((*len + 3) & ~3u)) {
		memcpy(head, file + at, sizeof(head));
		*len = head[1];
		if (head[0] == code)
			return file + at + 4;
		if (!head[0])
			return NULL;
	}
}

int main(void)
{
	struct kwasm_capture c = { .at_ns = 0x1234567890abcdefull, .packet_bytes = 100, .link_type = 101,
				   .ifindex_in = 3, .mark = 7, .family = 2, .hook = 1 };
	static const uint8_t data[5] = { 0x45, 1, 2, 3, 4 };
	const uint8_t *p;
	struct pcapng w;
	uint16_t len;
	size_t off;
	uint64_t lost;
	FILE *out = open_memstream((char **)&file, &file_len);

	ok(!pcapng_begin(&w, out) && !pcapng_packet(&w, &c, data, sizeof(data)), "a packet is written");
	c.link_type = 1;
	c.ifindex_in = 0;
	c.ifindex_out = 4;
	ok(!pcapng_packet(&w, &c, data, 0) && !pcapng_packet(&w, &c, data, 4) && !pcapng_lost(&w, 9), "and more of another link type");
	c.link_type = 2;
	ok(pcapng_packet(&w, &c, data, 4) < 0, "a third link type is refused");
	fclose(out);

	ok(block(0, &off) == 0x0a0d0d0a && word(8) == 0x1a2b3c4d && word(12) == 1, "section header, version 1.0");
	ok(block(1, &off) == 1 && word(off + 8) == 101, "interface of IP packets");
	p = option(off + 16, 9, &len);
	ok(p && len == 1 && *p == 9, "times in nanoseconds");
	p = option(off + 16, 2, &len);
	ok(p && len == 8 && !memcmp(p, "kwasm-ip", 8), "its name");
	ok(block(2, &off) == 6 && word(off + 8) == 0 && word(off + 12) == 0x12345678 && word(off + 16) == 0x90abcdef &&
	   word(off + 20) == 5 && word(off + 24) == 100 && !memcmp(file + off + 28, data, 5),
	   "packet: interface, time, lengths, bytes");
	p = option(off + 28 + 8, 2, &len);
	ok(p && len == 4 && *p == 1, "inbound");
	p = option(off + 28 + 8, 1, &len);
	ok(p && len > 8 && !memcmp(p, "family 2", 8), "comment");
	ok(block(3, &off) == 1 && word(off + 8) == 1, "interface of frames");
	ok(block(4, &off) == 6 && word(off + 8) == 1 && word(off + 20) == 0, "a packet of which nothing was kept");
	p = option(off + 28, 2, &len);
	ok(p && *p == 2, "outbound");
	ok(block(5, &off) == 6 && block(6, &off) == 5, "statistics at the end");
	p = option(off + 20, 5, &len);
	memcpy(&lost, p, sizeof(lost));
	ok(p && len == 8 && lost == 9, "with what was lost");
	ok(block(7, &off) == 0, "nothing behind it");
	free(file);
	return tap_done();
}
