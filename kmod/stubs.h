/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that is neither C nor guest: entry, trap exits, and the stubs through
 * which guest code calls C.
 */
#ifndef KWASM_STUBS_H
#define KWASM_STUBS_H

#include "../jit/isa/isa.h"
#include "../jit/rt/bind.h"

/* C side of host.def, NULL where a row has none; indexed by enum kw_host. The hooks' part of kmod defines it. */
extern void *const kwasm_host_fn[KW_NR_HOSTS];

/* C side of KW_STUB_PKT_SLOW: a packet load that did not fit the linear part. Same owner. */
void kwasm_pkt_slow(struct kw_exec *e, struct kw_pkt_slow *p);

/* Address of every stub, indexed by enum kw_stub. */
extern u64 kwasm_stub[KW_NR_STUBS];

int kwasm_stubs_init(void);

/* entry.S */
void kwasm_stub_trap(void);
void kwasm_stub_fault(void);
void kwasm_stub_poll(void);
void kwasm_stub_pkt_slow(void);

/* A stub through which guest code may call @fn(struct kw_inst *, ...); 0 when there is no room. */
u64 kwasm_stub_make(const void *fn);

/* Control-flow templates as patched for this CPU. 0 or -EOPNOTSUPP: a form we do not know. */
int kwasm_templates_decode(struct kw_isa_env *env);

#endif /* KWASM_STUBS_H */
