// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Function body -> SSA graph: the driver, and the primitives that make nodes,
 * blocks and edges.  The body was validated, so types and indices are right;
 * what remains to fail is memory.
 */
#include "../common/limits.h"
#include "builder.h"

#define STEPS_PER_CHECKPOINT	8192

static void fail(struct kw_builder *b, int err)
{
	if (!b->err)
		b->err = err;
}

u8 kw_ir_valtype(u8 valtype)
{
	switch (valtype) {
	case KW_V_I32:
		return KW_T_I32;
	case KW_V_I64:
		return KW_T_I64;
	case KW_V_F32:
		return KW_T_F32;
	case KW_V_F64:
		return KW_T_F64;
	case KW_V_V128:
		return KW_T_V128;
	default:
		return KW_T_I64;	/* references are pointers */
	}
}

/* ---- nodes ---- */

static noinline bool grow_nodes(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;
	struct kw_node *n = kw_arena_grow(f->arena, f->node, &f->cap_nodes, f->nr_nodes + 1, sizeof(*n));

	if (n)
		f->node = n;
	else
		fail(b, -ENOMEM);
	return n;
}

/* Room for one more, which is not in the graph before keep_node(). */
static inline struct kw_node *next_node(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;

	if (unlikely(f->nr_nodes == f->cap_nodes) && !grow_nodes(b))
		return NULL;
	return &f->node[f->nr_nodes];
}

static inline kw_vid keep_node(struct kw_irfunc *f, struct kw_node *n)
{
	n->bits = n->type == KW_T_VOID ? 0 : kw_ir_bits(f, n, &f->node->bits, sizeof(*n));
	f->has_op[n->op] = true;
	return f->nr_nodes++;
}

static inline kw_vid append(struct kw_builder *b, struct kw_node *n)
{
	struct kw_irfunc *f = b->f;
	struct kw_block *bl = &f->block[b->cur];
	kw_vid v = keep_node(f, n);

	n->block = b->cur;
	n->prev = bl->last;
	if (bl->last)
		f->node[bl->last].next = v;
	else
		bl->first = v;
	bl->last = v;
	return v;
}

/* Constants and the like go to the head of block 0, which may be finished already. */
static void append_to_head(struct kw_builder *b, kw_vid v)
{
	struct kw_irfunc *f = b->f;
	struct kw_block *bl = &f->block[0];
	kw_vid at = b->entry_tail, next = at ? f->node[at].next : bl->first;

	f->node[v].block = 0;
	f->node[v].prev = at;
	f->node[v].next = next;
	if (at)
		f->node[at].next = v;
	else
		bl->first = v;
	if (next)
		f->node[next].prev = v;
	else
		bl->last = v;
	b->entry_tail = v;
}

/* What may be folded, or be there already.  Not inline: the others need none of its registers. */
static noinline kw_vid emit_shared(struct kw_builder *b, struct kw_what what, kw_vid x, kw_vid y, kw_vid z, u64 imm)
{
	u8 flags = kw_iropinfo[what.op].flags;
	struct kw_node *n;
	kw_vid v;

	if (flags & KW_IRF_P && !(b->f->opt_off & KW_OPT_FOLD)) {
		v = kw_fold(b, what, x, y, z);
		if (v || b->err)
			return v;
	}
	n = next_node(b);
	if (!n)
		return 0;
	*n = (struct kw_node){
		.what = what, .a = x, .b = y, .c = z, .imm = imm, .wasm_off = kw_place(b->insn.off, b->inlined),
	};
	if (flags & KW_IRF_S)
		n->c = kw_gvn_epoch(b, what.op, what.aux);
	if (b->f->opt_off & KW_OPT_GVN)
		return append(b, n);
	v = kw_gvn_find(b, n);
	if (v)
		return v;
	v = append(b, n);
	kw_gvn_add(b, v);
	return v;
}

/**
 * kw_b_emit_node() - a node at the end of the current block, or an equal one that is there already
 *
 * Folds first.  Return: the value; 0 after an error (b->err).
 */
