// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Print "<hex bytes>\t<asm text>" for every row of the instruction table and
 * every form it has, over the operand values where encodings change.
 * encode_check.py assembles the text with llvm-mc and compares.
 */
#include <stdio.h>
#include <string.h>

#include "../../jit/isa/x64/vencode.h"

static const u8 regs[] = { 0, 1, 4, 5, 7, 8, 12, 13, 15 };
static const s32 disps[] = { 0, 1, -1, 127, 128, -128, -129, 0x7fffffff, -0x7fffffff - 1 };
static const char *const name[4][16] = {
	{ "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil",
	  "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b" },
	{ "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
	  "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w" },
	{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
	  "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" },
	{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	  "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" },
};
static const char *const ptr[4] = { "byte ptr", "word ptr", "dword ptr", "qword ptr" };
static const char *const cc[16] = {
	"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g",
};

static u8 bytes[32];

static void out(const struct x64_buf *b, const char *text)
{
	const u8 *p;

	for (p = bytes; p < b->p; p++)
		printf("%02x", *p);
	printf("\t%s\n", text);
}

#define EACH(i, arr) for (size_t i = 0; i < ARRAY_SIZE(arr); i++)

static void rm_text(char *o, enum x64_size sz, struct x64_rm m)
{
	long long disp = m.disp;

	if (x64_is_reg(m)) {
		sprintf(o, "%s", name[sz][x64_base(m)]);
		return;
	}
	o += sprintf(o, "%s [%s", ptr[sz], name[X64_SQ][x64_base(m)]);
	if (x64_index(m) != X64_NOREG)
		o += sprintf(o, " + %s*%d", name[X64_SQ][x64_index(m)], 1 << x64_scale(m));
	sprintf(o, " %c %lld]", disp < 0 ? '-' : '+', disp < 0 ? -disp : disp);
}

typedef void try_fn(enum x64_insn i, enum x64_size sz, struct x64_rm rm);

static const u8 index_regs[] = { 0, 1, 3, 5, 7, 8, 12, 13, 15 };

/* Every shape of an r/m operand. */
static void each_rm(try_fn *fn, enum x64_insn i, enum x64_size sz)
{
	EACH(r, regs)
		fn(i, sz, x64_reg(regs[r]));
	EACH(base, regs) EACH(d, disps) {
		fn(i, sz, x64_mem(regs[base], disps[d]));
		/* One index each, another every time; all of them come up with every base. */
		fn(i, sz, x64_indexed(regs[base], index_regs[d], (base + d) & 3, disps[d]));
	}
}

/* Size of the r/m operand of row @i at operand size @sz. */
static enum x64_size rm_size(enum x64_insn i, enum x64_size sz)
{
	u8 flags = x64_row[i].flags;

	return flags & X64_B ? X64_SB : flags & X64_H ? X64_SW : flags & X64_D ? X64_SL :
	       flags & X64_W ? X64_SQ : sz;
}

static const u8 some[] = { 6, 9 };

static void try_mr(enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	EACH(r, some) {
		struct x64_buf b = { bytes };
		char m[64], t[128];

		rm_text(m, rm_size(i, sz), rm);
		x64_mr(&b, i, sz, rm, some[r]);
		sprintf(t, "%s %s, %s", x64_row[i].text, m, name[sz][some[r]]);
		out(&b, t);
	}
}

static void try_rm(enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	if (i == X64_LEA && x64_is_reg(rm))
		return;
	EACH(r, some) {
		struct x64_buf b = { bytes };
		char m[64], t[128];

		rm_text(m, rm_size(i, sz), rm);
		x64_rm(&b, i, sz, some[r], rm);
		sprintf(t, "%s %s, %s", x64_row[i].text, name[sz][some[r]], i == X64_LEA ? strstr(m, "[") : m);
		out(&b, t);
	}
}

static const s32 imms[] = { -1, 127, 128, -129, 0x7fffffff };

