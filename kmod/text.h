/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Executable memory: an arena inside this module's own text.
 *
 * A code object goes in, a struct kwasm_text at a fixed address comes out.
 * The module loader made the arena's pages read-only and executable, here and
 * in the direct map; we write through a mapping that lives only while a write
 * lasts.  Whatever is not code traps: KWASM_NO_CODE.
 */
#ifndef KWASM_TEXT_H
#define KWASM_TEXT_H

#include <linux/list.h>
#include <linux/types.h>

#include "../jit/code/code.h"
#include "../jit/isa/isa.h"

/**
 * struct kwasm_text - a code object that has an address
 * @addr:  first byte; functions are [addr, addr + code->body_len)
 * @len, @body_len: code's
 * @page, @nr_pages: its place in the arena; pages are never shared
 * @code:  what it was made from: fault sites and call sites are read from there
 * @owner: the caller's
 * @dead:  entry in the list of texts that wait for their grace period
 */
struct kwasm_text {
	u8 *addr;
	u32 len, body_len;
	u32 page, nr_pages;
	const struct kw_code *code;
	void *owner;
	struct list_head dead;
};

/**
 * struct kwasm_text_stats - how full the arena is
 * @bytes:            size of the arena
 * @used_bytes:       of it in use, those that wait for a grace period included
 * @fault_sites:      room for memory accesses that may fault
 * @fault_sites_used: of it in use
 */
struct kwasm_text_stats {
	u64 bytes;
	u64 used_bytes;
	u64 fault_sites;
	u64 fault_sites_used;
};

/* How code must be compiled to run here: mitigations as the module loader patched them. */
const struct kw_isa_env *kwasm_text_env(void);

/**
 * kwasm_text_publish() - make a code object executable
 * @code:  compiled with kwasm_text_env(); must outlive the text
 * @owner: kept for kwasm_text_find()
 * @out:   the text
 *
 * On return every CPU can run it and its faults are recovered.
 * Context: process context, sleeps (mutex, TLB flush, RCU).
 * Return: 0, -ENOSPC no room in the arena or in the fault table (see
 * kwasm_text_stats()), -ENOMEM, -EINTR, -ERANGE.
 */
int kwasm_text_publish(const struct kw_code *code, void *owner, struct kwasm_text **out);

/**
 * kwasm_text_free() - take code out of the arena
 * @t: from kwasm_text_publish(), or NULL; no guest may be running in it or come to
 *
 * Returns at once; @t->code and @t->owner are not looked at any more.  The
 * bytes are overwritten and the room is reused after an RCU and an SRCU grace
 * period.
 * Context: process context.
 */
void kwasm_text_free(struct kwasm_text *t);

/**
 * kwasm_text_find() - the text that holds @pc
 *
 * Context: any, hard irq included.  The result may be used within the RCU or
 * execution section of the caller.
 * Return: the text or NULL.
 */
struct kwasm_text *kwasm_text_find(u64 pc);

/* Is @pc in a guest function: not in a thunk, a stub or a hole?  Context: any. */
bool kwasm_text_is_body(u64 pc);

void kwasm_text_stats(struct kwasm_text_stats *st);

int kwasm_text_init(void);
void kwasm_text_exit(void);

/* For the other files of kmod/ that put code into the arena or look at its bounds. */

u8 *kwasm_arena_start(void);
u8 *kwasm_arena_end(void);

/*
 * Room in the arena's first page, which holds stubs and is never given back;
 * NULL when full.  Before anything else is published, or not concurrently.
 */
void *kwasm_text_stub_reserve(u32 bytes);
int kwasm_text_stub_write(void *at, const void *bytes, u32 len);

/**
 * kwasm_text_jump_stub() - make a place that may be called indirectly and jumps to @target
 *
 * Unexported kernel functions have no (or a sealed) endbr, so an indirect call
 * to them ends in #CP where IBT is on.
 * Return: the stub's address, or NULL when there is no more room.
 */
void *kwasm_text_jump_stub(const void *target);

#endif /* KWASM_TEXT_H */
