// SPDX-License-Identifier: GPL-2.0
/* AES-128 encryption with one table of words and rotations: byte extraction and table look-ups. */
#include "bench.h"

static u8 sbox[256];
static u32 te[256];
static u32 rk[44];

static u32 xtime(u32 x)
{
	return (x << 1 ^ (x & 0x80 ? 0x11b : 0)) & 0xff;
}

/* The inverse in GF(2^8) comes from walking a generator and its inverse together. */
static void make_tables(void)
{
	u32 p = 1, q = 1, x, i;

	do {
		p ^= xtime(p);
		q ^= q << 1;
		q ^= q << 2;
		q ^= q << 4;
		q &= 0xff;
		if (q & 0x80)
			q ^= 0x09;
		x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4);
		sbox[p] = x ^ 0x63;
	} while (p != 1);
	sbox[0] = 0x63;
	for (i = 0; i < 256; i++) {
		x = sbox[i];
		te[i] = xtime(x) | x << 8 | x << 16 | (xtime(x) ^ x) << 24;
	}
}

static void expand_key(u32 seed)
{
	u32 i, t, rcon = 1;

	for (i = 0; i < 4; i++)
		rk[i] = rnd(&seed);
	for (; i < 44; i++) {
		t = rk[i - 1];
		if (i % 4 == 0) {
			t = rotr32(t, 8);
			t = sbox[t & 255] | sbox[t >> 8 & 255] << 8 | sbox[t >> 16 & 255] << 16 | (u32)sbox[t >> 24] << 24;
			t ^= rcon;
			rcon = xtime(rcon);
		}
		rk[i] = rk[i - 4] ^ t;
	}
}

static inline u32 column(u32 a, u32 b, u32 c, u32 d, u32 key)
{
	return te[a & 255] ^ rotl32(te[b >> 8 & 255], 8) ^ rotl32(te[c >> 16 & 255], 16) ^ rotl32(te[d >> 24], 24) ^ key;
}

static inline u32 last(u32 a, u32 b, u32 c, u32 d, u32 key)
{
	return (sbox[a & 255] | sbox[b >> 8 & 255] << 8 | sbox[c >> 16 & 255] << 16 | (u32)sbox[d >> 24] << 24) ^ key;
}

static void encrypt(u32 *s)
{
	u32 a = s[0] ^ rk[0], b = s[1] ^ rk[1], c = s[2] ^ rk[2], d = s[3] ^ rk[3];
	u32 i, w, x, y, z;

	for (i = 4; i < 40; i += 4) {
		w = column(a, b, c, d, rk[i]);
		x = column(b, c, d, a, rk[i + 1]);
		y = column(c, d, a, b, rk[i + 2]);
		z = column(d, a, b, c, rk[i + 3]);
		a = w;
		b = x;
		c = y;
		d = z;
	}
	s[0] = last(a, b, c, d, rk[40]);
	s[1] = last(b, c, d, a, rk[41]);
	s[2] = last(c, d, a, b, rk[42]);
	s[3] = last(d, a, b, c, rk[43]);
}

u32 run(u32 n)
{
	u32 s[4] = { 1, 2, 3, 4 };

	make_tables();
	expand_key(99);
	while (n--)
		encrypt(s);
	return s[0] ^ s[1] ^ s[2] ^ s[3];
}
