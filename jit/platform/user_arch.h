/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Between user_exec.c and what it needs of the machine: user_exec_<isa>.c, user_<isa>.S. */
#ifndef KW_PLATFORM_USER_ARCH_H
#define KW_PLATFORM_USER_ARCH_H

#include "user_exec.h"

#define KW_USER_STUB_BYTES	32
#define KW_USER_NO_SITE		0xffffffffu

/* user_<isa>.S: into guest code, and its ways out */
u64 kw_user_enter(struct kw_exec *x, void *entry, struct kw_inst *inst, struct kw_call_frame *frame);
void kw_user_stub_trap(void);
void kw_user_stub_fault(void);
void kw_user_stub_async(void);		/* jumped to by the deadline's signal from anywhere in a guest body */
void kw_user_stub_pkt_slow(void);
void kw_user_stub_helper(void);

/* user_exec_<isa>.c: interrupted registers, @ctx: a ucontext_t */
u64 kw_user_context_pc(const void *ctx);
void kw_user_context_goto(void *ctx, void (*to)(void));
void kw_user_context_fixup(void *ctx, const u8 *to, u32 value);	/* @value where KW_STUB_FAULT wants it */

extern const int kw_user_map_flags;	/* of mmap(), for code */

/* The code of stub @stub at @p: on to @target, with C function @fn where it looks for it. */
void kw_user_put_stub(u8 *p, u32 stub, void *fn, void (*target)(void));

/* user_exec.c */
const struct kw_user_text *kw_user_find_text(u64 pc);
void kw_user_note_trap(struct kw_exec *x, u32 site);

#endif /* KW_PLATFORM_USER_ARCH_H */
