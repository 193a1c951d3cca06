// SPDX-License-Identifier: GPL-2.0
/*
 * Each C function a guest may call gets a few instructions of its own in the
 * arena's first page, so that the call is direct and needs no thunk:
 *
 *	endbr64
 *	mov	%r15, %r10		exec, as in layout.h
 *	and	$-KW_STACK_BYTES, %r10
 *	mov	%r10, exec(%rdi)	where the C function finds it
 *	cmpb	$0, pausing(%r10)
 *	jne	1f
 *	call	function
 *	jmp	kwasm_stub_return	tests exec->flag
 * 1:	call	kwasm_stub_pause	out of the FPU section
 *	call	function
 *	jmp	kwasm_stub_resume	into it again, then as above
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "../../exec.h"
#include "../../stubs.h"
#include "../../text.h"
#include "../../../jit/rt/rt.h"
#include "offsets.h"

static_assert(offsetof(struct kwasm_exec, fpu.xmm) == KWASM_X_XMM);
static_assert(KW_BACKTRACE_MAX == KWASM_BACKTRACE_MAX);

void kwasm_stub_return(void);
void kwasm_stub_pause(void);
void kwasm_stub_resume(void);

#define STUB_BYTES	64

static const u8 head[] = {
	0xf3, 0x0f, 0x1e, 0xfa,				/* endbr64 */
	0x4d, 0x89, 0xfa,				/* mov %r15, %r10 */
	0x49, 0x81, 0xe2, 0x00, 0xc0, 0xff, 0xff,	/* and $-16384, %r10 */
	0x4c, 0x89, 0x57, KWASM_I_EXEC,			/* mov %r10, exec(%rdi) */
	0x41, 0x80, 0xba, KWASM_X_PAUSING & 0xff,	/* cmpb $0, pausing(%r10) */
	KWASM_X_PAUSING >> 8, 0, 0, 0,
	0x75, 10,					/* jne behind call and jmp */
};
static_assert(KWASM_VM_STACK_BYTES == 0x4000);

/* @op rel32 at @p, which will be executed at @addr. */
static u8 *put_rel32(u8 *p, u64 addr, u8 op, u64 target)
{
	s32 rel = target - (addr + 5);

	*p = op;
	memcpy(p + 1, &rel, sizeof(rel));
	return p + 5;
}

u64 kwasm_stub_make(const void *fn)
{
	u8 buf[STUB_BYTES], *p;
	u64 addr = (u64)kwasm_text_stub_reserve(sizeof(buf));

	if (!addr)
		return 0;
	memset(buf, 0xcc, sizeof(buf));
	memcpy(buf, head, sizeof(head));
	p = buf + sizeof(head);
	p = put_rel32(p, addr + (p - buf), 0xe8, (u64)fn);
	p = put_rel32(p, addr + (p - buf), 0xe9, (u64)kwasm_stub_return);
	p = put_rel32(p, addr + (p - buf), 0xe8, (u64)kwasm_stub_pause);
	p = put_rel32(p, addr + (p - buf), 0xe8, (u64)fn);
	put_rel32(p, addr + (p - buf), 0xe9, (u64)kwasm_stub_resume);
	return kwasm_text_stub_write((void *)addr, buf, sizeof(buf)) ? 0 : addr;
}

void *kwasm_text_jump_stub(const void *target)
{
	u8 buf[16] = { 0xf3, 0x0f, 0x1e, 0xfa };	/* endbr64 */
	u8 *at = kwasm_text_stub_reserve(sizeof(buf));

	if (!at)
		return NULL;
	memset(buf + 4, 0xcc, sizeof(buf) - 4);
	put_rel32(buf + 4, (u64)at + 4, 0xe9, (u64)target);
	return kwasm_text_stub_write(at, buf, sizeof(buf)) ? NULL : at;
}
