// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The body reader: immediates of every layout, and bodies cut off at every byte. */
#include "tap.h"
#include "wasm/body.h"
#include "wasmbuf.h"

/* One instruction of each layout, except the two whose bytes are irregular; what it reads as. */
static const struct {
	u8 bytes[24], len;
	struct kw_insn want;
} rows[] = {
	{ { 0x6a }, 1, { .op = WASM_OP_I32_ADD } },
	{ { 0x20, 0x81, 0x01 }, 3, { .op = WASM_OP_LOCAL_GET, .idx = 129 } },
	{ { 0x10, 0xff, 0xff, 0xff, 0xff, 0x0f }, 6, { .op = WASM_OP_CALL, .idx = 0xffffffff } },
	{ { 0x11, 5, 6 }, 3, { .op = WASM_OP_CALL_INDIRECT, .idx = 5, .idx2 = 6 } },
	{ { 0x41, 0x7f }, 2, { .op = WASM_OP_I32_CONST, .imm = 0xffffffff } },
	{ { 0x41, 0x80, 0x7f }, 3, { .op = WASM_OP_I32_CONST, .imm = 0xffffff80 } },
	{ { 0x42, 0x7f }, 2, { .op = WASM_OP_I64_CONST, .imm = ~0ULL } },
	{ { 0x43, 1, 2, 3, 0x84 }, 5, { .op = WASM_OP_F32_CONST, .imm = 0x84030201 } },
	{ { 0x44, 1, 2, 3, 4, 5, 6, 7, 0x88 }, 9, { .op = WASM_OP_F64_CONST, .imm = 0x8807060504030201ULL } },
	{ { 0x28, 2, 0xff, 0xff, 0xff, 0xff, 0x0f }, 7, { .op = WASM_OP_I32_LOAD, .align = 2, .imm = 0xffffffff } },
	{ { 0x2d, 0, 0x80, 0x01 }, 4, { .op = WASM_OP_I32_LOAD8_U, .align = 0, .imm = 128 } },
	{ { 0x02, 0x40 }, 2, { .op = WASM_OP_BLOCK, .block_type = -1 } },
	{ { 0x03, 0x7e }, 2, { .op = WASM_OP_LOOP, .block_type = ~KW_V_I64 } },
	{ { 0x04, 0xff, 0x00 }, 3, { .op = WASM_OP_IF, .block_type = 127 } },
	{ { 0x1c, 1, 0x7f }, 3, { .op = WASM_OP_SELECT_T, .idx = KW_V_I32 } },
	{ { 0xd0, 0x6f }, 2, { .op = WASM_OP_REF_NULL, .idx = KW_V_EXTERNREF } },
	{ { 0x3f, 0 }, 2, { .op = WASM_OP_MEMORY_SIZE } },
	{ { 0xfc, 8, 3, 0 }, 4, { .op = WASM_OP_MEMORY_INIT, .idx = 3 } },
	{ { 0xfc, 0x8a, 0x80, 0, 0, 0 }, 6, { .op = WASM_OP_MEMORY_COPY } },
	{ { 0xfc, 12, 3, 4 }, 4, { .op = WASM_OP_TABLE_INIT, .idx = 3, .idx2 = 4 } },
	{ { 0xfc, 14, 3, 4 }, 4, { .op = WASM_OP_TABLE_COPY, .idx = 3, .idx2 = 4 } },
	{ { 0xfd, 12, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x80 }, 18,
	  { .op = WASM_OP_V128_CONST, .imm = 1, .imm_hi = 0x8000000000000002ULL } },
	{ { 0xfd, 21, 15 }, 3, { .op = WASM_OP_I8X16_EXTRACT_LANE_S, .idx = 15 } },
	{ { 0xfd, 84, 0, 5, 7 }, 5, { .op = WASM_OP_V128_LOAD8_LANE, .align = 0, .imm = 5, .idx = 7 } },
	{ { 0xfd, 0xff, 0x01 }, 3, { .op = WASM_OP_F64X2_CONVERT_LOW_I32X4_U } },
};

static int read_one(const u8 *bytes, u32 len, struct kw_insn *insn, struct kw_diag *d, u32 *used)
{
	u8 *copy = malloc(len ? len : 1);
	struct kw_body b = { .base = copy, .pos = copy, .end = copy + len, .diag = d };
	int ret;

	memcpy(copy, bytes, len);
	kw_diag_init(d);
	ret = kw_body_next(&b, insn);
	*used = b.pos - copy;
	free(copy);
	return ret;
}

