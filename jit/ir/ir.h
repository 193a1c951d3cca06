/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The SSA graph of one function.
 *
 * A node is a value (or an effect) and is named by its index, a vid; 0 is no
 * value.  Blocks hold their nodes as a doubly linked list in execution order:
 * PHIs first, exactly one block end last.  Blocks are kept in reverse
 * post-order, loops contiguous, block 0 is the entry.  A phi's inputs stand on
 * the edges: edge.args[i] belongs to the phi whose imm is i.  Critical edges
 * (from a block with several successors to one with several predecessors) do
 * not exist: the builder splits them.
 */
#ifndef KW_IR_IR_H
#define KW_IR_IR_H

#include "../common/arena.h"
#include "../common/layout.h"
#include "../common/opt.h"
#include "../common/place.h"

typedef u32 kw_vid;
typedef u32 kw_bid;

#define KW_NO_BLOCK	0xffffffffu

enum kw_irtype {
	KW_T_VOID,
	KW_T_I32,		/* upper half of a register holding one is not defined */
	KW_T_I64,		/* pointers too */
	KW_T_F32,
	KW_T_F64,
	KW_T_V128,
};

enum kw_irop {
#define KW_IR(name, text, nr_args, flags) KW_IR_##name,
#include "op.def"
	KW_NR_IROPS
};

#define KW_IRF_P	0x01
#define KW_IRF_C	0x02
#define KW_IRF_T	0x04
#define KW_IRF_W	0x08
#define KW_IRF_R	0x10
#define KW_IRF_X	0x20
#define KW_IRF_B	0x40
#define KW_IRF_S	0x80
#define KW_IR_VARARGS	0xff

struct kw_iropinfo {
	char text[10];
	u8 nr_args;		/* KW_IR_VARARGS: argument pool */
	u8 flags;		/* KW_IRF_* */
};

extern const struct kw_iropinfo kw_iropinfo[KW_NR_IROPS];

/* Access width, and what becomes of it: loads extend to node.type, stores truncate. */
enum kw_mtype {
	KW_M_U8, KW_M_S8, KW_M_U16, KW_M_S16, KW_M_U32, KW_M_S32, KW_M_U64,
	KW_M_F32, KW_M_F64, KW_M_V128,
};

static inline u32 kw_mtype_bytes(u8 m)
{
	static const u8 bytes[] = { 1, 1, 2, 2, 4, 4, 8, 4, 8, 16 };

	return bytes[m];
}

/* kw_node.aux of a PKT_LD */
#define KW_PKT_SWAP	0x1	/* network order */
#define KW_PKT_NEAR	0x2	/* at a constant offset, from a base */
#define KW_PKT_KNOWN	0x4	/* does not fall short: what it reads is all it does */

/* What may change the word an HLOAD reads. */
enum kw_hclass {
	KW_H_CONST,		/* nothing while the function runs */
	KW_H_GLOBAL,		/* HSTORE of this class, calls */
	KW_H_MEMSIZE,		/* memory.grow, calls */
	KW_H_TABLE,		/* table writes, calls */
	KW_H_PACKET,		/* length and fields: calls */
	KW_H_EXEC,		/* the short flag: packet loads, HSTORE of this class, calls */
	KW_H_MARK,		/* the short flag, once set: HSTORE of KW_H_EXEC, calls */
};

enum kw_cond {
	KW_EQ, KW_NE, KW_LT_S, KW_LT_U, KW_GT_S, KW_GT_U, KW_LE_S, KW_LE_U, KW_GE_S, KW_GE_U,
	KW_NR_CONDS
};

extern const u8 kw_cond_opposite[KW_NR_CONDS];	/* holds where the other does not; not of floats, there are NaNs */
extern const u8 kw_cond_exchanged[KW_NR_CONDS];	/* the same with its operands exchanged */

/* What a node does; the first word of struct kw_node. */
struct kw_what {
	u8 op, type, sub, aux;
};

