// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Tell every DNS question that leaves this machine; decide nothing.
 *
 *	kwasm attach build/samples/dns_log.wasm
 *	kwasm events dns-log --follow
 *	queries: at=1795655555552482317 src=::ffff:192.0.2.1 dst=::ffff:192.0.2.53 type=1 whole=1 name=example.org
 *
 * A name is read label by label and never beyond the datagram, whatever its
 * lengths say.  Each question is one record of a ring that all CPUs write.
 */
#include <linux/kwasm_guest.h>

#define DNS_PORT	53
#define UDP_HEADER	8
#define DNS_HEADER	12
#define RESPONSE	0x8000
#define OPCODE		0x7800
#define LABEL_MAX	63
#define NAME_MAX	128

struct query {
	kwasm_u64 at_ns;
	kwasm_u8 src[16], dst[16];	/* IPv4 as ::ffff:a.b.c.d */
	kwasm_u16 type;			/* 1 A, 28 AAAA, ... */
	kwasm_u16 whole;		/* 0: the name was longer, or did not end as names do */
	char name[NAME_MAX];
};

KWASM_META("name dns-log");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");
KWASM_RING(queries, 262144);
KWASM_LAYOUT(queries, "value=at:u64,src:ip6,dst:ip6,type:u16,whole:u16,name:char128");

static void put_addr(const struct kwasm_ip *ip, kwasm_u32 v4_off, kwasm_u32 v6_off, kwasm_u8 to[16])
{
	if (ip->version == 6) {
		kwasm_pkt_load(v6_off, to, 16);
		return;
	}
	to[10] = to[11] = 0xff;
	kwasm_pkt_load(v4_off, to + 12, 4);
}

/* The name at @off as text.  Where its type stands, or 0: it has no such end. */
static kwasm_u32 put_name(kwasm_u32 off, kwasm_u32 end, char *to)
{
	kwasm_u32 n = 0, len;

	while (off < end) {
		len = kwasm_pkt_ld8(off++);
		if (!len)
			return off;
		/* A pointer into the message: questions have none. */
		if (len > LABEL_MAX || len > end - off)
			return 0;
		/* With a dot before it, and a zero behind. */
		if (n + len + 2 > NAME_MAX)
			return 0;
		if (n)
			to[n++] = '.';
		kwasm_pkt_load(off, to + n, len);
		n += len;
		off += len;
	}
	return 0;
}

static int is_query(const struct kwasm_ip *ip)
{
	kwasm_u32 dns = ip->l4 + UDP_HEADER, flags;

	if (ip->proto != KWASM_IPPROTO_UDP || !kwasm_has_l4(ip, UDP_HEADER + DNS_HEADER) ||
	    kwasm_l4_dport(ip) != DNS_PORT)
		return 0;
	flags = kwasm_pkt_ld16be(dns + 2);
	return !(flags & (RESPONSE | OPCODE)) && kwasm_pkt_ld16be(dns + 4) > 0;
}

KWASM_PROGRAM("netfilter/inet/output") int output(void)
{
	struct query q = { .at_ns = 0 };
	struct kwasm_ip ip;
	kwasm_u32 off;

	if (!kwasm_parse_ip(&ip) || !is_query(&ip))
		return KWASM_NF_ACCEPT;
	q.at_ns = kwasm_time_ns(KWASM_CLOCK_REAL);
	put_addr(&ip, 12, 8, q.src);
	put_addr(&ip, 16, 24, q.dst);
	off = put_name(ip.l4 + UDP_HEADER + DNS_HEADER, ip.end, q.name);
	if (off && ip.end - off >= 4) {
		q.whole = 1;
		q.type = kwasm_pkt_ld16be(off);
	}
	/* A ring that is full drops the record and counts it; the packet goes its way. */
	kwasm_ringbuf_output(queries, &q, sizeof(q), 0);
	return KWASM_NF_ACCEPT;
}
