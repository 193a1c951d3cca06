/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every benchmark program shares.  Each is one file with
 *
 *	u32 run(u32 n);
 *
 * that does @n units of work from the same start and gives a checksum, so that
 * every engine, every call and the native build must agree on it.  No libc but
 * memcpy(), memmove() and memset(), which clang turns into instructions.
 */
#ifndef BENCH_H
#define BENCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT
#endif
#define noinline __attribute__((noinline))

EXPORT u32 run(u32 n);

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A linear congruential generator with its high bits mixed down. */
static inline u32 rnd(u32 *s)
{
	u32 x;

	*s = *s * 1664525 + 1013904223;
	x = *s ^ *s >> 16;
	return x * 0x7feb352d ^ *s >> 11;
}

static inline u32 rotl32(u32 x, u32 k)
{
	return x << k | x >> (32 - k);
}

static inline u32 rotr32(u32 x, u32 k)
{
	return x >> k | x << (32 - k);
}

static inline u64 rotl64(u64 x, u32 k)
{
	return x << k | x >> (64 - k);
}

static inline u32 load32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, 4);
	return v;
}

static inline u64 load64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, 8);
	return v;
}

static inline void store32(void *p, u32 v)
{
	__builtin_memcpy(p, &v, 4);
}

/* Network order, byte by byte as protocol code writes it. */
static inline u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 get32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static inline void put16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

#endif /* BENCH_H */
