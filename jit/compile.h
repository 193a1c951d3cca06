/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From a validated module to a code object. */
#ifndef KW_COMPILE_H
#define KW_COMPILE_H

#include "code/code.h"
#include "ir/build.h"
#include "isa/isa.h"
#include "wasm/module.h"

/**
 * struct kw_compile_peak - the function that took most memory for its size
 * @min_body_bytes: in: of functions at least as large as that
 * @bytes:          out: held at once, by itself: nothing is kept from the function before
 * @body_bytes:     out: its size; 0: there is no such function
 */
struct kw_compile_peak {
	u32 min_body_bytes;
	u32 func;
	u64 bytes;
	u32 body_bytes;
};

struct kw_compile_opts {
	u8 mode;		/* enum kw_mode */
	u8 form;		/* enum kw_form */
	u32 opt_off;		/* enum kw_opt: what is left out; see KW_OPT_CLAMP */
	bool canonical_nans;	/* deterministic: arithmetic gives no NaN but the canonical one */
	const u32 *sig_ids;	/* [nr_types] canonical ids, never 0 */
	const struct kw_binding *bind;	/* [nr_imported_funcs]; NULL: all KW_BIND_SLOT */
	const struct kw_isa *isa;
	const struct kw_isa_env *env;	/* NULL: plain userspace form */
	u64 budget_bytes;	/* for a function, or the small ones compiled with it */
	struct kw_compile_peak *peak;	/* NULL, or to be measured, which takes time: each function is compiled alone */
};

/* KW_FEATURE_* that every stage of the pipeline handles; validation refuses the others by name. */
#define KW_COMPILE_FEATURES	KW_FEATURES_ALL

/**
 * kw_compile() - compile every function of a validated module
 * @m:    passed kw_module_validate()
 * @o:    how
 * @code: the code object; free with kw_code_free()
 * @diag: function and reason on a refusal
 *
 * One function at a time, small ones a few at a time; memory is bounded for these,
 * kw_checkpoint() between.
 * Context: process context, may sleep; less than 1 KiB of stack a frame.
 * Return: 0, -ENOMEM, -E2BIG, -EINTR, -EOPNOTSUPP.
 */
int kw_compile(const struct kw_module *m, const struct kw_compile_opts *o,
	       struct kw_code **code, struct kw_diag *diag);

#endif /* KW_COMPILE_H */
