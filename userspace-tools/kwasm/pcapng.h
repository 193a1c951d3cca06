/* SPDX-License-Identifier: GPL-2.0 */
/* Captured packets -> a pcapng file, as Wireshark and tshark read it. */
#ifndef KWASM_PCAPNG_H
#define KWASM_PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/kwasm.h>

#define PCAPNG_LINK_TYPES	2

/**
 * struct pcapng - one file being written
 * @interface: link type of each interface block written so far
 */
struct pcapng {
	FILE *out;
	uint16_t interface[PCAPNG_LINK_TYPES];
	uint32_t nr_interfaces;
};

/* The section header.  0, or -1 with errno: for all three. */
int pcapng_begin(struct pcapng *p, FILE *out);

/**
 * pcapng_packet() - one packet, with an interface block before the first of its link type
 * @c:    what is known of it
 * @data: @len bytes of it
 *
 * Direction goes into the block's flags; mark, CPU and devices into its comment.
 */
int pcapng_packet(struct pcapng *p, const struct kwasm_capture *c, const void *data, size_t len);

/* How many records the kernel had no room for, as the statistics of the first interface. */
int pcapng_lost(struct pcapng *p, uint64_t lost);

#endif /* KWASM_PCAPNG_H */
