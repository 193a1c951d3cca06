/* SPDX-License-Identifier: GPL-2.0 */
/* Random valid modules from a seed: all of WebAssembly 2.0, in the shapes compilers emit and optimizers look for. */
#ifndef KW_TESTS_GEN_H
#define KW_TESTS_GEN_H

#include <stddef.h>
#include <stdint.h>

#define GEN_MAX_NODES	60000

/**
 * struct gen_opts - what to make, and what of it to leave out
 * @nr_funcs:  at most
 * @size:      about how many instructions a function has
 * @skip:      [GEN_MAX_NODES] or NULL: a node with a nonzero byte is left out; a
 *             statement to nothing, an expression to a constant.  All else stays
 *             as it was, so that a finding can be cut down by trying
 * @nr_nodes:  out: statements and expressions made, numbered in preorder
 * @node_end:  [GEN_MAX_NODES] or NULL; out: number behind the node's last descendant
 * @portable:  out: no NaN's bits depend on the engine, and no export has a v128
 */
struct gen_opts {
	uint32_t nr_funcs;
	uint32_t size;
	const uint8_t *skip;
	uint32_t nr_nodes;
	uint32_t *node_end;
	int portable;
};

/*
 * gen_module() - @bytes gets a module of at most @cap bytes
 * Its imports are of "env": gen_env().  Functions are exported as "f0", "f1",
 * ..., memory 0 as "m", mutable globals as "g" and their index.
 * Return: its length, 0 when it did not fit.
 */
size_t gen_module(uint64_t seed, struct gen_opts *o, uint8_t *bytes, size_t cap);

/*
 * gen_env() - the module that others import from; it has no imports itself
 * It also exports what binaryen's modules want: log-i32 and the like, whose
 * arguments end up in a global.
 */
size_t gen_env(uint8_t *bytes, size_t cap);

#endif
