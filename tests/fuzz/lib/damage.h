/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Damaged copies of modules, each made again by its number. */
#ifndef KW_TESTS_DAMAGE_H
#define KW_TESTS_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

#define DAMAGE_MAX_BYTES	(64U << 10)	/* of a module to damage, and of what comes of it */

enum damage_kind {
	DAMAGE_BITS,		/* some bits flipped */
	DAMAGE_BYTE,		/* a byte of the sort that means something */
	DAMAGE_LEB,		/* a number one off, longer than needed, huge */
	DAMAGE_SECTION,		/* a section's length or id */
	DAMAGE_SPLICE,		/* sections or bytes of another module */
	DAMAGE_DELETE,		/* a range gone */
	DAMAGE_INSERT,		/* a range twice */
	DAMAGE_CODE,		/* an opcode where code is */
	NR_DAMAGES
};

extern const char *const damage_name[NR_DAMAGES];

struct damage_seed {
	const uint8_t *p;
	uint32_t len;		/* below DAMAGE_MAX_BYTES */
};

/**
 * damage() - the damaged copy with number @n
 * @seed: @nr_seeds modules, in the same order each time
 * @out:  room for DAMAGE_MAX_BYTES
 * @kind: gets what was done
 *
 * Return: bytes of it.
 */
uint32_t damage(uint64_t n, const struct damage_seed *seed, uint32_t nr_seeds, uint8_t *out,
		enum damage_kind *kind);

#endif /* KW_TESTS_DAMAGE_H */
