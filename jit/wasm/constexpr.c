// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Turns a constant expression into the value it stands for.  Each of its
 * instructions pushes one value and none pops, so a valid one is exactly one
 * instruction and end (core spec 2.0, 3.3.10).
 */
#include "body.h"
#include "reader.h"

/* In scope in a later version. */
static bool is_newer_global(const struct kw_module *m, u32 index)
{
	return index < m->nr_globals && !m->globals[index].type.mutable;
}

static int set_global(struct kw_reader *r, const struct kw_module *m, const struct kw_insn *insn,
		      struct kw_constexpr *out)
{
	/* Only imports are in scope (3.4.10), whatever section the expression is in; later, what came before. */
	if (insn->idx >= m->nr_imported_globals)
		return kw_reject(r->diag, insn->off, is_newer_global(m, insn->idx) ?
				 KW_R_CONST_GLOBAL : KW_R_UNKNOWN_GLOBAL, insn->idx, 0);
	if (m->globals[insn->idx].type.mutable)
		return kw_reject(r->diag, insn->off, KW_R_CONST_REQUIRED, 0, 0);
	out->kind = KW_CE_GLOBAL;
	out->type = m->globals[insn->idx].type.type;
	out->index = insn->idx;
	return 0;
}

static int set_func(struct kw_reader *r, struct kw_module *m, const struct kw_insn *insn,
		    struct kw_constexpr *out)
{
	if (insn->idx >= m->nr_funcs)
		return kw_reject(r->diag, insn->off, KW_R_UNKNOWN_FUNC, insn->idx, 0);
	m->funcs[insn->idx].declared = true;
	out->kind = KW_CE_FUNC;
	out->type = KW_V_FUNCREF;
	out->index = insn->idx;
	return 0;
}

static int set_value(struct kw_reader *r, struct kw_module *m, const struct kw_insn *insn,
		     struct kw_constexpr *out)
{
	switch (insn->op) {
	case WASM_OP_GLOBAL_GET:
		return set_global(r, m, insn, out);
	case WASM_OP_REF_FUNC:
		return set_func(r, m, insn, out);
	case WASM_OP_REF_NULL:
		out->kind = KW_CE_NULL;
		out->type = insn->idx;
		return 0;
	case WASM_OP_V128_CONST:
		out->hi = insn->imm_hi;
		fallthrough;
	case WASM_OP_I32_CONST:
	case WASM_OP_I64_CONST:
	case WASM_OP_F32_CONST:
	case WASM_OP_F64_CONST:
		out->kind = KW_CE_CONST;
		out->type = kw_opinfo[insn->op].result;
		out->lo = insn->imm;
		return 0;
	case WASM_OP_I32_ADD:
	case WASM_OP_I32_SUB:
	case WASM_OP_I32_MUL:
	case WASM_OP_I64_ADD:
	case WASM_OP_I64_SUB:
	case WASM_OP_I64_MUL:
		return kw_reject(r->diag, insn->off, KW_R_CONST_EXTENDED, 0, 0);
	default:
		return kw_reject(r->diag, insn->off, KW_R_CONST_REQUIRED, 0, 0);
	}
}

int kw_rd_constexpr(struct kw_reader *r, struct kw_module *m, u8 type, struct kw_constexpr *out)
{
	struct kw_body b = {
		.base = r->base, .pos = r->pos, .end = r->end, .func = KW_DIAG_NO_FUNC, .diag = r->diag,
	};
	struct kw_insn insn;
	u32 nr_values = 0;
	int ret;

	*out = (struct kw_constexpr){};
	for (;;) {
		ret = kw_body_next(&b, &insn);
		if (ret < 0)
			return ret;
		if (!ret)
			return kw_rd_bad_at(r, r->end, KW_R_END_OF_SECTION, 0, 0);
		if (insn.op == WASM_OP_END)
			break;
		ret = set_value(r, m, &insn, out);
		if (ret) {
			kw_diag_note_op(r->diag, insn.op);
			return ret;
		}
		nr_values++;
	}
	if (nr_values > 1)
		return kw_rd_bad(r, KW_R_TYPE_EXTRA, nr_values - 1, 0);
	if (out->type != type)
		return kw_rd_bad(r, KW_R_TYPE_MISMATCH, type, out->type);
	r->pos = b.pos;
	return 0;
}
