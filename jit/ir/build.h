/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KW_IR_BUILD_H
#define KW_IR_BUILD_H

#include "../wasm/body.h"
#include "ir.h"

/*
 * How an imported function is called.  Decided before compiling, by name and
 * type, so that host functions become direct calls or inline code.
 */
enum kw_bind {
	KW_BIND_SLOT,		/* through kw_inst's import slot: another instance's function */
	KW_BIND_HOST,		/* direct call of C through stub .index (enum kw_stub) */
	KW_BIND_INTRINSIC,	/* expanded in place: .index is enum kw_intrinsic */
};

enum kw_intrinsic {
	KW_INTR_PKT_LEN,	/* () -> i32 */
	KW_INTR_PKT_ERR,	/* () -> i32: exec->pkt_short, then 0 */
	KW_INTR_PKT_LD,		/* (off) -> i32|i64: .arg = kw_mtype | KW_PKT_BE */
	KW_INTR_PKT_LD_OR,	/* (off, default) */
	KW_INTR_PKT_FIELD,	/* (id) -> i64: constant id inline, else host stub .index2 */
};
#define KW_PKT_BE	0x100	/* in kw_binding.arg */

struct kw_binding {
	u8 kind;		/* enum kw_bind */
	u8 offered;		/* to which kinds of program: rt/bind.h */
	u32 index;
	u32 arg;
	u32 index2;
};

struct kw_build_opts {
	bool check_mode;
	bool form_p;
	bool canonical_nans;	/* deterministic mode: every NaN that arithmetic makes is the canonical one */
	bool stores_may_tear;	/* a store that faults may have written its first bytes */
	const u32 *sig_ids;
	const struct kw_binding *bind;
};

/**
 * kw_ir_build() - SSA graph of one validated function
 * @f:    zeroed; @f->arena and @f->opt_off set
 * Return: 0, -ENOMEM, -E2BIG, -EINTR, -EOPNOTSUPP.
 */
int kw_ir_build(const struct kw_module *m, u32 func, const struct kw_build_opts *o,
		struct kw_irfunc *f, struct kw_diag *diag, u64 *field_mask);

/* Check every invariant of ir.h; debug builds and tests.  Return: 0 or -EINVAL with a text in @why. */
int kw_ir_verify(const struct kw_irfunc *f, char *why, size_t why_bytes);

u8 kw_ir_valtype(u8 valtype);		/* enum kw_valtype -> enum kw_irtype */

/* bits.c: how many low bits of @n's value may be set, when of each value v so many may: @bits[v * @stride]. */
u8 kw_ir_bits(const struct kw_irfunc *f, const struct kw_node *n, const u8 *bits, size_t stride);

/* Of these operations it depends on the operands' bits. */
extern const bool kw_ir_carries_bits[KW_NR_IROPS];

/* Fill node.uses. */
void kw_ir_count_uses(struct kw_irfunc *f);

/* Give back what was reserved for more than there is of a final graph; of nodes, a copy costs more. */
void kw_ir_fit(struct kw_irfunc *f);

/* Text form through @out(priv, text); a line a node. */
void kw_ir_print(const struct kw_irfunc *f, void (*out)(void *priv, const char *text), void *priv);

#endif /* KW_IR_BUILD_H */
