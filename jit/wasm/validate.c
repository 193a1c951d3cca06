// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns a decoded module into one whose bodies may be compiled: every
 * instruction finds the operands it wants, every index exists, and nothing
 * uses a feature that is not to be used.  Core spec 2.0, 3.3 and 3.4.
 *
 * Most instructions are checked by their row of opcode.def alone; rules are in
 * validate_control.c and validate_rules.c.
 */
#include "validator.h"

#define STEPS_PER_CHECKPOINT	8192

static_assert(KW_FEATURE_FLOAT == BIT(KW_OP_FLOAT - 1), "features are numbered alike");
static_assert(KW_FEATURE_SIMD == BIT(KW_OP_SIMD - 1), "features are numbered alike");
static_assert(KW_FEATURE_REFTYPES == BIT(KW_OP_REFTYPES - 1), "features are numbered alike");

/* Indices and alignments that a row of opcode.def speaks of. */

static int check_mem(struct kw_validator *v, u8 imm)
{
	if (unlikely(!v->m->nr_mems))
		return kw_v_bad(v, KW_R_UNKNOWN_MEMORY, 0, 0);
	if (!kw_imm_is_memarg(imm))
		return 0;
	if (unlikely(v->insn.align > kw_imm_size_log2(imm)))
		return kw_v_bad(v, KW_R_ALIGNMENT, 0, 0);
	if (imm >= KW_IMM_MEM8_LANE && v->insn.idx >= kw_imm_lanes(imm))
		return kw_v_bad(v, KW_R_LANE_INDEX, v->insn.idx, 0);
	return 0;
}

static int check_data(struct kw_validator *v)
{
	if (v->m->data_count == KW_NO_INDEX)
		return kw_v_bad(v, KW_R_DATA_COUNT_REQUIRED, 0, 0);
	if (v->insn.idx >= v->m->data_count)
		return kw_v_bad(v, KW_R_UNKNOWN_DATA, v->insn.idx, 0);
	return 0;
}

static int check_table(struct kw_validator *v, u32 table)
{
	return table < v->m->nr_tables ? 0 : kw_v_bad(v, KW_R_UNKNOWN_TABLE, table, 0);
}

static int check_elem(struct kw_validator *v)
{
	return v->insn.idx < v->m->nr_elems ? 0 : kw_v_bad(v, KW_R_UNKNOWN_ELEM, v->insn.idx, 0);
}

static int check_same_type(struct kw_validator *v, u8 a, u8 b)
{
	return a == b ? 0 : kw_v_bad(v, KW_R_TYPE_MISMATCH, a, b);
}

static int check_table_table(struct kw_validator *v)
{
	struct kw_tabletype *t = v->m->tables;
	int err;

	err = check_table(v, v->insn.idx);
	if (!err)
		err = check_table(v, v->insn.idx2);
	if (err)
		return err;
	t[v->insn.idx].written = true;
	return check_same_type(v, t[v->insn.idx].type, t[v->insn.idx2].type);
}

static int check_elem_table(struct kw_validator *v)
{
	int err;

	err = check_table(v, v->insn.idx2);
	if (!err)
		err = check_elem(v);
	if (err)
		return err;
	v->m->tables[v->insn.idx2].written = true;
	return check_same_type(v, v->m->tables[v->insn.idx2].type, v->m->elems[v->insn.idx].type);
}

static int check_shuffle(struct kw_validator *v)
{
	u32 i;

	for (i = 0; i < 16; i++) {
		u8 lane = (i < 8 ? v->insn.imm >> (8 * i) : v->insn.imm_hi >> (8 * (i - 8))) & 0xff;

		if (lane >= 32)
			return kw_v_bad(v, KW_R_LANE_INDEX, lane, 0);
	}
	return 0;
}

static int check_imm(struct kw_validator *v, u8 imm)
{
	int err;

	if (kw_imm_is_memarg(imm))
		return check_mem(v, imm);

	switch (imm) {
	case KW_IMM_MEM:
	case KW_IMM_MEM_MEM:
		return check_mem(v, imm);
	case KW_IMM_DATA_MEM:
		err = check_mem(v, imm);
		return err ? err : check_data(v);
	case KW_IMM_DATA:
		return check_data(v);
	case KW_IMM_ELEM:
		return check_elem(v);
	case KW_IMM_TABLE:
		return check_table(v, v->insn.idx);
	case KW_IMM_TABLE_TABLE:
		return check_table_table(v);
	case KW_IMM_ELEM_TABLE:
		return check_elem_table(v);
	case KW_IMM_SHUFFLE:
		return check_shuffle(v);
	case KW_IMM_LANE2:
	case KW_IMM_LANE4:
	case KW_IMM_LANE8:
	case KW_IMM_LANE16:
		return v->insn.idx < kw_imm_lanes(imm) ? 0 : kw_v_bad(v, KW_R_LANE_INDEX, v->insn.idx, 0);
	}
	return 0;
}

