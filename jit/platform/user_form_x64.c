// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Code as the kernel gets it, in this process: the sequences of
 * kmod/arch/x86/templates.c, with thunks of our own where kernel text has them.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "user_exec.h"
#include "../isa/isa.h"

#define THUNK_PAGE_BYTES	4096
#define RETURN_THUNK_AT		64

/* arch/x86/lib/retpoline.S: rax is where to go; speculation is caught in the loop. */
static const u8 retpoline_thunk[] = {
	0xe8, 0x07, 0x00, 0x00, 0x00,	/* 00: call 0c */
	0xf3, 0x90,			/* 05: pause */
	0x0f, 0xae, 0xe8,		/* 07: lfence */
	0xeb, 0xf9,			/* 0a: jmp 05 */
	0x48, 0x89, 0x04, 0x24,		/* 0c: mov [rsp], rax */
	0xc3, 0xcc,			/* 10: ret; int3 */
};
static const u8 return_thunk[] = { 0xc3, 0xcc };

static struct kw_cf_template bare(u8 a, u8 b, u8 len)
{
	return (struct kw_cf_template){ .bytes = { a, b }, .len = len, .rel32_at = -1 };
}

static struct kw_cf_template through(u8 op, const u8 *thunk)
{
	return (struct kw_cf_template){ .bytes = { op }, .len = 5, .rel32_at = 1, .target = (u64)thunk };
}

/* A kw_cf_template reaches what a sign-extended 32-bit address can name: here, the low 2 GiB. */
static u8 *make_thunks(void)
{
	u8 *p = mmap(NULL, THUNK_PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	memset(p, 0xcc, THUNK_PAGE_BYTES);
	memcpy(p, retpoline_thunk, sizeof(retpoline_thunk));
	memcpy(p + RETURN_THUNK_AT, return_thunk, sizeof(return_thunk));
	if (!mprotect(p, THUNK_PAGE_BYTES, PROT_READ | PROT_EXEC))
		return p;
	munmap(p, THUNK_PAGE_BYTES);
	return NULL;
}

int kw_user_form_new(bool bare_branches, struct kw_isa_env *env, u8 **thunks)
{
	*thunks = NULL;
	env->indirect_targets = true;
	if (bare_branches) {
		env->ret = bare(0xc3, 0, 1);
		env->call = bare(0xff, 0xd0, 2);
		return 0;
	}
	*thunks = make_thunks();
	if (!*thunks)
		return -ENOMEM;
	env->ret = through(0xe9, *thunks + RETURN_THUNK_AT);
	env->call = through(0xe8, *thunks);
	return 0;
}

void kw_user_form_free(u8 *thunks)
{
	if (thunks)
		munmap(thunks, THUNK_PAGE_BYTES);
}
