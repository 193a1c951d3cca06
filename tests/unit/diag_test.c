// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Texts of refusals. */
#include <string.h>

#include "tap.h"
#include "wasm/module.h"
#include "wasm/opcode.h"

static void check_text(enum kw_reason reason, u64 arg0, u64 arg1, u16 op, const char *want)
{
	struct kw_diag d = { .reason = reason, .op = op, .arg = { arg0, arg1 } };
	char buf[200];
	size_t len = kw_diag_format(&d, buf, sizeof(buf));

	if (!ok(!strcmp(buf, want) && len == strlen(want), "%s", want))
		diag("got %s", buf);
}

static bool every_row_has_text_and_errno(void)
{
	char buf[200];
	u32 i;

	for (i = KW_R_NONE + 1; i < KW_NR_REASONS; i++) {
		struct kw_diag d = { .reason = i };

		if (!kw_diag_format(&d, buf, sizeof(buf)) || strchr(buf, '%') || kw_reason_errno(i) <= 0) {
			diag("row %u: %s", i, buf);
			return false;
		}
	}
	return true;
}

static bool short_buffers_are_terminated(void)
{
	struct kw_diag d = { .reason = KW_R_TYPE_MISMATCH, .arg = { KW_V_I32, KW_V_I64 } };
	char buf[16] = "xxxxxxxxxxxxxxx";
	bool good;

	good = kw_diag_format(&d, buf, 5) == 4 && !strcmp(buf, "type") && buf[5] == 'x';
	good &= kw_diag_format(&d, buf, 1) == 0 && !buf[0];
	good &= kw_diag_format(&d, NULL, 0) == 0;
	return good;
}

static bool first_reason_stays(void)
{
	struct kw_diag d;

	kw_diag_init(&d);
	kw_reject_in(&d, 7, 0x10, KW_R_UNKNOWN_LOCAL, 3, 0);
	kw_diag_note_op(&d, WASM_OP_LOCAL_GET);
	if (kw_reject(&d, 0x20, KW_R_BAD_MAGIC, 0, 0) != -EINVAL)
		return false;
	return d.reason == KW_R_UNKNOWN_LOCAL && d.offset == 0x10 && d.func == 7 &&
	       d.op == WASM_OP_LOCAL_GET + 1 && d.arg[0] == 3;
}

int main(void)
{
	struct kw_diag unknown = { .reason = 0xffff };
	char buf[100];

	check_text(KW_R_NONE, 0, 0, 0, "no error");
	check_text(KW_R_TYPE_MISMATCH, KW_V_I32, KW_V_I64, 0, "type mismatch: expected i32, found i64");
	check_text(KW_R_TYPE_MISMATCH, KW_V_EXTERNREF, 0, 0, "type mismatch: expected externref, found nothing");
	check_text(KW_R_TYPE_MISMATCH, 0, 0, 0, "type mismatch: expected a value, found nothing");
	check_text(KW_R_UNKNOWN_FUNC, 4294967295U, 0, 0, "unknown function 4294967295");
	check_text(KW_R_ILLEGAL_PREFIXED, 0xfd, 0x9a, 0, "illegal opcode fd 9a");
	check_text(KW_R_MAX_LOCALS, 50001, 50000, 0, "too many locals: 50001, limit 50000");
	check_text(KW_R_UNSUPPORTED, 0, KW_OP_FLOAT, WASM_OP_F32_ADD + 1,
		   "not supported: instruction f32.add (floating point)");
	check_text(KW_R_UNSUPPORTED, KW_V_V128, KW_OP_SIMD, 0, "not supported: type v128 (SIMD)");
	check_text(KW_R_UNSUPPORTED, 0, KW_OP_REFTYPES, 0, "not supported: several tables (reference types)");
	ok(every_row_has_text_and_errno(), "every reason has a text and an errno");
	ok(short_buffers_are_terminated(), "short buffers are terminated and not overrun");
	ok(first_reason_stays(), "the first reason noted stays");
	ok(kw_diag_format(&unknown, buf, sizeof(buf)) && !strcmp(buf, "unknown reason"),
	   "a number from a newer kernel has a text");
	return tap_done();
}
