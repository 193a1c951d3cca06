/* SPDX-License-Identifier: GPL-2.0 */
/* Offsets into structs of layout.h, and other numbers, for assembly of all machines; stubs.c asserts each. */
#ifndef KWASM_OFFSETS_H
#define KWASM_OFFSETS_H

#define KWASM_X_SP		0
#define KWASM_X_FLAG		8
#define KWASM_X_TRAP		12
#define KWASM_X_SITE		16
#define KWASM_X_NR_BT		20
#define KWASM_X_PC		24
#define KWASM_X_BT		272
#define KWASM_X_PAUSING		411

#define KWASM_I_MEM_BASE	0
#define KWASM_I_EXEC		24

#define KWASM_VM_STACK_BYTES	16384

/* exec->trap until C has looked up the kind in the code's call sites. */
#define KWASM_TRAP_AT_SITE	0x200

#define KWASM_PKT_SLOW_BYTES	16
#define KWASM_TRAP_MEM_OOB	2

#endif /* KWASM_OFFSETS_H */
