// SPDX-License-Identifier: GPL-2.0
/* A classic BPF filter interpreted over packets: sparse opcodes, loads in network order, jumps both ways. */
#include "bench.h"

struct insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

/* tcpdump -d 'ip and (tcp dst port 22 or udp dst port 53 or 443)', by hand. */
static const struct insn filter[] = {
	{ 0x28, 0, 0, 12 }, { 0x15, 0, 12, 0x800 }, { 0x30, 0, 0, 23 }, { 0x15, 1, 0, 6 },
	{ 0x15, 0, 9, 17 }, { 0x28, 0, 0, 20 }, { 0x45, 7, 0, 0x1fff }, { 0xb1, 0, 0, 14 },
	{ 0x48, 0, 0, 16 }, { 0x15, 3, 0, 22 }, { 0x15, 2, 0, 53 }, { 0x15, 1, 0, 443 },
	{ 0x25, 0, 1, 65000 }, { 0x6, 0, 0, 65535 }, { 0x6, 0, 0, 0 },
};
static u8 packets[64][64];

static u32 interpret(const u8 *p, u32 len)
{
	const struct insn *pc = filter;
	u32 a = 0, x = 0, off;

	for (;; pc++) {
		switch (pc->code) {
		case 0x28:
			if (pc->k + 2 > len)
				return 0;
			a = get16(p + pc->k);
			break;
		case 0x20:
			if (pc->k + 4 > len)
				return 0;
			a = get32(p + pc->k);
			break;
		case 0x30:
			if (pc->k >= len)
				return 0;
			a = p[pc->k];
			break;
		case 0x48:
			off = x + pc->k;
			if (off + 2 > len)
				return 0;
			a = get16(p + off);
			break;
		case 0xb1:
			if (pc->k >= len)
				return 0;
			x = (p[pc->k] & 15) << 2;
			break;
		case 0x15:
			pc += a == pc->k ? pc->jt : pc->jf;
			break;
		case 0x25:
			pc += a > pc->k ? pc->jt : pc->jf;
			break;
		case 0x45:
			pc += a & pc->k ? pc->jt : pc->jf;
			break;
		case 0x54:
			a &= pc->k;
			break;
		case 0x06:
			return pc->k;
		default:
			return 0;
		}
	}
}

u32 run(u32 n)
{
	u32 s = 14, i, sum = 0;
	u8 *p;

	for (i = 0; i < 64; i++) {
		p = packets[i];
		put16(p + 12, i % 8 ? 0x800 : 0x86dd);
		p[14] = 0x45;
		p[23] = i & 1 ? 6 : 17;
		put16(p + 36, i % 5 == 0 ? 22 : i % 5 == 1 ? 53 : rnd(&s));
	}
	for (i = 0; i < n; i++)
		sum = rotl32(sum, 1) + interpret(packets[i % 64], 60);
	return sum;
}
