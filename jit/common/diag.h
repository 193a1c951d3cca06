/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Why a module was refused: numbers only, so that the kernel can pass them on
 * as they are; the text is made by kw_diag_format() in userspace.
 */
#ifndef KW_COMMON_DIAG_H
#define KW_COMMON_DIAG_H

#include "../platform.h"

enum kw_reason {
	KW_R_NONE,
#define KW_REASON(name, errno_, text) KW_R_##name,
#include "reason.def"
	KW_NR_REASONS
};

/* What is recognized of later versions, to be refused by name: argument of KW_R_NEWER. */
enum kw_newer {
	KW_NEWER_NONE,
	KW_NEWER_EXCEPTIONS,
	KW_NEWER_TAIL_CALLS,
	KW_NEWER_TYPED_REFS,
	KW_NEWER_GC,
	KW_NEWER_THREADS,
	KW_NEWER_MEMORY64,
	KW_NEWER_RELAXED_SIMD,
	KW_NR_NEWER
};

#define KW_DIAG_NO_FUNC	0xffffffffu

/**
 * struct kw_diag - the first thing found wrong
 * @reason: enum kw_reason, a row of reason.def
 * @op:     enum kw_wasm_op + 1 of the instruction at fault, 0 for none
 * @offset: byte offset in the module
 * @func:   function index (imports counted), or KW_DIAG_NO_FUNC
 * @arg:    what the reason's text wants: types, limits, indices
 */
struct kw_diag {
	u16 reason;
	u16 op;
	u32 offset;
	u32 func;
	u32 pad;
	u64 arg[2];
};

static inline void kw_diag_init(struct kw_diag *d)
{
	*d = (struct kw_diag){ .func = KW_DIAG_NO_FUNC };
}

/* Note @reason unless one is noted already.  Return: -errno of the reason's row. */
int kw_reject(struct kw_diag *d, u32 offset, enum kw_reason reason, u64 arg0, u64 arg1);

/* The same inside function @func. */
int kw_reject_in(struct kw_diag *d, u32 func, u32 offset, enum kw_reason reason, u64 arg0, u64 arg1);

/* Note the instruction at fault, enum kw_wasm_op, unless one is noted already. */
void kw_diag_note_op(struct kw_diag *d, u32 op);

int kw_reason_errno(enum kw_reason r);

/* Is arg[0] of the reason's text the number of an import? */
static inline bool kw_reason_of_import(u32 r)
{
	return r == KW_R_UNKNOWN_IMPORT || r == KW_R_INCOMPATIBLE_IMPORT || r == KW_R_HOST_FUNCREF ||
	       r == KW_R_NOT_OFFERED;
}

/* Is it about a map or ring the module was given, which the offset's line of kwasm.meta declares? */
static inline bool kw_reason_of_map(u32 r)
{
	return (r >= KW_R_MAP_FD && r <= KW_R_MAP_ACCESS) || r == KW_R_RING_FD || r == KW_R_RING_BYTES;
}

/* "type mismatch: expected i32, found i64"; always terminated.  Return: length. */
size_t kw_diag_format(const struct kw_diag *d, char *buf, size_t bytes);

#endif /* KW_COMMON_DIAG_H */