kw_vid kw_b_emit_node(struct kw_builder *b, struct kw_what what, kw_vid x, kw_vid y, kw_vid z, u64 imm)
{
	struct kw_node *n;

	if (unlikely(b->err))
		return 0;
	if (kw_iropinfo[what.op].flags & (KW_IRF_P | KW_IRF_S))
		return emit_shared(b, what, x, y, z, imm);
	n = next_node(b);
	if (unlikely(!n))
		return 0;
	*n = (struct kw_node){
		.what = what, .a = x, .b = y, .c = z, .imm = imm, .wasm_off = kw_place(b->insn.off, b->inlined),
	};
	return append(b, n);
}

/* A value with no inputs, at the head of the function so that it dominates everything. */
static kw_vid emit_head(struct kw_builder *b, u8 op, u8 type, u64 imm, u64 imm_hi)
{
	struct kw_node *n;
	kw_vid v;

	if (b->err)
		return 0;
	n = next_node(b);
	if (!n)
		return 0;
	*n = (struct kw_node){ .op = op, .type = type, .imm = imm, .b = (u32)imm_hi, .c = (u32)(imm_hi >> 32) };
	v = kw_gvn_find(b, n);
	if (v)
		return v;
	v = keep_node(b->f, n);
	append_to_head(b, v);
	kw_gvn_add(b, v);
	return v;
}

kw_vid kw_b_const(struct kw_builder *b, u8 type, u64 value)
{
	u64 small = value - KW_SMALL_MIN;
	kw_vid *list = b->small_i64;

	if (type == KW_T_I32 || type == KW_T_F32) {
		value = (u32)value;
		small = (u32)small;
		list = b->small_i32;
	}
	if (small >= KW_NR_SMALL || type > KW_T_I64)
		return emit_head(b, KW_IR_CONST, type, value, 0);
	if (!list[small])
		list[small] = emit_head(b, KW_IR_CONST, type, value, 0);
	return list[small];
}

kw_vid kw_b_const_v128(struct kw_builder *b, u64 lo, u64 hi)
{
	return emit_head(b, KW_IR_CONST, KW_T_V128, lo, hi);
}

kw_vid kw_b_zero(struct kw_builder *b, u8 type)
{
	return type == KW_T_V128 ? kw_b_const_v128(b, 0, 0) : kw_b_const(b, type, 0);
}

kw_vid kw_b_exec(struct kw_builder *b)
{
	if (!b->exec)
		b->exec = emit_head(b, KW_IR_EXEC, KW_T_I64, 0, 0);
	return b->exec;
}

/* ---- blocks and edges ---- */

static noinline bool grow_blocks(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;
	struct kw_block *bl = kw_arena_grow(f->arena, f->block, &f->cap_blocks, f->nr_blocks + 1, sizeof(*bl));

	if (bl)
		f->block = bl;
	else
		fail(b, -ENOMEM);
	return bl;
}

kw_bid kw_b_new_block(struct kw_builder *b, kw_bid idom)
{
	struct kw_irfunc *f = b->f;
	kw_bid id = f->nr_blocks;

	if (b->err || (unlikely(id == f->cap_blocks) && !grow_blocks(b)))
		return 0;
	f->nr_blocks++;
	f->block[id] = (struct kw_block){
		.pred = ~0u, .loop_header = KW_NO_BLOCK, .idom = idom == KW_NO_BLOCK ? id : idom,
	};
	fail(b, kw_dom_add(&b->dom, f->tmp, id, idom));
	return id;
}

static noinline bool grow_edges(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;
	struct kw_edge *e = kw_arena_grow(f->arena, f->edge, &f->cap_edges, f->nr_edges + 1, sizeof(*e));
	u32 *next = kw_arena_grow(f->arena, b->edge_next, &b->cap_edge_next, f->nr_edges + 1, sizeof(*next));

	if (!e || !next) {
		fail(b, -ENOMEM);
		return false;
	}
	f->edge = e;
	b->edge_next = next;
	return true;
}

