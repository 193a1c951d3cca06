// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Imports against host.def, and addresses of traps against a code object. */
#include "rt/bind.h"
#include "rt/rt.h"
#include "tap.h"

static struct kw_func func = { .type = 0 };
static struct kw_functype type;
static struct kw_import import;
static struct kw_module module = {
	.nr_types = 1, .types = &type, .nr_imports = 1, .imports = &import,
	.nr_funcs = 1, .nr_imported_funcs = 1, .funcs = &func,
};
static struct kw_binding bound;
static struct kw_diag why;

static int bind(const char *mod, const char *name, const char *params, u32 nr_results, u32 flags)
{
	static u8 types[8];

	memset(types, 0, sizeof(types));
	memcpy(types, params, strlen(params));
	type = (struct kw_functype){ .nr_params = strlen(params) - nr_results,
				     .nr_results = nr_results, .types = types };
	import = (struct kw_import){ { (const u8 *)mod, strlen(mod) }, { (const u8 *)name, strlen(name) },
				     KW_EXT_FUNC, 0, 33 };
	memset(&why, 0, sizeof(why));
	memset(&bound, 0xff, sizeof(bound));
	return kw_host_bind(&module, flags, &bound, &why);
}

#define I "\x7f"
#define L "\x7e"

static void test_bind(void)
{
	ok(!bind("kwasm_v1", "log", I I I I, 1, 0) && bound.kind == KW_BIND_HOST &&
	   bound.index == KW_STUB_HOST + KW_HOST_LOG, "log is a call of its stub");
	ok(!bind("kwasm_pkt_v1", "ld32be", I I, 1, 0) && bound.kind == KW_BIND_INTRINSIC &&
	   bound.index == KW_INTR_PKT_LD && bound.arg == (KW_M_U32 | KW_PKT_BE), "ld32be is code in place");
	ok(!bind("kwasm_pkt_v1", "field", I L, 1, 0) && bound.kind == KW_BIND_INTRINSIC &&
	   bound.index2 == KW_STUB_HOST + KW_HOST_PKT_FIELD, "field is code in place, with a stub for the rest");
	ok(!bind("kwasm_v1", "abort", I I, 0, 0) && bound.kind == KW_BIND_HOST, "abort has no result");
	ok(bind("kwasm_v1", "log", I I I, 1, 0) == -EINVAL && why.reason == KW_R_INCOMPATIBLE_IMPORT &&
	   why.offset == 33, "another type is refused at the import");
	ok(bind("kwasm_pkt_v1", "ld64", I I, 1, 0) == -EINVAL, "another result type, too");
	ok(bind("kwasm_v1", "frob", "", 0, 0) == -ENOENT && why.reason == KW_R_UNKNOWN_IMPORT, "an unknown name is refused");
	ok(bind("kwasm_v1", "frob", "", 0, KW_BIND_SLOTS) == -ENOENT, "even where other instances may export");
	ok(bind("env", "frob", "", 0, 0) == -ENOENT, "an unknown module is refused");
	ok(!bind("env", "frob", "", 0, KW_BIND_SLOTS) && bound.kind == KW_BIND_SLOT, "or left to other instances");
	func.declared = true;
	ok(bind("kwasm_v1", "cpu_id", I, 1, 0) == -EOPNOTSUPP && why.reason == KW_R_HOST_FUNCREF,
	   "a host function in a table is refused");
	func.declared = false;
	import.kind = KW_EXT_MEMORY;
	memset(&why, 0, sizeof(why));
	ok(kw_host_bind(&module, 0, &bound, &why) == -EINVAL, "nothing but functions comes from the host");
}

static void test_table(void)
{
	bool good = true;
	u32 i, k;

	for (i = 0; i < KW_NR_HOSTS; i++) {
		for (k = 0; k < i; k++)
			good &= strcmp(kw_host_info[i].module, kw_host_info[k].module) ||
				strcmp(kw_host_info[i].name, kw_host_info[k].name);
		good &= kw_host_info[i].has_fn || kw_host_info[i].intrinsic;
	}
	ok(good, "host functions have distinct names and something behind them");
}

/* Function 0: [0, 16), a call that returns to 5 and one to 16, a fault at 8.  Function 1: [16, 32). */
static void test_where(void)
{
	static struct kw_code_func f[] = {
		{ .off = 0, .len = 16, .fault = 0, .nr_faults = 1, .site = 0, .nr_sites = 2 },
		{ .off = 16, .len = 16, .fault = 1, .nr_faults = 0, .site = 2, .nr_sites = 1 },
	};
	static struct kw_fault_site fault[] = { { 8, 108 } };
	static struct kw_call_site site[] = {
		{ 5, 105, KW_TRAP_NONE }, { 16, 116, KW_TRAP_DIV_ZERO }, { 30, 130, KW_TRAP_NONE },
	};
	static struct kw_func funcs[] = { { .type = 0 }, { .body_off = 100 }, { .body_off = 120 } };
	static const struct kw_code code = {
		.len = 32, .nr_funcs = 2, .func = f, .fault = fault, .nr_faults = 1, .site = site, .nr_sites = 3,
	};
	static const struct kw_module m = { .nr_funcs = 3, .nr_imported_funcs = 1, .funcs = funcs };
	static u8 text[32];
	static const struct kw_linked l = { .module = &m, .code = &code, .text = text };
	u64 base = (u64)text;
	struct kw_where w;

	ok(!kw_linked_where(&l, base + 5, ~0u, &w) && w.func == 1 && w.wasm_off == 105 && !w.trap, "a return address is found");
	ok(!kw_linked_where(&l, base + 16, ~0u, &w) && w.func == 1 && w.wasm_off == 116 && w.trap == KW_TRAP_DIV_ZERO,
	   "so is one right behind its function");
	ok(!kw_linked_where(&l, base + 17, ~0u, &w) && w.func == 2 && w.wasm_off == 120, "an interrupted pc has its function");
	ok(!kw_linked_where(&l, base + 12, ~0u, &w) && w.func == 1 && w.wasm_off == 108, "and the nearest place before it");
	ok(!kw_linked_where(&l, base + 14, 0, &w) && w.func == 1 && w.wasm_off == 108 && w.trap == KW_TRAP_MEM_OOB,
	   "a fault is found by its number");
	ok(kw_linked_where(&l, base + 14, 1, &w) == -ENOENT && kw_linked_where(&l, base + 33, ~0u, &w) == -ENOENT &&
	   kw_linked_where(&l, base - 1, ~0u, &w) == -ENOENT, "what is not there is not found");
	ok(!strcmp(kw_trap_text(KW_TRAP_MEM_OOB), "out of bounds memory access"), "traps have the suite's words");
}

int main(void)
{
	test_bind();
	test_table();
	test_where();
	return tap_done();
}
