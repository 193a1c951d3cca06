// SPDX-License-Identifier: GPL-2.0
/* What returns to where, from VM frame to VM frame. */
#include "../../text.h"
#include "arch.h"

/* The function that the instruction before @pc belongs to, and the call there if it is one. */
static const struct kw_code_func *func_at(u64 pc, const struct kw_call_site **site)
{
	const struct kwasm_text *t = kwasm_text_find(pc - 1);
	const struct kw_code_func *f = t ? kw_code_find_func(t->code, pc - 1 - (u64)t->addr) : NULL;

	*site = f ? kw_code_find_site(t->code, f, pc - (u64)t->addr) : NULL;
	return f;
}

/* As far as return addresses are ours and frames within the stack. */
void kwasm_arch_backtrace(struct kw_exec *e)
{
	u64 fp = e->bt[KWASM_TRAP_FRAME], link = e->bt[KWASM_TRAP_LINK];
	u64 end = (u64)e + KW_STACK_BYTES;
	const struct kw_call_site *site;
	const struct kw_code_func *f = func_at(e->trap_pc, &site);

	/* A function that found the stack too short has no frame yet. */
	if (f && site && site->trap == KW_TRAP_STACK) {
		f = func_at(link, &site);
		if (f)
			e->bt[e->nr_bt++] = link;
	} else if (f && site && site->trap == KW_TRAP_NONE && !f->link_off) {
		/* What a leaf calls comes back: its return address waits below its frame. */
		fp += 16;
	}
	while (f && e->nr_bt < KW_BACKTRACE_MAX && fp >= (u64)e && fp + f->frame_bytes <= end) {
		if (f->link_off)
			link = *(const u64 *)(fp + f->link_off);
		else if (e->nr_bt)
			break;		/* a leaf calls nobody */
		fp += f->frame_bytes;
		f = func_at(link, &site);
		if (!f)
			break;
		e->bt[e->nr_bt++] = link;
	}
}
