/* SPDX-License-Identifier: GPL-2.0 */
/* Guests assembled by hand, and the tests that run them. */
#ifndef KWASM_SELFTEST_GUEST_H
#define KWASM_SELFTEST_GUEST_H

#include <linux/types.h>

#include "../exec.h"
#include "../text.h"

#define GUEST_BYTES	256
#define GUEST_ITEMS	8

/**
 * struct guest - one function, its instance and, once published, its text
 * @trap_site: offset of the return address of a call of KW_STUB_TRAP
 */
struct guest {
	struct kw_code code;
	u8 bytes[GUEST_BYTES];
	struct kw_code_func func;
	struct kw_reloc reloc[GUEST_ITEMS];
	struct kw_fault_site fault[GUEST_ITEMS];
	struct kw_call_site site[GUEST_ITEMS];
	struct kw_inst inst;
	struct kwasm_text *text;
};

/* An empty guest; NULL without memory. */
struct guest *guest_new(enum kw_form form);
/* The text as well. */
void guest_free(struct guest *g);

void guest_put(struct guest *g, const void *bytes, u32 len);
#define GUEST(g, ...)	guest_put(g, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

void guest_put_reloc(struct guest *g, u16 kind, u32 off, u32 target);
/* What comes next is a return address; of a call of KW_STUB_TRAP with @trap. */
void guest_put_site(struct guest *g, enum kw_trap trap);
/* The next instruction may fault. */
void guest_may_fault(struct guest *g);
/* Where faults continue: last in the function, a call of KW_STUB_FAULT follows. */
void guest_landing(struct guest *g);

/* Ends the function.  Return: @g, or NULL when it cannot be published. */
struct guest *guest_published(struct guest *g);

/* kmod/arch/ has these guests; published, NULL on failure. */
struct guest *guest_const(u32 value);		/* return value */
struct guest *guest_load(u32 index);		/* return mem[index] */
struct guest *guest_loop(void);			/* for (;;); */
struct guest *guest_polled_loop(void);		/* P form: for (;;) poll */
struct guest *guest_caller(enum kw_form form, u64 stub);	/* return stub(inst) */
struct guest *guest_caller_forever(u64 stub);	/* for (;;) stub(inst) */
struct guest *guest_call_indirect(const struct guest *callee);	/* return callee() + 1, by the call template */
struct guest *guest_recursion(void);		/* calls itself while the VM stack lasts */
struct guest *guest_floats(void);		/* overwrites all vector registers; returns how floats are rounded */

/* And these: all vector registers and the word that says how floats are rounded. */
void registers_set(const u64 *from, u32 control);
u32 registers_get(u64 *to);
/* May kernel code write there? */
bool is_writable(unsigned long addr);

/* One S or P execution of @g; -errno when refused, else the trap. */
int guest_run(struct guest *g, u64 deadline_ns, u32 *result);

/* Print @what when @ok is false. Return: @ok. */
bool expect(bool ok, const char *what);
bool expect_eq(u64 got, u64 want, const char *what);

/* The tests: true when passed. */
bool test_templates(void);
bool test_publish(void);
bool test_rewrite(void);
bool test_not_writable(void);
bool test_no_probes(void);
bool test_arena_full(void);
bool test_fault_process(void);
bool test_fault_softirq(void);
bool test_fault_while_loading(void);
bool test_loop_process(void);
bool test_loop_softirq(void);
bool test_loop_in_host_function(void);
bool test_loop_polled(void);
bool test_recursion(void);
bool test_refused_contexts(void);
bool test_refused_nested(void);
bool test_hotplug(void);
bool test_stack_room(void);
void measure_call(void);
bool test_fpu_interrupted(void);
bool test_fpu_host_function(void);
bool test_memory_guard(void);
bool test_memory_grow_in_softirq(void);
bool test_memory_reuse(void);
bool test_memory_unguarded(void);

#endif /* KWASM_SELFTEST_GUEST_H */
