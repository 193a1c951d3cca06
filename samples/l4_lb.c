// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Share connections to an address and port out among servers, by XDP: nothing
 * of them reaches this host's own network stack.
 *
 *	kwasm load build/samples/l4_lb.wasm
 *	kwasm map update l4-lb.services 192.0.2.1,80,6 1	# address, port, TCP: number 1
 *	kwasm map update l4-lb.backends 1,0 10.0.0.2,8080,52:54:00:00:00:02,52:54:00:00:00:01,3
 *	kwasm map update l4-lb.backends 1,1 10.0.0.3,8080,52:54:00:00:00:03,52:54:00:00:00:01,3
 *	kwasm attach l4-lb --device eth0 --name outside
 *	kwasm attach l4-lb --device eth1 --name inside
 *	kwasm map dump l4-lb.stats
 *	kwasm map delete l4-lb.backends 1,0	# that server gets nothing new
 *
 * A server is an address and port, its MAC address (or its router's), and MAC
 * address and index of this host's device that leads there.  The service's address
 * is this host's, who so answers ARP; the servers' way back to clients leads through
 * a device that this is attached to.  Both may be one device.
 *
 *   - Of each new connection every server is given a number, a hash of both, and
 *     the one with the highest gets it: without any state between them several such
 *     hosts, or one that begins anew, choose alike, and a server that comes or goes
 *     moves no connection but those it gets or had.
 *   - What was chosen is kept, so a connection stays where it is when servers come.
 *     It stays as well when its own server is taken off the list, until it ends; a
 *     datagram that follows does not.
 *   - Addresses and ports are written over on the way there and on the way back, and
 *     checksums brought up to date; where the client is reached is learnt from him.
 *
 * A server's address and port belong to one service.  IPv4 without VLAN tags; of
 * fragments nothing is passed on, and ICMP errors end at this host: let one MTU hold
 * all the way, or the servers clear DF.  Packets whose checksum a device has yet to
 * complete (of a sender on a veth on this machine) cannot be told apart from others:
 * `ethtool -K DEVICE tx off` there.  XDP in the driver passes frames on to a veth
 * only if its other end has an XDP program too.
 */
#include <linux/kwasm_guest.h>

#define SLOTS		32		/* servers of a service at most */

#define ETH		14
#define ETH_IPV4	0x0800
#define PROTO		(ETH + 9)
#define IP_CSUM		(ETH + 10)
#define SADDR		(ETH + 12)
#define DADDR		(ETH + 16)
#define TCP_SYN		0x02
#define TCP_ACK		0x10

KWASM_META("name l4-lb");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* Addresses and ports are kept as they are in packets. */
struct end {
	kwasm_u8 addr[4];
	kwasm_u8 port[2];
};

struct service {
	struct end end;
	kwasm_u16 proto;
};

struct slot {
	kwasm_u32 service, nr;
};

struct backend {
	struct end end;
	kwasm_u8 mac[6];
	kwasm_u8 from[6];
	kwasm_u8 pad[2];
	kwasm_u32 ifindex;
};

/* From the client to the service, or, of the way back, to the backend. */
struct flow {
	struct end client, server;
	kwasm_u32 proto;
};

struct choice {
	struct slot slot;
	struct backend backend;
};

/* What a reply has to look as if it came from, and the way to the client. */
struct origin {
	struct slot slot;
	struct end service;
	kwasm_u8 mac[6];
	kwasm_u8 from[6];
	kwasm_u8 pad[2];
	kwasm_u32 ifindex;
};

/* Of a value of stats. */
enum { CONNECTIONS, PACKETS, BYTES, REPLY_PACKETS, REPLY_BYTES, NR_STATS };
/* Keys of drops. */
enum { NO_BACKEND, FRAGMENT, FAILED, NR_DROPS };

struct stats {
	kwasm_u64 of[NR_STATS];
};

KWASM_MAP(services, hash, struct service, kwasm_u32, 1024);
KWASM_MAP(backends, hash, struct slot, struct backend, 4096);
KWASM_MAP(flows, lru_hash, struct flow, struct choice, 65536);
KWASM_MAP(replies, lru_hash, struct flow, struct origin, 65536);
KWASM_MAP(stats, hash, struct slot, struct stats, 4096);
KWASM_MAP(drops, array, kwasm_u32, kwasm_u64, NR_DROPS);
KWASM_LAYOUT(services, "key=addr:ip4,port:be16,proto:u16 value=service:u32");
KWASM_LAYOUT(backends, "key=service:u32,slot:u32 value=addr:ip4,port:be16,mac:mac,from:mac,ifindex:u32");
KWASM_LAYOUT(stats, "key=service:u32,slot:u32 value=connections:u64,packets:u64,bytes:u64,"
	     "reply_packets:u64,reply_bytes:u64");
KWASM_LAYOUT(drops, "key=reason:u32 value=packets:u64");	/* no server, fragment, failed */

/* Where things are in this packet, and whose they are. */
struct packet {
	kwasm_u32 proto;
	kwasm_u32 l4;
	kwasm_u32 len;
	int first_fragment;
	int opens;		/* no packet of a connection that is there already */
	struct end source, dest;
};

static int same(const void *a, const void *b, kwasm_u32 len)
{
	const kwasm_u8 *p = a, *q = b;

	while (len--)
		if (*p++ != *q++)
			return 0;
	return 1;
}

static kwasm_u32 be32(const kwasm_u8 *p)
{
	return (kwasm_u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static kwasm_u32 be16(const kwasm_u8 *p)
{
	return p[0] << 8 | p[1];
}

static int drop(kwasm_u32 why)
{
	kwasm_map_add64(drops, &why, 0, 1, 0);
	return KWASM_XDP_DROP;
}

static void count(const struct slot *s, kwasm_u32 what, kwasm_u64 n)
{
	kwasm_map_add64(stats, s, what * 8, n, 0);
}

/* Return: 0, it is nothing that has ports. */
static int parse(struct packet *p)
{
	kwasm_u32 frag;

	p->len = kwasm_pkt_len();
	if (kwasm_pkt_ld16be_or(12, 0) != ETH_IPV4 || p->len < ETH + 20)
		return 0;
	p->l4 = ETH + (kwasm_pkt_ld8(ETH) & 15) * 4;
	p->proto = kwasm_pkt_ld8(PROTO);
	frag = kwasm_pkt_ld16be(ETH + 6);
	if (p->l4 < ETH + 20 || frag & 0x1fff)
		return 0;
	if (p->len < p->l4 + (p->proto == KWASM_IPPROTO_TCP ? 20 : 8))
		return 0;
	if (p->proto != KWASM_IPPROTO_TCP && p->proto != KWASM_IPPROTO_UDP)
		return 0;
	p->first_fragment = !!(frag & 0x2000);
	p->opens = p->proto == KWASM_IPPROTO_UDP ||
		   (kwasm_pkt_ld8(p->l4 + 13) & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return !kwasm_pkt_load(SADDR, p->source.addr, 4) && !kwasm_pkt_load(DADDR, p->dest.addr, 4) &&
	       !kwasm_pkt_load(p->l4, p->source.port, 2) && !kwasm_pkt_load(p->l4 + 2, p->dest.port, 2);
}

/* ---- The choice ---- */

static kwasm_u64 mix(kwasm_u64 x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15ULL;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 32;
	return x;
}

static kwasm_u64 number_of(const struct end *e)
{
	return (kwasm_u64)be32(e->addr) << 16 | be16(e->port);
}

/* Rendezvous hashing.  Return: 0, there is no server. */
static int choose(const struct flow *f, kwasm_u32 service, struct choice *c)
{
	kwasm_u64 of_flow = mix(mix(number_of(&f->client)) ^ number_of(&f->server) ^ (kwasm_u64)f->proto << 56);
	kwasm_u64 best = 0, score;
	struct slot s = { .service = service };
	struct backend b;
	int found = 0;

	for (s.nr = 0; s.nr < SLOTS; s.nr++) {
		if (kwasm_map_lookup(backends, &s, &b))
			continue;
		score = mix(of_flow ^ mix(number_of(&b.end)));
		if (found && score <= best)
			continue;
		found = 1;
		best = score;
		c->slot = s;
		c->backend = b;
	}
	return found;
}

static int is_listed(const struct choice *c)
{
	struct backend b;

	return !kwasm_map_lookup(backends, &c->slot, &b) && same(&b.end, &c->backend.end, sizeof(b.end));
}

/* The server of this flow: the one it has, or a new one. */
static int backend_of(const struct packet *p, const struct flow *f, kwasm_u32 service, struct choice *c)
{
	if (!kwasm_map_lookup(flows, f, c) && (!p->opens || is_listed(c)))
		return 1;
	if (!choose(f, service, c))
		return 0;
	kwasm_map_update(flows, f, c, KWASM_MAP_ANY);
	count(&c->slot, CONNECTIONS, 1);
	return 1;
}

/* ---- The way there, and back ---- */

/* Write another address and port in the place of those at @addr_off and @port_off. */
static int rewrite(const struct packet *p, kwasm_u32 addr_off, kwasm_u32 port_off, const struct end *old,
		   const struct end *to)
{
	kwasm_u32 udp = p->proto == KWASM_IPPROTO_UDP ? KWASM_CSUM_UDP : 0;
	kwasm_u32 csum = p->l4 + (udp ? 6 : 16);

	return !kwasm_pkt_l3_csum_replace(IP_CSUM, be32(old->addr), be32(to->addr), 4) &&
	       !kwasm_pkt_l4_csum_replace(csum, be32(old->addr), be32(to->addr), 4 | KWASM_CSUM_PSEUDO | udp) &&
	       !kwasm_pkt_l4_csum_replace(csum, be16(old->port), be16(to->port), 2 | udp) &&
	       !kwasm_pkt_store(addr_off, to->addr, 4, 0) && !kwasm_pkt_store(port_off, to->port, 2, 0);
}

static int send(const kwasm_u8 *mac, const kwasm_u8 *from, kwasm_u32 ifindex)
{
	int verdict = KWASM_XDP_TX;

	if (kwasm_pkt_store(0, mac, 6, 0) || kwasm_pkt_store(6, from, 6, 0))
		return drop(FAILED);
	if (ifindex != kwasm_pkt_field(KWASM_FIELD_IFINDEX_IN))
		verdict = kwasm_pkt_redirect(ifindex, 0);
	return verdict < 0 ? drop(FAILED) : verdict;
}

/* Each map forgets by itself, and the client may have come another way: looked at each time. */
static void learn(const struct packet *p, const struct choice *c)
{
	struct flow back = { .client = p->source, .server = c->backend.end, .proto = p->proto };
	struct origin now = { .slot = c->slot, .service = p->dest }, was;

	kwasm_pkt_load(0, now.from, 6);
	kwasm_pkt_load(6, now.mac, 6);
	now.ifindex = kwasm_pkt_field(KWASM_FIELD_IFINDEX_IN);
	if (kwasm_map_lookup(replies, &back, &was) || !same(&was, &now, sizeof(now)))
		kwasm_map_update(replies, &back, &now, KWASM_MAP_ANY);
}

static int to_backend(const struct packet *p, kwasm_u32 service)
{
	struct flow f = { .client = p->source, .server = p->dest, .proto = p->proto };
	struct choice c;

	if (p->first_fragment)
		return drop(FRAGMENT);
	if (!backend_of(p, &f, service, &c))
		return drop(NO_BACKEND);
	learn(p, &c);
	if (!rewrite(p, DADDR, p->l4 + 2, &p->dest, &c.backend.end))
		return drop(FAILED);
	count(&c.slot, PACKETS, 1);
	count(&c.slot, BYTES, p->len);
	return send(c.backend.mac, c.backend.from, c.backend.ifindex);
}

static int to_client(const struct packet *p, const struct origin *o)
{
	if (p->first_fragment)
		return drop(FRAGMENT);
	if (!rewrite(p, SADDR, p->l4, &p->source, &o->service))
		return drop(FAILED);
	count(&o->slot, REPLY_PACKETS, 1);
	count(&o->slot, REPLY_BYTES, p->len);
	return send(o->mac, o->from, o->ifindex);
}

KWASM_PROGRAM("xdp") int l4_lb(void)
{
	struct service s;
	struct flow back;
	struct origin o;
	struct packet p;
	kwasm_u32 service;

	if (!parse(&p))
		return KWASM_XDP_PASS;
	s = (struct service) { .end = p.dest, .proto = p.proto };
	if (!kwasm_map_lookup(services, &s, &service))
		return to_backend(&p, service);
	back = (struct flow) { .client = p.dest, .server = p.source, .proto = p.proto };
	if (!kwasm_map_lookup(replies, &back, &o))
		return to_client(&p, &o);
	return KWASM_XDP_PASS;
}