/* Layouts of which check_imm() has something to say. */
#define CHECKED	(BIT_ULL(KW_IMM_TABLE) | BIT_ULL(KW_IMM_ELEM) | BIT_ULL(KW_IMM_DATA) | BIT_ULL(KW_IMM_TABLE_TABLE) | \
		 BIT_ULL(KW_IMM_ELEM_TABLE) | BIT_ULL(KW_IMM_MEM) | BIT_ULL(KW_IMM_MEM_MEM) | \
		 BIT_ULL(KW_IMM_DATA_MEM) | BIT_ULL(KW_IMM_SHUFFLE) | ~(BIT_ULL(KW_IMM_LANE2) - 1))
static_assert(KW_NR_IMMS <= 64, "CHECKED");

/* Pop and push what the row says. */
static int apply_row(struct kw_validator *v, const struct kw_opinfo *info)
{
	u32 i;
	int err;

	for (i = info->nr_params; i; i--) {
		err = kw_v_pop(v, info->params[i - 1]);
		if (err)
			return err;
	}
	return info->result ? kw_v_push(v, info->result) : 0;
}

/* Half of all instructions, and they need no feature. */
static inline int local(struct kw_validator *v)
{
	u8 type;
	int err = 0;

	if (unlikely(v->insn.idx >= v->nr_locals))
		return kw_v_bad(v, KW_R_UNKNOWN_LOCAL, v->insn.idx, 0);
	type = v->locals[v->insn.idx];
	if (v->insn.op != WASM_OP_LOCAL_GET)
		err = kw_v_pop(v, type);
	if (!err && v->insn.op != WASM_OP_LOCAL_SET)
		err = kw_v_push(v, type);
	return err;
}

static int validate_insn(struct kw_validator *v)
{
	const struct kw_opinfo *info = &kw_opinfo[v->insn.op];
	int err = 0;

	if (info->imm == KW_IMM_LOCAL)
		return local(v);
	if (info->feature != KW_OP_MVP) {
		v->used |= BIT(info->feature);
		if (unlikely(v->refused & BIT(info->feature)))
			return kw_v_bad(v, KW_R_UNSUPPORTED, 0, info->feature);
	}
	if (BIT_ULL(info->imm) & CHECKED)
		err = check_imm(v, info->imm);
	if (err)
		return err;
	if (info->params[0] != KW_OP_RULE)
		return apply_row(v, info);
	return v->insn.op <= WASM_OP_CALL_INDIRECT ? kw_v_control(v) : kw_v_other(v);
}

static int read_locals(struct kw_validator *v, const struct kw_functype *t)
{
	u32 off, count;
	u8 type;
	int ret;

	memcpy(v->locals, t->types, t->nr_params);
	v->nr_locals = t->nr_params;
	for (;;) {
		off = v->body.pos - v->body.base;
		ret = kw_body_next_locals(&v->body, &count, &type);
		if (ret <= 0)
			return ret;
		ret = kw_v_use_type(v, type, off);
		if (ret)
			return ret;
		memset(v->locals + v->nr_locals, type, count);
		v->nr_locals += count;
	}
}

static int validate_insns(struct kw_validator *v)
{
	int ret;

	while (v->nr_frames) {
		ret = kw_body_next(&v->body, &v->insn);
		if (ret <= 0)
			return ret < 0 ? ret : kw_reject_in(v->diag, v->body.func, v->body.end - v->body.base,
							    KW_R_END_EXPECTED, 0, 0);
		ret = validate_insn(v);
		if (ret)
			return ret;
		if (unlikely(!--v->nr_steps)) {
			v->nr_steps = STEPS_PER_CHECKPOINT;
			ret = kw_checkpoint();
			if (ret)
				return ret;
		}
	}
	if (v->body.pos != v->body.end)
		return kw_reject_in(v->diag, v->body.func, v->body.pos - v->body.base, KW_R_END_EXPECTED, 0, 0);
	return 0;
}

