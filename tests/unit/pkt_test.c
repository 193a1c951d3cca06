// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Which bytes of a packet a guest may write. */
#include "rt/pkt.h"
#include "tap.h"

static const struct {
	const char *name;
	u8 first;		/* version, IPv4 header length in words */
	u32 lin, off, len;
	bool parsed;
} write[] = {
	{ "version",				0x45, 60, 0, 1, true },
	{ "type of service",			0x45, 60, 1, 1, false },
	{ "total length, from before it",	0x45, 60, 1, 2, true },
	{ "IPv4 identification to protocol",	0x45, 60, 4, 6, false },
	{ "IPv4 addresses",			0x45, 60, 12, 8, false },
	{ "payload behind a plain header",	0x45, 60, 20, 40, false },
	{ "options",				0x46, 60, 23, 1, true },
	{ "payload behind options",		0x46, 60, 24, 4, false },
	{ "all of it",				0x45, 60, 0, 60, true },
	{ "nothing at the end",			0x45, 60, 60, 0, false },
	{ "IPv6 traffic class",			0x60, 60, 1, 3, false },
	{ "IPv6 payload length",		0x60, 60, 5, 1, true },
	{ "IPv6 next header",			0x60, 60, 6, 1, true },
	{ "IPv6 hop limit and addresses",	0x60, 60, 7, 33, false },
	{ "a packet with no header to look at",	0x45, 19, 12, 1, true },
	{ "an offset near the end of the range", 0x45, 60, 0xfffffff0, 0x20, false },
};

int main(void)
{
	u8 ip[60] = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(write); i++) {
		ip[0] = write[i].first;
		ok(kw_pkt_is_parsed(ip, write[i].lin, write[i].off, write[i].len) == write[i].parsed,
		   "%s: %s", write[i].name, write[i].parsed ? "kept" : "may be written");
	}
	return tap_done();
}
