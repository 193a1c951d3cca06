// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Structured control -> blocks, edges and phis (spec 4.4.8). */
#include "builder.h"

static struct kw_ctl *label(struct kw_builder *b, u32 depth)
{
	return &b->ctl[b->nr_ctl - 1 - depth];
}

static void set_dead(struct kw_builder *b)
{
	b->cur = KW_NO_BLOCK;
	b->dead_depth = 0;
}

/* Only in P form: S code is ended from outside. */
void kw_b_poll(struct kw_builder *b)
{
	kw_b_emit(b, KW_IR_POLL, KW_T_VOID, kw_b_exec(b), 0, 0, 0, 0, 0);
}

static void emit_ret(struct kw_builder *b)
{
	u32 n = b->f->nr_results, args = kw_b_pool(b, n), i;

	if (b->err)
		return;
	for (i = 0; i < n; i++)
		b->f->pool[args + i] = b->stack[b->sp - n + i];
	kw_b_emit(b, KW_IR_RET, KW_T_VOID, args, n, 0, 0, 0, 0);
}

/* The top @n operands, then the locals @c writes, as they are now. */
static u32 snapshot(struct kw_builder *b, const struct kw_ctl *c, u32 n)
{
	u32 at = kw_b_pool(b, n + c->nr_written), i;

	if (b->err)
		return 0;
	for (i = 0; i < n; i++)
		b->f->pool[at + i] = b->stack[b->sp - n + i];
	for (i = 0; i < c->nr_written; i++)
		b->f->pool[at + n + i] = b->scope.local[c->written[i]];
	return at;
}

/* Edge @e goes to block @to as well, and is the last one so far. */
static void add_pred(struct kw_builder *b, kw_bid to, u32 e)
{
	struct kw_block *bl = &b->f->block[to];

	b->edge_next[e] = bl->pred;
	bl->pred = e;
	bl->nr_preds++;
}

/* End the current block with a jump to the label; the operand stack stays as it is. */
static void jump_to_label(struct kw_builder *b, u32 depth)
{
	struct kw_ctl *c = label(b, depth);
	bool loop = c->op == WASM_OP_LOOP;
	u32 e;

	if (c->is_func) {
		emit_ret(b);
		return;
	}
	e = kw_b_new_edge(b, b->cur, loop ? c->header : KW_NO_BLOCK);
	if (b->err)
		return;
	b->f->edge[e].args = snapshot(b, c, loop ? c->nr_params : c->nr_results);
	kw_b_emit(b, KW_IR_JUMP, KW_T_VOID, 0, 0, 0, 0, 0, 0);
	kw_b_set_succs(b, b->cur, &e, 1);
	if (b->err)
		return;
	if (loop) {
		add_pred(b, c->header, e);
		b->f->block[c->header].is_loop_header = 1;
		b->has_loops = true;
		return;
	}
	b->edge_next[e] = c->nr_edges++ ? c->first_edge : ~0u;
	c->first_edge = e;
}

static struct kw_ctl *push_ctl(struct kw_builder *b, u16 op)
{
	struct kw_ctl *c = kw_arena_grow(b->f->tmp, b->ctl, &b->cap_ctl, b->nr_ctl + 1, sizeof(*c));

	if (!c) {
		b->err = b->err ? b->err : -ENOMEM;
		return NULL;
	}
	b->ctl = c;
	c = &c[b->nr_ctl++];
	*c = (struct kw_ctl){ .op = op };
	return c;
}

void kw_b_open_function(struct kw_builder *b)
{
	struct kw_ctl *c = push_ctl(b, WASM_OP_BLOCK);

	if (!c)
		return;
	c->is_func = true;
	c->nr_results = b->f->nr_results;
}

void kw_b_open_inlined(struct kw_builder *b, u32 nr_results)
{
	struct kw_ctl *c = push_ctl(b, WASM_OP_BLOCK);

	if (!c)
		return;
	c->is_callee = true;
	c->height = b->sp;
	c->nr_results = nr_results;
}

static struct kw_ctl *open_construct(struct kw_builder *b)
{
	struct kw_ctl *c = push_ctl(b, b->insn.op);
	s32 bt = b->insn.block_type;
	const struct kw_written *w;

	if (!c)
		return NULL;
	if (bt >= 0) {
		c->nr_params = b->m->types[bt].nr_params;
		c->nr_results = b->m->types[bt].nr_results;
	} else {
		c->nr_results = bt == -1 ? 0 : 1;
	}
	c->height = b->sp - c->nr_params;
	c->resizes = true;
	c->calls = true;
	if (!b->locals_in_frame) {
		w = &b->scope.sum.construct[b->scope.construct];
		c->resizes = w->resizes;
		c->calls = w->calls;
		c->pkt_widths = w->pkt_widths;
		c->written = b->scope.sum.locals + w->start;
		c->nr_written = w->count;
	}
	b->scope.construct++;
	return c;
}

