/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Lowering: SSA graph -> machine IR; what all backends share of it.
 *
 * Blocks and nodes are walked backwards, so that every user is lowered before
 * what it uses.  A user may take a node into its own instruction (an address,
 * a load, a compare): that node is then "sunk" and nothing is made for it.  A
 * value nobody asked for by then is dead.  Each node becomes a short sequence
 * of instructions in forward order, which is then turned round like all else.
 *
 * Invariant of all backends: a register or slot that holds an i32 holds it
 * zero-extended to 64 bits, across calls too.  So ZEXT32, and a WRAP of what is
 * below 2^32 anyway, need no instruction.
 */
#ifndef KW_ISA_LOWER_H
#define KW_ISA_LOWER_H

#include "isa.h"

#define KW_LOWER_OPNDS	48	/* a call's: all its registers */
#define KW_SUNK		0xffffffffu

/* @vreg = memory base + @index + @high; @index 0: none */
struct kw_shared_address {
	kw_vid index;
	s32 high;
	u32 vreg;
};

struct kw_lower {
	const struct kw_irfunc *f;
	struct kw_mfunc *mf;
	u32 *vreg;		/* of each node; KW_NO_VREG: nobody asked for it yet; KW_SUNK: part of its user's instruction */
	kw_vid *feeds;		/* loop phi whose next value a node is or helps make, 0: none; NULL where there is no loop */
	u32 inst_vreg;
	kw_bid block;		/* being lowered */
	kw_vid root;		/* node being lowered: where what it sinks will be executed */
	u32 wasm_off;		/* its place */
	u32 sequence;		/* instructions made before those of the node */
	struct kw_shared_address shared[8];	/* asked for in this block, not yet made; for backends that want it */
	u32 nr_shared;
	struct kw_shared_address fixed[4];	/* of the whole function, without an index */
	u32 nr_fixed;
	struct kw_minst *mi;	/* being put together */
	struct kw_mopnd *opnd;	/* its operands, room for KW_LOWER_OPNDS */
	bool repeated;		/* what is being lowered may be so again: it sinks nothing */
	int err;		/* first error; what is made afterwards is not kept */
	struct kw_minst no_mi;	/* where it goes */
	struct kw_mopnd no_opnd[KW_LOWER_OPNDS];
};

static inline bool kw_is_vec(u8 type)
{
	return type >= KW_T_F32;
}

static inline const struct kw_node *kw_lower_node(const struct kw_lower *l, kw_vid v)
{
	return &l->f->node[v];
}

/* An i64 whose upper half is 0. */
static inline bool kw_lower_is_zext(const struct kw_lower *l, kw_vid v)
{
	return kw_lower_node(l, v)->bits <= 32;
}

u32 kw_lower_new_value(struct kw_lower *l, kw_vid v);

/* The vreg that holds @v.  Nobody asks for one that is sunk: that is an error. */
static inline u32 kw_lower_value(struct kw_lower *l, kw_vid v)
{
	u32 vreg = l->vreg[v];

	return likely(vreg - 1 < KW_SUNK - 1) ? vreg : kw_lower_new_value(l, v);
}

static inline bool kw_lower_is_sunk(const struct kw_lower *l, kw_vid v)
{
	return l->vreg[v] == KW_SUNK;
}

/* Making instructions: begin, operands in order, end.  .mi may be filled in between. */
u32 kw_mi_vreg(struct kw_lower *l, u8 type);	/* a new one */
void kw_mi_begin(struct kw_lower *l, u16 op, u8 size);

static inline void kw_mi_end(struct kw_lower *l)
{
	if (unlikely(l->err))
		return;
	l->mf->nr_insts++;
	l->mf->nr_opnds += l->mi->nr_opnds;
}

void kw_mi_opnd(struct kw_lower *l, u32 vreg, enum kw_opnd_kind kind, enum kw_opnd_want want, u8 reg);
void kw_mi_def(struct kw_lower *l, kw_vid v);
void kw_mi_def_tied(struct kw_lower *l, kw_vid v, u8 use);
void kw_mi_use(struct kw_lower *l, u32 vreg);
void kw_mi_use_any(struct kw_lower *l, u32 vreg);
void kw_mi_use_fixed(struct kw_lower *l, u32 vreg, u8 reg);
void kw_mi_temp(struct kw_lower *l, u8 type);	/* a register written early and never read later */

/* The graph */
kw_vid kw_lower_same(const struct kw_lower *l, kw_vid v);	/* the node that has the value of @v */
u32 kw_lower_inst(struct kw_lower *l);			/* of the hidden first argument */
u32 kw_lower_pool(struct kw_lower *l, const u32 *list, u32 n);	/* a copy in mfunc.vpool: its start */
u32 kw_lower_low32(struct kw_lower *l, kw_vid v);	/* vreg whose low half is @v, upper half anything */

