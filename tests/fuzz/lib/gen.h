/* SPDX-License-Identifier: GPL-2.0 */
/* Random valid modules from a seed: integers and (odd seeds) floats, every kind of control, memory, tables, bulk. */
#ifndef KW_TESTS_GEN_H
#define KW_TESTS_GEN_H

#include <stddef.h>
#include <stdint.h>

struct gen_opts {
	uint32_t nr_funcs;	/* at most */
	uint32_t size;		/* about how many instructions a function has */
};

/*
 * gen_module() - @bytes gets a module of at most @cap bytes
 * No imports; functions are exported as "f0", "f1", ..., memory 0 as "m".
 * Return: its length, 0 when it did not fit.
 */
size_t gen_module(uint64_t seed, const struct gen_opts *o, uint8_t *bytes, size_t cap);

#endif
