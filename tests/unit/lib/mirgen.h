/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Machine IR made by hand or at random, for tests of the register allocator. */
#ifndef MIRGEN_H
#define MIRGEN_H

#include "isa/mir.h"
#include "ir/ir.h"
#include "ra/ra.h"

/* A function under construction.  Blocks are numbered in the order they are begun. */
struct mirgen {
	struct kw_arena arena;
	struct kw_arena tmp;		/* of the allocator */
	struct kw_mfunc mf;
	struct mirgen_label *label;	/* [nr_labels], [0] is the entry */
	u32 nr_labels, cap_labels, nr_labels_begun;
	struct mirgen_jump *jump;
	u32 nr_jumps, cap_jumps, cap_blocks;
	u32 cur;			/* block being filled */
	u64 seed;
};

struct mirgen_label {
	u32 block;		/* ~0: not begun */
	u32 params, nr_params;	/* in mf.vpool */
	bool header, cold;
	u32 end_label;		/* header: label of the first block behind, 0 none */
};

struct mirgen_jump {
	u32 from, label, args;
};

void mirgen_init(struct mirgen *g, u64 int_mask, u64 vec_mask);
void mirgen_free(struct mirgen *g);
u32 mirgen_vreg(struct mirgen *g, u32 rclass, u32 type);
/* A place to jump to; @params are vregs it defines. */
u32 mirgen_label(struct mirgen *g, u32 nr_params, const u32 *params);
void mirgen_begin(struct mirgen *g, u32 label);
u32 mirgen_inst(struct mirgen *g, u32 flags, u64 clobbers);	/* returns its index */
void mirgen_opnd(struct mirgen *g, u32 kind, u32 want, u32 reg, u32 vreg);
u32 mirgen_const(struct mirgen *g, u32 rclass, u32 type);	/* def of a vreg that can be remade */
u32 mirgen_def(struct mirgen *g, u32 rclass, u32 type, u32 nr_uses, const u32 *uses);
void mirgen_use(struct mirgen *g, u32 nr_uses, const u32 *uses);
void mirgen_call(struct mirgen *g);
/* End the block: a terminator of @nr_uses uses, jumps to labels. */
void mirgen_jump(struct mirgen *g, u32 label, const u32 *args);
void mirgen_branch(struct mirgen *g, u32 use, u32 yes, u32 no);
void mirgen_switch(struct mirgen *g, u32 use, u32 nr, const u32 *labels);
void mirgen_return(struct mirgen *g, u32 use);
/* Fill in edges, predecessors, loops, dominators. */
void mirgen_finish(struct mirgen *g);
/* Text of the function and its allocation to stdout, as TAP comments. */
void mirgen_print(const struct mirgen *g);

/* A function by chance: @size instructions or so. */
void mirgen_random(struct mirgen *g, u64 seed, u32 size);

u32 mirgen_rand(struct mirgen *g, u32 below);

#endif /* MIRGEN_H */
