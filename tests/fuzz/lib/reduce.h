/* SPDX-License-Identifier: GPL-2.0 */
/* Findings cut down, and the sources of modules. */
#ifndef KW_TESTS_REDUCE_H
#define KW_TESTS_REDUCE_H

#include "gen.h"
#include "side.h"

#define FUZZ_MODULE_BYTES	(1 << 20)

/*
 * trial() - run a module in a process of its own
 * Return: 0 agrees, 1 differs, 2 refused by the validator, 3 died.
 */
int trial(const struct subject *x);

/**
 * reduce_generated() - leave out of seed @x->seed all that the difference does not need
 * @g:    as the module was made; skip and node_end are set here
 * @want: what trial() said of the module, and must go on saying
 * Return: length of what remains in @bytes.
 */
size_t reduce_generated(struct subject *x, const struct gen_opts *g, int want, u8 *bytes);

/* A module of binaryen's generator. @portable: see struct subject. Return: its length; 0: none this time. */
size_t source_binaryen(u64 seed, const char *dir, bool portable, u8 *bytes, size_t cap);

/* The same of wasm-tools smith. */
size_t source_smith(u64 seed, const char *dir, u8 *bytes, size_t cap);

size_t read_whole(const char *path, u8 *bytes, size_t cap);
bool write_whole(const char *path, const u8 *bytes, size_t len);

#endif
