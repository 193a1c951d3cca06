/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One program, two builds: a kwasm guest, and an XDP program of eBPF.
 *
 *	WORK(packet) { if (!HAS(packet, 0, 14)) return PASS; ... LD16(packet, 12) ... }
 *
 * HAS() is what eBPF's verifier wants before an access; kwasm's loads check for
 * themselves, and the compiler drops the check if HAS() has made it.  Packets
 * begin with their link header in both.
 */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define DROP	1	/* as XDP has them */
#define PASS	2
#define MAX_BYTES	1514

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct packet {
	const u8 *data, *end;
};

#define WORK(p)								\
	static __attribute__((always_inline)) int work(struct packet p);	\
	SEC("xdp") int program(struct xdp_md *ctx)			\
	{								\
		struct packet k = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };	\
		return work(k);						\
	}								\
	char _license[] SEC("license") = "GPL";				\
	static __attribute__((always_inline)) int work(struct packet p)
#define HAS(p, off, n)	((p).data + (off) + (n) <= (p).end)
#define LD8(p, off)	((p).data[off])
#define LD16(p, off)	(*(const u16 *)((p).data + (off)))
#define LD32(p, off)	(*(const u32 *)((p).data + (off)))
#define LD64(p, off)	(*(const u64 *)((p).data + (off)))
#define BE16(p, off)	__builtin_bswap16(LD16(p, off))
#define BE32(p, off)	__builtin_bswap32(LD32(p, off))

/* A place in the packet that varies: the verifier follows a pointer that clang must not take apart. */
typedef const u8 *place;
static inline __attribute__((always_inline)) place place_at(struct packet p, u32 off)
{
	place at = p.data + off;

	asm volatile("" : "+r"(at));
	return at;
}
#define HAS_AT(p, at, n)	((at) + (n) <= (p).end)
#define BE16_AT(at, off)	__builtin_bswap16(*(const u16 *)((at) + (off)))

#else
#include <linux/kwasm_guest.h>

struct packet {
	u32 len;
};

#define WORK(p)								\
	static __attribute__((always_inline)) int work(struct packet p);	\
	KWASM_PROGRAM("xdp") int program(void)				\
	{								\
		struct packet k = { kwasm_pkt_len() };			\
		return work(k);						\
	}								\
	static __attribute__((always_inline)) int work(struct packet p)
#define HAS(p, off, n)	((u32)(off) + (n) <= (p).len)
#define LD8(p, off)	kwasm_pkt_ld8(off)
#define LD16(p, off)	kwasm_pkt_ld16(off)
#define LD32(p, off)	kwasm_pkt_ld32(off)
#define LD64(p, off)	kwasm_pkt_ld64(off)
#define BE16(p, off)	kwasm_pkt_ld16be(off)
#define BE32(p, off)	kwasm_pkt_ld32be(off)

typedef u32 place;
#define place_at(p, off)	(off)
#define HAS_AT(p, at, n)	HAS(p, at, n)
#define BE16_AT(at, off)	kwasm_pkt_ld16be((at) + (off))
#endif

/* IPv4 with TCP or UDP behind an Ethernet header. */
struct flow {
	u32 saddr, daddr;
	u16 sport, dport;
	u8 proto;
};

static inline __attribute__((always_inline)) int parse(struct packet p, struct flow *f)
{
	place at;
	u32 l4;

	if (!HAS(p, 0, 34) || BE16(p, 12) != 0x0800 || LD8(p, 14) >> 4 != 4)
		return -1;
	l4 = (LD8(p, 14) & 15) * 4;
	if (l4 < 20 || BE16(p, 20) & 0x1fff)
		return -1;
	at = place_at(p, l4 + 14);
	if (!HAS_AT(p, at, 8))
		return -1;
	f->proto = LD8(p, 23);
	if (f->proto != 6 && f->proto != 17)
		return -1;
	f->saddr = BE32(p, 26);
	f->daddr = BE32(p, 30);
	f->sport = BE16_AT(at, 0);
	f->dport = BE16_AT(at, 2);
	return 0;
}

#endif
