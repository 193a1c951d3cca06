// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes that the module loader patched for this CPU's mitigations ->
 * struct kw_cf_template, which the backend clones.  Forms seen on real
 * kernels: a bare instruction, lfence before it, or a jump or call to a thunk
 * in kernel text, perhaps padded with prefixes.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <asm/ibt.h>

#include "../../stubs.h"

extern const u8 kwasm_template_ret[], kwasm_template_call[];

/* One row per known form; the rel32, if any, is the last four bytes. */
static const struct form {
	u8 bytes[5];
	u8 nr;			/* of them to compare */
	u8 len;
	u8 kind;
} forms[] = {
	{ { 0xc3 }, 1, 1, 'r' },
	{ { 0xe9 }, 1, 5, 'r' },
	{ { 0xff, 0xd0 }, 2, 2, 'c' },
	{ { 0x0f, 0xae, 0xe8, 0xff, 0xd0 }, 5, 5, 'c' },
	{ { 0xe8 }, 1, 5, 'c' },
};

static int decode(const u8 *p, u8 kind, struct kw_cf_template *t)
{
	const struct form *f;
	s32 rel;

	p += ENDBR_INSN_SIZE;
	for (f = forms; f < forms + ARRAY_SIZE(forms); f++) {
		if (f->kind != kind || memcmp(p, f->bytes, f->nr))
			continue;
		memset(t, 0, sizeof(*t));
		memcpy(t->bytes, p, f->len);
		t->len = f->len;
		t->rel32_at = -1;
		if (f->nr < f->len) {
			memcpy(&rel, p + 1, sizeof(rel));
			t->rel32_at = 1;
			t->target = (u64)(p + f->len) + rel;
		}
		return 0;
	}
	return -EOPNOTSUPP;
}

int kwasm_templates_decode(struct kw_isa_env *env)
{
	int err;

	err = decode(kwasm_template_ret, 'r', &env->ret);
	if (!err)
		err = decode(kwasm_template_call, 'c', &env->call);
	if (err)
		return err;
	env->indirect_targets = true;
	return 0;
}
