// SPDX-License-Identifier: GPL-2.0
/* Instructions and sites -> a code object like the compiler's, small enough to be read here. */
#include <linux/err.h>
#include <linux/slab.h>

#include "../stubs.h"
#include "guest.h"

struct guest *guest_new(enum kw_form form)
{
	struct guest *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (!g)
		return NULL;
	memset(g->bytes, 0xcc, sizeof(g->bytes));
	g->code.bytes = g->bytes;
	g->code.cap = GUEST_BYTES;
	g->code.nr_funcs = 1;
	g->code.func = &g->func;
	g->code.reloc = g->reloc;
	g->code.fault = g->fault;
	g->code.site = g->site;
	g->code.form = form;
	GUEST(g, 0xf3, 0x0f, 0x1e, 0xfa);			/* endbr64 */
	return g;
}

void guest_free(struct guest *g)
{
	if (!g)
		return;
	kwasm_text_free(g->text);
	kfree(g);
}

void guest_put(struct guest *g, const void *bytes, u32 len)
{
	if (WARN_ON(g->code.len + len > GUEST_BYTES))
		return;
	memcpy(g->bytes + g->code.len, bytes, len);
	g->code.len += len;
}

static void put_reloc(struct guest *g, u16 kind, u32 off, u32 target)
{
	g->reloc[g->code.nr_relocs++] = (struct kw_reloc){ .off = off, .kind = kind, .target = target };
}

static void put_template(struct guest *g, const struct kw_cf_template *t)
{
	if (t->rel32_at >= 0)
		put_reloc(g, KW_RELOC_REL32_TOP, g->code.len + t->rel32_at, t->target);
	guest_put(g, t->bytes, t->len);
}

void guest_ret(struct guest *g)
{
	put_template(g, &kwasm_text_env()->ret);
	GUEST(g, 0xcc);
}

void guest_stub(struct guest *g, u32 stub, enum kw_trap trap)
{
	GUEST(g, 0xe8, 0, 0, 0, 0);
	put_reloc(g, KW_RELOC_REL32, g->code.len - 4, stub);
	g->site[g->code.nr_sites++] = (struct kw_call_site){ .off = g->code.len, .trap = trap };
}

void guest_call(struct guest *g, u64 target)
{
	GUEST(g, 0xe8, 0, 0, 0, 0);
	put_reloc(g, KW_RELOC_REL32_TOP, g->code.len - 4, target);
}

void guest_may_fault(struct guest *g)
{
	g->fault[g->code.nr_faults++].off = g->code.len;
}

void guest_landing(struct guest *g)
{
	g->func.landing_off = g->code.len;
	guest_stub(g, KW_STUB_FAULT, KW_TRAP_NONE);
}

int guest_publish(struct guest *g)
{
	g->func.len = g->code.len;
	g->func.nr_faults = g->code.nr_faults;
	g->func.nr_sites = g->code.nr_sites;
	g->code.body_len = g->code.len;
	return kwasm_text_publish(&g->code, g, &g->text);
}

static struct guest *published(struct guest *g)
{
	if (!guest_publish(g))
		return g;
	kfree(g);
	return NULL;
}

struct guest *guest_const(u32 value)
{
	struct guest *g = guest_new(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xb8, value, value >> 8, value >> 16, value >> 24);	/* mov $value, %eax */
	guest_ret(g);
	return published(g);
}

struct guest *guest_load(u32 index)
{
	struct guest *g = guest_new(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xb9, index, index >> 8, index >> 16, index >> 24);	/* mov $index, %ecx */
	guest_may_fault(g);
	GUEST(g, 0x41, 0x8b, 0x04, 0x0e);				/* mov (%r14,%rcx), %eax */
	guest_ret(g);
	guest_landing(g);
	return published(g);
}

struct guest *guest_loop(void)
{
	struct guest *g = guest_new(KW_FORM_S);

	if (!g)
		return NULL;
	GUEST(g, 0xeb, 0xfe);						/* jmp . */
	return published(g);
}

int guest_run(struct guest *g, u64 deadline_ns, u32 *result)
{
	struct kwasm_exec *x;
	u32 trap;

	x = g->code.form == KW_FORM_P ? kwasm_exec_begin_p() : kwasm_exec_begin_s();
	if (IS_ERR(x))
		return PTR_ERR(x);
	trap = kwasm_exec_run(x, &g->inst, g->text->addr, deadline_ns, result);
	kwasm_exec_end(x);
	return trap;
}
