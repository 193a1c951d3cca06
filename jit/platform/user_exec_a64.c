// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Guest code in a process on arm64: registers in a signal, stubs, the walk over VM frames. */
#define _GNU_SOURCE
#include <ucontext.h>

#include "user_arch.h"
#include "../code/code.h"
#include "../isa/isa.h"

/* user_a64.S knows these offsets. */
static_assert(offsetof(struct kw_exec, sp) == 0, "user_a64.S");
static_assert(offsetof(struct kw_exec, flag) == 8, "user_a64.S");
static_assert(offsetof(struct kw_inst, mem_base) == 0, "user_a64.S");
static_assert(offsetof(struct kw_inst, exec) == 24, "user_a64.S");
static_assert(sizeof(struct kw_pkt_slow) == 16, "user_a64.S");
static_assert(KW_STACK_LOG2 == 20 && KW_ENTRY_FRAME == KW_STACK_BYTES - 16, "user_a64.S");

#define REG_SITE	16	/* what KW_STUB_FAULT gets */

const struct kw_isa *const kw_user_isa = &kw_isa_a64;
const int kw_user_map_flags;	/* anywhere: a text has its stubs beside it */

void kw_user_trapped(struct kw_exec *x, u64 fp, u64 pc, u64 link, u32 site, bool async);

u64 kw_user_context_pc(const void *ctx)
{
	return ((const ucontext_t *)ctx)->uc_mcontext.pc;
}

void kw_user_context_goto(void *ctx, void (*to)(void))
{
	((ucontext_t *)ctx)->uc_mcontext.pc = (u64)to;
}

void kw_user_context_fixup(void *ctx, const u8 *to, u32 value)
{
	mcontext_t *m = &((ucontext_t *)ctx)->uc_mcontext;

	m->regs[REG_SITE] = value;
	m->pc = (u64)to;
}

/* ldr x16, fn; ldr x15 or x17, target; br: only helpers may lose x17, only traps x15. */
void kw_user_put_stub(u8 *p, u32 stub, void *fn, void (*target)(void))
{
	static const u32 call[] = { 0x58000090, 0x580000b1, 0xd61f0220 };
	static const u32 trap[] = { 0xd503201f, 0x580000af, 0xd61f01e0 };

	memset(p, 0, KW_USER_STUB_BYTES);
	memcpy(p, stub < KW_STUB_PKT_SLOW ? trap : call, sizeof(call));
	memcpy(p + 16, &fn, 8);
	memcpy(p + 24, &target, 8);
}

static const struct kw_code_func *func_at(u64 pc, const struct kw_call_site **site)
{
	const struct kw_user_text *t = kw_user_find_text(pc - 1);
	const struct kw_code_func *f;

	if (!t || !t->object)
		return NULL;
	f = kw_code_find_func(t->object, pc - 1 - (u64)t->code);
	*site = f ? kw_code_find_site(t->object, f, pc - (u64)t->code) : NULL;
	return f;
}

/* What returns to where: from frame to frame, as far as they are functions of ours within the stack. */
static void walk(struct kw_exec *x, u64 fp, u64 pc, u64 link)
{
	const struct kw_call_site *site;
	const struct kw_code_func *f = func_at(pc, &site);
	u64 end = (u64)x + KW_STACK_BYTES;

	/* A function that found the stack too short has no frame yet. */
	if (f && site && site->trap == KW_TRAP_STACK) {
		x->bt[x->nr_bt++] = link;
		f = func_at(link, &site);
	} else if (f && site && site->trap == KW_TRAP_NONE && !f->link_off) {
		/* What a leaf calls comes back: its return address waits below its frame. */
		fp += 16;
	}
	while (f && x->nr_bt < KW_BACKTRACE_MAX && fp >= (u64)x && fp + f->frame_bytes <= end) {
		if (f->link_off)
			link = *(const u64 *)(fp + f->link_off);
		else if (x->nr_bt)
			break;		/* a leaf calls nobody */
		fp += f->frame_bytes;
		x->bt[x->nr_bt++] = link;
		f = func_at(link, &site);
	}
}

/*
 * Called by the trap stubs: @pc is behind the call of the stub, unless a signal
 * brought us here; @link is where a leaf would return to.
 */
void kw_user_trapped(struct kw_exec *x, u64 fp, u64 pc, u64 link, u32 site, bool async)
{
	if (!async)
		x->trap_pc = pc;
	kw_user_note_trap(x, site);
	x->nr_bt = 0;
	walk(x, fp, x->trap_pc, link);
}
