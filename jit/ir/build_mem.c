// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Linear memory, globals and bulk operations -> loads, stores, checks, helper calls.
 *
 * An access that the bits of its index keep inside the memory's smallest size
 * needs no check in any mode: masks and extensions hold under speculation too,
 * where a compare the guest made does not.  For the others:
 *
 * Guard mode: while static offset and width stay below KW_GUARD_BYTES, the
 * reservation catches what leaves the memory.
 *
 * Check mode: the index is replaced by the lower of itself and a limit behind
 * the memory's end, so that what leaves it meets its tail (layout.h), and faults.
 * No branch is involved and no order: indices are clamped once wherever they
 * are used, the access keeps its place and traps there.  The lower of two is
 * a conditional move: it waits for both, so it holds under speculation.
 *
 * An index of check mode that is a sum with a constant is clamped without it,
 * so that p, p + 1, p + 2 share one clamp though they may wrap at 2^32.  With
 * B for KW_BIAS_BYTES, and p + B taken modulo 2^32, the address is
 *
 *	base - B + min(p + B, bytes + 2 B) + constant,    -B <= constant, constant + width <= B
 *
 * Where the minimum is p + B, all of it is p + constant modulo 2^32, read as a
 * number from -2 B to bytes + 2 B: one in the memory is the index, and no other
 * is one, for memories end at least 2 B below 4 GiB; those hit front or tail.
 * Where it is bytes + 2 B, p is from bytes + B to 2^32 - B, so the sum does not
 * wrap and is no less than bytes, and so is what stands for it.
 *
 * Check mode without clamps, and large offsets in guard mode: the index is
 * compared with the memory's size.  This check also masks the index for
 * speculation, which covers the offset only while that is small; for a large
 * one the whole 33-bit address is checked.
 */
#include "builder.h"

#define SMALL_OFFSET	65536	/* a memory has at least this much address space */

struct access {
	u8 type;		/* of the value; VOID: not an access */
	u8 mtype;
	bool store;
};

#define LD(name, type, m)	[WASM_OP_##name] = { KW_T_##type, KW_M_##m, false }
#define ST(name, type, m)	[WASM_OP_##name] = { KW_T_##type, KW_M_##m, true }

static const struct access access[WASM_NR_OPS] = {
	LD(I32_LOAD, I32, U32), LD(I32_LOAD8_U, I32, U8), LD(I32_LOAD8_S, I32, S8),
	LD(I32_LOAD16_U, I32, U16), LD(I32_LOAD16_S, I32, S16),
	LD(I64_LOAD, I64, U64), LD(I64_LOAD8_U, I64, U8), LD(I64_LOAD8_S, I64, S8),
	LD(I64_LOAD16_U, I64, U16), LD(I64_LOAD16_S, I64, S16),
	LD(I64_LOAD32_U, I64, U32), LD(I64_LOAD32_S, I64, S32),
	ST(I32_STORE, I32, U32), ST(I32_STORE8, I32, U8), ST(I32_STORE16, I32, U16),
	ST(I64_STORE, I64, U64), ST(I64_STORE8, I64, U8), ST(I64_STORE16, I64, U16),
	ST(I64_STORE32, I64, U32),
	LD(F32_LOAD, F32, F32), LD(F64_LOAD, F64, F64), LD(V128_LOAD, V128, V128),
	ST(F32_STORE, F32, F32), ST(F64_STORE, F64, F64), ST(V128_STORE, V128, V128),
	LD(V128_LOAD32_ZERO, V128, F32), LD(V128_LOAD64_ZERO, V128, F64),
};

static bool clamps(const struct kw_builder *b)
{
	return b->o->check_mode && !(b->f->opt_off & KW_OPT_CLAMP);
}

static kw_vid memory_bytes(struct kw_builder *b)
{
	kw_vid mem = kw_b_hload(b, b->inst, offsetof(struct kw_inst, mem), KW_T_I64, KW_M_U64, KW_H_CONST);

	return kw_b_hload(b, mem, offsetof(struct kw_memory, bytes), KW_T_I64, KW_M_U64, KW_H_MEMSIZE);
}

/*
 * What clamps use is one load, takes no register if it need not, and belongs
 * to the base whatever instance the processor speculates to be in.
 */
kw_vid kw_b_memory_limit(struct kw_builder *b)
{
	return clamps(b) ? kw_b_emit(b, KW_IR_MEMLIMIT, KW_T_I64, 0, 0, 0, 0, 0, 0) : memory_bytes(b);
}

