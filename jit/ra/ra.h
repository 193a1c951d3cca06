/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef KW_RA_RA_H
#define KW_RA_RA_H

#include "../isa/mir.h"

/**
 * kw_ra_assign() - give every operand of a function a register or slot
 * @mf: in SSA form, critical edges split, blocks in reverse post-order with
 *      loops contiguous; gets kw_mopnd.alloc, edits, nr_slots, used_regs
 *
 * Spills by furthest next use with loop-aware distances (Braun and Hack,
 * "Register Spilling and Live-Range Splitting for SSA-Form Programs", CC
 * 2009), then assigns in dominance order, with hints; phis become parallel
 * moves on edges.  Linear in the size of @mf.  Memory from mf->arena.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -E2BIG (more spill slots than a frame may have), -EINTR.
 */
int kw_ra_assign(struct kw_mfunc *mf);

/**
 * kw_ra_verify() - check an allocation independently of how it was made
 *
 * Symbolic execution of moves and operands over every block: each use finds
 * its own vreg in the place it reads.  For tests and debug builds.
 * Return: 0, or -EINVAL with a text in @why.
 */
int kw_ra_verify(const struct kw_mfunc *mf, char *why, size_t why_bytes);

#endif /* KW_RA_RA_H */
