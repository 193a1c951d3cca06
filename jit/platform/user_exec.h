/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Running guest code in a process: what kmod/ has the arena, the fault table
 * and the watchdog for.  Code gets a mapping of its own that begins with its
 * stubs; SIGSEGV plays the kernel's exception table, SIGALRM the watchdog.
 */
#ifndef KW_PLATFORM_USER_EXEC_H
#define KW_PLATFORM_USER_EXEC_H

#include "../common/layout.h"

struct kw_code;
struct kw_isa;
struct kw_isa_env;

/* The backend for the machine this process runs on. */
extern const struct kw_isa *const kw_user_isa;

/**
 * kw_user_form_new() - what emission needs to make code as the kernel gets it
 * @bare_branches: as for a CPU that needs no thunks, where there is a choice
 * @thunks: what the code then jumps through, perhaps NULL; give it to kw_user_form_free()
 *          when the code is gone
 * Return: 0 or -ENOMEM.
 */
int kw_user_form_new(bool bare_branches, struct kw_isa_env *env, u8 **thunks);
void kw_user_form_free(u8 *thunks);

/**
 * struct kw_user_text - code with an address
 * @code:  @len bytes, writable until kw_user_text_publish()
 * @stub:  [nr_stubs] addresses within reach of @code, indexed by enum kw_stub
 * @body_len: a pc in [code, code + body_len) may be sent to the trap stub at any instruction
 * @async: the deadline ends guest bodies that way (S form); else it only sets exec->flag
 * @object: what @code was made of, kept by reference: where it may fault, and for backtraces its
 *          frames; NULL: it does not, and there are none
 */
struct kw_user_text {
	u8 *map;
	size_t map_bytes;
	u8 *code;
	u32 len, body_len;
	u64 *stub;
	bool async;
	const struct kw_code *object;
	struct kw_user_text *next;
};

/**
 * kw_user_text_alloc() - a writable mapping for @len bytes of code, and its stubs
 * @fn: [nr_stubs] C functions; used from KW_STUB_PKT_SLOW on, NULL where nothing calls them
 * Return: 0 or -ENOMEM.
 */
int kw_user_text_alloc(struct kw_user_text *t, u32 len, void *const *fn, u32 nr_stubs);

/* Make it executable and known to the handlers.  Return: 0 or -errno. */
int kw_user_text_publish(struct kw_user_text *t);
void kw_user_text_free(struct kw_user_text *t);

/* A VM stack with its struct kw_exec, or NULL. */
struct kw_exec *kw_user_exec_new(void);
void kw_user_exec_free(struct kw_exec *x);

/* exec->trap of a trap whose kind the call site of exec->trap_pc tells. */
#define KW_USER_TRAP_AT_SITE	KW_NR_TRAPS

/**
 * kw_user_run() - enter guest code and come back
 * @entry: a function or entry thunk
 * @frame: for a thunk, else NULL
 * @deadline_ns: from now; 0 for none
 *
 * Packet state in @x is the caller's; the rest is set up here.
 * Return: the first integer result of @entry; @x->trap tells whether it ended early.
 */
u64 kw_user_run(struct kw_exec *x, void *entry, struct kw_inst *inst,
		struct kw_call_frame *frame, u64 deadline_ns);

#endif /* KW_PLATFORM_USER_EXEC_H */