kw_vid kw_b_bounds(struct kw_builder *b, kw_vid index, kw_vid limit, u64 imm, u8 trap)
{
	if (b->err)
		return 0;
	return kw_b_emit(b, KW_IR_BOUNDS, b->f->node[index].type, index, limit, 0, imm, 0, trap);
}

/*
 * Clang puts a constant into an i32.add where it cannot prove that the sum
 * does not wrap.  Where the bits of the index prove it, the constant joins
 * the offset: index + c + offset is the same number then.
 */
static void peel_constant(struct kw_builder *b, kw_vid *addr, u64 *offset)
{
	const struct kw_node *n = &b->f->node[*addr], *x, *c;
	u64 top;

	if (b->err || b->f->opt_off & KW_OPT_OFFSET || n->op != KW_IR_ADD)
		return;
	x = &b->f->node[n->a];
	c = &b->f->node[n->b];
	if (c->op != KW_IR_CONST || x->bits > 31)
		return;
	top = (1ULL << x->bits) - 1 + c->imm;
	if (top > 0xffffffffULL || *offset + c->imm >= KW_GUARD_BYTES / 2)
		return;
	*offset += c->imm;
	*addr = n->a;
}

/* No memory is smaller than its type says, nor becomes so. */
static bool is_inside(const struct kw_builder *b, kw_vid addr, u64 end)
{
	const struct kw_node *n = &b->f->node[addr];
	u64 top = n->op == KW_IR_CONST ? n->imm : (1ULL << min_t(u8, n->bits, 32)) - 1;

	return !b->err && !(b->f->opt_off & KW_OPT_INSIDE) && top + end <= b->m->mems[0].min * KW_PAGE_BYTES;
}

/* All of the address, up to 33 bits, in one value. */
static void add_offset(struct kw_builder *b, kw_vid *addr, u64 *offset)
{
	*addr = kw_b_bin(b, KW_IR_ZEXT32, KW_T_I64, *addr, 0);
	*addr = kw_b_bin(b, KW_IR_ADD, KW_T_I64, *addr, kw_b_const(b, KW_T_I64, *offset));
	*offset = 0;
}

static bool can_bias(const struct kw_builder *b, kw_vid addr, u64 offset, u32 bytes)
{
	const struct kw_node *n = &b->f->node[addr], *c = &b->f->node[n->b];
	s64 constant = (s32)c->imm, most = KW_BIAS_BYTES;

	return !b->err && !(b->f->opt_off & KW_OPT_OFFSET) && !offset && n->op == KW_IR_ADD &&
	       n->type == KW_T_I32 && c->op == KW_IR_CONST && constant >= -most && constant + bytes <= most;
}

static kw_vid clamped(struct kw_builder *b, kw_vid addr)
{
	kw_vid limit = kw_b_memory_limit(b);

	return b->err ? 0 : kw_b_bin(b, KW_IR_CLAMP, b->f->node[addr].type, addr, limit);
}

/* The clamped index is @p + KW_BIAS_BYTES; the LOAD's or STORE's offset makes up for it. */
static void clamp_biased(struct kw_builder *b, kw_vid p, s32 constant, kw_vid *addr, u64 *offset)
{
	kw_vid sum = kw_b_bin(b, KW_IR_ADD, KW_T_I32, p, kw_b_const(b, KW_T_I32, KW_BIAS_BYTES));

	*addr = clamped(b, sum);
	*offset = constant - (s64)KW_BIAS_BYTES;
}

/* The clamped sum of @p and KW_BIAS_BYTES, if there is one: it serves @p itself as well. */
static kw_vid find_biased(struct kw_builder *b, kw_vid p)
{
	struct kw_node n = {
		.op = KW_IR_ADD, .type = KW_T_I32, .a = p, .b = kw_b_const(b, KW_T_I32, KW_BIAS_BYTES),
	};

	n.a = b->err ? 0 : kw_gvn_find(b, &n);
	if (!n.a)
		return 0;
	n.op = KW_IR_CLAMP;
	n.b = kw_b_memory_limit(b);
	return b->err ? 0 : kw_gvn_find(b, &n);
}

/*
 * A clamp of p is made only for an access, which did not trap: p is below the
 * limit, and a sum with a constant within KW_CLAMP_OFFSET cannot wrap.
 */