u32 kw_b_new_edge(struct kw_builder *b, kw_bid from, kw_bid to)
{
	struct kw_irfunc *f = b->f;
	u32 e = f->nr_edges;

	if (b->err || (unlikely(e == f->cap_edges || e == b->cap_edge_next) && !grow_edges(b)))
		return 0;
	f->edge[e] = (struct kw_edge){ .from = from, .to = to };
	b->edge_next[e] = ~0u;
	f->nr_edges++;
	return e;
}

/* Room for @n more entries in the argument pool. Return: its start; 0 is valid too, see b->err. */
u32 kw_b_pool(struct kw_builder *b, u32 n)
{
	struct kw_irfunc *f = b->f;
	kw_vid *p;

	if (b->err)
		return 0;
	p = kw_arena_grow(f->arena, f->pool, &f->cap_pool, f->nr_pool + n + 1, sizeof(*p));
	if (!p) {
		fail(b, -ENOMEM);
		return 0;
	}
	f->pool = p;
	f->nr_pool += n;
	return f->nr_pool - n;
}

void kw_b_set_succs(struct kw_builder *b, kw_bid blk, const u32 *edges, u32 n)
{
	struct kw_irfunc *f = b->f;
	u32 *s, i;

	if (b->err)
		return;
	s = kw_arena_grow(f->arena, f->succs, &f->cap_succs, f->nr_succs + n + 1, sizeof(*s));
	if (!s) {
		fail(b, -ENOMEM);
		return;
	}
	f->succs = s;
	for (i = 0; i < n; i++)		/* mostly one or two */
		s[f->nr_succs + i] = edges[i];
	f->block[blk].succ = f->nr_succs;
	f->block[blk].nr_succs = n;
	f->nr_succs += n;
}

/* ---- the operand stack ---- */

void kw_b_grow_stack(struct kw_builder *b)
{
	kw_vid *s = kw_arena_grow(b->f->tmp, b->stack, &b->cap_stack, b->sp + 1, sizeof(*s));

	if (s)
		b->stack = s;
	else
		fail(b, -ENOMEM);
}

/* ---- versions of what HLOAD reads ---- */

void kw_b_clobber(struct kw_builder *b, u8 hclass)
{
	b->epoch[hclass] = ++b->next_epoch;
}

void kw_b_clobber_all(struct kw_builder *b)
{
	u32 i;

	for (i = KW_H_CONST + 1; i <= KW_H_MARK; i++)
		kw_b_clobber(b, i);
}

/* ---- a whole function ---- */

static int read_locals(struct kw_builder *b, struct kw_scope *s, const struct kw_functype *t, u32 nr_declared)
{
	u32 i = t->nr_params, k, n;
	u8 type;
	int ret;

	s->nr_locals = t->nr_params + nr_declared;
	s->local_type = kw_arena_zalloc(b->f->tmp, s->nr_locals + 1);
	if (!s->local_type)
		return -ENOMEM;
	for (k = 0; k < t->nr_params; k++)
		s->local_type[k] = kw_ir_valtype(t->types[k]);
	while ((ret = kw_body_next_locals(&s->body, &n, &type)) > 0)
		for (k = 0; k < n; k++)
			s->local_type[i++] = kw_ir_valtype(type);
	return ret;
}

int kw_b_open_scope(struct kw_builder *b, struct kw_scope *s, u32 func, u32 nr_declared)
{
	int err = read_locals(b, s, kw_func_type(b->m, func), nr_declared);

	if (!err)
		err = kw_summarise(b->f->tmp, s->body, s->nr_locals, b->o->bind,
				   b->m->nr_imported_funcs, &s->sum);
	if (err)
		return err;
	s->local = kw_arena_array(b->f->tmp, s->nr_locals + 1, sizeof(*s->local));
	return s->local ? 0 : -ENOMEM;
}

