/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the compiler wants of a backend.  Everything else about a machine is
 * private to isa/<x>/.
 */
#ifndef KW_ISA_ISA_H
#define KW_ISA_ISA_H

#include "../ir/ir.h"
#include "mir.h"

struct kw_code;

enum kw_mode { KW_MODE_GUARD, KW_MODE_CHECK };
enum kw_form { KW_FORM_S, KW_FORM_P };

/*
 * Control-flow sequences as this machine's mitigations want them.  Userspace
 * uses the bare instructions; the kernel clones what the module loader patched.
 * Each: up to 16 bytes; a rel32 in it points at an absolute target.
 */
struct kw_cf_template {
	u8 bytes[16];
	u8 len;
	s8 rel32_at;		/* offset of a rel32 to re-base, -1 for none */
	u64 target;
};

/*
 * kw_isa_env - what emission must know of the place the code will run in
 * @ret: function return   @call: indirect call via rax | x8
 * @indirect_targets: emit endbr64/bti at places reached by an indirect branch, and no jump tables: what they
 *         lead to would have to be such places, and a jump through a thunk costs more than a few compares
 * @fault_steps: arm64: a fault sets x16 to 0 and goes on as many instructions in front of
 *         the landing as there are sites before its own in the function: each counts one up
 * NULL for the plain userspace form.
 */
struct kw_isa_env {
	struct kw_cf_template ret, call;
	bool indirect_targets;
	bool fault_steps;
	u64 link_base;		/* about where the code will be, for reach checks; 0 unknown */
};

/**
 * struct kw_isa - one backend
 * @name:  as in the kernel's ARCH
 * @stores_may_tear: a store across the end of memory faults, but may have written
 *         the bytes before it
 * @lower: SSA graph -> machine IR with constraints; folds addresses, immediates, compares; what it can but
 *         estimate the size of may be in .tmp, until kw_lower_keep()
 * @emit:  allocated machine IR -> bytes, relocations and sites appended to @code; fills the
 *         function's kw_code_func except for .off of callees, which fixup_calls() patches
 * @emit_thunk: entry thunk for a signature: on entry rdi | x0 = inst, rsi | x1 = struct kw_call_frame *,
 *         the pinned registers of layout.h set; loads arguments, calls frame->code, stores results, returns
 * @fixup_calls: patch direct calls between functions once all have an offset
 */
struct kw_isa {
	const char *name;
	bool stores_may_tear;
	int (*lower)(const struct kw_irfunc *f, struct kw_mfunc *mf);
	int (*emit)(const struct kw_irfunc *f, struct kw_mfunc *mf, const struct kw_isa_env *env,
		    struct kw_code *code, u32 defined_index);
	int (*emit_thunk)(const u8 *params, u32 nr_params, const u8 *results, u32 nr_results,
			  const struct kw_isa_env *env, struct kw_code *code, u32 type_index);
	int (*fixup_calls)(struct kw_code *code, u32 nr_imported_funcs);
};

/**
 * kw_lower_keep() - instructions, operands and vregs, if many, go from .tmp to .arena and take just their room
 * @mf: lowered; the graph may be gone, which is what it waits for
 *
 * Return: 0, -ENOMEM.
 */
int kw_lower_keep(struct kw_mfunc *mf);

extern const struct kw_isa kw_isa_x64, kw_isa_a64;

#endif /* KW_ISA_ISA_H */
