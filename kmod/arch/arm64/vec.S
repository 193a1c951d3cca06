/* SPDX-License-Identifier: GPL-2.0 */
/* v0-31 to memory and back. */
#include <linux/linkage.h>
#include <asm/assembler.h>

	.section .kprobes.text, "ax"

/* void kwasm_vec_save(void *to): 512 bytes.  Changes no register. */
SYM_FUNC_START(kwasm_vec_save)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	q\n, [x0, #16 * \n]
	.endr
	ret
SYM_FUNC_END(kwasm_vec_save)

/* void kwasm_vec_load(const void *from) */
SYM_FUNC_START(kwasm_vec_load)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	q\n, [x0, #16 * \n]
	.endr
	ret
SYM_FUNC_END(kwasm_vec_load)

	.section .note.GNU-stack, "", %progbits
