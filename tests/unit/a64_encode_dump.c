// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Print "<word>\t<asm text>" for every row of the arm64 instruction tables,
 * over the operand values where encodings change: register 31, limits of
 * immediates, every logical immediate, both ends of every branch.
 * a64_encode_check.py assembles the text with llvm-mc and compares.
 */
#include <stdio.h>
#include <string.h>

#include "../../jit/isa/a64/encode.h"

static const u8 regs[] = { 0, 1, 15, 16, 30, 31 };
static const char *const cc[] = {
	"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al",
};
static const char *const shift_text[] = { "lsl", "lsr", "asr", "ror" };
static const char *const extend_text[] = { "uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx" };

#define EACH(i, arr) for (size_t i = 0; i < ARRAY_SIZE(arr); i++)
#define OUT(word, ...) do {			\
	printf("%08x\t", (u32)(word));		\
	printf(__VA_ARGS__);			\
	printf("\n");				\
} while (0)

/* Register @r; @sp: what 31 is. */
static const char *reg(enum a64_size sz, u8 r, bool sp)
{
	static char text[8][8];
	static int n;
	char *t = text[n++ & 7];

	if (r == 31)
		strcpy(t, sp ? (sz ? "sp" : "wsp") : (sz ? "xzr" : "wzr"));
	else
		sprintf(t, "%c%u", sz ? 'x' : 'w', r);
	return t;
}

#define Z(r)	reg(sz, r, false)
#define S(r)	reg(sz, r, true)

static void registers(enum a64_insn i, enum a64_size sz, u8 d, u8 n, u8 m)
{
	const char *t = a64_row[i].text;
	int k, e;

	switch (a64_row[i].form) {
	case A64_F_RRRS:
		for (k = A64_LSL; k <= (a64_row[i].base & 0x01000000 ? A64_ASR : A64_ROR); k++) {
			OUT(a64_rrrs(i, sz, d, n, m, k, 1), "%s %s, %s, %s, %s #1", t, Z(d), Z(n), Z(m), shift_text[k]);
			e = sz ? 63 : 31;
			OUT(a64_rrrs(i, sz, d, n, m, k, e), "%s %s, %s, %s, %s #%d", t, Z(d), Z(n), Z(m), shift_text[k], e);
		}
		OUT(a64_rrr(i, sz, d, n, m), "%s %s, %s, %s", t, Z(d), Z(n), Z(m));
		break;
	case A64_F_RRR:
		OUT(a64_rrr(i, sz, d, n, m), "%s %s, %s, %s", t, Z(d), Z(n), Z(m));
		break;
	case A64_F_RRRX:
		for (e = A64_UXTB; e <= A64_SXTX; e++)
			for (k = 0; k <= 4; k++)
				OUT(a64_rrrx(i, sz, d, n, m, e, k), "%s %s, %s, %s, %s #%d", t,
				    reg(sz, d, i != A64_SUBSX), S(n), reg(sz && (e & 3) == 3, m, false), extend_text[e], k);
		break;
	case A64_F_RRRR:
		EACH(a, regs)
			OUT(a64_rrrr(i, sz, d, n, m, regs[a]), "%s %s, %s, %s, %s", t, Z(d), Z(n), Z(m), Z(regs[a]));
		break;
	case A64_F_CSEL:
		EACH(c, cc)
			OUT(a64_csel(i, sz, d, n, m, c), "%s %s, %s, %s, %s", t, Z(d), Z(n), Z(m), cc[c]);
		break;
	case A64_F_CCMP:
		EACH(c, cc)
			OUT(a64_ccmp(i, sz, n, m, d & 15, c), "%s %s, %s, #%d, %s", t, Z(n), Z(m), d & 15, cc[c]);
		break;
	case A64_F_EXTR:
		for (k = 0; k < (sz ? 64 : 32); k += 31)
			OUT(a64_extr(sz, d, n, m, k), "%s %s, %s, %s, #%d", t, Z(d), Z(n), Z(m), k);
		break;
	default:
		break;
	}
}