static kw_vid new_phi(struct kw_builder *b, kw_vid like, u32 place)
{
	return kw_b_emit(b, KW_IR_PHI, b->f->node[like].type, 0, 0, 0, place, 0, 0);
}

/* In front of the loop, where it is worth one load for all rounds; without a use it goes away. */
static void load_before(struct kw_builder *b, const struct kw_ctl *loop)
{
	if (b->o->check_mode && b->f->has_memory && !loop->resizes)
		kw_b_memory_limit(b);
	if (!loop->calls)
		kw_b_pkt_before_loop(b, loop->pkt_widths);
}

/* What the rest of the loop does, to what HLOAD and MEMLIMIT read. */
static void clobber_by_loop(struct kw_builder *b, const struct kw_ctl *loop)
{
	u32 size = b->epoch[KW_H_MEMSIZE], packet = b->epoch[KW_H_PACKET];

	kw_b_clobber_all(b);
	if (!loop->resizes)
		b->epoch[KW_H_MEMSIZE] = size;
	if (!loop->calls)
		b->epoch[KW_H_PACKET] = packet;
}

static void do_loop(struct kw_builder *b)
{
	struct kw_ctl *c = open_construct(b);
	kw_bid from = b->cur;
	u32 e, i;

	if (!c)
		return;
	load_before(b, c);
	c->header = kw_b_new_block(b, from);
	e = kw_b_new_edge(b, from, c->header);
	if (b->err)
		return;
	add_pred(b, c->header, e);
	b->f->edge[e].args = snapshot(b, c, c->nr_params);
	kw_b_emit(b, KW_IR_JUMP, KW_T_VOID, 0, 0, 0, 0, 0, 0);
	kw_b_set_succs(b, from, &e, 1);
	b->cur = c->header;
	clobber_by_loop(b, c);
	for (i = 0; i < c->nr_params && !b->err; i++)
		b->stack[c->height + i] = new_phi(b, b->stack[c->height + i], i);
	for (i = 0; i < c->nr_written && !b->err; i++)
		b->scope.local[c->written[i]] = new_phi(b, b->scope.local[c->written[i]], c->nr_params + i);
	if (b->err)
		return;
	b->f->block[c->header].nr_phis = c->nr_params + c->nr_written;
	if (b->o->form_p)
		kw_b_poll(b);
}

/* A conditional branch out of the current block. Return: the two edges, their targets still open. */
static void branch(struct kw_builder *b, kw_vid cond, u32 edge[2])
{
	edge[0] = kw_b_new_edge(b, b->cur, KW_NO_BLOCK);
	edge[1] = kw_b_new_edge(b, b->cur, KW_NO_BLOCK);
	kw_b_emit(b, KW_IR_BR, KW_T_VOID, kw_fold_condition(b, cond), 0, 0, 0, 0, 0);
	kw_b_set_succs(b, b->cur, edge, 2);
}

/* Continue in a new block behind @edge, its only predecessor. */
static void enter(struct kw_builder *b, u32 edge)
{
	const struct kw_block *from;
	kw_bid to;

	if (b->err)
		return;
	to = kw_b_new_block(b, b->f->edge[edge].from);
	if (b->err)
		return;
	b->f->edge[edge].to = to;
	add_pred(b, to, edge);
	b->cur = to;
	from = &b->f->block[b->f->edge[edge].from];
	if (b->f->node[from->last].op == KW_IR_BR)
		kw_b_pkt_length(b, b->f->node[from->last].a, b->f->succs[from->succ] == edge);
}

static void do_if(struct kw_builder *b)
{
	kw_vid cond = kw_b_pop(b);
	struct kw_ctl *c = open_construct(b);
	u32 edge[2];

	if (!c)
		return;
	c->saved = snapshot(b, c, c->nr_params);
	branch(b, cond, edge);
	c->else_edge = edge[1];
	enter(b, edge[0]);
}

static void start_else(struct kw_builder *b, struct kw_ctl *c)
{
	u32 i;

	c->has_else = true;
	enter(b, c->else_edge);
	if (b->err)
		return;
	b->dead_depth = 0;
	b->sp = c->height;
	for (i = 0; i < c->nr_params; i++)
		kw_b_push(b, b->f->pool[c->saved + i]);
	for (i = 0; i < c->nr_written; i++)
		b->scope.local[c->written[i]] = b->f->pool[c->saved + c->nr_params + i];
}

static void do_else(struct kw_builder *b)
{
	if (b->cur != KW_NO_BLOCK)
		jump_to_label(b, 0);
	start_else(b, label(b, 0));
}

