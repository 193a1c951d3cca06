// SPDX-License-Identifier: GPL-2.0
/*
 * pcapng: blocks of a type, their length, a body, their length again; all in
 * the byte order of the section header, which is this machine's.
 * Source: draft-ietf-opsawg-pcapng, 3.1, 4.1 to 4.3, 4.6.
 */
#include <errno.h>
#include <string.h>

#include "pcapng.h"

#define SECTION_HEADER		0x0a0d0d0a
#define INTERFACE		1
#define ENHANCED_PACKET		6
#define STATISTICS		5

#define OPT_END			0
#define OPT_COMMENT		1
#define SHB_USERAPPL		4
#define IF_NAME			2
#define IF_TSRESOL		9
#define EPB_FLAGS		2
#define ISB_IFDROP		5

#define INBOUND			1
#define OUTBOUND		2

/* A block's body under way. */
struct block {
	size_t len;
	uint8_t body[65536 + 4096];
};

static void put(struct block *b, const void *p, size_t len)
{
	memcpy(b->body + b->len, p, len);
	b->len += len;
	while (b->len % 4)
		b->body[b->len++] = 0;
}

static void put_u32(struct block *b, uint32_t v)
{
	put(b, &v, sizeof(v));
}

static void put_option(struct block *b, uint16_t code, const void *p, uint16_t len)
{
	uint16_t head[2] = { code, len };

	put(b, head, sizeof(head));
	put(b, p, len);
}

static int write_block(struct pcapng *p, uint32_t type, const struct block *b)
{
	uint32_t total = b->len + 12, head[2] = { type, total };

	if (fwrite(head, sizeof(head), 1, p->out) != 1 ||
	    (b->len && fwrite(b->body, b->len, 1, p->out) != 1) ||
	    fwrite(&total, sizeof(total), 1, p->out) != 1)
		return -1;
	return 0;
}

int pcapng_begin(struct pcapng *p, FILE *out)
{
	static struct block b;
	const uint64_t unknown = ~0ull;		/* length of the section */
	const uint16_t version[2] = { 1, 0 };

	b.len = 0;
	*p = (struct pcapng){ .out = out };
	put_u32(&b, 0x1a2b3c4d);
	put(&b, version, sizeof(version));
	put(&b, &unknown, sizeof(unknown));
	put_option(&b, SHB_USERAPPL, "kwasm", 5);
	put_option(&b, OPT_END, NULL, 0);
	return write_block(p, SECTION_HEADER, &b);
}

#define LINKTYPE_ETHERNET	1

/*
 * Its number, after a block for it if it is new.  All packets of one link type are of one interface here, whose name
 * says so: what device they came by is in each one's comment, for one number may be several in several namespaces.
 */
static int find_interface(struct pcapng *p, uint16_t link_type, uint32_t *nr)
{
	static struct block b;
	const uint16_t head[2] = { link_type, 0 };
	const char *name = link_type == LINKTYPE_ETHERNET ? "kwasm-frames" : "kwasm-ip";
	const uint8_t nanoseconds = 9;

	for (*nr = 0; *nr < p->nr_interfaces; ++*nr)
		if (p->interface[*nr] == link_type)
			return 0;
	if (*nr == PCAPNG_LINK_TYPES) {
		errno = EPROTO;
		return -1;
	}
	p->interface[p->nr_interfaces++] = link_type;
	b.len = 0;
	put(&b, head, sizeof(head));
	put_u32(&b, 0);				/* no limit to a packet's bytes */
	put_option(&b, IF_NAME, name, strlen(name));
	put_option(&b, IF_TSRESOL, &nanoseconds, 1);
	put_option(&b, OPT_END, NULL, 0);
	return write_block(p, INTERFACE, &b);
}

/* Where the packet was seen: the hook, devices, mark, CPU. */
static int comment_of(const struct kwasm_capture *c, char *buf, size_t bytes)
{
	char hook[32];

	if (c->type == KWASM_LINK_XDP)
		snprintf(hook, sizeof(hook), "xdp");
	else if (c->type == KWASM_LINK_TC)
		snprintf(hook, sizeof(hook), "tc %s", c->hook == KWASM_TC_EGRESS ? "egress" : "ingress");
	else
		snprintf(hook, sizeof(hook), "family %u hook %u", c->family, c->hook);
	return snprintf(buf, bytes, "%s in %u out %u mark 0x%x cpu %u", hook, c->ifindex_in, c->ifindex_out, c->mark,
			c->cpu);
}

int pcapng_packet(struct pcapng *p, const struct kwasm_capture *c, const void *data, size_t len)
{
	static struct block b;
	uint32_t nr, flags = c->ifindex_in ? INBOUND : c->ifindex_out ? OUTBOUND : 0;
	char comment[128];
	int n;

	if (len > 65536) {
		errno = EPROTO;
		return -1;
	}
	if (find_interface(p, c->link_type, &nr))
		return -1;
	b.len = 0;
	put_u32(&b, nr);
	put_u32(&b, c->at_ns >> 32);
	put_u32(&b, c->at_ns);
	put_u32(&b, len);
	put_u32(&b, c->packet_bytes);
	put(&b, data, len);
	put_option(&b, EPB_FLAGS, &flags, sizeof(flags));
	n = comment_of(c, comment, sizeof(comment));
	put_option(&b, OPT_COMMENT, comment, n);
	put_option(&b, OPT_END, NULL, 0);
	return write_block(p, ENHANCED_PACKET, &b);
}

int pcapng_lost(struct pcapng *p, uint64_t lost)
{
	static struct block b;

	if (!p->nr_interfaces || !lost)
		return 0;
	b.len = 0;
	put_u32(&b, 0);
	put_u32(&b, 0);		/* no time of its own */
	put_u32(&b, 0);
	put_option(&b, ISB_IFDROP, &lost, sizeof(lost));
	put_option(&b, OPT_END, NULL, 0);
	return write_block(p, STATISTICS, &b);
}
