// SPDX-License-Identifier: GPL-2.0
/* Calls and nothing else: Fibonacci numbers by two functions that call each other. */
#include "bench.h"

static noinline u64 odd(u32 n);

static noinline u64 even(u32 n)
{
	return n < 2 ? n : odd(n - 1) + even(n - 2);
}

static noinline u64 odd(u32 n)
{
	return n < 2 ? n : even(n - 1) + odd(n - 2);
}

u32 run(u32 n)
{
	u64 x = even(n);

	return x ^ x >> 32;
}
