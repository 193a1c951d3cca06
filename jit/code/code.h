/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finished machine code of one module, before it has an address: bytes,
 * relocations against stubs, and what is needed to understand a trap.  One
 * object serves every instance of the module.
 */
#ifndef KW_CODE_CODE_H
#define KW_CODE_CODE_H

#include "../common/arena.h"
#include "../common/layout.h"
#include "../common/place.h"

enum kw_reloc_kind {
	KW_RELOC_REL32,		/* x86-64: s32 at off, relative to off + 4, target a stub */
	KW_RELOC_ABS64,		/* u64 at off: base address of the code object + addend: switch tables */
	KW_RELOC_CALL26,	/* arm64: bl at off, target a stub */
	KW_RELOC_REL32_TOP,	/* x86-64: as REL32, target an address that sign extension makes of its low half:
				 * kernel text, where a kw_cf_template points */
	KW_RELOC_FUNC,		/* target: function index; gone after kw_isa.fixup_calls() */
};

struct kw_reloc {
	u32 off;		/* in the code object */
	u16 kind;		/* enum kw_reloc_kind */
	u16 pad;
	u32 target;		/* enum kw_stub, or for ABS64 the addend */
};

/* A memory access that may fault; the index within its function is what KW_STUB_FAULT gets. */
struct kw_fault_site {
	u32 off;		/* of the instruction, in the code object */
	u32 wasm_off;		/* a kw_place() */
};

/* An address at which a call returns: a trap's or a real one's. */
struct kw_call_site {
	u32 off;		/* return address, in the code object */
	u32 wasm_off;		/* a kw_place() */
	u32 trap;		/* enum kw_trap; KW_TRAP_NONE: an ordinary call */
};

struct kw_code_func {
	u32 off, len;		/* in the code object; entry point is off */
	u32 frame_bytes;
	u32 link_off;		/* arm64: of the return address in its frame, 0: it is in x30 */
	u32 landing_off;	/* fixup of its fault sites */
	u32 fault, nr_faults;	/* in code.fault, sorted by off */
	u32 site, nr_sites;	/* in code.site, sorted by off */
	u32 inlined;		/* start in code.inlined: number 1 of the places of its sites */
};

struct kw_code {
	u8 *bytes;
	u32 len, cap;
	u32 nr_funcs;		/* defined functions, in module order (imports left out) */
	struct kw_code_func *func;
	struct kw_reloc *reloc;
	u32 nr_relocs, cap_relocs;
	struct kw_fault_site *fault;
	u32 nr_faults, cap_faults;
	struct kw_call_site *site;
	u32 nr_sites, cap_sites;
	u32 *inlined;		/* kw_place() of each inlined call */
	u32 nr_inlined, cap_inlined;
	u32 nr_thunks;
	u32 *thunk_off;		/* entry thunk of each type of the module, in the code object; see isa.h */
	u32 body_len;		/* functions: [0, body_len); thunks behind it: no runaway can be there */
	u64 field_mask;		/* packet fields the code reads by a plain load */
	u8 mode, form;		/* enum kw_mode, enum kw_form */
	bool uses_float;
	u64 peak_bytes;		/* most compile memory held at once */
};

struct kw_code *kw_code_new(u32 nr_funcs, u32 nr_thunks);

void kw_code_free(struct kw_code *c);

/* Make room for @bytes more behind .len; .bytes may move.  Return: 0, -ENOMEM, -E2BIG. */
int kw_code_reserve(struct kw_code *c, u32 bytes);

/* Append one element.  Return: 0, -ENOMEM, -E2BIG. */
int kw_code_add_reloc(struct kw_code *c, u32 off, enum kw_reloc_kind kind, u32 target);
int kw_code_add_fault(struct kw_code *c, u32 off, u32 wasm_off);
int kw_code_add_site(struct kw_code *c, u32 off, u32 wasm_off, u32 trap);
int kw_code_add_inlined(struct kw_code *c, u32 place);

/**
 * kw_code_relocate() - apply relocations to a copy of the code
 * @c:     the object
 * @dst:   c->len bytes, already holding c->bytes
 * @addr:  where @dst will be executed
 * @stubs: addresses, indexed by enum kw_stub
 *
 * Return: 0, or -ERANGE when a stub is out of reach.
 */
int kw_code_relocate(const struct kw_code *c, u8 *dst, u64 addr, const u64 *stubs);

/* Function that holds code offset @off, or NULL (thunk, padding). */
const struct kw_code_func *kw_code_find_func(const struct kw_code *c, u32 off);

/* Fault site at @off within @f, or NULL. */
const struct kw_fault_site *kw_code_find_fault(const struct kw_code *c, const struct kw_code_func *f, u32 off);

/* Call site whose return address is @off within @f, or NULL. */
const struct kw_call_site *kw_code_find_site(const struct kw_code *c, const struct kw_code_func *f, u32 off);

#endif /* KW_CODE_CODE_H */
