// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Addresses in machine code -> places in the module: what a trap report and
 * its backtrace are made of.
 */
#include "rt.h"

static const char *const trap_text[KW_NR_TRAPS] = {
	[KW_TRAP_NONE] = "no trap",
#define KW_TRAP(name, code, text) [KW_TRAP_##name] = text,
#include "../common/trap.def"
};

const char *kw_trap_text(u32 trap)
{
	return trap < KW_NR_TRAPS ? trap_text[trap] : "unknown trap";
}

/* Byte offset of the last site before @off, or of the body: for a pc that is no site itself. */
static u32 nearest(const struct kw_linked *l, const struct kw_code_func *f, u32 func, u32 off)
{
	const struct kw_code *c = l->code;
	u32 best_off = f->off, wasm_off = l->module->funcs[func].body_off, i;

	for (i = f->site; i < f->site + f->nr_sites; i++) {
		if (c->site[i].off <= off && c->site[i].off >= best_off &&
		    c->site[i].trap == KW_TRAP_NONE) {
			best_off = c->site[i].off;
			wasm_off = c->site[i].wasm_off;
		}
	}
	for (i = f->fault; i < f->fault + f->nr_faults; i++) {
		if (c->fault[i].off <= off && c->fault[i].off >= best_off) {
			best_off = c->fault[i].off;
			wasm_off = c->fault[i].wasm_off;
		}
	}
	return wasm_off;
}

int kw_linked_where(const struct kw_linked *l, u64 pc, u32 site, struct kw_where *out)
{
	const struct kw_code *c = l->code;
	u64 off = pc - (u64)(unsigned long)l->text;
	const struct kw_code_func *f;
	const struct kw_call_site *s = NULL;
	u32 func;

	if (!off || off > c->len)
		return -ENOENT;
	/* A return address may lie right behind its function: what counts is the byte before. */
	f = kw_code_find_func(c, off - 1);
	if (!f)
		return -ENOENT;
	if (site == KW_NO_INDEX)
		s = kw_code_find_site(c, f, off);
	func = l->module->nr_imported_funcs + (u32)(f - c->func);
	out->func = func;
	out->trap = KW_TRAP_NONE;
	if (site != KW_NO_INDEX) {
		if (site >= f->nr_faults)
			return -ENOENT;
		out->wasm_off = c->fault[f->fault + site].wasm_off;
		out->trap = KW_TRAP_MEM_OOB;
	} else if (s) {
		out->wasm_off = s->wasm_off;
		out->trap = s->trap;
	} else {
		out->wasm_off = nearest(l, f, func, off - 1);
	}
	return 0;
}
