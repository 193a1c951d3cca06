// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Entry thunks: values of a kw_call_frame into the places of abi.h, the call,
 * and the results back.
 *
 *   x28 ->  outgoing area | address of the call frame | return address
 */
#include "emit.h"
#include "lower.h"

#define FRAME_REG	A64_X1		/* of the call frame on entry; also the first argument's: filled last */
#define RESULT_FRAME	A64_X9		/* where it is read back to: no result comes there */
#define SCRATCH		A64_X10
#define VEC_SCRATCH	A64_VT1

/* A thunk with all its values must fit: entry sequence and, for each, moves with far addresses. */
#define VALUE_BYTES	64
#define FIXED_BYTES	192

static s64 value(u32 i)
{
	return offsetof(struct kw_call_frame, val) + (s64)i * sizeof(struct kw_value);
}

static void load_param(struct a64_emit *e, const struct a64_place *place, u8 type, u32 i)
{
	u8 reg = place->reg & 31;

	if (place->reg == A64_NOREG)
		reg = kw_is_vec(type) ? VEC_SCRATCH : SCRATCH;
	a64_access(e, a64_load_row(type), reg, FRAME_REG, value(i));
	if (place->reg == A64_NOREG)
		a64_access(e, a64_store_row(type == KW_T_I32 ? KW_T_I64 : type), reg, A64_FP, place->off);
}

static void load_params(struct a64_emit *e, const u8 *params, u32 nr)
{
	struct a64_place place = { 0 }, first_place = { 0 };
	u32 i, first = nr;

	for (i = 0; i < nr; i++) {
		a64_place_param(&place, params[i]);
		if (place.reg == FRAME_REG) {
			first = i;
			first_place = place;
		} else {
			load_param(e, &place, params[i], i);
		}
	}
	a64_access(e, A64_LDRX, A64_CALLEE, FRAME_REG, offsetof(struct kw_call_frame, code));
	if (first < nr)
		load_param(e, &first_place, params[first], first);
}

/* All 16 bytes: what is no part of the type is zero. */
static void store_results(struct a64_emit *e, const u8 *results, u32 nr)
{
	struct a64_place place = { 0 };
	u32 i;

	for (i = 0; i < nr; i++) {
		u8 type = results[i] == KW_T_I32 ? KW_T_I64 : results[i], reg;

		a64_place_result(&place, type);
		reg = place.reg & 31;
		if (place.reg == A64_NOREG) {
			reg = kw_is_vec(type) ? VEC_SCRATCH : SCRATCH;
			a64_access(e, a64_load_row(type), reg, A64_FP, place.off);
		}
		if (type == KW_T_F32)
			a64_access(e, A64_STRX, A64_ZR, RESULT_FRAME, value(i));
		if (type != KW_T_V128)
			a64_access(e, A64_STRX, A64_ZR, RESULT_FRAME, value(i) + offsetof(struct kw_value, hi));
		a64_access(e, a64_store_row(type), reg, RESULT_FRAME, value(i));
	}
}

static u32 area_bytes(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results)
{
	struct a64_place in = { 0 }, out = { 0 };
	u32 i;

	for (i = 0; i < nr_params; i++)
		a64_place_param(&in, params[i]);
	for (i = 0; i < nr_results; i++)
		a64_place_result(&out, results[i]);
	return max(in.bytes, out.bytes);
}

int a64_emit_thunk(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results,
		   const struct kw_isa_env *env, struct kw_code *code, u32 type_index)
{
	u32 saved = area_bytes(params, nr_params, results, nr_results), frame;
	struct a64_emit e = { .env = env, .code = code };

	saved = ALIGN(saved, 8);
	frame = ALIGN(saved + 16, 16);
	if (frame > KW_STACK_BYTES - KW_STACK_FLOOR - 64)
		return -E2BIG;
	if (!a64_room(&e, FIXED_BYTES + VALUE_BYTES * (nr_params + nr_results)))
		return e.err;
	code->thunk_off[type_index] = code->len;
	if (env && env->indirect_targets)
		a64_put(&e, A64_BTI_C);
	a64_add_imm(&e, A64_FP, A64_FP, -(s64)frame);
	a64_access(&e, A64_STRX, FRAME_REG, A64_FP, saved);
	a64_access(&e, A64_STRX, A64_LINK, A64_FP, saved + 8);
	load_params(&e, params, nr_params);
	a64_template(&e, env ? &env->call : NULL, a64_blr(A64_CALLEE));
	a64_access(&e, A64_LDRX, RESULT_FRAME, A64_FP, saved);
	store_results(&e, results, nr_results);
	a64_access(&e, A64_LDRX, A64_LINK, A64_FP, saved + 8);
	a64_add_imm(&e, A64_FP, A64_FP, frame);
	a64_template(&e, env ? &env->ret : NULL, a64_ret());
	return e.err;
}
