/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a module says of itself: custom sections kwasm.meta, UTF-8 text, one
 * declaration a line:
 *
 *	name edge-filter
 *	version 1.2.0
 *	license GPL
 *	limit memory=1M stack=16K deadline=50us
 *	on_trap drop			# accept | drop | detach
 *	x-whatever anything
 *
 * Several sections are read as one text.  '#' begins a comment.
 */
#ifndef KW_RT_META_H
#define KW_RT_META_H

#include "../common/diag.h"
#include "../wasm/module.h"

#define KW_META_NAME_LEN	64	/* with the terminating 0 */
#define KW_META_UNSET		0xffffffffu

/**
 * struct kw_meta - parsed
 * @name, @version, @license: terminated, printable ASCII; empty if not given
 * @memory_bytes: wished limit of one memory, 0 for none
 * @deadline_ns:  wished deadline of one call, 0 for none
 * @on_trap:      place in "drop accept detach", KW_META_UNSET if not given
 */
struct kw_meta {
	char name[KW_META_NAME_LEN];
	char version[KW_META_NAME_LEN];
	char license[KW_META_NAME_LEN];
	u64 memory_bytes;
	u64 deadline_ns;
	u32 on_trap;
};

/**
 * kw_meta_parse() - read every kwasm.meta section of a module
 * @m:    decoded
 * @out:  all of it is set
 * @diag: offset in the module and reason on a refusal
 *
 * Return: 0, -EINVAL not understood, -E2BIG a stack larger than there is.
 */
int kw_meta_parse(const struct kw_module *m, struct kw_meta *out, struct kw_diag *diag);

#endif /* KW_RT_META_H */
