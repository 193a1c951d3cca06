/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * State of the SSA builder, shared by the build*.c files and nobody else.
 *
 * One walk over the structured code in byte order.  Locals are an array of
 * current definitions; a loop gets phis exactly for the locals its summary
 * says are written inside; a forward label collects one snapshot (results,
 * then the locals written inside the construct) per incoming edge and makes
 * phis where the snapshots differ.
 */
#ifndef KW_IR_BUILDER_H
#define KW_IR_BUILDER_H

#include "build.h"
#include "dom.h"
#include "summary.h"

struct kw_ctl {
	u16 op;				/* WASM_OP_BLOCK, _LOOP, _IF */
	bool is_func;			/* the function's own label: a branch to it returns */
	bool is_callee;			/* that of an inlined function: the caller goes on behind it */
	bool has_else;
	u32 height;			/* operand stack below the construct's parameters */
	u32 nr_params, nr_results;
	const u32 *written;		/* locals written inside, from the summary */
	u32 nr_written;
	bool resizes;			/* the memory's size may change inside */
	bool calls;			/* something inside may change what the host has */
	u8 pkt_widths;			/* packet loads inside, a bit for each number of bytes */
	kw_bid header;			/* loop: its first block */
	u32 first_edge;			/* edges to the label: linked through edge.next_in_label */
	u32 nr_edges;
	u32 else_edge;			/* if: edge of the false branch */
	u32 saved;			/* if: parameters and written locals as they were, in the pool */
};

/* So many bytes of the packet, from @block on while the packet is the same. */
struct kw_pkt_end {
	kw_vid from;			/* behind this offset (i32); 0: from its start */
	u32 bytes;			/* 0: none */
	kw_bid block;
	u32 epoch;			/* of KW_H_PACKET */
};

/* The body being read, and what belongs to it alone. */
struct kw_scope {
	struct kw_body body;
	struct kw_summary sum;
	u32 construct;			/* next record of the summary */
	u32 nr_locals;
	u8 *local_type;			/* enum kw_irtype */
	kw_vid *local;			/* current definition; unused when locals are frame slots */
};

/* Constants that are found without a search: what code counts and masks with. */
#define KW_SMALL_MIN	(-64)
#define KW_NR_SMALL	192

struct kw_builder {
	const struct kw_module *m;
	const struct kw_build_opts *o;
	struct kw_irfunc *f;
	const struct kw_functype *type;
	struct kw_insn insn;
	struct kw_scope scope;
	struct kw_scope *caller;	/* while a callee is inlined: what is put aside */
	u32 callee_label;		/* its function label in ctl[] */
	u32 inlined;			/* its number, for places; 0: our own body */
	u32 inlined_bytes;
	struct kw_dom dom;
	int err;			/* sticky: emitting does nothing once set */

	bool locals_in_frame;
	bool has_loops;			/* there are edges back */

	kw_vid *stack;
	u32 sp, cap_stack;
	struct kw_ctl *ctl;
	u32 nr_ctl, cap_ctl;
	u32 *edge_next;			/* in f->arena; per edge: the one before it to the same label or block, or ~0 */
	u32 cap_edge_next;
	u32 *label_mark;		/* br_table: succ ordinal + 1 per label depth */
	u32 cap_label_mark;

	kw_bid cur;			/* KW_NO_BLOCK: this code cannot be reached */
	u32 dead_depth;			/* constructs opened since */
	kw_vid entry_tail;		/* last node of block 0's head: constants go behind it */
	kw_vid inst, exec;
	u64 field_mask;
	struct kw_pkt_end known;	/* it has them from its start: the guest has looked */
	struct kw_pkt_end known_behind;	/* it has them behind some offset */
	struct kw_pkt_end based;	/* a base is good for them */

	kw_vid *gvn;			/* first node of each list */
	u32 gvn_shift;			/* of a hash, to its list */
	kw_vid *gvn_at, gvn_next;	/* where what was last looked for belongs, and what comes behind it */
	u32 epoch[KW_H_MARK + 1];	/* per enum kw_hclass: bumped by what may change it */
	u32 next_epoch;
	kw_vid small_i32[KW_NR_SMALL], small_i64[KW_NR_SMALL];	/* constants from KW_SMALL_MIN on; 0: not made */
};

/* build.c: nodes and blocks */
kw_vid kw_b_emit_node(struct kw_builder *b, struct kw_what what, kw_vid x, kw_vid y, kw_vid z, u64 imm);
kw_vid kw_b_const(struct kw_builder *b, u8 type, u64 value);
kw_vid kw_b_zero(struct kw_builder *b, u8 type);
kw_bid kw_b_new_block(struct kw_builder *b, kw_bid idom);
u32 kw_b_new_edge(struct kw_builder *b, kw_bid from, kw_bid to);
u32 kw_b_pool(struct kw_builder *b, u32 n);
void kw_b_set_succs(struct kw_builder *b, kw_bid blk, const u32 *edges, u32 n);
void kw_b_grow_stack(struct kw_builder *b);
kw_vid kw_b_exec(struct kw_builder *b);
void kw_b_clobber(struct kw_builder *b, u8 hclass);
void kw_b_clobber_all(struct kw_builder *b);