static int signature(struct kw_builder *b)
{
	const struct kw_functype *t = b->type;
	u8 *types = kw_arena_alloc(b->f->arena, t->nr_params + t->nr_results + 1);
	u32 i;

	if (!types)
		return -ENOMEM;
	for (i = 0; i < t->nr_params + t->nr_results; i++)
		types[i] = kw_ir_valtype(t->types[i]);
	b->f->params = types;
	b->f->nr_params = t->nr_params;
	b->f->results = types + t->nr_params;
	b->f->nr_results = t->nr_results;
	return 0;
}

/* Parameters stand first; then the instance; then what is found to be constant later. */
static void open_entry(struct kw_builder *b)
{
	u32 i;

	b->cur = kw_b_new_block(b, KW_NO_BLOCK);
	for (i = 0; i < b->f->nr_params; i++) {
		b->scope.local[i] = kw_b_emit(b, KW_IR_PARAM, b->f->params[i], 0, 0, 0, i, 0, 0);
		b->entry_tail = b->scope.local[i];
	}
	b->inst = emit_head(b, KW_IR_INST, KW_T_I64, 0, 0);
	for (; i < b->scope.nr_locals && !b->err; i++)
		b->scope.local[i] = kw_b_zero(b, b->scope.local_type[i]);
	if (b->locals_in_frame)
		for (i = 0; i < b->scope.nr_locals && !b->err; i++)
			kw_b_emit(b, KW_IR_FSTORE, KW_T_VOID, b->scope.local[i], 0, 0, i, b->scope.local_type[i], 0);
	kw_b_open_function(b);
	if (b->o->form_p)
		kw_b_poll(b);
}

/* By the order of opcode.def, so that few are asked of who does not have them. */
static bool mvp_insn(struct kw_builder *b, u32 op)
{
	if (op <= WASM_OP_CALL_INDIRECT)
		return kw_b_call(b);
	if (op >= WASM_OP_I32_LOAD && op <= WASM_OP_MEMORY_GROW)
		return kw_b_access(b) || kw_b_memory(b);
	return kw_b_plain(b) || kw_b_memory(b);
}

static void one_insn(struct kw_builder *b)
{
	u32 op = b->insn.op;

	if (b->cur == KW_NO_BLOCK || op < WASM_OP_CALL) {
		kw_b_control(b);
	} else if (op == WASM_OP_LOCAL_GET && !b->locals_in_frame) {	/* nearly half of them */
		kw_b_push(b, b->scope.local[b->insn.idx]);
	} else if (kw_opinfo[op].feature == KW_OP_MVP) {
		if (!mvp_insn(b, op))
			fail(b, -EOPNOTSUPP);
	} else if (!kw_b_float(b) && !kw_b_simd(b) && !kw_b_ref(b)) {
		fail(b, -EOPNOTSUPP);
	}
}

static int walk(struct kw_builder *b)
{
	u32 steps = 0;
	int ret;

	open_entry(b);
	while (!b->err) {
		ret = kw_body_next(&b->scope.body, &b->insn);
		if (ret <= 0)
			return ret;
		one_insn(b);
		if ((++steps & (STEPS_PER_CHECKPOINT - 1)) == 0)
			fail(b, kw_checkpoint());
	}
	return b->err;
}

/*
 * What most bodies become; an array that grows leaves its old places unused.
 * Nodes go with the bytes, blocks and edges with the branches, and the pool
 * holds arguments and, for each branch, the locals written where it leads out of.
 * Branches that are never reached make nothing, so the bytes bound them all.
 */