static void immediates(enum a64_insn i, enum a64_size sz, u8 d, u8 n)
{
	static const u32 rri[] = { 0, 1, 0xfff, 0x1000, 0xfff000, 0x123000 }, rw[] = { 0, 1, 0xffff };
	u32 k, last = sz ? 63 : 31, sets_flags = i == A64_ADDSI || i == A64_SUBSI;
	const char *t = a64_row[i].text;

	switch (a64_row[i].form) {
	case A64_F_RR:
		OUT(a64_rr(i, sz, d, n), "%s %s, %s", t, Z(d), Z(n));
		break;
	case A64_F_RRI:
		EACH(v, rri)
			OUT(a64_rri(i, sz, d, n, rri[v]), "%s %s, %s, #%u", t, reg(sz, d, !sets_flags), S(n), rri[v]);
		break;
	case A64_F_BFM:
		for (k = 0; k <= last; k += last) {
			OUT(a64_bfm(i, sz, d, n, k, last - 1), "%s %s, %s, #%u, #%u", t, Z(d), Z(n), k, last - 1);
			OUT(a64_bfm(i, sz, d, n, 1, k), "%s %s, %s, #1, #%u", t, Z(d), Z(n), k);
		}
		break;
	case A64_F_RW:
		for (k = 0; k <= last; k += 16)
			EACH(v, rw)
				OUT(a64_rw(i, sz, d, rw[v], k), "%s %s, #%u, lsl #%u", t, Z(d), rw[v], k);
		break;
	case A64_F_CCMI:
		EACH(c, cc) {
			OUT(a64_ccmi(i, sz, n, 0, d & 15, c), "%s %s, #0, #%d, %s", t, Z(n), d & 15, cc[c]);
			OUT(a64_ccmi(i, sz, n, 31, d & 15, c), "%s %s, #31, #%d, %s", t, Z(n), d & 15, cc[c]);
		}
		break;
	default:
		break;
	}
}

/* Every mask there is: elements of 2 to 64 bits, runs of ones, rotated. */
static void logical(enum a64_insn i)
{
	u32 esize, ones, by, k, enc, found = 0;

	for (esize = 2; esize <= 64; esize *= 2)
		for (ones = 1; ones < esize; ones++)
			for (by = 0; by < esize; by++) {
				u64 mask = esize == 64 ? ~0ull : (1ull << esize) - 1;
				u64 v = (1ull << ones) - 1;

				v = by ? (v >> by | v << (esize - by)) & mask : v;
				for (k = esize; k < 64; k *= 2)
					v |= v << k;
				if (a64_imm_logical(v, A64_X, &enc)) {
					found++;
					OUT(a64_logi(i, A64_X, 1, 2, enc), "%s x1, x2, #0x%llx", a64_row[i].text,
					    (unsigned long long)v);
				}
				if (esize < 64 && a64_imm_logical((u32)v, A64_W, &enc))
					OUT(a64_logi(i, A64_W, 30, 31, enc), "%s w30, wzr, #0x%x", a64_row[i].text, (u32)v);
			}
	if (found != 5334)
		printf("# %u of 5334 masks can be encoded\n", found);
}

/* All 16-bit patterns, in four shapes: llvm-mc says which have no encoding. */
static void not_logical(void)
{
	u32 v, enc;
	int shape;

	for (v = 0; v < 0x10000; v += 7)
		for (shape = 0; shape < 4; shape++) {
			u64 imm = shape == 0 ? v : shape == 1 ? (u64)v << 24 : shape == 2 ? v | ~0xffffull : v * 0x0001000100010001ull;

			if (!a64_imm_logical(imm, A64_X, &enc))
				printf("-\tand x0, x0, #0x%llx\n", (unsigned long long)imm);
		}
}