static void try_mi(enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	static const s32 low[] = { 1, 2, 7 };
	bool imm8 = x64_row[i].mi == 0xc1 || x64_row[i].mi == 0x0fba;
	size_t k, n = imm8 ? ARRAY_SIZE(low) : ARRAY_SIZE(imms);

	for (k = 0; k < n; k++) {
		struct x64_buf b = { bytes };
		s32 imm = imm8 ? low[k] : imms[k];
		char m[64], t[128];

		if ((sz == X64_SB && imm != (s8)imm) || (sz == X64_SW && imm != (s16)imm))
			continue;
		rm_text(m, rm_size(i, sz), rm);
		if (x64_row[i].mi == 0x69) {
			x64_rmi(&b, i, sz, X64_R9, rm, imm);
			sprintf(t, "%s %s, %s, %d", x64_row[i].text, name[sz][X64_R9], m, imm);
		} else {
			x64_mi(&b, i, sz, rm, imm);
			sprintf(t, "%s %s, %d", x64_row[i].text, m, imm);
		}
		out(&b, t);
	}
}

static void try_m(enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	struct x64_buf b = { bytes };
	char m[64], t[128];

	rm_text(m, rm_size(i, sz), rm);
	x64_m(&b, i, sz, rm);
	sprintf(t, "%s %s%s", x64_row[i].text, m, x64_row[i].mi == 0xc1 ? ", cl" : "");
	out(&b, t);
}

static void try_row(enum x64_insn i)
{
	const struct x64_row *r = &x64_row[i];
	int sz, lo = r->flags & X64_b ? X64_SB : X64_SL;

	for (sz = lo; sz <= X64_SQ; sz++) {
		if ((r->flags & X64_W && sz != X64_SQ) || (r->flags & X64_D && sz != X64_SQ))
			continue;
		if (r->mr)
			each_rm(try_mr, i, sz);
		if (r->rm)
			each_rm(try_rm, i, sz);
		if (r->mi)
			each_rm(try_mi, i, sz);
		if (r->m)
			each_rm(try_m, i, sz);
	}
}

static void try_cmov(enum x64_insn i, enum x64_size sz, struct x64_rm rm)
{
	struct x64_buf b = { bytes };
	char m[64], t[128];

	rm_text(m, sz, rm);
	x64_cmov(&b, (enum x64_cc)i, sz, X64_R10, rm);
	sprintf(t, "cmov%s %s, %s", cc[i], name[sz][X64_R10], m);
	out(&b, t);
}

#define ONE(call, ...) do {				\
	struct x64_buf b = { bytes };			\
	char t[128];					\
							\
	call;						\
	sprintf(t, __VA_ARGS__);			\
	out(&b, t);					\
} while (0)

static void try_mov(enum x64_size sz, u8 r)
{
	char m[64];

	EACH(k, regs) {
		ONE(x64_mov(&b, sz, r, regs[k]), "mov %s, %s", name[sz][r], name[sz][regs[k]]);
		EACH(d, disps) {
			rm_text(m, sz, x64_mem(regs[k], disps[d]));
			ONE(x64_load(&b, sz, r, regs[k], disps[d]), "mov %s, %s", name[sz][r], m);
			ONE(x64_store(&b, sz, regs[k], disps[d], r), "mov %s, %s", m, name[sz][r]);
		}
	}
}