static int reserve(struct kw_irfunc *f, struct kw_builder *b, u32 bytes)
{
	const struct kw_summary *s = &b->scope.sum;

	f->cap_nodes = bytes * 3ull / 8 + 32;
	f->cap_blocks = min((2 * s->nr_branches + s->nr_constructs + 2 * s->nr_ifs) * 9 / 8, bytes / 6) + 8;
	f->cap_edges = min(2 * (2 * s->nr_branches + s->nr_constructs), bytes / 4) + 8;
	f->cap_succs = f->cap_edges;
	f->cap_pool = min_t(u64, (s->nr_locals + s->nr_branches + 2 * s->nr_calls) * 11ull / 4, 2ull * bytes) + 16;
	b->dom.cap = f->cap_blocks;
	b->cap_edge_next = f->cap_edges;
	f->node = kw_arena_raw_array(f->arena, f->cap_nodes, sizeof(*f->node));
	f->block = kw_arena_raw_array(f->arena, f->cap_blocks, sizeof(*f->block));
	f->edge = kw_arena_raw_array(f->arena, f->cap_edges, sizeof(*f->edge));
	f->succs = kw_arena_raw_array(f->arena, f->cap_succs, sizeof(*f->succs));
	f->pool = kw_arena_raw_array(f->arena, f->cap_pool, sizeof(*f->pool));
	b->dom.node = kw_arena_raw_array(f->tmp, b->dom.cap, sizeof(*b->dom.node));
	b->edge_next = kw_arena_raw_array(f->arena, b->cap_edge_next, sizeof(*b->edge_next));
	return f->node && f->block && f->edge && f->succs && f->pool && b->dom.node && b->edge_next ? 0 : -ENOMEM;
}

static int prepare(struct kw_builder *b)
{
	struct kw_irfunc *f = b->f;
	u32 bytes = b->scope.body.end - b->scope.body.pos;

	if (reserve(f, b, bytes))
		return -ENOMEM;
	f->node[0] = (struct kw_node){ .op = KW_IR_NOP, .bits = 64 };	/* vid 0 is no value */
	f->nr_nodes = 1;
	return kw_gvn_init(b, bytes / 8);
}

/*
 * The runtime grows no memory to the full 4 GiB (kw_memory_init()); only one
 * that starts with them has them, and an imported one may have started so.
 */
static bool last_page_free(const struct kw_module *m)
{
	const struct kw_limits *l = m->mems;

	if (!m->nr_mems)
		return false;
	if (m->nr_imported_mems)
		return l->has_max && l->max < KW_MAX_MEM_PAGES;
	return l->min < KW_MAX_MEM_PAGES;
}

static int build(struct kw_builder *b, u32 func, struct kw_diag *diag)
{
	struct kw_irfunc *f = b->f;
	u32 nr_declared;
	int err;

	err = kw_body_open(&b->scope.body, b->m, func, diag, &nr_declared);
	if (!err)
		err = kw_b_open_scope(b, &b->scope, func, nr_declared);
	if (!err)
		err = signature(b);
	if (err)
		return err;
	b->locals_in_frame = b->scope.sum.too_many;
	f->nr_frame_slots = b->locals_in_frame ? b->scope.nr_locals : 0;
	err = prepare(b);
	return err ? err : walk(b);
}

/* All but the graph is forgotten before it is finished, which takes about as much. */
int kw_ir_build(const struct kw_module *m, u32 func, const struct kw_build_opts *o,
		struct kw_irfunc *f, struct kw_diag *diag, u64 *field_mask)
{
	struct kw_arena_mark before = kw_arena_mark(f->tmp);
	struct kw_builder *b = kw_arena_zalloc(f->tmp, sizeof(*b));
	bool has_loops;
	u32 *edge_next, cap_edge_next;
	int err;

	if (!b)
		return -ENOMEM;
	b->m = m;
	b->o = o;
	b->f = f;
	b->type = kw_func_type(m, func);
	f->index = func;
	f->has_memory = m->nr_mems > 0;
	f->last_page_free = last_page_free(m);
	err = build(b, func, diag);
	*field_mask |= b->field_mask;
	has_loops = b->has_loops;
	edge_next = b->edge_next;
	cap_edge_next = b->cap_edge_next;
	if (f->tmp != f->arena)
		kw_arena_release(f->tmp, before);
	if (!err)
		err = kw_ir_finish(f, edge_next, has_loops);
	kw_arena_forget(f->arena, edge_next, cap_edge_next * sizeof(*edge_next));
	return err;
}