static bool same(const struct kw_insn *a, const struct kw_insn *b)
{
	return a->op == b->op && a->idx == b->idx && a->idx2 == b->idx2 && a->align == b->align &&
	       a->imm == b->imm && a->imm_hi == b->imm_hi && a->block_type == b->block_type;
}

static void check_layouts(void)
{
	u32 i, used;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kw_insn insn = { 0 };
		struct kw_diag d;
		int ret = read_one(rows[i].bytes, rows[i].len, &insn, &d, &used);

		ok(ret == 1 && used == rows[i].len && same(&insn, &rows[i].want), "%s reads as meant",
		   kw_op_text(rows[i].want.op));
	}
}

static bool cut_off_instructions_are_refused(void)
{
	struct kw_insn insn;
	struct kw_diag d;
	u32 i, len, used;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (len = 1; len < rows[i].len; len++)
			if (read_one(rows[i].bytes, len, &insn, &d, &used) != -ENOEXEC || used ||
			    d.reason != KW_R_END_OF_SECTION) {
				diag("%s of %u bytes", kw_op_text(rows[i].want.op), len);
				return false;
			}
	return read_one(rows[0].bytes, 0, &insn, &d, &used) == 0;
}

/* Of all bytes, and all numbers behind a prefix, those of opcode.def are instructions, the others refused. */
static bool codes_without_an_instruction_are_refused(void)
{
	u32 code, row, used, found = 0;

	for (row = 0; row < 3; row++) {
		for (code = 0; code < 256; code++) {
			u8 prefixed[32] = { 0xfb + row, 0x80 | (code & 0x7f), code >> 7 }, plain[32] = { code };
			struct kw_insn insn = { 0 };
			struct kw_diag d;

			if (!row && (code == 0xfc || code == 0xfd))
				continue;
			if (read_one(row ? prefixed : plain, 32, &insn, &d, &used) == 1)
				found++;
			else if (d.reason != (row ? KW_R_ILLEGAL_PREFIXED : KW_R_ILLEGAL_OPCODE) &&
				 d.reason != KW_R_NEWER && !d.op)
				return false;
		}
	}
	/* The immediates are zero here: no type for select, no reference type for ref.null. */
	diag("%u instructions", found);
	return found == WASM_NR_OPS - 2;
}

static bool br_tables_read_back(void)
{
	struct buf b = { 0 };
	struct kw_insn insn;
	struct kw_diag d;
	const u8 *p;
	struct kw_body body;
	bool good;

	PUT(&b, 0x0e, 3, 1, 0x80, 0x01, 7, 0xff, 0x01, 0x01);
	body = (struct kw_body){ .base = b.p, .pos = b.p, .end = b.p + b.len, .diag = &d };
	good = kw_body_next(&body, &insn) == 1 && insn.nr_targets == 3;
	p = insn.targets;
	good = good && kw_body_target(&p) == 1 && kw_body_target(&p) == 128 && kw_body_target(&p) == 7 &&
	       kw_body_target(&p) == 255 && p == b.p + 8;
	free(b.p);
	return good;
}

static bool locals_read_back(void)
{
	struct buf code = { 0 }, m;
	struct kw_arena arena;
	struct kw_module mod;
	struct kw_diag d;
	struct kw_body body;
	u32 nr, count[3] = { 0 };
	u8 type[3] = { 0 };
	bool good;

	PUT(&code, 2, 3, 0x7f, 0x81, 0x01, 0x7e, 0x0b);
	m = module_of_body(&code);
	kw_arena_init(&arena, 1 << 20);
	good = !kw_module_decode(&arena, m.p, m.len, &mod, &d) && !kw_body_open(&body, &mod, 0, &d, &nr) &&
	       nr == 132 && kw_body_next_locals(&body, &count[0], &type[0]) == 1 &&
	       kw_body_next_locals(&body, &count[1], &type[1]) == 1 &&
	       !kw_body_next_locals(&body, &count[2], &type[2]) && count[0] == 3 && type[0] == KW_V_I32 &&
	       count[1] == 129 && type[1] == KW_V_I64;
	kw_arena_free(&arena);
	free(m.p);
	return good;
}

int main(void)
{
	check_layouts();
	ok(cut_off_instructions_are_refused(), "instructions cut off at any byte are refused");
	ok(codes_without_an_instruction_are_refused(), "codes without an instruction are refused");
	ok(br_tables_read_back(), "targets of a br_table read back");
	ok(locals_read_back(), "local declarations read back");
	return tap_done();
}