static void memory(enum a64_insn i)
{
	const struct a64_row *r = &a64_row[i];
	bool vec = r->base & 1u << 26, x = i == A64_LDRX || i == A64_STRX || i == A64_LDRSBX || i == A64_LDRSHX || i == A64_LDRSW;
	u32 bytes = a64_mem_bytes(i);
	const s32 disps[] = { 0, (s32)bytes, (s32)(0xfff * bytes), -1, -256, 255, 1 };
	char t[16], unscaled[16];

	snprintf(unscaled, sizeof(unscaled), "%.2sur%s", r->text, r->text + 3);
	unscaled[2] = 'u';
	EACH(k, regs) {
		u8 reg_t = regs[k], base = regs[(k + 1) % 5];

		if (vec)
			sprintf(t, "%c%u", bytes == 4 ? 's' : bytes == 8 ? 'd' : 'q', reg_t);
		else
			strcpy(t, reg(x, reg_t, false));
		EACH(d, disps) {
			bool scaled = disps[d] >= 0 && disps[d] % (s32)bytes == 0;

			OUT(a64_mem(i, reg_t, base, disps[d]), "%s %s, [x%u, #%d]", scaled ? r->text : unscaled, t, base, disps[d]);
		}
		EACH(m, regs) {
			u32 sh = r->aux;

			OUT(a64_mem_index(i, reg_t, base, regs[m], A64_UXTW, false), "%s %s, [x%u, %s, uxtw]", r->text, t, base, reg(A64_W, regs[m], false));
			OUT(a64_mem_index(i, reg_t, base, regs[m], A64_UXTX, false), "%s %s, [x%u, %s]", r->text, t, base, reg(A64_X, regs[m], false));
			if (sh)
				OUT(a64_mem_index(i, reg_t, base, regs[m], A64_UXTW, true), "%s %s, [x%u, %s, uxtw #%u]", r->text, t, base, reg(A64_W, regs[m], false), sh);
			if (sh)
				OUT(a64_mem_index(i, reg_t, base, regs[m], A64_SXTW, true), "%s %s, [x%u, %s, sxtw #%u]", r->text, t, base, reg(A64_W, regs[m], false), sh);
		}
		if (reg_t == base)
			continue;
		OUT(a64_mem_update(i, reg_t, base, -256, true), "%s %s, [x%u, #-256]!", r->text, t, base);
		OUT(a64_mem_update(i, reg_t, base, 255, false), "%s %s, [x%u], #255", r->text, t, base);
	}
}

static void pair(enum a64_insn i)
{
	static const s32 disps[] = { 0, 8, 504, -8, -512 };

	EACH(k, regs) EACH(d, disps) {
		u8 t = regs[k], t2 = regs[(k + 1) % 6], base = regs[(k + 2) % 5];

		OUT(a64_pair(i, t, t2, base, disps[d]), "%s %s, %s, [x%u, #%d]", a64_row[i].text,
		    reg(A64_X, t, false), reg(A64_X, t2, false), base, disps[d]);
	}
}

static void row(enum a64_insn i)
{
	int sz;

	if (a64_row[i].form == A64_F_MEM) {
		memory(i);
		return;
	}
	if (a64_row[i].form == A64_F_PAIR) {
		pair(i);
		return;
	}
	if (a64_row[i].form == A64_F_LOGI) {
		logical(i);
		return;
	}
	for (sz = A64_W; sz <= A64_X; sz++)
		EACH(d, regs) EACH(n, regs) {
			immediates(i, sz, regs[d], regs[n]);
			registers(i, sz, regs[d], regs[n], regs[(d + n) % 6]);
		}
}

static void branches(void)
{
	static const s64 tb[] = { 0, 4, -4, 32764, -32768 }, cond[] = { 0, 4, (1 << 20) - 4, -(1 << 20) };
	static const s64 far[] = { 0, -4, (1 << 27) - 4, -(1 << 27) }, adr[] = { 0, 1, -1, 3, (1 << 20) - 1, -(1 << 20) };
	static const u32 bits[] = { 0, 31, 32, 63 };

	EACH(d, far) {
		OUT(a64_b(far[d]), "b #%lld", (long long)far[d]);
		OUT(a64_bl(far[d]), "bl #%lld", (long long)far[d]);
	}
	EACH(d, cond) {
		EACH(c, cc)
			OUT(a64_bcond(c, cond[d]), "b.%s #%lld", cc[c], (long long)cond[d]);
		EACH(r, regs) {
			OUT(a64_cb(false, A64_W, regs[r], cond[d]), "cbz %s, #%lld", reg(A64_W, regs[r], false), (long long)cond[d]);
			OUT(a64_cb(true, A64_X, regs[r], cond[d]), "cbnz %s, #%lld", reg(A64_X, regs[r], false), (long long)cond[d]);
			OUT(a64_ldr_literal(regs[r], 4, cond[d]), "ldr s%u, #%lld", regs[r], (long long)cond[d]);
			OUT(a64_ldr_literal(regs[r], 8, cond[d]), "ldr d%u, #%lld", regs[r], (long long)cond[d]);
			OUT(a64_ldr_literal(regs[r], 16, cond[d]), "ldr q%u, #%lld", regs[r], (long long)cond[d]);
		}
	}
	EACH(d, tb) EACH(b, bits) EACH(r, regs) {
		OUT(a64_tb(false, regs[r], bits[b], tb[d]), "tbz %s, #%u, #%lld", reg(bits[b] > 31, regs[r], false), bits[b], (long long)tb[d]);
		OUT(a64_tb(true, regs[r], bits[b], tb[d]), "tbnz %s, #%u, #%lld", reg(bits[b] > 31, regs[r], false), bits[b], (long long)tb[d]);
	}
	EACH(d, adr) EACH(r, regs)
		OUT(a64_adr(regs[r], adr[d]), "adr %s, #%lld", reg(A64_X, regs[r], false), (long long)adr[d]);
	EACH(r, regs) {
		if (regs[r] == 31)
			continue;
		OUT(a64_br(regs[r]), "br x%u", regs[r]);
		OUT(a64_blr(regs[r]), "blr x%u", regs[r]);
	}
	OUT(a64_ret(), "ret");
	OUT(a64_brk(0), "brk #0");
	OUT(a64_brk(0xffff), "brk #0xffff");
	OUT(A64_CSDB, "csdb");
	OUT(A64_BTI_C, "bti c");
}

