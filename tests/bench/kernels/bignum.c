// SPDX-License-Identifier: GPL-2.0
/* 256-bit numbers multiplied and reduced modulo 2^255 - 19: products of 32-bit limbs with carries. */
#include "bench.h"

#define LIMBS 8

struct num {
	u32 v[LIMBS];
};

static void reduce(struct num *r, const u32 *t)
{
	u64 carry = 0;
	u32 i, round;

	for (i = 0; i < LIMBS; i++) {
		carry += t[i] + (u64)t[i + LIMBS] * 38;
		r->v[i] = carry;
		carry >>= 32;
	}
	for (round = 0; round < 2; round++) {
		carry *= 38;
		for (i = 0; i < LIMBS; i++) {
			carry += r->v[i];
			r->v[i] = carry;
			carry >>= 32;
		}
	}
}

static void mul(struct num *r, const struct num *a, const struct num *b)
{
	u32 t[2 * LIMBS] = { 0 }, i, j;
	u64 carry;

	for (i = 0; i < LIMBS; i++) {
		carry = 0;
		for (j = 0; j < LIMBS; j++) {
			carry += (u64)a->v[i] * b->v[j] + t[i + j];
			t[i + j] = carry;
			carry >>= 32;
		}
		t[i + LIMBS] = carry;
	}
	reduce(r, t);
}

u32 run(u32 n)
{
	struct num a, b;
	u32 s = 23, i;

	for (i = 0; i < LIMBS; i++) {
		a.v[i] = rnd(&s);
		b.v[i] = rnd(&s);
	}
	while (n--) {
		mul(&a, &a, &b);
		mul(&b, &a, &a);
	}
	return a.v[0] ^ a.v[4] ^ b.v[1] ^ b.v[7];
}