static void try_special(void)
{
	static const u64 wide[] = { 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1ULL << 63, ~0ULL, -5LL };
	int c, r, sz;

	for (c = 0; c < 16; c++) {
		ONE(x64_jcc(&b, c), "j%s x", cc[c]);
		for (sz = X64_SL; sz <= X64_SQ; sz++)
			each_rm(try_cmov, (enum x64_insn)c, sz);
		for (r = 0; r < 16; r++)
			ONE(x64_setcc(&b, c, r), "set%s %s", cc[c], name[X64_SB][r]);
	}
	for (r = 0; r < 16; r++) {
		for (sz = X64_SL; sz <= X64_SQ; sz++)
			ONE(x64_bswap(&b, sz, r), "bswap %s", name[sz][r]);
		for (sz = X64_SL; sz <= X64_SQ; sz++)
			try_mov(sz, r);
		EACH(k, wide) {
			bool low = wide[k] == (u32)wide[k];

			ONE(x64_movi(&b, r, wide[k]), low ? "mov %s, %lld" : "mov %s, %lld",
			    name[low ? X64_SL : X64_SQ][r], (long long)wide[k]);
		}
		ONE(x64_movi(&b, r, 0), "xor %s, %s", name[X64_SL][r], name[X64_SL][r]);
		ONE(x64_movi_keep(&b, r, 0), "mov %s, 0", name[X64_SL][r]);
		ONE(x64_lea_rip(&b, r), "lea %s, [rip]", name[X64_SQ][r]);
	}
	ONE(x64_cdq(&b, X64_SL), "cdq");
	ONE(x64_cdq(&b, X64_SQ), "cqo");
	ONE(x64_jmp(&b), "jmp x");
	ONE(x64_call(&b), "call x");
	ONE(x64_ret(&b), "ret");
	ONE(x64_int3(&b), "int3");
	ONE(x64_endbr64(&b), "endbr64");
}

static void v_operand(char *o, enum x64_vinsn i, bool is_xmm, struct x64_rm m)
{
	char t[64];

	if (x64_is_reg(m) && is_xmm) {
		sprintf(o, "xmm%u", x64_base(m));
	} else if (x64_is_reg(m)) {
		sprintf(o, "%s", name[x64_vrow[i].flags & X64_VF_W ? X64_SQ : X64_SL][x64_base(m)]);
	} else {
		rm_text(t, X64_SQ, m);
		sprintf(o, "%s", strchr(t, '['));
	}
}

static void try_v(enum x64_insn row, enum x64_size sz, struct x64_rm rm)
{
	enum x64_vinsn i = (enum x64_vinsn)row;
	const struct x64_vrow *r = &x64_vrow[i];
	u8 form = r->flags & X64_VF_FORM;
	char m[64], t[192], reg[64];
	bool store = form == X64_VF_MX || form == X64_VF_RX;

	(void)sz;
	if (!x64_is_reg(rm) && (form == X64_VF_SH || i == X64_V_MOVLHPS || i == X64_V_MOVMSKPS ||
				i == X64_V_MOVMSKPD || i == X64_V_PMOVMSKB || form == X64_VF_XG))
		return;		/* no such form, or we never use it */
	EACH(k, some) {
		struct x64_buf b = { bytes };

		v_operand(m, i, form != X64_VF_XG && form != X64_VF_RX, rm);
		v_operand(reg, i, form != X64_VF_GX, x64_reg(some[k]));
		x64_v(&b, i, some[k], rm, 3);
		if (form == X64_VF_SH)
			sprintf(t, "%s %s, 3", r->text, m);
		else
			sprintf(t, "%s %s, %s%s", r->text, store ? m : reg, store ? reg : m,
				r->flags & X64_VF_I ? ", 3" : "");
		out(&b, t);
	}
}

static void try_v_rip(void)
{
	int r;

	for (r = 0; r < 16; r++) {
		ONE(x64_v_rip(&b, X64_V_MOVUPS, r), "movups xmm%d, [rip]", r);
		ONE(x64_v_rip(&b, X64_V_UCOMISD, r), "ucomisd xmm%d, [rip]", r);
		ONE(x64_v_rip(&b, X64_V_PSHUFB, r), "pshufb xmm%d, [rip]", r);
	}
}

int main(void)
{
	int i;

	for (i = 0; i < X64_NR_VINSNS; i++)
		each_rm(try_v, (enum x64_insn)i, X64_SQ);
	try_v_rip();

	for (i = 0; i < X64_NR_INSNS; i++)
		try_row(i);
	try_special();
	return 0;
}
