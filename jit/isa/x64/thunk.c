// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Entry thunks: values of a kw_call_frame into the places of abi.h, the call,
 * and the results back.
 *
 *   r15 ->  outgoing area | address of the call frame
 */
#include "emit.h"
#include "lower.h"

#define FRAME_REG	X64_RSI		/* of the call frame on entry; also the first argument's: filled last */
#define RESULT_FRAME	X64_RDI		/* where it is read back to: no result comes there */
#define SCRATCH		X64_R11

/* A thunk with all its values must fit: entry sequence and, for each, two short moves. */
#define VALUE_BYTES	40
#define FIXED_BYTES	160

static struct x64_rm value(u8 frame, u32 i)
{
	return x64_mem(frame, offsetof(struct kw_call_frame, val) + i * sizeof(struct kw_value));
}

/* Vectors go through xmm15: arguments come in xmm0-7. */
#define VEC_SCRATCH	15

static void load_vec(struct x64_buf *b, const struct x64_place *place, u8 type, u32 i)
{
	u8 reg = place->reg == X64_NOREG ? VEC_SCRATCH : place->reg & 15;

	x64_v(b, x64_vload_row(type), reg, value(FRAME_REG, i), 0);
	if (place->reg == X64_NOREG)
		x64_v(b, x64_vstore_row(type), reg, x64_mem(X64_FP, place->off), 0);
}

/* All 16 bytes: what is no part of the type is zero. */
static void store_vec(struct x64_buf *b, const struct x64_place *place, u8 type, u32 i)
{
	u8 reg = place->reg == X64_NOREG ? VEC_SCRATCH : place->reg & 15;

	if (place->reg == X64_NOREG)
		x64_v(b, x64_vload_row(type), reg, x64_mem(X64_FP, place->off), 0);
	x64_mi(b, X64_MOV, X64_SQ, value(RESULT_FRAME, i), 0);
	x64_v(b, x64_vstore_row(type), reg, value(RESULT_FRAME, i), 0);
}

static void load(struct x64_buf *b, u8 reg, u8 type, u32 i)
{
	x64_rm(b, X64_MOV, type == KW_T_I32 ? X64_SL : X64_SQ, reg, value(FRAME_REG, i));
}

static void load_params(struct x64_buf *b, const u8 *params, u32 nr)
{
	struct x64_place place = { 0 };
	u32 i, first = nr;

	for (i = 0; i < nr; i++) {
		x64_place_param(&place, params[i]);
		if (x64_is_vec(params[i])) {
			load_vec(b, &place, params[i], i);
		} else if (place.reg == FRAME_REG) {
			first = i;
		} else if (place.reg != X64_NOREG) {
			load(b, place.reg, params[i], i);
		} else {
			load(b, SCRATCH, params[i], i);
			x64_mr(b, X64_MOV, X64_SQ, x64_mem(X64_FP, place.off), SCRATCH);
		}
	}
	x64_rm(b, X64_MOV, X64_SQ, X64_RAX, x64_mem(FRAME_REG, offsetof(struct kw_call_frame, code)));
	if (first < nr)
		load(b, FRAME_REG, params[first], first);
}

static void store_results(struct x64_buf *b, const u8 *results, u32 nr)
{
	struct x64_place place = { 0 };
	u32 i;

	for (i = 0; i < nr; i++) {
		struct x64_rm lo = value(RESULT_FRAME, i), hi = lo;

		hi.disp += offsetof(struct kw_value, hi);
		x64_place_result(&place, results[i]);
		if (x64_is_vec(results[i])) {
			if (results[i] != KW_T_V128)
				x64_mi(b, X64_MOV, X64_SQ, hi, 0);
			store_vec(b, &place, results[i], i);
			continue;
		}
		if (place.reg == X64_NOREG)
			x64_rm(b, X64_MOV, X64_SQ, SCRATCH, x64_mem(X64_FP, place.off));
		x64_mr(b, X64_MOV, X64_SQ, lo, place.reg == X64_NOREG ? SCRATCH : place.reg);
		x64_mi(b, X64_MOV, X64_SQ, hi, 0);
	}
}

static u32 area_bytes(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results)
{
	struct x64_place in = { 0 }, out = { 0 };
	u32 i;

	for (i = 0; i < nr_params; i++)
		x64_place_param(&in, params[i]);
	for (i = 0; i < nr_results; i++)
		x64_place_result(&out, results[i]);
	return max(in.bytes, out.bytes);
}

int x64_emit_thunk(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results,
		   const struct kw_isa_env *env, struct kw_code *code, u32 type_index)
{
	u32 saved = area_bytes(params, nr_params, results, nr_results), frame = ALIGN(saved + 8, 16);
	struct x64_buf b;
	int err;

	if (frame > KW_STACK_BYTES - KW_STACK_FLOOR - 64)
		return -E2BIG;
	err = kw_code_reserve(code, FIXED_BYTES + VALUE_BYTES * (nr_params + nr_results));
	if (err)
		return err;
	b.p = code->bytes + code->len;
	code->thunk_off[type_index] = code->len;
	if (env && env->indirect_targets)
		x64_endbr64(&b);
	x64_mi(&b, X64_SUB, X64_SQ, x64_reg(X64_FP), frame);
	x64_mr(&b, X64_MOV, X64_SQ, x64_mem(X64_FP, saved), FRAME_REG);
	load_params(&b, params, nr_params);
	if (env && env->call.len)
		x64_template(&b, code, &env->call, &err);
	else
		x64_m(&b, X64_CALLR, X64_SQ, x64_reg(X64_RAX));
	x64_rm(&b, X64_MOV, X64_SQ, RESULT_FRAME, x64_mem(X64_FP, saved));
	store_results(&b, results, nr_results);
	x64_mi(&b, X64_ADD, X64_SQ, x64_reg(X64_FP), frame);
	x64_emit_return(&b, code, env, &err);
	code->len = b.p - code->bytes;
	return err;
}
