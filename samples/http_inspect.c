// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Read the head of the first HTTP/1 request of each connection to port 80,
 * count by host, and drop what is for a host on a list.
 *
 *	kwasm load build/samples/http_inspect.wasm
 *	kwasm map update http-inspect.blocked blocked.example 1
 *	kwasm attach http-inspect
 *	kwasm map dump http-inspect.hosts
 *
 * A client may cut his request where he likes, into segments of one byte if
 * need be.  So this is no search through a packet but a parser that can stop
 * behind any byte: where it is in a connection is in a map, and the segment
 * that comes next goes on there, on whatever CPU.  A segment from further on is
 * dropped until the head is over: TCP sends it again, in order.
 *
 * IP fragments have been put together before input hooks run, to packets of
 * several parts; loads do not mind.  Behind the head of a connection's first
 * request nothing is looked at: further requests on it are the server's affair.
 */
#include <linux/kwasm_guest.h>

#define HTTP_PORT	80
#define HEAD_MAX	16384		/* bytes; a connection with a longer head is blocked */
#define HOST_MAX	64		/* a longer name counts under its beginning */
#define CHUNK		128

#define TCP_SYN		0x02

KWASM_META("name http-inspect");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* IPv4 addresses are the last 4 of 16 bytes. */
struct flow {
	kwasm_u8 src[16], dst[16];
	kwasm_u8 ports[4];
};

struct host {
	char name[HOST_MAX];
};

enum state {
	REQUEST,	/* in the request line, or the empty lines before it */
	LINE,		/* at the beginning of a line */
	NAME,		/* at bytes of "host:" have matched */
	SKIP,		/* the rest of this line */
	VALUE,		/* in the host's name, at bytes of it known */
	BLOCKED,
};

struct parser {
	kwasm_u32 next_seq;
	kwasm_u32 head_bytes;
	kwasm_u32 state;
	kwasm_u32 at;
	struct host host;
};

KWASM_MAP(flows, lru_hash, struct flow, struct parser, 65536);
KWASM_MAP(blocked, hash, struct host, kwasm_u32, 10000);
KWASM_MAP(hosts, lru_hash, struct host, kwasm_u64, 10000);
KWASM_LAYOUT(blocked, "key=host:char64 value=entry:u32");
KWASM_LAYOUT(hosts, "key=host:char64 value=requests:u64");

static void host_ends(struct parser *p)
{
	kwasm_u32 entry;

	p->state = SKIP;
	kwasm_map_add64(hosts, &p->host, 0, 1, 0);
	if (!kwasm_map_lookup(blocked, &p->host, &entry))
		p->state = BLOCKED;
}

static void value_byte(struct parser *p, char c)
{
	if (!p->at && (c == ' ' || c == '\t'))
		return;
	/* A port follows a colon, unless this is an IPv6 address in brackets. */
	if (c == '\r' || c == ' ' || c == '\t' || (c == ':' && p->host.name[0] != '[')) {
		host_ends(p);
		return;
	}
	if (p->at < HOST_MAX)
		p->host.name[p->at++] = c;
}

static void line_ends(struct parser *p)
{
	if (p->state == VALUE)
		host_ends(p);
	if (p->state != BLOCKED)
		p->state = LINE;
}

/* One byte of a head.  Lines end with LF, as servers take it, CR or not.  Return: 1 at its end. */
static int head_byte(struct parser *p, char c)
{
	static const char name[] = "host:";
	char lower = c >= 'A' && c <= 'Z' ? c + 32 : c;

	if (c == '\n') {
		if (p->state == LINE)
			return 1;
		if (p->state != REQUEST || p->at)
			line_ends(p);
		return 0;
	}
	switch (p->state) {
	case REQUEST:
		p->at |= c != '\r';
		break;
	case LINE:
		if (c == '\r')
			break;
		p->state = NAME;
		p->at = 0;
		p->host = (struct host) { 0 };
		__attribute__((fallthrough));
	case NAME:
		if (lower != name[p->at++])
			p->state = SKIP;
		else if (p->at == sizeof(name) - 1) {
			p->state = VALUE;
			p->at = 0;
		}
		break;
	case VALUE:
		value_byte(p, lower);
		break;
	}
	return 0;
}

/* The segment's bytes from @off on.  Return: 1 when the head is over. */
static int head_bytes(struct parser *p, kwasm_u32 off, kwasm_u32 end)
{
	char chunk[CHUNK];

	while (off < end && p->state != BLOCKED) {
		kwasm_u32 n = end - off < CHUNK ? end - off : CHUNK;

		if (kwasm_pkt_load(off, chunk, n))
			break;
		for (kwasm_u32 i = 0; i < n && p->state != BLOCKED; i++)
			if (head_byte(p, chunk[i]))
				return 1;
		off += n;
		p->head_bytes += n;
		if (p->head_bytes > HEAD_MAX)
			p->state = BLOCKED;
	}
	return 0;
}

static void flow_of(const struct kwasm_ip *ip, struct flow *f)
{
	*f = (struct flow) { 0 };
	if (ip->version == 6) {
		kwasm_pkt_load(8, f->src, 16);
		kwasm_pkt_load(24, f->dst, 16);
	} else {
		kwasm_pkt_load(12, f->src + 12, 4);
		kwasm_pkt_load(16, f->dst + 12, 4);
	}
	kwasm_pkt_load(ip->l4, f->ports, 4);
}

static int segment(struct flow *f, struct parser *p, kwasm_u32 seq, kwasm_u32 off, kwasm_u32 end)
{
	kwasm_s32 known = p->next_seq - seq;	/* bytes that were here before */
	int over;

	if (off == end || known >= (kwasm_s32)(end - off))
		return KWASM_NF_NONE;
	if (known < 0 || p->state == BLOCKED)
		return KWASM_NF_DROP;
	p->next_seq = seq + (end - off);
	over = head_bytes(p, off + known, end);
	if (over)
		kwasm_map_delete(flows, f);
	else
		kwasm_map_update(flows, f, p, KWASM_MAP_ANY);
	return p->state == BLOCKED ? KWASM_NF_DROP : KWASM_NF_NONE;
}

KWASM_PROGRAM("netfilter/inet/input") int http_inspect(void)
{
	struct kwasm_ip ip;
	struct flow flow;
	struct parser parser;
	kwasm_u32 data, seq;

	if (!kwasm_parse_ip(&ip))
		return KWASM_NF_DROP;
	if (ip.proto != KWASM_IPPROTO_TCP || ip.fragment == KWASM_FRAG_LATER)
		return KWASM_NF_NONE;
	if (!kwasm_has_l4(&ip, 20))
		return KWASM_NF_DROP;
	if (kwasm_l4_dport(&ip) != HTTP_PORT)
		return KWASM_NF_NONE;
	data = ip.l4 + (kwasm_pkt_ld8(ip.l4 + 12) >> 4) * 4;
	if (data < ip.l4 + 20 || data > ip.end)
		return KWASM_NF_DROP;
	seq = kwasm_pkt_ld32be(ip.l4 + 4);
	flow_of(&ip, &flow);
	if (kwasm_tcp_flags(&ip) & TCP_SYN) {
		parser = (struct parser) { .next_seq = ++seq };
		kwasm_map_update(flows, &flow, &parser, KWASM_MAP_ANY);
	} else if (kwasm_map_lookup(flows, &flow, &parser)) {
		return KWASM_NF_NONE;		/* its head is over, or it began before us */
	}
	return segment(&flow, &parser, seq, data, ip.end);
}
