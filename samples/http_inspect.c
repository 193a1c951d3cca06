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
 * need be, so this is no search through a packet but a parser that can stop
 * behind any byte; where it is in a connection is in a map.  What decides is
 * that the server reads the bytes that were inspected, and no others:
 *
 *   - A segment from further on than the next byte is dropped until the head is
 *     over.  TCP sends it again, in order.
 *   - A segment with bytes that were here before may be one that the server has
 *     never taken (a wrong checksum is enough): its bytes are compared with what
 *     was inspected, and it is dropped unless they are the same.  For that heads
 *     are kept.
 *   - Once blocked, every segment is dropped, however often it comes.
 *   - A connection begins when the server says so, with its SYN and ACK: from a
 *     client's SYN alone the server need not begin anew.  Of a connection whose
 *     beginning was not seen, or whose state others have pushed out of the map,
 *     nothing passes: attach this before the server starts.
 *
 * IP fragments have been put together before input hooks run, to packets of
 * several parts; loads do not mind.  Behind the head of a connection's first
 * request nothing is looked at: further requests on it are the server's affair.
 * Segments of one connection are taken to come to one CPU at a time, as network
 * devices see to.
 */
#include <linux/kwasm_guest.h>

#define HTTP_PORT	80
#define HEAD_MAX	8192		/* bytes; a connection with a longer head is blocked */
#define HOST_MAX	64		/* a longer name counts under its beginning */
#define CHUNK		256

#define TCP_SYN		0x02
#define TCP_ACK		0x10

KWASM_META("name http-inspect");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* The client's side and the server's; IPv4 addresses are the last 4 of 16 bytes. */
struct flow {
	kwasm_u8 client[16], server[16];
	kwasm_u8 client_port[2], server_port[2];
};

struct host {
	char name[HOST_MAX];
};

enum state {
	METHOD,		/* at 0: before it, where lines may be empty */
	TARGET,		/* at bytes of "http://" have matched */
	LINE,		/* at the beginning of a line */
	NAME,		/* at bytes of "host:" have matched */
	SKIP,		/* the rest of this line */
	VALUE,		/* in the host's name, at bytes of it known */
	OVER,		/* the head has ended before next_seq */
	BLOCKED,
};

/* Bytes from first_seq up to next_seq have been inspected. */
struct parser {
	kwasm_u32 first_seq, next_seq;
	kwasm_u32 state;
	kwasm_u32 at;
	struct host host;
};

struct head {
	char byte[HEAD_MAX];
};

KWASM_MAP(flows, lru_hash, struct flow, struct parser, 65536);
KWASM_MAP(heads, lru_hash, struct flow, struct head, 2048);
KWASM_MAP(blocked, hash, struct host, kwasm_u32, 10000);
KWASM_MAP(hosts, lru_hash, struct host, kwasm_u64, 10000);
KWASM_LAYOUT(blocked, "key=host:char64 value=entry:u32");
KWASM_LAYOUT(hosts, "key=host:char64 value=requests:u64");

/* ---- The parser ---- */

static void host_begins(struct parser *p)
{
	p->state = VALUE;
	p->at = 0;
	p->host = (struct host) { 0 };
}

static void host_ends(struct parser *p)
{
	kwasm_u32 entry;

	p->state = SKIP;
	/* "example." is the name "example" written in full. */
	if (p->at && p->host.name[p->at - 1] == '.')
		p->host.name[p->at - 1] = 0;
	kwasm_map_add64(hosts, &p->host, 0, 1, 0);
	if (!kwasm_map_lookup(blocked, &p->host, &entry))
		p->state = BLOCKED;
}

static void value_byte(struct parser *p, char c)
{
	if (!p->at && (c == ' ' || c == '\t'))
		return;
	if (c == '@') {
		host_begins(p);		/* that was a user */
		return;
	}
	/* A port follows a colon, unless this is an IPv6 address in brackets. */
	if (c == '\r' || c == ' ' || c == '\t' || c == '/' || c == '?' || c == '#' ||
	    (c == ':' && p->host.name[0] != '[')) {
		host_ends(p);
		return;
	}
	if (p->at < HOST_MAX)
		p->host.name[p->at++] = c;
}

