/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Bytes that mean nothing in WebAssembly 2.0 but something later: so that a
 * module made by a newer compiler is refused with what to switch off there.
 */
#ifndef KW_WASM_NEWER_H
#define KW_WASM_NEWER_H

#include "../common/diag.h"

/* An opcode without a prefix, or a prefix. */
enum kw_newer kw_newer_opcode(u8 byte);

/* Where a value type, reference type or block type is expected. */
enum kw_newer kw_newer_type(u8 byte);

/* Where a function type starts. */
enum kw_newer kw_newer_type_form(u8 byte);

/* Flags of limits. */
enum kw_newer kw_newer_limits(u8 flags);

#endif /* KW_WASM_NEWER_H */