/* @text with D, N, M, I replaced. */
static void vector_text(const char *text, u8 d, u8 n, u8 m, u32 imm)
{
	const char *p;
	bool prefix = false;	/* the letter in front says what kind of register */

	for (p = text; *p; p++) {
		u8 r = *p == 'D' ? d : *p == 'N' ? n : m;

		if (*p == 'I')
			printf("%u", imm);
		else if (*p != 'D' && *p != 'N' && *p != 'M')
			putchar(*p);
		else if (prefix && r == 31)
			printf("zr");
		else
			printf("%u", r);
		prefix = *p == 'w' || *p == 'x';
	}
	printf("\n");
}

static void vector(enum a64_vinsn i)
{
	static const char *const text[] = {
#define A64V(name, form, esize, base, text) text,
#include "../../jit/isa/a64/vinsn.def"
	};
	const struct a64_vrow *r = &a64_vrow[i];
	u32 imm;

	EACH(k, regs) {
		u8 d = regs[k], n = strchr(text[i], 'N') ? regs[(k + 1) % 6] : 0, m = regs[(k + 3) % 6];

		switch (r->form) {
		case A64_VF_VV:
			printf("%08x\t", a64_v2(i, d, n));
			vector_text(text[i], d, n, 0, 0);
			break;
		case A64_VF_VVV:
		case A64_VF_NM:
			printf("%08x\t", a64_v3(i, r->form == A64_VF_NM ? 0 : d, n, m));
			vector_text(text[i], d, n, m, 0);
			break;
		case A64_VF_LANE:
			for (imm = 0; imm < 128u / r->esize; imm++) {
				printf("%08x\t", a64_vi(i, d, n, imm));
				vector_text(text[i], d, n, 0, imm);
			}
			break;
		default:
			for (imm = 0; imm <= r->esize; imm++) {
				if (imm == (r->form == A64_VF_SHR ? 0 : r->esize))
					continue;
				printf("%08x\t", a64_vi(i, d, n, imm));
				vector_text(text[i], d, n, 0, imm);
			}
			break;
		}
	}
}

static void float_immediates(void)
{
	union { double d; u64 u; } v = { 0 };
	union { float f; u32 u; } s = { 0 };
	int n = 0, imm, num, exp;

	for (num = 16; num < 32; num++)
		for (exp = -7; exp <= 0; exp++) {
			v.d = (double)num / (1 << -exp);
			s.f = (float)v.d;
			imm = a64_imm_float(v.u, true);
			n += imm >= 0;
			if (imm >= 0)
				OUT(a64_fmov_imm(true, 31, imm), "fmov d31, #%.8f", v.d);
			imm = a64_imm_float(s.u ^ 0x80000000, false);
			if (imm >= 0)
				OUT(a64_fmov_imm(false, 1, imm), "fmov s1, #-%.8f", v.d);
		}
	if (n != 128 || a64_imm_float(0, true) >= 0 || a64_imm_float(0x3dcccccd, false) >= 0)
		printf("# float immediates: %d of 128\n", n);
	for (imm = 0; imm < 256; imm += 51)
		OUT(a64_movi(imm & 31, imm), "movi v%d.16b, #%d", imm & 31, imm);
	EACH(c, cc) {
		OUT(a64_fcsel(false, 31, 1, 2, c), "fcsel s31, s1, s2, %s", cc[c]);
		OUT(a64_fcsel(true, 1, 31, 30, c), "fcsel d1, d31, d30, %s", cc[c]);
	}
}

int main(void)
{
	int i;

	for (i = 0; i < A64_NR_INSNS; i++)
		row(i);
	for (i = 0; i < A64_NR_VINSNS; i++)
		vector(i);
	float_immediates();
	not_logical();
	branches();
	return 0;
}
