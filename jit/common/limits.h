/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a module may ask of us.  A module beyond one of these is refused with
 * -E2BIG and a text that names the limit.  They bound memory and
 * time before anything is allocated, and are far above what compilers emit.
 * Documentation/limits.rst is checked against this list.
 */
#ifndef KW_COMMON_LIMITS_H
#define KW_COMMON_LIMITS_H

/* Offsets in the module are u32 everywhere; the largest module seen in practice has 14 MiB. */
#define KW_MAX_MODULE_BYTES	(16U << 20)
/* Bounds memory and time of compiling one function.  sql.js's largest body has 67 KB. */
#define KW_MAX_BODY_BYTES	(512U << 10)
/* Blocks open at once; compilers emit up to about 3,000 for a switch made of blocks. */
#define KW_MAX_NESTING		10000U
/* Labels of one br_table without the default: succs of a block are counted in 16 bits. */
#define KW_MAX_BR_TABLE		65520U
/* Parameters included; each costs room in every block state of SSA construction. */
#define KW_MAX_LOCALS		50000U
/* Values on the operand stack at once: more do not fit a VM stack anyway. */
#define KW_MAX_OPERANDS		100000U
/* Arguments and results each travel in one array of 16-byte values. */
#define KW_MAX_PARAMS		1000U
#define KW_MAX_RESULTS		1000U
/* Index spaces.  Counts are checked against the section's bytes as well. */
#define KW_MAX_TYPES		100000U
#define KW_MAX_FUNCS		100000U
#define KW_MAX_IMPORTS		10000U
#define KW_MAX_EXPORTS		100000U
/* The instance struct holds 16 bytes of each global, reached by 32-bit displacements. */
#define KW_MAX_GLOBALS		100000U
#define KW_MAX_TABLES		100U
#define KW_MAX_ELEMS		100000U
#define KW_MAX_DATAS		100000U
/* Items of one element segment; 32 bytes each in struct kw_elem. */
#define KW_MAX_ELEM_ITEMS	1000000U
#define KW_MAX_CUSTOMS		10000U
/* Pages of a memory a module may declare: the whole 32-bit address space (spec 3.2.5). */
#define KW_MAX_MEM_PAGES	65536U
/* Pages of a memory in check mode, where the highest indices stand for negative ones (layout.h). */
#define KW_MAX_CHECK_PAGES	65472U
/* Bytes of an import, export or custom section name. */
#define KW_MAX_NAME_BYTES	100000U
/* Maps a module may declare: each holds a reference to a map of the kernel's. */
#define KW_MAX_MAPS		64U
/* Bytes of a map's key: some are copied onto the stack.  Of a value: copied without a look at the deadline. */
#define KW_MAX_MAP_KEY		256U
#define KW_MAX_MAP_VALUE	65536U
/* Bytes of a ring; of a record in it, for the same reason as a value's. */
#define KW_MIN_RING_BYTES	4096U
#define KW_MAX_RING_BYTES	67108864U
#define KW_MAX_RING_RECORD	65664U	/* a captured packet of 64 KiB with what is said of it */

#endif /* KW_COMMON_LIMITS_H */
