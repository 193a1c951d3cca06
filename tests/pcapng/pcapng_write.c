// SPDX-License-Identifier: GPL-2.0
/* A capture as `kwasm events --pcapng` writes it, to stdout: packets of both link types, one cut, and some lost. */
#include "../../userspace-tools/kwasm/pcapng.c"

static const uint8_t udp4[] = {
	0x45, 0, 0, 32, 0x12, 0x34, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	0x03, 0xe8, 0x1e, 0x61, 0, 12, 0, 0, 'k', 'w', 'a', 's',
};

static const uint8_t icmp6[] = {
	0x60, 0, 0, 0, 0, 8, 58, 64,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	128, 0, 0, 0, 0, 1, 0, 1,
};

static const uint8_t arp[] = {
	255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6,
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2,
};

int main(void)
{
	struct kwasm_capture c = { .at_ns = 1700000000123456789ull, .link_type = 101, .cpu = 1 };
	struct pcapng w;

	c.packet_bytes = sizeof(udp4);
	c.family = 2;
	c.hook = 1;
	c.ifindex_in = 3;
	c.mark = 7;
	if (pcapng_begin(&w, stdout) || pcapng_packet(&w, &c, udp4, sizeof(udp4)))
		return 1;
	c.packet_bytes = sizeof(icmp6);
	c.family = 10;
	c.hook = 3;
	c.ifindex_in = 0;
	c.ifindex_out = 4;
	if (pcapng_packet(&w, &c, icmp6, sizeof(icmp6)))
		return 1;
	c.packet_bytes = 1500;
	if (pcapng_packet(&w, &c, udp4, 20))
		return 1;
	c.link_type = LINKTYPE_ETHERNET;
	c.packet_bytes = sizeof(arp);
	c.family = 3;
	return pcapng_packet(&w, &c, arp, sizeof(arp)) || pcapng_lost(&w, 9) || fflush(stdout);
}
