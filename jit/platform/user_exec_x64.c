// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Guest code in a process on x86-64: registers in a signal, stubs, the walk over return addresses. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <ucontext.h>

#include "user_arch.h"
#include "../isa/isa.h"

/* user_x64.S knows these offsets. */
static_assert(offsetof(struct kw_exec, sp) == 0, "user_x64.S");
static_assert(offsetof(struct kw_exec, flag) == 8, "user_x64.S");
static_assert(offsetof(struct kw_inst, mem_base) == 0, "user_x64.S");
static_assert(offsetof(struct kw_inst, exec) == 24, "user_x64.S");
static_assert(sizeof(struct kw_pkt_slow) == 16, "user_x64.S");
static_assert(KW_STACK_LOG2 == 20 && KW_ENTRY_FRAME == KW_STACK_BYTES - 16, "user_x64.S");

const struct kw_isa *const kw_user_isa = &kw_isa_x64;

/* Low, where a kw_cf_template can lead to thunks beside it. */
const int kw_user_map_flags = MAP_32BIT;

void kw_user_trapped(struct kw_exec *x, const u64 *sp, u32 site, bool async);

u64 kw_user_context_pc(const void *ctx)
{
	return ((const ucontext_t *)ctx)->uc_mcontext.gregs[REG_RIP];
}

void kw_user_context_goto(void *ctx, void (*to)(void))
{
	((ucontext_t *)ctx)->uc_mcontext.gregs[REG_RIP] = (greg_t)to;
}

void kw_user_context_fixup(void *ctx, const u8 *to, u32 value)
{
	greg_t *reg = ((ucontext_t *)ctx)->uc_mcontext.gregs;

	reg[REG_RAX] = value;
	reg[REG_RIP] = (greg_t)to;
}

/* push r10; movabs r10, fn; jmp [rip + 0]; .quad target */
void kw_user_put_stub(u8 *p, u32 stub, void *fn, void (*target)(void))
{
	static const u8 code[] = { 0x41, 0x52, 0x49, 0xba, 0, 0, 0, 0, 0, 0, 0, 0,
				   0xff, 0x25, 0, 0, 0, 0 };
	static const u8 nop2[] = { 0x66, 0x90 };

	memset(p, 0xcc, KW_USER_STUB_BYTES);
	memcpy(p, code, sizeof(code));
	memcpy(p + 4, &fn, 8);
	memcpy(p + sizeof(code), &target, 8);
	if (stub != KW_STUB_PKT_SLOW)
		memcpy(p, nop2, sizeof(nop2));
}

/*
 * Called by the trap stubs on the stack as the guest left it: @sp points at
 * the return addresses, the first of which names the trap unless a signal
 * brought us here.
 */
void kw_user_trapped(struct kw_exec *x, const u64 *sp, u32 site, bool async)
{
	if (!async)
		x->trap_pc = *sp++;
	kw_user_note_trap(x, site);
	for (x->nr_bt = 0; x->nr_bt < KW_BACKTRACE_MAX && sp < (const u64 *)x->sp; sp++)
		x->bt[x->nr_bt++] = *sp;
}