struct kw_node {
	union {
		struct {
			u8 op;		/* enum kw_irop */
			u8 type;	/* enum kw_irtype of the result, VOID for none */
			u8 sub;
			u8 aux;
		};
		struct kw_what what;
	};
	union {
		struct {
			kw_vid a, b, c;	/* operands, or pool start and count; see op.def */
		};
		kw_vid arg[3];
	};
	u64 imm;
	kw_vid next, prev;	/* in the block; 0 ends */
	kw_bid block;
	u32 wasm_off;		/* of the instruction it came from: a kw_place() */
	union {
		u32 uses;	/* filled by kw_ir_build() and kw_ir_count_uses() */
		kw_vid chain;	/* while it is built: gvn.c's */
	};
	u8 bits;		/* integers: the value is below 2^bits, taken as unsigned */
};

struct kw_edge {
	kw_bid from, to;
	u32 args;		/* start in the argument pool; to's number of phis many */
};

struct kw_block {
	kw_vid first, last;
	u32 succ;		/* start in func.succs (edge indices) */
	u32 pred;		/* start in func.preds (edge indices); while it is built the last edge, see edge_next */
	u32 nr_preds;
	u16 nr_succs;
	u16 nr_phis;
	u16 loop_depth;
	u8 is_loop_header;
	u8 cold;		/* ends in a trap, or marked unlikely */
	kw_bid loop_header;	/* innermost loop around, KW_NO_BLOCK for none; a header names itself */
	kw_bid loop_end;	/* header: first block behind the loop's last one */
	kw_bid idom;
};
static_assert(KW_MAX_BR_TABLE + 1 <= 0xffff, "nr_succs");
static_assert(KW_MAX_LOCALS + KW_MAX_PARAMS <= 0xffff && KW_MAX_LOCALS + KW_MAX_RESULTS <= 0xffff, "nr_phis");

struct kw_irfunc {
	struct kw_arena *arena;	/* holds the graph */
	struct kw_arena *tmp;	/* of the pass that runs, reset by the caller behind each; may be .arena */
	u32 opt_off;		/* enum kw_opt: what is left out */
	u32 index;		/* function index in the module */
	struct kw_node *node;	/* [nr_nodes], 0 is unused */
	u32 nr_nodes, cap_nodes;
	struct kw_block *block;
	u32 nr_blocks, cap_blocks;
	struct kw_edge *edge;
	u32 nr_edges, cap_edges;
	u32 *succs, nr_succs, cap_succs;
	u32 *preds;		/* filled when building is finished */
	kw_vid *pool;		/* argument lists */
	u32 nr_pool, cap_pool;
	const u8 *params;	/* enum kw_irtype each */
	u32 nr_params;
	const u8 *results;
	u32 nr_results;
	u32 *inlined;		/* kw_place() of each inlined call, [n - 1] is number n */
	u32 nr_inlined, cap_inlined;
	u32 nr_frame_slots;	/* of 8 bytes (16 when has_v128) */
	bool has_op[KW_NR_IROPS];	/* kw_ir_build() made a node of it */
	bool has_calls;		/* CALL, CALL_PTR or CALL_C present: not a leaf */
	bool has_memory;	/* the module has memory 0: its base register is pinned */
	bool last_page_free;	/* memory 0 never has the last page of the address space */
	bool uses_float;
	bool uses_stale;	/* a pass left node.uses as they were before it */
	bool has_sums;		/* an access may have the sum of a value and a constant as its address */
};

/* The operands of a node, *@nr of them; 0 for one that is not there.  A phi's stand on the edges. */
static inline kw_vid *kw_ir_args(const struct kw_irfunc *f, struct kw_node *n, u32 *nr)
{
	*nr = kw_iropinfo[n->op].nr_args;
	if (likely(*nr != KW_IR_VARARGS))
		return n->arg;
	*nr = n->b;
	return f->pool + n->a;
}

#define kw_ir_for_each_node(f, blk, v) \
	for ((v) = (f)->block[blk].first; (v); (v) = (f)->node[v].next)

#endif /* KW_IR_IR_H */