static bool all_same(const struct kw_builder *b, const struct kw_ctl *c, u32 place)
{
	const struct kw_irfunc *f = b->f;
	kw_vid first = f->pool[f->edge[c->first_edge].args + place];
	u32 e;

	for (e = b->edge_next[c->first_edge]; e != ~0u; e = b->edge_next[e])
		if (f->pool[f->edge[e].args + place] != first)
			return false;
	return true;
}

/* Value @place of the label's snapshots; a phi where the edges differ. */
static kw_vid merge_one(struct kw_builder *b, const struct kw_ctl *c, u32 place, kw_bid to)
{
	struct kw_irfunc *f = b->f;
	kw_vid first = f->pool[f->edge[c->first_edge].args + place];
	u32 phi = f->block[to].nr_phis, e;

	if (all_same(b, c, place))
		return first;
	for (e = c->first_edge; e != ~0u; e = b->edge_next[e])
		f->pool[f->edge[e].args + phi] = f->pool[f->edge[e].args + place];
	f->block[to].nr_phis++;
	return new_phi(b, first, phi);
}

/* All edges to the label of @c are known: make its block and merge values. */
static void bind_label(struct kw_builder *b, const struct kw_ctl *c)
{
	kw_bid idom = KW_NO_BLOCK, to;
	u32 e, i;

	if (b->err)
		return;
	for (e = c->first_edge; e != ~0u; e = b->edge_next[e])
		idom = idom == KW_NO_BLOCK ? b->f->edge[e].from :
		       kw_dom_common(&b->dom, idom, b->f->edge[e].from);
	to = kw_b_new_block(b, idom);
	if (b->err)
		return;
	for (e = c->first_edge; e != ~0u; e = b->edge_next[e])
		b->f->edge[e].to = to;
	b->f->block[to].pred = c->first_edge;
	b->f->block[to].nr_preds = c->nr_edges;
	b->cur = to;
	b->sp = c->height;
	for (i = 0; i < c->nr_results && !b->err; i++)
		kw_b_push(b, merge_one(b, c, i, to));
	for (i = 0; i < c->nr_written && !b->err; i++)
		b->scope.local[c->written[i]] = merge_one(b, c, c->nr_results + i, to);
}

static void do_end(struct kw_builder *b)
{
	struct kw_ctl *c = label(b, 0);
	bool callee = c->is_callee, live = b->cur != KW_NO_BLOCK;

	if (c->is_func) {
		if (live)
			emit_ret(b);
		b->nr_ctl--;
		set_dead(b);
		return;
	}
	if (c->op == WASM_OP_IF && !c->has_else) {
		if (live)
			jump_to_label(b, 0);
		start_else(b, c);
		live = true;
	}
	if (c->op == WASM_OP_LOOP || (live && !c->nr_edges)) {
		/* falls through in the same block */
	} else {
		if (live)
			jump_to_label(b, 0);
		if (c->nr_edges)
			bind_label(b, c);
		else
			live = false;
	}
	if (b->cur == KW_NO_BLOCK || (!live && !c->nr_edges)) {
		b->sp = c->height;
		set_dead(b);
	}
	b->nr_ctl--;
	if (callee)
		kw_b_leave_inlined(b);
}

/* To the label if @cond; else on, in the current block or a new one. */
static void branch_to_label(struct kw_builder *b, kw_vid cond, u32 depth)
{
	const struct kw_node *n = &b->f->node[cond];
	u32 edge[2];

	if (b->err)
		return;
	if (n->op == KW_IR_CONST) {
		if (n->imm) {
			jump_to_label(b, depth);
			set_dead(b);
		}
		return;
	}
	branch(b, cond, edge);
	enter(b, edge[0]);
	if (!b->err)
		jump_to_label(b, depth);
	enter(b, edge[1]);
}

static void do_br_if(struct kw_builder *b)
{
	branch_to_label(b, kw_b_pop(b), b->insn.idx);
}

/* Distinct labels of the br_table, in order of first use. Return: how many; *depths from the arena. */
static u32 table_labels(struct kw_builder *b, u32 table, u32 n, u32 **depths)
{
	const u8 *p = b->insn.targets;
	u32 *mark, *d, i, distinct = 0, cap = b->cap_label_mark;

	mark = kw_arena_grow(b->f->tmp, b->label_mark, &b->cap_label_mark, b->nr_ctl, sizeof(*mark));
	d = kw_arena_array(b->f->tmp, min_t(u32, n, b->nr_ctl), sizeof(*d));
	if (!mark || !d) {
		b->err = -ENOMEM;
		return 0;
	}
	b->label_mark = mark;
	memset(mark + cap, 0, (b->cap_label_mark - cap) * sizeof(*mark));
	for (i = 0; i < n; i++) {
		u32 depth = kw_body_target(&p);

		if (!mark[depth]) {
			d[distinct] = depth;
			mark[depth] = ++distinct;
		}
		b->f->pool[table + i] = mark[depth] - 1;
	}
	for (i = 0; i < distinct; i++)
		mark[d[i]] = 0;
	*depths = d;
	return distinct;
}