/* Lines end with LF, as servers take it, CR or not. */
static void line_ends(struct parser *p)
{
	if (p->state == METHOD && !p->at)
		return;
	if (p->state == LINE) {
		p->state = OVER;
		return;
	}
	if (p->state == VALUE)
		host_ends(p);
	if (p->state != BLOCKED)
		p->state = LINE;
}

/* Does @c go on with @word, of @len bytes?  Behind it stands a host. */
static void match(struct parser *p, char c, const char *word, kwasm_u32 len)
{
	if (c != word[p->at++])
		p->state = SKIP;
	else if (p->at == len)
		host_begins(p);
}

static void head_byte(struct parser *p, char c)
{
	char lower = c >= 'A' && c <= 'Z' ? c + 32 : c;

	if (c == '\n') {
		line_ends(p);
		return;
	}
	switch (p->state) {
	case METHOD:
		if (c == ' ' && p->at) {
			p->state = TARGET;
			p->at = 0;
		} else if (c != '\r') {
			p->at = 1;
		}
		break;
	case TARGET:
		if (c != ' ' || p->at)
			match(p, lower, "http://", 7);
		break;
	case LINE:
		if (c == '\r')
			break;
		p->state = NAME;
		p->at = 0;
		__attribute__((fallthrough));
	case NAME:
		match(p, lower, "host:", 5);
		break;
	case VALUE:
		value_byte(p, lower);
		break;
	}
}

/* Return: how many of the @n bytes belong to the head. */
static kwasm_u32 head_bytes(struct parser *p, const char *byte, kwasm_u32 n)
{
	kwasm_u32 i = 0;

	while (i < n && p->state != OVER && p->state != BLOCKED) {
		/* Most bytes are of lines that do not matter. */
		if (p->state == SKIP)
			while (i < n && byte[i] != '\n')
				i++;
		if (i < n)
			head_byte(p, byte[i++]);
	}
	return i;
}

/* ---- Segments ---- */

/* As the kernel copies them: each CPU has an instance, and with it one of these. */
static struct head head;

/* Are the @n bytes at @off those at @at of the head? */
static int same(kwasm_u32 off, kwasm_u32 at, kwasm_u32 n)
{
	char again[CHUNK];

	while (n) {
		kwasm_u32 some = n < CHUNK ? n : CHUNK;

		if (kwasm_pkt_load(off, again, some))
			return 0;
		for (kwasm_u32 i = 0; i < some; i++)
			if (again[i] != head.byte[at + i])
				return 0;
		off += some;
		at += some;
		n -= some;
	}
	return 1;
}

/* Inspect the bytes from @off on, the next ones.  Return: 0, or they are not to pass. */
static int inspect(const struct flow *f, struct parser *p, kwasm_u32 off, kwasm_u32 end)
{
	kwasm_u32 at = p->next_seq - p->first_seq, n = end - off;

	if (n > HEAD_MAX - at)
		n = HEAD_MAX - at;
	if (kwasm_pkt_load(off, head.byte + at, n))
		return -1;
	p->next_seq += head_bytes(p, head.byte + at, n);
	if (p->state != OVER && n < end - off)
		p->state = BLOCKED;
	/* What could not be remembered must not pass: it comes again. */
	if (kwasm_map_update(heads, f, &head, KWASM_MAP_ANY) ||
	    kwasm_map_update(flows, f, p, KWASM_MAP_ANY))
		return -1;
	return p->state == BLOCKED ? -1 : 0;
}