static inline void kw_b_push(struct kw_builder *b, kw_vid v)
{
	if (unlikely(b->sp == b->cap_stack))
		kw_b_grow_stack(b);
	if (likely(!b->err))
		b->stack[b->sp++] = v;
}

static inline kw_vid kw_b_pop(struct kw_builder *b)
{
	if (unlikely(b->err))
		return 0;
	kw_assert(b->sp);
	return b->stack[--b->sp];
}

static inline kw_vid kw_b_emit(struct kw_builder *b, u8 op, u8 type, kw_vid x, kw_vid y, kw_vid z, u64 imm,
			       u8 sub, u8 aux)
{
	return kw_b_emit_node(b, (struct kw_what){ op, type, sub, aux }, x, y, z, imm);
}

static inline kw_vid kw_b_bin(struct kw_builder *b, u8 op, u8 type, kw_vid x, kw_vid y)
{
	return kw_b_emit(b, op, type, x, y, 0, 0, 0, 0);
}

static inline kw_vid kw_b_hload(struct kw_builder *b, kw_vid base, s32 off, u8 type, u8 mtype, u8 hclass)
{
	return kw_b_emit(b, KW_IR_HLOAD, type, base, 0, 0, (u64)(s64)off, mtype, hclass);
}


/* Summary and locals of the function @s->body is opened at. Return: 0 or -errno. */
int kw_b_open_scope(struct kw_builder *b, struct kw_scope *s, u32 func, u32 nr_declared);

/* build_control.c */
void kw_b_control(struct kw_builder *b);
void kw_b_open_function(struct kw_builder *b);
void kw_b_open_inlined(struct kw_builder *b, u32 nr_results);
void kw_b_poll(struct kw_builder *b);

/* build_op.c: arithmetic, comparisons, locals, parametric; false: not one of these */
bool kw_b_plain(struct kw_builder *b);

/* build_mem.c: linear memory, globals, bulk; false: not one of these */
bool kw_b_access(struct kw_builder *b);		/* plain loads and stores of all types */
bool kw_b_memory(struct kw_builder *b);
kw_vid kw_b_bounds(struct kw_builder *b, kw_vid index, kw_vid limit, u64 imm, u8 trap);
kw_vid kw_b_memory_limit(struct kw_builder *b);	/* what check mode clamps to or compares with */

/* build_bulk.c: memory.copy or memory.fill of a few bytes; false: nothing is done, call the helper */
bool kw_b_small_bulk(struct kw_builder *b, bool is_fill, kw_vid dst, kw_vid what, kw_vid count);

bool kw_b_address(struct kw_builder *b, kw_vid *addr, u64 *offset, u32 bytes);
kw_vid kw_b_table(struct kw_builder *b, u32 table);
kw_vid kw_b_table_entry(struct kw_builder *b, u32 table, kw_vid index, u8 trap);

/* build_float.c, build_simd.c, build_ref.c: instructions of later features; false: not one of these */
bool kw_b_float(struct kw_builder *b);
bool kw_b_simd(struct kw_builder *b);
bool kw_b_ref(struct kw_builder *b);
kw_vid kw_b_const_v128(struct kw_builder *b, u64 lo, u64 hi);

/* build_call.c */
bool kw_b_call(struct kw_builder *b);
kw_vid kw_b_call_c(struct kw_builder *b, u32 stub, u8 type, const kw_vid *args, u32 n);

/* build_pkt.c: kwasm_pkt_v1 in place */
void kw_b_pkt(struct kw_builder *b, const struct kw_functype *t, const struct kw_binding *bind);
bool kw_b_pkt_field(struct kw_builder *b);
void kw_b_pkt_before_loop(struct kw_builder *b, u8 widths);
void kw_b_pkt_length(struct kw_builder *b, kw_vid cond, bool truth);

/* inline.c: false: it has to be called */
bool kw_b_inline(struct kw_builder *b, u32 func);
void kw_b_leave_inlined(struct kw_builder *b);

/* gvn.c */
int kw_gvn_init(struct kw_builder *b, u32 nr_lists);

/* An equal node that dominates the current block, or 0; remembers what it did not find. */
kw_vid kw_gvn_find(struct kw_builder *b, const struct kw_node *n);

/* @v, which was not found just now. */
void kw_gvn_add(struct kw_builder *b, kw_vid v);

/* The version of what a KW_IRF_S operation reads: its .c. */
u32 kw_gvn_epoch(const struct kw_builder *b, u8 op, u8 hclass);

/* fold.c: value of a pure operation without making a node, or 0 */
kw_vid kw_fold(struct kw_builder *b, struct kw_what what, kw_vid x, kw_vid y, kw_vid z);
kw_vid kw_fold_condition(struct kw_builder *b, kw_vid x);	/* what is not 0 where @x (i32) is not */

/* returns.c: edges still come from the blocks they came from before chains were merged; @gone[edge]
 * is set for those no longer there. Return: 0 or -ENOMEM */
int kw_ir_copy_returns(struct kw_irfunc *f, const u32 *edge_next, kw_bid *merged_into, u8 *gone);

/* finish.c; _resolve: what a phi that only looked like one stands for, any other value itself */
kw_vid kw_ir_resolve(struct kw_irfunc *f, kw_vid v);
int kw_ir_finish(struct kw_irfunc *f, const u32 *edge_next, bool has_loops);

#endif /* KW_IR_BUILDER_H */