/* What an instruction can take in: of this block, and of no use to others */
static inline bool kw_lower_sinkable(const struct kw_lower *l, kw_vid v)
{
	const struct kw_node *n = kw_lower_node(l, v);

	return n->uses == 1 && n->block == l->block && !l->vreg[v] && !l->repeated;
}

/* @v is an @op only we use: take it in. */
static inline bool kw_lower_sink(struct kw_lower *l, kw_vid v, u8 op)
{
	if (kw_lower_node(l, v)->op != op || !kw_lower_sinkable(l, v))
		return false;
	l->vreg[v] = KW_SUNK;
	return true;
}

static inline bool kw_lower_const(const struct kw_lower *l, kw_vid v, u64 *imm)
{
	*imm = kw_lower_node(l, v)->imm;
	return kw_lower_node(l, v)->op == KW_IR_CONST;
}

/* Pieces of the walk below */
int kw_lower_init(struct kw_lower *l);
void kw_lower_turn_sequence(struct kw_lower *l);
void kw_lower_args(struct kw_lower *l, const struct kw_edge *e);
void kw_lower_phis(struct kw_lower *l, kw_bid b);
void kw_lower_place_blocks(struct kw_lower *l);

/* The instructions made since the last call are in forward order: turn them round. */
static inline void kw_lower_end_sequence(struct kw_lower *l)
{
	if (l->mf->nr_insts > l->sequence + 1)
		kw_lower_turn_sequence(l);
	l->sequence = l->mf->nr_insts;
}

/* May it go when nobody wants its value? */
static inline bool kw_lower_is_removable(const struct kw_node *n)
{
	return kw_iropinfo[n->op].flags & KW_IRF_P || n->op == KW_IR_HLOAD || n->op == KW_IR_FLOAD ||
	       n->op == KW_IR_MEMLIMIT ||
	       (n->op == KW_IR_LOAD && !n->aux);
}

/* Does @v need no instructions of its own? */
static inline bool kw_lower_skips(const struct kw_lower *l, kw_vid v, const struct kw_node *n)
{
	if (n->op == KW_IR_NOP || n->op == KW_IR_PHI || n->op == KW_IR_PARAM || n->op == KW_IR_INST ||
	    n->op == KW_IR_PROJ)
		return true;
	return l->vreg[v] ? kw_lower_is_sunk(l, v) : kw_lower_is_removable(n);
}

/**
 * kw_lower_func() - the walk over a function
 * @l:      zeroed but for .f and .mf, whose .allocatable is set
 * @node:   makes the instructions of a node
 * @start:  makes what stands in front of a block's nodes, in block 0 KW_MOP_PARAMS; called when
 *          they are done
 *
 * Inline, so that the two are no indirect calls.  Return: 0, -ENOMEM, -E2BIG.
 */
static inline int kw_lower_func(struct kw_lower *l, void (*node)(struct kw_lower *l, kw_vid v, const struct kw_node *n),
				void (*start)(struct kw_lower *l))
{
	const struct kw_irfunc *f = l->f;
	int err = kw_lower_init(l);
	const struct kw_node *n;
	kw_bid b;
	kw_vid v;
	u32 i;

	for (b = f->nr_blocks; b-- > 0 && !err; err = l->err) {
		const struct kw_block *ib = &f->block[b];
		struct kw_mblock *mb = &l->mf->block[b];

		l->block = b;
		for (i = 0; i < ib->nr_succs; i++) {
			const struct kw_edge *e = &f->edge[f->succs[ib->succ + i]];

			l->mf->medge[mb->succ + i] = (struct kw_medge){ b, e->to, l->mf->nr_vpool };
			if (f->block[e->to].nr_phis)
				kw_lower_args(l, e);
		}
		mb->end = l->mf->nr_insts;	/* behind it, until kw_lower_place_blocks() */
		for (v = ib->last; v; v = n->prev) {
			n = &f->node[v];
			if (kw_lower_skips(l, v, n))
				continue;
			l->root = v;
			l->wasm_off = n->wasm_off;
			node(l, v, n);
			kw_lower_end_sequence(l);
		}
		l->root = 0;
		l->wasm_off = 0;
		start(l);
		kw_lower_end_sequence(l);
		mb->params = l->mf->nr_vpool;
		if (ib->nr_phis)
			kw_lower_phis(l, b);
		mb->nr_params = l->mf->nr_vpool - mb->params;
		mb->first = l->mf->nr_insts;
	}
	if (!err)
		kw_lower_place_blocks(l);
	return err;
}

#endif /* KW_ISA_LOWER_H */