static int segment(const struct flow *f, struct parser *p, kwasm_u32 seq, kwasm_u32 off, kwasm_u32 end)
{
	kwasm_s32 ahead = seq - p->next_seq, at = seq - p->first_seq;
	kwasm_u32 old = 0;

	if (p->state == BLOCKED)
		return KWASM_NF_DROP;
	if (ahead >= 0 && p->state == OVER)
		return KWASM_NF_NONE;
	if (ahead > 0 || at < 0)
		return KWASM_NF_DROP;
	/* Others may have pushed it out of the map. */
	if (p->next_seq != p->first_seq && kwasm_map_lookup(heads, f, &head))
		return KWASM_NF_DROP;
	if (ahead < 0) {
		old = -ahead;
		if (old > end - off)
			old = end - off;
		if (!same(off, at, old))
			return KWASM_NF_DROP;
	}
	if (off + old == end || p->state == OVER)
		return KWASM_NF_NONE;
	return inspect(f, p, off + old, end) ? KWASM_NF_DROP : KWASM_NF_NONE;
}

/* ---- Packets ---- */

/* @reply: from the server. */
static void flow_of(const struct kwasm_ip *ip, int reply, struct flow *f)
{
	kwasm_u8 *from = reply ? f->server : f->client, *to = reply ? f->client : f->server;

	*f = (struct flow) { 0 };
	if (ip->version == 6) {
		kwasm_pkt_load(8, from, 16);
		kwasm_pkt_load(24, to, 16);
	} else {
		kwasm_pkt_load(12, from + 12, 4);
		kwasm_pkt_load(16, to + 12, 4);
	}
	kwasm_pkt_load(ip->l4, reply ? f->server_port : f->client_port, 2);
	kwasm_pkt_load(ip->l4 + 2, reply ? f->client_port : f->server_port, 2);
}

/* Is it whole TCP?  1; else @verdict is set. */
static int is_tcp(struct kwasm_ip *ip, int *verdict)
{
	*verdict = KWASM_NF_DROP;
	if (!kwasm_parse_ip(ip))
		return 0;
	if (ip->proto != KWASM_IPPROTO_TCP || ip->fragment == KWASM_FRAG_LATER) {
		*verdict = KWASM_NF_NONE;
		return 0;
	}
	return kwasm_has_l4(ip, 20);
}

KWASM_PROGRAM("netfilter/inet/input") int request(void)
{
	struct kwasm_ip ip;
	struct flow flow;
	struct parser parser;
	kwasm_u32 data;
	int verdict;

	if (!is_tcp(&ip, &verdict))
		return verdict;
	if (kwasm_l4_dport(&ip) != HTTP_PORT)
		return KWASM_NF_NONE;
	data = ip.l4 + (kwasm_pkt_ld8(ip.l4 + 12) >> 4) * 4;
	if (data < ip.l4 + 20 || data > ip.end)
		return KWASM_NF_DROP;
	if (data == ip.end)
		return KWASM_NF_NONE;
	/* The first bytes do not come with a SYN: without them it is sent again. */
	if (kwasm_tcp_flags(&ip) & TCP_SYN)
		return KWASM_NF_DROP;
	flow_of(&ip, 0, &flow);
	if (kwasm_map_lookup(flows, &flow, &parser))
		return KWASM_NF_DROP;
	return segment(&flow, &parser, kwasm_pkt_ld32be(ip.l4 + 4), data, ip.end);
}

/* The server's SYN and ACK says where the client's bytes begin; what it repeats is known. */
KWASM_PROGRAM("netfilter/inet/output") int reply(void)
{
	struct kwasm_ip ip;
	struct flow flow;
	struct parser parser;
	kwasm_u32 first;
	int verdict;

	if (!is_tcp(&ip, &verdict))
		return verdict;
	if (kwasm_l4_sport(&ip) != HTTP_PORT || (kwasm_tcp_flags(&ip) & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
		return KWASM_NF_NONE;
	first = kwasm_pkt_ld32be(ip.l4 + 8);
	flow_of(&ip, 1, &flow);
	if (!kwasm_map_lookup(flows, &flow, &parser) && parser.first_seq == first)
		return KWASM_NF_NONE;
	parser = (struct parser) { .first_seq = first, .next_seq = first };
	return kwasm_map_update(flows, &flow, &parser, KWASM_MAP_ANY) ? KWASM_NF_DROP : KWASM_NF_NONE;
}