static bool try_near(struct kw_builder *b, kw_vid *addr, u64 *offset, u32 bytes)
{
	const struct kw_node *n = &b->f->node[*addr], *c = &b->f->node[n->b];
	struct kw_node clamp_of_p = { .op = KW_IR_CLAMP, .type = KW_T_I32, .a = n->a };
	u64 sum = *offset + c->imm;
	kw_vid v;

	if (b->err || b->f->opt_off & KW_OPT_NEAR || n->op != KW_IR_ADD || n->type != KW_T_I32 ||
	    c->op != KW_IR_CONST || sum + bytes > KW_CLAMP_OFFSET)
		return false;
	clamp_of_p.b = kw_b_memory_limit(b);
	v = b->err ? 0 : kw_gvn_find(b, &clamp_of_p);
	if (!v)
		return false;
	*addr = v;
	*offset = sum;
	return true;
}

static void clamp_address(struct kw_builder *b, kw_vid *addr, u64 *offset, u32 bytes)
{
	const struct kw_node *n;
	kw_vid biased;

	if (try_near(b, addr, offset, bytes))
		return;
	n = &b->f->node[*addr];
	if (can_bias(b, *addr, *offset, bytes)) {
		clamp_biased(b, n->a, (s32)b->f->node[n->b].imm, addr, offset);
		return;
	}
	biased = *offset ? 0 : find_biased(b, *addr);
	if (biased) {
		*addr = biased;
		*offset = -KW_BIAS_BYTES;
		return;
	}
	if (*offset + bytes > KW_CLAMP_OFFSET)
		add_offset(b, addr, offset);
	*addr = clamped(b, *addr);
}

static void compare_address(struct kw_builder *b, kw_vid *addr, u64 *offset, u32 bytes)
{
	if (*offset + bytes > SMALL_OFFSET)
		add_offset(b, addr, offset);
	*addr = kw_b_bounds(b, *addr, memory_bytes(b), *offset + bytes, KW_TRAP_MEM_OOB);
}

static bool adds_constant(const struct kw_irfunc *f, kw_vid v)
{
	return f->node[v].op == KW_IR_ADD && f->node[f->node[v].b].op == KW_IR_CONST;
}

/* What to access: *addr and *offset become a LOAD's or STORE's. Return: whether it may fault. */
bool kw_b_address(struct kw_builder *b, kw_vid *addr, u64 *offset, u32 bytes)
{
	peel_constant(b, addr, offset);
	if (*offset + bytes <= KW_GUARD_BYTES && is_inside(b, *addr, *offset + bytes))
		return false;
	if (clamps(b)) {
		clamp_address(b, addr, offset, bytes);
		return true;
	}
	if (!b->o->check_mode && *offset + bytes <= KW_GUARD_BYTES) {
		b->f->has_sums |= adds_constant(b->f, *addr);
		return true;
	}
	compare_address(b, addr, offset, bytes);
	return false;
}

static void do_access(struct kw_builder *b, const struct access *a)
{
	kw_vid value = a->store ? kw_b_pop(b) : 0, addr = kw_b_pop(b);
	u64 offset = b->insn.imm;
	bool may_fault;

	if (b->err)
		return;
	may_fault = kw_b_address(b, &addr, &offset, kw_mtype_bytes(a->mtype));
	if (a->store)
		kw_b_emit(b, KW_IR_STORE, KW_T_VOID, addr, value, 0, offset, a->mtype, may_fault);
	else
		kw_b_push(b, kw_b_emit(b, KW_IR_LOAD, a->type, addr, 0, 0, offset, a->mtype, may_fault));
}

/* ---- globals ---- */

static u8 global_mtype(u8 type)
{
	static const u8 mtype[] = {
		[KW_T_I32] = KW_M_U32, [KW_T_I64] = KW_M_U64, [KW_T_F32] = KW_M_F32,
		[KW_T_F64] = KW_M_F64, [KW_T_V128] = KW_M_V128,
	};

	return mtype[type];
}

/* Where global @i is: *base and *off of an HLOAD. Imported mutable ones are behind a pointer. */
static void global_place(struct kw_builder *b, u32 i, kw_vid *base, s32 *off)
{
	const struct kw_global *g = &b->m->globals[i];

	*base = b->inst;
	*off = kw_inst_global_off(i);
	if (i < b->m->nr_imported_globals && g->type.mutable) {
		*base = kw_b_hload(b, b->inst, *off, KW_T_I64, KW_M_U64, KW_H_CONST);
		*off = 0;
	}
}