/*
 * A table of which up to two entries are not as the default is a few compares.  If the index is a value less the
 * first of a switch's cases, the value itself is compared.  Return: false: it is another table
 */
static bool compare_entries(struct kw_builder *b, kw_vid value, u32 table, u32 n, const u32 *depths)
{
	u32 few[2], nr = 0, otherwise = b->f->pool[table + n - 1], i, first = 0;
	const struct kw_node *v = &b->f->node[value];

	if (v->op == KW_IR_ADD && b->f->node[v->b].op == KW_IR_CONST) {
		first = 0 - (u32)b->f->node[v->b].imm;
		value = v->a;
	}
	for (i = 0; i < n - 1; i++) {
		if (b->f->pool[table + i] == otherwise)
			continue;
		if (nr == ARRAY_SIZE(few))
			return false;
		few[nr++] = i;
	}
	for (i = 0; i < nr && b->cur != KW_NO_BLOCK; i++)
		branch_to_label(b, kw_b_emit(b, KW_IR_CMP, KW_T_I32, value, kw_b_const(b, KW_T_I32, first + few[i]),
					     0, 0, KW_T_I32, KW_EQ), depths[b->f->pool[table + few[i]]]);
	if (!b->err && b->cur != KW_NO_BLOCK)
		jump_to_label(b, depths[otherwise]);
	set_dead(b);
	return true;
}

static void do_br_table(struct kw_builder *b)
{
	kw_vid value = kw_b_pop(b);
	u32 n = b->insn.nr_targets + 1, table = kw_b_pool(b, n), k, distinct;
	u32 *depths, *edges;

	if (b->err)
		return;
	distinct = table_labels(b, table, n, &depths);
	if (distinct == 1) {
		jump_to_label(b, depths[0]);
		set_dead(b);
		return;
	}
	if (!b->err && compare_entries(b, value, table, n, depths))
		return;
	edges = kw_arena_array(b->f->tmp, distinct + 1, sizeof(*edges));
	if (!edges)
		b->err = -ENOMEM;
	for (k = 0; k < distinct && !b->err; k++)
		edges[k] = kw_b_new_edge(b, b->cur, KW_NO_BLOCK);
	if (b->err)
		return;
	kw_b_emit(b, KW_IR_SWITCH, KW_T_VOID, value, table, n, 0, 0, 0);
	kw_b_set_succs(b, b->cur, edges, distinct);
	for (k = 0; k < distinct && !b->err; k++) {
		enter(b, edges[k]);
		if (!b->err)
			jump_to_label(b, depths[k]);
	}
	set_dead(b);
}

static void dead_insn(struct kw_builder *b)
{
	switch (b->insn.op) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
	case WASM_OP_IF:
		b->dead_depth++;
		b->scope.construct++;
		break;
	case WASM_OP_ELSE:
		if (!b->dead_depth)
			do_else(b);
		break;
	case WASM_OP_END:
		if (b->dead_depth)
			b->dead_depth--;
		else
			do_end(b);
		break;
	default:
		break;
	}
}

void kw_b_control(struct kw_builder *b)
{
	if (b->cur == KW_NO_BLOCK) {
		dead_insn(b);
		return;
	}
	switch (b->insn.op) {
	case WASM_OP_BLOCK:
		open_construct(b);
		break;
	case WASM_OP_LOOP:
		do_loop(b);
		break;
	case WASM_OP_IF:
		do_if(b);
		break;
	case WASM_OP_ELSE:
		do_else(b);
		break;
	case WASM_OP_END:
		do_end(b);
		break;
	case WASM_OP_BR:
		jump_to_label(b, b->insn.idx);
		set_dead(b);
		break;
	case WASM_OP_BR_IF:
		do_br_if(b);
		break;
	case WASM_OP_BR_TABLE:
		do_br_table(b);
		break;
	case WASM_OP_RETURN:
		jump_to_label(b, b->nr_ctl - 1 - b->callee_label);
		set_dead(b);
		break;
	case WASM_OP_NOP:
		break;
	case WASM_OP_UNREACHABLE:
		kw_b_emit(b, KW_IR_TRAP, KW_T_VOID, 0, 0, 0, 0, 0, KW_TRAP_UNREACHABLE);
		set_dead(b);
		break;
	default:
		b->err = b->err ? b->err : -EOPNOTSUPP;
		break;
	}
}
