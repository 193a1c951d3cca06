/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which host function stands behind which import.  Decided between
 * validation and compiling, from host.def alone, so that `check` in
 * userspace and a load in the kernel accept the same modules.
 */
#ifndef KW_RT_BIND_H
#define KW_RT_BIND_H

#include "../common/diag.h"
#include "../ir/build.h"
#include "../wasm/module.h"

enum kw_host {
#define KW_HOST(id, module, name, context, shape, how, arg) KW_HOST_##id,
#include "host.def"
	KW_NR_HOSTS
};

/* Stubs an embedder must have an address for: the fixed ones, then one per host function. */
#define KW_NR_STUBS	(KW_STUB_HOST + KW_NR_HOSTS)

enum kw_field {
#define KW_FIELD(name, id, text) KW_FIELD_##name = id,
#include "field.def"
};

enum kw_fs_field {
#define KW_FS_FIELD(name, id, text) KW_FS_FIELD_##name = id,
#include "fs_field.def"
};

/* What an export is that somebody calls: by what its name begins with. */
enum kw_kind {
	KW_KIND_NETFILTER, KW_KIND_XDP, KW_KIND_TC, KW_KIND_TIMER, KW_KIND_FS, KW_KIND_CALL,
	KW_NR_KINDS,		/* none of these */
};

/* The kinds that may call a host function, as bits. */
enum kw_host_context {
	KW_CTX_A  = (1 << KW_NR_KINDS) - 1,
	KW_CTX_S  = 1 << KW_KIND_NETFILTER | 1 << KW_KIND_XDP | 1 << KW_KIND_TC,
	KW_CTX_SN = 1 << KW_KIND_NETFILTER | 1 << KW_KIND_TC,
	KW_CTX_SD = 1 << KW_KIND_XDP | 1 << KW_KIND_TC,
	KW_CTX_ST = 1 << KW_KIND_TC,
	KW_CTX_P  = 1 << KW_KIND_FS | 1 << KW_KIND_CALL,
	KW_CTX_PF = 1 << KW_KIND_FS,
};

/* C prototypes of the shapes in host.def.  @i's exec field is set. */
#define KW_PROTO_I_V(fn)	u32 fn(struct kw_inst *i)
#define KW_PROTO_I_I(fn)	u32 fn(struct kw_inst *i, u32 a)
#define KW_PROTO_I_II(fn)	u32 fn(struct kw_inst *i, u32 a, u32 b)
#define KW_PROTO_I_III(fn)	u32 fn(struct kw_inst *i, u32 a, u32 b, u32 c)
#define KW_PROTO_I_IIII(fn)	u32 fn(struct kw_inst *i, u32 a, u32 b, u32 c, u32 d)
#define KW_PROTO_I_IIILI(fn)	u32 fn(struct kw_inst *i, u32 a, u32 b, u32 c, u64 d, u32 e)
#define KW_PROTO_I_LII(fn)	u32 fn(struct kw_inst *i, u64 a, u32 b, u32 c)
#define KW_PROTO_L_IIIII(fn)	u64 fn(struct kw_inst *i, u32 a, u32 b, u32 c, u32 d, u32 e)
#define KW_PROTO_L_V(fn)	u64 fn(struct kw_inst *i)
#define KW_PROTO_L_I(fn)	u64 fn(struct kw_inst *i, u32 a)
#define KW_PROTO_L_IL(fn)	u64 fn(struct kw_inst *i, u32 a, u64 b)
#define KW_PROTO_V_II(fn)	void fn(struct kw_inst *i, u32 a, u32 b)

/* x for rows of host.def that need a C function, by their how column: KW_IF_FN_##how(x) */
#define KW_IF_FN_CALL(...)	__VA_ARGS__
#define KW_IF_FN_PKT_LEN(...)
#define KW_IF_FN_PKT_ERR(...)
#define KW_IF_FN_PKT_LD(...)
#define KW_IF_FN_PKT_LD_OR(...)
#define KW_IF_FN_PKT_FIELD(...)	__VA_ARGS__

struct kw_host_info {
	char module[16];
	char name[16];
	u8 context;		/* enum kw_host_context: bit per enum kw_kind */
	u8 intrinsic;		/* enum kw_intrinsic + 1, 0: a call */
	u8 has_fn;		/* the embedder must supply a C function */
	u8 nr_params;
	u8 nr_results;
	u8 types[7];		/* params, then results: enum kw_valtype */
	u32 arg;		/* kw_binding.arg */
};

extern const struct kw_host_info kw_host_info[KW_NR_HOSTS];

/* Flags of kw_host_bind() */
#define KW_BIND_SLOTS	0x1	/* typed instances: what the host does not have comes from other instances */

/**
 * kw_host_bind() - resolve every imported function of a validated module
 * @m:     the module
 * @flags: KW_BIND_SLOTS or 0
 * @out:   [nr_imported_funcs], in index order
 * @diag:  offset of the import entry and reason; arg[0] is its place in m->imports
 *
 * Without KW_BIND_SLOTS an import of another kind than a function is refused
 * too: nobody could provide it.  A host function has no address: importing
 * one and then exporting it, or putting it into a table, is refused; so is a
 * program that calls what its kind is not offered, unless KW_BIND_SLOTS says
 * that nothing is a program (kw_offer_check()).
 *
 * Return: 0, -ENOENT not known, -EINVAL of another type, -EOPNOTSUPP, -ENOMEM, -EINTR.
 */
int kw_host_bind(const struct kw_module *m, u32 flags, struct kw_binding *out, struct kw_diag *diag);

/* What kind of program the export is, KW_NR_KINDS: none. */
enum kw_kind kw_kind_of(const struct kw_export *e);

/**
 * kw_offer_check() - does every program keep to the host functions its kind may call?
 * @m:    validated
 * @bind: [nr_imported_funcs], as kw_host_bind() fills it
 * @diag: function and offset of the call; arg[0] is the import's place in
 *        m->imports, arg[1] the program's in m->exports
 *
 * Calls are followed from each program, direct ones only.  What a
 * call_indirect reaches the table says at run time: to take every function of
 * its type for reached would refuse modules whose programs of several kinds
 * have tables of functions.  There, and in what runs once at load, such a
 * call traps or answers -EOPNOTSUPP.
 *
 * Each body is read once for each kind at most.
 * Return: 0, -EOPNOTSUPP, -ENOMEM, -EINTR.
 */
int kw_offer_check(const struct kw_module *m, const struct kw_binding *bind, struct kw_diag *diag);

#endif /* KW_RT_BIND_H */
