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

/* Place of the last site before @off, or of the body: for a pc that is no site itself. */
static u32 nearest(const struct kw_linked *l, const struct kw_code_func *f, u32 func, u32 off)
{
	const struct kw_code *c = l->code;
	u32 best_off = f->off, place = kw_place(l->module->funcs[func].body_off, 0), i;

	for (i = f->site; i < f->site + f->nr_sites; i++) {
		if (c->site[i].off <= off && c->site[i].off >= best_off &&
		    c->site[i].trap == KW_TRAP_NONE) {
			best_off = c->site[i].off;
			place = c->site[i].wasm_off;
		}
	}
	for (i = f->fault; i < f->fault + f->nr_faults; i++) {
		if (c->fault[i].off <= off && c->fault[i].off >= best_off) {
			best_off = c->fault[i].off;
			place = c->fault[i].wasm_off;
		}
	}
	return place;
}

/* The function whose body holds byte @off of the module; bodies lie there in order. */
static u32 func_at(const struct kw_module *m, u32 off)
{
	u32 lo = m->nr_imported_funcs, hi = m->nr_funcs;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (m->funcs[mid].body_off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void set_place(const struct kw_linked *l, struct kw_where *w, u32 place)
{
	w->wasm_off = kw_place_off(place);
	w->inlined = kw_place_inlined(place);
	w->func = w->inlined ? func_at(l->module, w->wasm_off) : w->compiled;
}

int kw_linked_where(const struct kw_linked *l, u64 pc, u32 site, struct kw_where *out)
{
	const struct kw_code *c = l->code;
	u64 off = pc - (u64)(unsigned long)l->text;
	const struct kw_code_func *f;
	const struct kw_call_site *s = NULL;

	if (!off || off > c->len)
		return -ENOENT;
	/* A return address may lie right behind its function: what counts is the byte before. */
	f = kw_code_find_func(c, off - 1);
	if (!f)
		return -ENOENT;
	if (site == KW_NO_INDEX)
		s = kw_code_find_site(c, f, off);
	out->compiled = l->module->nr_imported_funcs + (u32)(f - c->func);
	out->trap = KW_TRAP_NONE;
	if (site != KW_NO_INDEX) {
		if (site >= f->nr_faults)
			return -ENOENT;
		set_place(l, out, c->fault[f->fault + site].wasm_off);
		out->trap = KW_TRAP_MEM_OOB;
	} else if (s) {
		set_place(l, out, s->wasm_off);
		out->trap = s->trap;
	} else {
		set_place(l, out, nearest(l, f, out->compiled, off - 1));
	}
	return 0;
}

bool kw_linked_caller(const struct kw_linked *l, struct kw_where *w)
{
	const struct kw_code *c = l->code;

	if (!w->inlined)
		return false;
	set_place(l, w, c->inlined[c->func[w->compiled - l->module->nr_imported_funcs].inlined + w->inlined - 1]);
	w->trap = KW_TRAP_NONE;
	return true;
}