static int validate_body(struct kw_validator *v, u32 func)
{
	const struct kw_functype *t = kw_func_type(v->m, func);
	struct kw_types none = { t->types, 0 }, results = { t->types + t->nr_params, t->nr_results };
	u32 nr_locals;
	int err;

	err = kw_body_open(&v->body, v->m, func, v->diag, &nr_locals);
	if (!err)
		err = read_locals(v, t);
	if (err)
		return err;
	v->sp = v->stack;
	v->nr_frames = 0;
	v->nr_br_tables = 0;
	err = kw_v_push_frame(v, WASM_OP_BLOCK, none, results);
	return err ? err : validate_insns(v);
}

/* Features of everything but bodies. */

static int use_functypes(struct kw_validator *v)
{
	const struct kw_module *m = v->m;
	u32 i, k;
	int err = 0;

	for (i = 0; i < m->nr_types; i++)
		for (k = 0; !err && k < m->types[i].nr_params + m->types[i].nr_results; k++)
			err = kw_v_use_type(v, m->types[i].types[k], m->types[i].wasm_off);
	return err;
}

static int use_tables(struct kw_validator *v)
{
	const struct kw_module *m = v->m;
	u32 i;

	for (i = 0; i < m->nr_tables; i++) {
		const struct kw_tabletype *t = &m->tables[i];

		if (t->type == KW_V_FUNCREF && i == 0)
			continue;
		v->used |= BIT(KW_OP_REFTYPES);
		if (v->refused & BIT(KW_OP_REFTYPES))
			return kw_reject(v->diag, t->wasm_off, KW_R_UNSUPPORTED,
					 t->type == KW_V_FUNCREF ? 0 : t->type, KW_OP_REFTYPES);
	}
	return 0;
}

static int use_globals(struct kw_validator *v)
{
	const struct kw_module *m = v->m;
	u32 i;
	int err = 0;

	for (i = 0; !err && i < m->nr_globals; i++)
		err = kw_v_use_type(v, m->globals[i].type.type, m->globals[i].type.wasm_off);
	return err;
}

static int use_elems(struct kw_validator *v)
{
	const struct kw_module *m = v->m;
	u32 i;
	int err = 0;

	for (i = 0; !err && i < m->nr_elems; i++)
		if (m->elems[i].type != KW_V_FUNCREF)
			err = kw_v_use_type(v, m->elems[i].type, m->elems[i].wasm_off);
	return err;
}

static int validate_module(struct kw_validator *v)
{
	u32 i;
	int err;

	v->body.func = KW_DIAG_NO_FUNC;
	err = use_functypes(v);
	if (!err)
		err = use_tables(v);
	if (!err)
		err = use_globals(v);
	if (!err)
		err = use_elems(v);
	for (i = v->m->nr_imported_funcs; !err && i < v->m->nr_funcs; i++)
		err = validate_body(v, i);
	return err;
}

static bool holds_own_functions(const struct kw_module *m, const struct kw_elem *e)
{
	u32 i;

	for (i = 0; i < e->nr_items; i++)
		if (e->items[i].kind != KW_CE_NULL &&
		    (e->items[i].kind != KW_CE_FUNC || e->items[i].index < m->nr_imported_funcs))
			return false;
	return true;
}

/* All bodies have been read: what no one writes is what the active segments make of it. */
static void find_fixed_tables(struct kw_module *m)
{
	u32 i;

	for (i = m->nr_imported_tables; i < m->nr_tables; i++)
		m->tables[i].fixed = m->tables[i].type == KW_V_FUNCREF && !m->tables[i].written;
	for (i = 0; i < m->nr_elems; i++)
		if (m->elems[i].mode == KW_SEG_ACTIVE && !holds_own_functions(m, &m->elems[i]))
			m->tables[m->elems[i].table].fixed = false;
}

int kw_module_validate(struct kw_module *m, u32 features, struct kw_diag *diag)
{
	struct kw_validator *v = kw_alloc(sizeof(*v));
	int err;

	kw_diag_init(diag);
	if (!v)
		return -ENOMEM;
	v->m = m;
	v->diag = diag;
	v->refused = (KW_FEATURES_ALL & ~features) << 1;
	v->nr_steps = STEPS_PER_CHECKPOINT;
	err = validate_module(v);
	if (!err)
		find_fixed_tables(m);
	m->uses_float = v->used & (BIT(KW_OP_FLOAT) | BIT(KW_OP_SIMD));
	kw_free(v);
	return err;
}
