/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xmm0-15 to memory and back.  Legacy encodings: they leave the upper halves
 * of wider registers alone, which nobody here has saved.
 */
#include <linux/linkage.h>

	.section .kprobes.text, "ax"

/* void kwasm_xmm_save(void *to): 256 bytes, of any alignment.  Changes no register. */
SYM_FUNC_START(kwasm_xmm_save)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups	%xmm\n, 16 * \n(%rdi)
	.endr
	RET
SYM_FUNC_END(kwasm_xmm_save)

/* void kwasm_xmm_load(const void *from) */
SYM_FUNC_START(kwasm_xmm_load)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups	16 * \n(%rdi), %xmm\n
	.endr
	RET
SYM_FUNC_END(kwasm_xmm_load)

	.section .note.GNU-stack, "", @progbits
