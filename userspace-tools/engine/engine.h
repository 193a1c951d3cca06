/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The engine without a kernel: the same jit/, in this process.  One engine is
 * one store, one VM stack and the modules linked into it; it serves one
 * thread at a time.
 *
 *	struct kwasm_engine *e = kwasm_engine__new(&opts);
 *
 *	err = kwasm_engine__load(e, bytes, len, 0, &m, &diag);
 *	err = kwasm_engine__instantiate(e, m, NULL, &inst, &trap, &diag);
 *	err = kwasm_engine__run_packet(e, inst, func, &pkt, &verdict, &trap);
 *	kwasm_engine__free(e);
 *
 * Functions return 0 or -errno; -EFAULT is a trap, and then @trap is filled.
 */
#ifndef KWASM_ENGINE_H
#define KWASM_ENGINE_H

#include <linux/kwasm.h>

#include "compile.h"
#include "rt/bind.h"
#include "rt/rt.h"

struct kwasm_engine;
struct kwasm_engine_module;

/* Returns, indirect calls and jumps, and their targets, as the kernel's mitigations want them. */
enum kwasm_engine_kernel_form {
	KWASM_ENGINE_KERNEL_NONE,	/* as userspace has them */
	KWASM_ENGINE_KERNEL_BARE,	/* IBT, no thunks: a CPU with enhanced IBRS */
	KWASM_ENGINE_KERNEL_RETPOLINE,	/* IBT, retpolines, a return thunk, no jump tables */
};

/**
 * struct kwasm_engine_opts - how to compile and run; all zero is good for packet programs
 * @mode:        enum kw_mode
 * @form:        enum kw_form
 * @features:    KW_FEATURE_* the validator lets pass
 * @opt_off:     enum kw_opt: optimisations to leave out, see kwasm_engine__env_opt()
 * @kernel_form: enum kwasm_engine_kernel_form: to run and measure what the kernel runs
 * @canonical_nans: arithmetic gives no NaN but the canonical one: the same bits everywhere
 * @max_memory_pages: of one memory; 0: no limit but the type's
 * @deadline_ns: of each call; 0: none
 * @peak:        NULL, or filled while compiling: see struct kw_compile_peak
 * @config, @config_len: what config_read gives
 * @event:       gets records of rings: the ring's name, enum kwasm_ring_kind, bytes; may be NULL
 * @log:         gets what the guest logs and its abort message; may be NULL
 */
struct kwasm_engine_opts {
	u8 mode;
	u8 form;
	u8 kernel_form;
	u32 features;
	u32 opt_off;
	bool canonical_nans;
	u32 max_memory_pages;
	u64 deadline_ns;
	struct kw_compile_peak *peak;
	const void *config;
	u32 config_len;
	void (*event)(void *priv, const char *ring, u32 kind, const void *p, size_t len);
	void (*log)(void *priv, u32 level, const char *text, size_t len);
	void *priv;
};

/**
 * kwasm_engine__parse_opt() - names of optimisations -> kwasm_engine_opts.opt_off
 * @text:    "-gvn,-dce": these two are left out; "-all,+gvn": all but one.  Names: opt.def.
 * @opt_off: out
 * @why:     out: on an error the names there are
 *
 * Return: 0, -EINVAL.
 */
int kwasm_engine__parse_opt(const char *text, u32 *opt_off, char *why, size_t why_bytes);

/* The same for what the environment has in KW_OPT; without it @opt_off stays as it is. */
int kwasm_engine__env_opt(u32 *opt_off, char *why, size_t why_bytes);

struct kwasm_engine *kwasm_engine__new(const struct kwasm_engine_opts *opts);

/* Frees every instance and module, too. */
void kwasm_engine__free(struct kwasm_engine *e);

/* Flags of kwasm_engine__load() */
#define KWASM_ENGINE_TYPED	0x1	/* what the host does not have is imported from other instances */
#define KWASM_ENGINE_NO_BIND	0x2	/* imports need not resolve; compile only, never instantiate */
#define KWASM_ENGINE_NO_CODE	0x4	/* stop before compiling */

/**
 * kwasm_engine__load() - decode, validate, bind, compile and link a module
 * @bytes: copied
 * @diag:  out: offset and reason of a refusal
 *
 * Return: 0, -ENOEXEC malformed, -EINVAL invalid, -EOPNOTSUPP, -ENOENT import,
 * -E2BIG, -ENOMEM.
 */
int kwasm_engine__load(struct kwasm_engine *e, const void *bytes, size_t len, u32 flags,
		       struct kwasm_engine_module **out, struct kw_diag *diag);

/* Frees a module that has no instance; with instances leave it to kwasm_engine__free(). */
void kwasm_engine_module__free(struct kwasm_engine_module *m);

struct kwasm_engine_times {
	u64 decode_ns;
	u64 validate_ns;
	u64 compile_ns;		/* linking included */
	u64 peak_bytes;
};

const struct kw_module *kwasm_engine_module__module(const struct kwasm_engine_module *m);
const struct kw_code *kwasm_engine_module__code(const struct kwasm_engine_module *m);
const struct kwasm_engine_times *kwasm_engine_module__times(const struct kwasm_engine_module *m);

/**
 * kwasm_engine__instantiate() - make an instance and run its start function
 * @imports: [nr_imports], see kw_instance_new(); NULL when the host has all
 */
int kwasm_engine__instantiate(struct kwasm_engine *e, const struct kwasm_engine_module *m,
			      const struct kw_extern_ref *imports, struct kw_instance **out,
			      struct kwasm_trap_info *trap, struct kw_diag *diag);

/**
 * kwasm_engine__call() - call a function of an instance
 * @func: index in its module
 * @val:  arguments in, results out; max of both long
 */
int kwasm_engine__call(struct kwasm_engine *e, struct kw_instance *inst, u32 func,
		       struct kw_value *val, struct kwasm_trap_info *trap);

/**
 * struct kwasm_engine_packet - a packet as a hook hands it to a program
 * @data, @len: all of it, from the hook's first header; stores write here
 * @linear:     how much is read in place; the rest takes the slow path
 * @field:      by enum kw_field
 * @is_short:   out: a load fell short and the program never asked
 */
struct kwasm_engine_packet {
	u8 *data;
	u32 len, linear;
	u64 field[KW_NR_FIELDS];
	bool is_short;
};

/**
 * kwasm_engine__run_packet() - run a packet program, of type () -> i32
 * @verdict: out: what it returned, unchecked
 */
int kwasm_engine__run_packet(struct kwasm_engine *e, struct kw_instance *inst, u32 func,
			     struct kwasm_engine_packet *pkt, u32 *verdict,
			     struct kwasm_trap_info *trap);

#endif /* KWASM_ENGINE_H */