static void do_global(struct kw_builder *b, bool set)
{
	u32 i = b->insn.idx;
	const struct kw_global *g = &b->m->globals[i];
	u8 type = kw_ir_valtype(g->type.type), mtype = global_mtype(type);
	kw_vid v = set ? kw_b_pop(b) : 0, base;
	s32 off;

	global_place(b, i, &base, &off);
	if (!set) {
		kw_b_push(b, kw_b_hload(b, base, off, type, mtype,
					g->type.mutable ? KW_H_GLOBAL : KW_H_CONST));
		return;
	}
	kw_b_emit(b, KW_IR_HSTORE, KW_T_VOID, base, v, 0, (u64)(s64)off, mtype, KW_H_GLOBAL);
	kw_b_clobber(b, KW_H_GLOBAL);
}

/* ---- size, grow, bulk ---- */

static void do_memory_size(struct kw_builder *b)
{
	kw_vid bytes = memory_bytes(b);
	kw_vid pages = kw_b_bin(b, KW_IR_SHR_U, KW_T_I64, bytes, kw_b_const(b, KW_T_I64, 16));

	kw_b_push(b, kw_b_bin(b, KW_IR_WRAP, KW_T_I32, pages, 0));
}

static void do_memory_grow(struct kw_builder *b)
{
	kw_vid pages = kw_b_pop(b);

	kw_b_push(b, kw_b_call_c(b, KW_STUB_HELPER + KW_HELPER_MEMORY_GROW, KW_T_I32, &pages, 1));
}

/* helper(inst, [prefix,] dst, src or byte, n) */
static void do_bulk(struct kw_builder *b, u32 helper, kw_vid prefix)
{
	kw_vid arg[4];
	u32 n = 0;

	if (prefix)
		arg[n++] = prefix;
	arg[n + 2] = kw_b_pop(b);
	arg[n + 1] = kw_b_pop(b);
	arg[n] = kw_b_pop(b);
	if ((helper == KW_HELPER_MEMORY_COPY || helper == KW_HELPER_MEMORY_FILL) &&
	    kw_b_small_bulk(b, helper == KW_HELPER_MEMORY_FILL, arg[0], arg[1], arg[2]))
		return;
	kw_b_call_c(b, KW_STUB_HELPER + helper, KW_T_VOID, arg, n + 3);
}

static void do_drop_segment(struct kw_builder *b, u32 helper)
{
	kw_vid seg = kw_b_const(b, KW_T_I32, b->insn.idx);

	kw_b_call_c(b, KW_STUB_HELPER + helper, KW_T_VOID, &seg, 1);
}

static kw_vid index_pair(struct kw_builder *b, u32 lo, u32 hi)
{
	return kw_b_const(b, KW_T_I64, lo | (u64)hi << 32);
}

bool kw_b_access(struct kw_builder *b)
{
	if (access[b->insn.op].type == KW_T_VOID)
		return false;
	do_access(b, &access[b->insn.op]);
	return true;
}

bool kw_b_memory(struct kw_builder *b)
{
	const struct kw_insn *insn = &b->insn;

	if (kw_b_access(b))
		return true;
	switch (insn->op) {
	case WASM_OP_GLOBAL_GET:
		do_global(b, false);
		return true;
	case WASM_OP_GLOBAL_SET:
		do_global(b, true);
		return true;
	case WASM_OP_MEMORY_SIZE:
		do_memory_size(b);
		return true;
	case WASM_OP_MEMORY_GROW:
		do_memory_grow(b);
		return true;
	case WASM_OP_MEMORY_FILL:
		do_bulk(b, KW_HELPER_MEMORY_FILL, 0);
		return true;
	case WASM_OP_MEMORY_COPY:
		do_bulk(b, KW_HELPER_MEMORY_COPY, 0);
		return true;
	case WASM_OP_MEMORY_INIT:
		do_bulk(b, KW_HELPER_MEMORY_INIT, kw_b_const(b, KW_T_I32, insn->idx));
		return true;
	case WASM_OP_DATA_DROP:
		do_drop_segment(b, KW_HELPER_DATA_DROP);
		return true;
	case WASM_OP_TABLE_INIT:
		do_bulk(b, KW_HELPER_TABLE_INIT, index_pair(b, insn->idx2, insn->idx));
		return true;
	case WASM_OP_TABLE_COPY:
		do_bulk(b, KW_HELPER_TABLE_COPY, index_pair(b, insn->idx, insn->idx2));
		return true;
	case WASM_OP_ELEM_DROP:
		do_drop_segment(b, KW_HELPER_ELEM_DROP);
		return true;
	default:
		return false;
	}
}
