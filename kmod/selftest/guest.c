// SPDX-License-Identifier: GPL-2.0
/* Instructions and sites -> a code object like the compiler's, small enough to be read. */
#include <linux/err.h>
#include <linux/slab.h>

#include "../stubs.h"
#include "guest.h"

struct guest *guest_new(enum kw_form form)
{
	struct guest *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (!g)
		return NULL;
	memset(g->bytes, KWASM_NO_CODE, sizeof(g->bytes));
	g->code.bytes = g->bytes;
	g->code.cap = GUEST_BYTES;
	g->code.nr_funcs = 1;
	g->code.func = &g->func;
	g->code.reloc = g->reloc;
	g->code.fault = g->fault;
	g->code.site = g->site;
	g->code.form = form;
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

void guest_put_reloc(struct guest *g, u16 kind, u32 off, u32 target)
{
	g->reloc[g->code.nr_relocs++] = (struct kw_reloc){ .off = off, .kind = kind, .target = target };
}

void guest_put_site(struct guest *g, enum kw_trap trap)
{
	g->site[g->code.nr_sites++] = (struct kw_call_site){ .off = g->code.len, .trap = trap };
}

void guest_may_fault(struct guest *g)
{
	g->fault[g->code.nr_faults++].off = g->code.len;
}

void guest_landing(struct guest *g)
{
	g->func.landing_off = g->code.len;
}

struct guest *guest_published(struct guest *g)
{
	g->func.len = g->code.len;
	g->func.nr_faults = g->code.nr_faults;
	g->func.nr_sites = g->code.nr_sites;
	g->code.body_len = g->code.len;
	if (!kwasm_text_publish(&g->code, g, &g->text))
		return g;
	kfree(g);
	return NULL;
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
